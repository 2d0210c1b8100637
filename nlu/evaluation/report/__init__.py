"""The report of an evaluation as one page that needs nothing else: no script, no network, its plots inside."""

from __future__ import annotations

from nlu.evaluation.report.page import report_page

__all__ = ["report_page"]
