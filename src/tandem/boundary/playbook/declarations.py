"""What `boundary.yaml` declares, by the names of the whole playbook: the frozen boundary, every problem, and the field's known mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, cast

from tandem.boundary.playbook.declare import (
    BOUNDARY,
    AudienceSaid,
    BoundaryFile,
    Channels,
    QualifyingSaid,
    SuppressionSaid,
    TableSaid,
    TermsSaid,
)
from tandem.boundary.playbook.policy import (
    QUARANTINE,
    Audience,
    Boundary,
    Budget,
    Cap,
    HoldOut,
    Qualifying,
    Sign,
    Suppression,
    Table,
    Terms,
)
from tandem.identity.rules import Exclusion
from tandem.language.expression.check import Reading, check, read
from tandem.language.expression.nodes import About, Condition, EventName, Expression, FieldRef, Selector, SignalRef
from tandem.language.expression.show import show
from tandem.language.expression.units import Names
from tandem.language.expression.used import nodes_of
from tandem.language.problem import Problem, sort_problems
from tandem.language.record import ListOf, MapOf
from tandem.language.shape import BAD, Located
from tandem.language.shape import read as read_shape
from tandem.language.source import Span
from tandem.language.tree import Entries, Items, Node, Scalar
from tandem.signals.playbook.declare import Icp, Signal
from tandem.signals.playbook.declare import Score as DeclaredScore
from tandem.values.names import nearest

_SIGNS: Mapping[str, Sign] = {"hand_raise": "raised_hand"}


@dataclass(frozen=True)
class Known:
    """What the other files declare. names: all names, those with mistakes included; signals, scores: those that could be read."""

    names: Names
    signals: Mapping[str, Signal] = field(default_factory=dict)
    scores: Mapping[str, DeclaredScore] = field(default_factory=dict)
    icp: Icp = field(default_factory=Icp)


@dataclass(frozen=True)
class DeclaredBoundary:
    """boundary: without what has an error. spelt: every expression in its one spelling, by its place."""

    boundary: Boundary
    spelt: Mapping[Span, str]
    problems: tuple[Problem, ...]


def read_boundary(root: Node | None, known: Known, zone: tzinfo) -> DeclaredBoundary:
    """All that the file declares, and all that is wrong with it, at once. root: None of a file without a tree."""
    return _Reading(root, known, zone).declared()


class _Reading:
    def __init__(self, root: Node | None, known: Known, zone: tzinfo) -> None:
        self.root, self.known, self.zone = root, known, zone
        self.problems: list[Problem] = []
        self.spelt: dict[Span, str] = {}

    def declared(self) -> DeclaredBoundary:
        reading = read_shape(BOUNDARY, self.root)
        self.problems += reading.problems
        # What reads well by itself is looked at, whatever else is wrong.
        said = reading.value or BoundaryFile(**self.readable())
        self.channels = said.channels
        boundary = self.boundary(said)
        if reading.value is not None and not self.problems:
            self.problems += self.warnings(said, boundary)
        return DeclaredBoundary(boundary, self.spelt, sort_problems(self.problems))

    def readable(self) -> dict[str, Any]:
        """The values of the keys that read well; of a list and of the signals, those parts that do."""
        values = {name: each.default for name, each in BOUNDARY.fields.items()}
        if not isinstance(self.root, Entries):
            return values
        for entry in self.root.entries:
            shape = BOUNDARY.fields[entry.key.text].shape if entry.key.text in BOUNDARY.fields else None
            match shape, entry.value:
                case MapOf(), Entries(entries=entries):
                    parts = {each.key.text: shape.value.read(each.value, []) for each in entries}
                    values[entry.key.text] = {name: part for name, part in parts.items() if part is not BAD}
                case ListOf(), Items(items=items):
                    values[entry.key.text] = tuple(part for part in (shape.item.read(each, []) for each in items) if part is not BAD)
        return values | BOUNDARY.readable(self.root)

    def boundary(self, said: BoundaryFile) -> Boundary:
        rules = {name: rule for name, each in said.signals.items() if (rule := self.qualifying(name, each)) is not None}
        return Boundary(
            signals=rules,
            first_use=None if said.first_use is None else self.selector(said.first_use),
            channels=said.channels,
            quarantine=QUARANTINE if said.quarantine is None else said.quarantine.value,
            caps=tuple(Cap(each.value.touches, each.value.within, each.value.per, each.span) for each in said.caps),
            exclusivity=said.exclusivity is None or said.exclusivity.value,
            suppression=tuple(one for each in said.suppression if (one := self.suppression(each)) is not None),
            consent=self.table(said.consent, "person"),
            region=self.table(said.region, "account"),
            hold_out=None if said.hold_out is None else HoldOut(said.hold_out.value.share, said.hold_out.value.salt, said.hold_out.span),
            outbound=tuple(self.audience(each) for each in said.outbound),
            targets=self.terms(said.targets),
            opportunities=self.terms(said.opportunities),
            customers=self.terms(said.customers),
            overrides=self.terms(said.overrides),
            account_owner=said.account_owner,
            quarantine_at=None if said.quarantine is None else said.quarantine.span,
            exclusivity_at=None if said.exclusivity is None else said.exclusivity.span,
        )

    # Signals.

    def qualifying(self, name: str, said: Located[QualifyingSaid]) -> Qualifying | None:
        one, names = said.value, self.known.names
        place = self.key("signals", name) or said.span
        terms = self.made(one.terms, Terms("sales_assist", "sell"), place)
        budget = self.budget(name, one)
        if names.signals is not None and name not in names.signals:
            self.unknown("signal", name, place, names.signals)
            return None
        signal = self.known.signals.get(name)
        if signal is None:
            return None
        watched = one.procurement is not None and one.procurement.value
        by_kind: Sign = "enterprise_need" if watched else _SIGNS.get(signal.kind, "plain")
        sign = by_kind if one.evidence is None else one.evidence.value
        if one.not_before is not None and one.evidence is None and sign != "plain" and not watched:
            message = f"`{name}` is a raised hand, and only a plain sign waits"
            self.problems.append(Problem("contradiction", message, one.not_before.span, "remove `not_before`, or write `evidence: plain`"))
        not_before = None if one.not_before is None else one.not_before.value
        sla = one.sla.value if watched and one.sla is not None else None
        return Qualifying(name, sign, terms, one.valid_for, not_before, sla, budget, place)

    def budget(self, name: str, said: QualifyingSaid) -> Budget | None:
        if said.budget is None:
            return None
        leads, per = said.budget.value
        return Budget(leads, per, None if said.best_by is None else self.score(name, said.best_by), said.budget.span)

    def score(self, signal: str, said: Located[str]) -> str | None:
        names = self.known.names
        if names.scores is not None and said.value not in names.scores:
            self.unknown("score", said.value, said.span, names.scores)
            return None
        score, about = self.known.scores.get(said.value), (names.signals or {}).get(signal)
        if score is not None and about is not None and score.about not in (about, "account"):
            message = f"the score `{score.name}` is about a {score.about}, and the signal `{signal}` about {_an(about)}"
            self.problems.append(
                Problem("wrong_subject", message, said.span, f"name a score about {_an(about)} or an account", score.place)
            )
            return None
        return said.value if score is not None else None

    # Terms.

    def terms(self, said: Located[TermsSaid] | None) -> Terms:
        return Terms() if said is None else self.made(said.value, Terms(), said.span)

    def made(self, said: TermsSaid, otherwise: Terms, place: Span) -> Terms:
        channels = None if said.channels is None else self.known_channels(said.channels)
        return Terms(said.motion or otherwise.motion, said.purpose or otherwise.purpose, channels, place)

    def known_channels(self, said: Channels) -> tuple[str, ...]:
        for each in said:
            if each.value not in self.channels:
                self.unknown("channel", each.value, each.span, self.channels)
        return tuple(each.value for each in said if each.value in self.channels)

    def audience(self, said: Located[AudienceSaid]) -> Audience:
        tiers = self.known.names.choices.get("account.icp_tier", ())
        for each in said.value.tiers:
            if each.value not in tiers:
                self.unknown("tier", each.value, each.span, tuple(reversed(tiers)))
        return Audience(tuple(each.value for each in said.value.tiers), self.made(said.value.terms, Terms(), said.span))

    # Conditions, fields and selectors.

    def suppression(self, said: Located[SuppressionSaid]) -> Suppression | None:
        one = said.value
        if one.when is not None:
            when = cast(Condition | None, self.read(one.when, one.about, "condition"))
            return None if when is None else Suppression(one.reason, when=when, about=one.about, place=said.span)
        assert one.who is not None, "without a condition there is a pattern"
        since, until = (None if each is None else each.value.at(self.zone) for each in (one.since, one.until))
        return Suppression(one.reason, Exclusion(one.who, one.pattern, since, until, one.reason), place=said.span)

    def table(self, said: Located[TableSaid] | None, about: About) -> Table | None:
        if said is None:
            return None
        rows = {value: frozenset(self.known_channels(channels)) for value, channels in said.value.allows.items()}
        found = self.read(said.value.field, about, "value")
        if found is not None and (not isinstance(found, FieldRef) or found.roll_up is not None):
            message = f"`{said.value.field.value}` is no field of one record"
            self.problems.append(Problem("bad_value", message, said.value.field.span, "expected a field such as `account.country`"))
            return None
        return None if found is None else Table(found, about, rows, said.span)

    def read(self, said: Located[str], about: About, expects: str) -> Expression | None:
        assert isinstance(said.node, Scalar), "expressions are texts"
        return self.noted(said.span, read(said.node, self.known.names, about, expects))  # type: ignore[arg-type]

    def selector(self, said: Located[str]) -> Selector | None:
        """An event by its whole name, a set, or a selector with its quotes and tests."""
        text = said.value.strip()
        if '"' not in text and " where " not in text and text != "any" and text not in (self.known.names.sets or ()):
            named = EventName(text, None, said.span)
            problems = check(named, self.known.names, "account").problems
            return cast(Selector | None, self.noted(said.span, Reading(None if problems else named, problems)))
        return cast(Selector | None, self.read(said, "account", "selector"))

    def noted(self, place: Span, reading: Reading) -> Expression | None:
        self.problems += reading.problems
        if reading.expression is not None:
            self.spelt[place] = show(reading.expression)
        return reading.expression

    def unknown(self, noun: str, name: str, place: Span, known: Iterable[str]) -> None:
        near = nearest(name, known)
        listed = ", ".join(f"`{each}`" for each in known)
        help = f"did you mean `{near}`?" if near is not None else f"known are {listed}" if listed else f"no {noun} is declared"
        self.problems.append(Problem("unknown_name", f"there is no {noun} `{name}`", place, help))

    def key(self, *path: str) -> Span | None:
        """Where a key stands."""
        node, place = self.root, None
        for name in path:
            entry = node.find(name) if isinstance(node, Entries) else None
            if entry is None:
                return None
            node, place = entry.value, entry.key.span
        return place

    # The field's known mistakes.

    def warnings(self, said: BoundaryFile, boundary: Boundary) -> Iterator[Problem]:
        asked = self.named_by_others()
        # A signal that cannot be read may be the one that asks for another.
        whole = set(self.known.names.signals or ()) == set(self.known.signals) and set(self.known.names.scores or ()) == set(
            self.known.scores
        )
        for name, signal in self.known.signals.items() if whole else ():
            if name not in said.signals and name not in asked:
                help = "name it under `signals` in `boundary.yaml` with what it permits: if nothing, `evidence: none`"
                yield Problem("nobody_receives", f"nobody receives the signal `{name}`", signal.place, help, severity="warning")
        for name, rule in boundary.signals.items():
            if self.known.signals[name].kind == "usage" and rule.sign == "plain":
                assert rule.place is not None
                message = f"`{name}` says that they use the product, and lets people of ours touch them for it"
                help = "write `evidence: none` and let the product speak, or `enterprise_need` if it shows what only sales can give"
                yield Problem("permit_on_usage", message, rule.place, help, self.known.signals[name].place, "warning")
        if not any(rule.is_procurement for rule in boundary.signals.values()) and self.root is not None:
            place = self.key("signals") or (self.root.entries[0].key.span if isinstance(self.root, Entries) and self.root.entries else None)
            help = "mark the signals of procurement, and say how soon somebody must take care: `procurement: true`, `sla: 8h`"
            message = "no signal is watched for procurement, so nobody will see whom sales neglects"
            yield Problem("no_procurement_watch", message, place or self.root.span, help, severity="warning")

    def named_by_others(self) -> set[str]:
        """The signals that other signals, the scores and the tiers ask for."""
        conditions = [
            *(each.when for each in self.known.signals.values()),
            *(line.when for each in self.known.scores.values() for line in each.points),
            *(tier.when for tier in self.known.icp.tiers),
        ]
        return {node.name for each in conditions for node in nodes_of(each) if isinstance(node, SignalRef)}


def _an(about: About) -> str:
    return "an account" if about == "account" else f"a {about}"
