#!/usr/bin/env python3
"""The units for systemd: systemd finds nothing wrong with them, and hardly anything is exposed by what they start."""

import glob
import os
import re
import shutil
import signal
import subprocess
import unittest

import harness

SOURCE = os.path.join(os.environ["FACIOCTL_SOURCE"], "packaging")
MOST_EXPOSURE = 15  # tenths


class Units(harness.Case):
    def staged(self):
        """The units in a directory of their own, which name programs that are here."""
        units = []
        for path in sorted(glob.glob(f"{SOURCE}/systemd/facioctl-*.*")):
            if ".user." in path:
                continue
            with open(path, encoding="utf-8") as file:
                text = file.read()
            text = text.replace("/usr/bin/facioctl", harness.FACIOCTL).replace("/usr/libexec/facioctl", f"{SOURCE}/files")
            units.append(self.home.write(os.path.basename(path).replace("@.", "@one."), re.sub(r"(?m)^Documentation=.*\n", "", text)))
        return units

    def systemd_analyze(self, *arguments):
        return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60,
                              env={**self.home.environment, "SYSTEMD_LOG_LEVEL": "notice", "SYSTEMD_COLORS": "0"})

    def test_systemd_finds_nothing_wrong(self):
        units = self.staged()
        self.assertEqual(len(units), 7)
        done = self.systemd_analyze("verify", "--recursive-errors=no", "--man=no", *units)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        broken = self.home.write("broken.service", "[Service]\nExecStart=/nowhere\nRestrt=yes\n")
        self.assertIn("Restrt", self.systemd_analyze("verify", "--recursive-errors=no", broken).stderr, "it would say so")

    def test_little_is_exposed(self):
        services = [unit for unit in self.staged() if unit.endswith(".service")]
        self.assertEqual(len(services), 4)
        for unit in services:
            done = self.systemd_analyze("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSURE}", unit)
            self.assertEqual(done.returncode, 0, done.stdout)

    def calls_of(self, group):
        """The system calls of a group, as systemd knows it."""
        found = set()
        for line in self.systemd_analyze("syscall-filter", "--no-pager", group).stdout.splitlines()[1:]:
            name = line.strip()
            if name.startswith("@"):
                found |= self.calls_of(name)
            elif name and not name.startswith("#"):
                found.add(name)
        return found

    def allowed_calls(self):
        """By the SystemCallFilter= lines of the unit."""
        allowed = set()
        with open(f"{SOURCE}/systemd/facioctl-serve.service", encoding="utf-8") as file:
            lines = re.findall(r"^SystemCallFilter=(~?)(.+)$", file.read(), re.MULTILINE)
        self.assertEqual(len(lines), 2)
        for denied, words in lines:
            calls = set().union(*(self.calls_of(word) if word.startswith("@") else {word} for word in words.split()))
            allowed = allowed - calls if denied else allowed | calls
        self.assertIn("read", allowed)
        return allowed

    def test_the_server_calls_nothing_that_its_unit_forbids(self):
        trace = self.home.file("trace")
        server = self.serve("--a2a", prefix=["strace", "-f", "-qq", "-o", trace])
        self.create_job(server, "report", "--every", "1h")
        self.succeed(server.run("credentials", "set", "KEY", stdin="s3cret"))
        self.succeed(server.run("workspace", "put", "notes.md", stdin="# Notes"))
        self.succeed(server.run("versions", "checkpoint", "--reason", "notes"))
        self.succeed(server.run("cron", "run-now", "report"))
        self.succeed(server.run("wait", "--for", "cron/report=done", "--timeout", "20s"))
        self.succeed(server.run("audit", "verify", "--server"))
        self.succeed(server.run("agent", "restart", "--yes"))
        pid = server.ready["pid"]
        os.kill(pid, signal.SIGTERM)
        self.assertEqual(server.process.wait(harness.DEADLINE), 0, server.output())
        with open(trace, encoding="utf-8", errors="replace") as file:
            called = set(re.findall(r"^\d+ +([a-z_0-9]+)\(", file.read(), re.MULTILINE))
        self.assertGreater(len(called), 50)
        # SQLite gives files to the owner of the database, if it runs as root. Here it does; the service does not.
        self.assertEqual(called - self.allowed_calls() - {"fchown"}, set())

    def test_every_documented_manual_page_is_there(self):
        man = self.home.file("man")
        self.succeed(self.home.run("man", "--all", man))
        pages = set()
        for path in glob.glob(f"{SOURCE}/systemd/facioctl-*"):
            with open(path, encoding="utf-8") as file:
                pages |= set(re.findall(r"man:([\w.-]+)\((\d)\)", file.read()))
        self.assertGreaterEqual(len(pages), 3)
        for name, section in pages:
            self.assertTrue(os.path.exists(f"{man}/man{section}/{name}.{section}"), name)

    def test_the_backup_of_the_timer_keeps_the_newest(self):
        server = self.serve()
        kept = self.home.file("kept")
        os.mkdir(kept)
        for name in ("agent-20200101T000000Z.zip", "agent-20200102T000000Z.zip", "agent-20200103T000000Z.zip", "other.zip"):
            self.home.write(f"kept/{name}", "")
        path = f"{os.path.dirname(harness.FACIOCTL)}:{os.environ['PATH']}"
        done = subprocess.run([f"{SOURCE}/files/backup", server.data, kept, "3"], capture_output=True, text=True, timeout=60,
                              env={**self.home.environment, "PATH": path})
        self.assertEqual(done.returncode, 0, done.stderr)
        names = sorted(os.listdir(kept))
        self.assertEqual(names[:2] + names[3:], ["agent-20200102T000000Z.zip", "agent-20200103T000000Z.zip", "other.zip"])
        again = self.home.file("again")
        self.succeed(self.home.run("serve", "restore", os.path.join(kept, names[2]), "--data", again))

    def test_the_witness_of_the_timer_keeps_checkpoints(self):
        """Its command, with what its unit gives it."""
        with open(f"{SOURCE}/systemd/facioctl-witness.service", encoding="utf-8") as file:
            unit = file.read()
        command = re.search(r"^ExecStart=/usr/bin/facioctl (.*)$", unit, re.MULTILINE)[1]
        self.assertIn("LoadCredential=facio-token:", unit)
        server = self.serve()
        os.mkdir(self.home.file("credentials"), 0o700)
        shutil.copy(server.token_file, self.home.file("credentials/facio-token"))
        kept = self.home.file("facioctl-witness/checkpoints")
        os.mkdir(os.path.dirname(kept))
        words = command.replace("%S", self.home.path).split()
        env = {"FACIOCTL_URL": server.url, "CREDENTIALS_DIRECTORY": self.home.file("credentials"), "HOME": os.path.dirname(kept),
               "XDG_CONFIG_HOME": None}
        for _ in range(2):
            self.create_job(server, "job")
            self.succeed(self.home.run(*words, env=env))
        self.succeed(server.run("audit", "verify", "--server", "--witness", kept))

    def test_keys_are_made_once(self):
        place = self.home.file("keys/etc")
        runs = []
        for _ in range(2):
            subprocess.run([f"{SOURCE}/files/new-keys", place], check=True, timeout=60)
            runs.append({name: self.text_of(os.path.join(place, name)) for name in os.listdir(place)})
        told = runs[0]
        self.assertEqual(runs[1], told)
        self.assertEqual(sorted(told), ["secrets-key", "token"])
        self.assertRegex(told["token"], "^[0-9a-f]{64}$")
        self.assertNotEqual(told["token"], told["secrets-key"])
        self.assertEqual(os.stat(os.path.join(place, "token")).st_mode & 0o777, 0o600)
        server = self.serve(env={"CREDENTIALS_DIRECTORY": self.as_credentials(place)})
        self.succeed(server.run("credentials", "set", "KEY", stdin="s3cret"))
        self.assertEqual(server.token, told["token"])

    def text_of(self, path):
        with open(path, encoding="ascii") as file:
            return file.read()

    def as_credentials(self, place):
        """Under the names that the units give them."""
        with open(f"{SOURCE}/systemd/facioctl-serve.service", encoding="utf-8") as file:
            loaded = re.findall(r"LoadCredential=([\w-]+):/etc/facioctl/([\w-]+)", file.read())
        self.assertEqual(len(loaded), 2)
        os.mkdir(self.home.file("credentials"), 0o700)
        for name, source in loaded:
            shutil.copy(os.path.join(place, source), self.home.file(f"credentials/{name}"))
        return self.home.file("credentials")


if __name__ == "__main__":
    harness.main()
