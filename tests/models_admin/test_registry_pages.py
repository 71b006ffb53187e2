"""The registry as a YAML file through the admin: written, read, and refused whole where anything is wrong."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from models_admin.models import AuditEvent, ModelConfig
from models_admin.registry import yaml_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

IMPORT, EXPORT = "admin:models_admin_modelconfig_import", "admin:models_admin_modelconfig_export"
NEW = """
models:
  acme/new:
    display_name: New
    type: text_reasoning
    inference_modes: [hybrid]
"""


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def olga(world) -> Client:
    return signed_in(world.olga)


def send(client: Client, text: str, **fields):
    file = SimpleUploadedFile("ours.yaml", text.encode())
    return client.post(reverse(IMPORT), {"file": file, **fields})


def test_what_was_exported_is_imported_again_and_changes_nothing(olga):
    answer = olga.get(reverse(EXPORT))
    before = yaml_file.dump_registry()
    send(olga, answer.text, overwrite="on")
    assert yaml_file.dump_registry() == before


def test_an_export_is_a_file_and_stands_in_the_audit_trail(olga, world):
    assert olga.get(reverse(EXPORT))["Content-Disposition"] == 'attachment; filename="models.yaml"'
    event = AuditEvent.objects.get(action="registry.export")
    assert (event.actor, event.details) == (world.olga, {"count": ModelConfig.objects.count()})


def test_a_new_model_is_added(olga):
    assert send(olga, NEW).status_code == 302
    assert ModelConfig.objects.get(name="acme/new").display_name == "New"


def test_a_model_that_is_there_stays_unless_it_is_to_be_overwritten(olga):
    changed = NEW.replace("acme/new", "rules/strict").replace("text_reasoning", "rules")
    changed = changed.replace("hybrid", "one_shot")
    send(olga, changed)
    assert ModelConfig.objects.get(name="rules/strict").display_name != "New"
    send(olga, changed, overwrite="on")
    assert ModelConfig.objects.get(name="rules/strict").display_name == "New"


def test_a_file_with_a_mistake_is_refused_whole_with_the_place(olga):
    answer = send(olga, NEW + "  acme/bad:\n    display_name: Bad\n    typ: text_reasoning\n")
    assert (answer.status_code, "ours.yaml: acme/bad: typ: unknown" in answer.text) == (400, True)
    assert not ModelConfig.objects.filter(name="acme/new").exists()


def test_what_is_no_list_of_models_is_refused(olga):
    assert "larger than 1 MiB" in send(olga, "#" * 2**20 + "#").text
    assert "Choose a YAML file." in olga.post(reverse(IMPORT), {}).text


def test_only_a_superuser_imports_trust_in_code(olga, django_user_model):
    trusting = NEW + "    trust_remote_code: true\n"
    assert "only a superuser may trust code" in send(olga, trusting).text
    assert not ModelConfig.objects.filter(name="acme/new").exists()
    send(signed_in(django_user_model.objects.create_superuser("root")), trusting)
    assert ModelConfig.objects.get(name="acme/new").trust_remote_code


def test_an_operator_may_import_again_what_a_superuser_has_trusted_but_no_other_weights(olga):
    ModelConfig.objects.filter(name="rules/strict").delete()
    ModelConfig.objects.create(
        name="acme/new",
        display_name="Old",
        type="text_reasoning",
        inference_modes=["hybrid"],
        trust_remote_code=True,
        revision="abc",
    )
    same = NEW + "    trust_remote_code: true\n    revision: abc\n"
    assert send(olga, same, overwrite="on").status_code == 302
    assert send(olga, same.replace("abc", "def"), overwrite="on").status_code == 400


def test_whoever_may_not_change_the_registry_cannot_import(world, olga):
    world.olga.groups.get().permissions.remove(
        world.olga.groups.get().permissions.get(codename="change_modelconfig")
    )
    answer = send(olga, NEW)
    assert (answer.status_code, ModelConfig.objects.filter(name="acme/new").exists()) == (403, False)


@pytest.mark.parametrize("page", [IMPORT, EXPORT])
def test_recruiters_are_not_let_in(world, page):
    assert signed_in(world.alice).get(reverse(page)).status_code == 302
