"""Self-service: what customers find for themselves, what they look for in vain, what bots do."""

import streamlit as st

from dashboard import components, figures, queries, voices
from dashboard.i18n import text as _

MOST_WORDS = 30

page = components.open_page(
    _("Self-service"),
    _(
        "What customers find without us, what they look for in vain, and what bots truly solve."
        " Nobody is asked: these are upper bounds and signs, not verdicts."
    ),
)
reader, chosen = page.reader, page.filters
deflection = queries.compare("deflection_share", chosen)
nothing = queries.compare("search_no_result_share", chosen)
per_view = queries.compare("contacts_per_thousand_views", chosen)
contained = queries.compare("bot_contained_share", chosen)
resolved = queries.compare("bot_resolved_share", chosen)
components.stop_if_empty(
    deflection,
    nothing,
    per_view,
    contained,
    message=_(
        "No visit of a help centre and no chat with a bot matches these filters. Choose more days,"
        " or clear a filter. Where no loaded export holds any, nothing is known of them."
    ),
)
components.kpis(
    [
        (_("Visits without a contact (at most)"), deflection),
        (_("Searches without a result"), nothing),
        (_("Contacts per 1,000 article views"), per_view),
    ],
    page,
)
components.kpis(
    [
        (_("Kept by the bot"), contained),
        (_("Left the bot"), queries.compare("bot_left_share", chosen)),
        (_("Solved by the bot"), resolved),
    ],
    page,
)
views = {"help": _("Help centre"), "gaps": _("Missing articles"), "bots": _("Bots")}
view = components.choice("view", _("View"), views)
rates_units = dict.fromkeys(("value", "low", "high"), "number")
by_names = {"language": _("Language"), "topic": _("Topic")}
counts = dict.fromkeys(
    (
        "no_result_count",
        "no_click_count",
        "contacted_count",
        "articles_count",
        "outdated_count",
        "views_count",
    ),
    "count",
)


def _help_centre() -> None:
    """Searches and visits by language, and the words that find nothing."""
    left, right = st.columns(2)
    with left:
        by_language = queries.measure("search_no_result_share", chosen, by=("language",))
        by_language = by_language[by_language["value"].notna()]
        by_language = by_language.sort_values("n", ascending=False, ignore_index=True)
        by_language.attrs = nothing.attrs
        if by_language.empty:
            components.empty(_("No export tells how many results searches had."))
        else:
            components.card(
                _("Searches without a result, by language"),
                figures.dots(
                    by_language,
                    "language",
                    unit="share",
                    names=page.names("language", by_language),
                    reader=reader,
                ),
                by_language,
                metric="search_no_result_share",
                name="searches_without_result_by_language",
                note=_("Of all searches in that language. n counts lines of the export."),
            )
    with right:
        gaps_by = queries.measure("deflection_share", chosen, by=("language",))
        gaps_by = gaps_by.sort_values("n", ascending=False, ignore_index=True)
        gaps_by.attrs = deflection.attrs
        if gaps_by.empty:
            components.empty(
                _("No visitor of the help centre is known by name: sign-in tells who asked later.")
            )
        else:
            components.card(
                _("Visits that no contact followed, by language"),
                figures.dots(
                    gaps_by,
                    "language",
                    unit="share",
                    names=page.names("language", gaps_by),
                    reader=reader,
                ),
                gaps_by,
                metric="deflection_share",
                name="deflection_by_language",
                note=_(
                    "An upper bound: who gave up, or wrote without being recognised, counts as"
                    " helped. Within 72 hours of the visit."
                ),
            )
    found = voices.searches(chosen)
    if found.empty:
        components.empty(_("No search words are known for these days."))
    else:
        components.table_card(
            _("Searched for in vain"),
            found.head(MOST_WORDS),
            metric="search_no_result_share",
            name="searches",
            note=_(
                "The words that found nothing most often; those of fewer than 30 searches stand"
                " after them by the alphabet, of fewer than 5 not at all. Words are masked."
            ),
            words={
                "query": _("Searched for"),
                "n": _("Searches"),
                "value": _("Without a result"),
                "no_result_count": _("Found nothing"),
                "no_click_count": _("Nothing opened"),
                "contacted_count": _("Followed by a contact"),
            },
            units=counts,
        )


def _gaps() -> None:
    """Topics that still create contacts, and articles that are missing."""
    with components.section(_("Topics that still create contacts"), "per-view") as head:
        with head:
            by = components.choice("by", _("By"), {k: by_names[k] for k in ("topic", "language")})
        rates = voices.contacts_per_view(chosen, by)
        st.caption(
            _(
                "Contacts for every 1,000 article views, on the days for which views are known."
                " High: the article is missing, is not found, or does not help."
            )
        )
        if rates.empty:
            components.empty(_("No article views are known for these days."))
        else:
            components.chart_and_table(
                figures.dots(rates, by, unit="number", names=page.names(by, rates), reader=reader),
                rates,
                units=rates_units,
                name=f"contacts_per_view_by_{by}",
                metric="contacts_per_thousand_views",
                alt=_("Topics that still create contacts"),
            )
    gaps = voices.article_gaps(chosen)
    lacking = gaps[gaps["is_missing"].fillna(False)]
    words = {
        "n": _("Contacts"),
        "articles_count": _("Articles"),
        "outdated_count": _("Outdated"),
        "is_missing": _("No article"),
        "views_count": _("Article views"),
        "value": _("Contacts per 1,000 views"),
    }
    if gaps["is_missing"].isna().all():
        components.empty(_("No articles are loaded: which ones are missing is not known."))
    elif lacking.empty:
        st.info(_("Every topic with 30 contacts or more has an article in its language."))
    else:
        components.table_card(
            _("No article in the customer's language"),
            lacking[["language", "topic", "n"]],
            name="missing_articles",
            metric="contacts",
            note=_("Topics with 30 contacts or more, most contacts first."),
            words=words,
        )
    if not gaps.empty:
        components.table_card(
            _("Articles, views and contacts"),
            gaps,
            metric="contacts_per_thousand_views",
            name="article_gaps",
            note=_("Drafts are no articles. Outdated: the translation is older than its source."),
            words=words,
            units=counts | rates_units,
        )


def _bots() -> None:
    """What bots keep from people, and what of it they solve."""
    if components.single(contained) is None:
        components.empty(_("No chat of these days had a bot."))
    else:
        with components.section(_("Kept is not solved"), "bots") as head:
            with head:
                by = components.choice("by", _("By"), by_names)
            st.caption(
                _(
                    "The mark is the share kept from humans; the dot the share solved: the customer"
                    " said so, or was answered and did not come back within 7 days. Between them"
                    " are those who left, were unhappy or came back."
                )
            )
            table = voices.bots(chosen, by)
            components.chart_and_table(
                figures.dots(
                    table,
                    by,
                    unit="share",
                    names=page.names(by, table),
                    baseline="contained",
                    baseline_name=_("Kept by the bot"),
                    reader=reader,
                ),
                table,
                name=f"bots_by_{by}",
                metric="bot_resolved_share",
                alt=_("Kept is not solved"),
                words={
                    "value": _("Solved"),
                    "contained": _("Kept"),
                    "left": _("Left the bot"),
                },
                units={"contained": "share", "left": "share"},
            )
        weeks = queries.measure("bot_resolved_share", chosen, by=("week",))
        components.card(
            _("Solved by the bot, week by week"),
            figures.trend(weeks, "week", unit="share", label=_("Solved"), reader=reader),
            weeks,
            metric="bot_resolved_share",
            name="bot_resolved_by_week",
            note=_("The last week is missing: it takes 7 days to know who came back."),
        )


{"help": _help_centre, "gaps": _gaps, "bots": _bots}[view]()
components.close_page(page)
