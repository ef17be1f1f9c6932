#!/usr/bin/env python3
"""facioctl chat as a conversation, in a terminal whose screen is read: keys, pasted text, earlier messages, stops, sizes; and Ctrl-C."""

import os
import re
import signal
import subprocess

import harness
import tmux

HISTORY = "state/facioctl/chat"


class Conversation(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--memory", pass_data=False)

    def terminal(self, line="facioctl chat --session talk", env=None, **size):
        terminal = tmux.Tmux(self.home, {"FACIOCTL_URL": self.server.url, "FACIOCTL_TOKEN_FILE": self.server.token_file,
                                         "XDG_STATE_HOME": self.home.file("state"), **(env or {})}, **size)
        self.addCleanup(terminal.close)
        terminal.run(line)
        terminal.wait_for(lambda screen: screen.rstrip().endswith(">"))
        return terminal

    def said(self, session="talk"):
        done = self.server.run("sessions", "get", f"api:{session}", "-o", "json")
        return [message["content"] for message in done.json()["messages"] if message["role"] == "user"] if done.code == 0 else []

    def says(self, terminal, *messages):
        """Until the agent has got these last, and the prompt is back."""
        harness.wait_until(lambda: self.said()[-len(messages):] == list(messages), f"{messages}, not {self.said()}")
        return terminal.wait_for(lambda screen: screen.rstrip().endswith("\n>"))

    @staticmethod
    def paste(terminal, text):
        terminal.tmux("set-buffer", "--", text)
        terminal.tmux("paste-buffer", "-p", "-r")

    def files(self):
        folder = self.home.file(HISTORY)
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def kept(self):
        name, = self.files()
        path = os.path.join(self.home.file(HISTORY), name)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()

    def test_keys(self):
        terminal = self.terminal()
        cases = [
            ("/echo one three", ["M-b", "two ", "Enter"], "/echo one two three"),
            ("echo one", ["Home", "/", "End", "!", "Enter"], "/echo one!"),
            ("x/echo ab", ["C-a", "C-d", "C-e", "Left", "Left", "BSpace", "-", "Right", "DC", "Enter"], "/echo-a"),
            ("/echo kept lost words", ["C-w", "C-w", "C-y", "Enter"], "/echo kept lost "),
            ("junk", ["C-u", "/echo after", "C-a", "C-k", "/echo new", "Enter"], "/echo new"),
            ("/echo 日本語é", ["Left", "Left", "BSpace", "Enter"], "/echo 日語é"),
            ("/echo e\u0301\U0001F468\u200D\U0001F469\u200D\U0001F467!", ["Left", "BSpace", "BSpace", "Enter"], "/echo !"),
            ("/echo a\\", ["Enter", "b", "M-Enter", "c", "Enter"], "/echo a\nb\nc"),
            ("/echo up", ["M-Enter", "line", "Up", "X", "Enter"], "/echXo up\nline"),
        ]
        for typed, keys, message in cases:
            with self.subTest(message):
                terminal.type(typed)
                for key in keys:
                    if key[0].isupper() and (len(key) > 1 and (key[1] == "-" or key in ("Home", "End", "Left", "Right", "Enter", "BSpace",
                                                                                     "Up", "DC"))):
                        terminal.press(key)
                    else:
                        terminal.type(key)
                self.says(terminal, message)

    def test_pasted_lines_are_one_message(self):
        terminal = self.terminal()
        self.paste(terminal, "/echo first\n\tsecond\x1b[31m\n日本\n")
        terminal.wait_for("日本")
        self.assertEqual(self.said(), [], "nothing is sent before Enter")
        terminal.press("Enter")
        self.says(terminal, "/echo first\n\tsecond[31m\n日本\n")

    def test_a_message_longer_than_a_terminal_keeps(self):
        terminal = self.terminal(columns=60, lines=12)
        text = "/echo " + " ".join(str(number) for number in range(2500))
        self.assertGreater(len(text), 10_000)
        self.paste(terminal, text)
        terminal.wait_for("2499")
        terminal.press("C-e", "BSpace", "!", "Enter")
        self.says(terminal, text[:-1] + "!")

    def test_long_lines_and_other_sizes(self):
        terminal = self.terminal(columns=40, lines=14)
        terminal.type("/echo " + "日本" * 30)
        terminal.wait_for("日本")
        for columns, lines in ((20, 14), (60, 14), (33, 10)):
            with self.subTest(f"{columns}x{lines}"):
                terminal.resize(columns, lines)
                terminal.press("Left", "Right")
                whole = "> /echo " + "日本" * 30
                terminal.wait_for(lambda screen: "".join(screen.split("\n")).replace(" ", "").endswith(whole.replace(" ", "")), "whole")
        terminal.press("C-a")
        terminal.type("X")
        terminal.press("BSpace", "Enter")
        self.says(terminal, "/echo " + "日本" * 30)

    def test_earlier_messages(self):
        terminal = self.terminal()
        for message in ("/echo one", " /echo unseen", "/echo two\\", "/echo two\\"):
            terminal.type(message)
            terminal.press("Enter")
            if message.endswith("\\"):
                terminal.type("lines")
                terminal.press("Enter")
            harness.wait_until(lambda: self.said()[-1:] == [message.replace("\\", "\nlines")], message)
            terminal.wait_for(lambda screen: screen.rstrip().endswith("\n>"))
        self.assertEqual(self.kept(), ["/echo one", "/echo two\\nlines"])
        terminal.run("/quit")
        terminal.wait_for(lambda screen: screen.rstrip().endswith("$"))
        terminal.run("clear; facioctl chat --session talk")
        terminal.wait_for(lambda screen: screen.rstrip().endswith("\n>"))
        terminal.type("half")
        terminal.press("Up", "Up", "Up")
        terminal.wait_for("> /echo one")
        terminal.press("Down", "Down", "Down")
        terminal.wait_for("> half")
        terminal.press("C-u", "Up", "Up", "Up", "Enter")
        self.says(terminal, "/echo one")

    def test_history_is_off_where_it_is_not_wanted(self):
        terminal = self.terminal("facioctl chat --session talk --no-history")
        for number in range(2):
            if number == 1:
                terminal.run("clear; FACIOCTL_CHAT_HISTORY=off facioctl chat --session talk")
                terminal.wait_for(lambda screen: screen.rstrip().endswith("\n>"))
            terminal.type(f"/echo {number}")
            terminal.press("Enter")
            self.says(terminal, f"/echo {number}")
            self.assertEqual(self.files(), [])
            terminal.press("Up")
            terminal.wait_for(lambda screen: screen.rstrip().endswith(f"\n> /echo {number}"))
            terminal.press("C-u", "C-d")
            terminal.wait_for(lambda screen: screen.rstrip().endswith("$"))
        done = self.at_terminal(self.server, "chat", env={"FACIOCTL_CHAT_HISTORY": "perhaps"})
        self.assertEqual(done.end(), 2)

    def test_contexts_have_histories_of_their_own(self):
        terminal = tmux.Tmux(self.home)
        self.addCleanup(terminal.close)
        for name in ("one", "two"):
            self.succeed(self.home.run("context", "add", name, "--url", self.server.url, "--token-file", self.server.token_file))
            terminal.run(f"clear; facioctl chat --session talk --context {name}")
            terminal.wait_for(lambda screen: screen.rstrip().endswith("\n>"))
            terminal.type(f"/echo {name}")
            terminal.press("Enter")
            self.says(terminal, f"/echo {name}")
            terminal.press("C-d")
            terminal.wait_for(lambda screen: screen.rstrip().endswith("$"))
        self.assertEqual(self.files(), ["one", "two"])

    def test_the_file_is_bounded(self):
        os.makedirs(self.home.file(HISTORY))
        name = re.sub(r"[^A-Za-z0-9_-]", ".", self.server.url)
        path = self.home.write(f"{HISTORY}/{name}", "".join(f"message {number}\n" for number in range(1500)))
        terminal = self.terminal()
        with open(path, encoding="utf-8") as file:
            kept = file.read().splitlines()
        self.assertEqual((len(kept), kept[-1]), (500, "message 1499"))
        terminal.press("Up")
        terminal.wait_for("> message 1499")

    def test_stop_and_continue(self):
        terminal = self.terminal()
        terminal.type("/echo half")
        terminal.wait_for(lambda screen: screen.rstrip().endswith("\n> /echo half"))  # what is not read yet is lost by a stop
        terminal.press("C-z")
        terminal.wait_for("Stopped")
        terminal.run("stty -a | grep -o ' icanon'; echo still''here")
        self.assertIn("icanon", terminal.wait_for("stillhere"))
        terminal.run("fg")
        terminal.wait_for(lambda screen: screen.rstrip().endswith("\n> /echo half"))
        terminal.type(" done")
        terminal.press("Enter")
        self.says(terminal, "/echo half done")
        terminal.press("C-d")
        terminal.wait_for(lambda screen: screen.rstrip().endswith("$"))
        terminal.run("echo code=$?. ; stty -a | grep -o ' icanon'")
        self.assertIn("icanon", terminal.wait_for("code=0."))

    def test_interrupt_drops_what_was_typed(self):
        terminal = self.terminal()
        terminal.type("/echo no")
        terminal.press("C-c")
        terminal.wait_for("/echo no^C")
        terminal.type("/echo yes")
        terminal.press("Enter")
        self.says(terminal, "/echo yes")
        self.assertEqual(self.said(), ["/echo yes"])
        terminal.press("C-c")
        terminal.wait_for("Ctrl-D or /quit exits")
        terminal.press("C-c")
        terminal.wait_for(lambda screen: screen.rstrip().endswith("$"))
        terminal.run("echo code=$?.")
        terminal.wait_for("code=130.")

    def test_a_terminal_that_cannot_be_drawn_on(self):
        for env in ({"TERM": "dumb"}, {"ACCESSIBLE": "1"}):
            terminal = self.at_terminal(self.server, "chat", "--session", "talk", env=env)
            terminal.answer("> ", "/echo plain")
            terminal.answer("> ", "/quit")
            self.assertEqual(terminal.end(), 0, terminal.text)
            self.assertIn("\nplain\n", terminal.text)
            self.assertNotIn("\x1b", terminal.raw)


class Interrupt(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--memory", pass_data=False)

    def runs(self):
        """Whether a turn of the session is working."""
        done = self.server.run("agent", "status", "--session", "api:one", "-o", "json")
        return done.code == 0 and done.json()["busy"]

    def interrupted(self, *arguments):
        terminal = self.at_terminal(self.server, "chat", "/sleep 1h", "--session", "one", *arguments)
        harness.wait_until(self.runs, "the turn")
        terminal.type("\x03")
        self.assertEqual(terminal.end(), -signal.SIGINT, terminal.text)
        return terminal.text

    def test_it_says_how_to_stop_the_run(self):
        shown = self.interrupted()
        self.assertIn("to stop it: facioctl agent stop --session api:one\n", shown)
        self.assertNotIn("stopping", shown)
        self.assertNotIn("to stop it", self.interrupted("--quiet"))

    def test_it_stops_the_run_where_that_is_wanted(self):
        shown = self.interrupted("--stop-on-interrupt")
        self.assertIn("stopping; press Ctrl-C again to exit", shown)
        self.assertFalse(self.runs())
        stops = self.succeed(self.server.run("audit", "list", "--event", "api_request", "-o", "json", "-n", "200")).out
        self.assertIn("commands/stop", stops)

    def test_the_command_is_about_the_same_agent(self):
        self.succeed(self.home.run("context", "add", "prod", "--url", self.server.url, "--token-file", self.server.token_file))
        self.succeed(self.home.run("context", "add", "other", "--url", "http://127.0.0.1:1", "--token-env", "NONE"))
        self.succeed(self.home.run("context", "use", "other"))
        process = subprocess.Popen([harness.CLIENT, "chat", "/sleep 1h", "--session", "one", "--context", "prod"], stderr=subprocess.PIPE,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=self.home.environment, text=True)
        self.addCleanup(process.stderr.close)
        harness.wait_until(self.runs, "the turn")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(harness.DEADLINE), -signal.SIGINT)
        self.assertIn("facioctl --context prod agent stop --session api:one\n", process.stderr.read())


if __name__ == "__main__":
    harness.main()
