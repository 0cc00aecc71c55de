"""`tandem signals`: every signal of the playbook, for how many it is on, how often it fired of late, and whether it is still fed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tandem.app.history.edges import KeptEdges, kept_edges
from tandem.app.history.silence import is_stale
from tandem.app.project import Project
from tandem.signals.playbook.declare import Signal
from tandem.values.instants import DAY, Instant

LATELY = 30 * DAY


@dataclass(frozen=True)
class SignalStanding:
    """on: subjects for which it is on. fired_30d: firings in the last 30 days. fed_until: when anything that it reads was last learnt, to
    the hour; None if never. stale: never fed, or silent far longer than ever before."""

    signal: Signal
    on: int
    fired_30d: int
    fed_until: Instant | None
    stale: bool


@dataclass(frozen=True)
class SignalsListed:
    signals: tuple[SignalStanding, ...]
    as_of: Instant
    fingerprint: str


def list_signals(project: Project, as_of: str | None = None) -> SignalsListed:
    log = project.log()
    at = project.as_of(as_of, log)
    signals = project.playbook.signals
    kept = kept_edges(project, log, signals.values())
    standing = tuple(_standing(signal, kept[name], at) for name, signal in signals.items())
    return SignalsListed(standing, at, project.playbook.fingerprint)


def _standing(signal: Signal, edges: KeptEdges, at: Instant) -> SignalStanding:
    since, until = (int(np.searchsorted(edges.at, each, side="right")) for each in (at - LATELY, at))
    fed = edges.fed[: np.searchsorted(edges.fed, at, side="right")].tolist()
    return SignalStanding(
        signal=signal,
        on=len(edges.on(at)),
        fired_30d=int(edges.fires[since:until].sum()),
        fed_until=fed[-1] if fed else None,
        stale=not fed or is_stale(fed, at),
    )
