"""What only all files together tell: a campaign's theme, an opportunity's first stage, owners unknown."""

from __future__ import annotations

import duckdb

from muster.canonical.tables import source_tables
from muster.problems import Problem
from muster.sources.emit import Emitter
from muster.sources.wording import shorten

_OWNED = ("account_record", "person_record", "opportunity", "sales_activity")


def opening_states(emitter: Emitter) -> str | None:
    """SELECT of stage_change rows for how opportunities began, where only field history tells.

    The old value of a field's first change held since the opportunity was created. Opportunities
    with rows of OpportunityHistory do not need this: that history begins at the beginning.
    """
    groups = emitter.groups_of("OpportunityFieldHistory")
    if not groups:
        return None
    changes = " UNION ALL ".join(
        f"SELECT * FROM {g} ANTI JOIN lost_stage_change USING (source, source_file, source_row)"
        for g in groups
    )
    told = " UNION ALL ".join(
        f"SELECT opportunity_id FROM {g}" for g in emitter.groups_of("OpportunityHistory")
    ) or "SELECT NULL::VARCHAR AS opportunity_id"  # fmt: skip
    columns = {
        "stage_change_id": "c.stage_change_id || '-before'", "opportunity_id": "c.opportunity_id",
        "stage": "c.x_old_stage", "amount_cents": "c.x_old_amount_cents", "closes_on": "c.x_old_closes_on",
        "changed_at": "o.created_at", "source": "c.source", "source_file": "c.source_file",
        "source_row": "c.source_row", "known_at": "o.created_at",
    }  # fmt: skip
    selected = ", ".join(f"{columns[c]} AS {c}" for c in source_tables()["stage_change"].column_names)
    return f"""
        SELECT {selected}
        FROM ({changes}) AS c JOIN all_opportunity AS o USING (opportunity_id)
        ANTI JOIN ({told}) AS told ON told.opportunity_id = c.opportunity_id
        WHERE o.created_at IS NOT NULL AND c.changed_at > o.created_at
            AND coalesce(c.x_old_stage, CAST(c.x_old_amount_cents AS VARCHAR), CAST(c.x_old_closes_on AS VARCHAR)) IS NOT NULL
        QUALIFY row_number() OVER (
            PARTITION BY c.opportunity_id, (c.x_old_stage IS NULL), (c.x_old_amount_cents IS NULL)
            ORDER BY c.changed_at, c.stage_change_id) = 1
    """


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
    found = []
    for table in _OWNED:
        found += con.execute(
            f"""
            SELECT source, source_file, count(*), count(DISTINCT owner_id), min(source_row), arg_min(owner_id, source_row)
            FROM landed_{table} ANTI JOIN landed_owner USING (owner_id)
            WHERE owner_id IS NOT NULL GROUP BY source, source_file ORDER BY ALL
            """
        ).fetchall()
    return [
        Problem("note", source, file, f"{owners:,} owners are not among the users", "Export User with all users.",
                row=row, column="OwnerId", value=shorten(value), count=count)
        for source, file, count, owners, row, value in found
    ]  # fmt: skip


def undated(con: duckdb.DuckDBPyConnection, table: str) -> list[Problem]:
    """One note per file whose rows carry no date: they count as always known."""
    found = con.execute(
        f"""SELECT source, source_file, count(*), min(source_row) FROM landed_{table}
        WHERE known_at = 0 GROUP BY source, source_file ORDER BY ALL"""
    ).fetchall()
    return [
        Problem("note", source, file, "rows without a date count as known from the beginning",
                "Export the date each record was created, if there is one.", row=row, count=count)
        for source, file, count, row in found
    ]  # fmt: skip
