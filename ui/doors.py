"""What stands before Gradio on the way in: no uploads where nobody may add, no MCP tools without a token.

The tools are ours and not Gradio's: its MCP server exposes every listener that is not private, is not
covered by its login, and names tools after Python functions. The protocol needed here is small: JSON-RPC
over one address, each call answered at once (Model Context Protocol, streamable HTTP, revision 2025-06-18).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import StatedError
from ui.access import Access
from ui.programs import Program

MCP_PATH = "/mcp"
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
    """

    def __init__(self, app: ASGIApp, access: Access, tools: Sequence[Program] = (), token: str = "") -> None:
        self._app, self._access, self._token = app, access, token
        self._tools = {tool.name: tool for tool in tools}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers for the two doors; everything else goes on."""
        path = scope["path"].rstrip("/") if scope["type"] == "http" else ""
        request = Request(scope, receive) if path in (MCP_PATH, _UPLOAD) else None
        if request and path == _UPLOAD and not self._access.login and (why := self._access.refusal(request)):
            await JSONResponse({"detail": why}, HTTPStatus.FORBIDDEN)(scope, receive, send)
        elif request and path == MCP_PATH and self._tools:
            response = await self._mcp(request)
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)

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
