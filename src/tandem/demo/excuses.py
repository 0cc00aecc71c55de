"""What excuses a touch of a user who has shown no need, by the boundary of the playbook: read from the company's own calls, not by its rules' code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from tandem.demo.cast import Account
from tandem.demo.company import Company
from tandem.demo.facts import larch_playbook
from tandem.demo.usage import Call
from tandem.values.instants import DAY, Instant

Excuse = Literal["target", "compares_plans", "prospect"]

_QUARANTINE = _WINDOW = _VALID_FOR = 14 * DAY
_LOOKS = 2


class Excuses:
    """Of one company.

    A named account may be touched; so may, in writing and to help, one that compares plans, once its quarantine is over; and of whom nobody
    knows yet that they signed up, because the call came late, is a prospect still.
    """

    def __init__(self, company: Company) -> None:
        self._targets = larch_playbook().declared.targets
        accounts = {person.id: account.number for account in company.accounts for person in account.people}
        accounts |= {person.browser: account.number for account in company.accounts for person in account.people}
        self._calls: dict[int, list[Call]] = defaultdict(list)
        for call in company.calls:
            number = accounts.get(call.person or call.browser or "")
            if number is not None and (call.type == "identify" or call.name in ("Pricing", "Signed Up")):
                self._calls[number].append(call)

    def of(self, account: Account, at: Instant) -> Iterator[Excuse]:
        if not self._targets.isdisjoint({account.crm_id, account.domain}):
            yield "target"
        known = [call for call in self._calls[account.number] if call.received_at <= at]
        people = {call.person for call in known if call.type == "identify"}
        browsers = {call.browser for call in known if call.type == "identify"}
        theirs = [call for call in known if call.person in people or (call.person is None and call.browser in browsers)]
        began = min((call.at for call in theirs if call.name == "Signed Up"), default=None)
        if began is None:
            yield "prospect"
        elif began + _QUARANTINE <= at and self._compares(account, theirs, at):
            yield "compares_plans"

    def _compares(self, account: Account, theirs: list[Call], at: Instant) -> bool:
        """Whether there were two looks at the prices in one window, known while both were in it, that ended no longer ago than it is valid."""
        learnt = min(call.received_at for call in theirs if call.type == "identify")
        looks = sorted((call.at, max(call.received_at, learnt)) for call in theirs if call.name == "Pricing")
        for number in range(len(looks) - _LOOKS + 1):
            first, last = looks[number], looks[number + _LOOKS - 1]
            on_until = first[0] + _WINDOW
            if max(known for _, known in looks[number : number + _LOOKS]) < on_until and last[0] < on_until and at < on_until + _VALID_FOR:
                return True
        return False
