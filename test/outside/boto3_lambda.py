"""Real work over Lambda with boto3, on the app of app.ts: run as `boto3_lambda.py <endpoint>`."""
import base64
import json
import sys
import time
import uuid

import boto3
from botocore.config import Config
from checks import equal, error_of, run_checks

ENDPOINT = sys.argv[1]


def connect(service, make=boto3.client):
    config = Config(retries={"total_max_attempts": 1})
    return make(service, endpoint_url=ENDPOINT, region_name="us-east-1", config=config)


functions = connect("lambda")
sqs = connect("sqs")
done = connect("dynamodb", boto3.resource).Table("done")


def until(condition, seconds=90):
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def check_a_function_of_the_template_answers():
    answer = functions.invoke(FunctionName="echo", Payload=json.dumps({"a": "ø"}))

    equal((answer["StatusCode"], answer.get("FunctionError")), (200, None))
    equal(json.load(answer["Payload"]), {"event": {"a": "ø"}, "name": "echo", "stage": "test"})


def check_the_log_of_a_call_can_be_asked_for():
    answer = functions.invoke(FunctionName="echo", Payload=b"{\"b\":1}", LogType="Tail")

    log = base64.b64decode(answer["LogResult"]).decode()
    assert "echoes {\"b\":1}" in log and "REPORT RequestId:" in log, log


def check_an_error_of_the_function_is_an_answer():
    answer = functions.invoke(FunctionName="echo", Payload=b"{\"fail\":\"no\"}")

    equal((answer["StatusCode"], answer["FunctionError"]), (200, "Unhandled"))
    error = json.load(answer["Payload"])
    equal((error["errorType"], error["errorMessage"]), ("TypeError", "no"))


def check_a_function_is_listed_described_and_configured():
    listed = [each["FunctionName"] for page in functions.get_paginator("list_functions").paginate() for each in page["Functions"]]
    equal(sorted(listed), ["echo", "worker"])
    equal(functions.get_function(FunctionName="echo")["Configuration"]["Handler"], "index.handler")

    functions.update_function_configuration(FunctionName="echo", Environment={"Variables": {"STAGE": "other"}})
    functions.get_waiter("function_updated").wait(FunctionName="echo")
    answer = functions.invoke(FunctionName="echo")
    functions.update_function_configuration(FunctionName="echo", Environment={"Variables": {"STAGE": "test"}})

    equal(json.load(answer["Payload"])["stage"], "other")


def check_messages_of_the_queue_reach_the_function_and_its_table():
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    names = [uuid.uuid4().hex for _ in range(25)]
    for first in range(0, 25, 10):
        entries = [{"Id": name, "MessageBody": name} for name in names[first : first + 10]]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)

    until(lambda: set(names) <= {item["id"] for item in done.scan()["Items"]})


def check_what_fails_each_time_ends_in_the_dead_letter_queue():
    work = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    dead = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    sent = sqs.send_message(QueueUrl=work, MessageBody="poison")

    [message] = until(lambda: sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=10).get("Messages"))

    equal(message["MessageId"], sent["MessageId"])


def check_a_mapping_can_be_paused():
    [mapping] = functions.list_event_source_mappings(FunctionName="worker")["EventSourceMappings"]
    equal((mapping["State"], mapping["BatchSize"]), ("Enabled", 10))

    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    until(lambda: functions.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Disabled")
    url, name = sqs.get_queue_url(QueueName="work")["QueueUrl"], uuid.uuid4().hex
    sqs.send_message(QueueUrl=url, MessageBody=name)
    count = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    equal(count["ApproximateNumberOfMessages"], "1")
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    until(lambda: "Item" in done.get_item(Key={"id": name}))


def check_what_is_not_there_is_refused():
    code, message, status = error_of(functions.invoke, FunctionName="none")

    equal((code, status), ("ResourceNotFoundException", 404))
    equal(message, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:none")


def check_an_asynchronous_call_is_accepted_at_once():
    answer = functions.invoke(FunctionName="echo", InvocationType="Event", Payload=b"{}")
    dry = functions.invoke(FunctionName="echo", InvocationType="DryRun")

    equal((answer["StatusCode"], answer["Payload"].read()), (202, b""))
    equal(dry["StatusCode"], 204)


run_checks(dict(globals()))
