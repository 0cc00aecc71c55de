"""Conditions to ask of small worlds, as text: well-typed, of every measure and operator, and with windows in which edges meet."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as st

from tandem.language.expression.nodes import About
from tandem.language.expression.parse import Expects, parse
from tandem.language.source import Source

PLANS = ("free", "team", "enterprise")


class Choices:
    """Takes one choice after another from bytes; the first, where none are left."""

    def __init__(self, data: bytes) -> None:
        self._left = list(data)

    def of(self, *choices: Any) -> Any:
        return choices[(self._left.pop(0) if self._left else 0) % len(choices)]


@cache
def read(text: str, expects: Expects = "condition") -> Any:
    """The expression of a text that is without fault."""
    parsed = parse(Source("rule", text), expects)
    assert parsed.expression is not None, [problem.told() for problem in parsed.problems]
    return parsed.expression


ABOUTS: tuple[About, ...] = ("person", "workspace", "account")
_FIELDS = {
    "person": ("account.plan", "title", "person.title", "account.employees", "account.icp_tier", "account.is_target"),
    "workspace": ("plan", "account.plan", "account.employees", "account.icp_tier", "account.is_target"),
    "account": ("plan", "account.plan", "any(plan)", "all(workspace.plan)", "highest(plan)", "employees", "account.icp_tier", "is_target"),
}
_DATES = {
    "person": ("account.renewal_date",),
    "workspace": ("workspace.trial_end", "trial_end", "account.renewal_date"),
    "account": ("renewal_date", "any(workspace.trial_end)", "all(trial_end)", "highest(trial_end)"),
}


def conditions(about: About, depth: int = 2) -> st.SearchStrategy[str]:
    """Well-typed conditions as text; `read` makes expressions of them."""
    return st.builds(lambda data: condition_of(Choices(data), about, depth), st.binary(min_size=60, max_size=60))


def seeded_conditions(count: int, about: About, seed: int, depth: int = 2) -> list[str]:
    chance = Random(seed)
    return [condition_of(Choices(chance.randbytes(60)), about, depth) for _ in range(count)]


def condition_of(pick: Choices, about: About, depth: int, *, named: bool = True) -> str:
    """named: whether it may name the world's signals and scores."""
    kind = pick.of("test", "test", "test", "and", "or", "not", "held", "sequence", "signal") if depth else "test"

    def inner() -> str:
        return condition_of(pick, about, depth - 1, named=named)

    match kind:
        case "and" | "or":
            return f"({inner()}) {kind} ({inner()})"
        case "not":
            return f"not ({inner()})"
        case "held":
            return f"held({inner()}, {_length(pick)})"
        case "sequence":
            chain = [_selector(pick) for _ in range(pick.of(2, 2, 3))]
            return f"sequence({', '.join(chain)}, within {_length(pick)})"
        case "signal" if named:
            return f"signal({about}_on)"
    return _test(pick, about, named)


def _test(pick: Choices, about: About, named: bool) -> str:
    sign, few = pick.of(">=", ">", "<", "<=", "=", "!="), pick.of(1, 2, 3, 0)
    kind = pick.of(
        "number", "number", "number", "share", "trend", "text", "member", "flag", "since", "since", "until", "gap", "ratio", "field", "date",
        "record", "record", "unknown", "score",
    )  # fmt: skip
    match kind:
        case "number":
            return f"{_number(pick, about)} {sign} {few}"
        case "share":
            return f"{_number(pick, about)} / {_number(pick, about)} {sign} {pick.of('50%', '100%', '0.5', '12.5%')}"
        case "trend":
            measure = _number(pick, about, windowed=True)
            return f"{measure} - previous({measure}) {sign} {few}" if pick.of(True, False) else f"previous({measure}) {sign} {measure}"
        case "text":
            return f"{pick.of('first', 'last', 'last')}({_of(pick, 'plan')}{_window(pick)}) {pick.of('=', '!=')} {pick.of(*PLANS)}"
        case "member":
            return f"last({_of(pick, 'plan')}{_window(pick)}) {pick.of('in', 'not in')} (free, {pick.of(*PLANS)})"
        case "flag":
            return f"last({_of(pick, 'trial')}{_window(pick)}) = {pick.of('true', 'false')}"
        case "since":
            return f"since({_selector(pick)}) {sign} {_length(pick)}"
        case "until":
            return f"until({pick.of(*_DATES[about])}) {sign} {pick.of('0h', _length(pick), '-' + _length(pick))}"
        case "gap":
            return f"since({_selector(pick)}) {pick.of('-', '+')} {pick.of('since', 'since')}({_selector(pick)}) {sign} {_length(pick)}"
        case "ratio":
            return f"since({_selector(pick)}) / {pick.of(f'since({_selector(pick)})', f'until({pick.of(*_DATES[about])})')} {sign} {few}"
        case "field":
            field = pick.of(*_FIELDS[about])
            if "employees" in field:
                return f"{field} {sign} 50"
            if "is_target" in field:
                return f"{field} {pick.of('=', '!=')} {pick.of('true', 'false')}"
            words = ("CTO", "VP") if "title" in field else ("first", "second") if "tier" in field else PLANS
            test = pick.of(f"= {words[0]}", f"!= {words[1]}", f"in ({words[-1]}, {words[0]})", f"not in ({words[1]}, {words[0]})")
            return f"{field} {test}"
        case "date":
            return f"{pick.of(*_DATES[about], 'last(' + _of(pick, 'due') + ')')} {sign} 2026-03-30"
        case "record":
            record = pick.of(
                "subscription", "subscription", "subscription where status = active", "workspace", "account where employees > 20"
            )
            family = pick.of("", ", family") if about == "account" else ""
            asked = pick.of(
                f"count({record}{family})",
                f"distinct(subscription.plan{family})",
                f"sum(subscription.amount{pick.of('', ' where plan != free')})",
            )
            return f"{asked} {sign} {few}"
        case "unknown":
            asked = pick.of(
                f"since({_selector(pick)})",
                *_FIELDS[about],
                f"last({_of(pick, 'seats')}{_window(pick)})",
                f"{few} / {_number(pick, about)}",
            )
            return f"{asked} is {pick.of('', 'not ')}unknown"
        case "score" if named:
            return f"score({about}_points) {sign} {few}"
    return f"count({_selector(pick)}{_window(pick)}) >= {few}"


def _number(pick: Choices, about: About, *, windowed: bool = False) -> str:
    window = f", {_length(pick)}" if windowed else _window(pick)
    among = {"person": ("workspaces", "days"), "workspace": ("people", "days"), "account": ("people", "days", "workspaces")}[about]
    if pick.of(True, False):
        return f"{pick.of('count', *among)}({_selector(pick)}{window})"
    function = pick.of("sum", "min", "max", "first", "last", "distinct")
    return f"{function}({_of(pick, 'plan' if function == 'distinct' else 'seats')}{window})"


def _selector(pick: Choices) -> str:
    head = pick.of("any", "any", '"Opened"', '"Opened"', '"Invited"', "core", "wide")
    where = pick.of(
        *[""] * 6, " where seats >= 2", " where not plan = free", " where seats < 2 or plan in (team, free)", " where trial = true"
    )
    return f"{head}{where}"


def _of(pick: Choices, name: str) -> str:
    return f"({_selector(pick)}).{name}"


def _window(pick: Choices) -> str:
    return str(pick.of("", f", {_length(pick)}", f", {_length(pick)}"))


def _length(pick: Choices) -> str:
    return str(pick.of("1d", "2d", "3d", "12h"))
