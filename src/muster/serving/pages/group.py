"""(b) One buying group: who is in it, what they did, what it is worth, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter

from muster.deciding import roles
from muster.deciding.standing import topic
from muster.serving.deciding import names_of, said_of, seen_of
from muster.serving.figures.group.head import strip_of, strip_told
from muster.serving.figures.group.minimap import PHONE, WIDE, columns_of, cycle_days, lanes_of
from muster.serving.figures.group.people import WEEKS, heat_of, weeks_told
from muster.serving.figures.group.score import told, waterfall_of
from muster.serving.figures.group.sharing import graph_of
from muster.serving.figures.group.timeline import LANES, PAGE, Touch, chosen, lanes_told
from muster.serving.figures.group.whole import Whole
from muster.serving.figures.group.written_back import WrittenBack, records_of, written_back
from muster.serving.figures.owners import owner_names
from muster.serving.forms import answer_form, just_done
from muster.serving.learnt import thin_words
from muster.serving.pages.neighbours import neighbours_of
from muster.serving.paging import page_asked, pages_of
from muster.serving.reading import Missing, Reading
from muster.serving.rendering import with_query
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.wholes import the_group
from muster.store.crm_log import is_anything_written

router = APIRouter()
SHOWN = 8  # of a long list, before the rest is opened
_PICTURED = 14  # people in the picture of weeks; the table has everybody


@screen(router, "/groups/{group_id}", needs="see_groups")
def group(reading: Reading) -> Screen:
    """All of a group on one page, its touches fifty at a time."""
    whole = the_group(reading, reading.path["group_id"])
    if whole is None:
        raise Missing
    owners = owner_names(reading)
    told_crm = _written_back(reading, whole)
    whole = replace(whole, written_back=told_crm)
    as_of = reading.snapshot.as_of
    query = reading.query
    filters = {key: query.get(key, "") for key in ("person", "channel", "lane")}
    touches = chosen(whole.touches, **filters)
    pages = pages_of(len(touches), PAGE)
    page = page_asked(query, pages)
    if act := query.get("act"):
        place = next((i for i, touch in enumerate(touches) if touch.touch_id == act), 0)
        page = place // PAGE + 1
    minimap = _minimap(reading, whole, touches, page)
    by_step = tuple((c.grain, c.first, *c.counts) for c in minimap["columns"])
    return Screen(
        "group.html",
        f"{whole.group.account}, {whole.group.solution_id}",
        replace(whole, touches=touches),
        (
            *_sheets(whole, touches),
            Sheet(
                "written_back",
                "Written to the CRM",
                tuple(WrittenBack.__slots__),
                tuple(tuple(getattr(one, name) for name in WrittenBack.__slots__) for one in told_crm),
            ),
            Sheet("minimap", "Touches over time", ("by", "from", "known", "anonymous", "ours"), by_step),
        ),
        active="/board",
        more=_pictures(whole, as_of)
        | minimap
        | _decided(reading, whole, owners)
        | {
            "thin": thin_words(reading),
            "beside": neighbours_of(reading, whole.group.buying_group_id),
            "touches": touches[(page - 1) * PAGE : page * PAGE],
            "touch_count": len(touches),
            "page": page,
            "pages": pages,
            "filters": filters,
            "is_asked": page > 1 or "act" in query or any(filters.values()),
            "people_named": sorted({(t.who, t.person_id or t.visitor_id or "") for t in whole.touches}),
            "channels": sorted({t.channel for t in whole.touches if t.channel}),
            "lanes": LANES,
            "shown": SHOWN,
            "weeks": WEEKS,
            "weeks_told": weeks_told,
            "owners": owners,
            "names": {m.person_id: m.name for m in whole.people.members},
            "touch_ids": {touch.touch_id for touch in whole.touches},
            "currency": reading.house.config.company.currency,
        },
    )


def _written_back(reading: Reading, whole: Whole) -> tuple[WrittenBack, ...]:
    """What the CRM was told of the group; nothing of a closed one, of which no record is told."""
    group, members = whole.group, [m.person_id for m in whole.people.members]
    if group.closed_at is not None or not is_anything_written(reading.store):
        return ()
    records = reading.once(
        f"records of {group.buying_group_id}", lambda: records_of(reading.tables, group, members)
    )
    return written_back(reading.store, reading.house.config.crm_write_back.field, group, records)


def _decided(reading: Reading, whole: Whole, owners: Mapping[str, str]) -> dict[str, Any]:
    """What people decided about the group, whether the run knew of it or not, and the forms to decide."""
    said, names = said_of(reading), names_of(reading, owners)
    latest = whole.hand_offs[0].hand_off_id if whole.hand_offs else ""
    about = {h.hand_off_id: said.get(h.hand_off_id, ()) for h in whole.hand_offs}
    answers = [s for s in about.get(latest, ()) if topic(s.decision) == "answer" and s.state == "in force"]
    told = whole.hand_offs[0].answers[:1] if whole.hand_offs else ()
    corrected = {
        s.decision.other_id: s.decision
        for s in said.get(whole.group.buying_group_id, ())
        if s.decision.kind == roles.ROLE and s.is_pending and s.state == "in force"
    }
    people = _people_of_records(reading, whole, corrected)
    rules = reading.house.rules
    named = {str(row["role"]) for table in ("roles", "role_needs") for row in rules[table]}
    return {
        "form": answer_form(reading),
        "done": just_done(reading, names),
        "said": {key: [(s, names.did(s.decision)) for s in reversed(one)] for key, one in about.items()},
        "seen": seen_of(about.get(latest, ())),
        "outcome": answers[-1].decision.kind if answers else told[0].outcome if told else "",
        "pending_roles": {people[key]: d for key, d in corrected.items() if key in people},
        "role_names": [*sorted(named), roles.NONE] if whole.group.closed_at is None else sorted(named),
        "why_now": whole.why.speaks_for if whole.why else (),
    }


def _people_of_records(reading: Reading, whole: Whole, corrected: Mapping[str, Any]) -> dict[str, str]:
    """Whose records and addresses the corrections name; a decision names a record, the page a person."""
    if not corrected:
        return {}
    there = {m.person_id for m in whole.people.members}
    found = reading.tables.records(
        "SELECT a.person_record_id AS said, a.person_id FROM person_alias AS a "
        "WHERE list_contains($said, a.person_record_id) "
        "UNION ALL SELECT d.email, d.person_id FROM person_address AS d WHERE list_contains($said, d.email)",
        {"said": sorted(corrected)},
    )
    return {row["said"]: row["person_id"] for row in found if row["person_id"] in there}


def _pictures(whole: Whole, as_of: datetime) -> dict[str, Any]:
    group = whole.group
    handed = tuple(h.handed_at for h in reversed(whole.hand_offs))
    marks = [(at, "handed off") for at in handed] + [(d.created_at, "opportunity") for d in whole.deals]
    members = whole.people.members
    until = whole.people.until
    pictured = [m for m in members if any(m.weeks)][:_PICTURED]
    row = {m.person_id: index for index, m in enumerate(pictured)}
    start = until - timedelta(weeks=WEEKS)
    passed = tuple(
        ((s.read_at - start) / timedelta(weeks=WEEKS), row[s.from_person_id or ""], row[s.to_person_id])
        for s in whole.shares
        if (s.from_person_id or "") in row and s.to_person_id in row and start < s.read_at <= until
    )
    heat = heat_of(pictured, marks, until)
    return {
        "strip": strip_of(group, whole.statuses, handed, as_of=as_of),
        "strip_told": strip_told(whole.statuses, handed),
        "waterfall": waterfall_of(whole.score) if whole.score else None,
        "waterfall_told": told(whole.score) if whole.score else "",
        "heat": replace(heat, passed=passed) if pictured else None,
        "strips": {m.person_id: replace(heat_of([m], marks, until), is_inline=True) for m in members},
        "lanes_told": lanes_told(whole.touches),
        "graph": graph_of(whole.shares, members),
    }


def _minimap(reading: Reading, whole: Whole, touches: Sequence[Touch], page: int) -> dict[str, Any]:
    """All touches of the cycle by week or month, as a wide screen and as a phone have room for them.

    A column opens the list where its latest touch stands, among those that the filters let through.
    """

    def address(touch: Touch) -> str:
        return f"{with_query(reading.request, act=touch.touch_id, page=None)}#t-{touch.touch_id}"

    shown = touches[(page - 1) * PAGE : page * PAGE]
    handed = tuple(h.handed_at for h in reversed(whole.hand_offs))
    as_of = reading.snapshot.as_of
    every = whole.touches
    days = cycle_days(whole.group, every, as_of=as_of) if every else None
    wide, phone = (columns_of(every, touches, days, most) if days else () for most in (WIDE, PHONE))
    return {
        "columns": wide,
        "grain": wide[0].grain if wide else "",
        "minimap": [
            lanes_of(some, whole.deals, handed, shown, until=whole.group.ends_at(as_of), address=address)
            if some
            else None
            for some in (wide, phone)
        ],
        "shown_days": (shown[-1].occurred_at, shown[0].occurred_at) if shown else None,
        "address": address,
    }


def _sheets(whole: Whole, touches: tuple[Touch, ...]) -> tuple[Sheet, ...]:
    members = whole.people.members
    plain = (
        *("person_id", "name", "email", "title", "function", "seniority", "role", "role_confidence"),
        *("role_reason", "consent", "joined_at", "last_engaged_at", "engagement_count", "is_second_lead"),
    )
    weeks = tuple(f"week {number - WEEKS}" for number in range(1, WEEKS + 1))  # week 0 is the last
    score = whole.score
    reasons = [r for part in score.parts for r in part.reasons] if score else []
    chance = [r for a in whole.chance.asked for r in a.reasons] if whole.chance else []
    return (
        Sheet(
            "members",
            "Members",
            plain + weeks,
            tuple(tuple(getattr(m, name) for name in plain) + m.weeks for m in members),
        ),
        _sheet("missing", "Missing roles", [g for g in whole.people.gaps if g.missing], but=("candidates",)),
        _sheet("visitors", "Anonymous", whole.people.visitors),
        _sheet("promotions", "Became known", whole.people.promotions),
        _sheet("score", "Score", reasons),
        _sheet("chance", "Chance", chance),
        _sheet("timeline", "Timeline", touches),
        _sheet("shares", "Shares", whole.shares),
        _sheet("statuses", "Statuses", whole.statuses),
        _sheet("hand-offs", "Hand-offs", whole.hand_offs, but=("answers", "news")),
        _sheet("answers", "Answers", [a for h in whole.hand_offs for a in h.answers]),
        _sheet("opportunities", "Opportunities", whole.deals),
        _sheet("siblings", "Other groups", whole.siblings),
        _sheet("second-leads", "Second leads", whole.second_leads),
    )


def _sheet(key: str, title: str, rows: Any, *, but: tuple[str, ...] = ()) -> Sheet:
    """A table of rows that are dataclasses of plain values; without those fields that are not."""
    rows = tuple(rows)
    if not rows:
        return Sheet(key, title, ("nothing",), ())
    names = tuple(f.name for f in fields(rows[0]) if f.name not in but)
    return Sheet(key, title, names, (tuple(getattr(row, name) for name in names) for row in rows))
