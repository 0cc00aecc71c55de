"""One account through all of history: its evidence, blocks and people as layers, and what they answer together at an instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from tandem.boundary.combining import Answer, combined, of_account
from tandem.boundary.fold.belonging import Belonging
from tandem.boundary.fold.blocks import ELSEWHERE, Blocks, Rivals, Standings, in_order
from tandem.boundary.fold.crowd import Crowd
from tandem.boundary.fold.during import During, Layer, clipped, layered
from tandem.boundary.fold.evidence import Speaking
from tandem.boundary.fold.records import Told
from tandem.boundary.fold.stances import Stances, Standing
from tandem.boundary.meaning.blocks import Block, Question
from tandem.boundary.meaning.case import Touch
from tandem.boundary.meaning.evidence import Evidence
from tandem.signals.world import Subject
from tandem.timeline.steps import ALWAYS
from tandem.values.instants import Instant


class Course:
    def __init__(
        self,
        account: str,
        belonging: Belonging,
        told: Told,
        stances: Stances,
        speaking: Speaking,
        standings: Standings,
        channels: Sequence[str],
        until: Instant,
    ) -> None:
        self.account, self._belonging, self._told, self._standings, self._channels = account, belonging, told, standings, channels
        self._until = until
        self._capped: dict[str | None, Layer[Blocks]] = {}
        # What was answered last: of the account, and of each kind of person whom the same stands against.
        self._place: tuple[int, ...] = ()
        self._answers: dict[Blocks, Answer] = {}
        self.stances: Layer[Standing] = stances.of(account)
        self.evidence: Layer[tuple[Evidence, ...]] = layered(speaking.of(account, self.stances))
        self._waiting = layered(speaking.waiting(account, self.stances))
        self._blocks = standings.of_account(account, self.stances)
        self.rivals: Layer[Rivals] = standings.rivals(account)

    def answer(self, asked: Question, t: Instant) -> Answer:
        """What is asked about the account, whoever asks and of whom."""
        stance, evidence = self.stances.value(t).stance, self.evidence.value(t)
        return combined(asked, stance, evidence, self.standing(asked, t), self._channels, lambda: self._waits_until(t))

    def standing(self, asked: Question, t: Instant) -> list[Block]:
        """The blocks that stand against what is asked."""
        excluded = self._standings.excluded(self.rivals.value(t), asked.seller)
        if asked.besides is None:
            caps = self._caps(None).value(t) + (self._caps(asked.person).value(t) if asked.person is not None else ())
            elsewhere = (ELSEWHERE,) if asked.person is not None and self._is_elsewhere(asked.person, t) else ()
        else:
            # A touch that was made is judged with whomever it names.
            elsewhere = ()
            caps = tuple(self._standings.counted(self._outbound, asked.person, asked.besides, t))
        to_person = self._standings.of_person(asked.person).value(t)
        return in_order(elsewhere, self._blocks.value(t), to_person, caps, () if excluded is None else (excluded,))

    def _is_elsewhere(self, person: str, t: Instant) -> bool:
        """Whether there is such a person, of another account."""
        whose = self._belonging.account_of(Subject("person", person)).value(t)
        return whose not in (None, self.account) and self._belonging.existence("person", person).value(t)

    def answer_of_account(self, t: Instant) -> Answer:
        place = tuple(layer.place(t) for layer in (self.stances, self.evidence, self._waiting, self._blocks, self._caps(None)))
        if place != self._place:
            self._place, self._answers = place, {}
        nobody = self._to_somebody(self._standings.of_person(None).value(t), t)
        # Whoever has the same against them has the same permit.
        each = [
            (ones, permit) for blocks, ones in self._people.at(t).items() if (permit := self._to_somebody(blocks, t).permit) is not None
        ]
        each.sort(key=lambda group: group[0][0])
        people = each[0][0] if len(each) == 1 else sorted(one for ones, _ in each for one in ones)
        return of_account(nobody, [permit for _, permit in each], tuple(people))

    @cached_property
    def turns(self) -> list[Instant]:
        """Where an answer about the account or its people, its open opportunities, or whose people they are, may change."""
        opportunities = self._told.open_opportunities.get(self.account, ())
        found = {at for each in opportunities for at in (each.since, each.until)}
        layers: tuple[Layer[Any], ...] = (
            self.stances, self.evidence, self._waiting, self._blocks, self._caps(None), self.rivals, self._standings.of_person(None)
        )  # fmt: skip
        found |= {at for *_, since, until in self._against for at in (since, until)}.union(*(layer.at for layer in layers))
        return sorted(at for at in found if ALWAYS < at <= self._until)

    def turns_with(self, person: str) -> list[Instant]:
        """Where also an answer about one person may change, whosever that one is."""
        layers: tuple[Layer[Any], ...] = (
            self._belonging.account_of(Subject("person", person)), self._belonging.existence("person", person),
            self._standings.of_person(person), self._caps(person),
        )  # fmt: skip
        return sorted({*self.turns, *(at for layer in layers for at in layer.at if ALWAYS < at <= self._until)})

    def _to_somebody(self, blocks: Blocks, t: Instant) -> Answer:
        """What is answered about somebody of the account against whom this stands, besides what stands against all."""
        if blocks not in self._answers:
            standing = in_order(self._blocks.value(t), self._caps(None).value(t), blocks)
            self._answers[blocks] = combined(
                Question(self.account), self.stances.value(t).stance, self.evidence.value(t), standing, self._channels,
                lambda: self._waits_until(t),
            )  # fmt: skip
        return self._answers[blocks]

    def _waits_until(self, t: Instant) -> Instant | None:
        return min(self._waiting.value(t), default=None)

    # People.

    @cached_property
    def _people(self) -> Crowd:
        """Who is of the account, by what stands against each of them."""
        return Crowd([During((one, blocks), since, until) for one, there, blocks, since, until in self._against if there])

    @cached_property
    def _against(self) -> list[tuple[str, bool, Blocks, Instant, Instant]]:
        """What stands against whoever is of the account, and whether there is such a person at all."""
        found = []
        for (one, there), begins, ends in self._belonging.people(self.account):
            for blocks, since, until in clipped(self._standings.of_person(one).during(), begins, ends):
                for caps, first, last in clipped(self._caps(one).during(), since, until):
                    found.append((one, there, caps + blocks, first, last))
        return found

    # Caps.

    def _caps(self, person: str | None) -> Layer[Blocks]:
        """The caps of the account that are reached, or those of one person of it."""
        if person not in self._capped:
            touches = self._outbound if person is None else self._outbound_to.get(person, [])
            self._capped[person] = layered(self._standings.capped(touches, "account" if person is None else "person"))
        return self._capped[person]

    @cached_property
    def _outbound(self) -> list[During[Touch]]:
        return [each for each in self._told.touches_of.get(self.account, ()) if each.what.is_outbound]

    @cached_property
    def _outbound_to(self) -> Mapping[str, list[During[Touch]]]:
        found: defaultdict[str, list[During[Touch]]] = defaultdict(list)
        for each in self._outbound:
            if each.what.person is not None:
                found[each.what.person].append(each)
        return dict(found)
