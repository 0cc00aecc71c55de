"""Links: dated edges between identifiers, each with the rule that made it, read from facts as of an instant.

A link's id is its fact's id, `/` and the rule, so that one link can be taken back without its fact. Blocked ids link nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tandem.identity.coded import encoded
from tandem.identity.domains import registrable

Rule = Literal["anonymous", "alias", "join", "explicit", "crm", "email", "seen", "domain", "parent", "merge"]
End = Literal["person", "visitor", "workspace", "account", "email", "domain"]


class Link(msgspec.Struct, frozen=True, gc=False):
    """One identifier leads to another, for facts that occur from `occurred_at` on, once `known_at`.

    target None: the link to nothing, which ends what was said before. subject of a `visitor`: the anonymous id without `?`.
    """

    id: str
    rule: Rule
    subject_kind: End
    subject: str
    target_kind: End
    target: str | None
    occurred_at: int
    known_at: int
    source: str

    @property
    def fact_id(self) -> str:
        return self.id[: -len(self.rule) - 1]


def in_order(link: Link) -> tuple[int, str, str, str, str]:
    """The order of links within one identifier and rule: by `occurred_at`, then fact id; the rest only settles equal ids."""
    return link.occurred_at, link.fact_id, link.subject, link.source, link.target or ""


def in_order_of_knowing(link: Link) -> tuple[int, int, str, str, str]:
    """The order in which merges are applied."""
    return link.known_at, link.occurred_at, link.fact_id, link.subject, link.target or ""


ByIdentifier = dict[str, list[Link]]


@dataclass(frozen=True)
class Links:
    """All links that facts make, in force or not, by identifier and rule; `seen` is found later, where persons are known.

    undone: links that a correction took back, in no other list.
    """

    anonymous: ByIdentifier = field(default_factory=dict)
    alias: list[Link] = field(default_factory=list)
    join: list[Link] = field(default_factory=list)
    explicit: ByIdentifier = field(default_factory=dict)
    crm_of_workspace: ByIdentifier = field(default_factory=dict)
    crm_of_person: ByIdentifier = field(default_factory=dict)
    email: ByIdentifier = field(default_factory=dict)
    domain: ByIdentifier = field(default_factory=dict)
    parent: ByIdentifier = field(default_factory=dict)
    merge: list[Link] = field(default_factory=list)
    undone: list[Link] = field(default_factory=list)


class _Reading:
    """Reads one set of tables; keeps what every reader needs."""

    def __init__(self, tables: Mapping[str, pa.Table], blocked: frozenset[str], undone: Collection[str]) -> None:
        self.tables = tables
        self.blocked = blocked
        self.undone_ids = undone
        self.undone: list[Link] = []

    def kept(self, links: Iterator[Link]) -> Iterator[Link]:
        for link in links:
            if link.id in self.undone_ids:
                self.undone.append(link)
            else:
                yield link


def read_links(tables: Mapping[str, pa.Table], blocked: frozenset[str], undone: Collection[str]) -> Links:
    """The links of facts; a table that is absent has no facts. blocked: folded ids (`folded`). undone: ids of links taken back."""
    reading = _Reading(tables, blocked, undone)
    return Links(
        anonymous=by_subject(reading.kept(_claims(reading))),
        alias=list(reading.kept(_merges(reading, "person", "alias"))),
        join=list(reading.kept(_joins(reading))),
        explicit=by_subject(reading.kept(_stated(reading, "workspace", "account", "explicit", "account"))),
        crm_of_workspace=by_subject(reading.kept(_stated(reading, "workspace", "account", "crm", "account"))),
        crm_of_person=by_subject(reading.kept(_stated(reading, "person", "account", "crm", "account"))),
        email=by_subject(reading.kept(_stated(reading, "person", "email", "email", "email"))),
        domain=by_subject(reading.kept(_stated(reading, "account", "domain", "domain", "domain"))),
        parent=by_subject(reading.kept(_stated(reading, "account", "parent", "parent", "account"))),
        merge=list(reading.kept(_merges(reading, "account", "merge"))),
        undone=reading.undone,
    )


def folded(ids: Collection[str]) -> frozenset[str]:
    """Blocked ids in the form in which they are compared; the empty text is always one."""
    return frozenset(text.strip().casefold() for text in ids) | {""}


def usable(text: str | None, blocked: frozenset[str]) -> str | None:
    """The id, or None where it is absent or blocked."""
    return None if text is None or text.strip().casefold() in blocked else text


def are_usable(texts: Sequence[str], blocked: frozenset[str]) -> NDArray[np.bool_]:
    """(n,) the same of many ids at once."""
    return ~np.fromiter(map(blocked.__contains__, map(str.casefold, map(str.strip, texts))), bool, len(texts))


def texts(table: pa.Table, column: str) -> list[str | None]:
    found: list[str | None] = table.column(column).to_pylist()
    return found


def instants(table: pa.Table, column: str) -> list[int]:
    found: list[int] = table.column(column).to_pylist()
    return found


def by_subject(links: Iterable[Link]) -> ByIdentifier:
    found: ByIdentifier = defaultdict(list)
    for link in links:
        found[link.subject].append(link)
    return dict(found)


def _calls(reading: _Reading, call: str) -> Iterator[tuple[str, str | None, str | None, str | None, int, int, str]]:
    """Id, usable user, anonymous and workspace ids, both times and source of every event of one type."""
    if (events := reading.tables.get("event")) is None:
        return
    found = events.filter(pc.equal(events.column("type"), call))
    ids = (texts(found, name) for name in ("message_id", "user_id", "anonymous_id", "workspace_id"))
    times = (instants(found, name) for name in ("occurred_at", "known_at"))
    for fact, user, visitor, place, occurred, known, source in zip(*ids, *times, texts(found, "source"), strict=True):
        usables = (usable(text, reading.blocked) for text in (user, visitor, place))
        yield str(fact), *usables, occurred, known, str(source)


def _claims(reading: _Reading) -> Iterator[Link]:
    for fact, user, visitor, _, occurred, known, source in _calls(reading, "identify"):
        if user is not None and visitor is not None:
            yield Link(f"{fact}/anonymous", "anonymous", "visitor", visitor, "person", user, occurred, known, source)


def _joins(reading: _Reading) -> Iterator[Link]:
    for fact, user, visitor, place, occurred, known, source in _calls(reading, "group"):
        if place is None:
            continue
        if user is not None:
            yield Link(f"{fact}/join", "join", "person", user, "workspace", place, occurred, known, source)
        elif visitor is not None:
            yield Link(f"{fact}/join", "join", "visitor", visitor, "workspace", place, occurred, known, source)


def _merges(reading: _Reading, kind: Literal["person", "account"], rule: Literal["alias", "merge"]) -> Iterator[Link]:
    if (merges := reading.tables.get("merge")) is None:
        return
    found = merges.filter(pc.equal(merges.column("kind"), kind))
    ids = (texts(found, name) for name in ("fact_id", "gone", "survivor"))
    times = (instants(found, name) for name in ("occurred_at", "known_at"))
    for fact, gone, survivor, occurred, known, source in zip(*ids, *times, texts(found, "source"), strict=True):
        if usable(gone, reading.blocked) is not None and usable(survivor, reading.blocked) is not None:
            yield Link(f"{fact}/{rule}", rule, kind, str(gone), kind, survivor, occurred, known, str(source))


def _stated(
    reading: _Reading, record: Literal["account", "person", "workspace"], name: str, rule: Rule, target_kind: End
) -> Iterator[Link]:
    """What versions of records say in the field `name`. A patch that leaves the field out says nothing."""
    if (versions := reading.tables.get(record)) is None:
        return
    if rule in ("explicit", "crm"):
        versions = versions.filter(pc.equal(versions.column("via"), "group" if rule == "explicit" else "mapping"))
    # Few of all the texts of fields differ, and most patches do not name the field: each text is parsed once.
    codes, distinct = encoded(versions.column("fields"))
    values = [_value(text, name, reading.blocked) for text in distinct]
    named = np.array([value is not msgspec.UNSET for value in values], dtype=bool)
    patch, deleted = (np.asarray(versions.column(flag).combine_chunks(), dtype=bool) for flag in ("patch", "deleted"))
    rows = np.flatnonzero(named[codes] | ~patch | deleted)
    found = versions.select(["fact_id", "record_id", "occurred_at", "known_at", "source"]).take(pa.array(rows))
    ids = (texts(found, column) for column in ("fact_id", "record_id"))
    times = (instants(found, column) for column in ("occurred_at", "known_at"))
    said = zip(codes[rows].tolist(), deleted[rows].tolist(), strict=True)
    for (code, gone), fact, one, occurred, known, source in zip(said, *ids, *times, texts(found, "source"), strict=True):
        value = None if gone or not named[code] else values[code]
        if usable(one, reading.blocked) is not None:
            yield Link(f"{fact}/{rule}", rule, record, str(one), target_kind, value, occurred, known, str(source))


def _value(fields: str | None, name: str, blocked: frozenset[str]) -> str | msgspec.UnsetType | None:
    """The field as an id: UNSET where it is left out, None where it names nothing that could be linked."""
    record = msgspec.json.decode(fields or "{}")
    if name not in record:
        return msgspec.UNSET
    value = record[name]
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    if name == "domain":
        return registrable(value)
    return usable(value.strip(), blocked)
