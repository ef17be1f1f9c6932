"""A real keyring (gnome-keyring) in a session bus of its own."""

import os
import shutil
import signal
import subprocess

import harness


def is_here():
    return all(shutil.which(name) for name in ("dbus-run-session", "gnome-keyring-daemon", "secret-tool"))


class Keyring:
    """Unlocked, and known to the home's environment, when the constructor returns."""

    def __init__(self, home):
        self.home = home
        read_end, write_end = os.pipe()
        start = (f"printf pw | gnome-keyring-daemon --unlock --components=secrets --control-directory={home.file('keys')} >/dev/null; "
                 f"echo $DBUS_SESSION_BUS_ADDRESS >&{write_end}; exec cat")
        self.session = subprocess.Popen(["dbus-run-session", "--", "sh", "-c", start], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, env={**home.environment, "DISPLAY": ""}, pass_fds=(write_end,),
                                        start_new_session=True)
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            home.environment["DBUS_SESSION_BUS_ADDRESS"] = pipe.readline().strip()
        if not home.environment["DBUS_SESSION_BUS_ADDRESS"]:
            self.end()
            raise AssertionError("the session bus did not start")

    def lock(self):
        """Locks every collection, as a desktop does when nobody is there."""
        subprocess.run(["secret-tool", "lock"], env=self.home.environment, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)

    def entry(self, name):
        """What is in it under our name; empty for nothing."""
        return subprocess.run(["secret-tool", "lookup", "application", "facioctl", "token", name], env=self.home.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout

    def end(self):
        if self.session.poll() is None:
            os.killpg(self.session.pid, signal.SIGTERM)
        self.session.stdin.close()
        self.session.wait(harness.DEADLINE)
