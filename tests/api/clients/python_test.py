"""Tests a client that openapi-python-client generates from openapi.json, with the service at API: each response has its type."""

import os
import unittest
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bookings import Client
from bookings.api.bookings import cancel_booking, create_booking, get_booking
from bookings.models import Booking, BusySpan, InvalidProblem, NewBooking, NotFoundProblem, TimeTakenProblem

client = Client(base_url=os.environ.get("API", "http://127.0.0.1:3000"))


def wanted(**members):
    start = datetime.now(UTC) + timedelta(days=7)
    own = {"user_id": "alice", "resource_id": "client-of-python", "start_time": start, "end_time": start + timedelta(days=1)}
    return NewBooking(**{**own, **members})


class Clients(unittest.TestCase):
    def test_a_taken_time_says_when_the_resource_is_busy(self):
        body = wanted()
        made = create_booking.sync_detailed(client=client, body=body)
        self.assertEqual(made.status_code, 201)
        self.assertIsInstance(made.parsed, Booking)

        refused = create_booking.sync_detailed(client=client, body=body)
        self.assertEqual(refused.status_code, 409)
        self.assertIsInstance(refused.parsed, TimeTakenProblem)
        self.assertIsInstance(refused.parsed.busy, BusySpan)
        self.assertEqual(refused.parsed.busy.start_time, made.parsed.start_time)

    def test_a_booking_has_each_of_its_states(self):
        body = wanted(resource_id="client-of-python-held", hold_seconds=600)
        held = create_booking.sync_detailed(client=client, body=body).parsed
        self.assertEqual(held.status, "held")
        cancelled = cancel_booking.sync_detailed(held.booking_id, client=client).parsed
        self.assertEqual(cancelled.status, "cancelled")

    def test_a_booking_that_breaks_rules_is_refused_with_each_fault(self):
        refused = create_booking.sync_detailed(client=client, body=wanted(user_id="a b", reminder_lead_seconds=1))
        self.assertEqual(refused.status_code, 422)
        self.assertIsInstance(refused.parsed, InvalidProblem)
        pointers = sorted(fault.pointer for fault in refused.parsed.errors)
        self.assertEqual(pointers, ["/reminder_lead_seconds", "/user_id"])

    def test_a_booking_that_does_not_exist_is_a_problem_with_its_type(self):
        """API Gateway's own responses share some statuses. The client still has the type of the function's problem."""
        refused = get_booking.sync_detailed(UUID("00000000-0000-4000-8000-000000000000"), client=client)
        self.assertEqual(refused.status_code, 404)
        self.assertIsInstance(refused.parsed, NotFoundProblem)
        self.assertEqual(refused.parsed.detail, "Booking not found")


if __name__ == "__main__":
    unittest.main()
