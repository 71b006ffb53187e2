"""Topics of live pages: a topic knows its groups, its current state and what a change means to it."""

from collections.abc import Collection
from typing import Protocol

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import QueryDict

from models_admin.kit.messages import Message, Report


class NotAllowed(Exception):
    """The user may not see this topic, or no longer."""


class Topic(Protocol):
    """One thing that a page shows. It is made again every 20 s, so that permissions are current.

    A fragment is HTML; its root has the id of the element that it replaces, and `hx-swap-oob`.
    """

    @property
    def groups(self) -> Collection[str]: ...

    @property
    def kinds(self) -> Collection[Report]: ...

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        """`query` is the socket's query string. Raises NotAllowed."""

    def snapshot(self) -> list[str]:
        """Return fragments of all of it, as it is now."""

    def after(self, changes: Collection[Message]) -> list[str]:
        """Return fragments of what `changes` changed. All are of its kinds; without any, time has passed."""
