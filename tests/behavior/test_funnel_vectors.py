"""Published cases of others, of which the expected numbers are theirs: ClickHouse's `windowFunnel`, and a dbt package's funnel."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import numpy as np
import pytest

from tandem.behavior.funnel.attempts import Attempts, attempts_in
from tandem.behavior.funnel.funnel import Funnel
from tandem.behavior.funnel.meaning import attempts_of
from tandem.behavior.funnel.tally import tally
from tandem.behavior.view import View
from tandem.language.expression.nodes import EventName
from tandem.language.source import Source
from tandem.signals.world import Happening, Stretch, Subject, World
from tandem.timeline.layout import lay_out
from tandem.values.instants import DAY, SECOND, read_instant
from tests.connect.shared import folder

Event = tuple[int, str]
NOWHERE = Source("", "").span(0, 0)
CONVENTIONS = {
    "strict_order": ("order", "strict"),
    "strict_deduplication": ("no_repeats", True),
    "strict_increase": ("apart", True),
    "allow_reentry": ("reentry", True),
}


def funnel_of(stages: Sequence[str], within: int, modes: Sequence[str] = ()) -> Funnel:
    """`strict_once` is always so here: one event never takes an attempt further twice."""
    said: dict[str, Any] = dict(CONVENTIONS[mode] for mode in modes if mode != "strict_once")
    return Funnel("person", tuple(EventName(each, None, NOWHERE) for each in stages), within, **said)


def attempts_at(funnel: Funnel, people: Sequence[Sequence[Event]]) -> Attempts:
    rows = [(number, at, name) for number, events in enumerate(people) for at, name in events]
    subject, at, names = zip(*rows, strict=True)
    layout = lay_out(subject, at, at, np.arange(len(rows)), None, len(people))
    marks = [sum(1 << stage for stage, each in enumerate(funnel.stages) if each == EventName(name, None, NOWHERE)) for name in names]
    return attempts_in(View(layout, (np.array(marks, np.int32)[layout.row],), np.empty(0, np.int32), 10**18), funnel)


def level_meant(funnel: Funnel, events: Sequence[Event]) -> int:
    happenings = tuple(
        Happening(f"{number:03}", "track", name, at, {}, (Stretch(at, person="ann"),)) for number, (at, name) in enumerate(events)
    )
    found = attempts_of(World(happenings=happenings), Subject("person", "ann"), funnel, 10**18)
    return found[0].level if found else 0


def published() -> Any:
    return json.loads((folder("vectors") / "funnel_clickhouse_windowfunnel.json").read_text())


def test_required_cases_of_clickhouse() -> None:
    told = published()
    required = [case for case in told["cases"] if case["id"] not in told["divergent_ids"]]
    assert len(required) == 62
    for case in required:
        funnel = funnel_of([str(step) for step in case["steps"]], case["window_seconds"] * SECOND, case["mode"])
        events = [(each["t"] * SECOND, str(each["e"])) for each in case["events"]]
        assert attempts_at(funnel, [events]).level.tolist() == [case["expected_level"]], case
        assert level_meant(funnel, events) == case["expected_level"], case


def test_where_others_diverge_one_event_counts_once_and_a_strict_attempt_begins_again() -> None:
    told = published()
    ours = {}
    for case in told["cases"]:
        if case["id"] in told["divergent_ids"]:
            funnel = funnel_of([str(step) for step in case["steps"]], case["window_seconds"] * SECOND, case["mode"])
            [ours[case["id"]]] = attempts_at(funnel, [[(each["t"] * SECOND, str(each["e"])) for each in case["events"]]]).level.tolist()
    assert ours == {
        "same-event-x3-default": 1,
        "reentry-u2-3-strict_order": 3,
        "reentry-u2-4-strict_order": 3,
        "reentry-u5-4-strict_order": 4,
    }


def test_the_funnel_of_a_dbt_package() -> None:
    told = json.loads((folder("vectors") / "funnel_flows_dbt_product_analytics.json").read_text())
    people: dict[str, list[Event]] = {}
    for order in csv.DictReader(told["orders"].splitlines()):
        people.setdefault(order["customer_id"], []).append((read_instant(order["order_date"], UTC), order["status"]))
    # Theirs has no window.
    funnel = funnel_of(told["funnel"]["steps"], 10_000 * DAY)
    found = tally(attempts_at(funnel, list(people.values())), funnel, 10**18).stages
    assert [each.entered for each in found] == told["funnel"]["unique_users"]
    of_previous = [float(each.rate.value or 0) for each in found if each.rate is not None]
    assert of_previous == pytest.approx(told["funnel"]["pct_of_previous"][1:])
    of_all = [each.entered / found[0].entered for each in found]
    assert of_all == pytest.approx(told["funnel"]["pct_conversion"])
