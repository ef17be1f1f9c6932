"""A disk that loses its power keeps what was synced, and nothing else (synced_only.c). Needs no device and no privileges."""

import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


class SyncedOnly:
    """Watches the tree of a Home. Servers that are started with `environment` have such a disk, and so has the git that they run."""

    def __init__(self, home):
        self.home = home
        self.kept, programs = home.file("synced"), home.file("programs")
        os.mkdir(programs)
        library = os.path.join(programs, "synced_only.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(HERE, "synced_only.c")], check=True)
        os.mkdir(self.kept)
        watched = {"LD_PRELOAD": library, "SYNCED_FROM": home.path, "SYNCED_TO": self.kept}
        # The server gives git an environment of its own.
        words = " ".join(f"{name}={value}" for name, value in watched.items())
        git = os.path.join(programs, "git")
        with open(git, "w", encoding="ascii") as file:
            file.write(f'#!/bin/sh\nexec env {words} {shutil.which("git")} "$@"\n')
        os.chmod(git, 0o755)
        path = programs + ":" + home.environment["PATH"]
        sanitizer = home.environment.get("ASAN_OPTIONS", "")
        self.environment = {**watched, "PATH": path, "ASAN_OPTIONS": sanitizer + ("," if sanitizer else "") + "verify_asan_link_order=0"}
        subprocess.run(["/bin/true"], env={**watched, "SYNCED_NOW": "1"}, check=True)

    @staticmethod
    def _key(path):
        # As in the library: inode and time of birth, which Python does not tell.
        birth = subprocess.run(["stat", "-c", "%i %.9W", path], capture_output=True, text=True, check=True).stdout.split()
        seconds, fraction = birth[1].split(".")
        return f"{birth[0]}-{seconds}.{int(fraction)}"

    def moments(self, since=0):
        """The moments after this one at which something became durable, in their order."""
        return sorted(when for when in {int(name.rsplit(".", 1)[1]) for name in os.listdir(self.kept) if not name.endswith(".draft")}
                      if when > since)

    def after_the_cut(self, name, to, moment=None):
        """Makes, beside it, the folder `name` of the home as it is after a loss of power now, or right after one of the moments."""
        last = {}
        for file in os.listdir(self.kept):
            key, when = file.rsplit(".", 1)
            if when != "draft" and (moment is None or int(when) <= moment) and int(when) > last.get(key, (-1,))[0]:
                last[key] = (int(when), os.path.join(self.kept, file))
        entry = self._entries(last, self._key(self.home.path)).get(name)
        assert entry, f"the name {name} was never synced"
        self._make(last, entry, self.home.file(to))

    @staticmethod
    def _read(last, key):
        if key not in last:
            return b""
        with open(last[key][1], "rb") as file:
            return file.read()

    def _entries(self, last, key):
        found = {}
        for line in self._read(last, key + ".names").split(b"\0")[:-1]:
            kind, mode, below, name = line.decode().split(" ", 3)
            found[name] = (kind, int(mode, 8), below)
        return found

    def _make(self, last, entry, path):
        kind, mode, key = entry
        if kind == "d":
            os.mkdir(path)
            for name, below in self._entries(last, key).items():
                self._make(last, below, os.path.join(path, name))
            os.chmod(path, mode)
        elif kind == "f":
            with open(path, "wb") as file:
                file.write(self._read(last, key + ".data"))
            os.chmod(path, mode)
