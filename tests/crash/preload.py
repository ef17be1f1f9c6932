"""The two libraries that are preloaded into the program under test, made by the system's compiler, and what steers them."""

import errno
import mmap
import os
import shutil
import stat
import struct
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
OPERATIONS = ("write", "fsync", "fdatasync", "rename", "open", "mkdir", "link", "unlink")
KILL, SHORT = -1, -2
EFFECTS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EMFILE": errno.EMFILE, "short": SHORT, "kill": KILL}
FORMAT = "=IiiiiI8I"
FOREVER = -1


def reason_against(program):
    """Why nothing can be preloaded into this program; "" when it can."""
    if not program:
        return "no program to try"
    if not shutil.which("cc"):
        return "no C compiler to make the preloaded library with"
    with open(program, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            if b"__asan_init" in block or b"__tsan_init" in block:
                return "a sanitizer wants to be loaded first: the release build runs this"
    return ""


def build(name):
    """The path of the library, made where nobody else can change it."""
    folder = tempfile.mkdtemp(prefix="facioctl-preload-")
    made = os.path.join(folder, name + ".so")
    subprocess.run(["cc", "-std=gnu11", "-O1", "-fPIC", "-shared", "-o", made, os.path.join(HERE, name + ".c"), "-ldl", "-lpthread"],
                   check=True)
    return made


class Page:
    """A file that a test and the programs that it starts have in memory."""

    def __init__(self, path, size):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(max(size, 64)))
        os.chmod(path, stat.S_IRUSR | stat.S_IWUSR)
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), max(size, 64))

    def close(self):
        self.memory.close()
        os.unlink(self.path)


class Faults(Page):
    """Which calls of the program fail. git is reached by a script of its name, because the server gives it an environment of its own."""

    def __init__(self, folder, library):
        super().__init__(os.path.join(folder, "faults"), struct.calcsize(FORMAT))
        self.library = library
        programs = os.path.join(folder, "programs")
        os.makedirs(programs, exist_ok=True)
        script = os.path.join(programs, "git")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nLD_PRELOAD={library} FACIO_FAULTS={self.path} exec {shutil.which("git")} "$@"\n')
        os.chmod(script, 0o755)
        self.env = {"LD_PRELOAD": library, "FACIO_FAULTS": self.path, "PATH": programs + ":" + os.environ.get("PATH", "/usr/bin:/bin")}

    def arm(self, operations, skip=0, times=1, effect=errno.EIO, victim=0):
        mask = sum(1 << OPERATIONS.index(name) for name in operations)
        # The mask last: until then nothing is hit.
        self.memory[:struct.calcsize(FORMAT)] = struct.pack(FORMAT, 0, skip, times, effect, victim, 0, *[0] * 8)
        self.memory[:4] = struct.pack("=I", mask)

    def disarm(self):
        """How many calls were hit."""
        self.memory[:4] = bytes(4)
        return struct.unpack_from(FORMAT, self.memory)[5]

    def seen(self):
        """operation -> its calls since arm()."""
        return dict(zip(OPERATIONS, struct.unpack_from(FORMAT, self.memory)[6:]))

    def count(self, work):
        """How many calls of each operation `work` makes the program do."""
        self.arm(OPERATIONS, skip=1 << 30)
        work()
        self.disarm()
        return self.seen()


class WrongClock(Page):
    """The wall clock of the program."""

    def __init__(self, folder, library):
        super().__init__(os.path.join(folder, "clock"), 8)
        self.env = {"LD_PRELOAD": library, "FACIO_CLOCK": self.path}

    def set(self, seconds):
        """How far it is ahead of the machine's."""
        self.memory[:8] = struct.pack("=q", int(seconds * 1_000_000_000))
