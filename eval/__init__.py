"""Whether answers are grounded: question sets, recorded answers, metrics, gates.

``python -m eval`` asks and scores, ``python -m eval score FILE`` scores recorded answers without the
engine, ``python -m eval.gate`` fails where an answer asserts what its sources do not.  The parsers here
are our own on purpose: they share no code with the engine that they check.
"""
