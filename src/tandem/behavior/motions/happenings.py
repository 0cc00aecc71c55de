"""What takes accounts to the stages of a funnel: events, turns of records, firings; each once, marked with every stage that it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tandem.behavior.view import View
from tandem.signals.backtest.hindsight import Hindsight
from tandem.signals.backtest.moments import NOBODY, Moments
from tandem.signals.backtest.occurrences import Marked, marked_events, occurrences
from tandem.signals.playbook.funnels import Stage
from tandem.signals.playbook.outcomes import Stages
from tandem.timeline.kernels import Longs, still
from tandem.timeline.layout import lay_out
from tandem.values.instants import Instant


def find_happenings(stages: Sequence[Stage], ends: Stages, hindsight: Hindsight, fired: Mapping[str, Moments]) -> Marked:
    """Of all accounts as they are as of the instant; bit i is the stage i, from 0.

    ends: which stages of an opportunity end it. fired: the firings of each signal that stages name, of accounts.
    """
    events = [(each.selector, 1 << bit) for bit, stage in enumerate(stages) for each in stage.outcomes if each.selector is not None]
    found = [marked_events(hindsight, "account", events)] if events else []
    for bit, stage in enumerate(stages):
        for moments in _of_records(stage, ends, hindsight, fired):
            kept = moments.where((moments.at <= hindsight.as_of) & (moments.subject != NOBODY))
            found.append(Marked(kept.subject, kept.at, np.full(len(kept), 1 << bit, np.int32)))
    return Marked(*(np.concatenate([getattr(each, name) for each in found]) for name in ("subject", "at", "mark")))


def _of_records(stage: Stage, ends: Stages, hindsight: Hindsight, fired: Mapping[str, Moments]) -> Iterator[Moments]:
    yield from (occurrences(each, ends, hindsight) for each in stage.outcomes if each.selector is None)
    yield from (fired[name] for name in stage.signals)


def view_of(happened: Marked, accounts: int, as_of: Instant) -> View:
    """The same as rows by account, for what walks events."""
    layout = lay_out(happened.subject, happened.at, happened.at, np.arange(len(happened.at), dtype=np.int32), None, accounts)
    code: Longs = happened.mark[layout.row].astype(np.int64)
    return View(layout, (still(code, np.int32),), still(np.empty(0), np.int32), as_of)
