#!/usr/bin/env python3
"""The program against agents, good and bad: every exit code, no secret in any output, --curl and --dry-run that tell the truth."""

import json
import os
import socket
import subprocess

import harness
import peers

CANARY = "canary-7f3a9c51e0d24b86-do-not-print"


class ExitCodes(harness.Case):
    def against(self, answer, *arguments, **options):
        """Runs a command against an agent that answers so."""
        peer = peers.Peer((lambda _: answer) if not callable(answer) else answer)
        self.addCleanup(peer.close)
        token = self.home.write("token", CANARY)
        os.chmod(token, 0o600)
        env = {"FACIOCTL_URL": peer.url, "FACIOCTL_TOKEN_FILE": token, **options.pop("env", {})}
        done = self.home.run(*(arguments or ("cron", "list")), env=env, **options)
        done.requests = peer.requests
        self.assertNotIn(CANARY, done.out + done.err)
        return done

    def test_statuses(self):
        error = json.dumps({"error": {"code": "x", "message": "because"}})
        for status, code in ((400, 7), (401, 3), (403, 4), (409, 6), (412, 6), (413, 7), (422, 7), (418, 7), (500, 14), (501, 10),
                             (502, 14), (504, 12), (408, 12), (424, 14)):
            done = self.fail_with(code, self.against(peers.reply(status, error), "cron", "delete", "x", "--yes"))
            self.assertIn("because", done.err, status)
            self.assertEqual(len(done.err.strip().splitlines()), 1, done.err)

    def test_throttled_after_retries(self):
        done = self.fail_with(13, self.against(peers.reply(429, "{}", "Retry-After: 0")))
        self.assertGreater(len(done.requests), 1, "an idempotent request is tried again")

    def test_writes_are_not_repeated(self):
        done = self.fail_with(14, self.against(peers.reply(503, "{}"), "cron", "create", "--name", "x", "--every", "1h", "--message", "m"))
        self.assertEqual(len(done.requests), 1)

    def test_missing_object_and_missing_route(self):
        self.fail_with(5, self.against(lambda request: peers.reply(200, '{"items":[],"count":0}') if b"GET /api/v1/cron HTTP" in request
                                       else peers.reply(404, '{"error":{"code":"not_found","message":"no such job"}}'), "cron", "get", "x"))
        self.fail_with(10, self.against(peers.reply(404, '{"error":{"code":"not_found","message":"no such route"}}'), "cron", "list"))

    def test_missing_objects_name_the_list(self):
        """An object is missing where its collection answers: 5, with the command that lists what there is."""
        missing = peers.reply(404, '{"error":{"code":"not_found","message":"nothing there"}}')
        for command, collection, hint in ((["cron", "get", "x"], b"GET /api/v1/cron HTTP", "facioctl cron list"),
                                          (["cron", "run-now", "x"], b"GET /api/v1/cron HTTP", "facioctl cron list"),
                                          (["sessions", "delete", "x", "--yes"], b"GET /api/v1/sessions HTTP", "facioctl sessions list"),
                                          (["workspace", "read", "a/b.md"], b"GET /api/v1/workspace/tree HTTP", "facioctl workspace tree"),
                                          (["audit", "run", "abcdef"], b"GET /api/v1/audit HTTP", "facioctl audit list")):
            done = self.fail_with(5, self.against(lambda request, ask=collection: peers.reply(200, '{"items":[]}') if ask in request
                                                  else missing, *command))
            self.assertIn("nothing there", done.err)
            self.assertIn(hint, done.err)

    def test_missing_families(self):
        """The collection is missing as well: this agent has no such routes, however it words that."""
        for body in ('{"error":{"code":"not_found","message":"no such route"}}', '{"detail":"Not Found"}', "404 page not found"):
            for command in (["cron", "get", "x"], ["cron", "list"], ["cron", "delete", "x", "--yes"], ["workspace", "read", "a"],
                            ["workspace", "tree"],
                            ["settings", "set", "timezone=UTC"], ["mcp", "enable", "x"]):
                done = self.fail_with(10, self.against(peers.reply(404, body), *command))
                self.assertIn("this agent has no route", done.err)
                self.assertIn("try: ", done.err)

    def test_refusals_keep_the_agents_words(self):
        """A 404 that the declaration does not know is no missing route while the collection answers."""
        done = self.fail_with(5, self.against(lambda request: peers.reply(200, '{"items":[]}') if request.startswith(b"GET ")
                                              else peers.reply(404, '{"error":{"code":"not_found","message":"no channel of that name"}}'),
                                              "cron", "create", "--name", "x", "--every", "1h", "--message", "m"))
        self.assertIn("no channel of that name", done.err)

    def test_wrong_forms(self):
        """Valid JSON that is not what was declared is the agent's failure, told in a sentence; older spellings of a list are not."""
        for answer, command in (('"text"', ["cron", "list"]), ('{"jobs":[]}', ["cron", "list"]), ('{"items":{}}', ["cron", "list"]),
                                ("null", ["cron", "list"]),
                                ('"text"', ["cron", "get", "x"]), ("[]", ["health"]), ('{"items":[]}', ["channels", "list"])):
            for form in ("table", "json", "name", "csv"):
                done = self.fail_with(14, self.against(peers.reply(200, answer), *command, "-o", form))
                self.assertIn("does not have the declared form: expected an object", done.err)
                self.assertEqual(done.out, "")
        for answer in ('{"items":[]}', '{"sessions":[]}', "[]"):
            self.assertEqual(self.succeed(self.against(peers.reply(200, answer), "sessions", "list", "-o", "json")).json(), [])

    def test_cut_answers_say_so(self):
        cut = peers.reply(200, '{"run_id":"abcdef","items":[{"event":"x"}],"count":1,"hasMore":true}')
        done = self.succeed(self.against(cut, "audit", "run", "abcdef", "-o", "json"))
        self.assertIn("truncated its answer after 1; there is more", done.err)
        self.assertEqual(len(done.json()), 1)
        self.assertEqual(self.succeed(self.against(cut, "audit", "run", "abcdef", "--quiet")).err, "")
        self.assertEqual(self.succeed(self.against(cut, "audit", "list", "-o", "json")).err, "1 shown; more with --limit or --offset\n")

    def test_other_error_bodies(self):
        for body in ('{"message":"because"}', '{"detail":"because"}', "because"):
            self.assertIn("because", self.against(peers.reply(409, body), "cron", "delete", "x", "-y").err)

    def test_malformed_answers(self):
        for answer in (b"nonsense\r\n\r\n", peers.reply(200, "{"), peers.reply(200, "[1,2"), peers.reply(200, '"text"'),
                       peers.reply(200, '{"items":3}'),
                       peers.reply(200, "<html>", content_type="text/html"),
                       b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000,
                       peers.reply(302, "", "Location: /x")):
            with self.subTest(answer[:60]):
                self.fail_with(14, self.against(answer))
        self.fail_with(11, self.against(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"))

    def test_deep_answer_does_not_kill(self):
        self.fail_with(14, self.against(peers.reply(200, '{"items":' + "[" * 200_000)))

    def test_hostile_text_is_made_harmless(self):
        body = json.dumps({"items": [{"id": "a\x1b[31mb", "name": "\x1b]0;title\x07\r\n", "enabled": True, "schedule": {"kind": "cron"},
                                      "payload": {"message": ""}, "state": {}}]})
        for form in ("table", "wide", "name"):
            done = self.succeed(self.against(peers.reply(200, body), "cron", "list", "-o", form))
            self.assertNotIn("\x1b", done.out)
            self.assertNotIn("\x07", done.out)
        self.assertNotIn("\x1b", self.against(peers.reply(409, json.dumps({"error": {"message": "\x1b[2J"}})), "cron", "delete",
                                              "x", "-y").err)

    def test_reset_and_refused(self):
        self.fail_with(11, self.against(lambda _: b""))
        free = socket.create_server(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        done = self.fail_with(11, self.home.run("cron", "list", "--url", f"http://127.0.0.1:{port}", env={"FACIOCTL_TOKEN": "x"}))
        self.assertEqual(len(done.err.strip().splitlines()), 1, done.err)
        self.assertIn(str(port), done.err)
        self.fail_with(11, self.home.run("cron", "list", "--url", "https://no-such-host.invalid", env={"FACIOCTL_TOKEN": "x"}))
        self.fail_with(11, self.home.run("cron", "list", "--url", "unix:" + self.home.file("nothing"), env={"FACIOCTL_TOKEN": "x"}))

    def test_tls_to_a_plain_server(self):
        peer = peers.Peer(lambda _: peers.reply(400), until=b"")
        self.addCleanup(peer.close)
        self.fail_with(11, self.home.run("cron", "list", "--url", peer.url.replace("http:", "https:"), env={"FACIOCTL_TOKEN": "x"}))

    def test_timeout(self):
        done = self.fail_with(12, self.against(lambda _: None, "cron", "list", "--timeout", "300ms"))
        self.assertIn("300", done.err)

    def test_no_token(self):
        server = self.serve("--memory", pass_data=False)
        done = self.fail_with(3, self.home.run("cron", "list", "--url", server.url))
        self.assertIn("token", done.err)

    def test_token_stays_off_the_open_network(self):
        done = self.fail_with(3, self.home.run("cron", "list", "--url", "http://agent.invalid", env={"FACIOCTL_TOKEN": CANARY}))
        self.assertIn("https", done.err)

    def test_token_file_open_to_others(self):
        path = self.home.write("token", CANARY)
        os.chmod(path, 0o644)
        done = self.fail_with(3, self.home.run("cron", "list", "--url", "http://127.0.0.1:9", "--token-file", path))
        self.assertIn("chmod", done.err)
        self.assertNotIn(CANARY, done.err)

    def test_empty_list(self):
        empty = peers.reply(200, '{"items":[],"count":0}')
        self.assertEqual(self.succeed(self.against(empty, "cron", "list", "-o", "json")).json(), [])
        self.fail_with(5, self.against(empty, "cron", "list", "--fail-empty"))

    def test_readonly_and_protected_contexts(self):
        server = self.serve()
        for flag, code in (("--readonly", 4), ("--protected", 4)):
            self.succeed(self.home.run("context", "add", "guarded", "--url", server.url, "--token-file", server.token_file, flag))
            self.succeed(self.home.run("cron", "list", "--context", "guarded"))
            self.fail_with(code, self.home.run("cron", "delete", "x", "--context", "guarded"))
            if flag == "--readonly":
                self.fail_with(4, self.home.run("cron", "delete", "x", "--yes", "--context", "guarded"))

    def test_declined_at_a_terminal(self):
        server = self.serve("--memory", pass_data=False)
        job = self.create_job(server)
        command = f"{harness.FACIOCTL} cron delete {job['id']} --url {server.url} --token-file {server.token_file}"
        done = subprocess.run(["script", "-qec", command, "/dev/null"], input=b"n\n", env=self.home.environment, capture_output=True,
                              timeout=harness.DEADLINE)
        self.assertEqual(done.returncode, 15, done.stdout)
        self.succeed(server.run("cron", "get", job["id"]))

    def test_machine_errors_are_objects(self):
        for form in ("json", "ndjson", "yaml"):
            done = self.fail_with(7, self.against(peers.reply(400, '{"error":{"code":"bad_request","message":"because"}}'), "cron",
                                                  "delete", "x", "-y", "-o", form))
            error = json.loads(done.err)["error"]
            self.assertEqual((error["exit"], error["http"], error["method"], error["retryable"]), (7, 400, "DELETE", False))
            self.assertEqual(error["path"], "/api/v1/cron/x")
            self.assertEqual(done.out, "")

    def test_token_does_not_travel(self):
        """An address given by hand never gets the token of a named context."""
        token = self.home.write("token", CANARY)
        os.chmod(token, 0o600)
        peer = peers.Peer(lambda _: peers.reply(200, '{"items":[]}'))
        self.addCleanup(peer.close)
        self.succeed(self.home.run("context", "add", "home", "--url", "http://127.0.0.1:9", "--token-file", token, "--current"))
        self.home.run("cron", "list", "--url", peer.url)
        self.assertNotIn(CANARY.encode(), b"".join(peer.requests))

    def test_redirects_are_not_followed(self):
        other = peers.Peer(lambda _: peers.reply(200, '{"items":[]}'))
        self.addCleanup(other.close)
        self.against(peers.reply(307, "{}", "Location: " + other.url + "/api/v1/cron"))
        self.assertEqual(other.requests, [])


class Secrets(harness.Case):
    def test_token_is_in_no_output(self):
        token = self.home.write("token", CANARY)
        os.chmod(token, 0o600)
        server = self.serve("--token-file", token)
        job = self.create_job(server)
        commands = [["health"], ["cron", "list"], ["cron", "get", job["id"]], ["cron", "get", "missing"], ["settings", "get"],
                    ["settings", "set", "timezone=UTC"],
                    ["settings", "set", "nonsense=1"], ["audit", "tail"], ["audit", "list"], ["audit", "stats"],
                    ["api", "GET", "/api/v1/cron"], ["api", "/health"],
                    ["context", "list"], ["context", "show"], ["config", "view"], ["mcp", "list"],
                    ["cron", "create", "--name", "x", "--every", "1h"]]
        sources = ({"FACIOCTL_TOKEN_FILE": token}, {"FACIOCTL_TOKEN_FILE": None, "FACIOCTL_TOKEN": CANARY},
                   {"FACIOCTL_TOKEN_FILE": None, "FACIO_MANAGEMENT_TOKEN": CANARY})
        seen = 0
        for command in commands:
            for extra in ([], ["-vvv"], ["--dry-run"], ["--curl"], ["-o", "json", "-vv"], ["--curl", "-vvv"]):
                done = server.run(*command, *extra, env=sources[seen % len(sources)])
                self.assertNotIn(CANARY, done.out + done.err, str(done))
                seen += 1
        self.assertNotIn(CANARY, server.output())
        server.stop()
        for folder, _, names in os.walk(self.home.path):
            for name in names:
                path = os.path.join(folder, name)
                if path != token and os.path.isfile(path):
                    with open(path, "rb") as file:
                        self.assertNotIn(CANARY.encode(), file.read(), path)

    def test_token_sources(self):
        server = self.serve("--memory", pass_data=False)
        none = {"FACIOCTL_TOKEN_FILE": None}
        self.succeed(server.run("health", "--token-stdin", stdin=server.token + "\n", env=none))
        read, write = os.pipe()
        os.write(write, server.token.encode())
        os.close(write)
        self.succeed(server.run("health", "--token-fd", str(read), env=none, pass_fds=(read,)))
        os.close(read)
        self.succeed(server.run("health", "--token-file", server.token_file, env=none))
        self.fail_with(2, server.run("health", "--token", server.token, env=none))
        self.fail_with(3, server.run("health", env={**none, "FACIOCTL_TOKEN": "wrong"}))

    def test_values_of_credentials_are_hidden(self):
        server = self.serve("--memory", pass_data=False)
        path = self.home.write("value", CANARY)
        for extra in (["--dry-run"], ["--curl"], ["-vvv"]):
            done = server.run("credentials", "set", "KEY", "-f", "-", *extra, stdin=json.dumps({"value": CANARY}))
            self.assertNotIn(CANARY, done.out + done.err)
        self.assertTrue(os.path.exists(path))

    def test_short_secrets_leave_the_rest_alone(self):
        value = self.home.write("value", "th")
        shown = self.succeed(self.home.run("credentials", "set", "th", "--from-file", value, "--dry-run", env={"FACIOCTL_TOKEN": "x"})).out
        self.assertIn("Content-Length: 14", shown)
        self.assertIn('"value": "***"', shown)
        self.assertNotIn('"th"', shown)


class ShowTheRequest(harness.Case):
    def test_curl_line_does_the_same(self):
        server = self.serve("--memory", pass_data=False)
        job = self.create_job(server, "it's \"quoted\" $HOME `x` ü\\")
        for command in (["cron", "list"], ["cron", "get", job["id"]], ["audit", "list", "--event", "a b&c='d'"],
                        ["api", "GET", "/api/v1/cron"]):
            line = self.succeed(server.run(*command, "--curl")).out
            self.assertNotIn(server.token, line)
            ran = subprocess.run(["sh", "-euc", line], env={**self.home.environment, "FACIOCTL_TOKEN": server.token}, capture_output=True,
                                 timeout=harness.DEADLINE)
            self.assertEqual(ran.returncode, 0, f"{line}\n{ran.stderr}")
            ours = json.loads(self.succeed(server.run("api", "GET", self.target_of(server, command))).out)
            theirs = json.loads(ran.stdout)
            if command[0] != "audit":
                self.assertEqual(theirs, ours, line)

    def target_of(self, server, command):
        shown = self.succeed(server.run(*command, "--dry-run")).out
        url = next(word for word in shown.split() if word.startswith(("http://", "/api/")))
        return url[len(server.url):] if url.startswith(server.url) else url

    def test_curl_line_of_a_write(self):
        server = self.serve("--memory", pass_data=False)
        name = "it's \"quoted\" $HOME `x` ü\\ \n end"
        line = self.succeed(server.run("cron", "create", "--name", name, "--every", "1h", "--message", "-m", "--curl")).out
        self.assertEqual(self.succeed(server.run("cron", "list", "-o", "json")).json(), [], "nothing has been sent")
        ran = subprocess.run(["sh", "-euc", line], env={**self.home.environment, "FACIOCTL_TOKEN": server.token}, capture_output=True,
                             timeout=harness.DEADLINE)
        self.assertEqual(ran.returncode, 0, f"{line}\n{ran.stderr}")
        job = self.succeed(server.run("cron", "list", "-o", "json")).json()[0]
        self.assertEqual((job["name"], job["payload"]["message"]), (name, "-m"))

    def test_curl_line_of_a_secret(self):
        """The line holds no secret and still works: the body is fed to it, as its note says."""
        body = '{"value":"%s"}' % CANARY
        heard = peers.Peer(lambda _: peers.reply(200, "{}"), until=b"}")
        self.addCleanup(heard.close)
        for env in ({"FACIOCTL_TOKEN": "secret-token"}, {}):
            done = self.succeed(self.home.run("credentials", "set", "KEY", "-f", "-", "--curl", "--url", heard.url, stdin=body, env=env))
            self.assertNotIn(CANARY, done.out + done.err)
            self.assertTrue(done.err.startswith("# "), done.err)
            self.assertIn('{"value":"***"}', done.err)
            ran = subprocess.run(["sh", "-euc", done.out], input=body.encode(), env={**self.home.environment, **env}, capture_output=True,
                                 timeout=harness.DEADLINE)
            self.assertEqual(ran.returncode, 0, f"{done.out}\n{ran.stderr}")
            request = heard.requests.pop()
            self.assertTrue(request.startswith(b"PUT /api/v1/credentials/KEY HTTP"), request)
            self.assertTrue(request.endswith(body.encode()), request)
            self.assertEqual(b"Authorization: Bearer secret-token" in request, bool(env))

    def test_tables_of_any_route(self):
        server = self.serve("--memory", pass_data=False)
        job = self.create_job(server, "report")
        self.assertEqual(self.succeed(server.run("api", "/cron")).out[:1], "{")
        self.assertTrue(self.succeed(server.run("api", "/cron", "-o", "table")).out.startswith("ID "))
        one = self.succeed(server.run("api", "/cron/" + job["id"], "-o", "table")).out
        self.assertTrue(one.startswith("FIELD "), one)
        self.assertIn("schedule.expr", one)

    def test_dry_run_sends_nothing(self):
        server = self.serve("--memory", pass_data=False)
        shown = self.succeed(server.run("cron", "create", "--name", "x", "--every", "1h", "--message", "", "--dry-run")).out
        self.assertIn("POST", shown)
        self.assertIn("3600000", shown)
        self.assertEqual(self.succeed(server.run("cron", "list", "-o", "json")).json(), [])

    def test_api(self):
        server = self.serve("--memory", pass_data=False)
        made = self.succeed(server.run("api", "POST", "/api/v1/cron", "-f", "-",
                                       stdin="name: x\nschedule: {kind: every, every_ms: 5000}\n")).json()
        self.assertEqual(self.succeed(server.run("api", "GET", "/api/v1/cron/" + made["id"])).json(), made)
        self.fail_with(5, server.run("api", "GET", "/api/v1/cron/nothing"))
        self.succeed(server.run("api", "DELETE", "/api/v1/cron/" + made["id"], "--yes"))

    def test_formats_say_the_same(self):
        server = self.serve("--memory", pass_data=False)
        for number in range(3):
            self.create_job(server, f"job{number}")
        jobs = self.succeed(server.run("cron", "list", "-o", "json")).json()
        lines = self.succeed(server.run("cron", "list", "-o", "ndjson")).out.splitlines()
        self.assertEqual([json.loads(line) for line in lines], jobs)
        import yaml
        self.assertEqual(yaml.safe_load(self.succeed(server.run("cron", "list", "-o", "yaml")).out), jobs)
        self.assertEqual(len(self.succeed(server.run("cron", "list")).out.splitlines()), 4)
        self.assertEqual(len(self.succeed(server.run("cron", "list", "--no-headers")).out.splitlines()), 3)
        names = self.succeed(server.run("cron", "list", "-o", "name")).out.split()
        self.assertEqual(names, ["cron/" + job["id"] for job in jobs])
        self.succeed(server.run("cron", "get", names[0]))


if __name__ == "__main__":
    harness.main()
