"""One line of the bench and the table they make."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A figure of the product beside its floor, tenth percentile and median, both in `unit`.

    `goal` is the largest ratio wanted (product / floor); None where the line only informs.
    """

    group: str
    what: str
    floor: str
    unit: str
    product_p10: float
    product_median: float
    floor_p10: float
    floor_median: float
    goal: float | None = None

    @property
    def ratio_p10(self) -> float:
        return self.product_p10 / self.floor_p10

    @property
    def ratio_median(self) -> float:
        return self.product_median / self.floor_median

    @property
    def verdict(self) -> str:
        """Whether the goal is met, by the tenth percentile: it is moved least by a busy machine."""
        if self.goal is None:
            return ""
        return "met" if self.ratio_p10 <= self.goal else "missed"


def line(
    group: str, what: str, floor: str, product: Sequence[float], beside: Sequence[float], *, unit: str = "ms",
    goal: float | None = None,
) -> Line:
    """The line of two series that were measured by turns."""
    return Line(
        group, what, floor, unit, tenth(product), statistics.median(product), tenth(beside), statistics.median(beside), goal
    )


def tenth(values: Sequence[float]) -> float:
    """The tenth percentile: one in ten was faster."""
    return sorted(values)[len(values) // 10]


HEADINGS = ("what", "floor", "product p10", "median", "floor p10", "median", "ratio p10", "median", "goal", "")


def cells(one: Line) -> tuple[str, ...]:
    """A line as text, in the order of HEADINGS."""
    return (
        one.what, one.floor, figure(one.product_p10, one.unit), figure(one.product_median, one.unit),
        figure(one.floor_p10, one.unit), figure(one.floor_median, one.unit), f"{one.ratio_p10:.2f}",
        f"{one.ratio_median:.2f}", "" if one.goal is None else f"≤ {one.goal:g}", one.verdict,
    )


def figure(value: float, unit: str) -> str:
    """Three digits that matter, with the unit."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f} {unit}"


def plain(lines: Sequence[Line]) -> str:
    """The table for a terminal."""
    rows = [HEADINGS, *(cells(one) for one in lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADINGS))]
    drawn, group = [_row(HEADINGS, widths)], ""
    for one in lines:
        if one.group != group:
            group = one.group
            drawn.append(f"— {group}")
        drawn.append(_row(cells(one), widths))
    return "\n".join(drawn)


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    pairs = enumerate(zip(row, widths, strict=True))
    return "  ".join(text.ljust(width) if n < 2 else text.rjust(width) for n, (text, width) in pairs).rstrip()


def markdown(lines: Sequence[Line]) -> str:
    """The table for a page."""
    drawn, group = [], ""
    for one in lines:
        if one.group != group:
            group = one.group
            drawn += ["", f"### {group}", "", "| " + " | ".join(HEADINGS) + " |", "|---|---|" + "--:|" * 7 + "---|"]
        drawn.append("| " + " | ".join(cells(one)) + " |")
    return "\n".join(drawn).strip()
