"""(a) The rep's worklist: which groups to act on, most worth it first, and the buttons to act with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from fastapi import APIRouter

from muster.serving.deciding import names_of, with_decisions
from muster.serving.figures.owners import owner_names
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
    owner = query.get("owner", "mine" if reading.viewer.owner_ids else "all")
    chosen = {"owner": owner, "territory": query.get("territory", ""), "solution": query.get("solution", "")}
    theirs = [item for item in everything if _is_chosen(item, chosen, reading.viewer.owner_ids)]
    by_tab = Counter(item.tab for item in theirs)
    counts = {key: by_tab[key] for key, _ in TABS}
    tab, thin = query.get("tab", "act"), thin_words(reading)
    listed = [item for item in theirs if item.tab == tab]
    page = max(int(query["page"]), 1) if query.get("page", "").isdigit() else 1
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
            "told": _told(reading, shown),
            "page": page,
            "first": (page - 1) * PAGE + 1,
            "pages": -(-len(listed) // PAGE),
            "late": sum(item.is_late for item in theirs),
            "chosen": chosen,
            "solutions": sorted({item.solution for item in everything}),
            "territories": _territories(everything),
            "owners": {
                item.owner_id: names.owners.get(item.owner_id, item.owner_id)
                for item in everything
                if item.owner_id
            },
            "warming": reading.once("warming", lambda: warming(reading.tables)),
            "best_of_none": reading.once("best of none", lambda: best_of_none(reading.tables)),
            "undelivered": _undelivered(reading, shown),
            "currency": reading.house.config.company.currency,
            "form": answer_form(reading),
            "done": just_done(reading, names),
            "several": several_done(reading, names),
        },
    )


def items_of(reading: Reading) -> list[Item]:
    """All groups of the list as the run left them, read once for each run."""
    as_of = reading.snapshot.as_of
    hours = agreed_hours(reading.house.workspace, as_of)
    return reading.once(f"worklist {hours}", lambda: items(reading.tables, as_of=as_of, agreed_hours=hours))


def _told(reading: Reading, shown: Sequence[Item]) -> Mapping[str, Told]:
    """What stands beside the groups of a page; kept, so that a group is told once for each run and scope."""
    kept: dict[str, Told] = reading.once("told", dict)
    news = [item for item in shown if item.buying_group_id not in kept]
    kept.update(told_of(reading.tables, news, as_of=reading.snapshot.as_of))
    return kept


def _is_chosen(item: Item, chosen: Mapping[str, str], owner_ids: frozenset[str]) -> bool:
    owner, territory = chosen["owner"], chosen["territory"]
    return (
        (not chosen["solution"] or item.solution == chosen["solution"])
        and (
            owner in ("", "all")
            or (item.owner_id in owner_ids if owner == "mine" else item.owner_id == owner)
        )
        and (not territory or territory in (f"region:{item.region}", f"country:{item.country}"))
    )


def _territories(everything: Sequence[Item]) -> list[tuple[str, str]]:
    regions = sorted({item.region for item in everything if item.region})
    countries = sorted({item.country for item in everything if item.country})
    return [(f"region:{name}", name) for name in regions] + [(f"country:{name}", name) for name in countries]


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
