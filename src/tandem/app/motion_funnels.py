"""`tandem funnel --motion`: the funnel of each motion side by side, of the accounts that were in it when they entered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tandem.app.failures import Failure
from tandem.app.funnel import step_of, wider_step_of
from tandem.app.project import Project, storage_faults
from tandem.app.retention import told
from tandem.app.selecting import read_field
from tandem.app.ways import Ways
from tandem.signals.playbook.funnels import MOTIONS, Motion, MotionFunnel
from tandem.values.durations import show_duration
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.behavior.funnel.tally import Tally
    from tandem.signals.world import Answer
    from tandem.timeline.steps import Steps

# By what an account belongs to a funnel, as it stands beside every number.
BELONGS = "motion at entry"


class NotDeclared(Failure):
    code = "not_declared"


@dataclass(frozen=True)
class MotionFunnelsRequest:
    """motion: None for all that the playbook declares. by: a field of the account as of its entry, as typed. since, until: when it entered."""

    motion: Motion | None = None
    since: Instant | None = None
    until: Instant | None = None
    by: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, eq=False)
class Group:
    """moved: by stage, how many accounts were in another motion when they reached it."""

    tally: Tally
    moved: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class OfMotion:
    """elsewhere: how many accounts came to the first stage, and never while in this motion. groups: by the field's answers, in their order."""

    declared: MotionFunnel
    whole: Group
    elsewhere: int
    groups: tuple[tuple[Answer, Group], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.declared.stages)

    @property
    def convention(self) -> str:
        return f"{self.declared.order}, {BELONGS}"


@dataclass(frozen=True, eq=False)
class MotionFunnels:
    """funnels: in the order of MOTIONS. There is no sum: a ratio over several motions says nothing of any."""

    asked: MotionFunnelsRequest
    funnels: tuple[OfMotion, ...]
    by: str | None
    as_of: Instant
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """Keys are stable; what is unknown is null."""
        return {"convention": BELONGS, "as_of": self.as_of, "fingerprint": self.fingerprint, "motions": [*map(self._as_json, self.funnels)]}

    def _as_json(self, one: OfMotion) -> dict[str, Any]:
        found: dict[str, Any] = {
            "motion": one.declared.motion,
            "convention": one.convention,
            "within": show_duration(one.declared.within),
            "elsewhere": one.elsewhere,
            "steps": _steps(one, one.whole),
        }
        if self.by is not None:
            found |= {"by": self.by, "groups": [{"value": told(answer), "steps": _steps(one, each)} for answer, each in one.groups]}
        return found

    def as_rows(self) -> Iterator[dict[str, Any]]:
        """One a motion and stage, and of groups one a motion, group and stage."""
        for one in self.funnels:
            groups = [(told(answer), each) for answer, each in one.groups] if self.by is not None else [(None, one.whole)]
            for value, each in groups:
                for number, step in enumerate(_steps(one, each, wide=True), 1):
                    yield {"motion": one.declared.motion, "group": value, "step": number, **step}


def _steps(one: OfMotion, group: Group, *, wide: bool = False) -> list[dict[str, Any]]:
    told_of = wider_step_of if wide else step_of
    steps = zip(one.names, group.tally.stages, group.moved, strict=True)
    return [{**told_of(name, stage), "moved": moved} for name, stage, moved in steps]


@storage_faults()
def find_motion_funnels(project: Project, asked: MotionFunnelsRequest) -> MotionFunnels:
    """Raises NotDeclared where the playbook declares none, WrongUsage for a field that cannot be read, UnknownName for an event that nobody
    has declared and that has never come."""
    from tandem.behavior.motions.by_motion import motions_then

    declared = _declared(project, asked.motion)
    log = project.log()
    ways = Ways(project, log, project.as_of(asked.as_of, log))
    steps = motions_then(ways.hindsight, project.playbook.product.judged.stages)
    found = tuple(_of_motion(ways, asked, each, steps) for each in declared)
    return MotionFunnels(asked, found, asked.by, ways.as_of, project.playbook.fingerprint)


def _declared(project: Project, motion: Motion | None) -> list[MotionFunnel]:
    funnels = project.playbook.product.walked.funnels
    found = [funnels[each] for each in MOTIONS if each in funnels and motion in (None, each)]
    if not found:
        what = "no funnel of any motion" if motion is None else f"no funnel of `{motion}`"
        raise NotDeclared(f"the playbook declares {what}", f"write it into `product.yaml`: funnels: {{{motion or 'self_serve'}: ...}}")
    return found


def _of_motion(ways: Ways, asked: MotionFunnelsRequest, declared: MotionFunnel, steps: Steps) -> OfMotion:
    import numpy as np

    from tandem.behavior.funnel.tally import tally
    from tandem.behavior.motions.by_motion import find_entered

    by = None if asked.by is None else read_field(ways.playbook, asked.by, "account", "--by")
    stages = ways.known(declared.stages)
    found = find_entered(
        declared, ways.playbook.product.judged.stages, ways.hindsight, ways.fired(stages), steps, asked.since, asked.until,
        threads=ways.project.world.cores(),
    )  # fmt: skip
    attempts = found.attempts

    def group(chosen: Any = None) -> Group:
        part = attempts if chosen is None else attempts.taken(chosen)
        return Group(tally(part, found.funnel, ways.as_of), tuple(found.moved_by_stage(chosen).tolist()))

    groups: tuple[tuple[Answer, Group], ...] = ()
    if by is not None:
        said = ways.told_apart(by, attempts.subject, attempts.begun)
        groups = tuple((said.answers[code], group(np.flatnonzero(said.code == code))) for code in np.unique(said.code).tolist())
    return OfMotion(declared, group(), found.elsewhere, groups)
