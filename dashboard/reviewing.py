"""Quality reviews on a page: the draw with its scorecards to fill in, and reviewers' agreement."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import address, components, figures, i18n, pages, tables
from dashboard.formats import escaped
from dashboard.i18n import text as _
from dashboard.queries import ask
from pipelines import api

STRATA = ("channel", "language")


def draw_card(page: components.Page) -> None:
    """Draw contacts of the filter, see how many of them are reviewed, and take the scorecards."""
    reader, chosen = page.reader, page.filters
    with components.section(
        _("Contacts to review"),
        "draw",
        _(
            "A random draw among the contacts of the filter that an agent answered, by channel"
            " and language: small groups get more than their part, so that they can be told"
            " from chance, and the score of all contacts weighs that back. The same number"
            " draws the same contacts: the link to this page is the list."
        ),
    ):
        one, two, three = st.columns(3)
        with one:
            count = _number("draw", _("Contacts to draw"), 1, 1_000, own=60)
        with two:
            seed = _number("seed", _("Number of the draw"), 0, 999_999, own=1)
        with three:
            second = _number("second", _("Judged by a second reviewer, in %"), 0, 100, own=0)
        st.session_state["reviewers"] = address.told("reviewers", "")
        names = st.text_input(
            _("Reviewers, with commas between them"),
            placeholder="R1, R2",
            key="reviewers",
            on_change=_set_reviewers,
            help=_("Ids, not names: they stand in the scores as you write them."),
        )
        reviewers = tuple(dict.fromkeys(each.strip() for each in names.split(",") if each.strip()))
        drawn = ask(
            "draw_reviews",
            count=count,
            by=STRATA,
            **chosen.scope,
            seed=seed,
        )
        if drawn.empty:
            components.empty(_("No contact of this filter was answered by an agent."))
            return
        if second and len(reviewers) < 2:
            st.info(_("A second judgement takes two reviewers or more: name them."))
            second = 0
        reviews = api.reviews_dealt(drawn, reviewers, second / 100)
        st.markdown(
            _(
                "**{n} of {all}** contacts drawn, from {groups} groups; reviewed so far: {done}."
            ).format(
                n=reader.number(len(drawn)),
                all=reader.number(drawn.attrs["population"]),
                groups=reader.number(drawn.attrs["groups"]),
                done=reader.number(drawn["is_reviewed"].sum()),
            )
        )
        table = drawn.drop(columns=["selection_probability", "stratum_contacts"])
        tables.show_table(
            table.rename(columns={"agent_id": "agent"}),
            words={
                "contact_id": _("Contact"),
                "arrived_at": _("Arrived"),
                "is_reviewed": _("Reviewed"),
            },
            units={"arrived_at": "local_instant"},
            key="drawn",
            on_select=pages.open_contact,
            args=("drawn", drawn["contact_id"].tolist()),
        )
        st.caption(_("Choose a row to read the contact."))
        _scorecards(reviews, f"scorecards_{seed}")


def _scorecards(reviews: pd.DataFrame, name: str) -> None:
    """The file that reviewers fill in and `support-quality load` takes."""
    known = ask("review_categories")
    st.subheader(_("Scorecards to fill in"), anchor=False)
    st.markdown(
        _(
            "One row per contact and category: fill in score and reviewed_at, then"
            " `support-quality load FILE --zone ZONE` and `support-quality build`. An empty score"
            " says that the category does not apply."
        )
    )
    left, right = st.columns([3, 1])
    with left:
        named = st.multiselect(
            _("Categories"),
            known["category"].tolist(),
            known["category"].tolist(),
            key="categories",
            accept_new_options=True,
            placeholder=_("Type a category and press Enter"),
        )
    with right:
        scale = st.selectbox(_("Points"), list(api.REVIEW_SCALES), key="scale")
    if not named:
        st.info(_("Name the categories of your scorecard."))
        return
    cards = api.scorecards(reviews, api.named_categories(known, named), scale)
    with st.container(horizontal=True, gap="xsmall"):
        tables.download_buttons(cards, name)
    critical = known.loc[known["is_critical"] & known["category"].isin(named), "category"]
    if len(critical):
        st.caption(
            _("Critical, passed (1) or failed (0): {names}.").format(
                names=escaped(i18n.reader().listed(critical))
            )
        )


def agreement_card(page: components.Page) -> None:
    """How far reviewers of the same contacts agree, category by category."""
    reader = page.reader
    found = ask("calibration", **page.filters.scope)
    if found.empty:
        components.empty(
            _(
                "No contact of this filter was reviewed by two reviewers. Have some of the next"
                " draw judged by a second one."
            )
        )
        return
    kinds = {
        "percent": _("Same judgement"),
        "kappa": _("Cohen's kappa"),
        "alpha": _("Krippendorff's alpha"),
    }
    alpha = found[found["statistic"] == "alpha"].reset_index(drop=True)
    table = found.assign(statistic=found["statistic"].map(kinds))
    components.card(
        _("Agreement beyond chance, by category"),
        figures.dots(alpha, "category", unit="number", reader=reader),
        table,
        name="reviewers_agreement",
        note=_(
            "Krippendorff's alpha of all reviewers: 1 is always, 0 no more than chance. From 0.8 on"
            " judgements are reliable, below 0.67 they are not: talk the category through. Where"
            " nearly all judgements are the same, chance agrees nearly always too, and alpha is low"
            " though reviewers seldom differ: the table has “Same judgement” of each two."
        ),
        words={
            "category": _("Category"),
            "statistic": _("Measure"),
            "first_reviewer": _("Reviewer"),
            "second_reviewer": _("And reviewer"),
        },
    )


def _number(name: str, label: str, low: int, high: int, own: int) -> int:
    return st.number_input(label, low, high, **address.number(name, low, high, own))


def _set_reviewers() -> None:
    address.tell("reviewers", st.session_state["reviewers"], "")
