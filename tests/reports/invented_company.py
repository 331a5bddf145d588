"""A small invented company as published tables: groups, opportunities, touches and credit from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from muster.reports.published import columns_read

AS_OF = datetime(2025, 10, 20, 12)
MANIFEST = {"run_id": "r-20251020-1200", "as_of": "2025-10-20T12:00:00Z"}
ARROW = {
    "text": pa.string(),
    "instant": pa.timestamp("us"),
    "day": pa.date32(),
    "cents": pa.int64(),
    "points": pa.decimal128(9, 2),
    "integer": pa.int64(),
    "real": pa.float64(),
    "flag": pa.bool_(),
}
MODELS = ("first", "last", "linear", "time_decay", "u", "w", "full_path")
ROLES = ("champion", "decision_maker", "economic_buyer", "technical_influencer", "user", "procurement")
NEEDED = {"champion": 1, "decision_maker": 1, "technical_influencer": 1, "user": 2}
SOLUTIONS = ("data-platform", "workforce-suite", "revenue-cloud")
PROGRAMS = (
    ("p-web", "Frames webinars", "webinar"),
    ("p-ads", "Review-site ads", "paid media"),
    ("p-evt", "Autumn roadshow", "event"),
    ("p-eml", "Nurture letters", "email"),
    ("p-sdr", "Gifts to named accounts", "direct mail"),
)
NAMES = (
    "Alder", "Birch", "Cobalt", "Dorset", "Ember", "Fallow", "Garnet", "Harbour", "Ivory", "Juniper",
    "Kestrel", "Larch", "Meridian", "Nettle", "Osprey", "Poplar", "Quarry", "Rowan", "Saffron", "Thistle",
)  # fmt: skip


@dataclass
class Company:
    """Rows by table; `write` makes them Parquet of the contract's published types."""

    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {name: [] for name in columns_read()}
    )

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        self.rows[table].append(row)
        return row

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in columns_read().items():
            schema = pa.schema([(column, ARROW[kind]) for column, kind in columns.items()])
            rows = [{column: row.get(column) for column in columns} for row in self.rows[name]]
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")
        return folder


def divided(amount: int, weights: list[float]) -> list[int]:
    """Whole cents by largest remainder."""
    total = sum(weights)
    raw = [Decimal(amount) * Decimal(repr(w)) / Decimal(repr(total)) for w in weights]
    cents = [int(r) for r in raw]
    order = sorted(range(len(raw)), key=lambda i: (cents[i] - raw[i], i))
    for i in order[: amount - sum(cents)]:
        cents[i] += 1
    return cents


class Inventor:
    """Draws the company's groups one by one."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.company = Company()
        self.serial = 0

    def new_id(self, kind: str) -> str:
        self.serial += 1
        return f"{kind}-{self.serial:04d}"

    def invent(self, groups: int) -> Company:
        for i, name in enumerate(NAMES):
            self.company.add(
                "account", account_id=f"a-{i:02d}", name=f"{name} Industries", domain=f"{name}.example"
            )
        for program, name, channel in PROGRAMS:
            self.company.add(
                "known_tactic", tactic_id=program, name=name, channel=channel, program_id=program
            )
            for quarter in range(4):
                tactic = f"{program}-{quarter}"
                self.company.add(
                    "known_tactic",
                    tactic_id=tactic,
                    name=f"{name} {quarter}",
                    channel=channel,
                    program_id=program,
                )
        for i in range(groups):
            self._group(i)
        return self.company

    def _group(self, i: int) -> None:
        add, draw = self.company.add, self.draw
        opened = datetime(2023, 8, 1, 9) + timedelta(hours=draw.randrange(19_000))
        group = add(
            "buying_group", buying_group_id=f"g-{i:04d}", account_id=f"a-{draw.randrange(len(NAMES)):02d}",
            solution_id=draw.choice(SOLUTIONS), cycle=1, opened_at=opened, closed_at=None,
            opening_reason="second_person", closing_reason=None, member_count=draw.randint(1, 7),
            visitor_count=draw.randint(0, 4),
        )  # fmt: skip
        self._members(group)
        qualified = opened + timedelta(days=draw.randint(5, 60))
        if draw.random() < 0.55 and qualified < AS_OF:
            self._qualified(group, qualified)
        else:
            add("qualification", buying_group_id=group["buying_group_id"], status="engaged", from_at=opened)
        if group["closed_at"] is None and opened < AS_OF - timedelta(days=300):
            group["closed_at"], group["closing_reason"] = opened + timedelta(days=240), "silent"
        self._scores(group)

    def _members(self, group: dict[str, Any]) -> None:
        engaged = dict.fromkeys(ROLES, 0)
        for _ in range(group["member_count"]):
            role = self.draw.choice(ROLES)
            engaged[role] += 1
            self.company.add(
                "member", buying_group_id=group["buying_group_id"], person_id=self.new_id("person"),
                role=role,
                role_confidence=0.8, joined_at=group["opened_at"], engagement_count=3, is_second_lead=False,
                last_engaged_at=min(group["opened_at"] + timedelta(days=self.draw.randint(1, 200)), AS_OF),
            )  # fmt: skip
        for role, needed in NEEDED.items():
            self.company.add(
                "role_gap", buying_group_id=group["buying_group_id"], role=role, needed=needed,
                engaged=engaged[role], missing=max(needed - engaged[role], 0),
            )  # fmt: skip
            # Every third champion only acts like one: the score does not count it.
            counted = 0 if role == "champion" and self.serial % 3 == 0 else min(needed, engaged[role])
            for number in range(counted):
                self.company.add(
                    "signal", buying_group_id=group["buying_group_id"], component="completeness", kind="step",
                    at=group["opened_at"] + timedelta(days=9 * number), reason=role,
                    source_id=self.new_id("holder"), points=Decimal("3.00"),
                )  # fmt: skip

    def _qualified(self, group: dict[str, Any], at: datetime) -> None:
        add, draw, key = self.company.add, self.draw, group["buying_group_id"]
        end = at + timedelta(days=draw.randint(25, 150))
        end_at = end if end < AS_OF else None
        add("qualification", buying_group_id=key, status="engaged", from_at=group["opened_at"], to_at=at)
        add(
            "qualification", buying_group_id=key, status="qualified", from_at=at, to_at=end_at,
            reason="score reached 55", ended_because="score fell below 38" if end_at else None,
        )  # fmt: skip
        add("account_status", account_id=group["account_id"], status="qualified", from_at=at, to_at=end_at)
        if end_at:
            add("qualification", buying_group_id=key, status="nurture", from_at=end_at)
        hand_off = add(
            "hand_off", hand_off_id=self.new_id("h"), buying_group_id=key, at=at + timedelta(hours=1),
            owner_id="u-1", member_count=group["member_count"], is_replayed=at < datetime(2025, 1, 1),
        )  # fmt: skip
        outcome = draw.choice(("accepted", "accepted", "rejected", None))
        if outcome:
            add(
                "disposition", hand_off_id=hand_off["hand_off_id"], outcome=outcome,
                at=at + timedelta(days=2),
                reason="not now" if outcome == "rejected" else None, hours_to_first_action=36.0,
            )  # fmt: skip
            if outcome == "rejected" and draw.random() < 0.4:
                add(
                    "disposition", hand_off_id=hand_off["hand_off_id"], outcome="accepted",
                    at=at + timedelta(days=9), hours_to_first_action=36.0,
                )  # fmt: skip
        if draw.random() < 0.6:
            self._opportunity(group, at + timedelta(days=draw.randint(3, 40)))

    def _opportunity(self, group: dict[str, Any], created: datetime) -> None:
        add, draw, key = self.company.add, self.draw, group["buying_group_id"]
        if created >= AS_OF:
            return
        closed = created + timedelta(days=draw.randint(30, 160))
        outcome = draw.choice(("won", "won", "lost")) if closed < AS_OF else "open"
        deal = add(
            "known_opportunity", opportunity_id=self.new_id("o"), name="Deal",
            type=("new_business", "new_business", "upsell", "renewal")[self.serial % 4],
            solution_id=group["solution_id"],
            amount_cents=draw.randint(2_000_000, 90_000_000), is_amount_missing=False, currency="USD",
            created_at=created, stage=outcome, is_closed=outcome != "open", is_won=outcome == "won",
            closed_at=None if outcome == "open" else closed,
        )  # fmt: skip
        if draw.random() < 0.06:
            deal.update(amount_cents=0, is_amount_missing=True)
        if draw.random() < 0.12:
            deal["currency"] = "EUR"
        group["opportunity_id"] = deal["opportunity_id"]
        if outcome != "open":
            group["closed_at"], group["closing_reason"] = closed, outcome
        add("opportunity_group", opportunity_id=deal["opportunity_id"], buying_group_id=key)
        add(
            "known_stage_change", stage_change_id=self.new_id("s"), opportunity_id=deal["opportunity_id"],
            stage="Prospecting", amount_cents=deal["amount_cents"] * 9 // 10, changed_at=created,
        )  # fmt: skip
        late = created + timedelta(days=20)
        if late < AS_OF:
            add(
                "known_stage_change", stage_change_id=self.new_id("s"), opportunity_id=deal["opportunity_id"],
                stage="Proposal", amount_cents=deal["amount_cents"], changed_at=late,
            )  # fmt: skip
        self._touches(group, deal)
        if draw.random() < 0.5:
            add(
                "second_lead", person_id=self.new_id("person"), account_id=group["account_id"],
                solution_id=group["solution_id"], buying_group_id=key, at=created + timedelta(days=9),
                fate=draw.choice(("attached", "attached", "dropped_duplicate", "misfiled")),
                opportunity_id=deal["opportunity_id"], amount_cents=deal["amount_cents"],
                currency=deal["currency"],
            )  # fmt: skip

    def _touches(self, group: dict[str, Any], deal: dict[str, Any]) -> None:
        add, draw = self.company.add, self.draw
        common = {"opportunity_id": deal["opportunity_id"], "currency": deal["currency"]}
        count = draw.choice((0, 1, 3, 5, 8))
        touches = []
        late = draw.choice((0, 0, 4))  # some groups were met only once their opportunity was open
        for position in range(1, count + 1):
            at = group["opened_at"] + (deal["created_at"] - group["opened_at"]) * (position + late) / 4
            if at >= (deal["closed_at"] or AS_OF):
                break
            program, _, channel = draw.choice(PROGRAMS)
            tactic = None if draw.random() < 0.2 else f"{program}-{draw.randrange(4)}"
            touches.append(
                add(
                    "touchpoint",
                    opportunity_id=deal["opportunity_id"],
                    engagement_id=self.new_id("e"),
                    buying_group_id=group["buying_group_id"],
                    person_id=f"person-{position}",
                    tactic_id=tactic,
                    channel=channel if tactic else "web",
                    position=position,
                    position_kind="middle",
                    occurred_at=at,
                )
            )
            add(
                "resolved_engagement", engagement_id=touches[-1]["engagement_id"], occurred_at=at,
                known_at=at,
                account_id=group["account_id"], solution_id=group["solution_id"], activity="page_viewed",
            )  # fmt: skip
        for model in MODELS:
            cents = divided(deal["amount_cents"], [draw.random() + 0.1 for _ in touches]) if touches else []
            for touch, part in zip(touches, cents, strict=True):
                add(
                    "credit", **common, engagement_id=touch["engagement_id"], attribution_model=model,
                    tactic_id=touch["tactic_id"], credit_cents=part, is_won=deal["is_won"],
                )  # fmt: skip
            if not touches:
                add(
                    "credit", **common, attribution_model=model, is_won=deal["is_won"],
                    credit_cents=deal["amount_cents"],
                )  # fmt: skip
        amount = {"amount_cents": deal["amount_cents"]}
        for definition in ("account_window", "contact_role", "group"):
            touched = bool(touches) and (definition != "contact_role" or draw.random() < 0.7)
            add(
                "influence",
                **common,
                **amount,
                definition=definition,
                is_marketing=touched,
                touch_count=count,
            )
        for definition in ("first_touch", "crm_lead_source"):
            by = draw.choice(("marketing", "sales")) if touches else "unknown"
            add(
                "sourcing",
                **common,
                **amount,
                definition=definition,
                sourced_by=by,
                is_marketing=by == "marketing",
            )

    def _scores(self, group: dict[str, Any]) -> None:
        add, draw, key = self.company.add, self.draw, group["buying_group_id"]
        end = group["closed_at"] or AS_OF
        at = max(group["opened_at"], end - timedelta(weeks=16))
        while at <= end:
            parts = {
                "fit": draw.randint(500, 2000), "intent": draw.randint(0, 1500),
                "engagement": draw.randint(200, 3000),
                "frame_control": draw.randint(0, 1500), "completeness": draw.randint(0, 1500),
            }  # fmt: skip
            points = {name: Decimal(value) / 100 for name, value in parts.items()}
            is_thin = group["solution_id"] == "revenue-cloud"
            add(
                "score", buying_group_id=key, scored_at=at, score=sum(points.values()), **points,
                p_open=None if is_thin else 0.31, p_win=None if is_thin else 0.44,
                expected_amount_cents=None if is_thin else 21_500_000,
            )  # fmt: skip
            for name, value in points.items():
                add(
                    "score_reason", buying_group_id=key, scored_at=at, component=name, reason=name,
                    points=value,
                    sentence=f"Two members watched Frames on 3 Oct 2025 ({words_of(name)} {value})",
                )  # fmt: skip
            at += timedelta(weeks=1)


def words_of(name: str) -> str:
    return name.replace("_", " ")
