"""One snapshot, four files: whatever a reader opens, the figures are the same."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from muster.reports.board import board_json
from muster.reports.charts.shapes import ControlChart, ControlPoint
from muster.reports.formats.native_charts import native
from muster.reports.formats.paper import paper
from muster.reports.formats.slide_charts import put_chart
from muster.reports.formats.slides import slides
from muster.reports.formats.workbook import workbook
from muster.reports.frozen.freezing import Written, freeze_board
from muster.reports.frozen.plain import freeze, thaw
from muster.reports.frozen.snapshot import Shelf, Snapshot
from muster.reports.page import render
from muster.reports.sheets import BoardPack, Column, GroupRows, Headlines, Picture, Query, RoleLetter, Sheet
from muster.reports.values import Money, show


@pytest.fixture(scope="module")
def kept(halden: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Snapshot]:
    workspace = tmp_path_factory.mktemp("kept")
    manifest = json.loads((halden / "manifest.json").read_text("utf-8"))
    words = Written(notes="Two deals slipped.\n\nBoth closed since.", asks=("Hire two sellers.",))
    snapshot = freeze_board(
        halden,
        workspace=workspace,
        company="Halden Analytics",
        currency="USD",
        manifest=manifest,
        period="2025-Q3",
        written=words,
    )
    return workspace, snapshot


def test_a_pack_comes_back_from_its_snapshot_as_it_was(kept: tuple[Path, Snapshot]) -> None:
    _, snapshot = kept
    assert thaw(json.loads(json.dumps(freeze(snapshot.pack)))) == snapshot.pack


def test_a_pack_of_an_older_version_still_opens() -> None:
    """It did not yet say two things, and said one that nobody says any more."""
    letter = {"kind": "RoleLetter", "letter": "DM", "engaged": 1, "missing": 0, "colour": "red"}
    assert thaw(letter) == RoleLetter("DM", "", 1, 0)
    assert thaw({"kind": "Sentence"}).parts == ()


def test_one_id_gives_the_same_bytes_of_html_and_json(kept: tuple[Path, Snapshot]) -> None:
    workspace, snapshot = kept
    again = Shelf(workspace).get(snapshot.id[:10])
    assert render(again.pack) == render(snapshot.pack)
    assert json.dumps(board_json(again.pack)) == json.dumps(board_json(snapshot.pack))


def test_notes_and_what_is_asked_stand_in_the_pack(kept: tuple[Path, Snapshot]) -> None:
    html = render(kept[1].pack)
    assert html.index("Two deals slipped.") < html.index('id="page-journey"')
    assert html.index('id="page-outlook"') < html.index("Hire two sellers.")


def test_the_workbook_holds_every_amount_as_a_number(kept: tuple[Path, Snapshot]) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra [board] is not installed")
    pack = kept[1].pack
    book = openpyxl.load_workbook(BytesIO(workbook(pack)))
    checked = sums = 0
    for number, page in enumerate(pack.pages, 1):
        cells = book.worksheets[number]
        rows = [[cell.value for cell in row] for row in cells.iter_rows()]
        heads = {row[0]: i for i, row in enumerate(rows)}
        for sheet in (s for s in page.sheets if s.rows):
            first = heads[sheet.title] + 2
            for i, row in enumerate([*sheet.rows, *([sheet.foot] if sheet.foot else [])]):
                for x, value in enumerate(row):
                    held = rows[first + i][x]
                    if isinstance(value, Money) and isinstance(held, str):
                        top, end = map(int, re.fullmatch(r"=SUM\([A-Z]+(\d+):[A-Z]+(\d+)\)", held).groups())  # type: ignore[union-attr]
                        held = sum(Decimal(str(rows[y - 1][x] or 0)) for y in range(top, end + 1))
                        sums += 1
                    if isinstance(value, Money):
                        assert Decimal(str(held)) * 100 == value.cents, (sheet.key, row[0])
                        checked += 1
    assert checked > 300
    assert sums > 10


def test_a_viewer_that_does_not_calculate_shows_the_sums_too(kept: tuple[Path, Snapshot]) -> None:
    pytest.importorskip("openpyxl", reason="the extra [board] is not installed")
    assert_sums_are_told(kept[1].pack, workbook(kept[1].pack))


def test_every_formula_comes_to_the_snapshots_figure_in_a_spreadsheet(
    kept: tuple[Path, Snapshot], tmp_path: Path
) -> None:
    """LibreOffice calculates a copy without any stored result, so what it says is its own."""
    pytest.importorskip("openpyxl", reason="the extra [board] is not installed")
    office = shutil.which("soffice")
    if office is None or not (Path(office).resolve().parent / "libsclo.so").exists():
        pytest.skip("LibreOffice Calc is missing: on Debian, apt-get install libreoffice-calc-nogui")
    plain = tmp_path / "plain.xlsx"
    with ZipFile(BytesIO(workbook(kept[1].pack))) as book, ZipFile(plain, "w") as bare:
        for part in book.namelist():
            bare.writestr(part, re.sub(rb"</f><v>[^<]*</v>", b"</f>", book.read(part)))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    turned = ["--convert-to", "xlsx", "--outdir", str(tmp_path / "calculated"), str(plain)]
    subprocess.run([office, "--headless", profile, *turned], check=True, capture_output=True, timeout=300)
    assert_sums_are_told(kept[1].pack, (tmp_path / "calculated" / "plain.xlsx").read_bytes())


def assert_sums_are_told(pack: BoardPack, book: bytes) -> None:
    """What this copy of the pack's workbook says that each formula comes to is the pack's own figure."""
    import openpyxl  # noqa: PLC0415

    written = openpyxl.load_workbook(BytesIO(workbook(pack)))
    told = openpyxl.load_workbook(BytesIO(book), data_only=True)
    compared = 0
    for number, page in enumerate(pack.pages, 1):
        rows = [[cell.value for cell in row] for row in written.worksheets[number].iter_rows()]
        says = [[cell.value for cell in row] for row in told.worksheets[number].iter_rows()]
        heads = {row[0]: i for i, row in enumerate(rows)}
        for sheet in (s for s in page.sheets if s.rows and s.foot):
            assert sheet.foot is not None
            at = heads[sheet.title] + 2 + len(sheet.rows)
            for x, value in enumerate(sheet.foot):
                if isinstance(rows[at][x], str) and rows[at][x].startswith("="):
                    figure = Decimal(value.cents) / 100 if isinstance(value, Money) else value
                    assert Decimal(str(says[at][x])) == figure, (sheet.key, sheet.columns[x].label)
                    compared += 1
    formulas = [c for w in written for r in w.iter_rows() for c in r if c.data_type == "f"]
    assert compared == len(formulas) > 10


def test_the_slides_have_charts_that_can_be_edited_and_the_same_figures(kept: tuple[Path, Snapshot]) -> None:
    pptx = pytest.importorskip("pptx", reason="the extra [board] is not installed")
    pack = kept[1].pack
    deck = pptx.Presentation(BytesIO(slides(pack)))
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    charts = {shape.name: shape for shape in shapes if shape.has_chart}
    for picture in (b for p in pack.pages for b in p.blocks if isinstance(b, Picture) and b.chart):
        drawn, meant = charts[picture.key].chart, native(picture.chart)
        assert meant is not None
        assert tuple(drawn.plots[0].categories) == meant.labels
        assert {s.name: tuple(s.values) for s in drawn.plots[0].series} == dict(meant.series)
        assert charts[picture.key]._element.nvGraphicFramePr.cNvPr.get("descr")
        assert drawn.part.chart_workbook.xlsx_part is not None  # what "Edit data" opens
    assert len(charts) >= 8
    said = "\n".join(s.text_frame.text for s in shapes if s.has_text_frame)
    for block in (b for b in pack.pages[0].blocks if isinstance(b, Headlines)):
        assert all(figure.value in said for figure in block.figures)
    grids: dict[str, list[list[str]]] = {}
    for shape in (s for s in shapes if s.has_table):
        grids.setdefault(shape.name, []).extend([c.text for c in r.cells] for r in list(shape.table.rows)[1:])
    for key in ("touch", "sourcing", "pipeline", "kinds"):
        assert grids[key][: len(pack.sheet(key).rows)] == [[show(v) for v in r] for r in pack.sheet(key).rows]
    wide = [sheet for page in pack.pages for sheet in page.sheets if len(sheet.columns) > 12 and sheet.rows]
    for sheet in wide:
        assert grids[sheet.key] == [[show(v) for v in r[:8]] for r in sheet.rows[:26]]
        assert f"{len(sheet.columns) - 8} more columns stand in the workbook." in said
    assert wide
    assert all(slide.shapes.title is not None and slide.shapes.title.text for slide in deck.slides)


def test_no_table_of_a_slide_runs_off_it_and_no_word_is_broken(kept: tuple[Path, Snapshot]) -> None:
    """By the height that lines of this size take: programs that show slides stretch rows to it."""
    pptx = pytest.importorskip("pptx", reason="the extra [board] is not installed")
    inch = 914_400
    deck = pptx.Presentation(BytesIO(slides(kept[1].pack)))
    tables = [shape for slide in deck.slides for shape in slide.shapes if shape.has_table]
    for shape in tables:
        columns, rows = shape.table.columns, shape.table.rows
        assert shape.left + sum(column.width for column in columns) <= 12.75 * inch, shape.name
        assert shape.top + sum(row.height for row in rows) <= 6.4 * inch, shape.name
        for y, row in enumerate(rows):
            for cell, column in zip(row.cells, columns, strict=True):
                points = cell.text_frame.paragraphs[0].font.size.pt
                letters = max(map(len, cell.text.split()), default=0)
                wide = letters * points * 0.0085 * (1.22 if y == 0 else 1.0)  # of "Rows" in bold DejaVu Sans
                room = column.width - cell.margin_left - cell.margin_right
                assert wide * inch <= room + 1, (shape.name, cell.text)
    assert len(tables) > 20


def test_points_that_may_still_change_stand_open_on_slides() -> None:
    """Only what is ripe is joined by a line, as on the page; a special cause has a ring."""
    pptx = pytest.importorskip("pptx", reason="the extra [board] is not installed")
    background = pytest.importorskip("pptx.enum.dml").MSO_FILL.BACKGROUND
    points = (
        ControlPoint("Jan", 0.2, 0.1, 0.4, ""),
        ControlPoint("Feb", 0.5, 0.1, 0.4, "", ring="3 Feb"),
        ControlPoint("Mar", 0.3, 0.1, 0.4, "", is_mature=False),
    )
    deck = pptx.Presentation()
    query = Query(("defect",), "")
    twin = Sheet("defects", "Defects", (Column("Week"),), ((1,),), query, "")
    picture = Picture("defects", "Defects", "", "", ControlChart("share", points, 0.25), twin)
    meant = native(picture.chart)
    assert meant is not None
    put_chart(deck.slides.add_slide(deck.slide_layouts[5]), picture, meant)
    [chart] = [s.chart for s in deck.slides[0].shapes if s.has_chart]
    told = {s.name: s for s in chart.plots[0].series}
    assert tuple(told["value"].values) == (0.2, 0.5, None)
    assert tuple(told["may still change"].values) == (None, None, 0.3)
    assert tuple(told["special cause"].values) == (None, 0.5, None)
    for name in ("may still change", "special cause"):
        assert told[name].format.line.fill.type == background, "no line between them"
        assert told[name].marker.format.fill.type == background, "open"


def test_intervals_stand_on_slides_as_whiskers(kept: tuple[Path, Snapshot]) -> None:
    pptx = pytest.importorskip("pptx", reason="the extra [board] is not installed")
    pack = kept[1].pack
    deck = pptx.Presentation(BytesIO(slides(pack)))
    charts = {s.name: s.chart for slide in deck.slides for s in slide.shapes if s.has_chart}
    checked = 0
    for picture in (b for p in pack.pages for b in p.blocks if isinstance(b, Picture) and b.chart):
        meant = native(picture.chart)
        if meant is None or meant.ends is None:
            continue
        series = charts[picture.key].plots[0].series[0]._element
        for name, ends in (("minus", meant.ends[0]), ("plus", meant.ends[1])):
            told = series.xpath(f"c:errBars/c:{name}/c:numLit/c:pt/c:v")
            middles = meant.series[0][1]
            both = [(m, e) for m, e in zip(middles, ends, strict=True) if m is not None and e is not None]
            assert [float(v.text) for v in told] == pytest.approx([abs(e - m) for m, e in both])
            checked += len(told)
    assert checked > 10


def _printed(pack: BoardPack) -> Any:
    """The PDF of a pack, to be read."""
    try:
        import weasyprint  # noqa: F401, PLC0415
    except (ImportError, OSError) as error:
        pytest.skip(f"WeasyPrint or Pango is missing: {error}")
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    return pypdf.PdfReader(BytesIO(paper(pack)))


def test_the_groups_on_paper_begin_on_the_page_of_their_heading(kept: tuple[Path, Snapshot]) -> None:
    pack = kept[1].pack
    [page] = [page for page in pack.pages if any(isinstance(block, GroupRows) for block in page.blocks)]
    [groups] = [block for block in page.blocks if isinstance(block, GroupRows)]
    told = [" ".join(one.extract_text().split()) for one in _printed(replace(pack, pages=(page,))).pages]
    [head] = [one for one in told if groups.title in one]
    assert groups.groups[0].account in head.partition(groups.title)[2]
    assert not any(f"{len(groups.groups) - 3} more" in one for one in told)  # paper has no folds


def test_the_pdf_is_tagged_named_and_holds_the_first_page(kept: tuple[Path, Snapshot]) -> None:
    pack = kept[1].pack
    pdf = _printed(replace(pack, pages=(pack.pages[0],)))
    root: Any = pdf.trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert pdf.metadata.title == "Halden Analytics: board pack, Q3 2025"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for sheet in pack.pages[0].sheets:
        for row in sheet.rows:
            assert all(" ".join(show(v).split()) in text for v in row if isinstance(v, Money)), sheet.key
    for block in (b for b in pack.pages[0].blocks if isinstance(b, Headlines)):
        assert all(" ".join(figure.value.split()) in text for figure in block.figures)
