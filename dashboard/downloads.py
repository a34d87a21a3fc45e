"""Tables as files that a spreadsheet opens safely: CSV with a BOM, XLSX without formulas."""

from __future__ import annotations

from io import BytesIO

import pandas as pd

# A spreadsheet takes a cell that starts so for a formula, and runs it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """UTF-8 with BOM (Excel needs it for Hangul), text cells that look like formulas defused."""
    safe = frame.copy()
    for column in safe.columns[[_holds_text(safe[c]) for c in safe.columns]]:
        safe[column] = [_defused(cell) for cell in safe[column]]
    safe.columns = [_defused(name) for name in safe.columns]
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def xlsx_bytes(frame: pd.DataFrame) -> bytes:
    """One sheet with the frame, one saying which metric, build and definition it is from."""
    out = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with pd.ExcelWriter(out, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        frame.to_excel(writer, sheet_name="data", index=False, freeze_panes=(1, 0))
        writer.sheets["data"].autofit()
        about = pd.DataFrame(
            [(name, str(value)) for name, value in frame.attrs.items()], columns=["what", "value"]
        )
        about.to_excel(writer, sheet_name="about", index=False)
        writer.sheets["about"].autofit()
    return out.getvalue()


def _holds_text(column: pd.Series) -> bool:
    return pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)


def _defused(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
