"""The small sample in data/samples; `python -m pipelines.sample_exchange.committed` writes it."""

import gzip
import shutil
import tempfile
from pathlib import Path

from pipelines.sample_exchange.simulate import write
from pipelines.settings import SAMPLES_DIR

CONTACTS = 20_000
SEED = 2026
COMPRESSED = (".jsonl", "agent_states.csv", "schedules.csv", "zendesk_tickets.csv",
              "scorecards.csv", "searches.csv", "views.csv")  # fmt: skip
"""Endings of the files that are kept as .gz; the rest stays readable as it is."""


def write_committed(folder: Path) -> None:
    """Write the sample of the recorded size and seed into `folder`, the larger files as .gz.

    The compressed bytes carry neither a name nor a time, so the same content is the same file.
    """
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch)
        write(made, CONTACTS, SEED)
        for source in sorted(path for path in made.rglob("*") if path.is_file()):
            target = folder / source.relative_to(made)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.name.endswith(COMPRESSED):
                with (
                    source.open("rb") as plain,
                    target.with_name(target.name + ".gz").open("wb") as packed,
                    gzip.GzipFile("", "wb", 9, packed, mtime=0) as archive,
                ):
                    shutil.copyfileobj(plain, archive)
            else:
                shutil.copyfile(source, target)


if __name__ == "__main__":
    write_committed(SAMPLES_DIR)
