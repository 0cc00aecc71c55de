"""`company.yaml`: when days begin, in which currency money is counted, when people work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from tandem.language.problem import Problem
from tandem.language.record import Field, MapOf, Record
from tandem.language.shape import As, Choice, Text, Zone
from tandem.language.tree import Entries

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# ISO 4217, the currencies that are in use; funds, metals and testing codes are left out.
_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE
CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY
KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = tuple(_CODES.split())

Hours = tuple[int, int]  # Minutes since midnight: from, until (out); 1440 is the end of the day.


@dataclass(frozen=True)
class Company:
    """fiscal_year_start: month, 1 to 12. week_start and the keys of working_hours: 0 is Monday. holidays: day to its name."""

    name: str = ""
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    currency: str = "USD"
    fiscal_year_start: int = 1
    week_start: int = 0
    working_hours: Mapping[int, tuple[Hours, ...]] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)


def _read_hours(text: str) -> tuple[Hours, ...]:
    """`09:00-12:30, 13:30-18:00` as pairs of minutes; raises ValueError."""
    hours: list[Hours] = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*", part)
        if found is None:
            raise ValueError(f"`{part.strip()}` is not a span of hours")
        start, end = (int(found[hour]) * 60 + int(found[hour + 1]) for hour in (1, 3))
        if int(found[2]) > 59 or int(found[4]) > 59 or end > 24 * 60:
            raise ValueError(f"`{part.strip()}` is not a span of hours")
        if start >= end:
            raise ValueError(f"`{part.strip()}` ends before it starts")
        if hours and start < hours[-1][1]:
            raise ValueError(f"`{part.strip()}` starts before the span before it ends")
        hours.append((start, end))
    return tuple(hours)


def _read_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` is not a day of the calendar") from None
    return text


def _company(
    name: str,
    time_zone: ZoneInfo,
    currency: str,
    fiscal_year_start: str,
    week_start: str,
    working_hours: Mapping[str, tuple[Hours, ...]],
    holidays: Mapping[str, str],
) -> Company:
    return Company(
        name=name,
        time_zone=time_zone,
        currency=currency,
        fiscal_year_start=MONTHS.index(fiscal_year_start) + 1,
        week_start=DAYS.index(week_start),
        working_hours={DAYS.index(day): hours for day, hours in working_hours.items()},
        holidays={date.fromisoformat(day): title for day, title in holidays.items()},
    )


_DAY = As(Text("a day such as `2026-12-25`", r"\d{4}-\d{2}-\d{2}"), _read_day, "a day such as `2026-12-25`")
_HOURS = As(Text("hours such as `09:00-17:30`"), _read_hours, "hours such as `09:00-17:30`, or several with commas between")


def _check(company: Company, node: Entries) -> Iterable[Problem]:
    """Working hours that never come would stop every clock of business time."""
    entry = node.find("working_hours")
    if entry is not None and not company.working_hours:
        yield Problem("empty_value", "there are no working hours", entry.value.span, "name a day, or remove the key: then all hours count")


COMPANY = Record(
    _company,
    "the company",
    {
        "name": Field(Text("the company's name"), "The company's name, as it stands on reports.", required=True),
        "time_zone": Field(
            Zone(), "Where days, weeks and months begin, and how a bare date is read. An IANA name; UTC if absent.", default=ZoneInfo("UTC")
        ),
        "currency": Field(
            Choice(CURRENCIES, "a currency code such as `EUR`"),
            "The currency in which money is added up, by its ISO 4217 code; USD if absent.",
            default="USD",
        ),
        "fiscal_year_start": Field(Choice(MONTHS), "The month in which the fiscal year begins; january if absent.", default="january"),
        "week_start": Field(Choice(DAYS), "The first day of a week; monday if absent.", default="monday"),
        "working_hours": Field(
            MapOf(Choice(DAYS), _HOURS),
            "When people work, by day, in the company's time zone: clocks of business time run only then. All hours if absent.",
            default={},
        ),
        "holidays": Field(MapOf(_DAY, Text("the day's name")), "Days on which nobody works, with their names.", default={}),
    },
    check=_check,
)
