"""`muster attribute`: a plain table of paths in, credit that adds up out."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from muster.attribution.compare import DISCLAIMER

MODELS = {
    "first",
    "last",
    "linear",
    "position_40_20_40",
    "shapley",
    "markov_1",
    "markov_2",
    "markov_3",
}
TABLE = (
    "path,conversions,value,nulls\nsearch > mail,2,100.10,3\nmail,1,50.05,0\nfair > mail > fair,1,9.85,4\n"
)


def asked(muster, tmp_path, text, *options):
    (tmp_path / "paths.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return muster("attribute", tmp_path / "paths.csv", *options)


def test_json_holds_every_model_and_adds_up(muster, tmp_path):
    told = json.loads(asked(muster, tmp_path, TABLE, "--json").stdout, parse_float=Decimal, parse_int=Decimal)
    assert set(told["models"]) == MODELS
    assert set(told["removal_effects"]) == {"markov_1", "markov_2", "markov_3"}
    for credit in told["models"].values():
        assert set(credit) == {"search", "mail", "fair"}
        assert sum(given["conversions"] for given in credit.values()) == 4
        assert sum(given["value"] for given in credit.values()) == Decimal("160.00")
    assert "Not what would have been lost without the channel." in told["note"]
    assert told["models"]["linear"]["search"] == {"conversions": 1, "value": Decimal("50.05")}


@pytest.mark.parametrize(
    "text",
    [
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        TABLE.replace(",", "|"),
        TABLE.replace("conversions,value,nulls", "total_conversions,total_conversion_value,total_null"),
        TABLE.replace("path,conversions,value,nulls", "Path,Conversions,Value,Nulls"),
        TABLE.replace(",3\n", ",3.0\n").replace("\n", "\r\n"),
        ("\ufeff" + TABLE),
        TABLE.encode("utf-16"),
        TABLE.replace("search > mail", '"search > mail"') + "\n\n",
    ],
)
def test_the_same_table_written_otherwise_gives_the_same_answer(muster, tmp_path, text):
    told = asked(muster, tmp_path, TABLE, "--json").stdout
    assert asked(muster, tmp_path, text, "--json").stdout == told


def test_the_table_shows_ranks_and_says_that_credit_is_no_lift(muster, tmp_path):
    told = asked(muster, tmp_path, TABLE)
    assert told.exit_code == 0
    assert DISCLAIMER in told.stdout
    assert "3 rows, 4 conversions, value 160, 7 journeys without." in told.stdout
    assert "1 (1 to 2)" in told.stdout
    assert "no column nulls" not in told.stderr


def test_without_nulls_it_says_what_markov_takes_journeys_for(muster, tmp_path):
    told = asked(muster, tmp_path, "path,conversions\na > b,2\nb,1\n")
    assert "every journey for one that converted" in told.stderr
    assert "Credited value" not in told.stdout


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("path,conversions\na,1\nb,x\n", 'paths.csv, row 3, column conversions: "x" is no count'),
        ("path,conversions\na,1\nb,-1\n", 'row 3, column conversions: "-1" is no count'),
        ("path,conversions\na,1\nb,1.5\n", 'row 3, column conversions: "1.5" is no count'),
        ("path,conversions,nulls\na,1,1\nb,1,many\n", 'row 3, column nulls: "many"'),
        ("path,conversions,value\na,1,$5\n", 'row 2, column value: "$5" is not a number'),
        ("path,conversions,value\na,1,1\n\nb,1,NaN\n", 'row 4, column value: "NaN" is not a number'),
        ("path,conversions\na > > b,1\n > b,1\n", 'row 2, column path: "a > > b"'),
        ("path,conversions\na >  > b,1\n", "is a path with an empty step"),
        ("path,conversions\n,1\n", 'row 2, column path: "" is a path with an empty step'),
        ("path,conversions\na>b,1\n", "no path has a step ' > '"),
        ("path,conversions\na,1,2\n", "row 2: has more cells than the header"),
        ("path,sales\na,1\n", "no column conversions or total_conversions; it has: path, sales"),
        ("path,conversions,total_conversions\na,1,1\n", "two columns for conversions"),
        ("path,conversions\n", "no row below its header"),
        ("", "is empty"),
        ("path,conversions,value\na,1,1e300\n", "more than 18 digits"),
    ],
)
def test_a_fault_names_its_place_and_a_remedy(muster, tmp_path, text, complaint):
    told = asked(muster, tmp_path, text)
    assert told.exit_code == 1
    assert complaint in told.stderr
    assert len(told.stderr.splitlines()) >= 2  # and what to do
    assert "muster check" not in told.stderr
    assert not told.stdout


def test_a_file_that_is_not_there_is_wrong_use(muster, tmp_path):
    told = muster("attribute", tmp_path / "none.csv")
    assert told.exit_code == 2
    assert "There is no file" in told.stderr


@pytest.mark.shared
def test_the_totals_of_the_shared_paths_are_distributed_exactly(muster, shared_data):
    file = shared_data / "data" / "channel_paths" / "channel_paths.csv"
    told = json.loads(muster("attribute", file, "--json").stdout, parse_float=Decimal, parse_int=Decimal)
    for credit in told["models"].values():
        assert len(credit) == 12
        assert sum(given["conversions"] for given in credit.values()) == 19_785
        assert sum(given["value"] for given in credit.values()) == Decimal("74802.971587208")
