"""The live topics of models: the header of every page, the Models page and the list in the admin."""

import time
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import QueryDict
from django.template.loader import render_to_string

from models_admin.header import Header, read_header
from models_admin.kit import messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.topics import NotAllowed
from models_admin.overview import Overview, read_overview
from models_admin.overview.shown import Rows
from models_admin.present import Present

PARTS = {  # templates of the Models page, by field of Overview
    "workers": "models_admin/_workers.html",
    "open_swaps": "models_admin/_open_swaps.html",
    "queue": "models_admin/_queue.html",
    "models": "models_admin/_models.html",
    "past_swaps": "models_admin/_swaps.html",
}
MODEL_REPORTS = frozenset({Report.WORKER_CHANGED, Report.SWAP_CHANGED, Report.REGISTRY_CHANGED})


class HeaderTopic:
    """The model selector and the status of the workers: on every page."""

    kinds = MODEL_REPORTS

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        self.groups = [messages.MODELS]
        self._shown = ""

    def snapshot(self) -> list[str]:
        self._shown = ""
        return self.after([])

    def after(self, changes: Collection[Message]) -> list[str]:
        header = _header_now(time.monotonic() // 1) if not changes else read_header()
        if header.version == self._shown:
            return []
        self._shown = header.version
        return [_rendered(header.version, header)]


class ModelsTopic:
    """The Models page; each part is sent when it has changed."""

    groups = (messages.MODELS,)
    kinds = MODEL_REPORTS

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        self._shown: dict[str, str] = {}

    def snapshot(self) -> list[str]:
        self._shown = {}
        return self._fresh(read_overview())

    def after(self, changes: Collection[Message]) -> list[str]:
        return self._fresh(read_overview() if changes else _overview_now(time.monotonic() // 1))

    def _fresh(self, now: Overview) -> list[str]:
        parts: dict[str, Rows[Any]] = {name: getattr(now, name) for name in PARTS}
        fresh = {name: part for name, part in parts.items() if self._shown.get(name) != part.version}
        self._shown |= {name: part.version for name, part in fresh.items()}
        return [_part_rendered(name, part) for name, part in fresh.items()]


class RegistryTopic:
    """The state column of the admin's list of models."""

    groups = (messages.MODELS,)
    kinds = MODEL_REPORTS

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        if not (isinstance(user, User) and user.is_staff and user.has_perm("models_admin.view_modelconfig")):
            raise NotAllowed
        self._shown: set[str] = set()

    def snapshot(self) -> list[str]:
        self._shown = set()
        return self.after([])

    def after(self, changes: Collection[Message]) -> list[str]:
        present = Present()
        states: set[str] = {present.state_html(row) for row in present.rows}
        fresh, self._shown = states - self._shown, states
        return sorted(fresh)


@lru_cache(maxsize=1)
def _header_now(second: float) -> Header:
    """The header, read at most once a second by this process."""
    return read_header()


@lru_cache(maxsize=1)
def _overview_now(second: float) -> Overview:
    """The Models page, read at most once a second by this process."""
    return read_overview()


@lru_cache(maxsize=8)
def _part_rendered(name: str, part: Rows[Any]) -> str:
    """The HTML of a part of the Models page, rendered once per version in this process."""
    return render_to_string(PARTS[name], {"part": part})


_html: dict[str, str] = {}


def _rendered(version: str, header: Header) -> str:
    """The header's HTML, rendered once per version in this process."""
    if version not in _html:
        _html.clear()
        _html[version] = render_to_string("models_admin/_header.html", {"header": header, "live": True})
    return _html[version]
