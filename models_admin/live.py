"""What live pages are made of: a topic knows its groups, its present state, and what a change means to it."""

import time
from collections.abc import Collection
from functools import lru_cache
from typing import Protocol

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import QueryDict
from django.template.loader import render_to_string

from models_admin import catalogue, messages
from models_admin.catalogue import Header
from models_admin.messages import Message


class NotAllowed(Exception):
    """This user may not see this topic (any more)."""


class Topic(Protocol):
    """One thing that a page shows. Made anew every 20 s, so that it is made with the rights of the moment.

    Fragments are HTML whose root has the id of the element that it takes the place of, and `hx-swap-oob`.
    """

    @property
    def groups(self) -> Collection[str]: ...

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        """`query` is the socket's query string. Raises NotAllowed."""

    def snapshot(self) -> list[str]:
        """All of it, as it is now."""

    def after(self, changes: Collection[Message]) -> list[str]:
        """What `changes` changed; they may be none, when only time has passed."""


class HeaderTopic:
    """The model selector and the status of the workers: on every page."""

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        self.groups = [messages.MODELS]
        self._shown = ""

    def snapshot(self) -> list[str]:
        self._shown = ""
        return self.after([])

    def after(self, changes: Collection[Message]) -> list[str]:
        header = _header_now(time.monotonic() // 1) if not changes else catalogue.header()
        if header.version == self._shown:
            return []
        self._shown = header.version
        return [_rendered(header.version, header)]


class RegistryTopic:
    """The state column of the admin's list of models."""

    groups = (messages.MODELS,)

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        if not (isinstance(user, User) and user.is_staff and user.has_perm("models_admin.view_modelconfig")):
            raise NotAllowed
        self._shown: set[str] = set()

    def snapshot(self) -> list[str]:
        self._shown = set()
        return self.after([])

    def after(self, changes: Collection[Message]) -> list[str]:
        present = catalogue.Present()
        states: set[str] = {present.state_html(row) for row in present.rows}
        fresh, self._shown = states - self._shown, states
        return sorted(fresh)


@lru_cache(maxsize=1)
def _header_now(second: float) -> Header:
    """The header, read once a second however many pages look."""
    return catalogue.header()


_html: dict[str, str] = {}


def _rendered(version: str, header: Header) -> str:
    """The header's HTML, rendered once per version in this process."""
    if version not in _html:
        _html.clear()
        _html[version] = render_to_string("models_admin/_header.html", {"header": header, "live": True})
    return _html[version]
