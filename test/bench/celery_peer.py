"""Celery's side of the bench of tasks: the worker's app, and a client that is told on its input what to measure."""
import os
import statistics
import sys
import time

from celery import Celery, group

app = Celery("celery_peer", broker=os.environ["BENCH_BROKER"], backend="rpc://")


@app.task
def increment(number):
    return number + 1


def burst(count):
    """Seconds until the results of so many tasks are here; as a group, which is four times as fast as one by one."""
    begin = time.perf_counter()
    results = group(increment.s(number) for number in range(count)).apply_async()
    total = sum(results.get(timeout=120))
    assert total == count * (count + 1) // 2, total
    return time.perf_counter() - begin


def once():
    """Seconds from the send of a task until its result is here."""
    begin = time.perf_counter()
    assert increment.delay(1).get(timeout=30) == 2
    return time.perf_counter() - begin


if __name__ == "__main__":
    print("ready", flush=True)
    for line in sys.stdin:
        what, count = line.split()
        seconds = burst(int(count)) if what == "burst" else statistics.median(once() for _ in range(int(count)))
        print(seconds * 1000, flush=True)
