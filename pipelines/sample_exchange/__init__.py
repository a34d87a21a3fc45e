"""An invented crypto exchange and the exports of its support desk, any size, by seed."""

from pipelines.sample_exchange.simulate import UNTIL, write

__all__ = ["UNTIL", "write"]
