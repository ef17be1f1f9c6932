#!/usr/bin/env python3
"""Workflows, triggers, schedules and cron jobs of real LibreFang daemons: each command gives the same, whichever version it met, and what a
daemon only says it did is told."""

import json

import harness
import librefang_daemon

NOBODY = "00000000-0000-4000-8000-000000000000"


class Work(librefang_daemon.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for daemon in cls.daemons:
            daemon.coder = daemon.spawn("coder")
            daemon.helper = daemon.spawn("helper")

    def there(self, daemon, path):
        """What the daemon itself has at a path."""
        status, body = daemon.http("GET", path)
        self.assertEqual(status, 200, body)
        return body

    def workflow(self, name, agent="coder"):
        """A file with a workflow of one step."""
        steps = [{"name": "only", "agent_name": agent, "prompt": "Do {{input}}"}]
        return self.home.write(name + ".json", json.dumps({"name": name, "description": "of the test", "steps": steps}))

    def same_members(self, replies, but=()):
        """What the older daemon has, the newer one has, too."""
        self.assertEqual(set(replies["0.7.0"]) - set(replies["2026.10.16"]), set(but))

    def test_workflows(self):
        rows, runs, results = {}, {}, {}
        for daemon in self.each():
            made = self.reply(daemon, "workflows", "create", "-f", self.workflow("report"))["workflow_id"]
            other = self.reply(daemon, "workflows", "create", "-f", self.workflow("other"))["workflow_id"]
            listed = {row["name"]: row for row in self.reply(daemon, "workflows", "list")}
            rows[daemon.version] = listed["report"]
            self.assertEqual((listed["report"]["id"], listed["report"]["steps"]), (made, 1))
            self.assertEqual(self.reply(daemon, "workflows", "get", "report")["steps"][0]["name"], "only")
            done = self.reply(daemon, "workflows", "run", "report", "the release")
            self.assertEqual(done["status"], "completed")
            self.assertIn("Do the release", done["output"])
            results[daemon.version] = done
            self.reply(daemon, "workflows", "run", "other", "something")
            of_report = self.reply(daemon, "runs", "list", "report")
            runs[daemon.version] = of_report[0]
            # LibreFang 0.7 gives the runs of all workflows to each of them.
            self.assertEqual([row["state"] for row in of_report], ["completed"])
            self.assertEqual(self.reply(daemon, "runs", "list", other)[0]["workflow_name"], "other")
            self.reply(daemon, "workflows", "update", "report", "--description", "changed")
            self.assertEqual(self.there(daemon, f"/api/workflows/{made}")["description"], "changed")
            self.assertEqual(len(self.there(daemon, f"/api/workflows/{made}")["steps"]), 1)
            for words in (["run", NOBODY, "x"], ["get", NOBODY], ["delete", NOBODY, "--yes"], ["run", "nonesuch", "x"]):
                self.fail_with(5, self.fang(daemon, "workflows", *words))
            self.fail_with(5, self.fang(daemon, "runs", "list", NOBODY))
            self.fail_with(2, self.fang(daemon, "workflows", "create", "--name", "no-steps"))
            for name in ("report", other):
                self.succeed(self.fang(daemon, "workflows", "delete", name, "--yes"))
            self.assertEqual(self.reply(daemon, "workflows", "list"), [])
        for replies in (rows, runs, results):
            self.same_members(replies)

    def test_workflow_without_its_agent(self):
        for daemon in self.each():
            made = self.fang(daemon, "workflows", "create", "-f", self.workflow("lost", agent="nobody-at-all"), "-o", "json")
            self.succeed(made)
            self.assertIn("there is no agent 'nobody-at-all'", made.err)
            failed = self.fail_with({"0.7.0": 14, "2026.10.16": 7}[daemon.version], self.fang(daemon, "workflows", "run", "lost", "x"))
            if daemon is self.newest():
                self.assertIn("nobody-at-all", failed.err)
            self.succeed(self.fang(daemon, "workflows", "delete", "lost", "--yes"))

    def test_runs(self):
        daemon = self.newest()
        steps = [{"name": f"step-{number}", "agent_name": "coder", "prompt": "Do {{input}}"} for number in range(60)]
        path = self.home.write("long.json", json.dumps({"name": "long", "steps": steps}))
        self.reply(daemon, "workflows", "create", "-f", path)
        preview = self.reply(daemon, "workflows", "dry-run", "long", "it")
        self.assertTrue(preview["valid"])
        self.assertEqual(preview["steps"][0]["resolved_prompt"], "Do it")
        run = self.reply(daemon, "workflows", "run", "long", "it", "--no-wait")["run_id"]
        paused = self.reply(daemon, "runs", "pause", run, "--reason", "a test")
        harness.wait_until(lambda: self.reply(daemon, "runs", "get", run)["state"] == "paused", "the run to pause")
        self.assertEqual(self.reply(daemon, "runs", "get", run)["state_detail"]["reason"], "a test")
        self.assertEqual(self.reply(daemon, "runs", "list", "long")[0]["state"], "paused")
        self.fail_with(2, self.fang(daemon, "runs", "resume", run))
        self.reply(daemon, "runs", "resume", run, "--resume-token", paused["resume_token"])
        self.assertEqual(self.reply(daemon, "runs", "cancel", self.reply(daemon, "runs", "rerun", run)["run_id"])["state"], "cancelled")
        harness.wait_until(lambda: self.reply(daemon, "runs", "get", run)["state"] == "completed", "the run to end")
        self.fail_with(6, self.fang(daemon, "runs", "cancel", run))
        self.fail_with(5, self.fang(daemon, "runs", "get", NOBODY))
        self.succeed(self.fang(daemon, "workflows", "delete", "long", "--yes"))
        self.fail_with(10, self.fang(self.daemons[0], "runs", "get", run))

    def test_triggers(self):
        rows = {}
        for daemon in self.each():
            def pattern(trigger):
                return [row["pattern"] for row in self.there(daemon, "/api/triggers")["triggers"] if row["id"] == trigger][0]

            for typed, stored in (("lifecycle", "lifecycle"), ('{"lifecycle":{}}', "lifecycle"), ('"all"', "all"),
                                  ('{"agent_terminated":{}}', "agent_terminated"),
                                  ('{"agent_spawned":{"name_pattern":"*"}}', {"agent_spawned": {"name_pattern": "*"}}),
                                  ('{"content_match":{"substring":"x"}}', {"content_match": {"substring": "x"}})):
                made = self.reply(daemon, "triggers", "create", "--agent", "coder", "--pattern", typed, "--prompt", "E {{event}}")
                self.assertEqual((pattern(made["trigger_id"]), made["agent_id"]), (stored, daemon.coder))
            self.assertEqual(len(self.reply(daemon, "triggers", "list")), 6)
            self.assertEqual(self.reply(daemon, "triggers", "list", "--agent", "helper"), [])
            self.assertEqual(len(self.reply(daemon, "triggers", "list", "--agent", "coder")), 6)
            self.fail_with(5, self.fang(daemon, "triggers", "list", "--agent", "nobody-at-all"))
            self.fail_with(5, self.fang(daemon, "triggers", "create", "--agent", NOBODY, "--pattern", "all"))
            self.fail_with(5, self.fang(daemon, "triggers", "create", "--agent", "nobody-at-all", "--pattern", "all"))
            self.fail_with(7, self.fang(daemon, "triggers", "create", "--agent", "coder", "--pattern", "nonesuch"))
            trigger = made["trigger_id"]
            self.assertEqual(self.reply(daemon, "triggers", "update", trigger, "--no-enabled")["trigger_id"], trigger)
            rows[daemon.version] = row = [row for row in self.reply(daemon, "triggers", "list") if row["id"] == trigger][0]
            self.assertFalse(row["enabled"])
            changed = self.fang(daemon, "triggers", "update", trigger, "--prompt", "New {{event}}", "--max-fires", "7")
            after = [row for row in self.there(daemon, "/api/triggers")["triggers"] if row["id"] == trigger][0]
            if daemon is self.newest():
                self.succeed(changed)
                self.assertEqual((after["prompt_template"], after["max_fires"]), ("New {{event}}", 7))
                self.assertEqual(self.reply(daemon, "triggers", "get", trigger)["id"], trigger)
            else:
                self.assertIn("enabled", self.fail_with(7, changed).err)
                # It says "updated".
                changed = self.fang(daemon, "triggers", "update", trigger, "--enabled", "--prompt", "New {{event}}", "--max-fires", "7")
                self.assertIn("prompt_template, max_fires", self.fail_with(9, changed).err)
                self.assertEqual(after["prompt_template"], "E {{event}}")
                self.assertIn("triggers list", self.fail_with(10, self.fang(daemon, "triggers", "get", trigger)).err)
            self.succeed(self.fang(daemon, "triggers", "delete", trigger, "--yes"))
            self.fail_with(5, self.fang(daemon, "triggers", "delete", trigger, "--yes"))
        self.same_members(rows)

    def test_schedules(self):
        rows = {}
        for daemon in self.each():
            made = self.reply(daemon, "schedules", "create", "--name", "daily", "--cron", "0 9 * * *", "--agent", "coder",
                              "--prompt", "Write it", "--no-enabled")
            self.assertEqual((made["prompt"], made["agent_id"], made["enabled"]), ("Write it", daemon.coder, False))
            self.assertEqual(self.there(daemon, f"/api/schedules/{made['id']}")["message"], "Write it")
            rows[daemon.version] = self.reply(daemon, "schedules", "list")[0]
            self.assertEqual(self.reply(daemon, "schedules", "get", "daily")["prompt"], "Write it")
            done = self.reply(daemon, "schedules", "update", "daily", "--prompt", "Write more", "--cron", "0 8 * * *", "--agent", "helper")
            self.assertEqual(done["id"], made["id"])
            now = self.there(daemon, f"/api/schedules/{made['id']}")
            self.assertEqual((now["message"], now["cron"], now["agent_id"]), ("Write more", "0 8 * * *", daemon.helper))
            ran = self.reply(daemon, "schedules", "run", "daily")
            self.assertEqual((ran["id"], ran["status"]), (made["id"], "completed"))
            self.assertIn("An answer", ran["response"])
            zone = self.fang(daemon, "schedules", "update", "daily", "--tz", "Europe/Berlin")
            if daemon is self.newest():
                self.succeed(zone)
                self.assertEqual(self.there(daemon, f"/api/schedules/{made['id']}")["tz"], "Europe/Berlin")
            else:
                self.assertIn("tz", self.fail_with(9, zone).err)
            self.fail_with(2, self.fang(daemon, "schedules", "create", "--name", "x", "--cron", "99 9 * * *", "--agent", "coder",
                                        "--prompt", "x"))
            self.fail_with(5, self.fang(daemon, "schedules", "create", "--name", "x", "--cron", "0 9 * * *", "--agent", "nobody-at-all",
                                        "--prompt", "x"))
            self.succeed(self.fang(daemon, "schedules", "delete", "daily", "--yes"))
            for words in (["get"], ["run"], ["update", "--prompt", "x"]):
                self.fail_with(5, self.fang(daemon, "schedules", words[0], made["id"], *words[1:]))
        self.same_members(rows, but={"run_count"})

    def test_cron(self):
        rows, states = {}, {}
        for daemon in self.each():
            made = self.reply(daemon, "cron", "create", "--agent", "coder", "--cron", "*/30 * * * *", "--prompt", "Check: the system!")
            job = [job for job in self.there(daemon, "/api/cron/jobs")["jobs"] if job["id"] == made["id"]][0]
            self.assertEqual((job["name"], job["action"]["message"], job["agent_id"]),
                             ("Check the system", "Check: the system!", daemon.coder))
            every = self.reply(daemon, "cron", "create", "--agent", "coder", "--name", "beat", "--every", "6h", "--prompt", "x")["id"]
            soon = self.reply(daemon, "cron", "create", "--agent", "coder", "--name", "soon", "--at", "+2h", "--prompt", "x")["id"]
            kinds = {job["id"]: job["schedule"]["kind"] for job in self.there(daemon, "/api/cron/jobs")["jobs"]}
            self.assertEqual((kinds[every], kinds[soon]), ("every", "at"))
            listed = {row["name"]: row for row in self.reply(daemon, "cron", "list", "--agent", "coder")}
            rows[daemon.version] = row = listed["Check the system"]
            self.assertEqual((row["cron_expr"], row["prompt"]), ("*/30 * * * *", "Check: the system!"))
            self.assertEqual(self.reply(daemon, "cron", "list", "--agent", "helper"), [])
            self.assertEqual(self.reply(daemon, "cron", "get", "beat")["schedule"]["every_secs"], 6 * 3600)
            states[daemon.version] = state = self.reply(daemon, "cron", "status", "beat")
            self.assertEqual((state["id"], state["enabled"], state["consecutive_errors"]), (every, True, 0))
            self.assertEqual(self.reply(daemon, "cron", "enable", "beat", "--no-enabled")["enabled"], False)
            self.assertFalse(self.there(daemon, f"/api/cron/jobs/{every}/status")["job"]["enabled"])
            self.assertEqual(self.reply(daemon, "cron", "update", made["id"], "--cron", "0 1 * * *")["cron_expr"], "0 1 * * *")
            self.assertEqual(self.reply(daemon, "cron", "update", made["id"], "--prompt", "Look")["prompt"], "Look")
            self.assertEqual(self.reply(daemon, "cron", "get", made["id"])["cron_expr"], "0 1 * * *")
            for job in (made["id"], "beat", soon):
                self.succeed(self.fang(daemon, "cron", "delete", job, "--yes"))
            self.fail_with(5, self.fang(daemon, "cron", "delete", every, "--yes"))
            self.fail_with(5, self.fang(daemon, "cron", "enable", every))
            self.fail_with(2, self.fang(daemon, "cron", "create", "--agent", "coder", "--cron", "0 9 * * *", "--every", "6h",
                                        "--prompt", "x"))
            self.fail_with(7, self.fang(daemon, "cron", "create", "--agent", "coder", "--name", "never", "--prompt", "x"))
        self.same_members(rows)
        self.same_members(states)


if __name__ == "__main__":
    harness.main()
