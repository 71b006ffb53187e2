"""The API keeps what its schema says, whatever is sent: generated requests, and no server error."""

from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from knox.models import AuthToken
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance]


@pytest.fixture
def alices_token(world) -> dict[str, str]:
    return {"Authorization": f"Token {AuthToken.objects.create(world.alice)[1]}"}


def test_every_operation_answers_as_its_schema_says(live_site, registry, alices_token):
    as_json = {"Accept": "application/vnd.oai.openapi+json"}
    schema = schemathesis.openapi.from_url(f"{live_site}/api/schema", headers=alices_token | as_json)
    operations = [cast(Any, result).ok() for result in schema.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:
        ask(operation, alices_token)


def ask(operation: APIOperation, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=15,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def ask(case: Case) -> None:
        if operation.path == "/api/upload":
            case.query = {"wait": 0}
        answer = case.call(headers=headers, timeout=30)
        if answer.status_code != 503:  # what the health addresses say where nothing works, as here
            case.validate_response(answer, checks=CHECKS)

    ask()
