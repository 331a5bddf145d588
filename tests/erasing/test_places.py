"""What an erasure does to packs that were frozen, to pages that were written, and to what is the user's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from muster.config.settings import Config
from muster.erasing.places import rewrite_files
from muster.erasing.whom import Whom
from muster.reports.frozen.snapshot import Shelf, identified
from muster.sources.scrub import GONE, Scrubber
from muster.sources.suppression import Suppression

ANN = Whom("p0123456789abcdef", ("ann@acme.example",), ("C1",), (), ("Ann Smith",), ())
NAME = "erased-1"


def scrubber() -> Scrubber:
    """Of a list with one person on it."""
    told = Suppression(b"k" * 32).with_person(
        ANN.stand_ins(NAME), called=NAME, address=ANN.address_of(NAME), by="ada", at=datetime.now(UTC)
    )
    return Scrubber(told)


def workspace(folder: Path) -> tuple[Path, Config]:
    """A workspace with one run in force, and an export that lies among the reports."""
    (folder / ".muster" / "runs" / "000001-aa").mkdir(parents=True)
    (folder / ".muster" / "runs" / "000001-aa" / "manifest.json").write_text("{}", "utf-8")
    (folder / ".muster" / "tables").symlink_to(Path("runs", "000001-aa"))
    (folder / "reports").mkdir()
    source = {"name": "crm", "kind": "salesforce", "path": "reports/crm"}
    return folder, Config.model_validate({"company": {"name": "Acme"}, "source": [source]})


def test_a_pack_that_names_somebody_and_those_after_it_get_other_ids(tmp_path: Path) -> None:
    folder, config = workspace(tmp_path)
    shelf = Shelf(folder)
    before = None
    for number, about in enumerate(("nobody", "Ann Smith signed", "nobody again"), start=1):
        told = {"number": number, "period": f"2025-Q{number}", "before": before, "pack": about}
        pack = identified(told)
        shelf.keep(pack)
        before = pack.id
    old = [pack.id for pack in shelf.all()]
    renamed = rewrite_files(folder, config, scrubber()).packs
    new = shelf.all()  # raises where a content does not give its id
    assert list(renamed) == old[1:]
    assert [pack.id for pack in new] == [old[0], *renamed.values()]
    assert [pack.content["before"] for pack in new] == [None, *(pack.id for pack in new[:-1])]
    assert new[1].content["pack"] == f"{GONE} signed"


def test_pages_are_rewritten_and_exports_are_left(tmp_path: Path) -> None:
    folder, config = workspace(tmp_path)
    (folder / "reports" / "crm").mkdir()
    export = folder / "reports" / "crm" / "Lead.csv"
    export.write_text("C1,Ann Smith,ann@acme.example\n", "utf-8")
    page = folder / "reports" / "group.html"
    page.write_text("<td>Ann Smith</td><a href='mailto:ann@acme.example'>Joann Smithson</a>", "utf-8")
    (folder / "reports" / "group.pdf").write_bytes(b"%PDF")
    rewrite_files(folder, config, scrubber())
    assert export.read_text("utf-8") == "C1,Ann Smith,ann@acme.example\n"
    said = "<td>(erased)</td><a href='mailto:erased-1@acme.example'>Joann Smithson</a>"
    assert page.read_text("utf-8") == said
    assert not (folder / "reports" / "group.pdf").exists()
