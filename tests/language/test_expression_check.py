"""What makes sense: units that fit, names that are declared, questions that can be asked of the subject."""

from __future__ import annotations

import pytest

from tandem.facts.kinds import RECORD_KINDS
from tandem.language.expression.check import check, read
from tandem.language.expression.nodes import Comparison
from tandem.language.expression.parse import parse
from tandem.language.expression.sense.fields import record_of
from tandem.language.expression.units import Names
from tandem.language.expression.used import find_cycles, names_used
from tandem.language.source import Source

NAMES = Names(
    events=("Signed Up", "Paid"),
    sets=("core",),
    records={kind.name: kind.fields for kind in RECORD_KINDS.values()},
    plans=("free", "team", "enterprise"),
    choices={"account.icp_tier": ("A", "B"), "opportunity.stage": ("Discovery", "Closed Won")},
    signals={"growing": "account", "activated": "person"},
    scores={"fit": "account"},
)
PAID, ANY = 'count("Paid", 7d)', "count(any, 7d)"


def told(text, about="account", names=NAMES):
    return [(problem.code, problem.span.text) for problem in read(Source("rule", text), names, about).problems]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (PAID, "number"), (f"{PAID} / {ANY}", "ratio"), (f"{PAID} / {ANY} - 1", "ratio"), (f"{PAID} - {ANY}", "number"), (f"{PAID} * 50%", "number"),
        (f"{PAID} / {ANY} + 20%", "share"), ("20% * 20%", "share"), ('since("Paid")', "duration"), ('since("Paid") * 2', "duration"),
        ('since("Paid") / since("Signed Up")', "ratio"), ('since("Paid") / 2', "duration"), ("until(account.renewal_date) - 7d", "duration"),
        ("account.renewal_date - account.created", "duration"), ("account.created + 30d", "date"), ("30d + account.created", "date"),
        ("account.created - 30d", "date"), ("plan", "text"), ("employees", "number"), ("account.is_partner", "anything"), ("account.owner", "text"),
        ("sum(subscription.amount)", "money"), ("sum(subscription.amount) / sum(subscription.quantity)", "money"),
        ("sum(subscription.amount) / sum(opportunity.amount)", "ratio"), ("sum(subscription.amount) + 100", "money"),
        ("distinct(subscription.product)", "number"), ("score(fit)", "number"), ('first("Paid".plan)', "anything"), ('sum("Paid".amount)', "number"),
        ("previous(people(any, 7d))", "number"), ("highest(workspace.trial_end)", "date"), ("any(plan)", "text"), ("icp_tier", "text"),
        ("2026-03-01", "date"), ("true", "flag"),
    ],
)  # fmt: skip
def test_every_value_has_its_unit(text, unit):
    parsed = parse(Source("rule", text), "value")
    checked = check(parsed.tree, NAMES, "account")
    assert checked.problems == ()
    assert checked.type_of(parsed.tree).unit == unit


VALUES = {
    "number": ("employees", "10"), "share": ("20% * 20%", "20%"), "duration": ('since("Paid")', "7d"), "date": ("account.created", "2026-03-01"),
    "text": ("account.industry", '"x"'), "flag": ("true", "false"), "money": ("sum(subscription.amount)", None), "ratio": (f"{PAID} / {ANY}", None),
}  # fmt: skip
FRIENDS = {("number", "ratio"), ("ratio", "number"), ("share", "ratio"), ("ratio", "share")}


@pytest.mark.parametrize("left", VALUES)
@pytest.mark.parametrize("right", VALUES)
def test_units_never_mix_in_a_comparison(left, right):
    codes = {code for code, _ in told(f"{VALUES[left][0]} = ({VALUES[right][0]})")} - {"always_the_same"}
    assert codes == (set() if left == right or (left, right) in FRIENDS else {"mixed_units"})


@pytest.mark.parametrize("unit", VALUES)
@pytest.mark.parametrize("literal", [unit for unit in VALUES if VALUES[unit][1] is not None])
def test_a_literal_must_fit_the_other_side(unit, literal):
    value, written = VALUES[unit][0], VALUES[literal][1]
    fits = unit == literal or (unit, literal) in (("ratio", "number"), ("ratio", "share"), ("money", "number"))
    problems = [problem for problem in told(f"{value} = {written}") if problem[0] != "always_the_same"]
    assert problems == ([] if fits else [("mixed_units", written)])
    assert {code for code, _ in told(f"{value} in ({written})")} == (set() if fits else {"mixed_units"})


@pytest.mark.parametrize(
    "text",
    [f"{PAID} + 7d > 1", 'since("Paid") + since("Paid") * since("Paid") > 7d', "account.created + account.created > 7d", "plan + 1 > 2",
     "30d - account.created > 7d", "account.created * 2 > 7d", f"{PAID} + 20% > 1", "sum(subscription.amount) * sum(subscription.amount) > 1",
     "sum(subscription.amount) + employees > 1", "10 / account.created > 1", "10 / 7d > 1", "true + 1 > 1"],
)  # fmt: skip
def test_units_never_mix_in_a_sum_or_product(text):
    assert [code for code, _ in told(text)] == ["mixed_units"]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ('since("Paid") > 7', "`7d`"), ("until(account.renewal_date) < 90", "`90d`"), ("people(any, 7d) > 7d", "`7`"),
        ("20% * 20% > 20", "`20%`"), ("20% * 20% > 0.2", "`20%`"), ('account.created > "2026-03-01"', "`2026-03-01`"),
        ('people(any, 7d) > "10"', "`10`"), ("true in (yes)", "`true`"), ("employees = created", "`account.created`"),
        ("plan >= team", "`plan in (team, enterprise)`"), ("plan > free", "`plan in (team, enterprise)`"), ("plan <= team", "`plan in (free, team)`"),
        ("plan < team", "`plan in (free)`"), ('plan < "team"', "`plan in (free)`"), ("plan > enterprise", "above `enterprise`"),
        ("plan < free", "below `free`"), ("free = plan", "`plan = free`"), ("account.country > 3", None),
    ],
)  # fmt: skip
def test_the_help_offers_what_was_meant(text, offered):
    problem = read(Source("rule", text), NAMES, "account").problems[0]
    assert problem.help is not None if offered is None else offered in (problem.help or "")


@pytest.mark.parametrize(
    ("about", "text", "problems"),
    [
        ("person", "people(any, 7d) > 1", [("wrong_subject", "people(any, 7d)")]),
        ("person", "workspaces(any, 7d) > 1", []),
        ("workspace", "workspaces(any, 7d) > 1", [("wrong_subject", "workspaces(any, 7d)")]),
        ("workspace", "people(any, 7d) > 1", []),
        ("account", "people(any, 7d) > 1 and workspaces(any, 7d) > 1", []),
        ("person", "plan = free and employees > 1 and account.plan = free and person.title = ceo", []),
        ("person", "workspace.plan = free", [("wrong_subject", "workspace.plan")]),
        ("workspace", "trial_end < 2026-03-01 and workspace.trial_end is unknown and account.plan = free", []),
        ("workspace", "person.title = ceo", [("wrong_subject", "person.title")]),
        ("workspace", "any(plan) = free", [("missing_roll_up", "any(plan)")]),
        ("account", "any(plan) = free and all(workspace.plan) in (free, team) and highest(plan) = team", []),
        ("account", "any(account.plan) = free", [("missing_roll_up", "any(account.plan)")]),
        ("account", "workspace.plan = free", [("missing_roll_up", "workspace.plan")]),
        ("account", "until(workspace.trial_end) < 7d", [("missing_roll_up", "workspace.trial_end")]),
        ("account", "until(any(workspace.trial_end)) < 7d", []),
        ("account", "until(any(workspace.trial_end)) < until(all(workspace.trial_end))", [("missing_roll_up", "all(workspace.trial_end)")]),
        ("account", "any(workspace.seats) + 1 > 2", [("missing_roll_up", "any(workspace.seats)")]),
        ("account", "highest(workspace.name) = x", [("no_order", "highest(workspace.name)")]),
        ("account", "signal(growing) and score(fit) > 3", []),
        ("account", "signal(activated)", [("wrong_subject", "signal(activated)")]),
        ("person", "signal(activated) and not signal(growing)", [("wrong_subject", "signal(growing)")]),
        ("workspace", "count(subscription, family) > 1", [("wrong_subject", "count(subscription, family)")]),
    ],
)
def test_a_question_must_make_sense_about_the_subject(about, text, problems):
    assert told(text, about) == problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("plan = teem", [("unknown_choice", "teem")]),
        ("plan in (free, teem) or any(plan) = fre", [("unknown_choice", "teem"), ("unknown_choice", "fre")]),
        ("icp_tier = C and account.icp_tier = A", [("unknown_choice", "C")]),
        ('count(opportunity where stage = "Closed Wun") > 1', [("unknown_choice", '"Closed Wun"')]),
        ("count(subscription where plan = teem) > 1", [("unknown_choice", "teem")]),
        ('count("Paid" where plan = teem, 7d) > 1', []),
        ('count("Payd", 7d) > 1 and since("Payd" where x = 1) > 7d', [("unknown_name", '"Payd"'), ("unknown_name", '"Payd"')]),
        ('sequence("Paid", "Payd", within 7d)', [("unknown_name", '"Payd"')]),
        ("count(cor, 7d) > 1", [("unknown_name", "cor")]),
        ("signal(growin) or score(fitt) > 1", [("unknown_name", "signal(growin)"), ("unknown_name", "score(fitt)")]),
        ("account.health = good", []),
        ("account.industri = software", [("unknown_field", "account.industri")]),
        ("health = good", [("unknown_field", "health")]),
        ("held(previous(people(any)) > 1, 3d)", [("no_window", "people(any)")]),
        ("sum(subscription.plan) > 1", [("mixed_units", "plan")]),
        ("until(account.name) < 7d", [("mixed_units", "account.name")]),
        ("account.industry > software", [("no_order", "account.industry > software")]),
        ('account.industry > "software"', [("no_order", 'account.industry > "software"')]),
        ("1 < 2", [("always_the_same", "1 < 2")]),
        ("people(any, 7d) >= 0 or distinct(any.x) != -1", [("always_the_same", "people(any, 7d) >= 0"), ("always_the_same", "distinct(any.x) != -1")]),
        ("people(any, 7d) = 0 and sum(any.x) < 0 and people(any, 7d) > 0", []),
    ],
)  # fmt: skip
def test_a_name_must_be_declared_and_a_comparison_must_decide_something(text, problems):
    assert told(text) == problems


def test_without_declarations_every_event_and_field_may_come():
    assert told('count("Whatever", 7d) > 1 and plan = anything and foo = 3 and bar > 7d', names=Names()) == []


def test_a_field_knows_its_record():
    def record(text, about):
        condition = parse(Source("rule", text)).tree
        assert isinstance(condition, Comparison)
        return record_of(condition.left, NAMES, about)

    assert record("employees > 1", "workspace") == ("account", "employees")
    assert record("trial_end > 2026-01-01", "workspace") == ("workspace", "trial_end")
    assert record("plan = free", "workspace") == ("workspace", "plan")
    assert record("plan = free", "person") == ("account", "plan")
    assert record("any(plan) = free", "account") == ("workspace", "plan")
    assert record("foo = free", "account") is None


def test_an_expression_names_what_it_reads():
    used = names_used(
        parse(
            Source(
                "rule",
                'held(not signal(growing), 3d) and sequence("Signed Up", core where plan = free, within 7d) and score(fit) > until(highest(workspace.trial_end))'
                ' / previous(count("Paid" where amount > 3, 7d)) or plan in (free) or count(subscription where status = active) / since(any) > 1',
            )
        ).tree
    )
    assert (used.any_event, used.events, used.sets) == (True, {"Signed Up", "Paid"}, {"core"})
    assert (used.fields, used.records) == ({("workspace", "trial_end"), ("plan",)}, {"subscription"})
    assert (used.signals, used.scores) == ({"growing"}, {"fit"})
    assert not names_used(parse(Source("rule", 'count("Paid") > 1')).tree).any_event


def cycles(**signals):
    return [problem.message for problem in find_cycles({name: parse(Source(name, text)).tree for name, text in signals.items()})]


def test_signals_may_ask_each_other_but_not_in_a_circle():
    assert cycles(a="signal(b) and signal(c)", b="signal(c)", c="plan = free", d="signal(a) or signal(nowhere)") == []
    assert cycles(a="not signal(a)") == ["the signal `a` asks itself"]
    assert cycles(z="signal(a)", a="signal(b)", b="held(signal(c), 3d)", c="signal(a)") == [
        "signals ask each other in a circle: `a`, which asks `b`, which asks `c`, which asks `a`"
    ]
    assert cycles(a="signal(b)", b="signal(c)", c="signal(b)") == [
        "signals ask each other in a circle: `b`, which asks `c`, which asks `b`"
    ]
    assert len(cycles(a="signal(b)", b="signal(a)", c="signal(d)", d="signal(c)")) == 2


def test_a_long_chain_of_signals_is_no_circle():
    chain = {f"s{number}": f"signal(s{number + 1})" for number in range(5_000)}
    assert cycles(**chain) == []
