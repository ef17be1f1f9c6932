"""Good and bad input of the mcp area."""

import hashlib
import itertools
import json
import os

NUMBERS = itertools.count()


def body(server=None):
    return {"name": f"contract{next(NUMBERS)}", "command": "true", "args": ["-y"]}


def one(server):
    made = body()
    server.request("POST", "/api/v1/mcp", made)
    return made["name"]


WAITS = {"command": "true", "args": ["-y"]}


def waits(server):
    """An entry that was written by hand, and that nobody has agreed to."""
    server.request("DELETE", "/api/v1/mcp/waits")
    path = os.path.join(server.data, "workspace", "mcp.json")
    registry = {"servers": {}}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            registry = json.load(file)
    registry["servers"]["waits"] = WAITS
    with open(path, "w", encoding="utf-8") as file:
        json.dump(registry, file)
    return "waits"


def digest(server):
    """The digest of that entry, as the server makes it of its name, its configuration and the files that it names: none."""
    waits(server)
    return {"digest": hashlib.sha256(f"waits\n{json.dumps(WAITS, separators=(',', ':'))}\n{{}}".encode()).hexdigest()}


OBJECTS = {f"mcp.{verb}": one for verb in ("get", "update", "remove", "enable", "disable", "restart")}
OBJECTS["mcp.approve"] = waits
BODIES = {"mcp.approve": digest, "mcp.add": body, "mcp.update": {"toolTimeout": 60}}
ARGUMENTS = {"mcp.update": ["--tool-timeout", "60s"]}
COMMAND = {"name": "bad", "command": "true"}
URL = {"name": "bad", "url": "https://host/mcp"}
REFUSED = {
    "mcp.approve": [{"digest": "x" * 65}, {}],
    "mcp.add": [{"name": "bad"}, {"name": "bad", "command": " "}, {**COMMAND, "url": "https://host/mcp"}, {**COMMAND, "type": "sse"},
                {**URL, "type": "stdio"}, {"name": "bad", "url": "ftp://host/"}, {"name": "bad", "url": "https:///mcp"},
                {**COMMAND, "env": {"A B": "x"}}, {**COMMAND, "env": {"A": "a\0b"}}, {**COMMAND, "env": {"A": "***"}},
                {**COMMAND, "args": ["a\0b"]}, {**URL, "headers": {"A B": "x"}}, {**URL, "headers": {"A": "x\r\nB: y"}},
                {**COMMAND, "enabledTools": [" "]}, {**COMMAND, "toolTimeout": 3601}],
    "mcp.update": [{"name": "other"}, {"type": "sse"}, {"command": ""}, {"env": {"NEW": "***"}}, {"toolTimeout": 0}],
}
