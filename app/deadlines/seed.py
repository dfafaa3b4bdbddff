"""Write workflows/calendar/extrapolated.toml from the `holidays` package: `python -m app.deadlines.seed FILE`.

Run by a person when the package knows more years. The product reads the file, never the package, so that an upgrade
cannot move anybody's due moment in silence.
"""

import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import holidays

YEARS = range(2015, 2041)
CULTURE_DAY = (11, 24)  # NQ 28/2026/QH16; it stands outside art. 112(1), so art. 111(3) gives it no make-up day


def seed_text() -> str:
    """The file's content: days off as the tables have them, worked Saturdays where a swap is on record."""
    table = holidays.country_holidays("VN", years=YEARS, language="vi")
    english = holidays.country_holidays("VN", years=YEARS, language="en_US")
    package = f"holidays {version('holidays')}"
    lines: list[tuple[date, str, str]] = []
    for on, name in sorted(table.items()):
        if on.year not in YEARS:
            continue
        observed = "(observed)" in english[on]
        if observed and "Cultur" in english[on]:
            continue
        kind = "swapped-off" if "substituted" in english[on] else "compensation" if observed else "holiday"
        lines.append((on, kind, name))
    lines += [(on, "worked", "Làm bù") for on in sorted(table.weekend_workdays) if on.year in YEARS]
    parts = [
        f"# Written by app.deadlines.seed from {package}. Not decrees: a {{year}}.toml beside this file wins.",
        "extrapolated = true",
        'source = "Bộ luật Lao động 45/2019/QH14, Điều 111, 112; Nghị quyết 28/2026/QH16"',
    ]
    for on, kind, name in sorted(lines):
        parts += ["", "[[day]]", f"on = {on}", f'kind = "{kind}"', f'name = "{name}"', f'decision = "{package}"']
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(seed_text(), "utf-8")
