"""What all files of a playbook declare together: first every name, then every condition by those names.

One mistake hides no other: of a signal that does not read as a whole, its name still counts and its condition is still looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from tandem.language.expression.check import Reading, check, read
from tandem.language.expression.nodes import About, Condition, EventName, Expression, Selector, SetName
from tandem.language.expression.parse import parse
from tandem.language.expression.show import show
from tandem.language.expression.units import Names
from tandem.language.expression.used import find_cycles
from tandem.language.problem import Problem, sort_problems
from tandem.language.shape import BAD, Located
from tandem.language.shape import read as read_shape
from tandem.language.source import Span
from tandem.language.tree import Entries, Entry, Items, Node, Scalar
from tandem.signals.playbook.declare import ICP, POINTS, SCORE, SIGNAL, SIGNALS, TIER, Icp, Points, PointsSaid, Score, Signal, Tier
from tandem.signals.world import DECLARED_FIELDS

_SELECTS = re.compile(r'"|\bwhere\b')


@dataclass(frozen=True)
class Trees:
    """The files, as trees. signals: the root of each file, by its path; None of one that has no tree. icp: its root, where there is one.

    has_icp: there is an `icp.yaml`, read or not. sets: the places of the texts of each set of `product.yaml`; None where they cannot be
    read. outcomes: the text of each outcome that is an event. stages: of each stage of a funnel that is. events, plans: as in `Names`.
    """

    signals: Mapping[str, Node | None] = field(default_factory=dict)
    icp: Node | None = None
    has_icp: bool = False
    sets: Mapping[str, Sequence[Scalar]] | None = field(default_factory=dict)
    outcomes: Mapping[str, Scalar] = field(default_factory=dict)
    stages: Sequence[Scalar] = ()
    events: tuple[str, ...] | None = None
    plans: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class Declarations:
    """What could be read, without what has an error. names: for whatever asks further; its records and choices are a World's fields.

    outcomes: what each outcome that is an event picks. stages: the same of stages of funnels, by their places. spelt: every expression in its one spelling, by its place.
    """

    signals: Mapping[str, Signal] = field(default_factory=dict)
    scores: Mapping[str, Score] = field(default_factory=dict)
    icp: Icp = field(default_factory=Icp)
    sets: Mapping[str, tuple[Selector, ...]] = field(default_factory=dict)
    outcomes: Mapping[str, Selector] = field(default_factory=dict)
    stages: Mapping[Span, Selector] = field(default_factory=dict)
    names: Names = field(default_factory=lambda: Names(records=DECLARED_FIELDS))
    spelt: Mapping[Span, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_declarations(trees: Trees) -> Declarations:
    """All that is declared, and all that is wrong with it, at once."""
    return _Reading(trees).declarations()


def sets_in(product: Node | None) -> dict[str, Sequence[Scalar]] | None:
    """The texts of every set that a product's file names, as far as they are texts; None of a file without a tree."""
    if not isinstance(product, Entries):
        return None
    entry = product.find("sets")
    if entry is None or not isinstance(entry.value, Entries):
        return {} if entry is None else None
    return {
        each.key.text: [item for item in (each.value.items if isinstance(each.value, Items) else (each.value,)) if isinstance(item, Scalar)]
        for each in entry.value.entries
    }


def outcomes_in(product: Node | None) -> dict[str, Scalar]:
    """The text of every outcome that is an event, as far as it is a text."""
    entry = product.find("outcomes") if isinstance(product, Entries) else None
    outcomes = entry.value.entries if entry is not None and isinstance(entry.value, Entries) else ()
    events = ((each.key.text, each.value.find("event")) for each in outcomes if isinstance(each.value, Entries))
    return {name: event.value for name, event in events if event is not None and isinstance(event.value, Scalar)}


def rules_of(roots: Sequence[Node]) -> Entries | None:
    """The signals and scores of several files as one tree, without what decides nothing: titles, notes and tests."""
    parts = [
        Entry(key, Entries(tuple(Entry(one.key, _rule(one.value)) for one in entries), key.span))
        for noun in ("signals", "scores")
        for key, entries in [_together(roots, noun)]
        if key is not None
    ]
    return Entries(tuple(parts), parts[0].key.span) if parts else None


def _together(roots: Sequence[Node], noun: str) -> tuple[Scalar | None, list[Entry]]:
    found = [entry for root in roots if isinstance(root, Entries) and (entry := root.find(noun)) is not None]
    entries = [one for entry in found if isinstance(entry.value, Entries) for one in entry.value.entries]
    return (found[0].key if found else None), entries


def _rule(node: Node) -> Node:
    match node:
        case Entries():
            kept = (each for each in node.entries if each.key.text not in ("title", "note", "tests"))
            return Entries(tuple(Entry(each.key, _rule(each.value)) for each in kept), node.span)
        case Items():
            return Items(tuple(_rule(each) for each in node.items), node.span)
    return node


def _condition_in(signal: Node) -> list[Located[str]]:
    known = SIGNAL.readable(signal)
    return [known["when"]] if "when" in known else []


def _lines_in(score: Node) -> list[Located[str]]:
    entry = score.find("points") if isinstance(score, Entries) else None
    items = entry.value.items if entry is not None and isinstance(entry.value, Items) else ()
    return [known["when"] for known in map(POINTS.readable, items) if "when" in known]


def _is_text(node: Scalar) -> bool:
    return isinstance(node.value, str) and bool(node.text.strip())


class _Reading:
    def __init__(self, trees: Trees) -> None:
        self.trees = trees
        self.problems: list[Problem] = []
        self.spelt: dict[Span, str] = {}
        self.conditions: dict[Span, Expression] = {}
        self.signals = self.named("signals")
        self.scores = self.named("scores")
        self.tiers = [each for each in self.listed_tiers() if each]
        self.names = self.all_names()

    def declarations(self) -> Declarations:
        for root in self.trees.signals.values():
            self.problems += read_shape(SIGNALS, root).problems
        icp = read_shape(ICP, self.trees.icp)
        self.problems += icp.problems
        sets = {name: self.set_of(name, texts) for name, texts in (self.trees.sets or {}).items()}
        outcomes = {name: self.selector(text, set_fits=True) for name, text in self.trees.outcomes.items() if _is_text(text)}
        stages = {text.span: self.selector(text, set_fits=True) for text in self.trees.stages if _is_text(text)}
        signals = {name: self.signal(name, entry.value) for name, entry in self.signals.items()}
        scores = {name: self.score(name, entry.value) for name, entry in self.scores.items()}
        tiers = [self.tier(said) for said in self.tiers]
        self.problems += find_cycles(
            {name: found for name, entry in self.signals.items() for found in self.found(_condition_in(entry.value))},
            {name: self.found(_lines_in(entry.value)) for name, entry in self.scores.items()},
            self.found(said["when"] for said in self.tiers if "when" in said),
        )
        return Declarations(
            signals={name: signal for name, signal in signals.items() if signal is not None},
            scores={name: score for name, score in scores.items() if score is not None},
            icp=Icp(
                tuple(tier for tier in tiers if tier is not None),
                tuple(each.value for each in icp.value.targets) if icp.value is not None else (),
            ),
            sets={name: picked for name, picked in sets.items() if picked is not None},
            outcomes={name: picked for name, picked in outcomes.items() if picked is not None},
            stages={place: picked for place, picked in stages.items() if picked is not None},
            names=self.names,
            spelt=self.spelt,
            problems=sort_problems(self.problems),
        )

    # Names.

    def named(self, noun: str) -> dict[str, Entry]:
        """Every name with its entry; one that stands in two files is told."""
        first: dict[str, Entry] = {}
        for entry in _together([root for root in self.trees.signals.values() if root is not None], noun)[1]:
            name = entry.key.text
            if name in first:
                message = f"the {noun.removesuffix('s')} `{name}` is declared twice"
                self.problems.append(
                    Problem("repeated_name", message, entry.key.span, "give one of the two another name", first[name].key.span)
                )
            first.setdefault(name, entry)
        return first

    def listed_tiers(self) -> list[dict[str, Located[str]]]:
        entry = self.trees.icp.find("tiers") if isinstance(self.trees.icp, Entries) else None
        items = entry.value.items if entry is not None and isinstance(entry.value, Items) else ()
        return [TIER.readable(item) for item in items]

    def all_names(self) -> Names:
        records = dict(DECLARED_FIELDS)
        choices = {}
        if self.trees.has_icp:
            records["account"] = {**records["account"], "icp_tier": "text"}
            # The best tier is the first in its file and the last of its choices: these ascend, as plans do.
            names = tuple(reversed([said["name"].value for said in self.tiers if "name" in said]))
            choices = {"account.icp_tier": names} if names else {}
        lost = any(root is None for root in self.trees.signals.values())
        return Names(
            events=self.trees.events,
            sets=self.trees.sets,
            records=records,
            plans=self.trees.plans,
            choices=choices,
            signals=None if lost else {name: SIGNAL.readable(entry.value).get("about") for name, entry in self.signals.items()},
            scores=None if lost else {name: SCORE.readable(entry.value).get("about") for name, entry in self.scores.items()},
        )

    # Conditions.

    def condition(self, said: Located[str], about: About) -> Condition | None:
        assert isinstance(said.node, Scalar)
        return cast(Condition | None, self.noted(said.span, read(said.node, self.names, about)))

    def noted(self, place: Span, reading: Reading) -> Expression | None:
        self.problems += reading.problems
        if reading.expression is not None:
            self.spelt[place] = show(reading.expression)
            self.conditions[place] = reading.expression
        return reading.expression

    def found(self, texts: Iterable[Located[str]]) -> list[Expression]:
        return [self.conditions[each.span] for each in texts if each.span in self.conditions]

    def signal(self, name: str, node: Node) -> Signal | None:
        known = SIGNAL.readable(node)
        when = self.condition(known["when"], known["about"]) if {"when", "about"} <= known.keys() else None
        said = SIGNAL.read(node, [])
        if when is None or said is BAD:
            return None
        return Signal(name, said.title, said.kind, said.about, when, said.cooldown, said.when.span, said.tests, said.note)

    def score(self, name: str, node: Node) -> Score | None:
        about = SCORE.readable(node).get("about")
        lines = {each.span: self.condition(each, about) for each in _lines_in(node)} if about is not None else {}
        said = SCORE.read(node, [])
        if said is BAD:
            return None
        points = [self.line(each, lines.get(each.when.span)) for each in said.points]
        whole = tuple(line for line in points if line is not None)
        return Score(name, said.title, said.about, whole, node.span) if len(whole) == len(points) else None

    def line(self, said: PointsSaid, when: Condition | None) -> Points | None:
        return None if when is None else Points(when, said.points, said.title, said.when.span)

    def tier(self, said: Mapping[str, Located[str]]) -> Tier | None:
        when = self.condition(said["when"], "account") if "when" in said else None
        return None if when is None or "name" not in said else Tier(said["name"].value, when, said["when"].span)

    # Sets.

    def set_of(self, name: str, texts: Sequence[Scalar]) -> tuple[Selector, ...] | None:
        selectors = [self.selector(text) for text in texts if _is_text(text)]
        whole = [each for each in selectors if each is not None]
        return tuple(whole) if len(whole) == len(texts) else None

    def selector(self, text: Scalar, *, set_fits: bool = False) -> Selector | None:
        """An event by its whole name, or a selector with its quotes and tests. Which of the two: only a selector has a quote or a `where`."""
        said = text.text.strip()
        is_set = said in (self.trees.sets or {}) and said not in (self.trees.events or ())
        if _SELECTS.search(said) is None and said != "any" and not (is_set and set_fits):
            if is_set:
                return self.refuse_set(said, text.span)
            named = EventName(said, None, text.span)
            problems = check(named, self.names, "account").problems
            return cast(Selector | None, self.noted(text.span, Reading(None if problems else named, problems)))
        parsed = parse(text, "selector").tree
        if isinstance(parsed, SetName) and parsed.name in (self.trees.sets or {}) and not set_fits:
            return self.refuse_set(parsed.name, parsed.span)
        return cast(Selector | None, self.noted(text.span, read(text, self.names, "account", "selector")))

    def refuse_set(self, name: str, place: Span) -> Selector | None:
        self.problems.append(Problem("set_in_set", f"a set names events, and `{name}` is a set", place, "name its events here as well"))
        return None
