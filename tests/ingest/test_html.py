"""HTML bodies as text."""

import duckdb
import pytest

from pipelines.ingest.html import html_text_sql


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p>\n<p>two<br/>three</p>", "one\ntwo\nthree"),
        ("<style>p { color: red }</style><!-- note --><div>shown</div>", "shown"),
        ("&lt;b&gt; is a tag &amp;amp; so on", "<b> is a tag &amp; so on"),
        ("me&#64;example.com, it&#x27;s&nbsp;me", "me@example.com, it's me"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("&#0; and &#xD800; are no characters", "&#0; and &#xD800; are no characters"),
        ("안녕하세요\n\n반갑습니다 ", "안녕하세요\n\n반갑습니다"),
        ('<img src="x.png">', None),
        ("   ", None),
        (None, None),
    ],
)
def test_tags_go_entities_are_decoded_and_text_stays(html, text):
    query = f"SELECT {html_text_sql('html')} FROM (SELECT CAST(? AS VARCHAR) AS html)"
    assert duckdb.execute(query, [html]).fetchone() == (text,)
