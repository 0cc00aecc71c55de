"""Names of events, sets, records, signals and scores: that they are declared, and about the subject that is asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tandem.language.expression.cursor import short
from tandem.language.expression.nodes import About, EventName, SetName
from tandem.language.expression.sense.scope import Scope
from tandem.language.expression.tokens import quoted
from tandem.language.source import Span
from tandem.values.names import nearest


def check_event(scope: Scope, node: EventName) -> None:
    if scope.names.events is not None and node.name not in scope.names.events:
        tell_unknown(scope, "event", node.name, scope.names.events, node.span)


def check_set(scope: Scope, node: SetName) -> None:
    sets = scope.names.sets
    if sets is None or node.name in sets:
        return
    meant = nearest(node.name, sets)
    event = nearest(node.name, scope.names.events or ())
    if meant is None and event is not None:
        help = f"did you mean the event `{quoted(event)}`?"
    elif meant is not None:
        help = f"did you mean `{meant}`?"
    else:
        help = f"an event stands in quotes, `{quoted(node.name)}`; sets are declared in `product.yaml`"
    scope.tell("unknown_name", f"unknown set `{short(node.name)}`", node.span, help)


def check_declared(scope: Scope, noun: str, name: str, known: Mapping[str, About | None] | None, span: Span) -> None:
    """A signal or score, which is asked only about its own kind of subject."""
    about = None if known is None else known.get(name)
    if known is not None and name not in known:
        tell_unknown(scope, noun, name, known, span)
    elif about is not None and about != scope.about:
        scope.tell("wrong_subject", f"the {noun} `{name}` is about {_article(about)}, and this is about {_article(scope.about)}", span,
                   f"ask a {noun} about the same subject")  # fmt: skip


def tell_unknown(scope: Scope, noun: str, name: str, known: Collection[str], span: Span) -> None:
    meant = nearest(name, known)
    shown = f"`{quoted(meant)}`" if meant is not None and noun == "event" else f"`{meant}`"
    if meant is not None:
        help = f"did you mean {shown}?"
    elif noun == "event":
        help = "declare it under `events` in `product.yaml`"
    else:
        help = f"{noun}s are " + ", ".join(f"`{each}`" for each in sorted(known)) if known else f"no {noun} is declared"
    scope.tell("unknown_name", f"unknown {noun} `{short(name)}`", span, help)


def _article(about: About) -> str:
    return "an account" if about == "account" else f"a {about}"
