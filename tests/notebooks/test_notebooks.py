"""Notebooks run from top to bottom, hold no output, and say what the pages say."""

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


@pytest.fixture
def executed(exchange, tmp_path, monkeypatch):
    """`executed(path)` runs a notebook against the samples, in a folder it may write to."""

    def execute(path: Path):
        monkeypatch.setenv("SUPPORT_QUALITY_WAREHOUSE", str(exchange))
        notebook = nbformat.read(path, as_version=4)
        client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}})
        return client.execute()

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
def test_the_headline_of_the_notebook_is_the_headline_of_the_page(executed, exchange, tmp_path):
    cells = executed(NOTEBOOKS[0]).cells
    table = next(cell for cell in cells if "map(headline, HEADLINE)" in cell.source)
    told = table.outputs[0]["data"]["text/html"]
    st.cache_resource.clear()  # of pages that other tests opened on another warehouse
    queries.build.clear()
    page = AppTest.from_file(str(SESSION), default_timeout=60).run()
    shown = [metric.value for metric in page.metric][:6]
    assert len(shown) == 6
    assert [value for value in shown if f">{value}<" not in told] == []
    assert (tmp_path / "first_response_by_queue.csv").read_bytes().startswith(b"\xef\xbb\xbf")
