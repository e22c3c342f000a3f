"""Prometheus counters of what comes in and of what the providers refuse."""

from prometheus_client import Counter, Gauge, Histogram

CALLS_RECEIVED = Counter("siaga_calls_received_total", "Calls and conversations", ["channel"])
MESSAGES_RECEIVED = Counter("siaga_messages_received_total", "Messages", ["channel"])
WEBHOOKS = Counter("siaga_webhooks_total", "Webhooks by kind and outcome", ["kind", "outcome"])
WEBHOOK_SECONDS = Histogram(
    "siaga_webhook_seconds",
    "Time to answer a webhook",
    ["kind"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15),
)
PROVIDER_ERRORS = Counter(
    "siaga_provider_errors_total",
    "Acts that a provider refused or did not answer",
    ["provider", "act", "error"],
)
RECOVERED = Counter(
    "siaga_recovered_total", "Calls and messages found in the provider's list afterwards", ["what"]
)
LOCATE_ERRORS = Counter(
    "siaga_locate_errors_total", "Texts in which the search for a place failed", []
)
JOURNAL_WAITING = Gauge(
    "siaga_journal_waiting",
    "Requests on the disk that the database has not taken yet",
    multiprocess_mode="mostrecent",
)
JOURNAL_REPLAYED = Counter(
    "siaga_journal_replayed_total", "Requests brought from the disk into the database"
)
