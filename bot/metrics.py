"""What is counted and timed, in a registry of its own for each running bot."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The figures that an operator watches."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter(
            "watchbill_events", "Events taken, by outcome.", ("platform", "kind", "outcome"), registry=self.registry
        )
        self.intake_seconds = Histogram(
            "watchbill_intake_seconds",
            "From an event in hand to its commit.",
            ("kind",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.sends = Counter(
            "watchbill_sends",
            "Calls to a chat platform, by outcome.",
            ("platform", "effect", "outcome"),
            registry=self.registry,
        )
        self.send_delay = Histogram(
            "watchbill_send_delay_seconds",
            "From the decision to its delivery.",
            ("platform", "purpose"),
            buckets=(*_SECONDS, 30, 60, 300),
            registry=self.registry,
        )
        self.doubtful = Counter(
            "watchbill_doubtful_sends",
            "Posts of unknown outcome that were tried again without being found.",
            ("platform",),
            registry=self.registry,
        )
        self.owed = Gauge("watchbill_outbox_owed", "Effects not settled yet.", registry=self.registry)
        self.chat_up = Gauge(
            "watchbill_chat_up", "Whether events can come from a platform.", ("platform",), registry=self.registry
        )
        self.deliveries = Counter(
            "watchbill_hook_deliveries",
            "Deliveries of monitoring systems, by what they were answered.",
            ("sender", "status"),
            registry=self.registry,
        )
        self.healthchecks = Counter(
            "watchbill_healthcheck_calls", "Calls of healthcheck_url, by outcome.", ("outcome",), registry=self.registry
        )
        self.job_failures = Counter("watchbill_job_failures", "Jobs that failed.", ("job",), registry=self.registry)

    def render(self) -> bytes:
        """Give the figures in Prometheus' text format."""
        return generate_latest(self.registry)
