#!/usr/bin/env python3
"""What --curl prints does exactly what the command does, in every form; --dry-run=check tells what would change; --timing, where time
went."""

import os
import random
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import harness

TOKEN = "canary-token-4711"
ANSWER = '{"ok": true,  "text": "ü\\u0000 <>"}\n'.encode()
# A form, the program that runs what it prints, and how many of the commands it gets: HTTPie takes long to start.
FORMS = [("sh", ["sh", "-uc"], 60), ("sh", ["bash", "-uc"], 20), ("fish", ["fish", "--no-config", "-c"], 30),
         ("httpie", ["bash", "-uc"], 5),
         ("python", ["python3", "-c"], 20)]
PIECES = ["'", '"', "\\", "`id`", "$HOME", "$(id)", "%", "%41", "ü", "日本", "🙂", "\t", "\n", "!", "!!", "#", "&", ";", "|", "*", "?", "[a]",
          "{b,c}", "~", "\\'",
          "--", "a", "Z9", " ", "=", "+", "<", ">", "^", ",", "@", "\\n", "\\\\", "'\\''"]


class Recorder:
    """Notes requests as they came, and answers all of them with the same bytes."""

    def __init__(self):
        self.requests = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                kept = {name: self.headers.get(name) for name in ("Accept", "Content-Type", "Authorization")}
                outer.requests.append((self.command, self.path, kept, body))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(ANSWER)))
                self.end_headers()
                self.wfile.write(ANSWER)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def take(self):
        """The one request since the last time."""
        [request] = self.requests
        self.requests.clear()
        return request

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Forms(harness.Case):
    def setUp(self):
        super().setUp()
        self.agent = Recorder()
        self.addCleanup(self.agent.close)
        self.environment = {"FACIOCTL_TOKEN": TOKEN, "FACIOCTL_URL": self.agent.url}

    def command(self, random_, number):
        def text(most=6):
            return "".join(random_.choice(PIECES) for _ in range(random_.randint(1, most)))

        return [
            ["cron", "create", "--name", "n" + text().strip(), "--every", "1h", "--message", "m" + text()],
            ["cron", "get", "j" + text()],
            ["cron", "delete", "j" + text(), "--yes"],
            ["audit", "list", "--event", "e" + text(), "--session", "s" + text(), "-n", "7"],
            ["settings", "set", "timezone=UTC", "bot_name=" + "b" + text()] if number % 2 else ["sessions", "get", "s" + text()],
            ["policy", "deny", "exec", "--param", "command=" + text()],
            ["workspace", "put", "notes.md"],
        ][number % 7]

    def test_every_form_sends_what_the_command_sends(self):
        random_ = random.Random(20261122)
        for form, program, count in FORMS:
            program[0] = shutil.which(program[0]) or self.fail(f"{program[0]} is not installed")
            done = 0
            for number in range(count * 3):
                if done == count:
                    break
                words = self.command(random_, number)
                printed = self.home.run(*words, "--curl=" + form, env=self.environment, stdin="secret " + "'é")
                if printed.code == 2:  # refused before it was shown: this text is no value of that flag
                    continue
                self.succeed(printed)
                done += 1
                self.assertNotIn(TOKEN, printed.out)
                self.home.run(*words, env=self.environment, stdin="secret " + "'é")
                ours = self.agent.take() if len(self.agent.requests) == 1 else self.agent.requests[-1]
                self.agent.requests.clear()
                environment = {**self.home.environment, **self.environment, "HOME": self.home.path, "PATH": os.environ["PATH"]}
                ran = subprocess.run([*program, printed.out], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                                     timeout=harness.DEADLINE)
                self.assertEqual((ran.returncode, ran.stdout), (0, ANSWER), f"{form}: {printed.out}\n{ran.stderr.decode()}")
                self.assertEqual(self.agent.take(), ours, f"{form}: {printed.out}")
            self.assertEqual(done, count, form)

    def test_a_body_with_secrets_is_read_from_standard_input(self):
        body = '{"value":"s3cr3t-\'value"}'.encode()
        for form, program, _ in FORMS:
            printed = self.succeed(self.home.run("credentials", "set", "KEY", "-f", "-", "--curl=" + form, env=self.environment,
                                                 stdin=body.decode()))
            self.assertNotIn("s3cr3t", printed.out + printed.err)
            environment = {**self.home.environment, **self.environment, "PATH": os.environ["PATH"]}
            ran = subprocess.run([*program, printed.out], env=environment, input=body, capture_output=True, timeout=harness.DEADLINE)
            self.assertEqual(ran.returncode, 0, f"{form}: {printed.out}\n{ran.stderr.decode()}")
            method, path, headers, sent = self.agent.take()
            self.assertEqual((method, path, sent), ("PUT", "/api/v1/credentials/KEY", body))
            self.assertEqual(headers["Authorization"], "Bearer " + TOKEN)

    def test_powershell_is_quoted_by_its_rules(self):
        # No PowerShell is in Debian: the text alone can be looked at.
        shown = self.succeed(self.home.run("cron", "get", "it's", "--curl=powershell", env=self.environment)).out
        self.assertEqual(shown, "(Invoke-WebRequest -SkipHttpErrorCheck -MaximumRedirection 0 -CustomMethod 'GET' -Uri "
                         f"'{self.agent.url}/api/v1/cron/it''s' -Headers @{{ Accept = 'application/json'; "
                         '\'Authorization\' = "Bearer $env:FACIOCTL_TOKEN" }).Content\n')

        # PowerShell takes these for single quotes, too: doubled they stand for themselves.
        body = "a\u2018b\u2019; rm x; c\u201ad\u201b'"
        shown = self.succeed(self.home.run("cron", "create", "--name", body, "--every", "1h", "--message", "m", "--curl=powershell",
                                           env=self.environment)).out
        self.assertIn("a\u2018\u2018b\u2019\u2019; rm x; c\u201a\u201ad\u201b\u201b''", shown)

    def test_what_a_form_cannot_say_is_refused(self):
        done = self.home.run("cron", "list", "--curl=httpie", env={"FACIOCTL_URL": "unix:/tmp/x.sock"})
        self.assertIn("cannot reach a unix socket", self.fail_with(2, done).err)
        self.assertIn("'ksh' is not one of sh, fish, powershell, httpie, python",
                      self.fail_with(2, self.home.run("cron", "list", "--curl=ksh")).err)


class UnixSocket(harness.Case):
    def test_forms_over_a_unix_socket(self):
        path = self.home.file("s.sock")
        server = self.serve("--memory", pass_data=False, listen="unix:" + path)
        for form, program in (("sh", ["sh", "-uc"]), ("fish", ["fish", "--no-config", "-c"]), ("python", ["python3", "-c"])):
            printed = self.succeed(server.run("settings", "get", "--curl=" + form)).out
            environment = {**self.home.environment, "FACIOCTL_TOKEN": server.token, "PATH": os.environ["PATH"]}
            ran = subprocess.run([*program, printed], env=environment, capture_output=True, timeout=harness.DEADLINE)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertIn(b'"advanced"', ran.stdout)


class Check(harness.Case):
    def check(self, server, *words, code=0, **options):
        done = server.run(*words, "--dry-run=check", **options)
        self.assertEqual(done.code, code, done.err)
        self.assertNotIn(server.token, done.out + done.err)
        return done.out if code == 0 else done.err

    def test_changes_are_told_and_not_made(self):
        server = self.serve("--memory", pass_data=False)
        job = self.create_job(server, "report")
        before = self.succeed(server.run("cron", "get", job["id"], "-o", "json")).json()
        shown = self.check(server, "cron", "update", job["id"], "--name", "other", "--message", "hello")
        self.assertTrue(shown.startswith("PATCH http://"))
        self.assertIn('~ name: "report" -> "other"\n', shown)
        self.assertIn("nothing would change", self.check(server, "cron", "update", job["id"], "--name", "report"))
        self.assertIn("- it exists and would be deleted:\n", self.check(server, "cron", "delete", job["id"]))
        self.assertIn('"name": "report"', self.check(server, "cron", "pause", job["id"]))
        self.assertIn('~ timezone: ', self.check(server, "settings", "set", "timezone=Europe/Berlin"))
        self.assertIn('would be created', self.check(server, "credentials", "set", "NEW", stdin="v4lue-secret"))
        self.assertEqual(self.succeed(server.run("cron", "get", job["id"], "-o", "json")).json(), before)
        self.assertEqual(self.succeed(server.run("credentials", "list", "-o", "json")).json(), [])

    def test_what_would_fail_fails_so(self):
        server = self.serve("--memory", pass_data=False)
        self.assertIn("no cron job", self.check(server, "cron", "delete", "none", code=5))
        self.assertIn("NONE", self.check(server, "credentials", "delete", "NONE", code=5))
        wrong = self.home.run("cron", "delete", "x", "--dry-run=check", env={"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN": "wrong"})
        self.fail_with(3, wrong)
        config = self.home.write("readonly.yaml", f"contexts: {{ prod: {{ url: '{server.url}', readonly: true }} }}\ncurrent: prod\n")
        done = self.home.run("cron", "delete", "x", "--dry-run=check", "--config", config, env={"FACIOCTL_TOKEN": server.token})
        self.assertIn("read-only", self.fail_with(4, done).err)

    def test_secrets_stay_hidden(self):
        server = self.serve("--memory", pass_data=False)
        self.succeed(server.run("credentials", "set", "KEY", stdin="first-secret-value"))
        shown = self.check(server, "credentials", "set", "KEY", stdin="second-secret-value")
        self.assertNotIn("secret-value", shown)
        self.assertIn("'maybe' is not one of check", self.fail_with(2, server.run("cron", "list", "--dry-run=maybe")).err)


class Timing(harness.Case):
    def test_where_the_time_went(self):
        server = self.serve("--memory", pass_data=False)
        done = self.succeed(server.run("cron", "list", "--timing", "-o", "json"))
        self.assertEqual(done.json(), [])
        lines = done.err.splitlines()
        self.assertEqual(len(lines), 2, done.err)
        self.assertRegex(lines[0], r"^timing: GET /api/v1/cron: dns [\d.]+, connect [\d.]+, first byte [\d.]+, rest [\d.]+, total [\d.]+ "
                                   r"ms$")
        self.assertRegex(lines[-1], r"^timing: parse [\d.]+, context and token [\d.]+, requests [\d.]+, other [\d.]+, "
                                    r"total [\d.]+ ms$")
        figures = [float(figure) for figure in re.findall(r"[\d.]+(?=[ ,])", lines[-1])]
        self.assertAlmostEqual(sum(figures[:-1]), figures[-1], delta=0.3)


if __name__ == "__main__":
    harness.main()
