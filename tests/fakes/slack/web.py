"""The Web API: which methods there are, what each needs, and how a call is answered."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.slack import web_chat, web_conversations, web_files, web_groups, web_views
from tests.fakes.slack.arguments import Arguments
from tests.fakes.slack.faults import Fault, Faults
from tests.fakes.slack.rates import Rates
from tests.fakes.slack.workspace import Json, SlackError, Workspace

Answerer = Callable[[Workspace, Arguments], Json]


@dataclass(frozen=True)
class Method:
    """scope: '' where none is needed or where it depends on the channel (then the answerer asks for it)."""

    answer: Answerer
    scope: str = ""
    tier: int = 3


METHODS: dict[str, Method] = {
    "auth.test": Method(web_groups.auth_test, tier=0),
    "bots.info": Method(web_groups.bots_info, "users:read"),
    "chat.delete": Method(web_chat.delete_message, "chat:write"),
    "chat.getPermalink": Method(web_chat.get_permalink, tier=0),
    "chat.postEphemeral": Method(web_chat.post_ephemeral, "chat:write", 4),
    "chat.postMessage": Method(web_chat.post_message, "chat:write", 0),
    "chat.update": Method(web_chat.update_message, "chat:write"),
    "conversations.history": Method(web_conversations.history),
    "conversations.info": Method(web_conversations.info),
    "conversations.join": Method(web_conversations.join, "channels:join"),
    "conversations.list": Method(web_conversations.list_channels, tier=2),
    "conversations.members": Method(web_conversations.members, tier=4),
    "conversations.open": Method(web_conversations.open_direct),
    "conversations.replies": Method(web_conversations.replies),
    "conversations.setTopic": Method(web_conversations.set_topic, tier=2),
    "files.completeUploadExternal": Method(web_files.complete_upload, "files:write", 4),
    "files.getUploadURLExternal": Method(web_files.get_upload_url, "files:write", 4),
    "reactions.add": Method(web_chat.add_reaction, "reactions:write"),
    "reactions.get": Method(web_chat.get_reactions, "reactions:read"),
    "reactions.remove": Method(web_chat.remove_reaction, "reactions:write", 2),
    "team.info": Method(web_groups.team_info, "team:read"),
    "usergroups.disable": Method(web_groups.disable_group, "usergroups:write", 2),
    "usergroups.enable": Method(web_groups.enable_group, "usergroups:write", 2),
    "usergroups.list": Method(web_groups.list_groups, "usergroups:read", 2),
    "usergroups.users.list": Method(web_groups.list_group_users, "usergroups:read", 2),
    "usergroups.users.update": Method(web_groups.update_group_users, "usergroups:write", 2),
    "users.conversations": Method(web_conversations.list_own_channels),
    "users.info": Method(web_conversations.users_info, "users:read", 4),
    "users.list": Method(web_conversations.users_list, "users:read", 2),
    "users.lookupByEmail": Method(web_conversations.lookup_by_email, "users:read.email"),
    "views.open": Method(web_views.open_view, tier=4),
    "views.publish": Method(web_views.publish_view, tier=4),
    "views.push": Method(web_views.push_view, tier=4),
    "views.update": Method(web_views.update_view, tier=4),
}


@dataclass
class Call:
    """One call as it was received and answered.

    at: monotonic seconds. status: 0 where no answer was given. body: the answer as sent, or as it would have been.
    """

    method: str
    args: Json
    at: float
    status: int = 0
    body: str = "{}"
    fault: str = ""

    @property
    def answer(self) -> Json:
        answer: Json = json.loads(self.body)
        return answer

    @property
    def error(self) -> str:
        return str(self.answer.get("error", ""))


@dataclass
class WebApi:
    """open_connection: gives the address of a new websocket.

    refused: the error that both tokens are answered with, '' while they are good.
    """

    workspace: Workspace
    bot_token: str
    app_token: str
    rates: Rates
    open_connection: Callable[[], str]
    faults: Faults = field(default_factory=Faults)
    refused: str = ""
    calls: list[Call] = field(default_factory=list)

    def answer(self, method: str, token: str, values: Json) -> tuple[Call, dict[str, str]]:
        """Answer one call; give its record and the headers to send."""
        call = Call(method, values, time.monotonic())
        headers: dict[str, str] = {}
        with self.workspace.lock:
            try:
                call.fault = self.faults.take(method, str(values.get("channel", "")))
                if call.fault not in {Fault.HANG, Fault.CUT}:
                    call.body, call.status = json.dumps(self._done(method, token, Arguments(values))), 200
            except SlackError as refusal:
                call.body, call.status, headers = json.dumps(refusal.body), refusal.status, refusal.headers
            if call.fault:
                call.status = 0
            self.calls.append(call)
            self.workspace.changed()
        return call, headers | {"x-oauth-scopes": ",".join(sorted(self.workspace.scopes))}

    def _done(self, method: str, token: str, call: Arguments) -> Json:
        self._check_token(method, token)
        if method == "apps.connections.open":
            self.rates.check(method, 1, "")
            return {"ok": True, "url": self.open_connection()}
        found = METHODS.get(method)
        if found is None:
            raise SlackError("unknown_method", req_method=method)
        self.rates.check(method, found.tier, call.text("channel"))
        if found.scope:
            self.workspace.require_scope(found.scope)
        return found.answer(self.workspace, call)

    def _check_token(self, method: str, token: str) -> None:
        if not token:
            raise SlackError("not_authed")
        if token not in {self.bot_token, self.app_token}:
            raise SlackError("invalid_auth")
        if self.refused:
            raise SlackError(self.refused)
        wanted = self.app_token if method == "apps.connections.open" else self.bot_token
        if token != wanted:
            raise SlackError("not_allowed_token_type")
