"""Small disks that only this process and its children see: full ones, and ones that lose their power. Needs root and a kernel that permits
mounts and loop devices; reason_against() says what is missing."""

import ctypes
import fcntl
import os
import struct
import subprocess
import tempfile

import harness

CLONE_NEWNS = 0x00020000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
EXT4_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2
_state = []


def reason_against():
    """Why there are no disks of our own here; "" when there are. The first call gives this process a mount table of its own: call it before
    any thread is started."""
    if not _state:
        _state.append(_enter())
    return _state[0]


def _enter():
    if os.geteuid() != 0:
        return "mounting needs root"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        return "no mount namespace: " + os.strerror(ctypes.get_errno())
    if libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None) != 0:
        return "the mount namespace cannot be made private: " + os.strerror(ctypes.get_errno())
    return _tried(lambda place: MemoryDisk(place, "1m").close())


def reason_against_power():
    """The same for disks whose power can be cut."""
    if len(_state) < 2:
        reason = reason_against()

        def once(place):
            disk = PoweredDisk(place, 8)
            disk.cut()
            disk.close()

        _state.append(reason or _tried(once))
    return _state[1]


def _tried(make):
    with tempfile.TemporaryDirectory(prefix="facioctl-disk-") as folder:
        try:
            make(os.path.join(folder, "disk"))
        except OSError as problem:
            return f"no disk of our own: {problem}"
    return ""


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


class MemoryDisk:
    """A tmpfs of a fixed size at `place`."""

    def __init__(self, place, size):
        self.place = place
        os.makedirs(place, exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "none", place)

    def fill(self, leave=0):
        """Leaves this many bytes, by whole pages."""
        with open(os.path.join(self.place, "filler"), "ab") as file:
            size, step = os.fstat(file.fileno()).st_size, 1 << 24
            while step >= 4096:
                try:
                    os.posix_fallocate(file.fileno(), size, step)
                    size += step
                except OSError:
                    step //= 2
            os.truncate(file.fileno(), max(size - leave, 0))

    def free(self):
        os.unlink(os.path.join(self.place, "filler"))

    def close(self):
        run("umount", "-l", self.place)


class PoweredDisk:
    """An ext4 of its own in a file at `place`.img. cut() takes the power away: what was not yet told to the disk, and its acknowledgement
    waited for, is gone. restore() is the start of the machine afterwards."""

    def __init__(self, place, megabytes=96):
        self.place, self.image = place, place + ".img"
        os.makedirs(place, exist_ok=True)
        with open(self.image, "wb") as file:
            file.truncate(megabytes << 20)
        run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image)
        self.mounted = False
        self.restore()

    def restore(self):
        run("mount", "-o", "loop", self.image, self.place)
        self.mounted = True

    def cut(self):
        top = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(top, EXT4_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(top)

    def unmount(self):
        """After a cut. What the killed server had started (git) ends by itself, since it can no longer write."""
        if self.mounted:
            harness.wait_until(lambda: subprocess.run(["umount", self.place], capture_output=True, check=False).returncode == 0,
                               "nobody uses the disk any more")
            self.mounted = False

    def close(self):
        self.unmount()
        os.unlink(self.image)
