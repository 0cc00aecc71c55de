"""Numbers and amounts of money as people and exports write them; what is not surely one number is a `Fault`, never a guess."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from tandem.connect.casts.words import shorten
from tandem.facts.canonical import Fault

_SPACE = " \u00a0\u2009\u202f"

# ISO 4217. Other letters may be an abbreviation that multiplies, as TSD (thousand) and MIO (million) do.
_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK "
    "DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF "
    "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK "
    "PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW"
)
_CURRENCY = rf"(?:[$€£¥₹₺₽₩₪₫₱₴₦฿₡₲₸₵₮]|{_CODES.replace(' ', '|')})"
_AT_ONE_END = re.compile(rf"^{_CURRENCY}[{_SPACE}]*|[{_SPACE}]*{_CURRENCY}$")


def _unsigned(group: str, point: str) -> re.Pattern[str]:
    """A number without its sign. Thousands that are grouped are so by threes, and by one sign throughout."""
    grouped = rf"\d{{1,3}}(?P<group>[{group}'’{_SPACE}])\d{{3}}(?:(?P=group)\d{{3}})*"
    return re.compile(
        rf"(?P<whole>{grouped}|\d+|(?={re.escape(point)}))(?:{re.escape(point)}(?P<rest>\d+))?(?P<power>[eE][+-]?\d+)?", re.ASCII
    )


_WITH_POINT, _WITH_COMMA = _unsigned(",", "."), _unsigned(".", ",")


def read_number(value: object, what: str, *, decimal_comma: bool = False) -> int | float | Fault:
    """A number: whole where it is written whole. With decimal_comma `1.234,50` is 1234.5; else thousands may have commas."""
    number = _decimal(value, decimal_comma)
    if number is None:
        return _no_number(value, what, "a number", decimal_comma)
    return int(number) if number == number.to_integral_value() and abs(number) < 10**18 else float(number)


def read_whole(value: object, what: str, *, decimal_comma: bool = False) -> int | Fault:
    number = _decimal(value, decimal_comma)
    if number is None or number != number.to_integral_value() or abs(number) >= 10**18:
        return _no_number(value, what, "a whole number", decimal_comma)
    return int(number)


def read_money(value: object, what: str, *, digits: int, decimal_comma: bool = False) -> int | Fault:
    """Minor units of an amount, exactly. digits: how many the currency has after the point; a written amount may have no more.

    >>> read_money("1,234.50 USD", "amount", digits=2), read_money("0.005", "amount", digits=2).detail
    (123450, '`amount` is `0.005`; expected an amount with at most 2 digits after the point')
    """
    number = _decimal(value, decimal_comma)
    if number is None or abs(number) >= 10**15:
        return _no_number(value, what, "an amount", decimal_comma)
    minor = number.scaleb(digits)
    if minor != minor.to_integral_value():
        return Fault("bad_value", f"`{what}` is `{shorten(value)}`; expected an amount with at most {digits} digits after the point")
    return int(minor)


def _no_number(value: object, what: str, expected: str, decimal_comma: bool) -> Fault:
    like = " such as `1.234,50`" if decimal_comma and isinstance(value, str) and _decimal(value, False) is not None else ""
    return Fault("bad_value", f"`{what}` is `{shorten(value)}`; expected {expected}{like}")


def _decimal(value: object, decimal_comma: bool) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    # Only a text has a way of writing; the numbers of JSON and Parquet are what they are.
    text = _plain(value, _WITH_COMMA if decimal_comma else _WITH_POINT) if isinstance(value, str) else str(value)
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    # More digits than arithmetic on decimals keeps exactly are no amount of anything, and are not rounded to one.
    exact = number.is_finite() and abs(number.adjusted()) < 40 and len(number.as_tuple().digits) <= 28
    return number if exact else None


def _plain(text: str, unsigned: re.Pattern[str]) -> str | None:
    """The number as Python writes it: its thousands together, its currency gone, and brackets, which accountants write, a minus."""
    text = text.strip()
    bare = _AT_ONE_END.sub("", text, count=1)
    sign = "-" if bare[:1] in ("-", "\u2212", "(") else ""
    inner = bare
    if bare.startswith("(") and bare.endswith(")"):
        inner = bare[1:-1].strip()
    elif bare[:1] in ("-", "\u2212", "+"):
        inner = bare[1:].lstrip()
    if inner is not bare and bare == text:
        inner = _AT_ONE_END.sub("", inner, count=1)
    found = unsigned.fullmatch(inner)
    if found is None:
        return None
    whole = re.sub(r"\D", "", found["whole"])
    rest = f".{found['rest']}" if found["rest"] else ""
    return f"{sign}{whole or '0'}{rest}{found['power'] or ''}"
