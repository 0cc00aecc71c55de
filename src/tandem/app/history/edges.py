"""Every edge of every signal of a playbook over all of history, kept under `data/edges/` and found anew when log or rules change.

What is kept holds for all instants: as of an earlier one, later edges are left out. It is kept by what a signal means, so that playbooks
in which it means the same share it, and those in which it does not keep theirs side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from tandem import __version__
from tandem.app.failures import UnknownName
from tandem.app.history.knowledge import Knowledge
from tandem.app.identity import find_holder
from tandem.app.playbook.playbook import Playbook
from tandem.app.project import Project, storage_faults
from tandem.language.expression.nodes import About, Expression, Score, SetName, SignalRef
from tandem.language.expression.show import show
from tandem.signals.firing import Passing, fired
from tandem.signals.playbook.declare import Signal
from tandem.storage.derived import Builder, Derived, Manifest, Part
from tandem.storage.log import Log
from tandem.timeline.making.words import Words
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.signals.fold import Fold
    from tandem.timeline.timeline import Timeline

# To be raised with what is kept, or how it is found.
EDGES_VERSION = 3
# Of one signal's name, so many meanings are kept side by side: the playbook in force, the folder's, and some that were tried.
MEANINGS_MOST = 6


@dataclass(frozen=True, eq=False)
class KeptEdges:
    """The edges of one signal, by instant, then subject. subjects: printed ids, ascending. All but `fed`: (edges,).

    subject: into subjects. entered: else it left. fires: an edge that enters outside of a cooldown. fed: the hours in which anything that
    the signal reads was learnt, ascending.
    """

    subjects: Words
    subject: npt.NDArray[np.int32]
    at: npt.NDArray[np.int64]
    known_at: npt.NDArray[np.int64]
    entered: npt.NDArray[np.bool_]
    fires: npt.NDArray[np.bool_]
    fed: npt.NDArray[np.int64]

    def until(self, as_of: Instant) -> int:
        """How many edges there are as of an instant."""
        return int(np.searchsorted(self.at, as_of, side="right"))

    def on(self, as_of: Instant) -> npt.NDArray[np.int32]:
        """The subjects for which the signal is on."""
        n = self.until(as_of)
        change = np.where(self.entered[:n], 1, -1)
        return np.flatnonzero(np.bincount(self.subject[:n], weights=change, minlength=len(self.subjects)) > 0).astype(np.int32)


@dataclass(frozen=True)
class ListRequest:
    """signal: its name. subject: only of this one. since, until: only edges at or after, and before."""

    signal: str
    subject: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    as_of: str | None = None


@dataclass(frozen=True, eq=False)
class EdgesListed:
    """rows: the chosen edges, as places in `edges`."""

    signal: Signal
    edges: KeptEdges
    rows: npt.NDArray[np.int64]
    as_of: Instant
    fingerprint: str

    def as_rows(self, most: int | None = None) -> list[dict[str, Any]]:
        """One an edge, ordered by instant, then subject; at most so many, the latest."""
        edges, rows = self.edges, self.rows if most is None else self.rows[max(0, len(self.rows) - most) :]
        named = {code: edges.subjects[code] for code in np.unique(edges.subject[rows]).tolist()}
        columns = (edges.subject[rows], edges.at[rows], edges.entered[rows], edges.known_at[rows], edges.fires[rows])
        return [
            {
                "signal": self.signal.name,
                "about": self.signal.about,
                "subject": named[subject],
                "at": at,
                "edge": "entered" if entered else "left",
                "known_at": known,
                "fires": fires,
            }
            for subject, at, entered, known, fires in zip(*(column.tolist() for column in columns), strict=True)
        ]


def list_edges(project: Project, asked: ListRequest) -> EdgesListed:
    """Raises UnknownName for a signal that the playbook does not declare, or a subject that nobody knows."""
    signal = find_signal(project.playbook, asked.signal)
    log = project.log()
    as_of = project.as_of(asked.as_of, log)
    edges = kept_edges(project, log, [signal])[signal.name]
    chosen = np.arange(len(edges.at)) < edges.until(as_of)
    if asked.subject is not None:
        subject = find_subject(log, project.playbook, signal.about, asked.subject, edges.subjects.column().to_pylist(), as_of)
        # Who is there and never had an edge has none.
        place = edges.subjects.column().index(subject).as_py()
        chosen &= edges.subject == place
    if asked.since is not None:
        chosen &= edges.at >= asked.since
    if asked.until is not None:
        chosen &= edges.at < asked.until
    return EdgesListed(signal, edges, np.flatnonzero(chosen), as_of, project.playbook.fingerprint)


def find_signal(playbook: Playbook, name: str) -> Signal:
    if name not in playbook.signals:
        raise UnknownName("signal", name, playbook.signals)
    return playbook.signals[name]


def find_subject(log: Log, playbook: Playbook, about: About, name: str, known: Sequence[str], as_of: Instant) -> str:
    """The printed id of a subject by any of its names: an account's domain, a person's e-mail, an id that was merged away.

    known: printed ids that need no look-up. Raises UnknownName.
    """
    if name in known:
        return name
    knowledge = Knowledge(log, playbook.product.rules, as_of)
    with storage_faults():
        identity = knowledge.identity
        meant = identity.account_of(name) if about == "account" else None
        if about == "person":
            meant = identity.person_of(name) or find_holder(identity, name)
        if meant is None:
            meant = name if name in identity.names_of(name).get(about, ()) or name in identity.subjects() else None
    if meant is None:
        raise UnknownName(about, name, known)
    return meant


@storage_faults()
def kept_edges(project: Project, log: Log, signals: Iterable[Signal], playbook: Playbook | None = None) -> dict[str, KeptEdges]:
    """The edges of signals, by name; what is not kept yet is found in all of history, for all of them at once.

    playbook: which declares them; by default the folder's.
    """
    said = project.playbook if playbook is None else playbook
    wanted = {f"{signal.name}/{meaning_of(said, signal)}": signal for signal in signals}
    derived = Derived(log.data / "edges")
    state = _state(log)
    found = derived.read()
    parts: dict[str, Part] = dict(found[1]) if found and found[0].state == state else {}
    missing = {part: signal for part, signal in wanted.items() if part not in parts}
    if missing:
        parts |= _found(project, log, said, missing, derived, state)
    return {signal.name: _of_part(parts[part]) for part, signal in wanted.items()}


def open_fold(project: Project, log: Log, playbook: Playbook | None = None) -> Fold:
    """All of history under a playbook, by default the folder's, to be asked."""
    from tandem.app.history.timeline import open_timeline
    from tandem.signals.fold import Fold

    said = project.playbook if playbook is None else playbook
    return Fold(open_timeline(project, log, said), said.declared, threads=project.world.cores())


def meaning_of(playbook: Playbook, signal: Signal) -> str:
    """Sixteen digits: the same for signals that have the same edges and firings in every log, whatever else their playbooks say."""
    declared = playbook.declared
    said = [
        signal.about,
        signal.cooldown,
        show(signal.when),
        [(name, show(when)) for name, when in declared.tiers],
        list(_named(playbook, [signal.when, *(when for _, when in declared.tiers)])),
        str(declared.zone),
        [declared.plans, declared.source_order, sorted(declared.targets), declared.fields, declared.choices],
        playbook.product.rules,
    ]
    return blake2b(msgspec.json.encode(said, order="deterministic"), digest_size=8).hexdigest()


def _named(playbook: Playbook, nodes: Iterable[Expression]) -> Iterator[tuple[str, Any]]:
    """What signals, scores and sets say that are named below some expressions, and so on."""
    from tandem.signals.edges import reached

    declared = playbook.declared
    for node in (each for one in nodes for each in reached(declared, one)):
        match node:
            case SignalRef():
                yield node.name, show(declared.signals[node.name])
            case Score():
                yield node.name, [(show(when), str(points)) for when, points in declared.scores[node.name].points]
            case SetName():
                yield node.name, [show(each) for each in declared.sets[node.name]]


def _found(
    project: Project, log: Log, playbook: Playbook, missing: Mapping[str, Signal], derived: Derived, state: Mapping[str, Any]
) -> dict[str, Part]:
    """missing: signals by the part that is to hold their edges."""
    from tandem.app.history.feeding import Feeding
    from tandem.signals.because import known_at
    from tandem.signals.passing import passed_on

    fold = open_fold(project, log, playbook)
    feeding = Feeding(fold)
    replaces = derived.manifest()
    found: dict[str, Part] = {}
    with Builder(derived) as builder:
        for part, signal in missing.items():
            edges = fold.edges(signal.when, signal.about)
            known = known_at(fold, signal.when, signal.about, edges)
            passed = passed_on(fold.timeline, fold.records, signal.about)
            arrays = _ordered(fold.timeline, signal, edges.subject, edges.at, edges.entered, known, passed)
            found[part] = builder.keep(part, arrays | {"fed": feeding.hours(signal.when)})
        builder.publish(state, replaces, {}, dropped=_too_many(replaces, missing.values()))
    return found


def _too_many(manifest: Manifest | None, signals: Iterable[Signal]) -> set[str]:
    """The parts that give way to one more of each signal: those that were found first."""
    dropped: set[str] = set()
    for signal in signals:
        kept = [part for part in (manifest.parts if manifest else ()) if part.rpartition("/")[0] == signal.name]
        dropped.update(kept[: max(0, len(kept) + 1 - MEANINGS_MOST)])
    return dropped


def _ordered(
    timeline: Timeline, signal: Signal, subject: Any, at: Any, entered: Any, known: Any, passed: Iterable[Passing]
) -> dict[str, npt.NDArray[Any]]:
    ids = timeline.subjects(signal.about).ids
    codes, place = np.unique(subject, return_inverse=True)
    texts = [ids[code] for code in codes.tolist()]
    by_text = sorted(range(len(texts)), key=texts.__getitem__)
    rank = np.empty(len(texts), np.int32)
    rank[by_text] = np.arange(len(texts), dtype=np.int32)
    whose = rank[place]
    order = np.lexsort((whose, at))
    whose, at, entered, known, subject = whose[order], at[order], entered[order], known[order], subject[order]
    fires = np.zeros(len(at), np.bool_)
    enters = np.flatnonzero(entered)
    fires[enters] = fired(zip(subject[enters].tolist(), at[enters].tolist(), strict=True), signal.cooldown, passed)
    words = Words.of([texts[number] for number in by_text])
    return {"subject": whose, "at": at, "known_at": known, "entered": entered, "fires": fires} | words.arrays("subjects")


def _of_part(part: Part) -> KeptEdges:
    columns = {name: part[name] for name in ("subject", "at", "known_at", "entered", "fires", "fed")}
    return KeptEdges(Words.from_arrays("subjects", part), **columns)


def _state(log: Log) -> dict[str, Any]:
    return {
        "edges": EDGES_VERSION,
        "tandem": __version__,
        "log": log.key,
        "place_end": log.place_end,
        "known_until": log.known_until,
    }
