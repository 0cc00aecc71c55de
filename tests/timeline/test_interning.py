"""Equal texts and equal rows have one code, by first appearance, however they come and however many there are."""

from __future__ import annotations

from random import Random

import numpy as np
import pyarrow as pa

from tandem.timeline.making.interning import Rows, Texts
from tandem.timeline.making.words import Words


def test_texts_have_codes_by_first_appearance_and_go_on_from_those_that_were_given() -> None:
    texts = Texts()
    assert texts.codes(pa.array(["ann", "", "bob", "ann"])).tolist() == [0, 1, 2, 0]
    assert texts.codes(pa.array(["x", "Zoë", "bob", ""]).slice(1)).tolist() == [3, 2, 1]
    more = Texts(texts.words())
    assert more.codes(pa.array(["cat", "Zoë"])).tolist() == [4, 3]
    assert list(more.words()) == ["ann", "", "bob", "Zoë", "cat"]
    assert (more.words()[3], more.words()[-1], [*more.words()[1:3]]) == ("Zoë", "cat", ["", "bob"])


def test_many_texts_and_rows_have_the_codes_that_a_dictionary_gives() -> None:
    chance = Random(5)
    texts, rows = Texts(), Rows(3)
    of_text: dict[str, int] = {}
    of_row: dict[tuple[int, ...], int] = {}
    for _ in range(20):
        said = [str(chance.randrange(10 ** chance.randrange(1, 6))) for _ in range(2_000)]
        assert texts.codes(pa.array(said)).tolist() == [of_text.setdefault(one, len(of_text)) for one in said]
        told = [tuple(chance.randrange(-1, 20) for _ in range(3)) for _ in range(2_000)]
        assert rows.codes(np.array(told, np.int32)).tolist() == [of_row.setdefault(one, len(of_row)) for one in told]
    assert list(texts.words()) == list(of_text)
    assert list(map(tuple, rows.columns().T.tolist())) == list(of_row)
    assert Rows(3, rows.columns()).codes(np.array([told[7]], np.int32)).tolist() == [of_row[told[7]]]


def test_of_no_texts_there_are_no_words() -> None:
    assert list(Words.of([])) == list(Texts().words()) == []
