"""The realtime side: DDP over websockets, one `Peer` for each connection."""

import asyncio
import json
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.rocketchat.workspace import Json, Room, User, Workspace, for_ddp

STREAMS = ("stream-room-messages", "stream-notify-room", "stream-notify-user")


class Peer:
    """One connection. subscriptions: (stream, name) by their id."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.user: User | None = None
        self.is_connected = False
        self.subscriptions: dict[str, tuple[str, str]] = {}

    async def send(self, frame: Json) -> None:
        if not self.socket.closed:
            try:
                await self.socket.send_str(json.dumps(frame))
            except ConnectionError:
                return

    def wants(self, stream: str, name: str) -> bool:
        return (stream, name) in self.subscriptions.values()


class Stream:
    """All connections. is_deaf: what happens is told to nobody. refused: streams that cannot be subscribed to."""

    def __init__(self, workspace: Workspace, bot: User, loop: asyncio.AbstractEventLoop) -> None:
        self.workspace, self.bot, self.loop = workspace, bot, loop
        self.token = ""
        self.peers: list[Peer] = []
        self.opened = 0
        self.is_deaf = False
        self.closes_at_once = False
        self.is_busy = False
        self.refused: set[str] = set()
        self.pongs = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=4 * 1024 * 1024)
        await socket.prepare(request)
        self.opened += 1
        if self.closes_at_once:
            await socket.close()
            return socket
        peer = Peer(socket)
        await peer.send({"server_id": "0"})
        try:
            async for frame in socket:
                if frame.type == WSMsgType.TEXT:
                    await self._take(peer, json.loads(frame.data))
        finally:
            self._forget(peer)
        return socket

    def _forget(self, peer: Peer) -> None:
        with self.workspace.lock:
            if peer in self.peers:
                self.peers.remove(peer)
            self.workspace.lock.notify_all()

    async def _take(self, peer: Peer, frame: Json) -> None:
        kind = frame.get("msg")
        if kind == "connect":
            peer.is_connected = frame.get("version") == "1"
            answer: Json = (
                {"msg": "connected", "session": "s"} if peer.is_connected else {"msg": "failed", "version": "1"}
            )
            await peer.send(answer)
        elif kind == "ping":
            await peer.send({"msg": "pong"})
        elif kind == "pong":
            self.pongs += 1
        elif kind == "method" and peer.is_connected:
            await self._call(peer, frame)
        elif kind == "sub" and peer.is_connected:
            await self._subscribe(peer, frame)

    async def _call(self, peer: Peer, frame: Json) -> None:
        answer: Json = {"msg": "result", "id": frame["id"]}
        resume = (frame.get("params") or [{}])[0].get("resume")
        if self.is_busy:
            answer["error"] = {"isClientSafe": True, "error": "too-many-requests", "reason": "Please slow down."}
        elif frame.get("method") != "login" or resume != self.token or not self.bot.is_active:
            answer["error"] = {"isClientSafe": True, "error": 403, "reason": "You've been logged out by the server."}
        else:
            peer.user = self.bot
            answer["result"] = {"id": self.bot.id, "token": resume, "type": "resume"}
        await peer.send(answer)
        await peer.send({"msg": "updated", "methods": [frame["id"]]})

    async def _subscribe(self, peer: Peer, frame: Json) -> None:
        stream, name = frame["name"], str(frame["params"][0])
        room = self.workspace.rooms.get(name.split("/", maxsplit=1)[0])
        is_mine = name == "__my_messages__" or name.startswith(f"{self.bot.id}/")
        may = peer.user is not None and (is_mine or (room is not None and self.bot.username in room.members))
        if stream not in STREAMS or stream in self.refused or not may:
            await peer.send({"msg": "nosub", "id": frame["id"], "error": {"error": "not-allowed"}})
            return
        peer.subscriptions[frame["id"]] = (stream, name)
        await peer.send({"msg": "ready", "subs": [frame["id"]]})
        with self.workspace.lock:
            if name == "__my_messages__":
                self.peers.append(peer)
            self.workspace.lock.notify_all()

    def emit(self, stream: str, name: str, arguments: list[Any], room: Room | None) -> None:
        """Tell whoever subscribed; from any thread."""
        if self.is_deaf:
            return
        told = json.loads(json.dumps(for_ddp(arguments)))
        for peer in [*self.peers]:
            for event, extra in self._names(peer, stream, name, room):
                fields = {"eventName": event, "args": [*told, *extra]}
                frame = {"msg": "changed", "collection": stream, "id": "id", "fields": fields}
                self.soon(peer.send(frame))

    def _names(self, peer: Peer, stream: str, name: str, room: Room | None) -> list[tuple[str, list[Json]]]:
        found: list[tuple[str, list[Json]]] = [(name, [])] if peer.wants(stream, name) else []
        if stream == "stream-room-messages" and room is not None and peer.wants(stream, "__my_messages__"):
            takes_part = self.bot.username in room.members
            if takes_part or room.t == "c":
                about = {"roomParticipant": takes_part, "roomType": room.t, "roomName": room.name}
                found.append(("__my_messages__", [about]))
        return found

    def soon(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop)

    def cut(self) -> None:
        """Break every connection without a word."""
        self.loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for peer in [*self.peers]:
            transport = peer.socket._req.transport if peer.socket._req is not None else None
            if transport is not None:
                transport.abort()

    async def raw(self, frame: str | bytes) -> None:
        for peer in [*self.peers]:
            await (peer.socket.send_bytes(frame) if isinstance(frame, bytes) else peer.socket.send_str(frame))
