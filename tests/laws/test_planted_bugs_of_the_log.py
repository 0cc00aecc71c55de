"""The laws of the log are worth what they catch: each of these bugs, planted, is found by one of them.

as of T asks when a fact occurred, not when it was known          law 2 and the slow log
corrections are ignored                                            the slow log
an undo is ignored                                                 the slow log
the first correction wins, not the last one known                  the slow log
a replacement hides before its correction is known                 law 2
a replacement stands although its correction is undone             the slow log
an id that is used again for something else is an echo             the slow log
a fact is the same if it says the same, whatever its id            the slow log
the ids of facts are forgotten by a seal                           the slow log
the ids of the journal are forgotten when a writer begins          law 3 and the slow log
what stands twice in one batch is stored twice                     law 3 and the slow log
places go by kind, not by row                                      the slow log
a row with a clash is stored in part                               the slow log
the tail is not read                                               the slow log
a seal that was killed is repeated without asking what it wrote    the slow log
a failed row is kept each time that it comes                       the slow log
the ledger does not count duplicates                               the slow log
the greatest instant known is that of the last batch               the slow log
what counts depends on the project's secret key                    law 4
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from deltalake import DeltaTable

import tandem.app.history.knowledge as knowledge
import tandem.storage.log as log
from tandem.facts.corrections import gone
from tandem.facts.fact import Correction
from tandem.facts.tables import FACT_SCHEMAS
from tandem.storage.delivery import Verdict, judge
from tandem.storage.known_ids import NONE, Ids, KnownIds
from tests.laws import test_log_laws as laws
from tests.laws.log_worlds import INSTANTS, World, world_of

pytestmark = pytest.mark.usefixtures("quick_disk")
quick_disk = laws.quick_disk

Patch = pytest.MonkeyPatch
WORLDS = 400


def some_worlds(*, clashes: bool = True, sealed: bool = False) -> Iterator[tuple[World, random.Random]]:
    """Always the same worlds, from small ones to larger ones."""
    chance = random.Random(7)
    for number in range(WORLDS):
        happened = [chance.randbytes(8) for _ in range(1 + number % 12)]
        yield world_of(bytes([15 if sealed else 0]), happened, clashes=clashes), chance


def the_slow_log() -> None:
    for world, _ in some_worlds():
        laws.check_meaning(world)


def the_slow_log_over_seals() -> None:
    for world, _ in some_worlds(sealed=True):
        laws.check_meaning(world)


def no_foresight() -> None:
    for world, chance in some_worlds():
        laws.check_no_foresight(world, [chance.randbytes(8) for _ in range(3)], chance.choice(INSTANTS))


def order_and_echo() -> None:
    for world, chance in some_worlds(clashes=False):
        laws.check_order_and_echo(world, chance)


def replay() -> None:
    for world, _ in some_worlds():
        laws.check_replay(world)


def as_of_asks_when_it_occurred(patch: Patch) -> None:
    whole = log.Log.table

    def table(self: log.Log, kind: str, *, columns: Any = None, as_of: int | None = None) -> pa.Table:
        found = whole(self, kind)
        if as_of is not None and kind in FACT_SCHEMAS:
            found = found.filter(pa.array([at <= as_of for at in found["occurred_at"].cast(pa.int64()).to_pylist()], pa.bool_()))
        return found if columns is None else found.select(columns)

    patch.setattr(log.Log, "table", table)


def corrections_are_ignored(patch: Patch) -> None:
    patch.setattr(knowledge, "gone", lambda corrections, as_of: frozenset())


def undo_is_ignored(patch: Patch) -> None:
    patch.setattr(knowledge, "gone", lambda corrections, as_of: gone([each for each in corrections if not each.undo], as_of))


def the_first_correction_wins(patch: Patch) -> None:
    def first(corrections: list[Correction], as_of: int) -> frozenset[str]:
        targets = {each.target: each for each in sorted(corrections, key=lambda each: each.known_at, reverse=True)}
        return gone(targets.values(), as_of)

    patch.setattr(knowledge, "gone", first)


def a_replacement_hides_too_early(patch: Patch) -> None:
    def hiding(self: knowledge.Knowledge) -> frozenset[str]:
        every: Any = knowledge.to_facts("correction", self.log.table("correction"))
        unknown = {each.replacement for each in every if each.replacement and each.known_at > self.as_of}
        return gone(every, self.as_of) | unknown

    patch.setattr(knowledge.Knowledge, "gone", property(hiding))


def a_replacement_stands_after_an_undo(patch: Patch) -> None:
    def standing(corrections: list[Correction], as_of: int) -> frozenset[str]:
        return gone([msgspec.structs.replace(each, replacement=None) for each in corrections], as_of)

    patch.setattr(knowledge, "gone", standing)


def a_clash_is_an_echo(patch: Patch) -> None:
    def judged(rows: Any, ids: Ids, known: Any, said: Any) -> Verdict:
        same = np.zeros(len(ids), np.uint64)
        return judge(rows, Ids(ids.upper, ids.lower, same), known, same)

    patch.setattr(log, "judge", judged)


def what_says_the_same_is_the_same(patch: Patch) -> None:
    find = KnownIds.find

    def found(self: KnownIds, asked: Ids) -> Any:
        known, said = find(self, asked)
        contents = np.concatenate([run.content for run in [*self._mapped.values(), *self._fresh]] or [np.empty(0, np.uint64)])
        alike = np.isin(asked.content, contents) & (asked.content != 0)
        return known | alike, np.where(alike, asked.content, said)

    patch.setattr(KnownIds, "find", found)


def a_seal_forgets_ids(patch: Patch) -> None:
    seal = KnownIds.seal

    def forgetting(self: KnownIds, number: int, at: int) -> Any:
        seal(self, number, at)
        self.runs = ()
        return self.runs

    patch.setattr(KnownIds, "seal", forgetting)


def a_new_writer_forgets_the_journal(patch: Patch) -> None:
    patch.setattr(log, "_ids_of", lambda batch: NONE)


def a_batch_stores_its_echoes(patch: Patch) -> None:
    def judged(rows: Any, ids: Ids, known: Any, said: Any) -> Verdict:
        verdict = judge(rows, ids, known, said)
        if verdict.clashing or known.any():
            return verdict
        return Verdict(np.ones(len(rows), bool), len(np.unique(rows)), 0, ())

    patch.setattr(log, "judge", judged)


def places_go_by_kind(patch: Patch) -> None:
    placed = log.Writer._placed

    def by_kind(self: log.Writer, delivery: Any, fresh: Any) -> Any:
        numbered = type(delivery)(**{**vars(delivery), "rows": np.arange(len(delivery.rows))})
        return placed(self, numbered, fresh)

    patch.setattr(log.Writer, "_placed", by_kind)


def a_clashing_row_is_stored_in_part(patch: Patch) -> None:
    def judged(rows: Any, ids: Ids, known: Any, said: Any) -> Verdict:
        verdict = judge(rows, ids, known, said)
        part = np.isin(rows, verdict.clashing) & ~known
        return Verdict(verdict.fresh | part, verdict.stored, verdict.duplicate, verdict.clashing)

    patch.setattr(log, "judge", judged)


def the_tail_is_not_read(patch: Patch) -> None:
    read = log._read_place
    patch.setattr(log, "_read_place", lambda data: (read(data)[0], []))


def a_killed_seal_is_written_twice(patch: Patch) -> None:
    patch.setattr(DeltaTable, "transaction_version", lambda self, app: None)


def a_failed_row_is_kept_each_time(patch: Patch) -> None:
    def every(self: log.Writer, failed: pa.Table, ids: Ids, open_: dict[str, str]) -> Any:
        parts = failed.combine_chunks().to_batches()
        return parts[0] if parts else pa.RecordBatch.from_pylist([], schema=failed.schema), NONE

    patch.setattr(log.Writer, "_new_failures", every)


def the_ledger_leaves_out_duplicates(patch: Patch) -> None:
    entry = log._ledger_entry
    patch.setattr(log, "_ledger_entry", lambda *said: entry(*said) | {"duplicate": 0})


def the_last_batch_says_what_is_known(patch: Patch) -> None:
    def opened(self: log.Log, data: Any) -> None:
        begin(self, data)
        self.known_until = self._tail[-1].known_until if self._tail else self.known_until

    begin = log.Log.__init__
    patch.setattr(log.Log, "__init__", opened)


def facts_stand_in_the_order_of_their_digests(patch: Patch) -> None:
    placed = log.Writer._placed

    def shuffled(self: log.Writer, delivery: Any, fresh: Any) -> Any:
        rank = np.argsort(np.argsort(delivery.ids.upper)).astype(np.int64)
        return placed(self, type(delivery)(**{**vars(delivery), "rows": rank}), fresh)

    patch.setattr(log.Writer, "_placed", shuffled)


@pytest.mark.parametrize(
    ("bug", "law"),
    [
        (as_of_asks_when_it_occurred, the_slow_log),
        (as_of_asks_when_it_occurred, no_foresight),
        (corrections_are_ignored, the_slow_log),
        (undo_is_ignored, the_slow_log),
        (the_first_correction_wins, the_slow_log),
        (a_replacement_hides_too_early, no_foresight),
        (a_replacement_stands_after_an_undo, the_slow_log),
        (a_clash_is_an_echo, the_slow_log),
        (what_says_the_same_is_the_same, the_slow_log),
        (a_seal_forgets_ids, the_slow_log_over_seals),
        (a_new_writer_forgets_the_journal, the_slow_log),
        (a_new_writer_forgets_the_journal, order_and_echo),
        (a_batch_stores_its_echoes, the_slow_log),
        (a_batch_stores_its_echoes, order_and_echo),
        (places_go_by_kind, the_slow_log),
        (a_clashing_row_is_stored_in_part, the_slow_log),
        (the_tail_is_not_read, the_slow_log),
        (a_killed_seal_is_written_twice, the_slow_log_over_seals),
        (a_failed_row_is_kept_each_time, the_slow_log),
        (the_ledger_leaves_out_duplicates, the_slow_log),
        (the_last_batch_says_what_is_known, the_slow_log),
        (facts_stand_in_the_order_of_their_digests, replay),
    ],
)
def test_the_bug_is_caught(bug: Callable[[Patch], None], law: Callable[[], None], monkeypatch: Patch) -> None:
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        law()


@pytest.mark.parametrize("law", [the_slow_log, no_foresight, order_and_echo, replay])
def test_without_a_bug_the_same_worlds_keep_the_law(law: Callable[[], None], monkeypatch: Patch) -> None:
    monkeypatch.setattr("tests.laws.test_planted_bugs_of_the_log.WORLDS", 40)
    law()
