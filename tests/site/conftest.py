"""The site with an application in it."""

from tests.candidates.conftest import ann, balanced, make_application  # noqa: F401
