WITH `person` AS (
  SELECT DISTINCT
    `e`.`person_id`,
    `e`.`account_id`
  FROM `engagement` AS `e`
), `counted` AS (
  SELECT
    `p`.`person_id`,
    `p`.`account_id`,
    COALESCE(`b`.`reason`, 'it\'s a \\ "quote"; -- é') AS `reason`,
    `b`.`is_strict`
  FROM `person` AS `p`
  FULL JOIN `blocked` AS `b`
    ON `b`.`person_id` = `p`.`person_id`
)
SELECT
  SUBSTRING(
    MD5(
      COALESCE(`c`.`person_id`, '') || '|' || COALESCE(`c`.`account_id`, '') || '|' || `c`.`reason`
    ),
    1,
    16
  ) AS `row_id`,
  `c`.`person_id`,
  `c`.`account_id`,
  UPPER(`c`.`reason`) || LOWER(`c`.`person_id`) AS `joined_text`,
  `c`.`reason` LIKE '%quote%' AND `c`.`reason` NOT LIKE 'left_%' AS `is_quote`,
  `c`.`person_id` IS DISTINCT FROM `c`.`account_id` AS `differs`,
  `c`.`person_id` IS NOT DISTINCT FROM `c`.`account_id` AS `same`,
  CAST(RANK() OVER (PARTITION BY `c`.`account_id` ORDER BY `c`.`reason` NULLS LAST) AS BIGINT) AS `reason_rank`,
  CAST(DENSE_RANK() OVER (ORDER BY `c`.`account_id` DESC, `c`.`person_id` NULLS LAST) AS BIGINT) AS `dense`,
  CAST(ROW_NUMBER() OVER (
    ORDER BY `c`.`account_id` NULLS LAST, `c`.`person_id` DESC, `c`.`reason` NULLS LAST
  ) AS BIGINT) * 1000000 AS `number`,
  FIRST_VALUE(`c`.`person_id`) OVER (
    PARTITION BY `c`.`account_id`
    ORDER BY `c`.`person_id` NULLS LAST, `c`.`reason` NULLS LAST
    ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING
  ) AS `neighbour_before`,
  LAST_VALUE(`c`.`person_id`) OVER (
    PARTITION BY `c`.`account_id`
    ORDER BY `c`.`person_id` DESC, `c`.`reason` NULLS LAST
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
  ) AS `last_person`,
  COUNT(*) OVER (PARTITION BY `c`.`account_id`) AS `in_account`,
  (
    SELECT
      MAX(`e`.`points`)
    FROM `engagement` AS `e`
  ) AS `most_points`,
  GREATEST(LEAST(ABS(-(
    (
      12345
    ) DIV (
      7
    )
  )), 1000), 3) % 7 AS `clamped`,
  CAST(`c`.`is_strict` AS INT) AS `strict_number`,
  `c`.`is_strict` OR `c`.`reason` > 'm' AS `three_valued`,
  CAST(3 AS DOUBLE) / 7 - 2.5e-1 <= 1e0 AND 2 > 1 AND 1 <> 2 AS `is_small`
FROM `counted` AS `c`
