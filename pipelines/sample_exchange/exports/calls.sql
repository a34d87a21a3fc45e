-- The telephone system's call log: local times, durations in seconds, `-` where nothing happened.
WITH lines AS (
    SELECT
        number,
        dirt,
        concat(
            CASE WHEN dirt = 'ruined_id' THEN '2.61103E+13' ELSE call_id_of(number, arrived) END, ',',
            CASE WHEN exclusion = 'agent_initiated' THEN 'OUT' ELSE 'IN' END, ',',
            CASE
                WHEN dirt = 'unknown_language' THEN 'QQ'
                WHEN language = 0 THEN 'KR'
                WHEN language = 1 THEN 'EN'
                ELSE 'JP'
            END, ',',
            CASE dirt
                WHEN 'no_time' THEN ''
                WHEN 'day_first_date' THEN seoul_day_first(arrived)
                ELSE seoul(arrived)
            END, ',',
            coalesce(seoul(queued), '-'), ',',
            CASE WHEN dirt = 'answered_before_entered' THEN seoul(arrived - 7200)
                ELSE coalesce(seoul(answered), '-') END, ',',
            seoul(ended), ',',
            CASE WHEN dirt = 'unknown_outcome' THEN 'E-409' ELSE outcome END, ',',
            CASE WHEN dirt = 'negative_wait' THEN '-12'
                ELSE coalesce(CAST(coalesce(answered, gave_up) - queued AS VARCHAR), '-') END, ',',
            coalesce(CAST(talk AS VARCHAR), '-'), ',',
            coalesce(CAST(hold AS VARCHAR), '-'), ',',
            coalesce(CAST(wrap AS VARCHAR), '-'), ',',
            cell(transfers), ',',
            coalesce(CAST(agent_id_of(agent) AS VARCHAR), '-'), ',',
            quoted(team_name(team)), ',',
            CASE WHEN outcome IN ('ANSWERED', 'NO_ANSWER') THEN topic_code(topic) ELSE '-' END, ',',
            phone_of(requester),
            chr(10)
        ) AS line
    FROM simulated_calls
)
SELECT
    CASE dirt
        WHEN 'twice' THEN line || line
        WHEN 'header_again' THEN getvariable('calls_header') || line
        WHEN 'blank_line' THEN line || chr(10)
        ELSE line
    END AS line
FROM lines;
