"""How opportunities leave each stage, and how long they stay."""

from __future__ import annotations

from muster.reports.published import Published
from muster.reports.sheets import Column, Query, Sheet
from muster.reports.values import Days, Rate, Value
from muster.reports.wilson import FEWEST


def exits_sheet(tables: Published) -> Sheet:
    """A line for each stage: onwards, back, won or lost, and the mean days of a visit."""
    sql = """
    SELECT stage, MAX(visit_count) AS visit_count, MAX(open_count) AS open_count, MAX(mean_days) AS mean_days,
        MAX(share) FILTER (WHERE way = 'onwards') AS onwards, MAX(share) FILTER (WHERE way = 'back') AS back,
        MAX(share) FILTER (WHERE way = 'won') AS won, MAX(share) FILTER (WHERE way = 'lost') AS lost
    FROM stage_exit
    GROUP BY stage, position
    ORDER BY position"""
    rows: list[tuple[Value, ...]] = []
    for r in tables.records(sql):
        visits = int(r["visit_count"])
        shares = (None if visits < FEWEST else r[way] for way in ("onwards", "back", "won", "lost"))
        rates = (Rate(share) for share in shares)
        rows.append((r["stage"], visits, int(r["open_count"]), *rates, Days(r["mean_days"])))
    return Sheet(
        "exits",
        "How stages are left: visits that began in the last two years",
        (
            Column("Stage", is_words=True),
            Column("Visits"),
            Column("Still there"),
            Column("Onwards"),
            Column("Back"),
            Column("Won"),
            Column("Lost"),
            Column("Mean days of a visit"),
        ),
        tuple(rows),
        Query(("stage_exit",), sql),
        "No opportunity's stages are on record.",
        note="Onwards, back, won and lost compete; a visit that lasts counts as such (Aalen and Johansen). "
        "Who steps back visits the earlier stage again. Days: of none more than two years.",
        is_to_date=True,
    )
