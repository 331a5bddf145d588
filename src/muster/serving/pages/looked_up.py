"""Account, person and programme, and the search that finds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fastapi import APIRouter

from muster.serving.figures.program.reached import every_group
from muster.serving.figures.search import search
from muster.serving.reading import Missing, Reading
from muster.serving.screen import Row, Screen, screen
from muster.serving.tabled import Table, told, twin, unlinked
from muster.serving.wholes import the_account, the_person, the_program

router = APIRouter(include_in_schema=False)


@screen(router, "/accounts/{account_id}", needs="see_groups")
def account(reading: Reading) -> Screen:
    """Everything of one account that the viewer may see."""
    found = the_account(reading, reading.path["account_id"])
    if found is None:
        raise Missing
    if not reading.viewer.may("see_measures"):
        tables = (unlinked(table) if table.key == "programs" else table for table in found.tables)
        found = replace(found, tables=tuple(tables))
    return Screen(
        "account.html",
        found.name,
        lambda: (
            {"account_id": found.account_id, "name": found.name, "influence": found.influence}
            | told(found.tables)
        ),
        tuple(twin(table) for table in found.tables),
        active="/board",
        more={"found": found},
    )


@screen(router, "/people/{person_id}", needs="see_groups")
def person(reading: Reading) -> Screen:
    """One person, as far as their accounts may be seen."""
    found = the_person(reading, reading.path["person_id"])
    if found is None:
        raise Missing
    return Screen(
        "person.html",
        found.name,
        lambda: (
            {"person_id": found.person_id, "name": found.name, "consent": found.consent} | told(found.tables)
        ),
        tuple(twin(table) for table in found.tables),
        active="/board",
        more={"found": found},
    )


@screen(router, "/programs/{program_id}", needs="see_measures")
def program(reading: Reading) -> Screen:
    """One programme, in the company's currency; what a page has no room for is read where it is written."""
    found = the_program(reading, reading.path["program_id"])
    if found is None:
        raise Missing

    def whole(table: Table) -> Table:
        return every_group(reading.tables, found.program_id) if table.left_out else table

    def rows(table: Table) -> Iterator[Row]:
        yield from twin(whole(table)).rows

    return Screen(
        "program.html",
        found.name,
        lambda: (
            {"program_id": found.program_id, "name": found.name, "lift": found.lift}
            | told(tuple(whole(table) for table in found.tables))
        ),
        tuple(replace(twin(table), rows=rows(table)) for table in found.tables),
        active="/measures",
        more={"found": found},
    )


@screen(router, "/search", needs="see_groups")
def search_page(reading: Reading) -> Screen:
    """What answers `?q=`."""
    found = search(
        reading.tables, reading.query.get("q", ""), with_programs=reading.viewer.may("see_measures")
    )
    return Screen(
        "search.html",
        "Search",
        lambda: {"said": found.said, "count": found.count} | told(found.tables),
        tuple(twin(table) for table in found.tables if table.rows),
        more={"found": found},
    )
