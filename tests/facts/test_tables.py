"""Facts as tables: what goes in comes out, whatever it says."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.facts.fact import EVENT_TYPES, Correction, Event, Fact, Merge, Version
from tandem.facts.kinds import RECORD_KINDS
from tandem.facts.tables import FACT_SCHEMAS, by_kind, placed, to_columns, to_facts

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
# Arrow keeps any 64-bit instant, also those that no calendar has.
INSTANT = st.integers(-(2**63), 2**63 - 1)
SAME: dict[str, Any] = {"id": TEXT, "occurred_at": INSTANT, "known_at": INSTANT, "assumed": st.booleans(), "source": TEXT}
MAYBE = st.none() | TEXT

FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        Event, type=st.sampled_from(EVENT_TYPES), name=TEXT, user_id=MAYBE, anonymous_id=MAYBE, workspace_id=MAYBE, account_id=MAYBE,
        properties=TEXT, context=TEXT, **SAME,
    ),
    st.builds(
        Version, kind=st.sampled_from(["account", "opportunity"]), record_id=TEXT, fields=TEXT, patch=st.booleans(), deleted=st.booleans(),
        always=st.booleans(), via=st.sampled_from(["identify", "group", "mapping"]), **SAME,
    ),
    st.builds(Merge, kind=st.sampled_from(["person", "account"]), gone=TEXT, survivor=TEXT, **SAME),
    st.builds(Correction, target=TEXT, replacement=MAYBE, undo=st.booleans(), **SAME),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(FACTS, max_size=8))
def test_facts_go_into_tables_and_come_out_as_they_were(facts: list[Fact]) -> None:
    parted = by_kind(enumerate(facts))
    back: dict[int, Fact] = {}
    for kind, (rows, same) in parted.items():
        columns = placed(to_columns(kind, same), pa.array(rows, pa.int64()), kind)
        assert columns.schema == FACT_SCHEMAS[kind]
        assert columns["place"].to_pylist() == rows
        back |= zip(rows, to_facts(kind, pa.Table.from_batches([columns])), strict=True)
    assert [back[row] for row in range(len(facts))] == facts


def test_a_table_of_no_facts_has_the_columns_of_its_kind() -> None:
    for kind in FACT_SCHEMAS:
        empty = to_columns(kind, [])
        assert (empty.num_rows, empty.schema.names) == (0, [name for name in FACT_SCHEMAS[kind].names if name != "place"])


def test_every_kind_of_record_has_a_table() -> None:
    assert set(FACT_SCHEMAS) == {"event", "merge", "correction", *RECORD_KINDS}
