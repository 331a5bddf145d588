WITH `placed` AS (
  SELECT
    `e`.`account_id`,
    COALESCE(`e`.`solution_id`, '(none)') AS `solution_id`,
    (
      (
        `e`.`occurred_at`
      ) DIV (
        604800000000
      )
    ) AS `week`,
    `e`.`person_id`,
    `e`.`is_slow`,
    `e`.`points`
  FROM `engagement` AS `e`
  LEFT JOIN `blocked` AS `b`
    ON `b`.`person_id` = `e`.`person_id` AND `b`.`is_strict`
  CROSS JOIN `run` AS `r`
  WHERE
    `e`.`occurred_at` < `r`.`as_of`
    AND `b`.`person_id` IS NULL
    AND NOT EXISTS(
      SELECT
        1
      FROM `blocked` AS `o`
      WHERE
        `o`.`person_id` = `e`.`person_id` AND `o`.`reason` LIKE 'left_%'
    )
    AND (
      `e`.`channel` IN ('web', 'e-mail')
      OR NOT `e`.`channel` IN (
        SELECT
          `c`.`channel`
        FROM `closed_channel` AS `c`
      )
      OR `e`.`channel` IS NULL
    )
)
SELECT
  `p`.`account_id`,
  `p`.`solution_id`,
  `p`.`week`,
  COUNT(*) AS `touches`,
  COUNT(`p`.`person_id`) AS `known_touches`,
  COUNT(DISTINCT `p`.`person_id`) AS `people`,
  CAST(SUM(CASE WHEN `p`.`is_slow` THEN 0 ELSE `p`.`points` END) AS BIGINT) AS `fast_points`,
  CAST(SUM(CASE `p`.`is_slow` WHEN TRUE THEN `p`.`points` ELSE 0 END) AS BIGINT) AS `slow_points`,
  MIN(`p`.`person_id`) AS `first_person`,
  MAX(`p`.`points`) AS `most_points`,
  CAST(SUM(`p`.`points`) AS BIGINT) / NULLIF(COUNT(*), 0) AS `mean_points`
FROM `placed` AS `p`
GROUP BY
  `p`.`account_id`,
  `p`.`solution_id`,
  `p`.`week`
HAVING
  COUNT(*) > 0
