WITH `touch` AS (
  SELECT
    `o`.`opportunity_id`,
    `o`.`amount_cents`,
    `e`.`engagement_id`,
    CASE
      WHEN `e`.`occurred_at` >= `o`.`opened_at` - 2592000000000
      THEN 40
      WHEN `e`.`occurred_at` BETWEEN `o`.`opened_at` - 7776000000000 AND `o`.`opened_at` - 2592000000001
      THEN 20
      ELSE 7
    END AS `weight`
  FROM `opportunity` AS `o`
  JOIN `engagement` AS `e`
    ON `e`.`account_id` = `o`.`account_id` AND `e`.`occurred_at` < `o`.`opened_at`
), `weighed` AS (
  SELECT
    `t`.`opportunity_id`,
    `t`.`engagement_id`,
    `t`.`amount_cents`,
    `t`.`amount_cents` * `t`.`weight` AS `shared`,
    CAST(SUM(`t`.`weight`) OVER (PARTITION BY `t`.`opportunity_id`) AS BIGINT) AS `weights`
  FROM `touch` AS `t`
), `floored` AS (
  SELECT
    `w`.`opportunity_id`,
    `w`.`engagement_id`,
    `w`.`amount_cents`,
    `w`.`weights`,
    (
      (
        `w`.`shared`
      ) DIV (
        NULLIF(`w`.`weights`, 0)
      )
    ) AS `cents`,
    `w`.`shared` % NULLIF(`w`.`weights`, 0) AS `remainder`
  FROM `weighed` AS `w`
), `ranked` AS (
  SELECT
    `f`.`opportunity_id`,
    `f`.`engagement_id`,
    `f`.`cents`,
    `f`.`amount_cents` - CAST(SUM(`f`.`cents`) OVER (PARTITION BY `f`.`opportunity_id`) AS BIGINT) AS `left_over`,
    CAST(ROW_NUMBER() OVER (
      PARTITION BY `f`.`opportunity_id`
      ORDER BY `f`.`remainder` DESC, `f`.`engagement_id` NULLS LAST
    ) AS BIGINT) AS `place`
  FROM `floored` AS `f`
)
SELECT
  `r`.`opportunity_id`,
  `r`.`engagement_id`,
  `r`.`cents` + CASE WHEN `r`.`place` <= `r`.`left_over` THEN 1 ELSE 0 END AS `credit_cents`
FROM `ranked` AS `r`
UNION ALL
SELECT
  `o`.`opportunity_id`,
  CAST(NULL AS STRING) AS `engagement_id`,
  `o`.`amount_cents` AS `credit_cents`
FROM `opportunity` AS `o`
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM `engagement` AS `e`
    WHERE
      `e`.`account_id` = `o`.`account_id` AND `e`.`occurred_at` < `o`.`opened_at`
  )
