"""Agent states and changes of status tell what the simulated contacts did, second by second."""

import csv
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

SINCE = datetime(2026, 10, 25, 15)
"""Midnight in Seoul, three weeks before the data end, in UTC."""
CUT = datetime(2026, 11, 15, 15)


@pytest.fixture(scope="module")
def states(sample_folder):
    """agent -> (starts, ends, state) in UTC, in the file's order."""
    told = defaultdict(list)
    with (sample_folder / "agent_states.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            starts, ends = (
                datetime.fromisoformat(row[name]).astimezone(UTC).replace(tzinfo=None)
                for name in ("starts_at", "ends_at")
            )
            told[row["agent_id"]].append((starts, ends, row["state"]))
    return told


def _seconds(stretches) -> int:
    """Seconds that stretches cover, what overlaps once."""
    covered, until = 0.0, datetime.min
    for starts, ends in sorted(stretches):
        covered += max((ends - max(starts, until)).total_seconds(), 0)
        until = max(until, ends)
    return round(covered)


def _worked(truth, until: str) -> dict[str, int]:
    rows = truth.execute(
        f"""
        SELECT agent_id, answered_at, {until}
        FROM contacts
        WHERE answered_at >= ? AND ended_at > answered_at
        """,
        [SINCE],
    ).fetchall()
    stretches = defaultdict(list)
    for agent, starts, ends in rows:
        stretches[agent].append((starts, min(ends, CUT)))
    return {agent: _seconds(theirs) for agent, theirs in stretches.items()}


def _told(states, kinds) -> dict[str, int]:
    return {
        agent: _seconds((starts, ends) for starts, ends, state in theirs if state in kinds)
        for agent, theirs in states.items()
    }


def test_agents_are_busy_exactly_while_they_have_a_chat_or_a_call(states, truth):
    assert _told(states, {"On Contact"}) == _worked(truth, "ended_at")


def test_after_call_work_follows_unless_the_next_contact_is_there(states, truth):
    wrapped = "answered_at + to_seconds(coalesce(handle_seconds, epoch(ended_at - answered_at)))"
    assert _told(states, {"On Contact", "ACW"}) == _worked(truth, wrapped)


def test_nobody_is_in_two_states_at_once_or_before_the_export_begins(states):
    for theirs in states.values():
        assert all(ends > starts for starts, ends, _ in theirs)
        assert all(before[1] <= after[0] for before, after in pairwise(theirs))
        assert theirs[0][0] >= SINCE
        assert theirs[-1][1] <= CUT


def test_agents_log_out_after_their_shift_and_take_a_break_in_it(states):
    kinds = Counter(state for theirs in states.values() for *_, state in theirs)
    assert kinds.keys() == {"Available", "On Contact", "ACW", "Break"}
    for theirs in states.values():
        for day in range(21):
            starts = SINCE + timedelta(days=day)
            today = [row for row in theirs if starts <= row[0] < starts + timedelta(days=1)]
            paid = _seconds((row[0], row[1]) for row in today)
            assert paid <= 16 * 3600 + 3600  # two shifts at most, and the last contact of it


@pytest.fixture(scope="module")
def histories(sample_folder):
    """ticket -> [(second, status before, status after)], in the file's order."""
    found = defaultdict(list)
    for line in (sample_folder / "zendesk_json/ticket_events.jsonl").open(encoding="utf-8"):
        event = json.loads(line)
        (change,) = event["child_events"]
        found[f"zendesk:{event['ticket_id']}"].append(
            (event["timestamp"], change.get("previous_value"), change["status"])
        )
    return found


def test_each_history_is_whole_and_its_stretches_add_up_to_the_truth(histories, truth):
    rows = truth.execute("""
        SELECT contact_id, epoch(arrived_at), agent_work_seconds, agent_wait_seconds,
            on_hold_seconds, requester_wait_seconds
        FROM contacts
        WHERE contact_id LIKE 'zendesk:%' AND last_solved_at IS NOT NULL
    """).fetchall()
    compared = 0
    for contact, arrived, *true in rows:
        history = histories.get(contact)
        if history is None:
            continue
        spent = Counter()
        assert history[0] == (arrived, None, "new")
        for (since, _, status), (until, before, _) in pairwise(history):
            assert before == status
            spent[status] += until - since
        work = spent["new"] + spent["open"]
        assert [work, spent["pending"], spent["hold"], work + spent["hold"]] == true
        compared += 1
    assert compared > 3_000


def test_histories_are_those_of_the_tickets_made_in_the_last_three_weeks(histories, truth):
    made = truth.execute(
        "SELECT contact_id FROM contacts WHERE contact_id LIKE 'zendesk:%' AND arrived_at >= ?"
        " AND exclusion IS DISTINCT FROM 'deleted'",
        [SINCE],
    ).fetchall()
    missing = {contact for (contact,) in made} - histories.keys()
    assert missing == set()


def test_the_helpdesks_minutes_are_the_true_times_rounded_down(sample_folder, truth):
    true = {
        contact: values
        for contact, *values in truth.execute("""
            SELECT contact_id, agent_wait_seconds, requester_wait_seconds, on_hold_seconds
            FROM contacts WHERE contact_id LIKE 'zendesk:%'
        """).fetchall()
    }
    for line in (sample_folder / "zendesk_json/ticket_metrics.jsonl").open(encoding="utf-8"):
        clock = json.loads(line)
        told = [
            clock[f"{name}_time_in_minutes"]["calendar"]
            for name in ("agent_wait", "requester_wait", "on_hold")
        ]
        assert told == [value // 60 for value in true[f"zendesk:{clock['ticket_id']}"]]
