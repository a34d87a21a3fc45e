"""One metric under every rule, and why two rules give two numbers, contact by contact."""

from __future__ import annotations

import streamlit as st

from dashboard import components, figures, pages, queries
from dashboard.components import Page
from dashboard.formats import escaped
from dashboard.i18n import pair
from dashboard.i18n import text as _
from dashboard.rules import words
from dashboard.tables import show_table

ROWS = 100
_OPTION_KEYS = {"within_seconds": "rule-within", "short_abandon_seconds": "rule-short"}


def show(page: Page, wanted: str | None) -> None:
    """The switchboard of one metric, chosen here or by the link."""
    rules = queries.ask("rules")
    if rules.empty:
        components.empty(_("This build is older than the rules. Build it again to compare them."))
        return
    metrics = queries.ask("metrics").set_index("metric")["label"]
    names = {code: _(metrics[code]) for code in sorted(set(rules["variant_of"]))}
    codes = sorted(names, key=names.get)
    if wanted in set(rules["metric"]):
        wanted = rules.set_index("metric")["variant_of"][wanted]
    metric = st.selectbox(
        _("Metric"),
        codes,
        index=codes.index(wanted) if wanted in codes else codes.index("first_response_seconds"),
        format_func=names.get,
        key=f"rule-metric-{wanted}",
    )
    asked = _thresholds() if metric == "service_level" else {}
    definition = queries.definition(metric)
    with st.container(horizontal=True, gap="small"):
        dated_by = _dated_by(metric)
        statistic = definition.statistic
        if len(definition.statistics) > 1:
            statistic = components.choice(
                "statistic",
                _("Statistic"),
                {code: words.statistics()[code] for code in definition.statistics},
            )
    table = _asked(
        "switchboard", page, metric=metric, dated_by=dated_by, statistic=statistic, **asked
    )
    called = {row.rule: _name(row, metric) for row in table.itertuples()}
    table["label"] = [called[rule] for rule in table["rule"]]
    shown = table.drop(columns=["rule", "system", "words"])
    shown["differs"] = [_each(text) for text in table["differs"]]
    shown["date"] = [_(date) for date in table["date"]]
    components.card(
        _("{metric} under every rule").format(metric=names[metric]),
        figures.dots(
            table,
            "rule",
            unit=table.attrs["unit"],
            names=with_n(table, called, page),
            reader=page.reader,
        ),
        shown,
        metric=metric,
        name="switchboard",
        note=_(
            "The same contacts, filters and days. All rules here are dated by the same kind of"
            " day; the line is the 95% interval."
        ),
        words={"label": _("Rule"), "date": _("Counted on the day of"), "differs": _("Differs by")},
    )
    _rules_in_words(table, called)
    _why(page, metric, called, asked, table.set_index("rule")["n"])


def with_n(table, called: dict[str, str], page: Page) -> dict[str, str]:
    """The rules' names with how many observations stand behind each."""
    return {
        row.rule: f"{called[row.rule]} · n {page.reader.count(row.n)}" for row in table.itertuples()
    }


def _name(row, metric: str) -> str:
    return _("Ours") if row.rule == metric else _(row.label)


def _each(text: str | None) -> str:
    return "; ".join(_(part.strip()) for part in text.split(";")) if isinstance(text, str) else ""


def _dated_by(metric: str) -> str:
    """Rules dated by arrival and by the event never stand in one table: one kind is chosen."""
    found = queries.ask("switchboard", metric=metric, start="2000-01-01", end="2000-01-01")
    own, dates = found.attrs["dated_by"], found.attrs["dates"]
    options = {"arrival": _("By the day of arrival"), "event": _("By the day of the event")}
    ordered = [own, *(date for date in dates if date != own)]
    if len(ordered) < 2:
        return own
    return components.choice("dated_by", _("Date"), {date: options[date] for date in ordered})


def _thresholds() -> dict[str, int | None]:
    """The reader's own T and s; empty fields leave each desk's target and the site's s."""
    with st.container(horizontal=True, gap="small"):
        within = st.number_input(
            _("T: answered within, seconds"),
            min_value=0,
            value=None,
            step=5,
            placeholder=_("each desk's target"),
            key=_OPTION_KEYS["within_seconds"],
        )
        short = st.number_input(
            _("s: left at once under, seconds"),
            min_value=0,
            value=None,
            step=1,
            placeholder=_("the site's rule"),
            key=_OPTION_KEYS["short_abandon_seconds"],
        )
    return {"within_seconds": within, "short_abandon_seconds": short}


def _asked(question: str, page: Page, **arguments):
    return queries.ask(question, **arguments, **page.filters.scope).copy()


def _rules_in_words(table, called: dict[str, str]) -> None:
    with st.expander(_("The rules in words, with their sources"), key="rules-in-words"):
        for row in table.itertuples():
            definition = queries.definition(row.rule)
            st.markdown(f"**{escaped(called[row.rule])}**")
            st.write(_(row.words))
            st.caption(pair(_("Formula"), escaped(_(definition.formula))))
            st.caption(pair(_("Left out"), escaped(components.left_out(definition.exclusions))))
            st.caption(pair(_("Worked example"), escaped(_(definition.worked_example))))
            if definition.reference:
                st.caption(pair(_("Source"), escaped(definition.reference)))
            if st.toggle("SQL", key=f"sql-{row.rule}"):
                st.code(definition.sql, language="sql")


def _why(page: Page, metric: str, called: dict[str, str], asked: dict, observed) -> None:
    """Two rules, the reasons counted, and the contacts themselves; `observed`: n of each rule."""
    if len(called) < 2:
        return
    codes = list(called)
    with components.section(_("Why two rules differ"), "why"):
        with st.container(horizontal=True, gap="small"):
            rule = st.selectbox(
                _("Rule"), codes, format_func=called.get, key=f"why-rule-{metric}-{codes[0]}"
            )
            rest = [code for code in codes if code != rule]
            other = st.selectbox(
                _("against"), rest, format_func=called.get, key=f"why-other-{metric}-{rule}"
            )
        reasons = _asked("difference_reasons", page, rule=rule, other_rule=other, **asked)
        if reasons.empty:
            st.info(
                _("Under these filters both rules say the same of every contact.")
                if observed[rule] or observed[other]
                else _("Under these filters neither rule has anything to tell: it is not known.")
            )
            return
        unit = reasons.attrs["unit"]
        codes = reasons["reason"].tolist()
        reasons["reason"] = [words.reason(code) for code in reasons["reason"]]
        st.caption(_("Reasons: what the second rule does that the first one does not."))
        show_table(
            reasons,
            words={
                "reason": _("Reason"),
                "n": _("Contacts"),
                "only_here": _("The first rule alone counts"),
                "only_there": _("The second rule alone counts"),
                "mean_difference": _("Mean difference"),
            },
            units={"mean_difference": unit, "only_here": "n", "only_there": "n"},
            key="why-reasons",
        )
        reason = st.selectbox(
            _("Contacts with the reason"),
            codes,
            index=None,
            format_func=words.reason,
            placeholder=_("any reason"),
            key=f"why-reason-{rule}-{other}",
        )
        rows = _asked(
            "differences", page, rule=rule, other_rule=other, reason=reason, limit=ROWS, **asked
        )
        st.caption(
            _("{n} of {all} observations differ. Choose a row to open the contact.").format(
                n=page.reader.number(rows.attrs["differing"]),
                all=page.reader.number(rows.attrs["compared"]),
            )
        )
        contact_rows(rows, unit, "why-rows")


def contact_rows(rows, unit: str, key: str) -> None:
    """Contacts with both values and the reason; a click opens the contact."""
    shown = rows.dropna(axis=1, how="all").copy()
    shown["reason"] = [words.reason(code) for code in rows["reason"]]
    values = ("value", "other_value", "vendor_value", "difference")
    parts = ("start_seconds", "stop_seconds", "hours_seconds", "rounding_seconds")
    told = [name for name in parts if name in shown and shown[name].fillna(0).any()]
    days = [name for name in ("day", "other_day") if name in shown]
    if len(days) == 2 and (shown["day"] == shown["other_day"]).all():
        days = ["day"]
    first = ["contact_id", "reason", *(name for name in values if name in shown), *told, *days]
    show_table(
        shown[[*first, *(n for n in ("channel", "language", "topic") if n in shown)]],
        words={
            "contact_id": _("Contact"),
            "day": _("Day"),
            "other_day": _("Day by the second rule"),
            "value": _("First rule"),
            "other_value": _("Second rule"),
            "vendor_value": _("Helpdesk's figure"),
            "difference": _("Difference"),
            "start_seconds": _("of it: the start"),
            "stop_seconds": _("of it: the stop"),
            "hours_seconds": _("of it: closed hours"),
            "rounding_seconds": _("of it: rounding"),
            "reason": _("Reason"),
        },
        units={name: unit for name in values if name in shown} | {"other_day": "day"},
        key=key,
        on_select=pages.open_contact,
        args=(key, rows["contact_id"].tolist()),
    )
