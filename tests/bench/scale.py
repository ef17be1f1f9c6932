"""How lists and single changes grow with what is stored: each figure at a tenth of the size and at full size, in one server each.

scale.py PROGRAM FILL: the release binary, and the program that fills a data directory."""

import contextlib
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

FACIOCTL, FILL = (os.path.abspath(path) for path in sys.argv[1:3])
FULL = {"sessions": 10_000, "messages": 4, "usage": 1_000_000, "audit": 1_000_000, "jobs": 1_000, "files": 100_000, "rules": 1_000}
ROUNDS = 15


class Server:
    def __init__(self, data):
        read, write = os.pipe()
        command = [FACIOCTL, "serve", "--listen", "127.0.0.1:0", "--data", data, "--ready-fd", str(write)]
        began = time.perf_counter()
        self.process = subprocess.Popen(command, pass_fds=(write,), stdout=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            ready = json.loads(pipe.readline())
        self.start_ms = (time.perf_counter() - began) * 1000
        with open(ready["token_file"], encoding="ascii") as file:
            self.headers = {"Authorization": "Bearer " + file.read().strip()}
        place = urllib.parse.urlsplit(ready["url"])
        self.connection = http.client.HTTPConnection(place.hostname, place.port, timeout=120)

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, data, self.headers)
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status >= 400:
            raise SystemExit(f"{method} {path}: {reply.status} {text[:300].decode()}")
        return text

    def milliseconds(self, method, path, body=None, rounds=ROUNDS):
        """Median time of an exchange, and the size of the last answer. `body` may be a function of the round."""
        times, size = [], 0
        for i in range(rounds):
            value = body(i) if callable(body) else body
            began = time.perf_counter()
            size = len(self.ask(method, path, value))
            times.append((time.perf_counter() - began) * 1000)
        return statistics.median(times), size

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def stop(self):
        self.connection.close()
        self.process.terminate()
        self.process.wait()


def prepare(folder, sizes):
    data = os.path.join(folder, "data")
    subprocess.run([FILL, data, *(str(sizes[name]) for name in ("sessions", "messages", "usage", "audit"))], check=True)
    for i in range(sizes["files"]):
        place = os.path.join(data, "workspace", f"d{i // 1000:03}", f"e{i // 100 % 10}")
        if i % 100 == 0:
            os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, f"f{i}.txt"), "w", encoding="ascii") as file:
            file.write(f"file {i}\n")
    return data


def fill_by_requests(server, sizes):
    for i in range(sizes["jobs"]):
        server.ask("POST", "/api/v1/cron", {"name": f"job {i}", "schedule": {"kind": "every", "every_ms": 86_400_000}, "message": "hello"})
    for i in range(sizes["rules"]):
        server.ask("POST", "/api/v1/policy", {"action": "allow", "tool": f"mcp:server{i}:*", "params": {"path": f"/a/{i}/*"}})


def measures(server):
    """(what, method, path, body, rounds)"""
    job = json.loads(server.ask("GET", "/api/v1/cron"))["items"][0]["id"]
    session = json.loads(server.ask("GET", "/api/v1/sessions?limit=1"))["items"][0]["key"]
    return [
        ("sessions: a page of 100", "GET", "/api/v1/sessions", None, ROUNDS),
        ("sessions: the last page", "GET", "/api/v1/sessions?offset=900", None, ROUNDS),
        ("sessions: one", "GET", "/api/v1/sessions/" + urllib.parse.quote(session, safe=""), None, ROUNDS),
        ("cron: list", "GET", "/api/v1/cron", None, ROUNDS),
        ("cron: one change", "PATCH", f"/api/v1/cron/{job}", lambda i: {"message": f"hello {i}"}, ROUNDS),
        ("cron: list after a change", "GET", "/api/v1/cron", None, 1),
        ("policy: list", "GET", "/api/v1/policy", None, ROUNDS),
        ("policy: one rule more", "POST", "/api/v1/policy", lambda i: {"action": "deny", "tool": f"exec{i}"}, ROUNDS),
        ("workspace: tree, one level", "GET", "/api/v1/workspace/tree?depth=1", None, ROUNDS),
        ("workspace: tree, whole", "GET", "/api/v1/workspace/tree?depth=4", None, 3),
        ("workspace: one file read", "GET", "/api/v1/workspace/file?path=d000/e0/f0.txt", None, ROUNDS),
        ("workspace: one file written", "PUT", "/api/v1/workspace/file?path=d000/e0/f0.txt", lambda i: {"content": f"new {i}"}, ROUNDS),
        ("versions: the first", "POST", "/api/v1/agent/versions/checkpoint", {"reason": "first"}, 1),
        ("workspace: a file written again", "PUT", "/api/v1/workspace/file?path=d000/e0/f1.txt", lambda i: {"content": f"new {i}"}, 1),
        ("versions: one after one change", "POST", "/api/v1/agent/versions/checkpoint", {"reason": "second"}, 1),
        ("versions: list", "GET", "/api/v1/agent/versions", None, 3),
        ("audit: a page of 100", "GET", "/api/v1/audit", None, ROUNDS),
        ("audit: 100 errors of a channel", "GET", "/api/v1/audit?status=error&channel=telegram", None, ROUNDS),
        ("audit: statistics of a day", "GET", "/api/v1/audit/stats", None, 3),
        ("usage: 30 days by date", "GET", "/api/v1/usage?groupBy=date", None, ROUNDS),
        ("usage: by date and model", "GET", "/api/v1/usage?groupBy=date,model", None, ROUNDS),
        ("usage: 14 days by session", "GET", "/api/v1/usage?groupBy=session_key", None, 3),
        ("usage: one run", "GET", "/api/v1/usage/runs/bench-7", None, ROUNDS),
        ("settings: one change", "PATCH", "/api/v1/settings", lambda i: {"max_tokens": 1000 + i}, ROUNDS),
    ]


def run_of(sizes):
    """{what: (milliseconds, bytes, resident MiB after it)} of one size."""
    folder = tempfile.mkdtemp(prefix="facioctl-scale-")
    try:
        data = prepare(folder, sizes)
        server = Server(data)
        with contextlib.ExitStack() as ending:
            ending.callback(server.stop)
            fill_by_requests(server, sizes)
            found = {"start": (server.start_ms, 0, server.resident_mib())}
            for what, method, path, body, rounds in measures(server):
                took, size = server.milliseconds(method, path, body, rounds)
                found[what] = (took, size, server.resident_mib())
        return found
    finally:
        shutil.rmtree(folder)


def main():
    small = run_of({name: size if name == "messages" else size // 10 for name, size in FULL.items()})
    full = run_of(FULL)
    print("\n### A tenth of the size, and all of it: " +
          ", ".join(f"{size:,} {name}" for name, size in FULL.items() if name != "messages") + "\n")
    print("| what | ms at a tenth | ms | times | bytes | resident MiB at a tenth | MiB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for what, (took, size, resident) in full.items():
        before = small[what]
        print(f"| {what} | {before[0]:.2f} | {took:.2f} | {took / before[0]:.1f} | {size:,} | {before[2]:.1f} | {resident:.1f} |")


if __name__ == "__main__":
    main()
