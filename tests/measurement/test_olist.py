"""Real sellers of a marketplace: what they took after they signed, counted a second time item by item."""

from __future__ import annotations

import csv
import runpy
import shutil
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from muster.testing import rows
from muster.workspace import Workspace, open_workspace

EXAMPLE = Path(__file__).parents[2] / "examples" / "olist_funnel"
AS_OF = datetime(2018, 9, 1, tzinfo=UTC)
# The sum in force from each move to the next; in the end to the first month that is not told yet.
TAKINGS = """
WITH stood AS (
    SELECT account_id, moved_on, end_cents,
        LEAD(moved_on, 1, DATE '2018-10-01') OVER (PARTITION BY account_id ORDER BY moved_on) AS until_on
    FROM arr_movement
)
"""
ORIGINS = """
SELECT account_id, MIN(channel) AS origin FROM resolved_engagement
WHERE activity = 'contact_requested' GROUP BY account_id
"""

pytestmark = pytest.mark.shared


class Olist:
    """The files as they came: cents by seller and month, and where each signed seller was first heard of."""

    def __init__(self, folder: Path) -> None:
        items = pq.read_table(folder / "order_items.parquet").to_pylist()
        self.taken: Counter[tuple[str, str]] = Counter()
        for item in items:
            self.taken[item["seller_id"], item["shipping_limit_date"][:7]] += int(
                Decimal(str(item["price"])) * 100
            )
        self.months = sorted({month for _, month in self.taken if month < "2018-09"} | {"2016-11"})
        with (folder / "marketing_qualified_leads.csv").open(encoding="utf-8", newline="") as stream:
            leads = list(csv.DictReader(stream))
        self.origin = {row["mql_id"]: row["origin"] or "unknown" for row in leads}
        self.first_contact = {row["mql_id"]: row["first_contact_date"] for row in leads}
        with (folder / "closed_deals.csv").open(encoding="utf-8", newline="") as stream:
            self.deals = [row for row in csv.DictReader(stream) if row["won_date"] < "2018-09"]

    def took(self, deal: dict[str, str]) -> timedelta:
        """From the first contact to the signature."""
        first = datetime.fromisoformat(self.first_contact[deal["mql_id"]])
        return datetime.fromisoformat(deal["won_date"]) - first

    def moves(self) -> Counter[tuple[str, str]]:
        """New, win back and churn by the month whose takings show them."""
        found: Counter[tuple[str, str]] = Counter()
        for seller in {seller for seller, _ in self.taken}:
            was, came = 0, False
            for month in self.months:
                now = self.taken[seller, month]
                if now and not was:
                    found["win_back" if came else "new", month] += 1
                if was and not now:
                    found["churn", month] += 1
                was, came = now, came or bool(now)
        return found


@pytest.fixture(scope="module")
def olist(shared_data: Path) -> Olist:
    return Olist(shared_data / "data/olist_funnel")


@pytest.fixture(scope="module")
def ws(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = open_workspace(shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("olist") / "ws"))
    prepare = runpy.run_path(str(EXAMPLE / "prepare.py"))["prepare"]
    prepare(shared_data / "data/olist_funnel", workspace.folder / "prepared")
    workspace.run(as_of=AS_OF)
    return workspace


def test_what_sellers_took_after_they_signed_is_that_of_the_items(ws: Workspace, olist: Olist) -> None:
    [told] = rows(
        ws,
        TAKINGS + "SELECT SUM(end_cents * date_diff('month', moved_on, until_on)) AS twelvefold FROM stood",
    )
    assert told["twelvefold"] == 12 * sum(
        cents for (_, month), cents in olist.taken.items() if month < "2018-09"
    )


def test_sellers_leave_and_come_back_in_the_months_that_show_it(ws: Workspace, olist: Olist) -> None:
    told = rows(
        ws,
        """
        SELECT kind, strftime(moved_on - INTERVAL 1 MONTH, '%Y-%m') AS month, COUNT(*) AS moves
        FROM arr_movement WHERE kind IN ('new', 'win_back', 'churn') GROUP BY ALL
        """,
    )
    assert {(row["kind"], row["month"]): row["moves"] for row in told} == dict(olist.moves())


def test_each_origin_has_its_deals_and_what_they_brought_afterwards(ws: Workspace, olist: Olist) -> None:
    told = rows(
        ws,
        f"""
        {TAKINGS}, lead AS ({ORIGINS}),
        taken AS (
            SELECT account_id, SUM(end_cents * date_diff('month', moved_on, until_on)) // 12 AS cents
            FROM stood GROUP BY account_id
        )
        SELECT l.origin, SUM(c.won_count)::INT AS deals, COALESCE(SUM(t.cents), 0)::BIGINT AS cents
        FROM lead AS l JOIN customer AS c USING (account_id) LEFT JOIN taken AS t USING (account_id)
        GROUP BY l.origin
        """,
    )
    recount: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    by_seller: Counter[str] = Counter()
    for (seller, month), cents in olist.taken.items():
        by_seller[seller] += cents if month < "2018-09" else 0
    for deal in olist.deals:
        counted = recount[olist.origin[deal["mql_id"]]]
        counted[0] += 1
        counted[1] += by_seller[deal["seller_id"]]
    assert {row["origin"]: [row["deals"], row["cents"]] for row in told} == dict(recount)


def test_a_deal_is_sourced_by_the_lead_that_came_before_it(ws: Workspace, olist: Olist) -> None:
    """But for one that was won before its first contact, and those that were silent for half a year."""
    told = rows(ws, "FROM sourcing WHERE definition = 'first_touch' AND is_marketing")
    assert {row["opportunity_id"]: row["tactic_id"] for row in told} == {
        deal["mql_id"]: olist.origin[deal["mql_id"]]
        for deal in olist.deals
        if timedelta(0) <= olist.took(deal) <= timedelta(days=182)
    }


def test_what_sellers_took_falls_to_the_origin_of_the_deal_that_won_them(ws: Workspace, olist: Olist) -> None:
    """Deals have no amount here, and yet credit divides revenue: what came after the sale, to the cent.

    A month's takings run through the month after it, so those until July have come by the first of September.
    """
    told = rows(
        ws,
        """
        SELECT l.account_record_id AS seller, r.opportunity_id AS deal, r.program_id, r.brought_cents,
            r.credit_cents
        FROM relationship_credit AS r JOIN account_alias AS l USING (account_id)
        WHERE r.attribution_model = 'linear' AND r.basis = 'subscriptions'
        """,
    )
    by_seller: Counter[str] = Counter()
    for (seller, month), cents in olist.taken.items():
        by_seller[seller] += cents if month < "2018-08" else 0
    assert {row["seller"]: row["brought_cents"] for row in told} == {
        seller: cents for seller, cents in by_seller.items() if cents
    }
    credited = [row for row in told if row["program_id"] != "(unattributed)"]
    assert len(credited) > 150
    for row in told:
        assert row["credit_cents"] == row["brought_cents"]  # one first contact a seller: nothing to share
    assert all(row["program_id"] == olist.origin[row["deal"]] for row in credited)
