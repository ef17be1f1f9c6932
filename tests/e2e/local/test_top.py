#!/usr/bin/env python3
"""facioctl top in a real terminal: what it shows, what its keys do, and that the terminal is given back at every end."""

import os
import re
import signal
import subprocess
import threading

import harness
import tmux


class Top(harness.Case):
    def terminal(self, server=None, env=None, **size):
        address = {} if server is None else {"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file}
        terminal = tmux.Tmux(self.home, {**address, **(env or {})}, **size)
        self.addCleanup(terminal.close)
        return terminal

    def start(self, terminal, line="facioctl top --every 200ms"):
        terminal.run(line)
        return terminal.wait_for("audit tail")

    def code(self, terminal):
        """The exit code, once the shell is back."""
        harness.wait_until(lambda: not terminal.alternate(), "the first screen")
        terminal.run("echo code=$?.")
        return int(re.search(r"^code=(\d+)\.", terminal.wait_for(lambda screen: re.search(r"^code=\d+\.", screen, re.MULTILINE)),
                             re.MULTILINE)[1])

    def background(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments)
        thread.start()
        self.addCleanup(thread.join)

    def test_what_is_going_on(self):
        server = self.serve()
        self.create_job(server, "nightly report")
        self.succeed(server.run("policy", "set", "--enabled"))
        terminal = self.terminal(server)
        screen = self.start(terminal)
        for word in ("TURNS (0)", "CRON (1)", "nightly report", "MCP SERVERS (0)", "CHANNELS (0)", "TOKENS TODAY", "idle", "read-only"):
            self.assertIn(word, screen)
        self.background(server.run, "chat", "send", '/tool write_file {"path": "a.txt", "content": "x"}')
        screen = terminal.wait_for("WAITING FOR A DECISION (1)")
        self.assertIn("TURNS (1)", terminal.wait_for("TURNS (1)"))
        approval = self.succeed(server.run("approvals", "list", "-o", "json")).json()[0]
        self.assertIn(approval["id"], screen)
        self.succeed(server.run("approvals", "approve", approval["id"]))
        screen = terminal.wait_for("WAITING FOR A DECISION (0)")
        terminal.wait_for("TURNS (0)")
        screen = terminal.wait_for("TOOLS (1)")
        self.assertRegex(screen, r"write_file +ok")
        terminal.wait_for("message_out")
        terminal.press("q")
        self.assertEqual(self.code(terminal), 0)

    def test_given_back_at_every_end(self):
        server = self.serve()
        terminal = self.terminal(server)
        terminal.run("stty -g > before; echo marker")
        terminal.wait_for("\nmarker")
        ends = [("q", lambda: terminal.press("q"), 0), ("Ctrl-C", lambda: terminal.press("C-c"), 130)]
        ends += [(name, lambda number=number: os.kill(terminal.child(), number), 128 + number)
                 for name, number in (("SIGTERM", signal.SIGTERM), ("SIGHUP", signal.SIGHUP), ("SIGSEGV", signal.SIGSEGV),
                                      ("SIGABRT", signal.SIGABRT))]
        for name, end, code in ends:
            with self.subTest(name):
                self.start(terminal)
                self.assertTrue(terminal.alternate())
                end()
                self.assertEqual(self.code(terminal), code)
                self.assertIn("marker", terminal.screen())
                self.assertFalse(terminal.alternate())
                terminal.run(f"stty -g > after; clear; echo marker after {name}.")
                terminal.wait_for(lambda screen: screen.startswith(f"marker after {name}."))
                with open(self.home.file("before"), encoding="ascii") as before, open(self.home.file("after"), encoding="ascii") as after:
                    self.assertEqual(after.read(), before.read())
                self.assertEqual(terminal.tmux("display-message", "-p", "#{cursor_flag}").strip(), "1")

    def test_stop_and_continue(self):
        server = self.serve()
        terminal = self.terminal(server)
        self.start(terminal)
        terminal.press("C-z")
        terminal.wait_for("Stopped")
        self.assertFalse(terminal.alternate())
        terminal.run("stty -a | grep -o ' icanon'; echo still''here")
        self.assertIn("icanon", terminal.wait_for("stillhere"))
        terminal.run("fg")
        terminal.wait_for("TURNS (0)")
        self.assertTrue(terminal.alternate())
        terminal.press("q")
        terminal.wait_for(lambda screen: not terminal.alternate())

    def test_sizes_and_wide_text(self):
        server = self.serve()
        self.create_job(server, "\u65e5\u672c\u8a9e\u306e\u4e88\u5b9a\u8868 \x1b[31m\u202e" + "w" * 80)
        terminal = self.terminal(server)
        self.start(terminal)
        for columns, lines in ((80, 24), (40, 14), (20, 6), (200, 50)):
            with self.subTest(f"{columns}x{lines}"):
                terminal.resize(columns, lines)
                # Nothing wraps: the first line is the head, the second the first heading.
                screen = terminal.wait_for(lambda screen: re.match(r"facioctl top[^\n]*\nTURNS \(0\)", screen)
                                           and len(screen.splitlines()) == lines and
                                           screen.splitlines()[-1].startswith("q quits"), f"{columns}x{lines}")
                self.assertTrue(all(len(line) <= columns for line in screen.splitlines()))
        self.assertIn("\\x1b[31m", screen)

    def test_agent_lost_and_back(self):
        server = self.serve()
        port = server.address[1]
        terminal = self.terminal(server)
        self.start(terminal)
        server.stop()
        screen = terminal.wait_for("LOST")
        self.assertIn("cannot connect", screen)
        self.serve(listen=f"127.0.0.1:{port}")
        terminal.wait_for("BACK")
        self.assertNotIn("LOST", terminal.screen())
        terminal.press("q")
        self.assertEqual(self.code(terminal), 0)

    def test_keys_do_not_wait_for_a_silent_agent(self):
        server = self.serve()
        terminal = self.terminal(server)
        self.start(terminal)
        os.kill(server.process.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, server.process.pid, signal.SIGCONT)
        terminal.press("q")
        self.assertEqual(self.code(terminal), 0)

    def test_nothing_is_changed_without_write(self):
        server = self.serve()
        job = self.create_job(server, "nightly")["id"]
        terminal = self.terminal(server)
        self.start(terminal)
        terminal.press("Down")
        terminal.wait_for(f"r: facioctl cron run-now {job}")
        terminal.press("r")
        terminal.wait_for(f"--write is needed to change something; or run: facioctl cron run-now {job}")
        terminal.press("q")
        self.assertEqual(self.code(terminal), 0)
        self.assertNotIn("POST", server.run("audit", "list", "--event", "api_request", "-n", "500",
                                            "-q").out.replace("POST /api/v1/cron 20", ""))

    def test_write_asks_first(self):
        server = self.serve()
        job = self.create_job(server, "nightly")["id"]
        terminal = self.terminal(server)
        self.start(terminal, "facioctl top --every 200ms --write")
        terminal.press("Down")
        terminal.wait_for(f"p: facioctl cron pause {job}")
        terminal.press("p")
        terminal.wait_for(f"run `facioctl cron pause {job}`? y/n")
        terminal.press("n")
        terminal.wait_for("nothing was done")
        self.assertTrue(server.run("cron", "get", job, "-o", "json").json()["enabled"])
        terminal.press("p")
        terminal.wait_for("y/n")
        terminal.press("y")
        terminal.wait_for(f"done: facioctl cron pause {job}")
        terminal.wait_for("paused")
        self.assertFalse(server.run("cron", "get", job, "-o", "json").json()["enabled"])

    def test_protected_context_wants_its_name(self):
        server = self.serve()
        job = self.create_job(server, "nightly")["id"]
        self.succeed(self.home.run("context", "add", "prod", "--url", server.url, "--token-file", server.token_file, "--protected"))
        terminal = self.terminal()
        self.start(terminal, "facioctl top --context prod --every 200ms --write")
        terminal.press("Down")
        terminal.wait_for(f"facioctl --context prod cron pause {job}")
        terminal.press("p")
        terminal.wait_for("type prod and Enter")
        terminal.type("y")
        terminal.press("Enter")
        terminal.wait_for("is not the name of the context")
        terminal.press("p")
        terminal.wait_for("type prod and Enter")
        terminal.type("prod")
        terminal.press("Enter")
        terminal.wait_for("done: facioctl --context prod cron pause")
        self.assertFalse(server.run("cron", "get", job, "-o", "json").json()["enabled"])

    def test_without_a_terminal(self):
        server = self.serve()
        done = self.fail_with(2, server.run("top"))
        self.assertIn("facioctl top --once -o json", done.err)
        self.assertEqual(done.out, "")
        self.assertIn("--every", self.fail_with(2, server.run("top", "--once", "--every", "1ms")).err)
        self.fail_with(11, self.home.run("top", "--once", env={"FACIOCTL_URL": "http://127.0.0.1:9", "FACIOCTL_TOKEN": "x"}))
        self.fail_with(3, self.home.run("top", "--once", env={"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN": "wrong"}))

    def test_once(self):
        server = self.serve()
        self.create_job(server, "nightly")
        self.succeed(server.run("chat", "send", "/tool list_dir {}"))
        seen = self.succeed(server.run("top", "--once", "-o", "json")).json()
        self.assertEqual(seen["url"], server.url)
        self.assertEqual(seen["health"]["status"], "ok")
        self.assertEqual([job["name"] for job in seen["cron"]], ["nightly"])
        self.assertEqual((seen["turns"], seen["approvals"], seen["mcp"], seen["channels"], seen["troubles"]), ([], [], [], {}, {}))
        self.assertIn("tool_call", [event["event"] for event in seen["audit"]])
        text = self.succeed(server.run("top", "--once")).out
        self.assertIn("nightly", text)
        self.assertNotIn("\x1b", text)

    def test_what_is_due_next_comes_first(self):
        server = self.serve()
        for name, every in (("later", "50h"), ("soon", "30m"), ("paused", "10m"), ("tomorrow", "20h")):
            self.create_job(server, name, "--every", every)
        self.succeed(server.run("cron", "pause", "paused"))
        text = self.succeed(server.run("top", "--once")).out
        shown = re.findall(r"\b(later|soon|paused|tomorrow)\b(?= {2,}(?:next|paused))", text)
        self.assertEqual(shown, ["soon", "tomorrow", "later", "paused"])
        self.assertRegex(text.splitlines()[0], r"next soon in (29|30)m")

    def test_accessible_prints_what_has_changed(self):
        server = self.serve()
        terminal = self.at_terminal(server, "top", "--every", "100ms", env={"ACCESSIBLE": "1"}, columns=160)
        first = terminal.wait_for("audit tail")
        self.assertIn("CRON (0)", first)
        self.create_job(server, "nightly report")
        again = terminal.wait_for("audit tail")
        self.assertIn("nightly report", again)
        self.assertEqual(again.count("CRON ("), 1, again)
        terminal.type("\x03")
        self.assertEqual(terminal.end(), -signal.SIGINT)
        self.assertNotIn("\x1b", terminal.raw)

    def test_commands_that_it_names_can_be_typed(self):
        server = self.serve()
        text = self.succeed(server.run("top", "--once")).out
        named = re.findall(r"^[A-Z ]+ \(.*?\)  (facioctl .*)$", text, re.MULTILINE)
        self.assertEqual(len(named), 8, text)
        for line in named:
            self.succeed(server.run(*line.split()[1:]))


if __name__ == "__main__":
    harness.main()
