"""The measured tables of the invented company: conversion, velocity, cost, movement, programmes, intake."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from invented_company import AS_OF, MODELS, PROGRAMS, Company


def measure(company: Company, draw: random.Random) -> None:
    add, rows = company.add, company.rows
    deals = rows["known_opportunity"]
    quarter = date(2023, 7, 1)
    while quarter < AS_OF.date():
        end = date(quarter.year + quarter.month // 10, (quarter.month + 3 - 1) % 12 + 1, 1)
        cohort = [d for d in deals if quarter <= d["created_at"].date() < end]
        for stage, share in (("Proposal", 0.8), ("won", 0.0)):
            reached = sum(d["is_won"] for d in cohort) if stage == "won" else int(len(cohort) * share)
            still = sum(not d["is_closed"] for d in cohort) if stage == "won" else 0
            decided = len(cohort) - still
            key = {"cohort_start": quarter, "cohort_end": end, "from_stage": "opened", "to_stage": stage}
            counts = {"entered_count": len(cohort), "reached_count": reached, "open_count": still}
            part = reached / decided if decided else None
            for method, horizon, at_risk in (
                ("decided_only", 400, decided), ("expected_final", None, len(cohort)),
                ("aalen_johansen", 180, decided),
            ):  # fmt: skip
                add(
                    "conversion", **key, **counts, horizon_days=horizon, at_risk=at_risk, method=method,
                    estimate=part, low=None if part is None else part * 0.6,
                    high=None if part is None else min(part * 1.3, 1.0),
                )  # fmt: skip
        for currency in ("USD", "EUR"):
            closed = [
                d for d in deals
                if d["closed_at"] and quarter <= d["closed_at"].date() < end and d["currency"] == currency
            ]  # fmt: skip
            won = [d for d in closed if d["is_won"]]
            if not closed:
                continue
            cents = sum(d["amount_cents"] for d in won)
            for solution in ("(all)", "data-platform"):
                add(
                    "velocity", period_on=quarter, solution_id=solution, currency=currency,
                    opened_count=len(closed) + 2, watched_count=8 * len(closed), win_share=0.31,
                    win_share_low=0.25, win_share_high=0.37, mean_days=92.5, restricted_days=730,
                    closed_count=len(closed), won_count=len(won), won_cents=cents,
                    closed_cents=sum(d["amount_cents"] for d in closed),
                    win_rate_by_amount=cents / sum(d["amount_cents"] for d in closed),
                    mean_won_cents=cents // len(won) if won else None, win_rate=len(won) / len(closed),
                    mean_cycle_days=88.4, dollars_per_day_cents=cents // 88, open_count=9,
                )  # fmt: skip
            spend = draw.randint(8_000_000, 20_000_000)
            add(
                "cost_per_acquisition", period_on=quarter, currency=currency, spend_cents=spend,
                customers_won=len(won), cpa_cents=spend // len(won) if won else None,
                note="Spend on tactics only; salaries are not in it.",
            )  # fmt: skip
        add("flap", quarter_on=quarter, group_count=60, change_count=22, flap_count=1)
        quarter = end
    forecast(company)
    onwards(company)
    movement(company)
    programs(company)
    deal_credit(company)
    intake(company)


def onwards(company: Company) -> None:
    for number in range(12):
        company.add(
            "first_conversation", buying_group_id=f"said-{number}", solution_id="data-platform",
            kind="call", spoke_at=datetime(2025, 8, 1), started_at=datetime(2025, 6, 1),
            ended_at=datetime(2025, 9, 1), closing_reason="won" if number % 3 else "lost",
            engagement_count=20, engagement_before=5 + number, engagement_share=(5 + number) / 20,
            cycle_days=92, days_before=61, cycle_share=61 / 92,
        )  # fmt: skip
    for way, share in (("onwards", 0.7), ("back", 0.05), ("won", 0.0), ("lost", 0.25)):
        company.add(
            "stage_exit", stage="Proposal", way=way, position=7, visit_count=40, way_count=int(40 * share),
            open_count=6, share=share, low=share * 0.8, high=share * 1.1, mean_days=31.5, restricted_days=200,
        )  # fmt: skip
    for stage, share in (("sal", 0.5), ("opened", 0.3), ("won", 0.1), ("lost", 0.9)):
        company.add(
            "mql_conversion", cohort_start=date(2025, 7, 1), cohort_end=date(2025, 10, 1), from_stage="mql",
            to_stage=stage, horizon_days=None, entered_count=60, reached_count=int(50 * share), open_count=9,
            estimate=share, low=share * 0.8, high=min(share * 1.2, 1.0), at_risk=60, method="expected_final",
        )  # fmt: skip


def forecast(company: Company) -> None:
    still = [d for d in company.rows["known_opportunity"] if not d["is_closed"]]
    for currency in ("USD", "EUR"):
        for solution in ("(all)", "data-platform"):
            mine = [d for d in still if d["currency"] == currency]
            cents = sum(d["amount_cents"] for d in mine)
            company.add(
                "forecast", as_of_on=AS_OF.date(), solution_id=solution, currency=currency,
                open_count=len(mine), open_cents=cents, expected_count=len(mine) * 0.3,
                expected_cents=cents * 3 // 10, low_count=0, high_count=len(mine), low_cents=cents // 10,
                high_cents=cents * 6 // 10,
            )  # fmt: skip


def movement(company: Company) -> None:
    stretches = [q for q in company.rows["qualification"] if q["status"] == "qualified"]
    week = date(2024, 1, 1)
    while week < AS_OF.date():
        end = week + timedelta(days=7)
        now = [
            q for q in stretches if q["from_at"].date() < end and not (q["to_at"] and q["to_at"].date() < end)
        ]
        company.add(
            "account_movement", week_on=week, qualified_count=len(now),
            qualified_account_count=len(now) * 4 // 5,
            entered_count=sum(week <= q["from_at"].date() < end for q in stretches),
            left_count=sum(bool(q["to_at"]) and week <= q["to_at"].date() < end for q in stretches),
        )  # fmt: skip
        week = end


def programs(company: Company) -> None:
    lines = [
        *PROGRAMS,
        ("(no programme)", "(no programme)", None),
        ("(unattributed)", "(unattributed)", None),
    ]
    for currency in ("USD", "EUR"):
        for program, name, channel in lines:
            for model in MODELS:
                mine = [
                    c for c in company.rows["credit"]
                    if c["currency"] == currency and c["attribution_model"] == model
                    and program_of(c) == program
                ]  # fmt: skip
                company.add(
                    "program_value", program_id=program, name=name, channel=channel, attribution_model=model,
                    currency=currency, groups_reached=24, people_reached=81, roles_reached=5,
                    won_credit_cents=sum(c["credit_cents"] for c in mine if c["is_won"]),
                    open_credit_cents=sum(c["credit_cents"] for c in mine if not c["is_won"]),
                    cost_cents=4_200_000 if currency == "USD" and channel else 0, won_count=3,
                )  # fmt: skip


def program_of(credit: dict[str, Any]) -> str:
    if credit.get("engagement_id") is None:
        return "(unattributed)"
    return credit["tactic_id"].rsplit("-", 1)[0] if credit["tactic_id"] else "(no programme)"


def deal_credit(company: Company) -> None:
    added: dict[tuple[str, str, str], dict[str, Any]] = {}
    for c in company.rows["credit"]:
        key = c["opportunity_id"], c["attribution_model"], program_of(c)
        one = added.setdefault(
            key,
            {
                **dict(zip(("opportunity_id", "attribution_model", "program_id"), key, strict=True)),
                **{"currency": c["currency"], "is_won": c["is_won"], "credit_cents": 0, "touch_count": 0},
            },
        )
        one["credit_cents"] += c["credit_cents"]
        one["touch_count"] += c.get("engagement_id") is not None
    for one in added.values():
        company.add("deal_credit", **one)


def intake(company: Company) -> None:
    for file, read, repeated, aside in (("Account.csv", 420, 3, 2), ("web_events.csv", 10_382, 41, 17)):
        company.add(
            "intake_ledger", source="crm", file=file, rows_read=read, rows_repeated=repeated,
            rows_set_aside=aside, rows_landed=read - repeated - aside,
        )  # fmt: skip
    company.add(
        "problem", severity="error", source="crm", file="web_events.csv", row=812, column="ts",
        value="31/02/2026",
        reason="is not a date", remedy="Correct the date, or name its format in muster.toml.", count=17,
    )  # fmt: skip
    for i in range(90):
        at = datetime(2024, 10, 3) + timedelta(days=4 * i)
        if at < AS_OF:
            company.add("known_lead_status", person_record_id=f"l-{i}", status="mql", changed_at=at)
            if i % 5 == 0:
                company.add(
                    "known_lead_status", person_record_id=f"l-{i}", status="disqualified", is_duplicate=True,
                    changed_at=at + timedelta(days=2),
                )  # fmt: skip
