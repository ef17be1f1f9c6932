#!/usr/bin/env python3
"""Who may ask what: every route with every kind of token, origin, host and content type; and what a refused request leaves behind."""

import collections
import itertools
import json
import re
import urllib.parse

import harness
from catalogue import Catalogue, text_of

ALLOWED = "https://placet.example"
A2A_TOKEN = "a2a-token-of-the-tests"
TYPES = {"json": "application/json", "charset": "Application/JSON; charset=utf-8", "text": "text/plain",
         "form": "application/x-www-form-urlencoded", "none": None}
JSON = ("json", "charset")
# The routes for other agents are not in the catalogue. What they take of content types is in their own tests.
A2A_ROUTES = [("POST", "/a2a/v1"), ("POST", "/a2a/v1/message:send"), ("POST", "/a2a/v1/message:stream"), ("GET", "/a2a/v1/tasks"),
              ("GET", "/a2a/v1/tasks/x"), ("POST", "/a2a/v1/tasks/x:cancel"), ("DELETE", "/a2a/v1/tasks/x/pushNotificationConfigs/y"),
              ("GET", "/a2a/v1/nothing"), ("GET", "/a2a")]
# What a refused request could have changed, area by area.
STATE = ["/api/v1/settings", "/api/v1/cron", "/api/v1/credentials", "/api/v1/credentials/providers", "/api/v1/channels", "/api/v1/sessions",
         "/api/v1/policy/all", "/api/v1/policy/settings", "/api/v1/workspace/tree", "/api/v1/skills", "/api/v1/scripts", "/api/v1/mcp",
         "/api/v1/agent/versions", "/api/v1/agent/improvement/runs", "/api/v1/a2a/peers", "/api/v1/approvals", "/api/v1/usage"]

Case = collections.namedtuple("Case", "token origin host type")
# `status`: what an admitted request gets; None where only the agent knows.
Route = collections.namedtuple("Route", "name surface method target status")


class Pipeline:
    """Many requests on one connection, and their answers in order."""

    def __init__(self, server):
        self.connection = server.connect()
        self.data = b""

    def ask(self, requests):
        """Status of each answer."""
        statuses = []
        for start in range(0, len(requests), 64):
            part = requests[start:start + 64]
            self.connection.sendall(b"".join(part))
            statuses += [self.next() for _ in part]
        return statuses

    def fill(self):
        part = self.connection.recv(1 << 18)
        assert part, "the server has closed the connection"
        self.data += part

    def next(self):
        while b"\r\n\r\n" not in self.data:
            self.fill()
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        length = int(re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)[1])
        while len(self.data) < length:
            self.fill()
        self.data = self.data[length:]
        return int(head.split()[1])

    def close(self):
        self.connection.close()


class Access(harness.Case):
    def start(self, *arguments):
        self.server = self.serve("--memory", "--a2a", "--allowed-origin", ALLOWED, *arguments, pass_data=False,
                                 env={"FACIO_A2A_TOKEN": A2A_TOKEN})
        self.pipeline = Pipeline(self.server)
        self.addCleanup(self.pipeline.close)
        host, port = self.server.address
        self.here = f"{host}:{port}"
        token = self.server.token
        self.tokens = {"none": None, "management": "Bearer " + token, "a2a": "Bearer " + A2A_TOKEN, "wrong": "Bearer wrong",
                       "cut": "Bearer " + token[:-1], "basic": "Basic " + token, "bare": token}
        self.origins = {"none": {}, "own": {"Origin": "http://" + self.here, "Sec-Fetch-Site": "same-origin"},
                        "allowed": {"Origin": ALLOWED, "Sec-Fetch-Site": "cross-site"}, "foreign": {"Origin": "https://evil.example"},
                        "other port": {"Origin": f"http://{host}:1", "Sec-Fetch-Site": "same-site"},
                        "link": {"Sec-Fetch-Site": "cross-site"}}
        self.hosts = {"good": self.here, "foreign": f"evil.example:{port}"}
        self.catalogue = Catalogue(self.succeed(self.home.run("schema")).json())

    # ------------------------------------------------------------------------------------------- what is asked
    def routes(self):
        """Every endpoint, asked so that an admitted request is refused for its content and changes nothing: reads by a query that breaks
        the declaration where one can, all else by a body that is no object."""
        return [self.route(one) for one in self.catalogue.endpoints]

    def route(self, endpoint):
        def value(match):
            argument = next(one for one in endpoint["arguments"] if one["name"] == match[1])
            # A word that fits and names nothing: an example may name something that there is.
            schema = argument["schema"] if "pattern" in argument["schema"] else {**argument["schema"], "examples": ["text"]}
            return urllib.parse.quote(self.good_text(schema), safe="")

        query = [(one["path"], one) for one in endpoint["flags"] if one["in"] == "query"]
        query += [(one["name"], one) for one in endpoint["arguments"] if one["in"] == "query"]
        pairs = [(name, self.good_text(one["schema"])) for name, one in query if one["required"]]
        status = 400
        if endpoint["method"] == "GET":
            bad = [(name, text) for name, one in query if not one["required"] for text in self.catalogue.bad_text(one["schema"])]
            status = 400 if bad else 404 if pairs or "{" in endpoint["path"] else 200
            pairs += bad[:1]
        target = re.sub(r"\{(\w+)\}", value, endpoint["path"]) + ("?" + urllib.parse.urlencode(pairs) if pairs else "")
        return Route(endpoint["id"], endpoint["surface"], endpoint["method"], target, status)

    def good_text(self, schema):
        resolved = self.catalogue.resolve(schema)
        if resolved.get("type") == "array":
            resolved = self.catalogue.resolve(resolved["items"])
        text = text_of(self.catalogue.good(resolved))
        for candidate in (text, "0" * 40, "a" * 16):
            if re.search(resolved.get("pattern", ""), candidate):
                return candidate
        raise AssertionError(f"no value fits {resolved}")

    def request(self, route, case, number=None):
        lines = [f"{route.method} {route.target} HTTP/1.1", "Host: " + self.hosts[case.host]]
        if self.tokens[case.token]:
            lines.append("Authorization: " + self.tokens[case.token])
        lines += [f"{name}: {value}" for name, value in self.origins[case.origin].items()]
        if TYPES[case.type]:
            lines.append("Content-Type: " + TYPES[case.type])
        if number is not None:
            lines.append(f"X-Request-Id: access-{number}")
        body = "" if route.method == "GET" else "[]"
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    # ---------------------------------------------------------------------------------------- what is the right answer
    def admits(self, route, token):
        if route.surface == "management" or (route.surface == "openai" and self.closed):
            return token == "management"
        if route.surface == "a2a":
            return token in ("management", "a2a")
        return True

    def right(self, route, case):
        """The one right status; None when nothing keeps the request from its route."""
        if case.host == "foreign":
            return 421
        if case.origin in ("foreign", "other port", "link"):
            return 403
        if not self.admits(route, case.token):
            return 401
        if route.method != "GET" and route.surface != "a2a" and case.type not in JSON:
            known = case.token == "management"  # with the token that this surface knows, a body without a type is JSON
            if case.type != "none" or not known:
                return 415
        return None

    def usual(self, route):
        """What an admitted request gets from its route."""
        status = self.pipeline.ask([self.request(route, Case("management", "none", "good", "json"))])[0]
        self.assertEqual(status, route.status or status, route)
        self.assertNotIn(status, (401, 403, 415, 421), route)
        return status

    def cases(self, route):
        types = ("none", "text") if route.method == "GET" else ("json",) if route.surface == "a2a" else TYPES
        return [Case(*one) for one in itertools.product(self.tokens, self.origins, self.hosts, types)]

    def check(self, routes):
        """Asks everything; returns what was asked as {request id: (route, status)}."""
        asked = {}
        for route in routes:
            usual = self.usual(route)
            cases = self.cases(route)
            numbers = range(len(asked), len(asked) + len(cases))
            got = self.pipeline.ask([self.request(route, case, number) for case, number in zip(cases, numbers)])
            right = [self.right(route, case) or usual for case in cases]
            wrong = [f"{case}: {status}, not {expected}" for case, status, expected in zip(cases, got, right) if status != expected]
            self.assertEqual(wrong, [], route)
            asked.update({f"access-{number}": (route, status) for number, status in zip(numbers, right)})
        return asked

    # ---------------------------------------------------------------------------------------------------- what it left
    def state(self):
        answers = {path: self.server.request("GET", path) for path in STATE}
        return {path: (status, body) for path, (status, _, body) in answers.items()}

    def events(self):
        """All events, oldest first."""
        events, cursor = [], {}
        while True:
            query = urllib.parse.urlencode({"sortDir": "asc", "limit": 1000, "offset": len(events), **cursor})
            status, _, page = self.server.request("GET", "/api/v1/audit?" + query)
            self.assertEqual(status, 200, page)
            events += page["items"]
            if not page["hasMore"]:
                return events

    def test_every_route_answers_whom_it_should(self):
        self.closed = False
        self.start()
        self.create_job(self.server)
        before, old = self.state(), len(self.events())
        routes = self.routes() + [Route(target, "a2a", method, target, None) for method, target in A2A_ROUTES]
        asked = self.check(routes)
        self.assertGreater(len(asked), 10_000)
        self.assertEqual(self.state(), before)
        new = self.events()[old:]
        self.assertEqual({event["event"] for event in new}, {"api_request"})
        noted = collections.Counter()
        for event in new:
            details = event["details"] if isinstance(event["details"], dict) else json.loads(event["details"])
            if details["request_id"] in asked:
                noted[details["request_id"], details["status"]] += 1
        self.assertEqual(noted, {(number, status): 1 for number, (route, status) in asked.items() if route.surface == "management"})

    def test_where_others_reach_the_server_the_openai_interface_takes_the_token(self):
        self.closed = True
        self.start("--behind-proxy")
        self.assertIn("/v1 requires the management token", self.server.output())
        asked = self.check([route for route in self.routes() if route.surface in ("openai", "health", "card")])
        self.assertEqual({status for route, status in asked.values() if route.name == "chat.models"}, {200, 401, 403, 421})

    def test_the_operator_may_open_it(self):
        self.closed = False
        self.start("--behind-proxy", "--open-v1")
        self.assertIn("warning: anyone who reaches this server", self.server.output())
        self.check([route for route in self.routes() if route.surface == "openai"])

    def test_names_of_the_server(self):
        server = self.serve("--memory", "--public-url", "https://agent.example/base", "--server-name", "agent.lan", pass_data=False)

        def ask(host, **headers):
            return server.request("GET", "/api/v1/health", headers={"Host": host, **headers})[0]

        for host in ("agent.example", "AGENT.example:443", "agent.lan:1", "localhost", "a.localhost", "127.0.0.1", "[::1]:8900"):
            self.assertEqual(ask(host), 200, host)
        for host in ("evil.example", "agent.lan.evil.example", "localhost.evil.example", "10.0.0.1", "127.0.0.1@evil.example", ""):
            self.assertEqual(ask(host), 421, host)
        self.assertEqual(ask("127.0.0.1", Origin="https://agent.example"), 200)
        self.assertEqual(ask("agent.lan", Origin="http://agent.lan"), 200)
        self.assertEqual(ask("agent.lan", Origin="http://agent.example"), 403)
        done = self.fail_with(2, self.home.run("serve", "--memory", "--server-name", "http://agent.lan"))
        self.assertIn("--server-name", done.err)


if __name__ == "__main__":
    harness.main()
