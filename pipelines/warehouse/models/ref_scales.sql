/* ---
summary = "The scales that scores are on, and from which score an answer counts as favourable. No two are ever mixed."
grain = "one scale"
key = ["scale"]
[columns]
scale = { type = "VARCHAR", meaning = "name of the scale; nps and ces are questions of their own" }
lowest = { type = "INTEGER", unit = "points of the scale", meaning = "worst score" }
highest = { type = "INTEGER", unit = "points of the scale", meaning = "best score" }
satisfied_from = { type = "INTEGER", unit = "points of the scale", meaning = "least score that is favourable: the top two boxes of 1-5, 1-7, 1-10 and 0-10, the top one of 1-3, good, above 0 of signed; a promoter of nps, 5 of ces" }
--- */
SELECT 'good_bad' AS scale, 0 AS lowest, 1 AS highest, 1 AS satisfied_from
UNION ALL SELECT '0-1', 0, 1, 1
UNION ALL SELECT '1-3', 1, 3, 3
UNION ALL SELECT '1-5', 1, 5, 4
UNION ALL SELECT '1-7', 1, 7, 6
UNION ALL SELECT '1-10', 1, 10, 9
UNION ALL SELECT '0-10', 0, 10, 9
UNION ALL SELECT 'signed', -3, 3, 1
UNION ALL SELECT 'nps', 0, 10, 9
UNION ALL SELECT 'ces', 1, 7, 5
