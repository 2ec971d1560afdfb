"""Seconds by stage; and the same as spans of LlamaIndex's instrumentation, for whoever turned them on.

Off, which is the default, nothing of LlamaIndex is imported here.  A span has a name and, when it ends,
facts: numbers and words of ours, never a question's or a source's.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspect import BoundArguments

    from llama_index_instrumentation.dispatcher import Dispatcher

_dispatcher: Dispatcher | None = None


def trace(on: bool) -> None:
    """Tell LlamaIndex's instrumentation, and who listens there, of answers and their stages from now on."""
    global _dispatcher
    _dispatcher = None
    if on:
        from llama_index_instrumentation import get_dispatcher

        _dispatcher = get_dispatcher("stated")


class Clock:
    """The stages of one answer; leaving it as a context ends the answer."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._laps: dict[str, float] = {}
        self._facts: Mapping[str, object] = {}
        self._span = _Span("answer", "")

    def __enter__(self) -> Clock:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        # Who has the whole answer need not ask for more: then the stream is closed where it stands.
        done = bool(self._facts) and isinstance(error, GeneratorExit)
        self._span.end(None if done else error, self._facts)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure a stage."""
        began = time.perf_counter()
        span = _Span(name, self._span.id)
        try:
            with span.active():
                yield
        except BaseException as error:
            span.end(error, {})
            raise
        span.end(None, {})
        self._laps[name] = round(time.perf_counter() - began, 4)

    def seconds(self) -> dict[str, float]:
        """Every stage, and the total so far."""
        return {**self._laps, "total": round(time.perf_counter() - self._start, 4)}

    def tell(self, facts: Mapping[str, object]) -> None:
        """What the answer's span says of it when it ends."""
        self._facts = facts


class _Span:
    def __init__(self, name: str, parent: str) -> None:
        self._to = _dispatcher
        self.id = ""
        if self._to:
            # Everything before the first "-" is what LlamaIndex's own handlers call the span.
            self.id = f"stated.{name}-{uuid.uuid4()}"
            self._to.span_enter(id_=self.id, bound_args=_nothing(), parent_id=parent or None)

    def end(self, error: BaseException | None, facts: Mapping[str, object]) -> None:
        if self._to and error is not None:
            self._to.span_drop(id_=self.id, bound_args=_nothing(), err=error)
        elif self._to:
            self._to.span_exit(id_=self.id, bound_args=_nothing(), result=dict(facts))

    @contextmanager
    def active(self) -> Iterator[None]:
        """LlamaIndex's own spans, a language model's say, hang under this one."""
        if not self._to:
            yield
            return
        from llama_index_instrumentation.span import active_span_id

        token = active_span_id.set(self.id)
        try:
            yield
        finally:
            with suppress(ValueError):  # a stream may be read on in another context than it was begun in
                active_span_id.reset(token)


def _nothing() -> BoundArguments:
    import inspect

    return inspect.signature(lambda: None).bind()
