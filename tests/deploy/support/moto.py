"""Calls AWS's clients, one call a line: `[service, operation, arguments]` in, `{"answer": ...}` or `{"error": ...}` out, as JSON.

The clients check arguments against AWS's own models of its services before they send anything.
"""

import json
import sys

from botocore.session import get_session

session = get_session()
clients = {}

for line in sys.stdin:
    service, operation, arguments = json.loads(line)
    client = clients.setdefault(service, None) or session.create_client(service)
    clients[service] = client
    try:
        answer = getattr(client, operation)(**arguments)
        answer.pop("ResponseMetadata", None)
        reply = {"answer": answer}
    except Exception as error:  # whatever it is, the test shows it
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply, default=str), flush=True)
