"""The fingerprint of a playbook: the version of its rules, which every decision carries.

It is taken of the canonical form, so that formatting, comments, quotes, the order of keys and line endings never change it, and a
change of meaning always does. The order of list items is meaning. Numbers are the same when they are equal (`7`, `7.0`, `0x7`),
as reading takes them; a number and a text are never the same (`7`, `"7"`), and neither are an absent key and an empty one. What may be
spelt in several ways, as expressions may, is given in one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from tandem.language.source import Span
from tandem.language.tree import Entries, Items, Node, Scalar, Value

_BYTES = 10  # Twenty hexadecimal digits: short enough to read aloud, and no two playbooks ever meet by chance.


def fingerprint(files: Mapping[str, Node | None], meant: Mapping[Span, str] | None = None) -> str:
    """Twenty hexadecimal digits. files: the root of each file by its path inside the playbook; None for one that says nothing.

    meant: of scalars that may be spelt in several ways, the one spelling of what they mean, by their place.
    """
    state = blake2b(digest_size=_BYTES, person=b"tandem playbook")
    for path in sorted(files):
        root = files[path]
        state.update(_text(path) + (b"-" if root is None else canonical(root, meant)))
    return state.hexdigest()


def canonical(node: Node, meant: Mapping[Span, str] | None = None) -> bytes:
    """The canonical form of a node: equal for nodes that mean the same, different for all others."""
    match node:
        case Scalar():
            spelt = meant.get(node.span) if meant else None
            return _value(node.value) if spelt is None else _text(spelt)
        case Items():
            return b"[%d;" % len(node.items) + b"".join(canonical(item, meant) for item in node.items)
        case Entries():
            parts = sorted((_text(entry.key.text), canonical(entry.value, meant)) for entry in node.entries)
            return b"{%d;" % len(parts) + b"".join(key + value for key, value in parts)


def _value(value: Value) -> bytes:
    match value:
        case None:
            return b"n;"
        case bool():
            return b"t;" if value else b"f;"
        case float() if value.is_integer():
            return b"#%d;" % int(value)
        case int():
            return b"#%d;" % value
        case float():
            return b"#%s;" % repr(value).encode()
        case str():
            return _text(value)


def _text(text: str) -> bytes:
    encoded = text.encode("utf-8")
    return b'"%d:' % len(encoded) + encoded
