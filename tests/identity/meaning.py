"""Semantics 3 in plain Python: the slow and obvious meaning of belonging, one fact and one question at a time.

Nothing here is shared with the room but its rules, its shipped list and the public suffix list. Whatever is fast must equal it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from publicsuffixlist import PublicSuffixList

from tandem.facts.fact import Event, Fact, Merge, Version
from tandem.identity.domains import shipped_free_domains
from tandem.identity.rules import Rules

SUFFIXES = PublicSuffixList()

# One statement of a link: (occurred_at, fact id), the record and source that state it, what it names (None: nothing).
Statement = tuple[tuple[int, str], tuple[str, str], str | None]


@dataclass
class Meaning:
    """All facts there ever were, the rules, the instant of the question, and the links that were taken back by then."""

    facts: list[Fact]
    rules: Rules
    as_of: int
    undone: Collection[str] = ()

    def __post_init__(self) -> None:
        self.known = [fact for fact in self.facts if fact.known_at <= self.as_of]
        self.events = [fact for fact in self.known if isinstance(fact, Event)]

    # Who: the event's user id after aliases; without one, the person of the earliest identify with that anonymous id.

    def person(self, user: str | None, visitor: str | None) -> str | None:
        if not self.blocked(user):
            return self.merged("person", str(user), self.as_of)
        if self.blocked(visitor):
            return None
        claims = sorted((e.occurred_at, e.id, str(e.user_id)) for e in self.claims(visitor))
        if not claims or self.claimed_by_too_many(visitor):
            return f"?{visitor}"
        return self.merged("person", claims[0][2], self.as_of)

    def claims(self, visitor: str | None) -> list[Event]:
        identifies = [e for e in self.events if e.type == "identify" and e.anonymous_id == visitor]
        return [e for e in identifies if not self.blocked(e.user_id) and f"{e.id}/anonymous" not in self.undone]

    def claimed_by_too_many(self, visitor: str | None) -> bool:
        claims = self.claims(visitor)
        for at in {e.known_at for e in claims}:
            persons = {self.merged("person", str(e.user_id), at) for e in claims if e.known_at <= at}
            if len(persons) > self.rules.fan_out:
                return True
        return False

    def merged(self, kind: str, one: str, at: int) -> str:
        """Follows merges that were known at `at`, applied in the order of knowing; one that would close a ring does nothing."""
        rule = "alias" if kind == "person" else "merge"
        merges = [fact for fact in self.known if isinstance(fact, Merge) and fact.kind == kind and fact.known_at <= at]
        leads: dict[str, str] = {}
        for merge in sorted(merges, key=lambda m: (m.known_at, m.occurred_at, m.id)):
            if self.blocked(merge.gone) or self.blocked(merge.survivor) or f"{merge.id}/{rule}" in self.undone:
                continue
            gone, survivor = merge.gone, merge.survivor
            while gone in leads:
                gone = leads[gone]
            while survivor in leads:
                survivor = leads[survivor]
            if gone != survivor:
                leads[gone] = survivor
        while one in leads:
            one = leads[one]
        return one

    # Where: the event's own workspace; else the one that its person had joined by then.

    def workspace(self, event: Event) -> str | None:
        if not self.blocked(event.workspace_id):
            return event.workspace_id
        person = self.person(event.user_id, event.anonymous_id)
        joined = {
            call.workspace_id
            for call in self.events
            if call.type == "group" and not self.blocked(call.workspace_id) and f"{call.id}/join" not in self.undone
            if call.occurred_at <= event.occurred_at and self.person(call.user_id, call.anonymous_id) == person
        }
        return joined.pop() if person is not None and len(joined) == 1 else None

    # For whom: its own account; else the workspace's; else the person's.

    def account(self, event: Event) -> str | None:
        found = self.account_before_merges(event)
        return None if found is None else self.merged("account", found, self.as_of)

    def account_before_merges(self, event: Event) -> str | None:
        at, workspace = event.occurred_at, self.workspace(event)
        person = self.person(event.user_id, event.anonymous_id)
        if not self.blocked(event.account_id):
            return event.account_id
        if workspace is None:
            if person is None or person.startswith("?"):
                return None
            return self.field("person", self.ids_of(person), "account", "crm", at) or self.account_by_mail(person, at)
        stated = self.field("workspace", {workspace}, "account", "explicit", at)
        stated = stated or self.field("workspace", {workspace}, "account", "crm", at)
        first = self.first_person(workspace)
        return stated or (None if first is None else self.account_by_mail(first, at))

    def first_person(self, workspace: str) -> str | None:
        seen = []
        for event in self.events:
            person = self.person(event.user_id, event.anonymous_id)
            identified = person is not None and not person.startswith("?")
            if event.workspace_id == workspace and identified and f"{event.id}/seen" not in self.undone:
                seen.append((event.occurred_at, event.id, str(person)))
        return min(seen)[2] if seen else None

    def account_by_mail(self, person: str, at: int) -> str:
        domain = self.domain_of_mail(self.mail(person, at))
        free = (shipped_free_domains() | self.rules.free_domains) - self.rules.work_domains
        if domain is None or domain in free:
            return f"~{person}"
        records = {fact.record_id for fact in self.known if isinstance(fact, Version) and fact.kind == "account"}
        naming = {
            self.merged("account", record, self.as_of)
            for record in records
            if self.field("account", {record}, "domain", "domain", self.as_of) == domain
        }
        return naming.pop() if len(naming) == 1 else domain

    def mail(self, person: str, at: int) -> str | None:
        return self.field("person", self.ids_of(person), "email", "email", at)

    def domain_of_mail(self, mail: str | None) -> str | None:
        return SUFFIXES.privatesuffix(mail.split("@")[1].lower()) if mail is not None else None

    def ids_of(self, person: str) -> set[str]:
        ids = {fact.record_id for fact in self.known if isinstance(fact, Version) and fact.kind == "person"}
        return {one for one in ids if self.merged("person", one, self.as_of) == person}

    # Links of one identifier and rule in their order: each holds until the next, the earliest also for facts before it.

    def field(self, kind: str, records: set[str], name: str, rule: str, at: int) -> str | None:
        said = [
            s for fact in self.known if isinstance(fact, Version) and fact.record_id in records for s in self.said(fact, kind, name, rule)
        ]
        order = self.rules.source_order
        for named in [*({source} for source in order), None]:
            pool = sorted(s for s in said if (s[1][1] in named if named else s[1][1] not in order))
            if (found := self.holding(pool, at)) is not None:
                return found
        return None

    def said(self, version: Version, kind: str, name: str, rule: str) -> Iterable[Statement]:
        via = {"explicit": "group", "crm": "mapping"}.get(rule, version.via)
        fields = {} if version.deleted else json.loads(version.fields)
        leaves_out = version.patch and not version.deleted and name not in fields
        if version.kind != kind or version.via != via or leaves_out or f"{version.id}/{rule}" in self.undone:
            return
        if not self.blocked(version.record_id):
            value = fields.get(name)
            yield (version.occurred_at, version.id), (version.record_id, version.source), None if self.blocked(value) else value

    def holding(self, pool: list[Statement], at: int) -> str | None:
        """What is named at `at`: the latest of what each record and source still says; before the earliest, the earliest."""
        naming = [s for s in pool if s[2] is not None]
        if not naming:
            return None
        if at < naming[0][0][0]:
            return naming[0][2]
        last_of = {s[1]: s for s in pool if s[0][0] <= at}
        still = sorted(s for s in last_of.values() if s[2] is not None)
        return still[-1][2] if still else None

    # What is left out, and what means nobody.

    def excluded(self, event: Event) -> str | None:
        person = self.person(event.user_id, event.anonymous_id)
        mail = None if person is None else self.mail(person, event.occurred_at)
        matched = {
            "person": person, "account": self.account(event), "workspace": self.workspace(event),
            "email": mail, "domain": self.domain_of_mail(mail), "event": event.name,
        }  # fmt: skip
        for rule in self.rules.exclusions:
            begun = rule.since is None or rule.since <= event.occurred_at
            over = rule.until is not None and rule.until <= event.occurred_at
            text = matched[rule.who]
            if begun and not over and text is not None and globs(rule.pattern.lower(), text.lower()):
                return rule.reason
        return None

    def blocked(self, one: str | None) -> bool:
        return one is None or one.strip().lower() in self.rules.blocked_ids

    def belonging(self, event: Event) -> tuple[str | None, str | None, str | None, str | None]:
        person = self.person(event.user_id, event.anonymous_id)
        return person, self.workspace(event), self.account(event), self.excluded(event)


def globs(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return globs(pattern[1:], text) or (bool(text) and globs(pattern, text[1:]))
    return bool(text) and pattern[0] == text[0] and globs(pattern[1:], text[1:])
