"""The boundary in the words of those who read it: refusals, evidence, instants of the company's clock, lines that fit a page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from tandem.values.instants import Instant, read_instant, to_datetime

if TYPE_CHECKING:
    from tandem.app.decisions.permits import RefusalShown

WIDTH, LABEL, NAME_MOST = 100, 11, 40
_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")

REASONS = {
    "no_evidence": "nothing speaks for a touch",
    "quarantine": "they use the product for too short a time",
    "cap": "touched often enough for now",
    "exclusivity": "another seller has it",
    "suppression": "nobody may touch them",
    "consent": "no consent to any channel that is left",
    "region": "not allowed where they are",
    "hold_out": "held out, to see what happens without us",
    "person": "not one of this account's people",
    "channel": "not by this channel",
    "purpose": "not for this purpose",
    "opportunity": "an opportunity is open, and its owner works it",
    "budget": "the period's budget is spent",
    "no_lead": "one more reason of a lead, and there is no lead",
}

# Of evidence whose end nobody knows, what it is for so long.
LASTS = {
    "target": "is a named account",
    "opportunity": "is open",
    "outbound": "is their tier, and nobody of them has signed up",
    "owner": "is in force",
}
ENDINGS = {
    "permit": "its permit ended",
    "opportunity": "an opportunity was opened, and its owner works it",
    "person": "somebody ended it",
    "signal": "its signal turned off",
}


def say_whose(said: str, *, bounded: bool) -> None:
    """On stderr, what of the playbook a reader must know before believing the answer."""
    if said == "folder":
        click.echo("no playbook was applied yet: this is by the folder's, as if it had always been in force", err=True)
    elif said == "draft":
        click.echo("a draft: this is by the folder's playbook, as if it had always been in force", err=True)
    if not bounded:
        click.echo("there is no playbook/boundary.yaml: until there is one no signal permits a touch", err=True)


def some_of(names: Sequence[str], most: int) -> str:
    """The first names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def local(at: Instant, zone: str) -> str:
    """An instant on the company's clock, to the minute: `2026-06-29 10:12`."""
    return to_datetime(at).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def exactly(at: Instant, zone: str) -> str:
    """The same with its seconds, where it has any, so that it can be asked for again."""
    there = to_datetime(at).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return local(at, zone) if not (there.second or there.microsecond) else there.isoformat(" ")


def told_locally(text: str, zone: str) -> str:
    """A text of a report, in which instants are in UTC, with those of the company's clock."""
    return _INSTANT.sub(lambda found: local(read_instant(found[0], None), zone), text)


def told_refusal(refusal: RefusalShown, zone: str) -> str:
    """zone: of the clock on which its end is told."""
    line = f" ({refusal.line})" if refusal.line else ""
    until = "" if refusal.until is None else local(refusal.until, zone)
    joint = "before" if refusal.reason == "no_evidence" else "until"
    return f"{REASONS[refusal.reason]}{line}" + (f" {joint} {until}" if until else "")


def told_why(why: str) -> str:
    """Why a firing is no lead, as reports have it, `waits: cap, region`, in the words for what refuses."""
    head, joint, reasons = why.rpartition(": ")
    return f"{head}{joint}{'; '.join(REASONS.get(each, each) for each in reasons.split(', '))}" if joint else why


def listed(words: Sequence[str], joint: str = "and") -> str:
    """`email, call or meeting`."""
    return f" {joint} ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])


def spread(left: str, right: str) -> str:
    """Two texts at the two ends of a line; the right one goes below where both do not fit."""
    room = WIDTH - len(left) - 2
    if len(right) <= room:
        return f"{left}{right.rjust(WIDTH - len(left))}".rstrip()
    return f"{left}\n{right.rjust(WIDTH)}"


def aligned(left: str, right: str) -> str:
    """The second text behind the first, or below it where both do not fit."""
    return f"{left}  {right}" if len(left) + 2 + len(right) <= WIDTH else f"{left.rstrip()}\n{'':20}{right}"


def labelled(label: str, text: str, room: int = LABEL) -> str:
    """A text behind its label, broken where it is too long."""
    lines = wrapped(text, WIDTH - room)
    return "\n".join(f"{f'    {label}' if place == 0 else '':<{room}}{line}" for place, line in enumerate(lines))


def named(account: str, name: str | None) -> str:
    """`Acme (A-1)`; a name that is long is cut, an id never."""
    if name is None:
        return account
    short = name if len(name) <= NAME_MOST else f"{name[: NAME_MOST - 3]}..."
    return f"{short} ({account})"


def wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=True, break_on_hyphens=False) or [""]
