"""What the desk asks of a playbook's boundary: whatever answers this, fast or slow, can be swept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from fractions import Fraction
from typing import Protocol

from tandem.boundary.combining import Answer
from tandem.boundary.fold.belonging import Whereabouts
from tandem.boundary.meaning.blocks import Question
from tandem.boundary.meaning.case import Closed, Stay
from tandem.boundary.meaning.judged import Judged
from tandem.boundary.playbook.policy import Boundary
from tandem.signals.playbook.declare import Score, Signal
from tandem.signals.world import Subject
from tandem.values.business_time import BusinessTime
from tandem.values.instants import Instant


class Rules(Protocol):
    """The rules of a playbook, as a `Case` has them."""

    @property
    def boundary(self) -> Boundary: ...
    @property
    def signals(self) -> Mapping[str, Signal]: ...
    @property
    def scores(self) -> Mapping[str, Score]: ...
    @property
    def hours(self) -> BusinessTime: ...
    @property
    def week_start(self) -> int: ...
    @property
    def closed(self) -> tuple[Closed, ...]: ...


class Answering(Protocol):
    """turns: the instants, ascending, between which no answer about an account or its people changes, nor an opportunity opens or closes."""

    @property
    def rules(self) -> Rules: ...
    @property
    def zone(self) -> tzinfo: ...
    @property
    def stays(self) -> Sequence[Stay]: ...
    def answer(self, asked: Question, t: Instant) -> Answer: ...
    def answer_of_account(self, account: str, t: Instant) -> Answer: ...
    def turns(self, account: str) -> Sequence[Instant]: ...
    def is_open(self, account: str, t: Instant) -> bool: ...
    def points(self, score: str, subject: Subject, t: Instant) -> Fraction: ...
    def accepted_owner(self, account: str, since: Instant, t: Instant) -> str | None: ...
    def judged(self, since: Instant, until: Instant, as_of: Instant) -> list[Judged]: ...

    def whereabouts(self, subject: Subject, since: Instant) -> Sequence[Whereabouts]:
        """Of the subject of something that began at `since`: ascending, the first from then on."""
