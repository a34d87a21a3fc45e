"""Surveys, self-service, bots and reviews of the invented exchange, against what truly happened."""

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.api import open_warehouse
from pipelines.settings import SAMPLES_DIR

TRUTH = SAMPLES_DIR / "truth"


@pytest.fixture(scope="module")
def both(exchange):
    """A connection to the build, with the truth as `true_contacts`, `true_visits`, ..."""
    build = exchange / (exchange / "CURRENT").read_text().strip()
    connection = duckdb.connect(str(build), read_only=True)
    for name in ("contacts", "visits", "reviews"):
        connection.register(f"true_{name}", pq.read_table(TRUTH / f"{name}.parquet"))
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def published(exchange):
    return open_warehouse(exchange)


def rows(connection, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


def test_every_visit_is_found_and_followed_by_a_contact_or_not_as_it_truly_was(both):
    asked = """
        SELECT language, topic, is_followed_by_contact, count(*) FROM {} GROUP BY ALL ORDER BY ALL
    """
    # the last contacts come up to an hour before the end of the last day
    settled = "WHERE ended_at < TIMESTAMP '2026-11-12 12:00:00'"
    found, true = (
        rows(both, asked.format(f"(FROM {table} {settled})"))
        for table in ("fact_visits", "true_visits")
    )
    assert found == true
    assert sum(n for *_, n in true) > 1000


def test_deflection_is_the_true_share_of_visits_without_a_contact(both, published):
    true = rows(both, "SELECT avg(CAST(NOT is_followed_by_contact AS INT)) FROM true_visits")[0][0]
    found = published.measure("deflection_share").iloc[0]
    assert found["value"] == pytest.approx(true, abs=2 / found["n"])


def test_each_review_comes_to_its_true_score(both, published):
    compared, wrong = rows(
        both,
        """
        SELECT count(*), count(*) FILTER (WHERE abs(f.review_score - t.score) > 1e-9
            OR f.drawn <> t.drawn OR f.contact_id <> t.contact_id)
        FROM true_reviews AS t
        LEFT JOIN fact_reviews AS f ON f.review_id = 'reviews:' || t.review_id
        """,
    )[0]
    assert (compared > 500, wrong) == (True, 0)
    unweighted, weighted = rows(
        both,
        """
        SELECT avg(score), sum(score / selection_probability) / sum(1 / selection_probability)
        FROM true_reviews WHERE drawn = 'random'
        """,
    )[0]
    assert published.measure("iqs")["value"].item() == pytest.approx(unweighted, abs=1e-9)
    assert published.measure("iqs_weighted")["value"].item() == pytest.approx(weighted, abs=1e-9)


def test_bots_contain_resolve_and_lose_whom_they_truly_did(both):
    compared, contained, left = rows(
        both,
        """
        SELECT count(*), count(*) FILTER (WHERE b.is_contained <> t.is_bot_contained),
            count(*) FILTER (WHERE b.is_left <> t.is_bot_left)
        FROM fact_bot_contacts AS b
        INNER JOIN true_contacts AS t ON t.contact_id = b.contact_id AND t.dirt IS NULL
        """,
    )[0]
    assert (compared > 5000, contained, left) == (True, 0, 0)


def test_ratings_changed_as_they_truly_did_and_in_that_direction(both):
    found, true = (
        rows(both, f"SELECT contact_id, change FROM ({query}) ORDER BY 1")
        for query in (
            """
            SELECT contact_id, CASE WHEN is_good_to_bad THEN 'good_to_bad' ELSE 'bad_to_good' END
                AS change
            FROM fact_surveys
            WHERE is_last_rating AND (is_good_to_bad OR is_bad_to_good) AND exclusion IS NULL
            """,
            """
            SELECT contact_id, rating_change AS change FROM true_contacts
            WHERE rating_change IS NOT NULL AND dirt IS NULL AND exclusion IS NULL
            """,
        )
    )
    assert found == true
    assert {change for _, change in true} == {"good_to_bad", "bad_to_good"}
