"""A plan that keeps its promise by its own account keeps it by the account of the metric.

E-mails come at any second, the agents of the plan answer what is due first, and a build of all
that was written then counts who waited longer than promised.
"""

import heapq
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from pipelines.api import open_warehouse
from pipelines.staffing.requirement import require_all
from pipelines.stages.assumptions import desks_of, waiting_contacts
from pipelines.stages.forecast import HORIZON_DAYS, openings
from tests.fixtures import RawWarehouse

FIRST_ON = date(2026, 3, 23)  # London's clocks change on the 29th, and 3 April is a holiday there
HANDLE = timedelta(minutes=10)
HALF_HOUR = timedelta(minutes=30)
DESKS = {
    # language: business days promised, zone and holidays, hours
    "ko": (1, 'zone = "Asia/Seoul"', 'weekdays = ["09:00-18:00"]\nsat = ["09:00-13:00"]'),
    "en": (
        2,
        'zone = "Europe/London"\nholidays = "GB"',
        'weekdays = ["08:00-12:00", "13:00-17:00"]',
    ),
    "ja": (1, 'zone = "Asia/Tokyo"', 'daily = ["00:00-24:00"]'),
    "vi": (3, 'zone = "Asia/Seoul"', 'weekdays = ["16:00-02:00"]'),
    "es": (2, 'zone = "America/New_York"', 'weekdays = ["09:10-18:00"]'),
}


def settings() -> str:
    """A desk for the e-mail of each language."""
    lines = ['[site]\nname = "Test"\nzone = "Asia/Seoul"\n[rules]\nexcluded_tags = {spam = "spam"}']
    for language, (days, place, week) in DESKS.items():
        lines.append(f'[[calendars]]\nid = "{language}"\n{place}\n[[calendars.periods]]\n{week}')
        lines.append(
            f'[[desks]]\nchannel = "email"\nlanguage = "{language}"\ncalendar = "{language}"\n'
            f'target_share = 0.9\nwithin_seconds = 86400\nstaffed_to = "mean"\n'
            f"handle_seconds = {HANDLE.seconds}\npromise_open_days = {days}"
        )
    return "\n".join(lines)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Two weeks of e-mails, planned, answered and built: the door to them, and who was overdue
    when the plan began."""
    folder = tmp_path_factory.mktemp("kept")
    chance = np.random.default_rng(5)
    before = RawWarehouse(folder / "before")
    asked = {}  # contact -> (language, instant)
    begins_at = pd.Timestamp(FIRST_ON) - pd.Timedelta(hours=9)
    for language in DESKS:
        for n, hours in enumerate(chance.uniform(0, 23, 40)):
            asked[f"{language}-w{n}"] = (language, begins_at - pd.Timedelta(hours=hours).floor("s"))
    overdue = {"ko-old", "ja-old"}
    asked |= {each: (each[:2], begins_at - timedelta(days=4)) for each in overdue}
    # said twice, or they would have left in silence
    again = "".join(f"{each} | {begins_at - HALF_HOUR} | customer\n" for each in overdue)
    before.load(contacts=contacts(asked), messages=questions(asked) + "\n" + again)
    connection, site = before.build(settings()), before.read_settings(settings())
    desks = desks_of(connection, site)
    waiting = waiting_contacts(connection, desks, site.zone, FIRST_ON - timedelta(days=1))
    queues = [("email", language) for language in DESKS]
    ahead = openings(site, queues, FIRST_ON, HORIZON_DAYS)
    ahead["mean"] = chance.integers(0, 4, len(ahead)) * 1.0
    forecast = ahead.assign(q10=ahead["mean"], q90=ahead["mean"])
    plan = require_all(forecast, desks, waiting_contacts=waiting)
    connection.close()

    replied = {}
    for (_, language), rows in plan.groupby(["channel", "language"]):
        comes = [
            (row.starts_at + pd.Timedelta(seconds=int(second)), f"{language}-{row.Index}-{n}")
            for row in rows.itertuples()
            for n, second in enumerate(chance.integers(0, 1800, int(row.expected_contacts)))
        ]
        asked |= {contact: (language, at) for at, contact in comes}
        # due in the order of coming; overdue ones behind those that can still be kept
        queue = [(at, contact) for contact, (of, at) in asked.items()
                 if of == language and at < begins_at and contact not in overdue]  # fmt: skip
        queue += [(begins_at, contact) for contact in overdue if contact[:2] == language]
        replied |= answered(rows, queue, sorted(comes))

    after = RawWarehouse(folder / "after")
    replies = "".join(f"{each} | {at} | agent\n" for each, at in replied.items())
    end = "cut | 2026-06-01 00:00:00 | en | spam"
    after.load(contacts=contacts(asked) + "\n" + end, messages=questions(asked) + "\n" + replies)
    after.build(settings()).close()
    return open_warehouse(after.folder), overdue


def answered(rows, queue, comes) -> dict[str, pd.Timestamp]:
    """Each agent of a half hour answers up to three, one after the other, the first due first."""
    heapq.heapify(queue)
    replied, comes = {}, comes[::-1]
    for row in rows.itertuples():
        agents = 0 if pd.isna(row.required_agents) else int(row.required_agents)
        for turn in range(3):
            now = row.starts_at + turn * HANDLE
            while comes and comes[-1][0] <= now:
                heapq.heappush(queue, comes.pop())
            for _ in range(min(agents, len(queue))):
                replied[heapq.heappop(queue)[1]] = now + HANDLE
    return replied


def contacts(asked) -> str:
    rows = (f"{each} | {at} | {language} |" for each, (language, at) in asked.items())
    return "contact_id | created_at | language | tags\n" + "\n".join(rows)


def questions(asked) -> str:
    rows = (f"{each} | {at} | customer" for each, (_, at) in asked.items())
    return "contact_id | sent_at | author_role\n" + "\n".join(rows)


def broken(door, language: str, days: int) -> tuple[set[str], int]:
    """Who was not answered within so many business days, of how many who came until the plan's
    ninth day, and are due before its end."""
    found = door.observations(
        f"email_answered_{days}_day{'s' if days > 1 else ''}_share",
        where={"language": language},
        limit=100_000,
    )
    judged = found[found["observed_on"] < pd.Timestamp(FIRST_ON) + timedelta(days=8)]
    return set(judged.loc[judged["value"] == 0, "contact_id"]), len(judged)


@pytest.mark.parametrize("language", DESKS)
def test_a_plan_breaks_no_promise_but_those_that_were_broken_when_it_began(kept, language):
    door, overdue = kept
    late, n = broken(door, language, DESKS[language][0])
    assert late == {each for each in overdue if each[:2] == language}
    assert n > 500


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_plan_takes_the_time_that_was_promised(kept, language):
    door, _ = kept
    late, n = broken(door, language, DESKS[language][0] - 1)
    assert len(late) > n / 10
