"""What a reader may rely on everywhere in this repository."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipelines", "dashboard")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def _public_definitions(path: Path) -> list[ast.AST]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
    ]


def test_every_module_says_what_it_knows():
    silent = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_public_function_and_class_has_a_docstring():
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in MODULES
        for node in _public_definitions(path)
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
    assert [str(path) for path in MODULES if path.stem in drawers] == []


def test_names_say_what_they_return_instead_of_get():
    named_get = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("get_")
    ]
    assert named_get == []


def test_no_file_of_code_exceeds_five_hundred_lines():
    long = [
        str(path.relative_to(ROOT))
        for path in _tracked("*.py", "*.sql")
        if len(path.read_text(encoding="utf-8").splitlines()) > 500
    ]
    assert long == []


def test_nothing_committed_names_a_registry_host_or_a_home_folder():
    forbidden = re.compile(
        r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian\.org|/" + r"root/|/" + r"work/"
    )
    found = []
    for path in _tracked("*.py", "*.sql", "*.md", "*.toml", "*.lock", "*.yml", "Makefile", ".ci/*"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if forbidden.search(line) and path.name != Path(__file__).name:
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []


def test_the_two_locks_pin_the_same_versions():
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, flags=re.MULTILINE))

    everything, demo = pins("requirements.lock"), pins("requirements-demo.lock")
    assert demo.items() - everything.items() == set()


def test_the_lock_holds_the_versions_that_pyproject_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = [entry for entry in project["dependencies"] if "==" in entry]
    assert [entry for entry in pinned if f"\n{entry} " not in f"\n{lock}"] == []


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_names_the_two_commands_and_the_makefile_has_them(command):
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    target = command.removeprefix("make ")
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_gate_runs_what_the_readme_tells_a_newcomer_to_run():
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
