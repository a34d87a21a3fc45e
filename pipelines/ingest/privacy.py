"""Pseudonyms instead of customers, sealed text where a row must be kept word for word; the key.

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
