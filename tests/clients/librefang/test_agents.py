#!/usr/bin/env python3
"""Agents of real LibreFang daemons: each command gives the same, whichever version it met."""

import harness
import librefang_daemon


class Agents(librefang_daemon.Case):
    def test_life(self):
        for daemon in self.each():
            made = self.reply(daemon, "agents", "create", "--manifest", daemon.manifest("life"))
            self.assertEqual(made["name"], "life")
            row = {agent["name"]: agent for agent in self.reply(daemon, "agents", "list")}["life"]
            self.assertEqual((row["id"], row["state"]), (made["agent_id"], "running"))
            self.assertEqual(self.reply(daemon, "agents", "get", "life")["id"], made["agent_id"])
            self.succeed(self.fang(daemon, "agents", "delete", "life", "--yes"))
            self.assertNotIn("life", [agent["name"] for agent in daemon.http("GET", "/api/agents")[1]["items"]])
            gone = self.fail_with(5, self.fang(daemon, "agents", "get", "life"))
            self.assertIn("facioctl librefang agents list", gone.err)


if __name__ == "__main__":
    harness.main()
