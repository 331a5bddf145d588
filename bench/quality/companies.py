"""How well company names, domains and accounts are told apart, beside simple baselines, in one run.

Figures are for the half of the organisations that nothing was fitted on. The baseline is what most people
would write first: cleanco's `basename`, lower case, and rapidfuzz's `ratio`; beside it rapidfuzz's `WRatio`.
"""

from __future__ import annotations

import csv
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files

import numpy as np
from bench.quality.companies_cases import domain_cases, name_cases
from bench.quality.companies_pairs import (
    Neighbours,
    Pair,
    gleif_entities,
    gleif_pairs,
    ietf_groups,
    ietf_pairs,
    in_test_half,
    shared,
)
from bench.quality.figures import Data, Figure
from cleanco import basename
from rapidfuzz import fuzz

from muster.identity.firms.likeness import chance, measures
from muster.identity.firms.match import joinable
from muster.identity.firms.named import link_names
from muster.identity.firms.records import Joined, Record
from muster.readings.companies import read_name
from muster.readings.mail import MailDomains, has_its_name, registrable_domain

Score = Callable[[str, str], float]
TOPIC = "Accounts: company names and domains"


def plain(name: str) -> str:
    """A name as the baseline sees it."""
    return str(basename(name)).lower()


def ours(left: str, right: str) -> float:
    """The fitted chance that two names are one organisation."""
    return chance(measures(read_name(left), read_name(right)))


SCORES: dict[str, Score] = {
    "cleanco + ratio": lambda a, b: fuzz.ratio(plain(a), plain(b)) / 100,
    "cleanco + WRatio": lambda a, b: fuzz.WRatio(plain(a), plain(b)) / 100,
    "muster": ours,
}


def auc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """The chance that a pair of one company is scored above a pair of two; ties count half."""
    values, y = np.asarray(scores), np.asarray(labels, bool)
    _, inverse, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[inverse]
    yes, no = y.sum(), (~y).sum()
    return float((ranks[y].sum() - yes * (yes + 1) / 2) / (yes * no))


def figures(data: Data) -> Iterator[Figure]:
    """Everything that is told of companies."""
    sets = ("ietf_affiliations", "gleif_tech_entities", "fortune500_domains", "email_domain_lists")
    if missing := data.missing(*(f"data/{name}" for name in sets)):
        yield Figure(TOPIC, "company names and domains", skipped=missing)
    else:
        yield from rank_pairs()
        yield from cluster_ietf()
        yield false_friends()
        yield from domains()
        yield speed(1_000_000)
    yield from cases()


def rank_pairs() -> Iterator[Figure]:
    """Name-pair ranking, AUC."""
    sets = {"IETF": ietf_pairs(test=True), "GLEIF": gleif_pairs(test=True)}
    sets["IETF and GLEIF"] = sets["IETF"] + sets["GLEIF"]
    views: dict[str, Callable[[Pair], bool]] = {
        "": lambda _: True,
        ", against the likest names": lambda p: p.is_one or p.is_near,
    }
    for said, pairs in sets.items():
        scored = {name: [score(p.left, p.right) for p in pairs] for name, score in SCORES.items()}
        for view, keep in views.items():
            at = [i for i, p in enumerate(pairs) if keep(p)]
            told = {
                name: auc([s[i] for i in at], [pairs[i].is_one for i in at]) for name, s in scored.items()
            }
            others = {name: value for name, value in told.items() if name != "muster"}
            bar = None if view else 0.90
            yield Figure(
                TOPIC, f"name pairs, AUC: {said}{view}", told["muster"], others, bar, how=f"{len(at):,} pairs"
            )


def cluster_figures(
    found: dict[str, str], truth: dict[str, str]
) -> tuple[float, float, float, float, float, float]:
    """Pairwise precision, recall, F1 and B-cubed precision, recall, F1 (Bagga and Baldwin, 1998)."""
    cells = Counter((found[n], truth[n]) for n in truth)
    clusters, classes = Counter(found[n] for n in truth), Counter(truth.values())

    def pairs(counts: Iterable[int]) -> int:
        return sum(n * (n - 1) // 2 for n in counts)

    both = pairs(cells.values())
    precision, recall = both / max(pairs(clusters.values()), 1), both / max(pairs(classes.values()), 1)
    cubed_p = sum(n * n / clusters[c] for (c, _), n in cells.items()) / len(truth)
    cubed_r = sum(n * n / classes[t] for (_, t), n in cells.items()) / len(truth)

    def f1(p: float, r: float) -> float:
        return 2 * p * r / (p + r) if p + r else 0.0

    return precision, recall, f1(precision, recall), cubed_p, cubed_r, f1(cubed_p, cubed_r)


def above(names: Sequence[str], score: Score, least: float) -> dict[str, str]:
    """Clusters by average linkage over each name's 30 nearest, while the mean score stays above."""
    near = Neighbours(names)
    candidates = {tuple(sorted((n, o))) for n in names for o in near.of(n, 30)}
    candidates |= {tuple(sorted(pair)) for pair in _by_initials(names)}
    links = sorted(((score(a, b), a, b) for a, b in candidates), key=lambda k: (-k[0], k[1], k[2]))
    joined = Joined(names)
    known = {(a, b): s for s, a, b in links}
    for value, a, b in links:
        if value < least:
            break
        left, right = joined.of(a), joined.of(b)
        if joined.root(a) != joined.root(b):
            some = [known.get((min(x, y), max(x, y)), 0.0) for x in left[:20] for y in right[:20]]
            if sum(some) / len(some) >= least * 0.6:
                joined.join(a, b)
    return {n: joined.root(n) for n in names}


def _by_initials(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names of one word beside names with those initials, which share no letters in a row."""
    short: dict[str, list[str]] = defaultdict(list)
    for name in names:
        own = read_name(name).words
        if len(own) == 1:
            short[own[0]].append(name)
    for name in names:
        own = read_name(name).words
        initials = {
            "".join(w[0] for w in own),
            "".join(w[0] for w in own if w not in {"of", "for", "the", "and"}),
        }
        if len(own) > 1:
            yield from ((name, other) for i in initials for other in short.get(i, []))


def by_rules(names: Sequence[str]) -> dict[str, str]:
    """Clusters that a run of the flow makes of records that have a name and nothing else."""
    records = {n: Record(n, read_name(n), "", None, None, 0) for n in names}
    links, _ = link_names(records.values())
    made, _ = joinable(links, records)
    joined = Joined(f"r:{n}" for n in names)
    for link in made:
        joined.join(link.left, link.right)
    return {n: joined.root(f"r:{n}") for n in names}


def cluster_ietf() -> Iterator[Figure]:
    """Clusters of the typed affiliations of single organisations, of the test half."""
    truth = {
        said: group
        for group, spellings in ietf_groups().items()
        if "|" not in group and in_test_half(group)
        for said in spellings
    }
    names = sorted(truth)
    how = f"{len(names):,} names of {len(set(truth.values())):,} organisations"
    fuzzy = max(
        (cluster_figures(above(names, SCORES["cleanco + ratio"], t), truth) for t in (0.8, 0.85, 0.9)),
        key=lambda found: found[5],
    )
    equal = cluster_figures({n: plain(n) for n in names}, truth)
    measured = ("pairs P", "pairs R", "pairwise F1", "B-cubed P", "B-cubed R", "B-cubed F1")
    for way, found in (
        ("chance above .7", above(names, ours, 0.7)),
        ("chance above .9", above(names, ours, 0.9)),
        ("what a run joins by name alone", by_rules(names)),
    ):
        told = cluster_figures(found, truth)
        for at in (2, 5):
            others = {"cleanco equal": equal[at], "cleanco + ratio, best threshold": fuzzy[at]}
            parts = ", ".join(f"{measured[i]} {told[i]:.3f}" for i in (at - 2, at - 1))
            yield Figure(
                TOPIC, f"IETF clusters, {measured[at]}: {way}", told[at], others, how=f"{how}; {parts}"
            )


def false_friends() -> Figure:
    """Registered companies of one country that would be one account by name alone. Each has its own LEI."""
    entities = gleif_entities()
    records = {e.lei: Record(e.lei, read_name(e.name), e.country, None, None, 0) for e in entities}
    made, _ = joinable(link_names(records.values())[0], records)
    joined = Joined(f"r:{lei}" for lei in records)
    for link in made:
        joined.join(link.left, link.right)
    ours_pairs = sum(n * (n - 1) // 2 for n in Counter(joined.root(f"r:{e.lei}") for e in entities).values())
    base = Counter((plain(e.name), e.country) for e in entities)
    others = {"cleanco equal": float(sum(n * (n - 1) // 2 for n in base.values()))}
    how = (
        f"pairs joined of {len(entities):,} registered companies, by name and country alone; fewer is better"
    )
    return Figure(TOPIC, "false friends", float(ours_pairs), others, how=how)


def domains() -> Iterator[Figure]:
    """Companies of the Fortune 500 whose domain is kept."""
    with (shared() / "fortune500_domains" / "fortune500.csv").open(encoding="utf-8") as file:
        rows = [(row["company_name"].strip(), row["website"].strip()) for row in csv.DictReader(file)]
    listed = [f.read_text().split() for f in sorted((shared() / "email_domain_lists").glob("f*_*.txt"))]
    free = {d.strip().lower() for part in listed for d in part}
    with (files("muster.rules") / "defaults" / "mail_domains.csv").open(encoding="utf-8") as file:
        rules = list(csv.DictReader(file))
    blunt = sum(registrable_domain(site) not in free for _, site in rows)
    ways = {
        "without": MailDomains([], own=(), free=(), claims=()),
        "with": MailDomains(rules, own=(), free=(), claims=rows),
    }
    kept = {
        way: float(sum(d.of_website(registrable_domain(s) or "") is not None for _, s in rows))
        for way, d in ways.items()
    }
    fits = sum(has_its_name(name, site) for name, site in rows)
    strangers = sum(has_its_name(rows[i][0], rows[(i + 7) % len(rows)][1]) for i in range(len(rows)))
    others = {"three lists of free mail as they are": float(blunt), "Muster's lists alone": kept["without"]}
    how = f"{len(rows)} websites"
    yield Figure(TOPIC, "Fortune 500 websites kept as a company's own", kept["with"], others, how=how)
    how = f"{len(rows)} companies; of another company's domain {strangers}"
    yield Figure(TOPIC, "Fortune 500: the domain is seen to have the company's name", float(fits), how=how)


def cases() -> Iterator[Figure]:
    """Cases written down, each with what is right."""
    for said, told in (("domain cases right", domain_cases()), ("name cases right", name_cases())):
        wrong = [case for case, is_right in told if not is_right]
        how = f"of {len(told)}" + "".join(f"; wrong: {case}" for case in wrong)
        yield Figure(TOPIC, said, float(len(told) - len(wrong)), bar=float(len(told)), how=how)


def speed(count: int) -> Figure:
    """CPU seconds to read and link account names, invented from the words of real ones."""
    rng = random.Random(5)
    words = [w for e in gleif_entities() for w in e.name.split()]
    names = [
        " ".join(rng.choice(words) for _ in range(rng.randint(1, 4))) + f" {rng.choice(words)}"
        for _ in range(count)
    ]
    at = time.process_time()
    records = [
        Record(str(i), read_name(n), rng.choice("abcdefgh"), None, None, i) for i, n in enumerate(names)
    ]
    read = time.process_time() - at
    links, reviews = link_names(records)
    total = time.process_time() - at
    how = f"CPU seconds, {read:.0f} of them to read; {len(links):,} links, {len(reviews):,} to look at"
    return Figure(TOPIC, f"{count:,d} account names read and linked", round(total, 1), how=how)
