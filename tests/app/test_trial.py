"""The plan of a queue tried out on Staffing."""

from dashboard import i18n
from pipelines import api


def sentences(app) -> list[str]:
    return [text.value for text in app.markdown if text.value.startswith("With the people")]


def tried(app):
    return next(button for button in app.button if button.label == "Try it out").click().run()


def test_nothing_is_simulated_before_it_is_asked_for_and_then_both_rosters_are(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko")
    assert sentences(app) == []
    told = sentences(tried(app))
    door, reader = api.open_warehouse(exchange), i18n.reader()
    shares = [door.trials("phone", "ko", is_scheduled=each)["reached_share"][0] for each in (0, 1)]
    assert [text.split(" are answered")[0] for text in told] == [
        f"With the people the plan asks, **{reader.share(shares[0])}**",
        f"With the people scheduled, **{reader.share(shares[1])}**",
    ]


def test_mail_is_told_by_its_promise(open_app, exchange):
    told = sentences(tried(open_app(exchange, "staffing", queue="email:ko")))
    assert all(" is done as promised (95%: " in text for text in told)
    assert len(told) == 2


def test_a_scenario_is_not_tried_out(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", volume="50")
    assert "Try it out" not in [button.label for button in app.button]
