"""Figures that explain: signed parts with intervals, limits instead of ranks, hours of a day."""

import pandas as pd
import pytest

from dashboard.charts import funnel, hours_map, parts
from dashboard.charts.explanations import step
from dashboard.charts.look import ACCENT, CONTRAST, NEUTRAL, faded
from dashboard.formats import ENGLISH

PARTS = pd.DataFrame(
    {
        "part": ["total", "rate", "language"],
        "value": [-0.105, 0.011, -0.116],
        "low": [-0.14, -0.02, -0.14],
        "high": [-0.07, 0.04, -0.09],
        "n": [2000, 2000, 2000],
    }
)


def test_parts_stand_around_zero_in_their_order_with_their_intervals():
    figure = parts(PARTS, "part", unit="share", up_is_good=True, names={"total": "Change in all"})
    (bars,) = figure.data
    assert list(bars.y) == ["Change in all", "rate", "language"]
    assert list(bars.x) == [-0.105, 0.011, -0.116]
    assert list(bars.error_x.array) == pytest.approx([0.035, 0.029, 0.026])
    assert bars.customdata[0] == "<b>-10.5 pts</b><br>95%: -14.0 pts – -7.0 pts<br>n = 2,000"


def test_what_chance_explains_is_grey_and_the_rest_is_coloured_by_what_is_good():
    worse, chance = faded(CONTRAST, 0.8), faded(NEUTRAL, 0.8)
    colours = parts(PARTS, "part", unit="share", up_is_good=True).data[0].marker.color
    assert list(colours) == [worse, chance, worse]
    turned = parts(PARTS, "part", unit="share", up_is_good=False).data[0].marker.color
    assert list(turned) == [faded(ACCENT, 0.8), chance, faded(ACCENT, 0.8)]


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.011, "share", "+1.1 pts"),
        (-80, "seconds", "-1 min 20 s"),
        (-7.76, "contacts per day", "-7.8"),
        (312.4, "contacts", "+312"),
        (None, "share", "—"),
    ],
)
def test_a_step_carries_its_sign_and_its_unit(value, unit, said):
    assert step(value, unit, ENGLISH) == said


JUDGED = pd.DataFrame(
    {
        "language": ["ko", "tr", "id", "pt"],
        "n": [900, 120, 20, 3],
        "value": [0.08, 0.30, 0.18, 0.5],
        "low": [0.06, 0.22, 0.08, 0.1],
        "high": [0.10, 0.38, 0.4, 0.9],
        "target": 0.1,
        "low_95": [0.08, 0.05, 0.0, 0.0],
        "high_95": [0.12, 0.15, 0.25, 0.6],
        "low_998": [0.07, 0.03, 0.0, 0.0],
        "high_998": [0.13, 0.19, 0.4, 0.9],
        "outside": pd.array([0, 2, None, None], dtype="Int64"),
    }
)


def test_a_funnel_orders_by_size_and_names_only_what_chance_does_not_explain():
    points = funnel(JUDGED, "language", unit="share", names={"tr": "Turkish"}).data[-1]
    assert list(points.x) == [20, 120, 900]  # under five nothing is told
    assert list(points.text) == ["", "Turkish", ""]
    assert list(points.marker.color) == [ACCENT, CONTRAST, ACCENT]
    assert list(points.marker.symbol) == ["circle-open", "circle", "circle"]
    assert points.customdata[1] == "Turkish<br><b>30.0%</b><br>95%: 22.0% – 38.0%<br>n = 120"


def test_a_map_of_hours_leaves_untold_what_few_stand_behind_and_unobserved_hours_empty():
    frame = pd.DataFrame(
        {
            "language": ["ko", "ko", "en"],
            "hour": ["09:00", "10:00", "09:00"],
            "value": [0.25, 1.0, float("nan")],
            "n": [40, 4, 0],
        }
    )
    (cells,) = hours_map(frame, "language", unit="share", label="Unanswered").data
    assert list(cells.y) == ["ko", "en"]
    assert cells.z.shape == (2, 24)
    assert cells.z[0][9] == 0.25
    assert pd.isna([cells.z[0][10], cells.z[0][11], cells.z[1][9]]).all()
    assert cells.text[0][9] == "ko · 09:00<br><b>25.0%</b><br>n = 40"
    assert cells.text[0][10] == "ko · 10:00<br>n = <5"


def test_a_map_of_contacts_leaves_few_untold_and_says_so_where_all_are_few():
    frame = pd.DataFrame(
        {"language": "ko", "hour": ["09:00", "10:00"], "value": [6, 2], "n": [6, 2]}
    )
    (cells,) = hours_map(frame, "language", unit="count", label="Contacts").data
    assert cells.z[0][9] == 6
    assert pd.isna(cells.z[0][10])
    assert (cells.text[0][9], cells.text[0][10]) == (
        "ko · 09:00<br><b>6</b>",
        "ko · 10:00<br><b><5</b>",
    )
    few = hours_map(frame.tail(1), "language", unit="count", label="Contacts")
    assert [said.text for said in few.layout.annotations] == [
        "Fewer than 5 in every period: too few to tell anything."
    ]


def test_hours_that_are_scheduled_are_told_however_few_wrote():
    frame = pd.DataFrame({"language": "ko", "hour": ["03:00"], "value": [2.0]})
    (cells,) = hours_map(frame, "language", unit="number", label="Agent hours").data
    assert (cells.z[0][3], cells.text[0][3]) == (2.0, "ko · 03:00<br><b>2</b>")


def test_the_scale_of_a_map_of_counts_ends_at_a_whole_number_and_says_if_more_lies_above():
    frame = pd.DataFrame(
        {
            "language": "ko",
            "hour": [f"{hour:02d}:00" for hour in range(11)],
            "value": [10, 20, 30, 40, 50, 60, 70, 80, 90, 99, 200],
            "n": 99,
        }
    )
    (cells,) = hours_map(frame, "language", unit="count", label="Contacts").data
    # the 95th percentile lies half-way between 99 and 200: 149.5
    assert cells.zmax == 150
    assert list(cells.colorbar.ticktext) == ["0", "150 and more"]


def test_a_funnel_of_groups_of_about_one_size_has_more_than_one_tick():
    near = JUDGED.assign(n=[40, 90, 300][: len(JUDGED)] + [300] * max(0, len(JUDGED) - 3))
    assert {50, 100, 200} <= set(funnel(near, "language", unit="share").layout.xaxis.tickvals)
    far = JUDGED.assign(n=[30] + [90_000] * (len(JUDGED) - 1))
    ticks = funnel(far, "language", unit="share").layout.xaxis.tickvals
    assert set(ticks) == {10, 100, 1_000, 10_000, 100_000}
