"""A peer on the same ground: LlamaIndex's ``CitationQueryEngine`` over the same documents, embedder and LLM.

It is run as its makers ship it (prompt, chunks of 512 tokens), and its free text is turned into the
contract's answer: a source that it marks is a citation, a refusal is read by the word lists of
``wording.toml``.  It says neither kind nor speaker, so those shares are none of its own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import xllamacpp
from llama_index.core import Document as Source
from llama_index.core import VectorStoreIndex
from llama_index.core.base.llms.types import CompletionResponse, LLMMetadata
from llama_index.core.llms import CustomLLM
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import NodeWithScore

from eval.faults import EvalError
from eval.shared_embedding import SharedEmbedding
from eval.wording import leading_polarity
from rag.corpus import read_document, scan
from rag.embedding import load_embedder
from rag.records import (
    Answer,
    Citation,
    Claim,
    ClaimKind,
    Document,
    Finding,
    Origin,
    Status,
    SyncReport,
    Verdict,
)
from rag.settings import Settings
from rag.weights import resolve_llm

NAME = "citation-engine"
SOURCES = 3  # passages given to the model, as in its documentation
_CONTEXT_TOKENS = 8_192
_ANSWER_TOKENS = 256
_SEED = 1
_STATUS: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("wording.toml").read_text(encoding="utf-8")
)["status"]
_HEAD = re.compile(r"^Source \d+:\n")
_MARK = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")


class EmbeddedModel(CustomLLM):
    """A GGUF model inside this process, greedy and seeded."""

    _server: Any
    _name: str

    def __init__(self, path: Path) -> None:
        super().__init__()
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx, params.n_parallel, params.fit_params = _CONTEXT_TOKENS, 1, False
        params.verbosity = -1
        self._server = xllamacpp.Server(params)
        self._name = path.stem

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex packs the prompt by."""
        return LLMMetadata(
            context_window=_CONTEXT_TOKENS, num_output=_ANSWER_TOKENS, is_chat_model=False,
            model_name=self._name,
        )  # fmt: skip

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:  # noqa: ARG002
        """The model's answer to a prompt."""
        body = {
            "messages": [{"role": "user", "content": prompt}], "temperature": 0, "top_k": 1, "seed": _SEED,
            "max_tokens": _ANSWER_TOKENS,
        }  # fmt: skip
        found: list[Any] = []

        def receive(reply: Any) -> bool:
            found.append(reply)
            return False  # True would stop the writing

        self._server.handle_chat_completions(body, receive)
        if not found or "choices" not in found[0]:
            raise EvalError(f"The model {self._name} gave no answer: {str(found[:1])[:200]}")
        return CompletionResponse(text=str(found[0]["choices"][0]["message"]["content"]))

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        """Not used: answers are taken whole."""
        yield self.complete(prompt, formatted)


class Peer:
    """The peer over one corpus, with what ``eval.run`` asks of an engine."""

    def __init__(self, corpus_dir: Path, embedding: SharedEmbedding, model: EmbeddedModel) -> None:
        self._corpus_dir, self._embedding, self._model = corpus_dir, embedding, model
        self._documents: dict[str, Document] = {}
        self._engine: CitationQueryEngine | None = None

    def sync(self) -> SyncReport:
        """Reads the documents as they are now, and builds its index of them."""
        found = scan([self._corpus_dir])
        self._documents = {name: read_document(path, name) for name, path in found.items()}
        sources = [Source(text=d.text, metadata={"id": d.id}) for d in self._documents.values()]
        index = VectorStoreIndex.from_documents(sources, embed_model=self._embedding)
        retriever = index.as_retriever(similarity_top_k=SOURCES, embed_model=self._embedding)
        self._engine = CitationQueryEngine.from_args(index, llm=self._model, retriever=retriever)
        return SyncReport(added=tuple(self._documents))

    def documents(self) -> Sequence[Document]:
        """All documents; it knows no dates, so none is left out of an answer as of an earlier day."""
        return tuple(self._documents.values())

    def document(self, document_id: str) -> Document:
        """One document."""
        return next(d for d in self._documents.values() if d.id == document_id)

    def ask(self, question: str, as_of: date | None = None) -> Answer:
        """Its answer, turned into the contract's."""
        if self._engine is None:
            raise EvalError("The peer was asked before its index was built.")
        response: Any = self._engine.query(question)
        return self._answer(question, str(response), response.source_nodes, as_of or date.today())

    def _answer(self, question: str, text: str, nodes: Sequence[NodeWithScore], as_of: date) -> Answer:
        marked = [int(n) - 1 for group in _MARK.findall(text) for n in re.findall(r"\d+", group)]
        known = {n: c for n, node in enumerate(nodes) if (c := self._citation(node)) is not None}
        cited = [n for n in dict.fromkeys(marked) if n in known]
        # Marks are renumbered to the sources that were cited; one that points nowhere stays wrong.
        places = {n: place for place, n in enumerate(cited, start=1)}

        def renumbered(group: re.Match[str]) -> str:
            numbers = [int(n) - 1 for n in re.findall(r"\d+", group[1])]
            return "".join(f"[{places.get(n, n + 1001)}]" for n in numbers)

        status = read_status(text)
        every = tuple(range(len(cited)))
        verdict = Verdict(status.value)
        return Answer(
            question=question, understood_as=question, status=status, text=_MARK.sub(renumbered, text),
            findings=(Finding("", question, verdict, leading_polarity(text), citations=every),),
            claims=(Claim(text, ClaimKind.FACT, "", Origin.MODEL, 0, every),),
            citations=tuple(known[n] for n in cited),
            related=tuple(citation for n, citation in known.items() if n not in cited),
            notices=(), as_of=as_of, backend=f"{NAME}: {self._model.metadata.model_name}", checks=(),
        )  # fmt: skip

    def _citation(self, node: NodeWithScore) -> Citation | None:
        """Where a numbered source stands; None where its text cannot be found again."""
        quote = _HEAD.sub("", node.node.get_content()).strip()
        for document in self._documents.values():
            start = document.text.find(quote)
            if quote and start >= 0:
                return Citation(
                    document.id, document.kind, document.sha256, document.title, document.publisher,
                    document.published, document.url, "", None, quote, start, start + len(quote),
                )  # fmt: skip
        return None


def read_status(text: str) -> Status:
    """What an answer in free words comes to: ``stated`` unless it says otherwise.

    An answer that gives one part and refuses another is read by its refusal.
    """
    for status in (Status.UNDISCLOSED, Status.NOT_COVERED):
        if any(re.search(pattern, text, re.IGNORECASE) for pattern in _STATUS[status.value]):
            return status
    return Status.STATED


def ready() -> None:
    """Whether it could be asked: told before the engine's own run, which takes minutes.

    Raises:
        StatedError: its model is not there, or unknown.
    """
    resolve_llm(Settings(llm="embedded"))


@contextmanager
def open_peer(corpus_dir: Path, data_dir: Path, llm: str) -> Iterator[Peer]:
    """The peer over one corpus; ``llm`` other than a model of its own would compare unlike things."""
    del data_dir, llm  # its index lives in memory, and its model is always the embedded one
    settings = Settings(llm="embedded")
    yield Peer(corpus_dir, SharedEmbedding(load_embedder(settings)), _model(resolve_llm(settings)))


_loaded: dict[Path, EmbeddedModel] = {}


def _model(path: Path) -> EmbeddedModel:
    """One model for all corpora of a run: it takes seconds to load."""
    if path not in _loaded:
        _loaded[path] = EmbeddedModel(path)
    return _loaded[path]
