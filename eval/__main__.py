"""``python -m eval``; see ``eval.cli``."""

from __future__ import annotations

import sys

from eval.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], program="python -m eval"))
