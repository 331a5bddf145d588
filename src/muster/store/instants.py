"""Instants as the store writes them: UTC, whole seconds, so that their text sorts as they follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def instant(now: datetime | None = None, *, later: timedelta = timedelta()) -> str:
    """For example: 2026-03-01T09:30:00+00:00."""
    return ((now or datetime.now(UTC)).astimezone(UTC) + later).isoformat(timespec="seconds")
