"""What part of each queue's contacts a topic makes up."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipelines.api.published import Build
from pipelines.statistics.intervals import wilson

TOPIC_DAYS = 56
FEWEST_TOPICS = 30
"""Contacts that a queue needs to have topic shares of its own; else those of its channel, else of
all queues hold."""

_QUEUE = ["channel", "language"]


def topic_shares(build: Build, topics: Sequence[str] = ()) -> pd.DataFrame:
    """See `Scenarios.topic_shares`."""
    build.check_values({"topic": list(topics)})
    counts = build.query(
        f"""
        SELECT channel, language, topic, CAST(count(*) AS BIGINT) AS contacts
        FROM fact_contacts
        WHERE is_offered
            AND topic IS NOT NULL
            AND arrived_on > (SELECT max(arrived_on) FROM fact_contacts) - {TOPIC_DAYS}
        GROUP BY channel, language, topic
        """
    )
    queues = build.query("SELECT DISTINCT channel, language FROM fact_arrivals ORDER BY 1, 2")
    own = counts.pivot_table(index=_QUEUE, columns="topic", values="contacts", fill_value=0)
    own = own.reindex(pd.MultiIndex.from_frame(queues), fill_value=0)
    of_channel = own.groupby("channel").transform("sum")
    whole = pd.DataFrame(np.tile(own.sum(), (len(own), 1)), own.index, own.columns)
    chosen, basis = whole, pd.Series("all", own.index)
    for name, wider in (("channel", of_channel), ("queue", own)):
        is_enough = wider.sum(axis=1) >= FEWEST_TOPICS
        chosen = wider.where(is_enough, chosen, axis=0)
        basis = basis.mask(is_enough, name)
    n = chosen.sum(axis=1)
    if topics:
        chosen = chosen.reindex(columns=list(topics), fill_value=0).sum(axis=1).to_frame("*")
        chosen.columns.name = "topic"
    found = chosen.stack().rename("contacts").reset_index()
    found["n"] = n.reindex(pd.MultiIndex.from_frame(found[_QUEUE])).to_numpy()
    found["basis"] = basis.reindex(pd.MultiIndex.from_frame(found[_QUEUE])).to_numpy()
    found = found[found["n"] > 0].reset_index(drop=True)
    found["share"] = found["contacts"] / found["n"]
    found["low"], found["high"] = wilson(found["contacts"], found["n"])
    return found[[*_QUEUE, "topic", "share", "low", "high", "n", "basis"]]
