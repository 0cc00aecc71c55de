"""What one playbook's boundary answers over all of a project's history, from what is kept of its timeline and of its signals' edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tandem.app.history.edges import kept_edges, open_fold
from tandem.app.playbook.playbook import Playbook
from tandem.app.project import Project, storage_faults
from tandem.boundary.playbook.policy import Boundary
from tandem.storage.log import Log
from tandem.values.business_time import BusinessTime
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.boundary.fold.answers import Answers
    from tandem.boundary.fold.rules import Rules
    from tandem.boundary.meaning.case import Accepted, Closed
    from tandem.signals.fold import Fold


@storage_faults()
def answers_of(
    project: Project,
    log: Log,
    playbook: Playbook,
    until: Instant,
    *,
    accepted: Sequence[Accepted] = (),
    closed: Sequence[Closed] = (),
    fold: Fold | None = None,
) -> Answers:
    """until: the last instant that is asked about. accepted, closed: what a desk has recorded. fold: of the playbook, where one is open."""
    from tandem.boundary.fold.answers import Answers
    from tandem.boundary.fold.rules import StaysOf

    rules = rules_of(playbook, accepted, closed)
    kept = kept_edges(project, log, [playbook.signals[name] for name in rules.boundary.signals], playbook)
    stays = {name: StaysOf.of_edges(each.subjects, each.subject, each.at, each.entered) for name, each in kept.items()}
    return Answers(open_fold(project, log, playbook) if fold is None else fold, rules, stays, until)


def rules_of(playbook: Playbook, accepted: Sequence[Accepted] = (), closed: Sequence[Closed] = ()) -> Rules:
    """Without a `boundary.yaml` nothing permits."""
    from tandem.boundary.fold.rules import Rules

    company = playbook.company
    return Rules(
        playbook.boundary or Boundary(),
        playbook.signals,
        playbook.scores,
        playbook.product.judged.stages,
        BusinessTime(company.time_zone, company.working_hours, frozenset(company.holidays)),
        company.week_start,
        tuple(accepted),
        tuple(closed),
    )
