"""Calls AWS or its emulator: `aws.py SERVICE OPERATION JSON` prints the response as JSON."""

import json
import sys

from botocore.session import get_session

service, operation, arguments = sys.argv[1:]
# Endpoint, region and credentials come from the environment.
answer = getattr(get_session().create_client(service), operation)(**json.loads(arguments))
answer.pop("ResponseMetadata", None)
# The payload of a function comes as a stream.
print(json.dumps(answer, default=lambda value: value.read().decode() if hasattr(value, "read") else str(value)))
