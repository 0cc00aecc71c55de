"""Why a link holds or does not, in sentences for the person who has to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.identity.domains import mail_domain
from tandem.identity.links import End, Link, in_order
from tandem.identity.owners import OwnersAt
from tandem.identity.steps import Steps, standing
from tandem.identity.subjects import Subjects, all_links, ends_of
from tandem.values.instants import show


@dataclass(frozen=True)
class Standing:
    """A link as of an instant. in_force: it decides for facts that occur at that instant. why: one sentence."""

    link: Link
    in_force: bool
    why: str


def links_of(owners: OwnersAt, subjects: Subjects, subject: str) -> list[Standing]:
    """Every link from or to a subject, by `occurred_at` and fact id. subject: any id, printed or as its source has it."""
    ends = ends_of(owners, subjects, subject)
    found = {link: Standing(link, *_judged(owners, link)) for link in all_links(owners) if _touches(link, ends)}
    for link in owners.links.undone:
        if _touches(link, ends):
            found[link] = Standing(link, False, "taken back by a correction")
    named = {(link.rule, link.subject) for link in found if link.target is not None}
    # Clearing what was never named tells nobody anything.
    told = (link for link in found if link.target is not None or (link.rule, link.subject) in named)
    return [found[link] for link in sorted(told, key=lambda link: (*in_order(link), link.rule))]


def _touches(link: Link, ends: frozenset[tuple[End, str]]) -> bool:
    if (link.subject_kind, link.subject) in ends or (link.target_kind, link.target) in ends:
        return True
    # A domain account is made of the addresses that name it.
    return link.rule == "email" and ("domain", mail_domain(link.target)) in ends


def _judged(owners: OwnersAt, link: Link) -> tuple[bool, str]:
    """Whether a link is in force, and why."""
    match link.rule:
        case "anonymous":
            return _anonymous(owners, link)
        case "alias":
            return _merge(link, link in owners.persons.rings)
        case "merge":
            return _merge(link, link in owners.accounts.rings)
        case "join":
            return _join(owners, link)
        case "seen":
            return _seen(owners, link)
        case _:
            return _stated(owners, link)


def _anonymous(owners: OwnersAt, link: Link) -> tuple[bool, str]:
    if (over := owners.shared.get(link.subject)) is not None:
        return False, f"more than {owners.rules.fan_out} persons claim `{link.subject}`, so it links nobody from {show(over.at)} on"
    claim = owners.claim_in_force(link.subject)
    if claim is not None and claim != link:
        return False, f"`{claim.fact_id}` identified `{link.subject}` as `{claim.target}` before"
    return True, f"the earliest identify of `{link.subject}`, for all its facts"


def _merge(link: Link, ring: bool) -> tuple[bool, str]:
    if ring:
        return False, f"it would close a ring, for `{link.target}` already leads to `{link.subject}`, so it does nothing"
    return True, f"`{link.subject}` is `{link.target}` for all facts, since this was known at {show(link.known_at)}"


def _join(owners: OwnersAt, link: Link) -> tuple[bool, str]:
    person = owners.joiner(link)
    joined = {other.target for other in owners.joins(person) if other.occurred_at <= owners.as_of}
    if link.occurred_at > owners.as_of:
        return False, f"`{person}` has not joined `{link.target}` yet"
    if len(joined) > 1:
        return False, f"`{person}` had joined {len(joined)} workspaces by then, so a fact without workspace belongs to none"
    return True, f"the only workspace that `{person}` had joined, so facts without workspace from then on belong to it"


def _seen(owners: OwnersAt, link: Link) -> tuple[bool, str]:
    first = f"`{link.target}` is the first person known in `{link.subject}`"
    stronger = _at(owners, owners.links.explicit.get(link.subject, [])) or _at(owners, owners.links.crm_of_workspace.get(link.subject, []))
    if stronger is not None:
        return False, f"{first}, but its account is stated by {_named(stronger)}"
    account = owners.account_of_workspace(link.subject).at(owners.as_of)
    return True, f"{first}, which makes its account `{account}`"


def _stated(owners: OwnersAt, link: Link) -> tuple[bool, str]:
    """A link that a version of a record states, beside the others of the same identifier and rule."""
    if link.target is None:
        return False, f"`{link.source}` no longer names one"
    rivals = _rivals(owners, link)
    steps = standing(rivals, owners.rules.source_order)
    holds = steps.at(owners.as_of)
    if holds != link:
        return False, _overruled(owners, link, holds, steps)
    if link.rule == "crm" and link.subject_kind == "workspace":
        explicit = _at(owners, owners.links.explicit.get(link.subject, []))
        if explicit is not None:
            return False, f"the group call's own account comes first, {_named(explicit)}"
    return True, _meaning(owners, link)


def _rivals(owners: OwnersAt, link: Link) -> list[Link]:
    links = owners.links
    if link.subject_kind == "person":
        by_identifier = links.email if link.rule == "email" else links.crm_of_person
        return [other for one in owners.persons.all_of(link.subject) for other in by_identifier.get(one, ())]
    of_record = links.crm_of_workspace if link.rule == "crm" else getattr(links, link.rule)
    rivals: list[Link] = of_record[link.subject]
    return rivals


def _overruled(owners: OwnersAt, link: Link, holds: Link | None, steps: Steps[Link | None]) -> str:
    if holds is None:
        return f"`{link.source}` has since taken it back, and nothing else is said"
    order = owners.rules.source_order
    if holds.source != link.source and holds.source in order and holds.target != link.target:
        return f"source `{holds.source}` comes before `{link.source}` and names {_named(holds)}"
    if holds.target == link.target:
        return f"said again by {_named(holds)}"
    until = "from then on" if link in steps.values else "in its place"
    return f"{_named(holds)} holds {until}"


def _meaning(owners: OwnersAt, link: Link) -> str:
    if link.rule == "email":
        return _mail(owners, str(link.target))
    if link.rule == "domain":
        return _domain(owners, link.subject, str(link.target))
    if link.rule == "parent":
        root = owners.families.of(owners.accounts.root(link.subject)).root
        if any(ring[-1] == link for ring in owners.families.rings):
            return "it closes a ring of parents, so it does nothing"
        return f"`{link.target}` is the parent of `{link.subject}`, in the family of `{root}`"
    account = owners.accounts.root(str(link.target))
    merged = f", which is `{account}`" if account != link.target else ""
    return f"`{link.source}` names the account `{link.target}`{merged}"


def _mail(owners: OwnersAt, mail: str) -> str:
    domain = mail_domain(mail)
    if domain is None:
        return f"`{mail}` names no domain, so no account"
    if domain in owners.work_domains.free:
        return f"`{domain}` is a free or disposable mail domain, so `{mail}` names no account"
    named = sorted(owners.domains_named.get(domain, {}))
    if not named:
        return f"`{mail}` names `{domain}`, no account record names that domain"
    if len(named) > 1:
        return f"`{mail}` names `{domain}`, several account records name that domain: {', '.join(f'`{one}`' for one in named)}"
    return f"`{mail}` names `{domain}`, the domain of account `{named[0]}`"


def _domain(owners: OwnersAt, record: str, domain: str) -> str:
    if domain in owners.work_domains.free:
        return f"`{domain}` is a free or disposable mail domain, so it leads nobody to `{record}`"
    others = sorted(owners.domains_named.get(domain, {}).keys() - {owners.accounts.root(record)})
    if others:
        return f"`{domain}` is also named by {', '.join(f'`{one}`' for one in others)}, so it is an account of its own"
    return f"the only account that names `{domain}`"


def _at(owners: OwnersAt, links: list[Link]) -> Link | None:
    return standing(links, owners.rules.source_order).at(owners.as_of)


def _named(link: Link) -> str:
    return f"`{link.target}` of `{link.fact_id}` ({link.source}, {show(link.occurred_at)})"
