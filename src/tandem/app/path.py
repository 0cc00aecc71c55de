"""`tandem path`: how far accounts come from the adoption by a team to the renewal, how long each part takes, and where they are lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tandem.app.funnel import step_of, wider_step_of
from tandem.app.motion_funnels import NotDeclared
from tandem.app.project import Project, storage_faults
from tandem.app.retention import told
from tandem.app.selecting import read_field
from tandem.app.ways import Ways
from tandem.signals.playbook.funnels import PATH_STAGES, Path
from tandem.values.durations import show_duration
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.behavior.motions.path import PathTally
    from tandem.signals.world import Answer

CONVENTION = "first adoption, each stage within its time after the one before"


@dataclass(frozen=True)
class PathRequest:
    """by: a field of the account as of its adoption, as typed. since, until: when it adopted."""

    since: Instant | None = None
    until: Instant | None = None
    by: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, eq=False)
class PathWalked:
    """asked: what was. path: as declared, with the signals that qualify. tally: of all. astray: by stage, how many accounts came there, and not on the path.

    groups: by the field's answers, in their order; none where they are not told apart.
    """

    asked: PathRequest
    path: Path
    tally: PathTally
    astray: tuple[int, ...]
    by: str | None
    groups: tuple[tuple[Answer, PathTally], ...]
    as_of: Instant
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """Keys are stable; what is unknown is null."""
        found: dict[str, Any] = {
            "convention": CONVENTION,
            "as_of": self.as_of,
            "fingerprint": self.fingerprint,
            "steps": [
                {**step, "is": stage.name, "within": None if within is None else show_duration(within), "astray": astray}
                for step, stage, within, astray in zip(
                    self._steps(self.tally), self.path.stages, (None, *self.path.within), self.astray, strict=True
                )
            ],
        }
        if self.by is not None:
            found |= {"by": self.by, "groups": [{"value": told(answer), "steps": self._steps(each)} for answer, each in self.groups]}
        return found

    def as_rows(self) -> Iterator[dict[str, Any]]:
        """One a stage, and of groups one a group and stage."""
        groups = [(told(answer), each) for answer, each in self.groups] if self.by is not None else [(None, self.tally)]
        for value, each in groups:
            for number, step in enumerate(self._steps(each, wide=True), 1):
                yield {"group": value, "step": number, **step}

    def _steps(self, tally: PathTally, *, wide: bool = False) -> list[dict[str, Any]]:
        told_of = wider_step_of if wide else step_of
        steps = [told_of(name, stage) for name, stage in zip(PATH_STAGES, tally.stages, strict=True)]
        # Who did not come in time is lost; the word of a funnel is another.
        return [{("lost" if key == "dropped" else key): value for key, value in step.items()} for step in steps]


@storage_faults()
def find_path(project: Project, asked: PathRequest) -> PathWalked:
    """Raises NotDeclared where the playbook declares none, WrongUsage for a field that cannot be read, UnknownName for an event that nobody
    has declared and that has never come."""
    declared = project.playbook.product.walked.path
    if declared is None:
        raise NotDeclared(
            "the playbook declares no path", "write it into `product.yaml`: path: {adoption: ..., contract: ..., renewal: ...}"
        )
    by = None if asked.by is None else read_field(project.playbook, asked.by, "account", "--by")
    log = project.log()
    ways = Ways(project, log, project.as_of(asked.as_of, log))

    import numpy as np

    from tandem.behavior.motions.happenings import find_happenings
    from tandem.behavior.motions.path import find_courses, path_tally

    path = replace(declared, stages=ways.known(declared.stages))
    happened = find_happenings(path.stages, project.playbook.product.judged.stages, ways.hindsight, ways.fired(path.stages))
    courses = find_courses(path, happened, asked.since, asked.until)
    groups: tuple[tuple[Answer, PathTally], ...] = ()
    if by is not None:
        said = ways.told_apart(by, courses.subject, courses.reached[:, 0])
        groups = tuple(
            (said.answers[code], path_tally(courses.taken(np.flatnonzero(said.code == code)), path, ways.as_of))
            for code in np.unique(said.code).tolist()
        )
    whole = path_tally(courses, path, ways.as_of)
    return PathWalked(asked, declared, whole, tuple(courses.astray.tolist()), asked.by, groups, ways.as_of, project.playbook.fingerprint)
