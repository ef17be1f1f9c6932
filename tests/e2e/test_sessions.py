#!/usr/bin/env python3
"""Sessions end to end: runs of cron jobs are conversations that can be listed, read and deleted."""

import harness


def quoted(key):
    return key.replace(":", "%3A")


class Sessions(harness.Case):
    def talk(self, server, message="hello", times=1, name="job"):
        """Runs a job so often; gives the key of its session."""
        job = self.succeed(server.run("cron", "create", "--name", name, "--every", "300d", "--message", message, "-o", "json")).json()["id"]
        for time in range(times):
            self.succeed(server.run("cron", "run-now", job))
            harness.wait_until(lambda: len(self.session(server, "cron:" + job).get("messages", [])) >= 2 * (time + 1), "the run's messages")
        return "cron:" + job

    def session(self, server, key, query=""):
        return server.request("GET", f"/api/v1/sessions/{quoted(key)}{query}")[2]

    def test_a_run_is_a_conversation(self):
        server = self.serve()
        key = self.talk(server, "/echo \u00e4 good \"day\"", times=2)
        session = self.session(server, key)
        self.assertEqual((session["key"], session["channel"], session["message_count"]), (key, "cron", 4))
        self.assertEqual([message["role"] for message in session["messages"]], ["user", "assistant"] * 2)
        self.assertEqual(session["messages"][0]["content"], "/echo \u00e4 good \"day\"")
        self.assertIn("\u00e4 good \"day\"", session["messages"][1]["content"])
        self.assertEqual([message["seq"] for message in session["messages"]], [1, 2, 3, 4])
        self.assertNotIn("hasMore", session)
        last = self.session(server, key, "?limit=1")
        self.assertEqual(([message["seq"] for message in last["messages"]], last["hasMore"]), ([4], True))
        before = self.session(server, key, "?limit=2&before=4")
        self.assertEqual([message["seq"] for message in before["messages"]], [2, 3])
        self.assertEqual(server.request("GET", "/api/v1/health")[2]["sessions"], 1)

    def test_list(self):
        server = self.serve()
        keys = [self.talk(server, times=times, name=f"job{times}") for times in (1, 2, 3)]
        page = server.request("GET", "/api/v1/sessions?limit=2")[2]
        self.assertEqual([item["key"] for item in page["items"]], [keys[2], keys[1]])
        self.assertEqual((page["count"], page["limit"], page["offset"], page["hasMore"]), (2, 2, 0, True))
        self.assertEqual(page["items"][0]["message_count"], 6)
        rest = server.request("GET", "/api/v1/sessions?limit=2&offset=2")[2]
        self.assertEqual(([item["key"] for item in rest["items"]], rest["hasMore"]), ([keys[0]], False))
        larger = self.succeed(server.run("sessions", "list", "--larger-than", "2", "-o", "json")).json()
        self.assertEqual([item["key"] for item in larger], [keys[2], keys[1]])
        self.assertEqual(self.succeed(server.run("sessions", "list", "--older-than", "1h", "-o", "json")).json(), [])
        self.assertEqual(len(self.succeed(server.run("sessions", "list", "--newer-than", "1h", "--channel", "cron", "-o", "json")).json()), 3)
        self.assertEqual(self.succeed(server.run("sessions", "list", "--channel", "api", "-o", "json")).json(), [])

    def test_restart_with_data_and_delete(self):
        server = self.serve()
        key, other = self.talk(server), self.talk(server, name="other")
        before, listed = self.session(server, key), server.request("GET", "/api/v1/sessions")[2]
        self.assertEqual(server.stop(), 0)
        server = self.serve()
        self.assertEqual(self.session(server, key), before)
        self.assertEqual(server.request("GET", "/api/v1/sessions")[2], listed)
        self.fail_with(2, server.run("sessions", "delete", key))  # would ask, and there is no terminal
        self.assertEqual(server.request("DELETE", f"/api/v1/sessions/{quoted(key)}")[2], {"deleted": True, "key": key})
        self.assertEqual(server.request("GET", "/api/v1/health")[2]["sessions"], 1)
        events = server.request("GET", "/api/v1/audit?event=session_delete")[2]["items"]
        self.assertEqual([event["session_key"] for event in events], [key])
        server.kill()
        server = self.serve()
        self.assertEqual([item["key"] for item in server.request("GET", "/api/v1/sessions")[2]["items"]], [other])
        self.assertEqual(self.session(server, key)["error"]["code"], "not_found")


if __name__ == "__main__":
    harness.main()
