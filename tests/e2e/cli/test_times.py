#!/usr/bin/env python3
"""Times that people type: one rule for every flag, file and filter. Without a zone they are local, with --time=utc UTC."""

import datetime
import json
import re
import urllib.parse
import zoneinfo

import harness
from json_server import JsonServer

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
UTC = datetime.timezone.utc


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Times(harness.Case):
    def setUp(self):
        super().setUp()
        self.agent = JsonServer()
        self.addCleanup(self.agent.close)

    def run_it(self, *words, zone="America/New_York", stdin=""):
        return self.home.run(*words, env={"FACIOCTL_URL": self.agent.url, "TZ": zone}, stdin=stdin)

    def asked(self, *words, zone="America/New_York"):
        """The query that a command would send."""
        done = self.succeed(self.run_it(*words, "--dry-run", zone=zone))
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(re.search(r"\S*/api/v1/\S*", done.out)[0]).query))

    def today(self):
        """Today in New York, and its first instant."""
        day = datetime.datetime.now(NEW_YORK).date()
        return str(day), datetime.datetime.combine(day, datetime.time(), NEW_YORK).astimezone(UTC)

    COMMANDS = (["audit"], ["audit", "list"], ["audit", "stats"], ["audit", "stats", "--by", "tool"], ["audit", "grep", "x"])

    def test_a_date_and_the_word_for_it_are_the_same_instant(self):
        for command in self.COMMANDS:
            with self.subTest(command):
                day, midnight = self.today()
                by_date, by_word = self.asked(*command, "--since", day), self.asked(*command, "--since", "today")
                if self.today()[0] != day:
                    self.skipTest("midnight in New York")
                self.assertEqual(instant(by_date["from"]), midnight)
                self.assertEqual(by_word["from"], by_date["from"])
                self.assertEqual(instant(self.asked(*command, "--since", "2026-11-29")["from"]), instant("2026-11-29T05:00:00Z"))

    def test_a_day_at_the_end_is_over_at_its_local_midnight(self):
        for command in self.COMMANDS:
            with self.subTest(command):
                self.assertEqual(self.asked(*command, "--until", "2026-11-29")["to"], "2026-11-30T04:59:59.999Z")
        self.assertEqual(self.asked("audit", "list", "--until", "2026-03-29", zone="Europe/Berlin")["to"], "2026-03-29T21:59:59.999Z")
        self.assertEqual(self.asked("audit", "list", "--until", "2026-10-25", zone="Europe/Berlin")["to"], "2026-10-25T22:59:59.999Z")

    def test_clock_times(self):
        for command in self.COMMANDS:
            with self.subTest(command):
                day, midnight = self.today()
                clock, word = self.asked(*command, "--since", "22:00"), self.asked(*command, "--since", "yesterday 22:00")
                if self.today()[0] != day:
                    self.skipTest("midnight in New York")
                evening = datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(22), NEW_YORK)
                self.assertEqual(instant(clock["from"]), evening)
                self.assertEqual(instant(word["from"]), evening - datetime.timedelta(days=1))
        self.assertEqual(self.asked("audit", "list", "--since", "2026-11-29T22:00")["from"], "2026-11-30T03:00:00.000Z")
        self.assertEqual(self.asked("audit", "list", "--since", "2026-11-29 22:00Z")["from"], "2026-11-29T22:00:00.000Z")

    def test_the_rule_is_utc_with_time_utc(self):
        for command in self.COMMANDS:
            with self.subTest(command):
                words = [*command, "--time=utc"]
                self.assertEqual(self.asked(*words, "--since", "2026-11-28", "--until", "2026-11-29"),
                                 {**self.asked(*words, "--since", "2026-11-28", "--until", "2026-11-29"),
                                  "from": "2026-11-28T00:00:00.000Z", "to": "2026-11-29T23:59:59.999Z"})
        day = str(datetime.datetime.now(UTC).date())
        self.assertEqual(self.asked("audit", "list", "--time=utc", "--since", "today")["from"], day + "T00:00:00.000Z")
        self.assertEqual(self.asked("audit", "list", "--time=utc", "--since", "2026-11-29T07:00")["from"], "2026-11-29T07:00:00.000Z")

    def test_skipped_and_repeated_times(self):
        for typed, meant in (("2026-03-29T02:30", "2026-03-29T01:00:00.000Z"), ("2026-10-25T02:30", "2026-10-25T00:30:00.000Z"),
                             ("2026-10-25T02:30+01:00", "2026-10-25T01:30:00.000Z")):
            self.assertEqual(self.asked("audit", "list", "--since", typed, zone="Europe/Berlin")["from"], meant)

    def test_sessions_policy_and_jobs(self):
        self.assertEqual(self.asked("sessions", "list", "--older-than", "2026-11-29")["older_than"], "2026-11-29T05:00:00.000Z")
        self.assertEqual(self.asked("sessions", "list", "--newer-than", "2026-11-29 08:00")["newer_than"], "2026-11-29T13:00:00.000Z")
        rules = self.home.write("rules.yaml", "rules: []\n")
        policy = {"enabled": True, "skipCron": False, "rules": []}
        self.agent.replies = {"/api/v1/policy": json.dumps(policy), "/api/v1/audit": '{"items":[]}'}
        self.succeed(self.run_it("policy", "replay", rules, "--since", "2026-11-29"))
        self.assertTrue(any("from=2026-11-29T05%3A00%3A00.000Z" in path for path in self.agent.asked), self.agent.asked)
        new = ["cron", "create", "--name", "x", "--message", "m", "--dry-run"]
        body = self.succeed(self.run_it(*new, "--at", "2099-11-29T08:00")).out
        self.assertIn(str(int(instant("2099-11-29T13:00:00Z").timestamp() * 1000)), body)
        body = self.succeed(self.run_it(*new, "--at", "2099-11-29T08:00", "--time=utc")).out
        self.assertIn(str(int(instant("2099-11-29T08:00:00Z").timestamp() * 1000)), body)

    def test_a_file_of_a_person(self):
        file = "name: x\nmessage: m\nschedule:\n  kind: at\n  at_ms: '2099-11-29 08:00'\n"
        done = self.succeed(self.run_it("cron", "create", "-f", "-", "--dry-run", stdin=file))
        self.assertIn(str(int(instant("2099-11-29T13:00:00Z").timestamp() * 1000)), done.out)
        file = "name: x\nmessage: m\nschedule: {kind: every, every_ms: 1h30m}\n"
        self.assertIn("5400000", self.succeed(self.run_it("cron", "create", "-f", "-", "--dry-run", stdin=file)).out)
        file = "name: x\nmessage: m\nschedule: {kind: at, at_ms: soon}\n"
        self.assertIn("schedule.at_ms", self.fail_with(2, self.run_it("cron", "create", "-f", "-", stdin=file)).err)
        self.assertEqual(self.agent.asked, [])

    def test_days_of_usage_keep_their_names(self):
        day, _ = self.today()
        self.assertEqual(self.asked("usage", "--since", day)["from"], day)
        self.assertEqual(self.asked("usage", "--since", "today", "--until", "today"), self.asked("usage", "--from", day, "--to", day))

    def test_filters(self):
        sessions = [{"key": key, "updated_at": at, "created_at": at} for key, at in
                    (("before", "2026-11-29T04:59:59.999Z"), ("first", "2026-11-29T05:00:00Z"), ("last", "2026-11-30T04:59:59.999Z"),
                     ("after", "2026-11-30T05:00:00Z"))]
        self.agent.replies["/api/v1/sessions"] = json.dumps({"items": sessions})
        for expression, keys in (("updated_at>=2026-11-29", "first last after"), ("updated_at<2026-11-29", "before"),
                                 ("updated_at<=2026-11-29", "before first last"), ("updated_at>2026-11-29", "after"),
                                 ("updated_at==2026-11-29", "first last"), ("updated_at!=2026-11-29", "before after"),
                                 ("updated_at>='2026-11-29 23:59'", "last after"), ("updated_at>=2026-11-30T05:00Z", "after")):
            with self.subTest(expression):
                done = self.succeed(self.run_it("sessions", "list", "--filter", expression, "-q", "map(.key) | join(\" \")"))
                self.assertEqual(json.loads(done.out), keys)
        done = self.succeed(self.run_it("sessions", "list", "--filter", "updated_at>=2026-11-30", "--time=utc", "-q", "map(.key)"))
        self.assertEqual(json.loads(done.out), ["last", "after"])

    def test_what_is_shown_to_programs_stays_utc(self):
        self.agent.replies["/api/v1/sessions"] = json.dumps({"items": [{"key": "a", "updated_at": "2026-11-29T05:00:00Z"}]})
        for form in ("json", "ndjson", "yaml", "csv", "table"):
            self.assertIn("2026-11-29T05:00:00", self.succeed(self.run_it("sessions", "list", "-o", form)).out)
        self.assertIn("2026-11-29 00:00:00 -0500", self.succeed(self.run_it("sessions", "list", "--time=local")).out)

    def test_a_bad_time_names_its_flag_and_nothing_is_sent(self):
        for when in ("soon", "2026-13-01", "25h:3", "24:00", "9:00", "yesterday at nine"):
            for flag in ("--since", "--until"):
                err = self.fail_with(2, self.run_it("audit", "list", flag, when)).err
                self.assertIn(flag, err)
                self.assertIn("yesterday 22:00", err)
        self.assertEqual(self.agent.asked, [])


if __name__ == "__main__":
    harness.main()
