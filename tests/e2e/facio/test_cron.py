#!/usr/bin/env python3
"""Cron end to end: a real clock fires real jobs."""

import datetime
import time

import harness


def iso(seconds_from_now):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds_from_now)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


class Cron(harness.Case):
    def job(self, server, job_id):
        status, _, job = server.request("GET", f"/api/v1/cron/{job_id}")
        self.assertEqual(status, 200, job)
        return job

    def runs(self, server, job_id):
        return self.job(server, job_id)["state"].get("run_history") or []

    def cron_runs(self, server):
        return server.request("GET", "/api/v1/audit?event=cron_run&sortDir=asc&limit=1000")[2]["items"]

    def test_every_fires_again_and_again(self):
        server = self.serve()
        job = self.create_job(server, "tick", "--every", "1s")
        self.assertEqual(job["schedule"]["every_ms"], 1000)
        runs = harness.wait_until(lambda: [run for run in [self.runs(server, job["id"])] if len(run) >= 3], "three runs")[0]
        for run in runs:
            self.assertEqual(run["status"], "ok")
        gaps = [after["run_at_ms"] - before["run_at_ms"] for before, after in zip(runs, runs[1:])]
        for gap in gaps:
            self.assertGreaterEqual(gap, 900, gaps)
        events = harness.wait_until(lambda: self.cron_runs(server), "a cron_run event")
        self.assertTrue(all(event["run_id"] for event in events))
        run = self.succeed(server.run("audit", "run", events[0]["run_id"], "-o", "json")).json()
        self.assertTrue(run["items"] if isinstance(run, dict) else run)

    def test_run_now(self):
        server = self.serve()
        job = self.create_job(server)
        self.succeed(server.run("cron", "run-now", job["id"]))
        run = harness.wait_until(lambda: self.runs(server, job["id"]), "the run")[0]
        self.assertEqual(run["status"], "ok")
        state = self.job(server, job["id"])["state"]
        self.assertEqual(state["last_status"], "ok")
        self.assertEqual(state["last_run_at_ms"], run["run_at_ms"])
        self.assertEqual(state["next_run_at_ms"], job["state"]["next_run_at_ms"])

    def test_run_now_waits_for_the_end(self):
        server = self.serve()
        self.create_job(server, "report", "--every", "1h")
        done = self.succeed(server.run("cron", "run-now", "report", "--wait", "-o", "json"))
        self.assertEqual(done.json()["state"]["last_status"], "ok")
        self.assertIn("waiting for the run of cron/report to end", done.err)
        # A run that does not end ok: its script is not there.
        self.succeed(server.run("cron", "create", "--name", "broken", "--every", "1h", "--message", "x", "--script", "none.sh"))
        done = self.fail_with(1, server.run("cron", "run-now", "broken", "--wait"))
        self.assertIn("the run of cron/broken ended with error: ", done.err)

    def test_history(self):
        server = self.serve()
        self.create_job(server, "report", "--every", "1h")
        self.assertEqual(self.succeed(server.run("cron", "history", "report", "-o", "json")).json(), [])
        for _ in range(2):
            self.succeed(server.run("cron", "run-now", "report", "--wait", "--quiet"))
        runs = self.succeed(server.run("cron", "history", "rep", "-o", "json")).json()
        self.assertEqual([run["status"] for run in runs], ["ok", "ok"])
        table = self.succeed(server.run("cron", "history", "report")).out
        self.assertEqual(table.splitlines()[0].split(), ["STARTED", "STATUS", "TOOK", "ERROR"])
        self.fail_with(5, server.run("cron", "history", "nosuch"))

    def test_paused_does_not_fire_but_runs_when_asked(self):
        server = self.serve()
        paused = self.create_job(server, "paused", "--every", "1s")
        self.succeed(server.run("cron", "pause", paused["id"]))
        job = self.job(server, paused["id"])
        self.assertFalse(job["enabled"])
        self.assertIsNone(job["state"].get("next_run_at_ms"))
        before = len(self.runs(server, paused["id"]))
        witness = self.create_job(server, "witness", "--every", "1s")
        harness.wait_until(lambda: len(self.runs(server, witness["id"])) >= 2, "two runs of another job")
        self.assertLessEqual(len(self.runs(server, paused["id"])), before)
        self.succeed(server.run("cron", "run-now", paused["id"]))
        harness.wait_until(lambda: len(self.runs(server, paused["id"])) > before, "the run that was asked for")
        self.succeed(server.run("cron", "resume", paused["id"]))
        self.assertIsNotNone(self.job(server, paused["id"])["state"]["next_run_at_ms"])

    def test_at_fires_once_and_is_removed(self):
        server = self.serve()
        job = self.create_job(server, "once", "--at", iso(1.5))
        self.assertTrue(job["delete_after_run"])
        harness.wait_until(lambda: server.request("GET", f"/api/v1/cron/{job['id']}")[0] == 404, "the job's end")
        self.assertEqual(len(self.cron_runs(server)), 1)

    def test_at_may_be_kept(self):
        server = self.serve()
        job = self.create_job(server, "once", "--at", iso(1.5), "--no-delete-after-run")
        harness.wait_until(lambda: self.runs(server, job["id"]), "the run")
        after = self.job(server, job["id"])
        self.assertIsNone(after["state"].get("next_run_at_ms"))

    def test_missed_runs_after_downtime(self):
        server = self.serve()
        every = self.create_job(server, "every", "--every", "1s")
        once = self.create_job(server, "once", "--at", iso(2), "--no-delete-after-run")
        server.kill()
        end = time.time() + 3.2
        harness.wait_until(lambda: time.time() > end, "both times to pass while the server is away")
        server = self.serve()
        # A missed job is caught up once, not once for each time that passed.
        harness.wait_until(lambda: self.runs(server, once["id"]), "the missed single run to be settled")
        harness.wait_until(lambda: self.runs(server, every["id"]), "the repeated job to go on")
        self.assertEqual(len(self.runs(server, once["id"])), 1)
        self.assertGreater(self.job(server, every["id"])["state"]["next_run_at_ms"], int(time.time() * 1000) - 1500)

    def test_many_jobs_at_once(self):
        server = self.serve()
        self.succeed(server.run("settings", "set", "max_concurrent_cron_jobs=1"))
        jobs = [self.create_job(server, f"job{number}") for number in range(12)]
        for job in jobs:
            self.assertEqual(server.request("POST", f"/api/v1/cron/{job['id']}/run-now", {})[0], 202)
        harness.wait_until(lambda: all(self.runs(server, job["id"]) for job in jobs), "all to have run")
        spans = sorted((run["run_at_ms"], run["run_at_ms"] + run["duration_ms"]) for job in jobs for run in self.runs(server, job["id"]))
        for before, after in zip(spans, spans[1:]):
            self.assertLessEqual(before[1], after[0] + 1, "with a limit of one, runs do not overlap")

    def test_zone_of_the_job(self):
        server = self.serve()
        job = self.create_job(server, "berlin", "--cron", "30 12 1 7 *", "--tz", "Europe/Berlin")
        at = datetime.datetime.fromtimestamp(job["state"]["next_run_at_ms"] / 1000, datetime.timezone.utc)
        self.assertEqual((at.month, at.day, at.hour, at.minute), (7, 1, 10, 30))

    def test_zone_of_the_agent(self):
        server = self.serve()
        self.succeed(server.run("settings", "set", "timezone=Asia/Tokyo"))
        job = self.create_job(server, "tokyo", "--cron", "0 9 * * *")
        at = datetime.datetime.fromtimestamp(job["state"]["next_run_at_ms"] / 1000, datetime.timezone.utc)
        self.assertEqual((at.hour, at.minute), (0, 0))

    def test_create_from_file(self):
        server = self.serve()
        path = self.home.write("job.yaml",
                               "name: yes-man\nschedule:\n  kind: cron\n  expr: '0 7 * * 1-5'\n  tz: Europe/Berlin\nmessage: \"007\"\n")
        job = self.succeed(server.run("cron", "create", "-f", path, "-o", "json")).json()
        self.assertEqual(job["payload"]["message"], "007")
        again = self.succeed(server.run("cron", "create", "-f", "-", "-o", "json",
                                        stdin='{"name":"j","schedule":{"kind":"every","every_ms":5000},"message":""}')).json()
        self.assertEqual(again["schedule"]["every_ms"], 5000)

    def test_update_delete(self):
        server = self.serve()
        job = self.create_job(server)
        changed = self.succeed(server.run("cron", "update", job["id"], "--every", "2h", "-o", "json")).json()
        self.assertEqual((changed["schedule"]["kind"], changed["schedule"]["every_ms"]), ("every", 7_200_000))
        self.assertIsNone(changed["schedule"].get("expr"))
        self.assertEqual(changed["name"], job["name"])
        self.fail_with(2, server.run("cron", "delete", job["id"]))  # would ask, and there is no terminal
        self.succeed(server.run("cron", "delete", job["id"], "--yes"))
        self.fail_with(5, server.run("cron", "get", job["id"]))


if __name__ == "__main__":
    harness.main()
