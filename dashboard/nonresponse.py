"""The view of who answers surveys, and of satisfaction as it would be if everybody had."""

import streamlit as st

from dashboard import components, figures, voices
from dashboard.formats import Reader
from dashboard.i18n import text as _


def show(metric: str, scale: str, reader: Reader) -> None:
    """Satisfaction as answered beside everybody's, and the response rate of each group.

    `metric` is the satisfied share on `scale`, whose definition the cards link to.
    """
    kinds = voices.surveys(scale)
    if not kinds:
        components.empty(
            _("Surveys without an answer are not delivered: who does not answer is not known.")
        )
        return
    # Most sites have one kind of survey a scale; of several, the one sent most often.
    survey = kinds[0]
    whole = voices.nonresponse("*", scale)
    whole = whole[whole["survey"] == survey].iloc[0]
    st.write(
        _(
            "As answered, {raw} are satisfied (95%: {raw_interval}); if everybody asked had"
            " answered as those like them did, {value} would be (95%: {interval}; n = {n} of"
            " {asked} asked)."
        ).format(
            raw=reader.share(whole["raw"]),
            raw_interval=reader.interval(whole["raw_low"], whole["raw_high"], "share"),
            value=reader.share(whole["value"]),
            interval=reader.interval(whole["low"], whole["high"], "share"),
            n=reader.number(whole["n"]),
            asked=reader.number(whole["asked"]),
        )
    )
    st.caption(_("Surveys sent in the last 182 days, whatever filter is set."))
    left, right = st.columns(2)
    with left:
        _weighted(metric, scale, survey, reader)
    with right:
        _response(survey, reader)


def _weighted(metric: str, scale: str, survey: str, reader: Reader) -> None:
    dimensions = {"channel": _("Channel"), "language": _("Language")}
    with components.section(_("As answered, and as everybody's"), "nonresponse") as head:
        with head:
            by = components.choice("weigh", _("By"), dimensions)
        rows = voices.nonresponse(by, scale)
        rows = rows[rows["survey"] == survey].drop(columns="survey")
        rows = rows.assign(level=[voices.level_words(by, code, reader) for code in rows["level"]])
        rows.attrs = {"unit": "share"}
        st.caption(
            _(
                "The mark is the share among those who answered; the dot weighs them to be composed"
                " as all who were asked. Groups of 30 answers or more."
            )
        )
        components.chart_and_table(
            figures.dots(
                rows,
                "level",
                unit="share",
                baseline="raw",
                baseline_name=_("As answered"),
                reader=reader,
            ),
            rows,
            metric=metric,
            name=f"satisfaction_of_everybody_by_{by}",
            alt=_("As answered, and as everybody's"),
            words={
                "level": dimensions[by],
                "asked": _("Surveys sent"),
                "raw": _("As answered"),
                "raw_low": _("As answered, 95% low"),
                "raw_high": _("As answered, 95% high"),
                "value": _("Weighted"),
                "effective_n": _("Worth so many answers"),
            },
            units=dict.fromkeys(("raw", "raw_low", "raw_high"), "share")
            | {"asked": "count", "effective_n": "count"},
        )


def _response(survey: str, reader: Reader) -> None:
    dimensions = {
        "channel": _("Channel"),
        "language": _("Language"),
        "wait": _("First response"),
        "outcome": _("Outcome"),
    }
    with components.section(_("Who answers"), "representation") as head:
        with head:
            by = components.choice("asked", _("By"), dimensions)
        rows = voices.representation(by, survey)
        rows = rows.assign(level=[voices.level_words(by, code, reader) for code in rows["level"]])
        rows.attrs = {"unit": "share"}
        st.caption(
            _("Response rates. Where they differ, answers do not represent everybody asked.")
        )
        components.chart_and_table(
            figures.dots(rows, "level", unit="share", reader=reader),
            rows,
            metric="survey_response_share",
            name=f"who_answers_by_{by}",
            alt=_("Who answers"),
            words={
                "level": dimensions[by],
                "n": _("Surveys sent"),
                "answers": _("Answers"),
                "value": _("Response rate"),
                "share_of_asked": _("Part of all asked"),
                "share_of_answers": _("Part of all answers"),
            },
            units={"answers": "count"}
            | dict.fromkeys(("share_of_asked", "share_of_answers"), "share"),
        )
