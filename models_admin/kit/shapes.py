"""Shapes that every part of the API shares."""

from rest_framework import serializers


class Detail(serializers.Serializer[object]):
    detail = serializers.CharField(help_text="One sentence: what is wrong and what to do.")
