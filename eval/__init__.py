"""Whether answers are grounded: question sets, recorded answers, metrics, gates, reports.

``stated eval`` (or ``python -m eval``) asks, scores and judges; ``stated eval score FILE`` scores recorded
answers without the engine.  The parsers here are our own on purpose: they share no code with the engine
that they check, but for ``rag.verification``, which shares none with it either.
"""
