"""The versions of records of one kind as steps: which word is in force about a field.

A version is a word about the fields that it speaks of, and holds while it is known, has taken effect and no later word of its source speaks.
So a field is the last word in force: a fold, like those over events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from tandem.signals.under import Under, always
from tandem.timeline.algebra import through
from tandem.timeline.folds.extremes import greatest, last, least
from tandem.timeline.kernels import UNKNOWN, Longs
from tandem.timeline.layout import lay_out
from tandem.timeline.steps import Steps, compressed, constant, values_at
from tandem.timeline.timeline import Version

_CLEARED = -1


class VersionsOfKind:
    """The records of one kind. versions: in order, so that a version's number is a word, and the later one is greater.

    records: ids as sources have them. key: of each of them, the record that it is, after merges. keys: how many there are.
    """

    def __init__(self, versions: Sequence[Version], records: Sequence[str], key: Steps, keys: int, source_order: Sequence[str]) -> None:
        self.versions, self.keys, self.records = versions, keys, records
        self._words: dict[str | None, Steps] = {}
        numbers = {record: number for number, record in enumerate(records)}
        self._number = np.array([numbers[each.record_id] for each in versions], np.int64)
        # Each source speaks for itself about a record.
        voices: dict[tuple[int, str], int] = {}
        self._voice = np.array([voices.setdefault((numbers[each.record_id], each.source), len(voices)) for each in versions], np.int64)
        self._voices = len(voices)
        self._record = np.array([record for record, _ in voices], np.int64)
        ranks = [source_order.index(source) if source in source_order else len(source_order) for _, source in voices]
        self._weight = np.array([len(source_order) - rank for rank in ranks], np.int64)
        self._key = key

    def words(self, field: str | None) -> Steps:
        """Of each record the word in force about a field, or about whether it is there at all; UNKNOWN where nothing is said."""
        if field not in self._words:
            self._words[field] = self._spoken(field)
        return self._words[field]

    def ids_of(self, keys: Longs, t: int) -> list[str]:
        """The ids of the records that are one of the keys at t."""
        return [self.records[number] for number in np.flatnonzero(np.isin(values_at(self._key, t), keys)).tolist()]

    @cached_property
    def began(self) -> Steps:
        stretches = [(word, *each) for word, version in enumerate(self.versions) for each in version.stretches]
        word, since, until = np.array(stretches, np.int64).reshape(-1, 3).T
        occurred = np.array([each.occurred_at for each in self.versions], np.int64)[word]
        rows = np.arange(len(word), dtype=np.int32)
        layout = lay_out(self._number[word], np.maximum(since, occurred), occurred, rows, until, len(self.records))
        return least(layout, None, layout.occurred, None)

    def _spoken(self, field: str | None) -> Steps:
        if not self.versions:
            return constant(self.keys, UNKNOWN)
        speaking = [
            (word, since, until)
            for word, version in enumerate(self.versions)
            if field is None or version.deleted or not version.patch or field in version.fields
            for since, until in version.stretches
        ]
        word, since, until = np.array(speaking, np.int64).reshape(-1, 3).T
        said = np.array([not each.deleted and (field is None or each.fields.get(field) is not None) for each in self.versions], bool)
        occurred = np.array([each.occurred_at for each in self.versions], np.int64)[word]
        layout = lay_out(
            self._voice[word], np.maximum(since, occurred), occurred, np.arange(len(word), dtype=np.int32), until, self._voices
        )
        value = np.where(said[word], word, _CLEARED)[layout.row]
        spoken = last(layout, None, value, word[layout.row], None)
        words = compressed(spoken.offsets, spoken.at, np.where(spoken.value == _CLEARED, UNKNOWN, spoken.value), UNKNOWN)
        # Among the voices about one record the weightiest counts, then the latest word.
        weight = self._weight[np.repeat(np.arange(self._voices), np.diff(words.offsets))] * len(self.versions)
        heard = Steps(words.offsets, words.at, np.where(words.value == UNKNOWN, UNKNOWN, words.value + weight), UNKNOWN)
        under = Under.of(through(always(self._record), self._key), [heard], self.keys, lambda word: word != UNKNOWN)
        loudest = greatest(under.layout, None, under.values[0], None)
        return Steps(loudest.offsets, loudest.at, np.where(loudest.value == UNKNOWN, UNKNOWN, loudest.value % len(self.versions)), UNKNOWN)


def found_of(versions: Sequence[Version], path: tuple[str, ...]) -> list[object]:
    found = []
    for version in versions:
        value: object = version.fields
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        found.append(value)
    return found
