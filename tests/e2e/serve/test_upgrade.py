#!/usr/bin/env python3
"""Data that a release wrote (tests/golden/release-*.zip, backups with their key) are taken over by this version, whole; data of a newer
version are refused."""

import glob
import os
import sqlite3

import harness

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(harness.__file__)), "..", "golden")


class Upgrade(harness.Case):
    def restored(self, backup):
        data = self.home.file("data")
        self.succeed(self.home.run("serve", "restore", backup, "--data", data, binary=harness.FACIOCTL))
        return data

    def test_data_of_each_release(self):
        backups = sorted(glob.glob(os.path.join(GOLDEN, "release-*.zip")))
        self.assertGreaterEqual(len(backups), 1)
        for backup in backups:
            with self.subTest(os.path.basename(backup)):
                data = self.restored(backup)
                self.succeed(self.home.run("serve", "verify", "--data", data, binary=harness.FACIOCTL))
                server = self.serve()
                (job,) = self.succeed(server.run("cron", "list", "-o", "json")).json()
                self.assertEqual((job["name"], job["schedule"]["tz"], job["payload"]["message"]),
                                 ("kept", "Europe/Berlin", "Write the daily report"))
                self.assertEqual(self.succeed(server.run("workspace", "cat", "notes.md")).out, "# Notes\n")
                self.assertEqual(self.succeed(server.run("settings", "get", "-q", ".basic.timezone", "-o", "tsv")).out, "Europe/Berlin\n")
                self.assertIn("rm *", self.succeed(server.run("policy", "list", "-o", "json")).out)
                self.assertIn("KEPT", self.succeed(server.run("credentials", "list")).out)
                self.assertIn("first", self.succeed(server.run("versions", "list")).out)
                messages = self.succeed(server.run("audit", "--type", "message_in", "-n", "50", "--file", self.log(server))).out
                self.assertIn("hello", messages)
                self.succeed(server.run("cron", "run-now", "kept"))
                self.succeed(server.run("wait", "--for", "cron/kept=done", "--timeout", "10s"))
                server.stop()
                self.succeed(self.home.run("serve", "verify", "--data", data, binary=harness.FACIOCTL))

    def log(self, server):
        """The whole log in a file: what happened before is in it, and its chain is unbroken."""
        path = self.home.file("log.ndjson")
        self.succeed(server.run("audit", "export", "--chain", "--out", path))
        self.succeed(server.run("audit", "verify", path))
        return path

    def test_data_of_a_newer_version_are_refused(self):
        data = self.restored(sorted(glob.glob(os.path.join(GOLDEN, "release-*.zip")))[-1])
        database = sqlite3.connect(os.path.join(data, "facio.db"))
        database.execute("PRAGMA user_version = 9999")
        database.close()
        done = self.fail_with(2, self.home.run("serve", "--listen", "127.0.0.1:0", "--data", data, binary=harness.FACIOCTL))
        self.assertIn("was written by a newer facioctl", done.err)


if __name__ == "__main__":
    harness.main()
