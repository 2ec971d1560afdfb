"""Who may do what on the page: asking is for all who reach it, changing its documents is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from rag.errors import StatedError

LOGIN_VARIABLE = "STATED_AUTH"
TOKEN_VARIABLE = "STATED_MCP_TOKEN"  # noqa: S105 - the variable's name, not a token
MIN_TOKEN_CHARACTERS = 16
_CLOSED = (
    "Others can reach this page and it has no login, so documents cannot be added or removed and evaluations "
    f"not started here: set {LOGIN_VARIABLE}=NAME:PASSWORD and open it again."
)


@dataclass(frozen=True, slots=True)
class Access:
    """``login`` is needed for everything where it is set; ``reachable`` is whether others can come here."""

    login: tuple[str, str] | None = None
    reachable: bool = False

    def refusal(self, request: Any) -> str:
        """Why this visitor may not change anything; "" where they may.

        Args:
            request: Gradio's; a call by a listener's index has one too.
        """
        if self.login:
            user = getattr(request, "username", None)
            return "" if user == self.login[0] else "Log in first: only then can documents be changed."
        headers = {name.lower() for name in dict(getattr(request, "headers", None) or {})}
        # Behind a proxy the page listens to itself alone, and yet others reach it.
        forwarded = headers & {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"}
        return _CLOSED if self.reachable or forwarded else ""

    @property
    def takes_files(self) -> bool:
        return bool(self.login) or not self.reachable


def read_access(host: str, environment: Mapping[str, str]) -> Access:
    """The rules for a page at ``host``.

    Raises:
        StatedError: ``STATED_AUTH`` is not NAME:PASSWORD.
    """
    given = environment.get(LOGIN_VARIABLE, "")
    name, colon, password = given.partition(":")
    if given and not (name.strip() and colon and password):
        raise StatedError(f"{LOGIN_VARIABLE} must be NAME:PASSWORD, for example editor:a-long-password.")
    return Access((name.strip(), password) if given else None, not is_loopback(host))


def read_token(environment: Mapping[str, str]) -> str:
    """The token that programs must show to use the MCP tools.

    Raises:
        StatedError: there is none, or it can be guessed.
    """
    token = environment.get(TOKEN_VARIABLE, "").strip()
    if len(token) < MIN_TOKEN_CHARACTERS or not token.isascii():
        raise StatedError(
            f"--mcp needs a token: set {TOKEN_VARIABLE} to at least {MIN_TOKEN_CHARACTERS} letters or digits"
            " that cannot be guessed."
        )
    return token


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
