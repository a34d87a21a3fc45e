"""Reviews: what quality reviews found, which contacts to review next, whether reviewers agree."""

import streamlit as st

from dashboard import components, figures, funnels, pages, queries, reviewing
from dashboard.i18n import text as _

pages.open_chosen()
page = components.open_page(
    _("Reviews"),
    _("How well contacts were handled, as reviewers judge it: drawn at random, so that it counts."),
)
reader, chosen = page.reader, page.filters
weighted = queries.compare("iqs_weighted", chosen)
plain = queries.compare("iqs", chosen)
is_reviewed = bool((plain["n"] > 0).any())
if is_reviewed:
    components.kpis(
        [
            (_("Quality, of all contacts"), weighted),
            (_("Quality, of those reviewed"), plain),
        ],
        page,
    )
else:
    components.empty(
        _(
            "No random review matches these filters. Draw contacts below, have them scored, and"
            " load the file of scores."
        )
    )
views = {
    "scores": _("Scores"),
    "draw": _("Draw contacts"),
    "agreement": _("Do reviewers agree?"),
}
if not is_reviewed:
    views.pop("scores")
view = components.choice("view", _("View"), views, place="reviews.view")

if view == "scores":
    dimensions = {
        "language": _("Language"),
        "channel": _("Channel"),
        "topic": _("Topic"),
        "team": _("Team"),
        "agent": _("Agent"),
    }
    categories = queries.ask("review_categories", **chosen.scope)
    components.card(
        _("By category of the scorecard"),
        figures.dots(categories, "category", unit="share", reader=reader),
        categories.drop(columns="is_critical"),
        metric="iqs",
        name="review_categories",
        note=_("Mean share of the points. Failing a critical category fails the whole review."),
        words={
            "category": _("Category"),
            "weight": _("Weight"),
            "failed_count": _("Critical, failed"),
        },
        units={"weight": "number", "failed_count": "count"},
    )
    with components.section(_("More than chance, for its size"), "quality-funnel") as head:
        with head:
            by = components.choice("by", _("By"), dimensions)
        st.caption(funnels.caption())
        funnels.draw(
            page,
            "iqs",
            by,
            name=f"quality_by_{by}",
            alt=_("Quality score by group, with the limits of chance"),
        )
    weeks = queries.measure("iqs_weighted", chosen, by=("week",))
    components.card(
        _("Week by week"),
        figures.trend(
            weeks,
            "week",
            unit=weeks.attrs["unit"],
            label=_("Quality, of all contacts"),
            reader=reader,
        ),
        weeks,
        metric="iqs_weighted",
        name="quality_by_week",
    )
elif view == "draw":
    reviewing.draw_card(page)
else:
    reviewing.agreement_card(page)
components.close_page(page)
