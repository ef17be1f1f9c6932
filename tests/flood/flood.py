#!/usr/bin/env python3
"""Floods a server of its own, kind by kind, while a well-behaved client goes on asking: what that client waits, what the server takes, and
what is left when the flood is over. By hand, on a machine that has nothing else to do:

  FACIOCTL=build/release/facioctl tests/by-hand tests/flood/flood.py [--seconds 20] [--scale 10] [KIND…]

The short form of tests/e2e/serve/test_flood.py holds the bounds."""

import argparse
import collections
import json
import os
import re
import select
import socket
import threading
import time

import harness
import model_server

LARGE = 6 * 1024 * 1024  # of the file that slow readers ask for
ASKS = 'call write_file {"path":"a","content":"x"}'
PATTERN = 'call search_files {"pattern":"(.)*[A-M](.){100}~","path":"line"}'


def request(method, path, body=None, token=""):
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(data)}"]
    if body is not None:
        lines.append("Content-Type: application/json")
    if token:
        lines.append("Authorization: Bearer " + token)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def chat(message, session):
    return request("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": message}], "session_id": session})


class CallingModel(model_server.ModelServer):
    """Makes the call that a message names, as "call NAME {JSON}": strangers cannot make any themselves. Else it gives the message back."""

    def __init__(self, server):
        super().__init__(self.reply)
        self.agent = server
        self.use("providers", "set", "custom", "--api-base", self.base)
        self.use("settings", "set", "provider=custom", "model=m")

    def use(self, *words):
        done = self.agent.run(*words)
        assert done.code == 0, done

    @staticmethod
    def reply(body):
        message = body["messages"][-1]
        text = message["content"]
        if message["role"] != "user" or not text.startswith("call "):
            return text.removeprefix("/echo ")
        _, name, arguments = text.split(" ", 2)
        return model_server.Answer(calls=[model_server.call(name, **json.loads(arguments))])

    def stop(self):
        self.use("settings", "set", "provider=auto", "model=builtin")
        super().stop()


class Flood:
    """One kind of pressure: `count` connections at a time, until end()."""

    def __init__(self, server, count):
        self.server, self.count = server, count
        self.statuses = collections.Counter()  # of the answers that came; 0: the connection broke
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def end(self):
        self.ended.set()
        self.thread.join(harness.DEADLINE)

    def first(self, number):
        """What a new connection sends."""
        raise NotImplementedError

    reads = True  # takes the answer, and then begins anew
    by_model = False  # strangers make the model call tools
    drip = b""  # sent from time to time

    def _open(self, number):
        try:
            connection = socket.create_connection(self.server.address, timeout=5)
        except OSError:
            self.statuses[0] += 1
            return None
        try:
            connection.sendall(self.first(number))
        except OSError:
            pass
        connection.setblocking(False)
        return connection

    def _hear(self, connection):
        """False when the connection is over, as it is after an answer."""
        try:
            data = connection.recv(65536)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        found = re.match(rb"HTTP/1\.1 (\d+)", data)
        self.statuses[int(found[1]) if found else 0] += 1
        return False

    def _run(self):
        connections, number, dripped = {}, 0, time.monotonic()
        while not self.ended.is_set():
            while len(connections) < self.count and not self.ended.is_set():
                opened = self._open(number)
                number += 1
                if opened is None:
                    break
                connections[opened.fileno()] = opened
            watched = [one for one in connections if self.reads]
            for one in select.select(watched, [], [], 0.05)[0]:
                if not self._hear(connections[one]):
                    connections.pop(one).close()
            if self.drip and time.monotonic() - dripped > 0.5:
                dripped = time.monotonic()
                for one in connections.values():
                    try:
                        one.send(self.drip)
                    except OSError:
                        pass
        for one in connections.values():
            one.close()


class Connections(Flood):
    def first(self, number):
        return b""


class SlowWriters(Flood):
    by_model = False  # strangers make the model call tools
    drip = b"x"

    def first(self, number):
        return request("POST", "/v1/chat/completions", b"x").replace(b"Content-Length: 1", b"Content-Length: 900000")


class SlowReaders(Flood):
    reads = False

    def first(self, number):
        return request("GET", "/api/v1/workspace/file?path=large", token=self.server.token)


class Askers(Flood):
    by_model = True

    def first(self, number):
        return chat(ASKS, f"asks{number}")


class Leavers(Flood):
    """Each leaves a turn of an hour behind."""

    def first(self, number):
        return chat("/sleep 1h", f"leaves{number}")

    def _run(self):
        while not self.ended.is_set():
            for one in [self._open(number) for number in range(self.count)]:
                if one is not None:
                    self.statuses["left"] += 1
                    one.close()
            self.ended.wait(0.5)


class WideJson(Flood):
    body = json.dumps({"messages": [{"role": "user", "content": "/echo x"}], **{f"n{i}": 0 for i in range(60_000)}}).encode()

    def first(self, number):
        return request("POST", "/v1/chat/completions", self.body)


class Patterns(Flood):
    by_model = True

    def first(self, number):
        return chat(PATTERN, f"looks{number}")


KINDS = {  # and how many at a time, in the short form
    "connections": (Connections, 300),
    "slow-writers": (SlowWriters, 60),
    "slow-readers": (SlowReaders, 12),
    "askers": (Askers, 120),
    "leavers": (Leavers, 40),
    "wide-json": (WideJson, 4),
    "patterns": (Patterns, 8),
}


class Client(threading.Thread):
    """Asks one thing after another and notes how long each took."""

    def __init__(self, server):
        super().__init__()
        self.server, self.ended = server, threading.Event()
        self.times, self.failures = [], []
        self.start()

    def run(self):
        number = 0
        while not self.ended.is_set():
            for method, path, body in (("GET", "/health", None), ("GET", "/api/v1/cron", None),
                                       ("POST", "/v1/chat/completions",
                                        {"messages": [{"role": "user", "content": "/echo hi"}], "session_id": f"good{number % 5}"})):
                began = time.monotonic()
                try:
                    status = self.server.request(method, path, body)[0]
                except OSError as error:
                    status = str(error)
                self.times.append(time.monotonic() - began)
                if status != 200:
                    self.failures.append((path, status))
            number += 1
            self.ended.wait(0.02)

    def end(self):
        self.ended.set()
        self.join(harness.DEADLINE * 2)

    def percentile(self, share):
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def memory(server, what):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(re.search(rf"{what}:\s+(\d+)", file.read())[1]) * 1024


def forget_peak(server):
    with open(f"/proc/{server.process.pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def held(server):
    """How many descriptors and threads the server has."""
    return tuple(len(os.listdir(f"/proc/{server.process.pid}/{what}")) for what in ("fd", "task"))


def prepare(server):
    """The files that floods ask for."""
    assert server.request("PUT", "/api/v1/workspace/file?path=large", {"content": "z" * LARGE})[0] == 200
    assert server.request("PUT", "/api/v1/workspace/file?path=line", {"content": "Aabcdefgh" * 6000})[0] == 200


LEAST = 6  # what the client asks under each flood, however slow the machine is


def flood(server, name, seconds, scale=1):
    """One kind for so long, and until the client was answered a few times: what was seen, as a record."""
    kind, count = KINDS[name]
    model = CallingModel(server) if kind.by_model else None
    before = held(server)
    forget_peak(server)
    client = Client(server)
    pressure = kind(server, count * scale)
    try:
        pressure.ended.wait(seconds)
        harness.wait_until(lambda: len(client.times) >= LEAST, f"the client was answered beside {name}: {len(client.times)} times")
    finally:
        pressure.end()
        client.end()
    began = time.monotonic()
    # A few threads and connections to the store are kept for the next requests.
    harness.wait_until(lambda: held(server)[0] <= before[0] + 40 and held(server)[1] <= before[1] + 48, f"what {name} held: {held(server)}")
    if model:
        model.stop()
    return {"kind": name, "count": count * scale, "statuses": dict(pressure.statuses), "asked": len(client.times),
            "failures": client.failures, "p50": client.percentile(0.5), "p99": client.percentile(0.99), "peak": memory(server, "VmHWM"),
            "given_back": time.monotonic() - began, "held": held(server)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[[], *KINDS], metavar="KIND", help="one of " + ", ".join(KINDS))
    parser.add_argument("--seconds", type=float, default=10, help="how long each kind goes on")
    parser.add_argument("--scale", type=int, default=1, help="times the connections of the short form")
    given = parser.parse_args()
    home = harness.Home()
    server = harness.Server(home, "--memory", "--allow-host", "127.0.0.1", pass_data=False)
    try:
        prepare(server)
        print(f"{'kind':14}{'at a time':>10}{'p50 ms':>9}{'p99 ms':>9}{'peak MiB':>10}{'back in s':>10}  "
              "descriptors, threads; answers; failures")
        for name in given.kinds or KINDS:
            seen = flood(server, name, given.seconds, given.scale)
            print(f"{name:14}{seen['count']:10}{seen['p50'] * 1000:9.1f}{seen['p99'] * 1000:9.1f}{seen['peak'] / 2**20:10.0f}"
                  f"{seen['given_back']:10.1f}  {seen['held'][0]}, {seen['held'][1]}; {seen['statuses']}; "
                  f"{len(seen['failures'])} of {seen['asked']} {seen['failures'][:2]}", flush=True)
    finally:
        server.stop()
        home.remove()


if __name__ == "__main__":
    if not harness.FACIOCTL:
        raise SystemExit("set FACIOCTL to the program to flood")
    main()
