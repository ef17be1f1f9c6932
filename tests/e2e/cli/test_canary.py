#!/usr/bin/env python3
"""A token that is easy to recognize, from every source, through many commands: not one byte of it is written anywhere."""

import base64
import http.server
import json
import os
import threading
import unittest
import urllib.parse

import harness
import keyring

CANARY = "canary-5d01c7e49ab3f682"

COMMANDS = [
    ["health"], ["health", "-o", "json", "--timing"], ["agent", "status"], ["cron", "list", "-o", "wide"], ["cron", "get", "nothing"],
    ["cron", "create", "--name", "a", "--every", "1h", "--message", "hello"], ["cron", "delete", "nothing", "--yes"],
    ["credentials", "list"], ["settings", "get"], ["audit", "tail"], ["api", "/cron"], ["api", "GET", "/no/such/route"],
    ["context", "list", "-o", "yaml"], ["context", "show", "-o", "json"], ["context", "test"], ["config", "view"], ["config", "explain"],
    ["config", "explain", "-o", "json"], ["config", "validate"], ["auth", "status", "-o", "json"], ["doctor"],
    ["plugin", "list"], ["version"],
    ["cron", "lst"], ["cron", "list", "--nonsense"], ["cron", "list", "--fields", "none"],
]
WAYS = [[], ["-vvv"], ["--dry-run"], ["--dry-run=check", "-vvv"],
        *[["--curl=" + form] for form in ("sh", "fish", "powershell", "httpie", "python")]]


class Reflecting(http.server.BaseHTTPRequestHandler):
    """An agent of bad manners: it gives everything back that it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        said = self.headers.get("Authorization", "")
        body = json.dumps({"error": {"code": "bad_request", "message": "you sent " + said, "details": {"header": said}},
                           "status": said}).encode()
        self.send_response(self.server.status, "Sent " + said)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Reflected", said)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def log_message(self, *_):
        pass


class Canary(harness.Case):
    def check(self, done):
        for stream in (done.raw_out, done.raw_err):
            self.assertNotIn(CANARY.encode(), stream, f"the token is in what {done.arguments} wrote:\n{done}")

    def check_files(self, *allowed):
        for folder, _, names in os.walk(self.home.path):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not os.path.islink(path) and path not in allowed:
                    with open(path, "rb") as file:
                        self.assertNotIn(CANARY.encode(), file.read(), f"the token is in {path}")

    def every_command(self, commands, ways, **options):
        codes = set()
        for command in commands:
            for way in ways:
                done = self.home.run(*command, *way, **options)
                self.check(done)
                codes.add(done.code)
        return codes

    def secret_file(self):
        path = self.home.write("secret", CANARY + "\n")
        os.chmod(path, 0o600)
        return path

    def server(self):
        return self.serve("--data", self.home.file("agent"), pass_data=False, env={"FACIO_MANAGEMENT_TOKEN": CANARY})

    def context(self, server, *source):
        self.check(self.succeed(self.home.run("context", "add", "prod", "--url", server.url, "--current", *source)))

    def test_a_token_in_a_file(self):
        server = self.server()
        path = self.secret_file()
        self.context(server, "--token-file", path)
        self.assertTrue({0, 2, 5} <= self.every_command(COMMANDS, WAYS))
        self.check_files(path)
        self.assertNotIn(CANARY, server.output())

    def test_other_sources(self):
        server = self.server()
        few = [["health"], ["cron", "get", "nothing"], ["config", "explain"], ["auth", "status"], ["context", "show"], ["context", "test"]]
        path = self.secret_file()
        self.context(server, "--token-exec", f"cat {path}", "--token-ttl", "5m")
        self.assertTrue({0, 5} <= self.every_command(few, WAYS))
        kept = os.path.join(self.home.environment["XDG_RUNTIME_DIR"], "facioctl", "helper-token-prod")
        self.check_files(path, kept)
        self.check(self.succeed(self.home.run("auth", "logout", "prod")))
        self.check_files(path)
        for env in ({"FACIOCTL_TOKEN": CANARY}, {"FACIO_MANAGEMENT_TOKEN": CANARY}, {"FACIOCTL_TOKEN_FILE": path}):
            self.every_command(few, [["-vvv"], ["--curl"], ["--dry-run"]], env=env)
            self.assertEqual(self.home.run("health", env=env).code, 0)
        os.mkdir(self.home.file("credentials"))
        os.rename(path, self.home.file("credentials/facio-token"))
        credential = self.home.file("credentials/facio-token")
        self.every_command(few, [["-vvv"], ["--dry-run"]], env={"CREDENTIALS_DIRECTORY": self.home.file("credentials")})
        self.every_command([["health"], ["cron", "get", "nothing"]], [["--token-stdin", "-vvv"], ["--token-stdin", "--curl"]],
                           stdin=CANARY + "\n")
        self.check(self.succeed(self.home.run("auth", "login", "prod", "--storage", "file", "-vvv", stdin=CANARY)))
        stored = os.path.join(self.home.environment["XDG_CONFIG_HOME"], "facioctl", "tokens", "prod")
        self.every_command(few, WAYS)
        self.check_files(credential, stored)

    @unittest.skipUnless(keyring.is_here(), "gnome-keyring, dbus and libsecret-tools are not installed")
    def test_a_token_in_the_keyring(self):
        session = keyring.Keyring(self.home)
        self.addCleanup(session.end)
        server = self.server()
        self.context(server, "--keyring")
        self.check(self.succeed(self.home.run("auth", "login", "-vvv", stdin=CANARY)))
        self.assertEqual(session.entry("facioctl/prod"), CANARY.encode())
        commands = [["health"], ["auth", "status"], ["auth", "login", "--storage", "keyring", "--token-stdin"], ["config", "explain"]]
        self.assertEqual(self.every_command(commands, [["-vvv"], ["-o", "json"]], stdin=CANARY), {0})
        session.lock()
        self.assertEqual(self.every_command(commands, [["-vvv"], ["-o", "json"]], stdin=CANARY), {0, 3})
        self.check_files()

    def test_what_is_wrong_with_a_token_does_not_repeat_it(self):
        path = self.secret_file()
        self.check(self.home.run("context", "add", "prod", "--url", "http://127.0.0.1:1", "--token-file", path, "--current"))
        self.assertEqual(self.every_command([["health"], ["cron", "delete", "x", "--yes"]], [[], ["-vvv"], ["-o", "json"]]), {11})
        self.check(self.fail_with(3, self.home.run("health", "--url", "http://agent.example", "--token-file", path)))
        os.chmod(path, 0o644)
        self.check(self.fail_with(3, self.home.run("health", "-o", "json")))
        for bad in (CANARY + " x\n", CANARY + "\nx\n", CANARY + "\x01"):
            self.check(self.fail_with(3, self.home.run("health", "--token-stdin", stdin=bad)))
        self.check(self.fail_with(2, self.home.run("config", "set", "contexts.prod.token", CANARY)))
        self.check(self.fail_with(2, self.home.run("context", "add", "x", "--url", f"https://me:{CANARY}@agent.example")))
        self.check(self.home.run("config", "view"))
        self.check_files(path)

    def test_what_somebody_wrote_into_the_configuration_is_not_shown(self):
        folder = os.path.join(self.home.environment["XDG_CONFIG_HOME"], "facioctl")
        os.makedirs(folder)
        with open(os.path.join(folder, "config.yaml"), "w", encoding="utf-8") as file:
            file.write(f"current: a\ncontexts:\n  a: {{ url: \"https://me:{CANARY}@a.example\", api_key: {CANARY}, token: {{ exec: [x, "
                       f"--token={CANARY}] }} }}\n"
                       f"  b: {{ url: https://b.example, token: {{ value: {CANARY}, env: B }} }}\npassword: {CANARY}\n")
        for command in (["config", "view"], ["config", "view", "-o", "json"], ["config", "get", "contexts"],
                        ["config", "get", "contexts.a.url"],
                        ["config", "get", "contexts.a.api_key"], ["config", "get", "password"], ["config", "explain"],
                        ["config", "validate"],
                        ["context", "list", "-o", "json"], ["context", "show"], ["auth", "status", "-o", "json"], ["context", "test", "b"]):
            with self.subTest(command):
                self.check(self.home.run(*command))

    def test_an_agent_that_gives_it_back(self):
        agent = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Reflecting)
        self.addCleanup(agent.server_close)
        threading.Thread(target=agent.serve_forever, daemon=True).start()
        self.addCleanup(agent.shutdown)
        path = self.secret_file()
        self.succeed(self.home.run("context", "add", "prod", "--url", "http://127.0.0.1:%d" % agent.server_port, "--token-file",
                                   path, "--current"))
        for status in (400, 401, 404, 500):
            agent.status = status
            self.every_command([["health"], ["cron", "list"], ["cron", "run-now", "x"]], [[], ["-o", "json"], ["-vvv"]])
        self.check_files(path)


SECRET = "C4n4ry/Zq+81x" + "yT7pLw93Kd"


def spellings(secret):
    """Every form in which a secret could be somewhere: plain, reversed, hex, percent-encoded, JSON, and base64 at any offset."""
    raw = secret.encode()
    forms = {raw, raw[::-1], raw.hex().encode(), raw.hex().upper().encode(), urllib.parse.quote(secret, safe="").encode(),
             urllib.parse.quote(secret, safe="").lower().encode(), json.dumps(secret)[1:-1].encode()}
    for shift in range(3):
        whole = base64.b64encode(b"x" * shift + raw)
        # Only what no neighbour changes.
        forms.add(whole[(shift * 8 + 5) // 6:(len(raw) + shift) * 8 // 6])
    return forms


class Secrets(harness.Case):
    """A secret in every body that a command sends: nothing of it is in what is shown instead, on the way, or as an error."""

    def setUp(self):
        super().setUp()
        self.agent = http.server.ThreadingHTTPServer(("127.0.0.1", 0), EchoingBody)
        self.agent.daemon_threads = True
        threading.Thread(target=self.agent.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.addCleanup(self.agent.server_close)
        self.addCleanup(self.agent.shutdown)
        self.env = {"FACIOCTL_URL": f"http://127.0.0.1:{self.agent.server_address[1]}", "FACIOCTL_TOKEN": "t0k"}

    def body(self, name, value):
        return self.home.write(name, json.dumps(value))

    def ways_in(self):
        channel = {"kind": "webhook", "url": f"https://me:{SECRET}@hooks.example/x", "headers": {"X-Plain": SECRET},
                   "cookies": {"a": SECRET},
                   "proxy": f"http://p:{SECRET}@proxy.example", "nested": [{"name": "X-Api-Key", "value": SECRET}], "botToken": SECRET}
        server = {"name": "m", "command": "node", "args": ["--api-key", SECRET], "env": {"PLAIN": SECRET}}
        yield ["channels", "set", "hook", "-f", self.body("channel", channel)]
        yield ["mcp", "add", "-f", self.body("server", server)]
        yield ["mcp", "add", "m", "--env", f"PLAIN={SECRET}", "--", "node", "server.js"]
        yield ["mcp", "add", "m", "--", "node", "--token", SECRET]
        yield ["mcp", "add", "m", f"https://u:{SECRET}@mcp.example/x"]
        remote = {"name": "r", "url": "https://mcp.example", "headers": {"Authorization": "Bearer " + SECRET}}
        yield ["mcp", "add", "-f", self.body("remote", remote)]
        yield ["providers", "set", "p", "--header", f"X-Plain={SECRET}"]
        yield ["providers", "set", "p", "-f", self.body("provider", {"value": SECRET})]
        yield ["providers", "set", "p", "--extra-body", json.dumps({"auth": {"k": SECRET}, "api_key": SECRET})]
        yield ["credentials", "set", "KEY", "-f", self.body("credential", {"value": SECRET})]
        yield ["peers", "add", "-f", self.body("peer", {"alias": "p", "url": "https://p.example", "token": SECRET})]
        yield ["api", "PUT", "/credentials/KEY", "-f", self.body("raw", {"value": SECRET})]
        yield ["api", "POST", "/no/such/route", "-f", self.body("any", {"deep": [{"password": SECRET}]})]
        yield ["api", "POST", "/no/such/route?token=" + urllib.parse.quote(SECRET, safe="")]
        yield ["cron", "create", "--name", "a", "--every", "1h", "--message", f"curl -H 'Authorization: Bearer {SECRET}' https://a.example"]

    def test_no_body_is_shown_with_its_secrets(self):
        forms = spellings(SECRET)
        for command in self.ways_in():
            for way in (["-vvv"], ["--dry-run"], ["--curl"], ["--curl=python", "-v"], ["-o", "json", "--timing"]):
                done = self.home.run(*command[:2], *way, *command[2:], env=self.env)
                with self.subTest(command[:3], way=way):
                    for form in forms:
                        self.assertNotIn(form, done.raw_out + done.raw_err, f"{form!r} is in what it wrote:\n{done}")
                    # It was shown, or sent and refused: not a command line that was not understood.
                    self.assertIn(done.code, (0,) if way[0] in ("--dry-run", "--curl", "--curl=python") else (7, 10), str(done))
                    if way == ["--curl"] and not command[-1].startswith("/no/such"):
                        self.assertIn("--data-binary @/dev/fd/3", done.out)

    def test_a_body_that_cannot_be_read_is_not_repeated(self):
        for name, text in (("a.json", '{"value": "%s' % SECRET), ("b.yaml", "value: [%s\n" % SECRET),
                           ("c.json", '{"value": "%s"]' % SECRET)):
            with self.subTest(name):
                done = self.fail_with(2, self.home.run("credentials", "set", "KEY", "-f", self.home.write(name, text), env=self.env))
                for form in spellings(SECRET):
                    self.assertNotIn(form, done.raw_out + done.raw_err, str(done))


class EchoingBody(http.server.BaseHTTPRequestHandler):
    """Refuses everything and repeats what it was sent, in plain and as JSON."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        error = {"code": "bad_request", "message": f"refused: {sent} at {self.path}", "details": {"body": sent}}
        body = json.dumps({"error": error}).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    harness.main()
