"""The rows of the bench and the one table they make."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Line:
    """A figure of the product beside its floor, tenth percentile and median, both in `unit`.

    `goal` is the largest ratio wanted (product / floor); None where the line only informs. With `at_least` the figures are
    times, the ratio is that of the speeds (floor / product), and `goal` the smallest wanted. `goals` names the aims that
    the line decides: "F7 H6".
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
    goals: str = ""
    at_least: bool = False

    @property
    def ratio_p10(self) -> float:
        return _ratio(self.product_p10, self.floor_p10, self.at_least)

    @property
    def ratio_median(self) -> float:
        return _ratio(self.product_median, self.floor_median, self.at_least)

    @property
    def wanted(self) -> str:
        return "" if self.goal is None else f"{'≥' if self.at_least else '≤'} {self.goal:g}"

    @property
    def told(self) -> str:
        """The ratio, for a summary."""
        return f"{self.ratio_p10:.2f}"

    @property
    def verdict(self) -> str:
        """Whether the goal is met, by the tenth percentile: it is moved least by a busy machine."""
        if self.goal is None:
            return ""
        met = self.ratio_p10 >= self.goal if self.at_least else self.ratio_p10 <= self.goal
        return "met" if met else "missed"

    @property
    def distance(self) -> float:
        """How far beyond its goal: above 1 it is missed."""
        if self.goal is None:
            return 0.0
        return self.goal / self.ratio_p10 if self.at_least else self.ratio_p10 / self.goal if self.goal else self.ratio_p10


@dataclass(frozen=True)
class Said:
    """A row that is no ratio: what the product does, what stands beside it, what is wanted. `met` None informs."""

    group: str
    what: str
    floor: str
    value: str
    beside: str = ""
    wanted: str = ""
    met: bool | None = None
    goals: str = ""

    @property
    def told(self) -> str:
        return self.value

    @property
    def verdict(self) -> str:
        return "" if self.met is None else "met" if self.met else "missed"

    @property
    def distance(self) -> float:
        return 0.0 if self.met is None else 0.99 if self.met else 2.0


Row = Line | Said


def _ratio(product: float, floor: float, at_least: bool) -> float:
    above, below = (floor, product) if at_least else (product, floor)
    return above / below if below else float("inf")


def line(
    group: str, what: str, floor: str, product: Sequence[float], beside: Sequence[float], *, unit: str = "ms",
    goal: float | None = None, goals: str = "", at_least: bool = False,
) -> Line:
    """The line of two series that were measured by turns."""
    return Line(
        group, what, floor, unit, tenth(product), statistics.median(product), tenth(beside), statistics.median(beside), goal,
        goals, at_least,
    )


def tagged(rows: Sequence[Row], goals: str) -> list[Row]:
    """The same rows, those with a goal named as deciding these aims."""
    return [replace(one, goals=goals) if one.verdict else one for one in rows]


def tenth(values: Sequence[float]) -> float:
    """The tenth percentile: one in ten was faster."""
    return sorted(values)[len(values) // 10]


HEADINGS = ("aim", "what", "floor", "product p10", "median", "floor p10", "median", "ratio p10", "median", "goal", "")


def cells(one: Row) -> tuple[str, ...]:
    """A row as text, in the order of HEADINGS."""
    if isinstance(one, Said):
        return (one.goals, one.what, one.floor, one.value, "", one.beside, "", "", "", one.wanted, one.verdict)
    return (
        one.goals, one.what, one.floor, figure(one.product_p10, one.unit), figure(one.product_median, one.unit),
        figure(one.floor_p10, one.unit), figure(one.floor_median, one.unit), f"{one.ratio_p10:.2f}",
        f"{one.ratio_median:.2f}", one.wanted, one.verdict,
    )


def figure(value: float, unit: str) -> str:
    """Three digits that matter, with the unit."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f} {unit}"


def plain(rows: Sequence[Row]) -> str:
    """The table for a terminal."""
    texts = [HEADINGS, *(cells(one) for one in rows if isinstance(one, Line))]
    widths = [max(len(text[n]) for text in texts) for n in range(len(HEADINGS))]
    for one in rows:
        widths = [max(width, len(text)) if n < 3 else width
                  for n, (width, text) in enumerate(zip(widths, cells(one), strict=True))]
    drawn, group = [_row(HEADINGS, widths)], ""
    for one in rows:
        if one.group != group:
            group = one.group
            drawn.append(f"— {group}")
        drawn.append(_row(cells(one), widths) if isinstance(one, Line) else _said(one, widths))
    return "\n".join(drawn)


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    pairs = enumerate(zip(row, widths, strict=True))
    return "  ".join(text.ljust(width) if n < 3 else text.rjust(width) for n, (text, width) in pairs).rstrip()


def _said(one: Said, widths: Sequence[int]) -> str:
    begun = "  ".join(text.ljust(width) for text, width in zip((one.goals, one.what, one.floor), widths, strict=False))
    told = one.value + (f"; floor {one.beside}" if one.beside else "")
    return f"{begun}  {told}  {one.wanted}  {one.verdict}".rstrip()


def markdown(rows: Sequence[Row]) -> str:
    """The table for a page."""
    drawn, group = [], ""
    for one in rows:
        if one.group != group:
            group = one.group
            drawn += ["", f"## {group}", "", "| " + " | ".join(HEADINGS) + " |", "|---|---|---|" + "--:|" * 7 + "---|"]
        drawn.append("| " + " | ".join(cells(one)) + " |")
    return "\n".join(drawn).strip()
