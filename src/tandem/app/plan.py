"""`tandem plan`: what the folder's playbook would have done otherwise than the one in force, both over history as if always in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tandem.app.check import run_tests
from tandem.app.failures import UnknownName, WrongUsage
from tandem.app.playbook.as_if import AsIf, Counted, Fired, Judging
from tandem.app.playbook.in_force import open_in_force
from tandem.app.playbook.playbook import BOUNDARY_FILE, Playbook
from tandem.app.project import Project, storage_faults
from tandem.language.difference import Difference, differences
from tandem.language.expression.show import show as show_expression
from tandem.language.problem import Problem
from tandem.language.source import Span
from tandem.values.durations import Duration
from tandem.values.instants import DAY, Instant
from tandem.values.instants import show as show_instant

if TYPE_CHECKING:
    from tandem.boundary.meaning.judged import Judgement
    from tandem.signals.playbook.declare import Signal

WITHIN = 60 * DAY


@dataclass(frozen=True)
class PlanRequest:
    """outcomes: by which signals are judged, each within a length; none are all that a playbook declares, within `length`. since, until: only
    firings and touches at or after, and before."""

    outcomes: tuple[tuple[str, Duration], ...] = ()
    length: Duration = WITHIN
    since: Instant | None = None
    until: Instant | None = None
    as_of: str | None = None


@dataclass(frozen=True)
class FiringRow:
    """account, name: of whom it is now. lead: when it became a reason of one, by the playbook that has it, of two by the folder's; None with
    what keeps it in `why`. opens: whether it is the first reason. lead_before: of a firing that both have, by the one in force."""

    signal: str
    subject: str
    about: str
    account: str | None
    name: str | None
    fired_at: Instant
    lead: Instant | None
    opens: bool
    why: str | None
    lead_before: Instant | None = None
    opens_before: bool = False
    why_before: str | None = None

    def as_json(self, *, both: bool = False) -> dict[str, Any]:
        told = {
            "signal": self.signal,
            "subject": self.subject,
            "about": self.about,
            "account": self.account,
            "name": self.name,
            "fired_at": show_instant(self.fired_at),
            "lead": _shown(self.lead),
            "opens": self.opens,
            "why": self.why,
        }
        before = {"lead_before": _shown(self.lead_before), "opens_before": self.opens_before, "why_before": self.why_before}
        return told | before if both else told


@dataclass(frozen=True)
class AlreadyOn:
    """For whom a new or changed signal is on at the as-of, each with the account that it is of. turns_on: of these, for how many it is not on
    by the playbook in force."""

    on: int
    turns_on: int
    subjects: tuple[tuple[str, str | None, str | None], ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """before: None where nothing was applied yet; then everything is new. gained, lost: firings that only one of the two has. let_through,
    held_back: those that both have, and that are reasons of a lead by the newer, or the older, alone; sooner, later: by both, at another time.
    served: the project was, so that what the apply turns on fires then. failing: tests of the folder, for which an apply refuses."""

    as_of: Instant
    since: Instant
    until: Instant
    served: bool
    before: Playbook | None
    after: Playbook
    changes: tuple[Difference, ...]
    gained: tuple[FiringRow, ...]
    lost: tuple[FiringRow, ...]
    let_through: tuple[FiringRow, ...]
    held_back: tuple[FiringRow, ...]
    sooner: tuple[FiringRow, ...]
    later: tuple[FiringRow, ...]
    signals: Mapping[str, tuple[Counted | None, Counted | None]]
    totals: tuple[Counted | None, Counted]
    already_on: Mapping[str, AlreadyOn]
    judgements: tuple[Judgement | None, Judgement]
    failing: tuple[Problem, ...]

    @property
    def is_empty(self) -> bool:
        """Whether an apply would change nothing."""
        return self.before is not None and self.before.fingerprint == self.after.fingerprint

    @property
    def renamed(self) -> dict[str, str]:
        """New signals that say what one that is gone said, each by its new name with the old. Their firings are gained and lost all the same:
        what was decided, and what the boundary says, goes by the name."""
        if self.before is None:
            return {}
        old, new = self.before.signals, self.after.signals
        gone, come = ({name: _says(each[name]) for name in each if name not in other} for each, other in ((old, new), (new, old)))
        pairs = [(name, was) for name, said in come.items() for was, before in gone.items() if said == before]
        return {name: was for name, was in pairs if sum(name in each or was in each for each in pairs) == 1}

    def as_json(self) -> dict[str, Any]:
        was = None if self.before is None else self.before.fingerprint
        judged = dict(zip(("before", "after"), self.judgements, strict=True))
        why = {} if self.before is not None else {"before": "no playbook was applied yet: everything is new"}
        if self.failing:
            why["apply"] = f"an apply refuses the folder's: {self.failing[0].message} ({_line(self.failing[0].span)})"
        return {
            "as_of": show_instant(self.as_of),
            "since": show_instant(self.since),
            "until": show_instant(self.until),
            "fingerprint": {"before": was, "after": self.after.fingerprint},
            "changes": [change_as_json(each) for each in self.changes],
            "renamed": self.renamed,
            "gained": [each.as_json() for each in self.gained],
            "lost": [each.as_json() for each in self.lost],
            "let_through": [each.as_json(both=True) for each in self.let_through],
            "held_back": [each.as_json(both=True) for each in self.held_back],
            "sooner": [each.as_json(both=True) for each in self.sooner],
            "later": [each.as_json(both=True) for each in self.later],
            "before": {name: _counted(one) for name, (one, _) in self.signals.items() if one is not None},
            "after": {name: _counted(one) for name, (_, one) in self.signals.items() if one is not None},
            "totals": {side: None if one is None else _counted(one) for side, one in zip(("before", "after"), self.totals, strict=True)},
            "already_on": {
                name: {
                    "on": each.on,
                    "turns_on": each.turns_on,
                    "subjects": [dict(zip(("subject", "account", "name"), one, strict=True)) for one in each.subjects],
                }
                for name, each in self.already_on.items()
            },
            "violations": {side: None if one is None else one.violations | {"poached": one.poached} for side, one in judged.items()},
            "touches": {side: None if one is None else _touches(one) for side, one in judged.items()},
            "why": why,
        }


def change_as_json(change: Difference) -> dict[str, Any]:
    return {
        "what": change.what,
        "rule": change.rule,
        "before": change.before,
        "after": change.after,
        "before_at": _line(change.before_at),
        "after_at": _line(change.after_at),
    }


def _line(place: Span | None) -> str | None:
    return None if place is None else f"{place.source.path}:{place.line}"


def _shown(at: Instant | None) -> str | None:
    return None if at is None else show_instant(at)


def _counted(one: Counted) -> dict[str, Any]:
    return {
        "fired": one.fired,
        "leads": one.leads,
        "reasons": one.reasons,
        "leads_per_week": one.leads_per_week,
        "leads_per_week_per_seller": one.leads_per_week_per_seller,
        "backtest": {name: each.as_json() for name, each in one.backtests.items()},
        "why": dict(one.why),
    }


def _touches(one: Judgement) -> dict[str, Any]:
    rate = None if one.poached_rate is None else float(one.poached_rate)
    return {"touches": one.touches, "poached_rate": rate, "overrides": one.overrides, "unmatched": one.unmatched}


@storage_faults()
def make_plan(project: Project, asked: PlanRequest) -> Plan:
    """Raises UnknownName for an outcome that neither playbook declares."""
    log, as_of, standing = open_in_force(project, asked.as_of)
    if asked.since is not None and asked.since > as_of:
        raise WrongUsage(
            f"since {show_instant(asked.since)} nothing has happened as of {show_instant(as_of)}",
            "give an earlier `--since`, or leave it out: it is then the beginning",
        )
    after = project.playbook
    before = standing.playbook if standing.taken == "applied" else None
    _find_outcomes(asked, [each for each in (before, after) if each is not None])
    new = AsIf(project, log, as_of, after, asked.since, asked.until)
    old = None if before is None else AsIf(project, log, as_of, before, asked.since, asked.until)
    if old is not None and old.playbook.fingerprint == after.fingerprint:
        new = old
    changes = () if before is None else tuple(differences(before.roots, after.roots, (before.spelt, after.spelt)))
    had = frozenset[Fired]() if old is None else old.fired
    moved = [] if old is None or old is new else [_both(old, new, each) for each in sorted(had & new.fired) if _is_moved(old, new, each)]
    gained = tuple(_row(new, each) for each in sorted(new.fired - had))
    lost = () if old is None else tuple(_row(old, each) for each in sorted(had - new.fired))
    names = _changed(old, new, changes, [*gained, *lost, *moved])
    judging = Judging(asked.outcomes, asked.length)
    return Plan(
        as_of=as_of,
        since=new.begins,
        until=new.ends,
        served=log.served,
        before=before,
        after=after,
        changes=changes,
        gained=gained,
        lost=lost,
        let_through=tuple(each for each in moved if each.lead_before is None),
        held_back=tuple(each for each in moved if each.lead is None),
        sooner=tuple(each for each in moved if _is_before(each.lead, each.lead_before)),
        later=tuple(each for each in moved if _is_before(each.lead_before, each.lead)),
        signals={name: tuple(_of_signal(side, name, judging) for side in (old, new)) for name in names},  # type: ignore[misc]
        totals=(None if old is None else old.counted(None, None), new.counted(None, None)),
        already_on={name: _already_on(old, new, name) for name in names if new.signal(name) and _is_other(old, new, name)},
        judgements=(None if old is None else old.judged(), new.judged()),
        failing=run_tests(after)[0],
    )


def _find_outcomes(asked: PlanRequest, playbooks: Sequence[Playbook]) -> None:
    declared = {name for each in playbooks for name in each.product.judged.outcomes}
    for name, _ in asked.outcomes:
        if name not in declared:
            raise UnknownName("outcome", name, declared)


def _changed(old: AsIf | None, new: AsIf, changes: Iterable[Difference], rows: Iterable[FiringRow]) -> list[str]:
    """The signals of which anything is another, in the order of the newer playbook."""
    if old is new:
        return []
    names = list(dict.fromkeys([*new.playbook.signals, *([] if old is None else old.playbook.signals)]))
    touched = {row.signal for row in rows} | set(_bounded(changes))
    if old is not None:
        # A firing may open a lead by one, and by the other be one more reason of a lead that is open still.
        touched |= {each.signal for each in (old.opening & old.fired) ^ (new.opening & new.fired)}
    return [name for name in names if name in touched or _is_other(old, new, name)]


def _bounded(changes: Iterable[Difference]) -> Iterator[str]:
    """The signals of which `boundary.yaml` says something else."""
    for change in changes:
        place = change.after_at or change.before_at
        if place is not None and place.source.path.endswith(f"/{BOUNDARY_FILE}") and change.rule.startswith("signals."):
            yield change.rule.split(".")[1]


def _is_other(old: AsIf | None, new: AsIf, name: str) -> bool:
    """Whether the signal is new or gone, says something else, or is on for others now, be it for what identity, a score or a tier says."""
    one, other = None if old is None else old.signal(name), new.signal(name)
    if old is None or one is None or other is None:
        return True
    return _says(one) != _says(other) or old.on(name) != new.on(name)


def _says(signal: Signal) -> tuple[str, str, Duration]:
    """What decides when it fires, and for whom."""
    return signal.about, show_expression(signal.when), signal.cooldown


def _of_signal(side: AsIf | None, name: str, judging: Judging) -> Counted | None:
    return None if side is None or side.signal(name) is None else side.counted(name, judging)


def _row(side: AsIf, fired: Fired) -> FiringRow:
    lead, account = side.reasons.get(fired), side.account_of(fired.about, fired.subject)
    why = side.why_not(fired) if lead is None else None
    return FiringRow(fired.signal, fired.subject, fired.about, account, side.name_of(account), fired.at, lead, fired in side.opening, why)


def _is_moved(old: AsIf, new: AsIf, fired: Fired) -> bool:
    return old.reasons.get(fired) != new.reasons.get(fired)


def _both(old: AsIf, new: AsIf, fired: Fired) -> FiringRow:
    was = _row(old, fired)
    return replace(_row(new, fired), lead_before=was.lead, opens_before=was.opens, why_before=was.why)


def _is_before(one: Instant | None, other: Instant | None) -> bool:
    return one is not None and other is not None and one < other


def _already_on(old: AsIf | None, new: AsIf, name: str) -> AlreadyOn:
    subjects, about = new.on(name), new.playbook.signals[name].about
    on_before = old.on(name) if old is not None and old.permits_by(name) else []
    owned = [(subject, new.account_of(about, subject)) for subject in subjects]
    told = tuple((subject, account, new.name_of(account)) for subject, account in owned)
    return AlreadyOn(len(subjects), len({*subjects} - {*on_before}), told)
