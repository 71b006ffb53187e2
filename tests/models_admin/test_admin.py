"""The admin: models are edited with sentences for errors, swapped to by an action, and the rest is only read."""

import json

import pytest
from django.contrib.messages import get_messages
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse

from models_admin.models import AuditEvent, ModelConfig, Swap, Trial
from models_admin.swaps import trials
from tests.models_admin.conftest import NEEDS_GPU

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

LIST = "admin:models_admin_modelconfig_changelist"
PARSER = "docling-project/SmolDocling-256M-preview"
REASONER = "nvidia/NVIDIA-Nemotron-Nano-9B-v2"


@pytest.fixture
def olga(world) -> Client:
    """An operator."""
    return signed_in(world.olga)


@pytest.fixture
def root(django_user_model) -> Client:
    """A superuser."""
    return signed_in(django_user_model.objects.create_superuser("root"))


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def named(name: str) -> ModelConfig:
    return ModelConfig.objects.get(name=name)


def edit(client: Client, row: ModelConfig, **changes: object):
    """Send the form of `row` as the browser would; a change to None is a box without its mark."""
    shown = model_to_dict(row) | dict.fromkeys(("rules", "initial-rules"), json.dumps(row.rules))
    sent = {
        name: value for name, value in (shown | changes).items() if value is not None and value is not False
    }
    return client.post(reverse("admin:models_admin_modelconfig_change", args=[row.pk]), sent)


def errors(answer) -> str:
    found = answer.context["adminform"].form.errors.values()
    return " ".join(sentence for sentences in found for sentence in sentences)


def act(client: Client, *names: str):
    chosen = [named(name).pk for name in names]
    return client.post(reverse(LIST), {"action": "swap_to_this_model", "_selected_action": chosen})


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


# The list


def test_the_list_says_of_every_model_what_it_is_doing(olga, live_worker):
    live_worker()
    page = olga.get(reverse(LIST)).content.decode()
    for name, words in {
        "rules/balanced": "✓ active",
        "rules/strict": "ready",
        "openai/gpt-oss-20b": "disabled",
        "Qwen/Qwen2.5-Omni-7B": NEEDS_GPU,
    }.items():
        assert f'<span id="state-{named(name).pk}">{words}</span>' in page


def test_the_list_takes_the_same_few_queries_whatever_there_is(
    olga, live_worker, django_assert_max_num_queries
):
    for number in range(3):
        live_worker(f"gpu{number}")
    with django_assert_max_num_queries(13):
        olga.get(reverse(LIST))


def test_a_recruiter_is_not_let_in(world):
    assert signed_in(world.alice).get(reverse(LIST)).status_code == 302


# Swapping


def test_the_action_swaps(olga, live_worker):
    live_worker()
    assert said(act(olga, "rules/strict")) == "Swapping to Keyword rules (strict)."
    assert Swap.objects.get().model_config.name == "rules/strict"


def test_the_action_says_what_serves_already(olga, live_worker):
    live_worker()
    assert said(act(olga, "rules/balanced")) == "Keyword rules (balanced) is active already."


def test_a_text_model_alone_reads_the_text_layer(olga, live_worker):
    live_worker(runnable={str(named(REASONER).pk): ""})
    act(olga, REASONER)
    swap = Swap.objects.get()
    assert (swap.mode, swap.model_config.name, swap.parser) == ("hybrid", REASONER, None)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["rules/strict", "rules/balanced"], "Choose exactly one model"),
        (["Qwen/Qwen2.5-Omni-7B"], NEEDS_GPU),
        (["openai/gpt-oss-20b"], "is disabled. Enable it"),
        ([PARSER], f"Choose a pair such as “{PARSER} + "),
    ],
)
def test_what_cannot_be_swapped_to_is_refused_in_words(olga, live_worker, names, words):
    live_worker()
    assert words in said(act(olga, *names))
    assert not Swap.objects.exists()


def test_whoever_may_edit_but_not_swap_has_no_such_action(world, olga):
    world.olga.groups.get().permissions.remove(
        world.olga.groups.get().permissions.get(codename="swap_model"),
    )
    act(olga, "rules/strict")
    assert "swap_to_this_model" not in olga.get(reverse(LIST)).content.decode()
    assert not Swap.objects.exists()


# Trials


@pytest.mark.parametrize(("action", "keep"), [("try_these_models", False), ("preload_these_models", True)])
def test_a_trial_is_asked_for_and_its_state_is_shown(olga, live_worker, strict, action, keep):
    live_worker()
    olga.post(reverse(LIST), {"action": action, "_selected_action": [strict.pk]})
    assert Trial.objects.get().keep is keep
    assert "Trial: waiting for its turn" in olga.get(reverse(LIST)).text


def test_how_the_last_trial_went_is_shown_until_the_row_is_edited(olga, live_worker, strict, world):
    worker = live_worker()
    trials.request_trial(strict, world.olga, keep=False)
    trials.record_failure(trials.take_trial(worker), "No weights.")
    assert "Trial failed: No weights." in olga.get(reverse(LIST)).text
    edit(olga, strict, display_name="Stricter")
    assert "Trial failed" not in olga.get(reverse(LIST)).text


def test_what_cannot_be_tried_is_refused_in_words(olga, live_worker):
    live_worker()
    omni = named("Qwen/Qwen2.5-Omni-7B")
    answer = olga.post(reverse(LIST), {"action": "try_these_models", "_selected_action": [omni.pk]})
    assert NEEDS_GPU in said(answer)


# Editing


def test_memory_that_cannot_fit_is_refused_with_the_arithmetic(olga, live_worker):
    live_worker(memory={"gpus": 1, "gpu_total_gib": 24.0, "gpu_budget_gib": 22.8})
    refused = edit(olga, named(REASONER), gpu_memory_utilization="0.99")
    assert "0.99 × 24.0 GiB = 23.8 GiB; gpu0 has 22.8 GiB for models. Choose at most 0.95." in errors(refused)


def test_an_edit_is_kept_and_stands_in_the_audit_trail(olga, strict, world):
    edit(olga, strict, display_name="Stricter")
    event = AuditEvent.objects.get(action="registry.change")
    assert (named("rules/strict").display_name, event.actor, event.subject_id, event.details) == (
        "Stricter",
        world.olga,
        strict.pk,
        {"fields": ["display_name"]},
    )


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("rules/strict", {"inference_modes": ["hybrid"]}, 'type rules takes a list of: "one_shot"'),
        ("rules/strict", {"inference_modes": None}, "required"),
        ("rules/strict", {"provider": "vllm"}, "no other, has the provider rules"),
        ("rules/strict", {"rules": '{"shortlist": 1}'}, "shortlist is unknown, allowed are shortlist_share"),
        ("rules/strict", {"rules": "[1]"}, "valid dictionary"),
        ("rules/strict", {"rules": '{"reject_share": 0.9}'}, "must be less than shortlist_share"),
        ("rules/strict", {"temperature": "9"}, "less than or equal to 2"),
        ("rules/strict", {"name": "two words"}, "Use a repository id"),
        ("rules/strict", {"name": "../outside"}, "or a folder under WFC_MODELS_DIR"),
        (REASONER, {"provider": "openai"}, "needs the address of its endpoint"),
        (REASONER, {"rules": '{"shortlist_share": 0.5}'}, "Only entries of the type rules"),
        (PARSER, {"is_default": "on"}, "A parser gives no verdict"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(olga, name, changes, words):
    assert words in errors(edit(olga, named(name), **changes))


def test_emptied_thresholds_are_the_usual_ones(olga, strict):
    edit(olga, strict, rules="")
    assert named("rules/strict").rules == {}


def test_a_new_default_takes_the_mark_from_the_old(olga, strict):
    edit(olga, strict, is_default="on")
    assert list(ModelConfig.objects.filter(is_default=True)) == [strict]


def test_a_model_that_no_swap_names_can_be_deleted(olga, strict):
    olga.post(reverse("admin:models_admin_modelconfig_delete", args=[strict.pk]), {"post": "yes"})
    assert not ModelConfig.objects.filter(name="rules/strict").exists()
    assert AuditEvent.objects.get(action="registry.delete").details == {"name": "rules/strict"}


def test_a_model_that_a_swap_names_stays(olga, live_worker, strict):
    live_worker()
    act(olga, "rules/strict")
    olga.post(reverse("admin:models_admin_modelconfig_delete", args=[strict.pk]), {"post": "yes"})
    assert ModelConfig.objects.filter(name="rules/strict").exists()


# Trusting code from outside


def test_only_a_superuser_trusts_the_code_of_a_repository(olga, root):
    edit(olga, named(REASONER), trust_remote_code="on")
    assert not named(REASONER).trust_remote_code
    edit(root, named(REASONER), trust_remote_code="on")
    assert named(REASONER).trust_remote_code


def test_an_operator_cannot_put_other_weights_under_that_trust(olga):
    ModelConfig.objects.filter(name=REASONER).update(trust_remote_code=True)
    row = named(REASONER)
    edit(olga, row, name="someone/else", revision="other")
    row.refresh_from_db()
    assert (row.name, row.revision) == (REASONER, "")


# What processes write is only read


@pytest.mark.parametrize("kind", ["gpuworker", "swap", "auditevent"])
def test_an_operator_reads_it(olga, live_worker, kind):
    live_worker()
    act(olga, "rules/strict")
    assert olga.get(reverse(f"admin:models_admin_{kind}_changelist")).status_code == 200


@pytest.mark.parametrize("kind", ["gpuworker", "swap", "auditevent"])
def test_nobody_adds_changes_or_deletes_it(root, live_worker, kind):
    live_worker()
    act(root, "rules/strict")
    address = f"admin:models_admin_{kind}"
    pk = {"gpuworker": Swap.objects.get().worker_id, "swap": Swap.objects.get().pk}.get(kind) or (
        AuditEvent.objects.latest("pk").pk
    )
    codes = [
        root.get(reverse(f"{address}_add")).status_code,
        root.post(reverse(f"{address}_change", args=[pk]), {}).status_code,
        root.post(reverse(f"{address}_delete", args=[pk]), {"post": "yes"}).status_code,
    ]
    assert codes == [403, 403, 403]
