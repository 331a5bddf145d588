"""A panel of weeks that media-mix models read: spend and contacts by channel, outcomes, controls.

A mix model asks what several years of weeks say of brand and long-term spend, where nothing can be held out
by account. It fits curves to what was observed; it is no experiment, and its answers are not lift.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, pi, sin
from typing import Any

WEEK = timedelta(days=7)
MONTH = 31
EVERYWHERE = "all"
YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class Mix:
    """The panel, the channels in it, and what could not go in.

    `rows` has one for each week and place; money in whole cents. `channels` has the columns of each channel.
    `left_out` are cents spent outside the weeks, or in another currency than the company's.
    """

    rows: tuple[dict[str, Any], ...]
    channels: tuple[dict[str, Any], ...]
    left_out: int


def mix(
    *,
    spent: Sequence[Mapping[str, Any]],
    contacts: Sequence[Mapping[str, Any]],
    outcomes: Iterable[Mapping[str, Any]],
    places: Mapping[str, int],
    weeks: Sequence[date],
    currency: str,
) -> Mix:
    """Lay spend, contacts and outcomes out by week, and by place where there are several.

    `spent` are rows of tactic_id, channel, spent_on, currency and cents; `contacts` of week, place,
    channel and contacts; `outcomes` of week, place, openings, pipeline_cents, won and won_cents; `places`
    how many accounts each has. Spend is laid out over the days until the tactic's next row
    (`lasts`); it is known of no place, and is divided by accounts, to the cent.
    """
    inside = set(weeks)
    names = {row["channel"]: slug(row["channel"]) for row in (*spent, *contacts)}
    days = lasts(spent)
    money: dict[tuple[date, str, str], int] = defaultdict(int)
    left_out = 0
    for row in spent:
        if row["currency"] != currency:
            left_out += row["cents"]
            continue
        over = days[row["tactic_id"], row["spent_on"]]
        for week, cents in by_week(row["spent_on"], row["cents"], days=over).items():
            if week not in inside:
                left_out += cents
                continue
            for place, part in divided(cents, places).items():
                money[week, place, names[row["channel"]]] += part
    seen: dict[tuple[date, str, str], int] = defaultdict(int)
    for row in contacts:
        if row["place"] in places:
            seen[row["week"], row["place"], names[row["channel"]]] += row["contacts"]
    came = {(row["week"], row["place"]): row for row in outcomes}
    slugs = sorted(set(names.values()))
    rows = tuple(
        _row(week, place, number, slugs=slugs, money=money, seen=seen, came=came.get((week, place), {}))
        | {"population": places[place]}
        for number, week in enumerate(weeks)
        for place in sorted(places)
    )
    return Mix(rows, tuple(_told(slug, names, rows) for slug in slugs), left_out)


def lasts(spent: Sequence[Mapping[str, Any]]) -> dict[tuple[str, date], int]:
    """Over how many days each row of spend is laid out: until the tactic's next one, a month at most.

    The last row of a tactic, and one with more than a month after it, lasts as long as the one before it; a
    row on its own one day.
    """
    dates: dict[str, set[date]] = defaultdict(set)
    for row in spent:
        dates[row["tactic_id"]].add(row["spent_on"])
    told = {}
    for tactic, days in dates.items():
        ordered, before = sorted(days), 1
        for this, following in zip(ordered, [*ordered[1:], None], strict=True):
            gap = (following - this).days if following is not None else 0
            before = gap if 0 < gap <= MONTH else before
            told[tactic, this] = before
    return told


def by_week(on: date, cents: int, *, days: int) -> dict[date, int]:
    """One row of spend over so many days, by the Mondays of their weeks, to the cent."""
    told: dict[date, int] = defaultdict(int)
    for n in range(days):
        day = on + timedelta(days=n)
        part = cents * (n + 1) // days - cents * n // days
        told[day - timedelta(days=day.weekday())] += part
    return dict(told)


def divided(cents: int, places: Mapping[str, int]) -> dict[str, int]:
    """Cents over places by their accounts; the parts add up (largest remainders, then the name)."""
    total = sum(places.values())
    exact = {place: cents * count for place, count in places.items()}
    parts = {place: value // total for place, value in exact.items()}
    rest = cents - sum(parts.values())
    for place in sorted(places, key=lambda p: (-(exact[p] % total), p))[:rest]:
        parts[place] += 1
    return parts


def slug(channel: str) -> str:
    """A channel as a column is called: `Paid search` -> `paid_search`."""
    return re.sub(r"[^a-z0-9]+", "_", channel.lower()).strip("_") or "other"


def _row(
    week: date,
    place: str,
    number: int,
    *,
    slugs: Sequence[str],
    money: Mapping[tuple[date, str, str], int],
    seen: Mapping[tuple[date, str, str], int],
    came: Mapping[str, Any],
) -> dict[str, Any]:
    turn = 2 * pi * week.timetuple().tm_yday / YEAR
    outcome = {name: came.get(name, 0) for name in ("openings", "pipeline_cents", "won", "won_cents")}
    return {
        "week": week,
        "geo": place,
        **outcome,
        **{f"spend_{name}": money.get((week, place, name), 0) for name in slugs},
        **{f"contacts_{name}": seen.get((week, place, name), 0) for name in slugs},
        "trend": number,
        "year_sin": round(sin(turn), 6),
        "year_cos": round(cos(turn), 6),
    }


def _told(name: str, names: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    cents = sum(r[f"spend_{name}"] for r in rows)
    return {
        "channel": min(said for said, one in names.items() if one == name),
        "spend_column": f"spend_{name}",
        "contacts_column": f"contacts_{name}",
        "spend_cents": cents,
        "contacts": sum(r[f"contacts_{name}"] for r in rows),
        "kind": "paid" if cents else "organic",
    }
