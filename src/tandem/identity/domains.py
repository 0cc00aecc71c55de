"""Mail domains: which registrable domain an address belongs to, and which domains are of a company.

The public suffix list and the list of free and disposable mail domains are shipped with the package and never fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from publicsuffixlist import PublicSuffixList

from tandem.identity.rules import Rules


@dataclass(frozen=True)
class WorkDomains:
    """Tells a company's domain from one where anybody gets an address."""

    free: frozenset[str]

    @classmethod
    def of(cls, rules: Rules) -> WorkDomains:
        """What is shipped, plus the company's free domains, less its work domains."""
        return cls((shipped_free_domains() | _folded(rules.free_domains)) - _folded(rules.work_domains))

    def of_mail(self, mail: str | None) -> str | None:
        """The domain by which an address names a company, or None for none, a free or a disposable one."""
        domain = mail_domain(mail)
        return None if domain in self.free else domain


def mail_domain(mail: str | None) -> str | None:
    """The registrable domain of an e-mail address, free ones too; None where there is none.

    >>> mail_domain("Ann@eu.Acme.co.uk"), mail_domain("ann"), mail_domain("bob@foo.github.io")
    ('acme.co.uk', None, 'foo.github.io')
    """
    host = mail_host(mail)
    return None if host is None else registrable(host)


def mail_host(mail: str | None) -> str | None:
    """The host of an e-mail address as it is told; None where there is none.

    >>> mail_host("Ann <ann@eu.Acme.co.uk>"), mail_host("ann")
    ('eu.Acme.co.uk', None)
    """
    if mail is None:
        return None
    name, at, host = mail.strip().rstrip(">").rpartition("@")
    return host_of(host) if at and name else None


def host_of(text: str) -> str | None:
    """The host of a web address, or a host name alone, as it is told; None where there is none.

    >>> host_of("https://www.Acme.com:443/about"), host_of("eu.acme.com."), host_of(" ")
    ('www.Acme.com', 'eu.acme.com', None)
    """
    host = text.strip().rpartition("://")[2]
    for end in "/?#":
        host = host.partition(end)[0]
    return host.rpartition("@")[2].partition(":")[0].strip().rstrip(".") or None


@lru_cache(maxsize=100_000)
def registrable(text: str) -> str | None:
    """The domain that somebody registered, in lower-case ASCII (IDNA), of a host name or web address; None where there is none.

    Subdomains are folded. A private suffix counts as a suffix, so that `foo.github.io` and `bar.github.io` differ.

    >>> registrable("https://www.Acme.com/about"), registrable("Bücher.example"), registrable("localhost")
    ('acme.com', 'xn--bcher-kva.example', None)
    """
    host = host_of(text)
    if host is None:
        return None
    try:
        ascii_host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:  # An empty label, or one that is too long.
        return None
    labels = ascii_host.split(".")
    # A last label of digits is an address on the network, not a name.
    if labels[-1].isdigit() or not all(label and label.replace("-", "").replace("_", "").isalnum() for label in labels):
        return None
    found: str | None = _suffixes().privatesuffix(ascii_host)
    return found


@cache
def shipped_free_domains() -> frozenset[str]:
    """Free and disposable mail domains that everybody knows (`free_domains.txt`)."""
    text = (files("tandem.identity") / "free_domains.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _folded(domains: frozenset[str]) -> frozenset[str]:
    return frozenset(found for domain in domains if (found := registrable(domain)) is not None)


@cache
def _suffixes() -> Any:
    return PublicSuffixList()
