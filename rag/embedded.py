"""The embedded backend: a GGUF model run inside this process by llama.cpp (xllamacpp)."""

from __future__ import annotations

import json
import os
import secrets
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.errors import BackendError, WeightsError
from rag.generation import MAX_WORDING_TOKENS, Emit, WordingRequest, check_ending, messages, relay
from rag.settings import Settings
from rag.weights import models, resolve_llm

CONTEXT_TOKENS = 4_096
_COUNT_SECONDS = 30.0
_SEED = 1
_QUIET = -1


class EmbeddedBackend:
    """One model, loaded at the first wording; several threads may ask, and are served in turn."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        chosen = settings.llm_path and Path(settings.llm_path).stem
        self.name = f"embedded:{chosen or settings.llm_model or models()[0].name}"
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._closed = False

    def stream(self, request: WordingRequest, timeout: float) -> Iterator[str]:
        """See ``Backend.stream``."""
        chat = messages(request)
        return relay(self.name, lambda emit: self._loaded().write(chat, emit), timeout)

    def close(self) -> None:
        """See ``Backend.close``; a wording that is being written is finished first."""
        with self._lock:
            self._closed = True
            self._server = None

    def _loaded(self) -> _Server:
        with self._lock:
            if self._closed:
                raise BackendError(f"The language model {self.name} is closed: open it again.")
            if self._server is None:
                try:
                    path = resolve_llm(self._settings)
                except WeightsError as error:
                    raise BackendError(str(error)) from None
                self._server = _Server(self.name, path)
            return self._server


class _Server:
    """llama.cpp's server inside this process.

    It always opens an HTTP listener on loopback, so the listener gets a random key, and its web page
    and slot listing are off.  One slot: a slot's window is the context divided by the slots, and
    sentences do not depend on what else is being written.
    """

    def __init__(self, name: str, path: Path) -> None:
        try:
            import xllamacpp
        except ImportError:
            raise BackendError("The embedded model needs xllamacpp: run `pip install xllamacpp`.") from None
        self._name = name
        self._key = secrets.token_urlsafe(32)
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.model_alias = {name}
        params.n_ctx, params.n_parallel, params.fit_params = CONTEXT_TOKENS, 1, False
        params.ctx_shift = False  # never drop the start of a prompt in silence
        params.cache_ram_mib = 0  # the slot keeps the shared start of the prompt; more is not needed
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = _cores()
        params.api_keys, params.ui, params.endpoint_slots = [self._key], False, False
        params.endpoint_props = params.endpoint_metrics = False
        params.verbosity = _QUIET
        try:
            self._server = xllamacpp.Server(params)
        except (RuntimeError, ValueError):
            raise BackendError(
                f"The model file {path.name} cannot be loaded: it is damaged, too large or of an "
                "unknown kind; pull a model again or mend STATED_LLM_PATH."
            ) from None
        self.address: str = self._server.listening_address

    def write(self, chat: list[dict[str, str]], emit: Emit) -> None:
        """Write one sentence and emit it piece by piece."""
        self._check_length(chat)
        text: list[str] = []
        finish: str | None = None
        fault: str = ""

        def receive(chunk: Any) -> bool:
            # The library swallows an exception raised here and reports errors as plain dicts, so
            # both end in `fault`, or in a missing finish reason.  Returning True stops the writing.
            nonlocal finish, fault
            if not isinstance(chunk, dict) or "choices" not in chunk:
                fault = _fault(chunk)
                return True
            for choice in chunk["choices"]:
                finish = choice.get("finish_reason") or finish
                piece = (choice.get("delta") or {}).get("content") or ""
                text.append(piece)
                if not emit(piece):
                    return True
            return False

        body = {"messages": chat, "stream": True, "temperature": 0, "top_k": 1, "seed": _SEED}
        body |= {"max_tokens": MAX_WORDING_TOKENS, "stop": ["\n"], "cache_prompt": True}
        self._server.handle_chat_completions(body, receive)
        if fault:
            raise BackendError(f"The language model {self._name} failed: {fault}.")
        check_ending(self._name, "".join(text), finish)

    def _check_length(self, chat: list[dict[str, str]]) -> None:
        """Count the prompt with the model's own tokenizer; refuse what leaves no room for a sentence."""
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            f"{self.address}/v1/chat/completions/input_tokens",
            data=json.dumps({"messages": chat}).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
        )
        # No proxy: this is our own listener, whatever the environment says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_COUNT_SECONDS) as reply:
                count = int(json.load(reply)["input_tokens"])
        except (OSError, ValueError, KeyError) as error:
            raise BackendError(
                f"The language model {self._name} could not count its prompt ({error}): ask again."
            ) from None
        if count + MAX_WORDING_TOKENS > CONTEXT_TOKENS:
            raise BackendError(
                f"The evidence is too long to be worded: {count} tokens, and the context window of "
                f"{self._name} leaves room for {CONTEXT_TOKENS - MAX_WORDING_TOKENS}."
            )


def _cores() -> int:
    """The processor cores that this process may use (fewer than the machine's in a container)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _fault(chunk: Any) -> str:
    error = chunk.get("error") if isinstance(chunk, dict) else None
    return str(error.get("message") or "unknown error") if isinstance(error, dict) else "unexpected reply"
