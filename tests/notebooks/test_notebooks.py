"""Notebooks run from top to bottom, hold no output, and say what the pages say."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import pytest
import streamlit as st
from nbclient import NotebookClient
from streamlit.testing.v1 import AppTest

from dashboard import i18n, queries
from pipelines.settings import PROJECT_ROOT

NOTEBOOKS = sorted((PROJECT_ROOT / "notebooks").glob("*.ipynb"))
SESSION = Path(i18n.__file__).with_name("session.py")


@dataclass(frozen=True)
class Executed:
    """A notebook after its last cell, and the folder it wrote to."""

    cells: list
    folder: Path


@pytest.fixture(scope="module")
def executed(exchange, tmp_path_factory):
    """`executed(path)` is the notebook run against the samples, once for all tests."""

    @cache
    def execute(path: Path) -> Executed:
        folder = tmp_path_factory.mktemp(path.stem)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("SUPPORT_QUALITY_WAREHOUSE", str(exchange))
            notebook = nbformat.read(path, as_version=4)
            client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}})
            return Executed(client.execute().cells, folder)

    return execute


def test_there_is_a_notebook_to_start_with():
    assert NOTEBOOKS[0].name == "01_start_here.ipynb"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stored_without_output(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in cells] == [([], None)] * len(cells)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_from_top_to_bottom(executed, path):
    cells = [cell for cell in executed(path).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = [key for cell in cells for out in cell.outputs for key in out.get("data", {})]
    assert "application/vnd.plotly.v1+json" in kinds


@pytest.mark.slow
def test_the_headline_of_the_notebook_is_the_headline_of_the_page(executed, exchange, monkeypatch):
    notebook = executed(NOTEBOOKS[0])
    table = next(cell for cell in notebook.cells if "map(headline, HEADLINE)" in cell.source)
    monkeypatch.setenv("SUPPORT_QUALITY_WAREHOUSE", str(exchange))
    told = table.outputs[0]["data"]["text/html"]
    st.cache_resource.clear()  # of pages that other tests opened on another warehouse
    queries.build.clear()
    page = AppTest.from_file(str(SESSION), default_timeout=60).run()
    shown = [metric.value for metric in page.metric][:6]
    assert len(shown) == 6
    assert [value for value in shown if f">{value}<" not in told] == []
    assert (
        (notebook.folder / "first_response_by_queue.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    )
