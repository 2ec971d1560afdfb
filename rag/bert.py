"""The shipped embedder's network in plain PyTorch, for it alone: importing ``transformers`` takes seconds.

Parameters have the names of the file, and modules those of ``transformers``' ``BertModel``, so that layers
can be taken from it in the same way.  It only reads; nothing here can train.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import gelu, linear, normalize, scaled_dot_product_attention

_SPECIAL_TOKENS = 2
_SHORT, _AT_ONCE = 8, 16  # texts of at most so many word pieces go through the network so many together


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network, from its ``config.json``."""

    hidden_size: int
    num_attention_heads: int
    num_hidden_layers: int
    intermediate_size: int
    layer_norm_eps: float
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int
    pad_token_id: int

    @staticmethod
    def read(folder: Path) -> Shape:
        """The sizes of the network in a folder."""
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return Shape(**{name: config[name] for name in Shape.__dataclass_fields__})


class _Table(nn.Module):
    """Rows by number; unlike PyTorch's own modules it spends no time on random numbers to be replaced."""

    def __init__(self, rows: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(rows, width))


class _Linear(nn.Module):
    """A linear layer; likewise."""

    def __init__(self, entering: int, leaving: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(leaving, entering))
        self.bias = nn.Parameter(torch.empty(leaving))

    def forward(self, states: Tensor) -> Tensor:
        return linear(states, self.weight, self.bias)


class Embeddings(nn.Module):
    """Word pieces and their places to states, shape (texts, pieces, width)."""

    def __init__(self, config: Shape) -> None:
        super().__init__()
        width = config.hidden_size
        self.word_embeddings = _Table(config.vocab_size, width)
        self.position_embeddings = _Table(config.max_position_embeddings, width)
        self.token_type_embeddings = _Table(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, config.layer_norm_eps)

    def forward(self, pieces: Tensor) -> Tensor:
        """The states that the first layer reads; every piece is of the first type."""
        places = self.position_embeddings.weight[: pieces.shape[1]]
        states = self.word_embeddings.weight[pieces] + self.token_type_embeddings.weight[0] + places
        return cast(Tensor, self.LayerNorm(states))


class _Added(nn.Module):
    """``output`` of the file: a linear layer whose result is added to what came in, and normalised."""

    def __init__(self, entering: int, config: Shape) -> None:
        super().__init__()
        self.dense = _Linear(entering, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)

    def forward(self, states: Tensor, before: Tensor) -> Tensor:
        return cast(Tensor, self.LayerNorm(self.dense(states) + before))


class Layer(nn.Module):
    """Attention over the pieces of a text, and a step for each of them."""

    def __init__(self, config: Shape) -> None:
        super().__init__()
        width = config.hidden_size
        self._heads = config.num_attention_heads
        looks = nn.ModuleDict({name: _Linear(width, width) for name in ("query", "key", "value")})
        self.attention = nn.ModuleDict({"self": looks, "output": _Added(width, config)})
        self.intermediate = nn.ModuleDict({"dense": _Linear(width, config.intermediate_size)})
        self.output = _Added(config.intermediate_size, config)

    def forward(self, states: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """The next states, shape (texts, pieces, width); the mask is added to the attention."""
        looks = cast(nn.ModuleDict, self.attention["self"])
        query, key, value = (self._parted(looks[name](states)) for name in ("query", "key", "value"))
        seen = scaled_dot_product_attention(query, key, value, attention_mask)
        states = self.attention["output"](seen.transpose(1, 2).flatten(2), states)
        return cast(Tensor, self.output(gelu(self.intermediate["dense"](states)), states))

    def _parted(self, states: Tensor) -> Tensor:
        texts, pieces, _ = states.shape
        return states.reshape(texts, pieces, self._heads, -1).transpose(1, 2)


class BertModel(nn.Module):
    """The network: ``embeddings``, then the layers in ``encoder.layer``."""

    def __init__(self, config: Shape) -> None:
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.encoder = nn.ModuleDict({"layer": layers})

    @staticmethod
    def read(folder: Path) -> BertModel:
        """The network in a folder, ready to read.

        Raises:
            OSError, ValueError, KeyError, RuntimeError, SafetensorError: its files are missing, or are of
                another kind of network.
        """
        model = BertModel(Shape.read(folder))
        found = load_file(folder / "model.safetensors")
        unused = ("pooler.", "embeddings.position_ids")
        kept = {name: value for name, value in found.items() if not name.startswith(unused)}
        model.load_state_dict(kept, assign=True)
        return model.requires_grad_(False).train(False)

    @property
    def layers(self) -> nn.ModuleList:
        return cast(nn.ModuleList, self.encoder["layer"])

    def forward(self, pieces: Tensor) -> Tensor:
        """The last layer's states of word pieces, as many for each text."""
        states = self.embeddings(pieces)
        for layer in self.layers:
            states = layer(states)
        return cast(Tensor, states)


class ShippedModel:
    """The shipped embedder: word pieces through the network, their mean, at unit length.

    Not safe to use from several threads at once.
    """

    def __init__(self, folder: Path) -> None:
        """Raises what ``BertModel.read`` does."""
        self._tokenizer = read_tokenizer(folder)
        self._model = BertModel.read(folder)
        shaped = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self.max_tokens = int(shaped["max_seq_length"]) - _SPECIAL_TOKENS

    def tokens(self, text: str) -> int:
        """The word pieces of a text."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    @torch.inference_mode()
    def rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-length rows, one for each text, which fits the window."""
        pieces = [found.ids for found in self._tokenizer.encode_batch(list(texts))]
        rows = np.zeros((len(texts), self._model.config.hidden_size), np.float32)
        for numbers, full in together([len(one) for one in pieces]):
            states = self._model(torch.tensor([pieces[n] for n in full]))
            rows[numbers] = normalize(states.mean(1)).numpy()[: len(numbers)]
        return rows


def together(lengths: Sequence[int], at_once: int = 0) -> Iterator[tuple[list[int], list[int]]]:
    """Which texts go through a network together, by number: those that count, and with those that fill up.

    Args:
        lengths: of the texts, in word pieces.
        at_once: how many go together, of whatever length; 0: as many as pays for texts that are not padded.

    Arithmetic takes another order, and gives other last bits, for tensors of another shape.  So a text
    meets the same shape whatever comes with it: texts of one length, always as many, and longer ones, which
    gain nothing from company, alone.
    """
    by_length: dict[int, list[int]] = {}
    for number, length in enumerate(lengths):
        by_length.setdefault(length, []).append(number)
    for length, numbers in by_length.items():
        size = at_once or (_AT_ONCE if length <= _SHORT else 1)
        for first in range(0, len(numbers), size):
            some = numbers[first : first + size]
            yield some, [*some, *some[:1] * (size - len(some))]


def read_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer in a folder, which neither cuts nor pads."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
