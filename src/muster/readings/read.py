"""Read every distinct string of the records once, and hand the flow what they say as `reading_*` tables."""

from __future__ import annotations

import pyarrow as pa

from muster.config.settings import Company
from muster.engine.protocol import Engine
from muster.readings.companies import read_companies
from muster.readings.consent import read_legal_bases
from muster.readings.lead_sources import read_lead_sources
from muster.readings.mail import (
    MailDomains,
    read_domains,
    read_emails,
    read_further_domains,
    read_lookalikes,
    read_websites,
    registrable_domain,
)
from muster.readings.networks import Networks, read_networks
from muster.readings.pages import PageReader, read_content, read_pages
from muster.readings.rejections import read_rejections
from muster.readings.solutions import SolutionReader, only_solution, read_solutions
from muster.readings.spend_lines import read_spend_lines
from muster.readings.titles import read_titles
from muster.readings.trials import TestAddresses
from muster.readings.until import read_until
from muster.readings.user_agents import read_crawlers
from muster.rules.read import Rules, in_force


def read_strings(engine: Engine, rules: Rules, company: Company, *, as_of: int) -> dict[str, pa.Table]:
    """Put a `reading_*` table for each kind of string, and `only_solution`; returns them by name.

    A string is read by the rules in force on the as-of date: a changed rule is applied to the whole past.
    """
    read: dict[str, pa.Table] = {}
    held = {name: in_force(rows, as_of) for name, rows in rules.rows.items()}
    websites = _websites(engine)
    domains = MailDomains(
        held["mail_domains"], own=company.own_domains, free=company.free_mail_domains, claims=websites
    )
    shared = frozenset(str(row["local_part"]).lower() for row in held["shared_mailboxes"])
    emails = _distinct(engine, person_record="email", engagement="email", share_link="sharer_email")
    read["reading_email"] = read_emails(emails, domains, shared, tests=TestAddresses(held["test_records"]))
    said = _distinct(engine, account_record="website", engagement="company_domain")
    read["reading_domain"] = read_domains(said, domains)
    read["reading_website"] = read_websites(websites)
    customers = {domain for _, site in websites if (domain := registrable_domain(site)) is not None}
    networks = Networks(held["networks"], domains, customers=customers)
    read["reading_network"] = read_networks(_distinct(engine, engagement="company_domain"), networks)
    read["reading_crawler"] = read_crawlers(_distinct(engine, engagement="user_agent"))
    further = _distinct(engine, account_record="domains")
    read["reading_further_domain"] = read_further_domains(further, domains)
    read["reading_lookalike"] = read_lookalikes(read["reading_email"], read["reading_domain"])
    read["reading_title"] = read_titles(_distinct(engine, person_record="title"), held["titles"])
    names = _distinct(engine, account_record="name", person_record="company_name")
    read["reading_company"] = read_companies(names)
    sources = _distinct(engine, opportunity="lead_source")
    read["reading_lead_source"] = read_lead_sources(sources, held["lead_sources"])

    lines = sorted({*_distinct(engine, spend="line"), *_distinct(engine, spend="tactic_id")})
    read["reading_spend_line"] = read_spend_lines(lines, held["spend_lines"])

    reasons = _distinct(engine, lead_status_change="reason", decision="reason")
    read["reading_rejection"] = read_rejections(reasons, held["rejections"])
    read["reading_until"] = read_until(_distinct(engine, decision="value"))
    bases = _distinct(engine, person_record="legal_basis")
    read["reading_legal_basis"] = read_legal_bases(bases, held["legal_bases"])

    named = _distinct(
        engine,
        opportunity="solution_id",
        engagement="solution_id",
        content="solution_id",
        tactic="solution_id",
        subscription="solution_id",
    )
    solutions = SolutionReader(held["solutions"], named)
    mentioned = _distinct(engine, opportunity="name", tactic="name")
    read["reading_solution"] = read_solutions(named, mentioned, solutions)
    read["only_solution"] = only_solution(solutions)
    content = engine.arrow("SELECT c.content_id, c.url, c.solution_id, c.buying_job FROM content AS c")
    read["reading_content"] = read_content(content, solutions)
    catalogue = {
        (row["url"] or row["content_id"]): (row["content_id"], row["solution_id"])
        for row in content.to_pylist()
    }
    pages = PageReader(held["pages"], catalogue, solutions)
    read["reading_page"] = read_pages(_distinct(engine, engagement="url"), pages)
    for name, table in read.items():
        engine.put(name, table)
    return read


def _distinct(engine: Engine, **columns: str) -> list[str]:
    """Every different text of the given `table=column` pairs that was known as of the date, in order."""
    parts = [
        f"SELECT DISTINCT t.{column} AS said FROM {table} AS t CROSS JOIN clock AS c "
        f"WHERE t.{column} IS NOT NULL AND t.known_at <= c.as_of_at"
        for table, column in columns.items()
    ]
    found = engine.arrow(" UNION ALL ".join(parts)).column("said").to_pylist()
    return sorted({str(text) for text in found})


def _websites(engine: Engine) -> list[tuple[str, str]]:
    """Every name and website that one account record has, as known on the date."""
    rows = engine.arrow(
        "SELECT DISTINCT t.name, t.website FROM account_record AS t CROSS JOIN clock AS c"
        " WHERE t.name IS NOT NULL AND t.website IS NOT NULL AND t.known_at <= c.as_of_at"
    ).to_pylist()
    return sorted((row["name"], row["website"]) for row in rows)
