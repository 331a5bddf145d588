"""Touch paths counted again in plain Python, from what rules/paths.csv and docs/measures/paths.md say.

Whose act it was and which account it belongs to is taken from the identity tables; which acts stand on a
path, in which order, what they are and for what part is not.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from muster.testing import Row, rows
from muster.workspace import Workspace

PATHS = """\
definition,transform,last,days,steps,ignored_channel,earlier_cycles,general_acts,sales_acts,effective_from,why
credit,unique,0,0,0,,no,no,no,1970-01-01,as the rules come
exposure,exposure,0,0,0,,no,no,no,1970-01-01,
first,first,0,0,0,,yes,no,no,1970-01-01,
frequency,frequency,0,0,0,,no,yes,no,1970-01-01,
last_two,unique,2,0,0,email,yes,no,yes,1970-01-01,
short,exposure,0,60,4,(none),yes,yes,yes,1970-01-01,
"""


@dataclass(frozen=True)
class Step:
    """One step of a path as the oracle has it."""

    engagement_id: str
    kind: str
    times: int
    share: Fraction


@dataclass(frozen=True)
class Act:
    """Something that may stand on a path."""

    at: datetime
    key: str
    who: str
    person: str | None
    what: str
    channel: str
    is_named: bool
    given: Fraction | None = None


def definitions(text: str = PATHS) -> list[dict[str, str]]:
    """The rows of a rules/paths.csv."""
    return list(csv.DictReader(io.StringIO(text)))


def paths(workspace: Workspace, text: str = PATHS) -> dict[tuple[str, str], list[Step]]:
    """The path of each opportunity with an account, by definition and opportunity; empty ones too."""
    told = _Told(workspace)
    found: dict[tuple[str, str], list[Step]] = {}
    for rule in definitions(text):
        kept = {key: _kept(told.acts(deal, rule), rule) for key, deal in told.deals.items()}
        serves: dict[str, set[str]] = defaultdict(set)
        for key, acts in kept.items():
            for act, _ in acts:
                serves[act.key].add(told.group_of[key])
        for key, acts in kept.items():
            kinds = _kinds([act for act, _ in acts], told.deals[key])
            found[rule["definition"], key] = [
                Step(act.key, kind, times, act.given or _part(serves[act.key], told.group_of[key]))
                for (act, times), kind in zip(acts, kinds, strict=True)
            ]
    return found


class _Told:
    """What a workspace's tables say of people, accounts, deals and groups."""

    def __init__(self, workspace: Workspace) -> None:
        folder = workspace.published.folder / "records"
        self.as_of = datetime.fromisoformat(workspace.published.manifest["as_of"]).replace(tzinfo=None)
        self.engagements = {r["engagement_id"]: r for r in rows(workspace, "FROM resolved_engagement")}
        self.groups = {r["buying_group_id"]: r for r in rows(workspace, "FROM buying_group")}
        self.group_of = {
            r["opportunity_id"]: r["buying_group_id"] for r in rows(workspace, "FROM opportunity_group")
        }
        self.deals = {
            r["opportunity_id"]: r
            for r in rows(workspace, "FROM known_opportunity")
            if r["opportunity_id"] in self.group_of
        }
        self.members = rows(workspace, "FROM member WHERE person_id IS NOT NULL")
        self.divided = rows(workspace, "SELECT *, d.at AS told_at FROM divided_engagement AS d")
        person = {r["person_record_id"]: r["person_id"] for r in rows(workspace, "FROM person_alias")}
        sales = folder / "sales_activity.parquet"
        self.sales = [
            r | {"person_id": person.get(r["person_record_id"]), "when": _instant(r["occurred_at"])}
            for r in (rows(workspace, f"FROM read_parquet('{sales}')") if sales.exists() else [])
            if max(_instant(r["occurred_at"]), _instant(r["known_at"])) <= self.as_of
        ]

    def acts(self, deal: Row, rule: dict[str, str]) -> list[Act]:
        """What may stand on the path of a deal, in time, one a person, tactic and day."""
        group = self.groups[self.group_of[deal["opportunity_id"]]]
        until = _until(deal, self.as_of)
        since = deal["created_at"] - timedelta(days=int(rule["days"]) or 365)
        if rule["earlier_cycles"] == "no":
            ended = [
                g["closed_at"] + timedelta(microseconds=1)
                for g in self.groups.values()
                if (g["account_id"], g["solution_id"]) == (group["account_id"], group["solution_id"])
                and g["opportunity_id"]
                and g["closed_at"]
                and g["cycle"] < group["cycle"]
            ]
            since = max([since, *ended])
        found = [
            _act(e, until)
            for e in self.engagements.values()
            if (e["account_id"], e["solution_id"]) == (group["account_id"], group["solution_id"])
            and e["is_marketing"]
            and since <= e["occurred_at"] <= until
            and e["known_at"] <= until
        ]
        if rule["general_acts"] == "yes":
            found += self._general(group["buying_group_id"], since, until)
        if rule["sales_acts"] == "yes":
            found += self._sales(deal["opportunity_id"], group["buying_group_id"], since, until)
        first: dict[tuple[object, ...], Act] = {}
        for act in sorted(found, key=lambda a: (a.at, a.key)):
            first.setdefault((act.who, act.what, act.at.date()), act)
        return sorted(first.values(), key=lambda a: (a.at, a.key))

    def _general(self, group: str, since: datetime, until: datetime) -> list[Act]:
        parts: dict[str, dict[str, int]] = defaultdict(dict)
        for d in self.divided:
            parts[d["engagement_id"]][d["buying_group_id"]] = d["millionths"]
        found = []
        for d in self.divided:
            e = self.engagements[d["engagement_id"]]
            if d["buying_group_id"] != group or d["told_at"] > until:
                continue
            if e["is_marketing"] and since <= e["occurred_at"] <= until:
                of = parts[e["engagement_id"]]
                largest = min(of, key=lambda g: (-of[g], g))
                thousandths = {g: m // 1000 for g, m in of.items()}
                thousandths[largest] += 1000 - sum(thousandths.values())
                found.append(_act(e, None, given=Fraction(thousandths[group], 1000)))
        return found

    def _sales(self, deal: str, group: str, since: datetime, until: datetime) -> list[Act]:
        joined = {m["person_id"]: m["joined_at"] for m in self.members if m["buying_group_id"] == group}
        return [
            Act(
                s["when"],
                s["activity_id"],
                s["person_id"] or "",
                s["person_id"],
                s["kind"],
                "sales",
                bool(s["person_id"]),
            )
            for s in self.sales
            if since <= s["when"] <= until
            and _instant(s["known_at"]) <= until
            and (
                s["opportunity_id"] == deal
                or (
                    not s["opportunity_id"]
                    and s["person_id"] in joined
                    and joined[s["person_id"]] <= s["when"]
                )
            )
        ]


def _until(deal: Row, as_of: datetime) -> datetime:
    end: datetime = deal["closed_at"] or as_of
    return max(end, deal["created_at"]) if deal["closed_at"] else end


def _act(e: dict[str, Any], until: datetime | None, given: Fraction | None = None) -> Act:
    known = e["person_id"] if until is None or (e["person_id"] and e["person_known_at"] <= until) else None
    return Act(
        e["occurred_at"],
        e["engagement_id"],
        known or e["visitor_id"] or "",
        known,
        e["tactic_id"] or e["activity"],
        (e["channel"] or "(none)").lower(),
        bool(known) and (e["method"] == "person" or e["person_known_at"] <= e["occurred_at"]),
        given,
    )


def _kept(acts: list[Act], rule: dict[str, str]) -> list[tuple[Act, int]]:
    """Steps after ignoring, looking back, transforming and keeping the last; how many each stands for."""
    heeded = [a for a in acts if a.channel != rule["ignored_channel"]] or acts
    heeded = heeded[-int(rule["steps"]) :] if int(rule["steps"]) else heeded
    count: dict[str, int] = defaultdict(int)
    for act in heeded:
        count[act.channel] += 1
    if rule["transform"] == "unique":
        steps = [(a, 1) for a in heeded]
    elif rule["transform"] == "exposure":
        steps = [(a, 1) for a in heeded[:1]]
        steps += [(b, 1) for a, b in pairwise(heeded) if a.channel != b.channel]
    else:
        first = {a.channel: a for a in reversed(heeded)}
        times = count if rule["transform"] == "frequency" else dict.fromkeys(count, 1)
        steps = [(a, times[a.channel]) for a in heeded if first[a.channel] is a]
    return steps[-int(rule["last"]) :] if int(rule["last"]) else steps


def _kinds(acts: list[Act], deal: Row) -> list[str]:
    before = [n for n, a in enumerate(acts) if a.at <= deal["created_at"]]
    named = [n for n in before if acts[n].is_named]
    said: dict[int, list[str]] = defaultdict(list)
    if acts:
        said[0].append("first_touch")
    if named:
        said[named[0]].append("lead_creation")
    if before:
        said[before[-1]].append("opportunity_creation")
    if acts and deal["is_won"]:
        said[len(acts) - 1].append("closing")
    return ["+".join(said[n]) or "middle" for n in range(len(acts))]


def _part(groups: set[str], group: str) -> Fraction:
    """A thousandth to each in turn: 1,000 of them over the groups, those left to the first by id."""
    place = sorted(groups).index(group)
    return Fraction(1000 // len(groups) + (place < 1000 % len(groups)), 1000)


def _instant(value: object) -> datetime:
    """Landed records hold microseconds."""
    return (
        value
        if isinstance(value, datetime)
        else datetime(1970, 1, 1) + timedelta(microseconds=int(str(value)))
    )
