"""Who the bot is in its workspace."""

from dataclasses import dataclass

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot's own ids, and its workspace. url: the workspace's address, with a slash at its end."""

    user: str
    bot: str
    team: str
    url: str

    @classmethod
    def of(cls, client: WebClient) -> "Identity":
        """Ask Slack whose token this is."""
        return cls.read(client.auth_test())

    @classmethod
    def read(cls, answer: SlackResponse) -> "Identity":
        """Read the answer of auth.test."""
        named = {name: str(answer.get(name) or "") for name in ("user_id", "bot_id", "team_id", "url")}
        return cls(named["user_id"], named["bot_id"], named["team_id"], f"{named['url'].rstrip('/')}/")
