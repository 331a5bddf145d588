"""Whether there is enough to learn chances from, in a sentence that whoever reads a report meets."""

from __future__ import annotations

from dataclasses import dataclass

from muster.chances.terms import NEAR_RULE, RULE
from muster.engine.published import Published

LATEST = """
SELECT m.model_version, m.rung, m.opening_count, m.openings_told, m.needed_count
FROM chance_model AS m
WHERE m.target = 'open'
ORDER BY m.trained_at DESC
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Learning:
    """Where the latest model of openings stands, and what the rung above needs (None on the highest)."""

    model_version: str
    rung: str
    opening_count: int
    openings_told: str
    needed_count: int | None

    @property
    def is_thin(self) -> bool:
        """No chance is shown."""
        return self.rung == RULE

    def sentence(self) -> str | None:
        """What a reader should know before trusting a chance; None where there is enough to learn from."""
        by_solution = f" ({self.openings_told})" if self.openings_told else ""
        noun = "opening" if self.opening_count == 1 else "openings"
        found = f"{self.opening_count:,} different {noun} to learn from{by_solution}"
        if self.rung == RULE:
            return (
                f"Data are thin: {found}, {self.needed_count:,} are needed. No chance is shown; groups go by "
                "the rules' score"
            )
        if self.rung == NEAR_RULE and self.opening_count >= (self.needed_count or 0):
            return f"Chances stay close to the rules: {found}, from too few weeks to be learnt from freely"
        if self.rung == NEAR_RULE:
            return (
                f"Chances stay close to the rules: {found}; from {self.needed_count:,} on they are learnt "
                "freely"
            )
        return None

    def plainly(self) -> str | None:
        """The same without a count: openings are totals over accounts that not every reader may see."""
        if self.rung == RULE:
            return (
                "Data are thin: there are too few openings to learn from. No chance is shown; groups go by "
                "the rules' score"
            )
        return (
            "Chances stay close to the rules: openings to learn from are few"
            if self.rung == NEAR_RULE
            else None
        )


def learning(published: Published) -> Learning | None:
    """Where the latest model of openings of a run stands; None where no Monday was asked about."""
    found = published.arrow(LATEST).to_pylist()
    return Learning(**found[0]) if found else None
