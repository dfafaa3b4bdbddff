"""Make our copy of the library's stylesheet: `python -m app.faces.vendor_stylesheet govuk-frontend.min.css > …`.

Left out: its fonts and the royal crest (by their licence only for the British government's own pages), the
source map, and the components we do not use. What stays is untouched, except that letters come from our tokens.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

UNUSED = (
    "accordion", "cookie-banner", "exit-this-page", "footer", "header", "logo", "notification-banner", "pagination",
    "panel", "password-input", "phase-banner", "rebranded", "service-navigation", "tabs", "character-count",
    "link-image", r"\!",
)  # fmt: skip
_UNUSED = re.compile(rf"\.govuk-(?:{'|'.join(re.escape(word) for word in UNUSED)})(?![a-z])")


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Split a stylesheet into (selector or at-rule, body) pairs; an at-statement without body has an empty one."""
    position = 0
    while position < len(css):
        opening = css.find("{", position)
        statement = css.find(";", position)
        if opening == -1:
            return
        if statement != -1 and statement < opening:
            yield css[position : statement + 1].strip(), ""
            position = statement + 1
            continue
        depth, end = 1, opening + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[position:opening].strip(), css[opening + 1 : end - 1]
        position = end


def trimmed(css: str) -> str:
    """The stylesheet without what we may not or do not use. Raises ValueError if an outside address is left."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    kept: list[str] = []
    for head, body in rules(css):
        if not body:
            kept.append(head)
        elif head.startswith(("@media", "@supports")):
            if inner := trimmed(body):
                kept.append(f"{head}{{{inner}}}")
        elif not head.startswith("@font-face"):
            selectors = [one for one in head.split(",") if not _UNUSED.search(one)]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{body}}}")
    result = "".join(kept).replace("GDS Transport,arial,sans-serif", "var(--mc-sans)")
    if "url(" in result or "GDS Transport" in result:
        raise ValueError("the stylesheet still asks for a file: look what is new in this release")
    return result


if __name__ == "__main__":
    sys.stdout.write(trimmed(Path(sys.argv[1]).read_text(encoding="utf-8")))
