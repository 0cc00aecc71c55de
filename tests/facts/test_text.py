"""The notation: what a person writes down is what is meant, and what is shown can be read again."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.facts.fact import Correction, Event, Fact, Merge, Version
from tandem.facts.kinds import RECORD_KINDS
from tandem.facts.text import NotReadable, Reader, on_clock, read_facts, show
from tandem.values.instants import EARLIEST, LATEST, read_instant

ZONES = ("UTC", "America/New_York", "Australia/Lord_Howe")


def at(text: str) -> int:
    return read_instant(text, UTC)


def one(line: str) -> Any:
    (fact,) = read_facts(line)
    return fact


def said(line: str, **wanted: object) -> dict[str, object]:
    """Those attributes of the line's only fact that are asked for."""
    return {name: getattr(one(line), name) for name in wanted}


def check(line: str, **wanted: object) -> None:
    assert said(line, **wanted) == wanted


def test_an_event_tells_who_did_what_in_which_account_and_workspace() -> None:
    check(
        "2026-03-01 Invite Accepted by ann @acme plan=free #invite",
        id="invite", type="track", name="Invite Accepted", user_id="ann", anonymous_id=None, workspace_id="acme", account_id="acme",
        properties='{"plan":"free"}', occurred_at=at("2026-03-01"), known_at=at("2026-03-01"), assumed=True,
    )  # fmt: skip


def test_a_visitor_may_act_in_a_workspace_and_be_known_later() -> None:
    check(
        "2026-03-01T09:30 (known 2026-03-02) Opened by ?x7 @/w1",
        name="Opened", user_id=None, anonymous_id="x7", workspace_id="w1", account_id=None, occurred_at=at("2026-03-01T09:30"),
        known_at=at("2026-03-02"), assumed=False,
    )  # fmt: skip


def test_an_account_alone_has_events_in_no_workspace_unless_one_is_named() -> None:
    check("2026-03-01 Funding Raised by @acme amount=5000000", account_id="acme", workspace_id=None, properties='{"amount":5000000}')
    check("2026-03-01 Seats Counted by @acme/w1", account_id="acme", workspace_id="w1", user_id=None)
    check("2026-03-01 Seats Counted by @/w1", account_id=None, workspace_id="w1", user_id=None)


def test_a_page_is_seen_by_a_person_and_a_browser() -> None:
    check("2026-03-01 (page) Pricing by ann ?x7", type="page", name="Pricing", user_id="ann", anonymous_id="x7")
    check("2026-03-01 (screen) by ann", type="screen", name="", user_id="ann")


def test_identify_gives_the_call_and_what_it_says_of_the_person() -> None:
    for line, visitor in (("?x7 is ann", "x7"), ("(identify) by ann", None)):
        call, person = read_facts(f"2026-03-01 {line} email=ann@acme.com #c")
        assert isinstance(call, Event)
        assert isinstance(person, Version)
        assert (call.type, call.user_id, call.anonymous_id, call.properties) == ("identify", "ann", visitor, '{"email":"ann@acme.com"}')
        assert (person.kind, person.record_id, person.fields, person.patch, person.via) == (
            "person",
            "ann",
            call.properties,
            True,
            "identify",
        )
        assert call.id == person.id == "c"


def test_joining_gives_the_call_and_what_it_says_of_the_workspace() -> None:
    call, workspace = read_facts("2026-03-01 ann joins @acme/w1 seats=5")
    assert isinstance(call, Event)
    assert isinstance(workspace, Version)
    assert (call.type, call.user_id, call.workspace_id, call.account_id) == ("group", "ann", "w1", None)
    assert (workspace.record_id, workspace.fields, workspace.via) == ("w1", '{"account":"acme","seats":5}', "group")
    (call, _) = read_facts("2026-03-01 (group) by @acme/w1")
    assert isinstance(call, Event)
    assert (call.user_id, call.anonymous_id, call.workspace_id) == (None, None, "w1")


def test_an_alias_is_a_call_and_a_merge() -> None:
    call, merge = read_facts("2026-03-01 ann is bob")
    assert isinstance(call, Event)
    assert isinstance(merge, Merge)
    assert (call.type, call.user_id, call.properties) == ("alias", "bob", '{"previousId":"ann"}')
    assert (merge.kind, merge.gone, merge.survivor) == ("person", "ann", "bob")
    check("2026-03-01 account acme-eu is acme", kind="account", gone="acme-eu", survivor="acme")


def test_a_record_is_patched_told_whole_or_deleted() -> None:
    check("2026-03-01 account acme plan=null", kind="account", record_id="acme", fields='{"plan":null}', patch=True, deleted=False)
    check("2026-03-01 opportunity O-1 @acme stage=Won whole", fields='{"account":"acme","stage":"Won"}', patch=False, deleted=False)
    check("2026-03-01 opportunity O-1 deleted", fields="{}", patch=False, deleted=True)


def test_a_correction_takes_away_or_puts_other_values_in_its_place() -> None:
    original, correction, replacement, undone, gone = read_facts(
        """
        2026-03-01 Invite Accepted by ann plan=free seats=2 #invite
        2026-03-02 correct #invite plan=team
        2026-03-03 undo #invite
        2026-03-04 correct #invite
        """
    )
    assert isinstance(original, Event)
    assert isinstance(correction, Correction)
    assert isinstance(replacement, Event)
    assert isinstance(undone, Correction)
    assert isinstance(gone, Correction)
    assert (correction.target, correction.replacement, correction.undo) == ("invite", replacement.id, False)
    assert (replacement.properties, replacement.occurred_at, replacement.known_at) == (
        '{"plan":"team","seats":2}', original.occurred_at, at("2026-03-02")
    )  # fmt: skip
    assert (undone.target, undone.undo, gone.replacement, gone.undo) == ("invite", True, None, False)


def test_correcting_a_call_corrects_what_it_says_of_the_person_too() -> None:
    *_, call, person = read_facts("2026-03-01 ?x is ann email=a@b.io #c\n2026-03-02 correct #c email=ann@acme.com")
    assert isinstance(call, Event)
    assert isinstance(person, Version)
    assert call.properties == person.fields == '{"email":"ann@acme.com"}'
    assert call.id == person.id


def test_equal_lines_are_facts_of_their_own_and_have_the_same_ids_each_time() -> None:
    text = "2026-03-01 Opened by ann\n2026-03-01 Opened by ann\n-- a remark\n\n2026-03-01 Opened by bob"
    ids = [fact.id for fact in read_facts(text)]
    assert len(set(ids)) == 3
    assert ids[1] == f"{ids[0]}-2"
    assert [fact.id for fact in read_facts(text)] == ids


def test_words_that_are_not_plain_stand_in_quotes() -> None:
    check(
        '2026-03-01 "Paid = done by hand" by "ann lee" @"Acme / Co"/"w 1" "odd key"="two words" n="12" list=[1,"a b"] #"my label"',
        id="my label", name="Paid = done by hand", user_id="ann lee", account_id="Acme / Co", workspace_id="w 1",
        properties='{"list":[1,"a b"],"n":"12","odd key":"two words"}',
    )  # fmt: skip
    check('2026-03-01 account "moved by ann" name="by hand"', kind="account", record_id="moved by ann", fields='{"name":"by hand"}')


def test_values_are_words_numbers_truths_and_json() -> None:
    check(
        '2026-03-01 X by ann a=12 b=-0.5 c=true d=null e=v1.2 f=01 g="true" h={"k":[1]} i=1e3 j=',
        properties='{"a":12,"b":-0.5,"c":true,"d":null,"e":"v1.2","f":"01","g":"true","h":{"k":[1]},"i":1000.0,"j":""}',
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Opened by ann", "a line begins with an instant"),
        ("2026-02-30 Opened by ann", "`2026-02-30` is no instant of the calendar"),
        ("2026-03-01 Opened", "expected `EVENT NAME by PERSON`"),
        ("2026-03-01 Opened by plan=free", "who did it: a person"),
        ("2026-03-01 Opened by ann lee", "one event has one person"),
        ("2026-03-01 Opened by ?x ?y", "one event has one person"),
        ('2026-03-01 Opened by ann plan="free', "a quote is opened and never closed"),
        ("2026-03-01 Opened by ann plan={a:1}", "`{a:1}` is not a value"),
        ("2026-03-01 Opened by ann n=1e999", "`1e999` is not a value: a number is too large"),
        ("2026-03-01 Opened by ann deep=" + "[" * 1000 + "]" * 1000, "nested deeper than 32 levels"),
        ('2026-03-01 Opened by ann half="\\ud800"', "half of a character"),
        ("2026-03-01 Opened by an\0n", "a NUL, or bytes that are not UTF-8"),
        ("2026-03-01 Opened by an\udcffn", "a NUL, or bytes that are not UTF-8"),
        ("2026-03-01 correct plan=free", "`correct` needs the label"),
        ("2026-03-01 correct #nobody plan=free", "`#nobody` labels no event or record above"),
        ("2026-03-01 undo", "expected `EVENT NAME by PERSON`"),
        ("2026-03-01 contact c-1 name=x", "expected `EVENT NAME by PERSON`"),
        ("2026-03-01 account acme gone", "expected `EVENT NAME by PERSON`"),
        ("2026-03-01 (identify) by", "expected `EVENT NAME by PERSON`"),
        ("2026-03-01 (identify) by ann bob", "expected `(identify) by PERSON"),
        ("2026-03-01 (group) by @acme/", "expected `(identify) by PERSON"),
        ('2026-03-01 "" by ann', "the name of the event"),
        ("0001-01-01T00:00+10:00 Opened by ann", "is no instant of the calendar"),
    ],
)
def test_a_line_that_is_no_fact_says_what_was_expected(line: str, expected: str) -> None:
    with pytest.raises(NotReadable) as refused:
        read_facts(line)
    assert expected in str(refused.value)


def test_an_alias_has_no_values_that_a_correction_could_change() -> None:
    with pytest.raises(NotReadable, match="labels no event or record"):
        read_facts("2026-03-01 ann is bob #a\n2026-03-02 correct #a previousId=cat")


WORDS = st.sampled_from(
    ["ann", "acme", "O-1", "a b", "by", "x=y", 'q"q', "#1", "@", "a/b", "é\u2028z", "[x]", "12", "true", "{", "--"]
) | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=8)
# A person whose id begins with a question mark would be a visitor, and `is` and `joins` are words of the notation.
IDS = WORDS.filter(lambda word: word[0] != "?" and word not in ("is", "joins"))
LABELS = IDS.filter(lambda word: not word.startswith("notation:"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | WORDS | st.just(""),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
FIELDS = st.dictionaries(WORDS, VALUES, max_size=3).map(lambda value: msgspec.json.encode(value, order="deterministic").decode())
INSTANTS = st.sampled_from([at("2026-03-01"), at("2026-03-29T05:00"), at("2026-03-01T09:30:15.5")]) | st.integers(EARLIEST, LATEST)
SAME: dict[str, Any] = {"id": LABELS, "occurred_at": INSTANTS, "known_at": INSTANTS, "source": st.just("notation")}


@st.composite
def calls(draw: Any) -> Any:
    user, visitor, workspace, account = (draw(st.none() | IDS) for _ in range(4))
    if not (user or visitor or workspace or account):
        user = "ann"
    type = draw(st.sampled_from(["track", "page", "screen"]))
    return draw(
        st.builds(
            Event, type=st.just(type), name=WORDS if type == "track" else WORDS | st.just(""), user_id=st.just(user),
            anonymous_id=st.just(visitor), workspace_id=st.just(workspace), account_id=st.just(account), properties=FIELDS, **SAME,
        )
    )  # fmt: skip


FACTS = st.one_of(
    calls(),
    st.builds(Event, type=st.just("identify"), user_id=IDS, anonymous_id=st.none() | IDS, properties=FIELDS, **SAME),
    st.builds(Event, type=st.just("group"), user_id=IDS, workspace_id=IDS, properties=FIELDS, **SAME),
    st.builds(Event, type=st.just("group"), anonymous_id=st.none() | IDS, workspace_id=IDS, properties=FIELDS, **SAME),
    st.builds(Version, kind=st.sampled_from(sorted(RECORD_KINDS)), record_id=IDS, fields=FIELDS, patch=st.booleans(), **SAME),
    st.builds(Version, kind=st.sampled_from(sorted(RECORD_KINDS)), record_id=IDS, deleted=st.just(True), **SAME),
    st.builds(Merge, kind=st.sampled_from(["person", "account"]), gone=IDS, survivor=IDS, **SAME),
    st.builds(Correction, target=WORDS, replacement=st.none() | WORDS, undo=st.just(False), **SAME),
    st.builds(Correction, target=WORDS, undo=st.just(True), **SAME),
)


@settings(max_examples=800, deadline=None)
@given(FACTS, st.sampled_from(ZONES))
def test_what_is_shown_is_read_again(fact: Fact, zone: str) -> None:
    line = show(fact, ZoneInfo(zone))
    read = read_facts(line, ZoneInfo(zone))
    there = read_facts(on_clock(line, ZoneInfo(zone)), ZoneInfo(zone))
    assert [(each.occurred_at, each.known_at) for each in there] == [(each.occurred_at, each.known_at) for each in read]
    alike = [msgspec.structs.replace(other, assumed=fact.assumed) for other in read if type(other) is type(fact)]
    assert alike == [fact], line


@settings(max_examples=800, deadline=None)
@given(
    st.text(max_size=40)
    | st.lists(
        st.sampled_from(
            ["2026-03-01", "9999-12-31T23:59-23:59", "(known 2026-03-02)", "by", "ann", "@acme/w1", "@", "?x", "?", "#a", "#", "is", "joins",
             "correct", "undo", "account", "whole", "deleted", "a=1", "=", "a=", '"', '"a b"', '{"a":1}', "a={", "(page)", "(group)",
             "(identify)", "instead=#b", "\\", "\ud800", "\u2028", "1e400", "٣", "--"]
        ),
        max_size=9,
    ).map(" ".join)
)  # fmt: skip
def test_any_text_is_a_fact_or_refused_and_never_more(text: str) -> None:
    try:
        facts = Reader().read(text)
    except NotReadable:
        return
    assert all(read_facts(show(fact)) for fact in facts)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("2026-03-01T08:30:05.250000Z Opened by ann", "2026-03-01T09:30:05.250000 Opened by ann"),
        ("2026-03-01T08:30:00Z (known 2026-03-01T23:00:00Z) Opened by ann #a", "2026-03-01T09:30 (known 2026-03-02) Opened by ann #a"),
        ("2026-03-01T08:30:00Z account acme ends=2026-03-01T08:30:00Z", "2026-03-01T09:30 account acme ends=2026-03-01T08:30:00Z"),
        # The clocks go back, and show half past two twice.
        ("2026-10-25T00:30:00Z Opened by ann", "2026-10-25T02:30 Opened by ann"),
        ("2026-10-25T01:30:00Z Opened by ann", "2026-10-25T01:30:00Z Opened by ann"),
    ],
)
def test_a_line_on_a_clock_is_read_there_as_the_same_instants(line: str, shown: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert on_clock(line, berlin) == shown
    times = [[(fact.occurred_at, fact.known_at) for fact in read_facts(each, berlin)] for each in (line, shown)]
    assert times[0] == times[1]
