"""``stated models``: which language models there are, where they lie, and how to get one."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from rag.settings import Settings
from ui.progress import Progress

if TYPE_CHECKING:
    from ui.commands import Tools


def list_models(_options: Namespace, _tools: Tools) -> int:
    """One line for each model; the first is the default."""
    from rag import weights

    for number, model in enumerate(weights.models()):
        state = "installed" if weights.installed(model.name) else "not installed"
        default = ", default" if number == 0 else ""
        print(f"{model.name}  {model.bytes / 1e6:,.0f} MB  {model.licence}  {state}{default}")
    print(f"They lie in {weights.cache_path() / 'models'}; answers need none of them.")
    return 0


def pull(options: Namespace, _tools: Tools) -> int:
    """Fetch a model; without a name, the one that the settings ask for, which may be none."""
    from rag import weights

    name = options.name or _wanted(Settings())
    if not name:
        return 0
    with Progress() as progress:
        path = weights.pull(name, lambda done, total: progress(f"fetching {name}", done, total))
    print(f"{name} is installed: {path}")
    return 0


def path(_options: Namespace, _tools: Tools) -> int:
    """The folder in which models lie."""
    from rag import weights

    print(weights.cache_path() / "models")
    return 0


def _wanted(settings: Settings) -> str:
    """The model that these settings need from here; "" where they need none."""
    from rag import weights

    if settings.llm != "embedded" or settings.llm_path:
        return ""
    return settings.llm_model or weights.models()[0].name
