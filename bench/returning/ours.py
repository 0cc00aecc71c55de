"""Funnel, retention and actives as Tandem counts them, over the project's own timeline. What the bench knows of Tandem's ways stands here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date
from pathlib import Path

import numpy as np

from returning.answer import MONDAY, STAGES, WINDOW_DAYS, WITHIN, Answer
from tandem.app.edges import open_fold
from tandem.app.project import Project
from tandem.app.timeline import open_timeline
from tandem.app.world import World
from tandem.behavior.active import count_active
from tandem.behavior.activity import ActivityQuestion
from tandem.behavior.funnel.attempts import find_attempts
from tandem.behavior.funnel.funnel import Funnel
from tandem.behavior.funnel.tally import tally
from tandem.behavior.periods import Calendar
from tandem.behavior.retention import Axis, RetentionQuestion, Whose, count_retention
from tandem.behavior.view import find_view
from tandem.language.expression.parse import parse
from tandem.language.source import Source
from tandem.signals.fold import Fold

EPOCH = date(1970, 1, 1).toordinal()
ANY = parse(Source("bench", "any"), "selector").expression


def build(folder: Path) -> int:
    """The timeline of everything in the lake, for persons; how many holdings it has."""
    shutil.rmtree(folder / "data" / "timeline", ignore_errors=True)
    project = Project(folder, World())
    return len(open_timeline(project, project.log()).subjects("person").layout)


def funnel(folder: Path, as_of: int) -> Callable[[], Answer]:
    """The timeline is opened before; nothing else is known from the time before."""
    project = Project(folder, World())
    opened = open_fold(project, project.log())
    stages = tuple(parse(Source("bench", f'"{name}"'), "selector").expression for name in STAGES)
    asked = Funnel("person", stages, WITHIN)

    def ask() -> Answer:
        fold = Fold(opened.timeline, project.playbook.declared)
        found = tally(find_attempts(fold.timeline, fold.columns, asked, as_of), asked, as_of)
        # All that a report tells: rates, intervals and times with it.
        told = found.stages
        assert len(told) == len(STAGES)
        return Answer.of(np.arange(1, len(STAGES) + 1), found.over + found.running)

    return ask


def retention(folder: Path, as_of: int) -> Callable[[], Answer]:
    """The timeline is opened before; nothing else is known from the time before."""
    project = Project(folder, World())
    opened = open_fold(project, project.log())
    asked = RetentionQuestion(ANY, ANY, "person", "on", "week", Calendar(UTC), as_of)

    def ask() -> Answer:
        fold = Fold(opened.timeline, project.playbook.declared)
        view = find_view(fold.timeline, fold.columns, "person", [ANY], as_of)
        axis = Axis.found(asked, view)
        assert axis is not None, "nothing was generated"
        counts = count_retention(asked, view, Whose(fold.timeline.subjects("person").person), axis)
        weeks = np.array([(day.toordinal() - EPOCH + MONDAY) // 7 for day in axis.periods.first_days])
        active = counts.over + counts.open
        cohort, bucket = np.nonzero(active)
        return Answer.of(weeks[cohort], bucket, active[cohort, bucket])

    return ask


def actives(folder: Path, as_of: int) -> Callable[[], Answer]:
    project = Project(folder, World())
    opened = open_fold(project, project.log())
    asked = ActivityQuestion(ANY, "person", "day", Calendar(UTC), as_of)

    def ask() -> Answer:
        fold = Fold(opened.timeline, project.playbook.declared)
        view = find_view(fold.timeline, fold.columns, "person", [ANY], as_of)
        periods = asked.periods(view)
        assert periods is not None, "nothing was generated"
        counts = count_active(asked, view, fold.timeline.subjects("person").person, periods, WINDOW_DAYS)
        return Answer.of([day.toordinal() - EPOCH for day in periods.first_days], counts)

    return ask
