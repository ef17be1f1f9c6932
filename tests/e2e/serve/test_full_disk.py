#!/usr/bin/env python3
"""The store's disk is full, the workspace's is not: nothing is done that is never recorded, and a turn tells the truth."""

import os
import threading
import unittest

import harness
import small_disk
from contract.facio.skills import FRONT, zipped
from model_server import ModelServer

TOKEN = "t" * 40
SKILL = zipped({"SKILL.md": FRONT})


@unittest.skipIf(small_disk.why_not(), small_disk.why_not())
class FullDisk(harness.Case):
    def setUp(self):
        super().setUp()
        self.disk = small_disk.SmallDisk(self.home)
        self.workspace = self.home.file("elsewhere")

    def start(self, *arguments):
        server = self.serve("--workspace", self.workspace, *arguments, prefix=self.disk.prefix, env={"FACIO_MANAGEMENT_TOKEN": TOKEN})
        self.disk.server = server
        return server

    def file(self, name):
        return os.path.join(self.workspace, name)

    def fill(self, server):
        """The disk is full, and so is the room that the store has made for itself: large values, small ones, and last the note that a
        change begins, which is the smallest of all, are refused. Gives the files that were made meanwhile. A reader stays at its place
        in the log: else the store might begin the log anew later, and find room there."""
        self.enterContext(self.disk.reader())
        self.disk.fill()
        for size in (60_000, 1000, 1):
            refused = 0
            while refused < 3:
                status, _, answer = server.request("PUT", "/api/v1/credentials/FILLER", {"value": "x" * size})
                self.assertIn(status, (200, 201, 503), answer)
                refused = refused + 1 if status == 503 else 0
        made, refused = [], 0
        while refused < 3:
            name = f"filler-{len(made)}"
            server.request("PUT", "/api/v1/workspace/file?path=" + name, {"content": "x"})
            if os.path.exists(self.file(name)):
                made.append(name)
                refused = 0
            else:
                refused += 1
        return made

    def events(self, server, kind):
        return server.request("GET", f"/api/v1/audit?event={kind}&sortDir=asc&limit=1000")[2]["items"]

    def test_what_cannot_be_recorded_is_not_done(self):
        server = self.start()
        self.assertEqual(server.request("PUT", "/api/v1/workspace/file?path=stays", {"content": "old"})[0], 200)
        self.assertEqual(server.request("POST", "/api/v1/skills", {"name": "stays", "zip": SKILL})[0], 201)
        self.assertEqual(server.request("POST", "/api/v1/mcp", {"name": "stays", "url": "http://127.0.0.1:9/", "enabled": False})[0], 201)
        with open(self.file("mcp.json"), "rb") as file:
            servers = file.read()
        fillers = self.fill(server)
        for method, path, body in (("PUT", "/workspace/file?path=new", {"content": "x"}),
                                   ("PUT", "/workspace/file?path=stays", {"content": "new"}),
                                   ("PUT", "/workspace/file?path=mcp.json", {"content": '{"servers":{"a":{"url":"http://127.0.0.1:9/"}}}'}),
                                   ("DELETE", "/workspace/file?path=stays", None),
                                   ("DELETE", "/skills/stays", None),
                                   ("POST", "/skills", {"name": "new", "zip": SKILL}),
                                   ("POST", "/mcp", {"name": "new", "url": "http://127.0.0.1:9/", "enabled": False}),
                                   ("PATCH", "/mcp/stays", {"url": "http://127.0.0.1:8/"}),
                                   ("POST", "/mcp/stays/enable", None),
                                   ("DELETE", "/mcp/stays", None),
                                   ("POST", "/agent/versions/checkpoint", {"reason": "full"})):
            with self.subTest(method + " " + path):
                status, _, answer = server.request(method, "/api/v1" + path, body)
                self.assertEqual(status, 503, answer)
        self.assertEqual(sorted(os.listdir(self.workspace)), sorted([*fillers, "mcp.json", "skills", "stays"]))
        self.assertEqual(os.listdir(self.file("skills")), ["stays"])
        with open(self.file("stays"), encoding="ascii") as file:
            self.assertEqual(file.read(), "old")
        with open(self.file("mcp.json"), "rb") as file:
            self.assertEqual(file.read(), servers)
        self.disk.free()
        self.assertEqual(server.request("DELETE", "/api/v1/workspace/file?path=stays")[0], 200)
        expected = sorted(["created stays", "deleted stays", *("created " + name for name in fillers)])
        harness.wait_until(lambda: len(self.events(server, "workspace_change")) >= len(expected), "what was begun is recorded")
        self.assertEqual(sorted(event["message"] for event in self.events(server, "workspace_change")), expected)
        self.assertEqual([event["message"] for event in self.events(server, "skill_change")], ["installed stays"])
        self.assertEqual([event["message"] for event in self.events(server, "mcp_change")], ["added stays"])

    @staticmethod
    def counted(answers, status):
        return list(answers.values()).count(status)

    def test_what_was_done_when_the_disk_became_full_is_recorded_later(self):
        """Writers on a disk that becomes full in the midst of it: in the end each file has its event, whatever was answered."""
        server = self.start()
        answers, stop = {}, threading.Event()

        def write(number):
            count = 0
            while not stop.is_set() and count < 4000:
                name = f"file-{number}-{count}"
                answers[name] = server.request("PUT", f"/api/v1/workspace/file?path={name}", {"content": name})[0]
                count += 1

        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for writer in writers:
            writer.start()
        for round_number in range(1, 6):
            harness.wait_until(lambda wanted=12 * round_number: self.counted(answers, 200) > wanted, "the writers get on")
            self.disk.fill()
            harness.wait_until(lambda wanted=self.counted(answers, 503) + 4: self.counted(answers, 503) >= wanted, "the disk is full")
            self.disk.free()
        stop.set()
        for writer in writers:
            writer.join()
        there = sorted(name for name in os.listdir(self.workspace) if name.startswith("file-"))
        self.assertEqual([name for name, status in answers.items() if status == 200 and name not in there], [])

        def recorded():
            found = []
            for offset in range(0, 20_000, 1000):
                page = server.request("GET", f"/api/v1/audit?event=workspace_change&sortDir=asc&limit=1000&offset={offset}")[2]["items"]
                found += [event["details"]["path"] for event in page]
            return found

        harness.wait_until(lambda: sorted(recorded()) == there, "each file has its event, once")

    def test_the_end_of_a_turn(self):
        asked, go_on = threading.Event(), threading.Event()

        def answer(_):
            asked.set()
            go_on.wait(harness.DEADLINE)
            return "the answer"

        provider = ModelServer(answer)
        self.addCleanup(provider.stop)
        server = self.start("--allow-host", "127.0.0.1")
        for arguments in (("providers", "set", "custom", "--api-base", provider.base), ("settings", "set", "provider=custom", "model=m")):
            done = self.home.run(*arguments, env={"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN": TOKEN})
            self.assertEqual(done.code, 0, done)
        answers = []
        body = {"messages": [{"role": "user", "content": "hello"}], "session_id": "s"}

        def chat():
            answers.append(server.request("POST", "/v1/chat/completions", body))

        first = threading.Thread(target=chat)
        first.start()
        self.assertTrue(asked.wait(harness.DEADLINE))
        behind = threading.Thread(target=chat)  # comes next in the same session
        behind.start()
        self.fill(server)
        go_on.set()
        for waiting in (first, behind):  # the disk is full all the while
            waiting.join(harness.DEADLINE)
            self.assertFalse(waiting.is_alive(), "an answer did not come at once")
        # The one has ended, and nobody is to send it again; the other has not begun.
        self.assertEqual(sorted(status for status, _, _ in answers), [424, 503])
        told = [answer["error"]["message"] for _, _, answer in answers]
        run = next(text for text in told if text.startswith("run "))
        self.assertIn("has ended, but its end cannot be recorded now", run)
        status, _, refused = server.request("POST", "/v1/chat/completions", body)
        self.assertEqual(status, 503, refused)
        self.disk.free()
        run = run.split()[1]

        def ends():
            events = server.request("GET", f"/api/v1/audit/runs/{run}")[2]["items"]
            return [(event["event"], event["message"]) for event in events if event["event"] in ("message_out", "error")]

        harness.wait_until(ends, "the end is recorded")
        self.assertEqual(ends(), [("message_out", "the answer")])
        session = server.request("GET", "/api/v1/sessions/api%3As")[2]
        self.assertEqual([(one["role"], one["content"]) for one in session["messages"]][:2],
                         [("user", "hello"), ("assistant", "the answer")])
        self.assertEqual(server.request("POST", "/v1/chat/completions", body)[0], 200)


if __name__ == "__main__":
    harness.main()
