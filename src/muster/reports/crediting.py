"""The report on credit: where won dollars are credited, who touched and who began, what programmes did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster.problems import WrongUse
from muster.reports.begun import begun_page
from muster.reports.board import UNRECORDED
from muster.reports.buying_jobs import value_page
from muster.reports.published import Published
from muster.reports.rolled_up import rolled_up, rollup_page
from muster.reports.sheets import BoardPack, Sheet
from muster.reports.values import show

_NEEDED = {"path", "program_influence", "sourcing_dispute", "program_job", "program_goal"}


def crediting(tables: Path, *, company: str, currency: str, manifest: Mapping[str, Any]) -> BoardPack:
    """Credit, influence, sourcing and programme value over the whole record.

    Raises WrongUse when the folder has no tables, or tables that an older version built.
    """
    _check(tables)
    with Published(tables) as published:
        _check_version(tables, published)
        as_of = _instant(manifest["as_of"])
        [first] = published.records("SELECT MIN(o.created_at) AS first_at FROM known_opportunity AS o")
        return BoardPack(
            company=company,
            currency=currency,
            period=as_of.date().isoformat(),
            period_label=f"to {show(as_of.date())}",
            starts_on=(first["first_at"] or as_of).date(),
            last_day=as_of.date(),
            as_of=show(as_of),
            run_id=str(manifest.get("run_id") or UNRECORDED),
            pages=(
                rollup_page(published, currency),
                begun_page(published, currency),
                value_page(published, currency),
            ),
            title="Credit",
        )


def credit_by(tables: Path, name: str, *, currency: str) -> tuple[Sheet, ...]:
    """Won credit by one dimension, a sheet a currency; raises WrongUse as `crediting`."""
    _check(tables)
    with Published(tables) as published:
        _check_version(tables, published)
        return rolled_up(published, name, currency=currency)


def _check(tables: Path) -> None:
    if not tables.is_dir() or not any(tables.iterdir()):
        raise WrongUse(f"There are no tables in {tables}.", remedy="Build them first with: muster run")


def _check_version(tables: Path, published: Published) -> None:
    missing = sorted(_NEEDED & set(published.missing))
    if missing:
        raise WrongUse(
            f"The tables in {tables} have no {missing[0]}: an older version of Muster built them.",
            remedy="Build them again with: muster run",
        )


def _instant(told: object) -> datetime:
    found = datetime.fromisoformat(str(told))
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)
