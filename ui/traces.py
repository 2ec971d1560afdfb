"""OpenTelemetry spans, where they are asked for: one for each answer, with its stages under it.

They come through LlamaIndex's instrumentation, so its own spans of language models are among them.  Its
own bridge to OpenTelemetry is not used: it exports every prompt and reply.  Here a span has a name, a time
and the facts that a log line has; where it is sent is set by OpenTelemetry's own variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rag.clock import trace
from rag.errors import StatedError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

TRACES_VARIABLE = "STATED_TRACES"
_MEND = "Spans need more packages: run `pip install 'stated[traces]'`, or unset STATED_TRACES."


def begin(environment: Mapping[str, str], exporter: SpanExporter | None = None) -> None:
    """Export spans if the environment says ``STATED_TRACES=on``; nothing is imported if not.

    Args:
        environment: the process's.
        exporter: where to; by default over OTLP, as ``OTEL_EXPORTER_OTLP_ENDPOINT`` and others say.

    Raises:
        StatedError: the variable is neither ``on`` nor ``off``, or the packages are missing.
    """
    given = environment.get(TRACES_VARIABLE, "").strip().lower()
    if given not in ("", "on", "off"):
        raise StatedError(f"{TRACES_VARIABLE} must be on or off, not {given!r}.")
    if given != "on":
        return
    try:
        from llama_index_instrumentation import root_dispatcher
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        if exporter is None:
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

            exporter = OTLPSpanExporter()
        from ui.span_handler import Spans
    except ImportError:
        raise StatedError(_MEND) from None
    resource = Resource.create({} if environment.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "stated"})
    provider = TracerProvider(resource=resource)  # ends by itself: what is left is sent at exit
    provider.add_span_processor(BatchSpanProcessor(exporter))
    root_dispatcher.add_span_handler(Spans(provider.get_tracer("stated")))
    trace(True)


def plain(facts: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """Facts as attributes: flat, and of OpenTelemetry's types."""
    found: dict[str, str | int | float | bool] = {}
    for name, value in facts.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{inner}": one for inner, one in plain(value).items()}
        elif isinstance(value, (list, tuple)):
            found[name] = ", ".join(map(str, value))
        elif isinstance(value, (str, int, float, bool)):
            found[name] = value
    return found
