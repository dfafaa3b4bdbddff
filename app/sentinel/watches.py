"""The questions of the sentinel: one indexed query for each cause of standing still.

Each answers (subject, office_id, dossier_id, since, facts); `subject` names the trouble, so that it is open once.
$2 now; $3 offices and $4 the moment eight working hours ago in each of them, side by side.
"""

from collections.abc import Mapping
from typing import Final

from app.sentinel.causes import MACHINE_LATE, NOTICE_OLD, OUTSIDE_LATE, PARCEL_LATE, PAY_PAGE_LATE, PAYMENT_LATE, Cause

# Whether somebody or something will move a dossier `d` on: a step, a timer, a job of its drawing, an open question.
_MOVES: Final = """
  EXISTS (SELECT 1 FROM step x WHERE x.dossier_id = d.id)
  OR EXISTS (SELECT 1 FROM timer x WHERE x.dossier_id = d.id)
  OR EXISTS (SELECT 1 FROM job x WHERE x.dossier_id = d.id AND x.state IN ('waiting', 'stuck') AND x.payload ? 'task_no')
  OR EXISTS (SELECT 1 FROM supplement_request x WHERE x.dossier_id = d.id AND x.closed IS NULL)
  OR EXISTS (SELECT 1 FROM consultation x WHERE x.dossier_id = d.id AND x.state = 'asked')
  OR EXISTS (SELECT 1 FROM payment x WHERE x.dossier_id = d.id AND x.state IN ('started', 'unknown'))
  OR EXISTS (SELECT 1 FROM delivery x WHERE x.dossier_id = d.id AND x.way = 'post'
    AND x.state IN ('ordered', 'handed_over', 'in_transit', 'failed_attempt'))
"""

# A person's or an outside system's hand on a dossier since the moment eight working hours ago.
_TOUCHED: Final = """
  EXISTS (SELECT 1 FROM journal_line j WHERE j.dossier_id = {0} AND j.at > o.quiet_since AND j.actor_kind <> 'system')
"""

_SIGNING: Final = "('apply_signature', 'apply_seal')"


def _ago(span: object) -> str:
    return f"($2::timestamptz - interval '{span}')"


WATCHES: Final[Mapping[Cause, str]] = {
    Cause.STEP_QUIET: f"""
      SELECT 'step:' || s.dossier_id || ':' || s.task_no AS subject, s.office_id, s.dossier_id, s.due_at AS since,
        jsonb_build_object('task', s.task_no, 'step', s.name, 'role', s.role, 'officer', s.officer_id) AS facts
      FROM offices o CROSS JOIN unnest(ARRAY['reception', 'specialist', 'head', 'leader', 'clerk']) AS r(role)
      JOIN step s ON s.office_id = o.id AND s.role = r.role AND s.due_at < o.quiet_since
      JOIN dossier d ON d.id = s.dossier_id
      WHERE d.paused_at IS NULL AND NOT (d.state = 'submitted' AND d.channel = 'online')
        AND NOT {_TOUCHED.format('s.dossier_id')}
    """,
    Cause.ONLINE_UNANSWERED: """
      SELECT 'online:' || d.id AS subject, d.office_id, d.id AS dossier_id, d.submitted_at AS since,
        jsonb_build_object('task', s.task_no, 'step', s.name, 'role', s.role, 'officer', s.officer_id) AS facts
      FROM offices o JOIN dossier d ON d.office_id = o.id AND d.state = 'submitted' AND d.submitted_at < o.quiet_since
      LEFT JOIN LATERAL (SELECT task_no, name, role, officer_id FROM step WHERE dossier_id = d.id ORDER BY task_no LIMIT 1)
        s ON true
      WHERE d.channel = 'online' AND NOT EXISTS (SELECT 1 FROM supplement_request x WHERE x.dossier_id = d.id
        AND x.answered_at > o.quiet_since)
    """,
    Cause.NO_NEXT_STEP: f"""
      SELECT 'next:' || d.id AS subject, d.office_id, d.id AS dossier_id,
        COALESCE((SELECT max(j.at) FROM journal_line j WHERE j.dossier_id = d.id), d.submitted_at) AS since,
        jsonb_build_object('state', d.state) AS facts
      FROM (
        SELECT id, office_id, submitted_at, state FROM dossier WHERE finished_at IS NULL AND code IS NOT NULL
          AND paused_at IS NULL AND office_id = ANY($3::int[])
        UNION ALL
        SELECT d.id, d.office_id, d.submitted_at, d.state FROM offices o JOIN dossier d ON d.office_id = o.id
          AND d.state = 'result_ready'
      ) d
      WHERE NOT ({_MOVES}) AND EXISTS (SELECT 1 FROM process p WHERE p.dossier_id = d.id AND p.ended IS NULL)
    """,
    Cause.JOB_FAILED: f"""
      SELECT 'job:' || j.id AS subject, j.office_id, j.dossier_id, j.run_at AS since,
        jsonb_build_object('job', j.id, 'name', j.name, 'attempts', j.attempts) AS facts
      FROM job j WHERE (j.state = 'stuck' AND NOT j.payload ? 'outage' AND j.name NOT IN {_SIGNING})
        OR (j.state = 'waiting' AND j.run_at < {_ago(MACHINE_LATE)})
    """,
    Cause.SIGNATURE_REFUSED: f"""
      SELECT 'job:' || j.id AS subject, j.office_id, j.dossier_id, j.run_at AS since,
        jsonb_build_object('job', j.id, 'name', j.name, 'attempts', j.attempts) AS facts
      FROM job j WHERE j.state = 'stuck' AND NOT j.payload ? 'outage' AND j.name IN {_SIGNING}
    """,
    Cause.OUTSIDE_SILENT: f"""
      SELECT 'job:' || j.id AS subject, j.office_id, j.dossier_id, j.created_at AS since,
        jsonb_build_object('job', j.id, 'name', j.name, 'attempts', j.attempts) AS facts
      FROM job j WHERE (j.state = 'stuck' AND j.payload ? 'outage') OR (j.state = 'waiting' AND j.attempts >= 3
        AND j.run_at >= {_ago(MACHINE_LATE)} AND j.created_at < {_ago(OUTSIDE_LATE)})
      UNION ALL
      SELECT 'payment:' || p.id, p.office_id, p.dossier_id, p.started_at, jsonb_build_object('payment', p.id)
      FROM payment p WHERE p.method = 'online' AND ((p.state = 'unknown' AND p.started_at < {_ago(PAYMENT_LATE)})
        OR (p.state = 'started' AND p.started_at < {_ago(PAY_PAGE_LATE)}))
      UNION ALL
      SELECT 'consultation:' || c.id, c.office_id, c.dossier_id, c.due_at,
        jsonb_build_object('consultation', c.id, 'kind', c.kind)
      FROM consultation c WHERE c.state = 'asked' AND c.due_at < {_ago(MACHINE_LATE)} AND c.office_id = ANY($3::int[])
        AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.dossier_id = c.dossier_id AND t.due_at <= $2)
      UNION ALL
      SELECT 'delivery:' || v.id, v.office_id, v.dossier_id, v.handed_at, jsonb_build_object('delivery', v.id)
      FROM offices o JOIN delivery v ON v.office_id = o.id AND v.state IN ('handed_over', 'in_transit', 'failed_attempt')
      WHERE v.way = 'post' AND v.handed_at < {_ago(PARCEL_LATE)} AND NOT EXISTS (SELECT 1 FROM shipment_event e
        WHERE e.delivery_id = v.id AND e.at > {_ago(PARCEL_LATE)})
    """,
    Cause.NOTICE_UNDELIVERED: f"""
      SELECT 'notice:' || min(n.id::text) AS subject, n.office_id, n.dossier_id, min(n.created_at) AS since,
        jsonb_build_object('event', n.event, 'channels', jsonb_agg(n.channel ORDER BY n.channel)) AS facts
      FROM notice n WHERE n.state = 'failed' AND n.created_at > {_ago(NOTICE_OLD)} AND NOT EXISTS (
        SELECT 1 FROM notice m WHERE m.dossier_id = n.dossier_id AND m.event = n.event AND m.channel IN ('email', 'sms')
          AND m.state IN ('queued', 'sent', 'delivered')
          AND left(m.key, -length(m.channel)) = left(n.key, -length(n.channel)))
      GROUP BY n.office_id, n.dossier_id, n.event, left(n.key, -length(n.channel))
    """,
    Cause.NO_HANDS: """
      SELECT 'hands:' || s.dossier_id || ':' || s.task_no AS subject, s.office_id, s.dossier_id, s.opened_at AS since,
        jsonb_build_object('task', s.task_no, 'step', s.name, 'role', s.role, 'left', s.officer_id) AS facts
      FROM officer f JOIN step s ON s.officer_id = f.id WHERE NOT f.active OR f.office_id <> s.office_id
      UNION ALL
      SELECT 'hands:' || s.dossier_id || ':' || s.task_no, s.office_id, s.dossier_id, s.opened_at,
        jsonb_build_object('task', s.task_no, 'step', s.name, 'role', s.role)
      FROM offices o CROSS JOIN unnest(ARRAY['reception', 'specialist', 'head', 'leader', 'clerk']) AS r(role)
      JOIN step s ON s.office_id = o.id AND s.role = r.role AND s.officer_id IS NULL
      WHERE (o.id, r.role) NOT IN (SELECT f.office_id, g.role FROM officer f CROSS JOIN LATERAL jsonb_array_elements_text(
          CASE WHEN f.roles ? 'head' THEN f.roles || '"reception"' ELSE f.roles END) AS g(role) WHERE f.active)
    """,
    Cause.TIMER_OVERDUE: f"""
      SELECT 'timer:' || t.dossier_id || ':' || t.task_no AS subject, t.office_id, t.dossier_id, t.due_at AS since,
        jsonb_build_object('task', t.task_no, 'timer', t.name) AS facts
      FROM timer t WHERE t.due_at < {_ago(MACHINE_LATE)}
      UNION ALL
      SELECT 'alarm:' || d.id, d.office_id, d.id, d.alarm_at, jsonb_build_object('alarm', d.alarm_no)
      FROM dossier d WHERE d.alarm_at < {_ago(MACHINE_LATE)}
    """,
    Cause.PAUSE_WITHOUT_END: f"""
      SELECT 'pause:' || d.id AS subject, d.office_id, d.id AS dossier_id, d.paused_at AS since,
        jsonb_build_object('state', d.state) AS facts
      FROM dossier d WHERE d.finished_at IS NULL AND d.code IS NOT NULL AND d.due_at IS NULL AND d.paused_at IS NOT NULL
        AND d.paused_at < {_ago(MACHINE_LATE)}
        AND NOT EXISTS (SELECT 1 FROM supplement_request x WHERE x.dossier_id = d.id AND x.closed IS NULL)
        AND NOT EXISTS (SELECT 1 FROM payment x WHERE x.dossier_id = d.id AND x.state IN ('started', 'unknown'))
        AND NOT EXISTS (SELECT 1 FROM fee x WHERE x.dossier_id = d.id AND x.state = 'owed'
          AND d.state = 'payment_requested')
        AND NOT EXISTS (SELECT 1 FROM consultation x WHERE x.dossier_id = d.id AND x.state = 'asked')
        AND NOT EXISTS (SELECT 1 FROM timer x WHERE x.dossier_id = d.id)
    """,
    Cause.SUPPLEMENT_NOT_LAPSED: f"""
      SELECT 'supplement:' || x.id AS subject, x.office_id, x.dossier_id, x.due_at AS since,
        jsonb_build_object('n', x.n) AS facts
      FROM supplement_request x WHERE x.closed IS NULL AND x.due_at < {_ago(MACHINE_LATE)}
        AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.dossier_id = x.dossier_id)
    """,
    Cause.LEDGER_DISAGREES: """
      SELECT 'ledger:' || d.id AS subject, d.office_id, d.id AS dossier_id, COALESCE(l.at, d.received_at) AS since,
        jsonb_build_object('row', d.due_at, 'ledger', l.due_after, 'kind', l.kind) AS facts
      FROM dossier d LEFT JOIN LATERAL (SELECT kind, at, due_after FROM deadline_line WHERE dossier_id = d.id
        AND kind <> 'mark' ORDER BY line_no DESC LIMIT 1) l ON true
      WHERE d.finished_at IS NULL AND d.code IS NOT NULL AND (d.received_at IS NOT NULL OR d.due_at IS NOT NULL)
        AND d.office_id = ANY($3::int[])
        AND CASE COALESCE(l.kind, 'none') WHEN 'none' THEN true WHEN 'end' THEN true
          WHEN 'pause' THEN d.paused_at IS NULL OR d.due_at IS NOT NULL
          ELSE d.paused_at IS NOT NULL OR d.due_at IS DISTINCT FROM l.due_after END
    """,
}
