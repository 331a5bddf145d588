"""Which records are one organisation, however they come in."""

from __future__ import annotations

import doctest
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.identity.firms import domains, hierarchy, records, verdict
from muster.identity.firms.domains import link_domains
from muster.identity.firms.hierarchy import circles_opened
from muster.identity.firms.likeness import chance, measures
from muster.identity.firms.match import joinable
from muster.identity.firms.named import link_names
from muster.identity.firms.records import Claim, Joined, Link, Record
from muster.identity.firms.told import NOTHING, Told
from muster.identity.firms.verdict import judge
from muster.readings.companies import read_name

_NAMES = [
    *("Acme", "Acme Inc", "Acme Europe", "Acme Asia", "Acme Holdings", "ACME GmbH", "", "Global Services"),
    *("Delta Dental of Ohio", "Delta Dental of Iowa", "Delta Dental", "Store 12", "Store 13", "Nokia/AOL"),
    *("Meta (formerly Facebook)", "Facebook", "Meta", "IBM", "International Business Machines"),
    *("International Business Machines (IBM)",),
]
_DOMAINS = ["acme.com", "acme.de", "deltadental.com", "ibm.com", None]


def record(
    number: int, name: str, domain: str | None = None, parent: str | None = None, country: str = ""
) -> Record:
    return Record(str(number), read_name(name), country, parent, domain, number)


def accounts(found: list[Record], *, order: int = 0, told: Told = NOTHING) -> set[frozenset[str]]:
    """The accounts that records become, read in some order."""
    chance_ = random.Random(order)
    shuffled = chance_.sample(found, len(found))
    claims = [Claim(r.id, r.domain, True, 0) for r in shuffled if r.domain]
    by_id = {r.id: r for r in sorted(shuffled, key=lambda r: r.id)}
    links = [*link_domains(by_id, sorted(claims, key=lambda c: (c.domain, c.record_id)), told).links]
    links += link_names(by_id.values())[0]
    made, _ = joinable(chance_.sample(links, len(links)), by_id, told)
    joined = Joined(f"r:{r.id}" for r in found)
    for link in made:
        joined.join(link.left, link.right)
    return {frozenset(k for k in keys if k.startswith("r:")) for keys in joined.sets()}


companies = st.lists(
    st.tuples(
        st.sampled_from(_NAMES),
        st.sampled_from(_DOMAINS),
        st.sampled_from(["", "us", "de"]),
        st.integers(-4, 8),
    ),
    max_size=9,
)


@settings(max_examples=150, deadline=None)
@given(companies, st.integers(0, 99))
def test_order_does_not_matter_and_nothing_that_cannot_be_one_is_joined(
    said: list[tuple[str, str | None, str, int]], order: int
) -> None:
    found = [
        record(n, name, domain, str(parent) if 0 <= parent < len(said) and parent != n else None, country)
        for n, (name, domain, country, parent) in enumerate(said)
    ]
    first = accounts(found)
    assert first == accounts(found, order=order)
    by_key = {f"r:{r.id}": r for r in found}
    for account in first:
        for a in account:
            assert f"r:{by_key[a].parent_id}" not in account
            for b in account:
                assert not judge(by_key[a].name, by_key[b].name).is_hard


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts_have_one_chance_both_ways(a: str, b: str) -> None:
    left, right = read_name(a), read_name(b)
    if left.words and right.words:
        forth, back = chance(measures(left, right)), chance(measures(right, left))
        assert 0 <= forth <= 1 and forth == pytest.approx(back, abs=0.2)
    assert judge(left, right).kind in {"same", "unit", "apart"}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), max_size=8))
def test_no_circle_of_parents_is_left_and_no_more_is_cut_than_circles(parents: dict[str, str]) -> None:
    cut = circles_opened(parents, {a: (ord(a), a) for a in parents})
    left = {a: p for a, p in parents.items() if a not in cut}
    for start in left:
        at, steps = start, 0
        while at in left:
            at, steps = left[at], steps + 1
            assert steps <= len(parents)
    for a in cut:  # each cut account was on a circle
        at = parents[a]
        for _ in parents:
            at = at if at == a else parents.get(at, a)
        assert at == a


decisions = st.lists(st.tuples(st.booleans(), st.integers(0, 8), st.integers(0, 8)), max_size=5)


@settings(max_examples=150, deadline=None)
@given(companies, decisions, st.integers(0, 99))
def test_decisions_win_over_what_is_alike_and_splits_over_every_chain(
    said: list[tuple[str, str | None, str, int]], decided: list[tuple[bool, int, int]], order: int
) -> None:
    found = [record(n, name, domain, None, country) for n, (name, domain, country, _) in enumerate(said)]
    pairs = {(min(a, b), max(a, b)): is_merge for is_merge, a, b in decided if a != b}
    apart = {
        n: {f"r:{b if a == n else a}" for (a, b), m in pairs.items() if not m and n in (a, b)}
        for n in range(9)
    }
    links = tuple(Link(f"r:{a}", f"r:{b}", "decided", 1.0, "") for (a, b), m in sorted(pairs.items()) if m)
    told = Told(links, {f"r:{n}": frozenset(others) for n, others in apart.items() if others})
    made = {frozenset((k.left, k.right)) for k in told.joined()[1]}
    first = accounts(found, told=told)
    assert first == accounts(found, order=order, told=told)
    for (a, b), is_merge in pairs.items():
        if max(a, b) < len(found):
            is_one = any({f"r:{a}", f"r:{b}"} <= account for account in first)
            assert is_one if is_merge and {f"r:{a}", f"r:{b}"} in made else is_merge or not is_one


def test_joins_that_would_bring_together_two_companies_are_not_made() -> None:
    found = {
        "1": record(1, "Delta Dental of Ohio"),
        "2": record(2, "Delta Dental"),
        "3": record(3, "Delta Dental of Iowa"),
    }
    links = [
        Link("r:1", "r:2", "same_name", 0.9, ""),
        Link("r:2", "r:3", "same_name", 0.8, ""),
        Link("r:3", "d:delta.com", "same_domain", 0.7, ""),
    ]
    made, refused = joinable(links, found)
    assert [link.confidence for link in made] == [0.9, 0.7] and [link.confidence for link in refused] == [0.8]


def test_a_domain_of_many_unlike_accounts_is_nobodys() -> None:
    found = {
        str(n): record(n, name, "host.com")
        for n, name in enumerate(["Alfa Bake", "Bravo Ink", "Kilo Tau", "Xylo", "Zeta Q"])
    }
    said = link_domains(found, [Claim(r, "host.com", True, 1) for r in found])
    assert said.links == []
    assert [(s.owner_id, s.account_count) for s in said.shared] == [(None, 5)]


def test_people_elsewhere_do_not_take_a_domain_from_the_company_that_has_it() -> None:
    found = {
        "1": record(1, "Buyer", "buyer.com"),
        "2": record(2, "Agency Pluto"),
        "3": record(3, "Buyer Ltd"),
    }
    claims = [
        Claim("1", "buyer.com", True, 2),
        Claim("2", "buyer.com", False, 9),
        Claim("3", "buyer.com", False, 2),
    ]
    assert {link.left for link in link_domains(found, claims).links} == {"r:1", "r:3"}


@pytest.mark.parametrize("module", [domains, records, verdict, hierarchy])
def test_the_examples_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
