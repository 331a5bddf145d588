"""Who plays which part: title, behaviour, sales' word and a seller's correction, as known at the time."""

from __future__ import annotations

from math import log
from pathlib import Path

from tests.stories.telling import Stories, group, members

from muster.testing import Record, account, contact, engaged, instant, named, opportunity, rows, shared
from muster.workspace import Workspace

told = Stories(as_of="2025-12-31")


def corrected(at: str, group_id: str, record: str, role: str) -> Record:
    """A seller says which part somebody plays."""
    row = {"decision_id": f"{record} {at}", "kind": "role", "subject_id": group_id, "other_id": record}
    return Record("decision", row | {"value": role, "reason": "Met her", "decided_at": at})


@told(
    account("Two Chiefs"),
    contact("cfo@two-chiefs.example", title="CFO", account_record_id="two-chiefs"),
    contact("cio@two-chiefs.example", title="CIO", account_record_id="two-chiefs"),
    contact("lead@two-chiefs.example", title="Team Lead IT", account_record_id="two-chiefs"),
    *[
        engaged(f"2025-09-0{day} 1{n}:00", f"{who}@two-chiefs.example", "webinar_attended")
        for day in (1, 2)
        for n, who in enumerate(("lead", "cio", "cfo"))
    ],
)
def test_one_decides_and_the_chief_of_money_releases_it(ws: Workspace) -> None:
    assert members(ws, "two-chiefs.example") == {
        "cfo@two-chiefs.example": "economic_buyer",
        "cio@two-chiefs.example": "decision_maker",
        "lead@two-chiefs.example": "champion",
    }


@told(
    account("Twins"),
    contact("ana@twins.example", title="IT Manager", account_record_id="twins"),
    contact("bo@twins.example", title="IT Manager", account_record_id="twins"),
    engaged("2025-09-01 09:00", "ana@twins.example", "webinar_attended"),
    engaged("2025-09-01 10:00", "bo@twins.example", "webinar_attended"),
    engaged("2025-09-02 10:00", "bo@twins.example", "docs_viewed"),
    shared("2025-09-03 09:00", "ana@twins.example", "t-twins"),
    engaged("2025-09-04 09:00", "bo@twins.example", "page_viewed", share_token="t-twins"),
)
def test_of_two_alike_who_passes_content_on_is_champion_and_who_reads_docs_evaluates(ws: Workspace) -> None:
    assert members(ws, "twins.example") == {
        "ana@twins.example": "champion",
        "bo@twins.example": "technical_influencer",
    }
    reasons = members(ws, "twins.example", "role_reason")
    assert reasons["ana@twins.example"] == "title (it, manager), and passed content on to colleagues"
    assert reasons["bo@twins.example"] == "title (it, manager), and read the documentation"


@told(
    account("Silent Title"),
    engaged("2025-09-01 09:00", "ana@silent-title.example", "demo_requested"),
    engaged("2025-09-01 10:00", "bo@silent-title.example", "webinar_attended"),
)
def test_without_title_or_word_nobody_fills_a_role(ws: Workspace) -> None:
    key = group(ws, "silent-title.example")["buying_group_id"]
    assert rows(ws, f"FROM role_holder WHERE buying_group_id = '{key}'") == []
    missing = rows(ws, f"SELECT SUM(missing) AS missing FROM role_gap WHERE buying_group_id = '{key}'")
    assert missing == [{"missing": 4}]


@told(
    account("Vacant"),
    contact("eng@vacant.example", title="Engineer", account_record_id="vacant"),
    contact("vp@vacant.example", title="VP Data", account_record_id="vacant"),
    contact("head@vacant.example", title="Head of Data", account_record_id="vacant"),
    engaged("2025-12-01 09:00", "eng@vacant.example", "demo_requested"),
)
def test_a_gap_names_the_known_people_of_the_account_who_would_fit(ws: Workspace) -> None:
    found = rows(
        ws,
        """
        SELECT p.email, c.number, c.probability, c.reason
        FROM role_candidate AS c JOIN person AS p USING (person_id)
        JOIN role_gap AS r USING (buying_group_id, role)
        JOIN buying_group AS g USING (buying_group_id) JOIN account AS a ON a.account_id = g.account_id
        WHERE a.domain = 'vacant.example' AND c.role = 'decision_maker' AND r.missing = 1 ORDER BY c.number
        """,
    )
    assert [(row["email"], row["number"]) for row in found] == [
        ("vp@vacant.example", 1),
        ("head@vacant.example", 2),
    ]
    assert found[0]["reason"] == "title (engineering, vp), and the function takes part"
    assert found[0]["probability"] == 0.58


@told(
    account("Seats"),
    contact("mia@seats.example", title="IT Manager", account_record_id="seats"),
    engaged("2025-09-01 09:00", "mia@seats.example", "pricing_viewed"),
    engaged("2025-09-01 10:00", "ulf@seats.example", "webinar_attended"),
    shared("2025-09-03 09:00", "mia@seats.example", "t-seats"),
    engaged("2025-09-04 09:00", "ulf@seats.example", "page_viewed", share_token="t-seats"),
)
def test_gaps_and_completeness_count_the_same_holders(ws: Workspace) -> None:
    key = group(ws, "seats.example")["buying_group_id"]
    told = f"FROM role_holder WHERE buying_group_id = '{key}' AND to_at IS NULL"
    engaged_now = rows(ws, f"SELECT role, COUNT(*) AS people {told} GROUP BY role ORDER BY role")
    gaps = f"SELECT role, engaged AS people FROM role_gap WHERE buying_group_id = '{key}' AND engaged > 0"
    assert engaged_now == rows(ws, f"{gaps} ORDER BY role") == [{"role": "champion", "people": 1}]
    points = f"SELECT SUM(points) AS points FROM signal WHERE buying_group_id = '{key}'"
    scored = f"SELECT arg_max(completeness, scored_at) AS points FROM score WHERE buying_group_id = '{key}'"
    assert rows(ws, f"{points} AND component = 'completeness'") == rows(ws, scored)


def named_champion(number: int) -> list[Record]:
    """A seller names the marketing manager who asked for a demo the champion of a deal."""
    firm = f"taught-by-{number}"
    email = f"mo@{firm}.example"
    return [
        account(firm),
        contact(email, title="Marketing Manager", account_record_id=firm),
        engaged("2025-02-03 09:00", email, "demo_requested"),
        opportunity("2025-02-10 09:00", firm, account=firm),
        named("2025-02-11 09:00", firm, email, "Champion"),
    ]


def asks_as_marketing_manager(firm: str, at: str) -> list[Record]:
    email = f"max@{firm}.example"
    manager = contact(email, title="Marketing Manager", account_record_id=firm)
    return [account(firm), manager, engaged(at, email, "demo_requested")]


@told(
    *[record for number in range(8) for record in named_champion(number)],
    *asks_as_marketing_manager("untaught", "2025-02-12 09:00"),
    *asks_as_marketing_manager("taught", "2025-06-02 09:00"),
)
def test_whom_sellers_name_teaches_what_such_titles_stand_for_from_then_on(ws: Workspace) -> None:
    # By the rules for managers, being the first (and asking for a demo), and the word's factor of 4.
    odds = {"champion": 0.28 * 1.6 * 1.5, "technical_influencer": 0.52, "decision_maker": 0.09, "user": 0.08}
    others = sum(odds.values()) - odds["champion"] + 0.015 + 0.015 * 0.6
    told = 4 * odds["champion"] / (4 * odds["champion"] + others)
    untold = odds["champion"] / (odds["champion"] + others)
    [learnt] = rows(ws, "FROM role_learnt WHERE function = 'marketing' AND role = 'champion'")
    assert (learnt["people"], learnt["to_at"]) == (8, None)
    assert instant("2025-02-11 09:00") < learnt["from_at"] <= instant("2025-03-11 09:00")
    assert abs(learnt["told"] / 8e6 - told) < 0.002 and abs(learnt["untold"] / 8e6 - untold) < 0.002
    times = (5 * 0.28 + 8 * told) / (5 * 0.28 + 8 * untold)  # as if five had been named as the rules say
    assert abs(learnt["weight"] / 1000 - log(times)) < 0.003
    firms = ("untaught", "taught")
    before, after = (
        rows(
            ws,
            f"""SELECT c.probability FROM role_chance AS c JOIN person AS p USING (person_id)
            WHERE p.email = 'max@{firm}.example' AND c.role = 'champion'""",
        )[0]["probability"]
        for firm in firms
    )
    assert before * 1.05 < after
    # What is learnt moves chances from one role to another: together they say no more than before.
    every = rows(ws, "SELECT told, untold FROM role_learnt WHERE function = 'marketing'")
    assert all(abs(sum(row[column] for row in every) - 8e6) < 60 for column in ("told", "untold"))


def won_with_three_users(number: int, won: str) -> list[Record]:
    """A deal of another solution won with three engineers, who will work with it."""
    firm = f"won-{number}"
    found = [account(firm)]
    for day, who in enumerate(("ana", "bo", "cy"), start=1):
        email = f"{who}@{firm}.example"
        at = f"2025-08-0{day} 09:00"
        found.append(contact(email, title="Engineer", account_record_id=firm))
        found.append(engaged(at, email, "demo_requested", solution="workforce-suite"))
    deal = opportunity("2025-08-10 09:00", firm, account=firm, won=f"{won} 09:00", solution="workforce-suite")
    return [*found, deal]


def asks_after(firm: str, at: str) -> list[Record]:
    """Another company's first engineer asks for a demo."""
    email = f"eve@{firm}.example"
    seen = engaged(at, email, "demo_requested", solution="workforce-suite")
    return [account(firm), contact(email, title="Engineer", account_record_id=firm), seen]


@told(
    *[record for number in range(4) for record in won_with_three_users(number, f"2025-10-0{number + 1}")],
    *asks_after("asked-early", "2025-10-03 09:00"),
    *asks_after("asked-late", "2025-12-01 09:00"),
)
def test_a_group_needs_as_many_of_a_role_as_the_deals_won_by_then_had(ws: Workspace) -> None:
    needed = {}
    for firm in ("asked-early", "asked-late"):
        key = group(ws, f"{firm}.example", solution="workforce-suite")["buying_group_id"]
        found = rows(ws, f"SELECT role, needed, missing FROM role_gap WHERE buying_group_id = '{key}'")
        needed[firm] = {row["role"]: (row["needed"], row["missing"]) for row in found}
    had = rows(
        ws,
        """SELECT COUNT(*) AS users FROM role_holder AS h JOIN opportunity_group AS o USING (buying_group_id)
        WHERE h.role = 'user' AND o.opportunity_id LIKE 'won-%' GROUP BY o.opportunity_id""",
    )
    assert [row["users"] for row in had] == [3, 3, 3, 3]
    # One by the rules, drawn towards the deals as if ten had said so: (10 + 4 x 3) / (10 + 4) is nearer to 2.
    assert needed["asked-late"]["user"] == (2, 1)
    # By two deals, (10 + 2 x 3) / (10 + 2) is nearer to 1; what no deal had, the rules ask for all the same.
    assert needed["asked-early"]["user"] == (1, 0)
    assert {needed[firm]["champion"][0] for firm in needed} == {1}


@told(
    account("Corrected"),
    contact("sue@corrected.example", title="VP Data", account_record_id="corrected"),
    engaged("2025-09-01 09:00", "sue@corrected.example", "demo_requested"),
)
def test_a_sellers_correction_wins_from_the_day_it_was_made(ws: Workspace) -> None:
    assert members(ws, "corrected.example") == {"sue@corrected.example": "decision_maker"}
    key = group(ws, "corrected.example")["buying_group_id"]
    person = rows(ws, "SELECT person_id FROM person WHERE email = 'sue@corrected.example'")[0]["person_id"]
    again = Stories(as_of="2025-12-31")
    again(
        account("Corrected"),
        contact("sue@corrected.example", title="VP Data", account_record_id="corrected"),
        engaged("2025-09-01 09:00", "sue@corrected.example", "demo_requested"),
        corrected("2025-10-01T09:00:00Z", key, person, "user"),
    )
    later = again.build(ws.folder.parent / "corrected")
    assert members(later, "corrected.example") == {"sue@corrected.example": "user"}
    assert members(later, "corrected.example", "role_reason") == {
        "sue@corrected.example": "title (engineering, vp), and so corrected by a seller"
    }
    held = f"SELECT role, to_at FROM role_holder WHERE buying_group_id = '{key}' ORDER BY from_at"
    assert rows(later, held) == [
        {"role": "decision_maker", "to_at": instant("2025-10-01 09:00")},
        {"role": "user", "to_at": None},
    ]


def test_who_is_said_to_have_no_part_loses_it_and_gets_it_back_when_a_role_is_named(
    ws: Workspace, tmp_path: Path
) -> None:
    records = [
        account("Ruled Out"),
        contact("sue@ruled-out.example", title="VP Data", account_record_id="ruled-out"),
        *[engaged(f"2025-09-0{day} 09:00", "sue@ruled-out.example", "demo_requested") for day in (1, 2)],
    ]

    def told_of(name: str, *corrections: Record) -> tuple[str, ...]:
        again = Stories(as_of="2025-12-31")
        again(*records, *corrections)
        nonlocal ws
        ws = again.build(tmp_path / name)
        columns = ("role", "confidence", "reason")
        return tuple(members(ws, "ruled-out.example", c)["sue@ruled-out.example"] for c in columns)

    _, before, _ = told_of("before")
    key = group(ws, "ruled-out.example")["buying_group_id"]
    no_part = corrected("2025-10-01T09:00:00Z", key, "sue@ruled-out.example", "none")
    a_user = corrected("2025-11-01T09:00:00Z", key, "sue@ruled-out.example", "user")
    role, none, why = told_of("none", no_part)
    assert (before, role, none) == (0.8, "decision_maker", 0.01)
    assert why.startswith("a seller or reviewer said that they have no part in it; took part on 2 days")
    later, back, because = told_of("user", no_part, a_user)
    assert (later, back) == ("user", 0.99)
    assert because.startswith("a seller or reviewer said that they have a part in it; took part on 2 days")


def test_every_members_chances_add_up_to_one_with_none(ws: Workspace) -> None:
    each = "SELECT ROUND(SUM(probability), 9) AS whole FROM role_chance GROUP BY buying_group_id, person_id"
    assert {row["whole"] for row in rows(ws, each)} == {1}
    assert rows(ws, "SELECT * FROM role_chance WHERE probability < 0") == []
    roles = rows(ws, "SELECT COUNT(DISTINCT role) AS n FROM role_chance")
    assert roles == [{"n": 7}]
    members = "SELECT COUNT(*) AS n FROM member WHERE person_id IS NOT NULL"
    assert rows(ws, members) == rows(ws, "SELECT COUNT(*) AS n FROM role_chance WHERE role = 'none'")


def test_the_stated_role_has_its_chance_times_being_a_member(ws: Workspace) -> None:
    found = rows(
        ws,
        """SELECT m.confidence * m.role_confidence AS stated, c.probability
        FROM member AS m JOIN role_chance AS c USING (buying_group_id, person_id, role)""",
    )
    assert len(found) > 5
    assert all(abs(row["stated"] - row["probability"]) < 0.006 for row in found)


def test_a_seat_is_shared_out_among_the_members_and_nobody(ws: Workspace) -> None:
    found = rows(
        ws,
        """SELECT buying_group_id, role, SUM(probability) AS seats FROM role_chance
        WHERE role IN ('champion', 'decision_maker') GROUP BY ALL""",
    )
    assert all(0 < row["seats"] < 1 for row in found)
