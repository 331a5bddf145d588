"""Olist's files as muster.toml maps them: companies, leads, deals, and what sellers took month by month.

Run with:  python examples/olist_funnel/prepare.py /path/to/olist_funnel examples/olist_funnel/prepared

A month's takings are known when it is over, so each month stands as a contract that runs through the month
after it, at twelve times what was taken: on any day a seller's annual recurring revenue is twelve times its
last full month. Who took nothing in a month has left; who sells again is won back. Prices without freight,
which is what sellers took and not Olist's commission; sums are decimals, never floats.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

TABLES = {
    # A lead is a company that wants to sell; one that signed goes by its seller's id. Others have no lead.
    "companies": """
        WITH known AS (
            SELECT COALESCE(d.seller_id, l.mql_id) AS company_id, l.first_contact_date AS since_on,
                d.business_segment, d.business_type, d.lead_type
            FROM leads AS l LEFT JOIN deals AS d USING (mql_id)
            UNION ALL BY NAME
            SELECT seller_id AS company_id, MIN(CAST(shipping_limit_date AS DATE)) AS since_on
            FROM items GROUP BY ALL
        )
        SELECT k.company_id, MIN(k.since_on) AS since_on, MAX(k.business_segment) AS business_segment,
            MAX(s.seller_state) AS seller_state, MAX(s.seller_city) AS seller_city
        FROM known AS k LEFT JOIN sellers AS s ON s.seller_id = k.company_id
        GROUP BY k.company_id ORDER BY k.company_id""",
    "leads": """
        SELECT l.mql_id, COALESCE(d.seller_id, l.mql_id) AS company_id, l.first_contact_date,
            COALESCE(l.origin, 'unknown') AS origin, l.landing_page_id, d.seller_id, d.won_date,
            CASE WHEN d.mql_id IS NOT NULL THEN l.mql_id END AS deal_id
        FROM leads AS l LEFT JOIN deals AS d USING (mql_id)
        ORDER BY l.mql_id""",
    "origins": """
        SELECT DISTINCT COALESCE(l.origin, 'unknown') AS origin FROM leads AS l ORDER BY origin""",
    "deals": """
        SELECT d.mql_id, d.seller_id, d.sr_id, d.won_date, COALESCE(l.origin, 'unknown') AS origin
        FROM deals AS d LEFT JOIN leads AS l USING (mql_id)
        ORDER BY d.mql_id""",
    "takings": """
        WITH sold AS (
            SELECT seller_id, date_trunc('month', CAST(shipping_limit_date AS DATE)) AS month_on,
                SUM(CAST(price AS DECIMAL(12, 2))) AS taken
            FROM items GROUP BY ALL
        )
        SELECT seller_id || ' ' || strftime(month_on, '%Y-%m') AS contract_id, seller_id,
            taken * 12 AS yearly,
            CAST(month_on + INTERVAL 1 MONTH AS DATE) AS starts_on,
            CAST(month_on + INTERVAL 2 MONTH AS DATE) AS ends_on
        FROM sold ORDER BY contract_id""",
}


def prepare(source: Path, target: Path) -> None:
    """Write a file of `target` for each of `TABLES` from the four files in `source`."""
    target.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, file in (
            ("leads", "marketing_qualified_leads.csv"),
            ("deals", "closed_deals.csv"),
            ("sellers", "sellers.csv"),
            ("items", "order_items.parquet"),
        ):
            connection.execute(f"CREATE VIEW {name} AS FROM '{source / file}'")
        for name, sql in TABLES.items():
            connection.sql(sql).write_csv(str(target / f"{name}.csv"), header=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Usage: python prepare.py FOLDER_OF_OLIST FOLDER_TO_WRITE")
    prepare(Path(sys.argv[1]), Path(sys.argv[2]))
