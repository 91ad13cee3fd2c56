"""Real work over EventBridge Scheduler with boto3: run as `boto3_scheduler.py <endpoint> <virtual endpoint>`."""
import json
import sys
import uuid
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config
from checks import advance, equal, error_of, now, run_checks

VIRTUAL = sys.argv[2]
ROLE = "arn:aws:iam::000000000000:role/scheduler"
OFF = {"Mode": "OFF"}


def connect(service):
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(service, endpoint_url=VIRTUAL, region_name="us-east-1", config=config)


scheduler = connect("scheduler")
sqs = connect("sqs")


def new_name(prefix="s"):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def new_queue():
    url = sqs.create_queue(QueueName=new_name("q"))["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, attributes["QueueArn"]


def bodies(url):
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["Body"] for message in messages]


def target(arn, **more):
    return {"Arn": arn, "RoleArn": ROLE, "Input": "<aws.scheduler.scheduled-time>", **more}


def time_of(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)


def check_a_recurring_schedule_invokes_its_target_in_its_zone_until_its_end():
    url, arn = new_queue()
    name = new_name()
    start = now(VIRTUAL)
    day = time_of(start).date() + timedelta(days=1)
    end = time_of(start) + timedelta(days=2)
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression="cron(30 9 * * ? *)",
        ScheduleExpressionTimezone="Asia/Kolkata",
        EndDate=end,
        FlexibleTimeWindow=OFF,
        Target=target(arn),
    )
    shown = scheduler.get_schedule(Name=name)

    advance(VIRTUAL, 3 * 86_400)

    equal((shown["State"], shown["GroupName"], shown["EndDate"]), ("ENABLED", "default", end))
    sent = bodies(url)
    equal(len(sent), 2)
    assert f"{day.isoformat()}T04:00:00Z" in sent, sent


def check_a_one_time_schedule_can_be_updated_and_goes_when_it_is_done():
    url, arn = new_queue()
    name = new_name()
    at = lambda minutes: f"at({time_of(now(VIRTUAL) + 60 * minutes).strftime('%Y-%m-%dT%H:%M:%S')})"
    common = {"Name": name, "FlexibleTimeWindow": OFF, "Target": target(arn)}
    later = at(30)
    scheduler.create_schedule(ScheduleExpression=at(10), **common)
    try:
        scheduler.update_schedule(ScheduleExpression=later, ActionAfterCompletion="DELETE", **common)
    except Exception as error:
        # The member is younger than some clients.
        if "ActionAfterCompletion" not in str(error):
            raise
        scheduler.update_schedule(ScheduleExpression=later, **common)

    advance(VIRTUAL, 20 * 60)
    early = bodies(url)
    advance(VIRTUAL, 20 * 60)

    equal(early, [])
    equal(bodies(url), [f"{later[3:-1]}Z"])


def check_groups_hold_schedules_and_tags():
    _, arn = new_queue()
    group = new_name("g")
    made = scheduler.create_schedule_group(Name=group, Tags=[{"Key": "team", "Value": "a"}])
    for name in ["a", "b", "c"]:
        scheduler.create_schedule(
            Name=name,
            GroupName=group,
            ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5},
            Target=target(arn),
        )
    pages = scheduler.get_paginator("list_schedules").paginate(GroupName=group, PaginationConfig={"PageSize": 2})
    names = [[each["Name"] for each in page["Schedules"]] for page in pages]
    tags = scheduler.list_tags_for_resource(ResourceArn=made["ScheduleGroupArn"])["Tags"]

    scheduler.delete_schedule_group(Name=group)

    equal(names, [["a", "b"], ["c"]])
    equal(tags, [{"Key": "team", "Value": "a"}])
    equal(error_of(scheduler.get_schedule, Name="a", GroupName=group)[::2], ("ResourceNotFoundException", 404))


def check_a_dead_letter_says_why():
    url, arn = new_queue()
    gone = arn.rsplit(":", 1)[0] + ":nowhere"
    name = new_name()
    made = scheduler.create_schedule(
        Name=name,
        ScheduleExpression="at(2026-01-01T00:00:00)",
        FlexibleTimeWindow=OFF,
        Target=target(gone, DeadLetterConfig={"Arn": arn}, RetryPolicy={"MaximumRetryAttempts": 2}),
    )

    advance(VIRTUAL, 120)

    [dead] = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    said = {key: value["StringValue"] for key, value in dead["MessageAttributes"].items()}
    equal(json.loads(dead["Body"])["MessageBody"], "2026-01-01T00:00:00Z")
    equal(said["ERROR_CODE"], "AWS.SimpleQueueService.NonExistentQueue")
    equal(said["SCHEDULE_ARN"], made["ScheduleArn"])
    equal(said["RETRY_ATTEMPTS"], "0")


def check_what_is_wrong_is_refused():
    _, arn = new_queue()
    name = new_name()
    common = {"Name": name, "FlexibleTimeWindow": OFF, "Target": target(arn)}
    scheduler.create_schedule(ScheduleExpression="rate(1 hour)", **common)

    equal(
        error_of(scheduler.create_schedule, ScheduleExpression="rate(1 hour)", **common),
        ("ConflictException", f"Schedule {name} already exists.", 409),
    )
    equal(
        error_of(scheduler.create_schedule, ScheduleExpression="rate(10 seconds)", **common),
        ("ValidationException", "Invalid Schedule Expression rate(10 seconds).", 400),
    )
    equal(
        error_of(scheduler.get_schedule, Name="nobody"),
        ("ResourceNotFoundException", "Schedule nobody does not exist.", 404),
    )


run_checks(dict(globals()))
