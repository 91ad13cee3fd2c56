"""Runs the functions check_* of a script, and prints one JSON object a check for the test that started it."""
import json
import sys
import time
import traceback
import urllib.request
from datetime import datetime


class Skipped(Exception):
    """Raised by a check for what this client is too old for."""


def run_checks(functions, *args):
    for name, check in list(functions.items()):
        if not name.startswith("check_"):
            continue
        try:
            check(*args)
            outcome, text = "passed", ""
        except Skipped as reason:
            outcome, text = "skipped", str(reason)
        except Exception:
            outcome, text = "failed", traceback.format_exc()
        print(json.dumps({"check": name[len("check_"):], "outcome": outcome, "text": text}))
    sys.stdout.flush()


def advance(endpoint, seconds):
    """Moves the clock of an emulator that was started on virtual time."""
    url = f"{endpoint}/_celeriac/advance?ms={round(seconds * 1000)}"
    urllib.request.urlopen(urllib.request.Request(url, method="POST")).read()


def now(endpoint):
    """The emulator's time in seconds since the epoch."""
    health = json.load(urllib.request.urlopen(f"{endpoint}/_celeriac/health"))
    return int(datetime.fromisoformat(health["now"].replace("Z", "+00:00")).timestamp())


def error_of(call, *args, **kwargs):
    """The code, message and status with which a call is refused."""
    from botocore.exceptions import ClientError

    try:
        answer = call(*args, **kwargs)
    except ClientError as error:
        response = error.response
        return (
            response["Error"]["Code"],
            response["Error"]["Message"],
            response["ResponseMetadata"]["HTTPStatusCode"],
        )
    raise AssertionError(f"was not refused: {answer}")


def equal(actual, expected):
    assert actual == expected, f"\n  got      {actual!r}\n  expected {expected!r}"


class Stopwatch:
    def __enter__(self):
        self.begin = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.begin
