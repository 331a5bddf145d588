"""How well visits find their account and person, beside the network's domain alone, in one run.

    python -m bench.quality.visitors [--world FOLDER] [--hide 3]

Runs the flow on the large company with the names taken out of one browser in three: every visit in which
somebody said who they are is left out of those browsers, and so is what its network said. What remains of
them is as anonymous as visits get, and we know whose it was. The other browsers show a second thing: what
the flow said of their visits before they said who they are. Whose a browser is comes from the addresses
typed in it and `truth/` (one person each in this company); no id is read as a number.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

import duckdb

import muster

ROOT = Path(__file__).parents[2]


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


def told(con: duckdb.DuckDBPyConnection, which: str, said: str, true: str = "account_key") -> str:
    """Visits, precision and recall of what one column said of some of them."""
    [(visits, claimed, right)] = con.execute(
        f"SELECT count(*), count({said}), count(*) FILTER ({said} = {true}) FROM judged WHERE {which}"
    ).fetchall()
    return f"{visits:>8,}{right / max(claimed, 1):>11.3f}{right / max(visits, 1):>9.3f}"


def main() -> None:
    """Run, judge, print the table."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    shared = Path(os.environ.get("MUSTER_SHARED", ROOT.parent / "shared"))
    arguments.add_argument("--world", type=Path, default=shared / "world")
    arguments.add_argument("--hide", type=int, default=3, help="hide the names of one browser in so many")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        hide_names(asked.world, Path(scratch) / "data", asked.hide)
        os.environ["WORLD"] = str(Path(scratch) / "data")
        folder = Path(scratch) / "world"
        shutil.copytree(ROOT / "examples" / "world", folder, ignore=shutil.ignore_patterns(".muster"))
        muster.open(folder).run()
        con = duckdb.connect()
        judge(con, folder / ".muster" / "tables", asked.world, asked.hide)
        print(f"{'anonymous visits':<44}{'by':<9}{'visits':>8}{'precision':>11}{'recall':>9}")
        for words, which, said in (
            ("account, of browsers that never say who", "is_hidden", "said_account"),
            ("account, before the browser said who, then", "NOT is_hidden AND is_before", "said_then"),
            ("account, before it said who, told since", "NOT is_hidden AND is_before", "said_account"),
            ("account, after it said who", "NOT is_hidden AND NOT is_before", "said_account"),
        ):
            print(f"{words:<44}{'network':<9}{told(con, which, 'network_account')}")
            print(f"{'':<44}{'muster':<9}{told(con, which, said)}")
        for words, which in (
            ("person, of browsers that never say who", "is_hidden"),
            ("person, of browsers that said who", "NOT is_hidden"),
        ):
            print(f"{words:<44}{'muster':<9}{told(con, which, 'said_person', 'person_key')}")
        _stated(con)


def _stated(con: duckdb.DuckDBPyConnection) -> None:
    """Print the stated confidence of each kind of match beside how often it is right."""
    found = con.execute("""
        SELECT m.method, count(*), avg(m.confidence), avg(CAST(a.account_key = b.account_key AS INT))
        FROM visitor_match AS m JOIN browser AS b USING (visitor_id)
        LEFT JOIN account_true AS a USING (account_id)
        WHERE m.account_id IS NOT NULL AND (b.is_hidden OR m.from_at < CAST(b.named_at AS TIMESTAMP))
        GROUP BY m.method ORDER BY m.method
    """).fetchall()
    print(f"\n{'matches before the browser said who':<44}{'matches':>17}{'stated':>11}{'true':>9}")
    for method, matches, stated, true in found:
        print(f"{method:<44}{matches:>17,}{stated:>11.3f}{true:>9.3f}")


def _csv(file: Path) -> str:
    return f"read_csv('{file}', all_varchar = true)"


if __name__ == "__main__":
    main()
