"""Records with one domain are one organisation, unless names tell them apart: then one has the domain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from muster.identity.firms.records import Claim, Joined, Link, Record
from muster.identity.firms.told import NOTHING, Told
from muster.identity.firms.verdict import Verdict, judge
from muster.readings.companies.labels import fits_label

_MANY = 60  # more names than this at one domain: a platform, whose names are not compared


@dataclass(frozen=True, slots=True)
class SharedDomain:
    """A domain of several accounts: who has its mail and visits, and by which tie-break."""

    domain: str
    owner_id: str | None
    account_count: int
    reason: str


@dataclass(frozen=True, slots=True)
class DomainLinks:
    """What domains say: links to make, links to look at, and domains of several accounts."""

    links: list[Link]
    reviews: list[Link]
    shared: list[SharedDomain]


def link_domains(records: Mapping[str, Record], claims: Iterable[Claim], told: Told = NOTHING) -> DomainLinks:
    """Join records by the domains they state and the domains their people write from."""
    found = DomainLinks([], [], [])
    joined = told.joined()[0]
    by_domain: dict[str, list[Claim]] = defaultdict(list)
    people: dict[str, int] = defaultdict(int)
    for claim in claims:
        by_domain[claim.domain].append(claim)
        people[claim.record_id] += claim.people_count
    for domain in sorted(by_domain):
        _link_domain(domain, by_domain[domain], records, people, found, told=told, joined=joined)
    return found


def _link_domain(
    domain: str,
    claims: list[Claim],
    records: Mapping[str, Record],
    people: Mapping[str, int],
    found: DomainLinks,
    *,
    told: Told,
    joined: Joined,
) -> None:
    stated = [c for c in claims if c.is_stated]
    beside = [c for c in claims if not c.is_stated and c.record_id not in {s.record_id for s in stated}]
    label = domain.split(".", 1)[0]
    claiming = {c.record_id for c in stated}
    # A subsidiary with its parent's domain stays apart from it; the domain is the parent's.
    apart = {
        r
        for r in claiming
        if (above := records[r].parent_id) in claiming and joined.root(f"r:{r}") != joined.root(f"r:{above}")
    }
    alike = _one_organisation([records[r] for r in sorted(claiming - apart)], domain, found.reviews)
    sets = as_told(alike, told, joined)
    seen = {c.record_id: c.people_count for c in claims}
    owner = _owner(sets, label, records, seen)
    count = len(sets) + len(apart)
    if owner is not None:
        for record in owner[0]:
            found.links.append(
                Link(f"r:{record}", f"d:{domain}", "same_domain", 0.97, f"has the domain {domain}")
            )
    if count > 1:
        reason = owner[1] if owner else "of many accounts, and none has its name"
        found.shared.append(SharedDomain(domain, owner[0][0] if owner else None, count, reason))
    for others in sets:
        if not owner or others is not owner[0]:
            first, *rest = others
            said = f"both have the domain {domain}, shared with other accounts"
            found.links.extend(Link(f"r:{o}", f"r:{first}", "same_domain", 0.95, said) for o in rest)
    writing = _People(domain, beside, owner[0] if owner else [], bool(claiming))
    _link_people(writing, records, people, found)


@dataclass(frozen=True, slots=True)
class _People:
    """The records whose people write from a domain that the records do not state."""

    domain: str
    claims: list[Claim]
    owner: list[str]  # the records whose domain it is
    is_stated: bool  # by any record


def _link_people(
    said: _People, records: Mapping[str, Record], people: Mapping[str, int], found: DomainLinks
) -> None:
    """Join records to the domain that most of their people write from, where their names allow it."""
    domain, beside, owner = said.domain, said.claims, said.owner
    label = domain.split(".", 1)[0]
    total = sum(c.people_count for c in beside)
    for claim in beside:
        record = records[claim.record_id]
        fits = fits_label(record.name, label)
        # Most of the record's people, and more than one of them unless the domain has the company's name.
        is_usual = claim.people_count * 2 > people[record.id] and (claim.people_count >= 2 or fits)
        is_only = claim.people_count * 5 >= total * 4
        evidence = f"{claim.people_count} of its people write from {domain}"
        link = Link(f"r:{record.id}", f"d:{domain}", "people_domain", 0.95 if fits else 0.9, evidence)
        if owner:
            if record.domain is not None or not is_usual or record.parent_id in owner:
                continue
            verdicts = [judge(record.name, records[o].name) for o in owner]
            if all(v.kind != "apart" for v in verdicts):
                found.links.append(link)
            elif not any(v.is_hard for v in verdicts):
                found.reviews.append(link)
        elif not said.is_stated and is_usual and is_only:
            (found.links if fits or claim.people_count >= 3 else found.reviews).append(link)


def _one_organisation(at_domain: list[Record], domain: str, reviews: list[Link]) -> list[list[str]]:
    """The records of a domain in sets of one organisation each.

    Equal names join first. Longer names (Acme, Acme Europe) join what they are a unit of only where all
    that would come together can be one: with Acme Asia beside them, the three stay apart.
    """
    of: dict[str, list[Record]] = defaultdict(list)
    for record in at_domain:
        of[record.name.key or ""].append(record)
    names = {key: same[0].name for key, same in of.items()}
    if len(names) > _MANY:
        return [[r.id for r in same] for same in of.values()]
    verdicts: dict[tuple[str, str], Verdict] = {
        (a, b): judge(names[a], names[b]) for a, b in combinations(sorted(names), 2)
    }
    strong, weak = Joined(names), Joined(names)
    for (a, b), verdict in verdicts.items():
        if verdict.kind == "same":
            strong.join(a, b)
        if verdict.kind != "apart":
            weak.join(a, b)
    sets: list[list[str]] = []
    for keys in weak.sets():
        is_one = not any(verdicts[pair].is_hard for pair in combinations(keys, 2))
        sets += [keys] if is_one else [s for s in strong.sets() if s[0] in keys]
    place = {key: number for number, keys in enumerate(sets) for key in keys}
    for (a, b), verdict in verdicts.items():
        if place[a] != place[b] and not verdict.is_hard:
            left, right = (f"r:{of[k][0].id}" for k in (a, b))
            said = f"both have the domain {domain}; {verdict.evidence}"
            reviews.append(Link(left, right, "same_domain", round(verdict.chance, 3), said))
    return [
        [r.id for key in keys for r in sorted(of[key], key=lambda r: (r.known_at, r.id))] for keys in sets
    ]


def as_told(sets: list[list[str]], told: Told, joined: Joined) -> list[list[str]]:
    """Sets of records at one domain, brought together and parted as people and the CRM said.

    >>> told = Told(apart={"r:1": frozenset({"r:2"}), "r:2": frozenset({"r:1"})})
    >>> as_told([["1", "2", "3"]], told, Joined())
    [['1', '3'], ['2']]
    """
    if not told.links and not told.apart:
        return sets
    parted: list[list[str]] = []
    for record, place in ((r, n) for n, one in enumerate(sets) for r in one):
        key, home = joined.root(f"r:{record}"), {*sets[place]}
        for others in parted:
            is_alike = not home.isdisjoint(others) or any(joined.root(f"r:{o}") == key for o in others)
            if is_alike and not told.keeps_apart([f"r:{record}"], [f"r:{o}" for o in others]):
                others.append(record)
                break
        else:
            parted.append([record])
    return parted


def _owner(
    sets: list[list[str]], label: str, records: Mapping[str, Record], people: Mapping[str, int]
) -> tuple[list[str], str] | None:
    """Whose a domain is: the one with its name, else with most people at it, else the one known first.

    With five or more accounts and none of its name, a domain is nobody's.
    """
    if not sets:
        return None
    fitting = [s for s in sets if any(fits_label(records[r].name, label) for r in s)]
    if len(sets) >= 5 and not fitting:
        return None
    among = fitting or sets
    if len(among) == 1:
        return among[0], "it has the domain's name"

    def place(ids: list[str]) -> tuple[int, int, str]:
        first = min((records[r].known_at, r) for r in ids)
        return -sum(people.get(r, 0) for r in ids), *first

    ranked = sorted(among, key=place)
    is_by_people = place(ranked[0])[0] != place(ranked[1])[0]
    return ranked[0], "most people at the domain are its" if is_by_people else "it was known first"
