"""The parts of Slack's payloads that we read; whatever else stands in them is left alone."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Edited(_Payload):
    """The mark on a message that somebody edited."""

    ts: str


class Attachment(_Payload):
    """What an application hung on its message; the text of most alerts."""

    fallback: str | None = None
    pretext: str | None = None
    title: str | None = None
    text: str | None = None


class Standing(_Payload):
    """A reaction that stands on a message of the history. users: some of those who put it, where they are many."""

    name: str
    users: tuple[str, ...] = ()


class File(_Payload):
    """A file that was shared."""

    name: str | None = None
    title: str | None = None


class BotProfile(_Payload):
    """The app behind a bot's message."""

    name: str | None = None


class Sent(_Payload):
    """A message as it stands in an event, in another message's event, and in the history."""

    ts: str = ""
    subtype: str | None = None
    thread_ts: str | None = None
    user: str | None = None
    bot_id: str | None = None
    username: str | None = None
    bot_profile: BotProfile | None = None
    text: str | None = None
    edited: Edited | None = None
    attachments: tuple[Attachment, ...] | None = None
    files: tuple[File, ...] | None = None
    reactions: tuple[Standing, ...] = ()


class MessageEvent(Sent):
    """An event of type `message`: a message, or what became of one."""

    channel: str
    channel_type: str = ""
    deleted_ts: str | None = None
    message: Sent | None = None
    previous_message: Sent | None = None


class Item(_Payload):
    """What a reaction was put on."""

    type: str
    channel: str = ""
    ts: str = ""


class ReactionEvent(_Payload):
    """An event of type `reaction_added` or `reaction_removed`. item_user: None where no user wrote the message."""

    user: str
    reaction: str
    item: Item
    item_user: str | None = None
    event_ts: str


class Profile(_Payload):
    """What a member tells of themselves."""

    display_name: str | None = None
    real_name: str | None = None


class Account(_Payload):
    """A member of the workspace. deleted: deactivated; None where the payload does not tell, as some do not."""

    id: str
    deleted: bool | None = None
    profile: Profile | None = None


class UserEvent(_Payload):
    """An event of type `user_change`: anything of a member's profile, status or standing changed."""

    user: Account
    event_ts: str


class HomeEvent(_Payload):
    """An event of type `app_home_opened`. tab: `home` or `messages`."""

    user: str
    tab: str = ""
    event_ts: str


class Named(_Payload):
    """Anything with an id, and perhaps a name."""

    id: str
    name: str | None = None


class Command(_Payload):
    """A slash command."""

    command: str
    text: str = ""
    user_id: str
    channel_id: str
    channel_name: str = ""
    trigger_id: str
    response_url: str = ""
    thread_ts: str | None = None


class Container(_Payload):
    """Where the button is that was pressed."""

    channel_id: str = ""
    message_ts: str | None = None
    thread_ts: str | None = None
    is_ephemeral: bool = False


class Action(_Payload):
    """The button that was pressed."""

    type: str
    action_id: str
    value: str = ""
    action_ts: str = ""


class BlockActions(_Payload):
    """A payload of type `block_actions`."""

    user: Named
    trigger_id: str
    container: Container = Container()
    channel: Named | None = None
    message: Sent | None = None
    actions: tuple[Action, ...] = Field(min_length=1)
    response_url: str = ""


class Shortcut(_Payload):
    """A payload of type `shortcut`, from the whole workspace's menu, or `message_action`, from a message's."""

    callback_id: str
    user: Named
    trigger_id: str
    channel: Named | None = None
    message_ts: str | None = None
    message: Sent | None = None
    response_url: str = ""


class State(_Payload):
    """What was filled in, by block and element."""

    values: dict[str, dict[str, dict[str, Any]]] = {}


class InputBlock(_Payload):
    """One block of a form."""

    type: str = ""
    block_id: str = ""


class View(_Payload):
    """A submitted form."""

    id: str
    callback_id: str = ""
    private_metadata: str = ""
    state: State = State()
    blocks: tuple[InputBlock, ...] = ()

    @property
    def fields(self) -> list[str]:
        """The names of its inputs."""
        return [one.block_id for one in self.blocks if one.type == "input"]


class ViewSubmission(_Payload):
    """A payload of type `view_submission`."""

    user: Named
    trigger_id: str
    view: View
