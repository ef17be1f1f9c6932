#!/usr/bin/env python3
"""The server when something runs out: threads, descriptors, memory, room in files. It answers or refuses, never ends, and serves again."""

import ctypes
import json
import os
import resource
import select
import signal
import time
import unittest

import harness
from flood import flood
from harness import wait_until

MIB = 1024 * 1024
WALL = 0x40000000  # of waitpid(2): threads, too


def chat(message, session):
    body = json.dumps({"messages": [{"role": "user", "content": message}], "session_id": session}).encode()
    return b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (
        len(body)) + body


def answer_of(connection):
    """Status, headers and text of the answer; status 0 when the connection broke."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return 0, {}, ""
            data += part
        head, body = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        while len(body) < int(headers.get("content-length", 0)):
            part = connection.recv(65536)
            if not part:
                return 0, headers, body.decode()
            body += part
        return int(lines[0].split()[1]), headers, body.decode()
    except OSError:
        return 0, {}, ""


def has_answer(connection):
    return bool(select.select([connection], [], [], 0)[0])


class Resources(harness.Case):
    def serve_within(self, *limits, arguments=("--memory",), **options):
        """A server under limits of prlimit(1), as a user of its own where processes are counted."""
        # A sanitizer looks for leaks by stopping all threads from a process of its own, which such limits leave half done: a thread that is
        # held by it keeps the process from ending. Leaks are looked for wherever there are no limits.
        if "ASAN_OPTIONS" in self.home.environment:
            self.home.environment["ASAN_OPTIONS"] += ":detect_leaks=0"
        prefix = ("prlimit", *limits)
        if any(limit.startswith("--nproc") for limit in limits):
            user = 61000 + os.getpid() % 3000
            for folder in (self.home.path, self.home.file("run")):
                os.chown(folder, user, user)
            prefix = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *prefix)
        return self.serve(*arguments, prefix=prefix, pass_data="--memory" not in arguments, **options)

    @staticmethod
    def name_of(server, thread):
        with open(f"/proc/{server.process.pid}/task/{thread}/comm", encoding="utf-8") as file:
            return file.read().strip()

    def many(self, server, requests):
        """Connections with a request each."""
        connections = []
        for request in requests:
            connection = server.connect()
            self.addCleanup(connection.close)
            connection.sendall(request)
            connections.append(connection)
        return connections

    def serves(self, server, session="after"):
        with server.connect() as connection:
            connection.sendall(chat("/echo well", session))
            return answer_of(connection)[0] == 200

    # ------------------------------------------------------------------------------------------------ what runs out
    @unittest.skipUnless(os.geteuid() == 0, "needs a user of its own")
    def test_threads(self):
        server = self.serve_within("--nproc=40:40")
        connections = self.many(server, [chat("/sleep 1h", f"s{number}") for number in range(60)])
        refused = wait_until(lambda: [one for one in connections if has_answer(one)], "a refusal")
        answers = [answer_of(one) for one in refused]
        self.assertEqual({status for status, _, _ in answers}, {503})
        self.assertEqual({headers["retry-after"] for _, headers, _ in answers}, {"5"})
        self.assertEqual({json.loads(text)["error"]["code"] for _, _, text in answers}, {"unavailable"})
        self.assertEqual(server.request("GET", "/api/v1/cron")[0], 200)
        for connection in connections:
            connection.close()
        wait_until(lambda: self.serves(server), "normal service")

    def test_descriptors(self):
        server = self.serve_within("--nofile=64:64")
        if flood.memory(server, "VmSize") > 2**40:
            self.skipTest("a sanitizer takes an object for broken when it has no descriptor left to look at it")
        connections = []
        for _ in range(120):
            connection = server.connect()  # the kernel accepts for the server
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connections.append(connection)
        wait_until(lambda: "no file descriptor is left" in server.output(), "the report")
        # One thread may have accepted all there is room for before the other accepted its first.
        first = wait_until(lambda: next((one for one in connections if has_answer(one)), None), "an answer")
        self.assertEqual(answer_of(first)[0], 200)
        self.assertIsNone(server.process.poll())
        for connection in connections:
            connection.close()
        wait_until(lambda: self.serves(server), "normal service")

    def test_file_size(self):
        server = self.serve_within("--fsize=1048576:unlimited", arguments=())
        text = "x" * 200_000

        def write(number):
            return server.request("PUT", f"/api/v1/workspace/file?path=f{number}", {"content": text})[0]

        statuses = set()
        for number in range(20):
            statuses.add(write(number))
            status, _, body = server.request("POST", "/v1/chat/completions", token=False, body={
                "messages": [{"role": "user", "content": "/echo " + "y" * 100_000}], "session_id": f"s{number}"})
            statuses.add(status)
        self.assertIn(503, statuses)
        self.assertLessEqual(statuses, {200, 201, 424, 503})
        self.assertIsNone(server.process.poll())
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        wait_until(lambda: self.serves(server), "normal service")

    def test_memory(self):
        server = self.serve("--memory", pass_data=False)
        if flood.memory(server, "VmSize") > 2**40:
            self.skipTest("a sanitizer ends the program where memory does")
        self.assertEqual(server.request("PUT", "/api/v1/workspace/file?path=large", {"content": "z" * (6 * MIB)})[0], 200)
        used = flood.memory(server, "VmSize")
        resource.prlimit(server.process.pid, resource.RLIMIT_AS, (used + 24 * MIB, resource.RLIM_INFINITY))
        head = f"Host: localhost\r\nAuthorization: Bearer {server.token}\r\n".encode()
        requests = [b"GET /api/v1/workspace/file?path=large HTTP/1.1\r\n" + head + b"\r\n"] * 8
        requests += [chat("/sleep 1h", f"s{number}") for number in range(30)]
        requests += [chat("/echo " + "w" * 900_000, f"t{number}") for number in range(30)]
        connections = self.many(server, requests)
        wait_until(lambda: sum(has_answer(one) for one in connections) > 20, "answers and refusals")
        self.assertIsNone(server.process.poll(), server.output())
        for connection in connections:
            connection.close()
        resource.prlimit(server.process.pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        wait_until(lambda: self.serves(server), "normal service")

    # ------------------------------------------------------------------------------------------------ who goes away
    def test_clients_that_leave_give_everything_back(self):
        server = self.serve("--memory", pass_data=False)
        self.assertTrue(self.serves(server))
        descriptors, threads = flood.held(server)
        connections = self.many(server, [chat("/sleep 1h", f"s{number}") for number in range(60)])
        wait_until(lambda: flood.held(server)[1] >= threads + 50, "the turns")
        for connection in connections:
            connection.close()
        # A few threads are kept for the next turns.
        wait_until(lambda: flood.held(server)[0] <= descriptors + 4 and flood.held(server)[1] <= threads + 8, "what they held")
        status, _, page = server.request("GET", "/api/v1/audit?event=error")
        self.assertEqual(status, 200)
        self.assertIn("its client has disconnected", json.dumps(page))

    def test_requests_behind_one_that_is_worked_on_are_no_hang_up(self):
        server = self.serve("--memory", pass_data=False)
        with server.connect() as connection:
            connection.sendall(chat("/sleep 2500ms", "a") + chat("/echo second", "a"))
            self.assertEqual(answer_of(connection)[0], 200)

    def test_questions_of_strangers_are_few(self):
        server = self.serve("--memory", "--allow-host", "127.0.0.1", pass_data=False)
        self.addCleanup(flood.CallingModel(server).stop)
        connections = self.many(server, [chat(flood.ASKS, f"s{number}") for number in range(100)])
        answered = wait_until(lambda: len(done) >= 68 and done if (done := [one for one in connections if has_answer(one)]) else None,
                              "the answers of those that may not ask")
        for connection in answered:
            status, _, text = answer_of(connection)
            self.assertEqual(status, 200)
            self.assertIn("too many calls from this address are already waiting", text)
        waiting = server.request("GET", "/api/v1/approvals?limit=500")[2]
        self.assertEqual(len(waiting["items"]), 32)
        self.assertTrue(self.serves(server))
        for connection in connections:
            connection.close()
        wait_until(lambda: not server.request("GET", "/api/v1/approvals?limit=500")[2]["items"], "the end of the questions")

    def test_messages_of_one_session_are_few(self):
        server = self.serve("--memory", pass_data=False)
        connections = self.many(server, [chat("/sleep 1h", "same") for _ in range(40)])
        refused = wait_until(lambda: done if len(done := [one for one in connections if has_answer(one)]) >= 8 else None, "refusals")
        for connection in refused:
            status, headers, text = answer_of(connection)
            self.assertEqual((status, headers["retry-after"], json.loads(text)["error"]["code"]), (429, "5", "rate_limited"))
        status, _, done = server.request("POST", "/api/v1/commands/stop", {"sessionKey": "api:same"})
        self.assertEqual((status, done["output"]), (200, "stopped 32 turns"))

    def test_connections_of_one_address(self):
        server = self.serve("--memory", "--address-connections", "3", pass_data=False)
        connections = self.many(server, [b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"] * 3)
        self.assertEqual([answer_of(one)[0] for one in connections], [200] * 3)
        with server.connect() as one_more:
            status, headers, _ = answer_of(one_more)
            self.assertEqual((status, headers["retry-after"], headers["connection"]), (503, "5", "close"))
        connections[0].close()
        wait_until(lambda: self.serves(server), "the place that was given back")

    # ------------------------------------------------------------------------------------------------ signals
    def test_sighup_reloads(self):
        server = self.serve()
        os.makedirs(server.data + "/workspace", exist_ok=True)
        with open(server.token_file, "w", encoding="ascii") as file:
            file.write("another-token-of-the-same-file\n")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: server.request("GET", "/api/v1/cron", token="another-token-of-the-same-file")[0] == 200, "the new token")
        self.assertEqual(server.request("GET", "/api/v1/cron")[0], 401)
        server.token = "another-token-of-the-same-file"
        with open(server.data + "/workspace/mcp.json", "w", encoding="ascii") as file:
            file.write("{")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "reload: mcp.json in the workspace is invalid" in server.output(), "the report")
        os.chmod(server.token_file, 0o644)
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "reload: token file" in server.output(), "the report")
        self.assertEqual(server.request("GET", "/api/v1/cron")[0], 200)

    def test_new_clients_are_refused_at_once_while_turns_end(self):
        server = self.serve("--memory", "--grace", "20s", pass_data=False)
        connections = self.many(server, [chat("/sleep 1h", "a")])
        wait_until(lambda: server.request("GET", "/api/v1/sessions")[2]["items"], "the turn")
        server.process.send_signal(signal.SIGTERM)

        def refused():
            try:
                server.connect().close()
            except ConnectionRefusedError:
                return True
            return False

        wait_until(refused, "the refusal", 5)
        self.assertIsNone(server.process.poll())
        connections[0].close()  # with the client its turn ends, and with it the server
        self.assertEqual(server.process.wait(harness.DEADLINE), 0)

    def with_deaf_tool(self, *arguments, **options):
        """A server whose one turn hangs in the system, and the thread of that: stopped as a debugger does it."""
        server = self.serve("--grace", "1s", *arguments, **options)
        self.many(server, [chat("/sleep 1h", "a")])
        wait_until(lambda: server.request("GET", "/api/v1/sessions")[2]["items"], "the turn")
        ptrace = ctypes.CDLL(None, use_errno=True).ptrace
        ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        seize, interrupt = 0x4206, 0x4207
        threads = [int(thread) for thread in os.listdir(f"/proc/{server.process.pid}/task")
                   if self.name_of(server, thread) == "the agent loop"]
        self.assertTrue(threads)
        for thread in threads:
            self.assertEqual((ptrace(seize, thread, None, None), ptrace(interrupt, thread, None, None)), (0, 0))
            os.waitpid(thread, WALL)
        return server, threads

    @unittest.skipUnless(os.geteuid() == 0, "stops a thread of another process")
    def test_sigterm_ends_whatever_does_not_hear(self):
        server, threads = self.with_deaf_tool("--memory", pass_data=False)
        status, _, done = server.request("POST", "/api/v1/commands/stop", {})
        self.assertEqual((status, done["output"]), (200, "asked 1 turn to stop"))
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        for thread in threads:
            os.waitpid(thread, WALL)
        self.assertEqual(server.process.wait(harness.DEADLINE), 1)
        self.assertLess(time.monotonic() - began, 20)
        self.assertIn("something did not stop in time", server.output())


if __name__ == "__main__":
    harness.main()
