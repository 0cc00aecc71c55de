"""Identity as of an instant: who did it, where, for which account, and whether it counts.

One object answers for one instant. It reads the facts once and keeps nothing but what follows from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.facts.kinds import SUBJECTS
from tandem.identity.coded import CodedEvents, Numbers, StepTable, decoded, encoded, plain
from tandem.identity.conflicts import Conflict, find_conflicts
from tandem.identity.exclusions import matched_on, matching
from tandem.identity.families import Family
from tandem.identity.links import folded, read_links, texts, usable
from tandem.identity.owners import Belonging, OwnersAt
from tandem.identity.rules import Rules
from tandem.identity.subjects import Subjects, all_links, ends_of, find_subjects, person_of
from tandem.identity.why import Standing, links_of
from tandem.values.names import nearest

# Finding the nearest name compares with every account; past so many, nobody reads on.
NEAREST_MAX = 200

NO_EVENTS = pa.schema(
    [(name, pa.string()) for name in ("message_id", "type", "event", "user_id", "anonymous_id", "workspace_id", "account_id")]
    + [("occurred_at", pa.int64()), ("known_at", pa.int64()), ("source", pa.string())]
)


@dataclass(frozen=True)
class Unmatched:
    """An account id that is named although no account record has it.

    named: how often. nearest: the id or name of an account that may be meant, looked for among the first NEAREST_MAX.
    """

    account: str
    named: int
    nearest: str | None


@dataclass(frozen=True, eq=False)
class Identity:
    """Answers about belonging as of one instant (`of`)."""

    owners: OwnersAt
    records: Mapping[str, pa.Table]

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table], rules: Rules, as_of: int, undone: Collection[str] = frozenset()) -> Identity:
        """Reads the tables `event`, `account`, `person`, `workspace` and `merge`; one that is absent has no facts.

        The caller leaves out facts that are corrected as of `as_of`; what was known later is left out here too. undone: the
        ids of links that were taken back (`FACT/RULE`).
        """
        plain_tables = {kind: known(plain_table(table), as_of) for kind, table in tables.items()}
        links = read_links(plain_tables, folded(rules.blocked_ids), undone)
        events = plain_tables.get("event", NO_EVENTS.empty_table())
        return cls(OwnersAt(links, rules, as_of, events, undone), {kind: plain_tables[kind] for kind in SUBJECTS if kind in plain_tables})

    def belonging(self, events: pa.Table) -> pa.Table:
        """(n,) rows in the order of `events`: text columns `person`, `workspace`, `account`, and `excluded`, a reason or null.

        Reads `event`, `user_id`, `anonymous_id`, `workspace_id`, `account_id` and `occurred_at`; the events need not be
        among the facts that the identity was made of.
        """
        coded = CodedEvents.of(events)
        keys: dict[tuple[str | None, str | None, str | None], int] = {}
        key_of = np.fromiter((keys.setdefault(self._key(*one), len(keys)) for one in coded.combinations), np.int64)
        steps = [self.owners.belonging_of(*key) for key in keys]
        values = [value for one in steps for value in one.values]
        step = StepTable.of([one.starts for one in steps]).step_of(key_of[coded.combination], coded.occurred_at)
        columns = {
            "person": _gathered([value.person for value in values], step),
            "workspace": _gathered([value.workspace for value in values], step),
            "account": _gathered([value.account for value in values], step),
            "excluded": self._excluded(events, coded.occurred_at, values, step),
        }
        return pa.table(columns)

    def person(self, user_id: str | None, anonymous_id: str | None = None) -> str | None:
        """The printed person of a fact with these identifiers: after aliases, `?` and the id for an anonymous visitor."""
        return self.owners.person(user_id, anonymous_id)

    def account_of_person(self, person: str) -> str | None:
        """The account of a printed person: that of the latest fact that has occurred, else that of a fact without workspace."""
        owners = self.owners
        coded = owners.coded
        whose = [owners.person(user, anonymous) == person for user, anonymous, _, _ in coded.combinations]
        rows = np.flatnonzero(np.array(whose, dtype=bool)[coded.combination] & (coded.occurred_at <= owners.as_of))
        if len(rows) == 0:
            return owners.account_of_person(person).at(owners.as_of)
        latest = int(coded.occurred_at[rows].max())
        rows = rows[coded.occurred_at[rows] == latest]
        ids = owners.events.column("message_id").take(pa.array(rows)).to_pylist()
        last = int(rows[max(range(len(ids)), key=ids.__getitem__)])
        return owners.belonging(*coded.combinations[int(coded.combination[last])]).at(latest).account

    def links(self, subject: str) -> list[Standing]:
        """Every link from or to a subject, in order, with whether it is in force and why; empty where nobody knows it.

        subject: a person, user id, `?` and an anonymous id, workspace, account, e-mail address or domain.
        """
        return links_of(self.owners, self._subjects, subject)

    def link_ids(self) -> frozenset[str]:
        """The id of every link, also of those that were taken back."""
        return frozenset(link.id for link in (*all_links(self.owners), *self.owners.links.undone))

    def subjects(self) -> frozenset[str]:
        """Every name that one can ask about."""
        return self._subjects.names

    def names_of(self, subject: str) -> dict[str, frozenset[str]]:
        """All ids that a name stands for, by kind: those merged into it too; a visitor's with its `?`."""
        names: dict[str, set[str]] = {}
        for kind, one in ends_of(self.owners, self._subjects, subject):
            names.setdefault(kind, set()).add(f"?{one}" if kind == "visitor" else one)
        return {kind: frozenset(ids) for kind, ids in names.items()}

    def person_of(self, subject: str) -> str | None:
        """The printed person of a user id, or of `?` and an anonymous id; None for another subject."""
        return person_of(self.owners, self._subjects, subject)

    def account_of(self, subject: str) -> str | None:
        """The account that a subject is, or belongs to as of now; None where it is unknown or has none."""
        owners, subjects = self.owners, self._subjects
        if (person := self.person_of(subject)) is not None:
            return self.account_of_person(person)
        if subject in subjects.accounts or subject.startswith("~"):
            return owners.accounts.root(subject)
        if subject in subjects.workspaces:
            return owners.account_of_workspace(subject).at(owners.as_of)
        domain = owners.work_domains.of_mail(subject) if subject in subjects.mails else subject if subject in subjects.domains else None
        return None if domain is None else owners.account_of_domain(domain)

    @cached_property
    def _subjects(self) -> Subjects:
        ids = {kind: pc.unique(table.column("record_id")).to_pylist() for kind, table in self.records.items()}
        return find_subjects(self.owners, ids)

    def conflicts(self) -> list[Conflict]:
        """Where facts contradict each other, and what was made of it."""
        return find_conflicts(self.owners)

    def family(self, account: str) -> Family:
        """The family of an account, after merges, by the parents that records name as of now."""
        return self.owners.families.of(self.owners.accounts.root(account))

    def unmatched_accounts(self, named: Iterable[str] = ()) -> list[Unmatched]:
        """Account ids that links or events name, or `named` does, and that no account record has, the most named first."""
        owners = self.owners
        count: Counter[str] = Counter(named)
        for links in (owners.links.explicit, owners.links.crm_of_workspace, owners.links.crm_of_person, owners.links.parent):
            count.update(link.target for one in links.values() for link in one if link.target is not None)
        codes, distinct = encoded(owners.events.column("account_id"))
        for account, number in zip(distinct, np.bincount(codes, minlength=len(distinct)).tolist(), strict=True):
            if account is not None:
                count[account] += number
        recorded = _named_accounts(self.records["account"]) if "account" in self.records else {}
        known_roots = {owners.accounts.root(record) for record in recorded}
        names = {name for record, all_of in recorded.items() for name in (*all_of, record)}
        missing = [
            (account, number)
            for account, number in count.items()
            if owners.accounts.root(account) not in known_roots and usable(account, owners.blocked) is not None
        ]
        ordered = sorted(missing, key=lambda one: (-one[1], one[0]))
        return [
            Unmatched(account, number, nearest(account, names) if rank < NEAREST_MAX else None)
            for rank, (account, number) in enumerate(ordered)
        ]

    def _key(
        self, user: str | None, anonymous: str | None, place: str | None, account: str | None
    ) -> tuple[str | None, str | None, str | None]:
        blocked = self.owners.blocked
        return self.owners.person(user, anonymous), usable(place, blocked), usable(account, blocked)

    def _excluded(self, events: pa.Table, occurred_at: Numbers, values: list[Belonging], step: Numbers) -> pa.Array:
        """The reason of the first rule that matches, else null."""
        exclusions = self.owners.rules.exclusions
        reason = np.full(len(step), -1, dtype=np.int64)
        for number, rule in enumerate(exclusions):
            if rule.who == "event":
                codes, names = encoded(events.column("event"))
                matches = matching(rule, names)[codes]
            else:
                matches = matching(rule, [matched_on(rule, value) for value in values])[step]
            if rule.since is not None:
                matches &= occurred_at >= rule.since
            if rule.until is not None:
                matches &= occurred_at < rule.until
            reason[matches & (reason < 0)] = number
        return decoded(reason, [rule.reason for rule in exclusions])


def _gathered(texts: list[str | None], step: Numbers) -> pa.Array:
    codes: dict[str | None, int] = {None: -1}
    numbers = np.fromiter((codes.setdefault(text, len(codes) - 1) for text in texts), np.int64)
    return decoded(numbers[step], [text for text in codes if text is not None])


def known(table: pa.Table, as_of: int) -> pa.Table:
    """The facts that were known at an instant; the table itself, uncopied, where that is all of them."""
    later = pc.greater(table.column("known_at"), as_of)
    return table.filter(pc.invert(later)) if pc.any(later).as_py() else table


def plain_table(table: pa.Table) -> pa.Table:
    """Every column in the form that Arrow's kernels all know (`plain`)."""
    return pa.table({name: plain(table.column(name)) for name in table.column_names})


def _named_accounts(versions: pa.Table) -> dict[str, tuple[str, ...]]:
    """Every account that has a record, and the names that its versions gave it."""
    found: dict[str, set[str]] = {}
    for record, fields in zip(texts(versions, "record_id"), texts(versions, "fields"), strict=True):
        name = msgspec.json.decode(fields or "{}").get("name")
        found.setdefault(str(record), set()).update([name] if isinstance(name, str) else [])
    return {record: tuple(sorted(names)) for record, names in sorted(found.items())}
