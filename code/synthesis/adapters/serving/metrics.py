"""The metrics of a server, in Prometheus format."""

from collections.abc import Iterable, Mapping
from typing import Any

from synthesis.adapters.missing import need

TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The metrics of one server.

    Raises:
        MissingLibraryError: if prometheus-client is not installed.
    """

    def __init__(self) -> None:
        client = need("prometheus_client", "'irsmith[serve]'")
        self._client = client
        self._registry = client.CollectorRegistry()
        more = {"registry": self._registry}
        self.requests: Any = client.Counter("irsmith_requests", "Requests to /score, by status", ["status"], **more)
        self.answers: Any = client.Counter("irsmith_answers", "Answers scored, by symptom", ["symptom"], **more)
        self.waiting: Any = client.Gauge("irsmith_waiting_answers", "Answers that wait", **more)
        self.workers: Any = client.Gauge("irsmith_workers", "Processes that can score now", **more)
        self.lost: Any = client.Counter("irsmith_lost_workers", "Processes that were lost and replaced", **more)
        self._sizes: Any = client.Histogram(
            "irsmith_batch_answers", "Answers in a batch", buckets=(1, 2, 5, 10, 20, 40, 80, 160), **more
        )
        self._seconds: Any = client.Histogram("irsmith_batch_seconds", "Seconds that a batch took", **more)
        self.latency: Any = client.Histogram("irsmith_request_seconds", "Seconds that a request took", **more)

    def batch(self, size: int, seconds: float) -> None:
        """Record a scored batch."""
        self._sizes.observe(size)
        self._seconds.observe(seconds)

    def scored(self, scores: Iterable[Mapping[str, Any]]) -> None:
        """Record scored answers."""
        for each in scores:
            self.answers.labels(each["symptom"] or "accepted").inc()

    def to_text(self) -> bytes:
        """Return all metrics in the text format of ``/metrics``."""
        return self._client.generate_latest(self._registry)
