"""What a run tells of some groups, read table by table: as many questions for many groups as for one.

Each question asks one table by ids. What they say together is put together in Python, by the files beside
this one: of the rows of one account that costs less than planning a join.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

from muster.reports.published import Published
from muster.serving.figures.asking import Asking, Row
from muster.serving.figures.group.group import Group

CANDIDATES = 3  # for each role that is missing
CHANCE_AGE = timedelta(days=14)  # before a cycle's end; what was said earlier is no longer told

# Tables of a group, and what is read of each.
_OF_GROUP = {
    "gate": ("gate", "from_at", "to_at", "reason"),
    "group_engagement": ("engagement_id", "person_id", "visitor_id"),
    "hand_off": (
        *("hand_off_id", "at", "handed_to_id", "owner_id", "sentence", "member_count", "visitor_count"),
        *("score", "is_replayed"),
    ),
    "opportunity_group": ("opportunity_id",),
    "role_chance": ("person_id", "role", "probability"),
    "role_gap": ("role", "needed", "missing"),
    "second_lead": (
        *("person_id", "person_record_id", "at", "fate", "opportunity_id", "amount_cents", "currency"),
    ),
    "signal": ("component", "kind", "points", "at", "decays_from", "source_id", "reason"),
}
# Of every group of the account: they are told of as its siblings, too.
_OF_SIBLINGS = {
    "member": (
        *("person_id", "visitor_id", "role", "role_confidence", "role_reason", "joined_at"),
        *("last_engaged_at", "engagement_count", "confidence", "reason", "is_second_lead"),
    ),
    "qualification": ("status", "from_at", "to_at", "reason", "ended_because"),
    "score": (
        *("scored_at", "score", "fit", "intent", "engagement", "frame_control", "completeness"),
        "policy_version",
    ),
}
_OF_ACCOUNT = {
    "person": (*("person_id", "name", "email", "title", "function", "seniority", "valid_from", "valid_to"),),
    "resolved_engagement": (
        *("engagement_id", "occurred_at", "person_id", "visitor_id", "activity", "channel", "content_id"),
        *("tactic_id", "solution_id", "is_act"),
    ),
    "visitor_match": ("visitor_id", "person_id", "method", "confidence", "from_at"),
    "share": (
        *("from_person_id", "to_person_id", "content_id", "shared_at", "read_at", "known_at", "is_upward"),
        *("confidence", "method"),
    ),
    "likely_share": (
        *("from_person_id", "to_person_id", "content_id", "first_at", "read_at", "known_at", "is_upward"),
        *("confidence", "method", "solution_id"),
    ),
}
_SIBLING = (
    *("buying_group_id", "solution_id", "business_unit", "cycle", "opened_at", "closed_at"),
    *("closing_reason", "member_count", "visitor_count"),
)
_CHANCE = (
    *("solution_id", "scored_at", "p_open", "p_open_low", "p_open_high", "log_odds", "rank", "p_win"),
    *("expected_amount_cents", "expected_value_cents", "model_version"),
)
_CHANCE_REASON = (
    *("solution_id", "scored_at", "topic", "component", "asks", "millionths", "is_missing", "evidence"),
    *("evidence_at", "sentence"),
)
_OPPORTUNITY = (
    *("name", "type", "stage", "amount_cents", "is_amount_missing", "currency"),
    *("created_at", "closed_at", "is_closed", "is_won"),
)
_NURTURE = (
    *("reason", "would_change", "next_content_id", "next_buying_job", "next_reason", "look_again_at"),
)
_CANDIDATE = ("role", "number", "person_id", "probability", "reason")
_SCORE_REASON = ("scored_at", "component", "reason", "points", "evidence", "evidence_count", "sentence")
_DISPOSITION = ("outcome", "reason", "at", "hours_to_first_action")
_UPDATE = ("at", "kind", "sentence")
_CONSENT = ("has_opted_out", "has_opted_out_of_calls", "opted_out_at", "legal_basis")
_CALL = ("activity_id", "occurred_at", "kind", "direction", "subject")


@dataclass(frozen=True, slots=True)
class Rows:
    """One group and the rows about it, by table; those of its siblings and its account are all there."""

    group: Group
    _tables: Mapping[str, Sequence[Row]]

    def __getitem__(self, table: str) -> Sequence[Row]:
        return self._tables.get(table, ())

    def own(self, table: str) -> list[Row]:
        """The group's own rows of a table that holds its siblings', too."""
        return [row for row in self[table] if row["buying_group_id"] == self.group.buying_group_id]


def rows_of(tables: Published, groups: Sequence[Group], *, as_of: datetime) -> dict[str, Rows]:
    """Of each group, by its id, what there is. The same number of questions however many groups."""
    asking = Asking(tables)
    own = {group.buying_group_id: [group.buying_group_id] for group in groups}
    accounts = {group.account_id: [group.account_id] for group in groups}
    asking.ask("buying_group", _SIBLING, "account_id", accounts)
    siblings = asking.places("buying_group", "buying_group_id", accounts)
    with asking.at_once():
        for table, columns in _OF_SIBLINGS.items():
            asking.ask(table, columns, "buying_group_id", siblings)
        for table, columns in _OF_GROUP.items():
            asking.ask(table, columns, "buying_group_id", own)
        for table, columns in _OF_ACCOUNT.items():
            asking.ask(table, columns, "account_id", accounts)
        asking.ask("nurture", _NURTURE, "buying_group_id", own, where="to_at IS NULL")
        asking.ask("role_candidate", _CANDIDATE, "buying_group_id", own, where=f"number <= {CANDIDATES}")
    with asking.at_once():
        _ask_in_time(asking, groups, own, accounts, as_of)
        _ask_what_hangs_on(asking, groups, own)
    if asking.has_records:
        records = asking.places("person_alias", "person_record_id", own)
        with asking.at_once():
            asking.ask("record_person_record", _CONSENT, "person_record_id", records)
            asking.ask("record_sales_activity", _CALL, "person_record_id", records)
    return {
        group.buying_group_id: Rows(
            group, asking.told[group.account_id] | asking.told[group.buying_group_id] | asking.told[""]
        )
        for group in groups
    }


def _ask_in_time(
    asking: Asking,
    groups: Sequence[Group],
    own: Mapping[str, Iterable[str]],
    accounts: Mapping[str, Iterable[str]],
    as_of: datetime,
) -> None:
    """Of tables that tell every Monday anew, the days that pages tell of."""
    scored = [row for key in accounts for row in asking.told[key]["score"] if row["buying_group_id"] in own]
    latest: dict[str, datetime] = {}
    for row in scored:
        key = row["buying_group_id"]
        latest[key] = max(row["scored_at"], latest.get(key, row["scored_at"]))
    days = sorted(set(latest.values()))
    marks = ", ".join("?" * len(days))
    scored_own = {key: [key] for key in latest}
    asking.ask(
        "score_reason",
        _SCORE_REASON,
        "buying_group_id",
        scored_own,
        where=f"scored_at IN ({marks})",
        given=days,
    )
    told = [*(group.ends_at(as_of) for group in groups), *days]
    within, days = "scored_at >= ? AND scored_at <= ?", [min(told) - CHANCE_AGE, max(told)]
    asking.ask("chance", _CHANCE, "account_id", accounts, where=within, given=days)
    asking.ask("chance_reason", _CHANCE_REASON, "account_id", accounts, where=within, given=days)


def _ask_what_hangs_on(asking: Asking, groups: Sequence[Group], own: Mapping[str, Iterable[str]]) -> None:
    """What hangs on hand-offs, opportunities, people and tactics that are known by now."""
    hand_offs = asking.places("hand_off", "hand_off_id", own)
    asking.ask("disposition", _DISPOSITION, "hand_off_id", hand_offs)
    asking.ask("hand_off_update", _UPDATE, "hand_off_id", hand_offs)
    deals = asking.places("opportunity_group", "opportunity_id", own)
    asking.ask("known_opportunity", _OPPORTUNITY, "opportunity_id", deals)
    asking.ask("deal_forecast", ("p_win", "expected_cents"), "opportunity_id", deals)
    members: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        for row in asking.told[group.account_id]["member"]:
            if row["buying_group_id"] == group.buying_group_id and row["person_id"] is not None:
                members[row["person_id"]].add(group.buying_group_id)
    asking.ask("person_alias", ("person_record_id",), "person_id", members)
    accounts = {group.account_id for group in groups}
    tactics = dict.fromkeys(asking.places("resolved_engagement", "tactic_id", accounts), ("",))
    asking.ask("known_tactic", ("name",), "tactic_id", tactics)


def names_of(persons: Iterable[Row]) -> dict[str, str]:
    """What each person of `person` was called last, or their address where no name was ever known."""
    names: dict[str, str] = {}
    mails: dict[str, str] = {}
    for row in sorted(persons, key=itemgetter("valid_from")):
        for kept, value in ((names, row["name"]), (mails, row["email"])):
            if value is not None:
                kept[row["person_id"]] = value
    return mails | names
