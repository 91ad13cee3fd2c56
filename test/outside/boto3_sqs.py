"""Real work over SQS with boto3: run as `boto3_sqs.py <endpoint> <endpoint on virtual time>`."""
import gc
import hashlib
import json
import struct
import sys
import threading
import time
import urllib.request
import uuid

import boto3
from botocore.config import Config
from checks import Skipped, Stopwatch, advance, equal, error_of, run_checks

ENDPOINT, VIRTUAL = sys.argv[1], sys.argv[2]
ARN = "arn:aws:sqs:us-east-1:000000000000:"


def connect(endpoint=ENDPOINT, **config):
    config = Config(retries={"total_max_attempts": 1}, **config)
    return boto3.client("sqs", endpoint_url=endpoint, region_name="us-east-1", config=config)


sqs = connect()
virtual = connect(VIRTUAL)


def create(client=sqs, fifo=False, **attributes):
    name = f"q-{uuid.uuid4().hex[:12]}" + (".fifo" if fifo else "")
    if fifo:
        attributes["FifoQueue"] = "true"
    return client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def receive(url, client=sqs, **more):
    more = {"MaxNumberOfMessages": 10, "AttributeNames": ["All"], **more}
    return client.receive_message(QueueUrl=url, **more).get("Messages", [])


def bodies(url, client=sqs, **more):
    return [message["Body"] for message in receive(url, client, **more)]


def attributes_of(url, client=sqs):
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def failed_receives():
    calls = json.load(urllib.request.urlopen(f"{ENDPOINT}/_celeriac/calls"))["calls"]
    return sum(each["errors"] for each in calls if each["operation"] == "ReceiveMessage")


def md5_of(attributes):
    digest = hashlib.md5()
    for name in sorted(attributes):
        attribute = attributes[name]
        for part in (name.encode(), attribute["DataType"].encode()):
            digest.update(struct.pack("!I", len(part)) + part)
        binary = attribute["DataType"].startswith("Binary")
        value = attribute["BinaryValue"] if binary else attribute["StringValue"].encode()
        digest.update((b"\x02" if binary else b"\x01") + struct.pack("!I", len(value)) + value)
    return digest.hexdigest()


def check_a_message_comes_back_with_all_it_was_sent_with():
    url = create()
    attributes = {
        "text": {"DataType": "String", "StringValue": "blå <&> \"x\""},
        "number": {"DataType": "Number.float", "StringValue": "-1.5e3"},
        "bytes": {"DataType": "Binary.png", "BinaryValue": bytes(range(256))},
    }
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    sent = sqs.send_message(
        QueueUrl=url, MessageBody="hello", MessageAttributes=attributes, MessageSystemAttributes=trace
    )
    equal(sent["MD5OfMessageBody"], hashlib.md5(b"hello").hexdigest())
    equal(sent["MD5OfMessageAttributes"], md5_of(attributes))
    equal(sent["MD5OfMessageSystemAttributes"], md5_of(trace))

    [message] = receive(url, MessageAttributeNames=["All"])

    equal(message["MessageId"], sent["MessageId"])
    equal(message["MessageAttributes"], attributes)
    equal(message["MD5OfMessageAttributes"], md5_of(attributes))
    equal(message["Attributes"]["ApproximateReceiveCount"], "1")
    equal(message["Attributes"]["AWSTraceHeader"], trace["AWSTraceHeader"]["StringValue"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    equal(attributes_of(url)["ApproximateNumberOfMessagesNotVisible"], "0")


def check_only_the_attributes_asked_for_come_and_the_digest_is_of_those():
    url = create()
    text = {"DataType": "String", "StringValue": "x"}
    sqs.send_message(QueueUrl=url, MessageBody="m", MessageAttributes={"a.x": text, "a.y": text, "b": text})

    [message] = receive(url, MessageAttributeNames=["a.*"], AttributeNames=["SentTimestamp"])

    equal(sorted(message["MessageAttributes"]), ["a.x", "a.y"])
    equal(message["MD5OfMessageAttributes"], md5_of({"a.x": text, "a.y": text}))
    equal(list(message["Attributes"]), ["SentTimestamp"])


def check_bodies_of_any_text_survive_the_protocol():
    url = create()
    texts = ["<a href='x'>&amp;</a>", "\t\n\r tabs and ends", "æøå 漢字 😀 \ufffd", "a+b=c&d%20;e", "{\"json\": null}", " "]
    for text in texts:
        sqs.send_message(QueueUrl=url, MessageBody=text)

    equal(sorted(bodies(url)), sorted(texts))


def check_characters_outside_xml_are_refused():
    url = create()

    code, _, status = error_of(sqs.send_message, QueueUrl=url, MessageBody="a\x01b")

    equal((code, status), ("InvalidMessageContents", 400))


def check_a_message_of_a_mebibyte_fits_and_one_byte_more_does_not():
    url = create()
    limit = int(attributes_of(url)["MaximumMessageSize"])
    sqs.send_message(QueueUrl=url, MessageBody="x" * limit)

    code, _, _ = error_of(sqs.send_message, QueueUrl=url, MessageBody="x" * (limit + 1))

    equal(code, "InvalidParameterValue")
    equal(len(receive(url)[0]["Body"]), limit)


def check_a_long_poll_ends_with_the_message_that_it_waited_for():
    url = create()
    sender = threading.Timer(0.5, lambda: connect().send_message(QueueUrl=url, MessageBody="late"))

    with Stopwatch() as watch:
        sender.start()
        found = bodies(url, WaitTimeSeconds=20)

    sender.join()
    equal(found, ["late"])
    assert 0.4 < watch.seconds < 19, watch.seconds


def check_a_long_poll_without_a_message_waits_its_time():
    url = create(ReceiveMessageWaitTimeSeconds="1")

    with Stopwatch() as watch:
        equal(bodies(url), [])

    assert 0.9 < watch.seconds < 19, watch.seconds


def check_a_long_poll_whose_client_went_away_takes_no_message():
    url = create()
    before = failed_receives()
    try:
        receive(url, connect(read_timeout=1), WaitTimeSeconds=20)
        raise AssertionError("the poll ended")
    except boto3.exceptions.botocore.exceptions.ReadTimeoutError:
        pass

    gc.collect()  # What the error holds is what keeps the connection open.
    end = time.monotonic() + 60
    while failed_receives() == before:  # That it was closed takes a moment to arrive.
        assert time.monotonic() < end, "the poll goes on"
        time.sleep(0.05)
    sqs.send_message(QueueUrl=url, MessageBody="kept")

    equal(bodies(url, WaitTimeSeconds=5), ["kept"])


def check_visibility_hides_shows_and_counts():
    url = create()
    sqs.send_message(QueueUrl=url, MessageBody="m")
    [first] = receive(url, VisibilityTimeout=600)
    equal(bodies(url), [])
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)

    [second] = receive(url, VisibilityTimeout=1)
    [third] = receive(url, WaitTimeSeconds=10)

    counts = [each["Attributes"]["ApproximateReceiveCount"] for each in (first, second, third)]
    equal(counts, ["1", "2", "3"])
    equal(len({each["ReceiptHandle"] for each in (first, second, third)}), 3)


def check_virtual_hours_of_delay_visibility_and_retention_pass_at_once():
    url = create(virtual, MessageRetentionPeriod="7200")
    virtual.send_message(QueueUrl=url, MessageBody="m", DelaySeconds=900)
    advance(VIRTUAL, 899)
    equal(bodies(url, virtual), [])
    equal(attributes_of(url, virtual)["ApproximateNumberOfMessagesDelayed"], "1")
    advance(VIRTUAL, 1)
    equal(bodies(url, virtual, VisibilityTimeout=3600), ["m"])
    advance(VIRTUAL, 3599)
    equal(bodies(url, virtual), [])
    advance(VIRTUAL, 1)
    equal(bodies(url, virtual), ["m"])
    advance(VIRTUAL, 2699)
    equal(attributes_of(url, virtual)["ApproximateNumberOfMessages"], "1")
    advance(VIRTUAL, 2)
    equal(attributes_of(url, virtual)["ApproximateNumberOfMessages"], "0")


def check_a_batch_answers_for_each_entry():
    url = create()
    entries = [{"Id": f"e{index}", "MessageBody": f"m{index}"} for index in range(8)]
    answer = sqs.send_message_batch(
        QueueUrl=url,
        Entries=[
            *entries,
            {"Id": "late", "MessageBody": "m", "DelaySeconds": 901},
            {"Id": "control", "MessageBody": "\x02"},
        ],
    )
    equal([each["Id"] for each in answer["Successful"]], [f"e{index}" for index in range(8)])
    failed = {each["Id"]: (each["Code"], each["SenderFault"]) for each in answer["Failed"]}
    equal(failed, {"late": ("InvalidParameterValue", True), "control": ("InvalidMessageContents", True)})

    handles = [message["ReceiptHandle"] for message in receive(url)]
    equal(len(handles), 8)
    changed = sqs.change_message_visibility_batch(
        QueueUrl=url,
        Entries=[
            {"Id": "good", "ReceiptHandle": handles[0], "VisibilityTimeout": 0},
            {"Id": "bad", "ReceiptHandle": "nonsense", "VisibilityTimeout": 0},
        ],
    )
    equal([each["Id"] for each in changed["Successful"]], ["good"])
    equal([(each["Id"], each["Code"]) for each in changed["Failed"]], [("bad", "ReceiptHandleIsInvalid")])
    deleted = sqs.delete_message_batch(
        QueueUrl=url,
        Entries=[
            *({"Id": str(index), "ReceiptHandle": handle} for index, handle in enumerate(handles)),
            {"Id": "bad", "ReceiptHandle": "nonsense"},
        ],
    )
    equal(len(deleted["Successful"]), 8)
    equal([(each["Id"], each["Code"]) for each in deleted["Failed"]], [("bad", "ReceiptHandleIsInvalid")])


def check_a_batch_that_is_wrong_as_a_whole_is_refused():
    url = create()
    entry = {"Id": "a", "MessageBody": "m"}
    send = lambda entries: error_of(sqs.send_message_batch, QueueUrl=url, Entries=entries)[0]

    equal(send([]), "AWS.SimpleQueueService.EmptyBatchRequest")
    equal(send([entry, entry]), "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
    equal(send([{**entry, "Id": "a b"}]), "AWS.SimpleQueueService.InvalidBatchEntryId")
    equal(send([{**entry, "Id": str(index)} for index in range(11)]), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")
    large = [{"Id": str(index), "MessageBody": "x" * 600_000} for index in range(2)]
    equal(send(large), "AWS.SimpleQueueService.BatchRequestTooLong")
    equal(bodies(url), [])


def check_fifo_keeps_the_order_of_its_groups_and_drops_duplicates():
    url = create(fifo=True)
    for index in range(6):
        group = "ab"[index % 2]
        sqs.send_message(QueueUrl=url, MessageBody=f"{group}{index}", MessageGroupId=group, MessageDeduplicationId=str(index))
    again = sqs.send_message(QueueUrl=url, MessageBody="again", MessageGroupId="a", MessageDeduplicationId="0")

    first = receive(url, MaxNumberOfMessages=2)
    locked = receive(url)
    for message in first:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    rest = first + locked + receive(url)

    equal([message["Body"] for message in rest if message["Body"][0] == "a"], ["a0", "a2", "a4"])
    equal([message["Body"] for message in rest if message["Body"][0] == "b"], ["b1", "b3", "b5"])
    numbers = {message["Body"]: message["Attributes"]["SequenceNumber"] for message in rest}
    equal(again["SequenceNumber"], numbers["a0"])
    equal(sorted(numbers.values()), [numbers[name] for name in ("a0", "b1", "a2", "b3", "a4", "b5")])


def check_fifo_can_take_the_digest_of_the_body_as_deduplication_id():
    url = create(fifo=True, ContentBasedDeduplication="true")
    first = sqs.send_message(QueueUrl=url, MessageBody="same", MessageGroupId="g")
    second = sqs.send_message(QueueUrl=url, MessageBody="same", MessageGroupId="g")

    [message] = receive(url, ReceiveRequestAttemptId="attempt")
    [repeated] = receive(url, ReceiveRequestAttemptId="attempt")

    equal(first["MessageId"], second["MessageId"])
    equal(message["Attributes"]["MessageDeduplicationId"], hashlib.sha256(b"same").hexdigest())
    equal(repeated["ReceiptHandle"], message["ReceiptHandle"])


def check_fifo_refuses_what_it_needs_and_does_not_get():
    url = create(fifo=True)

    without_group = error_of(sqs.send_message, QueueUrl=url, MessageBody="m")
    without_id = error_of(sqs.send_message, QueueUrl=url, MessageBody="m", MessageGroupId="g")

    equal(without_group[0], "MissingParameter")
    equal(without_id[0], "InvalidParameterValue")


def check_a_message_received_too_often_goes_to_the_dead_letter_queue_and_back():
    dead = create(virtual)
    dead_arn = attributes_of(dead, virtual)["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": "2"})
    url = create(virtual, RedrivePolicy=policy, VisibilityTimeout="10")
    sent = virtual.send_message(QueueUrl=url, MessageBody="poison")
    for _ in range(2):
        equal(bodies(url, virtual), ["poison"])
        advance(VIRTUAL, 10)
    equal(attributes_of(dead, virtual)["ApproximateNumberOfMessages"], "0")

    equal(bodies(url, virtual), [])
    [message] = receive(dead, virtual, VisibilityTimeout=0)

    equal(message["MessageId"], sent["MessageId"])
    equal(message["Attributes"]["DeadLetterQueueSourceArn"], attributes_of(url, virtual)["QueueArn"])
    equal(virtual.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"], [url])
    if not hasattr(virtual, "start_message_move_task"):
        raise Skipped("this boto3 is older than message move tasks; all before them has passed")
    virtual.start_message_move_task(SourceArn=dead_arn)
    advance(VIRTUAL, 1)
    [moved] = receive(url, virtual)
    equal(moved["Attributes"]["ApproximateReceiveCount"], "1")
    [task] = virtual.list_message_move_tasks(SourceArn=dead_arn)["Results"]
    equal((task["Status"], task["ApproximateNumberOfMessagesMoved"]), ("COMPLETED", 1))


def check_queues_are_found_listed_by_pages_tagged_and_deleted():
    prefix = f"list-{uuid.uuid4().hex[:8]}-"
    urls = [sqs.create_queue(QueueName=f"{prefix}{index}", tags={"team": "blue"})["QueueUrl"] for index in range(7)]
    pages = list(sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 3}))
    equal([len(page["QueueUrls"]) for page in pages], [3, 3, 1])
    equal(sorted(url for page in pages for url in page["QueueUrls"]), sorted(urls))
    equal(sqs.get_queue_url(QueueName=f"{prefix}3")["QueueUrl"], urls[3])

    sqs.tag_queue(QueueUrl=urls[0], Tags={"cost": "7", "team": "red"})
    sqs.untag_queue(QueueUrl=urls[0], TagKeys=["cost"])
    equal(sqs.list_queue_tags(QueueUrl=urls[0])["Tags"], {"team": "red"})

    sqs.delete_queue(QueueUrl=urls[0])
    code, message, status = error_of(sqs.get_queue_url, QueueName=f"{prefix}0")
    equal((code, status), ("AWS.SimpleQueueService.NonExistentQueue", 400))
    assert message.startswith("The specified queue does not exist"), message
    try:
        sqs.send_message(QueueUrl=urls[0], MessageBody="m")
        raise AssertionError("the queue is deleted")
    except sqs.exceptions.QueueDoesNotExist:
        pass


def check_attributes_are_set_read_and_refused():
    url = create(VisibilityTimeout="7")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "3", "VisibilityTimeout": "9"})
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds", "VisibilityTimeout"])
    equal(asked["Attributes"], {"DelaySeconds": "3", "VisibilityTimeout": "9"})

    equal(error_of(sqs.set_queue_attributes, QueueUrl=url, Attributes={"DelaySeconds": "901"})[0], "InvalidAttributeValue")
    equal(error_of(sqs.set_queue_attributes, QueueUrl=url, Attributes={"Speed": "1"})[0], "InvalidAttributeName")
    name = url.rsplit("/", 1)[1]
    other = error_of(sqs.create_queue, QueueName=name, Attributes={"VisibilityTimeout": "8"})
    equal(other[0], "QueueAlreadyExists")


def check_permissions_become_a_policy():
    url = create()
    sqs.add_permission(QueueUrl=url, Label="send", AWSAccountIds=["111111111111"], Actions=["SendMessage"])
    [statement] = json.loads(attributes_of(url)["Policy"])["Statement"]
    equal((statement["Sid"], statement["Action"]), ("send", "SQS:SendMessage"))

    sqs.remove_permission(QueueUrl=url, Label="send")

    assert "Policy" not in attributes_of(url)


def check_the_resource_api_does_the_same():
    resource = boto3.resource("sqs", endpoint_url=ENDPOINT, region_name="us-east-1")
    queue = resource.create_queue(QueueName=f"resource-{uuid.uuid4().hex[:8]}")
    queue.send_messages(Entries=[{"Id": str(index), "MessageBody": str(index)} for index in range(3)])
    messages = queue.receive_messages(MaxNumberOfMessages=10)
    equal(sorted(message.body for message in messages), ["0", "1", "2"])
    messages[0].change_visibility(VisibilityTimeout=0)
    messages[1].delete()
    queue.reload()
    equal(queue.attributes["ApproximateNumberOfMessages"], "1")
    queue.purge()
    queue.reload()
    equal(queue.attributes["ApproximateNumberOfMessages"], "0")
    equal([each.url for each in resource.queues.filter(QueueNamePrefix=queue.url.rsplit("/", 1)[1])], [queue.url])


def check_eight_threads_send_and_consume_each_message_once():
    url, total, lock = create(VisibilityTimeout="120"), 800, threading.Lock()
    seen = []

    def work(thread):
        client = connect()
        for batch in range(10):
            entries = [{"Id": str(index), "MessageBody": f"{thread}-{batch}-{index}"} for index in range(10)]
            assert "Failed" not in client.send_message_batch(QueueUrl=url, Entries=entries)
        while True:
            messages = receive(url, client, WaitTimeSeconds=1)
            with lock:
                seen.extend(message["Body"] for message in messages)
                if len(seen) >= total:
                    done = True
                else:
                    done = False
            entries = [{"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]} for index, message in enumerate(messages)]
            if entries:
                client.delete_message_batch(QueueUrl=url, Entries=entries)
            if done:
                return

    threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    equal((len(seen), len(set(seen))), (total, total))
    counts = attributes_of(url)
    equal((counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]), ("0", "0"))


run_checks(dict(globals()))
