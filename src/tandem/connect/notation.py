"""Files of the plain-text notation (`facts/text.py`): stories and corrections that a person wrote down."""

from __future__ import annotations

import msgspec

from tandem.connect.block import Block, Lines, Parsed
from tandem.connect.casts.instants import check_times
from tandem.facts.canonical import Fault
from tandem.facts.fact import Fact
from tandem.facts.text import NotReadable, Reader
from tandem.values.instants import Instant, find_zone


class Notation(msgspec.Struct, frozen=True):
    """The reader of notation. time_zone: where an instant without its own offset is read, an IANA name."""

    time_zone: str = "UTC"
    source: str = "notation"


def parse_notation(block: Block, reader: Notation, *, received_at: Instant) -> Parsed:
    """One line is one row. The block must be the whole file, for a correction names the label of a line above it."""
    assert isinstance(block.payload, Lines), "notation is read as lines"
    zone = find_zone(reader.time_zone)
    assert zone is not None, f"no zone {reader.time_zone}"
    lines = Reader(zone)
    parsed = Parsed(facts=[], lines=[], failures=[], suppressed=[], kept=[])
    for number, raw in enumerate(block.payload.text.split(b"\n"), block.first_line):
        line = raw.decode("utf-8", "surrogateescape").strip()
        if not line or line.startswith("--"):
            continue
        row = parsed.receive(number, raw)
        try:
            facts = lines.read(line)
        except NotReadable as fault:
            parsed.fail(row, "not_notation", str(fault))
            continue
        fault_of_times = next((fault for fault in (_times_of(fact, received_at) for fact in facts) if fault is not None), None)
        if fault_of_times is not None:
            parsed.fail(row, fault_of_times.reason, fault_of_times.detail)
        else:
            parsed.facts.extend((row, fact) for fact in facts)
    return parsed


def _times_of(fact: Fact, received_at: Instant) -> Fault | None:
    return check_times(fact.occurred_at, fact.known_at, received_at)
