"""What funnels of motions and the path of an account share: the past as of an instant, and the firings that stages name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tandem.app.backtest import fired_moments
from tandem.app.history.edges import find_signal, open_fold
from tandem.app.playbook.playbook import Playbook
from tandem.app.project import Project
from tandem.app.selecting import refuse_what_never_came
from tandem.language.expression.nodes import FieldRef
from tandem.signals.playbook.funnels import Stage
from tandem.storage.log import Log
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.behavior.fields import Said
    from tandem.signals.backtest.hindsight import Hindsight
    from tandem.signals.backtest.moments import Moments
    from tandem.signals.fold import Fold
    from tandem.timeline.kernels import Ints, Longs


@dataclass(frozen=True, eq=False)
class Ways:
    """The folder's playbook as if it had always been in force: what is asked is of history."""

    project: Project
    log: Log
    as_of: Instant

    @property
    def playbook(self) -> Playbook:
        return self.project.playbook

    @cached_property
    def fold(self) -> Fold:
        return open_fold(self.project, self.log)

    @cached_property
    def hindsight(self) -> Hindsight:
        from tandem.signals.backtest.hindsight import Hindsight

        return Hindsight(self.fold.timeline, self.playbook.declared, self.as_of)

    def known(self, stages: Iterable[Stage]) -> tuple[Stage, ...]:
        """The same, with the signals that qualify by their names. Raises UnknownName for an event that nobody has declared and that never came."""
        found = tuple(Stage(signals=qualifying(self.playbook)) if each.is_qualifying else each for each in stages)
        selectors = [each.selector for stage in found for each in stage.outcomes if each.selector is not None]
        refuse_what_never_came(self.project, self.fold, selectors)
        return found

    def fired(self, stages: Iterable[Stage]) -> Mapping[str, Moments]:
        """The firings of each signal that stages name, of the account of each as of the instant."""
        from tandem.signals.backtest.moments import Moments

        found = {}
        for name in dict.fromkeys(name for stage in stages for name in stage.signals):
            signal = find_signal(self.playbook, name)
            moments = fired_moments(self.project, self.log, self.playbook, self.fold, signal, self.as_of)
            found[name] = Moments.of(self.hindsight.account_of(signal.about)[moments.subject], moments.at)
        return found

    def told_apart(self, by: FieldRef, account: Ints | Longs, at: Longs) -> Said:
        """What a field said of accounts at these instants."""
        from tandem.behavior.fields import fields_then

        return fields_then(self.fold.timeline, self.playbook.declared, "account", by, account, at, self.as_of)


def qualifying(playbook: Playbook) -> tuple[str, ...]:
    """The signals that the boundary lets open a lead; without a boundary, those that show a need or a raised hand."""
    if playbook.boundary is not None:
        return tuple(name for name, rule in playbook.boundary.signals.items() if rule.opens and name in playbook.signals)
    return tuple(name for name, signal in playbook.signals.items() if signal.kind in ("intent", "hand_raise"))
