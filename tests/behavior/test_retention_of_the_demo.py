"""What is planted in twenty companies, as retention tells it: of those who sign up by themselves a known share is active within 7 days."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from tandem.app.edges import open_fold
from tandem.app.project import Project
from tandem.behavior.periods import Calendar
from tandem.behavior.retention import Axis, RetentionQuestion, Whose, count_retention
from tandem.behavior.triangle import Retention, read_counts
from tandem.behavior.view import find_view
from tandem.demo.company import UNTIL
from tandem.demo.making import DemoRequest, make_demo
from tandem.demo.planted import TRUTHS
from tandem.signals.fold import Fold
from tandem.stats.proportions import Share
from tandem.values.instants import DAY, Instant
from tests.signals.conditions import read

SEEDS = range(1, 21)
ACCOUNTS = 60
# At 95 %, fewer than 17 of 20 happens to an honest interval once in sixty times.
COVERED_MIN = 17
LATELY = 28 * DAY


@dataclass(frozen=True)
class Activated:
    """whole: of the whole history. lately: of those who signed up in four weeks, as of the end of each four; mature cells, and all of them."""

    whole: Share
    lately: Share
    lately_naive: Share


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> list[Activated]:
    return list(_companies(tmp_path_factory))


def _companies(folders: pytest.TempPathFactory) -> Iterator[Activated]:
    for seed in SEEDS:
        folder = folders.mktemp("retention") / "larch"
        project = make_demo(DemoRequest(folder, accounts=ACCOUNTS, seed=seed)).project
        fold = open_fold(project, project.log())
        lately = [within_a_week(project, fold, as_of, as_of - LATELY) for as_of in range(UNTIL - 15 * LATELY, UNTIL, LATELY)]
        whole = _mature(within_a_week(project, fold, UNTIL, None))
        yield Activated(whole, _sum(map(_mature, lately)), _sum(map(_naive, lately)))
        shutil.rmtree(folder)


def within_a_week(project: Project, fold: Fold, as_of: Instant, since: Instant | None) -> Retention:
    """By rolling weeks, of which the first is the 7 days from when one signed up."""
    first, returning = read('"Signed Up" where via = self', "selector"), read('"Runbook Run"', "selector")
    asked = RetentionQuestion(first, returning, "person", "on", "week", Calendar(project.zone), as_of, rolling=True, since=since)
    view = find_view(fold.timeline, fold.columns, "person", [first, returning], as_of)
    axis = Axis.found(asked, view)
    whose = Whose(fold.timeline.subjects("person").person)
    return Retention((), ()) if axis is None else read_counts(asked, count_retention(asked, view, whose, axis), axis)


def _mature(found: Retention) -> Share:
    return found.average[0].share if found.average else Share(0, 0)


def _naive(found: Retention) -> Share:
    """As if what is still open were lost."""
    return _sum(each.cells[0].share for each in found.cohorts)


def _sum(shares: Iterable[Share]) -> Share:
    told = list(shares)
    return Share(sum(each.successes for each in told), sum(each.trials for each in told))


ACTIVATION = next(float(each.value) for each in TRUTHS if each.name == "activation_rate")


def test_the_first_rolling_week_is_the_planted_activation(companies: list[Activated]) -> None:
    intervals = [each.whole.interval() for each in companies]
    covered = sum(each is not None and each.covers(ACTIVATION) for each in intervals)
    assert covered >= COVERED_MIN, f"{covered} of {len(SEEDS)} intervals hold {ACTIVATION}"


def test_what_is_not_over_would_count_as_lost(companies: list[Activated]) -> None:
    lately, naive = _sum(each.lately for each in companies), _sum(each.lately_naive for each in companies)
    interval, wrong = lately.interval(), naive.interval()
    assert interval is not None
    assert wrong is not None
    assert interval.covers(ACTIVATION)
    assert abs(interval.low + interval.high - 2 * ACTIVATION) < abs(wrong.low + wrong.high - 2 * ACTIVATION)
