"""When two facts are the same: an id names a fact once, and its content says whether a second delivery is an echo or a clash.

Times of sending and receiving, the sending library and the IP address are no content: a retry may change them.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import msgspec

from tandem.facts.fact import Correction, Event, Fact, Merge, Version

_NOT_CONTENT = ("library", "ip")


def id_digest(key: bytes, kind: str, fact_id: str) -> bytes:
    """16 bytes for a fact's id. A record's version and the call that brought it share an id, so the kind is a part of it."""
    # A kind has no NUL in its name, so that no two pairs give the same bytes.
    return blake2b(f"{kind}\0{fact_id}".encode(), key=key, digest_size=16).digest()


def content_digest(key: bytes, fact: Fact, *, dated: bool = True) -> bytes:
    """8 bytes for everything that the fact says. dated: false where its instant is the import's own, and so nothing that it says."""
    occurred_at = fact.occurred_at if dated else None
    match fact:
        case Event():
            said = "\0".join(
                (fact.type, fact.name, fact.user_id or "", fact.anonymous_id or "", fact.workspace_id or "",
                 fact.account_id or "", str(occurred_at), fact.properties, _said_in(fact.context))
            )  # fmt: skip
        case Version():
            said = f"{fact.record_id}\x00{fact.fields}\x00{fact.patch}{fact.deleted}{fact.always}{fact.via}\x00{occurred_at}"
        case Merge():
            said = f"{fact.kind}\x00{fact.gone}\x00{fact.survivor}\x00{occurred_at}"
        case Correction():
            said = f"{fact.target}\x00{fact.replacement}\x00{fact.undo}\x00{occurred_at}"
    return blake2b(said.encode(), key=key, digest_size=8).digest()


@lru_cache(maxsize=4096)
def _said_in(context: str) -> str:
    if '"library"' not in context and '"ip"' not in context:
        return context
    whole = msgspec.json.decode(context)
    for name in _NOT_CONTENT:
        whole.pop(name, None)
    return msgspec.json.encode(whole, order="deterministic").decode()
