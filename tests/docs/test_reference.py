"""The reference pages hold every table, column, key, rule and command there is, and are up to date."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from typing import get_args

import pytest
from pydantic import BaseModel
from tests.docs.pages import DOCS, ROOT

import muster
from muster.canonical.tables import Table, flow_tables, source_tables
from muster.config.settings import (
    ColumnMap,
    Company,
    Config,
    CrmConfig,
    CrmFieldConfig,
    EngineConfig,
    MessagesConfig,
    PeopleConfig,
    RetentionConfig,
    ServeConfig,
    SignOnConfig,
    SlackConfig,
    SmtpConfig,
    SourceConfig,
    StoreConfig,
)
from muster.problems import MusterError
from muster.rules.read import default_text, rule_shapes
from muster.rules.tables import _POLICY

REFERENCE = DOCS / "reference"


def read(name: str) -> str:
    return (REFERENCE / name).read_text("utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next of its level."""
    level = heading.partition(" ")[0]
    rest = text.split(f"\n{heading}\n", 1)
    assert len(rest) == 2, f"there is no heading {heading}"
    return rest[1].split(f"\n{level} ", 1)[0]


def test_the_written_pages_are_what_the_script_would_write() -> None:
    script = str(DOCS / "generate_reference.py")
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


@pytest.mark.parametrize("table", source_tables().values(), ids=lambda t: t.name)
def test_every_source_table_and_column_is_documented(table: Table) -> None:
    page = read("source-tables.md")
    rows = section(page, f"## {table.name}") + page.split("\n## ", 1)[0]
    assert [c for c in table.column_names if f"| `{c}` |" not in rows] == []


@pytest.mark.parametrize("table", flow_tables().values(), ids=lambda t: t.name)
def test_every_flow_table_and_column_is_documented(table: Table) -> None:
    rows = section(read("flow-tables.md"), f"## {table.name}")
    assert [c for c in table.column_names if f"| `{c}` |" not in rows] == []


@pytest.mark.parametrize("name", rule_shapes())
def test_every_rule_file_column_and_default_is_documented(name: str) -> None:
    page = section(read("rules.md"), f"## {name}.csv")
    assert [c for c in rule_shapes()[name].columns if f"| `{c}` |" not in page] == []
    key = rule_shapes()[name].key[0]
    for row in csv.DictReader(io.StringIO(default_text(name))):
        assert f"{row[key]}".replace("|", "\\|") in page


def test_every_value_of_the_policy_has_a_default_with_a_reason() -> None:
    rows = {row["name"]: row["why"] for row in csv.DictReader(io.StringIO(default_text("qualification")))}
    assert set(rows) == set(_POLICY)
    assert [name for name, why in rows.items() if not why] == []


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("## [company]", Company),
        ("## [[source]]", SourceConfig),
        ("## Column maps", ColumnMap),
        ("## [engine]", EngineConfig),
        ("## [people]", PeopleConfig),
        ("## [store]", StoreConfig),
        ("## [serve]", ServeConfig),
        ("## [serve.sign_on]", SignOnConfig),
        ("## [messages]", MessagesConfig),
        ("## [messages.smtp]", SmtpConfig),
        ("## [messages.slack]", SlackConfig),
        ("## [crm_write_back]", CrmConfig),
        ("## [[crm_write_back.field]]", CrmFieldConfig),
        ("## [retention]", RetentionConfig),
    ],
)
def test_every_key_of_muster_toml_is_documented(heading: str, model: type[BaseModel]) -> None:
    rows = section(read("muster-toml.md"), heading)
    own_sections = {"sign_on", "smtp", "slack"} | ({"field"} if model is CrmConfig else set())
    keys = {field.alias or name for name, field in model.model_fields.items()} - own_sections
    assert [key for key in keys if f"| `{key}` |" not in rows] == []


def test_muster_toml_has_no_section_that_is_not_documented() -> None:
    known = {
        "company",
        "source",
        "engine",
        "people",
        "store",
        "serve",
        "messages",
        "crm_write_back",
        "retention",
    }
    assert set(Config.model_fields) == known
    assert get_args(SourceConfig.model_fields["kind"].annotation) == ("salesforce", "table")


def test_every_exception_stands_beside_its_exit_code() -> None:
    """Those that a command ends with; the web app has kinds of its own, which are answers and end nothing."""
    page = read("exit-codes.md")
    errors = [MusterError]
    while errors:
        error = errors.pop()
        errors += error.__subclasses__()
        if error is not MusterError and not error.__module__.startswith("muster.serving."):
            [row] = [line for line in page.splitlines() if f"`{error.__name__}`" in line]
            assert row.startswith(f"| {error.exit_code} |")


def test_the_public_names_are_documented() -> None:
    page = (REFERENCE / "python-api.md").read_text("utf-8")
    assert [name for name in muster.__all__ if f"`muster.{name}" not in page] == []
    members = [name for name in dir(muster.Workspace) if not name.startswith("_")]
    assert [name for name in members if f"| `{name}" not in page] == []


def test_the_licence_is_apache() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")
