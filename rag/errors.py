"""The few errors that a user can act on; everything else is a defect and shows its traceback."""

from __future__ import annotations


class StatedError(Exception):
    """Something a user can mend; the message is one plain line that says how."""


class QuestionError(StatedError):
    """The question cannot be used: empty or too long."""


class CorpusError(StatedError):
    """The corpus folder or a file in it cannot be used."""


class IndexStateError(StatedError):
    """The data folder cannot be read or written, or belongs to a newer program."""


class BusyError(IndexStateError):
    """Another program is writing the data folder."""


class ServerGoneError(IndexStateError):
    """The Chroma server does not answer; what was fetched from it before can still be read."""


class WeightsError(StatedError):
    """A model file is missing, cannot be had, or does not match its digest."""


class BackendError(StatedError):
    """A language model backend is missing, does not answer, or answers garbage.

    ``ask`` never raises this: it falls back to quotes and says so in a notice.
    """
