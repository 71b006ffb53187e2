"""A live page over a real Redis: what it is told, when, and who is told nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone

import wfc_site.live
from candidates.deciding import decisions
from candidates.evaluations import claims
from candidates.models import Application, Resume, changes
from jobs import openings
from models_admin.kit import messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.publishing import publish
from models_admin.models import GpuWorker, ModelConfig, Swap
from wfc_site import version as site_version
from wfc_site.asgi import application

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis", "registry")]

ORIGIN = (b"origin", b"http://localhost")


@pytest.fixture(autouse=True)
async def _connections_closed() -> AsyncIterator[None]:
    yield
    await sync_to_async(connections.close_all)()


class Page:
    """A browser's end of the socket: keeps what came, by the id of the element that it takes the place of."""

    def __init__(
        self,
        query: str,
        user: User | None,
        *,
        origin: tuple[bytes, bytes] = ORIGIN,
        version: str | None = None,
    ) -> None:
        headers = [origin, (b"host", b"localhost"), (b"cookie", _cookie(user))]
        shows = f"version={site_version.current() if version is None else version}&{query}"
        self.socket = WebsocketCommunicator(application, f"/ws/live?{shows}", headers=headers)
        self.heard: list[str] = []

    async def open(self) -> "Page":
        accepted, _ = await self.socket.connect(timeout=60)
        assert accepted
        return self

    async def until(self, *words: str, limit_s: float = 60) -> str:
        """Return the first fragment that holds all of `words`."""
        async with asyncio.timeout(limit_s):
            while True:
                fragment = await self.socket.receive_from(timeout=limit_s)
                self.heard.append(fragment)
                if all(word in fragment for word in words):
                    return fragment

    async def close_code(self) -> int:
        while True:
            message = await self.socket.receive_output(timeout=60)
            if message["type"] == "websocket.close":
                return message["code"]

    async def close(self) -> None:
        await self.socket.disconnect()


def _cookie(user: User | None) -> bytes:
    if user is None:
        return b""
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}".encode()


@pytest.fixture
async def open_page() -> AsyncIterator[Callable[..., Any]]:
    pages: list[Page] = []

    async def open_page(query: str, user: User | None, **more: Any) -> Page:
        page = await sync_to_async(Page)(query, user, **more)
        pages.append(page)
        return await page.open()

    yield open_page
    for page in pages:
        await page.close()


def make_application(job: Any, letter: str = "a") -> Application:
    resume = Resume.objects.create(
        sha256=letter * 64, storage_key=letter, media_type="application/pdf", size_bytes=1, page_count=1
    )
    made = Application.objects.create(job=job, resume=resume, file_name=f"{letter}.pdf")
    claims.enqueue(made)
    return made


async def test_on_connect_it_is_told_all_that_the_page_shows(world, open_page):
    await sync_to_async(make_application)(world.job)
    page = await open_page(f"page=job&job={world.job.pk}", world.alice)
    await page.until('id="models"')
    await page.until('id="applications"', "a.pdf")
    await page.until('id="items"')
    await page.until('id="counts"')


async def test_a_new_row_joins_the_table(world, open_page):
    page = await open_page(f"page=job&job={world.job.pk}", world.alice)
    await page.until('id="counts"')
    made = await sync_to_async(make_application)(world.job)
    await page.until("beforeend:#applications", f'id="application-{made.pk}"')


async def test_a_changed_row_takes_its_own_place(world, open_page):
    made = await sync_to_async(make_application)(world.job)
    page = await open_page(f"page=job&job={world.job.pk}", world.alice)
    await page.until('id="counts"')
    await sync_to_async(decisions.decide)(made, status="Accepted", user=world.alice)
    fragment = await page.until(f'id="application-{made.pk}"')
    assert fragment.strip().startswith("<tr")


async def test_a_row_that_sorts_elsewhere_is_only_counted(world, open_page):
    first = await sync_to_async(make_application)(world.job)
    page = await open_page(f"page=job&job={world.job.pk}&after={first.pk + 1}&seen={first.pk}", world.alice)
    await page.until('id="counts"')
    await sync_to_async(make_application)(world.job, "b")
    await page.until('id="unseen"', "Show 1 new")


async def test_a_row_joins_before_the_row_that_sorts_behind_it(world, open_page):
    behind = await sync_to_async(make_application)(world.job, "b")
    page = await open_page(f"page=job&job={world.job.pk}&sort=name", world.alice)
    await page.until('id="counts"')
    made = await sync_to_async(make_application)(world.job, "a")
    await page.until(f"beforebegin:#application-{behind.pk}", f'id="application-{made.pk}"')


async def test_a_row_that_matches_no_more_leaves(world, open_page):
    made = await sync_to_async(make_application)(world.job)
    page = await open_page(f"page=job&job={world.job.pk}&decision=Pending", world.alice)
    await page.until('id="counts"')
    await sync_to_async(decisions.decide)(made, status="Accepted", user=world.alice)
    await page.until(f'<tr id="application-{made.pk}" data-gone>')


async def test_a_row_that_begins_to_match_joins(world, open_page):
    made = await sync_to_async(make_application)(world.job)
    page = await open_page(f"page=job&job={world.job.pk}&decision=Accepted", world.alice)
    await page.until('id="counts"')
    await sync_to_async(decisions.decide)(made, status="Accepted", user=world.alice)
    await page.until("beforeend:#applications", f'id="application-{made.pk}"')


async def test_the_header_follows_the_worker(world, open_page):
    page = await open_page("", world.charlie)
    await page.until('id="models"', "No worker is running")
    worker = await GpuWorker.objects.acreate(name="gpu0", host="h", pid=1, pid_started_at=0, device="CPU")
    report = Message(type=Report.WORKER_CHANGED, id=worker.pk)
    await sync_to_async(publish)(messages.MODELS, report)
    await page.until('id="models"', "starting")


async def test_a_new_job_appears_in_the_list_of_whoever_may_see_it(world, open_page):
    page = await open_page("page=jobs", world.alice)
    await page.until('id="jobs"')
    await sync_to_async(openings.create)(owner=world.alice, title="Fresh", description="New.")
    await page.until('id="jobs"', "Fresh")


async def test_changes_that_follow_each_other_do_not_wait_for_the_gap(world, open_page, monkeypatch):
    monkeypatch.setattr(wfc_site.live, "GAP_S", 60)
    page = await open_page("page=jobs", world.alice)
    await page.until('id="jobs"')
    for title in ("First", "Second"):
        await sync_to_async(openings.create)(owner=world.alice, title=title, description="New.")
        await page.until('id="jobs"', title)


async def test_another_ones_job_is_told_to_nobody_else(world, open_page):
    page = await open_page(f"page=job&job={world.job.pk}", world.charlie)
    assert await page.close_code() == wfc_site.live.NOT_ALLOWED


async def test_the_page_of_an_application_is_told_all_that_it_shows(world, open_page):
    made = await sync_to_async(make_application)(world.job)
    page = await open_page(f"page=application&application={made.pk}", world.alice)
    for part in ("who", "verdict", "decision", "criteria", "sheets", "decisions", "evaluations", "document"):
        await page.until(f'id="{part}"')


async def test_the_page_of_an_application_follows_the_decisions_of_others(world, open_page):
    made = await sync_to_async(make_application)(world.job)
    page = await open_page(f"page=application&application={made.pk}", world.alice)
    await page.until('id="document"')
    await sync_to_async(decisions.decide)(made, status="Accepted", user=world.bob, note="Call on Monday.")
    await page.until('id="decision"', "by bob")
    await page.until('id="decisions"', "Call on Monday.")


async def test_the_pages_of_the_document_stay_while_people_decide(world, open_page):
    made = await sync_to_async(make_application)(world.job)
    page = await open_page(f"page=application&application={made.pk}", world.alice)
    await page.until('id="document"')
    heard = len(page.heard)
    await sync_to_async(decisions.decide)(made, status="Accepted", user=world.bob)
    await page.until('id="document"')
    assert not any('id="sheets"' in fragment for fragment in page.heard[heard:])


async def test_another_ones_application_is_told_to_nobody_else(world, open_page):
    made = await sync_to_async(make_application)(world.job)
    page = await open_page(f"page=application&application={made.pk}", world.charlie)
    assert await page.close_code() == wfc_site.live.NOT_ALLOWED


async def test_who_is_not_signed_in_is_told_so(world, open_page):
    page = await open_page(f"page=job&job={world.job.pk}", None)
    assert await page.close_code() == wfc_site.live.SIGNED_OUT


async def test_who_is_signed_out_meanwhile_is_cut_off(world, open_page, monkeypatch):
    monkeypatch.setattr(wfc_site.live, "ALL_AGAIN_S", 0.3)
    page = await open_page(f"page=job&job={world.job.pk}", world.alice)
    await page.until('id="counts"')
    await User.objects.filter(pk=world.alice.pk).aupdate(is_active=False)
    assert await page.close_code() == wfc_site.live.SIGNED_OUT


async def test_a_right_that_is_taken_away_ends_the_page(world, open_page, monkeypatch):
    monkeypatch.setattr(wfc_site.live, "ALL_AGAIN_S", 0.3)
    page = await open_page(f"page=job&job={world.job.pk}", world.bob)
    await page.until('id="counts"')
    await sync_to_async(world.bob.teams.clear)()
    assert await page.close_code() == wfc_site.live.NOT_ALLOWED


async def test_another_site_cannot_listen(world):
    page = await sync_to_async(Page)("page=jobs", world.alice, origin=(b"origin", b"http://evil.example"))
    accepted, _ = await page.socket.connect(timeout=60)
    assert not accepted


async def test_what_was_missed_is_found_without_a_message(world, open_page, monkeypatch):
    monkeypatch.setattr(wfc_site.live, "ALL_AGAIN_S", 0.3)
    page = await open_page(f"page=job&job={world.job.pk}", world.alice)
    await page.until('id="counts"')
    monkeypatch.setattr(changes, "publish", lambda *_: None)
    await sync_to_async(make_application)(world.job)
    await page.until('id="applications"', "a.pdf")


async def test_the_admins_list_follows_the_workers(world, open_page):
    page = await open_page("page=registry", world.olga)
    await page.until("state-", "No worker is running")
    rules = await ModelConfig.objects.aget(name="rules/balanced")
    worker = await GpuWorker.objects.acreate(
        name="gpu0",
        host="h",
        pid=1,
        pid_started_at=0,
        device="CPU",
        status="ready",
        mode="one_shot",
        model_config=rules,
    )
    await sync_to_async(publish)(messages.MODELS, Message(type=Report.WORKER_CHANGED, id=worker.pk))
    await page.until(f'id="state-{rules.pk}"', "✓ active")


async def test_the_admins_list_is_told_to_no_recruiter(world, open_page):
    page = await open_page("page=registry", world.alice)
    assert await page.close_code() == wfc_site.live.NOT_ALLOWED


async def test_the_models_page_is_told_all_that_it_shows(world, open_page):
    page = await open_page("page=models", world.charlie)
    await page.until('id="models"')
    for part in ("workers", "open-swaps", "enabled-models", "past-swaps"):
        await page.until(f'id="{part}"')


async def test_the_models_page_follows_the_memory_of_a_worker(world, open_page):
    page = await open_page("page=models", world.charlie)
    await page.until('id="past-swaps"')
    held = {"gpu_budget_gib": 76.0, "gpu_held_gib": 18.3, "host_budget_gib": 60.0, "host_held_gib": 5.1}
    worker = await GpuWorker.objects.acreate(
        name="gpu0", host="h", pid=1, pid_started_at=0, device="NVIDIA H100", memory=held | {"engines": {}}
    )
    await sync_to_async(publish)(messages.MODELS, Message(type=Report.WORKER_CHANGED, id=worker.pk))
    await page.until('id="workers"', f'id="worker-{worker.pk}"', "18.3 of 76.0 GiB")


async def test_a_swap_moves_from_running_to_past_on_the_models_page(world, open_page):
    rules = await ModelConfig.objects.aget(name="rules/strict")
    worker = await GpuWorker.objects.acreate(name="gpu0", host="h", pid=1, pid_started_at=0, device="CPU")
    swap = await Swap.objects.acreate(worker=worker, mode="one_shot", model_config=rules, phase="loading")
    page = await open_page("page=models", world.charlie)
    await page.until(f'id="open-swap-{swap.pk}"')
    swap.phase, swap.ended_at, swap.phase_seconds = "ready", timezone.now(), {"loading": 3.0}
    await swap.asave()
    await sync_to_async(publish)(messages.MODELS, Message(type=Report.SWAP_CHANGED, id=swap.pk))
    await page.until('id="past-swaps"', f'id="swap-{swap.pk}"', "loading 3.0 s")


async def test_what_has_not_changed_on_the_models_page_is_not_sent_again(world, open_page):
    page = await open_page("page=models", world.charlie)
    await page.until('id="past-swaps"')
    heard = len(page.heard)
    rules = await ModelConfig.objects.aget(name="rules/strict")
    await ModelConfig.objects.filter(pk=rules.pk).aupdate(pin=True)
    await sync_to_async(publish)(messages.MODELS, Message(type=Report.REGISTRY_CHANGED, id=rules.pk))
    await page.until('id="enabled-models"', "pinned")
    again = [fragment for fragment in page.heard[heard:] if 'id="models"' not in fragment]
    assert len(again) == 1


@pytest.mark.parametrize("version", ["0123456789ab", ""], ids=["of an older site", "that names none"])
async def test_a_page_of_another_version_is_sent_nothing_and_told_so(world, open_page, version):
    page = await open_page("page=jobs", world.alice, version=version)
    closing = await page.socket.receive_output(timeout=5)
    assert closing == {"type": "websocket.close", "code": wfc_site.live.OUTDATED}


async def test_a_page_of_another_version_is_told_so_even_if_it_is_signed_out(world, open_page):
    """It reloads, and the new page asks to sign in."""
    page = await open_page("page=jobs", None, version="0123456789ab")
    assert await page.close_code() == wfc_site.live.OUTDATED
