"""How far long work is goes to standard error, as lines where nobody watches a terminal."""

from pipelines.cli import progress


def test_a_log_file_gets_a_line_per_stage_and_an_estimate_every_five_seconds(capsys, monkeypatch):
    clock = iter([0.0, 1.0, 10.0, 11.0, 12.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.Reporter() as report:
        report("tickets.csv", 0, 100)
        report("tickets.csv", 10, 100)
        report("tickets.csv", 50, 100)
        report("tickets.csv", 60, 100)
        report("build")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "tickets.csv",
        "tickets.csv 50%, about 10 s left",
        "build",
    ]
