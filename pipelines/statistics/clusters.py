"""Contacts that belong together: what one customer asks again, and incidents of many.

Topic and time stand in for "the same problem", since no export says it. Contacts without a
known requester or topic stand alone. Repeats and first-contact resolution are metrics.

`threads` takes one row per contact: contact_id, requester_id, topic and arrived_at (UTC).
"""

import pandas as pd

from pipelines.errors import OutOfRangeError

SAME_PROBLEM = pd.Timedelta(hours=24)


def threads(contacts: pd.DataFrame, gap: pd.Timedelta = SAME_PROBLEM) -> pd.DataFrame:
    """Collapse one customer's contacts about one problem: the first, and what only asks again.

    A contact joins the thread of the same requester and topic if it arrives at most `gap` after
    the last one in it; threads can thus last longer than `gap`.

    Returns
    -------
    DataFrame
        One row per contact, in the order given: contact_id, thread_id (the contact_id of the
        first), is_first. A contact without requester or topic is a thread of its own. Contacts
        are n, threads the count of is_first.
    """
    rows = contacts.reset_index(drop=True).sort_values(["arrived_at", "contact_id"], kind="stable")
    is_known = rows["requester_id"].notna() & rows["topic"].notna()
    keys = ["requester_id", "topic"]
    since = rows[is_known].groupby(keys, observed=True)["arrived_at"].diff().reindex(rows.index)
    is_first = ~(since <= gap)
    rows["thread_id"] = rows["contact_id"].where(is_first)
    joined = rows[is_known].groupby(keys, observed=True)["thread_id"].ffill()
    thread_id = joined.reindex(rows.index).fillna(rows["thread_id"])
    return pd.DataFrame(
        {"contact_id": rows["contact_id"], "thread_id": thread_id, "is_first": is_first}
    ).sort_index()


def incidents(
    contacts: pd.DataFrame, bursts: pd.DataFrame, gap: pd.Timedelta = SAME_PROBLEM
) -> pd.DataFrame:
    """What each burst of contacts amounts to: how many people, how many asked again.

    Which of a burst's contacts would have come anyway cannot be told one by one, only how many
    were due; so an incident counts, and marks no contact as its own.

    Parameters
    ----------
    contacts
        As above, with whatever columns name a burst.
    bursts
        One row each: starts_at, stops_at (half-open, UTC), expected (contacts due), and any
        columns of `contacts` (topic, channel, language) with a value or "*" for all.

    Returns
    -------
    DataFrame
        `bursts` with n (contacts), threads (with asking again collapsed), requesters (NULL
        where none is known) and excess (n less expected).

    Raises
    ------
    OutOfRangeError
        A burst is named by a column that contacts do not have.
    """
    named = [name for name in bursts if name not in ("starts_at", "stops_at", "expected")]
    unknown = [name for name in named if name not in contacts]
    if unknown:
        raise OutOfRangeError(f"contacts have no {', '.join(unknown)} to find a burst by")
    counted = []
    for burst in bursts.to_dict("records"):
        arrived = contacts["arrived_at"]
        is_in = (arrived >= burst["starts_at"]) & (arrived < burst["stops_at"])
        for name in named:
            if burst[name] != "*":
                is_in &= contacts[name] == burst[name]
        here = contacts[is_in]
        requesters = here["requester_id"].nunique()
        counted.append(
            {
                "n": len(here),
                "threads": int(threads(here, gap)["is_first"].sum()),
                "requesters": requesters or None,
                "excess": len(here) - burst["expected"],
            }
        )
    found = pd.DataFrame(
        counted, index=bursts.index, columns=["n", "threads", "requesters", "excess"]
    )
    return pd.concat([bursts, found.astype({"requesters": "Int64"})], axis=1)
