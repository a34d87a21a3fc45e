"""Fixtures that every folder of tests may use."""

from tests.fixtures import warehouse

__all__ = ["warehouse"]
