"""What is known of an account record when records are compared: its name, country, parent, and domains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from muster.engine.protocol import Engine
from muster.readings.companies import CompanyName, read_name

Method = Literal[
    "decided",
    "merged_record",
    "same_domain",
    "people_domain",
    "same_name",
    "similar_name",
    "former_name",
    "other_name",
    "typing_slip",
    "short_name",
]


@dataclass(frozen=True, slots=True)
class Record:
    """An account record."""

    id: str
    name: CompanyName
    country: str  # as compared: lower case, one word for one country; empty where unknown
    parent_id: str | None
    domain: str | None  # of its website
    known_at: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A domain that a record has: it states it, or its people write from it."""

    record_id: str
    domain: str
    is_stated: bool  # by the record itself
    people_count: int


@dataclass(frozen=True, slots=True)
class Link:
    """Two keys that may be one account, and why. Keys are `r:` and a record id, or `d:` and a domain."""

    left: str
    right: str
    method: Method
    confidence: float
    evidence: str


# The commonest ways to write the commonest countries; any other is compared as written.
_COUNTRIES = {
    written: country
    for country, ways in {
        "us": "usa|u.s.|u.s.a.|united states|united states of america|america",
        "gb": "uk|u.k.|united kingdom|great britain|england|scotland|wales",
        "de": "germany|deutschland|ger|deu",
        "fr": "france|fra",
        "nl": "netherlands|the netherlands|nederland|holland|nld",
        "ch": "switzerland|schweiz|suisse|svizzera|che",
        "at": "austria|österreich|aut",
        "es": "spain|españa|esp",
        "it": "italy|italia|ita",
        "ca": "canada|can",
        "in": "india|ind",
        "cn": "china|people's republic of china|pr china|chn",
        "jp": "japan|jpn",
        "kr": "south korea|korea|republic of korea|kor",
        "br": "brazil|brasil|bra",
        "mx": "mexico|méxico|mex",
        "au": "australia|aus",
        "se": "sweden|sverige|swe",
        "ie": "ireland|irl",
        "be": "belgium|belgique|belgië|bel",
    }.items()
    for written in ways.split("|")
}


def country_key(said: str | None) -> str:
    """One word for one country.

    >>> country_key("United States") == country_key("usa") == country_key("US")
    True
    """
    plain = (said or "").strip().casefold()
    return _COUNTRIES.get(plain, plain)


def read_records(engine: Engine) -> list[Record]:
    """Every record of table `compared_account`, in order of id."""
    rows = engine.arrow(
        "SELECT r.account_record_id, r.name, r.country, r.parent_record_id, r.domain, r.known_at"
        " FROM compared_account AS r"
    ).to_pylist()
    return sorted(
        (
            Record(
                id=row["account_record_id"],
                name=read_name(row["name"] or ""),
                country=country_key(row["country"]),
                parent_id=row["parent_record_id"],
                domain=row["domain"],
                known_at=row["known_at"],
            )
            for row in rows
        ),
        key=lambda record: record.id,
    )


def read_claims(engine: Engine) -> list[Claim]:
    """Every row of table `account_domain_claim`, in order."""
    rows = engine.arrow(
        "SELECT c.account_record_id, c.domain, c.is_stated, c.people_count FROM account_domain_claim AS c"
    ).to_pylist()
    found = (Claim(r["account_record_id"], r["domain"], r["is_stated"], int(r["people_count"])) for r in rows)
    return sorted(found, key=lambda c: (c.domain, c.record_id, not c.is_stated))


class Joined:
    """Sets of keys that were joined so far."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._above = {key: key for key in keys}
        self._members: dict[str, list[str]] = {key: [key] for key in self._above}

    def root(self, key: str) -> str:
        """The key that stands for a set."""
        if key not in self._above:
            self._above[key], self._members[key] = key, [key]
        while (above := self._above[key]) != key:
            self._above[key] = key = self._above[above]
        return key

    def join(self, left: str, right: str) -> None:
        """Make one set of two; the smaller key stands for it."""
        low, high = sorted((self.root(left), self.root(right)))
        if low != high:
            self._above[high] = low
            self._members[low] += self._members.pop(high)

    def of(self, key: str) -> list[str]:
        """Every key of a set."""
        return self._members[self.root(key)]

    def sets(self) -> Iterator[list[str]]:
        """Every set, by the key that stands for it."""
        for root in sorted(self._members):
            yield sorted(self._members[root])
