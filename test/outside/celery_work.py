"""Sends tasks to a Celery worker over the emulated SQS and waits for their results: `celery_work.py <endpoint>`."""
import time
import uuid

from celery import chain, group
from celery_app import add, app, broken, echo, flaky, runs, stamp
from checks import equal, run_checks

WAIT = {"timeout": 60, "interval": 0.05}


def check_forty_calls_give_forty_results():
    results = [add.delay(number, number) for number in range(40)]

    equal([result.get(**WAIT) for result in results], [2 * number for number in range(40)])


def check_arguments_of_all_kinds_arrive_as_they_were_sent():
    value = {"text": "æ 漢字 😀 <&>", "list": [1, 2.5, None, True], "long": "x" * 100_000}

    equal(echo.delay(value).get(**WAIT), value)


def check_a_retry_comes_after_its_countdown():
    key = uuid.uuid4().hex

    equal(flaky.delay(key).get(**WAIT), {"attempts": 3, "retries": 2})

    first, second, third = runs(key)
    assert second - first >= 0.9 and third - second >= 0.9, runs(key)


def check_a_countdown_holds_a_task_back():
    sent = time.time()

    ran = stamp.apply_async((uuid.uuid4().hex,), countdown=2).get(**WAIT)

    assert ran - sent >= 1.9, ran - sent


def check_an_exception_comes_back_as_itself():
    try:
        broken.delay().get(**WAIT)
        raise AssertionError("the task raises")
    except KeyError as error:
        equal(error.args, ("always",))


def check_a_chain_hands_its_results_on():
    equal(chain(add.s(1, 2), add.s(10), add.s(100))().get(**WAIT), 113)


def check_a_group_gathers_its_results():
    equal(group(add.s(number, 1) for number in range(10))().get(**WAIT), list(range(1, 11)))


def check_a_pool_of_connections_sends_in_bulk():
    with app.producer_pool.acquire(block=True) as producer:
        results = [echo.apply_async((number,), producer=producer) for number in range(30)]

    equal(sorted(result.get(**WAIT) for result in results), list(range(30)))


run_checks(dict(globals()))
