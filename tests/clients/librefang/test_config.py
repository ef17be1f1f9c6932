#!/usr/bin/env python3
"""The configuration, users, keys and plugins of real LibreFang daemons."""

import os

import harness
import librefang_daemon


class Config(librefang_daemon.Case):
    def text(self, daemon):
        with open(daemon.file(".librefang/config.toml"), encoding="utf-8") as file:
            return file.read()

    def test_what_the_daemon_would_take_and_never_read_again_is_refused(self):
        # LibreFang 0.7 writes all of these, and then starts with defaults and without a key.
        for daemon in self.each():
            before = self.text(daemon)
            for setting, value in (("budget.max_daily_usd", "many"), ("log_level", "5"), ("nope.nope", "1"),
                                   ("approval.auto_approve", '"yes"'), ("approval.require_approval", "shell_exec"), ("nope", "1")):
                refused = self.fail_with(7, self.fang(daemon, "config", "set", setting, value))
                self.assertIn(setting, refused.err)
                self.assertIn("nothing was changed", refused.err)
            self.assertEqual(self.text(daemon), before)

    def test_set(self):
        for daemon in self.each():
            self.assertEqual(self.reply(daemon, "config", "set", "budget.max_daily_usd", "7.5")["status"], "applied")
            self.assertIn("max_daily_usd = 7.5", self.text(daemon))
            self.assertEqual(self.reply(daemon, "config", "set", "log_level", "error")["status"], "applied")
            self.assertIn('log_level = "error"', self.text(daemon))
            self.assertIn("restart_required", self.reply(daemon, "config", "reload"))
        # What holds only later is said.
        self.assertIn("is still", self.fang(self.daemons[0], "config", "set", "budget.max_hourly_usd", "2").err)

    def test_what_cannot_be_set(self):
        refused = self.fail_with(4, self.fang(self.newest(), "config", "set", "api_key", "x"))
        self.assertIn("config.toml", refused.err)

    def test_dry_run_sends_nothing(self):
        for daemon in self.each():
            before = self.text(daemon)
            shown = self.succeed(self.fang(daemon, "config", "set", "budget.max_monthly_usd", "3", "--dry-run"))
            self.assertIn('"path": "budget.max_monthly_usd"', shown.out)
            self.assertEqual(self.text(daemon), before)

    def test_no_secret_is_shown(self):
        for daemon in self.each():
            self.assertEqual(self.reply(daemon, "config", "get")["api_key"], "***")
        new = self.newest()
        shown = self.succeed(self.fang(new, "config", "export")).out
        self.assertIn('api_key = "***"', shown)
        self.assertNotIn(librefang_daemon.KEY, shown)
        path = os.path.join(self.home.path, "whole.toml")
        self.succeed(self.fang(new, "config", "export", "--to", path))
        with open(path, encoding="utf-8") as file:
            self.assertIn(librefang_daemon.KEY, file.read())
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.fail_with(6, self.fang(new, "config", "export", "--to", path))  # a file that is there stays
        self.fail_with(10, self.fang(self.daemons[0], "config", "export"))
        self.assertEqual(self.reply(new, "config", "status")["mode"], "mutable")

    def test_schema_and_catalogue(self):
        for daemon in self.each():
            self.assertTrue(self.reply(daemon, "config", "schema"))
            self.assertIn("last_sync", self.reply(daemon, "catalog", "get"))
        self.assertEqual(self.reply(self.newest(), "catalog", "update")["status"], "ok")


class People(librefang_daemon.Case):
    def test_users(self):
        new = self.newest()
        self.assertEqual((self.reply(new, "whoami", "get")["name"], self.reply(new, "whoami", "get")["role"]), ("root", "owner"))
        self.reply(new, "users", "create", "--name", "anna", "--role", "viewer")
        self.assertEqual(self.reply(new, "users", "update", "anna", "--role", "admin")["role"], "admin")
        path = os.path.join(self.home.path, "anna.key")
        rotated = self.succeed(self.fang(new, "users", "rotate-key", "anna", "--key-to", path, "-o", "json"))
        with open(path, encoding="utf-8") as file:
            key = file.read().strip()
        self.assertEqual(len(key), 64)
        self.assertNotIn(key, rotated.out + rotated.err)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(new.http("GET", "/api/authz/whoami", key=key)[1]["name"], "anna")
        # A file that is there stays, and then the key stays too.
        self.fail_with(6, self.fang(new, "users", "rotate-key", "anna", "--key-to", path))
        self.assertEqual(new.http("GET", "/api/authz/whoami", key=key)[0], 200)
        users = [(user["name"], user["role"], user["has_api_key"]) for user in self.reply(new, "users", "list")]
        self.assertIn(("anna", "admin", True), users)
        self.assertEqual(self.reply(new, "users", "delete", "anna", "--yes")["status"], "deleted")
        self.fail_with(5, self.fang(new, "users", "get", "anna"))
        for words in (["whoami", "get"], ["users", "list"], ["groups", "list"], ["vault", "list"]):
            self.fail_with(10, self.fang(self.daemons[0], *words))

    def test_groups(self):
        new = self.newest()
        self.reply(new, "users", "create", "--name", "berta")
        self.reply(new, "groups", "create", "--name", "ops", "--description", "On call")
        self.assertEqual(self.reply(new, "groups", "add-member", "ops", "berta")["members"], ["berta"])
        self.assertEqual(self.reply(new, "groups", "get", "ops")["description"], "On call")
        self.assertEqual(self.reply(new, "groups", "update", "ops", "--member", "berta")["description"], "")
        self.assertEqual(self.reply(new, "groups", "delete-member", "ops", "berta", "--yes")["members"], [])
        self.assertEqual(self.reply(new, "groups", "delete", "ops", "--yes")["status"], "deleted")
        self.assertEqual(new.http("GET", "/api/groups")[1], [])

    def test_vault(self):
        new = self.newest()
        secret = self.home.write("value", "a value that nobody may see\n")
        done = self.succeed(self.fang(new, "vault", "set", "GITHUB_TOKEN", "--value-file", secret, "-o", "json"))
        self.assertNotIn("nobody", done.out)
        self.assertEqual(self.reply(new, "vault", "list"), [{"key": "GITHUB_TOKEN", "set": True, "source": "vault"}])
        self.assertEqual(self.reply(new, "vault", "delete", "GITHUB_TOKEN", "--yes")["set"], False)
        self.fail_with(2, self.fang(new, "vault", "set", "GITHUB_TOKEN", "--value", "typed"))

    def test_plugins(self):
        new = self.newest()
        self.assertEqual(new.http("POST", "/api/plugins/scaffold", {"name": "notes"})[0], 201)
        self.assertEqual([plugin["name"] for plugin in self.reply(new, "plugins", "list")], ["notes"])
        self.assertFalse(self.reply(new, "plugins", "disable", "notes")["enabled"])
        self.assertFalse(new.http("GET", "/api/plugins/notes")[1]["enabled"])
        self.assertTrue(self.reply(new, "plugins", "enable", "notes")["enabled"])
        for daemon in self.each():
            self.fail_with(5, self.fang(daemon, "plugins", "enable", "nothing"))


if __name__ == "__main__":
    harness.main()
