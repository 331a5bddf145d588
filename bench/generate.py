"""Writes a company of the bundled shape at any size: `python bench/generate.py FOLDER --engagements 1000000`.

About 50 engagements (rows of the web, mail, attendance, signal and campaign-member files) an account and
year, over two years or as many as MUSTER_BENCH_YEARS says.
Accounts are made in stretches of a few thousand, so memory stays the same however many there are.
The same seed and size give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

sys.path.insert(0, str(Path(__file__).parent))

from behaviour import act, offers, web
from crm_rows import account_rows, deal_rows, member_rows, people_rows, work_rows
from market import YEARS, found, want
from outreach import mail_and_meetings, signals
from sales import Desk

from muster.demo.export import FILES, Export
from muster.demo.generate import lay_workspace
from muster.demo.marketing import plan_marketing
from muster.demo.organisations import hire_users
from muster.demo.people_rows import record_users
from muster.demo.plan_rows import record_plan
from muster.demo.records import Span

ENGAGEMENTS = (
    "events/web_events",
    "events/email_events",
    "events/attendance",
    "events/account_signals",
    "crm/CampaignMember",
)
PER_ACCOUNT = 50 * YEARS
STRETCH = 4_000


class Files:
    """All files of the export, open at once; rows go in as columns and are counted."""

    def __init__(self, folder: Path) -> None:
        self.rows = dict.fromkeys(FILES, 0)
        self._folder = folder
        self._writers: dict[str, Any] = {}

    def begin(self, export: Export) -> None:
        """Write what is small (users, campaigns, spend, catalogue, rates) and the other files' headers."""
        export.arrange()
        export.write(self._folder)
        self.rows |= {name: len(rows) for name, rows in export.rows.items()}

    def add(self, tables: dict[str, dict[str, Any]]) -> None:
        """Append columns to their files."""
        for name, columns in tables.items():
            order = FILES[name][0].split(",")
            table = pa.table([columns[column] for column in order], names=order)
            if name in ENGAGEMENTS:  # one row in 2,000 was exported twice
                table = pa.concat_tables([table, table.take(np.arange(7, len(table), 2_000))])
            self.rows[name] += table.num_rows
            if name not in self._writers:
                # Only people's titles hold commas; everything else is faster without looking.
                style = "needed" if name in {"crm/Lead", "crm/Contact"} else "none"
                options = pacsv.WriteOptions(include_header=False, quoting_style=style)
                sink = (self._folder / f"{name}.csv").open("ab")
                self._writers[name] = (sink, pacsv.CSVWriter(sink, table.schema, write_options=options))
            self._writers[name][1].write_table(table)

    def close(self) -> None:
        """Finish all files."""
        for sink, writer in self._writers.values():
            writer.close()
            sink.close()


def generate(folder: Path, *, engagements: int, seed: int = 7, cycles: float = 1.05) -> dict[str, int]:
    """Write a company of about that many engagements; returns the rows of every file.

    `cycles` is how many buying cycles an account goes through in all, on average.
    """
    accounts = max(1, engagements // PER_ACCOUNT)
    folder.mkdir(parents=True, exist_ok=True)
    users = hire_users(seed, accounts=min(accounts, 4_000))
    plan = plan_marketing(seed, span=Span(YEARS), accounts=[])
    export = Export()
    record_users(export, users)
    record_plan(export, plan)
    out = Files(folder)
    out.begin(export)
    owner_ids = pa.array([user.user_id for user in users if user.title == "Account Executive"])
    laid_out = offers(plan)
    held_out = pa.array([plan.programmes[name].campaign_id for name in ("Retargeting", "Direct mail")])
    for first in range(0, accounts, STRETCH):
        rng = np.random.default_rng([seed, first])
        some = found(rng, first, min(STRETCH, accounts - first), owners=len(owner_ids))
        wanted = want(rng, some, per_account=cycles)
        acts = act(rng, some, wanted, in_cycle=26.5, idle=9.45 * YEARS)
        desk = Desk(rng, some, wanted, owner_ids=owner_ids)
        out.add(account_rows(rng, some, owner_ids=owner_ids))
        out.add(web(rng, some, wanted, acts, laid_out))
        out.add(mail_and_meetings(rng, some, acts, laid_out))
        out.add(signals(rng, some, wanted, laid_out, mean=5.0))
        out.add(member_rows(desk, acts, laid_out))
        out.add(people_rows(desk))
        out.add(deal_rows(desk))
        out.add(work_rows(desk))
        kept_out = np.flatnonzero(rng.random(len(some.counts)) < 0.2)
        arm = rng.integers(0, 2, len(kept_out))
        out.add(
            {
                "reference/holdout": {
                    "AccountId": some.account_id.take(pa.array(kept_out)),
                    "CampaignId": held_out.take(pa.array(arm)),
                }
            }
        )
    out.close()
    lay_workspace(folder)
    return out.rows


def main(arguments: list[str] | None = None) -> None:
    """Write a company from the command line and say how large it became."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engagements", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--cycles", type=float, default=1.05, help="buying cycles an account, on average")
    given = parser.parse_args(arguments)
    began = time.perf_counter()
    rows = generate(given.folder, engagements=given.engagements, seed=given.seed, cycles=given.cycles)
    total = sum(rows[name] for name in ENGAGEMENTS)
    people = rows["crm/Lead"] + rows["crm/Contact"]
    print(
        f"{total:,} engagements, {rows['crm/Account']:,} accounts, {people:,} leads and contacts, "
        f"{rows['crm/Opportunity']:,} opportunities in {time.perf_counter() - began:.1f} s: {given.folder}"
    )


if __name__ == "__main__":
    main()
