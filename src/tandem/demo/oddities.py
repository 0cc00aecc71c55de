"""What is never quite right in real exports, planted on purpose: echoes, late arrivals, machines that test, and rows that cannot be read.

Every line of `BAD_CALLS` and `BAD_ROWS` ends as failed with the reason beside it, so that the counts show every end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from numpy.random import Generator

from tandem.demo.usage import HEARTBEAT, Call
from tandem.values.instants import DAY, HOUR, MINUTE, SECOND, Instant

LATE_SHARE = 0.02
ECHOES = 40

# Reason, and the call as it stands in the file. `%s` is the first call's own id.
BAD_CALLS: tuple[tuple[str, str], ...] = (
    ("bad_instant", '{"type":"track","event":"Runbook Run","userId":"ada.fox","messageId":"x-1","timestamp":"last tuesday"}'),
    ("bad_instant", '{"type":"track","event":"Runbook Run","userId":"ada.fox","messageId":"x-2","timestamp":"2026-02-30T10:00:00Z"}'),
    ("no_person", '{"type":"track","event":"Runbook Run","messageId":"x-3","timestamp":"2026-06-02T10:00:00Z"}'),
    ("no_person", '{"type":"page","name":"Pricing","userId":"","messageId":"x-4","timestamp":"2026-06-02T10:05:00Z"}'),
    (
        "not_a_number",
        '{"type":"track","event":"Run","userId":"ada.fox","messageId":"x-5","timestamp":"2026-06-03T08:00:00Z","properties":{"s":NaN}}',
    ),
    ("in_the_future", '{"type":"track","event":"Runbook Run","userId":"ada.fox","messageId":"x-6","timestamp":"2062-06-03T08:00:00Z"}'),
    ("before_1990", '{"type":"track","event":"Runbook Run","userId":"ada.fox","messageId":"x-7","timestamp":"1970-01-01T00:00:00Z"}'),
    ("no_event", '{"type":"track","userId":"ada.fox","messageId":"x-8","timestamp":"2026-06-04T08:00:00Z"}'),
    ("no_workspace", '{"type":"group","userId":"ada.fox","messageId":"x-9","timestamp":"2026-06-04T08:00:00Z","traits":{"plan":"free"}}'),
    ("id_reused", '{"type":"track","event":"Somebody Else","userId":"ada.fox","messageId":"%s","timestamp":"2026-06-05T08:00:00Z"}'),
    ("not_json", '{"type":"track","event":"Runbook Run","userId":"ada.fox","messageId":"x-10","timest'),
)

# By export: reason, and cells in the order of its columns; fewer cells than columns are the fault.
BAD_ROWS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "crm_accounts": (
        ("bad_value", ("A-9001", "Test account, do not use", "", "", "US", "about 200", "medium", "", "bea.ortiz", "2026-02-01", "", "", "", "")),
    ),
    "crm_opportunities": (
        ("bad_value", ("O-9001", "2026-05-04T15:00:00Z", "A-1001", "Renewal", "Discovery", "pipeline", "tbd", "USD", "2026-09-30", "bea.ortiz", "", "", "")),
        ("wrong_columns", ("O-9002", "2026-05-05T15:00:00Z", "A-1001", "Extra seats")),
    ),
    "crm_touches": (
        ("bad_instant", ("T-9001", "A-1001", "", "bea.ortiz", "call", "out", "sell", "voice mail", "02/31/2026 10:00", "02/31/2026 11:00")),
        ("no_instant", ("T-9002", "A-1001", "", "bea.ortiz", "call", "out", "sell", "voice mail", "", "")),
    ),
}  # fmt: skip


def load_test(until: Instant) -> list[Call]:
    """A robot that worked through one night, three weeks before the end."""
    start = until - 22 * DAY + HOUR
    calls = []
    for number in range(600):
        at, robot = start + number * 12 * SECOND, f"loadtest-{number % 3 + 1}"
        said = {"runbook": "rb-load"}
        calls.append(Call(at, at + SECOND, "track", "Runbook Run", robot, workspace="ws-loadtest", said=said, id=f"m-load-{number + 1}"))
    return calls


def delay_some(calls: Sequence[Call], until: Instant, rng: Generator) -> list[Call]:
    """Some laptops were offline: their calls came hours or days later, yet before `until`."""
    late = rng.random(len(calls)) < LATE_SHARE
    hours = rng.uniform(1, 70, len(calls))
    return [
        replace(call, received_at=min(call.received_at + int(hours[n] * 60) * MINUTE, until)) if late[n] else call
        for n, call in enumerate(calls)
    ]


def deliver_some_twice(calls: Sequence[Call], rng: Generator) -> Iterator[Call]:
    """All calls, and a second delivery of some: the answer of our server was lost, so the sender tried again."""
    # Not of heartbeats, which are not stored even once.
    worth = [number for number, call in enumerate(calls) if call.name != HEARTBEAT]
    again = set(rng.choice(worth, size=min(ECHOES, len(worth)), replace=False).tolist())
    for number, call in enumerate(calls):
        yield call
        if number in again:
            yield replace(call, received_at=call.received_at + 30 * SECOND)
