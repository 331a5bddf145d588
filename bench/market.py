"""A stretch of accounts with their people and buying cycles, all as arrays."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import columns as c
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from muster.demo import names
from muster.demo.organisations import FREE_MAIL

# Whole weeks up to 28 December 2025: two years of them unless the environment asks for another number.
YEARS = int(os.environ.get("MUSTER_BENCH_YEARS", "2"))
DAYS = 52 * 7 * YEARS - 1
END = 1_704_067_200 + 727 * 86_400
START = END - DAYS * 86_400
WEEK = 7 * 86_400
_TRADES = [(industry, word) for industry, words in names.TRADES.items() for word in words]
_NAMES = len(names.STEM) ** 2 * len(_TRADES)
_STEP = 104_729  # prime, so that every account gets a name of its own
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class People:
    """People by place: their account, records, browser, and since when they are known."""

    account: c.Ints
    first: Any
    last: Any
    email: Any
    title: Any
    lead_id: Any
    contact_id: Any
    visitor_id: Any
    is_lead: Flags
    is_contact: Flags
    known_at: c.Ints


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts by place; the people of account i are first_person[i] and the next counts[i] - 1."""

    account_id: Any
    name: Any
    plain_name: Any
    domain: Any
    industry: Any
    owner: c.Ints
    has_scanner: Flags
    first_person: c.Ints
    counts: c.Ints
    people: People


@dataclass(frozen=True, slots=True)
class Cycles:
    """Buying cycles by place: account, solution, beginning, peak, and whether a deal opens then."""

    account: c.Ints
    solution: c.Ints
    begins_at: c.Ints
    peaks_at: c.Ints
    closes_at: c.Ints
    opens: Flags
    is_won: Flags
    size: c.Ints  # the first `size` people of the account decide; the very first is the champion


def found(rng: np.random.Generator, first: int, count: int, *, owners: int) -> Accounts:
    """Found accounts `first` to `first + count - 1` and their people."""
    number = np.arange(first, first + count)
    place = (number * _STEP + 17) % _NAMES
    stem = pa.array(names.STEM)
    trade = pa.array([word for _, word in _TRADES])
    one = c.take(stem, place % len(names.STEM))
    two = c.take(stem, place // len(names.STEM) % len(names.STEM))
    three = c.take(trade, place // len(names.STEM) ** 2)
    seat = c.take(pa.array(names.STEM), number // _NAMES - 1)  # names are used up: add a fourth word
    plain = c.join(one, " ", two, " ", three, c.when(number >= _NAMES, c.join(" ", seat)))
    form = c.take(
        pa.array([f" {form}" if form else "" for form in names.LEGAL_FORMS]),
        rng.integers(0, len(names.LEGAL_FORMS), count),
    )
    domain = c.join(pc.utf8_lower(c.join(one, two, three, seat)), ".example")
    counts = 3 + rng.poisson(5, count)
    return Accounts(
        account_id=c.record_ids(rng, "001", count),
        name=c.join(plain, form),
        plain_name=plain,
        domain=domain,
        industry=c.take(pa.array([industry for industry, _ in _TRADES]), place // len(names.STEM) ** 2),
        owner=rng.integers(0, owners, count),
        has_scanner=rng.random(count) < 0.02,
        first_person=np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64),
        counts=counts,
        people=_employ(rng, domain, counts),
    )


def _employ(rng: np.random.Generator, domain: Any, counts: c.Ints) -> People:
    account = np.repeat(np.arange(len(counts)), counts)
    count = len(account)
    kind = c.weigh(rng, [0.56, 0.24, 0.2], count)  # lead, contact, not yet known to anybody
    was_known = rng.random(count) < 0.6
    before = START - rng.integers(10, 600, count) * 86_400
    within = START + rng.integers(0, DAYS * 86_400, count)
    known_at = np.where(kind == 2, END + 1, np.where(was_known, before, within))
    first = c.take(pa.array(names.FIRST), rng.integers(0, len(names.FIRST), count))
    last = c.take(pa.array(names.LAST), rng.integers(0, len(names.LAST), count))
    home = c.when(rng.random(count) < 0.03, FREE_MAIL, c.take(domain, account))
    titles = _titles()
    return People(
        account=account,
        first=first,
        last=last,
        email=c.join(pc.utf8_lower(c.join(first, ".", last)), "@", home),
        title=c.take(titles, rng.integers(0, len(titles), count)),
        lead_id=c.record_ids(rng, "00Q", count),
        contact_id=c.record_ids(rng, "003", count),
        visitor_id=c.codes(rng, "v", count),
        is_lead=kind == 0,
        is_contact=kind == 1,
        known_at=known_at,
    )


def _titles() -> Any:
    made = [
        pattern.format(word)
        for words in names.FUNCTIONS.values()
        for word in words
        for patterns in names.SENIORITIES.values()
        for pattern in patterns
    ]
    chiefs = [title for titles in names.CHIEFS.values() for title in titles] * 2
    dirty = [title.upper() for title in made[::17]] + [title.lower() for title in made[::13]]
    return pa.array(made + chiefs + dirty + [""] * (len(made) // 12))


def want(rng: np.random.Generator, accounts: Accounts, *, per_account: float) -> Cycles:
    """Let accounts go through buying cycles of their groups."""
    number = rng.poisson(per_account, len(accounts.counts))
    account = np.repeat(np.arange(len(number)), number)
    count = len(account)
    begins_at = START + rng.integers(0, (DAYS - 50) * 86_400, count)
    peaks_at = begins_at + (rng.uniform(6, 20, count) * WEEK).astype(np.int64)
    opens = (rng.random(count) < 0.62) & (peaks_at < END)
    closes_at = peaks_at + (rng.lognormal(np.log(80), 0.55, count) * 86_400).astype(np.int64)
    return Cycles(
        account=account,
        solution=rng.integers(0, 3, count),
        begins_at=begins_at,
        peaks_at=peaks_at,
        closes_at=closes_at,
        opens=opens,
        is_won=opens & (rng.random(count) < 0.36),
        size=np.minimum(3 + rng.poisson(2, count), np.minimum(accounts.counts[account], 9)),
    )
