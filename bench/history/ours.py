"""A signal's edges as Tandem finds them: by folds over the project's own timeline. All that the bench knows of Tandem's ways stands here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from history.answer import Edges
from history.playbook import SIGNALS, Signal
from tandem.app.history.edges import open_fold
from tandem.app.history.timeline import open_timeline
from tandem.app.project import Project
from tandem.app.world import World
from tandem.signals.fold import Fold

PROPERTIES = (("plan",), ("seats",))


def build(folder: Path) -> int:
    """The timeline of everything in the lake, with all that the twenty signals read; how many holdings it has."""
    shutil.rmtree(folder / "data" / "timeline", ignore_errors=True)
    return refresh(folder)


def refresh(folder: Path) -> int:
    """Brings the timeline up to what the lake holds by now."""
    project = Project(folder, World())
    timeline = open_timeline(project, project.log())
    for path in PROPERTIES:
        timeline.property(path)
    return sum(len(timeline.subjects(about).layout) for about in {signal.about: None for signal in SIGNALS.values()})


def history(folder: Path, signal: Signal, until: int) -> Callable[[], Edges]:
    """The timeline is opened before. What a signal reads is read anew each time, and nothing is known from the time before."""
    project = Project(folder, World())
    declared, opened = project.playbook.declared, open_fold(project, project.log())
    asked = project.playbook.signals[signal.name]

    def ask() -> Edges:
        found = Fold(opened.timeline, declared).edges(asked.when, asked.about)
        kept = np.flatnonzero(found.at <= until)
        codes, subject = np.unique(found.subject[kept], return_inverse=True)
        ids = opened.timeline.subjects(asked.about).ids
        named = pa.array([ids[code] for code in codes.tolist()], pa.string())
        return Edges(named.take(pa.array(subject)), pa.array(found.at[kept]), pa.array(found.entered[kept]))

    return ask
