"""(a) The rep's worklist: which groups to act on, most worth it first, and the buttons to act with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import APIRouter

from muster.serving.deciding import names_of, with_decisions
from muster.serving.figures.owners import owner_names, seller
from muster.serving.figures.worklist import (
    TABS,
    Item,
    Told,
    agreed_hours,
    best_of_none,
    items,
    told_of,
    warming,
)
from muster.serving.forms import answer_form, just_done
from muster.serving.learnt import thin_words
from muster.serving.narrowing import EVERY, Narrowing
from muster.serving.paging import page_asked, pages_of
from muster.serving.reading import Reading
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.several import several_done
from muster.store.deliveries import DEAD, FAILED, read_deliveries

router = APIRouter()
PAGE = 20  # a row is read, not skimmed; with reasons and forms it weighs six kilobytes
_COLUMNS = (
    *("buying_group_id", "hand_off_id", "account", "solution", "region", "country", "status", "since", "tab"),
    *(
        "handed_at",
        "is_replayed",
        "days_waiting",
        "is_late",
        "owner_id",
        "outcome",
        "outcome_reason",
        "score",
    ),
    *("p_open", "p_win", "expected_cents", "members", "visitors", "stage", "deal_cents", "deal_currency"),
)


@screen(router, "/worklist", needs="see_groups")
def worklist(reading: Reading) -> Screen:
    """The groups of one tab, page by page."""
    query = reading.query
    names = names_of(reading, owner_names(reading))
    everything = with_decisions(reading, items_of(reading), names)
    asked = _asked(reading, reading.asked)
    theirs = [item for item in everything if _is_asked(item, asked, reading.viewer.owner_ids)]
    by_tab = Counter(item.tab for item in theirs)
    counts = {key: by_tab[key] for key, _ in TABS}
    tab, thin = query.get("tab", "act"), thin_words(reading)
    listed = [item for item in theirs if item.tab == tab]
    pages = pages_of(len(listed), PAGE)
    page = page_asked(query, pages)
    shown = listed[(page - 1) * PAGE : page * PAGE]
    return Screen(
        "worklist.html",
        "Worklist",
        {"tab": tab, "counts": counts, "thin": thin, "groups": listed},
        (Sheet("worklist", "This list", _COLUMNS, tuple(_row(item) for item in listed)),),
        active="/worklist",
        more={
            "tabs": [(key, f"{word} ({counts[key]})") for key, word in TABS],
            "shown": shown,
            "told": told_beside(reading, shown),
            "page": page,
            "first": (page - 1) * PAGE + 1,
            "pages": pages,
            "late": sum(item.is_late for item in theirs),
            "owners": {
                item.owner_id: seller(item.owner_id, names.owners) for item in everything if item.owner_id
            },
            # Counted of all they see: of fewer it would not be true.
            "warming": None
            if reading.asked.is_set
            else reading.once("warming", lambda: warming(reading.tables, reading.snapshot.as_of)),
            "best_of_none": reading.once("best of none", lambda: best_of_none(reading.tables)),
            "undelivered": _undelivered(reading, shown),
            "currency": reading.house.config.company.currency,
            "form": answer_form(reading),
            "done": just_done(reading, names),
            "several": several_done(reading, names),
        },
        narrows=EVERY,
        asked=asked,
    )


def items_of(reading: Reading) -> list[Item]:
    """All groups of the list as the run left them, read once for each run."""
    as_of = reading.snapshot.as_of
    hours = agreed_hours(reading.house.rules, as_of)
    return reading.once(f"worklist {hours}", lambda: items(reading.tables, as_of=as_of, agreed_hours=hours))


def told_beside(reading: Reading, shown: Sequence[Item]) -> Mapping[str, Told]:
    """What stands beside the groups of a page; kept, so that a group is told once for each run and scope."""
    kept = reading.once("told", _nothing_told)
    news = [item for item in shown if item.buying_group_id not in kept]
    kept.update(told_of(reading.tables, news, as_of=reading.snapshot.as_of))
    return kept


def _nothing_told() -> dict[str, Told]:
    return {}


def groups_on_tab(reading: Reading, asked: Narrowing, tab: str, *, with_group: str) -> list[str]:
    """The ids of the groups of a tab as asked for; where none is named, of the one that holds a group."""
    asked, own = _asked(reading, asked), reading.viewer.owner_ids
    theirs = [item for item in items_of(reading) if _is_asked(item, asked, own)]
    holding = tab or next((item.tab for item in theirs if item.buying_group_id == with_group), "")
    return [item.buying_group_id for item in theirs if item.tab == holding]


def _asked(reading: Reading, asked: Narrowing) -> Narrowing:
    """What an address asks for; who owns accounts begins with their own."""
    begins_with_own = reading.viewer.owner_ids and not asked.territory
    return replace(asked, territory="owner:mine") if begins_with_own else asked


def _is_asked(item: Item, asked: Narrowing, own: frozenset[str]) -> bool:
    """A day is that of the hand-off; of a group that waits for one, the day since which it is qualified."""
    moment = item.handed_at or item.since
    owners = asked.owners(own)
    return (
        (not asked.solution or item.solution == asked.solution)
        and asked.holds_place(item.region, item.country)
        and (not asked.territory.startswith("owner:") or item.owner_id in owners)
        and asked.holds_day(moment.date() if moment else None)
    )


def _undelivered(reading: Reading, shown: Sequence[Item]) -> dict[str, list[str]]:
    """Of each group on the page the messages that did not arrive, in words."""
    there = {item.buying_group_id for item in shown}
    found: dict[str, list[str]] = {}
    for delivery in read_deliveries(reading.store, states=(FAILED, DEAD)):
        if delivery.subject_id in there:
            again = "another attempt follows" if delivery.state == FAILED else "given up after all attempts"
            words = f"{delivery.kind.replace('_', ' ')} by {delivery.channel} did not arrive: {again}"
            found.setdefault(delivery.subject_id, []).append(words)
    return found


def _row(item: Item) -> tuple[object, ...]:
    return tuple(getattr(item, column) for column in _COLUMNS)
