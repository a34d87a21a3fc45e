"""Tables as files that a spreadsheet opens safely: what `pipelines.api` writes."""

from pipelines.api import csv_bytes, icalendar_bytes, with_clock, xlsx_bytes

__all__ = ["csv_bytes", "icalendar_bytes", "with_clock", "xlsx_bytes"]
