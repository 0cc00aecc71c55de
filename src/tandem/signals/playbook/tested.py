"""The tests of a playbook: each tells its facts to the signal by the slow reference, and compares when it is on with what is expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from tandem.facts.fact import Fact
from tandem.identity.rules import Rules
from tandem.language.expression.nodes import (
    Condition,
    Expression,
    FieldRef,
    Measure,
    Previous,
    RecordMeasure,
    Score,
    SignalRef,
    Since,
    Until,
    Value,
    parts_of,
)
from tandem.language.expression.show import show
from tandem.language.problem import Problem
from tandem.language.shape import Located
from tandem.language.tree import Scalar
from tandem.signals.edges import edges
from tandem.signals.meaning.asking import is_on, value
from tandem.signals.playbook.declare import Signal, SignalTest
from tandem.signals.playbook.expectation import Steps, read_expectation, show_at
from tandem.signals.playbook.given import read_given
from tandem.signals.told import Settings, world_of_facts
from tandem.signals.world import UNKNOWN, Answer, Declared, Subject, World
from tandem.values.durations import show_duration
from tandem.values.instants import DAY, LATEST, MINUTE, Instant
from tandem.values.names import nearest

# A test looks so far beyond the last instant that it names: conditions may turn by the clock alone.
_BEYOND = 3660 * DAY
_MEASURES_SHOWN = 4


@dataclass(frozen=True)
class TestRun:
    """problems: of every expectation that does not hold, and of those that are about nobody. count: the tests that ran."""

    __test__ = False  # Not one of pytest's.

    problems: tuple[Problem, ...]
    count: int


def run_tests(signals: Iterable[Signal], rules: Rules, declared: Declared) -> TestRun:
    """Runs every test of the signals, which must read without problems. declared: what the whole playbook declares."""
    problems: list[Problem] = []
    count = 0
    for signal in signals:
        for test in signal.tests:
            problems += _Run(signal, test, rules, declared).problems()
            count += 1
    return TestRun(tuple(problems), count)


class _Run:
    def __init__(self, signal: Signal, test: SignalTest, rules: Rules, declared: Declared) -> None:
        self.signal, self.zone = signal, declared.zone
        facts, wrong = read_given(_scalar(test.given), self.zone)
        self.expected = {name: (said, read_expectation(_scalar(said), self.zone)) for name, said in test.expect.items()}
        assert not wrong, "the playbook was read without problems"
        self.world = world_of_facts(facts, rules, **cast(Settings, vars(declared)))
        named = [at for _, (steps, _) in self.expected.values() for at in steps.instants()]
        self.until = min(max([*_instants(facts), *named], default=0) + _BEYOND, LATEST)

    def problems(self) -> Iterator[Problem]:
        for name, (said, (expected, wrong)) in self.expected.items():
            subject = self.subject(name, said)
            if wrong or isinstance(subject, Problem):
                yield from wrong if isinstance(subject, Subject) else (*wrong, subject)
                continue
            found = Steps.of(edges(self.world, self.signal.when, subject, self.until))
            at = expected.first_difference(found)
            if at is not None:
                yield self.failed(said, subject, expected, found, at)

    def subject(self, name: str | None, said: Located[str]) -> Subject | Problem:
        """The one that is named, else the only one there is. Of several, those that nobody identified are not meant."""
        about = self.signal.about
        known = sorted(one.id for one in self.world.existence if one.kind == about)
        if name is not None:
            if name in known:
                return Subject(about, name)
            near = nearest(name, known)
            help = f"did you mean `{near}`?" if near is not None else _listed(known) if known else None
            return Problem("unclear_subject", f"the facts tell of no {about} `{name}`", said.span, help)
        meant = [one for one in known if not one.startswith(("?", "~"))] or known
        if len(meant) == 1:
            return Subject(about, meant[0])
        if not meant:
            help = f"a fact names {'its person behind `by`' if about == 'person' else 'its account behind `@`: `by ann @acme`'}"
            return Problem("unclear_subject", f"the facts tell of no {about}", said.span, help)
        message = f"the facts tell of {len(meant)} {about}s: {_listed(meant)}"
        return Problem("unclear_subject", message, said.span, f"name those that matter: `expect: {{{meant[0]}: {said.value.strip()}}}`")

    def failed(self, said: Located[str], subject: Subject, expected: Steps, found: Steps, at: Instant) -> Problem:
        words = {True: "on", False: "off"}
        seen = "; ".join(_seen(self.world, self.signal.when, subject, at))
        differ = f"they differ from {show_at(at, self.zone)}: expected {words[expected.is_on(at)]}, found {words[found.is_on(at)]}"
        return Problem(
            "test_failed",
            f"the signal `{self.signal.name}` is on at other times for `{subject.id}`",
            said.span,
            lines=(
                f"expected: {expected.show(self.zone)}",
                f"found:    {found.show(self.zone)}",
                differ + (f" ({seen})" if seen else ""),
            ),
        )


def _scalar(said: Located[str]) -> Scalar:
    assert isinstance(said.node, Scalar), "facts and expectations are texts"
    return said.node


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:5]) + (", ..." if len(names) > 5 else "")


def _instants(facts: Iterable[Fact]) -> Iterator[Instant]:
    for fact in facts:
        yield from (fact.occurred_at, fact.known_at)


# What a condition saw.


def _seen(world: World, condition: Condition, subject: Subject, t: Instant) -> Iterator[str]:
    """What the condition looks at, as it was at t: its measures and fields, and other signals."""
    told: dict[str, None] = {}
    for node in _looked_at(condition):
        if isinstance(node, SignalRef):
            told[f"{show(node)} is {'on' if is_on(world, world.signals[node.name], subject, t) else 'off'}"] = None
        else:
            told[f"{show(node)} is {_shown(value(world, node, subject, t), node)}"] = None
    yield from list(told)[:_MEASURES_SHOWN]


def _looked_at(node: Expression) -> Iterator[SignalRef | Value]:
    match node:
        case SignalRef() | Measure() | RecordMeasure() | Previous() | Since() | Until() | Score():
            if not (isinstance(node, Until) and _is_rolled(node.field)):
                yield node
        case FieldRef():
            # What `any` and `all` ask has no one value.
            if not _is_rolled(node):
                yield node
        case _:
            for part in parts_of(node):
                yield from _looked_at(part)


def _is_rolled(node: Expression) -> bool:
    return isinstance(node, FieldRef) and node.roll_up in ("any", "all")


def _shown(answer: Answer, node: Expression) -> str:
    if answer is UNKNOWN:
        return "unknown"
    if isinstance(answer, bool):
        return str(answer).lower()
    if isinstance(answer, Fraction) and isinstance(node, Since | Until):
        length = int(abs(answer))
        # Days say more than minutes, where there are some.
        whole = length - length % (DAY if length >= 2 * DAY else MINUTE)
        return f"{'' if whole == length else 'about '}{'-' if answer < 0 else ''}{show_duration(whole)}"
    if isinstance(answer, Fraction):
        return str(int(answer)) if answer.denominator == 1 else f"{float(answer):.6g}"
    return str(answer)
