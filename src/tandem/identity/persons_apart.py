"""Kinds of answer: which combinations of identifiers always belong to the same, and which differ in the person alone.

Where a person is never anybody else, what belongs to it in a workspace is what belongs to anybody there, with another person. So of a
million combinations of people with few workspaces only the workspaces are asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.facts.corrections import OPEN
from tandem.identity.coded import CodedEvents, Numbers
from tandem.identity.domains import mail_domain
from tandem.identity.events import Events
from tandem.identity.exclusions import matches
from tandem.identity.links import are_usable
from tandem.identity.owners import Belonging
from tandem.identity.owners_over_time import OwnersOverTime
from tandem.identity.rules import Exclusion
from tandem.identity.steps import Steps

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Kinds:
    """of_combination: (combinations,) its kind. model: (kinds,) of `models`, what it belongs to: over knowledge time, in it over occurrence.

    person: (kinds,) of `persons`, who is named instead of the model's person; -1 where it is the model's own.
    """

    of_combination: Numbers
    model: Numbers
    person: Numbers
    models: Sequence[Steps[Steps[Belonging]]]
    persons: Sequence[str]

    @classmethod
    def of(cls, events: Events, owners: OwnersOverTime) -> Kinds:
        coded, count = events.coded, events.coded.identifiers.shape[1]
        first_known = np.full(count, OPEN)
        for part in events.slices():
            np.minimum.at(first_known, coded.combination[part], events.known_at[part])
        apart, person, persons = _apart(coded, owners)
        models: list[Steps[Steps[Belonging]]] = []
        model_of = np.zeros(count, dtype=np.int64)
        numbers: dict[int, int] = {}
        # Who is known first comes first, so that nothing need be found again from an earlier instant on.
        for number in _asked(coded, first_known, apart).tolist():
            identifiers = coded.combination_of(number)
            if apart[number]:
                identifiers = (None, None, *identifiers[2:])
            over = owners.belonging_over(identifiers, int(first_known[number]))
            # Combinations of one person, workspace and account share their answer; `models` keeps it, so that no other gets its id.
            model = numbers.setdefault(id(over), len(models))
            if model == len(models):
                models.append(over)
            model_of[number] = model
        model_of[apart] = _of_the_same_place(coded, first_known, apart, model_of)
        key = model_of * (len(persons) + 1) + np.where(apart, person, -1) + 1
        kinds, kind = np.unique(key, return_inverse=True)
        return cls(kind, kinds // (len(persons) + 1), kinds % (len(persons) + 1) - 1, models, persons)


def _apart(coded: CodedEvents, owners: OwnersOverTime) -> tuple[Flags, Numbers, list[str]]:
    """(combinations,) which are of a person or visitor who is always the same and in a workspace or of nobody's account; who; and the names."""
    rules = [rule for rule in owners.rules.exclusions if rule.who in ("person", "email", "domain")]
    by_person = [rule for rule in rules if rule.who == "person"]
    links = owners.links
    # Who is left out for an address may have it from an id that is merged into this one.
    left_out = {
        owners.persons.component(one)
        for rule in rules
        if rule.who != "person"
        for one, mails in links.email.items()
        if any(matches(rule, link.target if rule.who == "email" else mail_domain(link.target)) for link in mails)
    }
    joining = {link.subject for link in links.join if link.subject_kind == "visitor"}

    users, visitors, places, _ = coded.codes_where(lambda texts: are_usable(texts, owners.blocked))
    names, browsers, _, _ = coded.texts
    same = _none(names, owners.persons.may_change) & _unnamed(names, by_person)
    if left_out:
        same &= _none(names, lambda one: owners.persons.component(one) in left_out)
    nobody = _none(browsers, links.anonymous.__contains__) & _unnamed([f"?{one}" for one in browsers], by_person)
    joins_none = _none(browsers, joining.__contains__)
    # The last of each is that of no id.
    same, nobody, joins_none = (np.append(each, False) for each in (same, nobody, joins_none))
    is_visitor = (users < 0) & (visitors >= 0)
    apart = np.where(places >= 0, same[users] | (is_visitor & nobody[visitors]), is_visitor & nobody[visitors] & joins_none[visitors])
    persons = [*names, *(f"?{one}" for one in browsers)]
    return apart, np.where(users >= 0, users, len(names) + visitors), persons


def _none(texts: Sequence[str], is_meant: Callable[[str], bool]) -> Flags:
    return ~np.fromiter(map(is_meant, texts), bool, len(texts))


def _unnamed(persons: Sequence[str], rules: Sequence[Exclusion]) -> Flags:
    """Who is named by none of the rules."""
    if not rules:
        return np.ones(len(persons), dtype=bool)
    return _none(persons, lambda one: any(matches(rule, one) for rule in rules))


def _places(coded: CodedEvents, apart: Flags) -> Numbers:
    """(of those apart,) a number for each workspace and account."""
    found: Numbers = coded.identifiers[2][apart].astype(np.int64) * (len(coded.texts[3]) + 1) + coded.identifiers[3][apart]
    return found


def _asked(coded: CodedEvents, first_known: Numbers, apart: Flags) -> Numbers:
    """The combinations to be asked about, in the order in which they become known; of those apart the first of each workspace."""
    rows = np.flatnonzero(apart)
    rows = rows[np.argsort(first_known[rows], kind="stable")]
    _, firsts = np.unique(_places(coded, apart)[np.searchsorted(np.flatnonzero(apart), rows)], return_index=True)
    asked = np.concatenate([np.flatnonzero(~apart), rows[firsts]])
    ordered: Numbers = asked[np.argsort(first_known[asked], kind="stable")]
    return ordered


def _of_the_same_place(coded: CodedEvents, first_known: Numbers, apart: Flags, model_of: Numbers) -> Numbers:
    """(of those apart,) the model of the one that was asked about."""
    rows = np.flatnonzero(apart)
    order = np.argsort(first_known[rows], kind="stable")
    _, firsts, place = np.unique(_places(coded, apart)[order], return_index=True, return_inverse=True)
    found = np.empty(len(rows), dtype=np.int64)
    found[order] = model_of[rows[order][firsts]][place]
    return found
