#!/usr/bin/env python3
"""Models, providers and skills of real LibreFang daemons. What is only on the internet (ClawHub, the login to Copilot, the registry of the
older version) is seen here as a failure; the captured answers of a daemon that reached it are not played."""

import harness
import librefang_daemon


class Models(librefang_daemon.Case):
    def test_custom(self):
        for daemon in self.each():
            added = self.reply(daemon, "models", "add", "--id", "mine/one", "--provider", "openai", "--input-cost", "5",
                               "--output-cost", "15")
            self.assertEqual((added["status"], added["model_id"]), ("added", "mine/one"))
            one = self.reply(daemon, "models", "get", "mine/one")
            self.assertEqual((one["input_cost_per_1m"], one["output_cost_per_1m"], one["tier"]), (5.0, 15.0, "custom"))
            self.reply(daemon, "models", "add", "--id", "elsewhere", "--provider", "vllm")
            # The older version counts the whole catalogue as the total of a filtered list.
            listed = self.succeed(self.fang(daemon, "models", "list", "--provider", "openai"))
            self.assertIn("mine/one", listed.out)
            self.assertNotIn("elsewhere", listed.out)
            self.assertEqual(daemon.http("GET", "/api/models/mine/one")[1]["input_cost_per_m"], 5.0)
            self.fail_with(6, self.fang(daemon, "models", "add", "--id", "mine/one", "--provider", "openai"))
            gone = self.reply(daemon, "models", "delete", "mine/one", "--yes")
            self.assertEqual((gone["status"], gone["model_id"]), ("removed", "mine/one"))
            self.assertEqual(daemon.http("GET", "/api/models/mine/one")[0], 404)
            self.fail_with(5, self.fang(daemon, "models", "delete", "mine/one", "--yes"))
            self.fail_with(5, self.fang(daemon, "models", "get", "mine/one"))

    def test_aliases(self):
        for daemon in self.each():
            self.reply(daemon, "models", "add-alias", "--alias", "short", "--model", "made-up")
            self.assertEqual(self.reply(daemon, "models", "aliases"), [{"alias": "short", "model_id": "made-up"}])
            self.assertEqual(self.reply(daemon, "models", "delete-alias", "short", "--yes")["status"], "removed")
            self.assertEqual(self.reply(daemon, "models", "aliases"), [])

    def test_overrides(self):
        old, new = self.daemons
        self.reply(new, "models", "set-overrides", "gpt-5", "--temperature", "0.5")
        self.assertEqual(self.reply(new, "models", "overrides", "gpt-5"), {"temperature": 0.5})
        self.succeed(self.fang(new, "models", "delete-overrides", "gpt-5", "--yes"))
        self.assertEqual(new.http("GET", "/api/models/overrides/gpt-5")[1], {})
        # There the address is that of a model.
        self.fail_with(10, self.fang(old, "models", "overrides", "gpt-5"))


class Providers(librefang_daemon.Case):
    def test_key(self):
        secret = self.home.write("key", "sk-that-nobody-may-see")
        for daemon in self.each():
            one = {row["name"]: row for row in self.reply(daemon, "providers", "list")}["openai"]
            self.assertEqual((one["name"], one["env_var"], one["auth_status"]), ("openai", "OPENAI_API_KEY", "configured"))
            done = self.succeed(self.fang(daemon, "providers", "set-key", "openai", "--api-key-file", secret, "-o", "json"))
            self.assertEqual(done.json()["status"], "saved")
            self.assertNotIn("nobody", done.out + done.err)
            with open(daemon.file(".librefang/secrets.env"), encoding="utf-8") as file:
                self.assertIn("sk-that-nobody-may-see", file.read())
            shown = self.succeed(self.fang(daemon, "providers", "set-key", "openai", "--api-key-file", secret, "--curl"))
            self.assertNotIn("nobody", shown.out + shown.err)
            gone = self.reply(daemon, "providers", "delete-key", "openai", "--yes")
            self.assertEqual((gone["status"], gone["provider"]), ("removed", "openai"))

    def test_a_key_for_a_provider_that_does_not_exist(self):
        secret = self.home.write("key", "sk-wasted")
        for daemon in self.each():
            self.assertEqual(daemon.http("POST", "/api/providers/nope/key", {"key": "x", "api_key": "x"})[0], 200)  # it would take it
            refused = self.fail_with(5, self.fang(daemon, "providers", "set-key", "nope", "--api-key-file", secret))
            self.assertIn("facioctl librefang providers list", refused.err)
            self.fail_with(5, self.fang(daemon, "providers", "delete-key", "nope", "--yes"))

    def test_address_and_test(self):
        for daemon in self.each():
            self.assertFalse(self.reply(daemon, "providers", "set-url", "vllm", "--base-url", "http://127.0.0.1:1/v1")["reachable"])
            # A failure within a 200 is a failure; the older one looks for a key first.
            self.fail_with(14 if daemon is self.newest() else 7, self.fang(daemon, "providers", "test", "vllm"))
            self.fail_with(5, self.fang(daemon, "providers", "test", "nope"))
            refused = self.fang(daemon, "providers", "set-url", "vllm", "--base-url", "ftp://127.0.0.1/")
            self.assertIn("base_url", self.fail_with(7, refused).err)
        self.assertEqual(self.reply(self.newest(), "providers", "test", "openai")["status"], "ok")
        # This one does not understand what the model of the test says to it.
        self.assertIn("501", self.fail_with(14, self.fang(self.daemons[0], "providers", "test", "openai")).err)

    def test_default_and_copilot(self):
        new = self.newest()
        self.assertEqual(self.reply(new, "providers", "set-default", "openai", "--model", "other")["model"], "other")
        self.assertEqual(new.http("GET", "/api/status")[1]["default_model"], "other")
        self.assertEqual(self.reply(new, "providers", "enable", "openai")["status"], "enabled")
        self.fail_with(5, self.fang(new, "providers", "enable", "nope"))
        for daemon in self.each():
            self.fail_with(5, self.fang(daemon, "providers", "copilot-poll", "nothing"))
        self.fail_with(10, self.fang(self.daemons[0], "providers", "set-default", "openai"))


class Skills(librefang_daemon.Case):
    def test_life(self):
        for daemon in self.each():
            made = self.succeed(self.fang(daemon, "skills", "create", "--name", "brief", "--description", "Short", "--prompt", "Be brief."))
            self.assertEqual(made.out, "skills/brief created\n")
            (one,) = self.reply(daemon, "skills", "list")
            self.assertEqual((one["name"], one["runtime"], one["description"]), ("brief", "prompt_only", "Short"))
            gone = self.reply(daemon, "skills", "uninstall", "--name", "brief", "--yes")
            self.assertEqual((gone["status"], gone["skill"]), ("uninstalled", "brief"))
            self.assertEqual(self.reply(daemon, "skills", "list"), [])
            self.fail_with(5, self.fang(daemon, "skills", "uninstall", "--name", "brief", "--yes"))

    def test_newer_ones(self):
        old, new = self.daemons
        self.reply(new, "skills", "create", "--name", "shown", "--description", "Shown", "--prompt", "Show it.")
        self.assertEqual(self.reply(new, "skills", "get", "shown")["runtime"], "prompt_only")
        self.assertEqual(self.reply(new, "skills", "reload")["status"], "reloaded")
        self.assertEqual(self.reply(new, "skills", "pending"), [])
        self.fail_with(5, self.fang(new, "skills", "approve", "4d0d0a54-57d6-4d7a-b0a4-3b8f2b7ff0b1"))
        self.fail_with(5, self.fang(new, "skills", "install", "--source", "nothing"))  # its registry is here, and empty
        self.assertEqual(self.reply(new, "marketplace", "search", "weather"), [])
        for words in (["get", "shown"], ["pending"], ["reload"]):
            self.fail_with(10, self.fang(old, "skills", *words))

    def test_without_the_internet(self):
        old, new = self.daemons
        # The answer is a list and a success, and tells of its failure all the same.
        self.assertEqual(old.http("GET", "/api/marketplace/search?q=weather")[0], 200)
        self.fail_with(14, self.fang(old, "marketplace", "search", "weather"))
        self.assertIn("did not answer", self.fail_with(14, self.fang(new, "clawhub", "list")).err)


if __name__ == "__main__":
    harness.main()
