"""Reports that were made before, kept under `data/decided/`: of the same log and playbooks, as of the same instant, they are the same again.

What is kept is derived, and not trusted where anything is another than it was: not even a comment, for reports name lines. To find it, nothing
is loaded that only deciding needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import numpy as np

from tandem import __version__
from tandem.app.playbook.in_force import find_in_force, open_in_force, read_standing
from tandem.app.project import Project, storage_faults
from tandem.storage.derived import Builder, Derived, Manifest
from tandem.storage.log import Log
from tandem.storage.playbooks import digest_of
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.app.decisions.decided import Work

T = TypeVar("T")

# To be raised with what is kept, or how it is decided.
REPORTS_VERSION = 6
# Several periods of some instants; those that were made first give way.
REPORTS_MOST = 16


@storage_faults()
def kept_report(project: Project, typed: str | None, name: str, kind: type[T], find: Callable[[Work], T], *, draft: bool) -> T:
    """The report of a name, as of the instant that was typed. kind: a frozen dataclass of plain values. find: makes it where it is not kept."""
    standing = None
    if typed is None:
        log = project.log()
        as_of = project.as_of(None, log)
    else:
        log, as_of, standing = open_in_force(project, typed, draft=draft)
    derived, state = Derived(log.data / "decided"), _state(project, log)
    whose = _whose(project, as_of, draft=draft)
    part = f"{name}@{as_of} by {whose}"
    found = derived.read()
    if whose is not None and found is not None and found[0].state == state and part in found[1]:
        try:
            return msgspec.msgpack.decode(found[1][part]["told"].tobytes(), type=kind)
        except msgspec.DecodeError:
            pass  # It will be made again.
    from tandem.app.decisions.decided import work_of

    report = find(work_of(project, log, as_of, standing or find_in_force(project, as_of, draft=draft)))
    if whose is not None and log.exists:
        _keep(derived, part, state, report)
    return report


def _keep(derived: Derived, part: str, state: dict[str, Any], report: object) -> None:
    replaces = derived.manifest()
    with Builder(derived) as builder:
        builder.keep(part, {"told": np.frombuffer(msgspec.msgpack.encode(report), np.uint8)})
        builder.publish(state, replaces, {}, dropped=_too_many(replaces))


def _too_many(manifest: Manifest | None) -> set[str]:
    kept = list(manifest.parts) if manifest else []
    return set(kept[: max(0, len(kept) + 1 - REPORTS_MOST)])


def _whose(project: Project, as_of: Instant, *, draft: bool) -> str | None:
    """Whose playbook decides: the applied ones, or the folder's as it is; None where it cannot be read, which is told by whoever reads it."""
    if not draft and any(each.since is None or each.since <= as_of for each in read_standing(project)):
        return "applied"
    from tandem.app.playbook.playbook import read_texts

    try:
        return ("draft " if draft else "folder ") + digest_of(read_texts(project.folder / "playbook"))
    except OSError:
        return None


def _state(project: Project, log: Log) -> dict[str, Any]:
    """What the reports were made of, besides the folder's playbook."""
    return {
        "reports": REPORTS_VERSION,
        "tandem": __version__,
        "log": log.key,
        "place_end": log.place_end,
        "known_until": log.known_until,
        "applied": [[each.since, each.apply.digest, each.apply.quiet] for each in read_standing(project)],
    }
