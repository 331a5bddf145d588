"""How well visits find their account and person, beside the network's domain alone, in one run.

Runs the flow on the large company with the names taken out of one browser in three: every visit in which
somebody said who they are is left out of those browsers, and so is what its network said. What remains of
them is as anonymous as visits get, and we know whose it was. The other browsers show a second thing: what
the flow said of their visits before they said who they are. Whose a browser is comes from the addresses
typed in it and `truth/` (one person each in this company); no id is read as a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
from bench.quality.figures import Data, Figure, calibrated

TOPIC = "Anonymous visits, on the generated company with known truth"
ONE_IN = 3  # so many browsers have their names hidden


def hide_names(world: Path, into: Path, one_in: int) -> None:
    """Copy the exports; of every n-th browser (by hash) leave out the visits that say who it is."""
    into.mkdir()
    for folder in world.iterdir():
        if folder.is_dir() and folder.name not in {"events", "truth"}:
            (into / folder.name).symlink_to(folder)
    (into / "events").mkdir()
    for file in (world / "events").iterdir():
        if file.name != "web_events.csv":
            (into / "events" / file.name).symlink_to(file)
    duckdb.execute(
        f"COPY (FROM {_csv(world / 'events' / 'web_events.csv')}"
        f" WHERE email IS NULL OR substr(md5(visitor_id), 1, 8) > '{0xFFFFFFFF // one_in:08x}')"
        f" TO '{into / 'events' / 'web_events.csv'}'"
    )


def judge(con: duckdb.DuckDBPyConnection, tables: Path, world: Path, one_in: int) -> None:
    """Make `judged`: each anonymous visit of a browser that we know, what was said of it and what is true."""
    for name in ("resolved_engagement", "account", "account_alias", "person_alias", "visitor_match"):
        con.execute(f"CREATE VIEW {name} AS FROM '{tables / name}.parquet'")
    con.execute(f"CREATE TABLE visit AS FROM {_csv(world / 'events' / 'web_events.csv')}")
    for name in ("account_records", "person_records", "people"):
        con.execute(f"CREATE VIEW true_{name} AS FROM {_csv(world / 'truth' / f'{name}.csv')}")
    crm = world / "crm"
    con.execute(f"""
        CREATE TABLE address AS
        SELECT DISTINCT lower(r.Email) AS email, t.person_key, p.account_key
        FROM (SELECT Id, Email FROM {_csv(crm / "Contact.csv")} UNION ALL
              SELECT Id, Email FROM {_csv(crm / "Lead.csv")}) AS r
        JOIN true_person_records AS t ON t.person_record_id = r.Id JOIN true_people AS p USING (person_key);
        -- Whose a domain is: the account of most who write from there, if it is hardly anybody else's.
        CREATE TABLE domain AS
        SELECT domain, mode(account_key) AS account_key FROM (
            SELECT split_part(email, '@', 2) AS domain, account_key FROM address
        ) GROUP BY domain HAVING count(DISTINCT account_key) < 3;
        CREATE TABLE browser AS
        SELECT
            visitor_id, any_value(person_key) AS person_key, any_value(account_key) AS account_key,
            min(ts) AS named_at,
            substr(md5(visitor_id), 1, 8) <= '{0xFFFFFFFF // one_in:08x}' AS is_hidden
        FROM visit JOIN address ON address.email = lower(visit.email)
        GROUP BY visitor_id HAVING count(DISTINCT person_key) = 1;
        CREATE TABLE account_true AS
        SELECT account_id, coalesce(any_value(t.account_key), any_value(d.account_key)) AS account_key
        FROM account AS a LEFT JOIN account_alias USING (account_id)
        LEFT JOIN true_account_records AS t USING (account_record_id)
        LEFT JOIN domain AS d ON d.domain = a.domain
        GROUP BY account_id;
        CREATE TABLE person_true AS
        SELECT person_id, any_value(person_key) AS person_key
        FROM person_alias JOIN true_person_records USING (person_record_id) GROUP BY person_id;
        CREATE TABLE judged AS
        SELECT
            b.*, v.ts < b.named_at AS is_before, n.account_key AS network_account,
            CASE WHEN b.is_hidden OR r.known_at < CAST(b.named_at AS TIMESTAMP)
                THEN a.account_key END AS said_then,
            a.account_key AS said_account, p.person_key AS said_person
        FROM visit AS v JOIN browser AS b USING (visitor_id)
        LEFT JOIN resolved_engagement AS r ON r.engagement_id = v.event_id
        LEFT JOIN account_true AS a ON a.account_id = r.account_id
        LEFT JOIN person_true AS p ON p.person_id = r.person_id
        LEFT JOIN domain AS n ON n.domain = v.ip_company_domain
        WHERE v.email IS NULL
    """)


def figures(data: Data) -> Iterator[Figure]:
    """Precision and recall of what was said of visits, and stated against true confidence."""
    if missing := data.missing("world"):
        yield Figure(TOPIC, "visits", skipped=missing)
        return
    exports = data.scratch / "hidden"
    hide_names(data.world, exports, ONE_IN)
    con = duckdb.connect()
    judge(con, data.run(exports, "hidden-world"), data.world, ONE_IN)
    for words, which, said, true in (
        ("account, of browsers that never say who", "is_hidden", "said_account", "account_key"),
        ("account, before it said who, then", "NOT is_hidden AND is_before", "said_then", "account_key"),
        ("account, before it said who, since", "NOT is_hidden AND is_before", "said_account", "account_key"),
        ("account, after it said who", "NOT is_hidden AND NOT is_before", "said_account", "account_key"),
        ("person, of browsers that never say who", "is_hidden", "said_person", "person_key"),
        ("person, of browsers that said who", "NOT is_hidden", "said_person", "person_key"),
    ):
        visits, ours = _told(con, which, said, true)
        by_network = _told(con, which, "network_account", "account_key")[1]
        network = by_network if true == "account_key" else None
        for at, measure in enumerate(("precision", "recall")):
            others = {"network's domain alone": network[at] or 0.0} if network else {}
            how = (
                f"{visits:,} visits" if ours[0] is not None else f"of {visits:,} visits none is told, rightly"
            )
            yield Figure(TOPIC, f"{words}: {measure}", ours[at], others, how=how)
    yield from _stated(con)


def _told(
    con: duckdb.DuckDBPyConnection, which: str, said: str, true: str
) -> tuple[int, tuple[float | None, float | None]]:
    """Visits, and the precision and recall of what one column said of some of them."""
    [(visits, claimed, right)] = con.execute(
        f"SELECT count(*), count({said}), count(*) FILTER ({said} = {true}) FROM judged WHERE {which}"
    ).fetchall()
    return visits, (right / claimed if claimed else None, right / max(visits, 1) if claimed else None)


def _stated(con: duckdb.DuckDBPyConnection) -> Iterator[Figure]:
    """The stated confidence of each kind of match beside how often it is right."""
    found = con.execute("""
        SELECT m.method, count(*), avg(m.confidence), avg(CAST(a.account_key = b.account_key AS INT))
        FROM visitor_match AS m JOIN browser AS b USING (visitor_id)
        LEFT JOIN account_true AS a USING (account_id)
        WHERE m.account_id IS NOT NULL AND (b.is_hidden OR m.from_at < CAST(b.named_at AS TIMESTAMP))
        GROUP BY m.method ORDER BY m.method
    """).fetchall()
    for method, matches, stated, true in found:
        if true is not None:
            what, of = f"stated against true: {method.replace('_', ' ')}", "matches before a browser said who"
            yield calibrated(TOPIC, what, matches, of, stated=stated, true=true)


def _csv(file: Path) -> str:
    return f"read_csv('{file}', all_varchar = true)"
