"""What the first steps and *Settings, Sources* show: the sources, what can be read of them, a run."""

from __future__ import annotations

from itertools import chain, count
from typing import Any

from muster.problems import MusterError
from muster.serving.company import CURRENCIES, offered_domain
from muster.serving.first_steps import looked
from muster.serving.new_words import RULE_OF, offered
from muster.serving.proposed_words import proposals
from muster.serving.reading import House
from muster.serving.scheduling import busy_with, is_running, said
from muster.serving.uploads import is_uploaded, uploaded
from muster.sources.offered import holdings

_ORDER = {"error": 0, "warning": 1, "note": 2}
SHOWN = 50  # findings of a look; the command line tells all of them
FIRST, LATER = "/first-run", "/settings/sources"


def state_of(house: House, *, back: str, email: str = "", adds: str = "") -> dict[str, Any]:
    """What `sources_steps.html` tells; `email` is whose domain is offered as the company's own.

    `adds` is the table that somebody is about to upload, where they came for that.
    """
    workspace = house.workspace
    try:
        config = house.config
        sources, most, complaint = config.source, config.serve.upload_mb, ""
        company = config.company
    except MusterError as error:
        company = None
        sources, most, complaint = (), 0, f"{error.message} {error.remedy or ''}"
    state, found = looked(workspace)
    built = house.snapshots.current()
    found.get("problems", []).sort(key=lambda one: _ORDER.get(one["severity"], 0))
    sold = found.get("solutions", ())
    return {
        "back": back,
        "company": company,
        "currencies": CURRENCIES,
        "holdings": holdings(),
        "adds": adds if adds in holdings() else "",
        "new_names": _new_names({source.name for source in sources}),
        "mappable": [source.name for source in sources if not source.path.startswith(".muster/")],
        "offered_domain": offered_domain(email),
        "is_built": built is not None,
        "built_at": built.built_at if built is not None else None,
        "failed": house.snapshots.failure(),
        "has_deeds": any(source.table == "engagement" for source in sources),
        "sources": sources,
        "files": {source.name: uploaded(workspace, source) for source in sources},
        "replaceable": [source.name for source in sources if is_uploaded(source)],
        "upload_mb": most,
        "problem": complaint,
        "tables": [source.name for source in sources if source.kind == "table"],
        "rule_of": RULE_OF,
        "choices": offered(workspace, sold) if found else {},
        "proposed": proposals(workspace, found.get("problems", ())[:SHOWN], RULE_OF, sold),
        "shown": SHOWN,
        "state": state,
        "found": found,
        "unlooked": _unlooked(found, [source.name for source in sources]),
        "is_running": is_running(workspace),
        "busy_with": busy_with(workspace),
        "said": said(workspace)[-4000:],
    }


def _unlooked(found: dict[str, Any], names: list[str]) -> list[str]:
    """The sources that came after the last look: it says nothing of them, nor whether a run can read them."""
    seen = {one["source"] for part in ("ledger", "problems") for one in found.get(part, ())}
    return [name for name in names if "ledger" in found and name not in seen]


def _new_names(taken: set[str]) -> dict[str, str]:
    """A name that is free for a source of each table, and of a CRM (empty)."""
    named = {"": "crm", "engagement": "web"} | {table: table for table in holdings() if table != "engagement"}
    return {
        table: next(one for one in chain([name], (f"{name}-{n}" for n in count(2))) if one not in taken)
        for table, name in named.items()
    }


def own_back(back: str) -> str:
    """Where a form leads back to: one of both pages, whatever an address says."""
    return LATER if back == LATER else FIRST
