"""The app in processes of its own, where every try to leave this machine is written down and refused.

What libraries would report unless told otherwise (Chroma, Gradio, LlamaIndex, hub clients) counts: none of
the variables that silence them is set here, so it is the program that has to.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest

from tests.team_fixtures import chroma_server, free_port

GUARD = Path(__file__).resolve().parent / "guard"
ROOT = GUARD.parent.parent
QUESTION = "What licence will CANN have?"
KEY, TOKEN = "sk-not-for-anyone-1234", "a-token-nobody-guesses"
SILENCERS = (
    "GRADIO_ANALYTICS_ENABLED", "ANONYMIZED_TELEMETRY", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE",
    "DO_NOT_TRACK", "HF_HUB_DISABLE_TELEMETRY",
)  # fmt: skip


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in SILENCERS}
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(GUARD), str(ROOT)]),
        "GUARD_LOG": str(tmp_path / "tried"),
        "STATED_CORPUS_DIR": str(ROOT / "corpus"),
        "STATED_DATA_DIR": str(tmp_path / "data"),
        "STATED_LLM_API_KEY": KEY,
        "STATED_LOG": "debug",
    }


def tried(environment: dict[str, str]) -> str:
    log = Path(environment["GUARD_LOG"])
    return log.read_text("utf-8") if log.exists() else ""


def test_the_guard_sees_what_it_is_there_for(environment: dict[str, str]) -> None:
    code = (
        "import socket, urllib.request\n"
        "for act in (lambda: urllib.request.urlopen('http://example.org'),\n"
        "            lambda: socket.create_connection(('192.0.2.1', 80)),\n"
        "            lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))):\n"
        "    try: act()\n"
        "    except OSError as error: print('refused' in str(error))\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert shown.stdout == "True\nTrue\nTrue\n"
    assert tried(environment).count("\n") == 3


def test_a_page_that_syncs_opens_and_answers_calls_nobody(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serving = [sys.executable, "-m", "ui", "serve", "--port", str(port), "--mcp", "--verbose"]
    with (tmp_path / "said").open("w") as said:
        page = subprocess.Popen(
            serving, env=environment | {"STATED_MCP_TOKEN": TOKEN}, stdout=said, stderr=said,
            preexec_fn=_as_in_a_terminal,
        )  # fmt: skip
        try:
            receipt = answered(f"http://127.0.0.1:{port}", page)
            page.send_signal(signal.SIGINT)
            code = page.wait(30)
        finally:
            page.kill()  # where it did not stop; else nothing
            page.wait()
    printed = (tmp_path / "said").read_text("utf-8")
    assert code == 130 and "Traceback" not in printed
    assert receipt["status"] == "undisclosed"
    assert tried(environment) == ""
    assert '"message": "answered"' in printed and QUESTION not in printed
    for secret in (KEY, TOKEN):
        assert secret not in printed and secret not in json.dumps(receipt)
    assert not [path for path in (tmp_path / "data").rglob("*") if path.is_file() and KEY in text(path)]


def _as_in_a_terminal() -> None:
    """A shell lets its background jobs ignore an interruption, and they hand that on to their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def text(path: Path) -> str:
    return path.read_bytes().decode("latin-1")


def test_it_listens_on_this_machine_alone_and_so_do_a_team_and_its_server(
    environment: dict[str, str], tmp_path: Path
) -> None:
    ports = [free_port(), free_port()]
    with chroma_server(tmp_path / "chroma") as server:
        team = environment | {"STATED_CHROMA_URL": server.url, "STATED_CHROMA_TOKEN": TOKEN}
        team |= {"STATED_MCP_TOKEN": TOKEN}
        del team["STATED_LOG"]
        for port, role in zip(ports, ("writer", "reader"), strict=True):
            mine = {"STATED_CHROMA_ROLE": role, "STATED_DATA_DIR": str(tmp_path / role)}
            words = [sys.executable, "-m", "ui", "serve", "--port", str(port), "--mcp"]
            page = subprocess.Popen(words, env=team | mine, stdout=subprocess.DEVNULL)
            try:
                receipt = answered(f"http://127.0.0.1:{port}", page)
                assert listening(page.pid) and all(ip_address(a).is_loopback for a in listening(page.pid))
            finally:
                page.kill()
                page.wait()
            assert receipt["status"] == "undisclosed" and TOKEN not in json.dumps(receipt)
    assert tried(environment) == ""


def listening(process: int) -> set[str]:
    """The addresses on which a process listens, from Linux's tables."""
    held = {str(path.readlink()) for path in Path(f"/proc/{process}/fd").iterdir() if path.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in held:
                raw = bytes.fromhex(fields[1].partition(":")[0])
                turned = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
                found.add(str(ip_address(turned)))
    return found


def answered(url: str, page: subprocess.Popen[bytes]) -> dict[str, object]:
    """Waits until the page is there, looks at it, and asks through the door for programs."""
    deadline = time.monotonic() + 120
    while True:
        try:
            health = httpx.get(f"{url}/health", timeout=20)
            break
        except httpx.TransportError:
            assert page.poll() is None and time.monotonic() < deadline, "the page did not open"
            time.sleep(0.2)
    assert health.json()["documents"] >= 1
    assert httpx.get(url, timeout=20).status_code == 200
    params = {"name": "ask", "arguments": {"question": QUESTION, "as_of": "2025-10-15"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    shown = httpx.post(f"{url}/mcp", json=message, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120)
    receipt: dict[str, object] = shown.json()["result"]["structuredContent"]
    return receipt


def test_a_question_worded_by_a_server_that_is_gone_calls_no_other_and_tells_no_key(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        server = {"STATED_LLM_BASE_URL": f"http://127.0.0.1:{closed.getsockname()[1]}/v1"}
        words = ["ask", "--llm", "openai", "--as-of", "2025-10-15", "--json", QUESTION]
        shown = subprocess.run(
            [sys.executable, "-m", "ui", *words],
            env=environment | server, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "cannot be reached" in shown.stderr and "Traceback" not in shown.stderr
    assert json.loads(shown.stdout)["status"] == "undisclosed"
    assert KEY not in shown.stdout + shown.stderr
    assert tried(environment) == ""
