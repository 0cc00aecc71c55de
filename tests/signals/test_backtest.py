"""Semantics 7: by hand, against the slow reference in worlds where instants meet, and with bugs planted on purpose."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tandem.signals.backtest.backtest import Backtest, Evidence, Question, backtest
from tandem.signals.backtest.moments import BEFORE_ALL, NOBODY, Moments
from tandem.timeline.kernels import NEVER
from tandem.values.instants import DAY, read_instant
from tests.planting import Room
from tests.signals.backtesting import Told, meant, of, seeded, told_worlds

START = read_instant("2026-03-01T00:00Z", None)


def day(number: float) -> int:
    return START + round(number * DAY)


def world(fired: str, occurred: str, *, accounts: int = 3, as_of: float = 100, complete: float = 1000, **asked: Any) -> Told:
    """`0@3 1@5.5`: subject 0 on day 3, subject 1 on day 5 at noon. Every account is there from day 0 on."""

    def read(text: str) -> tuple[tuple[int, int], ...]:
        return tuple((int(one), day(float(at))) for one, at in (each.split("@") for each in text.split()))

    question = Question(**{"horizon": 10 * DAY, "as_of": day(as_of), "complete_until": day(complete), "log_begins": START} | asked)
    return Told(question, read(fired), read(occurred), tuple(range(accounts)), (((START, NEVER),),) * accounts, ())


def asked_of(told: Told) -> Backtest:
    return backtest(told.asked, told.evidence())


# By hand.


def test_a_firing_whose_window_is_over_has_converted_or_has_not() -> None:
    found = asked_of(world("0@20 1@20 2@20", "0@25 1@31"))
    assert (found.fired, found.matured, found.converted, found.open) == (3, 3, 1, 0)
    assert found.precision.value == pytest.approx(1 / 3)
    assert found.lead_time_days == (5, 5, 5)


def test_the_window_holds_its_end_but_not_the_firing_itself() -> None:
    assert asked_of(world("0@20", "0@30")).converted == 1
    assert asked_of(world("0@20", "0@20")).converted == 0
    assert asked_of(world("0@20", "0@20 0@29")).lead_time_days == (9, 9, 9)


def test_an_open_window_is_no_failure_also_when_it_has_converted_early() -> None:
    found = asked_of(world("0@20 1@95 2@95", "0@25 1@96"))
    assert (found.fired, found.matured, found.converted, found.open, found.open_converted) == (3, 1, 1, 2, 1)
    assert found.precision.value == 1
    # At exactly `at + H = C` it is over.
    assert asked_of(world("0@90", "")).matured == 1


def test_a_source_that_is_complete_until_earlier_leaves_later_windows_open() -> None:
    found = asked_of(world("0@20 1@60", "", complete=65))
    assert (found.matured, found.open) == (1, 1)


def test_a_first_ever_outcome_before_the_firing_leaves_it_out() -> None:
    told = world("0@20 1@20 2@20", "0@15 0@25 1@25", first_ever=True)
    found = asked_of(told)
    assert (found.fired, found.already, found.matured, found.converted) == (3, 1, 2, 1)
    after = asked_of(of(told, first_ever=False))
    assert (after.already, after.matured, after.converted) == (0, 3, 2)


def test_recall_counts_outcomes_that_a_firing_could_have_preceded() -> None:
    # Day 5 is too early for a firing ten days before; account 1 has a firing, account 2 has one at the same instant only.
    found = asked_of(world("1@20 2@40", "0@5 1@25 2@40 1@70"))
    assert (found.outcomes, found.outcomes_preceded) == (2, 1)
    assert asked_of(world("1@20", "1@30")).outcomes_preceded == 1
    assert asked_of(world("1@20", "1@30.1")).outcomes_preceded == 0


def test_the_base_rate_is_asked_of_all_at_the_start_of_the_firing_s_day() -> None:
    # On day 20 three accounts are there. Two have the outcome within ten days of its midnight; the signal fires for one of them.
    found = asked_of(world("0@20.5", "0@25 1@21", accounts=3))
    assert found.base_rate == pytest.approx(2 / 3)
    assert found.lift == pytest.approx(1.5)
    # Of a first-ever one, who has had it is not asked.
    found = asked_of(world("0@20.5", "0@25 1@11 1@21", accounts=3, first_ever=True))
    assert found.base_rate == pytest.approx(1 / 2)


def test_the_mean_of_the_days_is_over_firings_and_not_over_days() -> None:
    # Day 20: 1 of 3 within ten days. Day 50: none. Two firings on day 20, and one on day 50.
    found = asked_of(world("0@20 1@20.5 2@50", "0@25"))
    assert found.base_rate == pytest.approx((1 / 3 + 1 / 3 + 0) / 3)


def test_half_of_all_that_fired_is_reached_by_kaplan_and_meier() -> None:
    # Converted after 5 and 10 days; still without at 7, 12, 20 and 30 days, for that is how long they are watched.
    told = world("0@95 1@93 2@90 3@88 4@80 5@70", "0@100 2@100", accounts=6)
    found = asked_of(replace(told, fired=((0, day(95)), (1, day(93)), (2, day(90)), (3, day(88)), (4, day(80)), (5, day(70)))))
    assert found.reached[7] == pytest.approx(1 / 6)
    assert found.reached[30] == pytest.approx(0.375)
    assert found.reached[90] is None
    assert found.why["reached.90d"] == "nobody is watched for so long"


def test_leads_are_counted_per_week_and_per_week_of_a_seller() -> None:
    told = world("0@10 1@20 2@30", "", as_of=70, touches_per_lead=6)
    # One seller all ten weeks, one for the last five.
    told = replace(told, sellers=(((START, NEVER),), ((day(35), NEVER),)))
    found = asked_of(told)
    assert found.leads_per_week == pytest.approx(0.3)
    assert found.leads_per_week_per_seller == pytest.approx(0.2)
    assert found.touches == 18
    assert asked_of(world("", "")).why["leads_per_week_per_seller"] == "no record says that a seller was employed in the period"


def test_of_nothing_there_is_no_number_but_a_reason() -> None:
    found = asked_of(world("", ""))
    assert (found.precision.value, found.recall.value, found.base_rate, found.lift, found.lead_time_days) == (None,) * 5
    assert found.why["precision"] == "nothing fired"
    assert asked_of(world("0@95", "")).why["precision"] == "no firing is mature"
    assert asked_of(world("0@20", "")).why["lift"] == "nobody had the outcome, be there a firing or not"


def test_a_period_counts_its_own_firings_and_outcomes_but_every_firing_before_an_outcome() -> None:
    found = asked_of(world("0@20 1@40", "0@25 1@45", since=day(22), until=day(50)))
    assert (found.fired, found.matured, found.converted) == (1, 1, 1)
    assert (found.outcomes, found.outcomes_preceded) == (2, 2)


def test_the_lift_has_an_interval_in_which_what_comes_to_one_subject_is_seen_once() -> None:
    """Forty firings for one account on forty days, all before its only outcome, say no more of the base than one does."""
    fired = " ".join(f"0@{20 + hour / 24}" for hour in range(40))
    found = asked_of(world(fired, "0@25", accounts=2))
    assert found.base_rate == pytest.approx(1 / 2)
    assert found.lift_interval is not None
    assert found.lift_interval.low < 1.0 < found.lift_interval.high * 1.001


def test_a_hundred_thousand_firings_take_no_time() -> None:
    chance = np.random.default_rng(5)
    subjects, number = 20_000, 100_000
    told = Evidence(
        Moments.of(chance.integers(0, subjects, number), START + chance.integers(0, 700 * DAY, number)),
        Moments.of(chance.integers(0, subjects, number), START + chance.integers(0, 700 * DAY, number)),
        np.arange(subjects),
        replace(seeded(1, 1)[0].evidence().existence, offsets=np.arange(subjects + 1), at=np.full(subjects, START), value=np.ones(subjects, np.int64)),
    )  # fmt: skip
    found = backtest(Question(90 * DAY, START + 700 * DAY, NEVER, START), told)
    assert found.fired == number
    # Firings and outcomes have nothing to do with each other.
    assert found.lift == pytest.approx(1, abs=0.02)


# Moments.


def test_the_next_and_the_last_moment_are_of_the_same_subject() -> None:
    moments = Moments.of([2, 0, 0], [5, 9, 3])
    whose, when = np.array([0, 0, 0, 1, 2, 2, NOBODY]), np.array([2, 3, 9, 0, 4, 5, 0])
    assert moments.next_after(whose, when).tolist() == [3, 9, NEVER, NEVER, 5, NEVER, NEVER]
    assert moments.last_before(whose, when + 1).tolist() == [BEFORE_ALL, 3, 9, BEFORE_ALL, BEFORE_ALL, 5, BEFORE_ALL]
    assert moments.firsts().at.tolist() == [3, 5]


# Against the reference.

RIGHT = SimpleNamespace(backtest=backtest, Question=Question, Moments=Moments)
EXACT = ("fired", "already", "matured", "converted", "open", "open_converted", "outcomes", "outcomes_preceded")
SHARES = ("precision", "recall")
NUMBERS = ("base_rate", "lift", "leads_per_week", "leads_per_week_per_seller", "touches")


def disagreement(told: Told, room: Any = RIGHT) -> str | None:
    """Where the fast way and the slow one differ."""
    found, should = room.backtest(room.Question(**vars(told.asked)), told.evidence(room.Moments)), meant(told)
    for name in (*EXACT, *SHARES, *NUMBERS):
        says = getattr(found, name).value if name in SHARES else getattr(found, name)
        if not same(says, should[name]):
            return f"{name}: found {says}, meant is {should[name]}"
    if not same(found.lead_time_days, should["lead_time_days"]):
        return f"lead time: found {found.lead_time_days}, meant is {should['lead_time_days']}"
    for days, share in should["reached"].items():
        if not same(found.reached[days], share):
            return f"reached by {days} days: found {found.reached[days]}, meant is {share}"
    return None


def same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return bool(np.allclose(np.array(one, float), np.array(other, float), rtol=1e-12, atol=1e-12))


@pytest.mark.parametrize("seed", range(4))
def test_the_fast_way_says_what_is_meant(seed: int) -> None:
    seen = dict.fromkeys(("already", "converted", "open", "open_converted", "outcomes_preceded", "base_rate"), 0)
    for told in seeded(400, seed):
        assert (found := disagreement(told)) is None, f"{found}\n{told}"
        should = meant(told)
        for name in seen:
            seen[name] += bool(should[name])
    assert min(seen.values()) > 20, seen


@given(told_worlds())
@settings(max_examples=300, deadline=None)
def test_no_world_can_be_found_in_which_they_differ(told: Told) -> None:
    assert (found := disagreement(told)) is None, found


@given(told_worlds())
@settings(max_examples=100, deadline=None)
def test_what_is_counted_adds_up_and_every_unknown_number_has_its_reason(told: Told) -> None:
    found = asked_of(told)
    assert found.fired == found.already + found.matured + found.open
    unknown = {
        name
        for name in (*SHARES, *NUMBERS, "lead_time_days")
        if (getattr(found, name).value if name in SHARES else getattr(found, name)) is None
    }
    unknown |= {f"reached.{days}d" for days, share in found.reached.items() if share is None}
    assert unknown == set(found.why)


# Planted bugs.

ROOM = Room("tandem.signals.backtest", ("moments", "base_rate", "backtest"))
PLANTED = {
    "the firing's own instant converts it": ("moments", 'found = self._passed(subject, at, "right")', 'found = self._passed(subject, at, "left")'),
    "the end of the window is out": ("backtest", "(takes <= asked.horizon)", "(takes < asked.horizon)"),
    "an open window is a failure": ("backtest", "~already & (at + asked.horizon <= asked.complete)", "~already"),
    "a window that ends with what is known is open": ("backtest", "at + asked.horizon <= asked.complete", "at + asked.horizon < asked.complete"),
    "a source is complete for ever": ("backtest", "return min(self.as_of, self.complete_until)", "return self.as_of"),
    "who has had it counts as a failure": ("backtest", "if asked.first_ever:\n        # Of", "if False:\n        # Of"),
    "a first-ever outcome comes again": ("backtest", "known.firsts() if asked.first_ever else known", "known"),
    "an outcome of tomorrow is known": ("backtest", "evidence.occurred.at <= asked.as_of", "evidence.occurred.at <= NEVER"),
    "a firing of tomorrow is known": ("backtest", "evidence.fired.at <= asked.as_of", "evidence.fired.at <= NEVER"),
    "a firing at the outcome precedes it": ("moments", 'found = self._passed(subject, at, "left")', 'found = self._passed(subject, at, "right")'),
    "a firing long before precedes it": ("backtest", "before >= outcomes.at - asked.horizon", "before > BEFORE_ALL"),
    "a firing that is just a horizon before does not": ("backtest", "before >= outcomes.at - asked.horizon", "before > outcomes.at - asked.horizon"),
    "outcomes that nothing could precede count": ("backtest", "occurred.at >= asked.log_begins + asked.horizon", "occurred.at >= asked.log_begins"),
    "every outcome of a subject counts": ("backtest", "asked.within(occurred.at)).firsts()", "asked.within(occurred.at))"),
    "only firings of the period precede": ("backtest", "evidence.matched[all_fired.subject], all_fired.at)", "evidence.matched[fired.subject], fired.at)"),
    "who fired is who they were": ("backtest", "evidence.matched[fired.subject], fired.at)", "fired.subject, fired.at)"),
    "the base is asked at the firing": ("base_rate", "day_starts(fired_at, zone)", "fired_at"),
    "days begin in London": ("base_rate", "day_starts(fired_at, zone)", "fired_at // (24 * 3_600_000_000) * (24 * 3_600_000_000)"),
    "a day counts once however many firings it has": ("base_rate", "weighted = firings[asked] *", "firings = np.ones_like(firings)\n    weighted = firings[asked] *"),
    "who does not exist is in the base": ("base_rate", "there = existence.value == 1", "there = existence.value >= 0"),
    "who has had it is in the base": ("base_rate", "until = np.minimum(until, first)", "until = np.minimum(until, first + 7)"),
    "who has it at the start of the day is in the base": ("base_rate", "until = np.minimum(until, first)", "until = np.minimum(until, first + 1)"),
    "two outcomes of one subject are two": ("base_rate", "(begins[1:] > occurred.at[:-1])", "(begins[1:] > BEFORE_ALL)"),
    "the base's window has no end": ("base_rate", "begins = occurred.at - horizon", "begins = occurred.at - 90 * horizon"),
    "the base is of all firings": ("backtest", "fired.at[scored.matured], asked.zone", "fired.at, asked.zone"),
    "only who converted is watched": ("backtest", "watched = ~scored.already & (at <= asked.complete)", "watched = scored.came"),
    "who is past what is complete is watched": ("backtest", "ended = scored.takes[watched] <= follows", "ended = scored.takes[watched] < NEVER"),
    "lead time is of all that came": ("backtest", "scored.takes[scored.converted] / DAY", "scored.takes[scored.came] / DAY"),
    "leads are those that matured": ("backtest", "asked.ends, len(fired)", "asked.ends, precision.trials"),
    "a seller who left sells on": ("backtest", "there = sellers.value == 1", "there = sellers.value >= 0"),
}  # fmt: skip


def planted(file: str = "", right: str = "", wrong: str = "") -> Any:
    """A copy of the room in which one file says something else."""
    return SimpleNamespace(**ROOM.planted(file, right, wrong))


def is_wrong(room: Any) -> bool:
    for told in seeded(600, seed=77):
        try:
            if disagreement(told, room) is not None:
                return True
        except (ArithmeticError, AssertionError, IndexError, TypeError, ValueError):
            return True
    return False


def test_a_copy_without_a_bug_says_what_is_meant() -> None:
    assert not is_wrong(planted())


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(bug: str) -> None:
    assert is_wrong(planted(*PLANTED[bug]))
