"""How fast identity answers, as of an instant and over all of knowledge time: one million events of fifty thousand combinations of
identifiers (a quarter of which nobody uses), on one core.

python bench/identity.py [EVENTS [COMBINATIONS]]
"""

from __future__ import annotations

import json
import resource
import sys
import time

import numpy as np
import pyarrow as pa

from tandem.identity.history import History
from tandem.identity.identity import Identity
from tandem.identity.rules import Exclusion, Rules
from tandem.values.instants import DAY, SECOND

START = 1_767_225_600 * SECOND  # 2026-01-01


def world(events: int, persons: int) -> dict[str, pa.Table]:
    """A year of `persons` people, each with a browser and an address, in workspaces of five, most of which name no account."""
    chance = np.random.default_rng(7)
    who, kind = chance.integers(0, persons, events), chance.random(events)
    at = np.sort(chance.integers(0, 365 * DAY // SECOND, events)) * SECOND + START
    identifies, groups = kind < 0.05, (kind >= 0.05) & (kind < 0.07)
    users = pa.array([f"user-{number}" for number in range(persons)])
    visitors = pa.array([f"browser-{number}" for number in range(persons)])
    places = pa.array([f"workspace-{number}" for number in range(persons // 5 + 1)])
    known = (kind < 0.85) | identifies
    event = pa.table(
        {
            "message_id": pa.array([f"m{number:09}" for number in range(events)]),
            "type": pa.array(np.where(identifies, "identify", np.where(groups, "group", "track"))),
            "event": pa.array(np.where(kind < 0.5, "Opened", "Saved")),
            "user_id": users.take(pa.array(who, mask=~known)),
            "anonymous_id": visitors.take(pa.array(who)),
            "workspace_id": places.take(pa.array(who // 5, mask=~groups & (kind < 0.3))),
            "account_id": pa.nulls(events, pa.string()),
            "occurred_at": at,
            "known_at": at,
            "source": pa.array(["app"]).take(pa.array(np.zeros(events, dtype=np.int64))),
        }
    )
    told = np.flatnonzero(identifies)
    mails = pa.array([json.dumps({"email": f"u{number}@company{number % 997}.com"}) for number in range(persons)])
    person = pa.table(
        {
            "fact_id": event.column("message_id").take(pa.array(told)),
            "record_id": users.take(pa.array(who[told])),
            "fields": mails.take(pa.array(who[told])),
            "patch": pa.array(np.ones(len(told), dtype=bool)),
            "deleted": pa.array(np.zeros(len(told), dtype=bool)),
            "via": pa.array(["identify"]).take(pa.array(np.zeros(len(told), dtype=np.int64))),
            "occurred_at": at[told],
            "known_at": at[told],
            "source": pa.array(["app"]).take(pa.array(np.zeros(len(told), dtype=np.int64))),
        }
    )
    return {"event": event, "person": person}


def main(events: int = 1_000_000, combinations: int = 50_000) -> None:
    tables = world(events, combinations // 4)
    rules = Rules(exclusions=(Exclusion("email", "*@company1.com", None, None, "own staff"),))
    begun = time.perf_counter()
    identity = Identity.of(tables, rules, START + 400 * DAY)
    read = time.perf_counter()
    answer = identity.belonging(tables["event"])
    done = time.perf_counter()
    print(
        f"{events:,} events, {len(identity.owners.coded.combinations):,} combinations, {answer.column('account').null_count:,} without account"
    )
    print(f"as of an instant: links {read - begun:.2f} s, belonging {done - read:.2f} s, {events / (done - begun):,.0f} events a second")
    begun = time.perf_counter()
    history = History.of(tables, rules)
    read = time.perf_counter()
    stretches = history.belongings()
    told = time.perf_counter()
    existence = history.existence()
    done = time.perf_counter()
    print(f"over time: links {read - begun:.2f} s, belongings {told - read:.2f} s, {events / (told - begun):,.0f} events a second")
    print(f"{stretches.num_rows:,} stretches; existence {done - told:.2f} s, {existence.persons.num_rows:,} stretches of persons")
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024:.1f} GiB, the tables of facts included")


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
