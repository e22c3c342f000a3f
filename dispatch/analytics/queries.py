# ruff: noqa: S608 - the parts that are put together are constants of this file; every value is a parameter
"""The SQL behind the report. Read-only, set-based, one statement for each question.

A response is one incident and one agency that sent units to it. Answer and processing are counted once for each
response, turnout and travel once for each unit, total response from the first call to that agency's first unit on
scene. A unit that was called off before the step was due is not missing it; one that still is on its way is not
counted yet.
"""

# Incidents of the period with the times of their calls. Incidents all of whose calls were tests are left out.
INCIDENTS = """
    incidents AS (
        SELECT i.id, i.number, i.priority, i.type_id, i.opened_at, i.address, i.district,
               c.received_at, c.answered_at
        FROM dispatch_incident AS i
        LEFT JOIN LATERAL (
            SELECT min(received_at) AS received_at, min(answered_at) AS answered_at,
                   bool_and(disposition = 'test') AS is_test
            FROM calls_call WHERE incident_id = i.id
        ) AS c ON true
        WHERE i.opened_at >= %(start)s AND i.opened_at < %(end)s AND c.is_test IS NOT TRUE
    )
"""
UNITS = """
    sent AS (
        SELECT inc.*, agency.code AS agency, agency.name AS agency_name, agency.order AS place,
               a.assigned_at, a.en_route_at, a.on_scene_at, a.status AS step,
               min(a.assigned_at) OVER whole AS first_assigned_at,
               min(a.on_scene_at) OVER own AS first_on_scene_at,
               bool_or(a.status = 'clear') OVER own AS is_done,
               bool_or(a.status NOT IN ('clear', 'cancelled', 'refused')) OVER own AS is_running,
               row_number() OVER (own ORDER BY a.assigned_at, a.id) AS turn,
               row_number() OVER (own ORDER BY a.on_scene_at NULLS LAST, a.assigned_at, a.id) AS arrival
        FROM incidents AS inc
        JOIN dispatch_assignment AS a ON a.incident_id = inc.id
        JOIN units_unit AS unit ON unit.id = a.unit_id
        JOIN units_agency AS agency ON agency.id = unit.agency_id
        WINDOW whole AS (PARTITION BY inc.id), own AS (PARTITION BY inc.id, agency.id)
    )
"""
INTERVALS = """
    intervals AS (
        SELECT agency, agency_name, place, priority, opened_at, 'answer' AS name,
               extract(epoch FROM answered_at - received_at) AS value
        FROM sent WHERE turn = 1 AND received_at IS NOT NULL
        UNION ALL
        SELECT agency, agency_name, place, priority, opened_at, 'processing',
               extract(epoch FROM first_assigned_at - answered_at)
        FROM sent WHERE turn = 1 AND received_at IS NOT NULL
        UNION ALL
        SELECT agency, agency_name, place, priority, opened_at, 'turnout',
               extract(epoch FROM en_route_at - assigned_at)
        FROM sent WHERE en_route_at IS NOT NULL OR step = 'clear'
        UNION ALL
        SELECT agency, agency_name, place, priority, opened_at, 'travel',
               extract(epoch FROM on_scene_at - en_route_at)
        FROM sent WHERE (on_scene_at IS NOT NULL AND en_route_at IS NOT NULL) OR step = 'clear'
        UNION ALL
        SELECT agency, agency_name, place, priority, opened_at, 'total',
               extract(epoch FROM first_on_scene_at - received_at)
        FROM sent WHERE turn = 1 AND received_at IS NOT NULL
              AND (first_on_scene_at IS NOT NULL OR is_done)
    )
"""
CHOSEN = """
    (%(agency)s::text IS NULL OR agency = %(agency)s)
    AND (%(priority)s::int IS NULL OR priority = %(priority)s)
"""

CHAIN = f"""
    WITH {INCIDENTS}, {UNITS}, {INTERVALS}
    SELECT agency, agency_name, priority, name,
           count(value) FILTER (WHERE value >= 0) AS n,
           count(*) FILTER (WHERE value IS NULL) AS missing,
           count(value) FILTER (WHERE value < 0) AS negative,
           avg(value) FILTER (WHERE value >= 0) AS mean_s,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY value) FILTER (WHERE value >= 0) AS p50_s,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY value) FILTER (WHERE value >= 0) AS p90_s,
           count(value) FILTER (WHERE value BETWEEN 0 AND limits.limit_s) AS within
    FROM intervals
    LEFT JOIN unnest(%(limit_agencies)s::text[], %(limit_names)s::text[], %(limit_s)s::float8[])
         AS limits(limit_agency, limit_name, limit_s)
         ON limits.limit_agency = agency AND limits.limit_name = name
    WHERE {CHOSEN}
    GROUP BY agency, agency_name, place, priority, name
    ORDER BY place, agency, priority NULLS LAST, name
"""

# How one interval was in each day or week.
SERIES = f"""
    WITH {INCIDENTS}, {UNITS}, {INTERVALS}
    SELECT date_trunc(%(step)s, opened_at AT TIME ZONE %(zone)s)::date AS day,
           count(value) AS n,
           percentile_cont(ARRAY[0.1, 0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY value) AS points
    FROM intervals
    WHERE name = %(interval)s AND value >= 0 AND {CHOSEN}
    GROUP BY day ORDER BY day
"""

# Of the units of an agency the one that arrived first: its chain is the one that adds up to the total response.
CASES = f"""
    WITH {INCIDENTS}, {UNITS}
    SELECT number, opened_at, type_id, address, district, priority, agency,
           received_at, answered_at, first_assigned_at, assigned_at, en_route_at, on_scene_at,
           first_on_scene_at, is_done, is_running
    FROM sent WHERE arrival = 1 AND {CHOSEN}
    ORDER BY opened_at DESC LIMIT %(limit)s
"""

DEMAND = f"""
    WITH {INCIDENTS}
    SELECT extract(isodow FROM opened_at AT TIME ZONE %(zone)s)::int AS weekday,
           extract(hour FROM opened_at AT TIME ZONE %(zone)s)::int AS hour, count(*) AS n
    FROM incidents WHERE (%(priority)s::int IS NULL OR priority = %(priority)s)
    GROUP BY 1, 2
"""

# Incidents and single steps that were entered from paper; their real times are in all figures above.
PAPER = f"""
    WITH {INCIDENTS}
    SELECT count(*) AS incidents,
           count(*) FILTER (WHERE i.paper_entered_at IS NOT NULL) AS entered,
           count(*) FILTER (WHERE i.paper_entered_at IS NULL AND EXISTS (
               SELECT FROM dispatch_assignment AS a
               WHERE a.incident_id = i.id AND a.paper_entered_at IS NOT NULL)) AS with_steps
    FROM incidents JOIN dispatch_incident AS i USING (id)
"""

CALLS = """
    SELECT channel, disposition, count(*) AS n
    FROM calls_call WHERE direction = 'in' AND received_at >= %(start)s AND received_at < %(end)s
    GROUP BY channel, disposition
"""

ANSWERS = """
    SELECT count(*) AS calls,
           count(*) FILTER (WHERE status = 'abandoned') AS abandoned,
           count(value) AS n,
           count(*) FILTER (WHERE value <= %(answer_s)s) AS within,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS p50_s,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY value) AS p90_s
    FROM (
        SELECT status, extract(epoch FROM answered_at - received_at) AS value
        FROM calls_call
        WHERE direction = 'in' AND received_at >= %(start)s AND received_at < %(end)s
              AND disposition <> 'test' AND channel IN ('voice', 'pbx')
    ) AS spoken
"""

NOW = """
    SELECT (SELECT count(*) FROM calls_call WHERE status IN ('ringing', 'queued')) AS waiting,
           (SELECT min(received_at) FROM calls_call WHERE status IN ('ringing', 'queued')) AS oldest_at,
           (SELECT count(*) FROM dispatch_incident WHERE status = 'open') AS incidents,
           (SELECT count(*) FROM units_unit WHERE is_active) AS units,
           (SELECT count(*) FROM units_unit WHERE is_active AND status = 'available') AS available
"""
