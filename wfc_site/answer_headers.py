"""A middleware that adds headers to answers, whether Django calls it with `await` or without."""

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

Answer = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]


def adding(headers: Callable[[HttpRequest], Mapping[str, str]]) -> Callable[[Answer], Answer]:
    """Return a middleware that adds `headers` of the request to every answer that does not have its own."""

    @sync_and_async_middleware
    def middleware(get_response: Answer) -> Answer:
        if iscoroutinefunction(get_response):

            async def answer_async(request: HttpRequest) -> HttpResponseBase:
                return _with_headers(await get_response(request), headers(request))

            return answer_async

        def answer(request: HttpRequest) -> HttpResponseBase:
            return _with_headers(cast(HttpResponseBase, get_response(request)), headers(request))

        return answer

    return cast(Callable[[Answer], Answer], middleware)


def _with_headers(response: HttpResponseBase, headers: Mapping[str, str]) -> HttpResponseBase:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
