"""What the old process threw away as duplicates: whose group it was, and the openings related to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from muster.replay.history import Group, History, Opening
from muster.replay.leads import NEVER, Lead
from muster.replay.rule import DAY, DatedRule

RELATED = 26 * 7 * DAY
FATES = {
    "same_group": "of the group that was being worked",
    "other_solution": "of a group for another solution",
    "no_group": "of no buying group known then",
}


@dataclass(frozen=True, slots=True)
class Discarded:
    """An MQL discarded as a duplicate: the group of its person then, if any, and the related opening.

    Related: the opening of the account nearest in time within 26 weeks, of the group's solution before any
    other. It is related to the lead, not lost with it.
    """

    lead: Lead
    fate: str
    group: Group | None
    opening: Opening | None


def discarded(leads: Sequence[Lead], history: History, rule: DatedRule) -> list[Discarded]:
    """Every discarded MQL with its fate, in order of time."""
    groups = _groups_of(history)
    by_account: dict[str, list[Opening]] = defaultdict(list)
    for opening in history.openings:
        by_account[opening.account_id].append(opening)
    passed: dict[str, list[Lead]] = defaultdict(list)
    for lead in leads:
        if not lead.is_discarded and lead.account_id:
            passed[lead.account_id].append(lead)
    found = []
    for lead in leads:
        if not lead.is_discarded:
            continue
        own = _group_at(groups, lead)
        openings = by_account.get(lead.account_id or "", [])
        worked = {o.solution_id for o in openings if o.at < lead.at < (o.closed_at or NEVER)}
        window = rule.at(lead.at).duplicate_window
        for other in passed.get(lead.account_id or "", ()):
            if lead.at - window <= other.at <= lead.at and other.person_id != lead.person_id:
                its = _group_at(groups, other)
                worked.add(its.solution_id if its else None)
        fate = "no_group"
        if own is not None:
            is_other = bool(worked) and None not in worked and own.solution_id not in worked
            fate = "other_solution" if is_other else "same_group"
        found.append(Discarded(lead, fate, own, _related(lead, own, openings)))
    return found


def _groups_of(history: History) -> Mapping[str, list[tuple[int, Group]]]:
    """The groups of each person, with their engagements there: the busiest first."""
    found: dict[str, list[tuple[int, int, Group]]] = defaultdict(list)
    for key, members in history.members.items():
        group = history.groups[key]
        for member in members:
            found[member.person_id].append((-member.engagement_count, member.joined_at, group))
    return {
        person: [
            (joined, group)
            for _, joined, group in sorted(
                own, key=lambda each: (each[0], each[2].opened_at, each[2].buying_group_id)
            )
        ]
        for person, own in found.items()
    }


def _group_at(groups: Mapping[str, list[tuple[int, Group]]], lead: Lead) -> Group | None:
    """The busiest group of the account that the lead's person belonged to when they were raised."""
    for joined, group in groups.get(lead.person_id, ()):
        if group.account_id == lead.account_id and joined <= lead.at < group.closed_at:
            return group
    return None


def _related(lead: Lead, own: Group | None, openings: Sequence[Opening]) -> Opening | None:
    near = [o for o in openings if abs(o.at - lead.at) <= RELATED]
    solution = own.solution_id if own else None
    return min(
        near,
        key=lambda o: (
            solution is not None and o.solution_id != solution,
            abs(o.at - lead.at),
            o.opportunity_id,
        ),
        default=None,
    )
