"""Satisfaction: how customers rated the help they got, who answered, and what they wrote."""

import pandas as pd
import streamlit as st

from dashboard import (
    charts,
    comparisons,
    components,
    figures,
    nonresponse,
    pages,
    queries,
    voices,
)
from dashboard.formats import MISSING, SUPPRESSED_BELOW, escaped
from dashboard.i18n import text as _

COMMENTS_A_PAGE = 10
COMMENTS_READ = 5_000

page = components.open_page(
    _("Satisfaction"),
    _("How customers rated the help they got. Scales are kept apart, never mixed."),
)
reader, chosen = page.reader, page.filters
csat = queries.compare("csat", chosen)
good = queries.compare("good_share", chosen)
response = queries.compare("survey_response_share", chosen)
questions = [
    (label, queries.compare(metric, chosen))
    for label, metric in (
        (_("Would recommend (NPS)"), "nps"),
        (_("Found it easy (5 to 7 of 7)"), "ces_share"),
    )
]
components.stop_if_empty(
    csat,
    good,
    response,
    *(answers for _label, answers in questions),
    message=_(
        "No survey matches these filters. Choose more days, or clear a filter. Where no loaded"
        " export holds surveys, how satisfied customers are is not known."
    ),
)
has_five, has_good = components.single(csat) is not None, components.single(good) is not None

items = [(_("Survey response"), response)]
items += [(label, answers) for label, answers in questions if (answers["n"] > 0).any()]
if has_good:
    items.insert(0, (_("Rated good (good or bad)"), good))
if has_five:
    items.insert(0, (_("Satisfied (4 or 5 of 5)"), csat))
components.kpis(items, page)

is_rated = has_five or has_good
if not is_rated:
    components.empty(
        _(
            "Fewer than {n} ratings on 1 to 5 or of good or bad match these filters: too few to"
            " tell more than customers wrote."
        ).format(n=SUPPRESSED_BELOW)
    )

main = "csat" if has_five else "good_share"
dimensions = {
    "language": _("Language"),
    "channel": _("Channel"),
    "topic": _("Topic"),
    "team": _("Team"),
}

views = {
    "ratings": _("Ratings"),
    "languages": _("Languages"),
    "reasons": _("Reasons"),
    "answers": _("Who answers"),
    "comments": _("Comments"),
}
if not is_rated:
    views = {"comments": views["comments"]}
view = components.choice("view", _("View"), views)


def _ratings() -> None:
    """Every rating that was given, week by week, by channel and language."""
    aspects = []
    for label, metric in (
        (_("Professionalism"), "professionalism_score"),
        (_("Speed"), "speed_score"),
        (_("Problem solving"), "problem_solving_score"),
    ):
        aspect = queries.compare(metric, chosen)
        # Many surveys ask for one rating alone: three empty cards would say nothing.
        if (aspect["n"] > 0).any():
            aspects.append((label, aspect))
    if aspects:
        components.kpis(aspects, page)
    with components.section(_("All ratings"), "ratings") as head:
        with head:
            if has_five and has_good:
                scale = components.choice(
                    "scale", _("Scale"), {"five": _("1 to 5"), "good": _("Good or bad")}
                )
            else:
                scale = "five" if has_five else "good"
            by = components.choice("by", _("By"), dimensions)
        metric = "csat_score" if scale == "five" else "good_share"
        ratings = queries.ratings(metric, chosen, by)
        st.caption(
            _(
                "The whole distribution, the middle of the scale at the centre. Languages use"
                " scales differently: compare a language with itself over time, not with another."
            )
        )
        components.chart_and_table(
            figures.ratings(
                ratings,
                by,
                scale=(1, 2, 3, 4, 5) if scale == "five" else (0, 1),
                score_names=None if scale == "five" else {0: _("Bad"), 1: _("Good")},
                names=page.names(by, ratings),
                reader=reader,
            ),
            ratings,
            metric=metric,
            name=f"ratings_{scale}_by_{by}",
            alt=_("Distribution of ratings"),
            words={"score": _("Rating"), "rated": _("Of how many"), "value": _("Share")},
            units={"score": "count", "rated": "count"},
        )

    with components.section(_("Week by week"), "over-time") as head:
        with head:
            series = {
                "satisfied": _("Satisfied"),
                "response": _("Survey response"),
            }
            shown = components.choice("series", _("Shown"), series)
        metric = main if shown == "satisfied" else "survey_response_share"
        weeks = queries.measure(metric, chosen, by=("week",))
        components.chart_and_table(
            figures.trend(weeks, "week", unit="share", label=series[shown], reader=reader),
            weeks,
            metric=metric,
            name=f"{metric}_by_week",
            alt=series[shown],
        )

    columns = {
        "csat": ("csat", None),
        "good": ("good_share", None),
        "response": ("survey_response_share", None),
        "professionalism": ("professionalism_score", None),
        "speed": ("speed_score", None),
        "problem_solving": ("problem_solving_score", None),
    }
    table = queries.side_by_side(chosen, columns, by=("channel", "language"))
    components.table_card(
        _("Every channel and language"),
        table,
        metric=main,
        name="satisfaction_by_channel_and_language",
        note=_(
            "Values on fewer than 5 ratings are left out. Languages use scales differently: their"
            " means are not to be ranked."
        ),
        words={
            "csat": _("Satisfied"),
            "good": _("Rated good"),
            "response": _("Survey response"),
            "professionalism": _("Professionalism"),
            "speed": _("Speed"),
            "problem_solving": _("Problem solving"),
            "n": _("Contacts"),
        },
        units={
            **dict.fromkeys(("csat", "good", "response"), "share"),
            **dict.fromkeys(("professionalism", "speed", "problem_solving"), "score"),
        },
    )


def _languages() -> None:
    """Each language beside its own past, and groups within their language."""
    own = comparisons.own_baseline(main, chosen)
    components.card(
        _("Each language against itself"),
        figures.dots(
            own,
            "language",
            unit="share",
            names=page.names("language", own),
            baseline="baseline_value",
            baseline_name=_("Its own 12 weeks before"),
            reader=reader,
        ),
        own,
        metric=main,
        name="satisfaction_against_own_baseline",
        note=_("Most ratings first. A dot whose line does not touch its mark has moved."),
        words={
            "baseline_value": _("Own baseline"),
            "outside": _("Beyond chance"),
        },
        units={"baseline_value": "share"},
    )
    if has_five:
        with components.section(_("Rank within the language"), "percentile") as head:
            with head:
                by = components.choice(
                    "rank", _("By"), {k: v for k, v in dimensions.items() if k != "language"}
                )
            ranks = voices.within_language("csat_score", chosen, by)
            st.caption(
                _(
                    "How high a group's ratings stand among all ratings in the customer's own"
                    " language: 50% is the middle of that language, whatever its habits of rating."
                )
            )
            components.chart_and_table(
                figures.dots(ranks, by, unit="share", names=page.names(by, ranks), reader=reader),
                ranks.assign(**{name: ranks[name] for name in ("value", "low", "high")}),
                metric="csat_score",
                name=f"rank_within_language_by_{by}",
                alt=_("Rank within the language"),
                units=dict.fromkeys(("value", "low", "high"), "share"),
            )


def _reasons() -> None:
    """What goes together with satisfaction: a model, the wait, and second thoughts."""
    effects = voices.drivers(chosen)
    if effects.empty:
        components.empty(
            _("No language has the 200 ratings on 1 to 5 that a model of its reasons needs.")
        )
    else:
        effects = effects.assign(
            reason=[voices.driver_words(row, reader) for row in effects.to_dict("records")]
        )
        shown = effects[["reason", "value", "n", "low", "high"]]
        shown.attrs = effects.attrs
        components.card(
            _("What satisfaction depends on"),
            figures.dots(shown, "reason", unit="share", reader=reader),
            shown,
            metric="csat",
            name="satisfaction_drivers",
            note=_(
                "Percentage points of satisfied customers, all else equal: a model of the ratings"
                " of the last 365 days within each language, whatever filter is set. Going"
                " together is not causing."
            ),
            words={"reason": _("What differs")},
            units=dict.fromkeys(("value", "low", "high"), "share"),
        )
    waits = queries.ask("share_by_wait", metric=main, **chosen.scope)
    waits = waits[waits["n"] > 0].assign(
        wait=lambda rows: [
            charts.span_words(low, high, reader)
            for low, high in zip(rows["bin_low"], rows["bin_high"], strict=True)
        ]
    )
    if waits.empty:
        components.empty(
            _("No rated contact has a first response time: satisfaction by wait is not known.")
        )
    else:
        components.card(
            _("Satisfied by how long they waited"),
            figures.dots(waits, "wait", unit="share", reader=reader),
            waits,
            metric=main,
            name="satisfaction_by_wait",
            note=_(
                "First response time of the rated contacts. Going together is not causing: hard"
                " contacts are slow too. Filter by channel to compare like with like."
            ),
            words={"wait": _("First response")},
            units={"bin_low": "seconds", "bin_high": "seconds"},
        )

    components.kpis(
        [
            (_("Ratings turned bad"), queries.compare("good_to_bad_share", chosen)),
            (_("Ratings turned good"), queries.compare("bad_to_good_share", chosen)),
        ],
        page,
    )


def _answers() -> None:
    """Who answers surveys, and what everybody would say."""
    nonresponse.show(main, "1-5" if has_five else "good_bad", reader)


def _comments() -> None:
    """What customers wrote, the newest first."""
    with components.section(_("What customers wrote"), "comments"):
        answers = queries.ask("surveys", **chosen.scope, limit=COMMENTS_READ)
        wrote = answers[answers["comment"].notna()]
        highest = queries.ask("scales").set_index("scale")["highest"]
        kinds = {
            "all": _("All"),
            "unhappy": _("Not satisfied"),
            "happy": _("Satisfied customers"),
        }
        kind = components.choice("comments", _("Comments of"), kinds)
        if kind != "all":
            wrote = wrote[
                wrote["is_satisfied"].astype("boolean").fillna(False) == (kind == "happy")
            ]
        st.caption(
            _(
                "{n} comments, the newest first; names, numbers and addresses are masked. Who"
                " writes is not who rates: read them for reasons, not for shares."
            ).format(n=reader.number(len(wrote)))
            + (
                " " + _("Taken from the newest {n} answers.").format(n=reader.number(COMMENTS_READ))
                if len(answers) == COMMENTS_READ
                else ""
            )
        )
        if wrote.empty:
            components.empty(_("No comment matches."))
        else:
            count = -(-len(wrote) // COMMENTS_A_PAGE)
            number = st.pagination(count, key="comments-page") if count > 1 else 1
            first = (number - 1) * COMMENTS_A_PAGE
            for row in wrote.iloc[first : first + COMMENTS_A_PAGE].itertuples():
                _comment(row, highest.get(row.scale, MISSING))


def _comment(row, most) -> None:
    """One answer: its score of `most`, what it is of, and its words."""
    scored = (
        (_("Good") if row.score else _("Bad"))
        if row.scale == "good_bad"
        else _("{n} of {most}").format(n=reader.number(row.score), most=most)
    )
    with st.container(border=True, gap="xxsmall"):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            happy = pd.notna(row.is_satisfied) and bool(row.is_satisfied)
            st.badge(scored, color="blue" if happy else "orange")
            about = (
                reader.day(row.answered_on),
                reader.name("channel", row.channel),
                reader.language(row.language),
                reader.name("topic", row.topic),
            )
            st.caption(escaped(" · ".join(about)))
        # Customers' text is never Markdown: an image in it would call out.
        st.text(row.comment)
        if pd.notna(row.contact_id):
            st.page_link(
                pages.link("contact"),
                label=_("See the contact"),
                query_params={"contact": row.contact_id},
            )


SHOWN = {
    "ratings": _ratings,
    "languages": _languages,
    "reasons": _reasons,
    "answers": _answers,
    "comments": _comments,
}
SHOWN[view]()
components.close_page(page)
