"""The data graph as SVG: one for a wide place and for paper, one for a phone, and a small one of what moved."""

from __future__ import annotations

from plugins.datagraph.chart.moved import moved_chart
from plugins.datagraph.chart.narrow import narrow_chart
from plugins.datagraph.chart.wide import wide_chart

__all__ = ["moved_chart", "narrow_chart", "wide_chart"]
