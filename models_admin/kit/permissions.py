"""Permissions, each with its refusal."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.core.exceptions import PermissionDenied


@dataclass(frozen=True, kw_only=True)
class Permission:
    """`name` is Django's, "app.codename"; `refusal` is the sentence for people who lack it."""

    name: str
    refusal: str

    def held_by(self, user: AbstractBaseUser | AnonymousUser) -> bool:
        return isinstance(user, PermissionsMixin | AnonymousUser) and user.has_perm(self.name)

    def require(self, user: AbstractBaseUser | AnonymousUser) -> None:
        """Raise PermissionDenied with the refusal unless `user` holds it; pages and REST answer with 403."""
        if not self.held_by(user):
            raise PermissionDenied(self.refusal)
