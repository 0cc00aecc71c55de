"""Exact numbers over time: sums, products and quotients of measures, some of which move with the clock, and how they compare.

A number is worked out where anything in it changes, as a quotient of two polynomials of the instant with whole coefficients; most have no
clock in them and are plain quotients. Arithmetic is in 64 bits where that is surely enough, else in Python's own integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import floor, lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.language.expression.nodes import ArithmeticSign, ComparisonSign
from tandem.signals.meaning.signs import sign_changes
from tandem.timeline.algebra import Weighed, compare, compare_weighed
from tandem.timeline.clock import compare_age
from tandem.timeline.kernels import NEVER, UNKNOWN
from tandem.timeline.steps import Steps, aligned, compressed, constant, values_at

_SAFE = 2**62
_NOTHING_IS_LESS = UNKNOWN + 1  # Of all values that are known.


@dataclass(frozen=True)
class Fixed:
    """A number that is the same always and for all."""

    value: Fraction


@dataclass(frozen=True, eq=False)
class Moving:
    """steps: whole numbers. clock: 0, or 1 where it is `t` less the steps, or -1 where it is the steps less `t`. per: else, what they count."""

    steps: Steps
    per: int = 1
    clock: int = 0

    def changed(self, change: Callable[[Steps], Steps]) -> Moving:
        return replace(self, steps=change(self.steps))


@dataclass(frozen=True, eq=False)
class Counted:
    """Two numbers counted together."""

    left: Number
    sign: ArithmeticSign
    right: Number


Number = Fixed | Moving | Counted


def leaves_changed(number: Number, change: Callable[[Steps], Steps]) -> Number:
    """The number with other steps in all its places."""
    match number:
        case Fixed():
            return number
        case Moving():
            return number.changed(change)
        case Counted():
            return Counted(leaves_changed(number.left, change), number.sign, leaves_changed(number.right, change))


def compare_numbers(one: Number, sign: ComparisonSign, other: Number, subjects: int) -> Steps:
    """Whether two numbers compare so, at every instant; UNKNOWN where either is unknown or something is divided by nothing."""
    if isinstance(one, Fixed) and isinstance(other, Moving):
        one, sign, other = other, _TURNED[sign], one
    if isinstance(one, Moving) and isinstance(other, Fixed):
        if one.clock:
            length = other.value
            if length.denominator == 1:
                return compare_age(one.steps, "since" if one.clock > 0 else "until", sign, int(length))
        else:
            whole, than = threshold(sign, other.value * one.per)
            return compare(one.steps, whole, than)
    weighed = _weighed(one, other, sign)
    return _worked_out(one, other, sign, subjects) if weighed is None else weighed


def number_at(number: Number, t: int) -> Fraction | None:
    """The number of the only subject at an instant; None where it is unknown."""
    match number:
        case Fixed():
            return number.value
        case Moving():
            steps = int(values_at(number.steps, t)[0])
            if steps == UNKNOWN:
                return None
            return Fraction(number.clock * (t - steps)) if number.clock else Fraction(steps, number.per)
    left, right = number_at(number.left, t), number_at(number.right, t)
    if left is None or right is None:
        return None
    match number.sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    return left / right if right else None


def steps_in(number: Number) -> list[Steps]:
    """Everything over time that the number is made of."""
    return [each.steps for each in _leaves(number)]


def number_is_unknown(number: Number, subjects: int) -> Steps:
    known = _worked_out(number, Fixed(Fraction(0)), None, subjects)
    value = (known.value == UNKNOWN).astype(np.int64)
    return compressed(known.offsets, known.at, value, int(known.initial == UNKNOWN))


def threshold(sign: ComparisonSign, than: Fraction) -> tuple[ComparisonSign, int]:
    """The comparison of whole numbers with a whole number that says the same.

    >>> threshold(">=", Fraction(5, 2)), threshold("<", Fraction(5, 2))
    (('>=', 3), ('<=', 2))
    """
    below = floor(than)
    if than.denominator != 1:
        if sign in ("=", "!="):
            sign, below = ("<" if sign == "=" else ">="), _NOTHING_IS_LESS
        else:
            sign, below = ("<=", below) if sign in ("<", "<=") else (">=", below + 1)
    if below <= UNKNOWN or below > NEVER:
        beyond = below > 0
        always = sign == "!=" or (sign in ("<", "<=") if beyond else sign in (">", ">="))
        sign, below = (">=" if always else "<"), _NOTHING_IS_LESS
    return sign, below


_TURNED: dict[ComparisonSign, ComparisonSign] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TRUE: dict[ComparisonSign, tuple[int, ...]] = {"=": (0,), "!=": (-1, 1), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}


# Most shares and differences are of two measures: they are compared in one walk along both.

_Sum = tuple[dict[int, Fraction], Fraction]  # The weight of each moving number in a sum, and what is fixed of it.


def _weighed(one: Number, other: Number, sign: ComparisonSign) -> Steps | None:
    """How sums, or a quotient of sums, of at most two measures compare; None of anything else."""
    leaves = {id(each): each for number in (one, other) for each in _leaves(number)}
    quotients = [_quotient_of_sums(each) for each in (one, other)]
    if len(leaves) not in (1, 2) or any(each.clock for each in leaves.values()) or None in quotients:
        return None
    (top, bottom), (other_top, other_bottom) = (each for each in quotients if each is not None)
    if other_bottom is not None and (bottom is not None or top[0]):
        return None
    if other_bottom is not None:
        # A number beside a quotient is the same turned round.
        (top, bottom), (other_top, _), sign = (other_top, other_bottom), (top, bottom), _TURNED[sign]
    divisor: _Sum = ({}, Fraction(1)) if bottom is None else bottom
    if bottom is not None and other_top[0]:
        return None
    ahead = _added(top, _scaled(divisor, other_top[1]) if bottom is not None else other_top, -1)
    first, second = [*leaves.values(), *leaves.values()][:2] if len(leaves) == 2 else [next(iter(leaves.values()))] * 2
    over, under = (_whole_weights(each, first, second) for each in (ahead, divisor))
    if not (_fits(over, first, second) and _fits(under, first, second)):
        return None
    return compare_weighed(first.steps, second.steps, over, under, sign, threads=1)


def _quotient_of_sums(number: Number) -> tuple[_Sum, _Sum | None] | None:
    if isinstance(number, Counted) and number.sign == "/":
        top, bottom = _sum_of(number.left), _sum_of(number.right)
        if top is None or bottom is None:
            return None
        if not bottom[0]:
            return (_scaled(top, 1 / bottom[1]), None) if bottom[1] else None
        return top, bottom
    if isinstance(number, Counted) and number.sign in ("+", "-"):
        # `this / that - 1` is one quotient.
        left, right = _quotient_of_sums(number.left), _sum_of(number.right)
        if left is not None and left[1] is not None and right is not None and not right[0]:
            return _added(left[0], _scaled(left[1], right[1]), 1 if number.sign == "+" else -1), left[1]
    whole = _sum_of(number)
    return None if whole is None else (whole, None)


def _sum_of(number: Number) -> _Sum | None:
    match number:
        case Fixed():
            return {}, number.value
        case Moving():
            return {id(number): Fraction(1, number.per)}, Fraction(0)
    left, right = _sum_of(number.left), _sum_of(number.right)
    if left is None or right is None:
        return None
    match number.sign:
        case "+" | "-":
            return _added(left, right, 1 if number.sign == "+" else -1)
        case "*" if not right[0]:
            return _scaled(left, right[1])
        case "*" if not left[0]:
            return _scaled(right, left[1])
        case "/" if not right[0] and right[1]:
            return _scaled(left, 1 / right[1])
    return None


def _added(one: _Sum, other: _Sum, sign: int) -> _Sum:
    return {key: one[0].get(key, Fraction(0)) + sign * other[0].get(key, Fraction(0)) for key in one[0] | other[0]}, one[1] + sign * other[
        1
    ]


def _scaled(one: _Sum, by: Fraction) -> _Sum:
    return {key: weight * by for key, weight in one[0].items()}, one[1] * by


def _whole_weights(one: _Sum, first: Moving, second: Moving) -> Weighed:
    """The sum times a whole number that makes all of its weights whole; which one does not matter for its sign."""
    weights = [one[0].get(id(first), Fraction(0)), one[0].get(id(second), Fraction(0)) if second is not first else Fraction(0), one[1]]
    by = lcm(*(each.denominator for each in weights))
    return Weighed(*(int(each * by) for each in weights))


def _fits(weights: Weighed, first: Moving, second: Moving) -> bool:
    values = [_greatest(np.where(each.steps.value == UNKNOWN, 0, each.steps.value)) for each in (first, second)]
    initial = [0 if each.steps.initial == UNKNOWN else abs(each.steps.initial) for each in (first, second)]
    most = [max(pair) for pair in zip(values, initial, strict=True)]
    return abs(weights.first) * most[0] + abs(weights.second) * most[1] + abs(weights.whole) < _SAFE


# Polynomials of the instant: coefficients, the constant one first; each a whole number, or an array with one a row.

Coefficient = int | npt.NDArray[Any]
Polynomial = list[Coefficient]


@dataclass(frozen=True)
class _Quotient:
    """divisors: what must not be 0. unknown: (rows,) where an operand is unknown."""

    top: Polynomial
    bottom: Polynomial
    divisors: tuple[Polynomial, ...]


def _worked_out(one: Number, other: Number, sign: ComparisonSign | None, subjects: int) -> Steps:
    """How the numbers compare; without a sign 1 where both are known."""
    leaves = {id(each): each for number in (one, other) for each in _leaves(number)}
    if not leaves:
        # The shape of a row for nobody: what is fixed is the same always.
        leaves[0] = Moving(constant(subjects, 0))
    axis = aligned([each.steps for each in leaves.values()])
    # What holds before the first step stands as a row of its own, at the end.
    values = np.concatenate([axis.values, axis.initial[:, None]], axis=1)
    rows = {key: values[number] for number, key in enumerate(leaves)}
    unknown = (values == UNKNOWN).any(axis=0)
    known = {key: np.where(unknown, 0, row) for key, row in rows.items()}
    left, right = (_quotient(number, known) for number in (one, other))
    # Which is more: left.top / left.bottom - right.top / right.bottom, brought over one bottom.
    ahead = _plus(_times(left.top, right.bottom), _times(right.top, left.bottom), -1)
    bottom = _times(left.bottom, right.bottom)
    divisors = (*left.divisors, *right.divisors)
    if all(len(each) == 1 for each in (ahead, bottom, *divisors)):
        truth = _truths(_signs(ahead[0]) * _signs(bottom[0]), sign)
        for each in divisors:
            truth = np.where(_signs(each[0]) == 0, UNKNOWN, truth)
        told = np.where(unknown, UNKNOWN, truth)
        return compressed(axis.offsets, axis.at, told[:-1], int(told[-1]))
    assert unknown[-1], "before its first step nothing has happened, and no age is known"
    return _by_the_clock(axis.offsets, axis.at, unknown, ahead, bottom, divisors, sign)


def _leaves(number: Number) -> Iterator[Moving]:
    match number:
        case Moving():
            yield number
        case Counted():
            yield from _leaves(number.left)
            yield from _leaves(number.right)


def _quotient(number: Number, rows: dict[int, npt.NDArray[Any]]) -> _Quotient:
    match number:
        case Fixed():
            return _Quotient([number.value.numerator], [number.value.denominator], ())
        case Moving():
            value = rows[id(number)]
            return _Quotient([value * -1 if number.clock > 0 else value, number.clock] if number.clock else [value], [number.per], ())
    left, right = _quotient(number.left, rows), _quotient(number.right, rows)
    divisors = (*left.divisors, *right.divisors)
    match number.sign:
        case "*":
            return _Quotient(_times(left.top, right.top), _times(left.bottom, right.bottom), divisors)
        case "/":
            return _Quotient(_times(left.top, right.bottom), _times(left.bottom, right.top), (*divisors, right.top))
    sign = 1 if number.sign == "+" else -1
    plain = all(isinstance(each, int) for each in (*left.bottom, *right.bottom))
    if plain and left.bottom == right.bottom:
        return _Quotient(_plus(left.top, right.top, sign), left.bottom, divisors)
    top = _plus(_times(left.top, right.bottom), _times(right.top, left.bottom), sign)
    return _Quotient(top, _times(left.bottom, right.bottom), divisors)


def _times(one: Polynomial, other: Polynomial) -> Polynomial:
    found: Polynomial = [0] * (len(one) + len(other) - 1)
    for i, each in enumerate(one):
        for j, further in enumerate(other):
            found[i + j] = _sum(found[i + j], _product(each, further))
    return found


def _plus(one: Polynomial, other: Polynomial, sign: int) -> Polynomial:
    longest = max(len(one), len(other))
    padded = ([*each, *[0] * (longest - len(each))] for each in (one, other))
    return [_sum(each, _product(further, sign)) for each, further in zip(*padded, strict=True)]


def _product(one: Coefficient, other: Coefficient) -> Coefficient:
    if isinstance(one, int) and isinstance(other, int):
        return one * other
    if _greatest(one) * _greatest(other) < _SAFE:
        return one * other
    return _whole(one) * _whole(other)


def _sum(one: Coefficient, other: Coefficient) -> Coefficient:
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    if _greatest(one) + _greatest(other) < _SAFE:
        return one + other
    return _whole(one) + _whole(other)


def _greatest(one: Coefficient) -> int:
    if isinstance(one, int):
        return abs(one)
    return max(int(one.max()), -int(one.min())) if len(one) else 0


def _whole(one: Coefficient) -> Coefficient:
    return one if isinstance(one, int) else one.astype(object)


def _signs(one: Coefficient) -> Any:
    if isinstance(one, int):
        return (one > 0) - (one < 0)
    return (one > 0).astype(np.int64) - (one < 0).astype(np.int64)


def _truths(signs: Any, sign: ComparisonSign | None) -> npt.NDArray[np.int64]:
    if sign is None:
        return np.ones_like(signs)
    return np.isin(signs, _TRUE[sign]).astype(np.int64)


# With a clock: between two changes the numbers go on, and turn where a polynomial changes its sign.


def _by_the_clock(
    offsets: npt.NDArray[np.int64],
    at: npt.NDArray[np.int64],
    unknown: npt.NDArray[np.bool_],
    ahead: Polynomial,
    bottom: Polynomial,
    divisors: Sequence[Polynomial],
    sign: ComparisonSign | None,
) -> Steps:
    polynomials = [ahead, bottom, *divisors]
    instants, bounds = at.tolist(), offsets.tolist()
    found_at: list[int] = []
    found: list[int] = []
    counts = [0]
    for first, last in pairwise(bounds):
        for row in range(first, last):
            since, until = instants[row], instants[row + 1] if row + 1 < last else NEVER
            if unknown[row]:
                found_at.append(since)
                found.append(UNKNOWN)
                continue
            here = [_at_row(each, row) for each in polynomials]
            turns = {since}.union(*(_turns(each, since, until - 1) for each in here))
            for t in sorted(turns):
                found_at.append(t)
                found.append(_told(here, t, sign))
        counts.append(len(found))
    return compressed(np.array(counts, np.int64), np.array(found_at, np.int64), np.array(found, np.int64), UNKNOWN)


def _told(polynomials: Sequence[Sequence[int]], t: int, sign: ComparisonSign | None) -> int:
    ahead, bottom, *divisors = (_value(each, t) for each in polynomials)
    if 0 in divisors:
        return UNKNOWN
    return 1 if sign is None else int(_signs(ahead) * _signs(bottom) in _TRUE[sign])


def _at_row(polynomial: Polynomial, row: int) -> list[int]:
    coefficients = [each if isinstance(each, int) else int(each[row]) for each in polynomial]
    while len(coefficients) > 1 and coefficients[-1] == 0:
        coefficients.pop()
    return coefficients


def _value(coefficients: Sequence[int], t: int) -> int:
    value = 0
    for each in reversed(coefficients):
        value = value * t + each
    return value


def _turns(coefficients: Sequence[int], since: int, until: int) -> list[int]:
    """The instants in (since, until] at which the sign differs from that a microsecond before."""
    if len(coefficients) == 1:
        return []
    if len(coefficients) == 2:
        # 0 at one instant, or between two of them.
        passed, over = divmod(-coefficients[0], coefficients[1])
        turns = [passed + 1] if over else [passed, passed + 1]
        return [t for t in turns if since < t <= until]
    return sign_changes(lambda t: Fraction(_value(coefficients, t)), len(coefficients) - 1, since, until)
