"""What is wrong with a few rows of every file: each kind a real export was seen to have."""

import numpy as np
import pyarrow as pa

DIRTY_SHARE = 0.003

KINDS = {
    "zendesk_tickets.csv": (
        "no_created_at", "day_first_date", "ruined_id", "twice", "header_again", "blank_line",
        "unknown_via", "unknown_language", "unknown_topic", "nfd_hangul", "newline_in_subject",
        "solved_before_created", "negative_minutes", "short_row",
    ),
    "zendesk_json/tickets.jsonl": (
        "broken_json", "no_id", "no_created_at", "twice", "unknown_via", "unknown_language",
        "unknown_topic", "blank_line",
    ),
    "zendesk_chat.jsonl": (
        "broken_json", "no_id", "no_timestamp", "twice", "older_after_newer", "unknown_language",
        "unknown_topic", "message_before_chat", "blank_line",
    ),
    "calls.csv": (
        "ruined_id", "no_time", "day_first_date", "twice", "header_again", "blank_line",
        "unknown_language", "unknown_outcome", "negative_wait", "answered_before_entered",
    ),
    "surveys.csv": (
        "no_id", "no_contact", "twice", "answered_later", "score_out_of_scale", "score_in_words",
        "answered_before_sent", "blank_line",
    ),
}  # fmt: skip
"""Kinds of dirt per file, as the SQL files write them."""


def draw_dirt(rows: int, kinds: tuple[str, ...], rng: np.random.Generator) -> pa.Array:
    """A kind for about DIRTY_SHARE of the rows, the empty text for all others."""
    index = np.zeros(rows, dtype=np.int32)
    dirty = rng.choice(rows, size=min(rows, int(np.ceil(rows * DIRTY_SHARE))), replace=False)
    index[dirty] = 1 + (rng.permutation(len(dirty)) % len(kinds))
    return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(["", *kinds]))
