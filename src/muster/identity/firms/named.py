"""Records with one name, a former name, initials, or names that differ in a slip: to join, or to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from rapidfuzz.distance import OSA

from muster.identity.firms.records import Link, Method, Record
from muster.identity.firms.verdict import judge
from muster.readings.companies.labels import fits_label
from muster.readings.companies.vocabulary import meanings, words_of
from muster.readings.companies.weights import is_telling
from muster.readings.companies.words import script

_CROWD = 40  # a block with more names than this is too common to compare name by name

# Abbreviations that stand for one word only, and spellings of one word: equal for joining.
_WRITTEN_OUT = meanings("written_out")
_EXTRA = words_of("addition")


def compact(key: str) -> str:
    """A name without blanks, abbreviations written out: `Data Dog Intl` is `DataDog International`."""
    return "".join(_WRITTEN_OUT.get(word, word) for word in key.split())


def link_names(records: Iterable[Record]) -> tuple[list[Link], list[Link]]:
    """Links to make and links to look at."""
    links: list[Link] = []
    reviews: list[Link] = []
    same: dict[str, list[Record]] = defaultdict(list)
    every = [r for r in records if r.name.key is not None and not r.name.parts]
    for record in every:
        same[compact(record.name.key or "")].append(record)
    for named in same.values():
        _link_same(named, links, reviews)
    _link_known_as(every, same, links, reviews)
    reviews += _slips({key: named[0] for key, named in same.items()})
    reviews += _longer_names(same)
    return links, reviews


def _link_same(named: list[Record], links: list[Link], reviews: list[Link]) -> None:
    """Records with one name are one account in one country, where they have at most one domain."""
    if len(named) < 2:
        return
    free = [r for r in named if r.parent_id is None]
    countries = sorted({r.country for r in free if r.country})
    by_country: dict[str, list[Record]] = defaultdict(list)
    for record in free:
        # Without a country, a record belongs to the only one there is.
        by_country[record.country or (countries[0] if len(countries) == 1 else "")].append(record)
    firsts = [_link_country(by_country[country], links, reviews) for country in sorted(by_country)]
    elsewhere = combinations(firsts[:5], 2)
    reviews.extend(_named_link(a, b, "same_name", 0.5, "in another country") for a, b in elsewhere)


def _link_country(named: list[Record], links: list[Link], reviews: list[Link]) -> Record:
    named = sorted(named, key=lambda r: (r.known_at, r.id))
    domains = {r.domain for r in named if r.domain}
    first, *others = named
    if len(domains) <= 1 or _is_one_label(domains, named):
        is_sure = is_telling(first.name.key or "")
        for other in others:
            confidence = 0.95 if is_sure else 0.7
            link = _named_link(other, first, _method(other, first), confidence, "")
            (links if is_sure or (other.domain and other.domain == first.domain) else reviews).append(link)
        return first
    # Several domains: which of the companies a record without one is, nobody can say.
    reviews.extend(
        _named_link(other, first, _method(other, first), 0.5, "with other domains")
        for other in others[:10]
        if other.domain != first.domain
    )
    return first


def _is_one_label(domains: set[str], named: list[Record]) -> bool:
    """Whether the domains differ in their ending only, and have the company's name (acme.com, acme.de)."""
    labels = {d.split(".", 1)[0] for d in domains}
    key = named[0].name.key or ""
    return len(labels) == 1 and is_telling(key) and fits_label(named[0].name, min(labels))


def _method(a: Record, b: Record) -> Method:
    return "same_name" if a.name.key == b.name.key else "similar_name"


def _named_link(a: Record, b: Record, method: Method, confidence: float, but: str) -> Link:
    said = " / ".join(dict.fromkeys(filter(None, (a.name.said.strip(), b.name.said.strip()))))
    return Link(f"r:{a.id}", f"r:{b.id}", method, confidence, f"{said}{', ' + but if but else ''}")


def _link_known_as(
    every: list[Record], same: Mapping[str, list[Record]], links: list[Link], reviews: list[Link]
) -> None:
    """Former names and names in brackets lead to the record that has that name, where it is the only one."""
    for record in every:
        stated: list[tuple[str, Method]] = [(other, "former_name") for other in record.name.others]
        stated += [(record.name.acronym, "other_name")] if record.name.acronym else []
        for other, method in stated:
            found = [r for r in same.get(compact(other), []) if r.id != record.id and _may_be_one(record, r)]
            if not found:
                continue
            is_one = len({r.country for r in found}) == 1 and len({r.domain for r in found if r.domain}) <= 1
            is_sure = is_one and is_telling(other) and len(other) >= 3
            if method == "other_name":  # initials have many owners: a second domain speaks against it
                is_sure = is_sure and len({r.domain for r in (record, *found) if r.domain}) <= 1
            (links if is_sure else reviews).append(_named_link(record, found[0], method, 0.92, ""))
        for aside in record.name.asides:
            reviews.extend(
                _named_link(record, found_record, "other_name", 0.5, "a name in brackets")
                for found_record in same.get(compact(aside), [])[:3]
                if found_record.id != record.id and is_telling(aside)
            )


def _may_be_one(a: Record, b: Record) -> bool:
    return (
        a.parent_id != b.id
        and b.parent_id != a.id
        and (not a.country or not b.country or a.country == b.country)
    )


def _slips(names: Mapping[str, Record]) -> Iterator[Link]:
    """Long names that differ in one letter. Real companies do (Alpine, Alpina): a person has to say.

    One slip leaves the first or the last half of a name whole, so only such
    names are compared.
    """
    halves: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in sorted(names):
        if len(name) >= 8:
            middle = len(name) // 2
            for at in {middle, middle + 1, (len(name) - 1) // 2, (len(name) + 1) // 2}:
                halves["start", name[:at]].append(name)
                halves["end", name[at:]].append(name)
    seen: set[tuple[str, str]] = set()
    for block in halves.values():
        if 2 <= len(block) <= _CROWD:
            for a, b in combinations(block, 2):
                if (
                    (a, b) not in seen
                    and abs(len(a) - len(b)) <= 1
                    and OSA.distance(a, b, score_cutoff=1) == 1
                ):
                    seen.add((a, b))
                    link = _slip(names[a], names[b])
                    if link is not None:
                        yield link


def _slip(a: Record, b: Record) -> Link | None:
    if not _may_be_one(a, b) or (a.domain and b.domain):
        return None
    verdict = judge(a.name, b.name)
    if (
        verdict.is_hard
        or verdict.kind == "apart"
        or any(script(w) == "mixed" for w in (*a.name.words, *b.name.words))
    ):
        return None
    return _named_link(a, b, "typing_slip", round(min(verdict.chance, 0.9), 3), "one letter differs")


def _longer_names(same: Mapping[str, list[Record]]) -> Iterator[Link]:
    """`Acme` and `Acme Group` in one country, where not both have a domain of their own."""
    for name in sorted(same):
        record = same[name][0]
        own = (record.name.key or "").split()
        if len(own) > 1 and own[-1] in _EXTRA and is_telling(shorter := " ".join(own[:-1])):
            for other in same.get(compact(shorter), [])[:1]:
                if _may_be_one(record, other) and not (record.domain and other.domain):
                    yield _named_link(record, other, "short_name", 0.8, f"only one has: {own[-1]}")
