#!/usr/bin/env python3
"""The daemon as a whole, its budget, its usage and what it is connected to: each command gives the same, whichever version it met."""

import os

import harness
import librefang_daemon


class Daemon(librefang_daemon.Case):
    def test_figures_and_page(self):
        for daemon in self.each():
            self.assertIn("\nlibrefang_agents_total ", self.succeed(self.fang(daemon, "daemon", "metrics")).out)
            self.assertIn("<html", self.succeed(self.fang(daemon, "daemon", "page")).out)
            self.assertIn("cron", [lane["lane"] for lane in self.reply(daemon, "daemon", "queue")])
            self.assertEqual(self.reply(daemon, "security", "get")["core_protections"]["ssrf_protection"], True)

    def test_network(self):
        for daemon in self.each():
            self.assertEqual(self.reply(daemon, "peers", "list"), [])
            there = self.reply(daemon, "network", "get")
            self.assertEqual((there["network_enabled"], there["peer_count"], there["listen_addr"]), (False, 0, ""))

    def test_budget(self):
        for daemon in self.each():
            daemon.spawn("spender")
            changed = self.reply(daemon, "budget", "set", "--max-daily-usd", "20", "--alert-threshold", "0.9")
            self.assertEqual((changed["daily"]["limit"], changed["alert_threshold"]), (20.0, 0.9))
            self.assertEqual(daemon.http("GET", "/api/budget")[1]["daily_limit"], 20.0)
            self.assertEqual(self.reply(daemon, "budget", "get"), changed)
            # The older one would take a negative limit.
            self.fail_with(2, self.fang(daemon, "budget", "set", "--max-daily-usd", "-1"))
            self.assertEqual(self.reply(daemon, "budget", "set-agent", "spender", "--max-cost-per-day-usd", "5")["status"], "ok")
            one = self.reply(daemon, "budget", "agent", "spender")
            self.assertEqual((one["agent_name"], one["daily"]["limit"]), ("spender", 5.0))
            self.assertEqual(self.reply(daemon, "budget", "agents"), [])
            self.fail_with(5, self.fang(daemon, "budget", "agent", "nobody"))

    def test_budget_by_provider_and_user(self):
        old, new = self.daemons
        for words in (["providers"], ["users"], ["user", "anna"], ["set-provider", "openai", "--max-cost-per-day-usd", "3"]):
            self.fail_with(10, self.fang(old, "budget", *words))
        self.assertEqual(self.reply(new, "budget", "set-provider", "openai", "--max-cost-per-day-usd", "3")["max_cost_per_day_usd"], 3.0)
        self.succeed(self.fang(new, "users", "create", "--name", "thrifty", "--role", "user"))
        limits = ["--max-hourly-usd", "1", "--max-daily-usd", "10", "--max-monthly-usd", "100", "--alert-threshold", "0.8"]
        self.assertIn("--max-hourly-usd", self.fail_with(2, self.fang(new, "budget", "set-user", "thrifty", *limits[2:])).err)
        self.succeed(self.fang(new, "budget", "set-user", "thrifty", *limits))
        self.assertEqual(self.reply(new, "budget", "user", "thrifty")["daily"]["limit"], 10.0)
        self.succeed(self.fang(new, "budget", "delete-user", "thrifty", "--yes"))
        self.assertEqual(self.reply(new, "budget", "user", "thrifty")["daily"]["limit"], 0.0)

    def test_usage(self):
        for daemon in self.each():
            daemon.spawn("worker")
            self.succeed(self.fang(daemon, "openai", "chat", "--model", "worker", "--message", "Hello"))
            rows = {row["name"]: row for row in self.reply(daemon, "usage", "list")}
            self.assertEqual((rows["worker"]["total_tokens"], rows["worker"]["tool_calls"]), (15, 0))
            self.assertEqual(self.reply(daemon, "usage", "summary")["all"]["input_tokens"], 10)
            (model,) = self.reply(daemon, "usage", "models")
            self.assertEqual((model["model"], model["output_tokens"], model["request_count"]), ("made-up", 5, 1))
            (day,) = self.reply(daemon, "usage", "days")
            self.assertEqual((day["total_tokens"], day["request_count"]), (15, 1))
            refused = self.fail_with(10, self.fang(daemon, "usage", "list", "--period", "week"))
            self.assertIn("facioctl librefang usage days", refused.err)
        self.assertIn("worker", self.succeed(self.fang(self.newest(), "usage", "export")).out)
        self.fail_with(10, self.fang(self.daemons[0], "usage", "export"))

    def test_backups(self):
        for daemon in self.each():
            made = self.reply(daemon, "backups", "create")["filename"]
            self.assertIn(made, [backup["filename"] for backup in self.reply(daemon, "backups", "list")])
            self.assertTrue(os.path.exists(daemon.file(".librefang/backups/" + made)))
            self.fail_with(2, self.fang(daemon, "backups", "restore", "--backup", made))  # nobody can be asked
            self.assertGreater(self.reply(daemon, "backups", "restore", "--backup", made, "--yes")["restored_files"], 0)
            self.fail_with(5, self.fang(daemon, "backups", "restore", "--backup", "nothing.zip", "--yes"))
            self.assertEqual(self.reply(daemon, "backups", "delete", made, "--yes")["status"], "deleted")
            self.assertFalse(os.path.exists(daemon.file(".librefang/backups/" + made)))


class Shutdown(librefang_daemon.Case):
    def test_shutdown(self):
        for daemon in self.each():
            self.fail_with(2, self.fang(daemon, "daemon", "shutdown"))
            self.assertEqual(daemon.http("GET", "/api/health")[0], 200)
            self.assertEqual(self.reply(daemon, "daemon", "shutdown", "--yes")["status"], "shutting_down")
            harness.wait_until(lambda daemon=daemon: daemon.process.poll() is not None, "the daemon to end")


if __name__ == "__main__":
    harness.main()
