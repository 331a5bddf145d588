"""muster.toml as newcomers get it wrong: the message names the source, the line and the way out."""

from __future__ import annotations

import pytest

from muster.config.reading import read_config
from muster.problems import ConfigError

GOOD = """[company]
name = "Acme"

[[source]]
name = "crm"
kind = "salesforce"
path = "crm"

[[source]]
name = "web"
kind = "table"
table = "engagement"
path = "web.csv"
[source.columns]
activity = "event"
"""


def complaint(folder, text: str) -> ConfigError:
    (folder / "muster.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as raised:
        read_config(folder)
    return raised.value


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "table"', 'kind = "tabel"', "muster.toml, line 11: source \"web\": kind = 'tabel' is wrong"),
        ('kind = "table"\n', "", 'muster.toml, line 9: source "web": the key kind is missing.'),
        ('path = "web.csv"', 'pfad = "web.csv"', 'line 13: source "web": there is no key pfad.'),
        ('name = "web"\n', "", "muster.toml, line 9: source 2: the key name is missing."),
        ('activity = "event"', "activity = { colum = 'event' }", 'line 15: source "web": there is no key'),
        ('name = "Acme"\n', "", "muster.toml: the key company.name is missing."),
    ],
)
def test_a_wrong_key_of_a_source_names_the_source_and_its_line(tmp_path, old, new, said):
    assert said in complaint(tmp_path, GOOD.replace(old, new)).message


def test_what_is_no_toml_names_the_source_and_shows_the_line(tmp_path):
    error = complaint(tmp_path, GOOD.replace('"web.csv"', "web.csv"))
    assert 'muster.toml, line 13, in source "web", is not valid TOML' in error.message
    assert "\n    path = web.csv" in error.message
    assert "quotes" in error.remedy


def test_a_windows_path_is_known_by_its_backslashes(tmp_path):
    error = complaint(tmp_path, GOOD.replace('"web.csv"', '"C:\\Users\\exports"'))
    assert 'in source "web"' in error.message
    assert "Write paths with /" in error.remedy


def test_a_source_cut_off_at_the_end_of_the_file_is_named(tmp_path):
    assert 'in source "web"' in complaint(tmp_path, GOOD + 'url = "page').message
