"""What becomes of live contacts: chats with their bots and queues, and calls."""

import numpy as np
import pyarrow as pa

from pipelines.sample_exchange.chunks import NEVER, Arrivals, instants
from pipelines.sample_exchange.desks import LiveQueues
from pipelines.sample_exchange.opinions import PROMISED_SECONDS, Surveys, draw_surveys
from pipelines.sample_exchange.teams import draw_agents, team_of
from pipelines.sample_exchange.world import (
    LANGUAGES,
    LIVE_CHAT,
    LIVE_DESKS,
    PHONE,
    SLOT_SECONDS,
    TOPICS,
)

TICKET_AFTER = 60
"""Seconds between the end of a chat and the ticket that goes on with it."""
_DESK_OF = {(desk.channel, desk.language): d for d, desk in enumerate(LIVE_DESKS)}
_HANDLE = np.array([desk.handle_seconds for desk in LIVE_DESKS])
_PATIENCE = np.array([desk.patience_seconds for desk in LIVE_DESKS])
_PICK_UP = np.array([desk.pick_up_seconds for desk in LIVE_DESKS])
_BY_TOPIC = {  # handle time over the mean, share a bot can contain, share that lacks an id
    "login": (0.85, 0.30, 0.35),
    "trade": (1.05, 0.20, 0.45),
    "withdrawal": (1.10, 0.17, 0.55),
    "stolen_account": (1.55, 0.02, 0.60),
    "kyc": (1.10, 0.22, 0.40),
    "fees": (0.70, 0.42, 0.20),
    "other": (0.90, 0.25, 0.15),
}
_TOPIC_WORK, _BOT_CONTAINS, _CLARIFIED = np.array([_BY_TOPIC[topic] for topic in TOPICS]).T


def clarification_rounds(topic: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """How often (0..3) the agent must ask for an account id, a transaction or a screenshot."""
    again = rng.random((len(topic), 3)) < _CLARIFIED[topic][:, None] * np.array([1.0, 0.45, 0.3])
    return again.cumprod(axis=1).sum(axis=1)


def draw_waits(
    queues: LiveQueues, desk: np.ndarray, slot: np.ndarray, at: np.ndarray, starts: int,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Seconds a customer of endless patience would wait who joins the queue `at`."""
    n = len(desk)
    slot = np.minimum((at - starts) // SLOT_SECONDS, len(queues.is_open) - 1)
    delayed = rng.random(n) < queues.delay_probability[slot, desk]
    wait = _PICK_UP[desk] * (0.4 + 0.6 * rng.exponential(size=n))
    wait += delayed * rng.exponential(size=n) * queues.delay_seconds[slot, desk]
    wait += queues.backlog_seconds[slot, desk] * rng.uniform(0.6, 1.2, n)
    opens_in = queues.opens_in_seconds[slot, desk]
    wait += np.where(opens_in > 0, opens_in - (at - starts) % SLOT_SECONDS + 60, 0)
    return wait


def simulate_chats(
    chats: Arrivals, queues: LiveQueues, starts: int, cut: int, sizes: np.ndarray,
    effects: np.ndarray, rng: np.random.Generator,
) -> pa.Table:  # fmt: skip
    """One row per chat; instants in epoch seconds, NULL: did not happen."""
    n = len(chats)
    desk = np.array([_DESK_OF[LIVE_CHAT, i] for i in range(len(LANGUAGES))])[chats.language]
    open_now = queues.is_open[chats.slot, desk]
    draw = rng.random(n)
    exclusion = np.select(
        [draw < 0.006, draw < 0.0085, draw < 0.016], ["spam", "test", "agent_initiated"], ""
    )
    ordinary = exclusion == ""
    offline = ordinary & ~open_now & (rng.random(n) < 0.04)
    served = ordinary & ~offline
    with_bot = served & (rng.random(n) < np.where(chats.language < 3, 0.93, 0.7))
    asks = rng.random(n)
    contained = with_bot & (asks < _BOT_CONTAINS[chats.topic])
    gone = with_bot & ~contained & (rng.random(n) < np.where(open_now, 0.045, 0.8))
    bot_seconds = rng.integers(35, 190, n)
    handed_over = np.where(with_bot & ~contained & ~gone, chats.arrived + bot_seconds, NEVER)
    queued = served & ~contained & ~gone
    joined = np.where(handed_over >= 0, handed_over, chats.arrived)
    wait = draw_waits(queues, desk, chats.slot, joined, starts, rng)
    patience = rng.exponential(size=n) * _PATIENCE[desk] + 3
    patience = np.where(rng.random(n) < 0.02, rng.uniform(1, 5, n), patience)
    answers = queued & (wait <= patience)
    agent_first = exclusion == "agent_initiated"
    answered = np.where(answers, joined + wait.astype(np.int64), NEVER)
    answered = np.where(agent_first, chats.arrived, answered)
    first_reply = np.where(answered >= 0, answered + rng.integers(4, 30, n), NEVER)
    left = np.where(queued & ~answers, joined + patience.astype(np.int64), NEVER)
    rounds = np.where(answers, clarification_rounds(chats.topic, rng), 0)
    length = _HANDLE[desk] * _TOPIC_WORK[chats.topic] * (0.82 + 0.3 * rounds)
    length = (length * np.exp(rng.normal(-0.12, 0.5, n))).astype(np.int64) + 45
    ended = np.select(
        [answered >= 0, left >= 0], [answered + length, left], chats.arrived + bot_seconds
    )
    handed_over, joined, answered, first_reply, left, ended = _before(
        cut, handed_over, joined, answered, first_reply, left, ended
    )
    team = team_of(chats.channel, chats.language, chats.topic)
    agent = np.where(answered >= 0, draw_agents(team, chats.arrived, sizes, rng), NEVER)
    solved = answers & (rng.random(n) < 0.93 - 0.05 * rounds)
    to_ticket = answers & ~solved & (rng.random(n) < 0.5) & (ended + TICKET_AFTER < cut)
    surveys = draw_surveys(
        ended, answers & (rng.random(n) < 0.9), 0.3, chats.language, chats.topic,
        (answered - chats.arrived) / PROMISED_SECONDS["live_chat"], solved, np.zeros(n, dtype=bool),
        effects[np.maximum(agent, 0)], cut, rng,
    )  # fmt: skip
    rated = answers & (surveys.sent < 0) & (rng.random(n) < 0.35)
    # one contained chat in twelve is rated; most of those who rate a bot were helped
    bot_rated = contained & (chats.number * 2654435761 % 4096 < 341)
    bot_rating = np.where(chats.number * 40503 % 8 == 0, "bad", "good")
    return _table(
        chats, exclusion, team, agent, surveys,
        is_offline=offline, has_bot=with_bot, is_contained=contained | gone, is_gone=gone,
        is_solved=solved,
        handed_over=instants(handed_over), queued=instants(np.where(queued, joined, NEVER)),
        answered=instants(answered), first_reply=instants(first_reply), gave_up=instants(left),
        ended=ended, rounds=rounds, to_ticket=to_ticket,
        rating=np.select([rated, bot_rated], [np.where(solved, "good", "bad"), bot_rating], ""),
    )  # fmt: skip


def simulate_calls(
    calls: Arrivals, queues: LiveQueues, starts: int, cut: int, sizes: np.ndarray,
    effects: np.ndarray, rng: np.random.Generator,
) -> pa.Table:  # fmt: skip
    """One row per call; instants in epoch seconds, NULL: did not happen."""
    n = len(calls)
    desk = np.array([_DESK_OF.get((PHONE, i), 0) for i in range(len(LANGUAGES))])[calls.language]
    draw = rng.random(n)
    exclusion = np.select([draw < 0.004, draw < 0.03], ["test", "agent_initiated"], "")
    inbound = exclusion == ""
    menu = rng.integers(12, 55, n)
    joined = calls.arrived + menu
    slot = np.minimum((joined - starts) // SLOT_SECONDS, len(queues.is_open) - 1)
    open_now = queues.is_open[slot, desk]
    hangs_up_in_menu = inbound & open_now & (rng.random(n) < 0.035)
    closed = inbound & ~open_now
    queued = inbound & open_now & ~hangs_up_in_menu
    wait = draw_waits(queues, desk, calls.slot, joined, starts, rng)
    patience = rng.exponential(size=n) * _PATIENCE[desk] + 2
    patience = np.where(rng.random(n) < 0.025, rng.uniform(1, 5, n), patience)
    answers = queued & (wait <= patience)
    outbound = exclusion == "agent_initiated"
    answered = np.where(answers, joined + wait.astype(np.int64), NEVER)
    answered = np.where(outbound & (rng.random(n) < 0.7), calls.arrived + 14, answered)
    left = np.where(queued & ~answers, joined + patience.astype(np.int64), NEVER)
    work = _HANDLE[desk] * _TOPIC_WORK[calls.topic] * np.exp(rng.normal(-0.1, 0.45, n))
    talk = np.where(answered >= 0, (work * 0.78).astype(np.int64) + 8, NEVER)
    holds = (answered >= 0) & (rng.random(n) < 0.28)
    hold = np.where(answered >= 0, np.where(holds, rng.integers(15, 160, n), 0), NEVER)
    wrap = np.where(answered >= 0, (work * 0.16).astype(np.int64) + 5, NEVER)
    ended = np.select(
        [answered >= 0, left >= 0], [answered + talk + hold, left], calls.arrived + menu
    )
    joined, answered, left, ended = _before(cut, joined, answered, left, ended)
    team = team_of(calls.channel, calls.language, calls.topic)
    agent = np.where((answered >= 0) | outbound, draw_agents(team, calls.arrived, sizes, rng), -1)
    transfers = np.where((answered >= 0) & (rng.random(n) < 0.07), 1, 0)
    solved = answers & (rng.random(n) < 0.9)
    surveys = draw_surveys(
        ended, answers & (rng.random(n) < 0.8), 0.2, calls.language, calls.topic,
        (answered - calls.arrived) / PROMISED_SECONDS["phone"], solved, transfers > 0,
        effects[np.maximum(agent, 0)], cut, rng,
    )  # fmt: skip
    outcome = np.select(
        [exclusion == "test", answered >= 0, left >= 0, closed, hangs_up_in_menu],
        ["SELFTEST", "ANSWERED", "ABANDONED", "CLOSED", "MENU"], "NO_ANSWER",
    )  # fmt: skip
    return _table(
        calls, exclusion, team, agent, surveys,
        queued=instants(np.where(queued, joined, NEVER)), answered=instants(answered),
        gave_up=instants(left), ended=ended, talk=instants(talk), hold=instants(hold),
        wrap=instants(wrap), transfers=transfers, outcome=outcome, is_solved=solved,
    )  # fmt: skip


def _before(cut: int, *times: np.ndarray) -> list[np.ndarray]:
    """Sessions of the last minutes end with the data."""
    return [np.minimum(time, cut - 1) for time in times]


def _table(arrivals: Arrivals, exclusion, team, agent, surveys: Surveys, **columns) -> pa.Table:
    return pa.table(
        {
            "number": arrivals.number,
            "channel": arrivals.channel,
            "language": arrivals.language,
            "topic": arrivals.topic,
            "arrived": arrivals.arrived,
            "requester": arrivals.requester,
            "exclusion": pa.array(exclusion),
            "team": team,
            "agent": instants(agent),
            **{name: value if isinstance(value, pa.Array) else pa.array(value)
               for name, value in columns.items()},
            **survey_columns(surveys),
        }
    )  # fmt: skip


def survey_columns(surveys: Surveys) -> dict[str, pa.Array]:
    """The columns that every simulated table carries about its survey."""
    return {
        "survey_sent": instants(surveys.sent),
        "survey_answered": instants(surveys.answered),
        "score": pa.array(surveys.score),
        "professionalism": pa.array(surveys.professionalism),
        "speed": pa.array(surveys.speed),
        "problem_solving": pa.array(surveys.problem_solving),
        "has_comment": pa.array(surveys.has_comment),
    }
