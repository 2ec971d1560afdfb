"""The openai backend: any OpenAI-compatible server, through LlamaIndex's ``OpenAILike`` client."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from rag.errors import BackendError
from rag.generation import MAX_WORDING_TOKENS, Emit, WordingRequest, check_ending, messages, relay
from rag.settings import Settings

# The server's tokenizer and window are unknown, and some servers cut a long prompt without a word.
# So the prompt is held to the smallest window in common use, counting a token per three bytes
# (English text has about four, Chinese three).
CONTEXT_TOKENS = 4_096
_BYTES_PER_TOKEN = 3
_RETRIES = 1
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class RemoteBackend:
    """A chat model on a server; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._model = settings.llm_model or "default"
        self.name = f"openai:{self._model}"
        self._host = _host(settings.llm_base_url or "")
        self._lock = threading.Lock()
        self._client: Any = None
        self._http: Any = None
        self._closed = False

    def stream(self, request: WordingRequest, timeout: float) -> Iterator[str]:
        """See ``Backend.stream``."""
        chat = messages(request)
        return relay(f"{self.name} at {self._host}", lambda emit: self._write(chat, emit, timeout), timeout)

    def close(self) -> None:
        """See ``Backend.close``."""
        with self._lock:
            self._closed = True
            if self._http is not None:
                self._http.close()
            self._client = self._http = None

    def _connected(self) -> Any:
        with self._lock:
            if self._closed:
                raise BackendError(f"The language model {self.name} is closed: open it again.")
            if self._client is None:
                self._client, self._http = _client(self._settings, self._model)
            return self._client

    def _write(self, chat: list[dict[str, str]], emit: Emit, timeout: float) -> None:
        size = sum(len(message["content"].encode()) for message in chat) // _BYTES_PER_TOKEN
        if size + MAX_WORDING_TOKENS > CONTEXT_TOKENS:
            raise BackendError(
                f"The evidence is too long to be worded: about {size} tokens, and the prompt may have "
                f"{CONTEXT_TOKENS - MAX_WORDING_TOKENS}."
            )
        client = self._connected()

        import httpx
        import openai
        from llama_index.core.llms import ChatMessage

        turns = [ChatMessage(role=message["role"], content=message["content"]) for message in chat]
        text: list[str] = []
        finish: str | None = None
        try:
            for reply in client.stream_chat(turns, stop=["\n"], seed=1, timeout=timeout):
                for choice in reply.raw.choices:
                    finish = choice.finish_reason or finish
                text.append(reply.delta or "")
                if not emit(reply.delta or ""):
                    return
        except (openai.OpenAIError, httpx.HTTPError) as error:
            raise BackendError(self._reason(error)) from None
        except (ValueError, TypeError, AttributeError, KeyError, IndexError):
            # What the client raises, depending on the place, for replies that are not the protocol.
            raise BackendError(
                f"The language model server {self._host} sent garbage: check STATED_LLM_BASE_URL."
            ) from None
        check_ending(f"{self.name} at {self._host}", "".join(text), finish)

    def _reason(self, error: Exception) -> str:
        """One plain line; never the server's own words, which may repeat the key."""
        import httpx
        import openai

        host = self._host
        if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
            return f"The language model server {host} did not answer in time: raise STATED_LLM_TIMEOUT."
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return f"The language model server {host} refused the key: check STATED_LLM_API_KEY."
        if isinstance(error, openai.NotFoundError):
            return (
                f"The language model server {host} has no model {self._model!r} there: check "
                "STATED_LLM_MODEL and STATED_LLM_BASE_URL."
            )
        if isinstance(error, openai.APIStatusError):
            status = error.status_code
            return f"The language model server {host} refused the request (status {status}): check its log."
        if isinstance(error, openai.APIConnectionError):
            return f"The language model server {host} cannot be reached: start it, check STATED_LLM_BASE_URL."
        return f"The language model server {host} broke off its reply: check the server."


def _client(settings: Settings, model: str) -> tuple[Any, Any]:
    """LlamaIndex's client, and the connections under it, which only we can close."""
    try:
        import httpx
        from llama_index.llms.openai_like import OpenAILike
    except ImportError:
        raise BackendError(
            "The openai backend needs LlamaIndex's client: run `pip install llama-index-llms-openai-like`."
        ) from None
    local = urlsplit(settings.llm_base_url or "").hostname in _LOOPBACK
    # A server on this machine is never asked through a proxy.
    http = httpx.Client(timeout=settings.timeout, trust_env=not local)
    extra: dict[str, Any] = {"http_client": http}  # a field that the class's signature does not show
    client = OpenAILike(
        model=model,
        api_base=settings.llm_base_url,
        # Never empty: the client would then send the key that OPENAI_API_KEY holds for another server.
        api_key=settings.llm_api_key or "none",
        is_chat_model=True,
        is_function_calling_model=False,
        context_window=CONTEXT_TOKENS,
        max_tokens=MAX_WORDING_TOKENS,
        temperature=0.0,
        timeout=settings.timeout,
        max_retries=_RETRIES,
        **extra,
    )
    return client, http


def _host(base_url: str) -> str:
    """Host and port of the address, without a user name or password that it may carry."""
    parts = urlsplit(base_url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return f"{parts.hostname or 'without a name'}{port}"
