"""Somebody asks to be forgotten: they leave every file that Muster wrote, and not a cent moves."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

from tests.erasing.conftest import EXPORTS, NAMED, YUSUF, Erased
from tests.erasing.scanning import hits

from muster.deciding.erasure import erased_before, read_money
from muster.sources.suppression import read_suppression
from muster.store.audit import entries, first_broken
from muster.store.decisions import read_decisions
from muster.store.opening import open_store
from muster.testing import rows

_COUNTED = """
    SELECT 'members', COUNT(*) FROM member UNION ALL SELECT 'groups', COUNT(*) FROM buying_group
    UNION ALL SELECT 'engagements', COUNT(*) FROM resolved_engagement
    UNION ALL SELECT 'hand-offs', COUNT(*) FROM hand_off UNION ALL SELECT 'people', COUNT(*) FROM person
    UNION ALL SELECT 'credit ' || c.attribution_model, CAST(SUM(c.credit_cents) AS BIGINT) FROM credit AS c
        WHERE c.engagement_id IS NOT NULL GROUP BY c.attribution_model
    ORDER BY 1
"""


def test_the_scan_finds_the_person_before(erased: Erased) -> None:
    found = {text for _, text in hits(erased.before.folder, NAMED, but=EXPORTS)}
    assert found == {text.lower() for text in NAMED}


def test_no_file_of_the_workspace_names_the_person_after(erased: Erased) -> None:
    assert hits(erased.after.folder, NAMED, but=EXPORTS) == []


def test_the_owners_exports_are_left_as_they_are(erased: Erased) -> None:
    for folder in EXPORTS:
        for file in (erased.before.folder / folder).iterdir():
            assert (erased.after.folder / folder / file.name).read_bytes() == file.read_bytes()


def test_a_table_that_was_left_out_is_found(erased: Erased, tmp_path: Path) -> None:
    """The seeded fault: one old table among the new ones."""
    shutil.copytree(erased.after.folder / ".muster", tmp_path / ".muster", symlinks=True)
    shutil.copy(erased.before.published.path("person"), tmp_path / ".muster" / "tables" / "person.parquet")
    assert {text for _, text in hits(tmp_path, NAMED)} >= {YUSUF, "yusuf kruger"}


def test_not_a_cent_moves(erased: Erased) -> None:
    assert read_money(erased.after) == read_money(erased.before)
    assert rows(erased.after, _COUNTED) == rows(erased.before, _COUNTED)


def test_the_preview_counts_what_the_tables_and_exports_say(erased: Erased) -> None:
    who = "person_id = 'p3bdda5e28610c62b'"
    [counted] = rows(
        erased.before,
        f"""SELECT (SELECT COUNT(*) FROM resolved_engagement WHERE {who}) AS e,
        (SELECT COUNT(DISTINCT buying_group_id) FROM member WHERE {who}) AS g""",
    )
    assert (erased.preview.engagements, erased.preview.groups) == (counted["e"], counted["g"])
    for place in erased.preview.places:
        if place.file in {"Lead.csv", "Contact.csv", "attendance.csv"}:
            [found] = list(erased.before.folder.rglob(place.file))
            line = found.read_text("utf-8").splitlines()[place.row - 1].lower()
            assert any(text.lower() in line for text in NAMED)


def test_what_was_decided_about_the_person_stays_decided(erased: Erased) -> None:
    store = open_store(erased.after.folder, erased.after.config.store)
    assert store is not None
    with closing(store):
        [told] = read_decisions(store)
    assert told.kind == "merge"
    assert told.subject_id.startswith("erased-")
    assert "(erased) moved" in told.reason


def test_the_trail_says_that_it_was_done_and_is_whole(erased: Erased) -> None:
    store = open_store(erased.after.folder, erased.after.config.store)
    assert store is not None
    with closing(store):
        told = entries(store)
    assert first_broken(told) is None
    assert (told[-1].action, told[-1].who) == ("erase", "ada")
    assert json.loads(told[-1].detail)["sealed_anew_from"] == 1


def test_the_list_knows_the_person_and_names_nobody(erased: Erased) -> None:
    known = erased_before(erased.after, YUSUF)
    assert known is not None and known.is_done
    told = read_suppression(erased.after.folder)
    assert told is not None and told.pending == ()
    assert (erased.after.folder / "suppression.key").stat().st_mode & 0o077 == 0


def test_every_run_says_which_exports_still_name_the_person(erased: Erased) -> None:
    found = rows(erased.after, "SELECT file, count FROM problem WHERE reason LIKE '%erased person%'")
    by_file: dict[str, int] = {}
    for (_, file), count in erased.preview.by_source.items():
        by_file[file] = by_file.get(file, 0) + count
    assert {row["file"]: row["count"] for row in found} == by_file
