"""What must hold of money in any workspace. Each check returns the rows that break it."""

from __future__ import annotations

from muster.plugins import attribution_models
from muster.reports.rolled_up import DIMENSIONS, rollup_sql
from muster.testing import Row, rows
from muster.workspace import Workspace

MODELS = ", ".join(f"('{model.name}')" for model in attribution_models())
# These need a touch before the opportunity, or a channel that counts for something.
MAY_LEAVE = "('last_before_creation', 'logit', 'shapley_fitted', 'markov_1', 'markov_2', 'markov_3')"


def credit_adds_up(workspace: Workspace) -> list[Row]:
    """Every opportunity's amount is divided by every model to the cent, and nothing else is."""
    return rows(
        workspace,
        f"""
        WITH divided AS (
            SELECT opportunity_id, attribution_model, currency, SUM(credit_cents) AS cents
            FROM credit GROUP BY ALL
        ),
        owed AS (
            SELECT opportunity_id, model AS attribution_model, currency, amount_cents AS cents
            FROM sourcing CROSS JOIN (VALUES {MODELS}) AS m(model)
            WHERE definition = 'first_touch'
        )
        FROM (FROM divided EXCEPT ALL FROM owed) UNION ALL FROM (FROM owed EXCEPT ALL FROM divided)
        """,
    )


def shares_add_up(workspace: Workspace) -> list[Row]:
    """The shares of one opportunity and model add up to 1, and none is negative."""
    return rows(
        workspace,
        """
        SELECT opportunity_id, attribution_model, SUM(share) AS share, MIN(share) AS least
        FROM credit GROUP BY ALL
        HAVING ABS(SUM(share) - 1) > 1e-12 OR MIN(share) < 0
        """,
    )


def programmes_of_a_deal_add_up(workspace: Workspace) -> list[Row]:
    """Credit by programme is that of the touches, counted anew from their tactics, each touch in one line."""
    return rows(
        workspace,
        """
        WITH counted AS (
            SELECT c.opportunity_id, c.attribution_model, c.currency, c.is_won,
                IF(c.engagement_id IS NULL, '(unattributed)', IF(c.tactic_id IS NULL, '(no programme)',
                    IFNULL((SELECT ANY_VALUE(t.program_id) FROM known_tactic AS t
                        WHERE t.tactic_id = c.tactic_id), c.tactic_id))) AS program_id,
                SUM(c.credit_cents) AS cents, SUM(IF(c.engagement_id IS NULL, 0, 1)) AS touches
            FROM credit AS c GROUP BY ALL
        ),
        said AS (
            SELECT opportunity_id, attribution_model, currency, is_won, program_id, credit_cents AS cents,
                touch_count AS touches
            FROM deal_credit
        )
        FROM (FROM said EXCEPT ALL FROM counted) UNION ALL FROM (FROM counted EXCEPT ALL FROM said)
        """,
    )


def credit_follows_share(workspace: Workspace) -> list[Row]:
    """No touch gets a cent more or less than its share, rounded up or down."""
    return rows(
        workspace,
        """
        SELECT c.* FROM credit AS c JOIN sourcing AS s USING (opportunity_id)
        WHERE s.definition = 'first_touch' AND ABS(c.credit_cents - c.share * s.amount_cents) >= 1 + 1e-6
        """,
    )


def unattributed_without_touch(workspace: Workspace) -> list[Row]:
    """A credit line is unattributed exactly where its opportunity has no touch (but for models that may leave
    one); else it is on a touch."""
    return rows(
        workspace,
        f"""
        SELECT c.opportunity_id, c.engagement_id FROM credit AS c
        LEFT JOIN touchpoint AS t ON t.opportunity_id = c.opportunity_id AND t.engagement_id = c.engagement_id
        WHERE c.engagement_id IS NOT NULL AND t.engagement_id IS NULL
        UNION ALL
        SELECT t.opportunity_id, c.engagement_id FROM touchpoint AS t
        JOIN credit AS c ON c.opportunity_id = t.opportunity_id AND c.engagement_id IS NULL
            AND c.attribution_model NOT IN {MAY_LEAVE}
        """,
    )


def program_value_is_won_revenue(workspace: Workspace) -> list[Row]:
    """Over all programmes, credit of what was won is its amount, for every model and currency."""
    return rows(
        workspace,
        """
        WITH said AS (
            SELECT attribution_model, currency, SUM(won_credit_cents) AS won
            FROM program_value GROUP BY ALL
        ),
        ended AS (SELECT DISTINCT opportunity_id, is_won FROM credit),
        owed AS (
            SELECT m.model AS attribution_model, s.currency,
                SUM(CASE WHEN e.is_won THEN s.amount_cents ELSE 0 END) AS won
            FROM sourcing AS s JOIN ended AS e USING (opportunity_id)
            CROSS JOIN (VALUES ('first'), ('linear'), ('w')) AS m(model)
            WHERE s.definition = 'first_touch'
            GROUP BY ALL
        )
        SELECT o.*, s.won AS said FROM owed AS o LEFT JOIN said AS s USING (attribution_model, currency)
        WHERE o.won <> COALESCE(s.won, 0)
        """,
    )


def velocity_is_won_revenue(workspace: Workspace) -> list[Row]:
    """What was won over all quarters is what credit says was won; solutions add up to all of them."""
    return rows(
        workspace,
        """
        WITH won AS (
            SELECT currency, SUM(credit_cents) AS cents FROM credit
            WHERE is_won AND attribution_model = 'linear' GROUP BY currency
        ),
        told AS (
            SELECT currency, solution_id = '(all)' AS is_all, SUM(won_cents) AS cents
            FROM velocity GROUP BY ALL
        )
        SELECT t.*, w.cents AS won FROM told AS t LEFT JOIN won AS w USING (currency)
        WHERE t.cents <> COALESCE(w.cents, 0)
        """,
    )


def every_opportunity_has_its_lines(workspace: Workspace) -> list[Row]:
    """Sourcing and influence have three definitions of each opportunity, all with one amount and currency."""
    return rows(
        workspace,
        """
        WITH line AS (
            SELECT opportunity_id, definition, amount_cents, currency FROM sourcing
            UNION ALL
            SELECT opportunity_id, definition, amount_cents, currency FROM influence
        )
        SELECT opportunity_id, COUNT(*) AS lines FROM line GROUP BY opportunity_id
        HAVING COUNT(DISTINCT definition) <> 6 OR COUNT(*) <> 6
            OR COUNT(DISTINCT amount_cents) <> 1 OR COUNT(DISTINCT currency) <> 1
        """,
    )


def intervals_are_of_won_credit(workspace: Workspace) -> list[Row]:
    """Each programme's credit, as intervals are drawn around it, is what its won deals credit it with."""
    return rows(
        workspace,
        """
        WITH counted AS (
            SELECT attribution_model, currency,
                CASE WHEN engagement_id IS NULL THEN '(unattributed)'
                    ELSE COALESCE(program_id, '(no programme)') END AS unit,
                CAST(SUM(credit_cents) AS HUGEINT) AS cents
            FROM credit LEFT JOIN known_tactic USING (tactic_id)
            WHERE opportunity_id IN (SELECT opportunity_id FROM known_opportunity WHERE is_won)
            GROUP BY ALL
        )
        SELECT * FROM (FROM credit_interval WHERE dimension = 'program')
        FULL JOIN counted USING (attribution_model, currency, unit)
        WHERE cents IS DISTINCT FROM credit_cents
        """,
    )


def models_learn_from_what_is_decided(workspace: Workspace) -> list[Row]:
    """A channel's paths are its closed deals, and at most the groups that fell silent without one."""
    return rows(
        workspace,
        """
        WITH decided AS (
            SELECT LOWER(COALESCE(t.channel, '(none)')) AS channel, COUNT(DISTINCT opportunity_id) AS closed,
                COUNT(DISTINCT opportunity_id) FILTER (o.is_won) AS won
            FROM touchpoint AS t JOIN known_opportunity AS o USING (opportunity_id)
            WHERE o.is_closed GROUP BY ALL
        ),
        silent AS (
            SELECT LOWER(COALESCE(e.channel, '(none)')) AS channel,
                COUNT(DISTINCT g.buying_group_id) AS groups
            FROM buying_group AS g JOIN resolved_engagement AS e USING (account_id, solution_id)
            WHERE g.closing_reason = 'silent' AND g.opportunity_id IS NULL AND e.is_marketing
            AND e.occurred_at <= g.closed_at GROUP BY ALL
        )
        SELECT * FROM channel_effect LEFT JOIN decided USING (channel) LEFT JOIN silent USING (channel)
        WHERE won_count <> COALESCE(won, 0) OR path_count < COALESCE(closed, 0)
        OR path_count > COALESCE(closed, 0) + COALESCE(groups, 0)
        """,
    )


def rollups_add_up(workspace: Workspace) -> list[Row]:
    """However credit is added up, under every model: what was booked as won, in each currency."""
    parts = " UNION ALL ".join(
        f"SELECT '{name}' AS way, currency, attribution_model, SUM(credit_cents) AS cents"
        f" FROM ({rollup_sql(by)}) GROUP BY ALL"
        for name, by in DIMENSIONS.items()
    )
    ways = ", ".join(f"('{name}')" for name in DIMENSIONS)
    return rows(
        workspace,
        f"""
        WITH told AS ({parts}),
        booked AS (
            SELECT w.way, o.currency, m.model AS attribution_model, SUM(o.amount_cents) AS cents
            FROM known_opportunity AS o
            CROSS JOIN (VALUES {MODELS}) AS m(model) CROSS JOIN (VALUES {ways}) AS w(way)
            WHERE o.is_won GROUP BY ALL
        )
        (FROM told EXCEPT ALL FROM booked) UNION ALL (FROM booked EXCEPT ALL FROM told)
        """,
    )


CHECKS = (
    credit_adds_up,
    shares_add_up,
    credit_follows_share,
    unattributed_without_touch,
    program_value_is_won_revenue,
    velocity_is_won_revenue,
    every_opportunity_has_its_lines,
    intervals_are_of_won_credit,
    models_learn_from_what_is_decided,
    rollups_add_up,
)
