"""Fields of a mapping that are nearly declared ones. A record may have fields of its own, so such a name is doubted, not refused."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.facts.kinds import RECORD_KINDS
from tandem.language.problem import Problem
from tandem.language.tree import Entries, Items, Node, Scalar


def find_misspelt(file: Entries) -> Iterator[Problem]:
    """A warning for each field, under a record's `fields`, `fields_from` or a version's `set`, that is one slip away from a declared one."""
    for record in _items(file, "records"):
        kind = record.find("kind")
        assert kind is not None, "a record is checked once it reads well"
        assert isinstance(kind.value, Scalar), "so is its kind"
        declared = RECORD_KINDS[kind.value.text].fields
        for field in _fields(record):
            meant = next((name for name in declared if _is_near(_plain(field.text), _plain(name))), None)
            if field.text not in declared and meant is not None:
                words = f"`{field.text}` is no declared field of {kind.value.text}; did you mean `{meant}`?"
                help = "a field of your own is kept too, but nothing that asks for the declared one finds it"
                yield Problem("undeclared_field", words, field.span, help, severity="warning")


def _fields(record: Entries) -> Iterator[Scalar]:
    """The places where a record's fields are named first; `never_changes` and a version's `fields` only repeat them."""
    yield from _keys(record, "fields")
    told = record.find("fields_from")
    fields = told.value.find("map") if told is not None and isinstance(told.value, Entries) else None
    for entry in fields.value.entries if fields is not None and isinstance(fields.value, Entries) else ():
        named = entry.value.find("field") if isinstance(entry.value, Entries) else entry
        if named is not None and isinstance(named.value, Scalar):
            yield named.value
    for version in _items(record, "versions"):
        yield from _keys(version, "set")


def _items(node: Entries, key: str) -> Iterator[Entries]:
    entry = node.find(key)
    items: tuple[Node, ...] = entry.value.items if entry is not None and isinstance(entry.value, Items) else ()
    return (item for item in items if isinstance(item, Entries))


def _keys(node: Entries, key: str) -> Iterator[Scalar]:
    entry = node.find(key)
    return (one.key for one in entry.value.entries) if entry is not None and isinstance(entry.value, Entries) else iter(())


def _plain(name: str) -> str:
    """Without what spellings of one name differ in: `closeDate`, `close date`, `close_date`."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _is_near(word: str, name: str) -> bool:
    """Whether at most one letter is missing, too many or another, or two that stand side by side have changed places."""
    start = next((at for at, (one, other) in enumerate(zip(word, name, strict=False)) if one != other), min(len(word), len(name)))
    one, other = word[start:], name[start:]
    return one[1:] == other[1:] or one[1:] == other or one == other[1:] or (one[1::-1] == other[:2] and one[2:] == other[2:])
