"""What the bot would have done over somebody's own history: judged message by message, counted, and nothing kept.

The same rules as in `handlers/requests.py`, without a store: bursts, an author's own replies, who answered first. What
people would have answered to the bot's questions nobody knows; they are counted as questions.
"""

import heapq
import re
from array import array
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.exports.lines import EPOCH
from bot.exports.post import Post
from models.policy import ChannelKind, Policy
from models.triage.classifier import Classifier
from models.triage.verdict import RequestClass, Verdict

DOUBTFUL = 20
_LONGEST_WAIT = timedelta(days=14)  # for a first answer; later ones are hardly one
_MOST_WAITING = 20_000
_SHOWN = 600  # characters of a doubtful message

_WORDS: tuple[tuple[str, ChannelKind], ...] = (
    ("alert", ChannelKind.ALERTS),
    ("sos", ChannelKind.SOS),
    ("incident", ChannelKind.SOS),
    ("emergency", ChannelKind.SOS),
    ("how", ChannelKind.HOW_TO),
    ("help", ChannelKind.HOW_TO),
    ("support", ChannelKind.HOW_TO),
    ("question", ChannelKind.HOW_TO),
    ("operation", ChannelKind.OPERATIONS),
    ("ops", ChannelKind.OPERATIONS),
    ("platform", ChannelKind.OPERATIONS),
    ("general", ChannelKind.GENERAL),
    ("random", ChannelKind.GENERAL),
)


def kind_by_name(channel: str) -> ChannelKind | None:
    """Give what a channel is for, as its name tells or is one itself; None where it tells nothing."""
    name = channel.lower()
    if name in tuple(ChannelKind):
        return ChannelKind(name)
    parts = re.split(r"[^a-z0-9]+", name)
    return next((kind for word, kind in _WORDS if any(part.startswith(word) for part in parts)), None)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message about which the triage was in doubt. margin: between its two likeliest classes."""

    margin: float
    text: str
    channel: str
    kind: ChannelKind | None
    said: RequestClass
    runner_up: RequestClass
    confidence: float


@dataclass(slots=True)
class _Open:
    """A request that may still be raised or answered."""

    post: Post
    kind: ChannelKind | None
    request_class: RequestClass
    last: Post
    is_pinged: bool = False
    is_answered: bool = False


@dataclass
class Rehearsal:
    """Counts what the bot would have done.

    kinds: the channels' kinds; None: guessed from their names. Days and hours are those of `zone`.
    """

    classifier: Classifier
    policy: Policy
    zone: ZoneInfo
    kinds: Mapping[str, ChannelKind] | None = None
    read: int = 0
    judged: int = 0
    requests: Counter[tuple[str, RequestClass]] = field(default_factory=Counter)
    pings: Counter[tuple[str, RequestClass]] = field(default_factory=Counter)
    pings_by_day: Counter[date] = field(default_factory=Counter)
    pings_by_hour: Counter[int] = field(default_factory=Counter)
    questions: int = 0
    first: date | None = None
    last: date | None = None
    waits: dict[RequestClass, "array[float]"] = field(default_factory=dict)
    _doubts: list[tuple[float, int, Doubt]] = field(default_factory=list)
    _open: "OrderedDict[tuple[str, str], _Open]" = field(default_factory=OrderedDict)
    _latest: dict[tuple[str, str], _Open] = field(default_factory=dict)
    _channel: str = ""

    def kind_of(self, channel: str) -> ChannelKind | None:
        """Give what a channel is for."""
        return kind_by_name(channel) if self.kinds is None else self.kinds.get(channel)

    def see(self, post: Post) -> None:
        """Take note of one message. They come channel by channel or all together, in order of their time."""
        self.read += 1
        self._count_day(post)
        kind = self.kind_of(post.channel)
        if post.is_bot or kind is ChannelKind.ALERTS or (self.kinds is not None and kind is None):
            return
        if post.thread is not None:
            self._reply(post)
        else:
            self._message(post, kind)

    def doubts(self) -> list[Doubt]:
        """Give the most doubtful messages, the most doubtful first."""
        return [doubt for _, _, doubt in sorted(self._doubts, reverse=True)]

    def _count_day(self, post: Post) -> None:
        if post.at != EPOCH:
            day = post.at.astimezone(self.zone).date()
            self.first, self.last = min(self.first or day, day), max(self.last or day, day)

    def _judge(self, text: str, kind: ChannelKind | None) -> Verdict:
        policy = self.policy
        return self.classifier.classify(text, kind, services=policy.services, costs=policy.triage.costs)

    def _message(self, post: Post, kind: ChannelKind | None) -> None:
        self.judged += 1
        verdict = self._judge(post.text, kind)
        self._doubt(post, kind, verdict)
        before = self._latest.get((post.channel, post.author)) if post.author else None
        if before is not None and post.at != EPOCH and post.at - before.last.at <= self.policy.triage.burst:
            before.last = post
            self._raise(before, verdict)
        elif verdict.is_request_in(kind):
            self._begin(post, kind, verdict)

    def _begin(self, post: Post, kind: ChannelKind | None, verdict: Verdict) -> None:
        if verdict.ask:
            self.questions += 1
        applied = verdict.graver if verdict.ask and kind is ChannelKind.SOS else verdict.otherwise
        found = _Open(post, kind, applied, post)
        self.requests[post.channel, applied] += 1
        self._ping(found)
        self._open[post.channel, post.message] = self._latest[post.channel, post.author] = found
        if len(self._open) > _MOST_WAITING:
            self._forget(post)

    def _forget(self, now: Post) -> None:
        """Forget what nobody will answer any more, so that a million messages fit in the memory."""
        while len(self._open) > _MOST_WAITING // 2:
            self._open.popitem(last=False)
        self._latest = {key: each for key, each in self._latest.items() if now.at - each.last.at <= timedelta(hours=1)}

    def _raise(self, found: _Open, verdict: Verdict) -> None:
        if verdict.ask or verdict.request_class.gravity <= found.request_class.gravity:
            return
        self.requests[found.post.channel, found.request_class] -= 1
        found.request_class = verdict.request_class
        self.requests[found.post.channel, found.request_class] += 1
        self._ping(found)

    def _ping(self, found: _Open) -> None:
        is_general = found.kind is ChannelKind.GENERAL and found.request_class is not RequestClass.URGENT
        if found.is_pinged or not found.request_class.is_grave or is_general:
            return
        found.is_pinged = True
        self.pings[found.post.channel, found.request_class] += 1
        if found.last.at != EPOCH:
            local = found.last.at.astimezone(self.zone)
            self.pings_by_day[local.date()] += 1
            self.pings_by_hour[local.hour] += 1

    def _reply(self, post: Post) -> None:
        found = self._open.get((post.channel, post.thread or ""))
        if found is None or post.at - found.post.at > _LONGEST_WAIT:
            return
        if post.author == found.post.author:
            self._raise(found, self._judge(post.text, found.kind))
        elif not found.is_answered:
            found.is_answered = True
            wait = (post.at - found.post.at).total_seconds()
            self.waits.setdefault(found.request_class, array("d")).append(wait)

    def _doubt(self, post: Post, kind: ChannelKind | None, verdict: Verdict) -> None:
        likeliest, second = sorted((share for _, share in verdict.probabilities), reverse=True)[:2]
        margin = likeliest - second
        is_full = len(self._doubts) == DOUBTFUL
        if is_full and -self._doubts[0][0] <= margin:
            return
        if any(doubt.text == post.text[:_SHOWN] for _, _, doubt in self._doubts):
            return
        doubt = Doubt(
            margin, post.text[:_SHOWN], post.channel, kind, verdict.request_class, verdict.runner_up, verdict.confidence
        )
        keep = heapq.heappushpop if is_full else heapq.heappush
        keep(self._doubts, (-margin, -self.read, doubt))
