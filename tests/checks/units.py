#!/usr/bin/env python3
"""The units for systemd: systemd finds nothing wrong with them, and hardly anything is exposed by what they start."""

import glob
import os
import re
import shutil
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
