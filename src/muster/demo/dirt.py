"""A few rows that no export should have and every export has, so that `muster check` has work to do."""

from __future__ import annotations

from muster.demo.draw import Draw
from muster.demo.export import Export
from muster.demo.scene import Told


def soil(draw: Draw, export: Export) -> list[Told]:
    """Spoil single rows of the arranged export, and tell which."""
    return [_bad_date(draw, export), _bad_amount(draw, export), _unknown_owner(draw, export),
            _repeat(draw, export), _torn_row(draw, export)]  # fmt: skip


def _bad_date(draw: Draw, export: Export) -> Told:
    row = draw.pick([row for row in export.rows["crm/Lead"] if row["Status"] == "Open"])
    row["CreatedDate"] = "2025-02-30T08:15:00Z"
    return Told("bad_date", "A bad date", "crm/Lead.csv has a lead created on the 30th of February.",
                {"lead": row["Id"], "value": row["CreatedDate"]})  # fmt: skip


def _bad_amount(draw: Draw, export: Export) -> Told:
    lost = [row for row in export.rows["crm/Opportunity"] if row["StageName"] == "Closed Lost" and row["Amount"]]
    row = draw.pick(lost)
    row["Amount"] = "approx. 30k"
    return Told("bad_amount", "A bad amount", "crm/Opportunity.csv has a lost deal worth \"approx. 30k\".",
                {"opportunity": row["Id"], "value": row["Amount"]})  # fmt: skip


def _unknown_owner(draw: Draw, export: Export) -> Told:
    row = draw.pick([row for row in export.rows["crm/Account"] if row["Type"] == "Prospect"])
    row["OwnerId"] = draw.record_id("005")
    return Told("unknown_owner", "An unknown owner", "crm/Account.csv has an account whose owner is no user.",
                {"account": row["Id"], "owner": row["OwnerId"]})  # fmt: skip


def _repeat(draw: Draw, export: Export) -> Told:
    rows = export.rows["events/attendance"]
    number = draw.whole(0, len(rows) - 1)
    rows.insert(number, dict(rows[number]))
    return Told("repeated_row", "An exact repeat", "events/attendance.csv holds one row twice.",
                {"event": rows[number]["event_id"]})  # fmt: skip


def _torn_row(draw: Draw, export: Export) -> Told:
    rows = export.rows["crm/Task"]
    number = draw.whole(0, len(rows) - 1)
    task_id = draw.record_id("00T")
    export.spoil("crm/Task", number, f"{task_id},{rows[number]['WhoId']},{rows[number]['AccountId']}")
    return Told("torn_row", "A ragged row", "crm/Task.csv has a row of three columns where seven belong.",
                {"task": task_id})  # fmt: skip
