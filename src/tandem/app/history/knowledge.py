"""What one could have known at an instant: the log as of T, with corrections applied and every fact's belonging."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tandem.facts.corrections import gone
from tandem.facts.fact import Correction
from tandem.facts.kinds import RECORD_KINDS
from tandem.facts.tables import FACT_SCHEMAS, to_facts
from tandem.identity.rules import Rules
from tandem.storage.log import Log
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.identity.identity import Identity

_TIMES = ("occurred_at", "known_at", "source")
_RECORD = ("fact_id", "record_id", "fields", "patch", "deleted", "via", "place", *_TIMES)
_FOR_IDENTITY: dict[str, tuple[str, ...]] = {
    "event": ("message_id", "type", "event", "user_id", "anonymous_id", "workspace_id", "account_id", *_TIMES),
    "account": _RECORD,
    "person": _RECORD,
    "workspace": _RECORD,
    "merge": ("fact_id", "kind", "gone", "survivor", *_TIMES),
}


class Knowledge:
    """The log as of an instant. rules: what the playbook says about belonging."""

    def __init__(self, log: Log, rules: Rules, as_of: Instant) -> None:
        self.log, self.rules, self.as_of = log, rules, as_of

    @cached_property
    def corrections(self) -> list[Correction]:
        return to_facts("correction", self.log.table("correction", as_of=self.as_of))  # type: ignore[return-value]

    @cached_property
    def gone(self) -> frozenset[str]:
        """Ids of facts and links that corrections have taken away."""
        return gone(self.corrections, self.as_of)

    def table(self, kind: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The facts of a kind that count, by place."""
        table = self.log.table(kind, columns=columns, as_of=self.as_of)
        key = "message_id" if kind == "event" else "fact_id"
        if kind == "correction" or not self.gone or not table.num_rows:
            return table
        return table.filter(pc.invert(pc.is_in(table[key], pa.array(sorted(self.gone), pa.string()))))

    @cached_property
    def identity(self) -> Identity:
        """Who is who, of all facts that count."""
        from tandem.identity.identity import Identity

        tables = {kind: self.table(kind, columns) for kind, columns in _FOR_IDENTITY.items()}
        return Identity.of(tables, self.rules, self.as_of, self.gone)

    def named_accounts(self) -> list[str]:
        """The account that each version of a record names, for kinds whose accounts identity does not read."""
        kinds = [kind for kind in self.records() if "account" in RECORD_KINDS[kind].fields and kind not in ("person", "workspace")]
        said = (
            fields for kind in kinds for fields in self.table(kind, ["fact_id", "fields"])["fields"].to_pylist() if '"account"' in fields
        )
        return [account for fields in said if isinstance(account := msgspec.json.decode(fields).get("account"), str) and account]

    def kinds(self) -> list[str]:
        """The kinds of fact in the log."""
        return [kind for kind in self.log.kinds() if kind in FACT_SCHEMAS]

    def records(self) -> list[str]:
        """The kinds of record in the log."""
        return [kind for kind in self.log.kinds() if kind in RECORD_KINDS]
