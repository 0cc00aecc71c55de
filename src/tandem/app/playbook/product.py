"""`product.yaml`: plans, events, the order of sources, who is who, whom to leave out, and what counts as success."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal

from tandem.identity.rules import DEFAULT_BLOCKED, Exclusion, Rules, Who
from tandem.language.expression.nodes import Selector
from tandem.language.expression.tokens import TAKEN_BY_GRAMMAR
from tandem.language.problem import Problem
from tandem.language.record import Either, Field, ListOf, MapOf, Record
from tandem.language.shape import As, DateOrInstant, Length, Located, Moment, Number, Placed, Text, Whole
from tandem.language.source import Span
from tandem.language.tree import Entries, Items, Node, Scalar
from tandem.signals.playbook.funnels import FUNNELS, PATH, Declared, FunnelSaid, Motion, PathSaid, Said
from tandem.signals.playbook.outcomes import OUTCOME, STAGES, Judged, OutcomeSaid, Stages, plans_named
from tandem.values.durations import Duration
from tandem.values.instants import HOUR
from tandem.values.names import nearest

Suppressed = Literal["person", "event", "email"]


@dataclass(frozen=True)
class Plan:
    """limits: what the plan allows, by the product's own names, for instance seats."""

    name: str
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Suppression:
    """A row that fits is never stored, only counted. pattern: `*` stands for any text; case does not count."""

    who: Suppressed
    pattern: str
    reason: str


@dataclass(frozen=True)
class Product:
    """plans: lowest first. events: declared name to what it means. rules: the part of identity, its sources first wins.

    sets: what each named set picks: what any of its selectors picks. trial: how long one lasts; None where there are none. judged: by
    what signals are judged.
    """

    name: str = ""
    plans: tuple[Plan, ...] = ()
    events: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    rules: Rules = field(default_factory=Rules)
    suppress: tuple[Suppression, ...] = ()
    sets: Mapping[str, tuple[Selector, ...]] = field(default_factory=dict)
    trial: Duration | None = None
    judged: Judged = field(default_factory=Judged)
    walked: Declared = field(default_factory=Declared)


@dataclass(frozen=True)
class _Identity:
    fan_out: int = 5
    blocked_ids: tuple[str, ...] = ()
    free_domains: tuple[Located[str], ...] = ()
    work_domains: tuple[Located[str], ...] = ()


@dataclass(frozen=True)
class _Exclude:
    who: Who
    pattern: str
    reason: str
    since: Located[Moment] | None
    until: Located[Moment] | None


@dataclass(frozen=True)
class ProductFile:
    """`product.yaml` as it was read; dates wait for the company's time zone, names of sources for the folder, sets for all names."""

    name: str
    plans: tuple[Located[Plan], ...]
    events: Mapping[str, str]
    sources: tuple[Located[str], ...]
    identity: _Identity
    exclude: tuple[_Exclude, ...]
    suppress: tuple[Suppression, ...]
    sets: Mapping[str, tuple[str, ...]]
    trial: Located[Duration] | None
    outcomes: Mapping[str, OutcomeSaid]
    stages: Stages
    complete_until: Mapping[str, Located[Moment]]
    touches_per_lead: float | None
    funnels: Mapping[Motion, FunnelSaid]
    path: PathSaid | None

    @property
    def walked(self) -> Said:
        return Said(self.funnels, self.path)

    def product(
        self, zone: tzinfo, sets: Mapping[str, tuple[Selector, ...]], happens: Mapping[str, Selector], stages: Mapping[Span, Selector]
    ) -> Product:
        """The same with instants; a bare date is midnight in `zone`. happens: what each outcome that is an event picks; stages: the same of
        stages of funnels, by their places."""
        order = tuple(source.value for source in self.sources)
        return Product(
            name=self.name,
            plans=tuple(plan.value for plan in self.plans),
            events=dict(self.events),
            sources=order,
            rules=Rules(
                fan_out=self.identity.fan_out,
                blocked_ids=DEFAULT_BLOCKED | {blocked.strip().casefold() for blocked in self.identity.blocked_ids},
                free_domains=frozenset(domain.value for domain in self.identity.free_domains),
                work_domains=frozenset(domain.value for domain in self.identity.work_domains),
                exclusions=tuple(_exclusion(rule, zone) for rule in self.exclude),
                source_order=order,
            ),
            suppress=self.suppress,
            sets=sets,
            trial=None if self.trial is None else self.trial.value,
            judged=Judged(
                outcomes={name: said.outcome(name, happens.get(name)) for name, said in self.outcomes.items()},
                stages=self.stages,
                complete_until={source: until.value.at(zone) for source, until in self.complete_until.items()},
                touches_per_lead=self.touches_per_lead,
            ),
            walked=self.walked.declared(stages),
        )


def signals_not_declared(product: ProductFile, declared: Mapping[str, object] | None) -> Iterator[Problem]:
    """The signals that stages of funnels name, and no file declares. declared: None where some may be lost."""
    for said in product.walked.signals:
        if declared is not None and said.value not in declared:
            near = nearest(said.value, declared)
            help = f"did you mean `{near}`?" if near is not None else "a file of `signals/` declares it"
            yield Problem("unknown_name", f"there is no signal `{said.value}`", said.span, help)


def events_in(product: Node | None) -> dict[str, Span]:
    """Where each event is declared, as far as it can be read."""
    entry = product.find("events") if isinstance(product, Entries) else None
    match None if entry is None else entry.value:
        case Items(items=items):
            return {item.text: item.span for item in items if isinstance(item, Scalar)}
        case Entries(entries=entries):
            return {each.key.text: each.key.span for each in entries}
    return {}


def _exclusion(rule: _Exclude, zone: tzinfo) -> Exclusion:
    since, until = (None if moment is None else moment.value.at(zone) for moment in (rule.since, rule.until))
    return Exclusion(who=rule.who, pattern=rule.pattern, since=since, until=until, reason=rule.reason)


def _plan(name: str | Plan) -> Plan:
    return name if isinstance(name, Plan) else Plan(name)


def _set_name(text: str) -> str:
    if text in TAKEN_BY_GRAMMAR:
        raise ValueError(f"`{text}` means something else in a condition")
    return text


def _pattern(text: str) -> str:
    if not text.strip("* "):
        raise ValueError(f"`{text}` fits everybody")
    return text


def _domain_pattern(text: str) -> str:
    if "@" in text:
        raise ValueError(f"`{text}` is an address, not a domain")
    return _pattern(text)


def _check_dates(rule: _Exclude, node: Entries) -> Iterable[Problem]:
    since, until = rule.since, rule.until
    if since is not None and until is not None and since.value.at(UTC) >= until.value.at(UTC):
        message = f"`until` is not later than `since`, {since.value.text}"
        yield Problem("contradiction", message, until.span, "since is in, until is out", since.span)


def _exclude_record(who: Who) -> Record[_Exclude]:
    def build(reason: str, since: Located[Moment] | None, until: Located[Moment] | None, **pattern: str) -> _Exclude:
        return _Exclude(who, pattern[who], reason, since, until)

    pattern = As(Text("a pattern"), _pattern, "a pattern such as `*test*`")
    if who == "domain":
        pattern = As(Text("a domain"), _domain_pattern, "a domain such as `example.com`, or a pattern of one")
    return Record(
        build,
        "a rule that leaves out",
        {
            who: Field(pattern, _EXCLUDED[who], required=True),
            "reason": Field(Text("a reason"), "Why; it is shown beside every fact that the rule leaves out.", required=True),
            "since": Field(Placed(DateOrInstant()), "From when the rule holds, in. A bare date is midnight in the company's time zone."),
            "until": Field(Placed(DateOrInstant()), "Until when the rule holds, out. Without it, for ever."),
        },
        check=_check_dates,
    )


_EXCLUDED: dict[Who, str] = {
    "person": "The person's id. `*` stands for any text; case does not count.",
    "account": "The account's id. `*` stands for any text; case does not count.",
    "workspace": "The workspace's id. `*` stands for any text; case does not count.",
    "domain": "The domain of the person's e-mail, for instance your own. `*` stands for any text.",
    "event": "The event's name. `*` stands for any text; case does not count.",
    "email": "The person's e-mail. `*` stands for any text; case does not count.",
}
_SUPPRESSED: dict[Suppressed, str] = {
    "person": "The person's id. `*` stands for any text; case does not count.",
    "event": "The event's name, for instance a heartbeat. `*` stands for any text; case does not count.",
    "email": "The person's e-mail. `*` stands for any text; case does not count.",
}


def _suppress_record(who: Suppressed) -> Record[Suppression]:
    def build(reason: str, **pattern: str) -> Suppression:
        return Suppression(who, pattern[who], reason)

    return Record(
        build,
        "a rule that never stores",
        {
            who: Field(As(Text("a pattern"), _pattern, "a pattern such as `Heartbeat*`"), _SUPPRESSED[who], required=True),
            "reason": Field(Text("a reason"), "Why; for instance a request to be forgotten, or noise.", required=True),
        },
    )


def _check_product(product: ProductFile, node: Entries) -> Iterator[Problem]:
    """Names of plans and of sources differ, outcomes name plans that there are, and no mail domain is both free and a company's."""
    yield from _twice("plan", ((plan.value.name, plan) for plan in product.plans))
    yield from _twice("source", ((source.value, source) for source in product.sources))
    plans = [plan.value.name for plan in product.plans]
    for plan in plans_named((*product.outcomes.values(), *product.walked.outcomes)):
        if plans and plan.value not in plans:
            near = nearest(plan.value, plans)
            help = f"did you mean `{near}`?" if near is not None else "plans are " + ", ".join(f"`{name}`" for name in plans)
            yield Problem("unknown_name", f"there is no plan `{plan.value}`", plan.span, help)
    work = {domain.value: domain for domain in product.identity.work_domains}
    for domain in product.identity.free_domains:
        if domain.value in work:
            message = f"`{domain.value}` is named both as a free domain and as one of work"
            yield Problem("contradiction", message, domain.span, "keep one of the two", work[domain.value].span)


def _twice(noun: str, names: Iterable[tuple[str, Located[Plan] | Located[str]]]) -> Iterator[Problem]:
    first: dict[str, Located[Plan] | Located[str]] = {}
    for name, place in names:
        if name in first:
            yield Problem("repeated_name", f"the {noun} `{name}` stands twice", place.span, "keep one of the two", first[name].span)
        first.setdefault(name, place)


_PLAN = Record(
    Plan,
    "a plan with its limits",
    {
        "name": Field(Text("the plan's name"), "The plan's name, as the product and billing call it.", required=True),
        "limits": Field(
            MapOf(Text(), Number(least=0)), "What the plan allows, by the product's own names: `seats: 10`, `projects: 3`.", default={}
        ),
    },
)
_SELECTOR = Text("an event's name, or a selector")
_SET_NAME = As(Text("a name of small letters, digits and `_`, such as `core`", r"[a-z][a-z0-9_]*"), _set_name, "another name")
_DOMAIN = Placed(As(Text("a domain such as `example.com`", r"[^@\s*]+\.[^@\s*]+"), str.casefold, "a domain such as `example.com`"))
_IDENTITY = Record(
    _Identity,
    "how to tell who is who",
    {
        "fan_out": Field(
            Whole(1, 1000),
            "How many people may share one anonymous id (a browser) before it says nothing about anybody; 5 if absent.",
            default=5,
        ),
        "blocked_ids": Field(
            ListOf(Text()), "Ids that mean nobody, on top of those that Tandem knows, such as `null` and `undefined`.", default=()
        ),
        "free_domains": Field(ListOf(_DOMAIN), "Mail domains that name no company, on top of the list that is shipped.", default=()),
        "work_domains": Field(ListOf(_DOMAIN), "Mail domains that do name a company, although a list has them as free.", default=()),
    },
)

PRODUCT = Record(
    ProductFile,
    "the product",
    {
        "name": Field(Text("the product's name"), "The product's name, as it stands on reports.", required=True),
        "plans": Field(
            ListOf(Placed(As(Either((Text("a plan's name"), _PLAN)), _plan, "a plan"))),
            "The plans, lowest first: where an account has several, the highest counts.",
            default=(),
        ),
        "events": Field(
            As(
                Either((ListOf(Text("an event's name"), distinct=True), MapOf(Text("an event's name"), Text("what it means")))),
                lambda events: dict(events) if isinstance(events, dict) else dict.fromkeys(events, ""),
                "a list of events, or a map of event to meaning",
            ),
            "The events that the product sends, with what they mean. A declared event that never comes is told by `tandem doctor`.",
            default={},
        ),
        "sets": Field(
            MapOf(
                _SET_NAME,
                As(Either((_SELECTOR, ListOf(_SELECTOR, least=1))), lambda said: said if isinstance(said, tuple) else (said,), "events"),
            ),
            "Named selections of events, which signals ask for by name: `core: [Runbook Created, '\"Report Shared\" where plan = team']`.",
            default={},
        ),
        "trial": Field(
            Placed(Length(least=HOUR)),
            "How long a trial lasts, where there is one; `tandem check` warns if no signal can fire in it.",
        ),
        "outcomes": Field(
            MapOf(Text("a name of small letters, digits and `_`, such as `won`", r"[a-z][a-z0-9_]*"), OUTCOME),
            "What counts as success, by name: `tandem backtest` judges signals by it. `won: {opportunity: won}`, `paid: {payment: first}`.",
            default={},
        ),
        "stages": Field(STAGES, "Which stages of an opportunity mean won, and which lost; all others are open.", default=Stages()),
        "funnels": Field(
            FUNNELS,
            "How accounts are won, a funnel for each motion: `tandem funnel --motion all` shows them side by side. An account counts in the "
            "motion that it was in at its first stage.",
            default={},
        ),
        "path": Field(
            PATH,
            "The way of an account on which a team adopts the product first and the company signs later: `tandem path` shows how far they come.",
        ),
        "complete_until": Field(
            MapOf(Text("a source's name"), Placed(DateOrInstant())),
            "Until when a source has told all that happened: what it has not told by then did not happen, and of later times nobody knows. "
            "Without it, until the `exported_at` of its mapping, or else until the as-of.",
            default={},
        ),
        "touches_per_lead": Field(
            Number(least=0), "How many times a seller contacts the people of one lead, so that backtests can tell what a rule costs."
        ),
        "sources": Field(
            ListOf(Placed(Text("a source's name"))),
            "Whom to believe where two sources disagree about a field: the first wins, those not named come last.",
            default=(),
        ),
        "identity": Field(_IDENTITY, "How to tell who is who.", default=_Identity()),
        "exclude": Field(
            ListOf(Either([_exclude_record(who) for who in _EXCLUDED])),
            "Whom to leave out: own staff, tests, bots. Stored and shown as excluded, counted nowhere.",
            default=(),
        ),
        "suppress": Field(
            ListOf(Either([_suppress_record(who) for who in _SUPPRESSED])),
            "What never to store at all. The row is counted as suppressed.",
            default=(),
        ),
    },
    check=_check_product,
)
