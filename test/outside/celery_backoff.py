"""Sends tasks that a worker takes twice, to queues that exist already: `celery_backoff.py <endpoint>`."""
import time
import uuid

from celery_app import add, dies_once, held, runs
from checks import equal, run_checks


def twice(key):
    end = time.monotonic() + 60
    while len(runs(key)) < 2:
        assert time.monotonic() < end, f"it has run {len(runs(key))} times"
        time.sleep(0.05)
    first, second = runs(key)
    return second - first


def check_a_queue_of_somebody_elses_making_is_used():
    equal(add.delay(1, 2).get(timeout=60, interval=0.05), 3)


def check_a_failure_hides_the_message_as_long_as_its_backoff_policy_says():
    key = uuid.uuid4().hex
    held.delay(key)

    gap = twice(key)

    # That it was these two seconds, and not the visibility timeout, the emulator was asked for.
    assert gap >= 1.9, gap


def check_the_message_of_a_worker_that_was_killed_comes_to_the_next_one():
    key = uuid.uuid4().hex
    dies_once.delay(key)

    gap = twice(key)

    # The eight seconds count from the receive, which was before the first run by what a busy machine takes.
    assert gap >= 5, gap


run_checks(dict(globals()))
