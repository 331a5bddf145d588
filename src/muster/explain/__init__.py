"""Explain: from any row of any table back to the rows it rests on, and to file and row of the source."""

from muster.explain.audit import Disagreement, audit
from muster.explain.explanation import Explanation, MadeBy, Recount, RuleRow, SourceRow, to_json
from muster.explain.render import render
from muster.explain.tell import Opened, explain

__all__ = [
    "Disagreement",
    "Explanation",
    "MadeBy",
    "Opened",
    "Recount",
    "RuleRow",
    "SourceRow",
    "audit",
    "explain",
    "render",
    "to_json",
]
