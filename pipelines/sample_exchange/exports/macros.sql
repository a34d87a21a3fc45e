-- How the exports write instants, texts and ids. NULL in gives NULL out unless said otherwise.
-- Instants are epoch seconds; Asia/Seoul is nine hours ahead all year.
CREATE OR REPLACE MACRO iso(seconds) AS
    strftime(make_timestamp(seconds * 1000000), '%Y-%m-%dT%H:%M:%SZ');
-- the instants that came to be, as the truth tells them
CREATE OR REPLACE MACRO told_at(seconds) AS
    list_transform(list_filter(seconds, lambda s: s IS NOT NULL), lambda s: make_timestamp(s * 1000000));
CREATE OR REPLACE MACRO seoul(seconds) AS
    strftime(make_timestamp((seconds + 32400) * 1000000), '%Y-%m-%d %H:%M:%S');
CREATE OR REPLACE MACRO seoul_minute(seconds) AS
    strftime(make_timestamp((seconds + 32400) * 1000000), '%Y-%m-%d %H:%M');
CREATE OR REPLACE MACRO seoul_minute_day_first(seconds) AS
    strftime(make_timestamp((seconds + 32400) * 1000000), '%d-%m-%Y %H:%M');
CREATE OR REPLACE MACRO seoul_day_first(seconds) AS
    strftime(make_timestamp((seconds + 32400) * 1000000), '%d-%m-%Y %H:%M:%S');
CREATE OR REPLACE MACRO cell(value_) AS coalesce(CAST(value_ AS VARCHAR), '');
CREATE OR REPLACE MACRO quoted(text_) AS
    '"' || replace(coalesce(text_, ''), '"', '""') || '"';
CREATE OR REPLACE MACRO json_text(text_) AS
    coalesce('"' || replace(text_, chr(10), '\n') || '"', 'null');
CREATE OR REPLACE MACRO json_number(value_) AS coalesce(CAST(value_ AS VARCHAR), 'null');
CREATE OR REPLACE MACRO json_flag(value_) AS CASE WHEN value_ THEN 'true' ELSE 'false' END;
-- a key that is absent where there is no value, as Zendesk writes its metrics
CREATE OR REPLACE MACRO json_key(name_, at_) AS coalesce('"' || name_ || '":"' || at_ || '",', '');

-- Invented people. No 010-0xxx or 555-01xx number is given to anybody; example.* is reserved.
CREATE OR REPLACE MACRO digest(number_) AS md5(CAST(number_ AS VARCHAR) || 'sample-exchange');
CREATE OR REPLACE MACRO email_of(number_) AS
    getvariable('given_names')[1 + CAST(number_ % len(getvariable('given_names')) AS INTEGER)]
    || '.' || CAST(1000 + number_ % 899981 AS VARCHAR) || '@example.'
    || CASE number_ % 3 WHEN 0 THEN 'com' WHEN 1 THEN 'org' ELSE 'net' END;
-- one number each, up to ten million people: 4871933 has no divisor in common with 10,000,000
CREATE OR REPLACE MACRO phone_of(number_) AS
    CASE WHEN number_ % 5 < 4 OR number_ >= 300000
        THEN '010-0' || lpad(CAST(number_ * 4871933 // 10000 % 1000 AS VARCHAR), 3, '0')
            || '-' || lpad(CAST(number_ * 4871933 % 10000 AS VARCHAR), 4, '0')
        ELSE '+1 ' || CAST(201 + number_ // 500 AS VARCHAR)
            || '-555-01' || lpad(CAST(number_ // 5 % 100 AS VARCHAR), 2, '0')
    END;
CREATE OR REPLACE MACRO filled(text_, number_) AS
    CASE WHEN contains(text_, '{')
        THEN replace(replace(replace(replace(replace(
            text_, '{email}', email_of(number_)), '{phone}', phone_of(number_)),
            '{account}', 'AC' || lpad(CAST(number_ * 37 % 100000000 AS VARCHAR), 8, '0')),
            '{wallet}', '0x' || substr(digest(number_) || digest(number_ + 1), 1, 40)),
            '{tx}', '0x' || digest(number_) || digest(number_ + 2))
        ELSE text_
    END;
-- Of a template: does who writes it name an account, a transaction or a wallet?
CREATE OR REPLACE MACRO gives_detail(text_) AS
    contains(text_, '{account}') OR contains(text_, '{tx}') OR contains(text_, '{wallet}');
CREATE OR REPLACE MACRO agent_id_of(agent) AS 370000000000 + agent;
CREATE OR REPLACE MACRO requester_id_of(requester) AS 390000000000 + requester;
CREATE OR REPLACE MACRO ticket_id_of(number_) AS 2400001 + number_;
CREATE OR REPLACE MACRO chat_id_of(number_, arrived) AS
    strftime(make_timestamp(arrived * 1000000), '%y%m') || '.10414779.' || substr(digest(number_), 1, 13);
CREATE OR REPLACE MACRO call_id_of(number_, arrived) AS
    strftime(make_timestamp((arrived + 32400) * 1000000), '%y%m%d')
    || lpad(CAST(number_ % 100000000 AS VARCHAR), 8, '0');

-- Codes to words; the lists are set by exports.py from world.py.
CREATE OR REPLACE MACRO channel_code(channel) AS getvariable('channels')[channel + 1];
CREATE OR REPLACE MACRO language_code(language) AS getvariable('languages')[language + 1];
CREATE OR REPLACE MACRO country_of(language) AS getvariable('countries')[language + 1];
CREATE OR REPLACE MACRO topic_code(topic) AS getvariable('topics')[topic + 1];
CREATE OR REPLACE MACRO team_name(team) AS getvariable('teams')[team + 1];
CREATE OR REPLACE MACRO agent_name(agent) AS 'Agent ' || lpad(CAST(agent AS VARCHAR), 5, '0');
-- people write the same language in several ways: one row in sixteen is not the usual label
CREATE OR REPLACE MACRO language_text(language, number_) AS
    CASE WHEN number_ % 16 = 3
        THEN getvariable('language_variants')[language + 1][
            1 + CAST(number_ // 16 % len(getvariable('language_variants')[language + 1]) AS INTEGER)]
        ELSE getvariable('language_labels')[language + 1]
    END;
CREATE OR REPLACE MACRO topic_text(topic, number_) AS
    CASE WHEN number_ % 16 = 5 THEN getvariable('topics_korean')[topic + 1]
        ELSE getvariable('topic_labels')[topic + 1] END;
CREATE OR REPLACE MACRO nfd_topic(topic) AS getvariable('topics_nfd')[topic + 1];
CREATE OR REPLACE MACRO ticket_priority(topic, number_) AS
    CASE WHEN topic = 3 THEN 'Urgent' WHEN number_ % 11 = 0 THEN 'High'
        WHEN number_ % 7 = 0 THEN 'Low' ELSE 'Normal' END;
CREATE OR REPLACE MACRO ticket_tags(exclusion, language, topic, number_) AS
    CASE exclusion WHEN 'spam' THEN 'spam ' WHEN 'test' THEN 'test '
        WHEN 'merged' THEN 'closed_by_merge '
        WHEN 'internal' THEN 'created_for_side_conversation ' ELSE '' END
    || topic_code(topic) || CASE WHEN number_ % 9 = 0 THEN ' vip' ELSE '' END;
CREATE OR REPLACE MACRO chat_tags(exclusion, language, topic, number_, dirt) AS
    CASE WHEN exclusion IN ('spam', 'test') THEN exclusion || '","' ELSE '' END
    || CASE dirt WHEN 'unknown_language' THEN 'tlh' ELSE language_code(language) END || '","'
    || CASE dirt WHEN 'unknown_topic' THEN 'uncategorised_2' ELSE topic_code(topic) END;

-- One entry of a chat's history; NULL where it has no time or no author.
CREATE OR REPLACE MACRO chat_event(type_, at_, nick, name_, more) AS
    '{"type":"' || type_ || '","timestamp":"' || iso(at_) || '","nick":"' || nick
    || '","name":"' || name_ || '","channel":"#main"' || more || '}';
CREATE OR REPLACE MACRO chat_message(at_, nick, name_, text_) AS
    chat_event('chat.msg', at_, nick, name_, ',"msg":' || json_text(text_));

-- What is drawn beside the simulation: 0..9999, by the contact's number and what it is drawn for.
CREATE OR REPLACE MACRO drawn(number_, purpose) AS
    CAST('0x' || substr(md5(purpose || CAST(number_ AS VARCHAR)), 1, 8) AS BIGINT) % 10000;
-- The help centre: one article a topic, translated into fewer of them the smaller a language is.
CREATE OR REPLACE MACRO article_id_of(topic) AS 360000000100 + topic;
CREATE OR REPLACE MACRO has_article(topic, language) AS CASE
    WHEN language < 2 THEN true
    WHEN language = 2 THEN topic <> 4
    WHEN language = 3 THEN topic NOT IN (3, 5)
    WHEN language < 7 THEN topic IN (0, 2, 4)
    ELSE topic = 0
END;
CREATE OR REPLACE MACRO search_words(topic, language) AS
    CASE language WHEN 0 THEN getvariable('topics_korean')[topic + 1]
        ELSE lower(getvariable('topic_labels')[topic + 1]) END;
-- One rating in twelve is given anew, within the fortnight that a survey is open.
CREATE OR REPLACE MACRO changes_mind(number_, sent, answered) AS
    coalesce(answered - sent BETWEEN 120 AND 1209600, false) AND drawn(number_, 'changes mind') < 800;
