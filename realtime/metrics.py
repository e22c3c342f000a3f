"""Prometheus metrics of the event log, the hub and the sockets."""

from prometheus_client import Counter, Gauge, Histogram

SOCKETS = Gauge("siaga_sockets", "Open WebSockets", ["audience"], multiprocess_mode="livesum")
SOCKETS_MAX = Gauge(
    "siaga_sockets_max",
    "WebSockets that fit under the limit of open files",
    multiprocess_mode="livesum",
)
SOCKETS_CLOSED = Counter("siaga_sockets_closed_total", "WebSockets closed by the server", ["code"])
EVENT_LAG = Histogram(
    "siaga_event_lag_seconds",
    "From the change's clock reading to the hub of this process handing it to its sockets",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
)
# A label, because a metric without one is 0 from its import on: the job worker, which has no hub, would be the slowest.
HEAD_SEQ = Gauge(
    "siaga_hub_head_seq",
    "Number of the newest event the slowest process has handed out",
    ["process"],
    multiprocess_mode="livemin",
)
DOORBELL_FAILURES = Counter("siaga_doorbell_failures_total", "Redis did not take a nudge in time")
HUB_READ_FAILURES = Counter("siaga_hub_read_failures_total", "The hub could not read the log")
COMMANDS = Counter("siaga_commands_total", "Commands answered", ["command", "outcome"])
COMMAND_SECONDS = Histogram("siaga_command_seconds", "Time to answer a command", ["command"])
RESERVE_FAILURES = Counter(
    "siaga_reserve_failures_total", "Database work of webhooks not done in time", ["why"]
)
