"""The task list of a draft: what is done, what is left, in any order."""

from app.dossiers.case import Case
from app.dossiers.drafts import Readiness, TaskLine
from app.kit.words import N_, say
from app.portal.wording import RETURN_WAYS

_STATES = {"done": "done", "not_needed": "done", "part": "todo", "todo": "todo"}


def tasks_of(case: Case, ready: Readiness, language: str) -> list[dict[str, str]]:
    """The lines of the task list, the last one being to check and submit."""
    return [*(_task(case, line, language) for line in ready.tasks), _check(case, ready, language)]


def missing_words(ready: Readiness, language: str) -> list[str]:
    """What is still missing, in words."""
    return [say(N_("Nhận kết quả"), language) if one == "return" else one for one in ready.missing]


def _task(case: Case, line: TaskLine, language: str) -> dict[str, str]:
    base = f"/dossiers/{case.id}"
    hint = say(N_("Đang làm dở"), language) if line.status == "part" else ""
    if line.id == "papers":
        words, href = say(N_("Giấy tờ"), language), f"{base}/papers"
    elif line.id == "return":
        words, href = say(N_("Nhận kết quả"), language), f"{base}/return"
        hint = say(RETURN_WAYS.get(case.return_way or "", ""), language)
    else:
        words, href = line.title, f"{base}/answer/{line.first_page}"
    return {"words": words, "state": _STATES[line.status], "href": href, "hint": hint}


def _check(case: Case, ready: Readiness, language: str) -> dict[str, str]:
    hint = "" if ready.ready else say(N_("Còn {n} mục ở trên"), language, n=len(ready.missing))
    return {
        "words": say(N_("Kiểm tra và nộp hồ sơ"), language), "state": "todo", "hint": hint,
        "href": f"/dossiers/{case.id}/check",
    }
