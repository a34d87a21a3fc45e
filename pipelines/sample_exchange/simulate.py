"""The whole sample: demand, queues, contacts and their exports, written chunk by chunk."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.errors import InputError, StorageError
from pipelines.sample_exchange import companions, phrases
from pipelines.sample_exchange.calendars import Period, period_for
from pipelines.sample_exchange.chunks import Arrivals, draw_arrivals
from pipelines.sample_exchange.demand import Demand, draw_demand
from pipelines.sample_exchange.desks import live_queues, ticket_queues
from pipelines.sample_exchange.dirt import KINDS, draw_dirt
from pipelines.sample_exchange.exports import TICKETS_CSV_DAYS, ExportWriter
from pipelines.sample_exchange.live import TICKET_AFTER, simulate_calls, simulate_chats
from pipelines.sample_exchange.shifts import live_shifts
from pipelines.sample_exchange.teams import agent_effects, team_of, team_sizes
from pipelines.sample_exchange.tickets import simulate_tickets
from pipelines.sample_exchange.world import LIVE_CHAT, PHONE, SLOT_SECONDS, TOPIC_SHARES

UNTIL = date(2026, 11, 15)
Progress = Callable[[str, float, float], None]


def write(
    out: Path, contacts: int, seed: int, progress: Progress | None = None, until: date = UNTIL
) -> None:
    """Write the exports of an invented exchange into the folder `out`.

    Parameters
    ----------
    out : folder, made if it is not there; a sample that was written to it before is replaced.
    contacts : number of contacts, at least 1. The period that they cover ends with the day
        `until` (Asia/Seoul) and grows with their number, see `period_for`.
    seed : the same seed, size and day give the same bytes.
    progress : called as progress(stage, done, total).

    Raises
    ------
    InputError
        The folder holds something else: exports of somebody's own have the same names.
    StorageError
        The folder can't be written.
    """
    if contacts < 1:
        raise ValueError(f"contacts must be at least 1, not {contacts}")
    period = period_for(contacts, until)
    try:
        if out.exists() and not (out / "truth").exists() and any(out.iterdir()):
            raise InputError(f"{out}: holds other files; choose another --out, or empty it")
        _write(Path(out), period, contacts, seed, progress)
    except OSError as error:
        where = error.filename or out
        raise StorageError(f"{where}: {error.strerror}; choose another --out") from None


def _write(out: Path, period: Period, contacts: int, seed: int, progress: Progress | None) -> None:
    report = progress or (lambda stage, done, total: None)
    report("demand and queues", 0, 0)
    demand = draw_demand(period, contacts, np.random.default_rng([seed, 0]))
    live, written = live_queues(period, demand), ticket_queues(period, demand)
    sizes = _team_sizes(period, demand)
    effects = agent_effects(seed)
    with ExportWriter(out, period.ends) as exports:
        companions.write(out, period, demand, live.scheduled)
        for arrivals, rng in draw_arrivals(period, demand, contacts, seed):
            report("contacts", int(arrivals.number[0]), contacts)
            chats = simulate_chats(
                arrivals.of(arrivals.channel == LIVE_CHAT), live, period.starts, period.ends,
                sizes, effects, rng,
            )  # fmt: skip
            calls = simulate_calls(
                arrivals.of(arrivals.channel == PHONE), live, period.starts, period.ends,
                sizes, effects, rng,
            )  # fmt: skip
            tickets = simulate_tickets(
                arrivals.of(arrivals.channel > PHONE), written, period.ends, sizes, effects, rng
            )
            linked = simulate_tickets(
                _follow_ups(chats, period), written, period.ends, sizes, effects, rng, True
            )
            exports.write(
                _chat_texts(chats, rng),
                _call_texts(calls, rng),
                _ticket_texts(pa.concat_tables([tickets, linked]), period, rng),
            )
        exports.finish(live_shifts(period, sizes))
    report("contacts", contacts, contacts)


def _team_sizes(period: Period, demand: Demand) -> np.ndarray:
    per_queue = demand.expected.sum(axis=0) / period.days
    grid = [axis.ravel() for axis in np.indices((*per_queue.shape, len(TOPIC_SHARES)))]
    weights = (per_queue[:, :, None] * TOPIC_SHARES).ravel()
    return team_sizes(np.bincount(team_of(*grid), weights, minlength=15))


def _follow_ups(chats: pa.Table, period: Period) -> Arrivals:
    """The tickets that chats became: a minute after the chat, under the chat's number."""
    arrived = chats["ended"].to_numpy() + TICKET_AFTER
    becomes = chats["to_ticket"].to_numpy(zero_copy_only=False)
    return Arrivals(
        number=chats["number"].to_numpy()[becomes],
        slot=(arrived[becomes] - period.starts) // SLOT_SECONDS,
        channel=np.full(int(becomes.sum()), LIVE_CHAT),
        language=chats["language"].to_numpy()[becomes],
        topic=chats["topic"].to_numpy()[becomes],
        arrived=arrived[becomes],
        requester=chats["requester"].to_numpy()[becomes],
    )


def _chat_texts(chats: pa.Table, rng: np.random.Generator) -> pa.Table:
    kinds = ("bot_greeting", "bot_answer", "bot_handover", "reply", "ask", "answer", "solution",
             "thanks")  # fmt: skip
    dirt = draw_dirt(len(chats), KINDS["zendesk_chat.jsonl"], rng).dictionary_decode()
    return _with(chats, _texts(chats, kinds), dirt, rng)


def _call_texts(calls: pa.Table, rng: np.random.Generator) -> pa.Table:
    dirt = draw_dirt(len(calls), KINDS["calls.csv"], rng).dictionary_decode()
    return _with(calls, _texts(calls, ()), dirt, rng)


def _ticket_texts(tickets: pa.Table, period: Period, rng: np.random.Generator) -> pa.Table:
    kinds = ("ask", "answer", "reply", "solution", "reopen", "note", "auto_reply")
    in_csv = tickets["arrived"].to_numpy() < period.ends - TICKETS_CSV_DAYS * 86_400
    dirt = np.empty(len(tickets), dtype=object)
    for rows, name in ((in_csv, "zendesk_tickets.csv"), (~in_csv, "zendesk_json/tickets.jsonl")):
        dirt[rows] = draw_dirt(int(rows.sum()), KINDS[name], rng).to_numpy(zero_copy_only=False)
    return _with(tickets, _texts(tickets, kinds), pa.array(dirt, pa.string()), rng)


def _texts(table: pa.Table, kinds: tuple[str, ...]) -> dict[str, pa.Array]:
    language, topic = table["language"].to_numpy(), table["topic"].to_numpy()
    draw = (table["number"].to_numpy() * 2654435761 >> 7) & 0xFFFF
    columns = {
        "subject": phrases.choose_on_topic("subjects", language, topic, draw),
        "question": phrases.choose_on_topic("questions", language, topic, draw),
        "comment": _comments(table["score"].to_numpy(), language, draw),
    }
    for kind in kinds:
        name = kind if kind.startswith(("bot_", "auto_")) else f"{kind}_text"
        columns[name] = phrases.choose(kind, language, draw)
    return columns


def _comments(score: np.ndarray, language: np.ndarray, draw: np.ndarray) -> pa.Array:
    mood = np.select([score >= 4, score == 3], [0, 1], 2)
    texts = [phrases.choose(kind, language, draw).dictionary_decode()
             for kind in ("good", "middle", "bad")]  # fmt: skip
    return pa.array(np.choose(mood, [text.to_numpy(zero_copy_only=False) for text in texts]),
                    pa.string())  # fmt: skip


def _with(
    table: pa.Table, columns: dict[str, pa.Array], dirt: pa.Array, rng: np.random.Generator
) -> pa.Table:
    columns["dirt"] = dirt
    columns["survey_dirt"] = draw_dirt(len(table), KINDS["surveys.csv"], rng).dictionary_decode()
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table
