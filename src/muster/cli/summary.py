"""What a run found, in business words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from muster.reports.money import exact

if TYPE_CHECKING:
    from muster.chances.thin import Learning
    from muster.engine.published import Published

_COUNTS = """
SELECT
    (SELECT COUNT(*) FROM buying_group) AS groups,
    (SELECT COUNT(DISTINCT account_id) FROM buying_group) AS accounts,
    (SELECT COUNT(*) FROM buying_group WHERE closed_at IS NULL) AS open_groups,
    (SELECT COUNT(*) FROM qualification WHERE status = 'qualified' AND to_at IS NULL) AS qualified_groups,
    (SELECT COUNT(*) FROM account_status WHERE status = 'qualified' AND to_at IS NULL) AS qualified_accounts,
    (SELECT COUNT(*) FROM hand_off) AS hand_offs,
    (SELECT COUNT(*) FROM hand_off WHERE is_replayed) AS replayed_hand_offs,
    (SELECT COUNT(*) FROM hand_off_update) AS hand_off_updates,
    (SELECT COUNT(*) FROM second_lead) AS second_leads,
    (SELECT COALESCE(SUM(rows_read), 0) FROM intake_ledger) AS rows_read,
    (SELECT COALESCE(SUM(rows_set_aside), 0) FROM intake_ledger) AS rows_set_aside
"""
# Credit of one model adds up to the amounts exactly, and its unattributed line has no engagement.
_WON = """
SELECT
    currency,
    COUNT(DISTINCT opportunity_id) AS opportunities,
    SUM(credit_cents) AS won_cents,
    SUM(CASE WHEN engagement_id IS NULL THEN 0 ELSE credit_cents END) AS credited_cents
FROM credit
WHERE is_won AND attribution_model = 'linear'
GROUP BY currency
ORDER BY won_cents DESC, currency
"""


@dataclass(frozen=True, slots=True)
class Won:
    """Amounts of won opportunities in one currency."""

    currency: str
    opportunities: int
    won_cents: int
    credited_cents: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures a run is summed up in."""

    groups: int
    accounts: int
    open_groups: int
    qualified_groups: int
    qualified_accounts: int
    hand_offs: int
    replayed_hand_offs: int
    hand_off_updates: int
    second_leads: int
    rows_read: int
    rows_set_aside: int
    won: tuple[Won, ...]
    learning: Learning | None

    def to_json(self) -> dict[str, Any]:
        """The same figures by name; money in whole cents."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The figures in sentences."""
        yield (
            f"{count(self.groups, 'buying group')} of {count(self.accounts, 'account')}, "
            f"{self.open_groups:,} open now"
        )
        verb = "is" if self.qualified_groups == 1 else "are"
        yield (
            f"{count(self.qualified_groups, 'group')} of {count(self.qualified_accounts, 'account')} "
            f"{verb} qualified now"
        )
        replayed = f" ({self.replayed_hand_offs:,} replayed)" if self.replayed_hand_offs else ""
        yield (
            f"{count(self.hand_offs, 'hand-off')} to sales{replayed}, "
            f"with {count(self.hand_off_updates, 'later update')}"
        )
        yield f"{count(self.second_leads, 'second lead')} found"
        for won in self.won:
            yield (
                f"{exact(won.won_cents, won.currency)} won with "
                f"{count(won.opportunities, 'opportunity', 'opportunities')}, "
                f"{exact(won.credited_cents, won.currency)} of it credited to touches (linear)"
            )
        if self.learning is not None and (sentence := self.learning.sentence()) is not None:
            yield sentence
        yield f"{count(self.rows_read, 'row')} read, {self.rows_set_aside:,} set aside"


def summarise(published: Published) -> Summary:
    """Sum up the tables of a run."""
    [counts] = published.arrow(_COUNTS).to_pylist()
    won = [Won(**_whole(row)) for row in published.arrow(_WON).to_pylist()]
    from muster.chances.thin import learning  # noqa: PLC0415  only now: `--help` starts no engine

    return Summary(**_whole(counts), won=tuple(won), learning=learning(published))


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 group, 1,204 groups."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    """Sums arrive as whole Decimals."""
    return {name: value if isinstance(value, str) else int(value) for name, value in row.items()}
