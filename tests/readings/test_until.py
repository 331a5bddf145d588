"""Until when a decision holds, as people write it."""

from __future__ import annotations

from datetime import UTC, datetime

from muster.readings.until import TRIGGERS, read_until


def test_a_day_is_its_midnight_and_a_trigger_is_what_is_waited_for() -> None:
    read = read_until(["2026-06-01", "trigger:hand_raise"]).to_pylist()
    midnight = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * 1_000_000
    assert read == [
        {"value": "2026-06-01", "until_at": midnight, "waits_for": None, "said": "2026-06-01"},
        {
            "value": "trigger:hand_raise",
            "until_at": None,
            "waits_for": "hand_raise",
            "said": TRIGGERS["hand_raise"],
        },
    ]


def test_what_is_neither_says_nothing() -> None:
    odd = ["soon", "champion", "2026-02-30", "trigger:", "trigger:rain", "hand_raise", "31.12.2026", ""]
    table = read_until(odd)
    assert table.num_rows == 0 and table.column_names == ["value", "until_at", "waits_for", "said"]
