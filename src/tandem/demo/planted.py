"""What is planted in the company: the chances by which everything happens, each with how to find it again in the exports.

Chances are shares, hazards are per day. Every hazard is constant while its conditions hold, so that events over days at risk estimate it.
"""

from __future__ import annotations

from dataclasses import dataclass

# The first week: whether who signs up runs a runbook, and whether they took the trial.
ACTIVATION = 0.55
ACTIVATION_DAYS = 7
TRIAL = 0.35
TRIAL_DAYS = 14
TRIAL_CONVERSION = 0.25

# Whoever comes asks others in, and some of these come.
INVITATIONS = 1.25
ACCEPTANCE = 0.6
INVITING_DAYS = 40

# A free team pays by card, sooner when it has met the limit of seats, and later when a seller has called in vain.
UPGRADE = 0.003
LIMIT_RATIO = 5.0
COLD_RATIO = 0.3
COLD_DAYS = 60

# A team that pays falls silent, and then leaves.
FADE = 0.004
CANCEL_ACTIVE = 0.0008
CANCEL_QUIET = 0.025

# The need of what only the business plan has, and what a seller's touch adds to it.
NEED = 0.0045
ATTENDED = 0.5
ATTENDED_DAYS = 7
SALE_DAYS = 60
SALE_ATTENDED = 0.7
SALE_UNATTENDED = 0.2

# Sellers who try their luck without any sign, those who only look around, and a setting that means nothing.
COLD = 0.005
CURIOUS = 0.002
IDLE_HAND = 0.0008
DARK_MODE = 0.004

# Companies that sales wrote to first, by size, and leads of marketing.
OUTBOUND_DAYS = 45
OUTBOUND_SALE_LARGE = 0.3
OUTBOUND_SALE = 0.1
OUTBOUND_SIGN_UP = 0.15
OUTBOUND_SIGN_UP_DAYS = 60
LARGE_EMPLOYEES = 500
LEAD_SIGN_UP = 0.5
LEAD_DAYS = 30

# From each stage to the next. Only the last asks whether there is a champion.
DISCOVERY, EVALUATION, PROPOSAL = 0.8, 0.75, 0.85
CHAMPION = 0.5
WON_WITH_CHAMPION, WON_WITHOUT = 0.9, 0.5
COMPETITOR = 0.4

# What was signed is renewed more often where at least half of the seats are in use.
TERM_DAYS = 180
ROLLOUT = 0.65
RENEWAL_DEPLOYED, RENEWAL_UNDEPLOYED = 0.9, 0.4

# Fewer come in these months: so much of what comes in the others.
QUIET_MONTHS = (8, 12)
SEASON = 0.5


@dataclass(frozen=True)
class Truth:
    """A planted quantity.

    unit: `share` (of a population), `per day` (a hazard), `ratio` (of two hazards, or of two rates), `difference` (of two shares), `count`.
    population, window: of whom or of what, and within which time. estimate: what over what, in the words of the exports.
    """

    name: str
    value: float
    unit: str
    population: str
    window: str
    estimate: str


_SIGN_UPS = "persons with `Signed Up` via=self"
_ACTIVATED = "workspaces whose founder (`Signed Up` via=self) had a `Runbook Run` within 7 days"
_FREE = f"{_ACTIVATED}, free: from the first `Runbook Run`, or the end of a trial that did not convert"
_NEED = "accounts with two `SSO Settings Viewed` within 14 days, at the second, without an opportunity"

TRUTHS: tuple[Truth, ...] = (
    Truth("activation_rate", ACTIVATION, "share", _SIGN_UPS, "7 days from `Signed Up`, over by the end of the history",
          "those with a `Runbook Run` in the window, over all"),
    Truth("trial_share", TRIAL, "share", _SIGN_UPS, "at `Signed Up`", "those with plan=trial, over all"),
    Truth("trial_conversion", TRIAL_CONVERSION, "share", f"{_SIGN_UPS} plan=trial, and a `Runbook Run` within 7 days",
          "18 days from `Signed Up`, over by the end", "those with `Plan Upgraded` via=trial, over all"),
    Truth("invitations_per_person", INVITATIONS, "count", f"persons with `Signed Up` via=self or via=invitation, of {_ACTIVATED}",
          "40 days from the first `Runbook Run` of a founder, or the `Signed Up` of the invited; over by the end",
          "`Invite Sent` by them in the window, over the persons"),
    Truth("invitation_acceptance", ACCEPTANCE, "share", "`Invite Sent`, by the address in `to`", "10 days, over by the end",
          "those followed by `Invite Accepted` of the person with that address, over all"),
    Truth("invitation_factor", INVITATIONS * ACCEPTANCE, "count", "as of invitations_per_person", "as of invitations_per_person",
          "`Invite Accepted` with invited_by one of them in the window, over the persons"),
    Truth("upgrade_hazard", UPGRADE, "per day", _FREE, "until `Plan Upgraded`, `Seat Limit Reached`, a contract or the end",
          "`Plan Upgraded` via=card over days at risk, the 60 days after each cold touch left out"),
    Truth("upgrade_ratio_at_limit", LIMIT_RATIO, "ratio", _FREE, "from `Seat Limit Reached` until `Plan Upgraded`, a contract or the end",
          "the hazard of upgrade at the limit over that below it, the 60 days after each cold touch left out of both"),
    Truth("upgrade_ratio_after_cold_touch", COLD_RATIO, "ratio", _FREE, "60 days after each cold touch, below the limit",
          "the hazard of upgrade in the window over that outside of it, both below the limit"),
    Truth("team_fade_hazard", FADE, "per day", "subscriptions of the plan team, of teams without two `SSO Settings Viewed` before",
          "from the start until the last event of the set `core`, the first `SSO Settings Viewed` of two, cancellation or the end",
          "teams whose last event of `core` is 5 days before the cancellation, or 21 before the end, over days at risk"),
    Truth("team_cancel_hazard_quiet", CANCEL_QUIET, "per day", "subscriptions of the plan team whose team fell silent",
          "from the 14th day after the last event of `core` until cancellation or the end", "cancellations over days at risk"),
    Truth("need_hazard", NEED, "per day", _ACTIVATED,
          "from the first `Runbook Run` until the first `SSO Settings Viewed` of two, the last event of `core` of a team that fell silent, or the end",
          "accounts with two `SSO Settings Viewed` within 14 days, over days at risk"),
    Truth("attended_share", ATTENDED, "share", _NEED, "7 days, over by the end", "those with an outbound touch in the window, over all"),
    Truth("sale_share_attended", SALE_ATTENDED, "share", f"{_NEED}, with an outbound touch within 7 days", "60 days, over by the end",
          "those with an opportunity created in the window, over all"),
    Truth("sale_share_unattended", SALE_UNATTENDED, "share", f"{_NEED}, without an outbound touch within 7 days", "60 days, over by the end",
          "those with an opportunity created in the window, over all"),
    Truth("touch_effect_after_sign", SALE_ATTENDED - SALE_UNATTENDED, "difference", _NEED, "60 days, over by the end",
          "sale_share_attended less sale_share_unattended: who is attended is drawn by lot"),
    Truth("touch_effect_before_sign", 0.0, "difference",
          "user accounts without any sign of need, hand raised, opportunity or contract at the instant of a cold touch",
          "60 days, over by the end",
          "the share with an opportunity created in the window of those touched, less that of the others at the same instants"),
    Truth("cold_touch_hazard", COLD, "per day", "user accounts, from `Signed Up` via=self",
          "until the first `SSO Settings Viewed`, `Seat Limit Reached`, `Contact Sales Clicked`, opportunity or the end",
          "the touches marked as poaching over days at risk"),
    Truth("decoy_lift", 1.0, "ratio", "user accounts without an opportunity, at a `Dark Mode Enabled`, once in 60 days",
          "60 days, over by the end", "the share with an opportunity created in the window, over that of the others at the same instants"),
    Truth("decoy_hazard", DARK_MODE, "per day", "persons with `Signed Up` via=self", "from `Signed Up` to the end",
          "`Dark Mode Enabled` over days at risk"),
    Truth("outbound_sale_share_large", OUTBOUND_SALE_LARGE, "share",
          "accounts of 500 employees or more whose first outbound touch came before any sign-up", "45 days, over by the end",
          "those with an opportunity created in the window, over all"),
    Truth("outbound_sale_share", OUTBOUND_SALE, "share", "the same of fewer than 500 employees", "45 days, over by the end",
          "those with an opportunity created in the window, over all"),
    Truth("outbound_sign_up_share", OUTBOUND_SIGN_UP, "share", "accounts whose first outbound touch came before any sign-up",
          "60 days, over by the end", "those with `Signed Up` source=outbound in the window, over all"),
    Truth("lead_sign_up_share", LEAD_SIGN_UP, "share", "leads of marketing", "30 days, over by the end",
          "those whose address has `Signed Up` in the window, over all"),
    Truth("stage_conversion_discovery", DISCOVERY, "share", "opportunities that have left Discovery", "until the end",
          "those that reached Evaluation, over all"),
    Truth("stage_conversion_evaluation", EVALUATION, "share", "opportunities that have left Evaluation", "until the end",
          "those that reached Proposal, over all"),
    Truth("stage_conversion_proposal", PROPOSAL, "share", "opportunities that have left Proposal", "until the end",
          "those that reached Negotiation, over all"),
    Truth("win_share_with_champion", WON_WITH_CHAMPION, "share", "opportunities that have left Negotiation, with a champion", "until the end",
          "those won, over all"),
    Truth("win_share_without_champion", WON_WITHOUT, "share", "opportunities that have left Negotiation, without a champion", "until the end",
          "those won, over all"),
    Truth("champion_effect", WON_WITH_CHAMPION - WON_WITHOUT, "difference", "opportunities that have left Negotiation", "until the end",
          "win_share_with_champion less win_share_without_champion"),
    Truth("champion_share", CHAMPION, "share", "opportunities that reached Evaluation", "until the end", "those with a champion, over all"),
    Truth("competitor_share", COMPETITOR, "share", "opportunities that reached Evaluation", "until the end",
          "those with a competitor, over all"),
    Truth("renewal_share_deployed", RENEWAL_DEPLOYED, "share",
          "contracts that ended, with at least half of the seats in use at the end", "at the end of the contract",
          "those with a contract that renews them, over all"),
    Truth("renewal_share_undeployed", RENEWAL_UNDEPLOYED, "share", "contracts that ended, with less than half of the seats in use at the end",
          "at the end of the contract", "those with a contract that renews them, over all"),
    Truth("season_ratio", SEASON, "ratio", "persons with `Signed Up` via=self source=organic", "the whole history",
          "sign-ups a day in August and December over those in the other months"),
)  # fmt: skip
