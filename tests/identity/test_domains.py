"""Which domain an address names, and which domains are of a company."""

from __future__ import annotations

import doctest

import pytest

from tandem.identity import domains
from tandem.identity.domains import WorkDomains, host_of, mail_domain, mail_host, registrable, shipped_free_domains
from tandem.identity.rules import Rules


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("acme.com", "acme.com"),
        ("EU.Mail.ACME.co.uk.", "acme.co.uk"),
        ("https://www.acme.com:8080/about?x=1#y", "acme.com"),
        ("acme.com/@team", "acme.com"),
        ("foo.github.io", "foo.github.io"),
        ("a.foo.github.io", "foo.github.io"),
        ("github.io", None),
        ("co.uk", None),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("127.0.0.1", None),
        ("localhost", None),
        ("acme..com", None),
        ("a b.com", None),
        ("x" * 70 + ".com", None),
        ("", None),
    ],
)
def test_a_domain_is_what_somebody_registered(text: str, domain: str | None) -> None:
    assert registrable(text) == domain


@pytest.mark.parametrize(
    ("text", "host"),
    [
        (" https://bob@EU.Mail.acme.co.uk.:8080/about?x=1#y", "EU.Mail.acme.co.uk"),
        ("Bücher.example/@team", "Bücher.example"),
        ("localhost", "localhost"),
        ("https://", None),
        ("", None),
    ],
)
def test_a_host_is_told_as_it_stands_in_an_address(text: str, host: str | None) -> None:
    assert host_of(text) == host
    assert mail_host(None if host is None else f"Ann <ann@{host}>") == host


@pytest.mark.parametrize(
    ("mail", "domain"),
    [("ann@acme.com", "acme.com"), ("Ann <ann@eu.acme.com>", "acme.com"), ("a@b@acme.com", "acme.com"), ("ann", None), ("@acme.com", None)],
)
def test_a_mail_domain_stands_after_the_last_at_sign(mail: str, domain: str | None) -> None:
    assert mail_domain(mail) == domain


def test_free_and_disposable_domains_are_shipped_registrable_and_lower_case():
    shipped = shipped_free_domains()
    assert {"gmail.com", "yahoo.co.uk", "icloud.com", "mailinator.com", "yopmail.com", "guerrillamail.com"} <= shipped
    assert len(shipped) > 600
    assert [domain for domain in shipped if registrable(domain) != domain] == []


def test_a_company_may_add_free_domains_and_take_work_domains_back():
    rules = Rules(free_domains=frozenset({"Uni.example", "both.example"}), work_domains=frozenset({"gmail.com", "both.example"}))
    work = WorkDomains.of(rules)
    mails = ("a@uni.example", "a@gmail.com", "a@both.example", "a@yahoo.com", "a@acme.com", None)
    assert [work.of_mail(mail) for mail in mails] == [None, "gmail.com", "both.example", None, "acme.com", None]


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(domains).failed == 0
