"""What stops a run: whole files that are lost, sources that hold nothing, loads that give nothing."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from muster.problems import ConfigError, UserDataError

ACCOUNT = "Id,Name,CreatedDate\n001A,Acme,2025-01-01\n"
CONTACT = "Id,Email,CreatedDate\n" + "".join(f"003{i},p{i}@x.example,2025-01-01\n" for i in range(500))
PERSON = {"person_record_id": "id", "kind": {"value": "lead"}, "email": "mail"}


def refused(company) -> str:
    """The complaint of a run; looking alone must tell the same as an error and go on."""
    with pytest.raises(UserDataError) as raised:
        company.load(only_looking=False)
    looked = company.load()
    assert any(p.severity == "error" and p.row is None for p in looked.problems())
    assert raised.value.exit_code == 1
    assert "stay in force" in raised.value.remedy
    return raised.value.message


def test_an_empty_export_folder_is_said_to_be_empty(company):
    (company.folder / "crm").mkdir()
    said = refused(company.salesforce())
    assert "crm: there is no file to read at its path" in said
    assert "Account.csv, Contact.csv" in said


def test_a_folder_without_any_object_names_what_is_there(company):
    company.file("crm/kunden.csv", ACCOUNT)
    company.file("crm/umsatz.csv", "a,b\n1,2\n")
    said = refused(company.salesforce())
    assert "none of its files is an object that Muster reads: kunden.csv, umsatz.csv" in said
    assert "Name each file after its object (Account.csv" in said


def test_one_empty_source_among_good_ones_stops_a_run_too(company):
    company.file("crm/Account.csv", ACCOUNT)
    (company.folder / "web").mkdir()
    said = refused(company.salesforce().table("person_record", "web", PERSON))
    assert "person_record: there is no file to read at its path. Export into it, or correct `path`." in said


def _zip(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return out.getvalue()


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("export.zip", _zip(Account=ACCOUNT)[:-30], "crm/export.zip: the file is damaged or no zip archive"),
        (
            "export.zip",
            _flipped(_zip(Contact=CONTACT), 400),
            "crm/export.zip/Contact.csv: the file is damaged",
        ),
        ("Contact.csv.gz", gzip.compress(CONTACT.encode())[:-200], "crm/Contact.csv.gz: the file is damaged"),
        ("Contact.csv.gz", _flipped(gzip.compress(CONTACT.encode()), 300), "crm/Contact.csv.gz: the file is"),
        ("Contact.csv", b"PK\x03\x04" + b"\0" * 99, "crm/Contact.csv: the file is an Excel workbook"),
        ("Contact.csv", b"Kennung,Mail\n1,a@x.example\n", "crm/Contact.csv: the file has no column Id."),
    ],
)
def test_a_file_that_is_lost_whole_is_named_with_what_to_do(company, name, data, place):
    company.file("crm/Account.csv", ACCOUNT)
    company.file(f"crm/{name}", data)
    said = refused(company.salesforce())
    assert place in said
    assert said.count("\n") == 1


def test_a_load_that_gives_no_row_at_all_is_refused(company):
    company.file("crm/Account.csv", "Id,Name,CreatedDate\n")
    assert "no row of any source could be used" in refused(company.salesforce())


@pytest.mark.parametrize("text", ["", "Id,Subject\n"])
def test_an_object_without_rows_among_others_stops_nothing(company, text):
    company.file("crm/Account.csv", ACCOUNT)
    company.file("crm/Task.csv", text)
    company.file("crm/Case.csv", "Id\n5001\n")
    assert company.salesforce().load(only_looking=False).ledger("Account.csv") == (1, 1, 0, 0)


def test_rows_set_aside_stop_nothing(company):
    company.file("crm/Account.csv", ACCOUNT + "001B,Bolt,soon\n")
    assert company.salesforce().load(only_looking=False).ledger("Account.csv") == (2, 1, 0, 1)


def test_a_file_of_lesser_weight_that_is_lost_is_told_and_stops_nothing(company):
    company.file("crm/Account.csv", ACCOUNT)
    company.file("crm/Task.csv", "Kennung,Betreff\n1,Anruf\n")
    loaded = company.salesforce().load(only_looking=False)
    assert loaded.ledger("Task.csv") == (1, 0, 0, 1)


def test_a_wrong_source_does_not_hide_what_is_said_of_the_others(company):
    """Who looks is told of both; a run stops at the first."""
    company.file("crm/Account.csv", ACCOUNT)
    company.file("crm/Opportunity.csv", "Id,AccountId,Amount\n0061,001A,100\n")
    company.file("mail/mail.csv", "when,who\n2026-01-05,a@x.example\n")
    company.salesforce().table("engagement", "mail", {"email": "who"})
    looked = company.load()
    told = {(p.severity, p.source): p.reason for p in looked.loaded.problems if not p.file}
    assert "the column occurred_at of engagement is not mapped" in told["error", "engagement"]
    assert looked.rows("account_record", "name") == [("Acme",)]
    [stage] = [p for p in looked.missed() if p.column == "StageName"]  # and what its lack costs
    assert "have no stage but what OpportunityHistory tells" in stage.reason and stage.severity == "warning"
    with pytest.raises(ConfigError):
        company.load(only_looking=False)


def test_of_a_table_the_file_is_told_before_its_columns(company):
    company.file("crm/Account.csv", ACCOUNT)
    company.file("mail/mail.csv", b"%PDF-1.7 no columns")
    said = refused(company.salesforce().table("engagement", "mail", {}))
    assert "the file is a PDF, not text; nothing of it was read. Save or export it as CSV (UTF-8)." in said
    assert ".." not in said.replace("...", "")
