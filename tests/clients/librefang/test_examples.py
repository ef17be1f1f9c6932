#!/usr/bin/env python3
"""Every example of every help of LibreFang runs: typed into a shell as it stands, by a user who has the objects and files that it names, on
the newest daemon. What cannot succeed there is listed by name with the exit code that it has, and why."""

import os
import subprocess

import harness
import librefang_daemon

ONLINE = "needs the internet"
# By the beginning of an example: what it ends with here, and why.
ENDS = {}
# These go on until somebody ends them.
LIVING = (" -f",)
FILES = {"question.txt": "What is on for today?\n", "lines.txt": "hello\n/usage\n"}


class Examples(librefang_daemon.Case):
    @classmethod
    def setUpClass(cls):
        cls.daemons = [librefang_daemon.Daemon(librefang_daemon.VERSIONS[-1])]
        cls.addClassCleanup(cls.daemons[0].close)

    def test_every_example(self):
        daemon = self.newest()
        bin_directory = self.home.file("bin")
        os.mkdir(bin_directory)
        os.symlink(harness.CLIENT, os.path.join(bin_directory, "facioctl"))
        for name, text in FILES.items():
            self.home.write(name, text)
        environment = {**self.home.environment, "PATH": bin_directory + ":" + os.environ["PATH"], "FACIOCTL_URL": daemon.url,
                       "FACIOCTL_TOKEN_FILE": self.home.file("librefang.key")}
        daemon.spawn("coder")
        unused, wrong = set(ENDS), []
        for command in self.succeed(self.home.run("schema")).json()["commands"]:
            if not command["id"].startswith("librefang."):
                continue
            for example in command["examples"]:
                line = example["command"]
                expected = next(((ENDS[begin], begin) for begin in ENDS if line.removeprefix("facioctl librefang ").startswith(begin)), None)
                unused.discard(expected[1] if expected else None)
                if line.endswith(LIVING):
                    self.lives(line, environment)
                    continue
                done = subprocess.run(["bash", "-c", line], env=environment, cwd=self.home.path, capture_output=True, text=True,
                                      stdin=subprocess.DEVNULL, timeout=harness.DEADLINE * 2)
                if done.returncode != (expected[0][0] if expected else 0):
                    wrong.append(f"{line}\n  exit {done.returncode}: {done.stderr.strip()[:300]}")
        self.assertEqual("\n".join(wrong), "")
        self.assertEqual(unused, set(), "no example needs these")

    def lives(self, line, environment):
        """It prints something, and has not ended."""
        process = subprocess.Popen(["bash", "-c", "exec " + line], env=environment, cwd=self.home.path, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        try:
            self.assertTrue(process.stdout.readline(), line)
            self.assertIsNone(process.poll(), line)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


if __name__ == "__main__":
    harness.main()
