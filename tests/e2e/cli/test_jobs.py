#!/usr/bin/env python3
"""Thirty admin jobs, each done by the one command line that somebody would type; what the screen shows is read. The lines run in bash as
they stand, with the program in the PATH and two agents as the contexts A and B; A is the current one."""

import json
import os
import re
import subprocess
import sys

import harness
import mcp_server
from contract.facio import approvals


class Jobs(harness.Case):
    def setUp(self):
        super().setUp()
        self.a, self.b = self.serve(data="a"), self.serve(data="b")
        for name, server in (("A", self.a), ("B", self.b)):
            self.succeed(self.home.run("context", "add", name, "--url", server.url, "--token-file", server.token_file))
        self.succeed(self.home.run("context", "use", "A"))
        os.mkdir(self.home.file("bin"))
        os.symlink(harness.CLIENT, self.home.file("bin/facioctl"))
        self.environment = {**self.home.environment, "PATH": self.home.file("bin") + ":" + os.environ["PATH"], "EDITOR": "true"}

    def line(self, text, code=0, **more):
        done = subprocess.run(["bash", "-o", "pipefail", "-c", text], cwd=self.home.path, env={**self.environment, **more},
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=harness.DEADLINE * 4)
        self.assertEqual(done.returncode, code, f"{text}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def job(self, name, server=None, message="hello"):
        return self.succeed((server or self.a).run("cron", "create", "--name", name, "--every", "300d", "--message", message, "-o",
                                                   "json")).json()["id"]

    def jobs(self, server=None):
        return {job["name"]: job for job in (server or self.a).request("GET", "/api/v1/cron")[2]["items"]}

    # ------------------------------------------------------------------------------------------------- jobs of cron
    def test_pause_a_job_by_name(self):
        self.job("report")
        self.line("facioctl cron pause report")
        self.assertFalse(self.jobs()["report"]["enabled"])

    def test_pause_every_job_of_a_kind(self):
        for name in ("nightly-a", "nightly-b", "report"):
            self.job(name)
        self.line("facioctl cron list --filter 'name~nightly' -o name | xargs facioctl cron pause")
        self.assertEqual({name: job["enabled"] for name, job in self.jobs().items()},
                         {"nightly-a": False, "nightly-b": False, "report": True})

    def test_run_a_job_and_see_what_it_did(self):
        self.job("report", message="/echo done")
        self.assertIn("ok", self.line("facioctl cron run-now report --wait"))
        self.assertRegex(self.line("facioctl cron history report"), r"ok")
        short = self.line("facioctl audit list --event message_out -n 1 -q '.[0].run_id' -o tsv").strip()[:8]
        self.assertIn("message_out", self.line(f"facioctl audit run {short} -o json"))

    def test_change_a_job_in_an_editor(self):
        self.job("report")
        editor = self.home.write("editor", "#!/bin/sh\nsed -i 's/message: hello/message: good morning/' \"$1\"\n")
        os.chmod(editor, 0o755)
        self.line("facioctl cron edit report", EDITOR=editor)
        self.assertEqual(self.jobs()["report"]["payload"]["message"], "good morning")

    def test_create_jobs_from_one_file_and_copy_one(self):
        self.home.write("jobs.yaml", "---\n".join(f"name: job{number}\nschedule: {{kind: every, every_ms: 1h}}\nmessage: hello\n"
                                                  for number in range(5)))
        self.line("facioctl cron create -f jobs.yaml")
        self.assertEqual(sorted(self.jobs()), [f"job{number}" for number in range(5)])
        self.line("facioctl cron get job3 -o yaml --context A | facioctl cron create -f - --context B")
        here, there = self.jobs()["job3"], self.jobs(self.b)["job3"]
        self.assertEqual((here["schedule"], here["payload"]), (there["schedule"], there["payload"]))
        self.assertNotEqual(here["id"], there["id"])

    def test_copy_all_settings(self):
        self.line("facioctl settings set temperature=0.3 timezone=Europe/Berlin")
        self.line("facioctl settings get -o yaml --context A | facioctl settings set -f - --context B")
        self.assertEqual(*({name: server.request("GET", "/api/v1/settings")[2][name] for name in ("basic", "advanced", "browser")}
                           for server in (self.a, self.b)))

    # ------------------------------------------------------------------------------------------------- looking back
    def test_what_happened_last_night(self):
        self.succeed(self.a.run("chat", '/tool read_file {"path": "missing"}'))
        line = "facioctl audit --since 'yesterday 22:00' --until 'today 00:00' --event tool_call -o json"
        self.assertEqual(self.line(line).strip(), "[]")

    def test_follow_what_a_run_does(self):
        self.succeed(self.a.run("chat", "/echo hello"))
        run = self.a.request("GET", "/api/v1/audit?event=message_out")[2]["items"][0]["run_id"]
        shown = self.line(f"facioctl audit -f --run {run[:4]} --count 2")
        events = [json.loads(line) for line in shown.splitlines()]
        self.assertEqual([(event["event"], event["run_id"]) for event in events][:1], [("message_in", run)])

    def test_failed_runs_of_today(self):
        self.succeed(self.a.run("chat", "/echo hello"))
        self.a.run("chat", "/fail")
        rows = self.line("facioctl runs list --failed --since today").splitlines()
        self.assertEqual(rows[0].split()[0], "RUN")
        failed = {event["run_id"] for event in self.a.request("GET", "/api/v1/audit?event=error")[2]["items"]}
        self.assertEqual({row.split()[0] for row in rows[1:]}, failed)

    def test_what_the_last_run_of_a_job_did(self):
        self.job("report", message="/echo done")
        self.line("facioctl cron run-now report --wait")
        text = self.line("facioctl audit run $(facioctl runs list --cron report -n 1 -o name) -o json")
        self.assertIn("message_out", [event["event"] for event in json.loads(text)])

    def test_the_most_expensive_runs_of_the_week(self):
        for number in range(7):
            self.succeed(self.a.run("chat", f"/echo {number}", "--session", f"s{number}"))
        rows = self.line("facioctl usage --since 7d --by run --sort-by total:desc --limit 5").splitlines()
        self.assertEqual(rows[0].split()[:2], ["RUN", "TURNS"])
        self.assertEqual(len(rows), 6)
        runs = {event["run_id"] for event in self.a.request("GET", "/api/v1/audit?event=message_out")[2]["items"]}
        self.assertLessEqual({row.split()[0] for row in rows[1:]}, runs)

    # ------------------------------------------------------------------------------------------------------ secrets
    def test_rotate_a_secret_and_see_who_uses_it(self):
        self.home.write("f", "new-value\n")
        os.chmod(self.home.file("f"), 0o600)
        self.line("facioctl credentials set KEY --from-file f")
        self.a.request("PUT", "/api/v1/channels/telegram", {"enabled": True, "token": "${credentials.KEY}", "allowFrom": ["me"]})
        self.assertIn("channel telegram token", self.line("facioctl credentials users KEY"))
        self.line("facioctl credentials lint")

    # ----------------------------------------------------------------------------------------------------- sessions
    def test_clean_up_and_read_sessions(self):
        self.succeed(self.a.run("chat", "/echo hello you", "--session", "one"))
        shown = self.line("facioctl sessions get api:one -o text")
        self.assertRegex(shown, r"/echo hello you")
        self.assertNotIn("{", shown)
        self.assertIn("api:one", self.line("facioctl sessions prune --larger-than 0 --dry-run"))
        self.assertNotIn("api:one", self.line("facioctl sessions prune --older-than 30d --dry-run"))
        self.assertEqual(self.a.request("GET", "/api/v1/sessions/api%3Aone")[0], 200)

    # ------------------------------------------------------------------------------------------------------- policy
    def test_approve_all_pending_calls_of_a_tool(self):
        for _ in range(3):
            approvals.asked(self.a)
        self.line("facioctl approvals list --filter 'tool==\"write_file\"' -o name | xargs facioctl approvals approve")
        self.assertEqual(self.a.request("GET", "/api/v1/approvals")[2]["items"], [])

    def test_what_a_stricter_policy_would_have_blocked(self):
        self.succeed(self.a.run("policy", "allow", "read_file"))
        self.succeed(self.a.run("chat", '/tool read_file {"path": "missing"}'))
        self.home.write("strict.yaml", "enabled: true\nrules: [{action: deny, tool: read_file}]\n")
        self.assertIn("read_file", self.line("facioctl policy replay -f strict.yaml --since 30d"))

    # -------------------------------------------------------------------------------------------------------- state
    def test_is_everything_well(self):
        checks = json.loads(self.line("facioctl doctor --exit-code -o json", SHELL="/bin/bash"))
        self.assertNotIn("error", {check["severity"] for check in checks})

    def test_a_tool_server_by_hand(self):
        self.a.request("POST", "/api/v1/mcp", {"name": "github", "command": sys.executable, "args": ["-B", mcp_server.__file__]})
        self.assertEqual(self.line("facioctl mcp call github echo --arg text=hello"), "hello\n")
        self.assertRegex(self.line("facioctl mcp check"), r"github +(true|yes)")
        self.assertIn("connected by stdio", self.line("facioctl mcp logs github"))

    def test_backup_and_restore(self):
        self.job("report")
        data = self.a.data
        self.line(f"facioctl serve backup copy.tar --data {data}")
        self.a.stop()
        self.line(f"facioctl serve restore copy.tar --data {self.home.file('restored')}")
        self.assertEqual(list(self.jobs(self.serve(data="restored"))), ["report"])

    def test_every_job_is_found_in_the_help(self):
        """The words of each line stand in the help of its command."""
        for words, flags in (("cron pause", ()), ("cron run-now", ("wait",)), ("cron history", ()),
                             ("runs list", ("failed", "since", "cron", "sort")), ("usage get", ("by", "limit")),
                             ("credentials users", ()), ("sessions prune", ("older-than",)), ("sessions get", ("output",)),
                             ("policy replay", ("since",)), ("doctor", ("exit-code",)), ("mcp call", ("arg",)), ("mcp logs", ()),
                             ("mcp check", ()), ("serve backup", ())):
            text = self.line(f"facioctl {words} --help")
            for flag in flags:
                self.assertTrue(re.search(rf"--(\[no-\])?{flag}\b", text), f"{words}: {flag}")


if __name__ == "__main__":
    harness.main()
