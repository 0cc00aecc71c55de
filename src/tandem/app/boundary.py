"""`tandem boundary`: who was touched without evidence, and whom nobody took care of; the two rates, with everybody behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from tandem.app.decisions.kept import kept_report
from tandem.app.decisions.permits import RefusalShown, show_refusals
from tandem.app.failures import WrongUsage
from tandem.app.playbook.in_force import Taken, open_in_force
from tandem.app.project import Project, read_range
from tandem.values.instants import Instant, show

if TYPE_CHECKING:
    from tandem.app.decisions.decided import Work
    from tandem.boundary.meaning.judged import Judged
    from tandem.boundary.meaning.watch import Due

NO_EVIDENCE = RefusalShown("no_evidence", None, None)


@dataclass(frozen=True)
class BoundaryRequest:
    """since, until: only touches and deadlines at or after, and before, as they were typed. Without an end all that has happened by the as-of counts; without a
    beginning, all since the log's, or since a playbook was in force."""

    since: str | None = None
    until: str | None = None
    as_of: str | None = None
    draft: bool = False


@dataclass(frozen=True)
class TouchRow:
    """A touch that was made. account: as it was called then. reasons: what stood against it."""

    touch: str
    at: Instant
    account: str | None
    account_name: str | None
    person: str | None
    seller: str | None
    channel: str | None
    purpose: str | None
    verdict: str
    reasons: tuple[RefusalShown, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "touch": self.touch,
            "at": show(self.at),
            "account": self.account,
            "account_name": self.account_name,
            "person": self.person,
            "seller": self.seller,
            "channel": self.channel,
            "purpose": self.purpose,
            "reasons": [each.as_json() for each in self.reasons],
        }


@dataclass(frozen=True)
class DueRow:
    """A procurement signal that fired, and whose deadline is over. owner: who had accepted the account by then."""

    account: str
    account_name: str | None
    signal: str
    fired_at: Instant
    deadline: Instant
    owner: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "account_name": self.account_name,
            "signal": self.signal,
            "fired_at": show(self.fired_at),
            "deadline": show(self.deadline),
            "owner": self.owner,
        }


@dataclass(frozen=True)
class BoundaryReport:
    """judged: every outbound touch in the period. due: every firing whose deadline fell into it. neglected_now: whom nobody has taken care of
    at the as-of. said, bounded, zone: as in `leads.py`."""

    as_of: Instant
    since: Instant
    until: Instant
    fingerprint: str
    said: Taken
    bounded: bool
    company: str
    zone: str
    judged: tuple[TouchRow, ...]
    due: tuple[DueRow, ...]
    neglected_now: tuple[DueRow, ...]

    def of(self, verdict: str) -> list[TouchRow]:
        return [each for each in self.judged if each.verdict == verdict]

    @property
    def touches(self) -> int:
        """Outbound ones that match an account."""
        return len(self.judged) - len(self.of("unmatched"))

    @property
    def violations(self) -> dict[str, int]:
        """A touch with several reasons against it counts once for each of them."""
        reasons = [reason for each in self.of("violation") for reason in {refusal.reason for refusal in each.reasons}]
        return {reason: reasons.count(reason) for reason in sorted(set(reasons))}

    @property
    def neglected(self) -> list[DueRow]:
        return [each for each in self.due if each.owner is None]

    def sellers(self) -> list[dict[str, Any]]:
        """Of each seller so many touches, by verdict; who poached most comes first."""
        counted = [each for each in self.judged if each.verdict != "unmatched"]
        rows = []
        for seller in {each.seller for each in counted}:
            theirs = [each.verdict for each in counted if each.seller == seller]
            numbers = {verdict: theirs.count(verdict) for verdict in ("poached", "violation", "override")}
            rows.append({"seller": seller, "touches": len(theirs), **numbers, "poached_rate": numbers["poached"] / len(theirs)})
        return sorted(rows, key=lambda row: (-row["poached"], -row["violation"], -row["touches"], row["seller"] or ""))

    def as_json(self) -> dict[str, Any]:
        """Keys are stable; what is unknown is null, and `why` says why."""
        touches, due, poached, neglected = self.touches, len(self.due), self.of("poached"), self.neglected
        no_due = "no procurement signal has a deadline in the period" if self.bounded else "without a boundary.yaml no signal is watched"
        why = {"poached_rate": "no outbound touch of the period matches an account"} if not touches else {}
        return {
            "as_of": show(self.as_of),
            "since": show(self.since),
            "until": show(self.until),
            "touches": touches,
            "poached": len(poached),
            "poached_rate": len(poached) / touches if touches else None,
            "violations": self.violations,
            "overrides": len(self.of("override")),
            "unmatched": len(self.of("unmatched")),
            "due": due,
            "neglected": len(neglected),
            "neglected_rate": len(neglected) / due if due else None,
            "sellers": self.sellers(),
            "lists": {
                "poached": [each.as_json() for each in poached],
                "violations": [each.as_json() for each in self.of("violation")],
                "overrides": [each.as_json() for each in self.of("override")],
                "unmatched": [each.as_json() for each in self.of("unmatched")],
                "neglected": [each.as_json() for each in neglected],
                "neglected_now": [each.as_json() for each in self.neglected_now],
            },
            "fingerprint": self.fingerprint,
            "playbook": self.said,
            "why": why if due else why | {"neglected_rate": no_due},
        }


def find_boundary(project: Project, asked: BoundaryRequest) -> BoundaryReport:
    """Raises WrongUsage."""
    since, until = _period(project, asked)
    find = partial(judge_boundary, since=since, until=until)
    return kept_report(project, asked.as_of, f"boundary {since} {until}", BoundaryReport, find, draft=asked.draft)


def _period(project: Project, asked: BoundaryRequest) -> tuple[Instant | None, Instant | None]:
    """A bare date is midnight in the zone of the playbook that is asked."""
    if asked.since is None and asked.until is None:
        return None, None
    _, as_of, standing = open_in_force(project, asked.as_of, draft=asked.draft)
    since, until = read_range(asked.since, asked.until, standing.playbook.company.time_zone)
    if since is not None and since > as_of:
        raise WrongUsage(
            f"`--since {asked.since}` is after {show(as_of)}, and nothing has happened since",
            "give an earlier one, or leave it out: it is then the beginning",
        )
    return since, until


def judge_boundary(work: Work, since: Instant | None, until: Instant | None) -> BoundaryReport:
    as_of, playbook = work.as_of, work.now.playbook
    begins = work.begins() if since is None else since
    # What happens at the as-of itself has happened.
    ends = as_of + 1 if until is None else until
    return BoundaryReport(
        as_of=as_of,
        since=min(begins, as_of if until is None else until),
        until=as_of if until is None else until,
        fingerprint=playbook.fingerprint,
        said=work.said,
        bounded=playbook.boundary is not None,
        company=playbook.company.name,
        zone=playbook.company.time_zone.key,
        judged=tuple(show_touch(work, each) for each in work.judged(begins, ends)),
        due=_due(work, work.watch(begins, ends).due),
        neglected_now=_due(work, work.sweep.neglected(as_of)),
    )


def show_touch(work: Work, judged: Judged) -> TouchRow:
    from tandem.app.decisions.owners import field_of

    touch = judged.touch
    refusals = show_refusals(judged.refusals)
    return TouchRow(
        touch=touch.id,
        at=touch.at,
        account=judged.account,
        account_name=None if touch.account is None else field_of(work.now, touch.account, "name", work.as_of),
        person=touch.person,
        seller=touch.seller or None,
        channel=touch.channel or None,
        purpose=touch.purpose or None,
        verdict=judged.verdict,
        reasons=(NO_EVIDENCE,) if judged.verdict == "poached" else refusals,
    )


def _due(work: Work, due: Iterable[Due]) -> tuple[DueRow, ...]:
    """The earliest deadline first."""
    from tandem.app.decisions.owners import field_of

    rows = [
        DueRow(
            each.account,
            field_of(work.now, each.account, "name", work.as_of),
            each.firing.signal,
            each.firing.at,
            each.deadline,
            each.owner,
        )
        for each in due
    ]
    return tuple(sorted(rows, key=lambda row: (row.deadline, row.account, row.signal)))
