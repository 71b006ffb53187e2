"""The WebSocket consumer of live pages: a page says what it shows, and gets updates when that changes.

Messages from the channel layer are nudges. The consumer collects them, reads the rows and sends fragments
that the page swaps in by id. Each fragment is one message, because a table row cannot have other siblings.
On every connect it sends the current state of everything on the page, so no update can be missed.
A page of another version of the site gets nothing: its scripts may not know the fragments of this one.
"""

import asyncio
import contextlib
import logging
import time
from types import SimpleNamespace
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import QueryDict

from candidates.opinions.repeats_page import RepeatsTopic
from candidates.opinions.screening_live import ScreeningsTopic
from candidates.pages.live import ApplicationTopic, JobTopic
from jobs.live import JobsTopic
from models_admin.kit.messages import KINDS, Message, parse_message
from models_admin.kit.topics import NotAllowed, Topic
from models_admin.live import HeaderTopic, ModelsTopic, RegistryTopic
from wfc_site import version

log = logging.getLogger(__name__)

GAP_S = 0.25  # at most four refreshes a second on average; changes in between are shown together
AT_ONCE = 8  # refreshes without a pause: a swap has six phases, and a person waits for the last one
HEADER_AGAIN_S = 5.0  # a killed worker sends nothing: its silence must be noticed
ALL_AGAIN_S = 20.0  # against lost messages, lost subscriptions and withdrawn permissions
SIGNED_OUT, NOT_ALLOWED, OUTDATED, TRY_AGAIN = 4401, 4403, 4426, 1012

PAGES: dict[str, list[type[Topic]]] = {
    "application": [HeaderTopic, ApplicationTopic, RepeatsTopic],
    "job": [HeaderTopic, JobTopic, ScreeningsTopic],
    "jobs": [HeaderTopic, JobsTopic],
    "models": [HeaderTopic, ModelsTopic],
    "registry": [RegistryTopic],
}


class Live(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """`/ws/live?version=…&page=job&job=12&…`: the other parameters belong to the page."""

    async def connect(self) -> None:
        await self.accept()  # a browser learns the close code only if the socket was open
        self._changes: set[Message] = set()
        self._changed = asyncio.Event()
        self._joined: set[str] = set()
        self._pace = Pace()
        self._task = asyncio.create_task(self._follow())

    async def disconnect(self, code: int) -> None:
        self._task.cancel()
        for group in self._joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def dispatch(self, message: dict[str, Any]) -> None:
        if message["type"] in KINDS:
            self._changes.add(parse_message(message))
            self._changed.set()
        else:
            await super().dispatch(message)

    async def _follow(self) -> None:
        code = await self._show_until_closed()
        with contextlib.suppress(OSError):  # the browser has disconnected already
            await self.close(code=code)

    async def _show_until_closed(self) -> int:
        """Keep the page up to date; return the code to close the socket with."""
        if QueryDict(self.scope["query_string"]).get("version", version.current()) != version.current():
            return OUTDATED
        try:
            await self._show()
        except SignedOut:
            return SIGNED_OUT
        except NotAllowed:
            return NOT_ALLOWED
        except OSError as error:
            log.info("A live page cannot be reached (%r); the browser will reconnect", error)
        except Exception:
            log.exception("A live page failed; the browser will reconnect")
        return TRY_AGAIN

    async def _show(self) -> None:
        """Send the current state and then every change, for ever. Raises SignedOut or NotAllowed."""
        while True:
            topics = await _topics(self.scope)
            for group in {group for topic in topics for group in topic.groups}:
                await self.channel_layer.group_add(group, self.channel_name)
                self._joined.add(group)
            self._changes.clear()
            for topic in topics:  # join first, then read: no change is missed
                await self._send_all(await _snapshot(topic))
            await self._show_changes(topics, until=time.monotonic() + ALL_AGAIN_S)

    async def _show_changes(self, topics: list[Topic], until: float) -> None:
        while (left_s := until - time.monotonic()) > 0:
            await _wait(self._changed, min(left_s, HEADER_AGAIN_S))
            self._changed.clear()
            changes, self._changes = self._changes, set()
            for topic in topics:
                its_own = {change for change in changes if change.type in topic.kinds}
                await self._send_all(await _after(topic, its_own))
            await asyncio.sleep(self._pace.pause_s(time.monotonic()))

    async def _send_all(self, fragments: list[str]) -> None:
        for fragment in fragments:
            await self.send(text_data=fragment)


class Pace:
    """A rate limit for refreshes: a burst of AT_ONCE after a quiet time, then one every GAP_S."""

    def __init__(self) -> None:
        self._paid_until_s = 0.0  # every refresh costs GAP_S

    def pause_s(self, now_s: float) -> float:
        """Return how long to pause after a refresh at `now_s`."""
        self._paid_until_s = max(self._paid_until_s, now_s) + GAP_S
        return max(0.0, self._paid_until_s - now_s - AT_ONCE * GAP_S)


class SignedOut(Exception):
    """The session has ended, or its user may no longer sign in."""


async def _wait(event: asyncio.Event, limit_s: float) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        return


@database_sync_to_async  # type: ignore[untyped-decorator]
def _topics(scope: dict[str, Any]) -> list[Topic]:
    """Return the topics of the page, with current permissions. Raises SignedOut or NotAllowed."""
    user = _user(scope)
    if not user.is_authenticated:
        raise SignedOut
    query = QueryDict(scope["query_string"])
    return [topic(user, query) for topic in PAGES.get(query.get("page", ""), [HeaderTopic])]


def _user(scope: dict[str, Any]) -> AbstractBaseUser | AnonymousUser:
    """Return the session's user from the database; the scope's user dates from the connect."""
    session = SessionStore(scope["cookies"].get(settings.SESSION_COOKIE_NAME))
    return get_user(SimpleNamespace(session=session))  # type: ignore[arg-type]


@database_sync_to_async  # type: ignore[untyped-decorator]
def _snapshot(topic: Topic) -> list[str]:
    return topic.snapshot()


@database_sync_to_async  # type: ignore[untyped-decorator]
def _after(topic: Topic, changes: set[Message]) -> list[str]:
    return topic.after(changes)
