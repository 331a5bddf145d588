"""Drawn records as the flow's candidates, and the people that rules alone and matching make of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import duckdb
import pyarrow as pa
from bench.quality.people_drawn import FREE, Drawn
from bench.quality.people_public import joined

from muster.identity.matching.features import make_features
from muster.identity.matching.match import find_matches
from muster.identity.matching.model import Model, people_model
from muster.identity.matching.train import train

_SHARED = {"info", "sales"}


def candidates(records: Sequence[Drawn]) -> pa.Table:
    """What `person_candidate` would hold of these records: who shares an address of one's own is known."""
    rows = [_candidate(f"r:{number:07d}", number, one) for number, one in enumerate(records)]
    kinds = {"is_shared": pa.bool_(), "known_at": pa.int64()}
    return pa.Table.from_pylist(rows, schema=pa.schema([(c, kinds.get(c, pa.string())) for c in rows[0]]))


def _candidate(key: str, number: int, one: Drawn) -> dict[str, object]:
    local, _, host = (one.email or "").partition("@")
    is_shared = local in _SHARED
    known = f"e:{one.email}" if one.email and not is_shared else key
    return {
        "candidate_id": key,
        "key": known,
        "known_key": known,
        "given_name": one.given,
        "family_name": one.family,
        "email": one.email,
        "is_shared": is_shared,
        "company_domain": host if one.email and host not in {*FREE, "freemail.example"} else None,
        "account_id": one.account,
        "title": one.title,
        "title_kind": one.title,
        "phone": one.phone,
        "street": one.street,
        "city": None,
        "postal_code": one.postal_code,
        "known_at": number,
    }


def known_people(table: pa.Table) -> dict[str, Hashable]:
    """The person of each candidate by rules alone: one address, one person."""
    ids, keys = (table.column(c).to_pylist() for c in ("candidate_id", "known_key"))
    return dict(zip(ids, keys, strict=True))


def matched_people(table: pa.Table, model: Model | None = None) -> dict[str, Hashable]:
    """The person of each candidate when what is alike is joined as well."""
    known = {str(k): str(v) for k, v in known_people(table).items()}
    found = find_matches(table, model or people_model()).to_pylist()
    return joined(
        known, ((known[m["left_id"]], known[m["right_id"]]) for m in found if m["fate"] == "joined")
    )


def learnt_model(table: pa.Table) -> Model:
    """The shipped model with its weights learnt from the candidates themselves."""
    rules = [
        "l.name_any_order = r.name_any_order AND l.account = r.account",
        "l.mailbox = r.mailbox",
        "l.phone = r.phone",
    ]
    with duckdb.connect() as connection:
        make_features(connection, table)
        return train(connection, people_model(), table="person_features", rows=table.num_rows, rules=rules)
