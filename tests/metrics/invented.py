"""A few weeks of an invented desk as raw rows: small, and with something for every metric."""

import random
from datetime import datetime, timedelta
from itertools import pairwise

Tables = dict[str, list[dict]]
"""Rows of raw tables; a value is text, a number, an instant, or None."""

START = datetime(2026, 3, 2)
DAYS = 21
TEXTS = {
    "customer": ["My withdrawal <transaction> is missing", "Where is my fee?"],
    "agent": ["Could you send the transaction id?", "It has arrived."],
    "bot": ["I am a bot."],
}
CHANNELS = {"email": "ticket", "live_chat": "chat", "phone": "call"}


def invented(seed: int, contacts: int) -> Tables:
    """So many contacts of three weeks; spam of 1 May comes last and lets every window close."""
    chance = random.Random(seed)
    tables: Tables = {
        name: []
        for name in ("contacts", "messages", "sessions", "status_events", "surveys", "reviews")
    }
    for number in range(contacts):
        _contact(tables, f"zendesk:{number}", chance)
    tables["contacts"].append({"contact_id": "cut", "created_at": datetime(2026, 5, 1),
                               "exclusion": "spam"})  # fmt: skip
    tables["article_events"] = [_visit(f"v{number:03d}", chance) for number in range(contacts)]
    tables["agent_states"] = [
        {"agent_id": agent, "state": state, "channel": "phone", "language": "ko",
         "starts_at": START + timedelta(days=day, minutes=60 * hour + first),
         "ends_at": START + timedelta(days=day, minutes=60 * hour + last)}
        for agent in ("a1", "a2") for day in range(DAYS) for hour in range(2)
        for state, first, last in (("handling", 0, chance.randint(10, 25)), ("wrap", 25, 30),
                                   ("available", 30, 50), ("away", 50, 60))
    ]  # fmt: skip
    return tables


def shifted(tables: Tables, by: timedelta) -> Tables:
    """The same, with every instant so much later."""
    return {
        name: [
            {key: value + by if isinstance(value, datetime) else value
             for key, value in row.items()}
            for row in rows
        ]
        for name, rows in tables.items()
    }  # fmt: skip


def shuffled(tables: Tables, seed: int) -> Tables:
    """The same rows in another order."""
    chance = random.Random(seed)
    return {name: chance.sample(rows, len(rows)) for name, rows in tables.items()}


def as_text(tables: Tables) -> dict[str, str]:
    """As `RawWarehouse.load` takes them."""
    texts = {}
    for name, rows in tables.items():
        columns = list(dict.fromkeys(key for row in rows for key in row))
        lines = [" | ".join(columns)]
        for row in rows:
            cells = ("" if row.get(c) is None else str(row[c]) for c in columns)
            lines.append(" | ".join(cells))
        texts[name] = "\n".join(lines)
    return texts


def _contact(tables: Tables, contact: str, chance: random.Random) -> None:
    channel = chance.choice(list(CHANNELS))
    came = START + timedelta(seconds=chance.randrange(DAYS * 86_400))
    row = {
        "contact_id": contact, "kind": CHANNELS[channel], "channel": channel,
        "language": chance.choice(["ko", "en", "ja"]), "created_at": came,
        "topic": chance.choice(["fees", "stolen_account", "kyc"]), "status": "open",
        "team": chance.choice(["Seoul", "Dublin"]), "agent_id": f"a{chance.randint(1, 3)}",
        "requester_id": f"r{chance.randrange(20)}",
    }  # fmt: skip
    is_contained = channel == "live_chat" and chance.random() < 0.3
    is_answered = not is_contained and chance.random() < 0.8
    wait = chance.randint(1, 90) if channel != "email" else chance.randint(60, 3 * 86_400)
    if channel == "live_chat" and not is_contained:
        row["handed_over_at"] = came + timedelta(seconds=1)
    if channel != "phone":
        queued = int(channel == "live_chat")
        _talk(tables, contact, came, wait + queued, channel == "live_chat", is_answered, chance)
    if channel != "email" and not is_contained:
        entered, until = came + timedelta(seconds=1), came + timedelta(seconds=wait + 1)
        tables["sessions"].append({
            "contact_id": contact, "queue_entered_at": entered, "wait_seconds": wait,
            "outcome": "answered" if is_answered else "abandoned",
            "answered_at": until if is_answered else None,
            "abandoned_at": None if is_answered else until,
            "talk_seconds": chance.randint(30, 600) if is_answered else None,
            "wrap_seconds": chance.randint(5, 60) if is_answered else None,
            "transfers_count": int(chance.random() < 0.2) if is_answered else None,
        })  # fmt: skip
    if channel == "email" and is_answered:
        row["status"] = _work(tables, contact, came + timedelta(seconds=wait), chance)
    if is_answered:
        _opinions(tables, contact, came + timedelta(seconds=wait), chance)
    tables["contacts"].append(row)


def _talk(
    tables: Tables, contact: str, came: datetime, wait: int, has_bot: bool, is_answered: bool,
    chance: random.Random,
) -> None:  # fmt: skip
    said = [("customer", 0)] + [("bot", 1)] * has_bot
    if is_answered:
        said += [("agent", wait), ("customer", wait + 30)]
        said += [("agent", wait + 30 + chance.randint(1, 600))] * (chance.random() < 0.7)
    tables["messages"] += [
        {"message_id": f"{contact}-{n}", "contact_id": contact, "author_role": role,
         "sent_at": came + timedelta(seconds=seconds), "text": chance.choice(TEXTS[role])}
        for n, (role, seconds) in enumerate(said)
    ]  # fmt: skip


def _work(tables: Tables, contact: str, at: datetime, chance: random.Random) -> str:
    path = ["new", "open", "pending", "open", "hold", "open"]
    if chance.random() < 0.8:
        path += ["solved"] + ["open"] * (chance.random() < 0.3)
    if path[-2:] == ["solved", "open"] and chance.random() < 0.7:
        path.append("solved")
    for before, after in pairwise(path):
        at += timedelta(seconds=chance.randint(60, 40_000))
        tables["status_events"].append({"contact_id": contact, "changed_at": at,
                                        "from_status": before, "to_status": after})  # fmt: skip
    return path[-1]


def _opinions(tables: Tables, contact: str, at: datetime, chance: random.Random) -> None:
    scale, most = chance.choice([("1-5", 5), ("1-5", 5), ("good_bad", 1), ("nps", 10), ("ces", 7)])
    for n in range(chance.choice([1, 1, 2])):
        is_rated = chance.random() < 0.7
        score = chance.randint(1 if scale in ("1-5", "ces") else 0, most)
        tables["surveys"].append({
            "survey_id": f"{contact}-{n}", "contact_id": contact, "scale": scale,
            "sent_at": at + timedelta(days=1), "score": score if is_rated else None,
            "answered_at": at + timedelta(days=2 + n) if is_rated else None,
            **{aspect: chance.randint(1, 5) if is_rated and scale == "1-5" else None
               for aspect in ("professionalism", "speed", "problem_solving")},
        })  # fmt: skip
    if chance.random() < 0.4:
        tables["reviews"] += [
            {"review_id": f"{contact}-r", "contact_id": contact, "category": category,
             "score": chance.randint(0, 4), "score_min": 0, "score_max": 4, "weight": weight,
             "is_critical": category == "security", "drawn": "random",
             "selection_probability": 0.25, "reviewed_at": at + timedelta(days=3)}
            for category, weight in (("tone", 1), ("security", 2))
        ]  # fmt: skip


def _visit(event: str, chance: random.Random) -> dict:
    is_search = chance.random() < 0.5
    results = chance.choice([0, 3, 8])
    return {
        "event_id": event, "event": "search" if is_search else "view", "events_count": 1,
        "happened_at": START + timedelta(seconds=chance.randrange(DAYS * 86_400)),
        "visitor_id": f"r{chance.randrange(40)}",
        "language_raw": chance.choice(["ko", "en", "ja"]),
        "query": "fee" if is_search else None,
        "results_count": results if is_search else None,
        "clicks_count": min(results, chance.randint(0, 1)) if is_search else None,
    }  # fmt: skip
