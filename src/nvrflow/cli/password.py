"""The password: from NVRFLOW_PASSWORD, then the keyring, then a prompt; never from an option."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec

import click

from nvrflow import environment
from nvrflow.address import place_of
from nvrflow.errors import WrongCall


def asker(url: str, user: str, pause: Callable[[], AbstractContextManager[object]] = nullcontext) -> Callable[[], str]:
    """Make a function that gets the password when it is needed; `pause` hides the live display during a prompt."""

    def ask() -> str:
        given = environment.password()
        if given:
            return given
        host = place_of(url).netloc
        stored = _stored(host, user)
        if stored:
            return stored
        if not sys.stdin.isatty():
            raise WrongCall(_nowhere(host, user))
        with pause():
            answer: str = click.prompt(f"Password of {user} on {host}", hide_input=True, err=True)
        return answer

    return ask


def _nowhere(host: str, user: str) -> str:
    if find_spec("keyring") is None:
        return (
            f"password of {user}: NVRFLOW_PASSWORD is not set, and there is no terminal for a prompt; set NVRFLOW_PASSWORD, or "
            "type pip install 'nvrflow[keyring]' and store the password in the keyring"
        )
    return (
        f"password of {user}: NVRFLOW_PASSWORD is not set, the keyring has no password for nvrflow {host}, and there is"
        " no terminal for a prompt; set NVRFLOW_PASSWORD, or store the password in the keyring"
    )


def _stored(host: str, user: str) -> str | None:
    """The password in the operating system's keyring for this recorder; None if there is none, or no keyring."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ModuleNotFoundError:  # the extra `keyring` is not installed
        return None
    try:
        return keyring.get_password(f"nvrflow {host}", user)
    except KeyringError:
        return None
