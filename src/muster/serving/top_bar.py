"""The top bar's pickers: what they name of what the viewer may see, what is picked, what that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muster.serving.came_from import came_from
from muster.serving.figures.owners import owner_names, seller
from muster.serving.narrowing import NAMES, Narrowing

if TYPE_CHECKING:
    from muster.serving.reading import Reading
    from muster.serving.screen import Screen

Choices = tuple[tuple[str, str], ...]  # (value in the address, word)
# What an address says besides and a changed narrowing makes untrue: the page of a list, what just happened.
_DROPPED = (*NAMES, "page", "done", "undone", "first", "went", "taken", "left")


@dataclass(frozen=True, slots=True)
class Places:
    """The solutions and territories among the rows that a viewer sees."""

    solutions: tuple[str, ...]
    territories: tuple[tuple[str, Choices], ...]  # by kind: owners, regions, countries

    @property
    def names(self) -> dict[str, str]:
        """The word of each territory."""
        return {value: word for _, choices in self.territories for value, word in choices}


@dataclass(frozen=True, slots=True)
class Bar:
    """What the layout writes: the pickers of a screen, and the words of what is picked."""

    narrows: tuple[str, ...]
    places: Places
    asked: Narrowing
    every: str  # how the form says that every territory is meant
    quarters: Choices
    quarter: str
    kept: Choices  # what else the address says: the form takes it along
    words: tuple[str, ...]  # what the screen is narrowed to
    idle: tuple[str, ...]  # what is picked, and changes nothing here
    whole: tuple[str, ...]  # what on the screen is of the whole company all the same
    off: Mapping[str, str | None]  # what of the address changes to take it off
    carried: str  # what links to other screens take along


def bar_of(reading: Reading, shown: Screen) -> Bar:
    """The top bar of a screen. A screen that keeps to nothing has no pickers, but says what is picked."""
    explicit = reading.asked
    listed = came_from(reading.request.url.path, reading.query)
    asked = shown.asked or explicit
    own = reading.viewer.owner_ids
    places = places_of(reading) if shown.narrows or explicit != Narrowing() else Places((), ())
    said = asked.words(places.names)
    if "days" in said and shown.quarter:
        said["days"] = dict(shown.quarters)[shown.quarter]
    begins_with_own = bool(own) and "territory" in shown.narrows
    off: dict[str, str | None] = dict.fromkeys((*NAMES, "page"))
    if shown.asked is not None and begins_with_own:
        off["territory"] = "all"
    return Bar(
        narrows=shown.narrows,
        places=_with_asked(places, asked),
        asked=asked,
        every="all" if begins_with_own else "",
        quarters=shown.quarters,
        quarter=shown.quarter,
        kept=tuple((name, value) for name, value in reading.query.items() if name not in _DROPPED),
        words=tuple(word for kind, word in said.items() if kind in shown.narrows),
        idle=tuple(word for kind, word in said.items() if kind not in shown.narrows),
        whole=shown.whole,
        off=off,
        carried=(listed.asked if listed else explicit).carried(),
    )


def places_of(reading: Reading) -> Places:
    """What the pickers name, read once for each run and all who see the same rows."""
    found = reading.once("places of the top bar", lambda: _read(reading))
    solutions, regions, countries, owners = found
    names = owner_names(reading)
    mine = reading.viewer.owner_ids
    people = sorted(((seller(one, names), one) for one in owners), key=lambda pair: pair[0].casefold())
    kinds = (
        ("Owners", (("owner:mine", "Mine"),) * bool(mine) + tuple((f"owner:{i}", n) for n, i in people)),
        ("Regions", tuple((f"region:{name}", name) for name in regions)),
        ("Countries", tuple((f"country:{name}", name) for name in countries)),
    )
    return Places(tuple(solutions), tuple((kind, choices) for kind, choices in kinds if choices))


def _read(reading: Reading) -> tuple[list[str], list[str], list[str], list[str]]:
    def told(sql: str) -> list[str]:
        return [row["one"] for row in reading.tables.records(sql)]

    return (
        told("SELECT DISTINCT solution_id AS one FROM buying_group WHERE solution_id IS NOT NULL ORDER BY 1"),
        told("SELECT DISTINCT region AS one FROM account WHERE region IS NOT NULL ORDER BY 1"),
        told("SELECT DISTINCT country AS one FROM account WHERE country IS NOT NULL ORDER BY 1"),
        told(
            "SELECT DISTINCT owner_id AS one FROM account WHERE owner_id IS NOT NULL UNION "
            "SELECT DISTINCT owner_id FROM hand_off WHERE owner_id IS NOT NULL ORDER BY 1"
        ),
    )


def _with_asked(places: Places, asked: Narrowing) -> Places:
    """The choices with what the address asks for, where it is none of them: pickers show what is picked."""
    if asked.solution and asked.solution not in places.solutions:
        places = replace(places, solutions=(*places.solutions, asked.solution))
    if asked.territory not in ("", "all") and asked.territory not in places.names:
        other = ((asked.territory, asked.territory.partition(":")[2]),)
        places = replace(places, territories=(*places.territories, ("Elsewhere", other)))
    return places
