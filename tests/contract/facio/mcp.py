"""Good and bad input of the mcp area."""

import hashlib
import itertools
import json
import os
import sys

import mcp_server
import oauth_server

NUMBERS = itertools.count()
PEERS = []


def serve(case):
    """A protected MCP server with its authorization server."""
    peer = oauth_server.OAuthServer()
    case.addCleanup(peer.close)
    PEERS.append(peer)
    return ["--allow-host", "127.0.0.1"], {}


def protected(server):
    server.request("POST", "/api/v1/mcp", {"name": "protected", "url": PEERS[-1].url})
    return "protected"


def login(server):
    protected(server)
    return server.request("POST", "/api/v1/mcp/protected/oauth/start", {})[2]


def session(server):
    return login(server)["sessionId"]


def redirected(server):
    begun = login(server)
    if "sessionId" not in begun:  # where no further request is let in
        return {"sessionId": "none", "redirected": "code=x&state=y"}
    return {"sessionId": begun["sessionId"], "redirected": oauth_server.browse(begun["verificationUri"])}


def finish_flags(server):
    body = redirected(server)
    return ["--session", body["sessionId"], "--redirected", body["redirected"]]


def body(server=None):
    return {"name": f"contract{next(NUMBERS)}", "command": "true", "args": ["-y"]}


def one(server):
    made = body()
    server.request("POST", "/api/v1/mcp", made)
    return made["name"]


def connected(server):
    """A server that answers, and a tool of it."""
    server.request("POST", "/api/v1/mcp", {"name": "connected", "command": sys.executable, "args": ["-B", mcp_server.__file__]})
    return {"name": "connected", "tool": "echo"}


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
OBJECTS |= {f"mcp.{verb}": protected for verb in ("login", "finish", "poll", "logout")}
OBJECTS |= {f"mcp.{verb}": connected for verb in ("call", "ping", "logs")}
FLAGS = {"mcp.poll": {"--session": session}}
SERVE = serve
BODIES = {"mcp.approve": digest, "mcp.call": {"arguments": {"text": "hello"}}, "mcp.login": {}, "mcp.finish": redirected,
          "mcp.add": body, "mcp.update": {"toolTimeout": 60}}
ARGUMENTS = {"mcp.call": ["--arg", "text=hello"], "mcp.login": ["--no-wait"], "mcp.finish": finish_flags,
             "mcp.update": ["--tool-timeout", "60s"]}
COMMAND = {"name": "bad", "command": "true"}
URL = {"name": "bad", "url": "https://host/mcp"}
REFUSED = {
    "mcp.call": [{"arguments": ["hello"]}, {"arguments": "hello"}],
    "mcp.login": [{"grant": "magic"}, {"clientId": " "}, {"redirectUri": "http://93.184.216.34/"}, {"clientId": "https://client/id"}],
    "mcp.finish": [{}, {"sessionId": "x"}, {"sessionId": "", "redirected": "x"}],
    "mcp.approve": [{"digest": "x" * 65}, {}],
    "mcp.add": [{"name": "bad"}, {"name": "bad", "command": " "}, {**COMMAND, "url": "https://host/mcp"}, {**COMMAND, "type": "sse"},
                {**URL, "type": "stdio"}, {"name": "bad", "url": "ftp://host/"}, {"name": "bad", "url": "https:///mcp"},
                {**COMMAND, "env": {"A B": "x"}}, {**COMMAND, "env": {"A": "a\0b"}}, {**COMMAND, "env": {"A": "***"}},
                {**COMMAND, "args": ["a\0b"]}, {**URL, "headers": {"A B": "x"}}, {**URL, "headers": {"A": "x\r\nB: y"}},
                {**COMMAND, "enabledTools": [" "]}, {**COMMAND, "toolTimeout": 3601}],
    "mcp.update": [{"name": "other"}, {"type": "sse"}, {"command": ""}, {"env": {"NEW": "***"}}, {"toolTimeout": 0}],
}
