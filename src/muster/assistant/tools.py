"""What an assistant can ask: the worklist, a group explained, a measure, the replay."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from muster.assistant.deciding import decisions_about
from muster.assistant.desk import Desk, Looking
from muster.engine.shape import quoted
from muster.problems import WrongUse
from muster.reports.why import why_of
from muster.rules.read import read_rules
from muster.serving.api.answers import Answer, measure_model, row_model
from muster.serving.api.listing import rows_of, without_key
from muster.serving.api.resources import GROUPS, HAND_OFFS, MEMBERS, SCORES, Resource, measures
from muster.serving.figures.worklist import agreed_hours, items, told_of
from muster.serving.learnt import read_learnt, said_to

MOST = 200
_ANSWERS = {"accepted", "rejected", "nurture", "recycled"}  # after which a hand-off waits for nobody
_ALL = 10_000  # more rows than any one group has
LATEST = 13  # scores that an explanation tells: a quarter of Mondays

_LAST_SCORED = """
    SELECT MAX(s.scored_at) AS scored_at FROM score AS s
    WHERE s.buying_group_id = $group_id HAVING COUNT(*) > 0"""
_REASONS = """
    SELECT r.component, r.points, r.sentence FROM score_reason AS r
    WHERE r.buying_group_id = $group_id
    AND r.scored_at = (SELECT MAX(s.scored_at) FROM score AS s WHERE s.buying_group_id = $group_id)
    ORDER BY r.points DESC, r.component, r.reason"""
_GAPS = """
    SELECT g.role, g.needed, g.engaged, g.missing FROM role_gap AS g
    WHERE g.buying_group_id = $group_id AND g.missing > 0 ORDER BY g.role"""


def worklist(desk: Desk, *, limit: int) -> dict[str, Any]:
    """The groups to act on, most worth acting on first, each with why now and what to do next."""
    with desk.looking("groups:read", "see_groups") as looking:
        hours = agreed_hours(read_rules(desk.workspace / "rules"), looking.as_of)
        every = items(looking.tables, as_of=looking.as_of, agreed_hours=hours)
        handed = {item.hand_off_id for item in every if item.hand_off_id is not None}
        said = decisions_about(desk, desk.facts(looking), handed)
        answered = {
            one["subject_id"] for one in said if one["state"] == "in force" and one["kind"] in _ANSWERS
        }
        to_act = [item for item in every if item.tab == "act" and item.hand_off_id not in answered]
        shown = to_act[: min(limit, MOST)]
        told = told_of(looking.tables, shown, as_of=looking.as_of)
        groups = []
        for item in shown:
            about = told[item.buying_group_id]
            groups.append(
                {
                    **{name: value for name, value in asdict(item).items() if name != "tab"},
                    "why_now": list(about.why_now),
                    "speaks_against": about.against,
                    "call_first": about.call_first,
                    "next_step": about.next_step,
                }
            )
        return {
            "as_of": looking.as_of,
            "about_chances": _about_chances(looking),
            "groups_to_act_on": len(to_act),
            "groups": groups,
        }


def explain_group(desk: Desk, buying_group_id: str) -> dict[str, Any]:
    """One group: where it stands and why, its people and missing roles, its score's parts, its hand-offs."""
    with desk.looking("groups:read", "see_groups") as looking:
        group = _rows(looking, GROUPS, buying_group_id)
        if not group:
            raise WrongUse(
                f"There is no group {buying_group_id}, or it is not yours to see.",
                remedy="The worklist names those there are.",
            )
        asked = {"group_id": buying_group_id}
        scores = looking.tables.records(_LAST_SCORED, asked)
        moments = [(buying_group_id, row["scored_at"]) for row in scores]
        why = next(iter(why_of(looking.tables, moments).values()), None)
        hand_offs = _rows(looking, HAND_OFFS, buying_group_id)
        subjects = {buying_group_id, *(str(row["hand_off_id"]) for row in hand_offs)}
        return {
            "as_of": looking.as_of,
            "about_chances": _about_chances(looking),
            "group": group[0],
            "why_now": list(why.speaks_for) if why else [],
            "speaks_against": why.against if why else "",
            "not_seen": list(why.not_seen) if why else [],
            "scores": _rows(looking, SCORES, buying_group_id)[-LATEST:],
            "score_reasons": looking.tables.records(_REASONS, asked),
            "members": _rows(looking, MEMBERS, buying_group_id),
            "missing_roles": looking.tables.records(_GAPS, asked),
            "hand_offs": hand_offs,
            "decisions": decisions_about(desk, desk.facts(looking), subjects),
        }


def _about_chances(looking: Looking) -> str:
    """That data are thin, so that no chance is told, or that chances stay close to the rules; empty else."""
    return said_to(looking.viewer, read_learnt(looking.folder).learning)


def measure(desk: Desk, name: str, *, limit: int) -> dict[str, Any]:
    """The rows of a measure with what its columns say; the names of all of them where none is named."""
    with desk.looking("measures:read", "see_measures") as looking:
        if not name:
            return {"measures": {table.name: table.about for table in measures().values()}}
        table = measures().get(name)
        if table is None:
            raise WrongUse(f"There is no measure {name}.", remedy=f"There are: {', '.join(measures())}.")
        key = ", ".join(f"t.{quoted(column)}" for column in table.key)
        rows = looking.tables.records(
            f"SELECT * FROM {quoted(name)} AS t ORDER BY {key} LIMIT $row_limit",
            {"row_limit": min(limit, MOST) + 1},
        )
        shown = rows[: min(limit, MOST)]
        return {
            "as_of": looking.as_of,
            "about": table.about,
            "columns": {column.name: column.about for column in table.columns},
            "rows": _plain(measure_model(table), shown),
            "there_are_more": len(rows) > len(shown),
        }


def replay(desk: Desk) -> dict[str, Any]:
    """What the company's own MQLs would have brought beside buying groups, over its whole history."""
    told = measure(desk, "replay", limit=MOST)
    if not told["rows"]:
        raise WrongUse("Nothing was replayed over the run in force.", remedy="Replay it: muster replay")
    return told


def _rows(looking: Looking, resource: Resource, group_id: str) -> list[dict[str, Any]]:
    about = ["r.buying_group_id = $group_id"]
    found = rows_of(looking.tables, resource, about, {"group_id": group_id}, limit=_ALL)
    return _plain(row_model(resource), [without_key(row) for row in found])


def _plain(row: type[Answer], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row.model_validate(one).model_dump(mode="json") for one in rows]
