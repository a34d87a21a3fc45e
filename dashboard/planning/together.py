"""Languages together or apart: what one pool of agents saves, and what each language then gets."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, components, figures, queries
from dashboard.i18n import text as _
from dashboard.planning.scenario import WhatIf, others_words
from pipelines import api

_MOST_BY_DEFAULT = 4
_ALL = "*"


def pool_card(what_if: WhatIf, page: Any) -> None:
    """The languages of the queue's channel, apart and pooled, as the shown plan has them."""
    reader, queue = page.reader, what_if.queue
    if not queue.is_live:
        components.empty(
            _(
                "Calls and chats gain from pooling, since somebody waits for them; work with a"
                " promise does not."
            )
        )
        return
    plans = queries.ask("staffing_under", **what_if.asked, channel=queue.channel)
    plans = plans[plans["method"] != "days_only"]
    volumes = plans.groupby("language")["expected_contacts"].sum().sort_values(ascending=False)
    languages = [code for code, contacts in volumes.items() if contacts > 0]
    if len(languages) < 2:
        components.empty(_("This channel has one language only: there is nothing to pool."))
        return
    small = [code for code in languages[1:] if code != "und"][:_MOST_BY_DEFAULT]
    own = [*dict.fromkeys([queue.language, *small])] if queue.language in languages else small
    with st.container(border=True, key="card-pool"):
        st.subheader(_("Languages together or apart"), anchor=False)
        left, right = st.columns(2)
        with left:
            chosen = st.multiselect(
                _("Languages in the pool"),
                languages,
                format_func=reader.language,
                **address.several(
                    f"pool.{queue.channel}", languages, own if len(own) > 1 else languages[:2]
                ),
            )
        with right:
            slower = st.slider(
                _("Agents with several languages take longer by"),
                0,
                50,
                step=5,
                format="%d%%",
                **address.number("slower", 0, 50, 0),
            )
        if len(chosen) < 2:
            st.info(_("Choose two languages or more."))
            return
        others_words(what_if, reader)
        asked = what_if.asked
        pooled = pooled_plan(queue.channel, tuple(sorted(chosen)), slower / 100, **asked)
        if pooled.empty:
            st.info(_("These languages are never open at the same time."))
            return
        found = api.pooled_by_language(pooled)
        whole = found.iloc[0]
        share = whole["agent_hours_saved"] / whole["agent_hours_apart"]
        form = _(
            "Pooled, {pooled} agent-hours at their desks do what takes {apart} apart: {saved} fewer"
        )
        st.markdown(
            form.format(
                pooled=reader.number(whole["agent_hours_pooled"]),
                apart=reader.number(whole["agent_hours_apart"]),
                saved=f"**{reader.number(whole['agent_hours_saved'])} ({reader.share(share, 0)})**",
            )
        )
        st.caption(
            _(
                "At the mean of the forecast, in half hours in which two of these languages or"
                " more are open, before shrinkage. Every language keeps its own promise; agents of"
                " the pool speak all of them."
            )
        )
        table = found.assign(
            language=[
                _("All together") if code == _ALL else reader.language(code)
                for code in found["language"]
            ]
        )
        table.attrs |= what_if.about
        components.chart_and_table(
            figures.apart_and_pooled(by_half_hour(pooled, plans), reader=reader),
            table,
            name=f"pool_{queue.channel}_{'_'.join(sorted(chosen))}",
            alt=_("Agents that the languages take apart, and those of one pool"),
            words=_words(),
            units={
                "language": "text",
                "service_level_apart": "share",
                "service_level_pooled": "share",
            },
        )

    mix_card(what_if, tuple(sorted(chosen)), slower / 100, page)


def mix_card(what_if: WhatIf, languages: tuple[str, ...], slower: float, page: Any) -> None:
    """How many of the pool must speak all languages: simulated when asked for."""
    reader, queue = page.reader, what_if.queue
    with st.container(border=True, key="card-mix"):
        st.subheader(_("How many must speak all of them?"), anchor=False)
        told = _(
            "A simulation of the busiest half hour: contacts go to whoever speaks one language"
            " only, then to those who speak all; free agents take who waits longest."
        )
        if queue.concurrency > 1:
            told = _(
                "A simulation of the busiest half hour: a chat goes to the agents who hold fewest,"
                " of these to whoever speaks one language only; the more an agent holds, the"
                " slower each becomes. Who has room takes who waits longest."
            )
        st.caption(told)
        if not st.button(_("Simulate"), key="simulate-mix"):
            return
        mix = flexible_agents(queue.channel, languages, slower, **what_if.asked)
        at = reader.instant(mix.starts_at.to_pydatetime(), page.build.zone)
        if mix.flexible is None:
            told = _("{at}: {agents} agents who all speak every language do not suffice.")
        else:
            told = _("{at}: **{flexible} of {agents}** agents must speak all of these languages.")
        st.markdown(
            told.format(
                at=at,
                flexible=reader.number(mix.flexible),
                agents=reader.number(mix.agents),
            )
        )
        table = mix.by_language.rename(
            columns={
                "service_level_share": "value",
                "service_level_low": "low",
                "service_level_high": "high",
            }
        )
        table.attrs |= what_if.about
        components.table_card(
            _("What each language then gets"),
            table,
            name=f"skill_mix_{queue.channel}",
            words={
                "value": _("Answered in time"),
                "offered": _("Contacts simulated"),
                "abandoned_share": _("Hang up"),
                "wait_mean_seconds": _("Mean wait"),
            },
            units={"value": "share", "low": "share", "high": "share", "offered": "count"},
        )


@queries.once_a_build
def flexible_agents(
    channel: str, languages: tuple[str, ...], slower: float, **asked: Any
) -> api.BusiestMix:
    """`api.busiest_mix` of the plans of a channel, as `asked` of `WhatIf` has them."""
    return api.busiest_mix(
        pooled_plan(channel, languages, slower, **asked),
        queries.ask("staffing_under", channel=channel, **asked),
        queries.ask("desks_under", channel=channel, **asked),
        slower_share=slower,
    )


@queries.once_a_build
def pooled_plan(
    channel: str, languages: tuple[str, ...], slower_share: float, **asked: Any
) -> pd.DataFrame:
    """`api.pool_plan` of the plans of a channel, as `asked` of `WhatIf` has them."""
    return api.pool_plan(
        queries.ask("staffing_under", channel=channel, **asked),
        queries.ask("desks_under", channel=channel, **asked),
        languages,
        slower_share=slower_share,
    )


def by_half_hour(pooled: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """One row per half hour on the local clock: agents of all languages apart, and pooled."""
    groups = pooled.groupby("starts_at", as_index=False)
    found = groups.agg(agents_apart=("agents_apart", "sum"), agents_pooled=("agents_pooled", "max"))
    clock = plans.drop_duplicates("starts_at")[["starts_at", "local_on", "local_slot"]]
    return found.merge(clock, on="starts_at")


def _words() -> dict[str, str]:
    return {
        "contacts": _("Contacts expected"),
        "agent_hours_apart": _("Agent-hours apart"),
        "agent_hours_pooled": _("Agent-hours pooled"),
        "agent_hours_saved": _("Saved"),
        "service_level_apart": _("In time, apart"),
        "service_level_pooled": _("In time, pooled"),
    }
