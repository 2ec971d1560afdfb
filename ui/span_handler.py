"""LlamaIndex's spans to OpenTelemetry's: names, times and parents; of arguments, results and errors nothing.

Only the spans of our own answers carry facts.  Imported only where spans are wanted.
"""

from __future__ import annotations

import inspect
import threading
from typing import Any

from llama_index_instrumentation.span import BaseSpan
from llama_index_instrumentation.span_handlers import BaseSpanHandler
from opentelemetry.trace import Span, StatusCode, Tracer, set_span_in_context
from pydantic import PrivateAttr

from ui.traces import plain

_OURS = "stated."


class Spans(BaseSpanHandler[BaseSpan]):
    """Opens and ends OpenTelemetry's spans with LlamaIndex's; safe to use from several threads."""

    _tracer: Tracer = PrivateAttr()
    _spans: dict[str, Span] = PrivateAttr(default_factory=dict)

    def __init__(self, tracer: Tracer) -> None:
        super().__init__(open_spans={}, completed_spans=[], dropped_spans=[], current_span_ids={})
        self._tracer = tracer
        self._lock = threading.Lock()

    def new_span(
        self,
        id_: str,
        bound_args: inspect.BoundArguments,
        instance: Any | None = None,
        parent_span_id: str | None = None,
        tags: dict[str, Any] | None = None,
        **_kwargs: Any,
    ) -> BaseSpan:
        """See ``BaseSpanHandler``."""
        del bound_args, instance, tags
        parent = self._spans.get(parent_span_id or "")
        context = set_span_in_context(parent) if parent else None
        self._spans[id_] = self._tracer.start_span(id_.partition("-")[0], context)
        return BaseSpan(id_=id_, parent_id=parent_span_id)

    def prepare_to_exit_span(
        self,
        id_: str,
        bound_args: inspect.BoundArguments,
        instance: Any | None = None,
        result: Any | None = None,
        **_kwargs: Any,
    ) -> BaseSpan | None:
        """See ``BaseSpanHandler``."""
        del bound_args, instance
        span = self._spans.pop(id_, None)
        if span:
            if id_.startswith(_OURS) and isinstance(result, dict):
                span.set_attributes(plain(result))
            span.end()
        return self.open_spans.get(id_)

    def prepare_to_drop_span(
        self,
        id_: str,
        bound_args: inspect.BoundArguments,
        instance: Any | None = None,
        err: BaseException | None = None,
        **_kwargs: Any,
    ) -> BaseSpan | None:
        """See ``BaseSpanHandler``."""
        del bound_args, instance
        span = self._spans.pop(id_, None)
        if span:
            span.set_status(StatusCode.ERROR, type(err).__name__)
            span.end()
        return self.open_spans.get(id_)
