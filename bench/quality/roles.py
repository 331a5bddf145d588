"""How right roles are, and whether their stated confidence holds, on the large generated company."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence

import duckdb
from bench.quality.figures import Data, Figure, calibrated
from bench.quality.groups import connect
from bench.quality.titles import KEYWORDS, macro_f1

from muster.readings.titles import TitleReader
from muster.rules.read import default_text

TOPIC = "Roles, on the generated company with known truth"
_ROLES = """
    SELECT m.role, m.role_confidence, t.role AS truth, coalesce(p.title, '') AS title
    FROM member AS m JOIN of_group AS g USING (buying_group_id) JOIN of_person AS o USING (person_id)
    JOIN true_member AS t ON t.cycle_key = g.cycle_key AND t.person_key = o.person_key
    LEFT JOIN (
        SELECT person_id, max(title) AS title FROM read_parquet('{person}') GROUP BY person_id
    ) AS p USING (person_id)
    ORDER BY m.buying_group_id, m.person_id
"""


def figures(data: Data) -> Iterator[Figure]:
    """Macro-F1, and stated against true share in bands of a fifth."""
    if missing := data.missing("world"):
        yield Figure(TOPIC, "roles", skipped=missing)
        return
    rows = _members(connect(data), data)
    truth = [true for _, _, true, _ in rows]
    roles = sorted(set(truth))
    said = [role or "" for role, _, _, _ in rows]
    default = list(csv.DictReader(default_text("titles").splitlines()))
    keywords = list(csv.DictReader(KEYWORDS.read_text("utf-8").splitlines()))
    titles = [title for _, _, _, title in rows]
    others = {
        "96 keywords of titles": macro_f1(_by_title(titles, keywords), truth, roles),
        "titles by the dictionary": macro_f1(_by_title(titles, default), truth, roles),
    }
    how = f"{len(rows):,} true members in groups, {len(roles)} roles"
    yield Figure(TOPIC, "macro-F1", macro_f1(said, truth, roles), others, 0.55, how=how)
    bands: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for role, confidence, true, _ in rows:
        bands[min(int(confidence * 5), 4)].append((confidence, role == true))
    for band, members in sorted(bands.items()):
        stated, right = (sum(m[i] for m in members) / len(members) for i in (0, 1))
        what = f"confidence against true share, {band / 5:.1f} to {band / 5 + 0.2:.1f}"
        yield calibrated(TOPIC, what, len(members), "members", stated=stated, true=right)


def _members(con: duckdb.DuckDBPyConnection, data: Data) -> list[tuple[str | None, float, str, str]]:
    sql = _ROLES.format(person=data.tables / "person.parquet")
    return con.execute(sql).fetchall()


def _by_title(titles: Sequence[str], rows: list[dict[str, str]]) -> list[str]:
    """The likeliest role of each title's function and seniority, by the rules that ship: nothing else."""
    reader = TitleReader(rows)
    likeliest: dict[tuple[str, str], tuple[float, str]] = {}
    for rule in csv.DictReader(default_text("roles").splitlines()):
        key, found = (rule["function"], rule["seniority"]), (float(rule["confidence"]), rule["role"])
        likeliest[key] = max(likeliest.get(key, found), found)
    told = []
    for title in titles:
        function, seniority = reader.read(title)
        keys = ((function, seniority), (function, "*"), ("*", seniority), ("*", "*"))
        told.append(next((likeliest[key][1] for key in keys if key in likeliest), ""))
    return told
