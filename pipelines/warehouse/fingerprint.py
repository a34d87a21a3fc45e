"""Which definitions a build was made by, told without parsing them: the web process asks too."""

import hashlib
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent
_PARTS = ("models", "metrics", "rules", "audits")


@lru_cache(maxsize=1)
def definitions_version() -> str:
    """A short fingerprint of every model, metric, rule and audit: equal means comparable."""
    paths = [path for part in _PARTS for path in sorted((_FOLDER / part).glob("*.sql"))]
    text = "\0".join(f"{path.name}\0{path.read_text(encoding='utf-8')}" for path in paths)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
