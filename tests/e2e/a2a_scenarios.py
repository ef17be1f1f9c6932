"""A model that answers the messages of other agents as the scenarios of A2A's public compatibility suite say: by the beginning of the
message's id, which the agent is told. It uses the tool `answer` as a real model would."""

import re

from model_server import Answer, call

FILE = "output.txt"  # must be in the workspace
# What the agent does beside its text, and its text; the longest beginning that fits counts.
SCENARIOS = {
    "tck-complete-task": ({}, "Hello from TCK"),
    "tck-artifact-text": ({}, "Generated text content"),
    "tck-artifact-file": ({"path": FILE}, "There is your file."),
    "tck-artifact-file-url": ({"url": "https://example.com/output.txt", "name": FILE, "media_type": "text/plain"}, "It is over there."),
    "tck-artifact-data": ({"data": {"key": "value", "count": 42}}, "There is your data."),
    "tck-message-response": ({"message": True}, "Direct message response"),
    "tck-input-required": ({"state": "input_required"}, "What else do you need?"),
    "tck-reject-task": ({"state": "rejected"}, "rejected"),
    "tck-stream-001": ({}, "Stream hello from TCK"),
    "tck-stream-003": ({}, "Stream task lifecycle"),
    "tck-stream-ordering-001": ({}, "Ordered output"),
    "tck-stream-artifact-text": ({}, "Streamed text content"),
    "tck-stream-artifact-file": ({"path": FILE}, "There is your file."),
    "tck-stream-artifact-chunked": ({}, "chunk-1 chunk-2"),
}


def message_id(body):
    """The id of the message that the model is to answer, as its instructions name it."""
    named = re.search(r"A2A\. Task \S+, context \S+, message (\S+)\. ", body["messages"][0]["content"])
    return named.group(1) if named else ""


def answer(body):
    name = message_id(body)
    fitting = [one for one in SCENARIOS if name.startswith(one)]
    given, text = SCENARIOS[max(fitting, key=len)] if fitting else ({}, "I know no scenario of this name.")
    if given and body["messages"][-1]["role"] == "user":
        return Answer("", calls=[call("answer", **given)])
    return Answer(text)
