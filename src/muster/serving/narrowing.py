"""What the top bar narrows a screen to: a solution, a territory, days; how it is read, said, carried on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from muster.problems import WrongUse
from muster.reports.quarter import read_quarter
from muster.reports.values import show

# The words of an address that it is read from: `owner`, `week` and `period` are those of one screen each.
NAMES = ("solution", "territory", "since", "until", "owner", "week", "period")
# Days beyond these are a slip of the pen, and a week before or after them may be no day at all.
_EARLIEST, _LATEST = date(1900, 1, 1), date(2999, 12, 31)
EVERY = ("solution", "territory", "days")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is asked for.

    `territory` is `region:EMEA`, `country:DE`, `owner:ID` or `owner:mine`; `all` says that it is every one,
    on a list that begins with one's own.
    """

    solution: str = ""
    territory: str = ""
    since: date | None = None  # the first day that counts
    until: date | None = None  # the last

    @property
    def is_set(self) -> bool:
        """Whether it leaves anything out."""
        return self.has_rows_out or self.has_days

    @property
    def has_territory(self) -> bool:
        """Whether a territory is asked for that is not every one."""
        return self.territory not in ("", "all")

    @property
    def has_rows_out(self) -> bool:
        """Whether it leaves out rows of a solution or territory."""
        return bool(self.solution) or self.has_territory

    @property
    def has_days(self) -> bool:
        """Whether days are asked for, from or to one."""
        return self.since is not None or self.until is not None

    def holds_day(self, day: date | None) -> bool:
        """Whether a day lies in what is asked for; none at all lies in no days."""
        if not self.has_days:
            return True
        return day is not None and (self.since or day) <= day <= (self.until or day)

    def holds_place(self, region: str | None, country: str | None) -> bool:
        """Whether a place lies in the region or country asked for; an owner is no place."""
        kind, _, name = self.territory.partition(":")
        place = {"region": region, "country": country}.get(kind)
        return kind not in ("region", "country") or (place or "").lower() == name.lower()

    def owners(self, own: frozenset[str]) -> frozenset[str]:
        """The ids of the owner asked for; `own` are the viewer's. None where none is asked for."""
        kind, _, name = self.territory.partition(":")
        if kind != "owner":
            return frozenset()
        return own if name == "mine" else frozenset({name})

    def carried(self) -> str:
        """What an address takes along to the next screen, with its question mark; empty without any."""
        told = {
            "solution": self.solution,
            "territory": self.territory,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        kept = {name: value for name, value in told.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    def words(self, names: Mapping[str, str]) -> dict[str, str]:
        """What is asked for as people say it, by solution, territory and days; `names` are of territories."""
        said = {}
        if self.solution:
            said["solution"] = self.solution
        if self.has_territory:
            said["territory"] = names.get(self.territory, self.territory.partition(":")[2])
        if self.has_days:
            said["days"] = days_in_words(self.since, self.until)
        return said


def days_in_words(since: date | None, until: date | None) -> str:
    """1 Jul 2025 to 30 Sep 2025, or one end of it.

    >>> days_in_words(date(2025, 7, 1), date(2025, 9, 30)), days_in_words(None, date(2025, 9, 30))
    ('1 Jul 2025 to 30 Sep 2025', 'until 30 Sep 2025')
    """
    if since and until:
        return show(since) if since == until else f"{show(since)} to {show(until)}"
    return f"since {show(since)}" if since else f"until {show(until)}"


def narrowing_of(query: Mapping[str, str]) -> Narrowing:
    """What an address asks for; what is no day or no quarter asks for nothing.

    Addresses of before say `owner=ID` or `owner=all`, a week by a day of it, and a quarter by its name.
    """
    territory, owner = query.get("territory", ""), query.get("owner", "")
    if not territory and owner:
        territory = "all" if owner == "all" else f"owner:{owner}"
    since, until = _day(query.get("since", "")), _day(query.get("until", ""))
    monday = _day(query.get("week", ""))
    if since is None and until is None and monday is not None:
        since = monday - timedelta(days=monday.weekday())
        until = since + timedelta(days=6)
    if since is None and until is None and query.get("period"):
        try:
            quarter = read_quarter(query["period"], as_of=_LATEST)
        except WrongUse:
            pass
        else:
            since, until = quarter.starts_on, quarter.last_day
    if since and until and until < since:
        since, until = until, since
    return Narrowing(query.get("solution", ""), territory, since, until)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _EARLIEST <= day <= _LATEST else None
