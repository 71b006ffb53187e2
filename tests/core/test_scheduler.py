"""Which work is served next: the selection's, and never more than there is room for."""

from gpu_worker.scheduler import Batch, Queue, Selection, next_batch

ACTIVE = Selection(mode="one_shot", model_config_id=1)
OTHER = Selection(mode="one_shot", model_config_id=2)


def queue(selection: Selection | None, waiting: int) -> Queue:
    return Queue(selection=selection, waiting=waiting, oldest_wait_s=1.0)


def test_nothing_waits_nothing_is_claimed():
    assert next_batch(ACTIVE, [], room=4) is None


def test_without_room_nothing_is_claimed():
    assert next_batch(ACTIVE, [queue(None, 3)], room=0) is None


def test_unpinned_work_and_work_pinned_to_the_selection_are_served_together():
    assert next_batch(ACTIVE, [queue(None, 1), queue(ACTIVE, 2)], room=8) == Batch(selection=ACTIVE, count=3)


def test_work_pinned_to_another_model_waits():
    assert next_batch(ACTIVE, [queue(OTHER, 5)], room=8) is None


def test_no_more_is_claimed_than_there_is_room_for():
    assert next_batch(ACTIVE, [queue(None, 100)], room=8) == Batch(selection=ACTIVE, count=8)


def test_a_pair_names_its_parser_first():
    assert Selection(mode="hybrid", model_config_id=2, parser_id=1).engines == (1, 2)
