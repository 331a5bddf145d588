"""More models than anybody installs, thousands of deals, several currencies: not a cent is off."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pyarrow as pa

from muster.engine.duckdb_engine import DuckDBEngine

DEALS, MODELS = 10_000, 21
FAULT = ("CASE WHEN r.turn <= r.cents_left THEN 1 ELSE 0 END", "0")
OFF = """
    SELECT COUNT(*) AS pairs, COUNT(DISTINCT s.currency) AS currencies,
        SUM(CASE WHEN s.cents = o.amount_cents AND s.currency = o.currency THEN 0 ELSE 1 END) AS off
    FROM (
        SELECT c.opportunity_id, c.attribution_model, c.currency, SUM(c.credit_cents) AS cents
        FROM credit AS c
        GROUP BY c.opportunity_id, c.attribution_model, c.currency
    ) AS s
    JOIN account_opportunity AS o ON o.opportunity_id = s.opportunity_id
"""


def put_company(engine: DuckDBEngine) -> None:
    """Deals of any size and sign in four currencies, paths of 0 to 12 touches, weights of every magnitude."""
    random = np.random.default_rng(9)
    ids = np.array([f"o{n:05d}" for n in range(DEALS)])
    amounts = (random.choice([-1, 1, 1, 1], DEALS) * 10 ** random.uniform(0, 12, DEALS)).astype(np.int64)
    deals = {
        "opportunity_id": ids,
        "amount_cents": amounts,
        "currency": random.choice(["USD", "EUR", "JPY", "GBP"], DEALS),
        "is_won": random.random(DEALS) < 0.3,
    }
    lengths = random.integers(0, 13, DEALS)
    owner = np.repeat(ids, lengths)
    position = np.concatenate([np.arange(1, n + 1) for n in lengths])
    touches = {
        "opportunity_id": owner,
        "position": position,
        "engagement_id": [f"{deal}-{n}" for deal, n in zip(owner, position, strict=True)],
        "tactic_id": pa.nulls(len(owner), pa.string()),
        "parts": np.where(owner < "o05000", 1, random.choice([1000, 500, 334, 1, 7000], len(owner))),
    }
    names = [f"model_{n:02d}" for n in range(MODELS)]
    scale = 10 ** random.uniform(0, 9, len(names))
    weights = {
        "opportunity_id": np.tile(owner, MODELS),
        "position": np.tile(position, MODELS),
        "attribution_model": np.repeat(names, len(owner)),
        "weight": (random.random(MODELS * len(owner)) * np.repeat(scale, len(owner))).astype(np.int64),
    }
    engine.put("account_opportunity", pa.table(deals))
    engine.put("touch", pa.table(touches))
    engine.put("attribution_model", pa.table({"attribution_model": names}))
    engine.put("credit_weight", pa.table(weights))


def test_not_a_cent_is_off_over_models_deals_and_currencies() -> None:
    sql = files("muster.measurement").joinpath("credit.sql").read_text("utf-8")
    with DuckDBEngine() as engine:
        put_company(engine)
        engine.create("credit", sql)
        assert engine.arrow(OFF).to_pylist() == [{"pairs": DEALS * MODELS, "currencies": 4, "off": 0}]
        assert FAULT[0] in sql
        engine.create("credit", sql.replace(*FAULT))
        assert engine.arrow(OFF).to_pylist()[0]["off"] > DEALS  # a cent that is lost is seen
