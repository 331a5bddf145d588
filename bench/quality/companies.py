"""How well company names, domains and accounts are told apart, beside simple baselines, in one run.

    python -m bench.quality.companies [--names 1000000]

Needs the public data sets beside the repository (MUSTER_SHARED). Figures are for the half of the
organisations that nothing was fitted on. The baseline is what most people would write first: cleanco's
`basename`, lower case, and rapidfuzz's `ratio`; beside it rapidfuzz's `WRatio`.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
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
from cleanco import basename
from rapidfuzz import fuzz

from muster.identity.firms.likeness import chance, measures
from muster.identity.firms.match import joinable
from muster.identity.firms.named import link_names
from muster.identity.firms.records import Joined, Record
from muster.readings.companies import read_name
from muster.readings.mail import MailDomains, has_its_name, registrable_domain

Score = Callable[[str, str], float]


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


def rank_pairs() -> None:
    """Name-pair ranking, AUC."""
    sets = {"IETF": ietf_pairs(test=True), "GLEIF": gleif_pairs(test=True)}
    sets["both"] = sets["IETF"] + sets["GLEIF"]
    views: dict[str, Callable[[Pair], bool]] = {
        "all": lambda _: True,
        "against the likest names": lambda p: p.is_one or p.is_near,
        "against any names": lambda p: p.is_one or not p.is_near,
    }
    print(f"{'name pairs, AUC':44s}{'pairs':>8s}" + "".join(f"{name:>18s}" for name in SCORES))
    for said, pairs in sets.items():
        scored = {name: [score(p.left, p.right) for p in pairs] for name, score in SCORES.items()}
        for view, keep in views.items():
            at = [i for i, p in enumerate(pairs) if keep(p)]
            figures = [auc([s[i] for i in at], [pairs[i].is_one for i in at]) for s in scored.values()]
            print(f"  {said}, {view:36s}{len(at):>8,d}" + "".join(f"{f:>18.3f}" for f in figures))


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


def cluster_ietf() -> None:
    """Clusters of the typed affiliations of single organisations."""
    for half in (False, True):
        truth = {
            said: group
            for group, spellings in ietf_groups().items()
            if "|" not in group and in_test_half(group) == half
            for said in spellings
        }
        names = sorted(truth)
        print(f"\nIETF clusters, {'test' if half else 'training'} half: {len(names):,d} names")
        print(f"{'':44s}{'pairs P':>9s}{'R':>7s}{'F1':>7s}{'B3 P':>9s}{'R':>7s}{'F1':>7s}")
        ways: dict[str, Callable[[], dict[str, str]]] = {
            "cleanco, equal": lambda names=names: {n: plain(n) for n in names},  # type: ignore[misc]
            "cleanco + ratio, best of .80 .85 .90": lambda names=names, truth=truth: max(  # type: ignore[misc]
                (above(names, SCORES["cleanco + ratio"], t) for t in (0.8, 0.85, 0.9)),
                key=lambda found: cluster_figures(found, truth)[5],
            ),
            "muster, what a run joins by name alone": lambda names=names: by_rules(names),  # type: ignore[misc]
            "muster, chance above .9": lambda names=names: above(names, ours, 0.9),  # type: ignore[misc]
            "muster, chance above .7": lambda names=names: above(names, ours, 0.7),  # type: ignore[misc]
        }
        for way, make in ways.items():
            figures = cluster_figures(make(), truth)
            widths = (9, 7, 7, 9, 7, 7)
            print(f"  {way:42s}" + "".join(f"{f:>{w}.3f}" for f, w in zip(figures, widths, strict=True)))


def false_friends() -> None:
    """Registered companies of one country that would be one account by name alone. Each has its own LEI."""
    entities = gleif_entities()
    records = {e.lei: Record(e.lei, read_name(e.name), e.country, None, None, 0) for e in entities}
    made, _ = joinable(link_names(records.values())[0], records)
    joined = Joined(f"r:{lei}" for lei in records)
    for link in made:
        joined.join(link.left, link.right)
    ours_pairs = sum(n * (n - 1) // 2 for n in Counter(joined.root(f"r:{e.lei}") for e in entities).values())
    base = Counter((plain(e.name), e.country) for e in entities)
    print(
        f"\nfalse friends: pairs joined of {len(entities):,d} registered companies, by name and country alone"
    )
    print(f"  cleanco, equal{'':28s}{sum(n * (n - 1) // 2 for n in base.values()):>8,d}")
    print(f"  muster{'':36s}{ours_pairs:>8,d}")


def domains() -> None:
    """Companies of the Fortune 500 whose domain is kept, and cases."""
    with (shared() / "fortune500_domains" / "fortune500.csv").open(encoding="utf-8") as file:
        rows = [(row["company_name"].strip(), row["website"].strip()) for row in csv.DictReader(file)]
    listed = [f.read_text().split() for f in sorted((shared() / "email_domain_lists").glob("f*_*.txt"))]
    free = {d.strip().lower() for part in listed for d in part}
    with (files("muster.rules") / "defaults" / "mail_domains.csv").open(encoding="utf-8") as file:
        rules = list(csv.DictReader(file))
    blunt = sum(registrable_domain(site) not in free for _, site in rows)
    without = MailDomains([], own=(), free=(), claims=())
    with_rules = MailDomains(rules, own=(), free=(), claims=rows)
    kept = [
        sum(d.of_website(registrable_domain(s) or "") is not None for _, s in rows)
        for d in (without, with_rules)
    ]
    fits = sum(has_its_name(name, site) for name, site in rows)
    strangers = sum(has_its_name(rows[i][0], rows[(i + 7) % len(rows)][1]) for i in range(len(rows)))
    print(f"\nFortune 500 websites kept as a company's own, of {len(rows)}")
    print(f"  three public lists of free mail, as they are {blunt:>8d}")
    print(f"  muster, lists alone                          {kept[0]:>8d}")
    print(f"  muster, with rules and the accounts' names   {kept[1]:>8d}")
    print(f"  the domain has the company's name            {fits:>8d}   (of another company: {strangers})")
    for said, cases in (("domain cases", domain_cases()), ("name cases", name_cases())):
        wrong = [case for case, is_right in cases if not is_right]
        print(
            f"{said}: {len(cases) - len(wrong)} of {len(cases)} right"
            + "".join(f"\n  wrong: {w}" for w in wrong)
        )


def speed(count: int) -> None:
    """Seconds and memory to read and link account names; invented from the words of real ones."""
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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n{count:,d} account names: {read:.0f} CPU s to read, {total - read:.0f} to link"
        f" ({len(links):,d} links, {len(reviews):,d} to look at), peak {peak:,.0f} MB"
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=100_000, help="how many account names to time")
    asked = parser.parse_args()
    rank_pairs()
    cluster_ietf()
    false_friends()
    domains()
    speed(asked.names)


if __name__ == "__main__":
    main()
