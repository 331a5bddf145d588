"""Words of the records that no rule names, told before the first run: what they cost, and the line to add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from muster.problems import Problem
from muster.readings.lead_sources import read_lead_sources
from muster.readings.titles import read_titles
from muster.readings.unsold_solutions import Word, known_solutions, unsold
from muster.rules.read import Rules, in_force
from muster.sources.sqltext import identifier, literal
from muster.sources.wording import listed

UNWEIGHED = "is an activity that no rule weighs: it scores nothing and is not credited"
UNSOURCED = "is a lead source that no rule fits: who began these opportunities is unknown"
UNTITLED = "is a job title of which no rule tells a function or a rank: its people get no role by it"
_UNREAD = "more job titles of which no rule tells a function or a rank: their people get no role by title"
_MOST = 20  # words of a kind that are told one by one
_TITLES = 8  # of a file: titles are many, and most that are not understood are of one person
_NAMING = (
    "engagement",
    "content",
    "tactic",
)  # may name a solution; what is sold or bought says which there are
_SOLD = ("opportunity", "subscription")


def unread_words(tables: Mapping[str, Path], rules: Rules, *, at: int) -> list[Problem]:
    """One problem for each word and file, by the rules in force at `at` (microseconds); `tables` are the
    landed ones, by name.

    An activity without a weight is a warning, as the run would make it, and so is a solution that nobody is
    known to sell; the others are notes.
    """
    held = {name: in_force(rows, at) for name, rows in rules.rows.items()}
    with duckdb.connect() as connection:
        sold = _sold(connection, tables)
        named = [word for table in _NAMING for word in _counted(connection, tables[table], "solution_id")]
        return [
            *unsold(named, held["solutions"], sold),
            *_activities(_counted(connection, tables["engagement"], "activity"), held["activity_weights"]),
            *_lead_sources(_counted(connection, tables["opportunity"], "lead_source"), held["lead_sources"]),
            *_titles(_counted(connection, tables["person_record"], "title"), held["titles"]),
        ]


def solutions_of(tables: Mapping[str, Path], rules: Rules, *, at: int) -> list[str]:
    """The solutions that rules in force at `at` (microseconds), opportunities and subscriptions name."""
    with duckdb.connect() as connection:
        return known_solutions(in_force(rules["solutions"], at), _sold(connection, tables))


def _sold(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> set[str]:
    return {word[2] for table in _SOLD for word in _counted(connection, tables[table], "solution_id")}


def _counted(connection: duckdb.DuckDBPyConnection, table: Path, column: str) -> list[Word]:
    name = identifier(column)
    found: list[Word] = connection.execute(
        f"SELECT source, source_file, {name}, count(*), min(source_row)"
        f" FROM read_parquet({literal(str(table))}) WHERE {name} IS NOT NULL"
        f" GROUP BY source, source_file, {name} ORDER BY count(*) DESC, {name}, source, source_file"
    ).fetchall()
    return found


def _activities(words: Iterable[Word], rows: Iterable[Mapping[str, Any]]) -> list[Problem]:
    known = {row["activity"] for row in rows}
    remedy = (
        "Weigh it: add a line to rules/activity_weights.csv, as that of the activity it is most like; or say "
        'in muster.toml which it is: activity = {{ column = ..., values = {{ "{word}" = ... }} }}.'
    )
    return [
        Problem("warning", source, file, UNWEIGHED, remedy.format(word=word), row, "activity", word, count)
        for source, file, word, count, row in [w for w in words if w[2] not in known][:_MOST]
    ]


def _lead_sources(words: Iterable[Word], rows: Iterable[Mapping[str, Any]]) -> list[Problem]:
    told = list(words)
    read = set(read_lead_sources({word[2] for word in told}, rows).column("said").to_pylist())
    remedy = "Add a line to rules/lead_sources.csv: {word},marketing or {word},sales or {word},partner."
    return [
        Problem(
            "note", source, file, UNSOURCED, remedy.format(word=word.lower()), row, "lead_source", word, count
        )
        for source, file, word, count, row in [w for w in told if w[2] not in read][:_MOST]
    ]


def _titles(words: Iterable[Word], rows: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """A note for each of the titles that most people have, and one for the others of a file."""
    told = list(words)
    read = read_titles(sorted({word[2] for word in told}), rows).to_pylist()
    unread = {row["title"] for row in read if (row["function"], row["seniority"]) == ("unknown", "unknown")}
    by_file: dict[tuple[str, str], list[Word]] = {}
    for word in told:
        if word[2] in unread:
            by_file.setdefault(word[:2], []).append(word)
    problems = []
    for (source, file), found in by_file.items():
        problems += [_title(*word) for word in found[:_TITLES]]
        if rest := found[_TITLES:]:
            reason = f"{_UNREAD}: {listed([word[2][:40] for word in rest], most=8)}"
            remedy = "Add the words that matter to rules/titles.csv, if any do."
            count = sum(word[3] for word in rest)
            problems.append(Problem("note", source, file, reason, remedy, column="title", count=count))
    return problems


def _title(source: str, file: str, title: str, count: int, row: int) -> Problem:
    remedy = f"Add a line to rules/titles.csv if it matters, as in: function,{title.lower()},finance."
    return Problem("note", source, file, UNTITLED, remedy, row, "title", title, count)
