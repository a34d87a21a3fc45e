"""The invented exchange: who writes, in which language, through which channel, about what.

Everything here is made up; the proportions are those of a Korean exchange with customers
abroad. Shares need not add up to one: they are normalised where they are used.
"""

from dataclasses import dataclass, field

import numpy as np

HOME_ZONE = "Asia/Seoul"
ZONE_SECONDS = 9 * 3600
"""It is so far ahead of UTC all year."""
SLOT_SECONDS = 1800
DAY_SLOTS = 48
SHRINKAGE = 0.3

CHANNELS = ("live_chat", "phone", "email", "help_centre", "social")
LIVE_CHAT, PHONE, EMAIL, HELP_CENTRE, SOCIAL = range(5)
TOPICS = ("login", "trade", "withdrawal", "stolen_account", "kyc", "fees", "other")


@dataclass(frozen=True)
class Language:
    """A language's customers: where they live and how they use the support desk.

    `zones` are (IANA zone, weight); `phone` is the share that would rather call (0: no phone
    desk); `response_style` scales how far ratings spread around the middle."""

    code: str
    share: float
    zones: tuple[tuple[str, float], ...]
    holidays: str | None = None
    phone: float = 0.0
    phone_zone: str | None = None
    response_style: float = 1.0
    leniency: float = 0.0
    label: str = ""
    variants: tuple[str, ...] = field(default=())


LANGUAGES = (
    Language("ko", 0.550, (("Asia/Seoul", 1.0),), "KR", 0.37, None, 1.0, 0.0,
             "한국어", ("ko", "ko-KR", "KR", "Korean")),
    Language("en", 0.130, (("Europe/London", 0.4), ("America/New_York", 0.3),
                           ("Asia/Singapore", 0.3)), None, 0.26, "Europe/London", 1.15, 0.15,
             "English", ("en", "en-US", "EN", "ENG")),
    Language("ja", 0.080, (("Asia/Tokyo", 1.0),), "JP", 0.26, None, 0.55, -0.1,
             "日本語", ("ja", "jp", "JA-JP", "Japanese")),
    Language("zh-CN", 0.062, (("Asia/Shanghai", 1.0),), "CN", 0.0, None, 0.95, 0.1,
             "简体中文", ("zh-CN", "zh-Hans")),
    Language("zh-TW", 0.030, (("Asia/Taipei", 1.0),), "TW", 0.0, None, 0.95, 0.05,
             "繁體中文", ("zh-TW", "zh-Hant")),
    Language("es", 0.045, (("America/Mexico_City", 0.6), ("Europe/Madrid", 0.4)), None, 0.0,
             None, 1.75, 0.45, "Español", ("es", "es-MX", "es-419", "Spanish")),
    Language("ru", 0.034, (("Europe/Moscow", 1.0),), None, 0.0, None, 1.25, -0.2,
             "Русский", ("ru", "ru-RU")),
    Language("vi", 0.028, (("Asia/Ho_Chi_Minh", 1.0),), None, 0.0, None, 1.1, 0.3,
             "Vietnamese", ("vi",)),
    Language("tr", 0.020, (("Europe/Istanbul", 1.0),), None, 0.0, None, 1.3, 0.0,
             "Turkish", ("tr",)),
    Language("pt", 0.012, (("America/Sao_Paulo", 1.0),), None, 0.0, None, 1.4, 0.35,
             "Portuguese", ("pt", "pt-BR")),
    Language("id", 0.009, (("Asia/Jakarta", 1.0),), None, 0.0, None, 1.05, 0.35,
             "Indonesian", ("id",)),
)  # fmt: skip
LANGUAGE_CODES = tuple(language.code for language in LANGUAGES)

NON_PHONE_MIX = {"live_chat": 0.557, "email": 0.275, "help_centre": 0.105, "social": 0.063}
"""How those who do not call spread over the other channels."""

TOPIC_SHARES = np.array([0.20, 0.17, 0.24, 0.045, 0.145, 0.08, 0.12])
TOPIC_FACTORS = {
    "live_chat": (1.1, 1.1, 1.0, 0.8, 0.8, 1.1, 1.0),
    "phone": (1.2, 0.9, 1.1, 2.2, 0.8, 0.6, 0.9),
    "email": (0.8, 0.8, 1.0, 1.3, 1.6, 0.9, 1.1),
    "help_centre": (0.9, 0.8, 0.9, 1.0, 1.6, 1.3, 1.1),
    "social": (0.9, 1.3, 1.4, 0.6, 0.5, 1.0, 1.4),
}

WEEKDAY_FACTORS = {  # Monday first
    "live_chat": (1.12, 1.05, 1.02, 1.00, 1.00, 0.86, 0.84),
    "phone": (1.24, 1.06, 1.00, 0.98, 1.03, 0.10, 0.07),
    "email": (1.18, 1.08, 1.04, 1.00, 0.95, 0.56, 0.52),
    "help_centre": (1.10, 1.05, 1.02, 1.00, 0.97, 0.76, 0.74),
    "social": (1.00, 1.00, 0.98, 1.00, 1.05, 1.06, 1.02),
}
HOLIDAY_FACTORS = {
    "live_chat": 0.66, "phone": 0.08, "email": 0.48, "help_centre": 0.6, "social": 0.85,
}  # fmt: skip

# The day's shape: (hour of the local day, width in hours, height) bumps over a floor.
# Lunch is a negative bump; the first is the opening of the day's candle at 09:00.
DAY_SHAPES = {
    "live_chat": (0.20, ((9.2, 0.8, 0.75), (11.0, 1.5, 0.75), (12.5, 0.5, -0.28),
                         (15.0, 2.2, 0.85), (20.7, 2.0, 1.15), (23.2, 0.9, 0.30))),
    "phone": (0.03, ((9.5, 0.7, 0.70), (10.7, 1.3, 1.00), (12.5, 0.5, -0.55),
                     (14.4, 1.7, 1.05), (16.8, 1.1, 0.60), (18.6, 1.0, 0.25))),
    "email": (0.14, ((10.0, 1.6, 1.00), (12.5, 0.5, -0.22), (15.3, 2.3, 0.95),
                     (21.0, 2.0, 0.50))),
    "help_centre": (0.17, ((9.6, 1.2, 0.70), (12.5, 0.5, -0.20), (14.8, 2.6, 0.85),
                           (20.8, 2.0, 0.85))),
    "social": (0.20, ((9.4, 1.2, 0.45), (12.6, 0.9, 0.25), (17.0, 2.5, 0.60),
                      (21.5, 2.0, 1.20))),
}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """A live desk: one channel in one language, its opening hours and its work.

    Seconds throughout; `concurrency` conversations at once; `patience_seconds` is the mean
    of an exponential; `pick_up_seconds` passes even when an agent is free."""

    channel: int
    language: int
    calendar: str
    handle_seconds: float
    concurrency: int
    patience_seconds: float
    pick_up_seconds: float


def _live_desks() -> tuple[Desk, ...]:
    chats = [
        Desk(LIVE_CHAT, i, "always" if i < 2 else "korea-long",
             (540.0, 600.0)[i] if i < 2 else 660.0, 3 if i < 2 else 2, 420.0,
             9.0 if i < 2 else 28.0 + 5.0 * i)
        for i in range(len(LANGUAGES))
    ]  # fmt: skip
    phones = [
        Desk(PHONE, 0, "korea-day", 300.0, 1, 190.0, 5.0),
        Desk(PHONE, 1, "europe-day", 320.0, 1, 170.0, 6.0),
        Desk(PHONE, 2, "japan-day", 330.0, 1, 240.0, 6.0),
    ]
    return (*chats, *phones)


LIVE_DESKS = _live_desks()
TICKET_HANDLE_SECONDS = 420.0

CALENDARS = {  # zone, weekdays only, country whose holidays are closed, open hours
    "always": ("Asia/Seoul", False, None, ((0, 24),)),
    "korea-day": ("Asia/Seoul", True, "KR", ((9, 18),)),
    "korea-long": ("Asia/Seoul", False, None, ((8, 24),)),
    "japan-day": ("Asia/Tokyo", True, "JP", ((10, 19),)),
    "europe-day": ("Europe/London", True, None, ((8, 12), (13, 17))),
}
"""The opening hours of support.toml, as this exchange lives them."""
