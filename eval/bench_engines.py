"""What is measured side by side: Stated, LlamaIndex's ingestion and retriever, and brute force in NumPy.

All three use the same embedder.  Stated reads the files, cuts and parses them; the other two are given
the units that it cut, which spares them that work.  Stated's answer is a whole one, with its verdict and
checks; the others' is a list of the nearest units.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from rag.embedding import load_embedder
from rag.index import Index
from rag.settings import Settings

NEAREST = 10  # units that a retriever gives
# The peer hands Chroma up to 41,665 rows at once, and Chroma takes 5,461.
_AT_ONCE = 5_000
_WARM = "warm-up.md"
_WARM_TEXT = "---\ntitle: Warm-up\npublished: 2024-01-01\n---\nThis sentence warms up what is loaded once.\n"


class Engine(Protocol):
    """One of the three.  ``data`` is a folder of its own, new for every ``sync``."""

    def sync(self, data: Path) -> float:
        """Seconds of one whole build into ``data``, without what is loaded once."""

    def open(self, data: Path) -> None:
        """Use what was built there, in this process or in another."""

    def ask(self, question: str) -> float:
        """Seconds of one answer."""


class Stated:
    """The engine under measurement.

    Args:
        corpus: the folder of documents.
        units: where the units that it cuts are written for the others; None writes none.
        llm: who words answers.
    """

    def __init__(self, corpus: Path, units: Path | None = None, llm: str = "none", model: str = "") -> None:
        from rag import Assistant

        def open_assistant(corpus: Path, data: Path) -> Assistant:
            return Assistant(Settings(corpus_dir=corpus, data_dir=data, llm=llm, llm_model=model or None))

        self._open = open_assistant
        self._corpus, self._units = corpus, units
        self._assistant: Any = None
        self.first_words: float | None = None

    def sync(self, data: Path) -> float:
        """See ``Engine``; the parser and the embedder are loaded by a sync of one sentence before."""
        warm = data.with_name(f"{data.name}-corpus")
        warm.mkdir(parents=True)
        (warm / _WARM).write_text(_WARM_TEXT, encoding="utf-8")
        assistant = self._open(warm, data)
        assistant.sync()
        shutil.copytree(self._corpus, warm, dirs_exist_ok=True)
        (warm / _WARM).unlink()
        begun = time.perf_counter()
        assistant.sync()
        seconds = time.perf_counter() - begun
        assistant.close()
        shutil.rmtree(warm)
        self.open(data)
        if self._units:
            self._units.write_text(json.dumps(_units(data)), encoding="utf-8")
        return seconds

    def open(self, data: Path) -> None:
        """See ``Engine``."""
        self._assistant = self._open(self._corpus, data)

    def ask(self, question: str) -> float:
        """See ``Engine``; ``first_words`` is then the seconds to the first piece of text."""
        from rag.records import Delta

        begun = time.perf_counter()
        self.first_words = None
        for event in self._assistant.stream(question):
            if isinstance(event, Delta) and self.first_words is None:
                self.first_words = time.perf_counter() - begun
        return time.perf_counter() - begun


class LlamaIndex:
    """The peer: ``IngestionPipeline`` into ``ChromaVectorStore``, and the retriever over it, as shipped."""

    def __init__(self, units: Path) -> None:
        from eval.shared_embedding import SharedEmbedding

        self._units = units
        self._embedding = SharedEmbedding(load_embedder(Settings()))
        self._retriever: Any = None

    def sync(self, data: Path) -> float:
        """See ``Engine``."""
        from llama_index.core.ingestion import IngestionPipeline
        from llama_index.core.schema import TextNode

        nodes = [TextNode(text=text) for text in json.loads(self._units.read_text(encoding="utf-8"))]
        self._embedding.get_text_embedding(_WARM_TEXT)
        store = _chroma(data)
        begun = time.perf_counter()
        pipeline = IngestionPipeline(transformations=[self._embedding], vector_store=store)
        for at in range(0, len(nodes), _AT_ONCE):
            pipeline.run(nodes=nodes[at : at + _AT_ONCE])
        seconds = time.perf_counter() - begun
        self.open(data)
        return seconds

    def open(self, data: Path) -> None:
        """See ``Engine``."""
        from llama_index.core import VectorStoreIndex

        index = VectorStoreIndex.from_vector_store(_chroma(data), embed_model=self._embedding)
        self._retriever = index.as_retriever(similarity_top_k=NEAREST)

    def ask(self, question: str) -> float:
        """See ``Engine``."""
        begun = time.perf_counter()
        self._retriever.retrieve(question)
        return time.perf_counter() - begun


class Floor:
    """Brute force: embed, save one array; embed the question, one matrix product, the best ten."""

    def __init__(self, units: Path) -> None:
        self._units = units
        self._embedder = load_embedder(Settings())
        self._vectors = np.zeros((0, 1), np.float32)

    def sync(self, data: Path) -> float:
        """See ``Engine``."""
        texts: Sequence[str] = json.loads(self._units.read_text(encoding="utf-8"))
        self._embedder.encode([_WARM_TEXT])
        data.mkdir(parents=True)
        begun = time.perf_counter()
        np.save(data / "vectors.npy", self._embedder.encode(texts))
        seconds = time.perf_counter() - begun
        self.open(data)
        return seconds

    def open(self, data: Path) -> None:
        """See ``Engine``."""
        self._vectors = np.load(data / "vectors.npy")

    def ask(self, question: str) -> float:
        """See ``Engine``."""
        begun = time.perf_counter()
        scores = self._vectors @ self._embedder.encode([question])[0]
        np.argsort(-scores, kind="stable")[:NEAREST]
        return time.perf_counter() - begun


class Citing:
    """LlamaIndex's ``CitationQueryEngine`` with a model, as ``eval.peer`` runs it; its index is in memory."""

    def __init__(self, corpus: Path, model: str) -> None:
        from eval.peer import EmbeddedModel, Peer
        from eval.shared_embedding import SharedEmbedding
        from rag.weights import resolve_llm

        settings = Settings(llm="embedded", llm_model=model)
        embedding = SharedEmbedding(load_embedder(settings))
        self._peer = Peer(corpus, embedding, EmbeddedModel(resolve_llm(settings)))

    def sync(self, data: Path) -> float:
        """See ``Engine``."""
        begun = time.perf_counter()
        self.open(data)
        return time.perf_counter() - begun

    def open(self, _data: Path) -> None:
        """See ``Engine``."""
        self._peer.sync()

    def ask(self, question: str) -> float:
        """See ``Engine``."""
        begun = time.perf_counter()
        self._peer.ask(question)
        return time.perf_counter() - begun


def opened(name: str, corpus: Path, units: Path, llm: str = "none", model: str = "") -> Engine:
    """The engine of that name: ``stated``, ``llamaindex``, ``numpy`` or ``citation-engine``."""
    if name == "citation-engine":
        return Citing(corpus, model)
    if name == "stated":
        return Stated(corpus, units, llm, model)
    return LlamaIndex(units) if name == "llamaindex" else Floor(units)


def peak_bytes() -> int:
    """The most memory that this process has had resident."""
    try:
        # Not getrusage: on Linux that begins with what the process that started this one had.
        return memory("VmHWM")
    except (OSError, StopIteration):
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def memory(name: str, process: int | str = "self") -> int:
    """What Linux says of a process's memory, in bytes: now resident (``VmRSS``), or at most (``VmHWM``).

    Raises:
        OSError: the process has ended, or the machine does not tell.
        StopIteration: it does not tell this.
    """
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def _units(data: Path) -> list[str]:
    settings = Settings(data_dir=data)
    snapshot = Index.open(settings, load_embedder(settings).fingerprint).snapshot()
    assert snapshot is not None
    return [unit.text for document in snapshot.documents for unit in snapshot.units(document.id)]


def _chroma(data: Path) -> Any:
    import chromadb
    from chromadb.config import Settings as ChromaSettings
    from llama_index.vector_stores.chroma import ChromaVectorStore

    client = chromadb.PersistentClient(str(data), settings=ChromaSettings(anonymized_telemetry=False))
    collection = client.get_or_create_collection("peer", configuration={"hnsw": {"space": "cosine"}})
    return ChromaVectorStore(chroma_collection=collection)
