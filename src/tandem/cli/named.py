"""How the explanation of a lead, an account or a touch is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from tandem.cli.door import project_of
from tandem.cli.words import ENDINGS, REASONS, labelled, listed, local, named, say_whose, some_of, told_locally, told_refusal
from tandem.facts.text import on_clock

if TYPE_CHECKING:
    from tandem.app.decisions.grounds import Asked, Speaks
    from tandem.app.explain.account import AccountExplained, Answered, AnswerStep
    from tandem.app.explain.explaining import NameRequest
    from tandem.app.explain.lead import LeadExplained, ReasonExplained
    from tandem.app.explain.touch import TouchExplained
    from tandem.cli.render import Format

    NameExplained = LeadExplained | TouchExplained | AccountExplained

COLUMNS = ("part", "kind", "what", "stands", "line", "until", "says", "facts")
SHOWN_FACTS, SHOWN_STEPS, SHOWN_PEOPLE = 5, 20, 8
VERDICTS = {
    "permitted": "permitted",
    "override": "permitted by a manager's override alone",
    "violation": "a violation: something spoke for it, and a rule stood against it",
    "poached": "poached: nothing spoke for it",
}
UNJUDGED = {
    "unmatched": "it matches no account",
    "inbound": "they came to us",
    "before_any_playbook": "no playbook was in force yet",
}


def print_named(context: click.Context, asked: NameRequest, format_: Format) -> None:
    from tandem.app.explain.explaining import explain_name
    from tandem.cli.render import print_report

    report = explain_name(project_of(context), asked)
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (COLUMNS, _rows(report)),
        page=lambda: _print(report),
        doubts=lambda: say_whose(report.said, bounded=report.bounded),
        as_of=report.as_of,
    )


def _print(report: NameExplained) -> None:
    from tandem.app.explain.account import AccountExplained
    from tandem.app.explain.lead import LeadExplained

    if isinstance(report, LeadExplained):
        _print_lead(report)
    elif isinstance(report, AccountExplained):
        _print_account(report)
    else:
        _print_touch(report)


def _rows(report: NameExplained) -> Iterator[dict[str, Any]]:
    from tandem.app.explain.lead import LeadExplained

    answers = report.began if isinstance(report, LeadExplained) else report.answered
    if answers is None:
        return
    for speaks in answers.speaks:
        told = speaks.as_json()
        yield {"part": "evidence", "stands": True} | {name: told[name] for name in COLUMNS if name in told}
    for asked in answers.asked:
        told = asked.as_json()
        yield {"part": "block", "kind": told["reason"], "what": None} | {name: told[name] for name in COLUMNS if name in told}


def _print_account(report: AccountExplained) -> None:
    found, zone = report.answered, report.zone
    click.echo(f"{named(found.account, found.account_name)}, a {found.stance}, on {local(report.at, zone)} {zone}")
    _print_answer(found, _asked_for(report), zone)
    if found.owner is not None:
        click.echo(labelled("owner", found.owner))
    if report.lead is not None:
        click.echo(labelled("lead", report.lead))
    if report.waiting:
        click.echo(labelled("waits", ", ".join(report.waiting)))
    _print_grounds(found, zone)
    if report.endless:
        click.echo("\nDoes not count: an override states until when it holds, and these do not")
        _print_facts(report.endless, zone)
    _print_steps(report.steps, zone)
    click.echo(f"\nby the {_of(report.said)} playbook, fingerprint {report.fingerprint[:12]}")


def _asked_for(report: AccountExplained) -> str:
    """What was asked, where it was more than the account in general."""
    whom = report.whom
    told = [
        f"to {whom.purpose}" if whom.purpose else None,
        whom.person,
        f"by {whom.channel}" if whom.channel else None,
        f"as {whom.seller}" if whom.seller else None,
    ]
    return " ".join(each for each in told if each)


def _print_answer(found: Answered, asked: str, zone: str) -> None:
    permit = found.permit
    if asked:
        click.echo(labelled("asked", asked))
    if permit is None:
        click.echo(labelled("no", "; ".join(told_refusal(each, zone) for each in found.refusal)))
        return
    only = f", {permit.seller} alone" if permit.seller is not None else ""
    click.echo(labelled("yes", f"{permit.purpose} by {listed(permit.channels, 'or')} ({permit.motion}{only})"))
    if found.people:
        click.echo(labelled("whom", some_of(found.called, SHOWN_PEOPLE)))
    since = "" if permit.starts_at is None else f"since {local(permit.starts_at, zone)}, "
    click.echo(
        labelled(
            "when", since + ("until what speaks for it ends" if permit.expires_at is None else f"until {local(permit.expires_at, zone)}")
        )
    )


def _print_grounds(found: Answered, zone: str) -> None:
    click.echo("\nWhat speaks for it" if found.speaks else "\nNothing speaks for it")
    for speaks in found.speaks:
        _print_speaks(speaks, zone)
    click.echo("\nWhat might stand against it")
    idle = [each for each in found.asked if each.reason == "suppression" and not each.stands]
    for asked in found.asked:
        if asked not in idle:
            _print_asked(asked, found, zone)
        elif asked is idle[0]:
            more = f" and {len(idle) - 1} more" if len(idle) > 1 else ""
            click.echo(labelled("·", f"suppression{_line(asked.line)}{more}: {asked.says if not more else 'none fits'}"))


def _print_speaks(speaks: Speaks, zone: str) -> None:
    one = speaks.evidence
    whose = "" if one.about == "account" else f" of {one.about} {one.subject}"
    until = "while it lasts" if one.until is None else f"until {local(one.until, zone)}"
    only = f", for {one.seller} alone" if one.seller is not None else ""
    what = {"outbound": "tier ", "owner": "contract ", "target": "account "}.get(one.kind, "") + one.what
    click.echo(labelled("+", f"{what}{whose}, {one.kind}{_line(one.line)}, {until}{only}"))
    click.echo(labelled("", told_locally(speaks.says, zone)))
    _print_facts(speaks.facts, zone)


def _print_asked(asked: Asked, found: Answered, zone: str) -> None:
    """A block that stands though there is a permit takes nothing from what it stands on."""
    until = "" if asked.until is None or not asked.stands else f", until {local(asked.until, zone)}"
    taken = f"; it takes {listed(asked.channels)}" if asked.stands and asked.channels else ""
    passed = "; what speaks for it passes it" if asked.stands and found.permit is not None and not asked.channels else ""
    click.echo(
        labelled("-" if asked.stands else "·", f"{asked.reason}{_line(asked.line)}: {told_locally(asked.says, zone)}{until}{taken}{passed}")
    )
    if asked.stands:
        _print_facts(asked.facts, zone)


def _print_facts(facts: Sequence[str], zone: str) -> None:
    for fact in facts[:SHOWN_FACTS]:
        click.echo(f"{'':13}{on_clock(fact, ZoneInfo(zone))}")
    if len(facts) > SHOWN_FACTS:
        click.echo(f"{'':13}and {len(facts) - SHOWN_FACTS} more: --format json has them")


def _print_steps(steps: Sequence[AnswerStep], zone: str) -> None:
    if not steps:
        return
    click.echo("\nIts answers over the last 90 days")
    if len(steps) > SHOWN_STEPS:
        click.echo(f"    {len(steps) - SHOWN_STEPS} earlier: --format json has them")
    for step in steps[-SHOWN_STEPS:]:
        permit = step.permit
        if permit is None:
            told = "no: " + "; ".join(f"{REASONS[each.reason]}{_line(each.line)}" for each in step.refusal)
        else:
            told = f"{permit.purpose} by {listed(permit.channels, 'or')}, for {', '.join(dict.fromkeys(each.what for each in permit.evidence))}"
        click.echo(labelled(local(step.at, zone), told, 22))


def _print_lead(report: LeadExplained) -> None:
    zone = report.zone
    click.echo(f"{report.lead}, a lead of {named(report.account, report.ends.account_name)} since {local(report.since, zone)} {zone}")
    if report.until is not None:
        click.echo(labelled("ended", f"{local(report.until, zone)}: {ENDINGS[report.ended or '']}"))
        if report.ends.refusal:
            click.echo(labelled("", "; ".join(told_refusal(each, zone) for each in report.ends.refusal)))
    else:
        click.echo(
            labelled(
                "open",
                "its permit stands"
                if report.ends.permit is not None
                else "it rests: " + "; ".join(told_refusal(each, zone) for each in report.ends.refusal),
            )
        )
    if report.ends.owner is not None:
        click.echo(labelled("owner", report.ends.owner))
    for reason in report.reasons:
        _print_reason(reason, zone)
    click.echo(f"\nWhat permitted it on {local(report.since, zone)}")
    _print_answer(report.began, "", zone)
    _print_grounds(report.began, zone)
    click.echo(f"\nby the {_of(report.said)} playbook, fingerprint {report.fingerprint[:12]}")


def _print_reason(reason: ReasonExplained, zone: str) -> None:
    whose = "" if reason.about == "account" else f" for {reason.about} {reason.subject}"
    waited = "" if reason.since == reason.fired_at else f", a reason since {local(reason.since, zone)}"
    click.echo(f"\n{reason.signal} fired {local(reason.fired_at, zone)}{whose}{waited}")
    click.echo(labelled("why", reason.why))
    click.echo(labelled("rule", f"{reason.condition} ({reason.rule} at {reason.fired_under[:12]})"))
    click.echo(labelled("permit", f"as {reason.received} says"))
    if not reason.facts:
        click.echo(labelled("facts", "none: time alone, or a playbook that came into force, turned it on"))
    _print_facts(reason.facts, zone)


def _print_touch(report: TouchExplained) -> None:
    row, zone = report.row, report.zone
    whom = "no account" if row.account is None else named(row.account, row.account_name)
    click.echo(f"{row.touch}, a touch of {whom} on {local(row.at, zone)} {zone}")
    if row.verdict in UNJUDGED:
        click.echo(labelled("not judged", UNJUDGED[row.verdict], 16))
    else:
        click.echo(labelled("judged", VERDICTS[row.verdict]))
    told = [
        row.channel or "its channel is not told",
        f"to {row.purpose}" if row.purpose else None,
        f"by {row.seller}" if row.seller else None,
    ]
    told += [f"of {row.person}" if row.person else None]
    click.echo(labelled("touch", " ".join(each for each in told if each) + ("" if row.seller else "; nobody says by whom")))
    for line in report.facts:
        click.echo(labelled("told", on_clock(line, ZoneInfo(zone))))
    if report.answered is not None and row.verdict != "inbound":
        click.echo("\nWhat was known then")
        _print_answer(report.answered, "", zone)
        _print_grounds(report.answered, zone)
    if report.fingerprint is not None:
        click.echo(f"\nby the {_of(report.said)} playbook, fingerprint {report.fingerprint[:12]}")


def _of(said: str) -> str:
    return "applied" if said == "applied" else "folder's"


def _line(line: str | None) -> str:
    return f" ({line})" if line else ""
