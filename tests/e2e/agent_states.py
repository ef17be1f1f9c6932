"""Random states of an agent, set by its routes; and a way to an agent that has the contract's routes alone."""

import base64
import http.client
import http.server
import json
import re
import threading
import urllib.parse

SECRET = "canary-0b7e5f2c9d"
TEXTS = ["plain", "", " blank ", "two\nlines\n", "no end", "tab\there", "ümläut ✓", "quote \" and ' and \\", "# no comment", "- no: list",
         "yes", "null", "0x1f", "1e3", "~", "trailing \n", "\n\nleading", "a: b", "🦊", "${credentials.KEY_1}",
         "%YAML", "@at", "`tick`", "line\r\nend\r\n"]
NAMES = ["report", "nightly job", "ümlaut", "a/b", "a~b", "with.dots", "x:y", "'quoted'", "Kind/name", "no", "123"]


class State:
    """What one agent is like; changes() makes the requests that bring an agent from another state here."""

    def __init__(self, random):
        self.random = random
        pick, chance = random.choice, lambda share: random.random() < share
        self.settings = {"temperature": round(random.random(), 2), "max_tokens": random.randrange(1, 9000), "model": "builtin",
                         "unified_session": chance(0.5), "timezone": pick(["Europe/Berlin", "UTC"]),
                         "browser": {"domain_allowlist": random.sample(["a.example", "b.example", "c.example"], random.randrange(4)),
                                     "user_agent": pick(["", "agent/1"])},
                         "self_improvement": {"scopes": random.sample(["memory", "skills", "scripts"], random.randrange(1, 4))}}
        self.credentials = {f"KEY_{n}": chance(0.5) for n in random.sample(range(6), random.randrange(5))}
        self.providers = {}
        if chance(0.5):
            self.providers["openrouter"] = {"value": SECRET}
        if chance(0.5):
            self.providers["custom"] = {"apiBase": f"https://models{random.randrange(3)}.example/v1",
                                        **({"value": SECRET} if chance(0.5) else {})}
        self.mcp = {f"server-{n}": self.server() for n in random.sample(range(5), random.randrange(4))}
        self.channels = {name: self.channel() for name in random.sample(["telegram", "mail", "hook", "x_1"], random.randrange(4))}
        self.policy = {"enabled": chance(0.8), "skipCron": chance(0.3)}
        tools = ["exec", "write_file", "mcp:github:*", "*"]
        rules = [(pick(["allow", "deny"]), pick(tools), self.params()) for _ in range(random.randrange(5))]
        self.rules = list({json.dumps(rule, sort_keys=True): rule for rule in rules}.values())
        self.peers = {name: {"url": f"https://{name}.example.net", **({"token": SECRET} if chance(0.5) else {}),
                             **({"description": "what it is for"} if chance(0.5) else {})}
                      for name in random.sample(["research", "p_2", "p.3"], random.randrange(4))}
        self.jobs = [self.job() for _ in range(random.randrange(5))]
        paths = ["AGENTS.md", "notes/a.md", "skills/one/SKILL.md", "scripts/run.sh", "deep/er/file.bin", "ümlaut.txt", "a b.txt"]
        self.files = {path: self.content() for path in random.sample(paths, random.randrange(6))}

    def server(self):
        pick = self.random.choice
        if pick([True, False]):
            return {"enabled": False, "command": "/bin/true",
                    "args": [pick(TEXTS).replace("\r", "") or "x" for _ in range(self.random.randrange(3))],
                    "env": {pick(["A", "B_2"]): pick([SECRET, "${credentials.KEY_1}"]) for _ in range(self.random.randrange(3))}}
        return {"enabled": False, "url": "https://mcp.example/x", "headers": {"X-Api.Key": SECRET},
                "toolTimeout": self.random.randrange(1, 60)}

    def channel(self):
        pick = self.random.choice
        config = {"type": pick(["telegram", "webhook"]), "enabled": pick([True, False]), "interval": pick([1, 2.5, 0, -3]),
                  "text": pick(TEXTS), "list": [pick(TEXTS) for _ in range(self.random.randrange(3))],
                  "deep": {"a.b": pick(TEXTS), "n": None, "c": {"d": 1}}}
        if pick([True, False]):
            config["token"] = SECRET
        return config

    def params(self):
        return {self.random.choice(["command", "path"]): self.random.choice(TEXTS) or "*"} if self.random.random() < 0.5 else {}

    def job(self):
        pick = self.random.choice
        schedule = pick([{"kind": "cron", "expr": pick(["0 7 * * *", "*/5 * * * 1-5", "@daily"]), "tz": "Europe/Berlin"},
                         {"kind": "cron", "expr": "0 1 * * 0"}, {"kind": "every", "every_ms": pick([1000, 90_000, 3_600_000, 86_400_001])},
                         {"kind": "at", "at_ms": 4_000_000_000_000 + self.random.randrange(1000)}])
        job = {"name": pick(NAMES), "schedule": schedule, "message": pick(TEXTS) or "m", "enabled": pick([True, False])}
        if pick([True, False]):
            job |= {"detail_prompt": "further", "scripts": ["scripts/run.sh"]}
        if self.channels and pick([True, False]):
            job |= {"deliver": True, "channel": pick(sorted(self.channels)), "to": "12"}
        return job

    def content(self):
        pick = self.random.choice
        return pick(TEXTS).encode() if pick([True, True, False]) else bytes(self.random.randrange(256) for _ in range(20)) + b"\xff"

    def put_on(self, request):
        """Makes an agent like this. `request(method, path, body)` fails on an error status."""
        for route, key in (("cron", "id"), ("mcp", "name"), ("a2a/peers", "alias"), ("credentials", "key")):
            for item in request("GET", "/" + route)["items"]:
                request("DELETE", f"/{route}/{urllib.parse.quote(item[key], safe='')}")
        for name in request("GET", "/channels")["channels"]:
            request("DELETE", "/channels/" + name)
        request("DELETE", "/policy/all")
        for item in request("GET", "/credentials/providers")["items"]:
            if item["hasValue"] or item["apiBase"]:
                request("DELETE", "/credentials/providers/" + item["name"])
        self.remove_files(request)
        request("PATCH", "/settings", self.settings)
        request("PATCH", "/policy/settings", self.policy)
        for key, exposed in self.credentials.items():
            request("POST", "/credentials", {"key": key, "value": SECRET, "exposed": exposed})
        for name, body in self.providers.items():
            request("POST", "/credentials/providers", {"name": name, **body})
        for name, config in self.channels.items():
            request("PUT", "/channels/" + name, config)
        for name, config in self.mcp.items():
            request("POST", "/mcp", {"name": name, **config})
        for action, tool, params in self.rules:
            request("POST", "/policy", {"action": action, "tool": tool, "params": params})
        for alias, body in self.peers.items():
            request("POST", "/a2a/peers", {"alias": alias, **body})
        for path, content in self.files.items():
            request("PUT", "/workspace/file?path=" + urllib.parse.quote(path, safe=""),
                    {"content": base64.b64encode(content).decode(), "encoding": "base64"})
        for job in self.jobs:
            request("POST", "/cron", job)

    @staticmethod
    def remove_files(request):
        def files(node):
            for child in node.get("children", []):
                if child["type"] == "file":
                    yield child["path"]
                yield from files(child)
        for path in files(request("GET", "/workspace/tree?depth=10")["tree"]):
            if path != "mcp.json":
                request("DELETE", "/workspace/file?path=" + urllib.parse.quote(path, safe=""))


def requester(server):
    def request(method, path, body=None):
        status, _, answer = server.request(method, "/api/v1" + path, body)
        if status not in (200, 201):
            raise AssertionError(f"{method} {path} {body}: {status} {answer}")
        return answer
    return request


def secrets_in(manifest):
    """The variables that a manifest reads, each with the one secret of all states."""
    return {name: SECRET for name in re.findall(r"env: (\w+)", manifest)}


# What the contract has; everything else is ours.
AREAS = "settings|credentials|mcp|channels|cron|policy|skills|scripts|usage|audit|sessions"
CONTRACT = [r"/health", r"/v1/(models|chat/completions)", rf"/api/v1/({AREAS})", r"/api/v1/credentials/[^/]+(/exposed|/oauth/start)?",
            r"/api/v1/(mcp|cron|channels)/[^/]+(/(enable|disable|restart|pause|resume|run-now))?", r"/api/v1/credentials/providers/[^/]+",
            r"/api/v1/policy/(all|settings)", r"/api/v1/workspace/(tree|file)", r"/api/v1/a2a/peers(/[^/]+)?", r"/api/v1/commands/[a-z]+"]
EXTENSIONS = {"executable", "limits", "max_turn_ms", "approval", "login", "toolDetails", "uses", "account", "extraHeaders", "extraBody",
              "link"}


class ContractFront:
    """Carries requests to a server, remembers those that write, and can do something before one is passed on. `plain`: only what the
    contract has; members that are ours are taken out of answers, refused in bodies, and a MCP server's configuration is not shown.
    `answers`: what is said to a GET of these paths instead, with the status if that is not 200."""

    def __init__(self, server, plain=False, before=None, answers=None):
        self.writes, self.before, self.lock = [], before, threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def carry(self):
                self.body = body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = self.path.split("?")[0]
                if self.command not in ("GET", "HEAD"):
                    with outer.lock:
                        outer.writes.append((self.command, path))
                        number = len(outer.writes)
                    if outer.before and outer.before(number, self) is False:
                        self.close_connection = True
                        return
                if self.command == "GET" and path in (answers or {}):
                    said = answers[path]
                    return self.reply(*said) if isinstance(said, tuple) else self.reply(200, said)
                if plain and not any(re.fullmatch(known, path) for known in CONTRACT):
                    return self.reply(404, {"error": {"code": "not_found", "message": "no such route"}})
                if plain and body and EXTENSIONS & set(json.loads(body)):
                    return self.reply(400, {"error": {"code": "bad_request", "message": "unknown field"}})
                connection = http.client.HTTPConnection(*server.address, timeout=60)
                headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
                connection.request(self.command, self.path, body or None, headers)
                answer = connection.getresponse()
                data = answer.read()
                connection.close()
                if plain and (answer.getheader("Content-Type") or "").startswith("application/json"):
                    data = json.dumps(outer.without(json.loads(data), path)).encode()
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.getheader("Content-Type") or "text/plain")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def reply(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = carry

        class Listener(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                """A client that was killed reads no answer."""

        self.server = Listener(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def without(self, value, path):
        if isinstance(value, dict):
            hidden = EXTENSIONS | ({"config"} if path.startswith("/api/v1/mcp") else set())
            return {name: self.without(member, path) for name, member in value.items() if name not in hidden}
        return [self.without(member, path) for member in value] if isinstance(value, list) else value

    def close(self):
        self.server.shutdown()
        self.server.server_close()
