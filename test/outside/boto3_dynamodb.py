"""Real work over DynamoDB with boto3's resources: run as `boto3_dynamodb.py <endpoint> <endpoint on virtual time>`."""
import sys
import threading
import uuid
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.config import Config
from checks import Skipped, advance, equal, error_of, now, run_checks

ENDPOINT, VIRTUAL = sys.argv[1], sys.argv[2]


def connect(endpoint=ENDPOINT):
    config = Config(retries={"total_max_attempts": 1})
    return boto3.resource("dynamodb", endpoint_url=endpoint, region_name="us-east-1", config=config)


dynamodb = connect()
client = dynamodb.meta.client


def create(resource=dynamodb):
    """Orders by customer and number, to be found by state and amount too, and by amount within a customer."""
    table = resource.create_table(
        TableName=f"t-{uuid.uuid4().hex[:12]}",
        AttributeDefinitions=[
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "number", "AttributeType": "N"},
            {"AttributeName": "state", "AttributeType": "S"},
            {"AttributeName": "amount", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "number", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}, {"AttributeName": "amount", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]},
            }
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-amount",
                "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "amount", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    table.reload()
    return table


def fill(table, count=20):
    with table.batch_writer() as batch:
        for number in range(count):
            state = "paid" if number % 3 == 0 else "open"
            customer = f"c{number % 2}"
            batch.put_item({"customer": customer, "number": number, "state": state, "amount": 100 - number, "note": f"n{number}"})
    return table


def numbers(answer):
    return [int(item["number"]) for item in answer["Items"]]


def knows(operation, parameter):
    """Whether this boto3 is new enough for a parameter."""
    return parameter in client.meta.service_model.operation_model(operation).input_shape.members


def check_a_table_is_described_as_it_was_made():
    table = create()

    equal(table.table_status, "ACTIVE")
    equal(table.table_arn, f"arn:aws:dynamodb:us-east-1:000000000000:table/{table.name}")
    equal([each["AttributeName"] for each in table.key_schema], ["customer", "number"])
    equal([each["IndexName"] for each in table.global_secondary_indexes], ["by-state"])
    equal(table.billing_mode_summary["BillingMode"], "PAY_PER_REQUEST")
    assert table.name in client.list_tables()["TableNames"]
    equal(error_of(client.create_table, TableName=table.name, AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}], KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST")[0], "ResourceInUseException")


def check_every_type_of_value_comes_back():
    table = create()
    item = {
        "customer": "ø",
        "number": Decimal("-1.23456789012345678901234567890123456789E+20"),
        "text": "漢字 😀",
        "empty": "",
        "bytes": Binary(bytes(range(256))),
        "yes": True,
        "nothing": None,
        "list": [1, "a", [Decimal("0.1")], {"deep": []}],
        "map": {"a.b": {"c d": Decimal("1e-130")}},
        "texts": {"a", "b"},
        "numbers": {Decimal(1), Decimal("2.5")},
        "blobs": {Binary(b"\x00"), Binary(b"\xff")},
    }
    item["number"] = Decimal("-123456789012345678.90123456789012345678")
    table.put_item(Item=item)

    found = table.get_item(Key={"customer": "ø", "number": item["number"]}, ConsistentRead=True)

    equal(found["Item"], item)


def check_a_condition_lets_only_the_first_put_through():
    table = create()
    item = {"customer": "c", "number": 1, "note": "first"}
    table.put_item(Item=item, ConditionExpression=Attr("customer").not_exists())

    refused = error_of(table.put_item, Item={**item, "note": "second"}, ConditionExpression=Attr("customer").not_exists())

    equal(refused, ("ConditionalCheckFailedException", "The conditional request failed", 400))
    equal(table.get_item(Key={"customer": "c", "number": 1})["Item"]["note"], "first")


def check_eight_threads_count_to_eighty_by_conditional_updates():
    name = create().name
    table = dynamodb.Table(name)
    table.put_item(Item={"customer": "c", "number": 1, "count": 0})
    lost = []

    def work():
        mine = connect().Table(name)
        for _ in range(10):
            while True:
                count = mine.get_item(Key={"customer": "c", "number": 1}, ConsistentRead=True)["Item"]["count"]
                try:
                    mine.update_item(
                        Key={"customer": "c", "number": 1},
                        UpdateExpression="SET #c = :next",
                        ConditionExpression="#c = :now",
                        ExpressionAttributeNames={"#c": "count"},
                        ExpressionAttributeValues={":next": count + 1, ":now": count},
                    )
                    break
                except mine.meta.client.exceptions.ConditionalCheckFailedException:
                    lost.append(count)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    equal(table.get_item(Key={"customer": "c", "number": 1})["Item"]["count"], 80)


def check_conditions_of_all_kinds():
    table = create()
    table.put_item(Item={"customer": "c", "number": 1, "tags": ["a", "b"], "size": 5, "name": "carrot", "map": {"x": 1}})
    conditions = [
        (Attr("name").begins_with("car") & Attr("size").between(5, 9), True),
        (Attr("size").is_in([1, 2, 3]), False),
        (Attr("tags").contains("b") | Attr("tags").contains("z"), True),
        (~Attr("tags").size().gt(1), False),
        (Attr("map.x").eq(1) & Attr("map.y").not_exists(), True),
        (Attr("tags[1]").eq("b"), True),
        (Attr("size").attribute_type("S"), False),
        (Attr("size").ne("5"), True),
    ]
    for condition, holds in conditions:
        put = lambda: table.update_item(Key={"customer": "c", "number": 1}, UpdateExpression="SET seen = :s", ExpressionAttributeValues={":s": 1}, ConditionExpression=condition)
        if holds:
            put()
        else:
            equal(error_of(put)[0], "ConditionalCheckFailedException")


def check_updates_set_add_remove_and_delete():
    table = create()
    key = {"customer": "c", "number": 1}
    table.put_item(Item={**key, "hits": 1, "tags": {"a", "b", "c"}, "log": ["x"], "stale": 1, "deep": {"list": [1, 2, 3]}})

    answer = table.update_item(
        Key=key,
        UpdateExpression=(
            "SET #log = list_append(#log, :more), fresh = if_not_exists(fresh, :zero), hundred = hits + :ten, deep.#l[1] = :two "
            "ADD hits :ten REMOVE stale, deep.#l[2] DELETE tags :gone"
        ),
        ExpressionAttributeNames={"#log": "log", "#l": "list"},
        ExpressionAttributeValues={":more": ["y"], ":zero": 0, ":ten": 10, ":two": "two", ":gone": {"a", "z"}},
        ReturnValues="ALL_NEW",
    )

    equal(
        answer["Attributes"],
        {**key, "hits": 11, "tags": {"b", "c"}, "log": ["x", "y"], "deep": {"list": [1, "two"]}, "fresh": 0, "hundred": 11},
    )
    old = table.update_item(Key=key, UpdateExpression="SET hits = :h", ExpressionAttributeValues={":h": 0}, ReturnValues="UPDATED_OLD")
    equal(old["Attributes"], {"hits": 11})
    gone = table.delete_item(Key=key, ReturnValues="ALL_OLD")
    equal(gone["Attributes"]["hits"], 0)


def check_queries_go_by_key_in_order_and_by_pages():
    table = fill(create())
    own = Key("customer").eq("c1")

    equal(numbers(table.query(KeyConditionExpression=own)), list(range(1, 20, 2)))
    equal(numbers(table.query(KeyConditionExpression=own & Key("number").between(5, 9), ScanIndexForward=False)), [9, 7, 5])
    equal(table.query(KeyConditionExpression=own, Select="COUNT")["Count"], 10)
    filtered = table.query(KeyConditionExpression=own, FilterExpression=Attr("state").eq("paid"), ProjectionExpression="#n", ExpressionAttributeNames={"#n": "number"})
    equal((filtered["Items"], filtered["ScannedCount"]), ([{"number": n} for n in (3, 9, 15)], 10))

    pages, start = [], {}
    while True:
        page = table.query(KeyConditionExpression=own, Limit=4, **start)
        pages.append(numbers(page))
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    equal(pages, [[1, 3, 5, 7], [9, 11, 13, 15], [17, 19]])


def check_indexes_have_their_own_order_and_projection():
    table = fill(create())

    paid = table.query(IndexName="by-state", KeyConditionExpression=Key("state").eq("paid") & Key("amount").lt(90))
    cheap = table.query(IndexName="by-amount", KeyConditionExpression=Key("customer").eq("c0"), Limit=2)

    equal([int(item["amount"]) for item in paid["Items"]], [82, 85, 88])
    equal(sorted(paid["Items"][0]), ["amount", "customer", "note", "number", "state"])
    equal(numbers(cheap), [18, 16])
    equal(sorted(cheap["Items"][0]), ["amount", "customer", "number"])
    equal(sorted(cheap["LastEvaluatedKey"]), ["amount", "customer", "number"])


def check_scans_go_in_segments_that_together_are_all():
    table = fill(create(), 60)
    seen = []
    for segment in range(4):
        for page in client.get_paginator("scan").paginate(TableName=table.name, Segment=segment, TotalSegments=4, PaginationConfig={"PageSize": 7}):
            seen += numbers(page)

    equal(sorted(seen), list(range(60)))
    equal(table.scan(FilterExpression=Attr("amount").gte(98))["Count"], 3)


def check_a_page_ends_at_a_mebibyte():
    table = create()
    for number in range(12):
        table.put_item(Item={"customer": "c", "number": number, "text": "x" * 100_000})

    first = table.query(KeyConditionExpression=Key("customer").eq("c"))
    rest = table.query(KeyConditionExpression=Key("customer").eq("c"), ExclusiveStartKey=first["LastEvaluatedKey"])

    equal((first["Count"], rest["Count"]), (11, 1))
    assert "LastEvaluatedKey" not in rest


def check_batches_write_and_read_many():
    table = fill(create(), 60)
    keys = [{"customer": f"c{number % 2}", "number": number} for number in range(0, 60, 2)]

    found = dynamodb.batch_get_item(RequestItems={table.name: {"Keys": [*keys, {"customer": "none", "number": 0}], "ProjectionExpression": "note"}})

    equal(len(found["Responses"][table.name]), 30)
    equal(found["UnprocessedKeys"], {})
    with table.batch_writer() as batch:
        for key in keys:
            batch.delete_item(Key=key)
    equal(table.scan(Select="COUNT")["Count"], 30)
    requests = [{"DeleteRequest": {"Key": keys[0]}}] * 2
    code, message, _ = error_of(dynamodb.batch_write_item, RequestItems={table.name: requests})
    equal((code, message), ("ValidationException", "Provided list of item keys contains duplicates"))


def check_a_transaction_does_all_or_nothing():
    table = create()
    table.put_item(Item={"customer": "a", "number": 1, "money": 10})
    table.put_item(Item={"customer": "b", "number": 1, "money": 0})

    def transfer(amount, **more):
        move = lambda customer, sign, **condition: {
            "Update": {
                "TableName": table.name,
                "Key": {"customer": customer, "number": 1},
                "UpdateExpression": "SET money = money + :m",
                "ExpressionAttributeValues": {":m": sign * amount, **({":n": amount} if condition else {})},
                **condition,
            }
        }
        moves = [move("a", -1, ConditionExpression="money >= :n"), move("b", 1)]
        return client.transact_write_items(TransactItems=moves, **more)

    token = str(uuid.uuid4())
    transfer(7, ClientRequestToken=token)
    transfer(7, ClientRequestToken=token)
    try:
        transfer(7)
        raise AssertionError("there are only three left")
    except client.exceptions.TransactionCanceledException as error:
        equal([reason["Code"] for reason in error.response["CancellationReasons"]], ["ConditionalCheckFailed", "None"])
        assert error.response["Error"]["Message"].endswith("[ConditionalCheckFailed, None]"), error
    equal(error_of(transfer, 6, ClientRequestToken=token)[0], "IdempotentParameterMismatchException")

    gets = [{"Get": {"TableName": table.name, "Key": {"customer": name, "number": 1}}} for name in "ab"]
    found = client.transact_get_items(TransactItems=gets)
    equal([each["Item"]["money"] for each in found["Responses"]], [3, 7])


def check_time_to_live_ends_items_in_virtual_time():
    table = create(connect(VIRTUAL))
    table.meta.client.update_time_to_live(TableName=table.name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    equal(table.meta.client.describe_time_to_live(TableName=table.name)["TimeToLiveDescription"]["AttributeName"], "until")
    table.put_item(Item={"customer": "c", "number": 1, "until": now(VIRTUAL) + 3_600})
    table.put_item(Item={"customer": "c", "number": 2})
    equal(table.scan()["Count"], 2)

    advance(VIRTUAL, 3_600 * 24 * 5)

    equal(numbers(table.scan()), [2])


def check_partiql_puts_gets_updates_and_deletes():
    name = create().name
    run = lambda statement, *parameters: client.execute_statement(Statement=statement, **({"Parameters": list(parameters)} if parameters else {}))
    run(f"INSERT INTO \"{name}\" VALUE {{'customer': ?, 'number': 1, 'state': 'open'}}", "c")
    run(f"UPDATE \"{name}\" SET state = ? WHERE customer = 'c' AND number = 1", "paid")
    found = run(f"SELECT state FROM \"{name}\" WHERE customer = ? AND number = 1", "c")
    equal(found["Items"], [{"state": "paid"}])
    run(f"DELETE FROM \"{name}\" WHERE customer = 'c' AND number = 1")
    equal(run(f"SELECT * FROM \"{name}\" WHERE customer = 'c'")["Items"], [])
    code, message, _ = error_of(run, f"SELEC * FROM \"{name}\"")
    equal(code, "ValidationException")


def check_what_is_wrong_is_refused_in_the_words_of_aws():
    table = create()
    put = lambda **more: error_of(table.put_item, **more)

    equal(put(Item={"customer": "c"})[:2], ("ValidationException", "One or more parameter values were invalid: Missing the key number in the item"))
    equal(put(Item={"customer": "c", "number": "1"})[0], "ValidationException")
    code, message, _ = put(Item={"customer": "c", "number": 1, "text": "x" * 410_000})
    equal((code, message), ("ValidationException", "Item size has exceeded the maximum allowed size"))
    code, message, _ = error_of(table.query, KeyConditionExpression=Key("number").eq(1))
    equal((code, message), ("ValidationException", "Query condition missed key schema element: customer"))
    code, message, _ = error_of(table.update_item, Key={"customer": "c", "number": 1}, UpdateExpression="SET size = :s", ExpressionAttributeValues={":s": 1})
    equal((code, message), ("ValidationException", "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: size"))
    code, _, status = error_of(dynamodb.Table("none").get_item, Key={"a": "b"})
    equal((code, status), ("ResourceNotFoundException", 400))


def check_the_item_behind_a_failed_condition_can_be_asked_for():
    table = create()
    item = {"customer": "c", "number": 1, "note": "kept"}
    table.put_item(Item=item)
    if not knows("PutItem", "ReturnValuesOnConditionCheckFailure"):
        raise Skipped("this boto3 is older than ReturnValuesOnConditionCheckFailure")

    try:
        table.put_item(Item={"customer": "c", "number": 1}, ConditionExpression=Attr("note").not_exists(), ReturnValuesOnConditionCheckFailure="ALL_OLD")
        raise AssertionError("the condition fails")
    except client.exceptions.ConditionalCheckFailedException as error:
        equal(error.response["Item"], {"customer": {"S": "c"}, "number": {"N": "1"}, "note": {"S": "kept"}})


def check_consumed_capacity_is_told_by_table_and_index():
    table = create()

    put = table.put_item(Item={"customer": "c", "number": 1, "state": "open", "amount": 1, "text": "x" * 3000}, ReturnConsumedCapacity="INDEXES")
    get = table.get_item(Key={"customer": "c", "number": 1}, ReturnConsumedCapacity="TOTAL")

    capacity = put["ConsumedCapacity"]
    equal(capacity["Table"]["CapacityUnits"], 3.0)
    equal(capacity["GlobalSecondaryIndexes"]["by-state"]["CapacityUnits"], 1.0)
    equal(get["ConsumedCapacity"]["CapacityUnits"], 0.5)


def check_a_table_is_deleted_unless_it_is_protected():
    table = create()
    if knows("UpdateTable", "DeletionProtectionEnabled"):
        client.update_table(TableName=table.name, DeletionProtectionEnabled=True)
        equal(error_of(table.delete)[0], "ValidationException")
        client.update_table(TableName=table.name, DeletionProtectionEnabled=False)
    table.delete()
    table.wait_until_not_exists()

    equal(error_of(client.describe_table, TableName=table.name)[0], "ResourceNotFoundException")


run_checks(dict(globals()))
