"""What becomes of written contacts: e-mails, help-centre forms and social messages."""

import numpy as np
import pyarrow as pa

from pipelines.sample_exchange.chunks import NEVER, Arrivals, instants
from pipelines.sample_exchange.desks import TicketQueues
from pipelines.sample_exchange.live import clarification_rounds, survey_columns
from pipelines.sample_exchange.opinions import PROMISED_SECONDS, draw_surveys
from pipelines.sample_exchange.teams import draw_agents, team_of
from pipelines.sample_exchange.world import EMAIL, LANGUAGES, SOCIAL

HOUR, DAY = 3600, 86_400
CLOSES_AFTER = 4 * DAY
_OPEN_HOURS = np.array([0.9, 1.3, 1.5] + [1.8 + 0.18 * i for i in range(len(LANGUAGES) - 3)])
"""Median open hours of desk time before an answer, besides the queue."""


def simulate_tickets(
    tickets: Arrivals, queues: TicketQueues, cut: int, sizes: np.ndarray, effects: np.ndarray,
    rng: np.random.Generator, is_linked: bool = False,
) -> pa.Table:  # fmt: skip
    """One row per ticket with its whole life, also what would happen after the cut.

    `reply_1`..`reply_4` are public agent replies, `answer_1`..`answer_3` what the customer
    sends when asked; `reopened`, `reply_5`, `solved_2` a second round; instants NULL: never.
    `is_linked`: these are what chats became: the chats are counted, all of these are excluded as
    `linked`.
    """
    n = len(tickets)
    draw = rng.random(n)
    written = tickets.channel != SOCIAL
    exclusion = np.select(
        [draw < 0.012, draw < 0.014, (draw < 0.034) & written, (draw < 0.044) & written,
         (draw < 0.052) & written, draw < 0.066, draw < 0.069],
        ["spam", "test", "agent_initiated", "internal", "follow_up", "merged", "deleted"], "",
    )  # fmt: skip
    if is_linked:
        exclusion = np.full(n, "linked")
    requester, merged_into = _merge(tickets, exclusion)
    exclusion = np.where((exclusion == "merged") & (merged_into < 0), "", exclusion)
    worked = np.isin(exclusion, ["", "follow_up", "deleted", "internal", "linked"])
    answers = worked & (rng.random(n) > 0.022)
    rounds = np.where(answers, clarification_rounds(tickets.topic, rng), 0)

    def desk_hours(median: np.ndarray | float, sigma: float) -> np.ndarray:
        return median * np.exp(rng.normal(0.0, sigma, n))

    language, slot = tickets.language, tickets.slot
    quick = np.where(tickets.channel == SOCIAL, 0.5, 1.0) * _OPEN_HOURS[language]
    reply = queues.after(tickets.arrived, language, slot, desk_hours(quick, 0.9), queued=True)
    reply = np.maximum(reply, tickets.arrived + rng.integers(120, 900, n))
    reply_1 = np.where(answers, reply, NEVER)
    reply_1 = np.where(exclusion == "agent_initiated", tickets.arrived, reply_1)
    replies, customer = [reply_1], []
    for k in (1, 2, 3):
        asked = replies[-1]
        goes_on = rounds >= k
        back = asked + (desk_hours(2.2, 1.2) * HOUR).astype(np.int64) + 60
        again = queues.after(back, language, slot, desk_hours(0.6 * quick, 0.8), queued=False)
        customer.append(np.where(goes_on, back, NEVER))
        replies.append(np.where(goes_on, np.maximum(again, back + 90), NEVER))
    last_reply = np.max(replies, axis=0)
    at_once = rng.random(n) < 0.62
    solve = last_reply + np.where(at_once, 5, (desk_hours(20.0, 0.8) * HOUR).astype(np.int64))
    silent = rng.random(n) < 0.8  # most unanswered ones are solved without a word
    late = tickets.arrived + (desk_hours(60.0, 0.5) * HOUR).astype(np.int64)
    solved_1 = np.select([last_reply >= 0, worked & silent], [solve, late], NEVER)
    closed_quietly = np.isin(exclusion, ["spam", "test", "merged"])
    solved_1 = np.where(closed_quietly, tickets.arrived + rng.integers(300, 20_000, n), solved_1)
    never_solved = (rng.random(n) < 0.006) & ~closed_quietly
    solved_1 = np.where(never_solved, NEVER, solved_1)
    back = solved_1 + (desk_hours(20.0, 1.1) * HOUR).astype(np.int64)
    reopens = (solved_1 >= 0) & answers & (rng.random(n) < 0.055 + 0.025 * rounds)
    reopens &= back < solved_1 + CLOSES_AFTER  # later than that the ticket is closed
    reopened = np.where(reopens, back, NEVER)
    again = queues.after(back, language, slot, desk_hours(quick, 0.8), queued=False)
    reply_5 = np.where(reopens, np.maximum(again, back + 300), NEVER)
    solved_2 = np.where(reopens, reply_5 + rng.integers(5, 40 * HOUR, n), NEVER)
    noted = tickets.arrived + ((reply - tickets.arrived) * 0.6).astype(np.int64)
    note = np.where(answers & (rng.random(n) < 0.16), noted, NEVER)
    team = team_of(tickets.channel, language, tickets.topic)
    agent = np.where(worked | (exclusion == "agent_initiated"),
                     draw_agents(team, tickets.arrived, sizes, rng), NEVER)  # fmt: skip
    final_solve = np.maximum(solved_1, solved_2)
    asked = (exclusion == "") & answers & (final_solve >= 0) & (rng.random(n) < 0.85)
    surveys = draw_surveys(
        final_solve, asked, np.where(tickets.channel == EMAIL, 0.15, 0.2),
        language, tickets.topic, (reply - tickets.arrived) / PROMISED_SECONDS["tickets"],
        rng.random(n) < 0.9 - 0.06 * rounds, reopens, effects[np.maximum(agent, 0)], cut, rng,
    )  # fmt: skip
    return pa.table(
        {
            "number": tickets.number,
            "channel": tickets.channel,
            "language": language,
            "topic": tickets.topic,
            "arrived": tickets.arrived,
            "requester": requester,
            "exclusion": pa.array(exclusion),
            "merged_into": instants(merged_into),
            "team": team,
            "agent": instants(agent),
            "rounds": rounds,
            "note": instants(note),
            **{f"reply_{k}": instants(reply) for k, reply in enumerate(replies, 1)},
            **{f"answer_{k}": instants(answer) for k, answer in enumerate(customer, 1)},
            "solved_1": instants(solved_1),
            "reopened": instants(reopened),
            "reply_5": instants(reply_5),
            "solved_2": instants(solved_2),
            **survey_columns(surveys),
        }
    )


def _merge(tickets: Arrivals, exclusion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Requesters and merge targets: a merged ticket joins the one of the same customer before.

    The customer of a merged ticket becomes that of the last ordinary ticket in the same
    language; without one (at the start of a stretch) there is no target: NEVER."""
    target = np.full(len(tickets), NEVER)
    for i in range(len(LANGUAGES)):
        mine = np.flatnonzero(tickets.language == i)
        ordinary = np.where(exclusion[mine] == "", np.arange(len(mine)), -1)
        latest = np.maximum.accumulate(ordinary) if len(mine) else ordinary
        merged = (exclusion[mine] == "merged") & (latest >= 0)
        target[mine[merged]] = mine[latest[merged]]
    found = target >= 0
    requester = tickets.requester.copy()
    requester[found] = tickets.requester[target[found]]
    merged_into = np.where(found, tickets.number[np.maximum(target, 0)], NEVER)
    return requester, merged_into
