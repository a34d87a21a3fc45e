"""Pseudonyms instead of customers, sealed text where a row must be kept word for word; the key.

A pseudonym is the first 80 bits of SHA-256(key, system, id): without the key, ids can't be
tried out against it; because it is cut, it can't be extended either. Key, system and a usual
id fit into one SHA-256 block, which halves the cost against HMAC. The key comes from the
environment (SUPPORT_QUALITY_KEY) or from `<warehouse>/key`, made once with mode 600: whoever
loses it can't link new loads with old ones.

A key is one secret of 32 bytes or several in a row. Rotation adds one: a pseudonym is then the
keyed hash of the pseudonym before, so that what is stored can be turned without the ids, which
nobody has any more. The added secrets lie in `<warehouse>/raw/rotations`, mode 600.
"""

import base64
import contextlib
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.errors import SettingsError, StorageError

KEY_VARIABLE = "SUPPORT_QUALITY_KEY"
ROTATIONS = "rotations"
_PSEUDONYM_DIGITS = 20
_SECRET_BYTES = 32


def pseudonym_sql(value: str, system: str, key: bytes) -> str:
    """SQL for the keyed pseudonym of a customer's id in one system; NULL stays NULL."""
    first, *later = _secrets(key)
    pseudonym = _hashed_sql(value, f"{_prefix(first)}{system}:")
    for secret in later:
        pseudonym = rotated_sql(pseudonym, secret)
    return pseudonym


def rotated_sql(pseudonym: str, secret: bytes) -> str:
    """SQL for a pseudonym once `secret` was added to the key."""
    return _hashed_sql(pseudonym, _prefix(secret))


def pseudonym(value: str, system: str, key: bytes) -> str:
    """The same pseudonym in Python, for tests and for requests to forget a person."""
    first, *later = _secrets(key)
    found = _hashed(value, f"{_prefix(first)}{system}:")
    for secret in later:
        found = rotated(found, secret)
    return found


def rotated(pseudonym: str, secret: bytes) -> str:
    """The pseudonym in Python once `secret` was added to the key."""
    return _hashed(pseudonym, _prefix(secret))


def _secrets(key: bytes) -> list[bytes]:
    return [key[at : at + _SECRET_BYTES] for at in range(0, len(key), _SECRET_BYTES)]


def _prefix(secret: bytes) -> str:
    return secret.hex()[:32]


def _hashed_sql(value: str, prefix: str) -> str:
    return f"substr(sha256('{prefix}' || {value}), 1, {_PSEUDONYM_DIGITS})"


def _hashed(value: str, prefix: str) -> str:
    return hashlib.sha256(f"{prefix}{value}".encode()).hexdigest()[:_PSEUDONYM_DIGITS]


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
    """The key of this warehouse, with every secret that rotation added; made if there is none.

    Raises StorageError where it can't be read or written, SettingsError where it is damaged."""
    path = warehouse / "key"
    try:
        told = os.environ.get(KEY_VARIABLE)
        first = hashlib.sha256(told.encode()).digest() if told else _kept_secret(path)
        path = warehouse / "raw" / ROTATIONS
        later = path.read_text().split() if path.exists() else []
        return first + b"".join(map(bytes.fromhex, later))
    except OSError as error:
        raise StorageError(f"{path}: the key can't be read or made: {error.strerror}") from None
    except ValueError:
        raise SettingsError(f"{path}: is no key any more; put it back from a backup") from None


def fingerprint(key: bytes) -> str:
    """Eight digits that tell one key from another and tell nothing of it."""
    return hashlib.sha256(b"fingerprint" + key).hexdigest()[:8]


def check_key(key: bytes, manifest: dict[str, Any] | None) -> None:
    """Refuse a key other than the one of the newest load: no customer would be told again.

    Raises SettingsError."""
    told = (manifest or {}).get("key_fingerprint")
    if told not in (None, fingerprint(key)):
        raise SettingsError(
            f"the key (fingerprint {fingerprint(key)}) is not that of the loads before ({told});"
            f" set {KEY_VARIABLE} as it was then, or choose another folder with --warehouse"
        )


def new_secret() -> bytes:
    """A secret that nobody can guess."""
    return secrets.token_bytes(_SECRET_BYTES)


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner may read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def _kept_secret(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # linked only when whole: a killed first load must not leave an empty key
        draft = path.with_name(f".key-{os.getpid()}")
        write_private(draft, new_secret().hex())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return bytes.fromhex(path.read_text().strip())
