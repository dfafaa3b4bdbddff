"""The few pages people see of an outside system: plain HTML, no scripts, readable on a phone."""

from html import escape

from starlette.responses import HTMLResponse

STYLE = """
:root { color-scheme: light }
body { margin: 0; font: 1.0625rem/1.5 system-ui, "Noto Sans", Arial, sans-serif; color: #1b2523; background: #f4f6f8 }
header { background: #1d3557; color: #fff; padding: .75rem 1rem } header p { margin: 0 }
main { max-width: 44rem; margin: 0 auto; padding: 1rem; background: #fff }
.made-up { background: #fcf0d2; border-left: .3rem solid #6b4700; padding: .5rem .75rem; margin: 0 0 1rem }
button { font: inherit; min-height: 2.75rem; padding: .4rem 1rem; margin: .25rem 0; border: 2px solid #1d3557;
  background: #1d3557; color: #fff; border-radius: 4px; cursor: pointer; text-align: left; max-width: 100% }
button.quiet { background: #fff; color: #1d3557 }
:focus-visible { outline: 3px solid #b45309; outline-offset: 2px }
dt { font-weight: 600 } dd { margin: 0 0 .5rem } td, th { text-align: left; padding: .35rem .5rem .35rem 0;
  border-bottom: 1px solid #cfd6dd; vertical-align: top; overflow-wrap: anywhere }
th { overflow-wrap: normal } table { border-collapse: collapse; width: 100% }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f6f8; padding: .75rem } a { color: #1d3557 }
"""


def page(system: str, title: str, body: str, status: int = 200) -> HTMLResponse:
    """A whole page. `body` is HTML already; everything taken from people must have gone through `escape`."""
    text = (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · {escape(system)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{STYLE}</style></head><body><header><p>{escape(system)}</p></header><main><h1>{escape(title)}</h1>"
        '<p class="made-up">Hệ thống giả lập để trình diễn và kiểm thử (simulator): người, tiền và giấy tờ'
        f" đều không có thật.</p>{body}</main></body></html>"
    )
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
    return HTMLResponse(text, status, {"Content-Security-Policy": policy, "Cache-Control": "no-store"})


def pairs(values: dict[str, str]) -> str:
    """Names and values as a description list."""
    return "<dl>" + "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in values.items()) + "</dl>"


def listing(caption: str, heads: list[str], rows: list[list[str]]) -> str:
    """A table; the cells are HTML already."""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
