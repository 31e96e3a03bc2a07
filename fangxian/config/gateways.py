"""The SMS gateway of an installation, described in FANGXIAN_HOME/sms.toml.

    url = "https://sms.example.cn/send"
    body = '{"mobile": "{phone}", "content": "{text}"}'

    [headers]
    Content-Type = "application/json"
    Authorization = "Bearer …"

    [success]
    json = { code = 0 }

`{phone}` and `{text}` are filled into the address and the body, each escaped as it must be there.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fangxian.config.environment import BadSetting

FILE = "sms.toml"
PHONE, TEXT = "{phone}", "{text}"


class Success(BaseModel):
    """When the gateway took the message; all that is given must hold."""

    model_config = ConfigDict(extra="forbid")

    status: list[int] = Field(default=list(range(200, 300)), min_length=1)
    contains: str = ""
    json_: dict[str, str | int | bool] = Field(default_factory=dict, alias="json")

    def holds(self, status: int, answer: str) -> bool:
        """Whether this answer says that the message was taken."""
        if status not in self.status or self.contains not in answer:
            return False
        return not self.json_ or self._matches(answer)

    def _matches(self, answer: str) -> bool:
        try:
            told = json.loads(answer)
        except ValueError:
            return False
        return all(_at(told, name) == value for name, value in self.json_.items())


def _at(told: Any, name: str) -> Any:
    """The value at a dotted name: `result.code`."""
    for part in name.split("."):
        told = told.get(part) if isinstance(told, dict) else None
    return told


class SmsGateway(BaseModel):
    """How one text message is handed to the gateway, over HTTP."""

    model_config = ConfigDict(extra="forbid")

    url: str
    method: Literal["GET", "POST", "PUT"] = "POST"
    headers: dict[str, str] = Field(default_factory=dict)
    body: str = ""
    success: Success = Field(default_factory=Success)

    @model_validator(mode="after")
    def _complete(self) -> SmsGateway:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url: write the gateway's address, https://…")
        for placeholder in (PHONE, TEXT):
            if placeholder not in self.url + self.body:
                raise ValueError(f"{placeholder} stands neither in url nor in body: put it there")
        return self

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON, by its content type."""
        kinds = [value for name, value in self.headers.items() if name.lower() == "content-type"]
        return any("json" in kind for kind in kinds)

    def address(self, phone: str, text: str) -> str:
        """The URL for one message."""
        return _filled(self.url, quote(phone, safe=""), quote(text, safe=""))

    def content(self, phone: str, text: str) -> bytes:
        """The body for one message."""
        if self.is_json:
            return _filled(self.body, json.dumps(phone)[1:-1], json.dumps(text)[1:-1]).encode()
        return _filled(self.body, quote(phone, safe=""), quote(text, safe="")).encode()


def _filled(template: str, phone: str, text: str) -> str:
    before, found, after = template.partition(TEXT)
    # The text is put in last, and only once looked at: it may itself hold a placeholder.
    return before.replace(PHONE, phone) + (text + _filled(after, phone, text) if found else "")


def sms_gateway(home: Path) -> SmsGateway | None:
    """The gateway that the installation describes; None without one.

    Raises BadSetting with one line on what to change.
    """
    path = home / FILE
    try:
        return SmsGateway.model_validate(tomllib.loads(path.read_text()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        raise BadSetting(f"{path}: {_one_line(error)}") from None


def _one_line(error: ValidationError) -> str:
    """The first fault, without the value: it may be a secret."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    text = first["msg"].removeprefix("Value error, ")
    return f"{where}: {text}" if where else text
