"""Which engine runs a build, as the command line takes it."""

import sys


def test_without_pyspark_the_error_says_what_to_install(run_command, monkeypatch, warehouse):
    warehouse.load(contacts="contact_id\na")
    monkeypatch.setitem(sys.modules, "pyspark", None)
    ran = run_command("build", "--engine", "spark", "--warehouse", str(warehouse.folder))
    assert ran.exit_code == 14
    assert ran.stderr.splitlines()[-1] == (
        "error: Spark: the package pyspark is not installed;"
        " run `pip install 'support-quality[spark]'`"
    )


def test_a_master_goes_with_spark_only(run_command, tmp_path):
    ran = run_command("build", "--master", "local[2]", "--warehouse", str(tmp_path))
    assert ran.exit_code == 2
    assert "--master goes with --engine spark" in ran.stderr
