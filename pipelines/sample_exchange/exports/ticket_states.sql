-- Every ticket as the helpdesk showed it at the instant `cut`: what comes later is not there yet.
CREATE OR REPLACE MACRO seen(instant, cut) AS CASE WHEN instant < cut THEN instant END;
CREATE OR REPLACE MACRO tickets_as_of(cut) AS TABLE
WITH known AS (
    SELECT
        number, channel, language, topic, arrived, requester, exclusion, merged_into, team,
        agent, rounds, dirt, subject, question,
        seen(note, cut) AS note,
        seen(reply_1, cut) AS reply_1, seen(reply_2, cut) AS reply_2,
        seen(reply_3, cut) AS reply_3, seen(reply_4, cut) AS reply_4,
        seen(reply_5, cut) AS reply_5,
        seen(answer_1, cut) AS answer_1, seen(answer_2, cut) AS answer_2,
        seen(answer_3, cut) AS answer_3,
        seen(solved_1, cut) AS solved_1, seen(reopened, cut) AS reopened,
        seen(solved_2, cut) AS solved_2,
        seen(survey_sent, cut) AS survey_sent, seen(survey_answered, cut) AS survey_answered,
        score, professionalism, speed, problem_solving, has_comment, comment, survey_dirt,
        auto_reply, ask_text, answer_text, reply_text, solution_text, reopen_text, note_text
    FROM simulated_tickets
    WHERE arrived < cut
),
resolved AS (
    SELECT
        k.*,
        CASE WHEN reopened IS NULL OR solved_2 IS NOT NULL
            THEN coalesce(solved_2, solved_1) END AS settled,
        coalesce(solved_2, solved_1) AS last_solved,
        greatest(reply_1, reply_2, reply_3, reply_4, reply_5) AS last_reply,
        greatest(answer_1, answer_2, answer_3, reopened) AS last_answer,
        CAST(reply_1 IS NOT NULL AS BIGINT) + CAST(reply_2 IS NOT NULL AS BIGINT)
            + CAST(reply_3 IS NOT NULL AS BIGINT) + CAST(reply_4 IS NOT NULL AS BIGINT)
            + CAST(reply_5 IS NOT NULL AS BIGINT) AS replies,
        CAST(reopened IS NOT NULL AS BIGINT) AS reopens,
        -- up to the last change of status: with the desk from the arrival, an answer or a
        -- reopening until the reply, with the customer from there until the answer or the solve
        coalesce(coalesce(reply_1, solved_1) - arrived, 0) + coalesce(reply_2 - answer_1, 0)
            + coalesce(reply_3 - answer_2, 0) + coalesce(reply_4 - answer_3, 0)
            + coalesce(reply_5 - reopened, 0) AS desk_seconds,
        coalesce(answer_1 - reply_1, 0) + coalesce(answer_2 - reply_2, 0)
            + coalesce(answer_3 - reply_3, 0)
            + coalesce(solved_1 - greatest(reply_1, reply_2, reply_3, reply_4), 0)
            + coalesce(solved_2 - reply_5, 0) AS customer_seconds,
        CASE WHEN number % 17 = 0 THEN 'hold' ELSE 'pending' END AS after_reply
    FROM known AS k
)
SELECT
    r.*,
    CASE WHEN after_reply = 'pending' THEN customer_seconds ELSE 0 END AS pending_seconds,
    CASE WHEN after_reply = 'hold' THEN customer_seconds ELSE 0 END AS hold_seconds,
    seen(settled + CASE WHEN exclusion = 'merged' THEN 1 ELSE 345600 END, cut) AS closed,
    CASE
        WHEN exclusion = 'deleted' AND arrived + 86400 < cut THEN 'deleted'
        WHEN settled + CASE WHEN exclusion = 'merged' THEN 1 ELSE 345600 END < cut THEN 'closed'
        WHEN settled IS NOT NULL THEN 'solved'
        WHEN reply_1 IS NULL AND agent IS NULL THEN 'new'
        WHEN reply_1 IS NULL THEN 'open'
        WHEN last_answer > last_reply THEN 'open'
        ELSE after_reply
    END AS status,
    greatest(
        arrived, note, last_reply, last_answer, last_solved, survey_sent, survey_answered,
        seen(settled + 345600, cut)
    ) AS updated
FROM resolved AS r;
