"""Excel workbooks (``.xlsx``), read as they are: nothing is recalculated, filled in or dropped in silence."""

from plumbline.connectors.excel.source import ExcelSource, open_excel

__all__ = ["ExcelSource", "open_excel"]
