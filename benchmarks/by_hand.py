"""The questions of the supervisors' pages written by hand: no row-level security, no objects, nothing but the rows.

$1 offices, $2 now, $3 the end of the next working day, $4 the end of today; all offices here share one calendar.
"""

from __future__ import annotations

OPEN = "office_id = ANY($1) AND finished_at IS NULL AND code IS NOT NULL"
SPANS = """count(*) FILTER (WHERE due_at < $2) AS late, count(*) FILTER (WHERE due_at >= $2 AND due_at < $4) AS today,
  count(*) FILTER (WHERE due_at >= greatest($2, $4) AND due_at < $3) AS soon,
  count(*) FILTER (WHERE due_at >= $3) AS later, count(*) FILTER (WHERE due_at IS NULL) AS none"""
COUNTS = f"""
SELECT office_id, procedure_code, {SPANS}, count(*) AS open, count(*) FILTER (WHERE state = 'supplement_requested') AS asked,
  count(*) FILTER (WHERE state = 'submitted' AND submitted_at < $5) AS waiting,
  count(*) FILTER (WHERE submitted_at > $2 - interval '3 days') AS d3,
  count(*) FILTER (WHERE submitted_at <= $2 - interval '3 days' AND submitted_at > $2 - interval '7 days') AS d7,
  count(*) FILTER (WHERE submitted_at <= $2 - interval '7 days' AND submitted_at > $2 - interval '15 days') AS d15,
  count(*) FILTER (WHERE submitted_at <= $2 - interval '15 days' AND submitted_at > $2 - interval '30 days') AS d30,
  count(*) FILTER (WHERE submitted_at <= $2 - interval '30 days') AS older,
  count(*) FILTER (WHERE id IN (SELECT dossier_id FROM finding WHERE cleared_at IS NULL)) AS stuck
FROM dossier WHERE {OPEN} GROUP BY office_id, procedure_code
"""
BY_OFFICER = f"""
SELECT * FROM (SELECT s.officer_id, {SPANS.replace("due_at", "d.due_at")} FROM step s JOIN dossier d ON d.id = s.dossier_id
  WHERE s.office_id = ANY($1) AND s.role <> 'applicant' GROUP BY s.officer_id) c LEFT JOIN officer p ON p.id = c.officer_id
ORDER BY p.id IS NOT NULL, late DESC, today + soon DESC, later DESC, p.name LIMIT 50
"""
DAYS = f"""
SELECT (due_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, count(*) FROM dossier
WHERE {OPEN} AND due_at >= $2 AND due_at < $3 GROUP BY 1
"""
WEEKS = """
SELECT date_trunc('week', finished_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, count(*),
  count(*) FILTER (WHERE finished_at < due_at + interval '1 minute') FROM dossier
WHERE office_id = ANY($1) AND finished_at >= $2 AND received_at IS NOT NULL AND due_at IS NOT NULL GROUP BY 1
"""
WORKLOAD = """
SELECT c.*, p.name, f.finished FROM (
  SELECT s.officer_id, count(*) AS open, count(*) FILTER (WHERE d.due_at < $2) AS late,
    count(*) FILTER (WHERE d.due_at >= $2 AND d.due_at < $3) AS near,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.opened_at)) AS since
  FROM step s JOIN dossier d ON d.id = s.dossier_id WHERE s.office_id = ANY($1) AND s.role <> 'applicant'
  GROUP BY s.officer_id) c LEFT JOIN officer p ON p.id = c.officer_id
LEFT JOIN (SELECT actor_id, count(*) AS finished FROM journal_line WHERE office_id = ANY($1) AND event = 'step.finished'
  AND at > $2 - interval '30 days' GROUP BY actor_id) f ON f.actor_id = c.officer_id
ORDER BY p.id IS NOT NULL, late DESC, near DESC, open DESC LIMIT 200
"""
LATE = f"""
SELECT d.id, d.code, d.holder_name, d.procedure_version_id, o.short_name, d.state, d.due_at, d.original_due_at, d.paused_at,
  s.name, s.opened_at, p.name AS officer, c.cause, (SELECT max(at) FROM (
    SELECT written_at AS at FROM deadline_line WHERE dossier_id = d.id AND kind = 'extend' AND cause = 'apology'
    UNION ALL SELECT at FROM journal_line WHERE dossier_id = d.id AND event = 'apology.written') a) AS apology
FROM (SELECT * FROM dossier WHERE {OPEN} AND due_at < $2 ORDER BY due_at, id LIMIT 51) d
JOIN office o ON o.id = d.office_id LEFT JOIN step s ON s.dossier_id = d.id LEFT JOIN officer p ON p.id = s.officer_id
LEFT JOIN late_cause c ON c.dossier_id = d.id
ORDER BY d.due_at, d.id
"""
# $1 office, $2 officer.
WORK = """
SELECT s.dossier_id, s.task_no, s.name AS step, s.role, s.officer_id, f.name AS officer_name, s.due_at AS step_due, d.code,
  d.holder_name, d.title, d.state, d.procedure_version_id, d.due_at, d.original_due_at, d.paused_at, d.finished_at,
  d.office_id, o.short_name
FROM (SELECT * FROM step WHERE office_id = $1 AND role = 'specialist' AND (officer_id IS NULL OR officer_id = $2)
  ORDER BY due_at, dossier_id, task_no LIMIT 31) s
JOIN dossier d ON d.id = s.dossier_id JOIN office o ON o.id = s.office_id LEFT JOIN officer f ON f.id = s.officer_id
ORDER BY s.due_at, s.dossier_id, s.task_no
"""
# $1 offices, $2 the period begins, $3 it has ended, $4 states that are never late.
_DAY = "({} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
REPORT = f"""
SELECT count(*), count(*) FILTER (WHERE came AND channel = 'online'), count(*) FILTER (WHERE came AND channel <> 'online'),
  count(*) FILTER (WHERE NOT came), count(*) FILTER (WHERE done), count(*) FILTER (WHERE done AND place < 0),
  count(*) FILTER (WHERE done AND place = 0), count(*) FILTER (WHERE done AND place > 0), count(*) FILTER (WHERE NOT done),
  count(*) FILTER (WHERE NOT done AND NOT over), count(*) FILTER (WHERE NOT done AND over)
FROM (
  SELECT channel, received_at >= $2 AS came, coalesce(finished_at < $3, false) AS done,
    CASE WHEN state = ANY($4) THEN 0 ELSE {_DAY.format("finished_at")} - {_DAY.format("d.due_at")} END AS place,
    coalesce({_DAY.format("l.due_after")} < {_DAY.format("($3::timestamptz - interval '1 microsecond')")}, false) AS over
  FROM (SELECT * FROM dossier WHERE office_id = ANY($1) AND received_at >= $2 AND received_at < $3
    UNION ALL SELECT * FROM dossier WHERE office_id = ANY($1) AND received_at < $2 AND finished_at >= $2
    UNION ALL SELECT * FROM dossier WHERE {OPEN} AND received_at < $2) d
  LEFT JOIN LATERAL (SELECT due_after FROM deadline_line WHERE dossier_id = d.id AND written_at < $3
    AND kind <> 'mark' AND (d.finished_at IS NULL OR d.finished_at >= $3) ORDER BY line_no DESC LIMIT 1) l ON true
) counted
"""
ON_TIME = """
SELECT count(*) FILTER (WHERE supplements_asked <= 1 AND coalesce(finished_at, $3) <= coalesce(due_at, $3)), count(*)
FROM dossier WHERE office_id = ANY($1) AND received_at >= $2 AND received_at < $3
"""
QUIET = """
SELECT count(*) FROM step s JOIN dossier d ON d.id = s.dossier_id
WHERE s.role <> 'applicant' AND s.due_at < $1 AND s.opened_at < $1 AND d.finished_at IS NULL
"""
TIMER = "SELECT dossier_id, task_no, office_id, name, due_at FROM timer WHERE dossier_id = $1 AND task_no = $2"
DOSSIER = "SELECT id, office_id, alarm_at FROM dossier WHERE id = $1"
