"""`tandem explain TOUCH`: how a touch that was made is judged, by what was known then and by the playbook in force then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tandem.app.boundary import TouchRow, show_touch
from tandem.app.decisions.decided import Ruling, Work
from tandem.app.decisions.lines import lines_of_records
from tandem.app.explain.account import Answered, Whom, answered
from tandem.app.playbook.in_force import Taken
from tandem.signals.world import Subject
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant

if TYPE_CHECKING:
    from tandem.boundary.meaning.case import Touch


@dataclass(frozen=True)
class TouchExplained:
    """row: judged, or of the verdicts `inbound` and `before_any_playbook`. answered: what the boundary answered then; None of no account.

    facts: the touch as it was told.
    """

    as_of: Instant
    row: TouchRow
    answered: Answered | None
    facts: tuple[str, ...]
    fingerprint: str | None
    said: Taken
    bounded: bool
    zone: str

    def as_json(self) -> dict[str, Any]:
        return {
            "as_of": show_instant(self.as_of),
            "explains": "touch",
            **self.row.as_json(),
            "verdict": self.row.verdict,
            "then": None if self.answered is None else self.answered.as_json(),
            "facts": list(self.facts),
            "fingerprint": self.fingerprint,
            "playbook": self.said,
        }


def explain_touch(work: Work, touch: Touch) -> TouchExplained:
    ruling = work.at(touch.at)
    row = _row(work, ruling, touch)
    found = None
    if ruling is not None and row.account is not None:
        found = answered(ruling, row.account, _whom(ruling, touch), touch.at, touch)
    return TouchExplained(
        as_of=work.as_of,
        row=row,
        answered=found,
        facts=lines_of_records(work.now, "touch", [touch.id], work.as_of),
        fingerprint=None if ruling is None else ruling.playbook.fingerprint,
        said=work.said,
        bounded=work.now.playbook.boundary is not None,
        zone=work.now.zone.key,
    )


def _row(work: Work, ruling: Ruling | None, touch: Touch) -> TouchRow:
    from tandem.boundary.meaning.judged import Judged

    if ruling is not None and touch.is_outbound:
        return show_touch(work, ruling.answers.judge(touch))
    unjudged = show_touch(work, Judged(touch, "unmatched", touch.account))
    return replace(unjudged, verdict="inbound" if ruling is not None else "before_any_playbook")


def _whom(ruling: Ruling, touch: Touch) -> Whom:
    """As they were called then."""
    from tandem.timeline.steps import ALWAYS

    named = touch.named[1]
    person = ruling.answers.whose(Subject("person", named), ALWAYS, touch.at).id if named else touch.person
    return Whom(person, touch.channel, touch.seller, touch.purpose)
