"""Faults put into the flow on purpose, each a change of one table's SQL. See test_the_suite_notices.py."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from muster.steps import all_queries


@dataclass(frozen=True)
class Fault:
    """A change of one table's SQL: `table`, what stands there and what is put in its place."""

    said: str
    table: str
    old: str
    new: str

    def put_into(self, folder: Path) -> None:
        """Write the changed SQL as the workspace's own; faults of one table add up."""
        file = folder / "overrides" / f"{self.table}.sql"
        [query] = [query for query in all_queries() if query.name == self.table]
        sql = file.read_text("utf-8") if file.exists() else query.sql
        assert self.old in sql, f"{self.table}.sql no longer says {self.old!r}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sql.replace(self.old, self.new), "utf-8")


A_CENT_IS_LOST = Fault("a cent is lost", "credit", "CASE WHEN r.turn <= r.cents_left THEN 1 ELSE 0 END", "0")
REFUNDS_ARE_SALES = Fault("negative amounts are credited as positive", "credit", "r.sign * (", "(")
NO_UNATTRIBUTED = Fault(
    "untouched deals get no line", "credit", "WHERE t.opportunity_id IS NULL", "WHERE FALSE"
)
SHARES_OF_MORE = Fault(
    "shares do not add up",
    "credit",
    "CAST(NULLIF(r.total_weight, 0) AS DOUBLE)",
    "CAST(NULLIF(r.total_weight + 1, 0) AS DOUBLE)",
)
PROGRAMMES_FORGET = Fault(
    "programmes leave out what no tactic explains",
    "program_value",
    "LEFT JOIN known_tactic AS t ON t.tactic_id = c.tactic_id",
    "JOIN known_tactic AS t ON t.tactic_id = c.tactic_id",
)
DEALS_FORGET = Fault(
    "a deal's credit by programme leaves out what no tactic explains",
    "deal_credit",
    "LEFT JOIN known_tactic AS t ON t.tactic_id = c.tactic_id",
    "JOIN known_tactic AS t ON t.tactic_id = c.tactic_id",
)
TOUCHED_TWICE = Fault("one touch counts twice a day", "path_act", "WHERE n.number_today = 1", "")
TOUCHED_FOR_ANOTHER = Fault(
    "touches of other solutions count",
    "path_act",
    "ON e.account_id = s.account_id\n        AND e.solution_id = s.solution_id",
    "ON e.account_id = s.account_id",
)
STRANGERS_JOIN = Fault(
    "people whom the account never saw are members",
    "member",
    "m.person_id,\n    CAST(NULL AS VARCHAR) AS visitor_id",
    "MD5(m.person_id) AS person_id,\n    CAST(NULL AS VARCHAR) AS visitor_id",
)
LATER_PEOPLE_DROP = Fault(
    "who comes later is dropped",
    "group_person",
    "HAVING MAX(p.makes_member) = 1",
    "HAVING MAX(p.makes_member) = 1 AND COUNT(*) > 1",
)
ONLY_DUPLICATES = Fault(
    "only duplicates are second leads", "later_lead", "WHERE l.was_worked = 1\nOR ", "WHERE "
)
HOLDS_TWO_ROLES = Fault(
    "one person holds two roles at a time",
    "role_holder",
    "NULLIF(o.to_at, 9000000000000000) AS to_at",
    "NULLIF(o.to_at, 9000000000000000) + 86400000000 AS to_at",
)
CORRECTIONS_ARE_IGNORED = Fault(
    "a seller's correction of a role is ignored", "role_correction", "WHERE d.kind = 'role'", "WHERE FALSE"
)
COUNTS_AGAIN = Fault(
    "evidence counts again when its person is known",
    "signal",
    "e.weight AS points,\n        e.engagement_id AS source_id,\n        e.activity AS reason\n"
    "    FROM group_engagement AS g",
    "CASE WHEN e.person_id IS NOT NULL THEN 2 ELSE 1 END * e.weight AS points,\n"
    "        e.engagement_id AS source_id,\n        e.activity AS reason\n    FROM group_engagement AS g",
)
WEBINARS_FADE_FAST = Fault(
    "webinars fade as fast as clicks", "moment_state", "* s.slow_fade", "* s.fast_fade"
)
A_REASON_IS_MISSING = Fault(
    "a score leaves a reason out", "score_reason", "WHERE p.points > 0", "WHERE p.points > 300"
)
FIT_WITHOUT_END = Fault(
    "fit has no most", "signal_sum", "LEAST(r.fit_points, p.fit_max_points)", "r.fit_points + 1"
)
NO_DWELL = Fault("groups do not dwell", "policy_stretch", " + p.dwell_us", "")
ONE_THRESHOLD = Fault(
    "there is one threshold", "crossing", "WHEN s.score < s.leave_points", "WHEN s.score < s.enter_points"
)
FADES_LATE = Fault(
    "the crossing comes a tenth late",
    "score_state",
    "s.at - 2e0 * s.half_life_us",
    "s.at - 2.2e0 * s.half_life_us",
)
NO_REJECTION = Fault(
    "rejections are forgotten", "rejection", "WHERE s.status = 'disqualified'", "WHERE s.status = 'x'"
)
STATUSES_OVERLAP = Fault(
    "statuses overlap", "group_status", "COALESCE(LEAD(s.at) OVER", "COALESCE(LEAD(s.at, 2) OVER"
)
ACCOUNTS_STAY = Fault(
    "accounts stay qualified", "account_status", "WHERE m.to_at < 9000000000000000", "WHERE FALSE"
)
SILENCE_AFTER_DEALS = Fault(
    "groups that opened are paths that led nowhere",
    "null_touch",
    "AND s.opportunity_id IS NULL\nAND s.outcome = 'silent'",
    "AND s.outcome <> 'open'",
)
ONE_CHANNEL_A_DEAL = Fault(
    "a deal teaches of one channel alone",
    "deal_touch",
    "LOWER(COALESCE(t.channel, '(none)')) AS channel",
    "MIN(LOWER(COALESCE(t.channel, '(none)'))) OVER (PARTITION BY t.opportunity_id) AS channel",
)
DRAWN_FROM_THE_LARGEST = Fault(
    "intervals are drawn from each account's largest credit alone",
    "credit_part",
    "SUM(p.credit_cents)",
    "MAX(p.credit_cents)",
)
ALL_VERDICTS_ARE_BAD = Fault(
    "every verdict is a defect",
    "defect_day",
    "COUNT(CASE WHEN m.is_defect THEN 1 END) AS defect_count",
    "COUNT(m.is_defect) AS defect_count",
)
FRAMES_NEVER_FADE = Fault(
    "frame control does not fade",
    "frame_sum",
    "POWER(2e0, (g.opened_at - w.week_at) * p.frame_fade) AS left_over",
    "POWER(2e0, (w.week_at - g.opened_at) * 0 * p.frame_fade) AS left_over",
)
FRAMES_KNOW_TOO_EARLY = Fault(
    "frame control knows an act on the Monday before",
    "frame_sum",
    "a.at + MOD(604800000000 - MOD(a.at - 345600000000, 604800000000), 604800000000) AS week_at",
    "a.at - MOD(a.at - 345600000000, 604800000000) AS week_at",
)
COMPETITORS_ARE_UNSEEN = Fault(
    "what is read about competitors takes nothing of a frame",
    "frame_act",
    "WHERE e.person_id IS NULL\n    AND e.visitor_id IS NULL",
    "WHERE FALSE\n    AND e.visitor_id IS NULL",
)

# Told by stories: what a drawn company has too seldom.
COMPETITORS_ARE_HANDED_OVER = Fault(
    "competitors are handed over", "account_exclusion", "SELECT 'type' AS kind", "SELECT 'kind' AS kind"
)
UNDONE_EXCLUSIONS_HOLD = Fault(
    "an exclusion that was taken back holds",
    "known_decision",
    "WHERE u.kind = 'undo' AND",
    "WHERE FALSE AND",
)
ANYTHING_ENDS_A_RETURN = Fault(
    "a group returned to nurture comes back for whatever happens",
    "returned_stretch",
    "h.waits_for = 'new_person'",
    "h.waits_for IS NOT NULL",
)
THE_SILENCED_ARE_HANDED_OVER = Fault(
    "groups none of whose people may be contacted are handed over",
    "gate",
    "FROM silenced_stretch AS s",
    "FROM silenced_stretch AS s WHERE FALSE",
)
SILENCE_IS_A_VERDICT = Fault(
    "silence is a verdict",
    "defect",
    "CASE WHEN s.first_at IS NOT NULL THEN TRUE ELSE FALSE END AS is_settled",
    "TRUE AS is_settled",
)
LATE_IS_IN_TIME = Fault(
    "late is in time", "given", "WHEN f.at <= g.due_at THEN 'in time'", "WHEN f.at > 0 THEN 'in time'"
)
GIVEN_TWICE_IS_NEW = Fault("what is given twice is new", "defect", "i.since_us <= i.again_us", "FALSE")
NOBODY_WAS_TOLD_AND_LATE = Fault(
    "sales was late before anybody told them", "given", "WHEN g.is_replayed THEN 'not told'", ""
)
HANDED_OVER_WHILE_SELLING = Fault(
    "groups that sales works are handed over", "hand_off_moment", "WHERE s.account_id IS NULL", ""
)
HANDED_OVER_TWICE = Fault(
    "a group is handed over twice",
    "qualified_stretch",
    "CASE WHEN r.qualified_until >= r.from_at THEN 0 ELSE 1 END",
    "1",
)
SCANNERS_READ = Fault(
    "scanners are readers",
    "burst",
    "WHERE l.occurred_at - f.occurred_at < l.within_us",
    "WHERE FALSE",
)
CRAWLERS_SCORE = Fault(
    "crawlers score", "ignored_engagement", "FROM crawl AS c", "FROM crawl AS c WHERE FALSE"
)
OWN_PEOPLE_SCORE = Fault(
    "our own people score", "ignored_engagement", "AND v.from_at <= e.known_at", "AND v.reason <> 'own'"
)
TESTS_SCORE = Fault(
    "test records score",
    "ignored_engagement",
    "ON t.email = e.email AND t.known_at <= e.known_at",
    "ON FALSE",
)
FREE_MAIL_IS_A_COMPANY = Fault(
    "people with one free-mail domain are one account",
    "mail_address",
    "MAX(CASE WHEN d.domain IS NULL THEN e.domain END) AS domain",
    "MAX(SPLIT_PART(s.email, '@', 2)) AS domain",
)
NO_CAP = Fault(
    "no act is one too many",
    "resolved_engagement",
    "WHEN COALESCE(n.number_today, 1) > w.daily_cap THEN 0",
    "",
)
RESPONSES_COUNT_AGAIN = Fault(
    "a response counts beside what shows it",
    "resolved_engagement",
    "WHEN s.engagement_id IS NOT NULL THEN 0",
    "",
)
MAILBOXES_ARE_PEOPLE = Fault(
    "every mailbox is a person",
    "mail_address",
    "MAX(CASE WHEN e.is_shared OR COALESCE(n.names, 0) > 3 THEN 1 ELSE 0 END) = 1",
    "FALSE",
)
CLOSING_ENDS_NOTHING = Fault(
    "a closing ends nothing", "cycle_event", "WHEN o.kind_before = 'closing' THEN 1", ""
)
NO_COOL_DOWN = Fault("there is no cool-down", "crossing", "AND d.at < r.to_at", "AND d.at <= r.from_at")
INFLUENCED_AFTER = Fault(
    "deals are influenced after they closed",
    "path_act",
    "AND e.occurred_at <= s.until_at\n        AND e.known_at <= s.until_at\n",
    "\n",
)
SERVES_ALL_WHOLE = Fault(
    "a touch serves each of two groups whole",
    "path_step",
    "INT_DIV(1000, GREATEST(v.group_count, 1)) +",
    "1000 +",
)
CREDITED_BEFORE_THE_LAST_DEAL = Fault(
    "a deal's path reaches back over the deal before",
    "path_span",
    "WHEN r.earlier_cycles THEN 0",
    "WHEN TRUE THEN 0",
)
KNOWN_AFTERWARDS = Fault(
    "who is known only later stands on a path that had ended",
    "path_act",
    "\n        AND e.known_at <= s.until_at\n",
    "\n",
)
SKIPPED_IS_MISSED = Fault(
    "a skipped stage was never passed", "stage_reached", "u.position <= e.position", "u.position = e.position"
)
CONTENT_COUNTS_WHOLE = Fault(
    "content about the company counts whole in each group",
    "divided_engagement",
    "    d.millionths\n        + CASE",
    "    1000000 + 0 * CASE",
)
A_SPLIT_IS_NOT_LOGGED = Fault(
    "a split by the rule is not logged",
    "group_change",
    "AND p.part = g.part",
    "AND p.part = g.part AND p.kind = 'decision'",
)
CLOSED_GROUPS_GROW = Fault(
    "who is named after the closing was there at the closing",
    "named_person",
    "OR p.at < p.closed_at",
    "OR TRUE",
)

# Each looks ahead: what is learnt later is told of the time before.
TOMORROW_COUNTS = Fault(
    "engagements of tomorrow count",
    "known_engagement",
    "WHERE e.known_at <= c.as_of_at\nAND e.occurred_at <= c.as_of_at",
    "",
)
ALWAYS_TITLED = Fault(
    "a title was always known",
    "person_rank",
    "MAX(p.title_known_at) AS title_known_at",
    "CAST(0 AS BIGINT) AS title_known_at",
)
ALWAYS_THE_BROWSERS_HISTORY = Fault(
    "what a browser did belongs to its person before anybody knew who it was",
    "placed_engagement",
    "CASE WHEN t.told_at < 9000000000000000 THEN t.told_at ELSE t.seen_at END AS known_at",
    "t.seen_at AS known_at",
)
ALWAYS_THE_PERSON = Fault(
    "a person was always known",
    "group_engagement",
    "CASE WHEN g.closed_at IS NULL OR e.person_at < g.closed_at THEN e.person_at END AS person_at",
    "CASE WHEN g.closed_at IS NULL OR e.person_at < g.closed_at THEN e.at END AS person_at",
)
ALWAYS_CHAMPION = Fault(
    "a champion was always one",
    "role_event",
    "MIN(n.at) AS at, 'named' AS signal",
    "CAST(0 AS BIGINT) AS at, 'named' AS signal",
)
ALWAYS_THE_SHARER = Fault("a sharer was always known", "share_act", "s.sharer_at AS known_at", "s.known_at")
ALWAYS_HIGHER = Fault("a reader always stood higher", "share_act", "s.upward_at AS known_at", "s.known_at")
ALWAYS_ONE_ACTOR = Fault(
    "a visitor was always the person",
    "repeated_act",
    "CASE WHEN p.person_known_at <= p.known_at THEN COALESCE(p.person_id, p.visitor_id, '') "
    "ELSE COALESCE(p.visitor_id, '') END",
    "COALESCE(p.person_id, p.visitor_id, '')",
)
ALWAYS_THE_COMPANY = Fault("a company always had its name", "hand_off", "a.record_known_at <= h.at", "TRUE")
ALWAYS_NAMED = Fault(
    "people always had their names", "hand_off_update", "n.name_known_at <= m.joined_at", "TRUE"
)
RELEVANCE_LOOKS_AHEAD = Fault(
    "a function's relevance is that of deals won later",
    "member_sign",
    "AND v.from_at < f.at\n        AND f.at <= COALESCE(v.to_at, 9000000000000000)",
    "AND v.to_at IS NULL",
)
SIGNS_OF_NO_GROUP_YET = Fault(
    "signs count before their group was there",
    "member_sign",
    "GREATEST(w.at, p.joined_at, g.opened_at) AS at",
    "GREATEST(w.at, p.joined_at) AS at",
)
FUNCTIONS_OF_NO_GROUP_YET = Fault(
    "functions are counted before their group was there",
    "function_relevance",
    "GREATEST(p.joined_at, g.opened_at, f.title_known_at)",
    "GREATEST(p.joined_at, f.title_known_at)",
)
ALWAYS_NAMED_BY_SALES = Fault(
    "a contact role counts before it was known",
    "named_person",
    "GREATEST(w.at, k.known_at) AS at",
    "k.known_at AS at",
)
ALWAYS_THEIR_ACTS = Fault(
    "what a lead had done as a stranger was always known to be theirs",
    "given",
    "AND COALESCE(e.person_known_at, e.known_at) <= p.at\n",
    "",
)
INFLUENCE_COUNTS_TWICE = Fault(
    "an opportunity that two programmes touched counts twice in all",
    "program_influence",
    "SELECT DISTINCT p.opportunity_id, p.definition, p.level, '(any)' AS unit",
    "SELECT p.opportunity_id, p.definition, p.level, '(any)' AS unit",
)
DISPUTES_ARE_HUSHED = Fault(
    "rules never disagree", "sourcing_dispute", "t.sourced_by <> s.sourced_by", "t.sourced_by > s.sourced_by"
)
EVERYBODY_IS_NEW = Fault(
    "a member is new at every touch", "program_touch", "WHEN l.number = 1 THEN 1", "WHEN l.number > 0 THEN 1"
)
COST_IS_LOST = Fault(
    "a cent of cost is lost with every job",
    "program_job",
    "INT_DIV(s.cost_cents * (r.up_to - r.touch_count), GREATEST(r.touches, 1)) AS cost_cents",
    "INT_DIV(s.cost_cents * (r.up_to - r.touch_count), GREATEST(r.touches, 1)) - 1 AS cost_cents",
)
EVERYBODY_WAKES = Fault(
    "an account that was awake is woken",
    "program_goal",
    "a.before_at IS NULL OR a.occurred_at - a.before_at > p.silent_us",
    "TRUE",
)
OTHERS_TOUCHES_REACH = Fault(
    "touches of any programme reach the accounts held out of one",
    "experiment_account",
    " AND (t.tactic_id = s.experiment OR t.program_id = s.experiment)",
    "",
)
DRAWN_EXPERIMENTS_NEVER_END = Fault(
    "outcomes of a drawn experiment count for ever",
    "experiment_span",
    "LEAST(x.ends_at, x.to_at) AS ends_at",
    "CAST(NULL AS BIGINT) AS ends_at",
)
REGIONS_STAY_ON = Fault(
    "a region that was switched off counts as on", "rollout_week", "AND w.week_at < r.ends_at", ""
)
WHO_RETURNS_HAS_GROWN = Fault(
    "a customer that comes back counts as one that grew",
    "arr_movement",
    "WHEN m.end_cents = m.change_cents THEN 'win_back'\n",
    "",
)
CHURN_IS_HALVED = Fault(
    "half of what leaves is told",
    "recurring_revenue",
    "SUM(CASE WHEN m.kind = 'churn' THEN -m.change_cents ELSE 0 END)",
    "INT_DIV(SUM(CASE WHEN m.kind = 'churn' THEN -m.change_cents ELSE 0 END), 2)",
)
RENEWALS_ARE_UPSELLS = Fault(
    "a renewal counts as an upsell", "customer", "IN ('upsell', 'cross_sell')", "IN ('upsell', 'renewal')"
)
ALL_IS_MARKETINGS = Fault(
    "what no touch explains is credited to marketing",
    "customer",
    "CASE WHEN k.engagement_id IS NOT NULL THEN k.credit_cents ELSE 0 END",
    "k.credit_cents",
)
THE_LAST_DEAL_WINS = Fault(
    "a customer counts as won by its latest deal",
    "relationship_credit",
    "ORDER BY o.booked_at, o.opportunity_id",
    "ORDER BY o.booked_at DESC, o.opportunity_id",
)
ONLY_CUSTOMERS_PAY = Fault(
    "what a programme cost is divided over customers alone",
    "customer",
    "    WHERE e.is_marketing\n",
    "    WHERE e.is_marketing AND e.account_id IN (SELECT o.account_id FROM account_opportunity AS o)\n",
)
THE_LAST_CALL_COUNTS = Fault(
    "a lead became an MQL when it was last called one",
    "lead_progress",
    "MIN(s.changed_at) AS mql_at",
    "MAX(s.changed_at) AS mql_at",
)
ALL_SALES_ARE_RENEWALS = Fault("every sale counts as a renewal", "goal", "    AND o.type = 'renewal'\n", "")
LOST_DEALS_COUNT_AS_SPEED = Fault(
    "how long lost deals took counts as speed",
    "goal",
    "    WHERE o.is_won\n    AND o.booked_at >= o.created_at",
    "    WHERE o.booked_at >= o.created_at",
)
ANSWERS_STAY_BEHIND = Fault(
    "what was decided is lost where an account gives way to another",
    "decided_group",
    "MD5('a' || SUBSTRING(MD5(k.key), 1, 16) ||",
    "MD5(k.account_id ||",
)
CYCLES_GO_BY_NUMBER = Fault(
    "what was decided of a cycle goes to another that has its number now",
    "decided_group",
    "CASE WHEN d.about_at IS NULL THEN 1 ELSE 0 END",
    "1",
)
LOST_IN_SILENCE = Fault(
    "a decision that finds nothing is not listed",
    "decided_about",
    "LEFT JOIN decided_group AS g",
    "JOIN decided_group AS g",
)

OF_NOBODY_QUALIFIED = (
    Fault("who qualified once is overlooked", "finding", "x.status = 'qualified'", "x.status = 'handed off'"),
    Fault("a young company is told nobody qualified", "finding", ">= 50", ">= 1"),
    Fault("scores are counted as groups", "finding", "COUNT(DISTINCT s.buying_group_id) AS", "COUNT(*) AS"),
    Fault("the best score is the least", "finding", "MAX(s.score)", "MIN(s.score)"),
)
