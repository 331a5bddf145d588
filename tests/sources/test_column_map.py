"""Any file to one canonical table by a column map."""

from __future__ import annotations

import json
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.problems import ConfigError

VISIT = {"engagement_id": "id", "occurred_at": "at", "activity": {"value": "page_viewed"}}
SPEND = {"tactic_id": "campaign", "spent_on": "day", "amount_cents": "cost"}


def test_values_are_renamed_others_pass_and_company_means_no_solution(company):
    company.file(
        "e.csv",
        "id,at,what,topic\n1,2025-01-01,open,company\n2,2025-01-01,fax,data-platform\n3,2025-01-01,,\n",
    )
    company.table(
        "engagement",
        "e.csv",
        VISIT
        | {
            "activity": {"column": "what", "values": {"open": "email_opened", "": "unknown"}},
            "solution_id": {"column": "topic", "values": {"company": ""}},
        },
    )
    assert company.load().rows("engagement", "activity", "solution_id") == [
        ("email_opened", None),
        ("fax", "data-platform"),
        ("unknown", None),
    ]


def test_others_names_what_every_other_value_becomes(company):
    company.file("o.csv", "id,stage\n1,Won\n2,Engaging\n3,Lost\n")
    company.table(
        "opportunity",
        "o.csv",
        {"opportunity_id": "id", "is_won": {"column": "stage", "values": {"Won": "true"}, "others": "false"}},
    )
    assert company.load().rows("opportunity", "is_won") == [(True,), (False,), (False,)]


def test_columns_are_joined_and_a_key_keeps_the_places_of_its_parts(company):
    company.file("c.csv", "a,b,first,last\nx,,Ada,\n,x,,Byron\n")
    company.table(
        "owner",
        "c.csv",
        {"owner_id": {"columns": ["a", "b"]}, "name": {"columns": ["first", "last"], "separator": " "}},
    )
    assert company.load().rows("owner", "owner_id", "name") == [("x|", "Ada"), ("|x", "Byron")]


def test_signals_of_a_week_are_known_when_the_week_is_over(company):
    company.file("s.csv", "week,n\n2025-01-06,3\n")
    company.table(
        "engagement",
        "s.csv",
        {
            "occurred_at": "week",
            "activity": {"value": "ad_viewed"},
            "quantity": "n",
            "known_at": {"column": "week", "plus_days": 7},
        },
    )
    assert company.load().rows("engagement", "occurred_at", "known_at", "quantity") == [
        ("2025-01-06T00:00:00", "2025-01-13T00:00:00", 3)
    ]


def test_an_address_becomes_a_path(company):
    urls = [
        "https://www.us.example/pricing/?utm=1#top",
        "/a/b/",
        "/",
        "https://us.example",
        "//cdn.example/x",
        "/q?a=/b/",
    ]
    company.file("e.csv", "id,at,url\n" + "".join(f"{i},2025-01-01,{u}\n" for i, u in enumerate(urls)))
    company.table("engagement", "e.csv", VISIT | {"url": "url", "content_id": "url"})
    expected = ["/pricing", "/a/b", "/", "/", "/x", "/q"]
    assert company.load().rows("engagement", "url", "content_id") == [(e, e) for e in expected]


def test_content_without_ids_is_known_by_its_path(company):
    company.file("c.csv", "url,title\nhttps://us.example/guide/,Guide\n")
    company.table("content", "c.csv", {"url": "url", "title": "title"})
    assert company.load().rows("content", "content_id", "url") == [("/guide", "/guide")]


def test_two_equal_bookings_of_one_day_are_two_and_the_file_again_is_none(company):
    text = "campaign,day,cost\n701A,2025-01-01,10.00\n701A,2025-01-01,10.00\n701A,2025-01-02,5\n"
    company.file("spend/jan.csv", text)
    company.file("spend/jan copy.csv", text.replace(",", ";"))
    result = company.table("spend", "spend", SPEND).load()
    assert sorted(result.rows("spend", "amount_cents")) == [(500,), (1000,), (1000,)]
    assert result.ledger("jan copy.csv") == (3, 3, 0, 0)
    assert result.ledger("jan.csv") == (3, 0, 3, 0)


def test_an_events_id_with_other_content_is_kept_aside_and_flagged(company):
    company.file("e.csv", "id,at,url\n1,2025-01-02,/b\n1,2025-01-01,/a\n1,2025-01-01,/a\n")
    result = company.table("engagement", "e.csv", VISIT | {"url": "url"}).load()
    assert result.rows("engagement", "url", "source_row") == [("/a", 3)]
    assert result.ledger("e.csv") == (3, 1, 1, 1)
    assert [(p.severity, p.reason, p.row, p.value) for p in result.problems()] == [
        ("warning", "the same id with other content", 2, "1")
    ]
    assert result.set_aside() == [
        ("e.csv", 2, "the same id with other content", '{"id":"1","at":"2025-01-02","url":"/b"}')
    ]


def test_where_keeps_only_the_rows_that_are_asked_for(company):
    company.file("e.csv", "id,at,kind\n1,2025-01-01,web\n2,2025-01-01,app\n3,2025-01-01,\n")
    result = company.table("engagement", "e.csv", VISIT, where={"kind": ["web"]}).load()
    assert result.ledger("e.csv") == (3, 1, 0, 2)
    assert [(p.severity, p.reason, p.count) for p in result.problems()] == [
        ("note", "left out by this source's `where`", 2)
    ]


def test_json_lines_keep_digits_and_reach_into_objects(company):
    lines = [
        {"id": "1", "at": "2025-01-01T00:00:00Z", "page": {"path": "/a"}, "n": 2, "bot": True},
        {"id": 123456789012345678901, "at": "2025-01-02T00:00:00Z", "page": {"path": "/b"}, "tags": ["x"]},
    ]
    company.file("e.jsonl", "".join(json.dumps(line) + "\n" for line in lines) + "\nnot json\n[1]\n")
    company.table("engagement", "e.jsonl", VISIT | {"url": "page.path", "quantity": "n", "is_machine": "bot"})
    result = company.load()
    assert result.rows("engagement", "engagement_id", "url", "quantity", "is_machine") == [
        ("1", "/a", 2, True),
        ("123456789012345678901", "/b", None, False),
    ]
    assert result.ledger("e.jsonl") == (4, 2, 0, 2)
    assert [(p.reason, p.row, p.count) for p in result.problems("error")] == [
        ("the line is not a JSON object", 4, 2)
    ]


def test_parquet_is_read_by_the_same_rules_and_nan_is_an_empty_number(company):
    table = pa.table(
        {
            "campaign": ["701A", "701B", "701C"],
            "cost": pa.array([10.05, 0.1, float("nan")]),
            "day": pa.array([1735689600000, 1735776000000, 1735862400000], pa.timestamp("ms", tz="UTC")),
            "extra": [{"a": 1}, None, {"a": 2}],
        }
    )
    pq.write_table(table, company.folder / "spend.parquet")
    result = company.table("spend", "spend.parquet", SPEND).load()
    assert sorted(result.rows("spend", "tactic_id", "amount_cents", "spent_on")) == [
        ("701A", 1005, "2025-01-01T00:00:00"),
        ("701B", 10, "2025-01-02T00:00:00"),
    ]
    assert [(p.column, p.reason, p.row) for p in result.problems("error")] == [("cost", "is empty", 3)]


@pytest.mark.parametrize(
    ("columns", "keys", "message"),
    [
        (VISIT | {"emial": "id"}, {}, 'the table engagement has no column "emial". Did you mean "email"'),
        (VISIT | {"email": "e_mail"}, {}, 'no file has a column "e_mail". Did you mean "email"'),
        ({"activity": {"value": "x"}}, {}, "the column occurred_at of engagement is not mapped"),
        (VISIT | {"email": {"column": "email", "value": "x"}}, {}, "columns.email needs exactly one of"),
        (VISIT | {"occurred_at": {"column": "at", "format": "%Q"}}, {}, '"%Q" is no date format'),
        (
            VISIT | {"email": {"column": "email", "plus_days": 2}},
            {},
            "columns.email: format and plus_days are for dates",
        ),
        (VISIT, {"encoding": "utf-99"}, 'there is no encoding "utf-99"'),
        (VISIT, {"delimiter": "||"}, 'the delimiter "||" is not one character'),
        (VISIT, {"fields": {"a.b": "c"}}, 'the key fields is not for sources of kind "table"'),
        (VISIT, {"where": {"knd": ["x"]}}, 'no file has a column "knd"'),
    ],
)
def test_a_wrong_map_names_the_key_and_the_nearest_right_one(company, columns, keys, message):
    company.file("e.csv", "id,at,email\n1,2025-01-01,a@b.example\n")
    with pytest.raises(ConfigError) as raised:
        company.table("engagement", "e.csv", columns, **keys).load()
    assert message in str(raised.value)
    assert str(company.folder) not in str(raised.value)


def test_a_table_that_does_not_exist_and_a_path_that_does_not(company):
    with pytest.raises(ConfigError, match=r'there is no table "engagements"\. Did you mean "engagement"'):
        company.file("e.csv", "a\n1\n")
        company.table("engagements", "e.csv", {}).load()
    company.sources.clear()
    with pytest.raises(ConfigError, match=r'there is no file or folder "nowhere\.csv"'):
        company.table("engagement", "nowhere.csv", VISIT).load()


def test_one_file_of_several_without_a_column_is_set_aside_and_the_others_land(company):
    company.file("e/a.csv", "id,at\n1,2025-01-01\n")
    company.file("e/b.csv", "id,when\n2,2025-01-01\n")
    result = company.table("engagement", "e", VISIT).load()
    assert result.ledger("a.csv") == (1, 1, 0, 0)
    assert result.ledger("b.csv") == (1, 0, 0, 1)
    assert [(p.file, p.column, p.count) for p in result.problems("error")] == [("b.csv", "at", 1)]


def test_a_column_that_occurs_twice_is_an_error_only_where_it_counts(company):
    company.file("e/a.csv", "id,at,at\n1,2025-01-01,2025-01-02\n")
    company.file("e/b.csv", "id,at,x,x\n2,2025-01-01,1,2\n")
    result = company.table("engagement", "e", VISIT).load()
    assert result.ledger("a.csv") == (1, 0, 0, 1)
    assert result.ledger("b.csv") == (1, 1, 0, 0)
    assert [(p.file, p.reason) for p in result.problems("error")] == [
        ("a.csv", "the file has two columns of this name")
    ]


def test_progress_is_told_file_and_rows(company):
    company.file("e.csv", "id,at\n" + "".join(f"{i},2025-01-01\n" for i in range(1000)))
    company.table("engagement", "e.csv", VISIT)
    told = []
    company.load(progress=lambda file, rows: told.append((file, rows)))
    assert told[-1] == ("engagement/e.csv", 1000)


def test_now_needs_a_time_zone(company):
    with pytest.raises(ValueError, match="time zone"):
        company.load(now=datetime(2026, 1, 1))


def test_invisible_characters_around_a_columns_name_do_not_matter(company):
    company.file("e.csv", "\u200bid ,\xa0at\n1,2025-01-01\n")
    assert company.table("engagement", "e.csv", VISIT).load().ledger("e.csv") == (1, 1, 0, 0)


def test_a_date_without_a_stated_format_is_asked_for_and_with_one_it_is_read(company):
    company.file("t.csv", "id,starts,ends\n1,03/04/2025,05/06/2025\n2,2025-01-01,12.31.2025\n")
    columns = {"tactic_id": "id", "starts_on": "starts", "ends_on": "ends"}
    asked = company.table("tactic", "t.csv", columns).load()
    assert asked.rows("tactic", "tactic_id", "starts_on") == [("1", None), ("2", "2025-01-01T00:00:00")]
    assert [(p.severity, p.column, p.value, p.reason) for p in asked.problems()] == [
        (
            "warning",
            "ends",
            "05/06/2025",
            "does not say whether day or month comes first; the row landed without it",
        ),
        (
            "warning",
            "starts",
            "03/04/2025",
            "does not say whether day or month comes first; the row landed without it",
        ),
    ]
    company.sources.clear()
    columns["ends_on"] = {"column": "ends", "format": "%m.%d.%Y"}
    told = company.table("tactic", "t.csv", columns, date_format="%d/%m/%Y").load()
    assert told.rows("tactic", "starts_on", "ends_on")[0] == ("2025-04-03T00:00:00", None)
    assert told.rows("tactic", "starts_on", "ends_on")[1] == ("2025-01-01T00:00:00", "2025-12-31T00:00:00")


def test_a_number_with_a_decimal_comma_needs_saying_so(company):
    company.file("s.csv", "campaign;day;cost\n701A;2025-01-01;1.234,50\n701B;2025-01-01;12,5 Mio. €\n")
    german = SPEND | {"amount_cents": {"column": "cost", "decimal": ","}}
    result = company.table("spend", "s.csv", german).load()
    assert result.rows("spend", "amount_cents") == [(123450,)]
    assert [str(p) for p in result.problems("error")] == [
        's.csv, row 3, column cost: "12,5 Mio. €" is not an amount. Write amounts as 1234.50; if the comma '
        'is the decimal sign, map the column with decimal = ",".'
    ]


def test_ids_that_a_spreadsheet_broke_are_set_aside_with_the_remedy(company):
    company.file("o.csv", "id,account\n1.25E+11,A\n7,1.25E+11\n")
    result = company.table(
        "opportunity", "o.csv", {"opportunity_id": "id", "account_record_id": "account"}
    ).load()
    assert result.ledger("o.csv") == (2, 1, 0, 1)
    assert [(p.severity, p.column, p.row) for p in result.problems() if "spreadsheet" in p.reason] == [
        ("error", "id", 2),
        ("warning", "account", 3),
    ]


def test_a_column_no_file_has_shows_those_there_are_and_offers_to_do_without(company):
    company.file("e.csv", "id,when,address\n1,2025-01-02,/b\n")
    company.table("engagement", "e.csv", VISIT | {"url": "page"})
    with pytest.raises(ConfigError) as needed:
        company.load()
    assert 'no file has a column "at". Its columns are: id, when, address.' in needed.value.message
    assert "remove" not in needed.value.remedy
    company.file("e.csv", "id,at,address\n1,2025-01-02,/b\n")
    with pytest.raises(ConfigError) as optional:
        company.load()
    assert 'no file has a column "page".' in optional.value.message
    assert (
        optional.value.remedy == 'Correct its name in muster.toml, or remove this line from it: url = "page".'
    )
