"""Read every distinct string of the records once, and hand the flow what they say as `reading_*` tables."""

from __future__ import annotations

from muster.config import Company
from muster.engine.protocol import Engine
from muster.readings.companies import read_companies
from muster.readings.mail import MailDomains, read_domains, read_emails
from muster.readings.pages import PageReader, read_content, read_pages
from muster.readings.rejections import read_rejections
from muster.readings.solutions import SolutionReader, read_solutions
from muster.readings.titles import read_titles
from muster.rules.read import Rules


def read_strings(engine: Engine, rules: Rules, company: Company) -> None:
    """Put a `reading_*` table for each kind of string into the engine."""
    domains = MailDomains(rules["mail_domains"], own=company.own_domains, free=company.free_mail_domains)
    shared = frozenset(str(row["local_part"]).lower() for row in rules["shared_mailboxes"])
    emails = _distinct(engine, person_record="email", engagement="email", share_link="sharer_email")
    engine.put("reading_email", read_emails(emails, domains, shared))
    said = _distinct(engine, account_record="website", engagement="company_domain")
    engine.put("reading_domain", read_domains(said, domains))
    engine.put("reading_title", read_titles(_distinct(engine, person_record="title"), rules["titles"]))
    names = _distinct(engine, account_record="name", person_record="company_name")
    engine.put("reading_company", read_companies(names))

    reasons = _distinct(engine, lead_status_change="reason")
    engine.put("reading_rejection", read_rejections(reasons, rules["rejections"]))

    named = _distinct(
        engine,
        opportunity="solution_id",
        engagement="solution_id",
        content="solution_id",
        tactic="solution_id",
    )
    solutions = SolutionReader(rules["solutions"], named)
    mentioned = _distinct(engine, opportunity="name", tactic="name")
    engine.put("reading_solution", read_solutions(named, mentioned, solutions))
    content = engine.arrow("SELECT c.content_id, c.url, c.solution_id, c.buying_job FROM content AS c")
    engine.put("reading_content", read_content(content, solutions))
    catalogue = {
        (row["url"] or row["content_id"]): (row["content_id"], row["solution_id"])
        for row in content.to_pylist()
    }
    pages = PageReader(rules["pages"], catalogue, solutions)
    engine.put("reading_page", read_pages(_distinct(engine, engagement="url"), pages))


def _distinct(engine: Engine, **columns: str) -> list[str]:
    """Every different text of the given `table=column` pairs that was known as of the date, in order."""
    parts = [
        f"SELECT DISTINCT t.{column} AS said FROM {table} AS t CROSS JOIN clock AS c "
        f"WHERE t.{column} IS NOT NULL AND t.known_at <= c.as_of_at"
        for table, column in columns.items()
    ]
    found = engine.arrow(" UNION ALL ".join(parts)).column("said").to_pylist()
    return sorted({str(text) for text in found})
