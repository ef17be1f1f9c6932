#!/usr/bin/env python3
"""Following the audit log: nothing is left out and nothing comes twice, whatever happens in between."""

import datetime
import json
import os
import signal
import subprocess
import threading

import harness
from audit_front import Front


class Follower:
    """`facioctl audit -f` while it runs; what it prints is collected."""

    def __init__(self, case, url, *arguments, token_file=None, stdout=None, env=None):
        environment = {**case.home.environment, **(env or {})}
        if url:
            environment["FACIOCTL_URL"] = url
            environment.update({"FACIOCTL_TOKEN_FILE": token_file} if token_file else {"FACIOCTL_TOKEN": "x"})
        self.process = subprocess.Popen([harness.CLIENT, "audit", "-f", *arguments], stdin=subprocess.DEVNULL,
                                        stdout=stdout or subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment, cwd=case.home.path)
        self.out, self.err = [], []
        self.readers = [threading.Thread(target=self._read, args=(self.process.stderr, self.err), daemon=True)]
        if stdout is None:
            self.readers.append(threading.Thread(target=self._read, args=(self.process.stdout, self.out), daemon=True))
        for reader in self.readers:
            reader.start()
        case.addCleanup(self.close)

    @staticmethod
    def _read(pipe, lines):
        for text in pipe:
            lines.append(text.decode().rstrip("\n"))

    def messages(self):
        return [event["message"] for event in map(json.loads, list(self.out)) if "message" in event]

    def wait_for(self, condition, what):
        try:
            return harness.wait_until(condition, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\nstdout: {str(self.out)[-2000:]}\nstderr: {self.err}") from None

    def wait_for_messages(self, expected):
        self.wait_for(lambda: len(self.messages()) >= len(expected), f"{len(expected)} messages")
        return self.messages()

    def end(self):
        code = self.process.wait(harness.DEADLINE)
        for reader in self.readers:
            reader.join(harness.DEADLINE)
        return code

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        return self.end()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        if self.process.stdout:
            self.process.stdout.close()


class Polling(harness.Case):
    """Against an agent that can do no more than the contract asks for."""

    def setUp(self):
        super().setUp()
        self.front = Front()
        self.addCleanup(lambda: self.front.stop())
        self.now = datetime.datetime(2026, 11, 20, 12, 0, 0, tzinfo=datetime.timezone.utc)
        self.front.today = "2026-11-20"
        self.count = 0

    def event(self, **more):
        self.now += datetime.timedelta(milliseconds=7)
        self.count += 1
        return {"ts": self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "event": "message_in", "status": "ok",
                "message": str(self.count), **more}

    def add(self, count=1, **more):
        self.front.add(*[self.event(**more) for _ in range(count)])

    def numbers(self, first, last):
        return [str(number) for number in range(first, last + 1)]

    def follow(self, *arguments, **options):
        return Follower(self, self.front.url, *arguments, **options)

    def test_what_comes_is_printed_once_and_in_order(self):
        self.add(30)
        follower = self.follow("-n", "5")
        self.assertEqual(follower.wait_for_messages(range(5)), self.numbers(26, 30))
        for step in range(1, 4):
            self.add(10)
            follower.wait_for_messages(range(5 + 10 * step))
        self.assertEqual(follower.messages(), self.numbers(26, 60))

    def test_a_burst_larger_than_any_tail(self):
        self.add(3)
        follower = self.follow("-n", "0", "--count", "1700")
        follower.wait_for(lambda: any("tail" in path for path in self.front.asked), "the first poll")
        self.add(1700)
        self.assertEqual(follower.end(), 0, follower.err)
        self.assertEqual(follower.messages(), self.numbers(4, 1703))

    def test_events_of_one_instant(self):
        self.add(1)
        follower = self.follow("-n", "1")
        follower.wait_for_messages(range(1))
        instant = self.front.events[-1]["ts"]
        self.front.add(*[{"ts": instant, "event": "message_in", "message": f"same {number}"} for number in range(1200)])
        follower.wait_for_messages(range(1201))
        self.assertEqual(follower.messages()[1:], [f"same {number}" for number in range(1200)])

    def test_the_day_turns(self):
        self.now = datetime.datetime(2026, 11, 20, 23, 59, 59, 900000, tzinfo=datetime.timezone.utc)
        self.add(3)
        follower = self.follow("-n", "1")
        follower.wait_for_messages(range(1))
        with self.front.lock:  # between two polls: the rest of yesterday, then today
            rest = [self.event() for _ in range(5)]
            self.now = datetime.datetime(2026, 11, 21, tzinfo=datetime.timezone.utc)
            self.front.events += rest + [self.event() for _ in range(5)]
            self.front.today = "2026-11-21"
        follower.wait_for_messages(range(11))
        self.assertEqual(follower.messages(), self.numbers(3, 13))
        self.assertFalse(any("_gap" in text for text in follower.out))

    def test_the_day_turns_and_nothing_comes_but_the_rest(self):
        self.now = datetime.datetime(2026, 11, 20, 23, 59, 59, 900000, tzinfo=datetime.timezone.utc)
        self.add(3)
        follower = self.follow("-n", "1")
        follower.wait_for_messages(range(1))
        with self.front.lock:
            self.front.events.append(self.event())
            self.front.today = "2026-11-21"
        follower.wait_for_messages(range(2))
        self.assertEqual(follower.messages(), self.numbers(3, 4))

    def test_what_cannot_be_proven_is_a_gap(self):
        self.add(20)
        follower = self.follow("-n", "0", "--strict", "--count", "600")
        follower.wait_for(lambda: any("tail" in path for path in self.front.asked), "the first poll")
        self.front.events.clear()  # the agent keeps its log for a short time only
        self.add(600)
        self.assertEqual(follower.end(), 16, follower.err)
        gap = json.loads(follower.out[0])["_gap"]
        self.assertEqual((gap["from"][:19], gap["to"] > gap["from"]), ("2026-11-20T12:00:00", True))
        self.assertEqual(follower.messages(), self.numbers(21, 620))

    def test_an_agent_with_one_of_the_routes(self):
        self.add(10)
        self.front.missing = {"/api/v1/audit"}
        follower = self.follow("-n", "3", "--count", "13")
        follower.wait_for_messages(range(3))
        self.add(10)
        self.assertEqual(follower.end(), 0, follower.err)
        self.assertEqual(follower.messages(), self.numbers(8, 20))
        self.front.asked.clear()
        follower = self.follow("-n", "0", "--strict", "--count", "500")
        follower.wait_for(lambda: any("tail?limit=50" in path for path in self.front.asked), "a poll")
        self.add(700)  # more than any tail holds
        self.assertEqual(follower.end(), 16, follower.err)
        self.assertEqual(follower.messages(), self.numbers(221, 720))

        self.front.missing = {"/api/v1/audit/tail"}
        follower = self.follow("-n", "2", "--count", "12")
        follower.wait_for_messages(range(2))
        self.add(10)
        self.assertEqual(follower.end(), 0, follower.err)
        self.assertEqual(follower.messages(), self.numbers(719, 730))

    def test_a_lost_agent_is_told_and_caught_up_with(self):
        self.add(5)
        follower = self.follow("-n", "0")
        follower.wait_for(lambda: any("tail" in path for path in self.front.asked), "the first poll")
        self.front.stop()
        follower.wait_for(lambda: any(text.startswith("-- reconnecting to http") for text in follower.err), "a word about it")
        self.add(300)
        self.front.cut = 0
        self.front.start()
        follower.wait_for_messages(range(300))
        self.assertTrue(any(text.startswith("-- connected to") for text in follower.err))
        self.assertEqual(follower.messages(), self.numbers(6, 305))

    def test_answers_that_break_off(self):
        self.add(5)
        follower = self.follow("-n", "0")
        follower.wait_for(lambda: any("tail" in path for path in self.front.asked), "the first poll")
        for _ in range(4):
            self.front.cut = 1
            self.add(20)
            follower.wait_for(lambda: self.front.cut == 0, "a broken answer")
        follower.wait_for_messages(range(80))
        self.assertEqual(follower.messages(), self.numbers(6, 85))

    def test_throttling_is_honoured(self):
        self.add(1)
        follower = self.follow("-n", "0")
        follower.wait_for(lambda: any("tail" in path for path in self.front.asked), "the first poll")
        self.front.refuse = [(429, {"Retry-After": "6"})]
        follower.wait_for(lambda: any("(6s)" in text for text in follower.err), "the time that the agent asked for")
        self.assertIsNone(follower.process.poll())

    def test_a_first_read_that_breaks_off_is_not_printed_twice(self):
        self.add(1200)
        other = Front()
        self.addCleanup(other.stop)
        other.today = self.front.today
        for name, front in (("a", self.front), ("b", other)):
            self.succeed(self.home.run("context", "add", name, "--url", front.url, "--token-env", "T"))
        # The newest event and the first page are answered, the second page is refused as often as the client tries it.
        self.front.refuse_after = (2, 3)
        follower = Follower(self, None, "--context", "a,b", "--since", "2026-11-20", "-o", "ndjson", env={"T": "t"})
        follower.wait_for(lambda: any("reconnecting to a" in text for text in follower.err), "the refusal")
        follower.wait_for_messages(range(1200))
        self.add(1)
        follower.wait_for_messages(range(1201))
        self.assertEqual(follower.messages(), self.numbers(1, 1201))

    def test_what_waiting_cannot_mend_ends_it(self):
        self.add(1)
        follower = self.follow("-n", "0")
        follower.wait_for(lambda: any("tail" in path for path in self.front.asked), "the first poll")
        self.front.refuse = [(401, {})]
        self.assertEqual(follower.end(), 3, follower.err)

    def test_endings(self):
        self.add(3)
        self.assertEqual(self.follow("-n", "0", "--max-idle", "300ms").end(), 12)
        self.assertEqual(self.follow("-n", "2", "--count", "2").end(), 0)
        self.front.asked.clear()
        follower = self.follow("-n", "0", "--exit-on", "(type==error || status==error) && message=='bad'")
        follower.wait_for(lambda: any("tail" in path for path in self.front.asked), "a poll")
        self.add(1, event="error")
        self.add(1, event="error", message="bad")
        self.assertEqual(follower.end(), 8)
        self.assertEqual(len(follower.out), 2)
        beating = self.follow("-n", "0", "--heartbeat", "100ms")
        beating.wait_for(lambda: sum("_alive" in text for text in beating.out) >= 2, "signs of life")
        self.fail_with(2, self.home.run("audit", "--count", "3"))
        self.fail_with(2, self.home.run("audit", "-f", "-o", "table", env={"FACIOCTL_URL": self.front.url, "FACIOCTL_TOKEN": "x"}))

    def test_the_cursor_outlives_a_kill(self):
        self.add(3)
        file = self.home.file("cursor")
        seen = []
        for _ in range(4):
            follower = self.follow("--cursor-file", file, "--since", "2026-11-01")
            before = self.count
            self.add(50)
            follower.wait_for(lambda: str(before + 25) in follower.messages(), "half of them")
            follower.kill()
            seen += follower.messages()
        last = self.follow("--cursor-file", file, "--max-idle", "700ms")
        self.assertEqual(last.end(), 12)
        seen += last.messages()
        self.assertEqual(sorted(set(seen), key=int), self.numbers(1, self.count), "no hole")

    def test_a_polite_end_leaves_no_line_twice(self):
        self.add(3)
        file = self.home.file("cursor")
        for number, count in ((signal.SIGTERM, 3), (signal.SIGINT, 13)):
            follower = self.follow("--cursor-file", file)
            if count > 3:
                self.add(10)
            follower.wait_for(lambda: self.held(file) == self.cursor_of(count), f"the cursor of {count}")
            self.assertEqual(follower.kill(number), -number)
        again = self.follow("--cursor-file", file, "--max-idle", "300ms")
        self.assertEqual(again.end(), 12)
        self.assertEqual(again.out, [])

    def held(self, file):
        if not os.path.exists(file):
            return None
        with open(file, encoding="ascii") as text:
            return text.read().split(".")[1:2]

    def cursor_of(self, count):
        moment = datetime.datetime.fromisoformat(self.front.events[count - 1]["ts"].replace("Z", "+00:00"))
        return [str(round(moment.timestamp() * 1000))] if len(self.front.events) >= count else None

    def test_output_that_cannot_be_written_moves_no_cursor(self):
        self.add(3)
        file = self.home.file("cursor")
        with open("/dev/full", "wb") as full:
            follower = self.follow("--cursor-file", file, stdout=full)
            self.assertEqual(follower.end(), 74)
        with open(file, encoding="ascii") as text:
            self.assertEqual(text.read().strip(), "")

    def test_a_pipe_that_is_full(self):
        self.add(2000, text="x" * 300)
        reading, writing = os.pipe()
        file = self.home.file("cursor")
        follower = self.follow("--cursor-file", file, "--since", "2026-11-01", "--max-idle", "500ms", stdout=writing)
        os.close(writing)
        got = b""
        while part := os.read(reading, 4096):  # slower than it writes
            got += part
        os.close(reading)
        self.assertEqual(follower.end(), 12, follower.err)
        self.assertEqual([json.loads(text)["message"] for text in got.decode().splitlines()], self.numbers(1, 2000))


class Streaming(harness.Case):
    """Against our own server, which sends events."""

    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def say(self, message, server=None):
        self.succeed((server or self.server).run("chat", "send", message))

    def follow(self, *arguments, server=None, **options):
        server = server or self.server
        return Follower(self, server.url, *arguments, token_file=server.token_file, **options)

    def asked(self, path):
        """How often somebody asked the server for this."""
        items = self.server.request("GET", "/api/v1/audit?event=api_request&limit=1000")[2]["items"]
        return sum(item["details"]["path"] == path for item in items)

    def streams(self):
        return self.asked("/api/v1/audit/stream")

    def polls(self):
        return self.asked("/api/v1/audit/tail")

    def test_the_stream_is_used(self):
        follower = self.follow("-n", "0", "--type", "message_in")
        follower.wait_for(self.streams, "the stream")
        for number in range(3):
            self.say(f"number {number}")
        follower.wait_for_messages(range(3))
        self.assertLessEqual(self.polls(), 2)
        self.assertEqual(follower.messages(), [f"number {number}" for number in range(3)])

    def test_the_same_by_polls(self):
        follower = self.follow("-n", "0", "--type", "message_in", "--poll")
        follower.wait_for(self.polls, "the first poll")
        self.say("one")
        follower.wait_for_messages(range(1))
        self.assertEqual(self.streams(), 0)

    def test_the_server_starts_again(self):
        port = self.server.address[1]
        follower = self.follow("-n", "0", "--type", "message_in")
        follower.wait_for(self.streams, "the stream")
        self.say("before")
        follower.wait_for_messages(range(1))
        self.assertEqual(self.server.stop(), 0)
        follower.wait_for(lambda: any("reconnecting" in text for text in follower.err), "a word about it")
        self.server = self.serve(listen=f"127.0.0.1:{port}")
        self.say("after")
        follower.wait_for_messages(range(2))
        self.server.kill()
        self.server = self.serve(listen=f"127.0.0.1:{port}")
        self.say("after a kill")
        follower.wait_for_messages(range(3))
        self.assertEqual(follower.messages(), ["before", "after", "after a kill"])

    def test_the_end_of_a_run(self):
        self.say('/tool list_dir {"path":"."}')
        run = self.server.request("GET", "/api/v1/audit?event=tool_call")[2]["items"][0]["run_id"]
        self.assertEqual(self.follow("--until-run-ends", run, "--exit-status").end(), 0)
        follower = self.follow("-n", "0", "--until-run-ends", "0" * 16, "--max-idle", "300ms")
        self.assertEqual(follower.end(), 12)
        self.fail_with(2, self.server.run("audit", "-f", "--exit-status"))

    def test_several_agents(self):
        other = self.serve(data="other", home=harness.Home())
        self.addCleanup(other.home.remove)
        for name, server in (("a", self.server), ("b", other)):
            self.succeed(self.home.run("context", "add", name, "--url", server.url, "--token-file", server.token_file))
        self.say("first")
        follower = Follower(self, None, "--context", "a,b", "--type", "message_in", "-n", "5")
        follower.wait_for_messages(range(1))
        for number in range(3):
            self.say(f"a{number}")
            self.say(f"b{number}", other)
        follower.wait_for_messages(range(7))
        self.assertEqual(follower.messages(), ["first", "a0", "b0", "a1", "b1", "a2", "b2"])
        other.stop()
        follower.wait_for(lambda: any("reconnecting to b" in text for text in follower.err), "a word about it")
        self.say("still here")
        follower.wait_for_messages(range(8))

    # -------------------------------------------------------------------------------------------- the endpoint
    def open_stream(self, query="", headers=""):
        connection = self.server.connect()
        self.addCleanup(connection.close)
        connection.sendall(f"GET /api/v1/audit/stream{query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.server.token}\r\n"
                           f"{headers}\r\n".encode())
        return connection.makefile("rb")

    @staticmethod
    def next_event(stream):
        event = {}
        while True:
            text = stream.readline().decode().rstrip("\r\n")
            if text == "" and "data" in event:
                return event
            name, _, value = text.partition(": ")
            if name in ("id", "event", "data"):
                event[name] = value

    def test_ids_resume(self):
        self.say("one")
        stream = self.open_stream("?after=0")
        first, second = self.next_event(stream), self.next_event(stream)
        event = json.loads(first["data"])
        self.assertEqual((first["event"], first["id"]), ("audit", f"{event['seq']}.{event['hash'][:16]}"))
        self.assertEqual(json.loads(second["data"])["seq"], 2)
        for resumed in (self.open_stream(f"?after={first['id']}"), self.open_stream(headers=f"Last-Event-ID: {first['id']}\r\n")):
            self.assertEqual(self.next_event(resumed), second)
        filtered = self.open_stream("?after=0&event=message_out")
        self.assertEqual(json.loads(self.next_event(filtered)["data"])["event"], "message_out")
        fresh = self.open_stream("?event=message_in")
        self.assertIn(b"200", fresh.readline())
        self.say("two")
        self.assertEqual(json.loads(self.next_event(fresh)["data"])["message"], "two")

    def test_what_it_refuses(self):
        for query, status in (("after=x", 400), ("after=1.zz", 400), ("after=999999", 409), ("after=1.0000000000000000", 409),
                              ("follow=maybe", 400)):
            with self.subTest(query=query):
                self.assertEqual(self.server.request("GET", f"/api/v1/audit/stream?{query}")[0], status)

    def test_a_reader_that_does_not_read_holds_nobody_up(self):
        for number in range(3):
            self.say("x" * 20000 + f" {number}")
        slow = [self.open_stream("?after=0") for _ in range(5)]
        follower = self.follow("-n", "0", "--type", "message_in")
        follower.wait_for(lambda: self.streams() > len(slow), "the stream")
        for number in range(8):
            self.say("y" * 20000)
        follower.wait_for_messages(range(8))
        self.assertTrue(json.loads(self.next_event(slow[0])["data"]))

    def test_the_end_of_the_server_ends_streams(self):
        stream = self.open_stream()
        self.assertIn(b"200", stream.readline())
        self.assertEqual(self.server.stop(), 0)
        event = self.next_event(stream)
        while event["event"] == "audit":  # that it was asked for the stream
            event = self.next_event(stream)
        self.assertEqual((event["event"], json.loads(event["data"])["reason"]), ("end", "the agent is shutting down"))

    def test_as_a_command(self):
        self.say("one")
        out = self.succeed(self.server.run("audit", "stream", "--after", "0", "--no-follow", "--event", "message_in")).out
        self.assertIn("event: audit\ndata: {", out)
        self.fail_with(6, self.server.run("audit", "stream", "--after", "99999", "--no-follow"))


if __name__ == "__main__":
    harness.main()
