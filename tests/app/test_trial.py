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
    assert all(" is done as promised (n = " in text for text in told)
    assert len(told) == 2
    kept = api.open_warehouse(exchange).trials("email", "ko")["kept_days_share"][0]
    assert f"On **{i18n.reader().share(kept)}** of the days all that is due is done." in told[0]


def test_what_is_changed_is_tried_out_and_not_the_plan(open_app, exchange):
    changes = api.Scenario(volume_change_share=0.5, target_share=0.9, within_seconds=10)
    door, reader, of = api.open_warehouse(exchange), i18n.reader(), ("phone", "ko")
    desk = door.queues().query("channel == 'phone' and language == 'ko'").iloc[0]
    days = door.forecast_days(*of)
    changed = api.what_if(door.staffing(*of), door.forecast(*of), desk, changes, days)
    shares = [
        api.try_out(changed, days, api.desk_under(desk, changes), is_scheduled=each).reached_share
        for each in (False, True)
    ]
    sliders = {"volume": "50", "target": "90", "within": "10"}
    told = sentences(tried(open_app(exchange, "staffing", queue="phone:ko", **sliders)))
    assert [text.split("**")[1] for text in told] == [reader.share(each) for each in shares]
    assert all("target 90%)" in text.replace("\u202f", "") for text in told)
    assert shares[1] < door.trials(*of, is_scheduled=True)["reached_share"][0]


def test_a_saved_scenario_is_tried_out_as_the_door_does(open_app, written):
    door, reader = api.open_warehouse(written), i18n.reader()
    scenario = door.scenario("Bitcoin 100k").scenario
    shares = [
        door.trials_under(scenario, "phone", "ko", is_scheduled=each)["reached_share"][0]
        for each in (False, True)
    ]
    told = sentences(tried(open_app(written, "staffing", queue="phone:ko", base="Bitcoin 100k")))
    assert [text.split("**")[1] for text in told] == [reader.share(each) for each in shares]
    assert shares[1] < door.trials("phone", "ko", is_scheduled=True)["reached_share"][0]


def test_of_fewer_than_thirty_contacts_nothing_is_tried_out(open_app, exchange):
    plan = api.open_warehouse(exchange).staffing()
    expected = plan.groupby(["channel", "language"])["expected_contacts"].sum()
    rare = expected[(expected > 0) & (expected < 30)].index[0]
    app = tried(open_app(exchange, "staffing", queue=":".join(rare)))
    assert sentences(app) == []
    assert any(each.value.startswith("Fewer than 30 contacts are expected") for each in app.info)
