"""What differs between two versions of a playbook, rule by rule, each with its old and its new text and where they stand.

Two versions differ here where their fingerprints do: what is spelt or ordered in another way, and means the same, is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tandem.language.fingerprint import canonical
from tandem.language.source import Span
from tandem.language.tree import Entries, Items, Node, Scalar

Spelt = Mapping[Span, str]
Files = Mapping[str, Node | None]


@dataclass(frozen=True)
class Difference:
    """rule: the keys that lead to it, joined by `.`; of a list's item its number. before, after: what stands there, in one line; None of nothing."""

    rule: str
    before: str | None
    after: str | None
    before_at: Span | None
    after_at: Span | None

    @property
    def what(self) -> Literal["added", "removed", "changed"]:
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def differences(before: Files, after: Files, spelt: tuple[Spelt, Spelt] = ({}, {})) -> list[Difference]:
    """In the order of files and, in each, of the newer version. spelt: of each, what `fingerprint` takes as `meant`."""
    comparing = _Comparing(*spelt)
    return [found for path in sorted({*before, *after}) for found in comparing.nodes((), before.get(path), after.get(path))]


@dataclass(frozen=True)
class _Comparing:
    spelt_before: Spelt
    spelt_after: Spelt

    def nodes(self, path: tuple[str, ...], old: Node | None, new: Node | None) -> Iterator[Difference]:
        match old, new:
            case Entries(), Entries():
                yield from self.entries(path, old, new)
            # A file, or all signals, that only one of the two has: told by what it holds.
            case Entries(), None if old.entries and len(path) < 2:
                yield from self.entries(path, old, Entries((), old.span))
            case None, Entries() if new.entries and len(path) < 2:
                yield from self.entries(path, Entries((), new.span), new)
            case Items(), Items():
                yield from self.items(path, old, new)
            case _ if not self.is_same(old, new):
                yield Difference(".".join(path), _text(old, self.spelt_before), _text(new, self.spelt_after), _place(old), _place(new))

    def entries(self, path: tuple[str, ...], old: Entries, new: Entries) -> Iterator[Difference]:
        gone = [each.key.text for each in old.entries if new.find(each.key.text) is None]
        for key in (*(each.key.text for each in new.entries), *gone):
            was, now = old.find(key), new.find(key)
            yield from self.nodes((*path, key), None if was is None else was.value, None if now is None else now.value)

    def items(self, path: tuple[str, ...], old: Items, new: Items) -> Iterator[Difference]:
        """Items that stand in both are left out; of the others those at the same turn are taken for one that has changed."""
        was, now = (
            _without(old.items, new.items, self.spelt_before, self.spelt_after),
            _without(new.items, old.items, self.spelt_after, self.spelt_before),
        )
        if not was and not now and not self.is_same(old, new):
            yield Difference(".".join(path), _text(old, self.spelt_before), _text(new, self.spelt_after), old.span, new.span)
        for turn in range(max(len(was), len(now))):
            number, one = was[turn] if turn < len(was) else (0, None)
            number, other = now[turn] if turn < len(now) else (number, None)  # An item is called by its number in the newer version.
            yield from self.nodes((*path, str(number)), one, other)

    def is_same(self, old: Node | None, new: Node | None) -> bool:
        if old is None or new is None:
            return old is new
        return canonical(old, self.spelt_before) == canonical(new, self.spelt_after)


def _without(ours: Sequence[Node], theirs: Sequence[Node], spelt: Spelt, their_spelt: Spelt) -> list[tuple[int, Node]]:
    """Ours that theirs have not, each with its number, from 1."""
    others = [canonical(each, their_spelt) for each in theirs]
    found = []
    for number, each in enumerate(ours, 1):
        said = canonical(each, spelt)
        if said in others:
            others.remove(said)
        else:
            found.append((number, each))
    return found


def _text(node: Node | None, spelt: Spelt) -> str | None:
    """A node in one line, as YAML writes it in braces."""
    match node:
        case None:
            return None
        case Scalar():
            return spelt.get(node.span) or " ".join(node.text.split())
        case Items():
            return f"[{', '.join(str(_text(each, spelt)) for each in node.items)}]"
        case Entries():
            return f"{{{', '.join(f'{each.key.text}: {_text(each.value, spelt)}' for each in node.entries)}}}"


def _place(node: Node | None) -> Span | None:
    return None if node is None else node.span
