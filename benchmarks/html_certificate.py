"""The certificate of birth as HTML, printed by WeasyPrint: run by its own Python, which has nothing else of ours.

    <python with requirements/bench.txt> benchmarks/html_certificate.py <folder>

`folder` holds papers.json (what the template of the certificate sees, one a paper) and asked.json (`fonts`: the folder of
the typeface; `variant`: "pdf/a-2b" or ""; `shared`: one font configuration and picture cache for all papers, or each its
own). Written are <n>.pdf and took.json: the version and the CPU of every paper in ms. Three papers before the first warm it.
"""

from __future__ import annotations

import json
import sys
import time
from html import escape
from pathlib import Path
from typing import Any

WARMING = 3
FACES = (("400Regular", "normal"), ("400Regular_Italic", "italic"), ("700Bold", "normal"), ("700Bold_Italic", "italic"))
SEXES = {"male": "Nam", "female": "Nữ"}
STYLE = """
@page { size: A4; margin: 20mm 20mm 25mm 25mm;
  @bottom-left { font: 8pt Tinos; color: #464646; content: "Mã hồ sơ: " string(code) } }
html { font: 12.5pt/1.2 Tinos } body { margin: 0 } p { margin: .5em 0 } table { border-collapse: collapse; width: 100% }
td { padding: 0; vertical-align: top } h1 { font-size: 1.9em; color: #a6231b; margin: .6em 0 0; text-align: center }
.frame, .inner { position: fixed; border: 1.1pt solid #8a6a1f; top: -10mm; left: -15mm; width: 190mm; height: 277mm }
.inner { border-width: .4pt; top: -8.8mm; left: -13.8mm; width: 187.6mm; height: 274.6mm }
.head { font-size: .88em; text-align: center } .head td { padding-bottom: .75em; width: 55% }
.head td:first-child { width: 45% }
.under { border-top: .6pt solid black; width: 32%; margin: .5em auto 0 } .motto span { border-bottom: .6pt solid black }
.below { text-align: center; margin: .2em 0 1.2em } .parent { margin-top: 1em }
.code { string-set: code content(); position: absolute; color: white; font-size: 1pt }
.check { font-size: 8pt } .check svg { width: 18.5mm; height: 18.5mm }
.signer { width: 84mm; text-align: center } .kept { width: 50mm; height: 34mm; margin: 1.5mm auto 1mm }
"""


def page(data: dict[str, Any]) -> str:
    """The same words, faces, frame and code as `workflows/1.001193-dang-ky-khai-sinh/result.typ`."""
    content, dates, head, signer = data["content"], data["_dates"], data["head"], data["signer"]

    def said(name: str) -> str:
        value = content.get(name)
        if isinstance(value, dict):
            value = ", ".join(value[part] for part in ("detail", "commune", "province", "country") if value.get(part))
        return f"<b>{escape(str(value or ''))}</b>"

    def told(value: str, how: str) -> str:
        return escape(str(dates.get(value, {}).get(how, value)))

    def three(*pairs: tuple[str, str]) -> str:
        return "<table><tr>" + "".join(f"<td>{label}: {value}</td>" for label, value in pairs) + "</tr></table>"

    def parent(who: str, key: str) -> str:
        year = escape(content[f"{key}_born_on"][:4])
        return (
            f'<p class="parent">Họ, chữ đệm, tên người {who}: <b>{escape(content[f"{key}_name"].upper())}</b></p>'
            + three(("Năm sinh", f"<b>{year}</b>"), ("Dân tộc", said(f"{key}_ethnicity")),
                    ("Quốc tịch", said(f"{key}_nationality")))
            + f"<p>Nơi cư trú: {said(f'{key}_residence')}</p>"
        )

    born = content["child_born_on"]
    words = told(born, "words")
    drawn = data["_verify"]["svg"]
    drawn = drawn[drawn.index("<svg") :]
    child = three(
        ("Giới tính", f"<b>{SEXES[content['child_sex']]}</b>"), ("Dân tộc", said("child_ethnicity")),
        ("Quốc tịch", said("child_nationality")),
    )
    return f"""<!doctype html><html lang="vi"><head><meta charset="utf-8">
<title>{escape(data["title"])} {escape(data["store_code"])}</title>
<meta name="author" content="Một Cửa"></head><body>
<span class="code">{escape(data["code"])}</span><div class="frame"></div><div class="inner"></div>
<table class="head"><tr><td><b>{escape(head["name"].upper())}</b><div class="under"></div></td>
<td class="motto"><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b><br><span><b>Độc lập - Tự do - Hạnh phúc</b></span></td></tr>
<tr><td>Số: {escape(data["number"])}<br>Quyển số: {escape(content["register_book"])}</td>
<td><i>{escape(head["place"])}, {told(data["issued_on"], "day")}</i></td></tr></table>
<h1>GIẤY KHAI SINH</h1><div class="below">(BẢN CHÍNH)</div>
<p>Họ, chữ đệm, tên: <b style="font-size: 1.12em">{escape(content["child_name"].upper())}</b></p>
<p>Ngày, tháng, năm sinh: <b>{told(born, "figures")}</b></p>
<p>Ghi bằng chữ: <b><i>{words[:1].upper() + words[1:]}</i></b></p>
{child}
<p>Nơi sinh: {said("child_birth_place")}</p><p>Quê quán: {said("child_hometown")}</p>
<p>Số định danh cá nhân: {said("child_personal_number")}</p>
{parent("mẹ", "mother")}{parent("cha", "father")}
<p class="parent">Họ, chữ đệm, tên người đi khai sinh: {said("requester_name")} ({escape(content["requester_relation"])})</p>
<p>Giấy tờ tùy thân: {escape(content["requester_papers"])}</p><p>Nơi đăng ký khai sinh: {said("registered_place")}</p>
<p>Ngày, tháng, năm đăng ký: {told(data["issued_on"], "figures")}</p>
<table><tr><td class="check"><table><tr><td style="width: 23mm">{drawn}</td>
<td>Kiểm tra văn bản này: quét mã QR hoặc vào<br>{escape(data["verify_address"])}<br>
Mã lưu trữ: <b>{escape(data["store_code"])}</b></td></tr></table></td>
<td class="signer"><b>{escape(signer["authority"].upper())}</b><br>
<b>{escape(signer["title"].upper())}</b><div class="kept"></div>
<b>{escape(signer["name"])}</b></td></tr></table></body></html>"""



def style(fonts: Path) -> str:
    """The sheet, with the four faces that our papers are set in."""
    faces = (
        f"@font-face {{ font-family: Tinos; font-weight: {name[:3]}; font-style: {slant};"
        f" src: url({(fonts / f'Tinos_{name}.ttf').as_uri()}) }}"
        for name, slant in FACES
    )
    return "".join(faces) + STYLE


def printed(papers: list[dict[str, Any]], asked: dict[str, Any], folder: Path) -> list[float]:
    """Write the papers; the CPU of each in ms."""
    from weasyprint import CSS, HTML  # type: ignore[import-not-found, unused-ignore]
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-not-found, unused-ignore]

    sheet, took = style(Path(asked["fonts"])), []
    kept: dict[str, Any] = {}
    if asked["shared"]:
        kept = {"font_config": FontConfiguration(), "cache": {}}
        kept["stylesheets"] = [CSS(string=sheet, font_config=kept["font_config"])]
    if asked["variant"]:
        kept["pdf_variant"] = asked["variant"]
    for n, data in enumerate([*(papers * WARMING)[:WARMING], *papers]):
        began = time.process_time()
        own = dict(kept)
        if not asked["shared"]:
            own["font_config"] = FontConfiguration()
            own["stylesheets"] = [CSS(string=sheet, font_config=own["font_config"])]
        pdf = HTML(string=page(data)).write_pdf(**own)
        spent = (time.process_time() - began) * 1000
        if n >= WARMING:
            took.append(spent)
            (folder / f"{n - WARMING}.pdf").write_bytes(pdf)
    return took


def main() -> None:
    """Read what is asked, print, tell."""
    import weasyprint  # type: ignore[import-not-found, unused-ignore]

    folder = Path(sys.argv[1])
    asked = json.loads((folder / "asked.json").read_text("utf-8"))
    papers = json.loads((folder / "papers.json").read_text("utf-8"))
    told = {"version": weasyprint.__version__, "took": printed(papers, asked, folder)}
    (folder / "took.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
