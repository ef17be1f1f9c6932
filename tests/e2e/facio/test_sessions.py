#!/usr/bin/env python3
"""Sessions end to end: runs of cron jobs are conversations that can be listed, read and deleted."""

import json
import os

import harness
import peers


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
        self.assertEqual(len(self.succeed(server.run("sessions", "list", "--newer-than", "1h", "--channel", "cron", "-o", "json")).json()),
                         3)
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

    def test_transcript(self):
        session = {"key": "api:a", "channel": "api", "created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z",
                   "message_count": 4, "metadata": {},
                   "messages": [{"role": "user", "content": "word " * 30 + "\nsecond line \u001b[31mred",
                                 "timestamp": "2025-01-01T00:00:00Z"},
                                {"role": "assistant", "content": "", "timestamp": "2025-01-01T00:00:01Z",
                                 "tool_calls": [{"id": "1", "function": {"name": "read_file", "arguments": "{\"path\":\"a\"}"}}]},
                                {"role": "tool", "name": "read_file", "content": [{"type": "text", "text": "content of a"},
                                                                                  {"type": "image"}], "timestamp": "2025-01-01T00:00:02Z"},
                                {"role": "assistant", "content": "\u6f22" * 50, "timestamp": "2025-01-01T00:00:03Z"}]}
        peer = peers.Peer(lambda _: peers.reply(200, json.dumps(session)))
        self.addCleanup(peer.close)
        text = self.on_terminal(peer.url, "sessions", "show", "api:a", columns=60, env={"NO_COLOR": "1"})
        self.assertIn("user  2025-01-01T00:00:00Z (", text)
        self.assertIn("  second line \\x1b[31mred\n", text)
        self.assertNotIn("\x1b", text)
        self.assertIn('  \u2192 read_file {"path":"a"}\n', text)
        self.assertIn("tool read_file  ", text)
        self.assertIn("  content of a\n  [image]\n", text)
        for line in text.splitlines():
            self.assertLessEqual(sum(2 if letter == "\u6f22" else 1 for letter in line), 60, line)
        self.assertEqual(text.count("word"), 30)
        self.assertEqual(text.count("\u6f22"), 50)
        self.assertEqual(json.loads(self.on_terminal(peer.url, "sessions", "show", "api:a", "-o", "json", columns=60))["key"], "api:a")

    def test_export(self):
        server = self.serve()
        keys = [self.talk(server, "/echo one", name="one"), self.talk(server, "/echo two", 2, name="two")]
        whole = json.loads(self.succeed(server.run("sessions", "export", keys[1])).out)
        self.assertEqual(whole["messages"], self.session(server, keys[1])["messages"])
        lines = self.succeed(server.run("sessions", "export", keys[1], "--format", "ndjson")).out.splitlines()
        self.assertEqual([json.loads(line)["session"] for line in lines], [keys[1]] * 4)
        self.assertIn("## user, ", self.succeed(server.run("sessions", "export", keys[0], "--format", "md")).out)
        folder = self.home.file("backup")
        done = self.succeed(server.run("sessions", "export", "--all", "--to", folder))
        self.assertEqual(sorted(os.listdir(folder)), sorted(key.replace(":", "%3A") + ".json" for key in keys))
        self.assertEqual(sorted(done.out.split()), sorted(os.path.join(folder, name) for name in os.listdir(folder)))
        path = os.path.join(folder, keys[0].replace(":", "%3A") + ".json")
        with open(path, "w", encoding="utf-8") as file:
            file.write("mine")
        os.unlink(os.path.join(folder, keys[1].replace(":", "%3A") + ".json"))
        self.fail_with(9, server.run("sessions", "export", "--all", "--to", folder))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")
        self.fail_with(6, server.run("sessions", "export", keys[0], "--to", folder))
        self.succeed(server.run("sessions", "export", "--all", "--to", folder, "--force"))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["key"], keys[0])
        self.assertEqual(sorted(os.listdir(folder)), sorted(key.replace(":", "%3A") + ".json" for key in keys))
        self.fail_with(5, server.run("sessions", "export", "api:nobody"))
        self.fail_with(2, server.run("sessions", "export"))
        self.fail_with(2, server.run("sessions", "export", "--all"))
        self.fail_with(2, server.run("sessions", "export", "--all", keys[0], "--to", folder))

    def test_delete_several_and_prune(self):
        server = self.serve()
        keys = [self.talk(server, name=f"job{number}") for number in range(4)]
        done = self.fail_with(9, server.run("sessions", "delete", keys[0], "api:nobody", keys[1], "--yes"))
        self.assertEqual(done.out, f"deleted {keys[0]}\ndeleted {keys[1]}\n")
        self.assertIn("api:nobody", done.err)
        self.fail_with(5, server.run("sessions", "delete", "api:nobody", "api:none", "--yes"))
        self.fail_with(2, server.run("sessions", "prune"))
        self.assertIn("no session matches", self.succeed(server.run("sessions", "prune", "--older-than", "1d", "--yes")).err)
        self.fail_with(2, server.run("sessions", "prune", "--channel", "cron"))  # would ask, and there is no terminal
        done = self.succeed(server.run("sessions", "prune", "--channel", "cron", "--yes", "-o", "json"))
        self.assertEqual({json.loads(line)["key"] for line in done.out.splitlines()}, set(keys[2:]))
        self.assertEqual(server.request("GET", "/api/v1/sessions")[2]["items"], [])

    def test_new_session(self):
        server = self.serve()
        key = self.talk(server)
        self.assertEqual(server.request("POST", "/api/v1/commands/new", {"sessionKey": key})[0], 200)
        self.assertEqual((self.session(server, key)["message_count"], self.session(server, key)["messages"]), (0, []))
        self.assertEqual(server.request("GET", f"/api/v1/commands/status?sessionKey={quoted(key)}")[2]["message_count"], 0)


if __name__ == "__main__":
    harness.main()
