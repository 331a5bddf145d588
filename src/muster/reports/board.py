"""The board pack: read its figures from the published tables, write them as HTML or JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from muster.problems import WrongUse
from muster.reports.customers import customers_page
from muster.reports.data_left_out import left_out_page
from muster.reports.handoffs import handoffs_page
from muster.reports.journey import journey_page
from muster.reports.legacy import appendix_page
from muster.reports.outlook import outlook_page
from muster.reports.programs import programs_page
from muster.reports.published import Published
from muster.reports.quarter import last_full_quarter, read_quarter
from muster.reports.revenue import revenue_page
from muster.reports.scope import Scope
from muster.reports.sheets import BoardPack, Sheet
from muster.reports.values import show

UNRECORDED = "not recorded"


def board(
    tables: Path,
    *,
    company: str,
    currency: str,
    period: str | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> BoardPack:
    """Every figure of the pack for a quarter: the last full one before the as-of date unless named.

    `tables` is the folder of published tables; `manifest` the run's (`run_id`, `as_of`). Raises
    WrongUse when the folder has no tables or `period` is not a quarter the tables can know.

    >>> pack = board(Path("acme/.muster/tables"), company="Acme", currency="USD")  # doctest: +SKIP
    """
    if re.fullmatch("[A-Z]{3}", currency) is None:
        raise WrongUse(f'"{currency}" is not a currency.', remedy="Write its ISO 4217 code, such as USD.")
    if not tables.is_dir() or not any(tables.iterdir()):
        raise WrongUse(f"There are no tables in {tables}.", remedy="Build them first with: muster run")
    with Published(tables) as published:
        if "known_opportunity" in published.missing:  # an empty page 1 would say that nothing was won
            raise WrongUse(
                f"The tables in {tables} have no known_opportunity: an older version of Muster built them.",
                remedy="Build them again with: muster run",
            )
        as_of = as_of_instant(published, manifest or {})
        quarter = (
            last_full_quarter(as_of.date()) if period is None else read_quarter(period, as_of=as_of.date())
        )
        scope = Scope(quarter, currency, as_of)
        run_id = str((manifest or {}).get("run_id") or UNRECORDED)
        first, red = revenue_page(published, scope)
        return BoardPack(
            company=company,
            currency=currency,
            period=str(quarter),
            period_label=quarter.label,
            starts_on=quarter.starts_on,
            last_day=quarter.last_day,
            as_of=show(as_of),
            run_id=run_id,
            pages=(
                first,
                journey_page(published, scope),
                programs_page(published, scope),
                handoffs_page(published, scope),
                customers_page(published, scope),
                outlook_page(published, scope),
                left_out_page(published, scope),
                appendix_page(published, scope),
            ),
            caution=_caution(published, scope),
            red=red,
        )


def board_json(pack: BoardPack | Sheet) -> dict[str, Any]:
    """A pack or a table as JSON can hold it: money in whole cents, days as ISO dates, its query beside it."""
    plain = _plain(pack)
    assert isinstance(plain, dict)
    return plain


def _caution(published: Published, scope: Scope) -> str:
    """What the reader must know before any figure."""
    said = []
    if scope.quarter.last_day > scope.as_of.date():
        said.append(f"{scope.quarter.label} is not over: its figures stop at {show(scope.as_of.date())}.")
    if published.missing:
        missing = ", ".join(sorted(published.missing))
        said.append(f"This run has no table {missing}: what needs it stands empty. Build it with: muster run")
    return " ".join(said)


def as_of_instant(published: Published, manifest: Mapping[str, Any]) -> datetime:
    """The manifest's instant, or the last one the tables speak of."""
    told = manifest.get("as_of")
    if told:
        instant = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
        return instant if instant.tzinfo is None else instant.astimezone(UTC).replace(tzinfo=None)
    last = published.records(
        "SELECT MAX(moment_at) AS last_at FROM (SELECT MAX(known_at) AS moment_at FROM resolved_engagement "
        "UNION ALL SELECT MAX(scored_at) FROM score UNION ALL SELECT MAX(from_at) FROM qualification "
        "UNION ALL SELECT MAX(created_at) FROM known_opportunity UNION ALL SELECT MAX(closed_at) "
        "FROM known_opportunity) AS moments"
    )[0]["last_at"]
    if last is None:
        raise WrongUse(
            "The tables hold no dated row, so there is no quarter to report.",
            remedy="See what was read with: muster check",
        )
    assert isinstance(last, datetime)
    return last


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name != "chart"}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
