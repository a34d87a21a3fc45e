"""Contacts to come, per queue and half hour: frames in, frames out."""

from pipelines.forecasts.queues import Forecasts, forecast_queues

__all__ = ["Forecasts", "forecast_queues"]
