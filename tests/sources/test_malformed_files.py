"""Over a hundred malformed files: every row written has one fate, and every message can be acted on."""

from __future__ import annotations

import re

import pytest

from muster.problems import MusterError
from muster.sources import ledger

MAP = {
    "engagement_id": "id",
    "occurred_at": "at",
    "activity": {"value": "page_viewed"},
    "email": "email",
    "url": "url",
    "quantity": "n",
    "solution_id": "topic",
}
SEEDS = (1, 2, 3)
NOT_FOR_USERS = re.compile(
    r"Traceback|SELECT |read_parquet|\\.py\\b|Exception|duckdb|pyarrow|0x[0-9a-f]{6}", re.IGNORECASE
)


@pytest.fixture(scope="module")
def company(tmp_path_factory, company_at):
    """A company whose only source is the folder of malformed files."""
    return company_at(tmp_path_factory.mktemp("malformed"))


@pytest.fixture(scope="module")
def files(company, malformed_files):
    """The files of all seeds, written into that folder."""
    made = [file for seed in SEEDS for file in malformed_files(seed)]
    for file in made:
        company.file(f"in/{file.name}", file.data)
    company.table("engagement", "in", MAP)
    return made


@pytest.fixture(scope="module")
def result(company, files):
    """What one load makes of them."""
    return company.load()


def test_every_row_of_every_malformed_file_has_one_fate(files, result):
    assert len(files) >= 80
    for file in files:
        read, landed, repeated, aside = result.ledger(file.name)
        assert read == file.written, file.name
        assert landed + repeated + aside == file.written, file.name
    assert {row.file for row in result.loaded.ledger} == {file.name for file in files}
    kept = [row for row in result.set_aside() if not row[2] or not row[3]]
    assert kept == [], "every row set aside has a reason and its text"
    clean = [file for file in files if "clean" in file.name or "mark" in file.name]
    assert all(result.ledger(file.name)[1] == file.written for file in clean)


def test_every_problem_names_its_place_and_what_to_do(company, result):
    assert len(result.loaded.problems) > 50
    for problem in result.loaded.problems:
        shown = str(problem)
        assert problem.file
        assert problem.reason
        assert problem.remedy.endswith((".", '"'))
        assert problem.count >= 1
        assert len(problem.value or "") <= 60
        assert not NOT_FOR_USERS.search(shown), shown
        assert str(company.folder) not in shown
        if (
            problem.severity == "error"
            and "file has" not in problem.reason
            and "the file" not in problem.reason
        ):
            assert problem.row, shown


def test_a_row_that_gets_lost_on_the_way_is_our_fault_and_stops_the_load(company, files, monkeypatch):
    """The negative control: were the writer of set-aside rows to drop some, the ledger must notice."""
    whole = ledger.write_set_aside
    monkeypatch.setattr(ledger, "write_set_aside", lambda con, parts, target: whole(con, parts[:-1], target))
    with pytest.raises(MusterError, match="rows were read but") as raised:
        company.load()
    assert raised.value.exit_code == 3


def test_the_malformed_files_in_any_order_and_twice_give_the_same_table(company, files, result):
    for number, file in enumerate(reversed(files)):
        company.file(f"in/z{number}/{file.name.partition('/')[2]}", file.data)
    twice = company.load()
    columns = ("engagement_id", "occurred_at", "email", "url", "quantity", "solution_id", "known_at")
    assert twice.rows("engagement", *columns) == result.rows("engagement", *columns)
