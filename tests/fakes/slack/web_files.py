"""files.*: the upload in three steps, and which files a message may show."""

import json
import re
from typing import Any

from tests.fakes.slack.arguments import Arguments
from tests.fakes.slack.workspace import File, Json, SlackError, Workspace

PNG = b"\x89PNG\r\n\x1a\n"


def get_upload_url(workspace: Workspace, call: Arguments) -> Json:
    """Begin an upload: give an address that takes the bytes, without a token."""
    name = call.need("filename", "invalid_arguments")
    length = call.need("length", "invalid_arguments")
    if not length.isdigit() or int(length) == 0:
        raise SlackError("invalid_arguments")
    file = File(workspace.new_id("F"), name, int(length), alt=call.text("alt_txt"))
    workspace.files[file.id] = file
    return {"ok": True, "upload_url": f"{workspace.base_url}/upload/{file.id}", "file_id": file.id}


def take(workspace: Workspace, file_id: str, content: bytes) -> tuple[int, str]:
    """Take the bytes of a file; give the status and the body of the answer."""
    file = workspace.files.get(file_id)
    if file is None or file.content:
        return 404, "not found"
    if len(content) != file.length:
        return 400, "wrong length"
    file.content = content
    return 200, f"OK - {len(content)}"


def complete_upload(workspace: Workspace, call: Arguments) -> Json:
    """End an upload; without a channel only the bot sees the file."""
    wanted = call.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments")
    done = [_completed(workspace, one) for one in wanted]
    return {"ok": True, "files": [{"id": file.id, "title": file.title} for file in done]}


def _completed(workspace: Workspace, wanted: Json) -> File:
    file = workspace.files.get(str(wanted.get("id")))
    if file is None or not file.content:
        raise SlackError("file_not_found")
    file.title, file.is_complete = str(wanted.get("title", "")), True
    return file


def check_pictures(workspace: Workspace, blocks: list[Any]) -> None:
    """Refuse a block that shows a file which is not there, is no picture, or is not processed yet."""
    problems = [
        f"invalid slack file [json-pointer:/blocks/{at}/slack_file]"
        for at, block in enumerate(blocks)
        if "slack_file" in block and not _can_show(workspace, block["slack_file"])
    ]
    if problems:
        messages = [f"[ERROR] {one}" for one in problems]
        raise SlackError("invalid_blocks", errors=problems, response_metadata={"messages": messages})


def _can_show(workspace: Workspace, shown: Any) -> bool:
    file_id = str(shown.get("id", "")) if isinstance(shown, dict) else json.dumps(shown)
    file = workspace.files.get(file_id)
    if not re.fullmatch(r"F[A-Z0-9]{8,}", file_id) or file is None or not file.is_complete:
        return False
    if workspace.files_process_for > 0:
        workspace.files_process_for -= 1
        return False
    return file.content.startswith(PNG)
