"""Calls AWS's clients, one call a line: `[service, operation, arguments]` in, `{"answer": ...}` or `{"error": ...}` out, as JSON.

The clients check arguments against AWS's own models of its services before they send anything. Endpoint, region and credentials come
from the environment.
"""

import json
import sys

from botocore.session import get_session

session = get_session()
clients = {}


def written(value):
    # The payload of a function comes as a stream.
    return value.read().decode() if hasattr(value, "read") else str(value)


for line in sys.stdin:
    service, operation, arguments = json.loads(line)
    client = clients.setdefault(service, None) or session.create_client(service)
    clients[service] = client
    try:
        answer = getattr(client, operation)(**arguments)
        answer.pop("ResponseMetadata", None)
        reply = json.dumps({"answer": answer}, default=written)
    except Exception as error:  # whatever it is, the test shows it
        reply = json.dumps({"error": f"{type(error).__name__}: {error}"})
    print(reply, flush=True)
