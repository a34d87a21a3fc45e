-- What agents did with chats and calls since `states_from`: who is busy from when to when, and
-- what is left to do when the customer is gone.
INSERT INTO live_work
SELECT agent, answered AS starts, ended AS busy_until, ended AS wrapped_at
FROM simulated_chats
WHERE answered >= getvariable('states_from') AND agent IS NOT NULL AND ended > answered
UNION ALL
SELECT agent, answered, ended, least(ended + wrap, getvariable('cut'))
FROM simulated_calls
WHERE answered >= getvariable('states_from') AND agent IS NOT NULL AND ended > answered;
