"""Prometheus counters of what comes in and of what the providers refuse."""

from prometheus_client import Counter, Gauge, Histogram

CALLS_RECEIVED = Counter("siaga_calls_received_total", "Calls and conversations", ["channel"])
MESSAGES_RECEIVED = Counter("siaga_messages_received_total", "Messages", ["channel"])
MESSAGES_SENT = Counter(
    "siaga_messages_sent_total", "Messages of the centre by channel and kind", ["channel", "kind"]
)
PARTS_SENT = Counter(
    "siaga_message_parts_sent_total",
    "What is paid for: parts of an SMS, single messages elsewhere",
    ["channel", "encoding"],
)
MESSAGES_NOT_DELIVERED = Counter(
    "siaga_messages_not_delivered_total",
    "Messages that the provider took and that did not arrive",
    ["channel", "reason"],
)
MEDIA = Counter(
    "siaga_media_total",
    "Pictures, films and voice notes by kind and what became of them",
    ["kind", "outcome"],
)
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


def count_sent(channel: str, kind: str, encoding: str, parts: int) -> None:
    MESSAGES_SENT.labels(channel, kind).inc()
    PARTS_SENT.labels(channel, encoding).inc(parts)
