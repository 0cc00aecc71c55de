"""Small worlds of a log, and the slow and obvious log that the real one must equal.

A world is told in rows, as sources deliver them: a row brings one fact or two that belong together. Two accounts, two people, six days,
few ids: so late facts, corrections, undos, merges, echoes and clashes meet often. Between rows stand cuts: a new batch, a seal, a seal
that is killed before its manifest, a writer that ends and another that begins.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import strategies as st

from tandem.app.history.knowledge import Knowledge
from tandem.facts.fact import Correction, Event, Fact, Merge, Version
from tandem.facts.sameness import content_digest
from tandem.facts.tables import FACT_SCHEMAS, by_kind, kind_of, to_facts
from tandem.identity.rules import Rules
from tandem.storage.log import Log, Writer
from tandem.values.instants import DAY, read_instant
from tests.identity.worlds import Choices
from tests.storage.world import AT, delivery, refuse_with

START = read_instant("2026-03-01T00:00Z", None)
DAYS = range(7)
INSTANTS = [START + day * DAY for day in range(-1, 8)]

Cut = Literal["", "batch", "seal", "killed seal", "new writer"]
Row = tuple[Fact, ...] | str  # A text is a row that failed on the way.


@dataclass(frozen=True)
class World:
    """rows: in the order of delivery. cuts: what stands after each row."""

    rows: tuple[Row, ...]
    cuts: tuple[Cut, ...]

    def batches(self) -> Iterator[tuple[list[Row], Cut]]:
        """Rows that are committed together, and what follows the commit."""
        rows: list[Row] = []
        for row, cut in zip(self.rows, self.cuts, strict=True):
            rows.append(row)
            if cut:
                yield rows, cut
                rows = []
        if rows:
            yield rows, ""


happenings = st.binary(min_size=8, max_size=8)
SEALS = ("", "", "", "batch", "batch", "seal", "killed seal", "new writer")
NO_SEALS = ("", "", "", "batch", "batch", "new writer")


def worlds(*, clashes: bool = True, failures: bool = True) -> st.SearchStrategy[World]:
    return st.builds(
        lambda head, happened: world_of(head, happened, clashes=clashes, failures=failures),
        st.binary(min_size=1, max_size=1),
        st.lists(happenings, min_size=1, max_size=12),
    )


def world_of(head: bytes, happened: Sequence[bytes], *, clashes: bool = True, failures: bool = True) -> World:
    """Few worlds are sealed, for writing a lake takes a hundred times as long as all the rest."""
    cuts = SEALS if head[0] % 16 == 15 else NO_SEALS
    rows: list[Row] = []
    told: list[Cut] = []
    for number, each in enumerate(happened):
        pick = Choices(each)
        told.append(pick.of(*cuts))
        rows.append(_row(pick, number, rows, clashes=clashes, failures=failures))
    return World(tuple(rows), tuple(told))


def later_than(number: int, data: bytes, known_from: int, names: Sequence[str]) -> Row:
    """One more row with ids of its own, all of it known at `known_from` at the earliest; it may correct what is named."""
    row = _row(Choices(data), 500 + number, [tuple(_event(name, 0) for name in names)] if names else [], clashes=False, failures=False)
    assert not isinstance(row, str)
    fresh = []
    for fact in row:
        known = max(fact.known_at, known_from)
        fresh.append(msgspec.structs.replace(fact, id=f"late-{number}", known_at=known))
    return tuple(fresh)


def _row(pick: Choices, number: int, before: list[Row], *, clashes: bool, failures: bool) -> Row:
    occurred = START + pick.of(*DAYS) * DAY
    same: dict[str, Any] = {
        # Ids do not ascend in the order of telling.
        "id": f"{pick.of('f', 'e', 'g')}{number}",
        "occurred_at": occurred,
        "known_at": occurred + pick.of(0, 0, 1, 3) * DAY,
        "source": "test",
    }
    facts_before = [row for row in before if not isinstance(row, str)]
    names = [fact.id for row in facts_before for fact in row]
    kinds = ["event", "event", "identify", "account", "opportunity", "merge", "correct", "replace", "promote", "undo", "echo"]
    match pick.of(*kinds, *(["clash"] if clashes else []), *(["failure"] if failures else [])):
        case "identify":
            traits = pick.of("{}", '{"email":"ann@acme.com"}')
            return (
                Event(type="identify", user_id=pick.of("ann", "bob"), anonymous_id="x", properties=traits, **same),
                Version(kind="person", record_id="ann", fields=traits, patch=True, via="identify", **same),
            )
        case "account":
            return (Version(kind="account", record_id=pick.of("acme", "beta"), fields=pick.of('{"plan":"free"}', "{}"), **same),)
        case "opportunity":
            return (
                Version(kind="opportunity", record_id="O-1", fields='{"account":"acme"}', patch=True, deleted=pick.of(False, True), **same),
            )
        case "merge":
            return (Merge(kind="account", gone="acme", survivor="beta", **same),)
        case "correct" if names:
            return (Correction(target=pick.of(*names), **same),)
        case "replace" if names:
            replacement = _event(f"r{number}", pick.of(1, 2), occurred, same["known_at"])
            return (Correction(target=pick.of(*names), replacement=replacement.id, **same), replacement)
        case "promote" if len(names) > 1:
            return (Correction(target=pick.of(*names), replacement=pick.of(*reversed(names)), **same),)
        case "undo" if names:
            return (Correction(target=pick.of(*names), undo=True, **same),)
        case "echo" if facts_before:
            return pick.of(*facts_before)
        case "clash" if facts_before:
            row = pick.of(*facts_before)
            return tuple(msgspec.structs.replace(fact, occurred_at=fact.occurred_at + 1) for fact in row)
        case "failure":
            return pick.of("no json", "no person", f"row {number}")
    return (_event(same["id"], pick.of(0, 1), occurred, same["known_at"]),)


def _event(name: str, plan: int, occurred: int = START, known: int = START) -> Event:
    plans = ("free", "team", "business")
    return Event(
        id=name, type="track", name="Opened", user_id="ann", occurred_at=occurred, known_at=known, source="test",
        properties=f'{{"plan":"{plans[plan]}"}}',
    )  # fmt: skip


# The real log.


def store(world: World, folder: Path) -> list[str]:
    """Deliver the world, and tell how the rows of each batch ended."""
    told = []
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(Writer(folder, "test"))
        for rows, cut in world.batches():
            facts = [row for row in rows if not isinstance(row, str)]
            failed = [row for row in rows if isinstance(row, str)]
            parted = delivery(writer.key, facts, failures=failed)
            counts = writer.commit(parted, import_id="test", at=AT, refuse=refuse_with(writer.key))
            told.append(_ends(counts.received, counts.stored, counts.duplicate, counts.failed))
            if cut == "seal":
                writer.seal(AT)
            elif cut == "killed seal":
                with pytest.MonkeyPatch.context() as patch, contextlib.suppress(_Killed):
                    patch.setattr("tandem.storage.log.write_manifest", _kill)
                    writer.seal(AT)
            if cut in ("killed seal", "new writer"):
                stack.close()
                writer = stack.enter_context(Writer(folder, "test"))
    return told


class _Killed(BaseException):
    pass


def _kill(*_: object) -> None:
    raise _Killed


def _ends(received: int, stored: int, duplicate: int, failed: int) -> str:
    return f"{received} = {stored} + {duplicate} + {failed}"


def counting(log: Log, as_of: int) -> Counter[Fact]:
    """The facts that count as of T, each as often as it is stored, which must be once."""
    knowledge = Knowledge(log, Rules(), as_of)
    return Counter(fact for kind in knowledge.kinds() for fact in to_facts(kind, knowledge.table(kind)))


def everything(folder: Path) -> dict[str, Any]:
    """All that can be read back: facts with their places, failures, and the sums of the ledger."""
    log = Log(folder)
    said: dict[str, Any] = {}
    for kind in log.kinds():
        if kind in FACT_SCHEMAS:
            table = log.table(kind)
            said[kind] = list(zip(table["place"].to_pylist(), to_facts(kind, table), strict=True))
    ledger = log.table("ledger")
    said["failed rows"] = sorted(log.table("failure")["failure_id"].to_pylist())
    said["ledger"] = _ends(*(sum(ledger[end].to_pylist()) for end in ("received", "stored", "duplicate", "failed")))
    said["place_end"], said["known_until"] = log.place_end, log.known_until
    return said


# The slow and obvious one.


@dataclass
class Meaning:
    """Rows are walked one by one. A row that uses an id for something else fails whole; one that brings nothing new is a duplicate."""

    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    stored: list[tuple[int, Fact]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    sums: list[int] = field(default_factory=lambda: [0, 0, 0, 0])

    def tell(self, world: World) -> list[str]:
        told = []
        for rows, _ in world.batches():
            ends = [0, 0, 0, 0]
            # Rows that failed on the way are no facts, and are counted with their batch whatever stands around them.
            names = [row for row in rows if isinstance(row, str)]
            facts = [row for row in rows if not isinstance(row, str)]
            refused = []
            # Facts of one row take their places in the order in which the batch first has their kinds.
            kinds = list(by_kind((0, fact) for row in facts for fact in row))
            for number, row in enumerate(facts):
                end = self._judge(sorted(row, key=lambda fact: kinds.index(kind_of(fact))))
                ends[end] += 1
                if end == 3:
                    refused.append(f"row {number}")
            for name in names:
                ends[3] += 1
                self._keep("bad_value", name)
            for name in refused:
                self._keep("id_reused", name)
            ends[0] = len(rows)
            self.sums = [whole + part for whole, part in zip(self.sums, ends, strict=True)]
            told.append(_ends(*ends))
        return told

    def _judge(self, row: Sequence[Fact]) -> int:
        new: list[Fact] = []
        mine: dict[tuple[str, str], bytes] = {}
        for fact in row:
            name, said = (kind_of(fact), fact.id), content_digest(b"", fact)
            before = self.contents.get(name, mine.get(name))
            if before is None:
                mine[name] = said
                new.append(fact)
            elif before != said:
                return 3
        self.contents |= mine
        for fact in new:
            self.stored.append((len(self.stored), fact))
        return 1 if new else 2

    def _keep(self, reason: str, name: str) -> None:
        if (reason, name) not in self._kept:
            self._kept.add((reason, name))
            self.failed.append(name)

    @property
    def _kept(self) -> set[tuple[str, str]]:
        return self.__dict__.setdefault("_kept_names", set())  # type: ignore[no-any-return]

    def everything(self) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for place, fact in self.stored:
            said.setdefault(kind_of(fact), []).append((place, fact))
        said["failed rows"] = sorted(self.failed)
        said["ledger"] = _ends(*self.sums)
        said["place_end"] = len(self.stored)
        said["known_until"] = max((fact.known_at for _, fact in self.stored), default=None)
        return said

    def counting(self, as_of: int) -> Counter[Fact]:
        """Facts known at T, without those that are corrected, and without replacements whose correction is not in force."""
        known = [fact for _, fact in self.stored if fact.known_at <= as_of]
        corrections = [fact for fact in known if isinstance(fact, Correction)]
        return Counter(fact for fact in known if isinstance(fact, Correction) or self._counts(fact.id, corrections))

    @staticmethod
    def _counts(name: str, corrections: list[Correction]) -> bool:
        def last(target: str) -> Correction | None:
            about = [each for each in corrections if each.target == target]
            return max(about, key=lambda each: (each.known_at, each.occurred_at, each.id), default=None)

        taken = last(name)
        if taken is not None and not taken.undo:
            return False
        brought_by = [each for each in corrections if each.replacement == name]
        return not brought_by or any(last(each.target) is each and not each.undo for each in brought_by)
