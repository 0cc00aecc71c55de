"""Two values beside each other: whether they may be compared or counted together, and what was meant where they may not."""

from __future__ import annotations

from tandem.language.expression.cursor import short
from tandem.language.expression.nodes import Arithmetic, Comparison, FieldRef, Literal, Measure, Until, Value
from tandem.language.expression.sense.fields import field_named, record_of
from tandem.language.expression.sense.fitting import fitting
from tandem.language.expression.sense.scope import Scope, said, word
from tandem.language.expression.tokens import EVENT_MEASURES
from tandem.language.expression.units import ADDED, ANYTHING, NOUNS, ORDERED, Type, combine, compares
from tandem.values.names import nearest


def check_sides(scope: Scope, node: Comparison, left: Type, right: Type) -> None:
    """One problem for each comparison: of units that differ, else of an order that there is none of, else of what both sides say."""
    _check_rolled_up(scope, node.left, node.right)
    if not compares(left, right):
        _tell_mixed(scope, node, left, right)
    elif node.sign not in ("=", "!=") and (left.unit not in ORDERED or right.unit not in ORDERED):
        tell_no_order(scope, node, left, right)
    else:
        _check_choice(scope, node.left, right)
        _check_choice(scope, node.right, left)
        _warn_if_decided(scope, node, left, right)


def check_choice_of(scope: Scope, choice: Literal, kind: Type, other: Value, wanted: Type) -> None:
    """One of the values in the list behind `in`."""
    if compares(wanted, kind):
        _check_choice(scope, choice, wanted)
    else:
        _tell_differs(scope, choice, kind, other, wanted)


def type_counted(scope: Scope, node: Arithmetic, left: Type, right: Type) -> Type:
    """The type of a sum, difference, product or quotient; anything where there is none, and that is told."""
    for side in (node.left, node.right):
        if isinstance(side, FieldRef) and side.roll_up in ("any", "all"):
            scope.tell("missing_roll_up", f"`{said(side)}` asks several workspaces one by one, and has no one value to count with",
                       side.span, f"did you mean `highest({'.'.join(side.path)})`?")  # fmt: skip
    kind = combine(left, node.sign, right)
    if kind is None:
        _tell_uncounted(scope, node, left, right)
    return kind or ANYTHING


def is_word(scope: Scope, node: Value, beside: Type) -> bool:
    """Whether a word behind `<` or `>`, read as a field, is none, and stands beside a text: then it was meant as one."""
    return isinstance(node, FieldRef) and beside.unit == "text" and record_of(node, scope.names, scope.about) is None


def tell_no_order(scope: Scope, node: Comparison, left: Type, right: Type) -> None:
    loose = left if left.unit not in ORDERED else right
    help = f"{'texts' if loose.unit == 'text' else 'flags'} are equal or different: `=`, `!=`" + (
        ", `in (...)`" if loose.unit == "text" else ""
    )
    threshold = word(node.right)
    if threshold in left.choices:
        at = left.choices.index(threshold)
        above, below = left.choices[at + (node.sign == ">") :], left.choices[: at + (node.sign == "<=")]
        meant = above if node.sign in (">", ">=") else below
        help = (
            f"did you mean `{said(node.left)} in ({', '.join(meant)})`?"
            if meant
            else f"none is {'above' if '>' in node.sign else 'below'} `{threshold}`"
        )
    scope.tell("no_order", f"{NOUNS[loose.unit]} is neither more nor less than another", node.span, help)


def _check_rolled_up(scope: Scope, *sides: Value) -> None:
    """`any` and `all` ask the workspaces one after the other, so one of them stands alone on one side."""
    several = [side for side in map(_rolled, sides) if side is not None]
    if len(several) > 1:
        scope.tell("missing_roll_up", f"`{said(several[0])}` and `{said(several[1])}` do not say which workspaces are compared",
                   several[1].span, "compare it with a value, or take `highest(...)`")  # fmt: skip


def _rolled(node: Value) -> FieldRef | None:
    field = node.field if isinstance(node, Until) else node
    return field if isinstance(field, FieldRef) and field.roll_up in ("any", "all") else None


def _tell_mixed(scope: Scope, node: Comparison, left: Type, right: Type) -> None:
    if isinstance(node.right, Literal):
        _tell_differs(scope, node.right, right, node.left, left)
    elif isinstance(node.left, Literal):
        _tell_differs(scope, node.left, left, node.right, right)
    else:
        scope.tell("mixed_units", f"`{said(node.left)}` is {NOUNS[left.unit]}, `{said(node.right)}` {NOUNS[right.unit]}", node.span,
                   "only values of one unit are compared")  # fmt: skip


def _tell_differs(scope: Scope, literal: Literal, kind: Type, other: Value, wanted: Type) -> None:
    message = f"`{said(literal)}` is {NOUNS[kind.unit]}, but `{said(other)}` is {NOUNS[wanted.unit]}"
    scope.tell("mixed_units", message, literal.span, fitting(literal, wanted.unit, field_named(scope, literal)))


def _tell_uncounted(scope: Scope, node: Arithmetic, left: Type, right: Type) -> None:
    verb = {"+": "added to", "-": "subtracted from", "*": "multiplied by", "/": "divided by"}[node.sign]
    first, second = ((node.right, right), (node.left, left)) if node.sign in "+-" else ((node.left, left), (node.right, right))
    loose = next((each for each in (left, right) if each.unit not in ADDED), None)
    help = (
        f"one cannot count with {NOUNS[loose.unit]}"
        if loose is not None and loose.unit != "date"
        else "only values that fit are counted together"
    )
    if node.sign in "+-" and isinstance(node.right, Literal):
        help = fitting(node.right, "duration" if left.unit == "date" else left.unit, None) or help
    message = f"{NOUNS[first[1].unit]}, `{said(first[0])}`, is {verb} {NOUNS[second[1].unit]}, `{said(second[0])}`"
    scope.tell("mixed_units", message, node.span, help)


def _check_choice(scope: Scope, literal: Value, other: Type) -> None:
    """A text beside a field that takes only certain ones, for instance a plan."""
    if isinstance(literal, Literal) and literal.kind == "text" and other.choices and literal.value not in other.choices:
        known = ", ".join(f"`{each}`" for each in other.choices)
        meant = nearest(str(literal.value), other.choices)
        noun = "plan" if other.choices == scope.names.plans else "choice"
        scope.tell("unknown_choice", f"unknown {noun} `{short(str(literal.value))}`", literal.span,
                   f"did you mean `{meant}`?" if meant else f"expected one of {known}")  # fmt: skip


def _warn_if_decided(scope: Scope, node: Comparison, left: Type, right: Type) -> None:
    """Warns of a comparison that comes out alike for ever."""
    if left.constant and right.constant:
        scope.tell("always_the_same", "two fixed values are compared", node.span, "compare a measure or a field", "warning")
    elif isinstance(node.left, Measure) and node.left.function in (*EVENT_MEASURES, "distinct") and isinstance(node.right, Literal):
        low = node.right.value
        never = isinstance(low, int) and ((node.sign == "<" and low <= 0) or (node.sign in ("<=", "=") and low < 0))
        always = isinstance(low, int) and ((node.sign == ">=" and low <= 0) or (node.sign in (">", "!=") and low < 0))
        if never or always:
            message = f"`{said(node.left)}` is {'never' if never else 'always'} {node.sign} {said(node.right)}"
            scope.tell("always_the_same", message, node.span, "a measure of nothing is 0", "warning")
