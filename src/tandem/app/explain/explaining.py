"""`tandem explain NAME`: what a name means, a lead, a touch or an account, and its explanation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tandem.app.decisions.decided import Ruling, Work, open_work
from tandem.app.explain.account import AccountExplained, Whom, explain_account
from tandem.app.explain.lead import LeadExplained, explain_lead
from tandem.app.explain.touch import TouchExplained, explain_touch
from tandem.app.failures import Failure, UnknownName, WrongUsage
from tandem.app.project import Project, storage_faults
from tandem.boundary.playbook.policy import PURPOSES
from tandem.language.expression.nodes import About
from tandem.signals.world import Subject
from tandem.storage.log import Log
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant
from tandem.values.names import nearest

if TYPE_CHECKING:
    from tandem.boundary.meaning.case import Touch


class NotThereYet(Failure):
    code = "not_there_yet"


_LEAD = re.compile(r"L-[0-9a-f]{10}")
_LIKE_A_LEAD = re.compile(r"L-[0-9a-f]*")


@dataclass(frozen=True)
class NameRequest:
    """at: of an account, the instant that is asked about; None is the as-of. whom: of an account, who would touch whom, and how."""

    name: str
    whom: Whom = field(default_factory=Whom)
    at: str | None = None
    as_of: str | None = None
    draft: bool = False


@storage_faults()
def explain_name(project: Project, asked: NameRequest) -> LeadExplained | TouchExplained | AccountExplained:
    """Raises UnknownName, and WrongUsage for a signal without a subject, or an option that is an account's."""
    work = open_work(project, asked.as_of, draft=asked.draft)
    signal = next(
        (each.playbook.playbook.signals[asked.name] for each in reversed(work.rulings) if asked.name in each.playbook.playbook.signals),
        None,
    )
    if signal is not None:
        about = signal.about
        raise WrongUsage(
            f"`{asked.name}` is a signal, and it is not said for whom",
            f"write tandem explain {asked.name} {about.upper()}; `tandem edges {asked.name}` has those for whom it turned",
        )
    touch = None if _LEAD.fullmatch(asked.name) else _find_touch(work, asked.name)
    if touch is not None or _LEAD.fullmatch(asked.name):
        if not asked.whom.is_general or asked.at is not None:
            raise WrongUsage(f"`{asked.name}` is no account", "--at, --person, --channel, --seller and --purpose ask about an account")
        return explain_lead(work, asked.name) if touch is None else explain_touch(work, touch)
    at = work.asked_at(asked.at)
    account = _find_account_at(work, asked.name, at)
    return explain_account(work, account, _known(work, asked.whom), at)


def _find_touch(work: Work, name: str) -> Touch | None:
    # An account that is called as a touch is meant as the account: of it there is more to say.
    if _exists(work.now, Subject("account", name), work.as_of):
        return None
    return next((each for each in work.now.answers.touches(work.as_of) if each.id == name), None)


def _find_account_at(work: Work, name: str, t: Instant) -> str:
    """The printed id then. Raises NotThereYet where it is there only later."""
    found = _find_account(work.now, work.log, name, t)
    if found is not None:
        return found
    now = _find_account(work.now, work.log, name, work.as_of)
    if now is None:
        raise _unknown(work, name, _names(work.now, work.as_of))
    since = _since(work.now, now)
    raise NotThereYet(
        f"nothing is known of `{name}` at {show_instant(t)}: it is there since {show_instant(since)}",
        "give that instant or a later one as `--at`",
    )


def _find_account(ruling: Ruling, log: Log, name: str, t: Instant) -> str | None:
    """The printed id of an account by any of its names at t: its id, its domain, an id that was merged away, what its record calls it."""
    from tandem.app.history.knowledge import Knowledge

    if _exists(ruling, Subject("account", name), t):
        return name
    meant = _names(ruling, t).get(name.casefold()) or Knowledge(log, ruling.playbook.product.rules, t).identity.account_of(name)
    return meant if meant is not None and _exists(ruling, Subject("account", meant), t) else None


def _since(ruling: Ruling, account: str) -> Instant:
    """When an account came to be there."""
    code = ruling.code(Subject("account", account))
    assert code is not None, account
    steps = ruling.fold.timeline.subjects("account").existence.between(code, code + 1)
    return int(steps.at[steps.value == 1][0])


def _names(ruling: Ruling, t: Instant) -> dict[str, str]:
    """The accounts by what their records call them, in small letters; the last word of each record counts."""
    from tandem.timeline.steps import ALWAYS

    last: dict[str, tuple[Instant, str, str]] = {}
    for each in ruling.fold.timeline.records("account"):
        said = each.fields.get("name")
        if isinstance(said, str) and said.strip() and each.occurred_at <= t and any(since <= t < until for since, until in each.stretches):
            word = (each.occurred_at, each.id, said.casefold())
            last[each.record_id] = max(last.get(each.record_id, word), word)
    return {word[-1]: ruling.answers.whose(Subject("account", one), ALWAYS, t).id for one, word in sorted(last.items())}


def _unknown(work: Work, name: str, by_name: Mapping[str, str]) -> UnknownName:
    """What the name might mean of all that can be explained."""
    ruling, t = work.now, work.as_of
    known = [*_there(ruling, "account", t), *(each.id for each in ruling.answers.touches(t)), *(each.id for each in work.leads.leads)]
    if _LIKE_A_LEAD.fullmatch(name):
        return UnknownName("lead", name, [each.id for each in work.leads.leads])
    near = nearest(name, [*known, *by_name])
    return UnknownName("account, touch or lead", name, known, near=by_name.get(near or "", near))


def _there(ruling: Ruling, about: About, t: Instant) -> list[str]:
    """All subjects of a kind that exist."""
    from tandem.timeline.steps import values_at

    found = ruling.fold.timeline.subjects(about)
    return [one for one, there in zip(found.ids, values_at(found.existence, t).tolist(), strict=True) if there == 1]


def _exists(ruling: Ruling, subject: Subject, t: Instant) -> bool:
    from tandem.timeline.steps import values_at

    code = ruling.code(subject)
    return code is not None and bool(values_at(ruling.fold.timeline.subjects(subject.kind).existence.between(code, code + 1), t)[0] == 1)


def _known(work: Work, whom: Whom) -> Whom:
    """The same, where whom it names is known. Raises UnknownName."""
    ruling, t = work.now, work.as_of
    if whom.person is not None and not _exists(ruling, Subject("person", whom.person), t):
        raise UnknownName("person", whom.person, _there(ruling, "person", t))
    for noun, said, known in (("channel", whom.channel, ruling.boundary.channels), ("purpose", whom.purpose, PURPOSES)):
        if said is not None and said not in known:
            raise UnknownName(noun, said, known)
    sellers = work.sellers()
    if whom.seller is not None and sellers and whom.seller not in sellers:
        raise UnknownName("seller", whom.seller, sellers)
    return whom
