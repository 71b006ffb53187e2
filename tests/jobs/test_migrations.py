"""Jobs of an earlier version of wfc: what was opened before jobs had criteria gets those of its description."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


@pytest.fixture
def migrate(transactional_db):
    """`migrate("0001_initial")`: the models as they were then; afterwards everything is as it is now."""

    def migrate(name):
        executor = MigrationExecutor(connection)
        executor.migrate([("jobs", name)])
        return executor.loader.project_state([("jobs", name)]).apps

    yield migrate
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_versions_that_exist_get_the_criteria_of_their_descriptions(migrate, django_user_model):
    then = migrate("0001_initial")
    owner = django_user_model.objects.create_user("alice")
    job = then.get_model("jobs", "Job").objects.create(owner_id=owner.pk)
    for number, description in enumerate(["Requirements: rye.", "Requirements: Python or Ruby."], 1):
        then.get_model("jobs", "JobVersion").objects.create(
            job=job, number=number, title="Baker", description=description, created_by_id=owner.pk
        )
    now = migrate("0002_criteria").get_model("jobs", "Criterion")
    rows = now.objects.order_by("job_version__number", "position")
    assert list(rows.values_list("job_version__number", "key", "text", "weight")) == [
        (1, "c1", "rye", "must"),
        (2, "c1", "Python or Ruby", "must"),
    ]
