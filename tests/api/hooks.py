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
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]


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
    # A resource without rules has one seat, and says nothing of how long a slot is.
    if isinstance(case.body, dict) and "seats" in case.body:
        case.body = {**case.body, "seats": 1}
    if case.operation.path.endswith("/slots"):
        case.path_parameters["resource_id"] = f"{uuid.uuid4()}"
        case.query = {"minutes": 30, **(case.query or {}), "seats": 1}
    # Leads are distinct, and there are further ones only where there is a first one. A change keeps those it does not name.
    if isinstance(case.body, dict) and "further_reminder_lead_seconds" in case.body:
        case.body = {**case.body, **leads(case.body, case.method)}
    # Rules are set for resources that no other request names: others would be refused by them.
    if case.method == "PUT" and case.operation.path == "/resources/{resource_id}":
        case.path_parameters["resource_id"] = f"{uuid.uuid4()}"
        case.body = rules(case.body)
    # Most known bookings are cancelled before they are changed, so every other change is of a new booking.
    if case.method == "PUT" and "booking_id" in case.path_parameters and next(CHANGES) % 2 == 0:
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


def leads(values, method):
    """Distinct leads. Without a first one there are no further ones."""
    first = values.get("reminder_lead_seconds", 900)
    further = values["further_reminder_lead_seconds"]
    if not isinstance(further, list):
        return {}
    if first is None:
        return {"further_reminder_lead_seconds": []}
    further = [lead for lead in dict.fromkeys(further) if lead != first]
    # The booking that is changed has a lead of its own.
    named = {} if method == "POST" else {"reminder_lead_seconds": first}
    return {"further_reminder_lead_seconds": further, **named}


def rules(values):
    """Rules in a known zone, whose windows do not overlap, with one exception a date, and no least above the most."""
    values = dict(values)
    if "time_zone" in values:
        values["time_zone"] = ZONES[len(str(values)) % len(ZONES)]
    if isinstance(values.get("open"), dict):
        values["open"] = {day: windows(list_of) for day, list_of in values["open"].items()}
    if "exceptions" in values:
        first = datetime(2040, 2, 27)
        dated = enumerate(values["exceptions"])
        values["exceptions"] = [
            {"date": f"{first + timedelta(days=place):%Y-%m-%d}", "open": windows(one["open"])} for place, one in dated
        ]
    if values.get("min_minutes") and values.get("max_minutes"):
        least, most = sorted([values["min_minutes"], values["max_minutes"]])
        values.update(min_minutes=least, max_minutes=most)
    return values


def windows(generated):
    """As many windows as were generated, one after another."""
    return [{"from": f"{3 * place:02}:00", "to": f"{3 * place + 2:02}:59"} for place, _ in enumerate(generated)]


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
