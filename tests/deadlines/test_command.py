"""`motcua deadline` for anybody: the worked examples, spans without a gap, bad input refused in one line."""

import json
import os
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import app

ROOT = Path(__file__).parents[2]
HEAVY = ("fastapi", "sqlalchemy", "sqlmodel", "asyncpg", "jinja2", "uvicorn", "pyhanko", "SpiffWorkflow")


def ask(*words: str) -> Result:
    return CliRunner().invoke(app, ["deadline", *words])


def told(received: str, term: str, *more: str) -> dict[str, Any]:
    answer = ask("--received", received, "--term", term, "--json", *more)
    assert answer.exit_code == 0, answer.stderr
    assert answer.stdout.count("\n") == 1
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize(("received", "term", "reading", "due"), [
    # rules.md 15
    ("2026-06-05T10:00", "3 working-days", "days", "2026-06-10T17:00:00+07:00"),
    ("2026-06-05T10:00", "3 working-days", "hours", "2026-06-10T10:00:00+07:00"),
    ("2026-06-04T15:20", "same-day", "days", "2026-06-05T17:00:00+07:00"),
    ("2026-06-04T16:00", "8 working-hours", "days", "2026-06-05T16:00:00+07:00"),
    ("2026-06-04T10:00", "0.5 working-days", "days", "2026-06-04T16:00:00+07:00"),
    ("2026-06-04T10:00", "1 half-days", "hours", "2026-06-04T16:00:00+07:00"),
    ("2026-06-01T10:00", "15 calendar-days", "days", "2026-06-16T17:00:00+07:00"),
    ("2026-06-05T10:00", "15 calendar-days", "days", "2026-06-22T17:00:00+07:00"),
    # reliability.md 7: Tết 2026, swapped days
    ("2026-02-13T16:50", "3 working-days", "days", "2026-02-25T17:00:00+07:00"),
    ("2026-02-13T16:50", "3 working-days", "hours", "2026-02-25T16:50:00+07:00"),
    ("2026-01-09T10:00", "1 working-days", "days", "2026-01-10T17:00:00+07:00"),
    ("2026-08-28T10:00", "1 working-days", "days", "2026-09-03T17:00:00+07:00"),
    # receipt after closing, and in another zone
    ("2026-06-04T18:00", "1 working-hours", "days", "2026-06-05T08:00:00+07:00"),
    ("2026-06-05T03:00Z", "3 working-days", "days", "2026-06-10T17:00:00+07:00"),
])
def test_the_command_gives_the_worked_examples(received: str, term: str, reading: str, due: str) -> None:
    found = told(received, term, "--reading", reading)
    assert found["due"] == due


@pytest.mark.parametrize("term", ["3 working-days", "8 working-hours", "15 calendar-days", "same-day", "0.5 working-days",
                                  "3 half-days", "2.5 working-days"])
def test_the_spans_run_from_receipt_to_due_without_a_gap(term: str) -> None:
    found = told("2026-02-13T16:50", term)
    spans = found["spans"]
    assert (spans[0]["start"], spans[-1]["end"]) == (found["received"], found["due"])
    assert all(one["end"] == two["start"] for one, two in pairwise(spans))
    assert all(one["why"] and one["source"] for one in spans)


def test_an_office_with_its_own_calendar_is_counted_by_it(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "hours.toml").write_text(
        'first_year = 2026\nlast_year = 2026\n'
        '[[hours]]\nvalid_from = 2026-01-01\nopen = ["08:00-16:00"]\ndecision = "QĐ 1"\n')
    (tmp_path / "local" / "H99.08.toml").write_text(
        '[[day]]\non = 2026-06-08\nkind = "local-closure"\nname = "Bão"\ndecision = "QĐ 2"\n')
    nation = told("2026-06-05T10:00", "1 working-days", "--calendar", str(tmp_path))
    office = told("2026-06-05T10:00", "1 working-days", "--calendar", str(tmp_path), "--office", "H99.08.22")
    assert (nation["due"], office["due"]) == ("2026-06-08T16:00:00+07:00", "2026-06-09T16:00:00+07:00")
    assert "Bão" in [one["why"] for one in office["spans"]]


def test_an_office_without_a_calendar_of_its_own_is_told_so() -> None:
    answer = ask("--received", "2026-06-05T10:00", "--term", "1 working-days", "--office", "H99.08.22")
    assert answer.exit_code == 0
    assert "Không có tệp lịch riêng của H99.08.22" in answer.stderr


def test_a_cutoff_of_their_own_moves_a_same_day_term() -> None:
    assert told("2026-06-04T15:20", "same-day", "--cutoff", "16:00")["due"] == "2026-06-04T17:00:00+07:00"


@pytest.mark.parametrize(("language", "sentence"), [
    ("vi", "Nhận 10:00 thứ Sáu, 05/06/2026, thời hạn 3 ngày làm việc → hạn 17:00 thứ Tư, 10/06/2026."),
    ("en", "Received 10:00 Friday, 05/06/2026, term 3 working days → due 17:00 Wednesday, 10/06/2026."),
])
def test_a_person_reads_one_sentence_and_the_reasons(language: str, sentence: str) -> None:
    answer = ask("--received", "2026-06-05T10:00", "--term", "3 working-days", "--language", language)
    assert answer.exit_code == 0
    first, *rest = answer.stdout.splitlines()
    assert first == sentence
    assert len(rest) == 6  # by which calendar, an empty line, the heads, three spans


@pytest.mark.parametrize(("words", "says"), [
    (["--term", "3"], "thiếu đơn vị"),
    (["--term", "3 moons"], "“moons”"),
    (["--term", "-3 working-days"], "lớn hơn 0"),
    (["--term", "0.3 working-days"], "theo bước"),
    (["--term", "9" * 5000 + " working-days"], "nhiều nhất"),
    (["--term", "\x00\x1b[31m\n"], "Không"),
    (["--term", ""], "--term"),
    (["--reading", "moons"], "--reading days"),
    (["--received", "yesterday"], "--received 2026-06-05T10:00"),
    (["--received", "2026-02-29T10:00"], "--received"),
    (["--received", "2026-06-05"], "thiếu giờ"),
    (["--received", "0001-01-01T00:00+14:00"], "--received"),
    (["--received", "1999-06-05T10:00"], "Lịch làm việc chỉ có từ"),
    (["--received", "2040-12-31T10:00"], "Lịch làm việc chỉ có từ"),
    (["--received", "9999-12-31T23:59"], "Lịch làm việc chỉ có từ"),
    (["--cutoff", "25:00"], "--cutoff 15:00"),
    (["--cutoff", "15:00:01"], "--cutoff 15:00"),
    (["--office", "../../etc"], "--office"),
    (["--office", "XYZ"], "--office H99.08.22"),
    (["--calendar", "no such\nfolder"], "--calendar"),
    (["--language", "fr"], "--language vi"),
])
def test_bad_input_gets_one_line_that_says_what_to_do(words: list[str], says: str) -> None:
    answer = ask("--received", "2026-06-05T10:00", "--term", "3 working-days", "--json", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr.count("\n") == 1
    assert says in answer.stderr


def test_without_the_moment_the_command_asks_for_it() -> None:
    answer = ask("--term", "3 working-days")
    assert answer.exit_code == 2
    assert "--received" in answer.stderr


def test_an_impossible_calendar_is_named(tmp_path: Path) -> None:
    (tmp_path / "hours.toml").write_text("first_year = ")
    answer = ask("--received", "2026-06-05T10:00", "--term", "3 working-days", "--calendar", str(tmp_path))
    assert answer.exit_code == 2
    assert answer.stderr.count("\n") == 1
    assert "hours.toml" in answer.stderr


def test_the_command_needs_no_settings_and_loads_nothing_heavy() -> None:
    look = (
        "import sys\nfrom app.cli import app\n"
        "try:\n    app(['deadline', '--received', '2026-06-05T10:00', '--term', '3 working-days', '--json'])\n"
        f"except SystemExit as end:\n    print(end.code, [name for name in {HEAVY} if name in sys.modules])\n"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")} | {"LC_ALL": "C"}
    answer = subprocess.run([sys.executable, "-c", look], capture_output=True, cwd=ROOT, env=bare)
    told, end = answer.stdout.decode("utf-8").splitlines()
    assert datetime.fromisoformat(json.loads(told)["due"]).isoformat() == "2026-06-10T17:00:00+07:00"
    assert end == "0 []"
