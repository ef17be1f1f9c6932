#!/usr/bin/env python3
"""A context of kind placet: every command that Placet passes on does through it what it does at the agent, and all others say that they
cannot. Placet's own commands. Against a server that does what Placet does, in front of a real agent."""

import json
import os
import re
import stat
import subprocess
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

import harness
from placet_routes import ROUTES
from placet_server import Placet
from test_placet import skill_zip

# What differs between two agents that did the same: times, ids, sizes, and what follows from them.
VOLATILE = [(re.compile(r"\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}"), "+KEY"),
            (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"), (re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b"), "ID"),
            (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b"), "HEX"), (re.compile(r"/tmp/facioctl-test-\w+"), "HOME"),
            (re.compile(r"\d+(\.\d+)?"), "N"), (re.compile(r"\bNm?s\b"), "N")]


def normal(text):
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return text


class Base(harness.Case):
    def backend(self, **options):
        placet = Placet(**options)
        self.addCleanup(placet.stop)
        self.user = placet.add_user("ada@example.org", "correct horse")
        return placet

    def secret_file(self, name, text):
        path = self.home.write(name, text + "\n")
        os.chmod(path, 0o600)
        return path

    def context(self, placet, agent, token=None, name="via", **more):
        """A configuration with this one context; its token file holds a session of the user."""
        file = self.secret_file("session.token", token or placet.token(self.user))
        lines = [f"  {name}:", "    kind: placet", f"    url: {placet.url}", f"    token: {{ file: {file} }}"]
        lines += [f"    agent: {agent}"] if agent else []
        lines += [f"    {key}: {value}" for key, value in more.items()]
        os.makedirs(self.home.file("config/facioctl"), 0o700, exist_ok=True)
        path = self.home.write("config/facioctl/config.yaml", f"version: 1\ncurrent: {name}\ncontexts:\n" + "\n".join(lines) + "\n")
        os.chmod(path, 0o600)
        return file

    def behind(self, server, **options):
        """Placet in front of a server, and the context for it."""
        self.placet = self.backend(**options)
        self.agent = self.placet.add_agent(self.user, "support", server.url, server.token)
        self.context(self.placet, self.agent)
        return self.placet


class Forwarding(Base):
    def steps(self):
        """Commands that together go through every route; a function makes one from what the agent holds."""
        skill = self.home.write("skill.json", json.dumps({"name": "greet", "zip": skill_zip()}))
        channel = self.home.write("channel.json", json.dumps({"enabled": True, "token": "123:abc", "allowFrom": ["42"]}))
        secret = self.home.write("secret", "s3cret-value\n")
        first = lambda *list_: (lambda run: json.loads(run(*list_, "-o", "json").out)[0])  # noqa: E731
        job = first("cron", "list")
        version = first("versions", "list")
        return [
            ("health", "get"), ("agent", "card"), ("agent", "status"), ("agent", "version"), ("settings", "get"),
            ("settings", "set", "timezone=Europe/Berlin"), ("settings", "set", "no_such=1"),
            ("credentials", "create", "--key", "API_KEY", "--from-file", secret), ("credentials", "set", "API_KEY", "--from-file", secret),
            ("credentials", "create", "--key", "API_KEY", "--from-file", secret),
            ("credentials", "list"), ("credentials", "get", "API_KEY"), ("credentials", "get", "NOT_THERE"),
            ("credentials", "expose", "API_KEY", "--for", "15m"),
            ("credentials", "unexpose", "API_KEY"), ("credentials", "lint"), ("credentials", "delete", "API_KEY", "--yes"),
            ("providers", "list"), ("providers", "create", "--name", "openrouter", "--from-file", secret),
            ("providers", "set", "vllm", "--api-base", "http://localhost:9000/v1"), ("providers", "delete", "openrouter", "--yes"),
            ("providers", "login", "openrouter", "--no-wait"), ("providers", "poll", "github_copilot", "--session", "nobody"),
            ("mcp", "add", "files", "--no-enabled", "--", "true"), ("mcp", "list"), ("mcp", "get", "files"),
            ("mcp", "update", "files", "--tool-timeout", "5s"),
            ("mcp", "enable", "files"), ("mcp", "restart", "files"), ("mcp", "disable", "files"), ("mcp", "remove", "files", "--yes"),
            ("mcp", "get", "files"),
            ("channels", "set", "telegram", "-f", channel), ("channels", "list"), ("channels", "get", "telegram"), ("channels", "check"),
            ("channels", "delete", "telegram", "--yes"), ("sessions", "list"), ("sessions", "get", "api:one"),
            ("sessions", "get", "api:one", "--limit", "1"),
            ("agent", "new", "--session", "api:one", "--yes"), ("sessions", "delete", "api:one", "--yes"), ("sessions", "get", "api:none"),
            ("audit", "list", "--limit", "3"), ("audit", "tail", "-n", "2"), ("audit", "stats"), ("audit", "run", "no-such-run"),
            ("usage", "get"), ("usage", "run", "no-such-run"),
            ("policy", "allow", "mcp:github:*"), ("policy", "deny", "exec", "--param", "command=rm *"), ("policy", "list"),
            ("policy", "remove", "deny", "exec", "--param", "command=rm *", "--yes"), ("policy", "set", "--skip-cron"),
            ("policy", "clear", "--yes"),
            ("cron", "create", "--name", "report", "--cron", "0 7 * * 1-5", "--tz", "Europe/Berlin", "--message", "hello"),
            ("cron", "list"),
            lambda run: ("cron", "get", job(run)["id"]), lambda run: ("cron", "update", job(run)["id"], "--message", "again"),
            lambda run: ("cron", "pause", job(run)["id"]), lambda run: ("cron", "resume", job(run)["id"]),
            lambda run: ("cron", "run-now", job(run)["id"]),
            lambda run: ("cron", "delete", job(run)["id"], "--yes"), ("cron", "get", "no-such-job"),
            ("workspace", "write", "notes.md", "--content", "one"), ("workspace", "read", "notes.md"), ("workspace", "cat", "notes.md"),
            ("workspace", "tree"),
            ("workspace", "rm", "notes.md", "--yes"), ("workspace", "read", "notes.md"),
            ("skills", "install", "-f", skill), ("skills", "list"), ("skills", "remove", "greet", "--yes"), ("scripts", "list"),
            ("peers", "add", "--alias", "friend", "--peer-url", "http://127.0.0.1:1/"), ("peers", "list"), ("peers", "card", "friend"),
            ("peers", "call", "friend", "--message", "hello"), ("peers", "remove", "friend", "--yes"),
            ("versions", "checkpoint", "--reason", "first"), ("versions", "list"), lambda run: ("versions", "get", version(run)["sha"]),
            lambda run: ("versions", "diff", version(run)["sha"]), lambda run: ("versions", "rollback", version(run)["sha"], "--yes"),
            ("improvement", "list"), ("improvement", "get", "no-such-run"), ("improvement", "report", "no-such-run"),
            ("improvement", "diff", "no-such-run"),
            ("improvement", "comment", "no-such-run", "-m", "hello"), ("improvement", "approve", "no-such-run"),
            ("agent", "stop"), ("agent", "reflect"), ("agent", "restart"),
            ("api", "GET", "/cron"), ("api", "POST", "/commands/stop"), ("api", "/agent/versions"),
        ]

    def agents(self):
        """Two agents that have the same behind them: one is asked itself, the other through Placet."""
        both = []
        for name in ("direct", "behind"):
            home = harness.Home()
            self.addCleanup(home.remove)
            server = self.serve(home=home)
            self.succeed(server.run("chat", "--session", "one", "hello"))
            both.append(server)
        return both

    def test_same_answers(self):
        direct, server = self.agents()
        placet = self.behind(server)
        for step in self.steps():
            words = [step(run) if callable(step) else step for run in (direct.run, self.home.run)]
            answers = [direct.home.run(*words[0], env={"FACIOCTL_URL": direct.url, "FACIOCTL_TOKEN_FILE": direct.token_file},
                                       cwd=self.home.path),
                       self.home.run(*words[1])]
            with self.subTest(command=" ".join(words[1])):
                self.assertEqual(answers[1].code, answers[0].code, str(answers[1]))
                self.assertEqual(normal(answers[1].out), normal(answers[0].out))
                if answers[0].code == 0:
                    self.assertEqual(normal(answers[1].err), normal(answers[0].err))
        reached = {(method, urllib.parse.urlsplit(path).path.partition("/manage/")[2]) for method, path, _, _ in placet.seen}
        left = [(route.method, route.pattern.pattern) for route in ROUTES
                if not any(route.method == method and route.pattern.fullmatch(path) for method, path in reached)]
        # The old names of two routes: nobody needs them.
        self.assertEqual(left, [("GET", r"improvement/runs"), ("POST", r"improvement/runs/([^/]+)/([^/]+)")])
        self.assertFalse([path for _, path, headers, _ in placet.seen if headers.get("Authorization") == "Bearer " + server.token])

    def test_what_is_not_passed_on(self):
        self.behind(self.serve())
        for words in (("approvals", "list"), ("approvals", "approve", "x"), ("chat", "hello"), ("chat", "models"), ("openapi", "get"),
                      ("health", "live"),
                      ("agent", "public-card"), ("skills", "list", "--all"), ("api", "/no/such/route"), ("api", "PUT", "/cron"),
                      ("api", "PUT", "/credentials/providers")):
            done = self.fail_with(10, self.home.run(*words))
            self.assertIn("Placet does not forward", done.err)
            self.assertEqual(done.out, "")
        self.assertEqual(self.placet.seen, [], "nothing is sent")

    def test_shown_requests(self):
        self.behind(self.serve())
        shown = self.succeed(self.home.run("versions", "list", "--limit", "2", "--dry-run"))
        self.assertIn(f"GET {self.placet.url}/api/agents/{self.agent}/manage/versions?limit=2", shown.out)
        line = self.succeed(self.home.run("improvement", "approve", "run/1", "--curl"))
        self.assertIn(f"/api/agents/{self.agent}/manage/versions/runs/run%2F1/approve", line.out)
        for done in (shown, line):
            self.assertNotIn(self.placet.token(self.user).split(".")[0], done.out)
        key = self.secret_file("placet.key", "hp_" + "0" * 32)
        for form, word in (("sh", "x-api-key: %s"), ("python", '"x-api-key"'), ("httpie", "x-api-key:@"), ("powershell", "'x-api-key'")):
            line = self.succeed(self.home.run("placet", "agents", "--api-key-file", key, "--curl=" + form)).out
            self.assertIn(word, line)
            self.assertIn("/api/v1/agents", line)
            self.assertNotIn("hp_0", line)
        self.fail_with(10, self.home.run("approvals", "list", "--dry-run"))
        self.assertEqual(self.placet.seen, [])

    def test_a_curl_line_works(self):
        server = self.serve()
        self.behind(server)
        self.create_job(server, "report")
        line = self.succeed(self.home.run("cron", "list", "-o", "json", "--curl")).out
        env = {**self.home.environment, "FACIOCTL_TOKEN": self.placet.token(self.user)}
        answer = subprocess.run(["sh", "-c", line], env=env, capture_output=True, timeout=harness.DEADLINE, check=True)
        self.assertEqual(json.loads(answer.stdout)["items"], self.succeed(self.home.run("cron", "list", "-o", "json")).json())

    def test_watching(self):
        server = self.serve()
        self.behind(server)
        self.create_job(server, "report")
        with subprocess.Popen([harness.CLIENT, "cron", "list", "--watch=200ms"], env=self.home.environment,
                              stdout=subprocess.PIPE) as watching:
            event = json.loads(watching.stdout.readline())
            watching.kill()
        self.assertEqual((event["op"], event["after"]["name"]), ("added", "report"))

    def test_commands_of_several_requests(self):
        server = self.serve()
        self.behind(server)
        self.create_job(server, "report")
        folder = self.home.file("folder")
        os.mkdir(folder)
        with open(os.path.join(folder, "a.txt"), "w", encoding="ascii") as file:
            file.write("a")
        self.succeed(self.home.run("workspace", "push", folder, "notes", "--yes"))
        self.succeed(self.home.run("workspace", "pull", "notes", self.home.file("back"), "--yes"))
        self.assertTrue(os.path.exists(self.home.file("back/a.txt")))
        self.assertIn("report", self.home.run("__complete", "cron", "get", "").out)
        self.succeed(self.home.run("context", "test", "via"))
        self.assertIn("cron", self.succeed(self.home.run("audit", "--context", "via", "-n", "50", "-o", "ndjson")).out)

    def test_check_of_a_dry_run(self):
        server = self.serve()
        self.behind(server)
        job = self.create_job(server, "report")
        done = self.succeed(self.home.run("cron", "update", job["id"], "--name", "other", "--dry-run=check"))
        self.assertIn('"report" -> "other"', done.out)
        self.assertIn("/manage/cron/" + job["id"], done.out)
        self.assertEqual([method for method, _, _, _ in self.placet.seen], ["GET"])

    def test_own_limits(self):
        self.behind(self.serve())
        big = self.home.write("big", json.dumps({"value": "x" * 70_000}))
        done = self.fail_with(7, self.home.run("api", "PUT", "/credentials/API_KEY", "-f", big))
        self.assertIn("65536", done.err)
        large = self.home.write("large.json", json.dumps({"name": "big", "cron": "0 7 * * *", "message": "x" * 300_000}))
        self.assertIn("262144", self.fail_with(7, self.home.run("api", "POST", "/cron", "-f", large)).err)
        self.fail_with(2, self.home.run("workspace", "read", "x" * 1025))
        self.fail_with(2, self.home.run("api", "/workspace/file?path=a/../b"))
        self.fail_with(2, self.home.run("api", "/workspace/file"))
        self.fail_with(10, self.home.run("api", "POST", "/commands/restart", "-F", "delay=1"))
        self.assertEqual(self.placet.seen, [], "nothing is sent")

    def test_readonly_and_missing_agent(self):
        placet = self.behind(self.serve())
        self.context(placet, self.agent, readonly="true")
        self.fail_with(4, self.home.run("cron", "pause", "x"))
        self.succeed(self.home.run("cron", "list"))
        self.context(placet, None)
        self.assertIn("placet agents", self.fail_with(2, self.home.run("cron", "list")).err)
        self.succeed(self.home.run("placet", "agents"))

    def test_empty_answers(self):
        self.behind(self.serve())
        self.placet.blank = True
        done = self.succeed(self.home.run("policy", "set", "--skip-cron"))
        self.assertEqual(done.out, "")


class Refusals(Base):
    """What Placet says when something is wrong, in both forms that it may have."""

    def each(self, **options):
        server = self.serve()
        for filtered in (False, True):
            with self.subTest(filtered=filtered):
                yield server, self.behind(server, filtered=filtered, **options)

    def test_session(self):
        for _, placet in self.each():
            self.context(placet, self.agent, "no.good.token")
            done = self.fail_with(3, self.home.run("cron", "list"))
            self.assertIn("Placet refused the token", done.err)
            self.assertIn("placet login", done.err)
            self.fail_with(3, self.home.run("placet", "whoami"))

    def test_stored_token(self):
        for _, placet in self.each():
            placet.agents[0]["managementApiKey"] = "wrong"
            done = self.fail_with(3, self.home.run("cron", "list"))
            self.assertIn("refused the token that Placet has stored", done.err)
            self.assertIn("rotate-management", done.err)

    def test_missing(self):
        for _, placet in self.each():
            self.assertEqual(self.fail_with(5, self.home.run("cron", "get", "no-such-job")).err.count("no agent"), 0)
            placet.agents[0].update(managementUrl=None, managementApiKey=None)
            self.assertIn("set-management", self.fail_with(5, self.home.run("cron", "list")).err)
            placet.agents[0]["owner"] = "somebody else"
            self.assertIn("placet agents", self.fail_with(5, self.home.run("cron", "list")).err)

    def test_agent_away(self):
        for _, placet in self.each():
            placet.agents[0]["managementUrl"] = "http://127.0.0.1:1"
            self.assertIn("not reachable", self.fail_with(14, self.home.run("cron", "list")).err)
            placet.agents[0]["managementUrl"] = "ftp://127.0.0.1"
            self.assertIn("http(s)", self.fail_with(7, self.home.run("cron", "list")).err)
            placet.agents[0]["managementUrl"] = "http://no-such-host.invalid"
            self.assertIn("could not be resolved", self.fail_with(7, self.home.run("cron", "list")).err)

    def test_private_addresses(self):
        for _ in self.each(strict=True):
            self.assertIn("private address", self.fail_with(7, self.home.run("cron", "list")).err)

    def test_agent_refuses(self):
        for _, placet in self.each():
            done = self.fail_with(7, self.home.run("settings", "set", "timezone=Europe/Nowhere"))
            if not placet.filtered:
                self.assertIn("timezone", done.err)
            words = ("credentials", "create", "--key", f"KEY_{int(placet.filtered)}", "--from-env", "HOME")
            self.succeed(self.home.run(*words))
            self.fail_with(6, self.home.run(*words))

    def test_strange_agents(self):
        """An agent that redirects, answers too much, or not in time."""
        release = threading.Event()

        class Strange(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.endswith("/cron"):
                    self.send_response(302)
                    self.send_header("Location", "http://127.0.0.1:1/")
                elif self.path.endswith("/scripts"):
                    self.send_response(200)
                    self.send_header("Content-Length", str(11 * 1024 * 1024))
                else:
                    release.wait(harness.DEADLINE)
                    self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        strange = HTTPServer(("127.0.0.1", 0), Strange)
        thread = threading.Thread(target=strange.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            for filtered in (False, True):
                placet = self.backend(filtered=filtered, timeout=0.3)
                agent = placet.add_agent(self.user, "strange", f"http://127.0.0.1:{strange.server_address[1]}", "key")
                self.context(placet, agent)
                redirected = self.fail_with(14, self.home.run("cron", "list"))
                self.assertIn("redirect", redirected.err)
                self.assertIn("set-management", redirected.err)
                self.assertIn("exceeds", self.fail_with(14, self.home.run("scripts", "list")).err)
                if not filtered:
                    self.assertIn("not reachable", self.fail_with(14, self.home.run("agent", "card")).err)
                    release.set()
        finally:
            release.set()
            strange.shutdown()
            strange.server_close()
            thread.join()


class OwnCommands(Base):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.behind(self.server)
        self.key = self.placet.add_key(self.user)
        self.by_key = ("--api-key-file", self.secret_file("placet.key", self.key))
        self.token_file = self.home.file("session.token")

    def kept(self):
        with open(self.token_file, encoding="ascii") as file:
            return file.read().strip()

    def test_login_and_logout(self):
        os.remove(self.token_file)
        password = self.secret_file("password", "correct horse")
        done = self.succeed(self.home.run("placet", "login", "ada@example.org", "--password-file", password, "-vvv"))
        self.assertIn("ada@example.org", done.out)
        self.assertEqual(stat.S_IMODE(os.stat(self.token_file).st_mode), 0o600)
        token = self.kept()
        for hidden in (token, "correct horse"):
            self.assertNotIn(hidden, done.out + done.err)
        self.succeed(self.home.run("cron", "list"))
        self.assertEqual(self.succeed(self.home.run("placet", "whoami", "-o", "json")).json()["role"], "owner")
        self.succeed(self.home.run("placet", "refresh"))
        self.assertNotEqual(self.kept(), token)
        self.succeed(self.home.run("placet", "logout"))
        self.assertFalse(os.path.exists(self.token_file))
        self.fail_with(3, self.home.run("cron", "list"))

    def test_login_that_fails(self):
        before = self.kept()
        wrong = self.secret_file("password", "wrong")
        self.assertIn("address or the password",
                      self.fail_with(3, self.home.run("placet", "login", "ada@example.org", "--password-file", wrong)).err)
        self.assertEqual(self.kept(), before)
        done = self.fail_with(2, self.home.run("placet", "login", "ada@example.org", "--password-file", wrong, "--url", self.placet.url))
        self.assertIn("--token-file", done.err)
        good = self.secret_file("password", "correct horse")
        kept = self.home.file("by-hand.token")
        self.succeed(self.home.run("placet", "login", "ada@example.org", "--password-file", good, "--url", self.placet.url,
                                   "--token-file", kept))
        self.succeed(self.home.run("placet", "whoami", "--url", self.placet.url, "--token-file", kept))
        shown = self.succeed(self.home.run("placet", "login", "ada@example.org", "--password-file", good, "--dry-run"))
        self.assertNotIn("correct horse", shown.out)

    def test_login_at_a_terminal(self):
        terminal = self.at_terminal(self.placet.url, "placet", "login", "ada@example.org", "--token-file", self.token_file,
                                    env={"FACIOCTL_TOKEN": ""})
        terminal.answer("not shown", "correct horse")
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertNotIn("correct horse", terminal.text)

    def test_ended_session(self):
        self.placet.ended.add(self.kept())
        self.succeed(self.home.run("placet", "logout"))
        self.assertFalse(os.path.exists(self.token_file))

    def test_agents(self):
        child = self.placet.add_agent(self.user, "child", isSubagent=True, parentAgentId=self.agent)
        for more in ((), self.by_key):
            items = self.succeed(self.home.run("placet", "agents", "-o", "json", *more)).json()
            self.assertEqual({one["id"]: one["manageable"] for one in items}, {self.agent: True, child: False})
            self.assertNotIn(self.server.token, str(items))
        self.assertIn(self.agent, self.succeed(self.home.run("placet", "agents", "-o", "name")).out)
        self.placet.key_header = "bearer"
        self.succeed(self.home.run("placet", "agents", *self.by_key))
        bad = self.secret_file("bad.key", "hp_bad")
        self.assertIn("API key", self.fail_with(3, self.home.run("placet", "agents", "--api-key-file", bad)).err)

    def test_management(self):
        new = self.placet.add_agent(self.user, "new")
        token = self.secret_file("agent.token", self.server.token)
        words = ("placet", "set-management", new, "--management-url", self.server.url, "--management-token-file", token)
        self.assertNotIn(self.server.token, self.succeed(self.home.run(*words, *self.by_key, "--dry-run")).out)
        done = self.succeed(self.home.run(*words, *self.by_key, "-vvv"))
        for hidden in (self.server.token, self.key):
            self.assertNotIn(hidden, done.out + done.err)
        self.context(self.placet, new)
        self.succeed(self.home.run("cron", "list"))
        wrong = self.secret_file("wrong.token", "wrong")
        self.succeed(self.home.run("placet", "rotate-management", "--management-token-file", wrong, *self.by_key))
        self.fail_with(3, self.home.run("cron", "list"))
        self.succeed(self.home.run("placet", "rotate-management", "--management-token-file", token, env={"PLACET_API_KEY": self.key}))
        self.succeed(self.home.run("cron", "list"))
        shown = self.succeed(self.home.run("placet", "rotate-management", "--management-token-file", token, *self.by_key, "--dry-run"))
        self.assertIn("/api/v1/agents\n", shown.out)
        self.assertIn("setManagement", shown.err)
        self.fail_with(2, self.home.run("placet", "clear-management", *self.by_key))
        self.succeed(self.home.run("placet", "clear-management", "--yes", *self.by_key))
        self.fail_with(5, self.home.run("cron", "list"))
        self.fail_with(5, self.home.run("placet", "rotate-management", "--management-token-file", token, *self.by_key))
        self.fail_with(5, self.home.run("placet", "clear-management", "agt_none", "--yes", *self.by_key))

    def test_bad_management(self):
        token = self.secret_file("agent.token", self.server.token)
        done = self.fail_with(2, self.home.run("placet", "set-management", self.agent, "--management-token-file", token, *self.by_key))
        self.assertIn("--management-url", done.err)
        done = self.fail_with(2, self.home.run("placet", "set-management", self.agent, "--management-url", "nowhere",
                                               "--management-token-file", token, *self.by_key))
        self.assertIn("--management-url", done.err)
        done = self.fail_with(2, self.home.run("placet", "set-management", self.agent, "--management-url", self.server.url,
                                               "--management-token-file", token))
        self.assertIn("--api-key-file", done.err)
        self.assertEqual(self.placet.seen, [])

    def test_webhook_and_subagent(self):
        child = self.placet.add_agent(self.user, "child")
        done = self.succeed(self.home.run("placet", "set-webhook", child, "--webhook-url", "https://agent.example/hook", "--header",
                                          "X-A=1", *self.by_key, "-o", "json"))
        self.assertEqual((done.json()["webhookUrl"], done.json()["webhookHeaders"]), ("https://agent.example/hook", {"X-A": "1"}))
        self.assertIsNone(self.succeed(self.home.run("placet", "delete-webhook", child, "--yes", *self.by_key, "-o",
                                                     "json")).json()["webhookUrl"])
        done = self.succeed(self.home.run("placet", "set-subagent", child, "--parent", self.agent, *self.by_key, "-o", "json"))
        self.assertEqual((done.json()["isSubagent"], done.json()["parentAgentId"]), (True, self.agent))
        self.fail_with(7, self.home.run("placet", "set-subagent", self.agent, "--parent", child, *self.by_key))
        done = self.succeed(self.home.run("placet", "set-subagent", child, "--no-subagent", *self.by_key, "-o", "json"))
        self.assertEqual((done.json()["isSubagent"], done.json()["parentAgentId"]), (False, None))

    def test_usage(self):
        self.placet.add_agent(self.user, "away", "http://127.0.0.1:1", "key")
        self.succeed(self.server.run("chat", "hello"))
        answer = self.succeed(self.home.run("placet", "usage", "--days", "3", "-o", "json")).json()
        self.assertEqual({one["name"]: (one["status"], len(one["byDate"])) for one in answer}, {"support": ("ok", 3), "away": ("error", 3)})
        for one in answer:
            self.assertEqual(sum(one["byDate"].values()), one["total"])
        self.fail_with(2, self.home.run("placet", "usage", "--days", "31"))

    def test_needs_placet(self):
        done = self.fail_with(2, self.server.run("placet", "agents", env={"FACIOCTL_URL": None, "FACIOCTL_CONTEXT": "direct"}))
        self.assertIn("direct", done.err)
        self.home.write("config/facioctl/config.yaml", f"version: 1\ncontexts:\n  direct:\n    url: {self.server.url}\n")
        done = self.fail_with(2, self.home.run("placet", "agents", "--context", "direct"))
        self.assertIn("kind placet", done.err)
        self.home.write("config/facioctl/config.yaml", f"version: 1\ncontexts:\n  odd:\n    kind: odd\n    url: {self.server.url}\n")
        self.fail_with(2, self.home.run("cron", "list", "--context", "odd"))


if __name__ == "__main__":
    harness.main()
