"""Queues that are known by the day alone: what is planned for them, and what nobody can tell."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipelines.staffing.requirement import require, require_all
from tests.staffing.test_requirement import Desk, forecast, opening

MAIL = Desk(channel="email", handle_seconds=900, shrinkage=0.0)


def even_parts(contacts, channel):
    """A day of eight half hours, even parts of it without quantiles."""
    return forecast([contacts / 8] * 8, channel).assign(q10=np.nan, q90=np.nan)


def test_nobody_knows_how_many_calls_of_a_day_come_in_a_half_hour():
    frame = even_parts(800.0, "phone")
    is_open = [False, *[True] * 7]

    plan = require(frame, Desk(), opening=opening(frame, is_open))
    assert plan["method"].tolist() == ["lost", *["days_only"] * 7]
    agents = plan[["required_agents", "required_low", "required_high", "required_scheduled", "gap"]]
    assert agents.isna().all().all()
    assert plan[["offered_load_erlangs", "occupancy_share", "miss_probability"]].isna().all().all()
    assert plan["expected_contacts"].sum() == 800.0


def test_mail_of_a_day_is_planned_over_its_opening_with_the_band_of_the_day():
    frame = even_parts(16.0, "email")
    days = pd.DataFrame({"local_on": frame["local_on"][:1], "mean": 16.0, "q10": 8.0, "q90": 32.0})
    desk = replace(MAIL, open_day_seconds=4 * 1800)

    plan = require(frame, desk, days=days)
    # two a half hour of a quarter of an hour each are the work of one
    assert set(plan["method"]) == {"promise"}
    assert (plan["required_agents"] * 2).sum() == pytest.approx(16, abs=2)
    assert plan["required_high"].sum() > 1.5 * plan["required_agents"].sum()
    assert plan["backlog_contacts"].iloc[-1] == pytest.approx(2.0)


def test_without_the_days_band_mail_of_even_parts_is_planned_for_its_mean():
    plan = require(even_parts(16.0, "email"), replace(MAIL, open_day_seconds=4 * 1800))

    assert plan["required_low"].tolist() == plan["required_agents"].tolist()
    assert plan["required_high"].tolist() == plan["required_agents"].tolist()
    assert plan["required_agents"].sum() > 0


def test_a_live_desk_known_by_the_day_is_not_said_to_have_time_to_spare():
    calls, mail = even_parts(8.0, "phone"), forecast([4.0] * 8, "email")
    desks = [Desk(gives_spare_time=True), replace(MAIL, open_day_seconds=4 * 1800)]
    roster = calls[["channel", "language", "starts_at"]].assign(agents=20.0)

    plan = require_all(pd.concat([calls, mail]), desks, roster)
    assert plan.loc[plan["channel"] == "email", "live_help_hours"].tolist() == [0.0] * 8
