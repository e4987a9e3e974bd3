"""The arguments of one Web API call, whether they came as a query, a form or JSON."""

import json
from typing import Any

from tests.fakes.slack.workspace import Json, SlackError


class Arguments:
    """values: as received; forms carry blocks and views as JSON text, JSON bodies as they are."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else str(value)

    def need(self, name: str, error: str = "invalid_arguments") -> str:
        value = self.text(name)
        if not value:
            messages = [f"[ERROR] missing required field: {name}"]
            raise SlackError(error, response_metadata={"messages": messages})
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.text(name, "1" if default else "0").lower()
        return value in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdigit():
            raise SlackError("invalid_arguments")
        return int(value)

    def words(self, name: str) -> list[str]:
        value = self.values.get(name)
        parts = value if isinstance(value, list) else self.text(name).split(",")
        return [str(one).strip() for one in parts if str(one).strip()]

    def structure(self, name: str, error: str) -> Any:
        """Give a nested value, None where there is none."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise SlackError(error) from None
