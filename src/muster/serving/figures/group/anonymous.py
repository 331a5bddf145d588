"""Browsers of a group that nobody has a name for yet, and those that turned out to be a member."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from muster.reports.values import words
from muster.serving.figures.asking import Row, latest_first
from muster.serving.figures.group.rows import Rows

METHODS = {
    "identified_visit": "they said who they are",
    "mail_click": "opened from their own mail",
    "company_domain": "from the company's network",
    "shared_link": "by a colleague's link",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser nobody has a name for yet."""

    visitor_id: str
    joined_at: datetime | None
    last_engaged_at: datetime | None
    engagement_count: int
    pages: int
    pricing_pages: int
    known_by: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Promotion:
    """An anonymous visitor who became known as a member."""

    visitor_id: str
    person_id: str
    name: str
    known_by: str
    from_at: datetime
    first_at: datetime | None
    acts_before: int


def visitors_of(rows: Rows) -> tuple[Visitor, ...]:
    """The members nobody has a name for, the latest seen first, with the pages they opened in the cycle."""
    acts = {row["engagement_id"]: row for row in rows["resolved_engagement"]}
    pages: Counter[str] = Counter()
    prices: Counter[str] = Counter()
    for row in rows["group_engagement"]:
        act = acts.get(row["engagement_id"])
        if act is not None and row["person_id"] is None and row["visitor_id"] is not None:
            pages[row["visitor_id"]] += act["channel"] == "web"
            prices[row["visitor_id"]] += act["activity"] == "pricing_viewed"
    known_by: dict[str, Row] = {}
    for row in sorted(rows["visitor_match"], key=itemgetter("from_at", "confidence", "method")):
        known_by[row["visitor_id"]] = row
    there = [row for row in rows.own("member") if row["person_id"] is None]
    found = []
    for row in latest_first(there, "last_engaged_at", "visitor_id"):
        key = row["visitor_id"]
        match = known_by.get(key, {"method": None, "confidence": None})
        found.append(
            Visitor(
                key,
                row["joined_at"],
                row["last_engaged_at"],
                int(row["engagement_count"] or 0),
                pages[key],
                prices[key],
                METHODS.get(match["method"] or "", words(match["method"] or "how is not on record")),
                match["confidence"],
            )
        )
    return tuple(found)


def promotions_of(rows: Rows, names: Mapping[str, str]) -> tuple[Promotion, ...]:
    """Visitors of the account who turned out to be a member: what they had done while nobody knew."""
    acts: dict[str, list[datetime]] = defaultdict(list)
    for row in rows["resolved_engagement"]:
        if row["visitor_id"] is not None:
            acts[row["visitor_id"]].append(row["occurred_at"])
    met = [r for r in rows["visitor_match"] if r["person_id"] in names and r["method"] != "company_domain"]
    return tuple(
        Promotion(
            row["visitor_id"],
            row["person_id"],
            names[row["person_id"]],
            METHODS.get(row["method"], words(row["method"])),
            row["from_at"],
            min(acts[row["visitor_id"]], default=None),
            sum(at < row["from_at"] for at in acts[row["visitor_id"]]),
        )
        for row in latest_first(met, "from_at", "visitor_id", "method")
    )
