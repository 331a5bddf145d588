"""Text to values: what is read, what is refused, and that nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from muster.sources import values
from muster.sources.shape import Cell

CON = duckdb.connect()
CON.execute("SET TimeZone = 'UTC'")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CALM = settings(deadline=None)


def read(type_: str, text: str, **how):
    """The value a cell of a type reads from a text, and the code of what is wrong (None when nothing is)."""
    cell = Cell("x", type_, **how)
    wrong, code = values.fault(cell, "t", "v", now=NOW), values.fault_code(cell, "t", "v")
    query = f"""
        WITH raw AS (SELECT $1 AS r), text AS (SELECT {values.trimmed(cell, "r")} AS t FROM raw),
        typed AS (SELECT t, {values.typed(cell, "t")} AS v FROM text)
        SELECT v, CASE WHEN {wrong} THEN {code} END
        FROM typed
    """
    return CON.execute(query, [text]).fetchall()[0]


def micros(moment: datetime) -> int:
    return values.instant_of(moment)


@CALM
@given(st.integers(-(10**15), 10**15))
def test_every_amount_in_cents_is_read_to_the_cent(cents):
    text = str(Decimal(cents) / 100)
    assert read("cents", text) == (cents, None)
    grouped = f"{Decimal(cents) / 100:,.2f}"
    assert read("cents", grouped) == (cents, None)
    german = grouped.translate(str.maketrans(",.", ".,"))
    assert read("cents", german, decimal=",") == (cents, None)


@pytest.mark.parametrize(
    "text",
    [
        "12,5 Mio. €",
        "12,5",
        "1,23.4",
        "1.2.3",
        "$5",
        "USD 5",
        "abc",
        "(500)",
        "1_000",
        "NaN",
        "inf",
        "5-",
        "--5",
        "1e99",
        "9" * 30,
        "١٢",
    ],
)
def test_what_is_no_amount_is_never_half_read(text):
    assert read("cents", text) == (None, "cents")


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12.345", 1235),
        ("-0.005", -1),
        ("+7", 700),
        (" 7 ", 700),
        ("1e5", 10_000_000),
        (".5", 50),
        ("5.", 500),
        ("0", 0),
    ],
)
def test_amounts_as_systems_write_them(text, cents):
    assert read("cents", text) == (cents, None)


def test_millions_become_cents_without_a_float():
    assert read("cents", "1100.04", times=1_000_000) == (110_004_000_000, None)


@CALM
@given(st.datetimes(datetime(1990, 1, 2), datetime(2026, 2, 1)), st.integers(-14 * 4, 14 * 4))
def test_instants_in_every_usual_spelling(naive, quarters):
    zone = timezone(timedelta(minutes=15 * quarters))
    moment = naive.replace(tzinfo=zone)
    expected = (micros(moment), None)
    assert read("instant", moment.isoformat()) == expected
    assert read("instant", moment.strftime("%Y-%m-%d %H:%M:%S.%f%z")) == expected
    utc = naive.replace(tzinfo=UTC)
    assert read("instant", utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")) == (micros(utc), None)
    assert read("instant", naive.isoformat(sep=" ")) == (micros(utc), None)
    millis = utc.replace(microsecond=utc.microsecond // 1000 * 1000)
    assert read("instant", f"{millis:%Y-%m-%dT%H:%M:%S}.{millis.microsecond // 1000:03d}+0000") == (
        micros(millis),
        None,
    )


@CALM
@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_days_are_utc_midnights(day):
    midnight = micros(datetime(day.year, day.month, day.day, tzinfo=UTC))
    assert read("day", day.isoformat()) == (midnight, None)
    assert read("day", f"{day} 13:45:00") == (midnight, None)
    assert read("day", day.strftime("%d/%m/%Y"), format="%d/%m/%Y") == (midnight, None)


@CALM
@given(
    st.dates(date(1990, 1, 1), date(2200, 1, 1)),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%m-%d-%Y"]),
)
def test_a_date_whose_day_and_month_could_be_swapped_is_asked_about(day, pattern):
    assert read("day", day.strftime(pattern)) == (None, "swap")


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2026x",
        "epoch",
        "infinity",
        "-infinity",
        "2026-02-31",
        "45000",
        "20260101",
        "2026-13-01",
        "now",
        "today",
        "2026-01-01T25:00:00",
        "-2026-01-01",
        "12026-01-01",
        "Jan 5, 2026",
        "294248-01-01",
        "5",
        "2026",
    ],
)
def test_what_is_no_date_is_none(text):
    value, code = read("instant", text)
    assert value is None
    assert code in {"date", "swap"}


def test_dates_too_early_or_not_yet():
    assert read("instant", "1970-01-01")[1] == "early"
    assert read("instant", "1989-12-31T23:59:59Z")[1] == "early"
    assert read("instant", "0001-01-01")[1] == "early"
    assert read("instant", "2026-03-01T23:59:59Z", happened=True)[1] is None
    assert read("instant", "2026-03-02T00:00:00Z", happened=True)[1] == "future"
    assert read("instant", "2036-03-02T00:00:00Z")[1] is None
    assert read("instant", "31/01/2026", format="%m/%d/%Y")[1] == "format"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("TRUE", True),
        ("1", True),
        ("t", True),
        ("Yes", True),
        ("false", False),
        ("0", False),
        ("No", False),
    ],
)
def test_flags(text, expected):
    assert read("flag", text) == (expected, None)


def test_what_is_no_flag_is_none():
    assert read("flag", "maybe") == (None, "flag")
    assert read("flag", "") == (None, None)


@CALM
@given(st.emails(domains=st.sampled_from(["acme.example", "mail.acme.co.uk"])))
def test_every_ordinary_address_is_read_in_lower_case(address):
    if not set(address) & set(' "(),:;<>[\\]'):
        assert read("email", f" {address}\t") == (
            CON.execute("SELECT lower($1)", [address]).fetchall()[0][0],
            None,
        )


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "a@b",
        "a b@c.example",
        "@c.example",
        "a@",
        "a@b@c.example",
        "Ada <a@b.example>",
        "a@b.example;c@d.example",
        "a@.example.",
    ],
)
def test_what_is_no_address_is_none(text):
    assert read("email", text) == (None, "email")


@pytest.mark.parametrize("text", ["1.25E+11", "1E+5", "9.87654e+14"])
def test_an_id_in_scientific_notation_is_gone_for_good(text):
    assert read("id", text) == (None, "id")


@CALM
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=40))
@example("E+ 5")
@example("001E+AB")
def test_every_other_id_is_kept_as_it_is(text):
    if "E+" not in text.upper():
        assert read("id", f"  {text} ") == (text, None)


@pytest.mark.parametrize(("text", "value"), [("1059", 1059), ("1059.0", 1059), ("1,059", 1059), ("-3", -3)])
def test_whole_numbers(text, value):
    assert read("integer", text) == (value, None)


@pytest.mark.parametrize("text", ["12.5", "50-100", "1e99", "a", "1,05"])
def test_what_is_no_whole_number_is_none(text):
    assert read("integer", text) == (None, "integer")


@settings(max_examples=400, deadline=None)
@given(
    st.text(max_size=60) | st.text("0123456789-/.:TZ+eE,_ €$", max_size=30),
    st.sampled_from(
        ["text", "id", "instant", "day", "cents", "integer", "real", "flag", "email", "path", "content"]
    ),
    st.sampled_from([".", ","]),
)
def test_no_text_crashes_a_parser(text, type_, decimal):
    text = text.encode("utf-8", "replace").decode()
    value, code = read(type_, text, decimal=decimal)
    assert (value is None) or (code in {None, "early", "future"})


@CALM
@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_text_keeps_its_own_spaces_and_blank_is_empty(text):
    value, code = read("text", text)
    assert code is None
    assert value in {text, None}
    assert (value is None) == (text.strip(" \t\n\r\xa0") == "")
