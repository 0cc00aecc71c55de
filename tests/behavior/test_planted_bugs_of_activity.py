"""Bugs planted on purpose in retention, active subjects and lifecycle: each is a mistake that somebody will make, and the reference must see it."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

import tandem.behavior
from tandem.behavior import activity_meaning
from tandem.behavior.active import daily_of
from tests.behavior.acting import Acting, activity
from tests.behavior.retaining import Asked, question
from tests.signals.conditions import Choices, read
from tests.signals.worlds import seeded_worlds

FILES = ("periods", "activity", "fields", "retention", "active", "lifecycle")
SOURCES = {name: (Path(tandem.behavior.__file__).parent / f"{name}.py").read_text() for name in FILES}

PLANTED = {
    "a period is the one in which the day of UTC begins": ("periods", "while starts[number + 1] <= at:", "while False:"),
    "a visitor is a person": ("activity", "if who < 0:", "if who < -7:"),
    "one person twice is two people": ("activity", "if stamp[who] == turn[0]:", "if False:"),
    "who was counted yesterday is not counted today": ("activity", "last, many = number, 0\n            turn[0] += 1", "last, many = number, 0"),
    "the last bucket is forgotten": ("activity", "        out[found] = last\n        found += 1\n    return found", "        pass\n    return found"),
    "a field that is said as one begins comes too late": ("fields", 'when[i], side="right")', 'when[i], side="left")'),
    "a record holds from when it was learnt": ("fields", "Fold(Hindsight(timeline, declared, as_of), declared)", "Fold(timeline, declared)"),
    "who began before the range begins in it": ("retention", "at < since and entry == _FIRST_EVER", "False"),
    "until is in": ("retention", "if at >= until or", "if at > until or"),
    "since is out": ("retention", "if at >= since:", "if at > since:"),
    "what returns at the same instant does not": ("retention", "while j > 0 and occurred[row[j - 1]] == at:", "while False:"),
    "what came before returns": ("retention", "found = hits(row, mark, j, ends, bit", "found = hits(row, mark, 0, ends, bit"),
    "a column that is not over is over": ("retention", "        if each < done:\n            over[each] += 1", "        if each <= done:\n            over[each] += 1"),
    "a later column that is not over is over": ("retention", "            if each < done:\n                over[each] += 1", "            if each <= done:\n                over[each] += 1"),
    "a streak may have gaps": ("retention", "if how > _BRACKET and hit[k] != k:", "if False:"),
    "twice in a bracket is two": ("retention", "if each < 0 or each == before:", "if each < 0:"),
    "a bracket is over as its last bucket begins": ("retention", 'np.arange(self.buckets), side="left")', 'np.arange(self.buckets), side="right")'),
    "on or after is after": ("retention", "range(hit[found - 1] + 1 if found > 0 else 0)", "range(hit[found - 1] if found > 0 else 0)"),
    "who begins in every period begins once": ("retention", "if entry != _EVERY:", "if True:"),
    "each event begins anew": ("retention", "while ends < n and occurred[row[ends]] < starts[number + 1]:\n                    ends += 1", "ends = i + 1"),
    "who begins anew returns with what was before": ("retention", "while later < ever and ever_hit[later] <= number:", "while False:"),
    "buckets of who begins anew are those of the first time": ("retention", "= ever_hit[later:ever] - number", "= ever_hit[later:ever] - ever_hit[0]"),
    "a visitor begins": ("retention", "known_only and person[row[j]] < 0", "False"),
    "the second selector is the first": ("retention", "return 1 if asked.first == asked.returning else 2", "return 1"),
    "a rolling bucket is over a moment late": ("retention", "complete = (as_of - at) // length", "complete = (as_of - at - 1) // length"),
    "days roll one too far": ("active", "hit[k] + length", "hit[k] + length + 1"),
    "who is active again counts again": ("active", "max(hit[k], reached + 1)", "hit[k]"),
    "a person who comes again is another": ("active", "max(number, reach[who] + 1) if stamp[who] == turn[0] else number", "number"),
    "enough are not enough": ("active", "int(inside >= people) - int(before >= people)", "int(inside > people) - int(before > people)"),
    "people are shared": ("active", "turn[0] += 1", "pass"),
    "a period that is not over is sticky": ("active", "if active and number < now:", "if active:"),
    "only days on which somebody is active count": ("active", "length = (calendar.later(asked.period, first, 1) - first).days", "length = max(1, int(np.sum(daily[holding == number] > 0)))"),
    "who comes back has stayed": ("lifecycle", "if hit[k] == hit[k - 1] + 1:", "if hit[k] > hit[k - 1]:"),
    "the dormant are the newly dormant": ("lifecycle", "dormant = np.cumsum(lives.new) - active", "dormant = np.append(0, active[:-1])[: len(active)] - lives.retained"),
}  # fmt: skip


@cache
def cases() -> list[tuple[Any, ...]]:
    """Worlds, questions, and what is meant."""
    chance, found = Random(5), []
    for small in seeded_worlds(60, seed=7, size=40):
        for _ in range(6):
            data = chance.randbytes(40)
            asked, by = question(Choices(data), small.world.zone)
            meant = activity_meaning.retention(small.world, asked, None if by is None else read(by, "value"))
            acted, length = activity(Choices(data), small.world.zone)
            if meant:
                found.append((small, asked, by, meant, acted, length, *meant_activity(small, acted, length)))
    return found


def meant_activity(small: Any, acted: Any, length: int) -> tuple[Any, ...]:
    wide, life = activity_meaning.active(small.world, acted, length), activity_meaning.lifecycle(small.world, acted)
    sticky = activity_meaning.stickiness(acted, activity_meaning.active(small.world, daily_of(acted)), wide)
    return {day: many for day, many in wide.items() if many}, {day: one for day, one in life.items() if one.active or one.dormant}, sticky


def is_wrong(room: dict[str, Any]) -> bool:
    return any(differs(room, *case) for case in cases())


def differs(
    room: dict[str, Any], small: Any, asked: Any, by: Any, meant: Any, acted: Any, length: int, wide: Any, life: Any, sticky: Any
) -> bool:
    try:
        if Asked(small.world, asked, by, room=room["retention"] | room["fields"]).told() != meant:
            return True
        acting = Acting(small.world, acted, room=room)
        report = acting.read(length)
        lives = {day: one for day, one in acting.lifecycle().items() if one.active or one.dormant}
        return {each.first: each.active for each in report.rows if each.active} != wide or lives != life or report.stickiness != sticky
    except (ArithmeticError, AssertionError, IndexError, ValueError):
        return True


def planted(file: str = "", right: str = "", wrong: str = "") -> dict[str, Any]:
    """The files with kernels in plain Python, in which the only place of one that says `right` says `wrong`: by file, what stands in it."""
    package = f"planted_{abs(hash((file, right, wrong)))}"
    found: dict[str, Any] = {}
    try:
        for name in FILES:
            source = SOURCES[name]
            if name == file:
                assert source.count(right) == 1, f"{file} says `{right}` {source.count(right)} times"
                source = source.replace(right, wrong)
            for other in FILES:
                source = source.replace(f"tandem.behavior.{other} ", f"{package}.{other} ")
            module = sys.modules[f"{package}.{name}"] = ModuleType(f"{package}.{name}")
            exec(compile(source.replace("@kernel\n", ""), f"{package}/{name}.py", "exec"), vars(module))
            found[name] = vars(module)
    finally:
        for name in FILES:
            sys.modules.pop(f"{package}.{name}", None)
    return found


def test_a_copy_without_a_bug_is_right() -> None:
    assert not is_wrong(planted())


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    assert is_wrong(planted(*PLANTED[bug])), bug
