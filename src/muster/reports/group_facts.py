"""What stands beside a group's score: its dated reasons, its roles, its score over ninety days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from muster.reports.charts.shapes import History
from muster.reports.published import Published
from muster.reports.sheets import RoleLetter
from muster.reports.values import counted, show, words

DAYS = 90
# The order in which a missing role is named and looked for.
ROLES = ("decision_maker", "champion", "economic_buyer", "technical_influencer", "user", "procurement")
REASONS = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one group at the instant of its latest score."""

    why_now: tuple[str, ...]
    roles: tuple[RoleLetter, ...]
    history: History | None
    history_about: str

    @property
    def next_step(self) -> str:
        """Whom to look for, or of whom to make sure; empty where every seat is filled."""
        missing = [letter.role for letter in self.roles if letter.missing and not letter.is_likely]
        likely = [letter.role for letter in self.roles if letter.is_likely]
        if missing:
            # A user is whoever works with it: there is seldom one alone to be found.
            return f"find out who {'would use it' if missing[0] == 'user' else f'the {missing[0]} is'}"
        return f"make sure of the {likely[0]}" if likely else ""


def facts_of(tables: Published, groups: list[tuple[str, datetime]], *, as_of: datetime) -> dict[str, Facts]:
    """The facts of each (group, instant of its latest score)."""
    if not groups:
        return {}
    ids = ", ".join("'" + group.replace("'", "''") + "'" for group, _ in groups)
    instants = ", ".join(sorted({f"TIMESTAMP '{at:%Y-%m-%d %H:%M:%S.%f}'" for _, at in groups}))
    start = as_of - timedelta(days=DAYS)
    of_accounts = tables.records(
        f"SELECT DISTINCT g.account_id FROM buying_group AS g WHERE g.buying_group_id IN ({ids})"
    )
    # What lies together in the file of all engagements; the rest of it is left unread.
    accounts = ", ".join("'" + row["account_id"].replace("'", "''") + "'" for row in of_accounts) or "NULL"
    reasons = _by_group(
        tables.records(f"""
        WITH signs AS (
            SELECT s.buying_group_id, s.component, s.source_id, s.reason, s.points, s.at, s.decays_from
            FROM signal AS s WHERE s.buying_group_id IN ({ids}))
        SELECT r.buying_group_id, r.scored_at, r.sentence, m.role,
            (SELECT MIN(s.reason) FROM signs AS s
                WHERE s.buying_group_id = r.buying_group_id AND s.component = 'completeness'
                    AND s.source_id = e.person_id AND s.points > 0 AND s.at <= r.scored_at) AS counted_role,
            COALESCE(e.occurred_at, (SELECT MAX(COALESCE(s.decays_from, s.at)) FROM signs AS s
                WHERE s.buying_group_id = r.buying_group_id AND s.source_id = r.evidence
                    AND s.reason = r.reason AND s.at <= r.scored_at)) AS occurred_at
        FROM score_reason AS r
        LEFT JOIN (SELECT x.engagement_id, x.person_id, x.occurred_at FROM resolved_engagement AS x
            WHERE x.account_id IN ({accounts})) AS e ON e.engagement_id = r.evidence
        LEFT JOIN member AS m ON m.buying_group_id = r.buying_group_id AND m.person_id = e.person_id
        WHERE r.buying_group_id IN ({ids}) AND r.scored_at IN ({instants})
            AND r.points > 0 AND r.component <> 'fit'
        ORDER BY r.buying_group_id, r.points DESC, r.component, r.reason""")
    )
    roles = _by_group(
        tables.records(f"""
        SELECT g.buying_group_id, g.role, g.needed, g.engaged,
            LIST(s.at) FILTER (WHERE s.points > 0) AS filled,
            LIST(s.at) FILTER (WHERE s.points < 0) AS left_at
        FROM role_gap AS g
        LEFT JOIN signal AS s ON s.buying_group_id = g.buying_group_id AND s.component = 'completeness'
            AND s.reason = g.role AND s.buying_group_id IN ({ids})
        WHERE g.buying_group_id IN ({ids})
        GROUP BY g.buying_group_id, g.role, g.needed, g.engaged ORDER BY g.buying_group_id, g.role""")
    )
    scores = _by_group(
        tables.records(f"""
        SELECT buying_group_id, scored_at, score FROM score
        WHERE buying_group_id IN ({ids}) AND scored_at >= TIMESTAMP '{start:%Y-%m-%d %H:%M:%S}'
        ORDER BY buying_group_id, scored_at""")
    )
    stretches = _by_group(
        tables.records(f"""
        SELECT buying_group_id, from_at, to_at FROM qualification
        WHERE buying_group_id IN ({ids}) AND status = 'qualified' ORDER BY buying_group_id, from_at""")
    )
    found = {}
    for group, at in groups:
        letters = tuple(_letter(r, at) for r in sorted(roles[group], key=_by_weight))
        likely = {letter.role for letter in letters if letter.is_likely}
        found[group] = Facts(
            tuple(_dated(r, likely) for r in reasons[group] if r["scored_at"] == at)[:REASONS],
            letters,
            _history(scores[group], stretches[group], start),
            _told(scores[group]),
        )
    return found


def _letter(role: dict[str, Any], at: datetime) -> RoleLetter:
    """A role with how many the score counts as engaged and as missing: by its own evidence, at its instant.

    Members' roles of today may tell another story: somebody who only acts like a champion is called one
    there, and counts in no score. Such a role is missing in the score and likely.
    """
    engaged = sum(filled_at <= at for filled_at in role["filled"] or ())
    engaged -= sum(left_at <= at for left_at in role["left_at"] or ())
    missing = max(int(role["needed"]) - engaged, 0)
    parts = role["role"].split("_")  # decision_maker -> DM, champion -> Ch
    letters = "".join(p[0].upper() for p in parts[:2]) if len(parts) > 1 else role["role"][:2].capitalize()
    return RoleLetter(
        letters, words(role["role"]), engaged, missing, missing > 0 and role["engaged"] > engaged
    )


def _dated(reason: dict[str, Any], likely: set[str]) -> str:
    """A reason in words, with who is behind its latest evidence and when."""
    role = words(reason["counted_role"] or reason["role"] or "")
    if not reason["counted_role"] and role in likely:
        role = f"likely {role}"
    by = f", by the {role}" if role else ""
    on = f", {show(reason['occurred_at'].date())}" if reason["occurred_at"] else ""
    return f"{words(reason['sentence'])}{by}{on}"


def _by_weight(row: dict[str, Any]) -> tuple[int, str]:
    role = row["role"]
    return (ROLES.index(role) if role in ROLES else len(ROLES), role)


def _by_group(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["buying_group_id"]].append(row)
    return found


def _history(
    scores: list[dict[str, Any]], stretches: list[dict[str, Any]], start: datetime
) -> History | None:
    if len(scores) < 2:
        return None

    def day(at: datetime | None) -> int:
        return DAYS if at is None else min(max((at - start).days, 0), DAYS)

    spans = ((day(s["from_at"]), day(s["to_at"])) for s in stretches)
    return History(
        DAYS,
        tuple((day(s["scored_at"]), int(s["score"] * 100)) for s in scores),
        tuple((begin, end) for begin, end in spans if end > begin),
    )


def _told(scores: list[dict[str, Any]]) -> str:
    if len(scores) < 2:
        return "Too few scores in ninety days for a line."
    first, last = scores[0], scores[-1]
    return (
        f"From {show(first['score'])} on {show(first['scored_at'].date())} to {show(last['score'])} on "
        f"{show(last['scored_at'].date())}, {counted(len(scores), 'score')}; qualified stretches shaded."
    )
