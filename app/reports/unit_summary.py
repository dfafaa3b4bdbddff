"""07a/BTP: the summary by unit that units send beside II.06a [practice]. Its instrument was not found; says so."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from app.deadlines.calendars import Calendars
from app.deadlines.ledger import APOLOGY
from app.deadlines.rules import due_moment
from app.deadlines.terms import parse_term
from app.deadlines.timetable import CalendarDoesNotReach
from app.kit.db import Db
from app.kit.words import N_
from app.reports.counted import sheet
from app.reports.counting import cases_args, cases_sql, without_compiling
from app.reports.forms import UNIT_SUMMARY, rules_foot
from app.reports.periods import Period
from app.reports.rules import LocalRule, View, rule_on
from app.reports.sectors import units
from app.reports.sheet import Foot, Row, Sheet

# The official answer to an online dossier: 8 working hours (NĐ 45/2020). Other ways have no number we know of.
ANSWER: Final = parse_term("8 working-hours")
_DOUBT: Final[Foot] = (
    (N_("Mẫu theo cách làm của địa phương, chưa tìm thấy văn bản ban hành Biểu 07a/BTP; tên cột có thể khác."), {}),
    (N_("Trực tuyến toàn trình: nộp trực tuyến và nhận kết quả trực tuyến hoặc qua bưu chính; còn lại là một phần."), {}),
    (N_("Chờ tiếp nhận quá hạn: hồ sơ nộp trực tuyến chưa được trả lời sau 8 giờ làm việc khi hết kỳ."), {}),
    (N_("Không được tiếp nhận, dừng xử lý, rút: kết thúc như vậy trong kỳ. Thanh toán: hồ sơ có tiền về trong kỳ."), {}),
)
# A letter written after the due moment agrees no new date, so it stands in the journal only (decision 0056).
# One look-up a late dossier; as EXISTS it would be answered by reading every line of every ledger and journal.
_SORRY: Final = (
    "COALESCE((SELECT true FROM deadline_line l WHERE l.dossier_id = c.id AND l.kind = 'extend'"
    f" AND l.cause = '{APOLOGY}' AND l.written_at < $5 LIMIT 1),"
    " (SELECT true FROM journal_line j WHERE j.dossier_id = c.id AND j.event = 'apology.written' AND j.at < $5 LIMIT 1),"
    " false)"
)
_WAITING: Final = "SELECT office_id, channel, submitted_at FROM dossier WHERE office_id = ANY($1) AND submitted_at < $5 AND"
_SQL: Final = """
WITH counted AS MATERIALIZED (SELECT office_id, origin, outcome, channel, return_way, support_office_id,
    CASE WHEN outcome = 10 THEN {sorry} END AS sorry FROM ({cases}) c),
  waiting AS ({waiting} received_at >= $5
    UNION ALL {waiting} received_at IS NULL AND finished_at IS NULL AND code IS NOT NULL
    UNION ALL {waiting} received_at IS NULL AND finished_at >= $5),
  answered AS (SELECT * FROM unnest($6::int[], $7::timestamptz[]) AS a (office_id, late_before))
SELECT office_id, 'counted' AS what, count(*) AS received, count(*) FILTER (WHERE origin = 6) AS carried,
  count(*) FILTER (WHERE origin = 4 AND return_way IN ('online', 'post')) AS online_whole,
  count(*) FILTER (WHERE origin = 4 AND (return_way IS NULL OR return_way NOT IN ('online', 'post'))) AS online_part,
  count(*) FILTER (WHERE origin = 5 AND channel = 'counter') AS counter,
  count(*) FILTER (WHERE origin = 5 AND channel = 'post') AS post,
  count(*) FILTER (WHERE origin = 5 AND channel NOT IN ('counter', 'post')) AS elsewhere,
  count(*) FILTER (WHERE support_office_id IS NOT NULL) AS boundary_free,
  count(*) FILTER (WHERE outcome IN (8, 9, 10)) AS handled, count(*) FILTER (WHERE outcome = 8) AS early,
  count(*) FILTER (WHERE outcome = 9) AS on_time, count(*) FILTER (WHERE outcome = 10) AS late,
  count(*) FILTER (WHERE sorry) AS late_sorry, count(*) FILTER (WHERE NOT sorry) AS late_silent,
  count(*) FILTER (WHERE outcome IN (12, 13)) AS open, count(*) FILTER (WHERE outcome = 12) AS in_time,
  count(*) FILTER (WHERE outcome = 13) AS overdue
FROM counted GROUP BY office_id
UNION ALL SELECT office_id, 'waiting', count(*) FILTER (WHERE NOT late), count(*) FILTER (WHERE late), {zeros_15}
FROM (SELECT w.office_id, w.channel = 'online' AND w.submitted_at <= a.late_before AS late
      FROM waiting w JOIN answered a USING (office_id)) judged GROUP BY office_id
UNION ALL SELECT office_id, 'ended', count(*) FILTER (WHERE state = 'refused_at_intake'),
  count(*) FILTER (WHERE state = 'stopped'), count(*) FILTER (WHERE state = 'withdrawn'), {zeros_14}
FROM dossier WHERE office_id = ANY($1) AND finished_at >= $2 AND finished_at < $3 GROUP BY office_id
UNION ALL SELECT office_id, 'paid', count(DISTINCT dossier_id), count(DISTINCT dossier_id) FILTER (WHERE method = 'online'),
  count(DISTINCT dossier_id) FILTER (WHERE method = 'counter'), {zeros_14}
FROM payment WHERE office_id = ANY($1) AND state = 'captured' AND settled_at >= $2 AND settled_at < $3 GROUP BY office_id
"""
_COUNTED: Final = tuple(one.key for one in UNIT_SUMMARY[2:19])
_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "waiting": ("waiting_in_time", "waiting_late"), "ended": ("not_accepted", "stopped", "withdrawn"),
    "paid": ("paid", "paid_online", "paid_counter"),
}


async def report_07a_btp(
    db: Db, offices: Sequence[int], period: Period, *, calendars: Calendars, view: View = "days",
    rule: LocalRule | None = None, unit: str = "",
) -> Sheet:
    """One line a unit and their sum. `calendars` tell when an unanswered online dossier is late (8 working hours)."""
    rule = rule or rule_on(period.last)
    named = await units(db, offices)
    late_before = [late_since(calendars, one.id, period.as_of) for one in named]
    sql = _SQL.format(
        cases=cases_sql(period, rule, view), sorry=_SORRY, waiting=_WAITING, zeros_15=", ".join("0" * 15),
        zeros_14=", ".join("0" * 14),
    )
    await without_compiling(db)
    numbers = {one.id: dict.fromkeys((column.key for column in UNIT_SUMMARY[2:]), 0) for one in named}
    for row in await db.rows(sql, *cases_args(offices, period, rule), [one.id for one in named], late_before):
        for key, number in zip(_MORE.get(row["what"], _COUNTED), tuple(row)[2:], strict=False):
            numbers[row["office_id"]][key] = number
    shown = [one for one in named if one.level == "commune" or any(numbers[one.id].values())]
    rows = [
        Row((str(place), one.name, *numbers[one.id].values()), {"office": str(one.id)})
        for place, one in enumerate(shown, start=1)
    ]
    sums = [sum(column) for column in zip(*(of_one.values() for of_one in numbers.values()), strict=True)]
    rows.append(Row(("", N_("Tổng cộng"), *sums), {}, "total", translated=True))
    foot = (*_DOUBT, *rules_foot(period, rule, view))
    return sheet("07a-btp", UNIT_SUMMARY, rows, period, named, unit, foot)


def late_since(calendars: Calendars, office_id: int, at: datetime) -> datetime:
    """What was handed in by this moment should have been answered by `at`: 8 working hours, counted back to the minute."""
    calendar = calendars.of(office_id)
    early, late = at - timedelta(days=21), at
    try:
        while late - early > timedelta(minutes=1):
            middle = early + (late - early) / 2
            if due_moment(middle, ANSWER, calendar=calendar, reading="hours").due_at < at:
                early = middle
            else:
                late = middle
    except CalendarDoesNotReach:
        return at - timedelta(days=3)
    return early
