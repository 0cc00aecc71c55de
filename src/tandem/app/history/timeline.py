"""The timeline of a project: kept under `data/timeline/`, built where it is missing, refreshed where the log has grown, else just opened."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from tandem import __version__
from tandem.app.failures import PlaybookProblems
from tandem.app.history.asking import Asking
from tandem.app.history.timeline_parts import (
    KEYS,
    Arrays,
    code_log,
    find_history,
    find_subjects,
    lay_out_base,
    lay_out_tail,
    layout_of,
    read_property,
)
from tandem.app.playbook.playbook import Playbook
from tandem.app.project import Project
from tandem.facts.corrections import gone_over_time
from tandem.facts.tables import FACT_SCHEMAS, to_facts
from tandem.identity.lives import life
from tandem.identity.rules import Rules
from tandem.language.expression.nodes import About
from tandem.storage.derived import Builder, Derived, Manifest, Part
from tandem.storage.log import Log
from tandem.timeline.kernels import Ints, Longs
from tandem.timeline.making.coded_log import CodedLog
from tandem.timeline.making.tail import Disturbed
from tandem.timeline.making.whose import KINDS, Population, Whose
from tandem.timeline.making.words import Words
from tandem.timeline.stack import stacked
from tandem.timeline.timeline import Property, Subjects, Ties, Timeline, Version

# The number of the files' layout, and of the rules by which they are made; to be raised with either.
LAYOUT_VERSION = 1
# A tail is at most so many times smaller than its base, else they are one.
TAIL_MOST = 10
# Of playbooks with other rules of identity than the folder's, so many timelines are kept.
OTHERS_MOST = 3


def open_timeline(project: Project, log: Log, playbook: Playbook | None = None) -> Timeline:
    """The timeline of all that the log holds, under a playbook's rules of identity; by default the folder's.

    `data/timeline/` follows the folder. A playbook with other rules has its own under `data/timelines/`, so that neither throws out the other.
    """
    main = Derived(log.data / "timeline")
    said = project.playbook if playbook is None else playbook
    rules, standing = said.product.rules, main.manifest()
    if playbook is None or (standing is not None and standing.state.get("rules") == _digest(rules)) or _is_folder_s(project, rules):
        return KeptTimeline(log, rules, main)
    others = log.data / "timelines"
    _make_room(others, _digest(rules))
    return KeptTimeline(log, rules, Derived(others / _digest(rules)))


def _is_folder_s(project: Project, rules: Rules) -> bool:
    try:
        return project.playbook.product.rules == rules
    except PlaybookProblems:
        return False


def _make_room(folder: Path, name: str) -> None:
    """Remove the timelines of other rules that were made first, but for the last few; who reads one keeps its files."""
    if folder.is_dir() and not (folder / name).exists():
        for each in sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime_ns)[: -(OTHERS_MOST - 1)]:
            shutil.rmtree(each, ignore_errors=True)


class KeptTimeline:
    """A timeline whose arrays are mapped from files; what is asked for the first time is computed, and kept.

    Parts: `log`, `whose`, `ties` and one for each kind of subject say all that is known now; `layout/KIND` is the base, of the first events
    of the log and what was known when they were all; `tail/KIND` what follows it; `base/whose` whose the base's events were then.
    """

    def __init__(self, log: Log, rules: Rules, derived: Derived) -> None:
        self._log, self._rules, self._derived = log, rules, derived
        self._log_of: Part | None = None
        self._standing = derived.manifest()
        self._hold(derived.read())
        now = _state(log, rules)
        if not self._is_of(now, but=_PLACE):
            self._make(now, code_anew=not self._is_of(now, but=(*_PLACE, "rules")), tail=False)
        elif not self._is_of(now):
            self._make(now, code_anew=False, tail=True)

    @property
    def names(self) -> Sequence[str]:
        return list(self._coded().names)

    def subjects(self, kind: About) -> Subjects:
        parts = [self._part(f"layout/{kind}", self._lay_out)]
        if "base/whose" in self._parts:
            try:
                parts.append(self._part(f"tail/{kind}", self._lay_out_tail))
            except Disturbed:
                # Codes stay what they are, for subjects of other kinds may have been handed out.
                self._make(_state(self._log, self._rules), code_anew=False, tail=False, numbered=True)
                return self.subjects(kind)
        base, *tails = map(layout_of, parts)
        layout = stacked(base, tails[0], parts[1]["ended"], parts[1]["ended_at"]) if tails else base
        found = self._populations()[kind]
        name, person, workspace = (tuple(part[column] for part in parts) for column in KEYS)
        return Subjects(found.ids, found.existence, found.account, layout, name, person, workspace)

    def property(self, path: tuple[str, ...]) -> Property:
        found = self._part(f"property/{msgspec.json.encode(path).decode()}", self._read_property, lambda part: len(part["code"]))
        return Property(found["code"], [msgspec.json.decode(value) for value in Words.from_arrays("values", found)])

    def places(self, rows: Sequence[int]) -> list[int]:
        return [int(self._coded().place[row]) for row in rows]

    def order(self, rows: Longs) -> Longs:
        asking = Asking(self._log, None)
        ids, _ = asking.texts(self._coded().place[rows])
        asking.close()
        place = {one: number for number, one in enumerate(sorted(set(ids)))}
        return np.array([place[one] for one in ids], np.int64)

    def name(self) -> Ints:
        return self._coded().name

    def occurred(self) -> Longs:
        return self._coded().occurred

    def known(self) -> Longs:
        return self._coded().known

    def records(self, kind: str) -> Sequence[Version]:
        gone = self._gone
        found = []
        versions: list[Any] = to_facts(kind, self._log.table(kind))
        for said in versions:
            stretches = tuple(life(said.known_at, gone.get(said.id, ())))
            if stretches:
                fields = msgspec.json.decode(said.fields)
                found.append(Version(said.id, said.record_id, fields, said.patch, said.deleted, said.source, said.occurred_at, stretches))
        return found

    def survivors(self, kind: About) -> Ties:
        return self._ties().get(kind, {})

    def families(self) -> Ties:
        return self._ties()["family"]

    def _coded(self) -> CodedLog:
        part = self._parts["log"]
        if self._log_of is not part:
            self._log_of, self._coded_log = part, CodedLog.from_arrays(part)
        return self._coded_log

    def _populations(self) -> Mapping[About, Population]:
        return {kind: Population.from_arrays(self._parts[kind]) for kind in KINDS}

    def _ties(self) -> Mapping[str, Ties]:
        told: bytes = self._parts["ties"]["told"].tobytes()
        return msgspec.msgpack.decode(told, type=dict[str, dict[str, tuple[tuple[int, str], ...]]])

    @cached_property
    def _gone(self) -> Mapping[str, Sequence[tuple[int, int]]]:
        corrections: Any = to_facts("correction", self._log.table("correction"))
        return gone_over_time(corrections)

    def _hold(self, found: tuple[Manifest, dict[str, Part]] | None) -> None:
        manifest, self._parts = found if found else (Manifest({}, {}), {})
        self._state, self._columns = manifest.state, dict(manifest.parts)

    def _is_of(self, now: Mapping[str, Any], but: Sequence[str] = ()) -> bool:
        """Whether what is kept is of this log, or, where its end does not matter, of less of it."""
        same = all(self._state.get(name) == value for name, value in now.items() if name not in but)
        return same and bool(self._parts) and self._state["place_end"] <= now["place_end"]

    def _make(self, now: dict[str, Any], *, code_anew: bool, tail: bool, numbered: bool = False) -> None:
        """All that does not wait until it is asked for.

        tail: what is new may become a tail, where it is little and learnt after the base. numbered: subjects keep the codes that they have.
        """
        with Builder(self._derived) as builder:
            asking = Asking(self._log, builder.folder)
            before, since = (None, 0) if code_anew else (self._coded(), self._state["place_end"])
            kept: dict[str, Part] = {}
            if before is not None and since == now["place_end"]:
                kept["log"] = self._parts["log"]
            else:
                kept["log"] = builder.keep("log", code_log(self._log, builder, before, since))
            coded = CodedLog.from_arrays(kept["log"])
            tail = tail and self._may_be_a_tail(coded)
            ids = {kind: found.ids for kind, found in self._populations().items()} if tail or numbered else None
            history = find_history(self._log, coded, asking, self._rules)
            kept |= {name: builder.keep(name, part) for name, part in find_subjects(self._log, coded, history, ids).items()}
            asking.close()
            carried = {name: name for name in self._parts if before is not None and name.startswith("property/")}
            carried |= {"log": "log"} if "log" not in builder.parts else {}
            if tail:
                carried |= {name: name for name in self._parts if name.startswith("layout/")}
                carried["base/whose"] = "base/whose" if "base/whose" in self._parts else "whose"
            state = now | {"build": builder.folder.name, "base": self._state["base"] if tail else _base(self._log, coded)}
            columns = {name: self._columns[old] for name, old in carried.items()}
            self._parts = {name: self._parts[old] for name, old in carried.items()} | kept
            self._state, self._columns = state, columns | builder.parts
            self._standing = builder.publish(state, self._standing, columns) or self._standing

    def _may_be_a_tail(self, coded: CodedLog) -> bool:
        """Whether what follows the base is little, and was all learnt after all that the base knows and has seen occur."""
        base = self._state["base"]
        if (len(coded) - base["rows"]) * TAIL_MOST > base["rows"]:
            return False
        new = coded.known[base["rows"] :]
        learnt = [int(new.min())] if len(new) else []
        for kind in self._log.kinds():
            if kind in FACT_SCHEMAS and kind != "event":
                learnt += [
                    int(pc.min(rows["known_at"]).value)
                    for rows in self._log.batches(kind, ["place", "known_at"], since=base["place_end"])
                    if len(rows)
                ]
        return all(at > base["until"] for at in learnt)

    def _part(self, name: str, make: Callable[[str, Builder], Arrays], length: Callable[[Part], int] | None = None) -> Part:
        """length: of a part of all events, how many it is of."""
        found = self._parts.get(name)
        if found is None or (length is not None and length(found) < len(self._coded())):
            with Builder(self._derived) as builder:
                self._parts[name] = builder.keep(name, make(name, builder))
                self._columns |= builder.parts
                self._standing = builder.publish(self._state, self._standing, {}) or self._standing
        return self._parts[name]

    def _lay_out(self, name: str, builder: Builder) -> Arrays:
        kind: Any = name.removeprefix("layout/")
        whose = Whose.from_arrays(self._parts["base/whose" if "base/whose" in self._parts else "whose"])
        base = self._coded().take(slice(0, self._state["base"]["rows"]))
        return lay_out_base(kind, base, whose, len(self._populations()[kind].ids), self._visitors(), builder)

    def _lay_out_tail(self, name: str, builder: Builder) -> Arrays:
        kind: Any = name.removeprefix("tail/")
        before, whose = (Whose.from_arrays(self._parts[each]) for each in ("base/whose", "whose"))
        subjects = len(self._populations()[kind].ids)
        return lay_out_tail(
            kind, self._coded(), self._state["base"]["rows"], before, whose, self._parts[f"layout/{kind}"], subjects, self._visitors()
        )

    def _visitors(self) -> npt.NDArray[np.bool_]:
        ids = self._populations()["person"].ids
        return np.asarray(pc.starts_with(ids.column(), "?").to_numpy(zero_copy_only=False), bool)

    def _read_property(self, name: str, builder: Builder) -> Arrays:
        path = msgspec.json.decode(name.removeprefix("property/"), type=tuple[str, ...])
        asking = Asking(self._log, builder.folder)
        return read_property(path, self._coded(), asking, builder, name, self._parts.get(name))


# What of the state grows with the log.
_PLACE = ("place_end", "known_until")


def _base(log: Log, coded: CodedLog) -> dict[str, int]:
    """until: the greatest instant at which a fact was learnt or occurred."""
    ends = [int(each.max()) for each in (coded.known, coded.occurred) if len(each)]
    return {"rows": len(coded), "place_end": log.place_end, "until": max([*ends, log.known_until or 0])}


def _state(log: Log, rules: Rules) -> dict[str, Any]:
    return {
        "layout": LAYOUT_VERSION,
        "tandem": __version__,
        "rules": _digest(rules),
        "log": log.key,
        "place_end": log.place_end,
        "known_until": log.known_until,
    }


def _digest(rules: Rules) -> str:
    return blake2b(msgspec.json.encode(rules, order="deterministic"), digest_size=16).hexdigest()
