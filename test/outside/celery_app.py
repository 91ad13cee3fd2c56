"""A small Celery app whose broker is the emulated SQS; what it is configured with stands in the environment."""
import json
import os
import pathlib
import signal
import time

from celery import Celery

FOLDER = pathlib.Path(os.environ["CELERY_FOLDER"])
#: The queues that exist already, as Celery's SQS transport wants them named; without them it makes its own.
PREDEFINED = json.loads(os.environ.get("CELERY_QUEUES", "{}"))
for queue in PREDEFINED.values():
    # By the number of receives; a number is no key in JSON.
    queue["backoff_policy"] = {int(receives): seconds for receives, seconds in queue["backoff_policy"].items()}

app = Celery("outside", broker=os.environ["CELERY_BROKER"], backend=f"file://{FOLDER}/results")
app.conf.update(
    task_default_queue="outside-celery",
    task_acks_late=True,
    worker_prefetch_multiplier=2,
    worker_hijack_root_logger=False,
    broker_transport_options={
        "region": "us-east-1",
        "is_secure": False,
        # Of a queue that Celery makes itself: more than a busy machine needs for any of its tasks.
        "visibility_timeout": 120,
        "wait_time_seconds": 2,
        "polling_interval": 0.1,
        **({"predefined_queues": PREDEFINED} if PREDEFINED else {}),
    },
)


def note(key):
    """Counts the runs of a key in a file, over all processes of the worker."""
    with (FOLDER / key).open("a") as file:
        file.write(f"{time.time()}\n")
    return runs(key)


def runs(key):
    """When a key has run, in seconds since the epoch."""
    path = FOLDER / key
    return [float(line) for line in path.read_text().split()] if path.exists() else []


@app.task
def add(left, right):
    return left + right


@app.task
def echo(value):
    return value


@app.task(bind=True, max_retries=3)
def flaky(self, key):
    attempt = len(note(key))
    if attempt < 3:
        raise self.retry(countdown=1, exc=ValueError(f"attempt {attempt}"))
    return {"attempts": attempt, "retries": self.request.retries}


@app.task
def stamp(key):
    return note(key)[-1]


@app.task
def broken():
    raise KeyError("always")


@app.task
def dies_once(key):
    """The first run takes the whole worker along, as a crash would: nothing acknowledges the message."""
    if len(note(key)) == 1:
        os.kill(os.getpid(), signal.SIGKILL)


@app.task(acks_on_failure_or_timeout=False)
def held(key):
    """Fails once; the backoff policy of its queue then hides the message for a while."""
    if len(note(key)) == 1:
        raise RuntimeError("the first time")
