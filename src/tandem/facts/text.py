"""Facts as lines of text, for tests, stories and `tandem facts`: what a person would write down of what happened.

    2026-03-01 Invite Accepted by ann @acme plan=free #invite   an event of ann, in account acme and its workspace acme
    2026-03-01T09:30 (known 2026-03-02) Opened by ?x7 @/w1       an anonymous visitor, in workspace w1, known a day later
    2026-03-01 Funding Raised by @acme amount=5000000            an event of an account alone
    2026-03-01 (page) Pricing by ann ?x7                         a page call, with both ids
    2026-03-01 ?x7 is ann email=ann@acme.com                     identify: the visitor is ann, and her traits
    2026-03-01 (identify) by ann email=ann@acme.com              identify without a visitor: only her traits
    2026-03-01 ann joins @acme/w1                                group: ann joins w1, which belongs to acme
    2026-03-01 (group) by @acme/w1 seats=5                       group without a person: only the workspace's traits
    2026-03-01 ann is bob                                        alias: ann becomes bob
    2026-03-01 account acme plan=free                            a patch of a record: absent keeps, null clears
    2026-03-01 opportunity O-1 @acme stage=Won whole             a whole version; `deleted` ends the record
    2026-03-01 account acme-eu is acme                           two accounts prove to be one
    2026-03-02 correct #invite plan=team                         from now on this counts instead; without values, nothing does
    2026-03-03 undo #invite                                      and now the first again

Everything up to ` by ` is an event's name. Values are free words, numbers, true, false, null, "quoted text", or JSON without spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from hashlib import blake2b
from typing import Any

import msgspec

from tandem.facts.fact import EVENT_TYPES, Correction, Event, Fact, Merge, Version
from tandem.facts.kinds import RECORD_KINDS
from tandem.values.instants import Instant, read_instant
from tandem.values.instants import show as show_instant

SOURCE = "notation"

_INSTANT = r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?(?:Z|[+-]\d{2}:?\d{2})?"
_LINE = re.compile(rf"(?P<at>{_INSTANT})\s+(?:\(known (?P<known>{_INSTANT})\)\s+)?(?P<rest>\S.*)")
_TOKEN = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*")+')
_TYPE = re.compile(r"\((?P<type>page|screen|identify|group)\)\s*(?P<name>.*)")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_PLAIN = re.compile(r"""[^\s"#@?={}\[\],][^\s"={}\[\]]*""")


class NotReadable(ValueError):
    """A line that is no fact; the message says what was expected."""


def read_facts(text: str, zone: tzinfo = UTC) -> list[Fact]:
    """The facts of a text, in its order. Blank lines and those that begin with `--` say nothing. Raises NotReadable.

    >>> [fact.id for fact in read_facts("2026-03-01 Signed Up by ann @acme #a\\n2026-03-02 undo #a")]
    ['a', 'notation:a61deb0b-undo']
    """
    reader = Reader(zone)
    return [fact for line in text.splitlines() if line.strip() and not line.strip().startswith("--") for fact in reader.read(line)]


class Reader:
    """Reads lines in order, for a correction may name the label of a line before it."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        self._zone = zone
        self._labelled: dict[str, Fact] = {}
        self._equal: dict[str, int] = {}

    def read(self, line: str) -> list[Fact]:
        """The facts of one line: a call that describes a record gives the event and the record's version. Raises NotReadable."""
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise NotReadable("a line begins with an instant such as 2026-03-01 or 2026-03-01T09:30, and says what happened")
        at = self._instant(found["at"])
        known = self._instant(found["known"]) if found["known"] else at
        times = {"occurred_at": at, "known_at": known, "assumed": found["known"] is None, "source": SOURCE}
        facts = self._said(found["rest"], self._fact_id(line.strip()), times)
        self._labelled[facts[0].id] = facts[0]
        return facts

    def _instant(self, text: str) -> Instant:
        try:
            return read_instant(text, self._zone)
        except ValueError:
            raise NotReadable(f"`{text}` is no instant of the calendar") from None

    def _fact_id(self, line: str) -> str:
        name = f"{SOURCE}:{blake2b(line.encode(), digest_size=4).hexdigest()}"
        self._equal[name] = self._equal.get(name, 0) + 1
        return name if self._equal[name] == 1 else f"{name}-{self._equal[name]}"

    def _said(self, rest: str, fact_id: str, times: dict[str, Any]) -> list[Fact]:
        name, by, tail = rest.partition(" by ")
        if by and "=" not in name:
            return _did(name.strip(), _Words(tail), fact_id, times)
        words = _Words(rest)
        match words.plain:
            case ["correct"]:
                return self._correct(words, fact_id, times)
            case ["undo"] if words.label:
                return [Correction(id=f"{fact_id}-undo", target=words.label, undo=True, **times)]
            case ["account", gone, "is", survivor]:
                return [Merge(id=words.label or fact_id, kind="account", gone=gone, survivor=survivor, **times)]
            case [gone, "is", survivor] if gone.startswith("?"):
                return _identify(gone[1:], survivor, words, fact_id, times)
            case [gone, "is", survivor]:
                own = words.label or fact_id
                previous = _json({"previousId": gone})
                return [
                    Event(id=own, type="alias", user_id=survivor, properties=previous, **times),
                    Merge(id=own, kind="person", gone=gone, survivor=survivor, **times),
                ]
            case [who, "joins"] if words.workspace:
                return _joins(who, words, fact_id, times)
            case [kind, record_id, *how] if kind in RECORD_KINDS and set(how) <= {"whole", "deleted"}:
                return [_version(kind, record_id, set(how), words, fact_id, times)]
        raise NotReadable("expected `EVENT NAME by PERSON`, a record such as `account acme plan=free`, `... is ...`, `correct` or `undo`")

    def _correct(self, words: _Words, fact_id: str, times: dict[str, Any]) -> list[Fact]:
        if not words.label:
            raise NotReadable("`correct` needs the label of the fact that it corrects, such as `#invite`")
        if not words.values:
            return [Correction(id=f"{fact_id}-correct", target=words.label, **times)]
        original = self._labelled.get(words.label)
        if not isinstance(original, Event | Version):
            raise NotReadable(f"`#{words.label}` labels no event or record above this line, so there is nothing to take other values from")
        before = original.properties if isinstance(original, Event) else original.fields
        changed = _json(msgspec.json.decode(before) | words.values)
        known = {"id": fact_id, "known_at": times["known_at"], "assumed": False}
        replacement: Fact = (
            msgspec.structs.replace(original, properties=changed, **known)
            if isinstance(original, Event)
            else msgspec.structs.replace(original, fields=changed, **known)
        )
        return [Correction(id=f"{fact_id}-correct", target=words.label, replacement=fact_id, **times), replacement]


class _Words:
    """The words of a line by what they are: `@account/workspace`, `key=value`, `#label`, `?visitor`, and the plain ones."""

    def __init__(self, text: str) -> None:
        self.plain: list[str] = []
        self.values: dict[str, Any] = {}
        self.label = ""
        self.account: str | None = None
        self.workspace: str | None = None
        for token in _TOKEN.findall(text):
            key, equals, value = token.partition("=")
            if token.startswith("#") and len(token) > 1:
                self.label = token[1:]
            elif token.startswith("@") and len(token) > 1:
                account, slash, workspace = token[1:].partition("/")
                self.account = account or None
                self.workspace = (workspace or None) if slash else account
            elif equals and key and not token.startswith('"'):
                self.values[_text(key)] = _value(value)
            else:
                self.plain.append(_text(token))


def _did(name: str, words: _Words, fact_id: str, times: dict[str, Any]) -> list[Fact]:
    typed = _TYPE.fullmatch(name)
    if typed is not None and typed["type"] == "identify" and len(words.plain) == 1:
        return _identify("", words.plain[0], words, fact_id, times)
    if typed is not None and typed["type"] == "group" and not words.plain and words.workspace:
        return _joins("", words, fact_id, times)
    if typed is not None and typed["type"] in ("identify", "group"):
        raise NotReadable("expected `(identify) by PERSON key=value` or `(group) by @ACCOUNT/WORKSPACE key=value`")
    return [_event(typed, name, words, fact_id, times)]


def _event(typed: re.Match[str] | None, name: str, words: _Words, fact_id: str, times: dict[str, Any]) -> Event:
    people = [word for word in words.plain if not word.startswith("?")]
    visitors = [word[1:] for word in words.plain if word.startswith("?")]
    if len(people) > 1 or len(visitors) > 1:
        raise NotReadable(
            f"one event has one person; write other words before ` by `, in quotes, or as `key=value`: `{' '.join(words.plain)}`"
        )
    if not people and not visitors and not words.account:
        raise NotReadable("after ` by ` stands who did it: a person, `?visitor` or `@account`")
    return Event(
        id=words.label or fact_id,
        type=typed["type"] if typed else "track",  # type: ignore[arg-type]
        name=_text(typed["name"] if typed else name),
        user_id=people[0] if people else None,
        anonymous_id=visitors[0] if visitors else None,
        # What has no person is an account's own event, and happens in no workspace.
        workspace_id=words.workspace if people or visitors else None,
        account_id=words.account,
        properties=_json(words.values),
        **times,
    )


def _identify(visitor: str, person: str, words: _Words, fact_id: str, times: dict[str, Any]) -> list[Fact]:
    own, traits = words.label or fact_id, _json(words.values)
    return [
        Event(id=own, type="identify", user_id=person, anonymous_id=visitor or None, properties=traits, **times),
        Version(id=own, kind="person", record_id=person, fields=traits, patch=True, via="identify", **times),
    ]


def _joins(who: str, words: _Words, fact_id: str, times: dict[str, Any]) -> list[Fact]:
    own = words.label or fact_id
    assert words.workspace is not None
    traits = _json(words.values | ({"account": words.account} if words.account else {}))
    user_id, anonymous_id = (None, who[1:]) if who.startswith("?") else (who or None, None)
    return [
        Event(id=own, type="group", user_id=user_id, anonymous_id=anonymous_id, workspace_id=words.workspace, properties=traits, **times),
        Version(id=own, kind="workspace", record_id=words.workspace, fields=traits, patch=True, via="group", **times),
    ]


def _version(kind: str, record_id: str, how: set[str], words: _Words, fact_id: str, times: dict[str, Any]) -> Version:
    declared = RECORD_KINDS[kind].fields
    links = {"account": words.account, "workspace": words.workspace}
    fields = {name: link for name, link in links.items() if link is not None and name in declared} | words.values
    return Version(
        id=words.label or fact_id,
        kind=kind,
        record_id=record_id,
        fields="{}" if "deleted" in how else _json(fields),
        patch="whole" not in how and "deleted" not in how,
        deleted="deleted" in how,
        **times,
    )


def show(fact: Fact) -> str:
    """The fact as a line. An id that the notation would not give by itself is its label."""
    known = "" if fact.known_at == fact.occurred_at else f" (known {_show_at(fact.known_at)})"
    label = "" if fact.id.startswith(f"{SOURCE}:") else f" #{fact.id}"
    return f"{_show_at(fact.occurred_at)}{known} {_show_said(fact)}{label}"


def _show_said(fact: Fact) -> str:
    match fact:
        case Event(type="alias"):
            return f"{msgspec.json.decode(fact.properties).get('previousId')} is {fact.user_id}"
        case Event(type="identify"):
            who = f"?{fact.anonymous_id} is {fact.user_id or '?'}" if fact.anonymous_id else f"(identify) by {fact.user_id}"
            return _spaced(who, _show_values(fact.properties))
        case Event(type="group"):
            who = fact.user_id or (f"?{fact.anonymous_id}" if fact.anonymous_id else "")
            fields = msgspec.json.decode(fact.properties)
            account = fields.pop("account", None)
            return _spaced(f"{who} joins" if who else "(group) by", f"@{account or ''}/{fact.workspace_id}", _show_values(_json(fields)))
        case Event():
            kind = "" if fact.type == "track" else f"({fact.type}) "
            who = _spaced(_show_word(fact.user_id) if fact.user_id else "", f"?{fact.anonymous_id}" if fact.anonymous_id else "")
            return _spaced(f"{kind}{fact.name} by", who, _show_where(fact), _show_values(fact.properties))
        case Version():
            how = "deleted" if fact.deleted else "" if fact.patch else "whole"
            return _spaced(fact.kind, _show_word(fact.record_id), _show_values(fact.fields), how)
        case Merge(kind="account"):
            return f"account {fact.gone} is {fact.survivor}"
        case Merge():
            return f"{fact.gone} is {fact.survivor}"
        case Correction():
            instead = f" instead=#{fact.replacement}" if fact.replacement else ""
            return f"{'undo' if fact.undo else 'correct'} #{fact.target}{instead}"


def _show_where(fact: Event) -> str:
    account, workspace = fact.account_id, fact.workspace_id
    if account is None and workspace is None:
        return ""
    if account == workspace or (workspace is None and not fact.user_id and not fact.anonymous_id):
        return f"@{account}"
    return f"@{account or ''}/{workspace or ''}"


def _show_values(canonical: str) -> str:
    return " ".join(f"{_show_word(key)}={_show_value(value)}" for key, value in msgspec.json.decode(canonical).items())


def _show_value(value: object) -> str:
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and _value(value) == value else _json(value)
    # JSON has no spaces of its own here, and those inside its texts are escaped, so that a value stays one word.
    return _json(value).replace(" ", "\\u0020")


def _show_word(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else _json(word)


def _show_at(at: Instant) -> str:
    return show_instant(at).removesuffix("T00:00:00Z")


def _spaced(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _value(text: str) -> Any:
    if text in ("true", "false", "null") or _NUMBER.fullmatch(text) or text[:1] in ('"', "{", "["):
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            raise NotReadable(f"`{text}` is not a value; quote it with double quotes") from None
    return text


def _text(token: str) -> str:
    return str(_value(token)) if token.startswith('"') else token


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


def show_all(facts: Iterable[Fact]) -> Iterator[str]:
    """Lines for facts; the record's version that a call brought along is told by the call alone."""
    for fact in facts:
        if not (isinstance(fact, Version) and fact.via != "mapping"):
            yield show(fact)


assert set(EVENT_TYPES) == {"track", "page", "screen", "identify", "group", "alias"}, "the notation tells every type of event"
