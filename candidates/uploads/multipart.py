"""Parsing of multipart forms that counts every file, whatever its name."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.http.multipartparser import MultiPartParser as DjangoParser
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser

UNNAMED = "unnamed"


class _EveryFile(DjangoParser):
    """Keeps files that Django drops: those whose name is only dots, slashes and control characters."""

    def sanitize_file_name(self, file_name: str) -> str:
        return super().sanitize_file_name(file_name) or UNNAMED


class EveryFile(MultiPartParser):
    """DRF's parser, using the one above."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> "DataAndFiles[Any, Any]":
        request = (parser_context or {})["request"]
        meta = request.META | {"CONTENT_TYPE": media_type}
        encoding = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
        try:
            form = _EveryFile(meta, stream, request.upload_handlers, encoding)  # type: ignore[arg-type]  # a stream
            return DataAndFiles(*form.parse())
        except MultiPartParserError as error:
            raise ParseError("The multipart form is malformed.") from error
