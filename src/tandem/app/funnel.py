"""`tandem funnel`: how far persons, workspaces or accounts get in a row of stages, and who may still go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from tandem.app.failures import WrongUsage
from tandem.app.history.edges import open_fold
from tandem.app.project import Project, storage_faults
from tandem.app.retention import told
from tandem.app.selecting import read_field, read_selector, refuse_what_never_came
from tandem.behavior.funnel.funnel import Funnel, Order, Unless
from tandem.behavior.periods import Calendar, PeriodKind
from tandem.language.expression.nodes import About, FieldRef
from tandem.signals.playbook.funnels import STAGES_MOST, selector_name
from tandem.values.durations import Duration
from tandem.values.instants import SECOND, Instant

if TYPE_CHECKING:
    from tandem.behavior.fields import Said
    from tandem.behavior.funnel.attempts import Attempts
    from tandem.behavior.funnel.tally import Stage, Tally
    from tandem.signals.fold import Fold
    from tandem.signals.world import Answer

START = "start."


@dataclass(frozen=True)
class FunnelRequest:
    """stages, unless, constant, by: as typed. unless: with the stages between which it stands; None for the first and the last.

    by: `day`, `week` or `month` of the beginning, `start.NAME` for a property of the event that began it, else a field as of then.
    """

    stages: tuple[str, ...]
    within: Duration
    about: About = "person"
    order: Order = "ordered"
    every_attempt: bool = False
    unless: tuple[tuple[str, tuple[int, int] | None], ...] = ()
    constant: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    by: str | None = None
    apart: bool = False
    no_repeats: bool = False
    reentry: bool = False
    as_of: str | None = None


@dataclass(frozen=True, eq=False)
class Funnelled:
    """names: of the stages. groups: by what the attempts are told apart by, in its order; none where they are not."""

    funnel: Funnel
    names: tuple[str, ...]
    tally: Tally
    by: str | None
    groups: tuple[tuple[Answer, Tally], ...]
    as_of: Instant

    def as_json(self) -> dict[str, Any]:
        """Keys are stable; what is unknown is null."""
        found: dict[str, Any] = {"convention": self.funnel.convention, "as_of": self.as_of, "steps": self._steps(self.tally)}
        if self.by is not None:
            groups = [{"value": told(answer), "steps": self._steps(each)} for answer, each in self.groups]
            found |= {"by": self.by, "groups": groups}
        return found

    def as_rows(self) -> Iterator[dict[str, Any]]:
        """One a stage, and of groups one a group and stage."""
        groups = [(told(answer), each) for answer, each in self.groups] if self.by is not None else [(None, self.tally)]
        for group, each in groups:
            for number, (name, stage) in enumerate(zip(self.names, each.stages, strict=True), 1):
                yield {"group": group, "step": number, **wider_step_of(name, stage)}

    def _steps(self, tally: Tally) -> list[dict[str, Any]]:
        return [step_of(name, stage) for name, stage in zip(self.names, tally.stages, strict=True)]


def wider_step_of(name: str, stage: Stage) -> dict[str, Any]:
    """A stage as a row has it."""
    first, _, third = (_seconds(length) for length in stage.quartiles)
    mature = None if stage.rate is None else stage.rate.trials
    return {**step_of(name, stage), "mature": mature, "p25_seconds": first, "p75_seconds": third}


def step_of(name: str, stage: Stage) -> dict[str, Any]:
    """A stage as JSON has it."""
    share, interval = (None, None) if stage.rate is None else (stage.rate.value, stage.rate.interval())
    return {
        "name": name,
        "entered": stage.entered,
        "converted": stage.converted,
        "dropped": stage.dropped,
        "open": stage.open,
        "rate": None if share is None else float(share),
        "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high,
        "median_seconds": _seconds(stage.quartiles[1]),
    }


def tell_overall(tally: Tally, noun: str, *, brief: bool = False) -> str:
    """What share got through, of those whose window is over, as people read it. brief: below words that say what it is."""
    share, interval = tally.overall.value, tally.overall.interval()
    entered, running = int(tally.over.sum() + tally.running.sum()), int(tally.running.sum())
    if share is None or interval is None:
        many = f"{entered:,} {noun}" + ("" if entered == 1 else "s")
        return f"{many}, and no window is over yet" if entered else f"no {noun} began"
    rate, low, high = (f"{float(part) * 100:.1f} %" for part in (share, interval.low, interval.high))
    through, over = tally.overall.successes, tally.overall.trials
    if brief:
        return f"{rate} ({low} to {high}), {through:,} of {over:,}" + (f"; {running:,} not over" if running else "")
    still = f"; of {running:,} it is not" if running else ""
    return f"{rate} ({low} to {high}) got through: {through:,} of the {over:,} whose window is over{still}"


def _seconds(length: int | None) -> float | int | None:
    if length is None:
        return None
    return length // SECOND if length % SECOND == 0 else length / SECOND


@storage_faults()
def find_funnel(project: Project, request: FunnelRequest) -> Funnelled:
    """Raises WrongUsage for what cannot be asked, UnknownName for an event that nobody has declared and that has never come."""
    funnel = _read(project, request)
    by = None if request.by is None else _read_by(project, request.by, request.about)
    log = project.log()
    as_of = project.as_of(request.as_of, log)

    from tandem.behavior.funnel.attempts import find_attempts
    from tandem.behavior.funnel.tally import tallies, tally

    fold = open_fold(project, log)
    refuse_what_never_came(project, fold, funnel.selectors)
    of_start = isinstance(by, tuple)
    attempts = find_attempts(fold.timeline, fold.columns, funnel, as_of, tell_ties=of_start, threads=project.world.cores())
    whole = tally(attempts, funnel, as_of)
    groups: tuple[tuple[Answer, Tally], ...] = ()
    if by is not None:
        said = _told_apart(project, fold, funnel, by, attempts, as_of)
        groups = tuple((said.answers[code], each) for code, each in tallies(attempts, said.code, funnel, as_of).items())
    return Funnelled(funnel, tuple(map(selector_name, funnel.selectors[: len(funnel.stages)])), whole, request.by, groups, as_of)


def _read(project: Project, request: FunnelRequest) -> Funnel:
    playbook, about, last = project.playbook, request.about, len(request.stages)
    if not 2 <= last <= STAGES_MOST:
        raise WrongUsage(
            f"a funnel has 2 to {STAGES_MOST} stages, not {last}", "for instance: tandem funnel 'Signed Up' 'Invite Sent' --within 14d"
        )
    stages = tuple(read_selector(playbook, typed, about, f"stage {number}") for number, typed in enumerate(request.stages, 1))
    unless = tuple(Unless(read_selector(playbook, typed, about, "--unless"), *(between or (1, last))) for typed, between in request.unless)
    try:
        return Funnel(
            about=about,
            stages=stages,
            within=request.within,
            order=request.order,
            every_attempt=request.every_attempt,
            unless=unless,
            constant=None if request.constant is None else _path(request.constant),
            since=request.since,
            until=request.until,
            apart=request.apart,
            no_repeats=request.no_repeats,
            reentry=request.reentry,
        )
    except ValueError as error:
        raise WrongUsage(str(error), "`tandem funnel --help` says which options go together") from None


def _path(typed: str) -> tuple[str, ...]:
    path = tuple(typed.split("."))
    if not all(path):
        raise WrongUsage(f"`{typed}` names no property", "write its name, or its names from outside in: plan, invite.role")
    return path


# A kind of period, the path of a property of the first event, or a field.
By = PeriodKind | tuple[str, ...] | FieldRef


def _read_by(project: Project, typed: str, about: About) -> By:
    for kind in get_args(PeriodKind):
        if typed == kind:
            return kind  # type: ignore[no-any-return]
    if typed.startswith(START):
        return _path(typed.removeprefix(START))
    return read_field(project.playbook, typed, about, "--by")


def _told_apart(project: Project, fold: Fold, funnel: Funnel, by: By, attempts: Attempts, as_of: Instant) -> Said:
    from tandem.behavior.fields import fields_then
    from tandem.behavior.funnel.split import by_period, by_property

    if isinstance(by, FieldRef):
        return fields_then(fold.timeline, project.playbook.declared, funnel.about, by, attempts.subject, attempts.begun, as_of)
    if isinstance(by, tuple):
        return by_property(fold, by, attempts)
    return by_period(fold, by, Calendar(project.zone, project.playbook.company.week_start), attempts)
