"""A picture brought to Slack: uploaded without a channel, and shown by a block of the message that it belongs to.

Source: Slack, "Working with files", the image block's `slack_file`. The upload is finished in the background: until
then a message that shows the file is refused with `invalid_blocks`.
"""

import time
from collections.abc import Callable

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.chat import picture
from bot.chat.slack.failures import LOST, code, reason
from bot.chat.slack.render import Json
from models.chart import Chart

WAITS = (0.0, 0.5, 1.0, 2.0)
"""How many seconds are waited before each try to show a file that was just uploaded."""

LONGEST_ALT = 2_000

log = structlog.get_logger(__name__)

Posting = Callable[[list[Json]], SlackResponse]


def post_with(client: WebClient, chart: Chart, post: Posting, sleep: Callable[[float], None] = time.sleep) -> Json:
    """Post a message with a picture, and give Slack's answer; without it, where Slack does not take the picture.

    post: posts with some more blocks; what it raises for another reason than the picture is raised.
    """
    shown = _uploaded(client, chart)
    for wait in WAITS if shown is not None else ():
        sleep(wait)
        try:
            return _answered(post([shown] if shown is not None else []))
        except SlackApiError as error:
            if code(error) != "invalid_blocks":
                raise
    if shown is not None:
        log.warning("slack.picture_left_out", reason="not processed in time")
    return _answered(post([]))


def _answered(answer: SlackResponse) -> Json:
    return {"channel": answer["channel"], "ts": answer["ts"]}


def _uploaded(client: WebClient, chart: Chart) -> Json | None:
    """Give the block that shows a picture, which is uploaded; None where Slack refuses it, or is away."""
    alt = chart.alt[:LONGEST_ALT]
    try:
        done = client.files_upload_v2(
            filename="requests.png", content=picture.png(chart), title=chart.title, alt_txt=alt
        )
    except (SlackClientError, *LOST) as error:
        log.warning("slack.picture_left_out", reason=reason(error))
        return None
    return {"type": "image", "slack_file": {"id": done["files"][0]["id"]}, "alt_text": alt}
