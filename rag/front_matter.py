"""The YAML block at the head of a text file."""

from __future__ import annotations

import re

import yaml

from rag.extracted import one_line

# The fields that Stated reads; others are allowed and ignored.
FIELDS = ("title", "published", "kind", "publisher", "url", "note")

_OPENS = re.compile(r"---[ \t]*(?:\n|$)")
_CLOSES = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_NOTHING = {"", "~", "null", "Null", "NULL"}


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    r"""The fields of a text's front matter as written, and the text after it.

    Values stay the words of the file: a title ``2025`` or ``no`` is not made a number or a boolean,
    and no YAML tag builds anything.  A text that does not begin with ``---`` has no fields.

    Args:
        text: with ``\n`` line ends and without BOM.

    Raises:
        ValueError: the block is not closed, is not YAML, is no mapping, names a field twice, or gives
            one of ``FIELDS`` a list or mapping; the message says so in a few words and how to mend it.
    """
    opening = _OPENS.match(text)
    if not opening:
        return {}, text
    closing = _CLOSES.search(text, opening.end())
    if not closing:
        raise ValueError("opens a front matter and never closes it; add a line '---' after its fields")
    return _fields(text[opening.end() : closing.start()]), text[closing.end() :]


def _fields(block: str) -> dict[str, str]:
    try:
        # Composed, not constructed: constructors of dates and numbers raise what is no YAMLError,
        # and an alias repeated often enough would unfold without end.
        node = yaml.compose(block, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = f" at line {error.problem_mark.line + 2}" if error.problem_mark else ""
        problem = " ".join((error.problem or "it cannot be parsed").split())
        raise ValueError(f"has a front matter that is not valid YAML{line} ({problem}); correct it") from None
    except (yaml.YAMLError, RecursionError):
        raise ValueError("has a front matter that is not valid YAML; correct it") from None
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("has a front matter without fields; write lines like 'published: 2025-12-30'")
    fields: dict[str, str] = {}
    seen: set[str] = set()
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name in seen and name in FIELDS:
            raise ValueError(f"has '{name}' twice in its front matter; keep one")
        seen.add(name)
        if name not in FIELDS:
            continue
        if not isinstance(value, yaml.ScalarNode):
            raise ValueError(f"has a '{name}' in its front matter that is not one line of text; write it so")
        if value.style is None and value.value in _NOTHING:
            continue
        fields[name] = one_line(value.value)
    return fields
