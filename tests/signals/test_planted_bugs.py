"""Bugs planted on purpose in the compiled folds: each is a mistake that somebody will make, and the slow reference must see it."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tandem.language.expression.nodes import About
from tandem.values.instants import DAY, Instant
from tests.planting import Room
from tests.signals.conditions import read
from tests.signals.test_fold import Turns, cases, meant_edges
from tests.signals.timelines import TimelineOf, folded_edges
from tests.signals.worlds import START, SmallWorld, seeded_worlds

FILES = ("answers", "numbers", "columns", "under", "versions", "records", "ranges", "values", "fold", "because")
ROOM = Room("tandem.signals", FILES)

PLANTED = {
    "a plan that ended counts": ("records", "is_so(over, lambda truth: truth != 1)", "is_so(over, lambda truth: truth != 7)"),
    "a plan that has not started counts": ("records", "is_so(begun, lambda truth: truth != 0)", "is_so(begun, lambda truth: truth != 7)"),
    "of two plans the lowest counts": ("records", "greatest(under.layout, None, under.values[1], None)", "__import__('tandem.timeline.folds.extremes', fromlist=['least']).least(under.layout, None, under.values[1], None)"),
    "a patch clears what it does not name": ("versions", "or not version.patch or field in version.fields", "or True"),
    "a deleted record is there": ("versions", "not each.deleted and (field is None", "True and (field is None"),
    "the last source wins": ("versions", "len(source_order) - rank for rank", "rank for rank"),
    "a record of a workspace is not its account's": ("records", 'for through_kind in ("workspace", "person")', 'for through_kind in ("person",)'),
    "what was merged keeps its records": ("under", "(ALWAYS, one), *ties.get(one, ())", "(ALWAYS, one),"),
    "a family is its root alone": ("records", "return through(roots, under_root)", "return under_root"),
    "records that do not fit are counted": ("records", "lambda truth, _: truth == 1)", "lambda truth, _: truth != 7)"),
    "any is all": ("fold", 'if ref.roll_up == "any" else (rows[1], rows[0])', 'if ref.roll_up == "all" else (rows[1], rows[0])'),
    "a workspace of which nothing is known decides": ("fold", "[deciding > 0, rows[2] > 0, other > 0]", "[deciding > 0, rows[2] > 7, other > 0]"),
    "who does not exist has held": ("fold", "held(within(self.condition(node.condition, among), among.subjects.existence, UNKNOWN), node.length)", "held(self.condition(node.condition, among), node.length)"),
    "who does not exist is on": ("fold", "lambda among: within(self.condition(condition, among), among.subjects.existence)", "lambda among: self.condition(condition, among)"),
    "another's signal may be unknown": ("fold", "return is_so(on, lambda truth: truth == 1)", "return self.condition(self.settings.signals[node.name], among)"),
    "not in forgets the not": ("fold", "return negated(found) if node.negated else found", "return found"),
    "points of what is unknown count": ("values", "((axis.values == 1) * points[:, None])", "((axis.values != 0) * points[:, None])"),
    "the first is the last": ("values", 'first if node.function == "first" else last', "last"),
    "a sum counts whole numbers": ("values", 'SCALE if node.function in ("sum", "min", "max") else 1)', "1)"),
    "days are those of London": ("columns", "(instants + steady[place]) // DAY", "instants // DAY"),
    "half of a threshold is passed": ("numbers", '(">=", below + 1)', '(">=", below)'),
    "a quotient by nothing is a number": ("numbers", "truth = np.where(_signs(each[0]) == 0, UNKNOWN, truth)", "pass"),
    "a quotient by less than nothing keeps its sign": ("numbers", "_signs(ahead[0]) * _signs(bottom[0])", "_signs(ahead[0])"),
    "between two changes a clock stands still": ("numbers", "turns = {since}.union(*(_turns(each, since, until - 1) for each in here))", "turns = {since}"),
    "a number beside a quotient is not turned round": ("numbers", "(top, bottom), _TURNED[sign]", "(top, bottom), sign"),
    "just so long ago is longer ago": ("fold", '(1 if sign in (">", "<=") else 0)', "0"),
    "a clock turns a moment late": ("numbers", "turns = [passed + 1] if over else [passed, passed + 1]", "turns = [passed + 1]"),
    "true is one": ("answers", "(type(answer), answer)", "answer"),
    "an edge that was foreseen is learnt when it comes": ("because", "int(learnt[row]) if rows.occurred[place] == at else at", "at"),
}  # fmt: skip

# Where bugs of what few conditions read show soonest.
POINTED: dict[str, tuple[About, str]] = {
    "a plan that ended counts": ("account", "plan = team"),
    "a plan that has not started counts": ("account", "plan = team"),
    "of two plans the lowest counts": ("account", "plan = team"),
    "a patch clears what it does not name": ("account", "account.plan = free"),
    "a deleted record is there": ("account", "count(workspace) >= 1"),
    "the last source wins": ("account", "account.plan = free"),
    "any is all": ("account", "any(workspace.plan) = free"),
    "records that do not fit are counted": ("account", "count(subscription where plan = free) >= 1"),
    "a quotient by less than nothing keeps its sign": ("account", "count(any) * count(any) / min(any.seats) < 1"),
    "a quotient by nothing is a number": ("account", 'count(any) * count(any) / count("Invited", 1d) >= 50'),
    "a number beside a quotient is not turned round": ("account", '2 <= count(any) / count("Invited")'),
    "just so long ago is longer ago": ("person", "since(any) > 1d"),
    "between two changes a clock stands still": ("person", "since(any) + since(any) >= 1d"),
    "a clock turns a moment late": ("person", "since(any) + since(any) >= 1d"),
    "a record of a workspace is not its account's": ("account", "count(subscription) >= 1"),
    "what was merged keeps its records": ("account", "count(subscription) >= 1"),
    "a family is its root alone": ("account", "count(subscription, family) >= 1"),
    "a workspace of which nothing is known decides": ("account", "not any(workspace.plan) = free"),
    "a sum counts whole numbers": ("person", "sum(any.seats) - since(any) / 1d > 1.5"),
    "half of a threshold is passed": ("account", "count(any, 2d) >= 1.5"),
    "true is one": ("account", "distinct(any.mixed) >= 2"),
    "an edge that was foreseen is learnt when it comes": ("account", "count(any, 2d) >= 1"),
}

Case = tuple[SmallWorld, About, str, Instant | None]


@cache
def asked() -> list[tuple[Case, dict[str, Turns]]]:
    """Cases with what is meant of each subject."""
    found = []
    for number, (small, about, condition) in enumerate(cases(12, seed=31, each=6)):
        meant = {one.id: meant_edges(small, one, condition) for one in small.world.existence if one.kind == about}
        split = START + number % 5 * DAY if number % 2 else None
        if any(meant.values()):
            found.append(((small, about, condition, split), meant))
    return found


def is_wrong(room: dict[str, Any]) -> bool:
    return any(differs(room, case, meant) for case, meant in asked())


def is_wrong_about(room: dict[str, Any], about: About, condition: str, worlds: int = 700) -> bool:
    for small in seeded_worlds(worlds, seed=33):
        meant = {one.id: meant_edges(small, one, condition) for one in small.world.existence if one.kind == about}
        if differs(room, (small, about, condition, None), meant):
            return True
    return False


def differs(room: dict[str, Any], case: Case, meant: dict[str, Turns]) -> bool:
    small, about, condition, split = case
    timeline = TimelineOf(small.world, split)
    try:
        fold = room["Fold"](timeline, small.world)
        found = folded_edges(fold, timeline, read(condition), about, small.until, room["known_at"])
    except (ArithmeticError, AssertionError, IndexError, TypeError, ValueError):
        return True
    return any(found.get(one, []) != turns for one, turns in meant.items())


def test_a_copy_without_a_bug_says_what_is_meant() -> None:
    assert len(asked()) > 60
    assert not is_wrong(ROOM.planted())


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(bug: str) -> None:
    room = ROOM.planted(*PLANTED[bug])
    assert is_wrong_about(room, *POINTED[bug]) if bug in POINTED else is_wrong(room)


def test_what_the_bugs_point_at_is_right_without_them() -> None:
    room = ROOM.planted()
    assert not any(is_wrong_about(room, about, condition, worlds=12) for about, condition in set(POINTED.values()))
