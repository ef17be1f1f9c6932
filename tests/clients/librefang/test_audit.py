#!/usr/bin/env python3
"""The audit log of real LibreFang daemons: shown alike, its hashes computed again, and followed."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import harness
import librefang_daemon


class Front:
    """In front of a daemon: passes everything on, changed by `change(path, body)`; can cut all streams."""

    def __init__(self, daemon, change=lambda path, body: body):
        self.connections, self.lock = [], threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                connection = http.client.HTTPConnection("127.0.0.1", daemon.port)
                connection.request("GET", self.path, headers={"Authorization": self.headers.get("Authorization", "")})
                response = connection.getresponse()
                is_stream = (response.getheader("Content-Type") or "").startswith("text/event-stream")
                body = b"" if is_stream else change(self.path, response.read())
                self.send_response(response.status)
                self.send_header("Content-Type", response.getheader("Content-Type") or "")
                if is_stream:
                    self.send_header("Connection", "close")
                else:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                if not is_stream:
                    return connection.close()
                self.close_connection = True
                with outer.lock:
                    outer.connections.append(connection.sock)
                try:
                    while piece := response.read1(65536):
                        self.wfile.write(piece)
                        self.wfile.flush()
                except (OSError, http.client.IncompleteRead):
                    pass
                finally:
                    connection.close()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.key, self.version = daemon.key, daemon.version
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def cut(self):
        with self.lock:
            for connection in self.connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it has ended by itself
            self.connections.clear()

    def close(self):
        self.cut()
        self.server.shutdown()
        self.server.server_close()


class Audit(librefang_daemon.Case):
    def front(self, daemon, **options):
        front = Front(daemon, **options)
        self.addCleanup(front.close)
        return front

    def test_the_same_fields(self):
        for daemon in self.each():
            daemon.spawn("listed")
            rows = self.reply(daemon, "audit", "list")
            self.assertEqual([row["id"] for row in rows], list(range(len(rows))))
            last = [row for row in rows if row["details"].startswith("name=listed")][-1]
            self.assertEqual((last["event_type"], last["outcome"]), ("agent_spawn", "ok"))
            self.assertEqual(len(self.reply(daemon, "audit", "list", "-n", "1")), 1)
            counted = {row["value"]: row for row in self.reply(daemon, "audit", "stats")}
            self.assertEqual(counted["agent_spawn"]["events"], sum(row["event_type"] == "agent_spawn" for row in rows))
            days = self.reply(daemon, "audit", "stats", "--by", "day")
            self.assertEqual([row["value"] for row in days], [last["timestamp"][:10]])

    def test_search_and_export(self):
        newest = self.newest()
        newest.spawn("searched")
        found = self.reply(newest, "audit", "query", "--action", "AgentSpawn", "-n", "1")
        self.assertEqual([row["details"].split(",")[0] for row in found], ["name=searched"])
        exported = json.loads(self.succeed(self.fang(newest, "audit", "export")).out)
        self.assertTrue(all("prev_hash" in row for row in exported))
        self.assertTrue(self.succeed(self.fang(newest, "audit", "export", "--format", "csv")).out.startswith("seq,timestamp,"))
        for words in (["audit", "query"], ["audit", "export"]):
            self.assertIn("facioctl librefang audit list", self.fail_with(10, self.fang(self.daemons[0], *words)).err)

    def test_hashes_are_computed_again(self):
        for daemon in self.each():
            daemon.spawn("verified")
            verdict = self.reply(daemon, "audit", "verify")
            total = len(daemon.http("GET", "/api/audit/recent?n=1000")[1].get("items" if daemon.version > "2" else "entries"))
            self.assertEqual((verdict["status"], verdict["checked"], verdict["unchecked"]), ("valid", total, 0))

    def test_a_daemon_that_lies_is_found_out(self):
        """It says that its log is valid, and tells another one."""
        def lie(change):
            def apply(path, body):
                if "/audit/export" not in path and "/audit/recent" not in path:
                    return body
                reply = json.loads(body) if body else None
                if reply is None:
                    return body
                change(reply if isinstance(reply, list) else reply.get("items") or reply["entries"])
                return json.dumps(reply).encode()
            return apply

        def rename(rows):
            next(row for row in rows if row["seq"] == 1)["detail"] = "name=harmless, parent=None"

        def leave_out(rows):
            rows[:] = [row for row in rows if row["seq"] != 1]

        for daemon in self.each():
            for name in ("one", "two", "three"):
                if name not in [agent["name"] for agent in daemon.http("GET", "/api/agents")[1]["items"]]:
                    daemon.spawn(name)
            changes = [(rename, 1)] if daemon.version < "2" else [(rename, 1), (leave_out, 2)]
            for change, where in changes:
                front = self.front(daemon, change=lie(change))
                done = self.fang(front, "audit", "verify", "-o", "json")
                if daemon.version < "2":
                    # Without users and channels an event alone proves nothing; that it was not checked is said.
                    self.assertEqual(self.succeed(done).json()["unchecked"], 1)
                    continue
                self.assertIn(f"event {where} of the audit log does not match", self.fail_with(16, done).err)
                self.assertEqual((done.json()["status"], done.json()["first_wrong"]), ("valid", where))

    def test_a_log_that_is_cut_is_found_out(self):
        """The events that are told are right, but not all of them are told."""
        def told(change):
            def apply(path, body):
                if "/audit/export" not in path and "/audit/recent" not in path or not body:
                    return body
                reply = json.loads(body)
                rows = reply if isinstance(reply, list) else reply.get("items") or reply["entries"]
                rows[:] = change(rows)
                return json.dumps(reply).encode()
            return apply

        for daemon in self.each():
            for name in ("cut-1", "cut-2"):
                if name not in [agent["name"] for agent in daemon.http("GET", "/api/agents")[1]["items"]]:
                    daemon.spawn(name)
            for change in (lambda rows: rows[:-1], lambda rows: [], lambda rows: rows[1:]):
                done = self.fail_with(16, self.fang(self.front(daemon, change=told(change)), "audit", "verify"))
                self.assertIn("tells only", done.err)
        bare = told(lambda rows: [{**row, "hash": "", "prev_hash": ""} for row in rows])
        self.fail_with(16, self.fang(self.front(self.newest(), change=bare), "audit", "verify"))
        mute = self.front(self.newest(), change=lambda path, body: b"{}" if "/audit/verify" in path else body)
        self.assertIn("no verdict", self.fail_with(14, self.fang(mute, "audit", "verify")).err)

    def test_what_is_no_list(self):
        for wrong in (b"{}", b"5", b"null", b'"x"'):
            front = self.front(self.newest(), change=lambda path, body: wrong if path.startswith("/api/agents") else body)
            self.fail_with(14, self.fang(front, "agents", "list"))

    def test_following_loses_nothing(self):
        for daemon in self.each():
            front = self.front(daemon)
            daemon.spawn("before")
            process = subprocess.Popen([harness.CLIENT, "librefang", "logs", "-f", "-n", "1", "-o", "ndjson"], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True,
                                       env={**self.home.environment, "FACIOCTL_URL": front.url,
                                            "FACIOCTL_TOKEN_FILE": self.home.file("librefang.key")})
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.stdout.close)
            seen = [json.loads(process.stdout.readline())]
            self.assertIn("name=before", seen[0]["details"])
            daemon.spawn("during")
            seen.append(json.loads(process.stdout.readline()))
            front.cut()
            daemon.spawn("meanwhile")
            seen.append(json.loads(process.stdout.readline()))
            daemon.spawn("after")
            seen.append(json.loads(process.stdout.readline()))
            process.send_signal(signal.SIGINT)
            process.wait(timeout=harness.DEADLINE)
            self.assertEqual([row["details"].split(",")[0] for row in seen],
                             ["name=before", "name=during", "name=meanwhile", "name=after"])
            self.assertEqual([row["event_type"] for row in seen], ["agent_spawn"] * 4)
            self.assertIn("connection lost", process.stderr.read())
            for name in ("before", "during", "meanwhile", "after"):
                self.succeed(self.fang(daemon, "agents", "delete", name, "--yes"))

    def test_following_ends_with_its_reader(self):
        daemon = self.newest()
        reading, writing = os.pipe()
        process = subprocess.Popen([harness.CLIENT, "librefang", "logs", "-f", "-n", "1"], stdout=writing, stderr=subprocess.DEVNULL,
                                   env={**self.home.environment, "FACIOCTL_URL": daemon.url,
                                        "FACIOCTL_TOKEN_FILE": self.home.file("librefang.key")})
        os.close(writing)
        self.assertTrue(os.read(reading, 1))
        os.close(reading)
        process.wait(timeout=harness.DEADLINE)


if __name__ == "__main__":
    harness.main()
