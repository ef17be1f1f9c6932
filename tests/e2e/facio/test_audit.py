#!/usr/bin/env python3
"""The audit log as a person and a program read it: lines, filters, cursors, one run, groups, several agents."""

import json
import re
import unittest

import harness


class Audit(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def say(self, message="hello", server=None):
        return self.succeed((server or self.server).run("chat", "send", message, "-o", "json"))

    def lines(self, *arguments, **options):
        return self.succeed(self.server.run("audit", *arguments, "-o", "ndjson", **options)).out.splitlines()

    def events(self, *arguments, **options):
        return [json.loads(line) for line in self.lines(*arguments, **options)]

    def test_short_lines(self):
        self.say('/tool list_dir {"path":"."}')
        out = self.succeed(self.server.run("audit")).out.splitlines()
        self.assertRegex(out[0], r"^-- \d{4}-\d\d-\d\d UTC --$")
        call = next(line for line in out if " tool_call " in line)
        self.assertRegex(call, r"^\d\d:\d\d:\d\d\.\d{3} tool_call +run [0-9a-f]{8}  api:default  list_dir  path=…  ok \d+ms$")
        shown = self.succeed(self.server.run("audit", "--show-args", "--type", "tool_call")).out
        self.assertIn('list_dir  "."  ok', shown)
        self.assertIn("    tool_name: list_dir", self.succeed(self.server.run("audit", "-o", "long", "--type", "tool_call")).out)
        self.assertEqual(self.succeed(self.server.run("audit", "-o", "cat", "--type", "message_out")).out, "the directory is empty\n")

    def test_hostile_text_is_escaped(self):
        self.say("red \x1b[31m alert \u202e")
        out = self.succeed(self.server.run("audit", "--color=never")).out
        self.assertNotIn("\x1b", out)
        self.assertNotIn("\u202e", out)
        self.assertIn("\\x1b[31m", out.replace("\\u001b", "\\x1b"))

    def test_the_last_twenty_oldest_first(self):
        for number in range(9):
            self.say(f"number {number}")
        seqs = [event["seq"] for event in self.events()]
        self.assertEqual(len(seqs), 20)
        self.assertEqual(seqs, sorted(seqs))
        self.assertEqual(len(self.events("-n", "3")), 3)
        self.assertEqual(len(self.events("--since", "1h")), 27)

    def test_filters(self):
        self.say('/tool list_dir {"path":"."}')
        self.say("hello")
        self.assertEqual({event["event"] for event in self.events("--type", "tool_call,llm_call")}, {"tool_call", "llm_call"})
        self.assertEqual([event["tool_name"] for event in self.events("--type", "tool_call", "--tool", "list_*")], ["list_dir"])
        self.assertEqual(self.events("--tool", "nothing*"), [])
        run = self.events("--type", "tool_call")[0]["run_id"]
        self.assertEqual({event["run_id"] for event in self.events("--run", run)}, {run})
        self.assertEqual({event["run_id"] for event in self.events("--run", run[:8])}, {run})
        self.assertEqual([event["event"] for event in self.events("--grep", "directory is (empty|full)", "--type", "message_out")],
                         ["message_out"])
        self.assertEqual(len(self.events("--filter", "event==tool_call && duration_ms>=0")), 1)
        self.assertEqual(self.events("--session", "no:such"), [])
        self.assertEqual(self.succeed(self.server.run("audit", "grep", "LIST_DIR", "-i", "-o", "cat")).out.count("list_dir"), 2)
        self.fail_with(2, self.server.run("audit", "--grep", "("))
        self.assertEqual(len(self.events("--filter", "(event==tool_call || event==nothing) && duration_ms<1h && ts>-1h")), 1)
        self.fail_with(2, self.server.run("audit", "--filter", "== 3"))
        # What was a regular expression behind ~ is refused, and tells how it is written.
        refused = self.fail_with(2, self.server.run("audit", "--filter", "event~^tool_"))
        self.assertIn("at character 7: a regular expression must be quoted, as in event=~'^tool_'", refused.err)
        self.assertEqual(len(self.events("--filter", "event=~'^tool_'")), 1)
        self.fail_with(2, self.server.run("audit", "-o", "nope"))
        self.fail_with(5, self.server.run("audit", "--tool", "nothing*", "--fail-empty"))

    def test_other_formats(self):
        self.say()
        self.assertEqual(len(self.succeed(self.server.run("audit", "-n", "2", "-o", "json")).json()), 2)
        self.assertIn("EVENT", self.succeed(self.server.run("audit", "-n", "2", "-o", "table")).out)
        for form in ("template={{.event}};", "jsonpath={.event};"):
            out = self.succeed(self.server.run("audit", "-n", "2", "-o", form)).out
            self.assertEqual(out.replace("\n", ""), "llm_call;message_out;")
        self.assertEqual(self.succeed(self.server.run("audit", "-n", "2", "-q", ".[].event")).out, '"llm_call"\n"message_out"\n')
        self.assertEqual(sorted(self.events("-n", "1", "--fields", "event,ts")[0]), ["event", "ts"])

    def test_reading_this_log_is_not_shown(self):
        self.say()
        before = self.lines()
        self.assertEqual(self.lines(), before)
        self.assertTrue(self.events("--type", "api_request"))

    def test_cursors(self):
        self.say("one")
        first = self.succeed(self.server.run("audit", "--show-cursor", "-o", "ndjson")).out.splitlines()
        cursor = json.loads(first[-1])["_cursor"]
        self.assertEqual(self.lines("--after-cursor", cursor), [])
        self.say("two")
        self.assertEqual([event.get("message") for event in self.events("--after-cursor", cursor)][0], "two")
        self.assertEqual(self.lines("--cursor", cursor)[0], first[-2])
        self.say("three")
        self.assertEqual([event["event"] for event in self.events("-n", "2", "--after-cursor", cursor)], ["message_in", "llm_call"])
        newest = self.events("-n", "2", "--after-cursor", cursor, "--newest")
        self.assertEqual(newest, self.events("-n", "2"))
        self.fail_with(2, self.server.run("audit", "--after-cursor", "nonsense"))

    def test_a_cursor_that_is_gone_is_a_gap(self):
        self.say()
        gone = "c1.1500000000000.00000000000000ff.0.0.x"
        out = [json.loads(line) for line in self.lines("--after-cursor", gone)]
        self.assertTrue(any("_gap" in line for line in out))
        self.fail_with(16, self.server.run("audit", "--after-cursor", gone, "--strict"))

    def test_cursor_file(self):
        file = self.home.file("cursor")
        self.say("one")
        self.assertEqual(len(self.lines("--cursor-file", file)), 3)
        self.assertEqual(self.lines("--cursor-file", file), [])
        self.say("two")
        self.assertEqual([event.get("message") for event in self.events("--cursor-file", file)][0], "two")
        self.home.write("bad", "hello")
        self.fail_with(2, self.server.run("audit", "--cursor-file", self.home.file("bad")))

    def test_a_run_as_tree_and_timeline(self):
        self.say('/tool list_dir {"path":"."}')
        run = self.events("--type", "tool_call")[0]["run_id"]
        tree = self.succeed(self.server.run("audit", "run", run, "--tree")).out
        self.assertRegex(tree, rf"^run {run}  api:default .*  tokens \d+ in, \d+ out  1 tool calls\n")
        self.assertRegex(tree, r"├─ step 1\n│  ├─ llm_call  builtin  ok \d+ms  tokens 0 in, 0 out.*\n│  ├─ policy_decision  list_dir .*\n│ "
                               r" └─ tool_call  list_dir  path=…  ok")
        plain = self.succeed(self.server.run("audit", "run", run, "--tree", "--show-args", env={"ACCESSIBLE": "1"})).out
        self.assertIn('  - tool_call  list_dir  "."  ok', plain)
        timeline = self.succeed(self.server.run("audit", "run", run, "--timeline")).out.splitlines()
        self.assertEqual(len(timeline), 1 + len(self.events("--run", run)))
        data = self.succeed(self.server.run("audit", "run", run, "--tree", "-o", "json")).json()
        self.assertEqual((data["run_id"], data["usage"]["tool_calls_count"]), (run, 1))
        self.fail_with(2, self.server.run("audit", "run", run, "--tree", "--timeline"))
        self.fail_with(5, self.server.run("audit", "run", "nobody", "--tree"))

    def test_one_event(self):
        self.say()
        event = self.events("-n", "1")[0]
        for name in (str(event["seq"]), event["hash"][:12]):
            self.assertEqual(self.succeed(self.server.run("audit", "show", name, "-o", "json")).json(), event)
        self.fail_with(5, self.server.run("audit", "show", "99999"))
        self.fail_with(2, self.server.run("audit", "show", "what"))

    def test_groups(self):
        self.say('/tool list_dir {"path":"."}')
        self.say('/tool list_dir {"path":"no/such"}')
        rows = self.succeed(self.server.run("audit", "stats", "--by", "tool,status", "--type", "tool_call", "-o", "json")).json()
        self.assertEqual({(row["tool"], row["status"]): row["count"] for row in rows}, {("list_dir", "ok"): 1, ("list_dir", "error"): 1})
        hours = self.succeed(self.server.run("audit", "stats", "--by", "hour", "-o", "json")).json()
        self.assertRegex(hours[0]["hour"], r"^\d{4}-\d\d-\d\dT\d\d:00Z$")
        self.fail_with(2, self.server.run("audit", "stats", "--by", "weather"))

    def test_only_shown(self):
        self.assertIn("GET", self.succeed(self.server.run("audit", "--dry-run", "--since", "1h")).out)
        self.assertIn("curl", self.succeed(self.server.run("audit", "--curl")).out)

    def test_words_that_are_no_command(self):
        done = self.fail_with(2, self.server.run("audit", "lits"))
        self.assertIn("audit list", done.err)

    def contexts(self, *servers):
        for name, server in zip("ab", servers):
            self.succeed(self.home.run("context", "add", name, "--url", server.url, "--token-file", server.token_file))

    def test_several_agents(self):
        other = self.serve(data="other", home=harness.Home())
        self.addCleanup(other.home.remove)
        self.contexts(self.server, other)
        for number in range(3):
            self.say(f"a{number}")
            self.say(f"b{number}", other)
        done = self.succeed(self.home.run("audit", "--context", "a,b", "-o", "ndjson", "--type", "message_in"))
        events = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual([(event["_agent"], event["message"]) for event in events],
                         [(name, f"{name}{number}") for number in range(3) for name in "ab"])
        short = self.succeed(self.home.run("audit", "--context", "a,b", "-n", "4")).out.splitlines()
        self.assertEqual(len(short), 5)
        self.assertTrue(all(re.match(r"[ab]  \d\d:", line) for line in short[1:]))

        grouped = self.succeed(self.home.run("audit", "--group", "name=~'^[ab]$'", "-o", "ndjson", "--type", "message_in"))
        self.assertEqual(grouped.out, done.out)
        self.fail_with(2, self.home.run("audit", "--group", "nobody"))
        self.fail_with(2, self.home.run("audit", "--group", "nobody", "--context", "a"))

        other.stop()
        done = self.fail_with(9, self.home.run("audit", "--context", "a,b", "-o", "ndjson", "--type", "message_in"))
        self.assertEqual(len(done.out.splitlines()), 3)
        self.assertIn("b: cannot connect", done.err)


if __name__ == "__main__":
    harness.main()
