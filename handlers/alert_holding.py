"""What nobody is told of: alerts that are not grave enough, inhibited, silenced, or within a maintenance window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.alert_delivery import Known
from handlers.context import Context
from models import alerting
from models.alert_policy import Action, Maintenance
from models.records import alert as records
from models.records import silence as silences
from models.records.alert import Alert, AlertParent, Fresh, Hold
from models.records.base import put_all
from models.records.silence import Silence

LOOKED_AT = timedelta(hours=1)
"""An inhibited alert is looked at again when one that inhibits others has ended, and now and then besides."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds at one moment. inhibited: the keys by which an alert is inhibited now."""

    ctx: Context
    silences: Sequence[Silence]
    inhibited: set[str]

    @classmethod
    def of(cls, ctx: Context, alerts: Sequence[Known]) -> "Holding":
        """Give what holds now for some alerts, which may inhibit one another."""
        rules = ctx.policy.alerts.inhibit
        silenced = silences.of_labels(ctx.session, ctx.now)
        if not rules:
            return cls(ctx, silenced, set())
        wanted = {key for one in alerts for key in alerting.inhibited_by(rules, one.labels)}
        among = {key for one in alerts for key in alerting.inhibits(rules, one.labels)}
        known = records.inhibiting(ctx.session, wanted) if wanted else set()
        return cls(ctx, silenced, known | among)

    def hold(self, alert: Known) -> tuple[Hold, datetime | None] | None:
        """Give why an alert is only kept, and when that is looked at again; None where it is told of."""
        now, policy = self.ctx.now, self.ctx.policy.alerts
        if policy.action(alert.severity) is Action.KEEP:
            return Hold.KEPT, None
        ends = [one.ends(self.ctx.policy.zone) for one in policy.maintenance if self._is_on(one, alert)]
        if ends:
            return Hold.MAINTENANCE, max(ends)
        silence = next((one for one in self.silences if one.is_of(alert.labels)), None)
        if silence is not None:
            return Hold.SILENCED, silence.until
        if any(key in self.inhibited for key in alerting.inhibited_by(policy.inhibit, alert.labels)):
            return Hold.INHIBITED, now + LOOKED_AT
        return None

    def _is_on(self, window: Maintenance, alert: Known) -> bool:
        """Say whether a window is on, and an alert's service the one that is worked on."""
        is_its = window.service is None or window.service == alert.service
        return is_its and window.is_on(self.ctx.now, self.ctx.policy.zone)


def keep_parents(ctx: Context, source: str, fresh: Sequence[Fresh]) -> None:
    """Keep what alerts that are just written inhibit while they fire."""
    if not ctx.policy.alerts.inhibit:
        return
    keys = {
        (one.fingerprint, one.starts_at): set(alerting.inhibits(ctx.policy.alerts.inhibit, one.labels)) for one in fresh
    }
    numbers = records.numbers(ctx.session, source, {identity for identity, of_it in keys.items() if of_it})
    rows = [{"alert_id": numbers[identity], "key": key} for identity in numbers for key in keys[identity]]
    put_all(ctx.session, AlertParent, rows)


def release(ctx: Context, ended: Sequence[Known]) -> None:
    """Let what is inhibited be looked at again, where one that inhibits others has ended."""
    if ctx.policy.alerts.inhibit and records.are_parents(
        ctx.session, [one.id for one in ended if isinstance(one, Alert)]
    ):
        records.release(ctx.session, Hold.INHIBITED, ctx.now)
