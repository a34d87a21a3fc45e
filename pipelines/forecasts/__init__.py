"""Contacts to come, per queue and half hour: frames in, frames out.

`forecast_queues` and `Forecasts` are loaded when asked for: `misses` and `scenarios` of this
package also serve the web process, which has no use for what fitting needs.
"""

__all__ = ["Forecasts", "forecast_queues"]


def __getattr__(name: str):
    if name in __all__:
        from pipelines.forecasts import queues

        return getattr(queues, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
