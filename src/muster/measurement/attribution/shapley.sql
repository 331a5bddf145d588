-- The same to every channel of a path, divided over its touches: the Shapley value, in closed form, of the game in which channels are
-- worth what was won on paths that need no other (Zhao, Mahboobi and Bagheri 2018). 232792560 is divided by every number up to 20.
SELECT
    d.opportunity_id,
    d.position,
    INT_DIV(232792560 + INT_DIV(c.touches, 2), NULLIF(c.touches, 0)) AS weight
FROM deal_touch AS d
JOIN (
    SELECT t.opportunity_id, t.channel, COUNT(*) AS touches
    FROM deal_touch AS t
    GROUP BY t.opportunity_id, t.channel
) AS c ON c.opportunity_id = d.opportunity_id AND c.channel = d.channel
