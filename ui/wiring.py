"""How listeners of the page are wired: which wait for their turn, and which are answered at once.

Gradio closes a visitor's stream of results when the last queued event has ended.  An event that joins in
that moment takes the stream for open, and never hears its result.  So only what may take long is queued,
and nothing that runs by itself when the page opens: a question asked at once would stay unanswered.
"""

from __future__ import annotations

from typing import Any

LONG: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
QUICK: dict[str, Any] = {**LONG, "queue": False}
