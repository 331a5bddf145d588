"""Which account records are one organisation: the step that makes table `account_match`.

Everything that speaks for one organisation is a link with a method, a confidence and its evidence. What
people decided comes first, then merges in the CRM; then links are made from the surest down, and one
that would bring together two companies that cannot be one (Delta Dental of Ohio, Delta Dental of Iowa; a
subsidiary and its parent), or that a decision keeps apart, is not made: it is a row to look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from muster.engine.protocol import Engine
from muster.identity.firms.domains import link_domains
from muster.identity.firms.named import link_names
from muster.identity.firms.records import Joined, Link, Record, read_claims, read_records
from muster.identity.firms.told import NOTHING, Told, read_told
from muster.identity.firms.verdict import judge

_Row = tuple[str, str | None, str, str, float, str]
_LARGE = 400  # pairs of names in two sets; above this only parents are checked


def match_accounts(engine: Engine) -> None:
    """Read `compared_account` and `account_domain_claim`, put `account_match`.

    Its rows: `join` links two keys; `review` names two records that a person should look at; `shared` says
    that a domain (right_key) is several accounts' and whose (left_key, null for nobody's) it is taken to be.
    """
    records = {record.id: record for record in read_records(engine)}
    told = read_told(engine)
    domains = link_domains(records, read_claims(engine), told)
    by_name, reviews = link_names(records.values())
    made, refused = joinable([*domains.links, *by_name], records, told)
    rows: list[_Row] = [("join", *_row(link)) for link in made]
    rows += [
        ("review", *_row(link)) for link in _worth_a_look([*domains.reviews, *reviews, *refused], made, told)
    ]
    for shared in domains.shared:
        owner = f"r:{shared.owner_id}" if shared.owner_id else None
        rows.append(
            ("shared", owner, f"d:{shared.domain}", "same_domain", float(shared.account_count), shared.reason)
        )
    columns = list(zip(*sorted(rows, key=_order), strict=True)) if rows else [()] * 6
    names = ("verdict", "left_key", "right_key", "method", "confidence", "evidence")
    kinds = (pa.string(), pa.string(), pa.string(), pa.string(), pa.float64(), pa.string())
    engine.put(
        "account_match", pa.table({n: pa.array(c, k) for n, c, k in zip(names, columns, kinds, strict=True)})
    )


def joinable(
    links: Iterable[Link], records: Mapping[str, Record], told: Told = NOTHING
) -> tuple[list[Link], list[Link]]:
    """The links that may be made, told ones first, then the surest; and those that cannot be."""
    joined, made, refused = told.joined()
    for link in sorted(links, key=lambda k: (-k.confidence, k.method, k.left, k.right)):
        if joined.root(link.left) == joined.root(link.right):
            made.append(link)
            continue
        left, right = joined.of(link.left), joined.of(link.right)
        if told.keeps_apart(left, right) or _cannot_be_one(left, right, records):
            refused.append(link)
        else:
            made.append(link)
            joined.join(link.left, link.right)
    return made, refused


def _cannot_be_one(left: list[str], right: list[str], records: Mapping[str, Record]) -> bool:
    """Whether a record of one set is the parent of one of the other, or two names tell the sets apart."""
    pair = [
        [records[k[2:]] for k in side if k.startswith("r:") and k[2:] in records] for side in (left, right)
    ]
    ids = [{r.id for r in side} for side in pair]
    for side, others in ((pair[0], ids[1]), (pair[1], ids[0])):
        if any(r.parent_id in others for r in side):
            return True
    said = [sorted({r.name for r in side}, key=lambda n: n.said) for side in pair]
    if len(said[0]) * len(said[1]) > _LARGE:
        return False
    return any(judge(a, b).is_hard for a in said[0] for b in said[1])


def _worth_a_look(reviews: Iterable[Link], made: list[Link], told: Told) -> list[Link]:
    """Each pair once, the surest reason of it, and none that is one account or was decided to be two."""
    joined = Joined()
    for link in made:
        joined.join(link.left, link.right)
    best: dict[tuple[str, str], Link] = {}
    for link in sorted(reviews, key=lambda k: (-k.confidence, k.method, k.left, k.right)):
        low, high = sorted((link.left, link.right))
        if joined.root(low) != joined.root(high) and not told.keeps_apart([low], [high]):
            best.setdefault((low, high), link)
    return list(best.values())


def _row(link: Link) -> tuple[str, str, str, float, str]:
    return link.left, link.right, link.method, link.confidence, link.evidence


def _order(row: _Row) -> tuple[str, str, str, str, str]:
    return row[0], row[1] or "", row[2], row[3], row[5]
