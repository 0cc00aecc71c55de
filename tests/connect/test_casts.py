"""Values of other systems become ours exactly, or not at all."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.connect.casts.instants import check_times, read_date, read_moment, read_utc
from tandem.connect.casts.numbers import read_money, read_number, read_whole
from tandem.connect.casts.words import read_id
from tandem.facts.canonical import Fault
from tandem.values.instants import DAY, EARLIEST, find_zone, from_datetime, read_instant, show

BERLIN = find_zone("Europe/Berlin")


@given(cents=st.integers(-(10**14), 10**14), digits=st.integers(0, 4))
def test_money_is_exact_to_the_last_minor_unit(cents: int, digits: int) -> None:
    written = f"{Decimal(cents).scaleb(-digits):f}"
    assert read_money(written, "amount", digits=digits) == cents
    assert read_money(Decimal(written), "amount", digits=digits) == cents


@pytest.mark.parametrize(
    ("cell", "cents"), [("1,234,567.80", 123456780), ("$12", 1200), ("€ 3.5", 350), (" -0.01 ", -1), ("1e3", 100000), (0.1, 10), (7, 700)]
)
def test_amounts_as_people_write_them(cell: Any, cents: int) -> None:
    assert read_money(cell, "amount", digits=2) == cents


@pytest.mark.parametrize(
    ("cell", "cents"),
    [("1234,50", 123450), ("1.234,50", 123450), ("1.234.567", 123456700), ("1.234", 123400), ("7", 700), ("0,5", 50), (1234.5, 123450),
     ("1.234,50 €", 123450), ("EUR 5", 500), ("5 EUR", 500), ("-€ 1.234,50", -123450), ("€ -5", -500), ("(1.234,50)", -123450),
     ("€ (5)", -500), ("(5 €)", -500), ("\u22125", -500), ("1 234,50", 123450), ("1\u00a0234\u00a0567,8", 123456780), ("1'234,50", 123450)],
)  # fmt: skip
def test_amounts_with_a_decimal_comma(cell: Any, cents: int) -> None:
    assert read_money(cell, "amount", digits=2, decimal_comma=True) == cents
    assert read_number(cell, "amount", decimal_comma=True) == cents / 100


@pytest.mark.parametrize("cell", ["1234.50", "1.5", "12.34.56", "1.2345", "1234.567", "1.234.56", "1,5,5", "1.234 567", "1 23", "5,", "(-5)", "€5€",
                                  "5 TSD", "5 MIO", "5 Euro", "(5", "5)", "()", "€", "-", "1,234.50"])  # fmt: skip
def test_what_is_no_amount_with_a_decimal_comma_is_never_guessed(cell: str) -> None:
    for found in (read_money(cell, "amount", digits=2, decimal_comma=True), read_number(cell, "amount", decimal_comma=True)):
        assert isinstance(found, Fault)
        assert found.reason == "bad_value"


def test_an_amount_with_a_point_is_told_how_the_mapping_expects_it() -> None:
    found = read_money("1234.50", "amount", digits=2, decimal_comma=True)
    assert found == Fault("bad_value", "`amount` is `1234.50`; expected an amount such as `1.234,50`")


@pytest.mark.parametrize("cell", ["1 2 3", "1234,567", "1,234,56", "1.5.5", "5 TSD", "1,234 567", "USD", "5 USD EUR"])
def test_what_is_no_amount_with_a_point_is_never_guessed(cell: str) -> None:
    assert isinstance(read_money(cell, "amount", digits=2), Fault)


@given(cents=st.integers(-(10**12), 10**12), sign=st.sampled_from([",", " ", "'"]))
def test_grouped_amounts_are_read_as_they_are_written(cents: int, sign: str) -> None:
    written = f"{Decimal(cents).scaleb(-2):,.2f}"
    assert read_money(written.replace(",", sign), "amount", digits=2) == cents
    turned = written.translate(str.maketrans(",.", ".,")).replace(".", sign if sign != "," else ".")
    assert read_money(turned, "amount", digits=2, decimal_comma=True) == cents


@pytest.mark.parametrize(
    "cell",
    [
        "0.001",
        "1,23",
        "12,34,567",
        "abc",
        "NaN",
        "Infinity",
        "1_0",
        "",
        True,
        "1e30",
        "--1",
        "0.0000000000000000000000000000000000001",
        f"1.{'0' * 40}1",
    ],
)
def test_what_is_no_amount_is_never_guessed(cell: Any) -> None:
    found = read_money(cell, "amount", digits=2)
    assert isinstance(found, Fault)
    assert found.reason == "bad_value"


def test_a_huge_exponent_is_no_number_and_costs_no_time() -> None:
    assert isinstance(read_whole("1e999999999", "x"), Fault)
    assert isinstance(read_money("1e-999999999", "x", digits=2), Fault)


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - wall clocks.
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(moment=MOMENTS, zone=OFFSETS, digits=st.integers(0, 9))
def test_the_quick_way_reads_what_the_plain_way_reads(moment: datetime, zone: timezone, digits: int) -> None:
    fraction = f".{moment.microsecond:06d}000"[: digits + 1] if digits else ""
    offset = moment.replace(tzinfo=zone).strftime("%z")
    text = f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}{offset[:3]}:{offset[3:]}"
    plain = read_instant(text, None)
    assert read_utc(text) == plain == read_moment(text, "at")


@given(
    text=st.from_regex(
        r"(2026-0[1-3]-(0[1-9]|3[01])|2026-W09-7|20260301)[T t]([0-2]\d:?[0-6]\d:?[0-6]\d)([.,]\d{0,11})?(Z|z|[+-]\d\d(:?\d\d(:\d\d)?)?)?",
        fullmatch=True,
    )
)
def test_where_the_quick_way_answers_the_plain_way_agrees(text: str) -> None:
    quick = read_utc(text)
    if quick is not None:
        assert quick == read_instant(text, None)


@given(moment=MOMENTS)
def test_an_aware_datetime_is_its_instant_and_a_naive_one_needs_a_zone(moment: datetime) -> None:
    assert read_moment(moment.astimezone(timezone.utc), "at") == from_datetime(moment.astimezone(timezone.utc))  # noqa: UP017
    found = read_moment(moment, "at")
    assert isinstance(found, Fault)
    assert found.reason == "no_zone"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_772_357_400, "2026-03-01T09:30:00Z"),
        (1_772_357_400_000, "2026-03-01T09:30:00Z"),
        (1_772_357_400_000_000, "2026-03-01T09:30:00Z"),
        (1541121934796.0, "2018-11-02T01:25:34.796000Z"),
        (Decimal("1772357400.000001"), "2026-03-01T09:30:00.000001Z"),
        ("2026-03-01 09:30:00 UTC", "2026-03-01T09:30:00Z"),
        ("2026-03-01 09:30:00.5 +0100", "2026-03-01T08:30:00.500000Z"),
        ("2026-03-01t09:30:00z", "2026-03-01T09:30:00Z"),
        ("2026-03-01 9:30:00 UTC", "2026-03-01T09:30:00Z"),
        ("2026-03-01T9:30+01:00", "2026-03-01T08:30:00Z"),
        (date(2026, 7, 1), "2026-06-30T22:00:00Z"),
    ],
)
def test_instants_of_many_spellings(value: Any, expected: str) -> None:
    found = read_moment(value, "at", zone=BERLIN)
    assert isinstance(found, int)
    assert show(found) == expected


@pytest.mark.parametrize(
    "value",
    [
        "2026",
        "1e99",
        10**30,
        float("1e300"),
        [],
        {},
        "12:30",
        "2026-13-01T00:00:00Z",
        "2026-W09-7T09:30:00Z",
        "2026-03-01T09:30:00+01:00:30",
        "20260301T093000Z",
    ],
)
def test_what_is_no_instant_is_said_so(value: Any) -> None:
    found = read_moment(value, "at", zone=BERLIN)
    assert isinstance(found, Fault)
    assert found.reason == "bad_instant"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2026-03-01", "2026-03-01"), ("2026-03-01T23:30:00Z", "2026-03-02"), ("2026-03-01 23:30", "2026-03-01"), (date(2026, 3, 1), "2026-03-01"),
     (1_772_357_400, "2026-03-01")],
)  # fmt: skip
def test_a_date_of_an_instant_is_the_day_in_the_mappings_zone(value: Any, expected: str) -> None:
    assert read_date(value, "day", zone=BERLIN) == expected


def test_ids_are_texts_and_numbers_become_texts() -> None:
    assert [read_id(value, "id") for value in ("ann", 7, 7.0, 10**20, "", None, " ")] == ["ann", "7", "7", "1" + "0" * 20, None, None, " "]
    assert read_id("x" * 1001, "id") == Fault("bad_id", "`id` has 1001 characters; at most 1000 are kept")
    assert read_id([1], "id") == Fault("bad_id", "`id` is a list; expected a text or a number")


@pytest.mark.parametrize(
    ("occurred_at", "known_at", "reason"),
    [(EARLIEST, EARLIEST, None), (EARLIEST - 1, EARLIEST, "before_1990"), (EARLIEST, EARLIEST - 1, "before_1990"),
     (EARLIEST + DAY, EARLIEST, None), (EARLIEST + DAY + 1, EARLIEST, "in_the_future"), (EARLIEST, EARLIEST + 3 * DAY, None),
     (EARLIEST, EARLIEST + 3 * DAY + 1, "in_the_future")],
)  # fmt: skip
def test_a_fact_occurs_before_it_is_known_but_for_a_day_of_a_wrong_clock(occurred_at: int, known_at: int, reason: str | None) -> None:
    fault = check_times(occurred_at, known_at, EARLIEST + 2 * DAY)
    assert (fault.reason if fault else None) == reason
