"""The engine's own embedder behind LlamaIndex's interface, so that a peer is compared on equal vectors."""

from __future__ import annotations

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.embedding import Embedder


class SharedEmbedding(BaseEmbedding):
    """The engine's own embedder behind LlamaIndex's interface."""

    _embedder: Embedder

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.name)
        self._embedder = embedder

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self._embedder.encode(texts)]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)
