"""What may leave an export: pseudonyms instead of customers, masked text instead of text.

Both are SQL expressions, so that they run vectorised in the pass that reads the file.

A pseudonym is the first 80 bits of SHA-256(key, system, id): without the key, ids can't be
tried out against it; because it is cut, it can't be extended either. Key, system and a usual
id fit into one SHA-256 block, which halves the cost against HMAC. The key comes from the
environment (SUPPORT_QUALITY_KEY) or from `<warehouse>/key`, made once with mode 600: whoever
loses it can't link new loads with old ones.
"""

import base64
import contextlib
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.errors import SettingsError, StorageError

KEY_VARIABLE = "SUPPORT_QUALITY_KEY"
_PSEUDONYM_DIGITS = 20

_SECRET = "token|key|sig|signature|auth|code|session|sid|password|pwd|secret|otp|jwt"
_BASE58 = "[1-9A-HJ-NP-Za-km-z]"

_MASKS = (
    (r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+", "<email>"),
    (rf"(?i)https?://[^\s?#]+[?#]\S*(?:{_SECRET})[a-z_\-]*=\S+", "<url>"),
    (rf"\b(?:(?:0x)?[0-9a-fA-F]{{64}}|{_BASE58}{{86,88}})\b", "<transaction>"),
    (
        r"\b(?:0x[0-9a-fA-F]{40}"  # Ethereum and its kin
        r"|(?:bc1|BC1|tb1)[A-Za-z0-9]{25,62}"  # Bitcoin, SegWit
        rf"|[13]{_BASE58}{{25,34}}|T{_BASE58}{{33}}|r{_BASE58}{{24,34}}"  # Bitcoin, TRON, XRP
        rf"|{_BASE58}{{43,44}})\b",  # Solana
        "<wallet>",
    ),
    (
        r"\b(?:[0-9]{17}[0-9Xx]"  # China
        r"|[0-9]{6}[- ]?[1-8][0-9]{6}"  # Korea
        r"|[0-9]{3}-[0-9]{2}-[0-9]{4})\b",  # United States
        "<id_number>",
    ),
    (
        r"\b(?:[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,4}"
        r"|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5})\b",
        "<card>",
    ),
    (r"\b[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}\b", "<id_number>"),  # Japan
    (
        r"\+[0-9][0-9 ().\-]{6,16}[0-9]\b"  # international
        r"|\(?\b0[0-9]{1,3}\)?[- .]?[0-9]{3,4}[- .]?[0-9]{4}\b"  # Korea, Japan, landlines
        r"|\(?\b[2-9][0-9]{2}\)?[- .][0-9]{3}[- .][0-9]{4}\b"  # United States
        r"|\b1[3-9][0-9]{9}\b",  # China
        "<phone>",
    ),
    (
        r"(?i)\b(uid|user[ _]?id|account(?: ?(?:id|no|number))?)(\W{0,3})[0-9]{4,}\b",
        r"\1\2<account>",
    ),
    (r"\b[A-Za-z]{0,3}[0-9]{7,}\b", "<account>"),
)
_SUSPICIOUS = r"@|://|[A-Za-z0-9]{24}|[0-9]{4}|[0-9][0-9 ().\-]{5,}[0-9]"
"""Text without any of these holds nothing to mask: most text costs this one search."""
_NUMBERED = r"[A-Za-z0-9]{24}|[0-9]{4}|[0-9][0-9 ().\-]{5,}[0-9]"


def masked_sql(text: str) -> str:
    """SQL for a text with addresses, numbers and wallets replaced by `<what they were>`."""
    addresses, rest = _replaced(text, _MASKS[:2]), _MASKS[2:]
    return (
        f"CASE WHEN NOT regexp_matches({text}, '{_SUSPICIOUS}') THEN {text}"
        f" WHEN NOT regexp_matches({text}, '{_NUMBERED}') THEN {addresses}"
        f" ELSE {_replaced(addresses, rest)} END"
    )


def _replaced(text: str, masks: tuple[tuple[str, str], ...]) -> str:
    for pattern, replacement in masks:
        text = f"regexp_replace({text}, '{pattern}', '{replacement}', 'g')"
    return text


def pseudonym_sql(value: str, system: str, key: bytes) -> str:
    """SQL for the keyed pseudonym of a customer's id in one system; NULL stays NULL."""
    prefix = f"{key.hex()[:32]}{system}:"
    return f"substr(sha256('{prefix}' || {value}), 1, {_PSEUDONYM_DIGITS})"


def pseudonym(value: str, system: str, key: bytes) -> str:
    """The same pseudonym in Python, for tests and for requests to forget a person."""
    text = f"{key.hex()[:32]}{system}:{value}"
    return hashlib.sha256(text.encode()).hexdigest()[:_PSEUDONYM_DIGITS]


def sealed(texts: Sequence[str | None], key: bytes) -> list[str | None]:
    """Texts that only the key's holder can read again (AES-256-GCM, base64); NULL stays NULL.

    Refused rows are kept word for word, so that they can be loaded once the mapping is right,
    and so nobody may read them in the file."""
    cipher = AESGCM(_sealing_key(key))
    return [
        None
        if text is None
        else base64.b64encode(
            (nonce := os.urandom(12)) + cipher.encrypt(nonce, text.encode(), None)
        ).decode()
        for text in texts
    ]


def unsealed(texts: Sequence[str | None], key: bytes) -> list[str | None]:
    """The texts that `sealed` was given. Raises SettingsError where the key is another."""
    cipher = AESGCM(_sealing_key(key))
    try:
        boxes = [None if text is None else base64.b64decode(text) for text in texts]
        return [
            None if box is None else cipher.decrypt(box[:12], box[12:], None).decode()
            for box in boxes
        ]
    except InvalidTag:
        raise SettingsError(
            f"the quarantine was sealed with another key; set {KEY_VARIABLE} as it was then"
        ) from None


def _sealing_key(key: bytes) -> bytes:
    return hashlib.sha256(b"quarantine" + key).digest()


def warehouse_key(warehouse: Path) -> bytes:
    """The key of this warehouse: 16 bytes or more, made and kept if there is none yet.

    Raises StorageError where it can't be written."""
    told = os.environ.get(KEY_VARIABLE)
    if told:
        return hashlib.sha256(told.encode()).digest()
    path = warehouse / "key"
    try:
        warehouse.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # linked only when whole: a killed first load must not leave an empty key
            draft = warehouse / f".key-{os.getpid()}"
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        return bytes.fromhex(path.read_text().strip())
    except OSError as error:
        raise StorageError(f"{path}: the key can't be read or made: {error.strerror}") from None
