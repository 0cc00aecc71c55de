"""The best SQL that we know for a signal's edges, over the lake's own files, from the signal's expression.

All of it moves a sum: a fact enters at the later of `occurred_at` and `known_at`, and leaves when it is too old, and a running sum over both,
in the order of time, says the measure at every instant; rows of one instant are peers, and so are seen together.

- *Counts and sums* move with every fact: late facts leave no shorter way. So do shares and trends, as one sum of both sides.
  Where few ever come near the bound, as persons do, facts of buckets that hold too few are left out before.
- *How many different* (`people`, `days`, ...) move with stretches. Facts of one key in one bucket of the window's length can't be further
  apart than the window, so the facts of a bucket become one row before anything is sorted; late ones stay single.
- *Bounds* are crossed in few buckets of time. Sums of buckets, which need no order, say in which; only their moves are sorted.
- *The greatest is at least N* asks whether any fact with as much is there, and *nothing for D* whether none is: stretches again.
- *The last* is the last there ever was, for it is the last to leave: a running maximum of (occurred, id).
- *One after the other*: for each fact, the earliest instant at which a later one was known, from behind; then stretches.
- *and, or, not, held* work on the edges of their parts, which are few.

The SQL has an easier task than Tandem: it takes the person from `user_id`, and workspace and account from `workspace_id`, knows that a
property has one type, and that conditions are false before anything happened. Identity, corrections and existence are not asked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence as Ordered
from dataclasses import dataclass, field
from math import gcd

from tandem.language.expression.nodes import (
    SCALE,
    About,
    And,
    Any,
    Arithmetic,
    Comparison,
    Condition,
    EventName,
    Held,
    Literal,
    Measure,
    Not,
    Or,
    Previous,
    Selector,
    Sequence,
    Since,
)
from tandem.values.instants import DAY

SUBJECT = {"account": "left(workspace_id, 5)", "workspace": "workspace_id", "person": "user_id"}
KEY = {"people": "user_id", "workspaces": "workspace_id"}
NEVER = 2**62
BY_TIME = "partition by s order by t"
BUCKETS = 4  # Of time in a window, where sums come first.
MOST = 10**8  # No window holds as many facts.


class Dialect(ABC):
    """What engines say each in their own way. Instants are whole microseconds.

    worked_out_once: the word by which a table expression that is used twice is not worked out twice; none where that goes without saying.
    """

    worked_out_once = ""

    @abstractmethod
    def source(self, files: Ordered[str]) -> str: ...

    @abstractmethod
    def instant(self, column: str) -> str: ...

    @abstractmethod
    def divided(self, dividend: str, divisor: int) -> str:
        """Division of whole numbers, rounded down."""

    @abstractmethod
    def number(self, name: str) -> str:
        """A property as a whole number; null where there is none."""

    @abstractmethod
    def text(self, name: str) -> str:
        """A property as a text; null where there is none."""

    @abstractmethod
    def moves(self, source: str, names: Ordered[str], *rows: tuple[str, ...]) -> str:
        """Of each row of the source up to so many rows: `s`, `t` and the names. Each of `rows` says when, at which t, and its values."""

    @abstractmethod
    def lag(self, column: str, otherwise: str, window: str) -> str: ...

    @abstractmethod
    def lead(self, column: str, otherwise: str, window: str) -> str: ...


@dataclass
class Query:
    """One signal's SQL. Every step is a table expression, used by later ones."""

    dialect: Dialect
    files: Ordered[str]
    about: About
    steps: dict[str, str] = field(default_factory=dict)

    def edges(self, condition: Condition, until: int) -> str:
        """Columns s, t, c: the subject, the instant, and 1 where it enters and -1 where it leaves; in no order."""
        turns = self._turns(condition)
        said = ",\n".join(f"{name} as {self._word(name)}(\n  {sql}\n)" for name, sql in self.steps.items())
        return f"with {said}\nselect s, t, c from {turns} where t <= {until}"

    def _step(self, sql: str) -> str:
        name = f"step{len(self.steps)}_"
        self.steps[name] = sql
        return name

    def _word(self, name: str) -> str:
        return self.dialect.worked_out_once if sum(sql.count(name) for sql in self.steps.values()) > 1 else ""

    # Conditions: tables of turns (s, t, c); those of one subject alternate.

    def _turns(self, condition: Condition) -> str:
        match condition:
            case Comparison(Measure(function="max") as best, ">=" | ">", Literal() as least) | Comparison(
                Measure(function="min") as best, "<=" | "<", Literal() as least
            ):
                test = f"{self.dialect.number(_property(best))} {condition.sign} {_number(least)}"
                return self._stretches(best.selector, _window(best), test=test)
            case Comparison(Measure(function="last") as last, "=", Literal(kind="text") as text):
                return self._last(last, str(text.value))
            case Comparison(Since(selector), ">=", Literal(kind="duration") as length):
                # Before the first fact nothing is said, and no row stands there.
                return self._swept(self._stretches(selector, int(str(length.value)), empty=True), ("c",), "c = 0")
            case Comparison(Arithmetic(Measure() as part, "/", Measure() as whole), ">=", Literal() as share):
                return self._share(part, whole, int(str(share.value)))
            case Comparison(Measure() as now, ">", Arithmetic(Literal() as factor, "*", Previous(then))) if now == then:
                return self._reached(self._moves_now_and_then(now, _number(factor)), 1, _window(now))
            case Comparison(Measure(function="count") as measure, ">=", Literal() as least) if self.about == "person":
                return self._seldom(measure, _number(least))
            case Comparison(Measure(function="count" | "sum") as measure, ">=", Literal() as least):
                return self._reached(self._moves_of_facts(measure), _number(least), _window(measure))
            case Comparison(Measure() as measure, ">=", Literal() as least):
                return self._reached(self._stretches_of_keys(measure), _number(least), _window(measure))
            case Held(part, length):
                return self._held(self._turns(part), length)
            case Sequence(selectors, within):
                return self._sequence(selectors, within)
            case And(parts) | Or(parts):
                return self._combined(parts, " and " if isinstance(condition, And) else " or ")
        raise ValueError(f"no SQL is written for {condition!r}")

    def _reached(self, moves: str, least: int, window: int) -> str:
        """The turns of a running sum's being at least so much, which is more than 0.

        Sums of buckets of time come first: where the sum before a bucket and all its moves in one direction do not cross the bound,
        nothing turns in it. Only the moves of the other buckets are put in order.
        """
        bucket = self.dialect.divided("t", window // BUCKETS)
        sums = self._step(
            f"select s, {bucket} as b, sum(c) as net, sum(greatest(c, 0)) as rise, sum(least(c, 0)) as fall from {moves} group by s, b"
        )
        levels = self._step(f"select *, sum(net) over (partition by s order by b) - net as base from {sums}")
        hot = self._step(f"select s, b, base from {levels} where base + fall < {least} and base + rise >= {least}")
        fine = self._step(
            f"select m.s as s, m.t as t, m.c as c, h.b as b, h.base as base from (select *, {bucket} as b from {moves}) m join {hot} h on m.s = h.s and m.b = h.b"
        )
        by = "partition by s, b order by t"
        inside = self._step(f"select s, b, t, base, base + sum(c) over ({by}) as level from {fine}")
        both = self._step(f"select s, t, base, level, {self.dialect.lag('level', str(-NEVER), by)} as former from {inside}")
        # One that begins below the bound, or one that ends there.
        return self._step(
            f"select s, t, case when level >= {least} then 1 else -1 end as c from {both}\n"
            f"  where (level >= {least}) != (case when former = {-NEVER} then base else former end >= {least})"
        )

    def _seldom(self, count: Measure, least: int) -> str:
        """The turns of a count's being at least so much, where few subjects ever have so many facts.

        A window ends in one bucket of its length and begins in the one before. Where both hold too few facts, nothing is looked at.
        """
        window = _window(count)
        bucket = self.dialect.divided("occurred", window)
        facts, inside = self._facts(count.selector), f"enters < occurred + {window}"
        near = self._step(
            self.dialect.moves(
                facts, ("b", "occurred"), (inside, "enters", bucket, "occurred"), (inside, "enters", f"{bucket} + 1", "occurred")
            )
        )
        hot = self._step(f"select s, b from {near} group by s, b having count(*) >= {least}")
        fine = self._step(
            f"select n.s as s, n.t as enters, n.occurred as occurred, n.b as b from {near} n join {hot} h on n.s = h.s and n.b = h.b"
        )
        moves = self._step(self.dialect.moves(fine, ("b", "c"), ("true", "enters", "b", "1"), ("true", f"occurred + {window}", "b", "-1")))
        by = "partition by s, b order by t"
        levels = self._step(f"select s, b, t, sum(c) over ({by}) >= {least} as reached from {moves}")
        both = self._step(f"select s, b, t, reached, {self.dialect.lag('reached', 'false', by)} as was from {levels}")
        here = f"{self.dialect.divided('t', window)} = b"
        return self._step(f"select s, t, case when reached then 1 else -1 end as c from {both} where reached != was and {here}")

    def _swept(self, moves: str, names: Ordered[str], test: str) -> str:
        """The turns of a test on the running sums of moves."""
        sums = self._step(f"select s, t, {', '.join(f'sum({name}) over ({BY_TIME}) as {name}' for name in names)} from {moves}")
        levels = self._step(f"select s, t, ({test}) as reached from {sums}")
        both = self._step(f"select s, t, reached, {self.dialect.lag('reached', 'false', BY_TIME)} as was from {levels}")
        return self._step(f"select s, t, case when reached then 1 else -1 end as c from {both} where reached != was")

    def _combined(self, parts: Ordered[Condition], word: str) -> str:
        names = [f"c{number}" for number in range(len(parts))]
        turns = [self._turns(part.part if isinstance(part, Not) else part) for part in parts]
        columns = [", ".join(f"{'c' if one == name else '0'} as {one}" for one in names) for name in names]
        together = self._step(
            "\n  union all\n  ".join(f"select s, t, {told} from {each}" for told, each in zip(columns, turns, strict=True))
        )
        tests = (f"{name} = {0 if isinstance(part, Not) else 1}" for name, part in zip(names, parts, strict=True))
        return self._swept(together, names, word.join(tests))

    def _held(self, turns: str, length: int) -> str:
        spans = self._step(f"select s, t, c, {self.dialect.lead('t', str(NEVER), BY_TIME)} as following from {turns}")
        lasting = self._step(f"select s, t + {length} as since, following as until from {spans} where c = 1 and t + {length} < following")
        return self._step(self.dialect.moves(lasting, ("c",), ("true", "since", "1"), ("true", "until", "-1")))

    def _last(self, measure: Measure, wanted: str) -> str:
        by = "partition by s order by enters"
        said = self.dialect.text(_property(measure))
        facts = self._facts(measure.selector, f"{said} is not null", id="message_id", said=said)
        ranked = self._step(f"select *, max((occurred, id)) over ({by}) as latest from {facts}")
        anchors = self._step(f"select s, enters, occurred, said from {ranked} where (occurred, id) = latest")
        lasting = self._step(f"select *, {self.dialect.lead('enters', str(NEVER), by)} as following from {anchors}")
        until = f"least(following, occurred + {_window(measure)})"
        stays = self._step(f"select s, enters as since, {until} as until from {lasting} where said = '{wanted}' and enters < {until}")
        return self._covered(stays)

    def _sequence(self, selectors: Ordered[Selector], within: int) -> str:
        """For each part from the last to the first: since when it is known, and something of each later part after it."""
        tests = [_test(selector) for selector in selectors]
        rows = self._facts(None, " or ".join(tests), **{f"part{number}": f"({test})" for number, test in enumerate(tests)})
        known = "enters"
        for number in range(len(tests) - 1, 0, -1):
            earliest = f"min(case when part{number} then {known} else {NEVER} end)"
            later = "partition by s order by occurred desc range between unbounded preceding and 1 preceding"
            # Of none, one engine says null and the other 0.
            rows = self._step(f"select *, coalesce(nullif({earliest} over ({later}), 0), {NEVER}) as after{number} from {rows}")
            known = f"greatest(enters, after{number})"
        until = f"occurred + {within}"
        return self._covered(self._step(f"select s, {known} as since, {until} as until from {rows} where part0 and {known} < {until}"))

    def _covered(self, stays: str) -> str:
        """The turns of being in any of the stays."""
        moves = self._step(self.dialect.moves(stays, ("c",), ("true", "since", "1"), ("true", "until", "-1")))
        return self._swept(moves, ("c",), "c >= 1")

    # Measures: tables of moves (s, t, c), of which a running sum is the measure.

    def _moves_of_facts(self, measure: Measure) -> str:
        weight = self.dialect.number(_property(measure)) if measure.function == "sum" else "1"
        facts = self._facts(measure.selector, f"{weight} is not null" if weight != "1" else "true", w=weight)
        return self._moves_in_window(facts, _window(measure))

    def _share(self, part: Measure, whole: Measure, share: int) -> str:
        """part / whole >= share is a sum too: of `part * SCALE - share * whole`, and of whole itself, for 0 / 0 is unknown."""
        assert (part.window, part.function, whole.function) == (whole.window, "count", "count"), "else they are two sums"
        assert whole.selector == Any(None, whole.span), "what is counted above is counted below"
        common = gcd(share, SCALE)
        one = f"case when {_test(part.selector)} then {SCALE // common} else 0 end - {share // common}"
        facts = self._facts(whole.selector, w=f"({one}) * {MOST} + 1")
        return self._reached(self._moves_in_window(facts, _window(whole)), 1, _window(whole))

    def _moves_in_window(self, facts: str, window: int) -> str:
        inside, left = f"enters < occurred + {window}", f"occurred + {window}"
        return self._step(self.dialect.moves(facts, ("c",), (inside, "enters", "w"), (inside, left, "-w")))

    def _moves_now_and_then(self, count: Measure, factor: int) -> str:
        """A count, less so many times what it was one window earlier."""
        window = _window(count)
        inside = f"enters < occurred + {window}"
        told = (
            ("enters", "1"),
            (f"occurred + {window}", "-1"),
            (f"enters + {window}", f"-{factor}"),
            (f"occurred + {2 * window}", f"{factor}"),
        )
        return self._step(self.dialect.moves(self._facts(count.selector), ("c",), *((inside, *each) for each in told)))

    def _stretches_of_keys(self, measure: Measure) -> str:
        if measure.function == "days":
            return self._stretches(measure.selector, _window(measure), self.dialect.divided("occurred", DAY), bucket=DAY)
        if measure.function == "distinct":
            said = self.dialect.text(_property(measure))
            return self._stretches(measure.selector, _window(measure), said, test=f"{said} is not null")
        return self._stretches(measure.selector, _window(measure), KEY[measure.function])

    def _stretches(
        self, selector: Selector, window: int, key: str = "", *, test: str = "true", bucket: int | None = None, empty: bool = False
    ) -> str:
        """Moves (s, t, c) of the stretches in which a key is in the window; without a key, any fact. Facts are in buckets first.

        A fact that was late stays single. empty: one that never enters is a stretch without length; else it is left out.
        """
        keys = f"s, {'k, ' if key else ''}"
        facts = self._facts(selector, test, **({"k": key} if key else {}))
        inside = "" if empty else f" where enters < occurred + {window}"
        stays = self._step(
            f"select {keys}min(enters) as since, greatest(max(occurred) + {window}, min(enters)) as until from {facts}{inside}\n"
            f"  group by {keys}{self.dialect.divided('occurred', bucket or window)}, case when enters > occurred then occurred else -1 end"
        )
        one = f"partition by {keys.strip(', ')} order by since, until"
        reached = self._step(
            f"select s, since, max(until) over ({one} rows between unbounded preceding and current row) as reach,\n"
            f"    coalesce(max(until) over ({one} rows between unbounded preceding and 1 preceding), 0) as earlier,\n"
            f"    {self.dialect.lead('since', str(NEVER), one)} as following from {stays}"
        )
        return self._step(self.dialect.moves(reached, ("c",), ("since > earlier", "since", "1"), ("following > reach", "reach", "-1")))

    def _facts(self, selector: Selector | None, test: str = "true", **more: str) -> str:
        occurred, known = self.dialect.instant("occurred_at"), self.dialect.instant("known_at")
        told = "".join(f", {sql} as {name}" for name, sql in more.items())
        tests = [
            each for each in ("type = 'track'", _test(selector) if selector else "true", f"({test})") if each not in ("true", "(true)")
        ]
        facts = f"select *, {occurred} as occurred, greatest({occurred}, {known}) as enters from {self.dialect.source(self.files)}"
        return self._step(f"select {SUBJECT[self.about]} as s, occurred, enters{told} from (\n    {facts}) where {' and '.join(tests)}")


def _test(selector: Selector) -> str:
    match selector:
        case Any(where=None):
            return "true"
        case EventName(name, where=None):
            return f"event = '{name}'"
    raise ValueError(f"no SQL is written for {selector!r}")


def _property(measure: Measure) -> str:
    assert measure.property is not None
    (name,) = measure.property.path
    return name


def _window(measure: Measure) -> int:
    assert measure.window is not None
    return measure.window


def _number(literal: Literal) -> int:
    whole, rest = divmod(int(str(literal.value)), SCALE)
    assert rest == 0, "whole numbers are enough here"
    return whole
