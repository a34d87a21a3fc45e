"""How good the forecasts are, in words and tables: which model is in use, and why it is."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import components, queries
from dashboard.formats import Reader, escaped, step_words
from dashboard.i18n import plural
from dashboard.i18n import text as _
from dashboard.tables import download_buttons, show_table

_ORDER = {"1 day": 1, "1 week": 2, "2 weeks": 3}


def model_name(model: str, is_by_day: bool = False) -> str:
    """A model in the reader's words, of half hours or of days; one without any stays as it is."""
    return {
        "counted_days": _("Days: levels and rates, weighed"),
        "combination": _("Levels, shapes and curves, weighed"),
        "borrowed_profile": _("Own level × profile of all"),
        "eight_week_mean": _("Mean of the last 8 weeks"),
        "seasonal_naive": _("Same day last week") if is_by_day else _("Same half hour last week"),
    }.get(model, model)


def model_names(tests: pd.DataFrame) -> dict[str, str]:
    """Code -> words for the models of one queue."""
    is_by_day = bool(tests["is_by_day"].any())
    return {model: model_name(model, is_by_day) for model in tests["model"].unique()}


def horizon_names() -> dict[str, str]:
    """Code -> words of the horizons."""
    return {"1 day": _("1 day"), "1 week": _("1 week"), "2 weeks": _("2 weeks")}


def headline(table: pd.DataFrame, reader: Reader) -> None:
    """How many queues have a model that beats the yardsticks, and whose bands keep to 80%.

    `table`: what `by_queue` gives. Queues in which nothing came on the dates tested neither beat
    nor lose: they are counted by themselves.
    """
    silent = int(table["pinball"].isna().sum())
    table = table[table["pinball"].notna()]
    better = (~table["is_yardstick"]).sum()
    covered = table["coverage80"].between(0.75, 0.85).sum()
    narrow, wide = (table["coverage80"] < 0.75).sum(), (table["coverage80"] > 0.85).sum()
    of = _("of {n} queues").format(n=reader.number(len(table)))
    items = (
        (_("Beat the yardsticks"), better, of, None),
        (_("Use a yardstick"), len(table) - better, of, None),
        (
            _("80% band holds 75–85%"),
            covered,
            of,
            _(
                "Share of half hours, over the longest horizon that was tested. A count at the edge"
                " of a band counts with the part of its probability that lies inside: no band of"
                " whole contacts could hold exactly 80% where half hours bring one or none."
            ),
        ),
        (
            _("80% band is off"),
            narrow + wide,
            _("{narrow} too narrow, {wide} too wide").format(
                narrow=reader.number(narrow), wide=reader.number(wide)
            ),
            None,
        ),
        (
            _("Tested from"),
            int(table["origins"].max()) if len(table) else 0,
            _("past dates per queue"),
            None,
        ),
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="distribute"):
        for label, value, note, meaning in items:
            with st.container(border=True, gap="xxsmall"):
                # A metric cuts its own label where the card is narrow; this one takes another line.
                st.markdown(f":small[{escaped(label)}]", help=meaning)
                st.metric(label, reader.number(value), label_visibility="collapsed")
                st.caption(note)
    if silent:
        st.caption(
            plural(
                "In {n} more queue nothing came in on the past dates: there is nothing to test.",
                "In {n} more queues nothing came in on the past dates: there is nothing to test.",
                silent,
            ).format(n=reader.number(silent))
        )


def by_queue(tests: pd.DataFrame, queues: pd.DataFrame) -> pd.DataFrame:
    """One row per queue: the model in use at the longest horizon, beside the best yardstick.

    In the order of `queues`, the busiest first.
    """
    queue = ["channel", "language"]
    order = tests["horizon"].map(_ORDER)
    longest = tests[order == order.groupby([tests[name] for name in queue]).transform("max")]
    yardsticks = longest[longest["is_yardstick"]].groupby(queue)[["pinball", "wape"]].min()
    table = longest[longest["is_chosen"]].merge(
        yardsticks.rename(columns=lambda name: f"yardstick_{name}"), on=queue, how="left"
    )
    table["model_words"] = list(map(model_name, table["model"], table["is_by_day"]))
    return queues[queue].merge(table, on=queue)[
        [
            *queue,
            "model_words",
            "pinball",
            "yardstick_pinball",
            "wape",
            "yardstick_wape",
            "bias",
            "coverage50",
            "coverage80",
            "coverage95",
            "origins",
            "is_yardstick",
        ]
    ]


def why_chosen(of_queue: pd.DataFrame, reader: Reader) -> str:
    """One sentence: the model in use, and what it beat."""
    longest = of_queue[of_queue["horizon"] == _longest(of_queue)]
    chosen = longest[longest["is_chosen"]].iloc[0]
    yardsticks = longest[longest["is_yardstick"]].sort_values("pinball")
    is_by_day = bool(chosen["is_by_day"])
    facts = {
        "model": model_name(chosen["model"], is_by_day),
        "loss": reader.share(chosen["pinball"]),
        "horizon": horizon_names().get(chosen["horizon"], chosen["horizon"]),
        "n": reader.number(chosen["origins"]),
    }
    if yardsticks.empty or pd.isna(chosen["pinball"]):
        return _("In use: **{model}**; too little came in to compare models.").format(**facts)
    best = yardsticks.iloc[0]
    facts |= {
        "yardstick": model_name(best["model"], is_by_day),
        "yardstick_loss": reader.share(best["pinball"]),
    }
    if chosen["is_yardstick"]:
        return _(
            "In use: **{model}**, a yardstick, because no model beat it: band error {loss} of"
            " the contacts over {horizon}, from {n} past dates."
        ).format(**facts)
    return _(
        "In use: **{model}**, because its band error over {horizon} is the least: {loss} of the"
        " contacts against {yardstick_loss} of the best yardstick ({yardstick}), from {n} past"
        " dates."
    ).format(**facts)


def how_good(of_queue: pd.DataFrame, reader: Reader) -> str:
    """The model in use by horizon: its error, its bias, and how often the 80% band held."""
    in_use = of_queue[of_queue["is_chosen"] & of_queue["wape"].notna()]
    told = [
        _("{horizon}: error {error}, bias {bias}, {held} in the 80% band").format(
            horizon=horizon_names().get(row.horizon, row.horizon),
            error=reader.share(row.wape, 0),
            bias=reader.share(row.bias, 0),
            held=reader.share(row.coverage80, 0),
        )
        for row in in_use.sort_values("horizon", key=lambda names: names.map(_ORDER)).itertuples()
    ]
    return " · ".join(told)


def misses_card(channel: str, language: str, reader: Reader) -> None:
    """Forecasts against what came, and how much of a miss was volume, mix and handle time."""
    leads = {"7": _("a week before"), "1": _("the evening before"), "14": _("two weeks before")}
    wholes = {"queue": _("This queue"), "channel": _("Its channel"), "all": _("All queues")}
    with st.container(border=True, key="card-misses"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.subheader(_("Forecast against what came"), anchor=False)
            whole = components.choice("missed", _("Of"), wholes)
            lead = components.choice("lead", _("Made"), leads)
        of = {
            "channel": None if whole == "all" else channel,
            "language": language if whole == "queue" else None,
        }
        missed = queries.ask("misses", **of, lead_days=int(lead))
        if missed.empty:
            components.empty(_("No day of this queue was forecast this long before."))
            return
        st.markdown(_misses_words(missed, reader))
        if whole != "queue":
            st.caption(
                _(
                    "Mix: more or fewer of the contacts came in queues whose contacts take long."
                    " Hours are those of queues whose handle time is known."
                )
            )
        parts = ["volume_hours", "mix_hours", "handle_hours"]
        if whole == "queue":
            parts.remove("mix_hours")  # one queue has none
        columns = [
            "local_on",
            "forecast_contacts",
            "offered_contacts",
            "volume_contacts",
            "forecast_hours",
            "came_hours",
            *parts,
        ]
        newest = missed.sort_values("local_on", ascending=False, ignore_index=True)
        show_table(newest[columns], words=_missed_words(), units=_missed_units(columns))
        with st.container(horizontal=True, gap="xsmall"):
            name = {"queue": f"{channel}_{language}", "channel": channel, "all": "all"}[whole]
            download_buttons(newest[columns], f"misses_{name}_{lead}")


def _misses_words(missed: pd.DataFrame, reader: Reader) -> str:
    """What the days of `missed` come to: in hours of work where they are known, else contacts."""
    forecast, came = missed["forecast_hours"].sum(), missed["came_hours"].sum()
    days = reader.number(len(missed))
    if not forecast > 0:
        return _(
            "Over {n} days, {came} contacts came where {forecast} were forecast. How long"
            " contacts take is not known in this queue, so its misses have no hours."
        ).format(
            n=days,
            came=reader.number(missed["offered_contacts"].sum()),
            forecast=reader.number(missed["forecast_contacts"].sum()),
        )

    def hours(value: float) -> str:
        return reader.number(value, 1)

    parts = {name: missed[f"{name}_hours"].sum() for name in ("volume", "mix", "handle")}
    told = {name: step_words(value, hours) or hours(0) for name, value in parts.items()}
    form = _(
        "Over {n} days, {came} hours of work came where {forecast} were forecast"
        " ({change}): {volume} h by the number of contacts, {handle} h by how long they"
        " took."
    )
    if missed["timed_queues"].max() > 1:
        form = _(
            "Over {n} days, {came} hours of work came where {forecast} were forecast"
            " ({change}): {volume} h by the number of contacts, {mix} h by their mix of queues,"
            " {handle} h by how long they took."
        )
    return form.format(
        n=days,
        came=reader.number(came, 1),
        forecast=reader.number(forecast, 1),
        change=f"{round((came / forecast - 1) * 100):+d}%",  # never -0
        **told,
    )


def _missed_words() -> dict[str, str]:
    return {
        "local_on": _("Day"),
        "forecast_contacts": _("Contacts forecast"),
        "offered_contacts": _("Contacts that came"),
        "volume_contacts": _("By number, contacts"),
        "forecast_hours": _("Hours forecast"),
        "came_hours": _("Hours that came"),
        "volume_hours": _("By number, hours"),
        "mix_hours": _("By mix, hours"),
        "handle_hours": _("By handle time, hours"),
    }


def _missed_units(columns: list[str]) -> dict[str, str]:
    """Whole contacts and tenths of hours: the rows of a column are compared with each other."""
    units = {"contacts": "count", "hours": "tenths"}
    return {name: units[name.rpartition("_")[2]] for name in columns if name != "local_on"}


def words() -> dict[str, str]:
    """Headings of the back-test's columns."""
    return {
        "model": _("Model"),
        "model_words": _("Model in use"),
        "horizon": _("Horizon"),
        "wape": _("Error"),
        "yardstick_wape": _("Error, best yardstick"),
        "pinball": _("Band error"),
        "yardstick_pinball": _("Band error, best yardstick"),
        "bias": _("Bias"),
        "coverage50": _("In the 50% band"),
        "coverage80": _("In the 80% band"),
        "coverage95": _("In the 95% band"),
        "origins": _("Past dates"),
        "is_chosen": _("In use"),
        "is_yardstick": _("Yardstick"),
    }


def units() -> dict[str, str]:
    """Units of the back-test's columns: shares of the contacts, or of half hours."""
    shares = ("wape", "yardstick_wape", "pinball", "yardstick_pinball", "bias")
    covers = ("coverage50", "coverage80", "coverage95")
    return dict.fromkeys((*shares, *covers), "share") | {"origins": "count"}


def _longest(tests: pd.DataFrame) -> str:
    return max(tests["horizon"].unique(), key=_ORDER.get)
