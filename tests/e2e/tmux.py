"""A terminal that shows what a person would see: a shell in tmux, its screen read and its keys pressed."""

import os
import subprocess

import harness


class Tmux:
    def __init__(self, home, env=None, columns=120, lines=30):
        self.home = home
        self.socket = home.file("tmux.socket")
        folder = home.file("tmux-bin")
        os.makedirs(folder, exist_ok=True)
        link = os.path.join(folder, "facioctl")
        if not os.path.lexists(link):
            os.symlink(harness.CLIENT, link)
        environment = {**home.environment, **(env or {}), "PATH": folder + ":" + home.environment["PATH"], "TERM": "xterm-256color",
                       "HISTFILE": ""}
        start = home.write("tmux-bashrc", "PS1='$ '\n")
        subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(lines),
                        f"bash --noprofile --rcfile {start} -i"],
                       env=environment, cwd=home.path, check=True, timeout=harness.DEADLINE)
        self.wait_for("$")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-S", self.socket, *arguments], capture_output=True, text=True, timeout=harness.DEADLINE).stdout

    def screen(self):
        """The lines that are shown, without blanks at their ends."""
        return self.tmux("capture-pane", "-p")

    def wait_for(self, text, what=None):
        """Until the screen shows this; returns the screen."""
        found = []

        def shown():
            found[:] = [self.screen()]
            return text(found[0]) if callable(text) else text in found[0]

        try:
            harness.wait_until(shown, what or repr(text))
        except AssertionError as error:
            raise AssertionError(f"{error}\n{found[0]}") from None
        return found[0]

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def run(self, line):
        """Types a command line."""
        self.type(line)
        self.press("Enter")

    def resize(self, columns, lines):
        self.tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def alternate(self):
        """Whether a program has the other screen."""
        return self.tmux("display-message", "-p", "#{alternate_on}").strip() == "1"

    def child(self):
        """The process that the shell runs now."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        found = harness.wait_until(lambda: subprocess.run(["pgrep", "-P", shell, "facioctl"], capture_output=True,
                                                          text=True).stdout.split(), "the program")
        return int(found[0])

    def close(self):
        self.tmux("kill-server")
