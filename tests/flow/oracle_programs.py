"""Influence, sourcing and what programmes did, counted again in plain Python from what they rest on."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from muster.rules.read import default_text
from muster.testing import Row, rows
from muster.workspace import Workspace

YEAR, FOUR_WEEKS = timedelta(days=365), timedelta(days=28)
LEVELS = {"tactic": "tactic_id", "program": "program_id", "campaign": "campaign_id"}
NONE = {"tactic": "(no tactic)", "program": "(no programme)", "campaign": "(no campaign)"}
Touched = dict[tuple[str, str], list[str | None]]  # (opportunity, definition): the tactic of each touch


def table(workspace: Workspace, name: str) -> list[Row]:
    """All rows of a published table."""
    return rows(workspace, f"FROM {name}")


def touched(workspace: Workspace) -> Touched:
    """The touches of each opportunity by the three definitions of influence."""
    as_of = datetime.fromisoformat(workspace.published.manifest["as_of"]).replace(tzinfo=None)
    account = {r["account_record_id"]: r["account_id"] for r in table(workspace, "account_alias")}
    person = {r["person_record_id"]: r["person_id"] for r in table(workspace, "person_alias")}
    records = workspace.published.folder / "records" / "contact_role.parquet"
    named: dict[str, set[str]] = defaultdict(set)
    for r in rows(workspace, f"FROM read_parquet('{records}')"):
        if r["person_record_id"] in person and _at(max(r["known_at"], r["created_at"] or 0)) <= as_of:
            named[r["opportunity_id"]].add(person[r["person_record_id"]])
    acts = [e for e in table(workspace, "resolved_engagement") if e["is_marketing"]]
    steps = [
        p for p in table(workspace, "path") if p["definition"] == "credit" and p["opportunity_id"] is not None
    ]
    found: Touched = defaultdict(list)
    for o in table(workspace, "known_opportunity"):
        key, end = (
            o["opportunity_id"],
            max(o["closed_at"] or as_of, o["created_at"] if o["closed_at"] else as_of),
        )
        within = [e for e in acts if o["created_at"] - YEAR <= e["occurred_at"] <= end]
        mine = account.get(o["account_record_id"])
        found[key, "account_window"] = [e["tactic_id"] for e in within if mine and e["account_id"] == mine]
        found[key, "contact_role"] = [e["tactic_id"] for e in within if e["person_id"] in named[key]]
        found[key, "group"] = [p["tactic_id"] for p in steps if p["opportunity_id"] == key]
    return found


def program_influence(workspace: Workspace) -> dict[tuple[str, str, str, str], tuple[int, int, int, int]]:
    """Opportunities, won ones and both in cents, by level, unit, definition, currency; (any) once each."""
    deals = {o["opportunity_id"]: o for o in table(workspace, "known_opportunity")}
    tactics = {t["tactic_id"]: t for t in table(workspace, "known_tactic")}
    sums: dict[tuple[str, str, str, str], Counter[int]] = defaultdict(Counter)
    for (key, definition), by in touched(workspace).items():
        o = deals[key]
        for level, column in LEVELS.items():
            units = {(tactics.get(t or "") or {}).get(column) or NONE[level] for t in by}
            if level == "tactic":
                units = {t or NONE[level] for t in by}
            for unit in units | ({"(any)"} if units else set()):
                figures = (1, o["is_won"], o["amount_cents"], o["amount_cents"] * o["is_won"])
                sums[level, unit, definition, o["currency"]].update(dict(enumerate(map(int, figures))))
    return {key: (c[0], c[1], c[2], c[3]) for key, c in sums.items()}


def sourced(workspace: Workspace) -> dict[tuple[str, str], str]:
    """Who began each opportunity by first touch and by first act."""
    person = {r["person_record_id"]: r["person_id"] for r in table(workspace, "person_alias")}
    group = {r["opportunity_id"]: r["buying_group_id"] for r in table(workspace, "opportunity_group")}
    members: dict[str, set[str]] = defaultdict(set)
    for m in table(workspace, "member"):
        if m["person_id"]:
            members[m["buying_group_id"]].add(m["person_id"])
    records = workspace.published.folder / "records" / "sales_activity.parquet"
    calls = rows(workspace, f"FROM read_parquet('{records}')") if records.exists() else []
    first = {
        p["opportunity_id"]: p["occurred_at"]
        for p in table(workspace, "path")
        if p["definition"] == "credit" and p["position"] == 1
    }
    found = {}
    for o in table(workspace, "known_opportunity"):
        key, created = o["opportunity_id"], o["created_at"]
        touch = first.get(key)
        touch = touch if touch is not None and touch <= created else None
        sold = [
            _at(c["occurred_at"])
            for c in calls
            if person.get(c["person_record_id"]) in members[group.get(key, "")]
            and created - YEAR <= _at(c["occurred_at"])
            and max(_at(c["known_at"]), _at(c["occurred_at"])) <= created
        ]
        found[key, "first_touch"] = "marketing" if touch else "unknown"
        by_sales = bool(sold) and (touch is None or min(sold) < touch)
        found[key, "first_act"] = "sales" if by_sales else "marketing" if touch else "unknown"
    return found


def moves(workspace: Workspace) -> dict[str, list[datetime]]:
    """When each group moved forward."""
    place = {
        r["stage"].lower(): int(r["position"])
        for r in csv.DictReader(io.StringIO(default_text("stages")))
        if r["outcome"] == "open"
    }
    group = {r["opportunity_id"]: r["buying_group_id"] for r in table(workspace, "opportunity_group")}
    found: dict[str, list[datetime]] = defaultdict(list)
    for g in table(workspace, "buying_group"):
        found[g["buying_group_id"]].append(g["opened_at"])
    for q in table(workspace, "qualification"):
        if q["status"] == "qualified":
            found[q["buying_group_id"]].append(q["from_at"])
    for h in rows(workspace, "SELECT h.buying_group_id, h.at AS given_at FROM hand_off AS h"):
        found[h["buying_group_id"]].append(h["given_at"])
    for o in table(workspace, "known_opportunity"):
        if o["opportunity_id"] in group:
            found[group[o["opportunity_id"]]].append(o["created_at"])
            if o["is_won"]:
                found[group[o["opportunity_id"]]].append(max(o["closed_at"], o["created_at"]))
    furthest: dict[str, int] = {}
    changes = rows(workspace, "FROM known_stage_change ORDER BY opportunity_id, changed_at, stage_change_id")
    for c in changes:
        key, now = c["opportunity_id"], place.get((c["stage"] or "").lower())
        if now is None:
            continue
        if key in furthest and now > furthest[key] and key in group:
            found[group[key]].append(c["changed_at"])
        furthest[key] = max(furthest.get(key, now), now)
    return found


def programs(workspace: Workspace) -> dict[tuple[str, str, str], dict[str, int]]:
    """What each tactic and programme did, by level, unit and buying job; money aside."""
    steps: dict[tuple[str, str], Row] = {}
    for p in table(workspace, "path"):
        if p["definition"] == "credit":
            steps[p["buying_group_id"], p["engagement_id"]] = p
    known = {(m["buying_group_id"], m["person_id"]) for m in table(workspace, "member") if m["person_id"]}
    first: dict[tuple[str, str], str] = {}
    for p in sorted(steps.values(), key=lambda p: (p["occurred_at"], p["engagement_id"])):
        first.setdefault((p["buying_group_id"], p["person_id"]), p["engagement_id"])
    shares = [s for s in table(workspace, "share") if s["from_person_id"]]
    moved = moves(workspace)
    cells: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for p in steps.values():
        for level in ("tactic", "program"):
            if p[LEVELS[level]]:
                for job in (p["buying_job"] or "(none)", "(all)"):
                    cells[level, p[LEVELS[level]], job].append(p)
    return {key: _figures(found, known, first, shares, moved) for key, found in cells.items()}


def _figures(
    steps: list[Row],
    known: set[tuple[str, Any]],
    first: dict[tuple[str, str], str],
    shares: Iterable[Row],
    moved: dict[str, list[datetime]],
) -> dict[str, int]:
    after = {
        (p["buying_group_id"], n)
        for p in steps
        for n, at in enumerate(moved[p["buying_group_id"]])
        if p["occurred_at"] <= at <= p["occurred_at"] + FOUR_WEEKS
    }
    passed = {
        s["share_token"]
        for s in shares
        for p in steps
        if p["person_id"] == s["from_person_id"]
        and p["occurred_at"] <= s["shared_at"] <= p["occurred_at"] + FOUR_WEEKS
    }
    return {
        "touch_count": len({p["engagement_id"] for p in steps}),
        "groups_reached": len({p["buying_group_id"] for p in steps}),
        "people_reached": len({p["person_id"] for p in steps} - {None}),
        "roles_reached": len({p["role"] for p in steps} - {None}),
        "new_members": sum(
            (p["buying_group_id"], p["person_id"]) in known
            and first[p["buying_group_id"], p["person_id"]] == p["engagement_id"]
            for p in steps
        ),
        "shares_started": len(passed),
        "moves_after": len(after),
        "groups_moved": len({group for group, _ in after}),
    }


def _at(micros: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(microseconds=micros)
