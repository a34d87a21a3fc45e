"""Contacts: search one, list those of the filter, and follow one from first message to survey."""

import pandas as pd
import streamlit as st

from dashboard import components, figures, queries, refusals, tables
from dashboard.formats import escaped
from dashboard.i18n import text as _
from pipelines.errors import UnknownNameError

ROWS = 50
ROLES = {
    "customer": _("Customer"),
    "agent": _("Agent"),
    "bot": _("Bot"),
    "system": _("System"),
}
WAITS = {
    "bot": _("With the bot"),
    "queue": _("In the queue"),
    "first_response": _("Until the first reply"),
    "next_reply": _("Until the next reply"),
}
KINDS = {
    "bot": _("Bot"),
    "queue": _("Queue"),
    "reply": _("Waiting for a reply"),
    "status": _("State"),
}

RELATIONS = {
    "merged_into": _("Merged into"),
    "merged_in": _("Merged from"),
    "linked": _("Same matter"),
    "repeats": _("Came back on"),
    "repeated_by": _("Followed by"),
}
DRAWN = {
    "random": _("random draw"),
    "targeted": _("for a reason"),
    "calibration": _("calibration"),
}

page = components.open_page(
    _("Contacts"), _("One contact from its first message to its survey, or all of the filter.")
)
reader, chosen, zone = page.reader, page.filters, page.build.zone


def _go_to(contact_id: str | None) -> None:
    if contact_id:
        st.query_params["contact"] = contact_id
    else:
        st.query_params.pop("contact", None)
    st.session_state["contact-search"] = contact_id or ""


def _search() -> None:
    _go_to(st.session_state["contact-search"].strip())


def _pick(contact_ids: list[str]) -> None:
    rows = st.session_state["contact-list"].selection.rows
    if rows:
        _go_to(contact_ids[rows[0]])


def _list() -> None:
    total = int(queries.measure("contacts", chosen)["value"].fillna(0).sum())
    if not total:
        components.empty()
        return
    number = 1
    pages = -(-total // ROWS)
    with components.section(
        _("{n} contacts in this filter").format(n=reader.number(total)),
        "contacts",
        _("The newest first. Choose a row to open it."),
    ):
        if pages > 1:
            number = st.pagination(pages, key="contact-page")
        table = queries.contacts(chosen, ROWS, (number - 1) * ROWS)
        tables.show_table(
            table.assign(status=[reader.name("status", state) for state in table["status"]]),
            words={
                "contact_id": _("Contact"),
                "arrived_at": _("Arrived"),
                "status": _("State"),
                "first_response_seconds": _("First response"),
                "full_resolution_seconds": _("Full resolution"),
                "reopens_count": _("Reopened"),
            },
            units={"arrived_at": "local_instant"},
            key="contact-list",
            on_select=_pick,
            args=(table["contact_id"].tolist(),),
        )
        with st.container(horizontal=True, gap="xsmall"):
            tables.download_buttons(table, "contacts")


def _one(contact_id: str) -> None:
    try:
        view = queries.contact(contact_id, chosen)
    except UnknownNameError:
        components.not_found(
            _(
                "This build has no contact “{id}”. Ids look like zendesk:1234; check the id, or"
                " choose one from the list."
            ).format(id=escaped(contact_id))
        )
        st.button(_("Back to the list"), on_click=_go_to, args=(None,))
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.button(_("Back to the list"), on_click=_go_to, args=(None,))
        for label, other, key in (
            (_("Earlier"), view.previous_id, "contact-previous"),
            (_("Later"), view.next_id, "contact-next"),
        ):
            st.button(label, key=key, disabled=not other, on_click=_go_to, args=(other,))
    _facts(view.facts)
    if len(view.waits):
        waits = tables.local_times(view.waits, ("starts_at", "ends_at"), zone)
        waits["label"] = [WAITS.get(name) or reader.name("status", name) for name in waits["label"]]
        waits["kind"] = [KINDS.get(name, name) for name in waits["kind"]]
        components.card(
            _("What happened when"),
            figures.timeline(waits, reader=reader),
            waits,
            name="contact_timeline",
            note=_("Times of {zone}").format(zone=zone),
            words={
                "label": _("Stretch"),
                "starts_at": _("From"),
                "ends_at": _("To"),
                "kind": _("Kind"),
            },
            units={"starts_at": "instant", "ends_at": "instant"},
        )
    _related(view)
    _messages(view.messages)
    left, right = st.columns(2)
    with left:
        _surveys(view.surveys)
    with right:
        _reviews(view)


def _facts(facts: dict) -> None:
    with components.section(escaped(facts["contact_id"]), "facts"):
        if facts["subject"]:
            st.text(facts["subject"])
        with st.container(horizontal=True, gap="xsmall"):
            st.badge(escaped(reader.name("channel", facts["channel"])))
            st.badge(escaped(reader.name("language", facts["language"])))
            st.badge(escaped(reader.name("topic", facts["topic"])))
            if facts["urgency"] == "urgent":
                st.badge(_("urgent"), color="orange")
            if facts["status"]:
                st.badge(escaped(reader.name("status", facts["status"])), color="gray")
            if facts["exclusion"]:
                st.badge(
                    _("not counted: {reason}").format(
                        reason=refusals.ledger_words()
                        .get(facts["exclusion"], facts["exclusion"])
                        .lower()
                    ),
                    color="orange",
                )
        with st.container(horizontal=True, gap="medium"):
            for label, value in (
                (_("Arrived"), reader.instant(facts["arrived_at"], zone)),
                (_("First response"), reader.duration(facts["first_response_seconds"])),
                (
                    _("Urgent target") if facts["urgency"] == "urgent" else _("Target"),
                    reader.duration(facts["within_seconds"]),
                ),
                (
                    _("In opening hours"),
                    reader.duration(facts["first_response_business_seconds"]),
                ),
                (_("Full resolution"), reader.duration(facts["full_resolution_seconds"])),
                (_("Reopened"), reader.number(facts["reopens_count"])),
                (_("Details asked for"), reader.number(facts["clarification_rounds"])),
                (_("Hand-overs"), reader.number(facts["transfers_count"])),
                (_("Team"), reader.name("team", facts["team"])),
                (_("Agent"), reader.name("agent", facts["agent_id"])),
            ):
                with st.container(width="content", gap="xxsmall"):
                    st.caption(label)
                    st.text(value)


def _related(view) -> None:
    if view.related.empty and not view.older_deliveries:
        return
    with components.section(_("The same matter, and what came before and after"), "related"):
        if view.older_deliveries:
            st.caption(
                _("Older deliveries of this record, left out as duplicates: {n}").format(
                    n=reader.number(view.older_deliveries)
                )
            )
        for other in view.related.itertuples():
            with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
                st.badge(RELATIONS.get(other.relation, other.relation), color="gray")
                st.button(
                    escaped(other.contact_id),
                    key=f"related-{other.relation}-{other.contact_id}",
                    type="tertiary",
                    on_click=_go_to,
                    args=(other.contact_id,),
                )
                st.caption(
                    escaped(
                        " · ".join(
                            (
                                reader.instant(other.arrived_at, zone),
                                reader.name("channel", other.channel),
                                reader.name("topic", other.topic),
                                reader.name("status", other.status),
                            )
                        )
                    )
                )


def _reviews(view) -> None:
    reviews, scores = view.reviews, view.review_scores
    with components.section(_("Quality review"), "reviews"):
        if reviews.empty:
            st.write(_("Nobody has reviewed this contact."))
        for review in reviews.itertuples():
            st.write(
                _("Reviewed {day}: {score} of 100 ({drawn})").format(
                    day=escaped(reader.instant(review.reviewed_at, zone)),
                    score=reader.number(review.score, 1),
                    drawn=DRAWN.get(review.drawn, escaped(review.drawn or "?")),
                )
            )
            of_review = scores[scores["review_id"] == review.review_id].dropna(subset="share")
            told = [
                f"{row.category} {reader.share(row.share, 0)}" for row in of_review.itertuples()
            ]
            st.caption(escaped(" · ".join(told)))
            if review.has_failed:
                st.badge(_("a critical category failed"), color="orange")


def _messages(messages) -> None:
    with components.section(
        _("Messages"),
        "messages",
        _("Names, addresses and numbers were masked when the export was loaded."),
    ):
        if messages.empty:
            st.write(_("The export held no messages of this contact."))
        for message in messages.itertuples():
            with st.container(border=True, gap="xxsmall"):
                with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
                    role = message.author_role
                    st.badge(
                        ROLES.get(role, role), color="orange" if role == "customer" else "blue"
                    )
                    sent = reader.instant(message.sent_at, zone, seconds=True)
                    who = [message.agent_id] if isinstance(message.agent_id, str) else []
                    st.caption(escaped(" · ".join([sent, *who])))
                    if not message.is_public:
                        st.badge(_("internal note"), color="gray")
                st.text(message.text or "—")


def _surveys(surveys) -> None:
    with components.section(_("Survey"), "surveys"):
        if surveys.empty:
            st.write(_("No survey was sent about this contact."))
        for survey in surveys.itertuples():
            sent = escaped(reader.instant(survey.sent_at, zone))
            if pd.isna(survey.answered_at):
                st.write(_("Sent {sent}, not answered").format(sent=sent))
                continue
            st.write(
                _("Sent {sent}, answered {answered}, score {score} (scale {scale})").format(
                    sent=sent,
                    answered=escaped(reader.instant(survey.answered_at, zone)),
                    score=reader.compact(survey.score),
                    scale=escaped(survey.scale or "?"),
                )
            )
            if isinstance(survey.comment, str):
                st.text(survey.comment)


st.text_input(
    _("Contact id"),
    type="search",
    placeholder="zendesk:1234",
    key="contact-search",
    on_change=_search,
)
wanted = st.query_params.get("contact")
if wanted:
    _one(wanted)
else:
    _list()
components.close_page(page)
