#!/usr/bin/env python3
"""From `facioctl` alone to the followed log of an agent elsewhere: a person who never saw the tool reads the screen and types what it says.

What the person knows: the address of the agent, the file with its token, and what they want to see. Every command line is taken from the
screen by the rules of `next_line`; only words in capitals are filled in."""

import os
import re

import harness
import tmux


class Path(harness.Case):
    def person(self, **known):
        terminal = tmux.Tmux(self.home, columns=160, lines=50)
        self.addCleanup(terminal.close)
        self.known = known
        return terminal

    def filled(self, line):
        """What a person makes of a line with placeholders."""
        return re.sub(r"\b[A-Z]{2,}\b", lambda word: self.known[word[0]], line)

    def next_line(self, screen, wish):
        """A line that says what is next, or behind `try:` the remedy; else the line of a list whose meaning tells of what is wished for."""
        told = re.findall(r"^next: (.*)$|; try: (.*)$|; run: (.*)$|(chmod 600 \S+)", screen, re.MULTILINE)
        if told:
            return self.filled(next(part for part in told[-1] if part))
        lines = screen.splitlines()
        for at, line in enumerate(lines):
            if wish in line:
                command = line if line.strip().startswith("facioctl") else lines[at - 1]
                return self.filled(re.split(r"\s{3,}", command.strip())[0])
        raise AssertionError(f"nothing on the screen tells how to get to {wish!r}:\n{screen}")

    def step(self, terminal, line):
        """Types a line on a clean screen; what is shown when the prompt is back."""
        terminal.run("clear")
        terminal.wait_for(lambda screen: screen.strip() == "$")
        terminal.run(line)
        return terminal.wait_for(lambda screen: screen.rstrip().endswith("\n$"), f"the end of {line}")

    def elsewhere(self):
        """A server with a home of its own: the person's has no context and no token."""
        home = harness.Home()
        self.addCleanup(home.remove)
        return self.serve(home=home, listen="127.0.0.2:0")

    def test_to_the_followed_log(self):
        server = self.elsewhere()
        with open(server.token_file, encoding="ascii") as file:
            copied = self.home.write("far.token", file.read())
        os.chmod(copied, 0o644)  # as a copy easily gets
        terminal = self.person(NAME="far", URL=server.url, FILE=copied)
        screen = self.step(terminal, "facioctl")
        typed = []
        for _ in range(8):
            line = self.next_line(screen, "elsewhere")
            typed.append(line)
            if "audit" in line:
                break
            screen = self.step(terminal, line)
            if line.startswith("chmod"):  # says nothing: what failed is done again
                screen = self.step(terminal, typed[-2])
        self.assertEqual([" ".join(line.split()[:3]) for line in typed[:2]], ["facioctl context add", "facioctl context test"])
        self.assertIn(f"chmod 600 {copied}", typed)
        self.assertIn("audit -f", typed[-1])
        terminal.run("clear")
        terminal.run(typed[-1])
        self.succeed(server.run("chat", "send", "/echo a-new-thing-happened"))
        terminal.wait_for("a-new-thing-happened")
        terminal.press("C-c")
        terminal.wait_for(lambda screen: screen.rstrip().endswith("$"))

    def test_a_refused_token_names_its_remedy(self):
        server = self.elsewhere()
        wrong = self.home.write("far.token", "not-the-token\n")
        os.chmod(wrong, 0o600)
        self.succeed(self.home.run("context", "add", "far", "--url", server.url, "--token-file", wrong))
        right = self.home.write("right.token", server.token + "\n")
        os.chmod(right, 0o600)
        terminal = self.person(NAME="far", URL=server.url, FILE=right)
        screen = self.step(terminal, "facioctl cron list")
        line = self.next_line(screen, "token")
        self.assertEqual(line, f"facioctl context add far --token-file {right}")
        screen = self.step(terminal, line)
        screen = self.step(terminal, self.next_line(screen, "next"))
        self.assertIn("ok", screen)

    def test_nobody_there(self):
        terminal = self.person(NAME="local", URL="http://127.0.0.1:1", FILE="x")
        screen = self.step(terminal, "facioctl health --url http://127.0.0.1:1")
        self.assertIn("facioctl serve", screen)

    def test_an_agent_on_this_machine(self):
        """The other way of the first page: serve, then the commands in another shell."""
        terminal = self.person()
        screen = self.step(terminal, "facioctl")
        line = self.next_line(screen, "an agent on this machine")
        self.assertEqual(line, "facioctl serve")
        terminal.run(f"{line} --listen 127.0.0.1:0 --memory")
        terminal.wait_for("ready http://")
        done = self.succeed(self.home.run("health"))
        self.assertIn("ok", done.out)
        terminal.press("C-c")
        terminal.wait_for(lambda screen: screen.rstrip().endswith("$"))


if __name__ == "__main__":
    harness.main()
