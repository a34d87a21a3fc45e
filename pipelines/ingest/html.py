"""HTML bodies as the text that a person reads, as SQL, so that masking and language detection
see words and not markup.

Entities are decoded after the tags are gone: `&lt;b&gt;` is text that somebody wrote, and
`me&#64;example.com` is an address that must be masked.
"""

_HIDDEN = r"(?is)<(style|script|head)\b.*?</(style|script|head)\s*>|<!--.*?-->"
_BREAKS = r"(?i)<br\s*/?>|</(p|div|li|tr|h[1-6]|blockquote)\s*>"
_TAGS = r"</?[A-Za-z!][^>]*>"
_NAMED = {"&nbsp;": " ", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "''"}
_NUMBERED = "&#(?:[0-9]{1,6}|[xX][0-9a-fA-F]{1,5});"


def html_text_sql(html: str) -> str:
    """SQL of the text of an HTML body: a line per paragraph; NULL where nothing is left."""
    text = f"regexp_replace({html}, '{_HIDDEN}', '', 'g')"
    text = f"regexp_replace({text}, '{_BREAKS}', chr(10), 'g')"
    text = f"regexp_replace({text}, '{_TAGS}', '', 'g')"
    for entity, named in _NAMED.items():
        text = f"replace({text}, '{entity}', '{named}')"
    code = "try_cast(replace(lower(e[3:-2]), 'x', '0x') AS INTEGER)"
    character = f"CASE WHEN {code} BETWEEN 32 AND 55295 OR {code} > 57343 THEN chr({code}) END"
    text = f"""list_reduce(
        list_prepend({text}, list_distinct(regexp_extract_all({html}, '{_NUMBERED}'))),
        lambda text, e: coalesce(replace(text, e, {character}), text))"""
    text = f"replace(replace({text}, '&amp;', '&'), chr(160), ' ')"
    text = rf"regexp_replace({text}, '[ \t]*\n\s*', chr(10), 'g')"
    # most texts of most exports are plain, and cost one search
    text = f"CASE WHEN regexp_matches({html}, '[<&]') THEN {text} ELSE {html} END"
    return rf"nullif(regexp_replace({text}, '^\s+|\s+$', '', 'g'), '')"
