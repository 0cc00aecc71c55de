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
A name, id, key or label that is no plain word stands in double quotes: `@"Acme Inc"/w1`, `#"a b"`, `"Won by hand" by ann`.
"""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from hashlib import blake2b
from typing import Any

import msgspec

from tandem.facts.canonical import Fault, read_json
from tandem.facts.fact import EVENT_TYPES, Correction, Event, Fact, Merge, Version
from tandem.facts.kinds import RECORD_KINDS
from tandem.values.instants import Instant, read_instant, to_datetime
from tandem.values.instants import show as show_instant

SOURCE = "notation"

_INSTANT = r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?(?:Z|[+-]\d{2}:?\d{2})?"
_LINE = re.compile(rf"(?P<at>{_INSTANT})\s+(?:\(known (?P<known>{_INSTANT})\)\s+)?(?P<rest>\S.*)")
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(rf'(?:[^\s"]|{_QUOTED})+')
_EVENT = re.compile(rf'(?:\((?P<type>page|screen|identify|group)\)\s*)?(?P<name>{_QUOTED}|[^="]*?)(?:^|\s+|(?<=\)))by\s+(?P<tail>\S.*)')
_PAIR = re.compile(rf'(?P<key>{_QUOTED}|[^"=]+)=(?P<value>.*)')
_PLACE = re.compile(rf'(?P<account>{_QUOTED}|[^"/]*)(?:(?P<slash>/)(?P<workspace>.*))?')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_PLAIN = re.compile(r"""[^\s"#@?={}\[\],][^\s"={}\[\]]*""")


class NotReadable(ValueError):
    """A line that is no fact; the message says what was expected."""


def read_facts(text: str, zone: tzinfo = UTC) -> list[Fact]:
    """The facts of a text, in its order. Blank lines and those that begin with `--` say nothing. Raises NotReadable.

    >>> [fact.id for fact in read_facts("2026-03-01 Signed Up by ann @acme #a\\n2026-03-02 undo #a")]
    ['a', 'notation:5eaebf66c4bb58fc-undo']
    """
    reader = Reader(zone)
    # Not `splitlines`: a quoted text may hold characters that it takes for the end of a line.
    lines = [line.strip() for line in text.split("\n")]
    return [fact for line in lines if line and not line.startswith("--") for fact in reader.read(line)]


class Reader:
    """Reads lines in order, for a correction may name the label of a line before it."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        self._zone = zone
        self._labelled: dict[str, list[Fact]] = {}
        self._equal: dict[str, int] = {}

    def read(self, line: str) -> list[Fact]:
        """The facts of one line: a call that describes a record gives the event and the record's version. Raises NotReadable."""
        if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in line):
            raise NotReadable("the line holds what is no text: a NUL, or bytes that are not UTF-8")
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise NotReadable("a line begins with an instant such as 2026-03-01 or 2026-03-01T09:30, and says what happened")
        at = self._instant(found["at"])
        known = self._instant(found["known"]) if found["known"] else at
        times = {"occurred_at": at, "known_at": known, "assumed": found["known"] is None, "source": SOURCE}
        facts = self._said(found["rest"], self._fact_id(line.strip()), times)
        self._labelled[facts[0].id] = facts
        return facts

    def _instant(self, text: str) -> Instant:
        try:
            return read_instant(text, self._zone)
        except ValueError:
            raise NotReadable(f"`{text}` is no instant of the calendar") from None

    def _fact_id(self, line: str) -> str:
        name = f"{SOURCE}:{blake2b(line.encode(), digest_size=8).hexdigest()}"
        self._equal[name] = self._equal.get(name, 0) + 1
        return name if self._equal[name] == 1 else f"{name}-{self._equal[name]}"

    def _said(self, rest: str, fact_id: str, times: dict[str, Any]) -> list[Fact]:
        did = _EVENT.fullmatch(rest)
        if did is not None:
            return _did(did["type"] or "track", _text(did["name"]), _Words(did["tail"]), fact_id, times)
        words = _Words(rest)
        match words.plain:
            case ["correct"]:
                return self._correct(words, fact_id, times)
            case ["undo"] if words.labels:
                return [Correction(id=words.own_id(f"{fact_id}-undo"), target=words.labels[0], undo=True, **times)]
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
        if not words.labels:
            raise NotReadable("`correct` needs the label of the fact that it corrects, such as `#invite`")
        target, own = words.labels[0], words.own_id(f"{fact_id}-correct")
        match list(words.values.items()):
            case []:
                return [Correction(id=own, target=target, **times)]
            case [("instead", str(label))] if label.startswith("#") and len(label) > 1:
                return [Correction(id=own, target=target, replacement=_text(label[1:]), **times)]
        originals = [fact for fact in self._labelled.get(target, []) if isinstance(fact, Event | Version)]
        if not originals or len(originals) < len(self._labelled[target]):
            raise NotReadable(f"`#{target}` labels no event or record above this line, so there is nothing to take other values from")
        same = {"id": fact_id, "known_at": times["known_at"], "assumed": False}
        return [
            Correction(id=own, target=target, replacement=fact_id, **times),
            # A call that describes a record is both, and both change.
            *(msgspec.structs.replace(fact, **_changed(fact, words.values), **same) for fact in originals),
        ]


def _changed(fact: Event | Version, values: dict[str, Any]) -> dict[str, str]:
    name = "properties" if isinstance(fact, Event) else "fields"
    return {name: _json(msgspec.json.decode(getattr(fact, name)) | values)}


class _Words:
    """The words of a line by what they are: `@account/workspace`, `key=value`, `#label`, `?visitor`, and the plain ones."""

    def __init__(self, text: str) -> None:
        self.plain: list[str] = []
        self.values: dict[str, Any] = {}
        self.labels: list[str] = []
        self.account: str | None = None
        self.workspace: str | None = None
        self.apart = False
        if '"' in _TOKEN.sub("", text):
            raise NotReadable("a quote is opened and never closed")
        for token in _TOKEN.findall(text):
            pair = _PAIR.fullmatch(token)
            if token.startswith("#") and len(token) > 1:
                self.labels.append(_text(token[1:]))
            elif token.startswith("@") and len(token) > 1:
                self._read_place(token[1:])
            elif pair is not None:
                self.values[_text(pair["key"])] = _value(pair["value"])
            elif token.startswith("?"):
                self.plain.append("?" + _text(token[1:]))
            else:
                self.plain.append(_text(token))

    @property
    def label(self) -> str:
        return self.labels[-1] if self.labels else ""

    def own_id(self, otherwise: str) -> str:
        """The id of a correction: its second label, for the first names what it corrects."""
        return self.labels[1] if len(self.labels) > 1 else otherwise

    def _read_place(self, text: str) -> None:
        found = _PLACE.fullmatch(text)
        if found is None:
            raise NotReadable(f"`@{text}` is no account; write `@account`, `@account/workspace` or `@/workspace`")
        self.account = _text(found["account"]) or None
        self.apart = found["slash"] is not None
        self.workspace = (_text(found["workspace"]) or None) if self.apart else self.account


def _did(type: str, name: str, words: _Words, fact_id: str, times: dict[str, Any]) -> list[Fact]:
    if type == "identify" and not name and len(words.plain) == 1:
        return _identify("", words.plain[0], words, fact_id, times)
    if type == "group" and not name and not words.plain and words.workspace:
        return _joins("", words, fact_id, times)
    if type in ("identify", "group"):
        raise NotReadable("expected `(identify) by PERSON key=value` or `(group) by @ACCOUNT/WORKSPACE key=value`")
    if not name and type == "track":
        raise NotReadable("before ` by ` stands the name of the event")
    return [_event(type, name, words, fact_id, times)]


def _event(type: str, name: str, words: _Words, fact_id: str, times: dict[str, Any]) -> Event:
    people = [word for word in words.plain if not word.startswith("?")]
    visitors = [word[1:] for word in words.plain if word.startswith("?")]
    if len(people) > 1 or len(visitors) > 1:
        raise NotReadable(
            f"one event has one person; write other words before ` by `, in quotes, or as `key=value`: `{' '.join(words.plain)}`"
        )
    if not people and not visitors and not words.account and not words.workspace:
        raise NotReadable("after ` by ` stands who did it: a person, `?visitor` or `@account`")
    return Event(
        id=words.label or fact_id,
        type=type,  # type: ignore[arg-type]
        name=name,
        user_id=people[0] if people else None,
        anonymous_id=visitors[0] if visitors else None,
        # `@acme` without a person is the account's own event, and happens in no workspace; `@acme/w1` names one.
        workspace_id=words.workspace if people or visitors or words.apart else None,
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


def show(fact: Fact, zone: tzinfo = UTC) -> str:
    """The fact as a line, instants in UTC. An id that the notation would not give by itself is its label.

    zone: where the line will be read; a bare date stands only for what is midnight there and in UTC.
    """
    known = "" if fact.known_at == fact.occurred_at else f" (known {_show_at(fact.known_at, zone)})"
    label = "" if fact.id.startswith(f"{SOURCE}:") else f" #{_show_word(fact.id)}"
    return f"{_show_at(fact.occurred_at, zone)}{known} {_show_said(fact)}{label}"


def on_clock(line: str, zone: tzinfo) -> str:
    """A line of `show` with its instants as the clocks of `zone` say them, to be read there again: each stays the same instant.

    What they show a second time, as they go back, is left in UTC.

    >>> from zoneinfo import ZoneInfo
    >>> on_clock("2026-04-01T07:00:00Z (known 2026-04-01T22:00:00Z) Opened by ann at=2026-04-01T07:00:00Z", ZoneInfo("Europe/Berlin"))
    '2026-04-01T09:00 (known 2026-04-02) Opened by ann at=2026-04-01T07:00:00Z'
    """
    found = _LINE.fullmatch(line)
    if found is None:
        return line
    known = "" if found["known"] is None else f"(known {_on_clock(found['known'], zone)}) "
    return f"{_on_clock(found['at'], zone)} {known}{found['rest']}"


def _on_clock(text: str, zone: tzinfo) -> str:
    at = read_instant(text, zone)
    try:
        wall = to_datetime(at).astimezone(zone).replace(tzinfo=None).isoformat().removesuffix("T00:00:00")
    except OverflowError:
        return text  # There it is the year 10000 already.
    local = wall.removesuffix(":00") if "T" in wall else wall
    return local if read_instant(local, zone) == at else text


def _show_said(fact: Fact) -> str:
    match fact:
        case Event(type="alias"):
            previous = msgspec.json.decode(fact.properties).get("previousId")
            return f"{_show_word(str(previous))} is {_show_word(fact.user_id or '?')}"
        case Event(type="identify"):
            person = _show_word(fact.user_id or "?")
            who = f"?{_show_word(fact.anonymous_id)} is {person}" if fact.anonymous_id else f"(identify) by {person}"
            return _spaced(who, _show_values(fact.properties))
        case Event(type="group"):
            who = _show_word(fact.user_id) if fact.user_id else f"?{_show_word(fact.anonymous_id)}" if fact.anonymous_id else ""
            fields = msgspec.json.decode(fact.properties)
            account = fields.pop("account") if isinstance(fields.get("account"), str) and fields["account"] else None
            return _spaced(f"{who} joins" if who else "(group) by", _show_place(account, fact.workspace_id), _show_values(_json(fields)))
        case Event():
            kind = "" if fact.type == "track" else f"({fact.type})"
            who = _spaced(
                _show_word(fact.user_id) if fact.user_id else "", f"?{_show_word(fact.anonymous_id)}" if fact.anonymous_id else ""
            )
            return _spaced(kind, _show_name(fact.name), "by", who, _show_where(fact), _show_values(fact.properties))
        case Version():
            how = "deleted" if fact.deleted else "" if fact.patch else "whole"
            return _spaced(fact.kind, _show_word(fact.record_id), _show_values(fact.fields), how)
        case Merge():
            return f"{'account ' if fact.kind == 'account' else ''}{_show_word(fact.gone)} is {_show_word(fact.survivor)}"
        case Correction():
            instead = f" instead=#{_show_word(fact.replacement)}" if fact.replacement else ""
            return f"{'undo' if fact.undo else 'correct'} #{_show_word(fact.target)}{instead}"


def _show_where(fact: Event) -> str:
    account, workspace = fact.account_id, fact.workspace_id
    if account is None and workspace is None:
        return ""
    if not fact.user_id and not fact.anonymous_id:
        return f"@{_show_part(account or '')}" + (f"/{_show_part(workspace)}" if workspace else "")
    return _show_place(account, workspace)


def _show_place(account: str | None, workspace: str | None) -> str:
    return f"@{_show_part(account or '')}" + ("" if account == workspace else f"/{_show_part(workspace or '')}")


def _show_part(word: str) -> str:
    return _show_word(word) if "/" not in word else _json(word)


def _show_name(name: str) -> str:
    plain = _EVENT.fullmatch(f"{name} by x")
    return (
        name
        if plain is not None and plain["type"] is None and plain["name"] == name and name.isprintable() and name[:1] != "("
        else _json(name)
    )


def _show_values(canonical: str) -> str:
    return " ".join(f"{_show_word(key)}={_show_value(value)}" for key, value in msgspec.json.decode(canonical).items())


def _show_value(value: object) -> str:
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and _value(value) == value else _json(value)
    # JSON has no spaces of its own here, and those inside its texts are escaped, so that a value stays one word.
    return _json(value).replace(" ", "\\u0020")


def _show_word(word: str) -> str:
    return word if (_PLAIN.fullmatch(word) and word != "by") or not word else _json(word)


def _show_at(at: Instant, zone: tzinfo) -> str:
    text = show_instant(at)
    bare = text.removesuffix("T00:00:00Z")
    return bare if bare != text and read_instant(bare, zone) == at else text


def _spaced(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _value(text: str) -> Any:
    if text in ("true", "false", "null") or _NUMBER.fullmatch(text) or text[:1] in ('"', "{", "["):
        found = read_json(text.encode())
        if isinstance(found, Fault):
            raise NotReadable(f"`{text[:60]}` is not a value: {found.detail}; put a text into double quotes")
        return found.value
    return text


def _text(token: str) -> str:
    """A word without its quotes."""
    return str(_value(token)) if token.startswith('"') else token


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


assert set(EVENT_TYPES) == {"track", "page", "screen", "identify", "group", "alias"}, "the notation tells every type of event"
