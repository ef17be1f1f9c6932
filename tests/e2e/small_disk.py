"""A server whose store is on a small disk of its own, that a test can fill; the workspace is elsewhere."""

import contextlib
import errno
import os
import shutil
import subprocess
import sys

SIZE = 24 << 20
READER = """import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.execute("BEGIN")
store.execute("SELECT count(*) FROM sqlite_master").fetchone()
print("reads", flush=True)
sys.stdin.read()"""


def why_not():
    """Why this machine cannot have such a disk; empty when it can."""
    if shutil.which("unshare") is None:
        return "there is no unshare"
    done = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else "mounts are not permitted here: " + done.stderr.strip()


class SmallDisk:
    """The directory `data` of a home. It goes with the server's mount namespace."""

    def __init__(self, home):
        self.path, self.server = home.file("data"), None
        os.mkdir(self.path, 0o700)
        mount = f'mount -t tmpfs -o size={SIZE},mode=0700 tmpfs "{self.path}" && exec "$@"'
        self.prefix = ("unshare", "-rm", "sh", "-c", mount, "sh")

    def file(self, name):
        """The way to a file of the disk from outside."""
        return f"/proc/{self.server.process.pid}/root{self.path}/{name}"

    def fill(self):
        """Until not one byte more goes in."""
        with open(self.file("filler"), "ab", buffering=0) as file:
            for piece in (65536, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * piece)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    @contextlib.contextmanager
    def reader(self):
        """Another program that reads the store all the while. (SQLite asks where a path really is, so that it must be inside.)"""
        inside = ("nsenter", f"--target={self.server.process.pid}", "--user", "--mount", "--preserve-credentials")
        with subprocess.Popen([*inside, sys.executable, "-c", READER, self.path + "/facio.db"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as reader:
            if reader.stdout.readline() != b"reads\n":
                raise OSError("the store cannot be read from outside")
            yield
            reader.stdin.close()

    def free(self):
        os.unlink(self.file("filler"))
