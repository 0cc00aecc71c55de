"""The timeline of a project: kept under `data/timeline/`, built where it is missing, refreshed where the log has grown, else just opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any

import msgspec

from tandem import __version__
from tandem.app.asking import Asking
from tandem.app.project import Project
from tandem.app.timeline_parts import (
    Arrays,
    code_log,
    find_history,
    find_subjects,
    lay_out_kind,
    layout_of,
    read_order,
    read_property,
)
from tandem.facts.corrections import gone_over_time
from tandem.facts.tables import to_facts
from tandem.identity.lives import life
from tandem.identity.rules import Rules
from tandem.language.expression.nodes import About
from tandem.storage.derived import Builder, Derived, Manifest, Part
from tandem.storage.log import Log
from tandem.timeline.coded_log import CodedLog
from tandem.timeline.kernels import Ints, Longs
from tandem.timeline.timeline import Property, Subjects, Ties, Timeline, Version
from tandem.timeline.whose import KINDS, Population, Whose
from tandem.timeline.words import Words

# The number of the files' layout, and of the rules by which they are made; to be raised with either.
LAYOUT_VERSION = 1


def open_timeline(project: Project, log: Log) -> Timeline:
    """The timeline of all that the log holds."""
    return KeptTimeline(log, project.playbook.product.rules, Derived(log.data / "timeline"))


class KeptTimeline:
    """A timeline whose arrays are mapped from files; what is asked for the first time is computed, and kept."""

    def __init__(self, log: Log, rules: Rules, derived: Derived) -> None:
        self._log, self._rules, self._derived = log, rules, derived
        self._state = _state(log, rules)
        found = derived.read()
        self._manifest = derived.manifest()
        self._parts: dict[str, Part] = dict(found[1]) if found and found[0] == self._state else {}
        if not self._parts:
            self._build()

    @cached_property
    def names(self) -> Sequence[str]:
        return list(self._coded.names)

    def subjects(self, kind: About) -> Subjects:
        found = self._populations[kind]
        part = self._part(f"layout/{kind}", self._lay_out)
        return Subjects(
            found.ids, found.existence, found.account, layout_of(part), (part["name"],), (part["person"],), (part["workspace"],)
        )  # fmt: skip

    def property(self, path: tuple[str, ...]) -> Property:
        found = self._part(f"property/{msgspec.json.encode(path).decode()}", self._read_property)
        return Property(found["code"], [msgspec.json.decode(value) for value in Words.from_arrays("values", found)])

    def places(self, rows: Sequence[int]) -> list[int]:
        return [int(self._coded.place[row]) for row in rows]

    def order(self) -> Longs:
        return self._part("order", self._read_order)["order"]

    def name(self) -> Ints:
        return self._coded.name

    def occurred(self) -> Longs:
        return self._coded.occurred

    def known(self) -> Longs:
        return self._coded.known

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
        return self._ties.get(kind, {})

    def families(self) -> Ties:
        return self._ties["family"]

    @cached_property
    def _coded(self) -> CodedLog:
        return CodedLog.from_arrays(self._parts["log"])

    @cached_property
    def _populations(self) -> Mapping[About, Population]:
        return {kind: Population.from_arrays(self._parts[kind]) for kind in KINDS}

    @cached_property
    def _ties(self) -> Mapping[str, Ties]:
        return msgspec.msgpack.decode(self._parts["ties"]["told"].tobytes(), type=dict[str, dict[str, tuple[tuple[int, str], ...]]])

    @cached_property
    def _gone(self) -> Mapping[str, Sequence[tuple[int, int]]]:
        corrections: Any = to_facts("correction", self._log.table("correction"))
        return gone_over_time(corrections)

    def _build(self) -> None:
        """All that does not wait until it is asked for."""
        with Builder(self._derived) as builder:
            self._parts["log"] = builder.keep("log", code_log(self._log, builder))
            asking = Asking(self._log, builder.folder)
            history = find_history(self._log, self._coded, asking, self._rules)
            for name, arrays in find_subjects(self._log, self._coded, history).items():
                self._parts[name] = builder.keep(name, arrays)
            asking.close()
            self._publish(builder, carried=())

    def _part(self, name: str, make: Callable[[str, Builder], Arrays]) -> Part:
        if name not in self._parts:
            with Builder(self._derived) as builder:
                self._parts[name] = builder.keep(name, make(name, builder))
                self._publish(builder, carried=self._parts)
        return self._parts[name]

    def _publish(self, builder: Builder, carried: Sequence[str] | Mapping[str, object]) -> None:
        if builder.publish(self._state, self._manifest, carried):
            self._manifest = Manifest(self._state, {})

    def _lay_out(self, name: str, builder: Builder) -> Arrays:
        kind: Any = name.removeprefix("layout/")
        people = self._populations
        return lay_out_kind(kind, self._coded, Whose.from_arrays(self._parts["whose"]), people[kind], people["person"], builder)

    def _read_property(self, name: str, builder: Builder) -> Arrays:
        path = msgspec.json.decode(name.removeprefix("property/"), type=tuple[str, ...])
        asking = Asking(self._log, builder.folder)
        return read_property(path, self._coded, asking, builder, name)

    def _read_order(self, name: str, builder: Builder) -> Arrays:
        return read_order(self._coded, Asking(self._log, builder.folder), builder, name)


def _state(log: Log, rules: Rules) -> dict[str, Any]:
    said = msgspec.json.encode(rules, order="deterministic")
    return {
        "layout": LAYOUT_VERSION,
        "tandem": __version__,
        "rules": blake2b(said, digest_size=16).hexdigest(),
        "log": log.key,
        "place_end": log.place_end,
        "known_until": log.known_until,
    }
