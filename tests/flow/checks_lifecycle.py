"""What must hold of conversion, customers and goals in any workspace. Each check returns what breaks it."""

from __future__ import annotations

from muster.testing import Row, rows
from muster.workspace import Workspace


def moves_follow_one_another(workspace: Workspace) -> list[Row]:
    """A customer's revenue moves from where it stood: from nothing once as new, and again as a win-back."""
    return rows(
        workspace,
        """
        WITH before AS (
            SELECT *, LAG(end_cents) OVER customer AS was, FIRST_VALUE(moved_on) OVER customer AS first_on
            FROM arr_movement WINDOW customer AS (PARTITION BY account_id, currency ORDER BY moved_on)
        )
        SELECT *,
            CASE
                WHEN was IS NULL THEN 'new'
                WHEN end_cents = 0 THEN 'churn'
                WHEN start_cents = 0 THEN 'win_back'
                WHEN end_cents > start_cents THEN 'expansion'
                ELSE 'contraction'
            END AS expected
        FROM before
        WHERE start_cents <> COALESCE(was, 0) OR end_cents <> start_cents + change_cents OR end_cents < 0
        OR change_cents = 0 OR customer_since_on <> first_on OR kind <> expected
        """,
    )


def quarters_hold_every_move(workspace: Workspace) -> list[Row]:
    """What the quarters say moved is what customers moved, kind by kind, and so is where it ends."""
    return rows(
        workspace,
        """
        WITH told AS (
            UNPIVOT (
                SELECT currency, SUM(new_cents) AS new, SUM(win_back_cents) AS win_back,
                    SUM(expansion_cents) AS expansion, -SUM(contraction_cents) AS contraction,
                    -SUM(churn_cents) AS churn, ARG_MAX(end_cents, period_on) AS at_the_end
                FROM recurring_revenue WHERE cohort = '(all)' GROUP BY currency
            ) ON COLUMNS(* EXCLUDE (currency)) INTO NAME kind VALUE cents
        ),
        moved AS (
            SELECT currency, kind, SUM(change_cents) AS cents FROM arr_movement GROUP BY ALL
            UNION ALL
            SELECT currency, 'at_the_end', SUM(change_cents) FROM arr_movement GROUP BY ALL
        )
        SELECT * FROM told FULL JOIN moved USING (currency, kind)
        WHERE COALESCE(told.cents, 0) <> COALESCE(moved.cents, 0)
        """,
    )


def customers_are_who_bought(workspace: Workspace) -> list[Row]:
    """A row for each account that won or subscribed, with its deals, their amounts, and where revenue stands.

    Amounts are compared where everything is in the company's own currency.
    """
    return rows(
        workspace,
        """
        WITH won AS (
            SELECT l.account_id, COUNT(*) AS won_count,
                COUNT(*) FILTER (o.type = 'renewal') AS renewals,
                COUNT(*) FILTER (o.type IN ('upsell', 'cross_sell')) AS upsells,
                SUM(o.amount_cents) AS cents, LIST(DISTINCT o.currency) AS currencies,
                CAST(MIN(o.closed_at) AS DATE) AS first_on
            FROM known_opportunity AS o JOIN account_alias AS l USING (account_record_id)
            WHERE o.is_won GROUP BY l.account_id
        ),
        moved AS (
            SELECT account_id, SUM(change_cents) AS cents, LIST(DISTINCT currency) AS currencies,
                MIN(moved_on) AS first_on
            FROM arr_movement GROUP BY account_id
        )
        SELECT account_id, c.*, w.*, m.* FROM customer AS c
        FULL JOIN won AS w USING (account_id) FULL JOIN moved AS m USING (account_id)
        WHERE c.currency IS NULL OR c.won_count <> COALESCE(w.won_count, 0)
        OR c.renewal_count <> COALESCE(w.renewals, 0) OR c.upsell_count <> COALESCE(w.upsells, 0)
        OR c.customer_since_on <> LEAST(w.first_on, m.first_on)
        OR (w.currencies = [c.currency] AND c.won_cents <> w.cents)
        OR (m.currencies = [c.currency] AND c.arr_cents IS DISTINCT FROM m.cents)
        OR c.is_live IS DISTINCT FROM (m.cents > 0)
        """,
    )


def customers_share_won_credit(workspace: Workspace) -> list[Row]:
    """Over all customers, marketing's credit is that of the linear model on touches of won deals."""
    return rows(
        workspace,
        """
        WITH owed AS (
            SELECT l.account_id, SUM(k.credit_cents) AS cents
            FROM credit AS k JOIN known_opportunity AS o USING (opportunity_id)
            JOIN account_alias AS l USING (account_record_id)
            WHERE k.is_won AND k.attribution_model = 'linear' AND k.engagement_id IS NOT NULL
            GROUP BY l.account_id
        )
        SELECT account_id, credited_cents, cents FROM customer LEFT JOIN owed USING (account_id)
        WHERE account_id NOT IN (
            SELECT account_id FROM account_alias JOIN known_opportunity AS o USING (account_record_id)
            WHERE o.is_won AND o.currency <> customer.currency
        )
        AND credited_cents <> COALESCE(cents, 0)
        """,
    )


def relationships_are_divided_whole(workspace: Workspace) -> list[Row]:
    """What a customer brought is all divided, by the first deal it was won with, and is what was booked.

    Of subscriptions it is counted again day by day, where a cent a month and move may be rounded away.
    """
    return rows(
        workspace,
        f"""
        WITH first AS (
            SELECT l.account_id, ARG_MIN(o.opportunity_id, (o.closed_at, o.opportunity_id)) AS opportunity_id
            FROM known_opportunity AS o JOIN account_alias AS l USING (account_record_id)
            WHERE o.is_won GROUP BY ALL
        ),
        won AS (
            SELECT l.account_id, o.currency, SUM(o.amount_cents) AS cents
            FROM known_opportunity AS o JOIN account_alias AS l USING (account_record_id)
            WHERE o.is_won GROUP BY ALL
        ),
        stood AS (
            SELECT account_id, currency, end_cents, moved_on, LEAST(
                LEAD(moved_on) OVER (PARTITION BY account_id, currency ORDER BY moved_on),
                DATE '{workspace.published.manifest["as_of"][:10]}') AS until_on
            FROM arr_movement
        ),
        daily AS (
            SELECT account_id, currency, end_cents,
                UNNEST(GENERATE_SERIES(moved_on::TIMESTAMP, until_on - INTERVAL 1 DAY, INTERVAL 1 DAY)) AS day
            FROM stood
        ),
        ran AS (
            SELECT account_id, currency, SUM(end_cents / (12 * DAY(LAST_DAY(day)))) AS cents,
                2 * COUNT(DISTINCT DATE_TRUNC('month', day)) AS off
            FROM daily GROUP BY ALL
        ),
        touched AS (
            SELECT opportunity_id, attribution_model, SUM(share) AS share
            FROM credit WHERE engagement_id IS NOT NULL GROUP BY ALL
        ),
        told AS (
            SELECT account_id, currency, attribution_model, basis, opportunity_id, brought_cents,
                SUM(credit_cents) AS credit_cents,
                COALESCE(SUM(share) FILTER (program_id <> '(unattributed)'), 0) AS share
            FROM relationship_credit GROUP BY ALL
        )
        SELECT t.*, f.opportunity_id AS first_deal, w.cents, r.cents
        FROM told AS t LEFT JOIN first AS f USING (account_id) LEFT JOIN won AS w USING (account_id, currency)
        LEFT JOIN ran AS r USING (account_id, currency)
        LEFT JOIN touched AS c ON c.opportunity_id = t.opportunity_id
            AND c.attribution_model = t.attribution_model
        WHERE t.credit_cents <> t.brought_cents OR t.opportunity_id IS DISTINCT FROM f.opportunity_id
        OR ABS(t.share - COALESCE(c.share, 0)) > 1e-6
        OR CASE t.basis WHEN 'opportunities' THEN t.brought_cents IS DISTINCT FROM w.cents
            ELSE ABS(t.brought_cents - COALESCE(r.cents, 0)) > COALESCE(r.off, 0) END
        """,
    )


def every_cohort_is_whole(workspace: Workspace) -> list[Row]:
    """Of a cohort everybody is won, lost or on the way; to be won by an age is to be won in the end."""
    return rows(
        workspace,
        """
        WITH cohort AS (
            SELECT *, 'deals' AS of FROM conversion
            UNION ALL BY NAME
            SELECT *, 'leads' AS of FROM mql_conversion
        ),
        final AS (FROM cohort WHERE method = 'expected_final')
        SELECT won.*, lost.reached_count AS lost_count FROM final AS won
        JOIN final AS lost USING (of, cohort_start, from_stage)
        WHERE won.to_stage = 'won' AND lost.to_stage = 'lost'
        AND (won.reached_count + lost.reached_count + won.open_count <> won.entered_count
            OR won.open_count <> lost.open_count)
        UNION ALL
        SELECT c.*, f.reached_count AS lost_count FROM cohort AS c
        JOIN final AS f USING (of, cohort_start, from_stage, to_stage)
        WHERE c.reached_count > f.reached_count OR c.entered_count <> f.entered_count
        OR c.open_count < f.open_count OR (c.method = 'decided_only' AND c.reached_count <> f.reached_count)
        """,
    )


def cohorts_hold_every_deal_and_lead(workspace: Workspace) -> list[Row]:
    """Who opened in a quarter is in its cohort, and every lead that was called an MQL is in one, once.

    Deals that were over before they were there have no cohort.
    """
    return rows(
        workspace,
        """
        WITH told AS (
            SELECT DISTINCT 'opened' AS kind, cohort_start, entered_count AS count FROM conversion
            WHERE from_stage = 'opened'
            UNION ALL
            SELECT DISTINCT 'mql', cohort_start, entered_count FROM mql_conversion WHERE from_stage = 'mql'
        ),
        first_called AS (
            SELECT person_record_id, MIN(changed_at) AS happened_at FROM known_lead_status
            WHERE status = 'mql' GROUP BY person_record_id
        ),
        counted AS (
            SELECT 'opened' AS kind, DATE_TRUNC('quarter', created_at)::DATE AS cohort_start,
                COUNT(*) AS count
            FROM known_opportunity WHERE closed_at IS NULL OR closed_at >= created_at GROUP BY ALL
            UNION ALL
            SELECT 'mql', DATE_TRUNC('quarter', happened_at)::DATE, COUNT(*) FROM first_called GROUP BY ALL
        )
        SELECT * FROM told FULL JOIN counted USING (kind, cohort_start)
        WHERE told.count IS DISTINCT FROM counted.count
        """,
    )


def every_visit_of_a_stage_ends_one_way(workspace: Workspace) -> list[Row]:
    """Visits are left onwards, back, won or lost, or they last; each deal is won or lost out of one stage.

    Deals are counted where all of them began within the two years that are told.
    """
    return rows(
        workspace,
        """
        WITH ended AS (
            SELECT CASE WHEN o.is_won THEN 'won' ELSE 'lost' END AS way, COUNT(*) AS deals
            FROM known_opportunity AS o
            WHERE o.is_closed AND o.closed_at >= o.created_at AND EXISTS (
                FROM known_stage_change AS h
                WHERE h.opportunity_id = o.opportunity_id AND h.changed_at < o.closed_at
            )
            AND (SELECT MIN(created_at) + INTERVAL 21 MONTH > MAX(created_at) FROM known_opportunity)
            GROUP BY ALL
        ),
        told AS (SELECT way, SUM(way_count) AS visits FROM stage_exit GROUP BY way)
        SELECT way, visits AS ended, deals AS visits, NULL AS share FROM ended JOIN told USING (way)
        WHERE visits <> deals
        UNION ALL
        SELECT stage, SUM(way_count) + MAX(open_count) AS ended, MAX(visit_count) AS visits,
            SUM(share) AS share
        FROM stage_exit GROUP BY stage
        HAVING ended <> visits OR COUNT(*) <> 4 OR COUNT(DISTINCT (visit_count, open_count, position)) <> 1
        OR share > 1 + 1e-6
        """,
    )


def goals_came_to_what_was_booked(workspace: Workspace) -> list[Row]:
    """Revenue and renewals won, and pipeline created, are those of the opportunities of the quarter."""
    return rows(
        workspace,
        """
        WITH money AS (
            SELECT 'revenue' AS measure, closed_at AS at, solution_id, currency, amount_cents
            FROM known_opportunity WHERE is_won
            UNION ALL
            SELECT 'renewals', closed_at, solution_id, currency, amount_cents
            FROM known_opportunity WHERE is_won AND type = 'renewal'
            UNION ALL
            SELECT 'pipeline_created', created_at, solution_id, currency, amount_cents FROM known_opportunity
        )
        SELECT period_on, g.measure, g.solution_id, g.currency, ANY_VALUE(g.actual) AS actual,
            COALESCE(SUM(m.amount_cents), 0) AS booked
        FROM goal AS g LEFT JOIN money AS m ON m.measure = g.measure AND m.currency = g.currency
            AND DATE_TRUNC('quarter', m.at)::DATE = g.period_on AND g.solution_id IN ('*', m.solution_id)
        WHERE g.measure IN ('revenue', 'renewals', 'pipeline_created')
        GROUP BY ALL HAVING actual <> booked
        """,
    )


CHECKS = (
    moves_follow_one_another,
    quarters_hold_every_move,
    customers_are_who_bought,
    customers_share_won_credit,
    relationships_are_divided_whole,
    every_cohort_is_whole,
    cohorts_hold_every_deal_and_lead,
    every_visit_of_a_stage_ends_one_way,
    goals_came_to_what_was_booked,
)
