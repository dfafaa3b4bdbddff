"""The table at the end: what was played, how long each phase took."""

from collections.abc import Sequence

from app.smoke.playing import Played

PHASES = (
    "fill in", "submit", "receive", "pay", "consult", "examine", "confirm", "sign", "seal", "return", "papers", "verify",
)


def report(played: Sequence[Played]) -> str:
    """One line a procedure, seconds by phase. The time until the next thing could be done counts to that thing."""
    used = [phase for phase in PHASES if any(phase in one.times for one in played)]
    rows = [["procedure", "way", "code", *used, "total", "papers", ""]]
    for one in played:
        rows.append([
            one.procedure, f"{one.channel} → {one.way}", one.code or "—",
            *(f"{one.times[phase]:.1f}" if phase in one.times else "" for phase in used),
            f"{sum(one.times.values()):.1f}", str(len(one.papers)), "FAILED" if one.failure else ", ".join(one.checks),
        ])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(["", *lines, ""])
