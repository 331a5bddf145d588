"""A few rows that no export should have and every export has, so that `muster check` has work to do."""

from __future__ import annotations

from muster.demo.draw import Draw
from muster.demo.export import Export
from muster.demo.scene import Told


def soil(draw: Draw, export: Export, *, spared: frozenset[str]) -> list[Told]:
    """Spoil single rows of the arranged export, and tell which; rows with a spared id stay clean."""

    def rows_of(name: str) -> list[dict[str, str]]:
        return [row for row in export.rows[name] if spared.isdisjoint(row.values())]

    lead = draw.pick([row for row in rows_of("crm/Lead") if row["Status"] == "Open"])
    lead["CreatedDate"] = "2025-02-30T08:15:00Z"
    lost = [row for row in rows_of("crm/Opportunity") if row["StageName"] == "Closed Lost"]
    deal = draw.pick([row for row in lost if row["Amount"]])
    deal["Amount"] = "approx. 30k"
    account = draw.pick([row for row in rows_of("crm/Account") if row["Type"] == "Prospect"])
    account["OwnerId"] = draw.record_id("005")
    attendances = export.rows["events/attendance"]
    attendance = draw.pick(rows_of("events/attendance"))
    attendances.insert(attendances.index(attendance), dict(attendance))
    task = draw.pick(rows_of("crm/Task"))
    torn_id = draw.record_id("00T")
    place = export.rows["crm/Task"].index(task)
    export.spoil("crm/Task", place, f"{torn_id},{task['WhoId']},{task['AccountId']}")
    return [
        Told(
            "A bad date",
            "crm/Lead.csv has a lead created on the 30th of February.",
            {"lead": lead["Id"], "value": lead["CreatedDate"]},
        ),
        Told(
            "A bad amount",
            'crm/Opportunity.csv has a lost deal worth "approx. 30k".',
            {"opportunity": deal["Id"], "value": deal["Amount"]},
        ),
        Told(
            "An unknown owner",
            "crm/Account.csv has an account whose owner is no user.",
            {"account": account["Id"], "owner": account["OwnerId"]},
        ),
        Told(
            "An exact repeat",
            "events/attendance.csv holds one row twice.",
            {"event": attendance["event_id"]},
        ),
        Told(
            "A ragged row",
            "crm/Task.csv has a row of three columns where seven belong.",
            {"task": torn_id},
        ),
    ]
