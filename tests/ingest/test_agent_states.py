"""Agent states: what telephone systems call them, and what is no paid time."""

HEADER = "agent_id,state,starts_at,ends_at,channel\n"
ROW = "7001,{},2026-03-02T09:00:00+09:00,2026-03-02T09:10:00+09:00,phone\n"


def test_the_words_of_telephone_systems_become_four_states(intake):
    rows = """\
7001,Ready,2026-03-02T01:00:00Z,2026-03-02T01:30:00Z,phone
7001,On Call,2026-03-02T02:00:00Z,2026-03-02T02:30:00Z,phone
7001,After-Call Work,2026-03-02T03:00:00Z,2026-03-02T03:30:00Z,phone
7001,not_ready,2026-03-02T04:00:00Z,2026-03-02T04:30:00Z,phone
"""
    intake.load(intake.file("a.csv", HEADER + rows))
    assert intake.rows("agent_states", "starts_at, state") == [
        ("2026-03-02 01:00:00", "available"),
        ("2026-03-02 02:00:00", "handling"),
        ("2026-03-02 03:00:00", "wrap"),
        ("2026-03-02 04:00:00", "away"),
    ]


def test_times_become_utc(intake):
    intake.load(intake.file("a.csv", HEADER + ROW.format("idle")))
    assert intake.rows("agent_states", "agent_id, starts_at, ends_at, channel") == [
        ("7001", "2026-03-02 00:00:00", "2026-03-02 00:10:00", "phone")
    ]


def test_an_unknown_word_is_refused_until_a_mapping_tells_it(intake):
    [report] = intake.load(intake.file("a.csv", HEADER + ROW.format("Gone fishing")))
    assert (report.loaded, report.quarantined) == (0, 1)
    mapping = intake.file("mappings/b.toml", '[values.state]\n"Gone fishing" = "away"\n')
    [report] = intake.load(
        intake.file("b.csv", HEADER + 2 * ROW.format("Gone fishing")), mapping=mapping
    )
    assert (report.loaded, report.quarantined) == (2, 0)
