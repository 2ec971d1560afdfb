"""Whether a port can be listened on, found out before the slow work."""

from __future__ import annotations

import socket

from rag.errors import StatedError


def check_port(host: str, port: int) -> None:
    """See that a server can listen at ``host`` and ``port``.

    Raises:
        StatedError: it cannot; the message says what to do.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise StatedError(f"There is no host {host!r} here: leave --host out for 127.0.0.1.") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind(address)
        except PermissionError:
            raise StatedError(f"Port {port} may not be used by this user: choose one above 1023.") from None
        except OSError as error:
            reason = (error.strerror or "not available").lower()
            free = port + 1 if port < 65535 else 7860
            raise StatedError(
                f"Port {port} on {host} cannot be used ({reason}): stop the program that uses it, or choose "
                f"another, `stated serve --port {free}` or `make run PORT={free}`."
            ) from None
