"""Hidden members: people of the group before an opening whom nobody named on it, or no seller was shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from muster.replay.history import History, Member, Opening
from muster.replay.leads import Lead

DECIDE = ("decision_maker", "economic_buyer")


@dataclass(frozen=True, slots=True)
class Hidden:
    """The people known in an opening's group before it opened, and which of them were hidden.

    `unnamed` stand on no contact role of the opportunity; `unshown` are besides no MQL that was passed on
    and nobody sales had called, written to or met before the opening; `deciders` are the unshown who decide.
    """

    opening: Opening
    known: int
    unnamed: int
    unshown: int
    deciders: int


def hidden_members(history: History, openings: Sequence[Opening], leads: Sequence[Lead]) -> list[Hidden]:
    """The hidden members of each opening whose group is known."""
    first_raised: dict[str, int] = {}
    for lead in leads:
        if not lead.is_discarded:
            first_raised.setdefault(lead.person_id, lead.at)
    found = []
    for opening in openings:
        if opening.buying_group_id is None:
            continue
        members = history.members.get(opening.buying_group_id, ())
        before = [member for member in members if member.joined_at < opening.at]
        named = history.named.get(opening.opportunity_id, frozenset())
        unnamed = [member for member in before if member.person_id not in named]
        unshown = [each for each in unnamed if not _was_shown(each, opening.at, first_raised, history.called)]
        deciders = sum(member.role in DECIDE for member in unshown)
        found.append(Hidden(opening, len(before), len(unnamed), len(unshown), deciders))
    return found


def _was_shown(member: Member, at: int, raised: Mapping[str, int], called: Mapping[str, int]) -> bool:
    return raised.get(member.person_id, at) < at or called.get(member.person_id, at) < at
