#!/usr/bin/env python3
"""Runs as a list, and one by the beginning of its id: of this program's server, and of agents that have nothing but the contract."""

import json
import subprocess

import harness
from json_server import JsonServer

OTHERS = [  # the newest first; run 3 has not ended, run 2 failed, run 1 went well
    {"ts": "2026-12-01T10:00:00.000Z", "event": "message_in", "runId": "33333333-c", "sessionKey": "telegram:1", "message": "third"},
    {"ts": "2026-12-01T09:00:09.000Z", "event": "error", "run_id": "22222222-b", "status": "error", "message": "no model answers"},
    {"ts": "2026-12-01T09:00:01.000Z", "event": "llm_call", "run_id": "22222222-b"},
    {"ts": "2026-12-01T09:00:00.000Z", "event": "message_in", "run_id": "22222222-b", "session_key": "api:default", "message": "second"},
    {"ts": "2026-12-01T08:00:05.000Z", "event": "message_out", "run_id": "11111111-a"},
    {"ts": "2026-12-01T08:00:00.000Z", "event": "message_in", "run_id": "11111111-a", "session_key": "api:default", "message": "first"},
]


class Runs(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def run_ok(self, *words, **options):
        return self.succeed(self.server.run(*words, **options))

    def chat(self, text, session="default"):
        return self.server.run("chat", text, "--session", session)

    def list(self, *flags):
        return self.run_ok("runs", "list", *flags, "-o", "json").json()

    def job(self, name, message):
        self.run_ok("cron", "create", name, "--every", "300d", "--message", message)
        return self.server.run("cron", "run-now", name, "--wait")

    # ------------------------------------------------------------------------------------------------------ the list
    def test_the_latest_first_with_what_they_used(self):
        for text in ("/echo one", "/echo two", "hello"):
            self.chat(text)
        runs = self.list()
        self.assertEqual([run["message"] for run in runs], ["hello", "/echo two", "/echo one"])
        self.assertEqual({run["status"] for run in runs}, {"ok"})
        used = self.server.request("GET", f"/api/v1/usage/runs/{runs[0]['id']}")[2]
        self.assertEqual(runs[0]["total"], used["prompt_tokens"] + used["completion_tokens"])
        self.assertEqual(runs[0]["session_key"], "api:default")
        self.assertEqual([run["message"] for run in self.list("--limit", "2")], ["hello", "/echo two"])
        rows = self.run_ok("runs", "list", "-n", "1").out.splitlines()
        self.assertEqual(rows[0].split(), ["RUN", "STARTED", "SESSION", "JOB", "STATUS", "TOKENS", "TIME"])
        self.assertEqual(len(rows), 2)

    def test_those_that_failed(self):
        self.chat("/echo well")
        self.chat("/fail")
        self.job("bad", "/nosuch-command-of-this-agent")
        failed = {run["id"] for run in self.list("--failed")}
        by_log = {event["run_id"] for event in self.server.request("GET", "/api/v1/audit?event=error")[2]["items"]}
        self.assertEqual(failed, by_log)
        for run in self.list("--failed"):
            self.assertTrue(run["error"], run)
        self.assertEqual(self.list("--failed", "--since", "tomorrow"), [])

    def test_those_of_a_job(self):
        self.chat("/echo other")
        self.job("report", "/echo done")
        self.job("reports", "/echo more")
        (run,) = self.list("--cron", "report")
        self.assertEqual((run["job"], run["message"], run["origin"], run["status"]), ("report", "/echo done", "cron", "ok"))
        self.assertEqual(len(self.list()), 3)
        done = self.fail_with(5, self.server.run("runs", "list", "--cron", "nosuch"))
        self.assertIn("runs list --session cron:ID", done.err)
        self.fail_with(2, self.server.run("runs", "list", "--cron", "report", "--session", "x"))
        key = run["session_key"]
        self.assertEqual([one["id"] for one in self.list("--session", key)], [run["id"]])

    def test_those_with_the_most_tokens(self):
        self.chat("short")
        self.chat("a longer question " * 50, "other")
        self.chat("short again", "third")
        tokens = [run["total"] for run in self.list("--sort", "tokens")]
        self.assertEqual(tokens, sorted(tokens, reverse=True))
        self.assertEqual([run["total"] for run in self.list("--sort", "tokens", "--limit", "1")], tokens[:1])

    def test_filters_and_names(self):
        for number in range(5):
            self.chat(f"/echo {number}", f"s{number}")
        (run,) = self.list("--filter", "session_key==\"api:s1\"", "--limit", "1")
        self.assertEqual(run["message"], "/echo 1")
        names = self.run_ok("runs", "list", "-o", "name").out.split()
        self.assertEqual(len(names), 5)
        self.assertEqual([one["id"] for one in self.run_ok("runs", "get", *names, "-o", "json").json()],
                         [name.removeprefix("runs/") for name in names])
        for words in (("audit", "run"), ("usage", "run")):
            self.run_ok(*words, *names[:2])
        events = self.run_ok("audit", "--run", names[0], "-o", "json").json()
        self.assertEqual({"runs/" + event["run_id"] for event in events}, {names[0]})
        self.fail_with(5, self.server.run("runs", "list", "--session", "api:none", "--fail-empty"))
        self.assertIn("GET", self.run_ok("runs", "list", "--dry-run").out)

    def test_one_by_the_beginning_of_its_id(self):
        self.chat("/echo one")
        (whole,) = self.list()
        for typed in (whole["id"], whole["id"][:6], "run/" + whole["id"][:6], "runs/" + whole["id"]):
            self.assertEqual(self.run_ok("runs", "get", typed, "-o", "json").json()["id"], whole["id"])
        self.fail_with(5, self.server.run("runs", "get", "zzzz"))
        self.assertIn(whole["id"], self.run_ok("get", "runs", "--quiet").out)
        self.run_ok("wait", "--for", "run/" + whole["id"][:5], "--once")
        self.fail_with(5, self.server.run("wait", "--for", "run/zzzzz=done", "--once"))
        short = self.run_ok("audit", "-n", "50", "--run", whole["id"][:5], "-o", "json").json()
        self.assertEqual({event["run_id"] for event in short}, {whole["id"]})

    def test_watched(self):
        self.chat("/echo one")
        process = subprocess.Popen([harness.CLIENT, "runs", "list", "--watch=100ms", "-o", "ndjson"], stdout=subprocess.PIPE,
                                           env={**self.home.environment, "FACIOCTL_URL": self.server.url,
                                                "FACIOCTL_TOKEN_FILE": self.server.token_file})
        try:
            self.assertIn(b"/echo one", process.stdout.readline())
            self.chat("/echo two")
            self.assertIn(b"/echo two", process.stdout.readline())
        finally:
            process.terminate()
            process.communicate()


class OtherAgents(harness.Case):
    """Nothing but the contract: usage is not grouped by run, and events may spell their members in camelCase."""

    def agent(self, routes):
        agent = JsonServer({"/api/v1/audit": json.dumps({"items": OTHERS}), "/api/v1/cron": '{"items": []}', **routes})
        self.addCleanup(agent.close)
        return agent

    def list(self, agent, *flags):
        done = self.home.run("--url", agent.url, "runs", "list", "--since", "2026-11-30", *flags, "-o", "json",
                             env={"FACIOCTL_TOKEN": "token"})
        return self.succeed(done).json()

    def test_from_events_alone(self):
        agent = self.agent({})
        runs = self.list(agent)
        self.assertEqual([(run["id"], run["status"], run["session_key"], run["message"]) for run in runs],
                         [("33333333-c", "running", "telegram:1", "third"), ("22222222-b", "error", "api:default", "second"),
                          ("11111111-a", "ok", "api:default", "first")])
        self.assertEqual([run.get("duration_ms") for run in runs], [None, 9000, 5000])
        self.assertEqual(runs[1]["error"], "no model answers")
        self.assertEqual([run["id"] for run in self.list(agent, "--failed")], ["22222222-b"])

    def test_usage_grouped_by_run(self):
        buckets = [{"run_id": "22222222-b", "prompt_tokens": 5, "completion_tokens": 1, "duration_ms": 7000},
                   {"run_id": "33333333-c", "prompt_tokens": 50, "completion_tokens": 1}]
        report = {"from": "2026-11-30", "to": "2026-12-01", "groupBy": ["run_id"], "items": buckets,
                  "totals": {name: 0 for name in ("prompt_tokens", "completion_tokens", "cached_tokens", "tool_calls_count", "iterations",
                                                  "duration_ms", "turn_count")}}
        agent = self.agent({"/api/v1/usage": json.dumps(report)})
        self.assertEqual([(run["id"][0], run.get("total"), run.get("duration_ms")) for run in self.list(agent, "--sort", "tokens")],
                         [("3", 51, None), ("2", 6, 7000), ("1", None, 5000)])
        self.assertIn("/api/v1/usage?from=2026-11-30&groupBy=run_id", agent.asked)

    def test_usage_run_by_run(self):
        usage = {"run_id": "11111111-a", "ts": "2026-12-01T08:00:00.000Z", "date": "2026-12-01", "prompt_tokens": 30,
                 "completion_tokens": 12, "cached_tokens": 0, "tool_calls_count": 0, "iterations": 1, "duration_ms": 4000}
        agent = self.agent({"/api/v1/usage": (400, '{"error": {"code": "bad_request", "message": "groupBy"}}'),
                            "/api/v1/usage/runs/11111111-a": json.dumps(usage)})
        self.assertEqual([run.get("total") for run in self.list(agent)], [None, None, 42])
        self.assertEqual([run["id"] for run in self.list(agent, "--sort", "tokens", "--limit", "1")], ["11111111-a"])


if __name__ == "__main__":
    harness.main()
