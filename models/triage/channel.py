"""What the channel tells before a word is read: how often each class is posted in each kind of channel."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from models.policy import ChannelKind
from models.triage.model import CLASSES
from models.triage.verdict import RequestClass

_SHARES: Mapping[RequestClass, Mapping[ChannelKind, float]] = MappingProxyType(
    {
        RequestClass.URGENT: {
            ChannelKind.SOS: 0.55,
            ChannelKind.HOW_TO: 0.20,
            ChannelKind.OPERATIONS: 0.20,
            ChannelKind.GENERAL: 0.05,
        },
        RequestClass.PLATFORM: {
            ChannelKind.SOS: 0.20,
            ChannelKind.HOW_TO: 0.25,
            ChannelKind.OPERATIONS: 0.50,
            ChannelKind.GENERAL: 0.05,
        },
        RequestClass.COMMUNITY: {
            ChannelKind.SOS: 0.10,
            ChannelKind.HOW_TO: 0.70,
            ChannelKind.OPERATIONS: 0.15,
            ChannelKind.GENERAL: 0.05,
        },
        RequestClass.NONE: {
            ChannelKind.SOS: 0.15,
            ChannelKind.HOW_TO: 0.40,
            ChannelKind.OPERATIONS: 0.30,
            ChannelKind.GENERAL: 0.15,
        },
    }
)


def log_shares(channel: ChannelKind | None) -> list[float]:
    """Give ln P(channel | class) for each class; zeros where the channel tells nothing (unknown, alerts)."""
    if channel is None or channel is ChannelKind.ALERTS:
        return [0.0] * len(CLASSES)
    return [math.log(_SHARES[each][channel]) for each in CLASSES]
