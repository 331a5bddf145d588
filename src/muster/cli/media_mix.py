# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster export --media-mix`: the weekly panel for models of the media mix, as files."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.problems import UserDataError

if TYPE_CHECKING:
    from muster.explain.archive import Archive
    from muster.reports.media_mix import Mix
    from muster.workspace import Workspace

MONEY = ("pipeline", "won_amount")


class By(StrEnum):
    """What the panel is divided by, beside weeks."""

    region = "region"
    country = "country"


_SPENT = """
SELECT s.tactic_id, COALESCE(t.channel, 'other') AS channel, s.spent_on, s.currency,
    CAST(SUM(s.amount_cents) AS BIGINT) AS cents
FROM known_spend AS s LEFT JOIN known_tactic AS t ON t.tactic_id = s.tactic_id
GROUP BY ALL ORDER BY ALL"""
_CONTACTS = """
SELECT date_trunc('week', e.occurred_at)::DATE AS week, {place} AS place,
    COALESCE(t.channel, e.channel, 'other') AS channel,
    CAST(SUM(COALESCE(r.quantity, 1)) AS BIGINT) AS contacts
FROM resolved_engagement AS e
JOIN known_tactic AS t ON t.tactic_id = e.tactic_id
LEFT JOIN engagement AS r ON r.engagement_id = e.engagement_id
LEFT JOIN account AS a ON a.account_id = e.account_id
WHERE e.is_marketing OR e.activity = 'ad_viewed'
GROUP BY ALL ORDER BY ALL"""
_OUTCOMES = """
SELECT week, place, SUM(openings)::BIGINT AS openings, SUM(pipeline_cents)::BIGINT AS pipeline_cents,
    SUM(won)::BIGINT AS won, SUM(won_cents)::BIGINT AS won_cents
FROM (
    SELECT date_trunc('week', o.created_at)::DATE AS week, {place} AS place, 1 AS openings,
        CASE WHEN o.currency = own_currency() THEN o.amount_cents ELSE 0 END AS pipeline_cents,
        0 AS won, 0 AS won_cents
    FROM known_opportunity AS o
    LEFT JOIN account_alias AS m ON m.account_record_id = o.account_record_id
    LEFT JOIN account AS a ON a.account_id = m.account_id
    WHERE COALESCE(o.type, '') <> 'renewal'
    UNION ALL
    SELECT date_trunc('week', o.closed_at)::DATE, {place}, 0, 0, 1,
        CASE WHEN o.currency = own_currency() THEN o.amount_cents ELSE 0 END
    FROM known_opportunity AS o
    LEFT JOIN account_alias AS m ON m.account_record_id = o.account_record_id
    LEFT JOIN account AS a ON a.account_id = m.account_id
    WHERE o.is_won AND COALESCE(o.type, '') <> 'renewal'
) AS x GROUP BY week, place"""


def write_media_mix(
    workspace: Workspace, folder: Path, *, kind: str, by: By | None
) -> tuple[Mix, list[Path]]:
    """Write `media_mix` and `media_mix_channels`; each file appears whole or not at all.

    Raises UserDataError where no spend is on record.
    """
    from muster.explain.tell import archive_of

    with archive_of(workspace) as archive:
        found = read_media_mix(archive, currency=workspace.config.company.currency, by=by)
    written = [
        _write(_plain(found, by=by), folder / f"media_mix.{kind}"),
        _write([_in_units(row) for row in found.channels], folder / f"media_mix_channels.{kind}"),
    ]
    return found, written


def read_media_mix(archive: Archive, *, currency: str, by: By | None) -> Mix:
    """The panel of a run, from the first whole week with spend or contacts to the last one that is over."""
    from muster.reports.media_mix import EVERYWHERE, WEEK, mix

    place = f"'{EVERYWHERE}'" if by is None else f"COALESCE(a.{by.value}, '(unknown)')"
    spent = [row | {"spent_on": _day(row["spent_on"])} for row in archive.rows(_SPENT)]
    if not spent:
        raise UserDataError(
            "No spend is on record: a mix model has nothing to read.",
            remedy="Map a table of spend as docs/how-to/map-any-table.md shows.",
        )
    contacts = archive.rows(_CONTACTS.format(place=place))
    outcomes = archive.rows(_OUTCOMES.format(place=place))
    counted = archive.rows(
        f"SELECT {place} AS place, COUNT(*) AS accounts FROM account AS a WHERE a.record_count > "
        f"0 GROUP BY ALL"
    )
    first = min([_monday(row["spent_on"]) for row in spent] + [row["week"] for row in contacts])
    as_of = datetime.fromisoformat(archive.run.manifest["as_of"]).date()
    weeks = [first + n * WEEK for n in range(max(0, (_monday(as_of) - first).days // 7))]
    return mix(
        spent=spent,
        contacts=contacts,
        outcomes=outcomes,
        places={row["place"]: row["accounts"] for row in counted} or {EVERYWHERE: 1},
        weeks=weeks,
        currency=currency,
    )


def _plain(found: Mix, *, by: By | None) -> list[dict[str, Any]]:
    """The rows as models read them: money in units of the currency, places only where there are several."""
    return [
        {k: v for k, v in _in_units(row).items() if by is not None or k not in {"geo", "population"}}
        for row in found.rows
    ]


def _in_units(row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in row.items():
        if name.endswith("_cents"):
            told["won_amount" if name == "won_cents" else name.removesuffix("_cents")] = value / 100
        elif name.startswith("spend_") and name != "spend_column":
            told[name] = value / 100
        else:
            told[name] = value
    return told


def _write(rows: list[dict[str, Any]], target: Path) -> Path:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    table = pa.Table.from_pylist(rows)
    draft = target.with_name(f".{target.name}.new")
    if target.suffix == ".parquet":
        pyarrow.parquet.write_table(table, draft)
    else:
        pyarrow.csv.write_csv(table, draft)
    draft.replace(target)
    return target


def _day(value: Any) -> date:
    """A day as DATE, instant or microseconds: tables the flow does not keep hold the last."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date(1970, 1, 1) + timedelta(microseconds=int(value))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
