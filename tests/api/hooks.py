"""Corrects generated requests where a schema cannot express a rule, so that most requests that are meant to be valid are.

Requests that are meant to be invalid are unchanged, and so are all other parts of valid ones.
"""

import itertools
import os
import re
import uuid
from datetime import datetime, timedelta

import requests
import schemathesis

LONGEST = timedelta(days=31)
MINUTE = timedelta(minutes=1)
CHANGES = itertools.count()


@schemathesis.hook
def before_call(context, case, **kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # Two fields depend on each other: the end is after the start, within 31 days, and both are in the future. In a
    # change, times that are not sent are those of the booking.
    if isinstance(case.body, dict) and {"start_time", "end_time"} & case.body.keys():
        case.body = {**case.body, **span(case.body, "start_time", "end_time")}
    if case.query and {"from", "to"} & case.query.keys():
        case.query.update(span(case.query, "from", "to"))
    # A generated cursor is never valid: only that in the `Link` of a list is.
    if case.query:
        case.query.pop("cursor", None)
    headers = case.headers or {}
    # A key can be used for one request only.
    if "idempotency-key" in headers:
        headers["idempotency-key"] = f"{uuid.uuid4()}"
    # The generator of boundary values cannot make an entity tag, which has quotes: it sends an empty header.
    if headers.get("if-match") == "":
        del headers["if-match"]
    # Most known bookings are cancelled before they are changed, so every other change is of a new booking.
    if case.method == "PUT" and next(CHANGES) % 2 == 0:
        headers.pop("if-match", None)
        case.path_parameters["booking_id"] = booking(case)


def booking(case):
    """Creates a booking of a new resource, and returns its id."""
    start = datetime.now() + timedelta(days=400)
    times = {"start_time": f"{start.isoformat()}Z", "end_time": f"{(start + MINUTE).isoformat()}Z"}
    body = {"user_id": "alice", "resource_id": f"{uuid.uuid4()}", **times}
    address = case.operation.base_url.rstrip("/") + "/bookings"
    token = os.environ.get("TOKEN")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    made = requests.post(address, json=body, headers=headers, timeout=30)
    made.raise_for_status()
    return made.json()["booking_id"]


def span(values, first, last):
    """A valid span that keeps the generated spelling, and all of the first time but its year."""
    start = ahead(values.get(first) or values.get(last))
    end = ahead(values.get(last) or values.get(first))
    length = read(end) - read(start)
    if not MINUTE <= length <= LONGEST:
        length = MINUTE + timedelta(seconds=abs(length.total_seconds()) % (LONGEST - MINUTE).total_seconds())
        end = (read(start) + length).isoformat()
    return {first: start, last: end}


def ahead(text):
    """The same time in a future year."""
    year = datetime.now().year + 1 + int(text[:4]) % 20
    # February 29 does not exist in every year.
    text = re.sub(r"^\d{4}-02-29", "2000-02-28", text)
    return f"{year:04}{text[4:]}"


def read(text):
    """Parses a time of RFC 3339 with fractions of any length."""
    text = re.sub(r"\.(\d{1,6})\d*", lambda found: "." + found.group(1).ljust(6, "0"), text.upper())
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
