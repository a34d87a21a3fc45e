"""One file per export; what exposes SOURCE is a source, found by itself."""

import importlib
import pkgutil
from functools import cache

from pipelines.ingest.sources.base import Source


@cache
def sources() -> dict[str, Source]:
    """Every source by name."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        source = getattr(importlib.import_module(f"{__name__}.{module.name}"), "SOURCE", None)
        if source is not None:
            found[source.name] = source
    return found
