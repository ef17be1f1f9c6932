#!/usr/bin/env python3
"""A stranger that knows nothing but the OpenAPI document (schemathesis, by others) and the server agree: what the document allows is
accepted, what it forbids is refused, and every answer is one of those that it declares."""

import base64
import json
import os
import subprocess
import tempfile

import harness
from installed import installed_python

PHASES = "examples,coverage"  # what is tried depends on the document alone

# What an expression of JSON Schema cannot say, or what the server of this test cannot do: operation, check, status, field -> why.
# Each of them is met in every run; one that is not has to go.
NO_LOGIN = "only some providers are logged in at; GET /api/v1/credentials/providers says which (isOauth)"
NO_PEER = "nobody answers at the address of the example"
SPAN = "one instant is before the other: JSON Schema cannot compare two parameters, nor one with the clock"
PAST = "an instant must be in the future: JSON Schema knows no clock"
RANGE = "the range 5-3 of a cron expression ends before it starts: an expression cannot compare numbers"
DIRECTORY = "the path is a directory by then, made for a file of an earlier request"
REJECTED, ACCEPTED, FAILED = "positive_data_acceptance", "negative_data_rejection", "not_a_server_error"
KNOWN = {
    ("GET /api/v1/a2a/peers/{alias}/card", FAILED, 502, ""): NO_PEER,
    ("POST /api/v1/a2a/peers/{alias}/call", FAILED, 502, ""): NO_PEER,
    ("POST /api/v1/mcp/{name}/oauth/start", FAILED, 502, ""): NO_PEER,
    ("POST /api/v1/commands/restart", FAILED, 503, ""): "a server that keeps everything in memory does not restart",
    ("DELETE /api/v1/policy", REJECTED, 400, "action"): "the rule stands in the body or in the query: OpenAPI cannot say one of both",
    ("DELETE /api/v1/policy", REJECTED, 400, "tool"): "as action",
    ("GET /api/v1/audit", REJECTED, 400, "from"): SPAN,
    ("GET /api/v1/audit/stats", REJECTED, 400, "from"): SPAN,
    ("GET /api/v1/credentials/providers/{name}/oauth/poll", REJECTED, 400, "name"): NO_LOGIN,
    ("POST /api/v1/credentials/providers/{name}/oauth/start", REJECTED, 400, "name"): NO_LOGIN,
    ("GET /api/v1/workspace/file", REJECTED, 400, "path"): DIRECTORY,
    ("PUT /api/v1/workspace/file", REJECTED, 400, "path"): DIRECTORY,
    ("DELETE /api/v1/workspace/file", REJECTED, 400, "path"): DIRECTORY,
    ("GET /api/v1/workspace/tree", REJECTED, 400, "path"): "the path of the example is a file by then, not a directory",
    ("POST /api/v1/cron", REJECTED, 400, "schedule.at_ms"): PAST,
    ("POST /api/v1/cron", REJECTED, 400, "schedule.expr"): RANGE,
    ("PATCH /api/v1/cron/{id}", REJECTED, 400, "schedule.expr"): RANGE,
    ("PATCH /api/v1/cron/{id}", REJECTED, 400, "schedule.at_ms"): PAST,
    ("PATCH /api/v1/cron/{id}", ACCEPTED, 200, ""): "parts of a schedule are completed by the job's own; the document asks for a whole one",
    ("POST /v1/chat/completions", REJECTED, 400, "model"): "which model there is depends on the settings; GET /v1/models says it",
}


def field_of(body):
    """The field that a refusal names."""
    try:
        return json.loads(body)["error"].get("details", {}).get("field", "")
    except (ValueError, KeyError, TypeError):
        return ""


def failures(events):
    """The failed checks of a run: (operation, check, status, field) -> an example of the request, and what was answered."""
    found = {}
    for line in events:
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for case, checks in recorder.get("checks", {}).items():
            for check in checks:
                if check["status"] != "failure":
                    continue
                exchange = recorder["interactions"][case]
                answer = exchange.get("response") or {}
                content = (answer.get("content") or {}).get("$base64", "")
                body = base64.b64decode(content).decode("utf-8", "replace")
                key = (recorder["label"], check["name"], answer.get("status_code"), field_of(body))
                found.setdefault(key, f"{exchange['request']['method']} {exchange['request']['uri'][:300]} -> {body[:500]}")
    return found


class OpenApiClient(harness.Case):
    def setUp(self):
        # Files are written into directories of hundreds of levels, each of them durably: in memory that costs nothing.
        tempfile.tempdir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.addCleanup(setattr, tempfile, "tempdir", None)
        super().setUp()

    def test_document_and_server_agree(self):
        programs = installed_python()
        server = self.serve("--memory", pass_data=False)
        place = self.home.path
        document, events = os.path.join(place, "openapi.json"), os.path.join(place, "events.ndjson")
        with open(document, "w", encoding="utf-8") as file:
            file.write(self.succeed(self.home.run("openapi")).out)
        done = subprocess.run(
            [os.path.join(programs, "st"), "run", document, "--url", server.url, "--phases", PHASES, "--seed", "1", "--no-shrink",
             "--continue-on-failure", "--exclude-path", "/api/v1/audit/stream", "-H", "Authorization: Bearer " + server.token,
             "--report", "ndjson", "--report-ndjson-path", events],
            cwd=place, env={"PATH": os.environ["PATH"], "HOME": place, "NO_COLOR": "1"}, capture_output=True, text=True, timeout=300)
        with open(events, encoding="utf-8") as file:
            found = failures(file)
        self.assertIn("Coverage (in", done.stdout, done.stdout[-5000:] + done.stderr[-5000:])
        self.assertNotIn("errored", done.stdout, done.stdout[-5000:])
        new = {key: said for key, said in found.items() if key not in KNOWN}
        self.assertFalse(new, "\n".join(f"{key}: {said}" for key, said in new.items()))
        self.assertEqual([key for key in KNOWN if key not in found], [], "these are met no more: take them out")


if __name__ == "__main__":
    harness.main()
