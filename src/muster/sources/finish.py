"""What only all files together tell: a campaign's theme, an opportunity's first stage, owners unknown."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from muster.canonical.tables import source_tables
from muster.problems import Problem
from muster.sources import fate
from muster.sources.emit import Emitter
from muster.sources.wording import shorten

_OWNED = ("account_record", "person_record", "opportunity", "sales_activity")


def opening_states(con: duckdb.DuckDBPyConnection, emitter: Emitter) -> list[str]:
    """SELECT of stage_change rows for how opportunities began, where only field history tells.

    The old value of a field's first change held since the opportunity was created. Opportunities
    with rows of OpportunityHistory do not need this: that history begins at the beginning.
    """
    histories = [(name, shape) for name, shape in emitter.groups if shape.label == "OpportunityFieldHistory"]
    if not histories:
        return []
    changes = " UNION ALL ".join(emitter.landed(name, shape) for name, shape in histories)
    told = " UNION ALL ".join(
        ["SELECT CAST(NULL AS VARCHAR) AS opportunity_id"]
        + [f"SELECT opportunity_id FROM {name}" for name in emitter.groups_of("OpportunityHistory")]
    )
    columns = {
        "stage_change_id": "c.stage_change_id || '-before'",
        "opportunity_id": "c.opportunity_id",
        "stage": "c.x_old_stage",
        "amount_cents": "c.x_old_amount_cents",
        "closes_on": "c.x_old_closes_on",
        "changed_at": "o.created_at",
        "known_at": "o.created_at",
    }
    names = source_tables()["stage_change"].column_names
    selected = ", ".join(f"{columns.get(c, f'c.{c}')} AS {c}" for c in names)
    return [
        f"""
        SELECT {selected}
        FROM ({changes}) AS c
        JOIN {fate.staying(con, source_tables()["opportunity"])} AS o USING (opportunity_id)
        ANTI JOIN ({told}) AS told ON told.opportunity_id = c.opportunity_id
        WHERE o.created_at < c.changed_at
            AND (c.x_old_stage IS NOT NULL OR c.x_old_amount_cents IS NOT NULL
                OR c.x_old_closes_on IS NOT NULL)
        QUALIFY row_number() OVER (
            PARTITION BY c.opportunity_id, c.x_old_stage IS NULL, c.x_old_amount_cents IS NULL
            ORDER BY c.changed_at, c.stage_change_id) = 1
        """
    ]


def with_themes(select: str) -> str:
    """Fill a tactic's campaign_id, the theme above its programme, with its parent's parent."""
    columns = ", ".join(
        "coalesce(t.campaign_id, parent.program_id) AS campaign_id" if c == "campaign_id" else f"t.{c}"
        for c in source_tables()["tactic"].column_names
    )
    return f"""
        WITH tactic AS ({select})
        SELECT {columns} FROM tactic AS t LEFT JOIN tactic AS parent ON parent.tactic_id = t.program_id
    """


def unknown_owners(con: duckdb.DuckDBPyConnection) -> list[Problem]:
    """One note per file whose records belong to owners that no user file names; none without users."""
    if not con.execute("SELECT count(*) FROM landed_owner").fetchall()[0][0]:
        return []
    problems = []
    for table in _OWNED:
        found = con.execute(
            f"""
            SELECT source, source_file, count(*), count(DISTINCT owner_id),
                min(source_row), arg_min(owner_id, source_row)
            FROM landed_{table} ANTI JOIN landed_owner USING (owner_id)
            WHERE owner_id IS NOT NULL GROUP BY source, source_file ORDER BY ALL
            """
        ).fetchall()
        for source, file, count, owners, row, value in found:
            reason = (
                "is an owner not found among the users"
                if owners == 1
                else f"is one of {owners:,} owners not found among the users"
            )
            problem = Problem("note", source, file, reason, "Export User with all users, former ones too.")
            problems.append(replace(problem, row=row, column="owner", value=shorten(value), count=count))
    return problems


def undated(con: duckdb.DuckDBPyConnection, table: str, *, places: set[tuple[str, str]]) -> list[Problem]:
    """One note per file, among those that read into the table, whose rows carry no date."""
    found = con.execute(
        f"""SELECT source, source_file, count(*), min(source_row) FROM landed_{table}
        WHERE known_at = 0 GROUP BY source, source_file ORDER BY ALL"""
    ).fetchall()
    reason = "rows without a date count as known from the beginning"
    remedy = "Export the date each record was created, if there is one."
    return [
        Problem("note", source, file, reason, remedy, row=row, count=count)
        for source, file, count, row in found
        if (source, file) in places
    ]
