"""Data health: whether today's numbers can be trusted, and where every row went."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import components, figures, queries, refusals
from dashboard.formats import escaped, wall_clock
from dashboard.i18n import pair, plural
from dashboard.i18n import text as _
from dashboard.menus import picked
from dashboard.tables import download_buttons

page = components.open_page(
    _("Data health"),
    _("Whether today's numbers can be trusted, and where every row went."),
    with_filters=False,
)
reader, build = page.reader, page.build
cut = wall_clock(build.data_cut_at, build.zone)
trust = queries.trust()
ledger = queries.ask("ledger")
checks = queries.ask("checks").set_index("check", drop=False)

MOST_OPENED = 20_000
NARROW_HEIGHT = 480  # the legend takes a line per reason on a phone

words = refusals.ledger_words()
REASONS = [c for c in ledger.columns if c not in ("source", "file", "day", "received", "counted")]
BOOKS = ["counted", *REASONS]


def _said(reason) -> tuple[str, str]:
    """What speaks against the numbers, and what to do about it."""
    if reason.name == "stale":
        return refusals.refusal(reason.detail), _("Run `support-quality run`.")
    if reason.name == "unbalanced":
        return _("The books do not balance."), _("Load the files of these days again.")
    if reason.name == "refused":
        share = reader.share(float(reason.detail), 1)
        what = _("{share} of the rows were refused: the rest may not stand for all.")
        return what.format(share=share), _("See the quarantine below; each group has a remedy.")
    if reason.name == "late":
        expected = reader.instant(pd.Timestamp(reason.detail), build.zone)
        what = _("{source} was expected by {instant}.")
        return what.format(source=reason.source, instant=expected), _("Load its newer export.")
    check = checks.loc[reason.name]
    return _("Does not hold: {what}").format(what=_(check["summary"])), _(check["remedy"])


def _verdict() -> None:
    """Yes or no, and how far."""
    if trust.answer == "no":
        st.error(_("**No.** Do not rely on today's numbers before what is marked below is mended."))
    elif trust.answer == "remarks":
        st.warning(
            plural(
                "**Yes, with a remark.** The books balance, no newer data waits;"
                " {n} point to read.",
                "**Yes, with remarks.** The books balance, no newer data waits;"
                " {n} points to read.",
                len(trust.reasons),
            ).format(n=reader.number(len(trust.reasons)))
        )
    else:
        st.success(
            _("**Yes.** No newer data waits, every row is accounted for, all checks passed.")
        )


def _figures() -> None:
    """What the verdict rests on."""
    unbalanced = next((why.found for why in trust.reasons if why.name == "unbalanced"), 0)
    received, refused = int(ledger["received"].sum()), int(ledger["quarantined"].sum())
    passed = int(checks["passed"].sum())
    components.facts(
        [
            (
                _("Data until"),
                reader.day(cut.date()),
                (
                    _("{clock}, stale") if build.is_stale else _("{clock}, nothing newer is due")
                ).format(clock=f"{cut:%H:%M}"),
                not build.is_stale,
            ),
            (
                _("Contact rows received"),
                reader.number(received),
                _("{n} days do not balance").format(n=reader.number(unbalanced))
                if unbalanced
                else _("the books balance"),
                not unbalanced,
            ),
            (
                _("Contact rows quarantined"),
                reader.number(refused),
                _("{share} of the rows").format(share=reader.share(refused / received, 2))
                if received
                else "",
                refused == 0,
            ),
            (
                _("Checks passed"),
                f"{reader.number(passed)} / {reader.number(len(checks))}",
                _("none failed") if passed == len(checks) else _("see below"),
                passed == len(checks),
            ),
        ]
    )


def _reasons() -> None:
    """What speaks against the numbers, and what to do about it."""
    if trust.reasons:
        spoken = [_said(reason) for reason in trust.reasons]
        reasons = pd.DataFrame(
            {
                "weight": [
                    _("Stop") if reason.forbids else _("Remark") for reason in trust.reasons
                ],
                "what": [what for what, _remedy in spoken],
                "rows": [reason.found for reason in trust.reasons],
                "remedy": [remedy for _what, remedy in spoken],
            }
        )
        with components.section(_("What speaks against them, the worst first"), "reasons"):
            # Sentences, which cells of a table would cut.
            for reason in reasons.itertuples():
                st.markdown(f":orange-badge[{reason.weight}] {escaped(reason.what)}")
                told = [pair(_("What to do"), reason.remedy)]
                if not pd.isna(reason.rows):
                    told.insert(0, pair(_("Found"), reader.number(reason.rows)))
                # No caption: a command in one is too faint to read.
                st.markdown(" · ".join(told))
            with st.container(horizontal=True, gap="xsmall"):
                download_buttons(reasons, "reasons")


def _volume(systems: str, last_days: pd.DataFrame) -> str:
    """The last whole day of a source's systems against the usual: '38 / 41'."""
    known = [last_days.loc[name] for name in systems.split(", ") if name in last_days.index]
    if not known:
        return ""
    usual = sum(day["usual"] for day in known)
    brought = reader.number(sum(day["contacts"] for day in known))
    return f"{brought} / {reader.number(usual)}"


def _expected(feed) -> str:
    """Whether a newer load should be here."""
    if pd.isna(feed.expected_at):
        return _("not a regular feed yet")
    when = reader.instant(feed.expected_at, build.zone)
    return (_("late since {instant}") if feed.is_late else _("by {instant}")).format(instant=when)


def _sources() -> None:
    """What each source brought, when, and when more is due."""
    feeds = queries.ask("freshness")
    days = queries.ask("source_days", since=cut.date() - timedelta(days=14))
    whole_days = days[days["day"] < pd.Timestamp(cut.date())]
    last_days = whole_days.groupby("source").last()
    fates = queries.ask("ledger", by=("source",)).set_index("source")
    fates["left_out"] = fates["received"] - fates["counted"] - fates["quarantined"]

    sources = pd.DataFrame(
        {
            "source": feeds["source"],
            "last_at": feeds["last_at"],
            "loaded_at": feeds["loaded_at"],
            "expected": [_expected(feed) for feed in feeds.itertuples()],
            "volume": [_volume(systems, last_days) for systems in feeds["system"]],
            "file_rows": feeds["received"],
            "refused": feeds["quarantined"],
            "counted": feeds["source"].map(fates["counted"]),
            "left_out": feeds["source"].map(fates["left_out"]),
        }
    )
    components.table_card(
        _("Source by source"),
        sources,
        name="sources",
        note=_(
            "The last whole day against the median of the same weekday in the six weeks before."
        ),
        words=words
        | {
            "last_at": _("Newest data (UTC)"),
            "loaded_at": _("Last load (UTC)"),
            "expected": _("Next load expected"),
            "volume": _("Last day / usual"),
            "file_rows": _("Rows received"),
            "refused": _("Quarantined"),
            "counted": _("Contacts counted"),
            "left_out": _("Left out"),
        },
        units={"last_at": "instant", "loaded_at": "instant"},
    )


def _books() -> None:
    """Received = counted + left out + quarantined, by source and by file and day."""
    by_source = queries.ask("ledger", by=("source",))
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


def _left_out() -> None:
    """The rows behind the books: received and not counted."""
    with components.section(
        _("Open what was left out"),
        "left-out",
        _("Every row that is not counted: choose a reason, a file, a day."),
    ):
        reasons = {r: words[r] for r in REASONS if ledger[r].sum()}
        with st.container(horizontal=True):
            reason = picked("reason", _("Reason"), {"": _("all reasons")} | reasons, default="")
            of_reason = ledger[(ledger[reason] if reason else ledger[REASONS].sum(axis=1)) > 0]
            files = {name: name for name in sorted(of_reason["file"].unique())}
            file = picked("file", _("File"), {"": _("all files")} | files, default="")
            of_file = of_reason[of_reason["file"] == file] if file else of_reason
            found = sorted((at.date() for at in of_file["day"].dropna().unique()), reverse=True)
            days = {day.isoformat(): reader.day(day) for day in found}
            day = picked("day", _("Day"), {"": _("all days")} | days, default="")
        chosen = {
            "reason": reason or None,
            "file": file or None,
            "day": date.fromisoformat(day) if day else None,
        }
        opened = queries.ask("left_out", **chosen, limit=MOST_OPENED)
        shown = opened.assign(
            reason=opened["reason"].map(words),
            line=opened["line"].astype("Int64").astype("string"),
            detail=[refusals.excluded(detail, reader) for detail in opened["detail"]],
            remedy=opened["remedy"].map(refusals.refusal),
        )
        # A column that none of these rows fills would take the room of those that say something.
        told = [c for c in ("line", "contact_id", "other_contact_id") if opened[c].notna().any()]
        told += ["detail", *(["remedy"] if shown["remedy"].any() else [])]
        components.show_table(
            shown[["reason", "day", "file", *told]],
            words=words
            | {
                "reason": _("Reason"),
                "line": _("Line"),
                "contact_id": _("Contact"),
                "other_contact_id": _("Counted instead"),
                "detail": _("Detail"),
                "remedy": _("What to do"),
            },
        )
        with st.container(horizontal=True, gap="xsmall"):
            download_buttons(opened, "left_out")


def _quarantine() -> None:
    """What could not be read, by reason, and each of its lines."""
    rows = queries.ask("quarantine", limit=100_000)
    keys = ["file", "table_name", "reasons", "remedy"]
    groups = rows.groupby(keys, as_index=False, dropna=False).size()
    groups = groups.rename(columns={"size": "rows"}).sort_values(["rows", *keys], ascending=False)
    told = groups.assign(**{k: groups[k].map(refusals.refusal) for k in ("reasons", "remedy")})
    with components.section(_("Quarantine"), "quarantine"):
        if groups.empty:
            st.write(_("No row was refused."))
        else:
            st.caption(
                _(
                    "Rows that could not be read, by reason. The command “support-quality"
                    " quarantine” lists each of them."
                )
            )
            headings = {
                "file": _("File"),
                "table_name": _("Table"),
                "reasons": _("Reason"),
                "remedy": _("Remedy"),
                "rows": _("Rows"),
            }
            components.show_table(told, words=headings)
            with st.container(horizontal=True, gap="xsmall"):
                download_buttons(told, "quarantine")
            names = {"": _("choose one")} | {
                str(place): f"{group.file} · {group.table_name} · {group.reasons}"
                for place, group in enumerate(told.itertuples(), 1)
            }
            chosen = picked("group", _("Open a group"), names, default="")
            if chosen:
                group = groups.iloc[[int(chosen) - 1]].drop(columns="rows")
                lines = rows.merge(group)[["file", "line", "day", "contact_id", "load_id"]]
                components.show_table(
                    lines.assign(line=lines["line"].astype("Int64").astype("string")),
                    words=words
                    | {"line": _("Line"), "contact_id": _("Contact"), "load_id": _("Load")},
                )


def _findings() -> None:
    """What the checks found, row by row."""
    findings = queries.ask("findings").query("check != 'nothing_quarantined'")  # has its own card
    if len(findings):
        named = checks.loc[findings["check"]]
        components.table_card(
            _("What the checks found"),
            pd.DataFrame(
                {
                    "check": [_(summary) for summary in named["summary"]],
                    "source": findings["source"],
                    "finding": [refusals.finding(text, reader) for text in findings["finding"]],
                    "remedy": [_(remedy) for remedy in named["remedy"]],
                }
            ),
            name="findings",
            note=_("Nothing of it is left out of the numbers: unknown words count as unknown."),
            words=words
            | {"check": _("What should hold"), "finding": _("Found"), "remedy": _("What to do")},
        )


def _corrections() -> None:
    """Known errors of providers, and what was done about them."""
    corrections = queries.ask("corrections")
    if len(corrections):
        components.table_card(
            _("Corrections in force"),
            corrections,
            name="corrections",
            note=_("Known errors of a provider that corrections.csv corrects while they last."),
            words={
                "id": _("Name"),
                "table_name": _("Table"),
                "condition": _("Where"),
                "column_name": _("Column"),
                "correction": _("Correction"),
                "expected": _("Wrong value"),
                "reason": _("Reason"),
                "reported_on": _("Reported"),
                "matched": _("Rows found"),
                "applied": _("Rows corrected"),
            },
        )


def _checks() -> None:
    """Every check and whether it holds."""
    components.table_card(
        _("Checks"),
        pd.DataFrame(
            {
                "passed": checks["passed"],
                "summary": [_(summary) for summary in checks["summary"]],
                "severity": [
                    _("stops a build") if severity == "block" else _("warns")
                    for severity in checks["severity"]
                ],
                "found": checks["found"],
            }
        ).sort_values("passed"),
        name="checks",
        note=_("A failed blocking check keeps a build from being published."),
        words={
            "passed": _("Passed"),
            "summary": _("What should hold"),
            "severity": _("Severity"),
            "found": _("Found"),
        },
    )


def _loads() -> None:
    """Every file, the newest first."""
    components.table_card(
        _("Loads"),
        queries.ask("loads").sort_values("loaded_at", ascending=False),
        name="loads",
        words=words
        | {
            "load_id": _("Load"),
            "tables": _("Tables"),
            "system": _("System"),
            "zone": _("Zone"),
            "is_full": _("Full export"),
            "contacts_received": _("Contacts received"),
            "loaded_at": _("Loaded at (UTC)"),
            "loaded": _("Loaded"),
            "first_at": _("First (UTC)"),
            "last_at": _("Last (UTC)"),
        },
        units={"loaded_at": "instant", "first_at": "instant", "last_at": "instant"},
    )


_verdict()
_figures()
_reasons()
_sources()
_books()
_left_out()
_quarantine()
_findings()
_corrections()
_checks()
_loads()
components.close_page(page)
