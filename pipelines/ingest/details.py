"""Which messages ask for the details that work needs, and which hold some.

Details are what a complete first message holds: an account, transaction or order number, or a
screenshot. A message holds one where the mask left `<account>`, `<bank_account>` (a number behind
口座番号 may be either), `<transaction>` or `<wallet>`, or where it says so (a screenshot is sent
beside the text); it asks for one where a word for a detail and a word of asking stand in it:
data/reference/detail_words.csv, eleven languages.

Limits: asking in other words is missed, and a detail that is named but not given ("I don't know
my account number") counts as held. On the sample exchange's texts every request is found.
"""

import re
from functools import cache

from pipelines import reference
from pipelines.settings import REFERENCE_DIR
from pipelines.sql import literal

VERSION = 2
"""Raise it with every change of the rules or words: older findings are then made anew."""

_MASKS = ("account", "bank_account", "transaction", "wallet")
_SHOWN = "|".join(
    ("screenshot", "screen ?shot", "스크린샷", "캡[처쳐]", "スクリーンショット", "スクショ", "画像",
     "截[图圖屏]", "captura", "снимок", "скриншот", "ảnh", "görüntü", "tangkapan layar",
     "print da tela")
)  # fmt: skip


def is_detail_sql(text: str) -> str:
    """SQL: whether a customer's masked text holds a detail."""
    masks = "|".join(f"<{name}>" for name in _MASKS)
    return f"regexp_matches(lower({text}), {literal(f'{masks}|{_SHOWN}')})"


def is_request_sql(text: str) -> str:
    """SQL: whether an agent's text asks for a detail.

    Raises SettingsError where the table of words can't be read."""
    return " AND ".join(
        f"regexp_matches(lower({text}), {literal(_any_of(role))})" for role in ("detail", "request")
    )


@cache
def _any_of(role: str) -> str:
    table = reference.rows(REFERENCE_DIR / "detail_words.csv", ("role", "word"))
    words = {row["word"] for _, row in table if row["role"] == role}
    # longest first, so that the search ends at the first that fits
    return "|".join(re.escape(word).replace("\\ ", " ") for word in sorted(words, key=len)[::-1])
