"""Topics of live pages: a topic knows its groups, its present state, and what a change means to it."""

from collections.abc import Collection
from typing import Protocol

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import QueryDict

from models_admin.kit.messages import Message, Report


class NotAllowed(Exception):
    """This user may not see this topic (any more)."""


class Topic(Protocol):
    """One thing that a page shows. Made anew every 20 s, so that it is made with the rights of the moment.

    Fragments are HTML whose root has the id of the element that it takes the place of, and `hx-swap-oob`.
    """

    @property
    def groups(self) -> Collection[str]: ...

    @property
    def kinds(self) -> Collection[Report]: ...

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        """`query` is the socket's query string. Raises NotAllowed."""

    def snapshot(self) -> list[str]:
        """All of it, as it is now."""

    def after(self, changes: Collection[Message]) -> list[str]:
        """What `changes`, all of its kinds, changed; they may be none: time has passed, or others changed."""
