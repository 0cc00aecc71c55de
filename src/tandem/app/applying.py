"""`tandem apply`: the folder's playbook, or one that was applied before, comes into force; and `tandem playbooks`: what was applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from typing import Literal as OneOf

import msgspec

from tandem.app.check import CheckReport, CheckRequest, check
from tandem.app.failures import Failure, PlaybookProblems, WrongUsage
from tandem.app.playbook.in_force import CALLED, Standing, applied_playbooks, read_applied, read_standing, stand
from tandem.app.playbook.playbook import Playbook, read_playbook, read_texts
from tandem.app.project import Project, read_typed, storage_faults
from tandem.storage.log import Log
from tandem.storage.playbooks import AppliedPlaybooks, Apply, digest_of
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant

DIGITS_MIN = 4
SHOWN_DIGITS = 12


class AlreadyDecided(Failure):
    code = "already_decided"


class NoSuchVersion(Failure):
    code = "no_such_version"


@dataclass(frozen=True)
class ApplyRequest:
    """version: the first digits of a fingerprint that was applied before; None takes the folder's. since: as it was typed; None is from now
    on, or in a project that was never served from the log's beginning. quiet: whom it turns on at once is marked as seen."""

    version: str | None = None
    since: str | None = None
    quiet: bool = False


@dataclass(frozen=True)
class Applied:
    """how: `nothing` where it was in force already, `mended` where its text had been altered on disk besides, `text` where only its comments
    are others. before: what was in force until now; None of nothing. is_over: it no longer holds at any instant. dropped: what else held, or
    was to, and no longer does."""

    how: OneOf["applied", "text", "mended", "nothing"]
    apply: Apply
    before: str | None
    is_over: bool
    dropped: tuple[Standing, ...]
    has_boundary: bool
    text: Path

    def as_json(self) -> dict[str, Any]:
        apply = self.apply
        return {
            "how": self.how,
            "fingerprint": apply.fingerprint,
            "since": None if apply.since is None else show_instant(apply.since),
            "applied_at": show_instant(apply.applied_at),
            "place": apply.place,
            "quiet": apply.quiet,
            "before": self.before,
            "dropped": [
                {"fingerprint": each.fingerprint, "since": None if each.since is None else show_instant(each.since)}
                for each in self.dropped
            ],
            "text": str(self.text),
            "why": {"since": "from the log's beginning"} if apply.since is None else {},
        }


def apply_playbook(project: Project, asked: ApplyRequest) -> Applied:
    """Puts a playbook in force. Killed at any instant, either the old one is in force or the new one.

    Raises PlaybookProblems where `check` finds an error or a test fails, NoSuchVersion, AlreadyDecided, AnotherWriter and DamagedData.
    """
    with project.writer("apply"):
        store = applied_playbooks(project)
        applies = store.read()
        try:
            return _applied(project, asked, store, applies)
        finally:
            store.drop_draft()


@dataclass(frozen=True)
class _Chosen:
    """What is to be in force. text: the folder that holds it; None where only a draft does yet. was_altered: that folder was, and is put right."""

    playbook: Playbook
    fingerprint: str
    digest: str
    text: str | None
    was_altered: bool = False


def _applied(project: Project, asked: ApplyRequest, store: AppliedPlaybooks, applies: Sequence[Apply]) -> Applied:
    chosen = _folder_s(project, store, applies) if asked.version is None else _stored(project, asked.version, applies)
    log = Log(project.folder / "data")
    now = project.world.now()
    decided = max((each.decided_until for each in applies if each.decided_until is not None), default=None)
    apply = Apply(
        number=len(applies) + 1,
        what="apply",
        fingerprint=chosen.fingerprint,
        text=chosen.text or "",
        digest=chosen.digest,
        since=_since(asked.since, chosen.playbook, log.served, now, decided),
        applied_at=now,
        place=log.place_end,
        quiet=asked.quiet,
        decided_until=max(now, decided or now) if log.served else decided,
    )
    before, after = stand(applies), stand((*applies, apply))
    how: OneOf["applied", "text", "mended", "nothing"] = "applied"
    if _holds(before) == _holds(after):
        # Whoever is on was asked when it came into force; only its comments may be new.
        standing = next(each.apply for each in before if each.fingerprint == chosen.fingerprint)
        how = "text" if standing.digest != chosen.digest else "mended" if chosen.was_altered else "nothing"
        apply = msgspec.structs.replace(apply, what="text", since=standing.since, quiet=standing.quiet, decided_until=decided)
    if how not in ("nothing", "mended"):
        if chosen.text is None:
            apply = msgspec.structs.replace(apply, text=store.keep(chosen.fingerprint, applies))
        store.append(applies, apply)
    was = _in_force(before, project.as_of(None, log))
    left = {(each.since, each.fingerprint) for each in after}
    over = [each for each in before if (each.since, each.fingerprint) not in left and each.fingerprint != apply.fingerprint]
    return Applied(
        how=how,
        apply=apply,
        before=None if was is None else was.fingerprint,
        is_over=was in over,
        dropped=tuple(each for each in over if each != was),
        has_boundary=chosen.playbook.boundary is not None,
        text=store.folder.relative_to(project.folder) / apply.text,
    )


def _in_force(standing: Sequence[Standing], t: Instant) -> Standing | None:
    return next((each for each in reversed(standing) if each.since is None or each.since <= t), None)


def _holds(standing: Sequence[Standing]) -> list[tuple[Instant | None, str]]:
    return [(each.since, each.fingerprint) for each in standing]


def _since(typed: str | None, playbook: Playbook, served: bool, now: Instant, decided: Instant | None) -> Instant | None:
    """From when on it holds; None is the log's beginning."""
    if typed is None:
        return max(now, now if decided is None else decided + 1) if served else None
    since = read_typed(typed, playbook.company.time_zone)
    if decided is not None and since <= decided:
        raise AlreadyDecided(
            f"the playbook in force has decided until {show_instant(decided)}, and nothing changes what was decided",
            "give a later instant, or leave `--from` out: it then holds from now on",
        )
    return since


def _folder_s(project: Project, store: AppliedPlaybooks, applies: Sequence[Apply]) -> _Chosen:
    """The folder's playbook. What is checked is the copy that is kept, so that nobody alters it in between."""
    try:
        texts = read_texts(project.folder / CALLED)
    except OSError:
        # A file that cannot be read is a problem of the playbook, as it is for `check`.
        _checked(project.folder / CALLED)
        raise
    digest = digest_of(texts)
    kept = next((each for each in reversed(applies) if each.digest == digest), None)
    was_altered = kept is not None and not store.is_whole(kept)
    if kept is not None and was_altered:
        store.put_right(kept, texts)
    folder = store.text_of(kept) if kept is not None else store.draft(texts)
    report = _checked(folder)
    return _Chosen(read_playbook(folder, CALLED), report.fingerprint, digest, None if kept is None else kept.text, was_altered)


def _checked(folder: Path) -> CheckReport:
    """Raises PlaybookProblems for an error or a test that fails."""
    report = check(CheckRequest(folder, called=CALLED))
    errors = [problem for problem in report.problems if problem.severity == "error"]
    if errors:
        raise PlaybookProblems(errors)
    return report


def _stored(project: Project, version: str, applies: Sequence[Apply]) -> _Chosen:
    """The newest text of the only version that begins with these digits."""
    digits = version.casefold()
    if len(digits) < DIGITS_MIN:
        raise WrongUsage(f"`{version}` is too short for a fingerprint", f"give its first {DIGITS_MIN} digits or more")
    found = {each.fingerprint: each for each in applies if each.fingerprint.startswith(digits)}
    if not found:
        raise NoSuchVersion(
            f"no version `{version}` was ever applied",
            "`tandem playbooks` lists those that were; without a fingerprint the folder's is applied",
        )
    if len(found) > 1:
        several = " and ".join(f"`{fingerprint[:SHOWN_DIGITS]}`" for fingerprint in sorted(found))
        raise NoSuchVersion(f"`{version}` may be {several}", "give more digits")
    (apply,) = found.values()
    return _Chosen(read_applied(project, apply), apply.fingerprint, apply.digest, apply.text)


@dataclass(frozen=True)
class VersionListed:
    """until: when the next one took its place; None of one that holds, or that another has replaced from its beginning on."""

    apply: Apply
    state: OneOf["in force", "ended", "replaced", "to come"]
    until: Instant | None


@dataclass(frozen=True)
class PlaybooksListed:
    """versions: one an apply, the latest last. folder: the fingerprint of the folder's playbook; None where it does not read."""

    versions: tuple[VersionListed, ...]
    as_of: Instant
    folder: str | None
    in_force: str | None


def list_playbooks(project: Project, as_of: str | None = None) -> PlaybooksListed:
    log = project.log()
    with storage_faults():
        applies = applied_playbooks(project).read()
    standing = read_standing(project)
    zone = read_applied(project, standing[-1].apply).company.time_zone if standing and as_of is not None else None
    at = project.as_of(as_of, log, zone)
    begun = [each for each in standing if each.since is None or each.since <= at]
    ends = {each.apply.number: after.since for each, after in pairwise(standing)}
    states: dict[int, OneOf["in force", "ended", "to come"]] = {each.apply.number: "to come" for each in standing}
    states |= {each.apply.number: "in force" if each is begun[-1] else "ended" for each in begun}
    made = [each for each in applies if each.what == "apply"]
    for last in made[-1:]:
        # One that goes on as before is no step of its own, and holds all the same.
        states.setdefault(last.number, states[standing[-1].apply.number])
    versions = tuple(VersionListed(each, states.get(each.number, "replaced"), ends.get(each.number)) for each in made)
    folder = read_playbook(project.folder / CALLED)
    reads = all(problem.severity != "error" for problem in folder.problems)
    return PlaybooksListed(versions, at, folder.fingerprint if reads else None, begun[-1].fingerprint if begun else None)
