"""Controls of the planning pages stand in the link, and stay on the way to another page."""

import pytest

TEXTBOOK = {
    "arriving": "100",
    "minutes": "30",
    "handle.phone.ko": "180",
    "target.phone.ko": "80",
    "within.phone.ko": "20",
    "patience.phone.ko": "0",
    "shrinkage.phone.ko": "30",
    "busy.phone.ko": "100",
}


def widget(app, label: str):
    every = [*app.number_input, *app.slider, *app.multiselect]
    return [w for w in every if w.label == label][-1]


def metric(app, label: str) -> str:
    return [m.value for m in app.metric if m.label == label][-1]


def address(app, name: str) -> str:
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def to_another_page_and_back(app):
    app.switch_page("app_pages/overview.py").run()
    app.query_params.clear()  # as the browser does
    app.query_params["queue"] = "phone:ko"
    return app.switch_page("app_pages/staffing.py").run()


def test_a_link_to_the_calculator_gives_the_answer_that_was_shared(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", view="calculator", **TEXTBOOK)
    assert (metric(app, "At their desks"), metric(app, "To schedule")) == ("14", "20")
    assert metric(app, "Answered in time") == "88.8%"


def test_a_figure_of_the_calculator_is_put_into_the_link_and_is_its_queues_own(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", view="calculator")
    of_desk = widget(app, "Handle time, seconds").value
    widget(app, "Handle time, seconds").set_value(of_desk + 7)
    widget(app, "Contacts arriving").set_value(2.5)
    app.run()
    assert address(app, "handle.phone.ko") == str(of_desk + 7)
    assert address(app, "arriving") == "2.5"
    assert "target.phone.ko" not in app.query_params
    next(box for box in app.selectbox if box.label == "Queue").set_value("phone:ja").run()
    assert widget(app, "Handle time, seconds").value != of_desk + 7
    assert widget(app, "Contacts arriving").value == 2.5


@pytest.mark.parametrize(
    ("view", "changed"),
    [
        ("calculator", {"Handle time, seconds": 777, "Contacts arriving": 40.5}),
        ("hiring", {"People there now": 3, "Leaving in a year, in %": 70, "Growth in a year, in %":
                    -20, "Weeks until fully worth": 0}),
        ("languages", {"Languages in the pool": ["ko", "en"],
                       "Agents with several languages take longer by": 15}),
    ],
)  # fmt: skip
def test_what_is_set_stays_on_the_way_to_another_page_and_back(open_app, exchange, view, changed):
    app = open_app(exchange, "staffing", queue="phone:ko", view=view)
    for label, value in changed.items():
        assert widget(app, label).value != value
        widget(app, label).set_value(value)
    app.run()
    app = to_another_page_and_back(app)
    app.query_params["view"] = view
    app.run()
    assert {label: widget(app, label).value for label in changed} == changed


def test_the_staff_and_the_period_of_hiring_stay_too(open_app, exchange):
    app = open_app(
        exchange, "staffing", queue="phone:ko", view="hiring", period="month", staff="channel"
    )
    people = widget(app, "People there now").value
    app = to_another_page_and_back(app)
    app.query_params["view"] = "hiring"
    app.run()
    assert (address(app, "period"), address(app, "staff")) == ("month", "channel")
    assert widget(app, "People there now").value == people


def test_a_link_with_figures_that_make_no_sense_shows_the_nearest_or_the_desks(open_app, exchange):
    plain = open_app(exchange, "staffing", queue="phone:ko", view="calculator")
    asked = {"handle.phone.ko": "nan", "target.phone.ko": "300", "arriving": "inf", "minutes": "x"}
    app = open_app(exchange, "staffing", queue="phone:ko", view="calculator", **asked)
    of_desk = widget(plain, "Handle time, seconds").value
    assert widget(app, "Handle time, seconds").value == of_desk
    assert widget(app, "Answered in time, in %").value == 99
    assert (widget(app, "Contacts arriving").value, widget(app, "in so many minutes").value) == (
        100.0,
        30,
    )


def test_languages_of_a_link_that_the_channel_does_not_have_are_left_out(open_app, exchange):
    app = open_app(
        exchange, "staffing", queue="phone:ko", view="languages", **{"pool.phone": "ko,tlh,en"}
    )
    assert widget(app, "Languages in the pool").value == ["ko", "en"]
    none = open_app(exchange, "staffing", queue="phone:ko", view="languages", **{"pool.phone": ""})
    assert "Choose two languages or more." in [i.value for i in none.info]
