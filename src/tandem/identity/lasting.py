"""Lasting: while what is there, and whose, over knowledge time; of very many subjects at once, in arrays."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tandem.facts.corrections import OPEN
from tandem.identity.coded import Names, Numbers, dense

# Since, until (half-open), and the account or None.
Held = tuple[int, int, str | None]


@dataclass(frozen=True, eq=False)
class Lasting:
    """Stretches by subject and since, all (m,). subject, account: by code; account is -1 where none is told."""

    subject: Numbers
    account: Numbers
    since: Numbers
    until: Numbers

    @classmethod
    def of(cls, subject: Numbers, account: Numbers, since: Numbers, until: Numbers) -> Lasting:
        """Stretches in any order. Of those of one subject and account that never end, which most are, only the longest is kept."""
        lasts = until == OPEN
        width = int(account.max(initial=-1)) + 2
        number, keys = dense(subject[lasts] * width + account[lasts] + 1)
        first = np.full(len(keys), OPEN)
        np.minimum.at(first, number, since[lasts])
        longest = (keys // width, keys % width - 1, first, np.full(len(keys), OPEN))
        ends = ~lasts
        return cls(
            *(np.concatenate(pair) for pair in zip(longest, (subject[ends], account[ends], since[ends], until[ends]), strict=True))
        ).in_order()

    @classmethod
    def there(cls, subject: Numbers, since: Numbers, until: Numbers) -> Lasting:
        """Of no account."""
        return cls.of(subject, np.full(len(subject), -1), since, until)

    def __len__(self) -> int:
        return len(self.subject)

    def take(self, chosen: Any) -> Lasting:
        return Lasting(self.subject[chosen], self.account[chosen], self.since[chosen], self.until[chosen])

    def in_order(self) -> Lasting:
        return self.take(np.lexsort((self.since, self.subject)))

    def and_(self, *others: Lasting) -> Lasting:
        every = (self, *others)
        columns = ([getattr(one, name) for one in every] for name in ("subject", "account", "since", "until"))
        return Lasting(*map(np.concatenate, columns)).in_order()

    def until_before(self) -> Numbers:
        """(m - 1,) for each but the first, the latest end of the same subject's before it; 0 for a subject's first."""
        distinct, rank = np.unique(self.until, return_inverse=True)
        latest = distinct[np.maximum.accumulate(self.subject * len(distinct) + rank) % max(len(distinct), 1)]
        return np.where(self.subject[1:] == self.subject[:-1], latest[:-1], 0)

    def united(self) -> Lasting:
        """The same instants, where those of one subject that overlap are of one account: in stretches that are apart from each other."""
        if len(self) == 0:
            return self
        others = (self.subject[1:] != self.subject[:-1]) | (self.account[1:] != self.account[:-1])
        first = np.flatnonzero(np.append(True, others | (self.since[1:] > self.until_before())))
        return Lasting(self.subject[first], self.account[first], self.since[first], np.maximum.reduceat(self.until, first))

    def covers(self, there: Lasting, subjects: int) -> NDArray[np.bool_]:
        """(subjects,) of which subjects an account, or none, is told at exactly the instants at which they are there."""
        told = Lasting(self.subject, np.full(len(self), -1), self.since, self.until).united()
        same: NDArray[np.bool_] = np.bincount(told.subject, minlength=subjects) == np.bincount(there.subject, minlength=subjects)
        one, other = told.take(same[told.subject]), there.take(same[there.subject])
        same[one.subject[(one.since != other.since) | (one.until != other.until)]] = False
        return same

    def held_by(self, whose: Lasting) -> Lasting:
        """Of which account each of the stretches is, where it is of one."""
        first = np.searchsorted(whose.subject, self.subject)
        count = np.searchsorted(whose.subject, self.subject, side="right") - first
        own = np.repeat(np.arange(len(self)), count)
        other = np.repeat(first, count) + np.arange(len(own)) - np.repeat(np.cumsum(count) - count, count)
        since, until = np.maximum(self.since[own], whose.since[other]), np.minimum(self.until[own], whose.until[other])
        found = Lasting(self.subject[own], whose.account[other], since, until)
        return found.take((since < until) & (found.account >= 0))

    def by_subject(self, accounts: Names) -> dict[int, list[Held]]:
        """The stretches of each subject. accounts: what their codes stand for."""
        found: dict[int, list[Held]] = defaultdict(list)
        columns = (self.subject.tolist(), self.since.tolist(), self.until.tolist(), accounts.of(self.account))
        for one, since, until, account in zip(*columns, strict=True):
            found[one].append((since, until, account))
        return dict(found)


# Of nobody.
NOBODY = Lasting(*(np.zeros(0, dtype=np.int64) for _ in range(4)))
