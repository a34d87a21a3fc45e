"""Data health: whether today's numbers can be trusted, and where every row went."""

import pandas as pd
import streamlit as st

from dashboard import components, figures, queries
from dashboard.i18n import plural
from dashboard.i18n import text as _

page = components.open_page(
    _("Data health"),
    _("Whether today's numbers can be trusted, and where every row went."),
    with_filters=False,
)
reader, build = page.reader, page.build
ledger = queries.ask("ledger")
loads = queries.ask("loads")
checks = queries.ask("checks")
quarantine = queries.ask("quarantine", limit=500)

NARROW_HEIGHT = 480  # the legend takes a line per reason on a phone

REASONS = [c for c in ledger.columns if c not in ("source", "file", "day", "received", "counted")]
BOOKS = ["counted", *REASONS]
unbalanced = ledger[ledger["received"] != ledger[BOOKS].sum(axis=1)]
blocking = checks[~checks["passed"] & (checks["severity"] == "block")]
warning = checks[~checks["passed"] & (checks["severity"] == "warn")]
cut = pd.Timestamp(build.data_cut_at).tz_localize("UTC").tz_convert(build.zone)
received, refused = int(ledger["received"].sum()), int(ledger["quarantined"].sum())

if len(blocking) or len(unbalanced) or build.is_stale:
    st.error(_("Do not rely on today's numbers before what is marked below is mended."))
elif len(warning):
    st.warning(
        plural(
            "The books balance and the data is fresh; {n} check asks for a look.",
            "The books balance and the data is fresh; {n} checks ask for a look.",
            len(warning),
        ).format(n=len(warning))
    )
else:
    st.success(_("Today's numbers can be trusted: fresh, every row accounted for, checks passed."))

components.facts(
    [
        (
            _("Data until"),
            reader.weekday_and_day(cut.date()),
            (_("{clock}, stale") if build.is_stale else _("{clock}, fresh")).format(
                clock=f"{cut:%H:%M}"
            ),
            not build.is_stale,
        ),
        (
            _("Rows received"),
            reader.number(received),
            _("the books balance")
            if unbalanced.empty
            else _("{n} days do not balance").format(n=reader.number(len(unbalanced))),
            unbalanced.empty,
        ),
        (
            _("Quarantined"),
            reader.number(refused),
            _("{share} of the rows").format(share=reader.share(refused / received, 2))
            if received
            else "",
            refused == 0,
        ),
        (
            _("Checks passed"),
            f"{reader.number(int(checks['passed'].sum()))} / {reader.number(len(checks))}",
            _("none failed") if checks["passed"].all() else _("see below"),
            bool(checks["passed"].all()),
        ),
    ]
)

words = components.ledger_words()
by_source = ledger.groupby("source", as_index=False)[["received", *BOOKS]].sum()
components.card(
    _("Where every row went"),
    figures.ledger(
        by_source,
        "source",
        BOOKS,
        names=words,
        reader=reader,
        height=NARROW_HEIGHT if page.is_narrow else None,
    ),
    by_source,
    name="ledger_by_source",
    note=_("Received = counted + excluded by reason + quarantined, for every file and day."),
    words=words,
)
components.table_card(
    _("The books by file and day"),
    ledger.sort_values(["day", "source", "file"], ascending=[False, True, True]),
    name="ledger",
    words=words,
)

left, right = st.columns(2)
with left:
    components.table_card(
        _("Checks"),
        checks.sort_values("passed"),
        name="checks",
        note=_("A failed blocking check keeps a build from being published."),
        words={
            "check": _("Check"),
            "severity": _("Severity"),
            "passed": _("Passed"),
            "found": _("Found"),
            "summary": _("What it looks for"),
            "detail": _("Detail"),
        },
    )
with right:
    reasons = (
        quarantine.groupby(["file", "reasons", "remedy"], as_index=False, dropna=False)
        .size()
        .rename(columns={"size": "rows"})
        .sort_values("rows", ascending=False)
    )
    if reasons.empty:
        with st.container(border=True):
            st.header(_("Quarantine"), anchor=False)
            st.write(_("No row was refused."))
    else:
        components.table_card(
            _("Quarantine"),
            reasons,
            name="quarantine",
            note=_(
                "Rows that could not be read, by reason. The command “support-quality quarantine”"
                " lists each of them."
            ),
            words={
                "file": _("File"),
                "reasons": _("Reason"),
                "remedy": _("Remedy"),
                "rows": _("Rows"),
            },
        )
components.table_card(
    _("Loads"),
    loads.sort_values("loaded_at", ascending=False),
    name="loads",
    words=words
    | {
        "load_id": _("Load"),
        "tables": _("Tables"),
        "system": _("System"),
        "zone": _("Zone"),
        "loaded_at": _("Loaded at (UTC)"),
        "loaded": _("Loaded"),
        "first_at": _("First (UTC)"),
        "last_at": _("Last (UTC)"),
    },
    units={"loaded_at": "instant", "first_at": "instant", "last_at": "instant"},
)
components.close_page(page)
