"""Simulated contacts -> the vendors' files: the SQL files of exports/ write one line per row.

Each query gives one text column `line`, ended by its newline; the bytes of that column go to
the file as they are, so the speed is that of DuckDB putting the text together.
"""

import json
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.sample_exchange.dirt import KINDS
from pipelines.sample_exchange.shifts import STATES_DAYS
from pipelines.sample_exchange.teams import TEAMS
from pipelines.sample_exchange.world import CHANNELS, LANGUAGES, TOPICS

_FOLDER = Path(__file__).parent / "exports"
BATCH_ROWS = 50_000
TICKETS_CSV_DAYS = 60
"""The CSV export was taken so many days before the end; JSON tells what changed since."""
OVERLAP_DAYS = 3
EVENTS_DAYS = 21
"""Changes of status are told of the tickets made in so many days before the end."""
PAGE_TICKETS = 100

_TOPIC_LABELS = ("Login", "Failed trade", "Withdrawal", "Account stolen", "Verification",
                 "Fees", "Other")  # fmt: skip
_TOPICS_KOREAN = ("로그인", "거래", "출금", "도용", "본인인증", "수수료", "other")
_COUNTRIES = ("KR", "GB", "JP", "CN", "TW", "MX", "RU", "VN", "TR", "BR", "ID")
_GIVEN_NAMES = ("minji", "soyun", "junho", "haruka", "kenji", "chen", "lin", "maria", "ivan",
                "linh", "emre", "ana", "dewi", "jiho", "yuna")  # fmt: skip
_MINUTES = ("First reply time", "First resolution time", "Full resolution time",
            "Agent wait time", "Requester wait time", "On hold time")  # fmt: skip
ZENDESK_HEADER = ",".join(
    ["Summation column", "Id", "Requester", "Requester id", "Requester external id",
     "Requester email", "Requester domain", "Submitter", "Assignee", "Group", "Subject", "Tags",
     "Status", "Priority", "Via", "Ticket type", "Created at", "Updated at", "Assigned at",
     "Organization", "Due date", "Initially assigned at", "Solved at", "Resolution time",
     "Satisfaction Score", "Group stations", "Assignee stations", "Reopens", "Replies"]
    + [f"{name} in minutes{clock}" for name in _MINUTES for clock in ("", " within business hours")]
    + ["Language [list]", "Issue type [list]"]
)  # fmt: skip
CALLS_HEADER = (
    "call_id,direction,line,entered,queued,answered,ended,result,wait,talk,hold,wrap,transfers,"
    "agent,group,reason,caller"
)
SURVEYS_HEADER = (
    "survey_id,system,contact,sent,answered,score,professionalism,speed,problem_solving,comment,"
    "language"
)
SCORECARDS_HEADER = (
    "review_id,contact_system,contact_id,reviewer_id,category,score,score_min,score_max,weight,"
    "is_critical,drawn,selection_probability,reviewed_at"
)
STATES_HEADER = "agent_id,state,starts_at,ends_at,channel,language,team"
_HEADERS = {
    "zendesk_tickets.csv": ZENDESK_HEADER,
    "calls.csv": "\ufeff" + CALLS_HEADER,
    "surveys.csv": SURVEYS_HEADER,
    "typeform_effort.csv": "#,How easy was it to get help? (1-7),ticket_id,Start Date (UTC),"
    "Submit Date (UTC),Network ID",
    "scorecards.csv": SCORECARDS_HEADER,
    "agent_states.csv": STATES_HEADER,
    "zendesk_guide/searches.csv": "Search - Date,Search string,Search locale,Searches,"
    "Search results,Clicks,Tickets created",
    "zendesk_guide/views.csv": "Article - Date,Article ID,Article title,Article locale,"
    "Article views",
}
_QUERIES = {
    "zendesk_tickets.csv": "zendesk_tickets",
    "zendesk_json/tickets.jsonl": "zendesk_json_tickets",
    "zendesk_json/ticket_metrics.jsonl": "zendesk_json_ticket_metrics",
    "zendesk_json/ticket_events.jsonl": "zendesk_json_ticket_events",
    "zendesk_json/comments.jsonl": "zendesk_json_comments",
    "zendesk_json/users.jsonl": "zendesk_json_users",
    "zendesk_json/satisfaction_ratings.jsonl": "zendesk_json_satisfaction_ratings",
    "zendesk_chat.jsonl": "zendesk_chat",
    "calls.csv": "calls",
    "surveys.csv": "surveys",
    "delighted.jsonl": "delighted",
    "typeform_effort.csv": "typeform_effort",
    "scorecards.csv": "scorecards",
    "ga4_events.jsonl": "ga4_events",
}
_LAST_QUERIES = {
    "agent_states.csv": "agent_states",
    "zendesk_guide/articles.jsonl": "zendesk_guide_articles",
    "zendesk_guide/searches.csv": "zendesk_guide_searches",
    "zendesk_guide/views.csv": "zendesk_guide_views",
}
"""Written once, at the end: they stand for the whole time."""
_COLLECTED = {
    "help_demand": "day VARCHAR, language BIGINT, topic BIGINT, contacts BIGINT",
    "live_work": "agent BIGINT, starts BIGINT, busy_until BIGINT, wrapped_at BIGINT",
}
"""What they are written from, gathered stretch by stretch."""
_VIEWS = ("ticket_states", "help_visits", "polls", "reviewed")
_TRUTHS = ("contacts", "visits", "reviews", "polls")

_DIRT_OF = {
    "zendesk_tickets.csv": "SELECT dirt FROM tickets_as_of(getvariable('csv_cut'))",
    "zendesk_json/tickets.jsonl": """
        SELECT dirt FROM tickets_as_of(getvariable('cut'))
        WHERE updated >= getvariable('json_from')""",
    "zendesk_chat.jsonl": "SELECT dirt FROM simulated_chats",
    "calls.csv": "SELECT dirt FROM simulated_calls",
    "surveys.csv": """
        SELECT survey_dirt AS dirt FROM simulated_chats WHERE survey_sent IS NOT NULL
        UNION ALL
        SELECT survey_dirt FROM simulated_calls WHERE survey_sent IS NOT NULL
        UNION ALL
        SELECT survey_dirt FROM tickets_as_of(getvariable('cut'))
        WHERE survey_sent IS NOT NULL AND channel = 2""",
}
"""The rows behind each file, for the count of their dirt."""


class ExportWriter:
    """Writes the files of a sample into a folder, chunk after chunk.

    `cut` is the epoch second at which the data end."""

    def __init__(self, out: Path, cut: int) -> None:
        self._out = out
        self._files = ExitStack()
        self._connection = duckdb.connect(config={"threads": 2, "memory_limit": "1500MB"})
        self._connection.execute("SET enable_progress_bar = false")
        self._rows = dict.fromkeys((*_QUERIES, *_LAST_QUERIES), 0)
        self._dirt: dict[str, dict[str, int]] = {name: {} for name in KINDS}
        self._truths: dict[str, pq.ParquetWriter] = {}
        csv_cut = cut - TICKETS_CSV_DAYS * 86_400
        for name, value in {
            "cut": cut,
            "csv_cut": csv_cut,
            "json_from": csv_cut - OVERLAP_DAYS * 86_400,
            "events_from": cut - EVENTS_DAYS * 86_400,
            "states_from": cut - STATES_DAYS * 86_400,
            "channels": list(CHANNELS),
            "languages": [language.code for language in LANGUAGES],
            "language_labels": [language.label for language in LANGUAGES],
            "language_variants": [list(language.variants) for language in LANGUAGES],
            "given_names": list(_GIVEN_NAMES),
            "countries": list(_COUNTRIES),
            "topics": list(TOPICS),
            "topic_labels": list(_TOPIC_LABELS),
            "topics_korean": list(_TOPICS_KOREAN),
            "topics_nfd": [unicodedata.normalize("NFD", topic) for topic in _TOPICS_KOREAN],
            "teams": list(TEAMS),
            "zendesk_header": ZENDESK_HEADER + "\n",
            "calls_header": CALLS_HEADER + "\n",
        }.items():
            parameter = "CAST(? AS BIGINT)" if isinstance(value, int) else "?"
            self._connection.execute(f"SET VARIABLE {name} = {parameter}", [value])
        self._connection.execute(_sql("macros"))
        for name, columns in _COLLECTED.items():
            self._connection.execute(f"CREATE TABLE {name} ({columns})")

    def __enter__(self) -> "ExportWriter":
        for folder in ("zendesk_json", "zendesk_guide", "truth"):
            (self._out / folder).mkdir(parents=True, exist_ok=True)
        self._handles = {
            name: self._files.enter_context((self._out / name).open("wb")) for name in self._rows
        }
        for name, header in _HEADERS.items():
            self._handles[name].write(f"{header}\n".encode())
        return self

    def __exit__(self, *error: object) -> None:
        self._files.close()
        for truth in self._truths.values():
            truth.close()
        self._connection.close()

    def write(self, chats: pa.Table, calls: pa.Table, tickets: pa.Table) -> None:
        """Append one stretch of the simulation to every file."""
        for name, table in (
            ("simulated_chats", chats), ("simulated_calls", calls), ("simulated_tickets", tickets),
        ):  # fmt: skip
            self._connection.register(name, table)
        for view in _VIEWS:
            self._connection.execute(_sql(view))
        for name in _COLLECTED:
            self._connection.execute(_sql(name))
        self._write_lines(_QUERIES)
        self._count_dirt()
        self._append_truths()

    def finish(self, shifts: pa.Table) -> None:
        """Write what stands at the end of the files, and truth/summary.json.

        `shifts` are those of the live teams, as `live_shifts` gives them."""
        self._connection.register("live_shifts", shifts)
        self._write_lines(_LAST_QUERIES)
        tickets = self._rows["zendesk_tickets.csv"]
        self._handles["zendesk_tickets.csv"].write(f"SUM,{tickets}{',' * 41}\n".encode())
        self._handles["calls.csv"].write(f"Total,{self._rows['calls.csv']}{',' * 15}\n".encode())
        self._handles["zendesk_json/tickets.jsonl"].flush()
        self._write_first_page()
        for name, handle in self._handles.items():
            if not handle.tell():
                (self._out / name).unlink()  # a loader takes an empty file for a failed export
        summary = {
            name: {"rows": rows, "dirty": dict(sorted(self._dirt.get(name, {}).items()))}
            for name, rows in self._rows.items()
        }
        (self._out / "truth" / "summary.json").write_text(
            json.dumps(summary, indent=1) + "\n", encoding="utf-8"
        )

    def _write_first_page(self) -> None:
        """The first tickets again, as a page of the API delivers them: in an envelope."""
        with (self._out / "zendesk_json/tickets.jsonl").open(encoding="utf-8") as lines:
            page = [line.strip() for line in islice(lines, PAGE_TICKETS) if line.endswith("}\n")]
        (self._out / "zendesk_json/tickets.json").write_text(
            '{"tickets":[' + ",".join(page) + '],"count":' + str(len(page))
            + ',"end_of_stream":false,"after_cursor":"cGFnZSAy"}\n',
            encoding="utf-8",
        )  # fmt: skip

    def _write_lines(self, queries: dict[str, str]) -> None:
        for name, query in queries.items():
            for column in self._lines(query):
                self._handles[name].write(_text(column))
                self._rows[name] += len(column)

    def _lines(self, query: str) -> Iterator[pa.Array]:
        reader = self._connection.sql(_sql(query)).to_arrow_reader(BATCH_ROWS)
        for batch in reader:
            if batch.num_rows:
                yield batch.column(0)

    def _count_dirt(self) -> None:
        for name, dirt in _DIRT_OF.items():
            counted = self._connection.execute(f"SELECT dirt, count(*) FROM ({dirt}) GROUP BY dirt")
            for kind, count in counted.fetchall():
                if kind in KINDS[name]:
                    self._dirt[name][kind] = self._dirt[name].get(kind, 0) + count

    def _append_truths(self) -> None:
        for name in _TRUTHS:
            table = self._connection.sql(_sql(f"truth_{name}")).to_arrow_table()
            if name not in self._truths:
                self._truths[name] = pq.ParquetWriter(
                    self._out / "truth" / f"{name}.parquet", table.schema, compression="zstd"
                )
            self._truths[name].write_table(table)


def _sql(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").strip().removesuffix(";")


def _text(column: pa.Array) -> memoryview:
    """The bytes of all texts of a column, one after the other, without a copy."""
    _, offsets, data = column.buffers()
    ends = pa.Array.from_buffers(
        pa.int64() if pa.types.is_large_string(column.type) else pa.int32(),
        len(column) + 1, [None, offsets], offset=column.offset,
    )  # fmt: skip
    return memoryview(data)[ends[0].as_py() : ends[len(column)].as_py()]
