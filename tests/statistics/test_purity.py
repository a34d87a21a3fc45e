"""The statistics are pure: arrays and frames in, numbers out, light to import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pipelines.statistics

MODULES = sorted(Path(pipelines.statistics.__file__).parent.glob("[a-z]*.py"))
ALLOWED = {"numpy", "pandas", "scipy", "pipelines", *sys.stdlib_module_names}
OUTSIDE = {"io", "os", "pathlib", "socket", "sqlite3", "subprocess", "time", "urllib"}


def _imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_each_module_reads_no_file_and_no_clock(path):
    named = _imports(ast.parse(path.read_text(encoding="utf-8")))
    roots = {name.split(".")[0] for name in named}
    assert roots & OUTSIDE == set()
    assert roots - ALLOWED <= {"statsmodels"}
    ours = {name for name in named if name.startswith("pipelines")}
    assert {name for name in ours if not name.startswith("pipelines.statistics")} <= {
        "pipelines.errors"
    }


def test_importing_them_all_does_not_import_statsmodels():
    names = [f"pipelines.statistics.{path.stem}" for path in MODULES]
    code = f"import sys, {', '.join(names)}; print('statsmodels' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
