#!/usr/bin/env python3
"""A wall clock that is set while the server runs, and between two runs: jobs, deadlines, the audit log, and what tells of it."""

import datetime
import mmap
import os
import struct
import subprocess
import tempfile
import time

import harness

YEARS = 3 * 365 * 86400
HOUR = 3600


class Clock(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.built = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.built.cleanup)
        cls.library = os.path.join(cls.built.name, "set_clock.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "set_clock.c")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", cls.library, source], check=True)

    def setUp(self):
        super().setUp()
        with open(self.home.file("clock"), "w+b") as file:
            file.write(bytes(8))
            file.flush()
            self.shared = mmap.mmap(file.fileno(), 8)
        self.addCleanup(self.shared.close)
        self.env = {"LD_PRELOAD": self.library, "SET_CLOCK": self.home.file("clock"),
                    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}

    def set_clock(self, seconds):
        self.shared[:] = struct.pack("=q", seconds)

    def start(self, *arguments):
        return self.serve(*arguments, env=self.env)

    def jump(self, server):
        return server.request("GET", "/api/v1/health")[2].get("clock_jump")

    def noticed(self, server, by):
        """Waits until the server has noticed that its clock was set by about so many seconds."""
        def is_it():
            jump = self.jump(server)
            return jump and abs(jump["by_ms"] - by * 1000) < 5000 and jump
        return harness.wait_until(is_it, f"a jump by {by} s is told")

    def job(self, server, schedule, name="job"):
        status, _, job = server.request("POST", "/api/v1/cron", {"name": name, "schedule": schedule, "message": "/echo x"})
        self.assertEqual(status, 201, job)
        return job["id"]

    def next_run(self, server, job):
        """When the job runs next, in seconds from now by the right clock."""
        return server.request("GET", f"/api/v1/cron/{job}")[2]["state"]["next_run_at_ms"] / 1000 - time.time()

    def runs(self, server, job):
        return len(server.request("GET", f"/api/v1/cron/{job}")[2]["state"].get("run_history") or [])

    def test_jobs_run_again_after_a_clock_that_was_ahead(self):
        server = self.start()
        daily = self.job(server, {"kind": "cron", "expr": "0 9 * * *", "tz": "UTC"})
        hourly = self.job(server, {"kind": "every", "every_ms": HOUR * 1000})
        self.set_clock(YEARS)
        self.noticed(server, YEARS)
        often = self.job(server, {"kind": "every", "every_ms": 1000})
        harness.wait_until(lambda: self.next_run(server, daily) > YEARS / 2 and self.next_run(server, hourly) > YEARS / 2,
                           "all is planned by the clock as it is")
        server.kill()
        self.set_clock(0)
        server = self.start()
        self.assertLess(self.next_run(server, daily), 86400)
        self.assertLessEqual(self.next_run(server, hourly), HOUR)
        before = self.runs(server, often)
        harness.wait_until(lambda: self.runs(server, often) > before, "a job of every second runs")
        self.assertLess(self.jump(server)["by_ms"], -YEARS * 1000 // 2, "the start says that the clock is behind the log")

    def test_jobs_run_again_when_the_clock_is_set_right_while_running(self):
        self.set_clock(YEARS)
        server = self.start()
        daily = self.job(server, {"kind": "cron", "expr": "0 9 * * *", "tz": "UTC"})
        often = self.job(server, {"kind": "every", "every_ms": 1000})
        self.set_clock(0)
        self.noticed(server, -YEARS)
        harness.wait_until(lambda: self.next_run(server, daily) < 86400, "the daily job is planned anew")
        before = self.runs(server, often)
        harness.wait_until(lambda: self.runs(server, often) > before, "a job of every second runs")

    def test_a_daily_job_does_not_run_twice(self):
        # Ten seconds before its time, by a clock that is off by whatever that takes.
        now = datetime.datetime.now(datetime.timezone.utc)
        nine = now.replace(hour=9, minute=0, second=0, microsecond=0)
        early = int((nine - now).total_seconds()) - 3
        self.set_clock(early)
        server = self.start()
        daily = self.job(server, {"kind": "cron", "expr": "0 9 * * *", "tz": "UTC"})
        harness.wait_until(lambda: self.runs(server, daily) == 1, "the job runs at nine")
        self.set_clock(early - HOUR)
        self.noticed(server, -HOUR)
        planned = server.request("GET", f"/api/v1/cron/{daily}")[2]["state"]["next_run_at_ms"] / 1000
        self.assertEqual(datetime.datetime.fromtimestamp(planned, datetime.timezone.utc), nine + datetime.timedelta(days=1))
        server.stop()
        server = self.start()
        planned = server.request("GET", f"/api/v1/cron/{daily}")[2]["state"]["next_run_at_ms"] / 1000
        self.assertEqual(datetime.datetime.fromtimestamp(planned, datetime.timezone.utc), nine + datetime.timedelta(days=1))

    def test_an_exposed_secret_is_taken_back_after_its_time_whatever_the_clock_says(self):
        server = self.start()
        self.succeed(server.run("credentials", "set", "A_KEY", stdin="sesame"))
        self.succeed(server.run("credentials", "expose", "A_KEY", "--for", "8s"))
        self.set_clock(-HOUR)
        self.noticed(server, -HOUR)
        harness.wait_until(lambda: not server.request("GET", "/api/v1/credentials/A_KEY")[2]["exposed"], "the secret is taken back")

    def events(self, server, query=""):
        return server.request("GET", "/api/v1/audit?sortBy=ts&sortDir=asc&limit=1000" + query)[2]["items"]

    def mark(self, server, name):
        """Leaves an event that names `name`."""
        self.assertEqual(server.request("PUT", f"/api/v1/credentials/{name}", {"value": "sesame"})[0], 200)

    def test_events_have_the_clocks_time_and_the_order_of_their_writing(self):
        server = self.start()
        self.mark(server, "BEFORE")
        self.set_clock(YEARS)
        self.noticed(server, YEARS)
        self.mark(server, "AHEAD")
        self.set_clock(0)
        self.noticed(server, -YEARS)
        self.mark(server, "AFTER")
        events = self.events(server)
        self.assertEqual([one["seq"] for one in events], list(range(1, len(events) + 1)))
        year = {one["details"]["key"]: int(one["ts"][:4]) for one in events if one["event"] == "credential_change"}
        now = datetime.datetime.now(datetime.timezone.utc).year
        self.assertEqual((year["BEFORE"], year["AFTER"]), (now, now))
        self.assertGreaterEqual(year["AHEAD"], now + 2)
        jumps = [round(one["details"]["by_ms"] / 1000 / HOUR) for one in events if one["event"] == "clock_set"]
        self.assertEqual(jumps, [YEARS // HOUR, -YEARS // HOUR])
        # What is asked for by time is what has that time.
        limit = f"{now + 1}-06-01T00:00:00Z"
        late = {one["seq"] for one in self.events(server, "&from=" + limit)}
        self.assertEqual(late, {one["seq"] for one in events if one["ts"] >= limit})
        early = {one["seq"] for one in self.events(server, "&to=" + limit)}
        self.assertLessEqual({one["seq"] for one in events if one["ts"] < limit}, early)
        self.assertFalse(early & late)
        self.succeed(server.run("audit", "verify", "--server"))

    def test_readers_that_go_on_from_a_place_miss_nothing(self):
        self.set_clock(YEARS)
        server = self.start()
        for number in range(3):
            self.mark(server, f"AHEAD_{number}")
        cursor = self.home.file("cursor")
        read = self.succeed(server.run("audit", "--type", "credential_change", "-n", "2", "--cursor-file", cursor, "-o", "ndjson"))
        self.assertEqual(len(read.out.splitlines()), 2)
        self.set_clock(0)
        self.noticed(server, -YEARS)
        for number in range(600):  # more than a page
            self.mark(server, f"AFTER_{number}")
        read = self.succeed(server.run("audit", "--type", "credential_change", "--cursor-file", cursor, "-o", "ndjson"))
        self.assertEqual(read.out.count('"AFTER_'), 600, read.err)
        self.assertEqual(read.out.count('"AHEAD_'), 0)
        whole = self.succeed(server.run("audit", "export", "--type", "credential_change"))
        self.assertEqual(whole.out.count('"AHEAD_'), 3)
        self.assertEqual(whole.out.count('"AFTER_'), 600)

    def test_doctor_names_a_clock_that_jumped(self):
        server = self.start()
        self.assertNotIn("clock.jump", server.run("doctor", "-o", "json").out)
        self.set_clock(-2 * HOUR)
        self.noticed(server, -2 * HOUR)
        checks = {one["id"]: one for one in server.run("doctor", "-o", "json").json()}
        self.assertEqual(checks["clock.jump"]["severity"], "warning")
        self.assertIn("back by", checks["clock.jump"]["message"])


if __name__ == "__main__":
    harness.main()
