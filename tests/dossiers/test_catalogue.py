"""Everything people read below the faces is complete in English, with the same fields."""

import ast
import re
from pathlib import Path

import pytest

from app.kit.words import translations

APP = Path(__file__).parents[2] / "app"
FACES = {"portal", "desk", "overview", "api", "gallery", "faces", "demo", "demo_play", "cli", "doctor"}


def _marked() -> dict[str, str]:
    found = {}
    for file in APP.rglob("*.py"):
        folder = file.relative_to(APP).parts[0]
        if folder in FACES or folder.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_":
                found[ast.literal_eval(node.args[0])] = str(file.relative_to(APP))
    return found


MARKED = _marked()


@pytest.mark.parametrize("sentence", MARKED, ids=lambda sentence: MARKED[sentence])
def test_every_sentence_has_its_english_with_the_same_fields(sentence: str) -> None:
    english = translations("en").gettext(sentence)
    assert english != sentence or sentence.startswith("{copies}")
    assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", sentence))
