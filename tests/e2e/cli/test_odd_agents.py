#!/usr/bin/env python3
"""What agents that are not ours, and proxies before them, answer, and the one right outcome of each. A further form is one more row."""

import fcntl
import gzip
import json
import os
import socket
import ssl
import stat
import struct
import subprocess
import termios
import threading

import harness
from front import certificate
from raw_agent import RawAgent, answer

CREATE = ["cron", "create", "--name", "a", "--every", "1h", "--message", "hi"]
JOB = json.dumps({"id": "j1", "name": "a", "enabled": True, "schedule": {"kind": "every", "every_ms": 3600000},
                  "payload": {"message": "hi"}, "state": {}})
NO_CONTENT = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
EMPTY = answer()
PAGE = answer("<html><title>Sign in</title></html>", content_type="text/html")
SETTINGS = json.dumps({"basic": {"model": "m"}, "advanced": {}, "options": {"providers": []}})

# name, the answer, the command, the exit code, words on standard error ("": none at all), words on standard output ("": nothing at all).
WRITES = [
    ("204", NO_CONTENT, CREATE, 0, "", ""),
    ("204 and a table of JSON", NO_CONTENT, [*CREATE, "-o", "json"], 0, "", ""),
    ("200 and nothing", EMPTY, CREATE, 0, "", ""),
    ("202 and a line feed", answer("\n", "202 Accepted"), CREATE, 0, "", ""),
    ("nothing, by a filter", EMPTY, [*CREATE, "-q", ".id"], 0, "", ""),
    ("a deletion", NO_CONTENT, ["cron", "delete", "j1", "--yes"], 0, "", ""),
    ("several deletions", NO_CONTENT, ["sessions", "delete", "a", "b", "--yes"], 0, "", "deleted a"),
    ("several decisions", NO_CONTENT, ["approvals", "approve", "a", "b"], 0, "", ""),
    ("settings", NO_CONTENT, ["settings", "set", "model=m"], 0, "", ""),
    ("settings without changes", answer(SETTINGS), ["settings", "set", "model=m"], 0, "", "model"),
    ("a policy rule", EMPTY, ["policy", "allow", "exec"], 0, "", ""),
    ("a removed policy rule", NO_CONTENT, ["policy", "remove", "allow", "exec", "--yes"], 0, "", ""),
    ("a provider", EMPTY, ["credentials", "expose", "KEY"], 0, "", ""),
    ("an MCP server", NO_CONTENT, ["mcp", "add", "x", "https://mcp.example"], 0, "", ""),
    ("an MCP server that is waited for", NO_CONTENT, ["mcp", "restart", "x", "--wait-for", "1s"], 0, "", ""),
    ("removed files", NO_CONTENT, ["workspace", "rm", "a", "b", "--yes"], 0, "", "true"),
    ("a restart", NO_CONTENT, ["agent", "restart", "--no-wait"], 0, "", ""),
    ("plain words", answer("OK", content_type="text/plain"), CREATE, 0, "the change was made", ""),
    ("another form", answer('"done"'), CREATE, 0, "the change was made", ""),
    ("a table of another form", answer("[]"), CREATE, 0, "the change was made", ""),
    ("gzip", answer(gzip.compress(JOB.encode()), Content_Encoding="gzip"), CREATE, 0, "the change was made", ""),
    ("a page", PAGE, CREATE, 14, "an HTML page: Sign in", ""),
    ("api and 204", NO_CONTENT, ["api", "POST", "/cron"], 0, "", ""),
    ("api and nothing", EMPTY, ["api", "DELETE", "/cron/x"], 0, "", ""),
    ("api and no JSON that says it is", answer("OK"), ["api", "POST", "/cron"], 0, "the change was made", ""),
    ("a redirect", answer("", "307 Temporary Redirect", Location="/login"), CREATE, 14, "307, a redirect", ""),
    ("an answer that is the purpose", NO_CONTENT, ["chat", "hi"], 14, "no text", ""),
    ("the same as JSON", NO_CONTENT, ["chat", "hi", "-o", "json"], 14, "empty", ""),
]
LIST = answer(json.dumps({"items": [json.loads(JOB)]}))
BARE = LIST.replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 200")
READS = [
    ("204", NO_CONTENT, ["cron", "list"], 0, "", ""),
    ("200 and nothing", EMPTY, ["cron", "list"], 14, "the answer is empty", ""),
    ("gzip", answer(gzip.compress(b"{}"), Content_Encoding="gzip"), ["cron", "list"], 14, "compressed (gzip), which was not requested", ""),
    ("gzip without a word", answer(gzip.compress(b"{}")), ["cron", "list"], 14, "compressed (gzip), which was not requested", ""),
    ("gzip, by api", answer(gzip.compress(b"{}"), Content_Encoding="gzip"), ["api", "/cron"], 14, "compressed (gzip)", ""),
    ("a page", PAGE, ["cron", "list"], 14, "an HTML page: Sign in", ""),
    ("a page, by api", answer("<p>x</p>", content_type="text/html"), ["api", "/page"], 0, "", "<p>x</p>"),
    ("a status line without a reason", BARE, ["cron", "list", "-o", "name"], 0, "", "cron/j1"),
    ("a status line without a reason, of an error", b"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", ["cron", "get", "x"], 10, "no route", ""),
    ("a status line in two pieces", [BARE[:9], BARE[9:13], BARE[13:]], ["cron", "list", "-o", "name"], 0, "", "cron/j1"),
    ("byte by byte", [BARE[i:i + 1] for i in range(len(BARE))], ["cron", "list", "-o", "name"], 0, "", "cron/j1"),
    ("a line of another protocol", b"SSH-2.0-x\r\n", ["cron", "list"], 14, "does not answer like an agent", ""),
    ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\nX-A: b\r\nSet-Cookie: s=secret\r\n\r\n",
     ["api", "HEAD", "/api/v1/health"], 0, "",
     "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 7\nX-A: b\nSet-Cookie: ***\n"),
    ("HEAD, by a filter", b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
     ["api", "HEAD", "/health", "-q", "[.status,.headers[\"x-a\"]]"], 0, "", '[\n  204,\n  "b"\n]\n'),
]

DETAIL = [{"loc": ["body", "name"], "msg": "field required", "type": "value_error.missing"}]
# name, body of a 422, the words, the field.
REFUSALS = [
    ("FastAPI", {"detail": DETAIL}, "body.name: field required", "body.name"),
    ("two parts", {"detail": DETAIL + [{"loc": ["body", "items", 0, "x"], "msg": "too long"}]},
     "body.name: field required; body.items[0].x: too long", "body.name"),
    ("a place without words", {"detail": [{"loc": ["body"]}]}, "status 422", None),
    ("one object", {"detail": {"loc": ["query", "limit"], "msg": "not a number"}}, "query.limit: not a number", "query.limit"),
    ("beside a message", {"message": "Validation failed", "errors": [{"path": "name", "message": "is required"}]},
     "Validation failed: name: is required", "name"),
    ("names and words", {"title": "Invalid", "errors": {"Name": ["is required", "is short"]}}, "Name: is required; Name: is short", "Name"),
    ("texts", {"errors": ["name is required"]}, "name is required", None),
    ("ours", {"error": {"code": "bad_request", "message": "name: is required", "details": {"field": "name"}}}, "name: is required", "name"),
    ("a list in details", {"error": {"message": "invalid", "details": [{"field": "name", "reason": "is required"}]}},
     "invalid: name: is required", "name"),
    ("words", {"detail": "worse"}, "worse", None),
]


class AtAgent(harness.Case):
    def agent(self, answers=None, **options):
        agent = RawAgent(answers, **options)
        self.addCleanup(agent.close)
        return agent

    def run_at(self, agent, *arguments, env=None, **options):
        return self.home.run(*arguments, env={"FACIOCTL_URL": getattr(agent, "url", agent), "FACIOCTL_TOKEN": "token-1234", **(env or {})},
                             **options)


class OddAgents(AtAgent):
    def check_rows(self, rows):
        for name, play, command, code, err, out in rows:
            with self.subTest(name):
                done = self.run_at(self.agent({"*": play}), *command)
                self.assertEqual(done.code, code, str(done))
                self.assertIn(err, done.err) if err else self.assertEqual(done.err, "")
                self.assertIn(out, done.out) if out else self.assertEqual(done.out, "")

    def test_writes(self):
        self.check_rows(WRITES)

    def test_reads(self):
        self.check_rows(READS)

    def test_refusals(self):
        for name, body, words, field in REFUSALS:
            with self.subTest(name):
                agent = self.agent({"*": answer(json.dumps(body), "422 Unprocessable Entity")})
                self.assertIn(words, self.fail_with(7, self.run_at(agent, *CREATE)).err)
                error = json.loads(self.run_at(agent, *CREATE, "-o", "json").err)["error"]
                self.assertEqual(error.get("field"), field)

    def test_the_prefix_of_the_api_in_an_address(self):
        agent = self.agent({"GET /api/v1/cron": LIST, "GET /below/api/v1/cron": LIST})
        for path in ("/api/v1", "/api/v1/", "/below/api/v1", "/below", ""):
            for command in (["cron", "list"], ["api", "/cron"], ["api", "/api/v1/cron"]):
                with self.subTest(path + " " + " ".join(command)):
                    self.succeed(self.run_at(agent.url + path, *command))
        self.assertIn(agent.url + "/api/v1/cron'", self.run_at(agent.url + "/api/v1", "cron", "list", "--curl").out)

    def test_events_as_they_come(self):
        first_shown, more = threading.Event(), [b"data: {\"n\":1}\n\n", b": a remark\nevent: e\nid: 7\ndata: a\ndata: b\n\n"]
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n"
        agent = self.agent({"*": [head, more[0], lambda: first_shown.wait(harness.DEADLINE), more[1]]})
        reading, writing = os.pipe()
        with open(reading, encoding="utf-8") as out:
            process = subprocess.Popen([harness.CLIENT, "api", "/audit/stream", "--timeout", "200ms"], stdout=writing,
                                       env={**self.home.environment, "FACIOCTL_URL": agent.url})
            os.close(writing)
            self.assertEqual([out.readline(), out.readline()], ['data: {"n":1}\n', "\n"])
            first_shown.set()
            self.assertEqual(out.read(), "event: e\nid: 7\ndata: a\ndata: b\n\n")
            self.assertEqual(process.wait(harness.DEADLINE), 0)
        whole = self.agent({"*": [head, *more]})
        done = self.succeed(self.run_at(whole, "api", "/audit/stream", "-o", "json"))
        self.assertEqual([json.loads(line) for line in done.out.splitlines()],
                         [{"event": "message", "data": {"n": 1}}, {"event": "e", "id": "7", "data": "a\nb"}])
        self.assertEqual(self.succeed(self.run_at(whole, "api", "/audit/stream", "-q", ".data", "-o", "tsv")).out, '{"n":1}\na\\nb\n')

    def test_an_event_stream_that_breaks_off_is_not_begun_again(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100\r\n\r\n"
        agent = self.agent({"*": [head, b"data: 1\n\n"]})
        agent.exchange = lambda connection, exchange=agent.exchange: exchange(connection) and False
        done = self.fail_with(11, self.run_at(agent, "api", "/audit/stream"))
        self.assertEqual((done.out, len(agent.requests)), ("data: 1\n\n", 1))

    def test_what_only_the_agent_can_know_is_sent(self):
        agent = self.agent({"*": answer('{"items":[]}'), "PATCH /api/v1/settings": NO_CONTENT})
        rows = [
            (["audit", "list", "--status", "timeout"], "GET /api/v1/audit", "status=timeout", "--status: must be one of"),
            (["improvement", "list", "--status", "queued"], "GET /api/v1/improvement/runs", "status=queued", "--status: must be one of"),
            (["settings", "set", "provider_retry_mode=never"], "PATCH", '{"provider_retry_mode":"never"}', "provider_retry_mode: must be"),
            (["settings", "set", "self_improvement.scopes=prompts"], "PATCH", '{"self_improvement":{"scopes":["prompts"]}}', "scopes"),
            (["settings", "set", "max_concurrent_cron_jobs=500"], "PATCH", '{"max_concurrent_cron_jobs":500}', "must be at most 100"),
            (["audit", "list", "--limit", "5000"], "GET /api/v1/audit", "limit=5000", "--limit: must be at most 1000"),
            (["sessions", "list", "--limit", "0"], "GET /api/v1/sessions", "limit=0", "--limit: must be at least 1"),
            (["workspace", "tree", "--depth", "30"], "GET /api/v1/workspace/tree", "depth=30", "--depth: must be at most 10"),
            (["cron", "update", "ab12cd34", "--cron", "0 7 * * *", "--tz", "Mars/Base"], "PATCH", '"tz":"Mars/Base"', "known time zone"),
            (["settings", "set", "novelty=7"], "PATCH", '{"novelty":7}', "unknown key 'novelty'"),
            (["settings", "set", "browser.novelty=[1,2]"], "PATCH", '{"browser":{"novelty":[1,2]}}', "unknown key 'browser.novelty'"),
        ]
        for command, method, sent, warning in rows:
            with self.subTest(" ".join(command)):
                before = len(agent.requests)
                done = self.succeed(self.run_at(agent, *command))
                self.assertIn(warning, done.err)
                self.assertIn("; the agent decides", done.err)
                self.assertEqual(len(agent.requests), before + 1)
                request = agent.requests[-1] + agent.bodies[-1].decode()
                self.assertTrue(request.startswith(method), request)
                self.assertIn(sent, request)
                self.assertEqual(self.succeed(self.run_at(agent, *command, "--quiet")).err, "")
        # What the contract fixes is refused as ever.
        for command in (["audit", "list", "--order", "up"], ["audit", "list", "--limit", "many"],
                        ["cron", "create", "--name", "a", "--cron", "x", "--message", "m"],
                        ["settings", "set", "max_tokens=many"], ["mcp", "add", "--name", "a", "--type", "pigeon"]):
            with self.subTest(" ".join(command)):
                before = len(agent.requests)
                self.fail_with(2, self.run_at(agent, *command))
                self.assertEqual(len(agent.requests), before)

    def test_our_own_agent_still_judges(self):
        server = self.serve()
        for command, code, words in ((["settings", "set", "novelty=7"], 7, "novelty"),
                                     (["settings", "set", "provider_retry_mode=never"], 7, "must be one of standard"),
                                     (["settings", "set", "max_concurrent_cron_jobs=500"], 7, "must be at most 100"),
                                     (["audit", "list", "--status", "timeout"], 7, "must be one of"),
                                     (["audit", "list", "--limit", "5000"], 7, "must be at most 1000"),
                                     (["cron", "create", "a", "--cron", "@daily", "--tz", "Mars/Base", "-m", "m"], 7, "schedule.tz")):
            with self.subTest(" ".join(command)):
                self.assertIn(words, self.fail_with(code, server.run(*command, "--quiet")).err)

    def test_a_zone_in_an_address(self):
        agent = self.agent({"*": LIST}, host="::1")
        for zone in ("%251", "%1"):
            url = f"http://[::1{zone}]:{agent.port}"
            self.succeed(self.run_at(url, "cron", "list"))
            self.assertIn(f"Host: [::1]:{agent.port}\r\n", agent.requests[-1] + "\r\n")
            self.assertIn(f"http://[::1%251]:{agent.port}/api", self.run_at(url, "cron", "list", "--curl").out)
        done = self.run_at("http://[fe80::1%25nosuch0]:1", "cron", "list", "--timeout", "1s", env={"FACIOCTL_TOKEN": None})
        self.assertIn("no network interface", self.fail_with(11, done).err)
        for bad in ("http://[fe80::1%25]", "http://[::1%25a%2Fb]", "http://[host%251]"):
            self.assertIn("zone", self.fail_with(2, self.run_at(bad, "cron", "list")).err)


class Proxies(AtAgent):
    """No test reaches what is not on this machine: the proxy answers for it, or carries to a peer here."""

    def tunnel(self, port, status="200 Connection established"):
        """A proxy whose tunnels all end at a port of this machine."""
        def carry(connection):
            connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
            if not status.startswith("200"):
                return
            with socket.create_connection(("127.0.0.1", port)) as behind:
                connection.settimeout(None)
                back = threading.Thread(target=pump, args=(behind, connection), daemon=True)
                back.start()
                pump(connection, behind)
                back.join()
        return self.agent({"CONNECT agent.example:443": carry})

    def run_by(self, proxy, *arguments, url="http://agent.example", env=None):
        env = {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "FACIOCTL_TOKEN": None, **(env or {})}
        return self.run_at(url, *arguments, env={name: value for name, value in env.items()})

    def test_plain_http(self):
        proxy = self.agent({"GET http://agent.example/api/v1/cron": LIST})
        host = f"127.0.0.1:{proxy.port}"
        for name in ("HTTP_PROXY", "http_proxy"):
            for value in (f"http://{host}", host, f"http://{host}/"):
                with self.subTest(f"{name}={value}"):
                    done = self.run_at("http://agent.example", "cron", "list", "-o", "name", env={name: value, "FACIOCTL_TOKEN": None})
                    self.assertEqual(self.succeed(done).out, "cron/j1\n")
                    self.assertIn("\r\nHost: agent.example\r\n", proxy.requests[-1])
        # The small spelling is the stronger one.
        self.succeed(self.run_by("http://127.0.0.1:1", "cron", "list", env={"http_proxy": f"http://{host}"}))

    def test_credentials_are_sent_and_never_shown(self):
        proxy = self.agent({"*": LIST})
        done = self.succeed(self.run_by(f"http://me:s%65cret-9@127.0.0.1:{proxy.port}", "cron", "list", "-vvv"))
        self.assertIn("Proxy-Authorization: Basic bWU6c2VjcmV0LTk=", proxy.requests[0])  # me:secret-9
        self.assertIn("through the proxy http://127.0.0.1", done.err)
        for secret in ("s%65cret-9", "secret-9", "bWU6"):
            self.assertNotIn(secret, done.out + done.err)
        for bad in ("http://me:secret-9@:0", "socks5://me:secret-9@h:1", "http://me:%zzsecret-9@h"):
            done = self.fail_with(2, self.run_by(bad, "cron", "list"))
            self.assertIn("HTTP_PROXY", done.err)
            self.assertNotIn("secret-9", done.err)

    def test_a_tunnel_for_https(self):
        cert, key = certificate(self.home, "agent.example")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        peer = self.agent({"*": LIST})
        serve = peer.serve
        peer.serve = lambda connection: serve(context.wrap_socket(connection, server_side=True))
        proxy = self.tunnel(peer.port)
        self.home.write("config.yaml", f"version: 1\ncontexts:\n  far: {{url: 'https://agent.example', ca: {cert}}}\n")
        env = {"FACIOCTL_CONFIG": self.home.file("config.yaml"), "FACIOCTL_TOKEN": "token-1234",
               "https_proxy": f"http://u:secret-9@127.0.0.1:{proxy.port}"}
        done = self.succeed(self.home.run("--context", "far", "cron", "list", "-o", "name", env=env))
        self.assertEqual(done.out, "cron/j1\n")
        self.assertIn("Proxy-Authorization: Basic dTpzZWNyZXQtOQ==", proxy.requests[0])
        self.assertNotIn("token-1234", "".join(proxy.requests))
        self.assertIn("Authorization: Bearer token-1234", peer.requests[0])
        self.assertNotIn("Proxy-Authorization", peer.requests[0])

    def test_a_proxy_that_refuses(self):
        proxy = self.tunnel(0, "407 Proxy Authentication Required")
        done = self.fail_with(11, self.run_by(proxy.url, "cron", "list", url="https://agent.example"))
        self.assertIn("the proxy answered 407 (Proxy Authentication Required)", done.err)
        self.assertIn("--no-proxy", done.err)
        proxy = self.agent({"*": answer("", "407 Proxy Authentication Required")})
        self.assertIn("proxy requires a user name", self.run_by(proxy.url, "cron", "list").err)
        self.assertIn("HTTP_PROXY", self.fail_with(11, self.run_by("http://127.0.0.1:1", "cron", "list")).err)

    def test_doctor_takes_the_same_way(self):
        proxy = self.agent({"*": answer('{"status":"ok"}')})
        checks = {check["id"]: check for check in json.loads(self.run_by(proxy.url, "doctor", "-o", "json").out)}
        self.assertEqual(checks["proxy"]["severity"], "ok")
        self.assertIn("http://agent.example through the proxy " + proxy.url + " (HTTP_PROXY)", checks["proxy"]["message"])
        self.assertNotIn("dns", checks)
        checks = json.loads(self.run_by("http://127.0.0.1:1", "doctor", "-o", "json").out)
        self.assertEqual([check["severity"] for check in checks if check["id"] == "proxy"], ["error"])

    def test_a_silent_proxy_is_waited_for_within_bounds(self):
        done_waiting = threading.Event()
        self.addCleanup(done_waiting.set)
        proxy = self.agent({"CONNECT agent.example:443": lambda _: done_waiting.wait(harness.DEADLINE)})
        done = self.run_by(proxy.url, "cron", "list", "--timeout", "300ms", url="https://agent.example")
        self.assertIn("within", self.fail_with(12, done).err)

    def goes_straight(self, proxy, *flags, **options):
        """To what cannot be reached, and past the proxy."""
        before = len(proxy.requests)
        done = self.run_by(proxy.url, "cron", "list", "--timeout", "200ms", *flags, **options)
        self.assertIn(done.code, (11, 12), str(done))
        self.assertNotIn("through the proxy", done.err)
        self.assertEqual(len(proxy.requests), before)

    def test_what_goes_without(self):
        proxy = self.agent({"*": LIST})
        for entry in ("*", "agent.example", ".example", "example", "*.example", "x, agent.example", "agent.example:80", "AGENT.EXAMPLE"):
            with self.subTest(entry):
                self.goes_straight(proxy, env={"NO_PROXY": entry})
                self.goes_straight(proxy, env={"no_proxy": entry})
        for entry, url in (("192.0.2.0/24", "http://192.0.2.7:9"), ("192.0.2.7", "http://192.0.2.7:9"),
                           ("2001:db8::/32", "http://[2001:db8::1]:9"), ("[2001:db8::1]:9", "http://[2001:db8::1]:9")):
            with self.subTest(entry):
                self.goes_straight(proxy, url=url, env={"NO_PROXY": entry})
        self.goes_straight(proxy, "--no-proxy")
        for entry in ("gent.example", "agent.example:81", "192.0.2.0/24", "other", ","):
            with self.subTest(entry):
                self.succeed(self.run_by(proxy.url, "cron", "list", env={"NO_PROXY": entry}))
        # Where a web server runs this, HTTP_PROXY comes from whoever asks.
        self.goes_straight(proxy, env={"REQUEST_METHOD": "GET"})
        # This machine is never asked about by a proxy.
        agent, before = self.agent({"*": LIST}), len(proxy.requests)
        for url in (agent.url, agent.url.replace("127.0.0.1", "localhost")):
            self.succeed(self.run_by(proxy.url, "cron", "list", url=url))
        self.assertEqual(len(proxy.requests), before)


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Streams(harness.Case):
    """A standard stream that is non-blocking, as another program on the same pipe or terminal may have left it."""

    def test_output_is_waited_for(self):
        agent = RawAgent({"*": answer(b"x" * 3_000_000, content_type="text/plain")})
        self.addCleanup(agent.close)
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        process = subprocess.Popen([harness.CLIENT, "api", "/big"], stdout=writing, stderr=subprocess.PIPE,
                                   env={**self.home.environment, "FACIOCTL_URL": agent.url})
        os.close(writing)
        harness.wait_until(lambda: process.poll() is not None or waiting(reading) == 65536, "the pipe is full")
        with open(reading, "rb") as out:
            self.assertEqual(len(out.read()), 3_000_000)
        self.assertEqual((process.wait(harness.DEADLINE), process.stderr.read()), (0, b""))
        process.stderr.close()

    def test_input_is_waited_for(self):
        agent = RawAgent({"*": NO_CONTENT})
        self.addCleanup(agent.close)
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        process = subprocess.Popen([harness.CLIENT, "api", "POST", "/x", "-f", "-"], stdin=reading,
                                   env={**self.home.environment, "FACIOCTL_URL": agent.url})
        os.close(reading)
        harness.wait_until(lambda: process.poll() is not None or sleeps(process.pid), "it waits for its input")
        with open(writing, "w", encoding="utf-8") as text:
            text.write('{"a":1}')
        self.assertEqual(process.wait(harness.DEADLINE), 0)
        self.assertEqual(agent.bodies, [b'{"a":1}'])


def waiting(pipe):
    """How many bytes are in it."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]


def sleeps(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0] == "S"


class BigNumbers(AtAgent):
    """Integers that no double holds: exact, or refused before anything is printed."""

    JOBS = ('{"items":[{"id":"a","name":"","big":13911860366432393,"n":1},{"id":"b","name":"x","big":13911860366432392,"n":2},'
            '{"id":"c","name":"y","big":13911860366432394,"n":3},{"id":"d","name":"z","big":-1391186036643239301,"n":4}]}')
    QUERIES = [
        (".[].big", "13911860366432393\n13911860366432392\n13911860366432394\n-1391186036643239301\n"),
        ("map(.big)|.[0]", "13911860366432393\n"),
        ('.[] | select(.big == 13911860366432393) | .id', '"a"\n'),
        ("map(select(.big > 13911860366432392)) | map(.id)", '["a","c"]\n'),
        ("sort_by(.big) | map(.id)", '["d","b","a","c"]\n'),
        ("map(.big) | unique | length", "4\n"),
        ("map(.big) | max", "13911860366432394\n"),
        ('.[0] | "\\(.id) \\(.big)"', '"a 13911860366432393"\n'),
        (".[0].big | tostring", '"13911860366432393"\n'),
        (".[0] | {id, big}", '{"id":"a","big":13911860366432393}\n'),
        ("13911860366432393", "13911860366432393\n"),
        ('"13911860366432393"', '"13911860366432393"\n'),
        (".[3].big | -.", "1391186036643239301\n"),
        ("map(.n) | add", "10\n"),
        ("map(.n % 2)", None),  # it might be .big
        (".[0].big + 1", None),
        (".[0].big + 0.1", None),
        (".[3].big - 1", None),
        ("map(.big) | add", None),
        (".[0].big % 10", None),
        (".[0].big / 2", None),
        ("map(.big, 9007199254740991) | sort | last", "13911860366432394\n"),
        ("[.[].n] == [1,2,3,4] and (.[0].big * 3 > 1)", "true\n"),
    ]

    def test_queries(self):
        agent = self.agent({"*": answer(self.JOBS)})
        for query, right in self.QUERIES:
            with self.subTest(query):
                done = self.run_at(agent, "cron", "list", "-o", "ndjson", "-q", query)
                if right is None:
                    self.assertIn("integers beyond 2^53", self.fail_with(2, done).err)
                    self.assertEqual(done.out, "")
                else:
                    self.assertEqual(self.succeed(done).out, right)
        self.assertEqual(self.succeed(self.run_at(agent, "cron", "list", "-o", "yaml", "-q", ".[0].big")).out, "13911860366432393\n")
        self.assertEqual(self.succeed(self.run_at(agent, "cron", "list", "-o", "tsv", "-q", ".[] | [.id, .big]")).out.splitlines()[0],
                         "a\t13911860366432393")

    def test_other_choices(self):
        agent = self.agent({"*": answer(self.JOBS)})
        for arguments, right in (
                (["--filter", "big==13911860366432392"], "cron/b\n"),
                (["--filter", "big>13911860366432392"], "cron/a\ncron/c\n"),
                (["--filter", "big!=13911860366432393 && big>0"], "cron/b\ncron/c\n"),
                (["--sort-by", "big"], "cron/d\ncron/b\ncron/a\ncron/c\n"),
                (["--sort-by", "big:desc"], "cron/c\ncron/a\ncron/b\ncron/d\n")):
            with self.subTest(" ".join(arguments)):
                self.assertEqual(self.succeed(self.run_at(agent, "cron", "list", "-o", "name", *arguments)).out, right)
        for form in ("jsonpath={.items[?(@.big==13911860366432392)].id}",
                     "template={{range .}}{{if eq .big 13911860366432392}}{{.id}}{{end}}{{end}}"):
            self.assertEqual(self.succeed(self.run_at(agent, "cron", "list", "-o", form)).out, "b\n")

    def test_a_column_alone(self):
        agent = self.agent({"*": answer(self.JOBS)})
        self.assertEqual(self.succeed(self.run_at(agent, "cron", "list", "-o", "csv", "--columns", "name")).raw_out,
                         b'name\r\n""\r\nx\r\ny\r\nz\r\n')
        self.assertEqual(self.succeed(self.run_at(agent, "cron", "list", "-o", "csv", "--columns", "name,id")).raw_out,
                         b"name,id\r\n,a\r\nx,b\r\ny,c\r\nz,d\r\n")


class MountedTokens(AtAgent):
    """As a cluster mounts a secret: token -> ..data/token, ..data -> ..2026_11_20."""

    def mount(self, mode=0o600):
        os.makedirs(self.home.file("secret/..2026_11_20"), 0o755)
        path = self.home.write("secret/..2026_11_20/token", "token-5678\n")
        os.chmod(path, mode)
        os.symlink("..2026_11_20", self.home.file("secret/..data"))
        os.symlink("..data/token", self.home.file("secret/token"))
        return self.home.file("secret/token"), path

    def read(self, path):
        agent = self.agent({"*": LIST})
        done = self.run_at(agent, "cron", "list", "--token-file", path, env={"FACIOCTL_TOKEN": None})
        return done, agent.requests[0] if agent.requests else ""

    def test_links(self):
        link, target = self.mount()
        self.assertTrue(stat.S_ISLNK(os.lstat(link).st_mode))
        done, request = self.read(link)
        self.succeed(done)
        self.assertIn("Bearer token-5678\r\n", request + "\r\n")
        os.chmod(target, 0o644)
        self.assertIn("can be read by others", self.fail_with(3, self.read(link)[0]).err)

    def test_a_way_that_others_can_change(self):
        link, _ = self.mount()
        os.chmod(self.home.file("secret"), 0o777)
        self.assertIn("can be changed by other users", self.fail_with(3, self.read(link)[0]).err)

    def test_a_link_to_nothing(self):
        os.symlink("nowhere", self.home.file("token"))
        self.assertIn("No such file", self.fail_with(3, self.read(self.home.file("token"))[0]).err)


if __name__ == "__main__":
    harness.main()
