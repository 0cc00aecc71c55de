"""Which playbook is in force: the applied ones, each from its instant on; before the first apply the folder's, as if always in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Literal as OneOf

import msgspec

from tandem.app.failures import PlaybookProblems
from tandem.app.project import Project, storage_faults
from tandem.language.problem import Problem
from tandem.storage.log import Log
from tandem.storage.playbooks import AppliedPlaybooks, Apply, digest_of
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.app.playbook.playbook import Playbook


class AppliedProblems(PlaybookProblems):
    """An applied version that this Tandem no longer reads, though an earlier one did."""

    code = "applied_problems"

    def __init__(self, fingerprint: str, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.what = f"the applied playbook {fingerprint[:12]} has problems for this version of Tandem"
        self.mend = "mend them in the folder's, and `tandem apply` it; or go on with the Tandem that applied it"


# How places in an applied playbook are called: as in the folder that it was taken from.
CALLED = "playbook"


@dataclass(frozen=True)
class Standing:
    """What the list of applies comes to: `apply` holds from `since`, which None makes the log's beginning, until the next."""

    since: Instant | None
    apply: Apply

    @property
    def fingerprint(self) -> str:
        return self.apply.fingerprint


@dataclass(frozen=True)
class Version:
    """A playbook that is in force from `since` on; None is the log's beginning. quiet: what it turned on at once counts as seen."""

    since: Instant | None
    playbook: Playbook
    quiet: bool = False


# Whose playbooks are asked: those applied, or the folder's, because none is yet or a draft was asked for.
Taken = OneOf["applied", "folder", "draft"]


@dataclass(frozen=True)
class InForce:
    """versions: by `since`, never none. taken: `applied`; `folder` before the first apply; `draft` where the folder's was asked for."""

    versions: tuple[Version, ...]
    taken: Taken

    @property
    def playbook(self) -> Playbook:
        """The one in force at the instant that was asked for."""
        return self.versions[-1].playbook


def open_in_force(project: Project, typed: str | None, *, draft: bool = False) -> tuple[Log, Instant, InForce]:
    """The log, the instant that was typed, and what is in force then. A bare date is midnight in the zone of the playbook applied last."""
    log = project.log()
    standing = () if draft else read_standing(project)
    zone = read_applied(project, standing[-1].apply).company.time_zone if standing and typed is not None else None
    as_of = project.as_of(typed, log, zone)
    return log, as_of, find_in_force(project, as_of, draft=draft)


def find_in_force(project: Project, as_of: Instant, *, draft: bool = False) -> InForce:
    """The playbooks in force up to an instant. Raises DamagedData, AppliedProblems, and PlaybookProblems where the folder's does not read.

    draft: the folder's, as if always in force, whatever was applied.
    """
    if draft:
        return InForce((Version(None, project.playbook),), "draft")
    standing = [each for each in read_standing(project) if each.since is None or each.since <= as_of]
    versions = tuple(Version(each.since, read_applied(project, each.apply), each.apply.quiet) for each in standing)
    return InForce(versions, "applied") if versions else InForce((Version(None, project.playbook),), "folder")


def applied_playbooks(project: Project) -> AppliedPlaybooks:
    return AppliedPlaybooks(project.folder / "data" / "playbooks")


@storage_faults()
def read_standing(project: Project) -> Sequence[Standing]:
    return stand(applied_playbooks(project).read())


def stand(applies: Iterable[Apply]) -> Sequence[Standing]:
    """Each apply replaces what would hold at its instant or later; what goes on as it was is no step. The newest text of a version counts."""
    found: list[Standing] = []
    for each in applies:
        if each.what == "apply":
            found = [one for one in found if each.since is not None and (one.since is None or one.since < each.since)]
            if not found or found[-1].fingerprint != each.fingerprint:
                found.append(Standing(each.since, each))
        # The same rules with other comments.
        found = [
            replace(one, apply=msgspec.structs.replace(one.apply, text=each.text, digest=each.digest))
            if one.fingerprint == each.fingerprint
            else one
            for one in found
        ]
    return found


@storage_faults()
def read_applied(project: Project, apply: Apply) -> Playbook:
    """An applied version. Raises DamagedData where its text was altered, AppliedProblems where this Tandem no longer reads it."""
    from tandem.app.playbook.playbook import read_playbook

    folder = applied_playbooks(project).text_of(apply)
    if _is_folder_s(project.folder / CALLED, apply):
        return project.playbook
    playbook = read_playbook(folder, CALLED)
    errors = [problem for problem in playbook.problems if problem.severity == "error"]
    if errors:
        raise AppliedProblems(apply.fingerprint, errors)
    # It goes on by the name under which it was applied, should a later Tandem spell its rules in another way.
    return replace(playbook, fingerprint=apply.fingerprint)


def _is_folder_s(folder: Path, apply: Apply) -> bool:
    """Whether the folder holds the same text, which then need not be read a second time."""
    from tandem.app.playbook.playbook import read_texts

    try:
        return digest_of(read_texts(folder)) == apply.digest
    except OSError:
        return False
