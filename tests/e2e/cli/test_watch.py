#!/usr/bin/env python3
"""Lists that are read to their end, commands that go on: --all, --watch, progress."""

import json
import re
import signal
import subprocess
import threading
import urllib.parse

import harness
from json_server import JsonServer

SESSIONS = "/api/v1/sessions"


class Pages:
    """A list in pages that may change while it is read."""

    def __init__(self, keys, most=500):
        self.keys, self.most, self.on_page, self.calls = list(keys), most, None, []

    def __call__(self, path):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))
        limit, offset = min(int(query.get("limit", 100)), self.most), int(query.get("offset", 0))
        self.calls.append((offset, limit))
        page = self.keys[offset:offset + limit]
        more = offset + limit < len(self.keys)
        if self.on_page:
            self.on_page(self)
        return json.dumps({"items": [{"key": key} for key in page], "total": len(self.keys), "hasMore": more})


class Running:
    """The program going on, its lines one by one."""

    def __init__(self, case, *arguments, env):
        self.process = subprocess.Popen([harness.CLIENT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={**case.home.environment, **env}, text=True)
        case.addCleanup(self.close)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def event(self):
        return json.loads(self.process.stdout.readline())


class All(harness.Case):
    def setUp(self):
        super().setUp()
        self.peer = JsonServer()
        self.addCleanup(self.peer.close)
        self.env = {"FACIOCTL_URL": self.peer.url, "FACIOCTL_TOKEN": "the-token"}

    def list(self, *arguments):
        return self.home.run("sessions", "list", "--all", "-o", "name", *arguments, env=self.env)

    def keys(self, done):
        return [line.removeprefix("sessions/") for line in self.succeed(done).out.splitlines()]

    def test_pages_become_one_list(self):
        for count in (0, 1, 499, 500, 501, 1203):
            pages = self.peer.replies[SESSIONS] = Pages([f"s{i}" for i in range(count)])
            self.assertEqual(self.keys(self.list()), pages.keys)
            self.assertTrue(all(limit == 500 for _, limit in pages.calls), pages.calls)
        # One document, and the filter sees all of it.
        done = self.home.run("sessions", "list", "--all", "-q", "length", env=self.env)
        self.assertEqual((done.code, done.out, done.err), (0, "1203\n", ""))
        document = self.succeed(self.home.run("sessions", "list", "--all", "-o", "json", env=self.env)).json()
        self.assertEqual(len(document), 1203)
        self.assertEqual(self.keys(self.list("--offset", "1200")), ["s1200", "s1201", "s1202"])

    def test_an_agent_with_smaller_pages(self):
        pages = self.peer.replies[SESSIONS] = Pages([f"s{i}" for i in range(95)], most=10)
        self.assertEqual(self.keys(self.list()), pages.keys)

    def test_a_list_that_grows_in_front(self):
        def grow(pages):
            pages.keys.insert(0, f"new{len(pages.calls)}")
        pages = self.peer.replies[SESSIONS] = Pages([f"s{i}" for i in range(1200)])
        pages.on_page = grow
        self.assertEqual(self.keys(self.list()), [f"s{i}" for i in range(1200)])

    def test_a_list_that_shrinks_is_read_again(self):
        def shrink(pages):
            if len(pages.calls) == 2:
                del pages.keys[:3]
        pages = self.peer.replies[SESSIONS] = Pages([f"s{i}" for i in range(1200)])
        pages.on_page = shrink
        self.assertEqual(self.keys(self.list()), [f"s{i}" for i in range(3, 1200)])

    def test_a_list_that_never_holds_still(self):
        def shrink(pages):
            del pages.keys[:2]
        pages = self.peer.replies[SESSIONS] = Pages([f"s{i}" for i in range(3000)])
        pages.on_page = shrink
        done = self.fail_with(6, self.list())
        self.assertEqual(done.out, "")
        self.assertIn("the list changed while its pages were read", done.err)

    def test_a_page_that_fails(self):
        pages = Pages([f"s{i}" for i in range(1200)])
        self.peer.replies[SESSIONS] = lambda path: pages(path) if len(pages.calls) < 2 else (500,
                                                                                             '{"error":{"code":"internal","message":"no '
                                                                                             'luck"}}')
        done = self.fail_with(14, self.list())
        self.assertEqual(done.out, "")
        self.assertIn("no luck", done.err)

    def test_with_a_limit(self):
        self.assertIn("--all and --limit", self.fail_with(2, self.list("--limit", "5")).err)
        self.assertEqual(self.peer.asked, [])
        self.assertIn("no flag --all", self.fail_with(2, self.home.run("cron", "list", "--all", env=self.env)).err)

    def test_a_filter_of_a_part_says_so(self):
        self.peer.replies[SESSIONS] = Pages([f"s{i}" for i in range(150)])
        done = self.succeed(self.home.run("sessions", "list", "--filter", "key==s5", "-o", "name", env=self.env))
        self.assertEqual(done.out, "sessions/s5\n")
        self.assertIn("--all", done.err)
        self.assertEqual(self.succeed(self.home.run("sessions", "list", "--all", "--filter", "key==s149", env=self.env)).err, "")


class Watch(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--memory", pass_data=False)
        self.env = {"FACIOCTL_URL": self.server.url, "FACIOCTL_TOKEN_FILE": self.server.token_file}

    def test_events(self):
        first = self.create_job(self.server, "one")
        running = Running(self, "cron", "list", "--watch=100ms", "--fields", "name,enabled", env=self.env)
        self.assertEqual(running.event(), {"op": "added", "key": first["id"], "after": {"id": first["id"], "name": "one", "enabled": True}})
        second = self.create_job(self.server, "two")
        self.assertEqual(running.event(),
                         {"op": "added", "key": second["id"], "after": {"id": second["id"], "name": "two", "enabled": True}})
        self.succeed(self.server.run("cron", "pause", second["id"]))
        self.assertEqual(running.event(),
                         {"op": "changed", "key": second["id"], "before": {"id": second["id"], "name": "two", "enabled": True},
                                           "after": {"id": second["id"], "name": "two", "enabled": False}})
        self.succeed(self.server.run("cron", "delete", first["id"], "--yes"))
        self.assertEqual(running.event(),
                         {"op": "removed", "key": first["id"], "before": {"id": first["id"], "name": "one", "enabled": True}})
        running.process.send_signal(signal.SIGINT)
        self.assertEqual(running.process.wait(harness.DEADLINE), -signal.SIGINT)
        self.assertEqual(running.process.stderr.read(), "")

    def test_events_through_filters(self):
        for name in ("one", "two"):
            self.create_job(self.server, name)
        running = Running(self, "cron", "list", "--watch=100ms", "--filter", "name==two", "-q", "[.op, .after.name]", env=self.env)
        self.assertEqual(running.event(), ["added", "two"])

    def test_one_object(self):
        job = self.create_job(self.server, "one")
        running = Running(self, "cron", "get", job["id"], "--watch=100ms", "--fields", "enabled", "-o", "ndjson", env=self.env)
        self.assertEqual(running.event(), {"op": "added", "after": {"enabled": True}})
        self.succeed(self.server.run("cron", "pause", job["id"]))
        self.assertEqual(running.event(), {"op": "changed", "before": {"enabled": True}, "after": {"enabled": False}})

    def test_a_lost_agent_is_told_and_then_an_error(self):
        running = Running(self, "cron", "list", "--watch=100ms", "-o", "csv", "--fields", "name", env=self.env)
        job = self.create_job(self.server, "one")
        self.assertEqual([running.process.stdout.readline() for _ in range(2)], ["name\n", "one\n"])
        self.server.kill()
        self.assertEqual(running.process.wait(harness.DEADLINE), 11)
        errors = running.process.stderr.read().splitlines()
        self.assertEqual(len(errors), 6, errors)
        self.assertRegex(errors[0], r"^facioctl: warning: .*; trying again in 100ms \(1 of 5\)$")
        self.assertTrue(job)

    def test_an_agent_that_comes_back(self):
        peer = JsonServer({"/api/v1/cron": '{"items":[{"id":"a"}]}'})
        self.addCleanup(peer.close)
        running = Running(self, "cron", "list", "--watch=100ms", "--fields", "id",
                          env={"FACIOCTL_URL": peer.url, "FACIOCTL_TOKEN": "the-token"})
        self.assertEqual(running.event()["op"], "added")
        peer.replies["/api/v1/cron"] = (500, "{}")
        self.assertIn("trying again", running.process.stderr.readline())
        peer.replies["/api/v1/cron"] = '{"items":[{"id":"b"}]}'
        self.assertEqual([running.event()["key"] for _ in range(2)], ["b", "a"])

    def test_the_first_failure_ends(self):
        self.fail_with(5, self.server.run("cron", "get", "nothing", "--watch"))
        self.fail_with(11, self.home.run("cron", "list", "--watch",
                                         env={"FACIOCTL_URL": "http://127.0.0.1:1", "FACIOCTL_TOKEN": "the-token"}))

    def test_only_where_something_is_read(self):
        self.assertIn("no flag --watch", self.fail_with(2, self.server.run("cron", "pause", "x", "--watch")).err)
        self.assertIn("--watch", self.fail_with(2, self.server.run("cron", "list", "--watch=1")).err)
        self.assertIn("/api/v1/cron", self.succeed(self.server.run("cron", "list", "--watch", "--dry-run")).out)

    def test_on_a_terminal_it_is_drawn_in_place(self):
        job = self.create_job(self.server, "one")
        terminal = self.at_terminal(self.server, "cron", "list", "--watch=100ms", "--columns", "name,enabled")
        terminal.wait_for("true")
        self.succeed(self.server.run("cron", "pause", job["id"]))
        seen = terminal.wait_for("false")
        self.assertIn("\x1b[2A\r", seen)
        terminal.type("\x03")
        self.assertEqual(terminal.end(), -signal.SIGINT)

    def test_a_table_that_is_taller_than_the_terminal(self):
        for i in range(12):
            self.create_job(self.server, f"job{i}")
        terminal = self.at_terminal(self.server, "cron", "list", "--watch=100ms", "--columns", "name", lines=8)
        self.assertEqual(terminal.wait_for("more lines").count("\n"), 6)
        self.assertIn("\x1b[7A\r", terminal.wait_for("more lines"))

    def test_accessible_prints_again(self):
        job = self.create_job(self.server, "one")
        terminal = self.at_terminal(self.server, "cron", "list", "--watch=100ms", "--columns", "name,enabled",
                                    env={"ACCESSIBLE": "1", "NO_COLOR": "1"})
        terminal.wait_for("true")
        self.succeed(self.server.run("cron", "pause", job["id"]))
        terminal.wait_for("false")
        self.assertNotIn("\x1b", terminal.raw)


class Progress(harness.Case):
    def wait_for_slow(self, *arguments, env=None):
        """A command whose answer comes after the terminal showed that it is waited for."""
        gate, told = threading.Event(), threading.Event()

        def slow(_):
            told.set()
            gate.wait(harness.DEADLINE)
            return '{"items":[]}'
        peer = JsonServer({"/api/v1/cron": slow})
        self.addCleanup(peer.close)
        self.addCleanup(gate.set)
        terminal = self.at_terminal(peer.url, "cron", "list", *arguments, env=env)
        return terminal, gate, told

    def test_one_line_that_is_erased(self):
        terminal, gate, _ = self.wait_for_slow("-o", "json")
        terminal.wait_for("waiting for GET /api/v1/cron ")
        gate.set()
        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.raw, r"\r\x1b\[K\[\]\r\n$")
        self.assertNotIn("\n", terminal.raw[:terminal.raw.index("[]")])

    def test_none_where_it_is_not_wanted(self):
        for arguments, env in ((["--quiet"], None), (["--progress=none"], None), ([], {"ACCESSIBLE": "1"}), (["--progress=plain"], None)):
            terminal, gate, told = self.wait_for_slow("-o", "json", *arguments, env=env)
            self.assertTrue(told.wait(harness.DEADLINE))
            gate.set()
            self.assertEqual(terminal.end(), 0)
            self.assertEqual(re.sub(r"\s", "", terminal.raw), "[]")


if __name__ == "__main__":
    harness.main()
