"""The routes that the benchmark calls, as commonly written in Python: FastAPI behind Mangum, Powertools for logs and
metrics, boto3 for DynamoDB. The same table and the same responses, and one function for all routes."""

import os
from datetime import datetime, timedelta, timezone
from typing import Annotated
from uuid import uuid4

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from mangum import Mangum
from pydantic import BaseModel, ConfigDict, Field, model_validator

TABLE = os.environ["TABLE_NAME"]
SHARDS = int(os.environ["TIMER_SHARDS"])
NAME = r"^[A-Za-z0-9._:@|+-]{1,128}$"

logger = Logger(service="bookings")
metrics = Metrics(namespace="BookingAPI", service="bookings")
dynamodb = boto3.client(
    "dynamodb",
    config=Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3}),
)
app = FastAPI(title="Bookings")
serialize, deserialize = TypeSerializer().serialize, TypeDeserializer().deserialize


class NewBooking(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: Annotated[str, Field(pattern=NAME)]
    resource_id: Annotated[str, Field(pattern=NAME)]
    start_time: datetime
    end_time: datetime
    reminder_lead_seconds: Annotated[int | None, Field(ge=60, le=2592000)] = 900

    @model_validator(mode="after")
    def in_order(self):
        if not self.start_time < self.end_time <= self.start_time + timedelta(days=31):
            raise ValueError("end_time must be after start_time, by at most 31 days")
        return self


class Booking(BaseModel):
    booking_id: str
    user_id: str
    resource_id: str
    start_time: datetime
    end_time: datetime
    status: str
    reminder_lead_seconds: int | None = None
    ttl: int | None = None
    version: int
    created_at: datetime
    updated_at: datetime


class BusySpan(BaseModel):
    start_time: datetime
    end_time: datetime


class Problem(Exception):
    def __init__(self, status, title, detail):
        self.status, self.title, self.detail = status, title, detail


@app.exception_handler(Problem)
def answer_problem(request: Request, problem: Problem):
    content = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
    }
    return JSONResponse(content, status_code=problem.status, media_type="application/problem+json")


def written(time):
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def millis(time):
    return int(time.timestamp() * 1000)


def days(start, end):
    day = start.astimezone(timezone.utc).date()
    while day <= (end - timedelta(milliseconds=1)).astimezone(timezone.utc).date():
        yield day
        day += timedelta(days=1)


def item(attributes):
    return {name: serialize(value) for name, value in attributes.items() if value is not None}


def read(attributes):
    return {name: deserialize(value) for name, value in attributes.items()}


def booking(attributes):
    values = read(attributes)
    return Booking(**values | {"ttl": values.get("reminder_due")})


def busy_days(resource_id, wanted):
    keys = [item({"pk": f"RESOURCE#{resource_id}", "sk": f"DAY#{day}"}) for day in wanted]
    answer = dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})
    return {day["sk"]: day for day in map(read, answer["Responses"].get(TABLE, []))}


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/bookings", status_code=201)
def create(new: NewBooking, response: Response) -> Booking:
    now = datetime.now(timezone.utc)
    claim = [millis(new.start_time), millis(new.end_time)]
    found = busy_days(new.resource_id, days(new.start_time, new.end_time))
    for day in found.values():
        if any(start < claim[1] and claim[0] < end for start, end in day["busy"].values()):
            raise Problem(409, "Time taken", "the resource is booked")
    due = new.reminder_lead_seconds and int(new.start_time.timestamp()) - new.reminder_lead_seconds
    booking_id = str(uuid4())
    values = {
        "booking_id": booking_id,
        "user_id": new.user_id,
        "resource_id": new.resource_id,
        "start_time": written(new.start_time),
        "end_time": written(new.end_time),
        "status": "active",
        "reminder_lead_seconds": new.reminder_lead_seconds,
        "version": 1,
        "created_at": written(now),
        "updated_at": written(now),
    }
    partition = {"pk": f"BOOKING#{booking_id}"}
    shard = int(booking_id[:8], 16) % SHARDS
    stored = {"sk": "BOOKING", "reminder_due": due, "reminder_generation": 1, "timer_shard": shard, "request_fingerprint": ""}
    writes = [{"Put": {"TableName": TABLE, "Item": item(partition | values | stored)}}]
    if due:
        minute = datetime.fromtimestamp(due, timezone.utc).strftime("%Y-%m-%dT%H:%M")
        timer = {"pk": f"TIMER#{minute}#{shard}", "sk": f"{due:010}#{booking_id}#reminder", "ttl": due, "token": 1}
        writes.append({"Put": {"TableName": TABLE, "Item": item(timer)}})
    for day in days(new.start_time, new.end_time):
        key = {"pk": f"RESOURCE#{new.resource_id}", "sk": f"DAY#{day}"}
        known = found.get(key["sk"])
        if known is None:
            midnight = datetime.combine(day, datetime.min.time(), timezone.utc)
            ttl = int((midnight + timedelta(days=32)).timestamp())
            claimed = key | {"version": 1, "busy": {booking_id: claim}, "ttl": ttl}
            condition = {"ConditionExpression": "attribute_not_exists(pk)"}
            writes.append({"Put": {"TableName": TABLE, "Item": item(claimed)} | condition})
        else:
            update = {
                "UpdateExpression": "SET #busy.#id = :claim, #version = #version + :one",
                "ConditionExpression": "#version = :version",
                "ExpressionAttributeNames": {"#busy": "busy", "#id": booking_id, "#version": "version"},
                "ExpressionAttributeValues": item({":claim": claim, ":one": 1, ":version": known["version"]}),
            }
            writes.append({"Update": {"TableName": TABLE, "Key": item(key)} | update})
    try:
        dynamodb.transact_write_items(TransactItems=writes)
    except dynamodb.exceptions.TransactionCanceledException as error:
        raise Problem(503, "Unavailable", "the resource is too contended") from error
    metrics.add_metric(name="CreateBooking", unit=MetricUnit.Count, value=1)
    response.headers["location"] = f"/bookings/{booking_id}"
    response.headers["etag"] = '"1"'
    return Booking(**values, ttl=due)


@app.get("/bookings/{booking_id}")
def get(booking_id: str, response: Response) -> Booking:
    key = item({"pk": f"BOOKING#{booking_id}", "sk": "BOOKING"})
    answer = dynamodb.get_item(TableName=TABLE, Key=key, ConsistentRead=True)
    if "Item" not in answer:
        raise Problem(404, "Not found", "Booking not found")
    found = booking(answer["Item"])
    response.headers["etag"] = f'"{found.version}"'
    metrics.add_metric(name="GetBooking", unit=MetricUnit.Count, value=1)
    return found


@app.get("/users/{user_id}/bookings")
def list_bookings(
    user_id: Annotated[str, Path(pattern=NAME)], limit: Annotated[int, Query(ge=1, le=100)] = 50
) -> list[Booking]:
    answer = dynamodb.query(
        TableName=TABLE,
        IndexName="user_id_index",
        Limit=limit,
        KeyConditionExpression="#user = :user",
        ExpressionAttributeNames={"#user": "user_id"},
        ExpressionAttributeValues=item({":user": user_id}),
    )
    return [booking(found) for found in answer["Items"]]


@app.get("/resources/{resource_id}/busy")
def busy(
    resource_id: Annotated[str, Path(pattern=NAME)],
    start: Annotated[datetime, Query(alias="from")],
    end: Annotated[datetime, Query(alias="to")],
) -> list[BusySpan]:
    claims = {}
    for day in busy_days(resource_id, days(start, end)).values():
        claims |= day["busy"]
    spans = sorted((int(first), int(last)) for first, last in claims.values())
    times = ((datetime.fromtimestamp(f / 1000, timezone.utc), datetime.fromtimestamp(l / 1000, timezone.utc)) for f, l in spans)
    return [BusySpan(start_time=first, end_time=last) for first, last in times]


handler = logger.inject_lambda_context(metrics.log_metrics(Mangum(app, lifespan="off"), raise_on_empty_metrics=False))
