"""What the planted quantities come out as, estimated from a company's exported rows alone, as `truth.json` says that they may be.

Nothing here reads what was drawn for the accounts (`Company.lives`): only calls and rows, and which accounts are scripted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import inf, sqrt

from tandem.demo.cast import in_quiet_month
from tandem.demo.company import UNTIL, Company
from tandem.demo.selling import SALES_ZONE
from tandem.demo.usage import Call
from tandem.values.instants import DAY, Instant, read_instant

Z = 1.959964
CORE = {"Runbook Created", "Runbook Edited", "Runbook Run", "Comment Added"}


@dataclass(frozen=True)
class Interval:
    """A 95 % interval, the number in its middle, and of how much it was made: trials, or days at risk."""

    low: float
    middle: float
    high: float
    of: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def share(yes: int, of: int) -> Interval:
    """Wilson's."""
    if not of:
        return Interval(0, 0.5, 1, 0)
    p = yes / of
    middle, half = (p + Z * Z / 2 / of) / (1 + Z * Z / of), Z / (1 + Z * Z / of) * sqrt(p * (1 - p) / of + Z * Z / 4 / of / of)
    return Interval(middle - half, p, middle + half, of)


def difference(one: tuple[int, int], other: tuple[int, int]) -> Interval:
    """Newcombe's, of two shares."""
    a, b = share(*one), share(*other)
    if not one[1] or not other[1]:
        return Interval(-1, 0, 1, 0)
    d = a.middle - b.middle
    low = d - sqrt((a.middle - a.low) ** 2 + (b.high - b.middle) ** 2)
    return Interval(low, d, d + sqrt((a.high - a.middle) ** 2 + (b.middle - b.low) ** 2), min(one[1], other[1]))


def rate(events: int, of: float) -> Interval:
    """Byar's approximation to the exact interval of a Poisson rate."""
    if not of:
        return Interval(0, 0, inf, 0)
    more = events + 1
    low = events * (1 - 1 / (9 * events) - Z / (3 * sqrt(events))) ** 3 if events else 0.0
    high = more * (1 - 1 / (9 * more) + Z / (3 * sqrt(more))) ** 3
    return Interval(max(0.0, low) / of, events / of, high / of, of)


def ratio(one: tuple[int, float], other: tuple[int, float]) -> Interval:
    """Of two rates: given how many events there were in all, each falls to one side or the other."""
    if not one[1] or not other[1] or not one[0] + other[0]:
        return Interval(0, 1, inf, 0)
    split = share(one[0], one[0] + other[0])

    def told(p: float) -> float:
        return inf if p >= 1 else p / (1 - p) * other[1] / one[1]

    return Interval(told(split.low), told(split.middle), told(split.high), one[0] + other[0])


class Estimates:
    """Of one company."""

    def __init__(self, company: Company) -> None:
        self.company = company
        scripted = {account.domain for account in company.accounts if account.is_scripted} | {"freemail.example"}
        self.domain = {f"A-{1001 + account.number}": account.domain for account in company.accounts}
        self.scripted = scripted
        self.calls: dict[str, list[Call]] = defaultdict(list)
        emails = {call.person: call.said["email"] for call in company.calls if call.type == "identify" and "email" in call.said}
        self.emails = emails
        for call in company.calls:
            email = emails.get(call.person or "")
            if email is not None and (domain := email.partition("@")[2]) not in scripted and domain != "larch.example":
                self.calls[domain].append(call)

    def named(self, domain: str, *names: str) -> list[Call]:
        return [call for call in self.calls[domain] if call.name in names and call.type == "track"]

    @cached_property
    def founders(self) -> dict[str, Call]:
        """By domain, the sign-up of who came by themselves."""
        return {domain: call for domain in list(self.calls) for call in self.named(domain, "Signed Up") if call.said["via"] == "self"}

    @cached_property
    def activated(self) -> dict[str, Instant]:
        found = {}
        for domain, founder in self.founders.items():
            runs = [
                call.at for call in self.named(domain, "Runbook Run") if call.person == founder.person and call.at <= founder.at + 7 * DAY
            ]
            if runs:
                found[domain] = min(runs)
        return found

    @cached_property
    def need(self) -> dict[str, tuple[Instant, Instant]]:
        """The two looks at single sign-on, within 14 days of each other."""
        found = {}
        for domain in self.founders:
            looks = [call.at for call in self.named(domain, "SSO Settings Viewed")]
            for first, second in pairwise(looks):
                if second - first <= 14 * DAY:
                    found.setdefault(domain, (first, second))
        return found

    @cached_property
    def touches(self) -> dict[str, list[tuple[Instant, str, str]]]:
        """(when, direction, id), by domain."""
        found: dict[str, list[tuple[Instant, str, str]]] = defaultdict(list)
        for row in self.company.crm_touches:
            month, day, rest = row.happened_at.split("/")
            at = read_instant(f"{rest[:4]}-{month}-{day}T{rest[5:]}", SALES_ZONE)
            if self.domain[row.account_id] not in self.scripted:
                found[self.domain[row.account_id]].append((at, row.direction, row.touch_id))
        return found

    @cached_property
    def cold(self) -> dict[str, list[Instant]]:
        poaching = set(self.company.poaching)
        return {domain: [at for at, _, id in rows if id in poaching] for domain, rows in self.touches.items()}

    @cached_property
    def opened(self) -> dict[str, Instant]:
        return {self.domain[rows[0][1]]: rows[0][2] for rows in self.stages.values()}

    @cached_property
    def stages(self) -> dict[str, list[tuple[str, str, Instant, str, str]]]:
        """(stage, account, when, champion, competitor) of each opportunity."""
        found: dict[str, list[tuple[str, str, Instant, str, str]]] = defaultdict(list)
        for row in self.company.crm_opportunities:
            if self.domain[row.account_id] not in self.scripted:
                at = read_instant(row.changed_at, None)
                found[row.opportunity_id].append((row.stage, row.account_id, at, row.champion, row.competitor))
        return found

    @cached_property
    def signed(self) -> dict[str, Instant]:
        found: dict[str, Instant] = {}
        for row in self.company.crm_contracts:
            found.setdefault(self.domain[row.account_id], read_instant(row.signed_at, None))
        return found

    def upgrades(self, domain: str, via: str) -> Instant | None:
        return next((call.at for call in self.named(domain, "Plan Upgraded") if call.said["via"] == via), None)

    def first(self, domain: str, *names: str) -> float:
        return min((call.at for call in self.named(domain, *names)), default=inf)

    # The estimates, by the names of the truths.

    def all(self) -> dict[str, Interval]:
        return self._beginnings() | self._upgrades() | self._teams() | self._needs() | self._outbound() | self._sales() | self._contracts()

    def _beginnings(self) -> dict[str, Interval]:
        mature = {domain: call for domain, call in self.founders.items() if call.at + 7 * DAY <= UNTIL}
        trials = {domain: call for domain, call in self.founders.items() if call.said["plan"] == "trial"}
        over = [domain for domain, call in trials.items() if call.at + 18 * DAY <= UNTIL and domain in self.activated]
        persons, sent, came, asked, accepted = 0, 0, 0, 0, 0
        for domain, activated in self.activated.items():
            joined = {
                call.person: call.at if call.said["via"] == "invitation" else activated
                for call in self.named(domain, "Signed Up")
                if call.said["via"] != "seat"
            }
            inside = {person: at for person, at in joined.items() if at + 40 * DAY <= UNTIL}
            invites, accepts = self.named(domain, "Invite Sent"), self.named(domain, "Invite Accepted")
            persons += len(inside)
            sent += sum(call.person in inside and call.at <= inside[call.person] + 40 * DAY for call in invites)
            came += sum(call.said["invited_by"] in inside and call.at <= inside[call.said["invited_by"]] + 40 * DAY for call in accepts)
            members = {self.emails[call.person] for call in accepts if call.person is not None}
            old = [call for call in invites if call.at + 10 * DAY <= UNTIL]
            asked += len(old)
            accepted += sum(call.said["to"] in members for call in old)
        organic = [call.at for call in self.founders.values() if call.said["source"] == "organic"]
        quiet = sum(in_quiet_month(day) for day in range(self.company.since, UNTIL, DAY))
        days = (UNTIL - self.company.since) // DAY
        dark = sum(len(self.named(domain, "Dark Mode Enabled")) for domain in self.founders)
        leads = {row.email: read_instant(row.changed_at, None) for row in self.company.crm_leads if row.status == "new"}
        leads = {email: at for email, at in leads.items() if at + 30 * DAY <= UNTIL}
        signed_up = {self.emails[call.person]: call.at for call in self.founders.values() if call.person is not None}
        return {
            "activation_rate": share(len(mature.keys() & self.activated.keys()), len(mature)),
            "trial_share": share(len(trials), len(self.founders)),
            "trial_conversion": share(sum(self.upgrades(domain, "trial") is not None for domain in over), len(over)),
            "invitations_per_person": rate(sent, persons),
            "invitation_factor": rate(came, persons),
            "invitation_acceptance": share(accepted, asked),
            "season_ratio": ratio(
                (sum(map(in_quiet_month, organic)), quiet), (sum(not in_quiet_month(at) for at in organic), days - quiet)
            ),
            "decoy_hazard": rate(dark, _days(UNTIL - call.at for call in self.founders.values())),
            "lead_sign_up_share": share(sum(signed_up.get(email, inf) <= at + 30 * DAY for email, at in leads.items()), len(leads)),
        }

    def _upgrades(self) -> dict[str, Interval]:
        events, days = defaultdict[str, int](int), defaultdict[str, float](float)
        for domain, activated in self.activated.items():
            if self.upgrades(domain, "trial") is not None:
                continue
            founder = self.founders[domain]
            starts = max(activated, founder.at + 14 * DAY) if founder.said["plan"] == "trial" else activated
            paid, limit = self.upgrades(domain, "card"), self.first(domain, "Seat Limit Reached")
            ends = min(paid or inf, self.signed.get(domain, inf), UNTIL)
            chilled = [(at, at + 60 * DAY) for at in self.cold.get(domain, ())]
            for where, since, until in (("below", starts, min(limit, ends)), ("limit", max(limit, starts), ends)):
                if since >= until:
                    continue
                cold = _overlap(chilled, since, until)
                days[where] += (until - since - cold) / DAY
                days[f"{where} cold"] += cold / DAY
                if paid is not None and since < paid <= until:
                    events[where + (" cold" if any(a <= paid < b for a, b in chilled) else "")] += 1
        return {
            "upgrade_hazard": rate(events["below"], days["below"]),
            "upgrade_ratio_at_limit": ratio((events["limit"], days["limit"]), (events["below"], days["below"])),
            "upgrade_ratio_after_cold_touch": ratio((events["below cold"], days["below cold"]), (events["below"], days["below"])),
        }

    def _last_work(self, domain: str) -> Instant:
        return max(call.at for call in self.calls[domain] if call.name in CORE)

    def _teams(self) -> dict[str, Interval]:
        cancelled = {
            row.workspace: int(row.changed_at) * 1_000_000
            for row in self.company.billing
            if row.status == "cancelled" and row.plan == "team"
        }
        faded, at_work, left, silent = 0, 0.0, 0, 0.0
        for domain in self.activated:
            starts = self.upgrades(domain, "card") or self.upgrades(domain, "trial")
            first_look = self.need.get(domain, (UNTIL, 0))[0]
            if starts is None or first_look <= starts:
                continue
            ends = min(cancelled.get(f"ws-{domain.split('.')[0]}", UNTIL), UNTIL)
            last = max(self._last_work(domain), starts)
            known_until = UNTIL - 21 * DAY
            is_faded = domain not in self.need and last < min(known_until, ends - 5 * DAY)
            faded += is_faded
            at_work += max(0, min(last if is_faded else ends, first_look, known_until) - starts) / DAY
            if is_faded and last + 14 * DAY < ends:
                left += ends < UNTIL
                silent += (ends - last - 14 * DAY) / DAY
        return {"team_fade_hazard": rate(faded, at_work), "team_cancel_hazard_quiet": rate(left, silent)}

    def _needs(self) -> dict[str, Interval]:
        days = 0.0
        for domain, activated in self.activated.items():
            last = self._last_work(domain)
            ends = last if last < UNTIL - 21 * DAY else UNTIL
            days += (self.need.get(domain, (ends, 0))[0] - activated) / DAY
        ripe = {domain: at for domain, (_, at) in self.need.items() if at < self.opened.get(domain, inf)}
        attended = {
            domain
            for domain, at in ripe.items()
            if any(at < touched <= at + 7 * DAY and direction == "out" for touched, direction, _ in self.touches.get(domain, ()))
        }
        week_over = [domain for domain, at in ripe.items() if at + 7 * DAY + DAY <= UNTIL]
        over = {domain for domain, at in ripe.items() if at + 60 * DAY <= UNTIL}
        sold = {domain for domain in over if self.opened.get(domain, inf) <= ripe[domain] + 60 * DAY}
        yes, no = over & attended, over - attended
        with_touch, without = (len(yes & sold), len(yes)), (len(no & sold), len(no))
        touches, risk = 0, 0.0
        # Of each cold touch: did a sale follow, and of how many of the others.
        touched_sold, touched, others_sold, others = 0, 0, 0.0, 0
        signs = {
            domain: min(
                self.first(domain, "SSO Settings Viewed", "Seat Limit Reached", "Contact Sales Clicked"),
                self.opened.get(domain, inf),
                UNTIL,
            )
            for domain in self.founders
        }
        for domain, founder in self.founders.items():
            calls = [at for at in self.cold.get(domain, ()) if at < UNTIL - DAY]
            touches += len(calls)
            risk += max(0, min(signs[domain], UNTIL - DAY) - founder.at) / DAY
            for at in calls:
                if at + 60 * DAY > UNTIL:
                    continue
                same = [
                    other
                    for other, sign in signs.items()
                    if other != domain
                    and self.founders[other].at < at < sign
                    and not any(at - 60 * DAY < c <= at for c in self.cold.get(other, ()))
                ]
                if same:
                    touched += 1
                    touched_sold += self.opened.get(domain, inf) <= at + 60 * DAY
                    others += 1
                    others_sold += sum(self.opened.get(other, inf) <= at + 60 * DAY for other in same) / len(same)
        # The others are many and count as known.
        base = others_sold / others if others else 0.0
        shown = share(touched_sold, touched)
        return {
            "need_hazard": rate(len(self.need), days),
            "attended_share": share(len(set(week_over) & attended), len(week_over)),
            "sale_share_attended": share(*with_touch),
            "sale_share_unattended": share(*without),
            "touch_effect_after_sign": difference(with_touch, without),
            "touch_effect_before_sign": Interval(shown.low - base, shown.middle - base, shown.high - base, touched),
            "cold_touch_hazard": rate(touches, risk),
            "decoy_lift": self._decoy(),
        }

    def _decoy(self) -> Interval:
        """What follows a setting that means nothing, over what follows for the others at the same instants."""
        of, sold, expected = 0, 0, 0.0
        open_until = {domain: self.opened.get(domain, inf) for domain in self.founders}
        for domain in self.founders:
            last = -inf
            for at in sorted(call.at for call in self.named(domain, "Dark Mode Enabled")):
                others = [ends for other, ends in open_until.items() if other != domain and self.founders[other].at < at < ends]
                if at + 60 * DAY > UNTIL or at >= open_until[domain] or at < last + 60 * DAY or not others:
                    continue
                last = at
                of += 1
                sold += open_until[domain] <= at + 60 * DAY
                expected += sum(ends <= at + 60 * DAY for ends in others) / len(others)
        shown = share(sold, of)
        return (
            Interval(*(each * of / expected for each in (shown.low, shown.middle, shown.high)), of) if expected else Interval(0, 1, inf, 0)
        )

    def _outbound(self) -> dict[str, Interval]:
        employees = {self.domain[row.account_id]: int(row.employees) for row in self.company.crm_accounts}
        large, small, signed_up = [0, 0], [0, 0], [0, 0]
        for domain, rows in self.touches.items():
            first = min((at for at, direction, _ in rows if direction == "out"), default=UNTIL)
            came = self.founders[domain].at if domain in self.founders else inf
            if first >= came or self.first(domain, "Signed Up") <= first:
                continue
            if first + 45 * DAY <= UNTIL:
                group = large if employees[domain] >= 500 else small
                group[0] += self.opened.get(domain, inf) <= first + 45 * DAY
                group[1] += 1
            if first + 60 * DAY <= UNTIL:
                signed_up[0] += came <= first + 60 * DAY
                signed_up[1] += 1
        return {
            "outbound_sale_share_large": share(*large),
            "outbound_sale_share": share(*small),
            "outbound_sign_up_share": share(*signed_up),
        }

    def _sales(self) -> dict[str, Interval]:
        order = ("Discovery", "Evaluation", "Proposal", "Negotiation", "Closed Won")
        left, passed = defaultdict[str, int](int), defaultdict[str, int](int)
        met, champions, rivals = 0, 0, 0
        won: dict[bool, list[int]] = {True: [0, 0], False: [0, 0]}
        for rows in self.stages.values():
            names = [row[0] for row in rows]
            for stage, following in pairwise(order):
                if stage in names and names[-1] != stage:
                    left[stage] += 1
                    passed[stage] += following in names
            if "Evaluation" in names:
                evaluated = rows[names.index("Evaluation")]
                met += 1
                champions += bool(evaluated[3])
                rivals += bool(evaluated[4])
            if "Negotiation" in names and names[-1] != "Negotiation":
                ended = won[bool(rows[-1][3])]
                ended[0] += names[-1] == "Closed Won"
                ended[1] += 1
        return {
            **{f"stage_conversion_{stage.lower()}": share(passed[stage], left[stage]) for stage in order[:3]},
            "win_share_with_champion": share(*won[True]),
            "win_share_without_champion": share(*won[False]),
            "champion_effect": difference((won[True][0], won[True][1]), (won[False][0], won[False][1])),
            "champion_share": share(champions, met),
            "competitor_share": share(rivals, met),
        }

    def _contracts(self) -> dict[str, Interval]:
        rows = [row for row in self.company.crm_contracts if self.domain[row.account_id] not in self.scripted]
        renewed = {row.renews for row in rows}
        found: dict[bool, list[int]] = {True: [0, 0], False: [0, 0]}
        for row in rows:
            ends = read_instant(f"{row.ends_on}T00:00", SALES_ZONE) + DAY
            if ends > UNTIL:
                continue
            last = [
                each
                for each in self.company.billing
                if each.crm_account == row.account_id and int(each.changed_at) * 1_000_000 < read_instant(row.signed_at, None) + 180 * DAY
            ]
            in_use = found[int(last[-1].deployed) >= int(row.seats) / 2]
            in_use[0] += row.contract_id in renewed
            in_use[1] += 1
        return {"renewal_share_deployed": share(*found[True]), "renewal_share_undeployed": share(*found[False])}


def _days(lengths: Iterable[int]) -> float:
    return sum(lengths) / DAY


def _overlap(stretches: list[tuple[Instant, Instant]], since: float, until: float) -> float:
    """How much of [since, until) the stretches cover."""
    covered, reached = 0.0, since
    for begins, ends in sorted(stretches):
        covered += max(0.0, min(ends, until) - max(begins, reached))
        reached = max(reached, min(ends, until))
    return covered
