"""What stands before Gradio on the way in: no uploads where nobody may add, no MCP tools without a token.

Here too: a bound on what strangers may ask, and `/health` for whatever watches over the server.

The tools are ours and not Gradio's: its MCP server exposes every listener that is not private, is not
covered by its login, and names tools after Python functions. The protocol needed here is small: JSON-RPC
over one address, each call answered at once (Model Context Protocol, streamable HTTP, revision 2025-06-18).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import StatedError
from rag.records import IndexState
from ui.access import Access
from ui.limits import Bound, Rate, stranger
from ui.programs import Program

MCP_PATH = "/mcp"
HEALTH_PATH = "/health"
MAX_BODY_BYTES = 1_000_000
VERSIONS = ("2025-06-18", "2025-03-26", "2024-11-05")
_UPLOAD = "/gradio_api/upload"
_PARSE, _INVALID, _UNKNOWN, _ARGUMENTS = -32700, -32600, -32601, -32602


class Doors:
    """ASGI middleware.

    Args:
        app: what lies behind.
        access: who may add documents.
        tools: for MCP; none keeps that door shut.
        token: which callers of the tools must show.
        state: what is indexed, for `/health`; None leaves it to what lies behind.
    """

    def __init__(
        self, app: ASGIApp, access: Access, tools: Sequence[Program] = (), token: str = "",
        state: Callable[[], IndexState] | None = None,
    ) -> None:  # fmt: skip
        self._app, self._access, self._token, self._state = app, access, token, state
        self._tools = {tool.name: tool for tool in tools}
        self._rate, self._bound = Rate(), Bound()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers for the doors; everything else goes on."""
        response = await self._answered(Request(scope, receive)) if scope["type"] == "http" else None
        await (response or self._app)(scope, receive, send)

    async def _answered(self, request: Request) -> Response | None:
        path = request.scope["path"].rstrip("/")
        if path == HEALTH_PATH and self._state and request.method in ("GET", "HEAD"):
            return await run_in_threadpool(self._health)
        who = stranger(request) if request.method == "POST" else ""
        if who and (why := self._rate.refusal(who)):
            return JSONResponse({"detail": why}, HTTPStatus.TOO_MANY_REQUESTS)
        if path == _UPLOAD and not self._access.login and (why := self._access.refusal(request)):
            return JSONResponse({"detail": why}, HTTPStatus.FORBIDDEN)
        return await self._mcp(request) if path == MCP_PATH and self._tools else None

    def _health(self) -> Response:
        assert self._state is not None
        try:
            state = self._state()
        except StatedError as error:
            return JSONResponse(
                {"status": "unavailable", "detail": str(error)}, HTTPStatus.SERVICE_UNAVAILABLE
            )
        # Behind a login nothing is told before it; whether the server is well is no secret.
        told = {} if self._access.login else {"generation": state.generation, "documents": state.documents}
        return JSONResponse({"status": "ok", **told})

    async def _mcp(self, request: Request) -> Response:
        if not self._knows(request):
            return JSONResponse(
                {"detail": "Show the token: Authorization: Bearer …"}, HTTPStatus.UNAUTHORIZED,
                {"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        if not _same_origin(request):
            return JSONResponse({"detail": "Another site's page may not call this."}, HTTPStatus.FORBIDDEN)
        if request.method != "POST":
            return Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY_BYTES:
                return JSONResponse(
                    {"detail": "The message is too large."}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                )
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            return _error(None, _PARSE, "This is not JSON.")
        if not isinstance(message, dict) or not isinstance(message.get("method"), str):
            return _error(None, _INVALID, "Send one JSON-RPC request.")
        if "id" not in message:  # a notification: nothing is answered
            return Response(status_code=HTTPStatus.ACCEPTED)
        return await self._answer(message["id"], message["method"], message.get("params") or {})

    def _knows(self, request: Request) -> bool:
        shown = request.headers.get("authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {self._token}".encode())

    async def _answer(self, id_: Any, method: str, params: Any) -> Response:
        if not isinstance(params, dict):
            return _error(id_, _ARGUMENTS, "params must be an object.")
        if method == "initialize":
            wanted = params.get("protocolVersion")
            version = wanted if wanted in VERSIONS else VERSIONS[0]
            about = {"name": "stated", "version": "1"}
            return _result(
                id_, {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": about}
            )
        if method == "ping":
            return _result(id_, {})
        if method == "tools/list":
            listed = [
                {"name": name, "description": tool.description, "inputSchema": tool.schema}
                for name, tool in self._tools.items()
            ]
            return _result(id_, {"tools": listed})
        if method == "tools/call":
            return await self._call(id_, params)
        return _error(id_, _UNKNOWN, f"There is no method {method[:60]!r}.")

    async def _call(self, id_: Any, params: dict[str, Any]) -> Response:
        tool = self._tools.get(str(params.get("name")))
        given = params.get("arguments") or {}
        if tool is None:
            return _error(id_, _ARGUMENTS, f"There is no tool {str(params.get('name'))[:60]!r}.")
        known, needed = set(tool.schema["properties"]), set(tool.schema["required"])
        if not isinstance(given, dict) or not needed <= set(given) <= known:
            return _error(id_, _ARGUMENTS, f"{tool.name} takes {sorted(known)} and needs {sorted(needed)}.")
        try:
            with self._bound.taken():
                value, failed = await run_in_threadpool(lambda: tool.function(**given)), False
        except StatedError as error:
            value, failed = {"error": str(error)}, True
        text = json.dumps(value, ensure_ascii=False)
        structured = value if isinstance(value, dict) else {"result": value}
        content = [{"type": "text", "text": text}]
        return _result(id_, {"content": content, "structuredContent": structured, "isError": failed})


def _same_origin(request: Request) -> bool:
    """A browser names the page that calls; programs name none."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


def _result(id_: Any, result: dict[str, Any]) -> Response:
    return JSONResponse({"jsonrpc": "2.0", "id": id_, "result": result})


def _error(id_: Any, code: int, words: str) -> Response:
    return JSONResponse({"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": words}})
