"""The groups before and after one in the list that it was opened from: one reads on without going back.

A list is told by the address (came_from.py); without one it is the worklist's, where the group stands on it.
Groups stand in it as the run left them: what was answered since keeps its place until the next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from muster.serving.boards import beside_on_board
from muster.serving.came_from import came_from
from muster.serving.narrowing import narrowing_of
from muster.serving.pages.worklist import groups_on_tab
from muster.serving.reading import Reading


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a group stands in its list, counted from 1, and the ids beside it; None at an end."""

    place: int
    count: int
    before: str | None
    after: str | None


def neighbours_of(reading: Reading, group_id: str) -> Neighbours | None:
    """The groups beside one in the list it was opened from; None where it does not stand there."""
    came = came_from(reading.request.url.path, reading.query)
    said = dict(parse_qsl(urlsplit(came.address).query)) if came else {}
    asked = narrowing_of(said)
    if came and came.address.startswith("/board"):
        found = beside_on_board(reading, asked, said, group_id)
        return Neighbours(*found) if found else None
    listed = groups_on_tab(reading, asked, said.get("tab", ""), with_group=group_id)
    if group_id not in listed:
        return None
    at = listed.index(group_id)
    return Neighbours(
        at + 1,
        len(listed),
        listed[at - 1] if at else None,
        listed[at + 1] if at + 1 < len(listed) else None,
    )
