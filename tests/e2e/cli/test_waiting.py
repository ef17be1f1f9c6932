#!/usr/bin/env python3
"""Who waits is told so: what for, and what ends it; on standard error, in a pipe as well. And who has no reader left ends."""

import fcntl
import os
import re
import select
import signal
import subprocess
import threading
import time

import harness
import tmux
from json_server import JsonServer


class Waiting(harness.Case):
    def started(self, *arguments, env=None, **more):
        process = subprocess.Popen([harness.CLIENT, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**self.home.environment, **(env or {})}, text=True, **more)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def slow(self, path="/api/v1/cron", answer='{"items":[]}'):
        gate = threading.Event()
        self.addCleanup(gate.set)

        def wait(_):
            gate.wait(harness.DEADLINE)
            return answer
        peer = JsonServer({path: wait})
        self.addCleanup(peer.close)
        return peer, gate, {"FACIOCTL_URL": peer.url, "FACIOCTL_TOKEN": "x"}

    def test_a_slow_agent(self):
        peer, gate, env = self.slow()
        process = self.started("cron", "list", "-o", "json", env=env)
        self.assertEqual(process.stderr.readline(),
                         f"facioctl: still waiting for {peer.url} (GET /api/v1/cron); Ctrl-C stops waiting\n")
        gate.set()
        self.assertEqual(process.communicate(timeout=harness.DEADLINE), ("[]\n", ""))

    def test_a_slow_agent_that_is_watched(self):
        peer, gate, env = self.slow(answer='{"items":[{"id":"a"}]}')
        process = self.started("cron", "list", "--watch=1h", "--fields", "id", env=env)
        self.assertIn(f"still waiting for {peer.url}", process.stderr.readline())
        gate.set()
        self.assertIn('"op":"added"', process.stdout.readline())

    def test_a_slow_change(self):
        _, gate, env = self.slow("POST /api/v1/cron/j/pause", '{"ok":true}')
        process = self.started("cron", "pause", "j", env=env)
        self.assertIn("Ctrl-C stops waiting, but the agent may still do it\n", process.stderr.readline())
        gate.set()
        process.communicate(timeout=harness.DEADLINE)

    def test_at_a_terminal_it_is_one_line(self):
        peer, gate, _ = self.slow()
        terminal = self.at_terminal(peer.url, "cron", "list", "-o", "json", columns=120)
        terminal.wait_for("\r\x1b[Kstill waiting for")
        terminal.wait_for("Ctrl-C stops waiting")
        gate.set()
        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.raw, r"\r\x1b\[K\[\]\r\n$")

    def test_not_where_it_is_not_wanted(self):
        for arguments in (["--quiet"], ["--progress=none"]):
            _, gate, env = self.slow()
            process = self.started("cron", "list", "-o", "json", *arguments, env=env)
            time_up = threading.Timer(3.5, gate.set)
            time_up.start()
            self.addCleanup(time_up.join)
            self.assertEqual(process.communicate(timeout=harness.DEADLINE), ("[]\n", ""))

    def test_a_token_helper(self):
        peer = JsonServer({"/api/v1/cron": '{"items":[]}'})
        self.addCleanup(peer.close)
        os.mkfifo(self.home.file("gate"))
        helper = self.home.write("helper", f"#!/bin/sh\nread line < {self.home.file('gate')}\necho token\n")
        os.chmod(helper, 0o700)
        os.makedirs(self.home.file("config/facioctl"), mode=0o700)
        self.home.write("config/facioctl/config.yaml",
                        f"version: 1\ncurrent: a\ncontexts:\n  a: {{url: \"{peer.url}\", token: {{exec: [{helper}]}}}}\n")
        process = self.started("cron", "list", "-o", "json")
        self.assertEqual(process.stderr.readline(), f"facioctl: waiting for the token helper {helper}; Ctrl-C stops waiting\n")
        with open(self.home.file("gate"), "w", encoding="ascii") as gate:
            gate.write("go\n")
        self.assertEqual(process.communicate(timeout=harness.DEADLINE), ("[]\n", ""))

    def test_a_lock_says_who_holds_it(self):
        self.succeed(self.home.run("context", "add", "a", "--url", "http://127.0.0.1:1", "--token-env", "T"))
        lock = self.home.file("config/facioctl/config.yaml.lock")
        with open(lock, "a", encoding="ascii") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            process = self.started("config", "set", "contexts.a.timeout", "30s")
            line = process.stderr.readline()
            self.assertRegex(line, rf"^facioctl: waiting for the lock {re.escape(lock)}, which process {os.getpid()} \(\S+\) holds; "
                                   "Ctrl-C stops waiting\n$")
        self.assertEqual(process.communicate(timeout=harness.DEADLINE)[1], "")
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.succeed(self.home.run("config", "get", "contexts.a.timeout")).out, "30s\n")

    def test_what_ends_a_run_of_cron(self):
        server = self.serve("--memory", pass_data=False)
        job = self.succeed(server.run("cron", "create", "--name", "long", "--every", "1h", "--message", "/sleep 1h", "-o", "json")).json()
        process = self.started("cron", "run-now", "long", "--wait",
                               env={"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file})
        line = process.stderr.readline()
        command = f"facioctl agent stop --session cron:{job['id']}"
        self.assertEqual(line, "facioctl: waiting for the run of cron/long to end; it continues if this command is stopped; to stop the "
                               f"run: {command}\n")

        def runs():
            done = server.run("agent", "status", "--session", f"cron:{job['id']}", "-o", "json")
            return done.code == 0 and done.json()["busy"]

        harness.wait_until(runs, "the run")
        self.succeed(server.run(*command.split()[1:]))
        process.communicate(timeout=harness.DEADLINE)
        self.assertEqual(process.returncode, 1)

    def test_conditions_in_a_pipe(self):
        server = self.serve("--memory", pass_data=False)
        self.create_job(server, "report")
        process = self.started("wait", "--for", "cron/report=ok",
                               env={"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file})
        self.assertRegex(process.stderr.readline(), r"^facioctl: waiting for cron/report=ok: .*; Ctrl-C stops waiting\n$")
        self.succeed(server.run("cron", "run-now", "report"))
        self.assertEqual(process.communicate(timeout=harness.DEADLINE), ("", ""))

    def test_notices_and_progress_share_a_line(self):
        server = self.serve("--memory", pass_data=False)
        terminal = tmux.Tmux(self.home, {"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file}, columns=100)
        self.addCleanup(terminal.close)
        terminal.run("""clear; facioctl chat '/tool write_file {"path":"a.txt","content":"x"}'""")
        screen = terminal.wait_for(lambda screen: "waits for a decision" in screen and "still waiting" in screen)
        self.assertRegex(screen, r"(?m)^waits for a decision on write_file; to decide elsewhere: facioctl approvals \S+ \w+$")
        self.assertRegex(screen, r"(?m)^still waiting for http\S+ \(POST /v1/chat/completions\)")
        self.succeed(server.run("approvals", "approve", self.succeed(server.run("approvals", "list", "-o", "json")).json()[0]["id"]))
        screen = terminal.wait_for("created a.txt")
        self.assertNotIn("still waiting", screen)


class ReaderGone(harness.Case):
    def ended(self, server, *arguments, lines=1):
        """How the command ends whose reader goes away after some lines, while nothing more is written."""
        reading, writing = os.pipe()
        process = subprocess.Popen([harness.CLIENT, *arguments], stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.DEVNULL,
                                   env={**self.home.environment, "FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file})
        os.close(writing)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        with open(reading, encoding="utf-8") as output:
            for _ in range(lines):
                self.assertTrue(select.select([output], [], [], harness.DEADLINE)[0], "nothing was written")
                self.assertNotEqual(output.readline(), "")
        begun = time.monotonic()
        code = process.wait(harness.DEADLINE)
        self.assertLess(time.monotonic() - begun, harness.DEADLINE / 3)
        return code

    def test_commands_that_go_on(self):
        server = self.serve("--memory", pass_data=False)
        self.create_job(server, "one")
        self.succeed(server.run("chat", "/echo one"))
        for arguments in (["audit", "-f", "-n", "1", "--type", "message_in"], ["audit", "-f", "-n", "1", "--type", "message_in", "--poll"],
                          ["cron", "list", "--watch=1h"], ["cron", "list", "--watch=1h", "-o", "yaml"], ["audit", "stream"]):
            with self.subTest(arguments):
                self.assertEqual(self.ended(server, *arguments), -signal.SIGPIPE)

    def test_where_the_signal_is_ignored(self):
        server = self.serve("--memory", pass_data=False)
        self.create_job(server, "one")
        line = f"trap '' PIPE; {harness.CLIENT} cron list --watch=1h; echo code=$? >&2"
        process = subprocess.Popen(["sh", "-c", line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={**self.home.environment, "FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file})
        process.stdout.readline()
        process.stdout.close()
        self.assertIn("code=74\n", process.stderr.read())
        process.stderr.close()
        process.wait(harness.DEADLINE)


class Watching(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--memory", pass_data=False)
        for name in ("first", "second"):
            self.create_job(self.server, name)

    def terminal(self, **size):
        terminal = tmux.Tmux(self.home, {"FACIOCTL_URL": self.server.url, "FACIOCTL_TOKEN_FILE": self.server.token_file}, **size)
        self.addCleanup(terminal.close)
        return terminal

    def test_painted_whole_after_resizing(self):
        terminal = self.terminal(columns=120, lines=20)
        terminal.run("facioctl cron list --watch=1h --columns name,schedule,enabled,id")
        terminal.wait_for("second")
        for columns, lines in ((50, 20), (100, 12), (40, 20)):
            terminal.resize(columns, lines)
            screen = terminal.wait_for(lambda screen: re.match(r"NAME", screen) and "second" in screen, f"{columns}x{lines}")
            self.assertEqual(screen.count("first"), 1, screen)
            self.assertEqual(len(screen.strip().splitlines()), 3, screen)

    def test_painted_whole_after_a_stop(self):
        terminal = self.terminal(columns=120, lines=20)
        terminal.run("facioctl cron list --watch=1h --columns name,enabled")
        terminal.wait_for("second")
        terminal.press("C-z")
        terminal.wait_for("Stopped")
        terminal.run("clear; fg")
        screen = terminal.wait_for(lambda screen: re.search(r"NAME.*\nfirst.*\nsecond|NAME.*\nsecond.*\nfirst", screen))
        self.assertEqual(screen.count("first"), 1, screen)


if __name__ == "__main__":
    harness.main()
