"""Whose a record is, by what its versions say."""

from __future__ import annotations

import inspect

from tandem.facts.subjects import BY_SUBJECT, subjects_named, versions_by_subject
from tandem.facts.text import read_facts
from tandem.values.instants import read_instant
from tests.identity.worlds import tables


def test_a_subject_s_record_is_its_own_and_names_no_other() -> None:
    assert subjects_named("workspace", "w1", {"account": "acme", "person": "ann"}) == (None, "w1", None)
    assert subjects_named("account", "acme", {"parent": "group"}) == (None, None, "acme")


def test_another_record_is_of_everybody_whom_it_names_by_a_text() -> None:
    assert subjects_named("touch", "T-1", {"person": "ann", "account": "acme"}) == ("ann", None, "acme")
    assert subjects_named("opportunity", "O-1", {"account": 7, "workspace": None}) == (None, None, None)


def test_each_version_stands_once_for_each_subject_that_it_names_itself() -> None:
    """
    2026-03-01 subscription S-1 @acme/w1 status=active #first
    2026-03-02 subscription S-1 status=over #patch
    2026-03-03 (known 2026-03-05) subscription S-1 account=beta whole #whole
    2026-03-04 account acme deleted #gone
    2026-03-04 Opened by ann @acme
    """
    story = inspect.getdoc(test_each_version_stands_once_for_each_subject_that_it_names_itself) or ""
    found = versions_by_subject(tables(read_facts(story)))
    assert sorted((row["fact_id"], row["kind"], row["id"]) for row in found.to_pylist()) == [
        ("first", "account", "acme"), ("first", "workspace", "w1"), ("gone", "account", "acme"), ("whole", "account", "beta"),
    ]  # fmt: skip
    # Whoever asks for the workspace's row learns that the record is of an account that it names itself.
    assert {(row["fact_id"], row["workspace"], row["names_account"]) for row in found.to_pylist()} == {
        ("first", "w1", True), ("gone", None, True), ("whole", None, True),
    }  # fmt: skip
    known = {row["fact_id"]: row["known_at"] for row in found.to_pylist()}
    assert known["whole"] == read_instant("2026-03-05T00:00Z", None)


def test_without_records_there_is_no_row() -> None:
    assert versions_by_subject({}) == BY_SUBJECT.empty_table()
    assert versions_by_subject({"invoice": tables(read_facts("2026-03-01 invoice I-1 @acme"))["invoice"][:0]}).num_rows == 0
