"""A backend writes a whole sentence or fails in one plain line, in time, and keeps its key to itself."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag.embedded import CONTEXT_TOKENS, EmbeddedBackend
from rag.errors import BackendError
from rag.generation import Backend, WordingRequest, check_ending, open_backend, relay
from rag.records import ClaimKind, Verdict
from rag.remote import RemoteBackend
from rag.settings import Settings

KEY = "sk-sesame-open"
REQUEST = WordingRequest(
    question="Which glass does the lamp have?",
    verdict=Verdict.STATED,
    kind=ClaimKind.FACT,
    speaker="",
    evidence=("The brass lamp from Lund has green glass, which pleased the buyers.",),
    subject="lamp",
    detail="glass",
)


def said(backend: Backend, timeout: float = 60.0, request: WordingRequest = REQUEST) -> str:
    return "".join(backend.stream(request, timeout))


def failure(backend: Backend, timeout: float = 1.5, request: WordingRequest = REQUEST) -> str:
    """The message of the BackendError that a wording raises, which must come in time."""
    began = time.monotonic()
    with pytest.raises(BackendError) as error:
        said(backend, timeout, request)
    assert time.monotonic() - began < timeout + 1.0
    message = str(error.value)
    assert "\n" not in message and KEY not in message
    return message


# A server that speaks the protocol only as far as its script says.

Script = Callable[[http.server.BaseHTTPRequestHandler], None]


class Scripted(http.server.BaseHTTPRequestHandler):
    script: Script
    bodies: list[dict[str, Any]]
    keys: list[str | None]

    def do_POST(self) -> None:
        self.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.keys.append(self.headers.get("Authorization"))
        type(self).script(self)

    def log_message(self, *_: object) -> None:
        pass


def head(handler: http.server.BaseHTTPRequestHandler, kind: str = "text/event-stream") -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    handler.send_header("Connection", "close")
    handler.end_headers()


def event(content: str = "", finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": content} if content else {}, "finish_reason": finish}
    chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def sends(*blocks: bytes, kind: str = "text/event-stream") -> Script:
    def script(handler: http.server.BaseHTTPRequestHandler) -> None:
        head(handler, kind)
        for block in blocks:
            handler.wfile.write(block)

    return script


def status(code: int) -> Script:
    def script(handler: http.server.BaseHTTPRequestHandler) -> None:
        body = json.dumps({"error": {"message": f"wrong key {KEY}"}}).encode()
        handler.send_response(code)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return script


def breaks_off_in_a_chunk(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    block = event("The lamp")
    handler.wfile.write(f"{len(block):x}\r\n".encode() + block + b"\r\n" + b"ff\r\ndata: {")
    handler.close_connection = True


def stalls(handler: http.server.BaseHTTPRequestHandler) -> None:
    head(handler)
    handler.wfile.write(event("The lamp"))
    handler.wfile.flush()
    time.sleep(2.0)


def drips(handler: http.server.BaseHTTPRequestHandler) -> None:
    # Each piece comes well within a read timeout; only a deadline for the whole can stop it.
    head(handler)
    try:
        for _ in range(20):
            handler.wfile.write(event("la "))
            handler.wfile.flush()
            time.sleep(0.15)
    except OSError:
        pass  # the client has gone, as it should


Serve = Callable[[Script], type[Scripted]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(script: Script) -> type[Scripted]:
        handler = type("OneScript", (Scripted,), {"script": staticmethod(script), "bodies": [], "keys": []})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        handler.url = f"http://127.0.0.1:{server.server_port}/v1"  # type: ignore[attr-defined]
        return handler

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def remote() -> Iterator[Callable[..., Backend]]:
    opened: list[Backend] = []

    def start(url: str, **changes: Any) -> Backend:
        options: dict[str, Any] = {"llm_api_key": KEY, "llm_model": "m", "llm_timeout": 1.0} | changes
        backend = open_backend(Settings(llm="openai", llm_base_url=url, **options))
        assert isinstance(backend, RemoteBackend)
        opened.append(backend)
        backend._connected()  # the seconds that the client takes to load belong to no test's timeout
        return backend

    yield start
    for backend in opened:
        backend.close()


def url(handler: type[Scripted]) -> str:
    return str(handler.url)  # type: ignore[attr-defined]


def test_a_whole_stream_is_passed_on_piece_by_piece(serve: Serve, remote: Callable[..., Backend]) -> None:
    server = serve(
        sends(event("The lamp has "), event("green glass."), event("", "stop"), b"data: [DONE]\n\n")
    )
    backend = remote(url(server))
    assert list(backend.stream(REQUEST, 10)) == ["The lamp has ", "green glass."]
    assert backend.name == "openai:m"
    body = server.bodies[0]
    assert (body["temperature"], body["stream"]) == (0, True) and body["max_tokens"] > 0
    assert server.keys == [f"Bearer {KEY}"]


FAULTS: dict[str, tuple[Script, str]] = {
    "html": (sends(b"<html>hello</html>", kind="text/html"), "broke off|garbage"),
    "no json": (sends(b"data: {not json\n\n"), "garbage"),
    "other json": (sends(b'data: {"answer": 42}\n\n'), "garbage|broke off"),
    "a list": (sends(b"data: [1, 2]\n\n"), "garbage|broke off"),
    "an error event": (sends(b'data: {"error": {"message": "boom"}}\n\n'), "broke off|failed"),
    "nothing": (sends(), "broke off"),
    "no words": (sends(event("..."), event("", "stop")), "no words"),
    "control characters": (sends(event("The \x00\x1b[2J lamp"), event("", "stop")), "garbage"),
    "broken bytes": (sends(event("The \ufffd\ufffd lamp"), event("", "stop")), "garbage"),
    "endless": (sends(*[event("lamp " * 100)] * 9, event("", "stop")), "garbage"),
    "cut by the limit": (sends(event("The lamp has"), event("", "length")), "did not end"),
    "closed in mid-sentence": (sends(event("The lamp has")), "broke off"),
    "broken in mid-chunk": (breaks_off_in_a_chunk, "broke off"),
    "stalled": (stalls, "longer than|in time"),
    "dripping": (drips, "longer than"),
    "wrong key": (status(401), "STATED_LLM_API_KEY"),
    "no such model": (status(404), "STATED_LLM_MODEL"),
    "too long": (status(400), "400"),
    "down": (status(500), "500"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_server_is_one_plain_line_in_time(
    fault: str, serve: Serve, remote: Callable[..., Backend]
) -> None:
    import re

    script, words = FAULTS[fault]
    server = serve(script)
    message = failure(remote(url(server)), timeout=1.8 if fault == "down" else 1.0)
    assert re.search(words, message), message
    assert "127.0.0.1" in message


def test_a_refused_port_names_the_host_and_neither_key_nor_password(remote: Callable[..., Backend]) -> None:
    backend = remote("http://user:hunter2@127.0.0.1:9/v1")
    message = failure(backend, timeout=1.9)
    assert "127.0.0.1:9" in message and "hunter2" not in message
    assert KEY not in repr(backend)


def test_another_servers_key_in_the_environment_is_not_sent(
    serve: Serve, remote: Callable[..., Backend], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    server = serve(sends(event("The lamp is green."), event("", "stop")))
    said(remote(url(server), llm_api_key=""), 10)
    assert server.keys and all("somebody" not in str(key) for key in server.keys)


def test_evidence_that_may_not_fit_is_refused_before_it_is_sent(
    serve: Serve, remote: Callable[..., Backend]
) -> None:
    server = serve(sends(event("The lamp is green."), event("", "stop")))
    long = WordingRequest(**{**_fields(REQUEST), "evidence": ("lamp " * 4_000,)})
    assert "too long" in failure(remote(url(server)), request=long)
    assert server.bodies == []


def test_a_caller_that_stops_listening_stops_the_server(serve: Serve, remote: Callable[..., Backend]) -> None:
    pieces = remote(url(serve(drips))).stream(REQUEST, 10)
    next(iter(pieces))
    pieces.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 1.5
    while any(thread.name.startswith("wording") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the wording goes on with nobody listening"
        time.sleep(0.02)


def test_a_closed_backend_says_so(remote: Callable[..., Backend]) -> None:
    for backend in (remote("http://127.0.0.1:9/v1"), EmbeddedBackend(Settings(llm="embedded"))):
        backend.close()
        assert "closed" in failure(backend)


def test_none_has_no_backend_and_opening_one_imports_no_model_library() -> None:
    assert open_backend(Settings(llm="none")) is None
    code = (
        "import sys\nfrom rag.generation import open_backend\nfrom rag.settings import Settings\n"
        "open_backend(Settings(llm='embedded'))\n"
        "open_backend(Settings(llm='openai', llm_base_url='http://127.0.0.1:9/v1'))\n"
        "heavy = {'llama_index', 'openai', 'xllamacpp', 'huggingface_hub', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_defect_in_a_backend_is_shown_and_ends_as_a_backend_error() -> None:
    def defect(emit: Any) -> None:
        emit("The lamp")
        raise ZeroDivisionError

    seen: list[type[BaseException]] = []
    hook = threading.excepthook
    threading.excepthook = lambda args: seen.append(args.exc_type)
    try:
        with pytest.raises(BackendError, match="log"):
            list(relay("x", defect, 5))
    finally:
        threading.excepthook = hook
    assert seen == [ZeroDivisionError]


def test_only_a_sentence_that_the_model_ended_is_whole() -> None:
    check_ending("x", "The lamp is green.", "stop")
    for text, finish in (("The lamp", None), ("The lamp", "length"), ("", "stop"), (" .", "stop")):
        with pytest.raises(BackendError):
            check_ending("x", text, finish)


def _fields(request: WordingRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in WordingRequest.__slots__}


# The embedded model.


def embedded(**changes: Any) -> EmbeddedBackend:
    return EmbeddedBackend(Settings(llm="embedded", **changes))


def test_a_missing_model_names_the_command_that_fetches_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "stated models pull qwen2.5-coder-0.5b-instruct" in failure(embedded())
    assert "choose one of" in failure(embedded(llm_model="unheard-of"))


def test_a_damaged_file_of_ones_own_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF" + b"junk" * 100)
    backend = embedded(llm_path=str(path))
    assert backend.name == "embedded:own"
    assert "own.gguf cannot be loaded" in failure(backend, timeout=10)


@pytest.fixture(scope="module")
def small() -> Iterator[EmbeddedBackend]:
    backend = embedded(llm_model="qwen2.5-coder-0.5b-instruct")
    yield backend
    backend.close()


@pytest.mark.model
def test_the_model_words_the_evidence_alike_each_time(small: EmbeddedBackend) -> None:
    first = said(small, 120)
    assert "green glass" in first and first.endswith(".") and "\n" not in first
    assert said(small) == first
    assert small.name == "embedded:qwen2.5-coder-0.5b-instruct"


@pytest.mark.model
def test_threads_are_served_in_turn_with_their_own_sentences(small: EmbeddedBackend) -> None:
    colours = ("green", "yellow", "purple")
    requests = [
        WordingRequest(**{**_fields(REQUEST), "evidence": (f"The lamp from Lund has {colour} glass.",)})
        for colour in colours
    ]
    with ThreadPoolExecutor(3) as pool:
        texts = list(pool.map(lambda request: said(small, 120, request), requests))
    for colour, text in zip(colours, texts, strict=True):
        assert [other for other in colours if other in text] == [colour]


@pytest.mark.model
def test_the_listener_on_loopback_refuses_whoever_lacks_the_key(small: EmbeddedBackend) -> None:
    said(small, 120)
    address = small._loaded().address
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for path in ("/", "/slots", "/props", "/metrics", "/v1/models", "/v1/chat/completions", "/completion"):
        for key in ("", "Bearer none"):
            call = urllib.request.Request(f"{address}{path}", headers={"Authorization": key})
            with pytest.raises(urllib.error.HTTPError) as error:
                opener.open(call, timeout=5)
            assert error.value.code in (401, 404)
            error.value.close()
    call = urllib.request.Request(f"{address}/v1/chat/completions", b'{"messages": []}')
    with pytest.raises(urllib.error.HTTPError, match="401") as error:
        opener.open(call, timeout=5)
    error.value.close()


@pytest.mark.model
def test_a_prompt_beyond_the_window_is_refused_and_not_cut(small: EmbeddedBackend) -> None:
    said(small, 120)
    long = WordingRequest(**{**_fields(REQUEST), "evidence": ("lamp " * CONTEXT_TOKENS,)})
    assert "too long" in failure(small, 30, long)
    assert said(small)  # and the model still works


@pytest.mark.model
def test_a_wording_that_takes_too_long_is_given_up(small: EmbeddedBackend) -> None:
    said(small, 120)
    fresh = WordingRequest(**{**_fields(REQUEST), "evidence": ("A lamp of brass and green glass. " * 12,)})
    assert "STATED_LLM_TIMEOUT" in failure(small, 0.2, fresh)
    assert said(small, 120)


@contextmanager
def llama(window: int) -> Iterator[str]:
    """A real llama.cpp server on loopback with the small model and a key."""
    import xllamacpp

    from rag.weights import resolve_llm

    params = xllamacpp.CommonParams()
    params.model.path = str(resolve_llm(Settings(llm="embedded", llm_model="qwen2.5-coder-0.5b-instruct")))
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = window, 1, 2
    params.fit_params = False
    params.api_keys, params.verbosity = [KEY], -1
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture
def llama_server() -> Iterator[str]:
    with llama(2_048) as address:
        yield address


@pytest.mark.model
def test_a_window_smaller_than_the_prompt_is_told_and_never_cut(remote: Callable[..., Backend]) -> None:
    with llama(256) as address:
        assert "refused the request (status 400)" in failure(remote(address, llm_timeout=60.0), 60)


@pytest.mark.model
def test_the_openai_backend_works_with_a_real_server(
    llama_server: str, remote: Callable[..., Backend]
) -> None:
    text = said(remote(llama_server, llm_timeout=120.0), 120)
    assert "green glass" in text and text.endswith(".")
    assert "STATED_LLM_API_KEY" in failure(remote(llama_server, llm_api_key="sk-wrong"))
