"""Bugs planted on purpose: each is a mistake that somebody will make, and the comparison with the reference must see it."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tandem.behavior.funnel.funnel import Unless
from tests.behavior.funnels import SmallCase, Told, case_of, cases, folded, meant
from tests.behavior.rooms import uncompiled
from tests.signals.conditions import read
from tests.signals.worlds import instant

PLANTED = {
    "what is not known yet counts": ("view", "enters[r] <= as_of", "occurred[r] <= as_of"),
    "what is known at the instant asked is not": ("view", "enters[r] <= as_of", "enters[r] < as_of"),
    "what was corrected counts": ("view", "and not (exits and gone[r - a] != 0)", ""),
    "what will be corrected is gone": ("view", "early_at[k] <= as_of", "True"),
    "what is corrected just then counts": ("view", "early_at[k] <= as_of", "early_at[k] < as_of"),
    "rows are read as they came": ("view", "r = a + leaving[j]", "r = j"),
    "ties stand as they came": ("funnel.turn", "if not settled:", "if False:"),
    "what is no stage comes last": ("funnel.turn", "    first = 0\n    if picked != 0:", "    first = 30\n    if picked != 0:"),
    "an event of two stages stands with its last": ("funnel.turn", "while not picked & 1:", "while picked > 1:"),
    "ids decide nothing": ("funnel.turn", "return len(rank) > 0 and rank[row] < rank[other_row]", "return False"),
    "a window is open at its end": ("funnel.walk", "t - reached[slot, 0] > window", "t - reached[slot, 0] >= window"),
    "a window begins with the stage before": ("funnel.walk", "t - reached[slot, 0] > window", "t - reached[slot, k - 1] > window"),
    "one event takes an attempt on twice": ("funnel.walk", "for k in range(highest, 0, -1):", "for k in range(1, highest + 1):"),
    "an earlier start is kept beside a later one": ("funnel.walk", "or (arrived and not every)", ""),
    "only one of many attempts goes on": ("funnel.walk", "(arrived and not every)", "arrived"),
    "apart, an instant is enough": ("funnel.walk", "elif apart and reached[slot, k - 1] == t:", "elif False:"),
    "apart, what may not go on yet never may": ("funnel.walk", "                        if kept < 0:\n                            head[k] = slot", "                        if kept < 0:\n                            pass"),
    "apart, only the latest is kept": ("funnel.walk", "not (apart and reached[old, k - 1] < t)", "True"),
    "an exclusion is not heard of": ("funnel.walk", "bits & ends_at[k] != 0\n                or ", ""),
    "the next stage is excluded too": ("funnel.walk", "            elif (\n", "            if (\n"),
    "the first stage is a repeat": ("funnel.walk", "picked & passed & ~1 != 0", "picked & passed != 0"),
    "a repeat is one of a stage ahead": ("funnel.walk", "picked & passed & ~1 != 0", "picked & ~passed != 0"),
    "in strict order the first stage may come again": ("funnel.walk", "(picked & 1 and not reentry) or ", ""),
    "in strict order it may never": ("funnel.walk", "(picked & 1 and not reentry)", "picked & 1"),
    "in strict order what was passed ends it": ("funnel.walk", "or not picked & passed", "or True"),
    "what is ahead does not end it": ("funnel.walk", "or not picked & passed", "or not picked"),
    "attempts begin until after the end": ("funnel.walk", "begin <= t < end", "begin <= t <= end"),
    "a later start begins again": ("funnel.walk", "and (not only or i == first)", ""),
    "the best is the last to get so far": ("funnel.walk", "k + 1 > best[0]", "k + 1 >= best[0]"),
    "the beginning of the best is that of the first": ("funnel.walk", "k + 1, place[i], start[slot], 0", "k + 1, place[i], best[2], 0"),
    "of one instant the last begins": ("funnel.walk", "        if old >= 0 and reached[old, 0] == reached[slot, 0]:\n            following[slot] = free\n            return slot\n", ""),
    "what has ended is open": ("funnel.walk", "                        ended[slot] = True", "                        ended[slot] = False"),
    "the best that has ended is open": ("funnel.walk", "                    best[4] = 1", "                    best[4] = 0"),
    "what ends another ends the best": ("funnel.walk", "                if k == best[0]:\n", "                if True:\n"),
    "what ended before the best has ended it": ("funnel.walk", "best[4] = k + 1, place[i], start[slot], 0", "best[4] = k + 1, place[i], start[slot], best[4]"),
    "in any order a window is open at its end": ("funnel.any_order", "(t - occurred[row[low]] > window or", "(t - occurred[row[low]] >= window or"),
    "in any order an attempt begins at any time": ("funnel.any_order", "> window or occurred[row[low]] < begin)", "> window)"),
    "in any order what began too late counts": ("funnel.any_order", "        if begin <= t < end:\n            begins = i", "        begins = i"),
    "in any order the first beginning is the best": ("funnel.any_order", "first, beyond = low, begins", "first, beyond = low, low"),
    "in any order nothing is excluded": ("funnel.any_order", "        if mark[i] & excluded:\n            low, best[4] = i, 1", ""),
    "in any order what is excluded begins nothing": ("funnel.any_order", "low, best[4] = i, 1", "low, best[4] = i + 1, 1"),
    "in any order of one instant the last begins": ("funnel.any_order", "first = _first_of_instant(first, low, row, mark, picks, occurred)", "pass"),
    "in any order what is no stage begins": ("funnel.any_order", "        if mark[event] & picks:\n            first = event", "        first = event"),
    "in any order an instant begins before what is excluded": ("funnel.any_order", "while event > low and", "while event > 0 and"),
    "in any order what is excluded leaves the best open": ("funnel.any_order", "low, best[4] = i, 1", "low = i"),
    "in any order what was excluded before ends the best": ("funnel.any_order", "occurred[row[first]], 0\n", "occurred[row[first]], best[4]\n"),
    "in any order what is excluded leaves each open": ("funnel.any_order", "ended[used] = last + 1 < m", "ended[used] = False"),
    "one event is two stages": ("funnel.any_order", "        if has[stage] == event:", "        if False:"),
    "who has an event keeps it": ("funnel.any_order", "    if asked[stage]:", "    if by >= 0:"),
    "an event that is too old is one of the latest": ("funnel.any_order", "if event < first or not", "if event < 0 or not"),
    "of a stage only the latest event may be had": ("funnel.any_order", "latest[stage, many[stage] % stages] = i", "latest[stage, 0] = i"),
    "a complete attempt lasts until its window is over": ("funnel.any_order", "                after = found + 1", "                pass"),
    "the next attempt shares an event": ("funnel.any_order", "after = found + 1", "after = found"),
    "an attempt that reached nothing counts": ("funnel.any_order", "        if got > 0:\n", "        if True:\n"),
    "stages are reached when the last is": ("funnel.any_order", "reached[used, got] = occurred[row[found]]", "reached[used, got] = occurred[row[last]]"),
    "an exclusion holds one stage too long": ("funnel.attempts", "ends_at[each.after : each.before]", "ends_at[each.after : each.before + 1]"),
    "an exclusion holds one stage too early": ("funnel.attempts", "ends_at[each.after : each.before]", "ends_at[each.after - 1 : each.before]"),
    "strict sees stages alone": ("funnel.attempts", "s, as_of, others, offsets", "s, as_of, False, offsets"),
    "a property may change": ("funnel.attempts", "b < m and constant[row[b]] == constant[row[a]]", "b < m"),
    "without the property is a value": ("funnel.attempts", "if constant[row[i]] >= 0:", "if True:"),
    "the first start is the first of its value": ("funnel.attempts", "and (only < 0 or first == only)", ""),
    "the best is that of the last value": ("funnel.attempts", "value_best[0] > best[0] or (value_best[0] == best[0] and value_best[1] < best[1])", "value_best[0] > 0"),
    "attempts stand by their values": ("funnel.attempts", "order[i] if len(order) > 0 else i", "i"),
    "ids do not decide between values": ("funnel.attempts", "if tell_ties or funnel.constant is not None else None", "if tell_ties and funnel.constant is None else None"),
}  # fmt: skip


@cache
def asked() -> list[tuple[SmallCase, Told]]:
    """Cases with what is meant."""
    found = [case for seed in (501, 502) for case in cases(45, seed, each=14)]
    return [(case, meant(*case)) for case in (*found, AN_EARLIER_ONE_GOES_ON, *ENDED)]


# When apart, the later of two attempts that wait beside one another may not go on yet.
AN_EARLIER_ONE_GOES_ON = case_of(
    """
    2026-03-27T01:00 Opened by ann
    2026-03-27T02:00 Invited by ann
    2026-03-27T03:00 Opened by ann
    2026-03-27T04:00 Invited by ann
    2026-03-27T04:00 Paid by ann
    """,
    "Opened",
    "Invited",
    "Paid",
    apart=True,
)

# What ends an attempt stands at the instant at which another begins; ends one that is not the best; or the best, before its window is over.
ENDED = tuple(
    case_of(text, *stages, unless=(Unless(read(excluded, "selector"), 1, before),), as_of=instant("2026-03-01T05:00"), **said)
    for text, stages, excluded, before, said in (
        (
            """
            2026-03-01T01:00 Asked by ann
            2026-03-01T01:00 Opened by ann
            2026-03-01T02:00 Paid by ann
            """,
            ("Opened", "Paid"),
            '"Asked"',
            2,
            {"order": "any_order"},
        ),
        (
            """
            2026-03-01T01:00 Opened by ann
            2026-03-01T01:00 Invited by ann plan=team
            2026-03-01T02:00 Opened by ann
            """,
            ("Opened", "Invited", "Paid"),
            '"Invited" where plan = team',
            3,
            {"order": "any_order"},
        ),
        (
            """
            2026-03-01T01:00 Opened by ann
            2026-03-01T02:00 Asked by ann
            """,
            ("Opened", "Paid"),
            '"Asked"',
            2,
            {"order": "any_order"},
        ),
        (
            """
            2026-03-01T01:00 Opened by ann
            2026-03-01T02:00 Invited by ann
            2026-03-01T03:00 Opened by ann
            2026-03-01T04:00 Asked by ann
            """,
            ("Opened", "Invited", "Paid"),
            '"Asked"',
            2,
            {},
        ),
    )
)


def is_wrong(room: Any) -> bool:
    return any(differs(room, *each) for each in asked())


def differs(room: Any, case: SmallCase, told: Told) -> bool:
    try:
        return folded(*case, find=room.find_attempts) != told
    except (AssertionError, IndexError, TypeError, ValueError):
        return True


def test_a_copy_without_a_bug_says_what_is_meant() -> None:
    assert not is_wrong(uncompiled())


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(bug: str) -> None:
    assert is_wrong(uncompiled(*PLANTED[bug]))
