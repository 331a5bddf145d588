"""An export as it would have been at an instant: what came later is dropped, what changed later is undone.

Written from what a CRM's columns mean, without a look at how the flow recalls: the two must agree.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

Row = dict[str, str]

# The column that says since when a row of a file was known; a week's counts arrive when it is over.
DATED = {
    "Account": "CreatedDate",
    "Contact": "CreatedDate",
    "Lead": "CreatedDate",
    "CampaignMember": "CreatedDate",
    "Opportunity": "CreatedDate",
    "OpportunityContactRole": "CreatedDate",
    "OpportunityHistory": "CreatedDate",
    "Task": "ActivityDate",
    "Event": "ActivityDateTime",
    "web_events": "ts",
    "email_events": "ts",
    "attendance": "ts",
    "account_signals": "week_start",
    "share_links": "ts",
    "ad_spend": "spend_date",
    "exchange_rates": "rate_on",
}
LATE = {"account_signals": timedelta(days=7)}
STATE = ("StageName", "Amount", "CloseDate", "IsClosed", "IsWon")
STEPS = ("MQL_Date__c", "SAL_Date__c")
CONVERSION = (
    "IsConverted",
    "ConvertedDate",
    "ConvertedContactId",
    "ConvertedAccountId",
    "ConvertedOpportunityId",
)


@dataclass(frozen=True)
class Export:
    """The CSV files of a workspace by stem, with the order of their columns."""

    files: dict[str, Path]
    rows: dict[str, list[Row]]
    header: dict[str, list[str]]

    def write(self) -> None:
        """Write every file back where it was read."""
        for stem, path in self.files.items():
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, self.header[stem], lineterminator="\n", extrasaction="ignore")
                writer.writeheader()
                writer.writerows(self.rows[stem])


def read_export(folder: Path) -> Export:
    """Read the export files below a folder; rule files are none."""
    files = {p.stem: p for p in sorted(folder.rglob("*.csv")) if p.parent.name not in {"rules", "truth"}}
    rows, header = {}, {}
    for stem, path in files.items():
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            rows[stem] = [{k: v or "" for k, v in row.items() if k is not None} for row in reader]
            header[stem] = list(reader.fieldnames or [])
    return Export(files, rows, header)


def moment(text: str) -> datetime | None:
    """A day or an instant; None for what is neither."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_known(stem: str, row: Row, at: datetime) -> bool:
    """Whether a row was in the export at an instant; rows without a readable date always were."""
    since = moment(row.get(DATED.get(stem, ""), ""))
    return since is None or since + LATE.get(stem, timedelta()) <= at


def cut_naively(export: Export, at: datetime) -> None:
    """Drop the rows that came later, and nothing else: today's states and conversions stay."""
    for stem, rows in export.rows.items():
        export.rows[stem] = [row for row in rows if is_known(stem, row, at)]


def cut(export: Export, at: datetime) -> None:
    """Drop the rows that came later, and put every row that stays back to what it said then."""
    cut_naively(export, at)
    history = export.rows["OpportunityHistory"]
    for row in export.rows["Opportunity"]:
        _restore_opportunity(row, [h for h in history if h["OpportunityId"] == row["Id"]])
    for row in export.rows["Lead"]:
        _restore_lead(row, at)
    for row in export.rows["CampaignMember"]:
        if is_after(row["FirstRespondedDate"], at):
            row |= {"HasResponded": "false", "Status": "Sent", "FirstRespondedDate": ""}


def _restore_opportunity(row: Row, history: list[Row]) -> None:
    if not history:
        return
    last = max(history, key=lambda h: (h["CreatedDate"], h["Id"]))
    row["StageName"], row["CloseDate"] = last["StageName"], last["CloseDate"]
    row["IsClosed"] = str(last["StageName"].startswith("Closed")).lower()
    row["IsWon"] = str(last["StageName"] == "Closed Won").lower()
    if row["Amount"].replace(".", "").isdigit():
        row["Amount"] = last["Amount"]


def _restore_lead(row: Row, at: datetime) -> None:
    if is_after(row["ConvertedDate"], at):
        row |= dict.fromkeys(CONVERSION, "") | {"IsConverted": "false"}
    # Without a date of its own a disqualification counts from the last thing known of the lead.
    dates = ("MQL_Date__c", "SAL_Date__c")
    if "Disqualified_Date__c" not in row and any(is_after(row[column], at) for column in dates):
        row["Disqualified_Reason__c"] = ""
    for column in dates:
        if is_after(row[column], at):
            row[column] = ""
    if "Disqualified_Date__c" in row and is_after(row["Disqualified_Date__c"], at):
        row |= {"Disqualified_Date__c": "", "Disqualified_Reason__c": ""}
    steps = [("Converted", row["ConvertedDate"]), ("Disqualified", row["Disqualified_Reason__c"])]
    steps += [("Working", row["SAL_Date__c"]), ("MQL", row["MQL_Date__c"])]
    row["Status"] = next((status for status, known in steps if known), "Open")


def is_after(text: str, at: datetime) -> bool:
    """Whether a dated cell lies after an instant; empty cells do not."""
    found = moment(text)
    return found is not None and found > at


def permute_after(export: Export, at: datetime, *, seed: int) -> None:
    """Mix up everything that lies after an instant: who did what, where, with which outcome.

    Among the later rows of a file every column but the key and the date is shuffled on its own, as
    are today's states of opportunities that changed later, and the conversions and responses that came
    later.
    """
    draw = random.Random(seed)
    for stem, rows in export.rows.items():
        later = [row for row in rows if not is_known(stem, row, at)]
        for column in export.header[stem]:
            if column not in {"Id", "event_id", DATED.get(stem)}:
                _shuffle(later, (column,), draw)
    changed = {
        h["OpportunityId"] for h in export.rows["OpportunityHistory"] if is_after(h["CreatedDate"], at)
    }
    moved = [row for row in export.rows["Opportunity"] if row["Id"] in changed]
    _shuffle([row for row in moved if row["Amount"].replace(".", "").isdigit()], STATE, draw)
    _shuffle([row for row in export.rows["Lead"] if is_after(row["ConvertedDate"], at)], CONVERSION, draw)
    for column in STEPS:
        _shuffle([row for row in export.rows["Lead"] if is_after(row[column], at)], (column,), draw)
    answered = [row for row in export.rows["CampaignMember"] if is_after(row["FirstRespondedDate"], at)]
    _shuffle(answered, ("FirstRespondedDate",), draw)
    for rows in export.rows.values():
        draw.shuffle(rows)


def _shuffle(rows: list[Row], columns: tuple[str, ...], draw: random.Random) -> None:
    """Deal the given columns, kept together, anew among the rows."""
    values = [tuple(row[c] for c in columns) for row in rows]
    draw.shuffle(values)
    for row, dealt in zip(rows, values, strict=True):
        row |= dict(zip(columns, dealt, strict=True))


def changed_copy(workspace: Path, to: Path, change: Callable[[Export], None]) -> Path:
    """A copy of a workspace without its tables, its export changed."""
    shutil.copytree(workspace, to, ignore=shutil.ignore_patterns(".muster"))
    export = read_export(to)
    change(export)
    export.write()
    return to


def split(rows: list[Row], parts: int) -> Iterator[list[Row]]:
    """The rows dealt into several parts."""
    for part in range(parts):
        yield rows[part::parts]
