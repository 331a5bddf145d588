"""Text files as spreadsheets and exporters really write them."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.sources.files import InputFile, find_files
from muster.sources.reading import open_rows
from muster.sources.rows import NeedsCare, ReadingChoices
from muster.sources.text import UnreadableFile, Utf8Stream, read_header

OWNER = {"owner_id": "Id", "name": "Name"}
TEXT = "Id,Name\n1,Zoë Müller\n2,Łukasz\n"


def rows_of(
    data: bytes, *, delimiter: str | None = None, has_gaps: bool = False
) -> tuple[list[tuple[str, ...]], list[str], int]:
    """What the readers make of the bytes of a file: rows, fault codes, count.

    Rows are numbered on from the header, which is row 1, unless blank lines leave gaps.
    """
    file = InputFile("x.csv", ".csv", lambda: io.BytesIO(data))
    for careful in (False, True):
        rows = open_rows(file, ReadingChoices(delimiter=delimiter), careful=careful)
        try:
            found = [tuple(row.values()) for batch in rows.batches for row in batch.to_pylist()]
        except NeedsCare:
            continue
        numbered = sorted(found + [(fault.row,) for fault in rows.faults])
        numbers = [row[0] for row in numbered]
        assert len(set(numbers)) == rows.read_count
        assert has_gaps or numbers == list(range(2, rows.read_count + 2))
        assert not numbers or numbers[0] > 1
        return [row[1:] for row in found], [fault.code for fault in rows.faults], rows.read_count
    raise AssertionError("no reader took the file")


def names_read(company, name: str, data: bytes, **keys) -> list[str]:
    company.file(name, data)
    return [n for (n,) in company.table("owner", name, OWNER, **keys).load().rows("owner", "name")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_known_by_its_mark_or_its_nuls(company, encoding):
    assert names_read(company, "o.csv", TEXT.encode(encoding)) == ["Zoë Müller", "Łukasz"]


def test_a_spreadsheets_unicode_text_is_utf16_with_tabs(company):
    data = TEXT.replace(",", "\t").replace("\n", "\r\n").encode("utf-16")
    assert names_read(company, "o.txt", data) == ["Zoë Müller", "Łukasz"]


def test_windows_1252_is_read_with_a_note(company):
    company.file(
        "o.csv",
        b"Id,Name\n1,Zo\xeb \x96 \x80 5\x81\n",
    )
    result = company.table("owner", "o.csv", OWNER).load()
    assert result.rows("owner", "name") == [("Zoë \u2013 \u20ac 5\x81",)]
    assert [(p.severity, p.reason) for p in result.problems()] == [
        ("note", "the file is not UTF-8; it was read as Windows-1252")
    ]


def test_a_byte_that_is_not_utf8_far_below_is_noticed(company):
    filler = "".join(f"{i},Name number {i}\n" for i in range(100_000))
    company.file("o.csv", f"Id,Name\n{filler}".encode() + b"x,Zo\xeb\n")
    result = company.table("owner", "o.csv", OWNER).load()
    assert result.rows("owner", "name", where="owner_id = 'x'") == [("Zoë",)]
    assert result.ledger("o.csv") == (100_001, 100_001, 0, 0)


def test_an_encoding_that_is_given_goes_before_guessing(company):
    assert names_read(company, "o.csv", "Id,Name\n1,Łódź\n".encode("cp1250"), encoding="cp1250") == ["Łódź"]


def test_a_file_that_is_not_in_the_encoding_given_is_not_half_read(company):
    company.file("o.csv", "Id,Name\n1,Łódź\n".encode("cp1250"))
    result = company.table("owner", "o.csv", OWNER, encoding="utf-8").load()
    assert result.ledger("o.csv") == (0, 0, 0, 0)
    assert [p.reason for p in result.problems("error")] == [
        "the file is not valid utf-8; nothing of it was read"
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(delimiter, end):
    data = end.join(["Id,Name,Town", "1,Ada,x", "2,Bob,y", ""]).replace(",", delimiter).encode()
    assert rows_of(data) == ([("1", "Ada", "x"), ("2", "Bob", "y")], [], 2)


def test_a_spreadsheets_sep_line_names_the_delimiter():
    assert rows_of(b"sep=;\r\na;b,c\r\n1;2\r\n") == ([("1", "2")], [], 1)


def test_line_breaks_quotes_and_delimiters_inside_quotes_belong_to_the_cell():
    data = b'a,b\n"one\ntwo","say ""hi"", Ada"\n"x\r\ny",z\n'
    assert rows_of(data) == ([("one\ntwo", 'say "hi", Ada'), ("x\r\ny", "z")], [], 2)


def test_one_delimiter_too_many_on_every_row_is_one_note(company):
    company.file("o.csv", "Id,Name\n1,Ada,\n2,Bob,\n")
    result = company.table("owner", "o.csv", OWNER).load()
    assert result.rows("owner", "name") == [("Ada",), ("Bob",)]
    assert [(p.severity, p.reason, p.count) for p in result.problems()] == [
        ("note", "rows end in one delimiter too many; the empty cell was ignored", 1)
    ]


def test_a_header_that_ends_in_a_delimiter_too_is_no_trouble():
    assert rows_of(b"a,b,\n1,2,\n3,4,\n") == ([("1", "2", ""), ("3", "4", "")], [], 2)


def test_rows_of_another_length_are_set_aside_with_their_text(company):
    company.file("o.csv", "Id,Name\n1,Ada\n2\n3,Bob,x,y\n4,Eve\n")
    result = company.table("owner", "o.csv", OWNER).load()
    assert result.ledger("o.csv") == (4, 2, 0, 2)
    assert [(p.row, p.reason, p.value) for p in result.problems("error")] == [
        (3, "the row has fewer cells than the header has names", "2"),
        (4, "the row has more cells than the header has names", "3 | Bob | x | y"),
    ]
    assert result.rows("owner", "owner_id", "source_row") == [("1", 2), ("4", 5)]


def test_a_quote_that_is_never_closed_costs_its_own_row_only():
    data = b'a,b\n1,x\n2,"never closed\n3,y\n4,z\n'
    assert rows_of(data) == ([("1", "x"), ("3", "y"), ("4", "z")], ["quote"], 4)


def test_rows_that_two_stray_quotes_may_have_joined_are_named(company):
    company.file("o.csv", 'Id,Name,c,d\n1,"x,2,2\n3,y,4,4\n5,z",6,6\n7,8,9,9\n')
    result = company.table("owner", "o.csv", OWNER).load()
    assert result.ledger("o.csv") == (2, 2, 0, 0)
    assert [(p.row, p.reason) for p in result.problems("warning")] == [
        (2, "a cell spans lines that look like rows; a stray quote may join them")
    ]


def test_a_quote_in_the_middle_of_a_cell_is_only_a_character():
    assert rows_of(b'a,b\n1,6" pipe\n2,"Acme" Inc\n') == ([("1", '6" pipe'), ("2", "Acme Inc")], [], 2)


def test_a_header_whose_quote_is_never_closed_does_not_swallow_the_file():
    data = b'a,"b\n' + b"".join(b"%d,x\n" % i for i in range(50))
    assert rows_of(data)[2] == 50


def test_blank_lines_are_no_rows_and_a_last_line_needs_no_end():
    assert rows_of(b"\n\na,b\n\n1,2\n\n\n3,4", has_gaps=True) == ([("1", "2"), ("3", "4")], [], 2)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Id,Name\n1,Ada\n?\n", 3),
        ("Id,Name\r\n1,Ada\r\n?\r\n", 3),
        ("Id,Name\n\n1,Ada\n\n\n?\n\n\n", 6),  # a spreadsheet shows blank lines too
        ("\n\nId,Name\n1,Ada\n?\n", 5),
        ('Id,Name\n1,"Ada\nof London"\n?\n', 3),  # and a cell with a line break as one row
        ('"Id","Name\nof owner"\n1,Ada\n?\n', 3),
        ("sep=,\nId,Name\n1,Ada\n?\n", 3),  # but not the line that names the delimiter
    ],
)
def test_a_row_is_numbered_as_a_spreadsheet_shows_it(company, text, row):
    company.file("o.csv", text)
    result = company.table("owner", "o.csv", {"owner_id": "Id"}).load()
    assert [p.row for p in result.problems("error")] == [row]
    assert [r for (r,) in result.rows("owner", "source_row")] == [row - (3 if "Ada\n\n\n" in text else 1)]
    assert result.ledger("o.csv") == (2, 1, 0, 1)  # the count of rows is that of rows, not of numbers


@pytest.mark.parametrize("blank", range(6))
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 20])
def test_blank_lines_at_the_end_are_no_lines(blank, end, size):
    raw = f"a{end}b{end}{end}c{end}{end * blank}".encode()
    stream = Utf8Stream(io.BytesIO(raw), encoding="utf-8")
    while stream.read(size):
        pass
    assert stream.finished_line_count() == 4


def test_an_empty_file_and_a_file_with_only_a_header(company):
    company.file("o/a.csv", "")
    company.file("o/b.csv", "Id,Name\n")
    company.file("o/c.csv", "Id,Name\n1,Ada\n")
    result = company.table("owner", "o", OWNER).load()
    assert result.ledger("a.csv") == result.ledger("b.csv") == (0, 0, 0, 0)
    assert [(p.severity, p.file) for p in result.problems()] == [("warning", "a.csv")]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("o.csv", b"PK\x03\x04" + b"\0" * 500, "an Excel workbook or a zip archive"),
        ("o.csv", b"%PDF-1.7 abc", "a PDF"),
        ("o.csv", bytes(range(256)) * 20 + b"\0" * 2000, "does not look like text"),
        ("o.csv.gz", gzip.compress(TEXT.encode() * 500, mtime=0)[:-40], "damaged or cut short"),
        ("o.parquet", b"PAR1 no", "is not a whole Parquet file"),
        ("o.zip", b"PK\x03\x04 no", "damaged or no zip archive"),
    ],
)
def test_a_file_that_is_something_else_is_named_and_not_half_read(company, name, data, reason):
    company.file(f"o/{name}", data)
    result = company.table("owner", "o", OWNER).load()
    assert [p.severity for p in result.problems()] == ["error"]
    assert reason in result.problems()[0].reason
    assert result.rows("owner", "name") == []


def test_gzip_of_two_members_one_after_the_other_is_read_to_the_end(company):
    data = gzip.compress(b"Id,Name\n1,Ada\n", mtime=0) + gzip.compress(b"2,Bob\n")
    assert names_read(company, "o.csv.gz", data) == ["Ada", "Bob"]


def test_gzip_is_known_by_its_bytes_not_its_name(company):
    assert names_read(company, "o.csv", gzip.compress(TEXT.encode(), mtime=0)) == ["Zoë Müller", "Łukasz"]


def test_a_zip_and_a_folder_with_a_zip(company):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("deep/Account.csv", "Id,Name,CreatedDate\n001A,Acme,2025-01-01\n")
        z.writestr("__MACOSX/._Account.csv", "junk")
        z.writestr("notes.docx", "junk")
    company.file("crm/export.zip", archive.getvalue())
    company.file("crm/.DS_Store", b"\0")
    result = company.salesforce().load()
    assert result.ledger("export.zip/deep/Account.csv") == (1, 1, 0, 0)
    assert [p.reason for p in result.problems()] == ["files that Muster does not read: export.zip/notes.docx"]
    company.sources.clear()
    assert company.salesforce("crm/export.zip").load().ledger("deep/Account.csv") == (1, 1, 0, 0)


def test_a_zip_with_a_password_says_so(company, monkeypatch):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("o.csv", TEXT)
    company.file("o.zip", archive.getvalue())

    def locked(*_, **__):
        raise RuntimeError("File 'o.csv' is encrypted, password required for extraction")

    monkeypatch.setattr(zipfile.ZipFile, "open", locked)
    result = company.table("owner", "o.zip", OWNER).load()
    assert [p.reason for p in result.problems()] == [
        "the file lies in an archive with a password; nothing of it was read"
    ]


def test_files_come_in_the_order_of_their_names(company):
    for name in ("b.csv", "a.tsv", "sub/c.ndjson", "z.csv.gz", "d.xlsx"):
        company.file(f"x/{name}", "{}")
    found = find_files(company.folder / "x", source="x")
    assert [f.name for f in found.files] == ["a.tsv", "b.csv", "sub/c.ndjson", "z.csv.gz"]
    assert found.unread == ("d.xlsx",)
    assert [f.stem for f in found.files] == ["a", "b", "c", "z"]


def test_a_workbook_is_worth_a_warning(company):
    company.file("crm/Account.xlsx", b"PK\x03\x04")
    company.file("crm/Contact.csv", "Id,CreatedDate\n0031,2025-01-01\n")
    assert [(p.severity, p.reason) for p in company.salesforce().load().problems()] == [
        ("warning", "files that Muster does not read: Account.xlsx")
    ]


def test_the_header_is_split_by_the_delimiter_that_finds_most_names():
    assert read_header('"a;b",c\n', delimiter=None).names == ("a;b", "c")
    assert read_header("a;b;c,d\n", delimiter=None).names == ("a", "b", "c,d")
    assert read_header("a;b;c,d\n", delimiter=",").names == ("a;b;c", "d")


CELL = st.text(st.characters(codec="utf-8"), max_size=12) | st.text('",;\n\r\t| \\x', max_size=8)


@settings(max_examples=300, deadline=None)
@given(
    st.data(),
    st.integers(2, 5),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_was_written_is_what_is_read(data, width, delimiter, end, quote_all):
    # Python's writer leaves a lone carriage return unquoted, where every reader takes it for a line end.
    cell = CELL if quote_all else CELL.map(lambda text: text.replace("\r", ""))
    rows = data.draw(st.lists(st.tuples(*[cell] * width), max_size=8))
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow([f"c{i}" for i in range(width)])
    writer.writerows(rows)
    read, faults, count = rows_of(out.getvalue().encode(), delimiter=delimiter)
    assert (read, faults, count) == (rows, [], len(rows))


@settings(max_examples=300, deadline=None)
@given(st.text('ab1,;"\n\r ', max_size=60) | st.binary(max_size=80))
def test_no_bytes_crash_the_readers_and_every_row_is_counted(tail):
    data = b"a,b\n" + (tail if isinstance(tail, bytes) else tail.encode())
    with contextlib.suppress(UnreadableFile):
        rows, faults, count = rows_of(data, has_gaps=True)
        assert len(rows) + len(faults) == count


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 30), st.data(), st.sampled_from(['"', '"x', '"x,y', 'x"y', 'x"', '"x"y', '"x" y"', '""x'])
)
def test_a_stray_quote_never_makes_a_line_disappear(count, data, cell):
    at = data.draw(st.integers(0, count - 1))
    lines = [f"{i},{cell if i == at else 'ok'}" for i in range(count)]
    rows, faults, found = rows_of(("a,b\n" + "\n".join(lines) + "\n").encode())
    assert found == count
    assert len(rows) + len(faults) == count
    assert len(rows) >= count - 1


def test_a_cell_longer_than_a_block_is_read_whole():
    long = "x" * (6 << 20)
    rows, _, count = rows_of(f"a,b\n1,{long}\n2,y\n".encode())
    assert count == 2
    assert rows[0][1] == long


def test_paths_are_not_shown(tmp_path: Path):
    (tmp_path / "o.csv").write_text("a,b\n")
    assert str(tmp_path) not in find_files(tmp_path / "o.csv", source="x").files[0].name
