#!/usr/bin/env python3
"""The agent as a whole: status, stop, new, version, card, and the restart in place."""

import json
import os
import socket
import threading

import harness
import peers


def wait_until_busy(server, session):
    path = "/api/v1/commands/status?sessionKey=" + session.replace(":", "%3A")
    harness.wait_until(lambda: server.request("GET", path)[2].get("busy"), "the turn runs")


class Agent(harness.Case):
    def test_status_and_version(self):
        server = self.serve()
        status = self.succeed(server.run("agent", "status", "-o", "json")).json()
        self.assertEqual((status["sessionKey"], status["busy"], status["restart_needed"]), ("api:default", False, False))
        version = self.succeed(server.run("agent", "version", "-o", "json")).json()["version"]
        self.assertEqual(version, self.succeed(self.home.run("version", "-o", "json")).json()["version"])
        for command in ("status", "stop", "reflect"):
            self.fail_with(5, server.run("agent", command, "--session", "api:nobody"))
        self.fail_with(5, server.run("agent", "new", "--session", "api:nobody", "--yes"))

    def test_health_for_a_monitor(self):
        server = self.serve()
        self.assertIn("ok", self.succeed(server.run("health", "--exit-code")).out)
        for answer, code in (({"status": "degraded", "troubles": ["x"]}, 9), ({"status": "down"}, 9), ({"uptime": 1}, 0)):
            peer = peers.Peer(lambda _, answer=answer: peers.reply(200, json.dumps(answer)))
            self.addCleanup(peer.close)
            for words in ((), ("-o", "json")):
                done = self.home.run("health", "--exit-code", *words, env={"FACIOCTL_URL": peer.url, "FACIOCTL_TOKEN": "x"})
                self.assertEqual(done.code, code, str(done))
                self.assertIn(next(iter(answer)), done.out.lower())
            self.assertEqual(self.home.run("health", env={"FACIOCTL_URL": peer.url, "FACIOCTL_TOKEN": "x"}).code, 0)

    def test_what_older_clients_send(self):
        """Shapes of contract section 19: taken as those of today, and told of nowhere."""
        server = self.serve()
        status, _, answer = server.request("POST", "/api/v1/commands/dream", {})
        self.assertEqual((status, answer["ok"], answer["command"]), (202, True, "reflect"))
        self.assertEqual(server.request("POST", "/api/v1/commands/dream")[0], 202)
        self.assertEqual(server.request("POST", "/api/v1/commands/dream", {"sessionKey": "api:nobody"})[0], 404)
        status, headers, _ = server.request("GET", "/api/v1/commands/dream")
        self.assertEqual((status, headers["Allow"]), (405, "POST, OPTIONS" if "OPTIONS" in headers["Allow"] else "POST"))
        self.assertEqual(server.request("POST", "/api/v1/commands/dream", {}, token=False)[0], 401)
        self.assertNotIn("/api/v1/commands/dream", self.succeed(self.home.run("openapi")).out)
        # The interval's older name.
        answer = server.request("PATCH", "/api/v1/settings", {"dream_interval_h": 5})[2]
        self.assertEqual((answer["changes"], answer["advanced"]["reflection_interval_h"]), (["reflection_interval_h"], 5))
        self.assertNotIn("dream_interval_h", answer["advanced"])
        # Keys of providers, which settings had once: by provider, or by its variable.
        status, _, answer = server.request("PATCH", "/api/v1/settings",
                                           {"api_keys": {"openai": "sk-one", "ANTHROPIC_API_KEY": "sk-two"}, "dream_interval_h": 6})
        self.assertEqual((status, answer["changes"]), (200, ["reflection_interval_h", "api_keys.openai", "api_keys.ANTHROPIC_API_KEY"]))
        self.assertNotIn("sk-", json.dumps(answer))
        self.assertNotIn("api_keys", answer)

        def keys():
            return sorted(one["name"] for one in server.request("GET", "/api/v1/credentials/providers")[2]["items"] if one["hasValue"])

        self.assertEqual(keys(), ["anthropic", "openai"])
        self.assertEqual(server.request("PATCH", "/api/v1/settings", {"api_keys": {"OPENAI_API_KEY": None}})[0], 200)
        self.assertEqual(keys(), ["anthropic"])
        for bad, field in (({"nobody": "x"}, "api_keys.nobody"), ({"openai": 1}, "api_keys.openai"), ([], "api_keys"),
                           ({"deepseek": "x", "nobody": "x"}, "api_keys.nobody")):
            status, _, answer = server.request("PATCH", "/api/v1/settings", {"api_keys": bad, "dream_interval_h": 7})
            self.assertEqual(status, 400, answer)
            self.assertIn(field, answer["error"]["message"])
        self.assertEqual((keys(), server.request("GET", "/api/v1/settings")[2]["advanced"]["reflection_interval_h"]), (["anthropic"], 6))
        # A provider's key alone.
        status, _, answer = server.request("POST", "/api/v1/credentials/providers", {"name": "deepseek", "value": "k"})
        self.assertEqual((status, answer["hasValue"]), (201, True))

    def test_an_unknown_command_is_answered(self):
        server = self.serve()
        for text in ("/nosuch", "/nosuch with words", "/"):
            status, _, answer = server.request("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": text}]})
            self.assertEqual(status, 200, answer)
            self.assertEqual(answer["choices"][0]["message"]["content"],
                             f"there is no command {text.split()[0]}; /help lists what there is")
        self.assertIn("there is no command /nosuch", self.succeed(server.run("chat", "/nosuch")).out)

    def test_bad_requests(self):
        server = self.serve()
        self.assertEqual(server.request("GET", "/api/v1/commands/status?sessionKey=%zz")[0], 400)
        self.succeed(server.run("settings", "set", "self_improvement.mode=off"))
        self.assertEqual(server.request("POST", "/api/v1/commands/reflect", {})[0], 409)
        self.fail_with(6, server.run("agent", "reflect"))

    def test_stop_cuts_off_a_running_turn(self):
        server = self.serve()
        job = self.succeed(server.run("cron", "create", "--name", "long", "--every", "1h", "--message", "/sleep 10m", "-o",
                                      "json")).json()["id"]
        self.succeed(server.run("cron", "run-now", job))
        session = f"cron:{job}"
        wait_until_busy(server, session)
        self.assertIn("stopped 1 turn", self.succeed(server.run("agent", "stop", "--session", session, "-o", "json")).json()["output"])
        state = harness.wait_until(lambda: (s := server.request("GET", f"/api/v1/cron/{job}")[2]["state"]).get("last_status") and s,
                                   "the run ends")
        self.assertEqual(state["last_status"], "error")
        self.assertIn("stopped manually", state["last_error"])
        self.assertIn("no turn was running", self.succeed(server.run("agent", "stop", "-o", "json")).json()["output"])

    def test_a_session_begins_afresh(self):
        server = self.serve()
        job = self.succeed(server.run("cron", "create", "--name", "talk", "--every", "1h", "--message", "/echo hello", "-o",
                                      "json")).json()["id"]
        self.succeed(server.run("cron", "run-now", job))
        status = f"/api/v1/commands/status?sessionKey=cron%3A{job}"
        harness.wait_until(lambda: server.request("GET", status)[2].get("message_count") == 2, "the turn's messages")
        self.succeed(server.run("agent", "new", "--session", f"cron:{job}", "--yes"))
        self.assertEqual(server.request("GET", status)[2]["message_count"], 0)
        self.assertEqual(server.request("GET", f"/api/v1/sessions/cron%3A{job}")[2]["messages"], [])

    def test_cards(self):
        server = self.serve("--a2a", "--public-url", "https://agent.example/base/")
        card = self.succeed(server.run("agent", "card", "-o", "json")).json()
        self.assertEqual(card["url"], "https://agent.example/base/a2a/v1")
        self.assertEqual(card, self.succeed(server.run("agent", "public-card", "-o", "json")).json())
        self.fail_with(10, self.serve("--memory", pass_data=False).run("agent", "public-card"))
        self.fail_with(2, self.home.run("serve", "--public-url", "agent.example"))


class Restart(harness.Case):
    def started(self, server):
        return server.request("GET", "/api/v1/health")[2]["uptime"]

    def test_everything_is_there_again(self):
        server = self.serve("--pid-file", self.home.file("pid"))
        job = self.create_job(server)
        before = self.started(server)
        done = self.succeed(server.run("agent", "restart"))
        self.assertIn("answers again", done.err)
        self.assertLess(self.started(server), before + 30)
        self.assertEqual(server.request("GET", f"/api/v1/cron/{job['id']}")[2]["name"], job["name"])
        self.assertIsNone(server.process.poll(), "the process is the same")
        with open(self.home.file("pid"), encoding="ascii") as file:
            self.assertEqual(int(file.read()), server.process.pid)
        self.assertEqual(server.output().count("ready http"), 1)
        harness.wait_until(lambda: "restarted http" in server.output(), "the word on standard error")
        events = server.request("GET", "/api/v1/audit?event=api_request")[2]["items"]
        self.assertTrue([event for event in events if "commands/restart" in event["message"]])
        self.assertEqual(server.stop(), 0)
        self.assertFalse(os.path.exists(self.home.file("pid")))

    def test_nobody_is_refused_meanwhile(self):
        server = self.serve()
        host, port = server.url.removeprefix("http://").split(":")
        ask = ("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
               f"Authorization: Bearer {server.token}\r\n\r\n").encode()
        problems, answers, over = [], [0], threading.Event()

        def one_after_the_other():
            while not over.is_set():
                try:
                    with socket.create_connection((host, int(port)), timeout=harness.DEADLINE) as connection:
                        connection.sendall(ask)
                        text = b""
                        while part := connection.recv(4096):
                            text += part
                    if not text.startswith(b"HTTP/1.1 200"):
                        problems.append(text[:100] or b"closed without an answer")
                    answers[0] += 1
                except OSError as error:
                    problems.append(error)

        threads = [threading.Thread(target=one_after_the_other) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            harness.wait_until(lambda: answers[0] > 20, "some answers")
            for _ in range(3):
                self.succeed(server.run("agent", "restart"))
            seen = answers[0]
            harness.wait_until(lambda: answers[0] > seen + 20, "answers after the restarts")
        finally:
            over.set()
            for thread in threads:
                thread.join()
        self.assertEqual(problems, [])

    def test_only_when_needed(self):
        server = self.serve()
        self.assertIn("no change needs", self.succeed(server.run("agent", "restart", "--if-needed")).err)
        self.succeed(server.run("settings", "set", "browser.backend=playwright"))
        status = server.run("agent", "status", "-o", "json").json()
        self.assertTrue(status["restart_needed"])
        self.assertIn("browser.backend", " ".join(status["restart_reasons"]))
        self.assertIn("answers again", self.succeed(server.run("agent", "restart", "--if-needed")).err)
        self.assertFalse(server.run("agent", "status", "-o", "json").json()["restart_needed"])

    def test_a_debt_ends_with_its_cause(self):
        server = self.serve()

        def reasons():
            status = server.run("agent", "status", "-o", "json").json()
            self.assertEqual(status["restart_needed"], bool(status["restart_reasons"]))
            return status["restart_reasons"]

        def change(setting):
            return json.loads(self.succeed(server.run("settings", "set", setting, "-o", "json")).out)["restart_needed"]

        self.assertTrue(change("browser.backend=playwright"))
        self.assertTrue(change("max_concurrent_requests=9"))
        self.assertEqual(reasons(), ["setting browser.backend", "setting max_concurrent_requests"])
        self.assertFalse(change("browser.backend=auto"))
        self.assertEqual(reasons(), ["setting max_concurrent_requests"])
        self.assertFalse(change("max_concurrent_requests=4"))
        self.assertTrue(change("browser.proxy=null") is False)
        for proxy, due in (("http://u:one@p.example", True), ("http://u:two@p.example", True), (None, False)):
            status, _, answer = server.request("PATCH", "/api/v1/settings", {"browser": {"proxy": proxy}})
            self.assertEqual((status, answer["restart_needed"]), (200, due))
        self.assertEqual(reasons(), [])

        server.request("PUT", "/api/v1/channels/telegram", {"enabled": True, "token": "one"})
        self.assertEqual(reasons(), ["channel telegram"])
        server.request("DELETE", "/api/v1/channels/telegram")
        self.assertEqual(reasons(), [])
        server.request("PUT", "/api/v1/channels/telegram", {"enabled": True, "token": "one"})
        self.succeed(server.run("agent", "restart"))
        self.assertEqual(reasons(), [])
        for token, due in (("***", []), ("one", []), ("two", ["channel telegram"]), ("one", [])):
            server.request("PUT", "/api/v1/channels/telegram", {"enabled": True, "token": token})
            self.assertEqual(reasons(), due, token)

    def test_on_a_unix_socket(self):
        server = self.serve(listen="unix:" + self.home.file("agent.sock"))
        self.succeed(server.run("agent", "restart"))
        self.succeed(server.run("health"))
        self.assertEqual(server.stop(), 0)
        self.assertFalse(os.path.exists(self.home.file("agent.sock")))

    def test_a_running_turn_is_recorded_as_interrupted(self):
        server = self.serve()
        job = self.succeed(server.run("cron", "create", "--name", "long", "--every", "1h", "--message", "/sleep 10m", "-o",
                                      "json")).json()["id"]
        self.succeed(server.run("cron", "run-now", job))
        wait_until_busy(server, f"cron:{job}")
        self.succeed(server.run("agent", "restart"))
        self.assertEqual(server.request("GET", f"/api/v1/cron/{job}")[2]["state"]["last_status"], "error")

    def test_nothing_is_lost_by_a_server_in_memory(self):
        server = self.serve("--memory", pass_data=False)
        job = self.create_job(server)
        error = self.fail_with(14, server.run("agent", "restart"))
        self.assertIn("memory", error.err)
        self.assertEqual(server.request("GET", f"/api/v1/cron/{job['id']}")[0], 200)

    def test_without_waiting(self):
        server = self.serve()
        reply = json.loads(self.succeed(server.run("agent", "restart", "--no-wait", "-o", "json")).out)
        self.assertEqual(reply["command"], "restart")
        harness.wait_until(lambda: "restarted http" in server.output(), "the restart")
        self.succeed(server.run("health"))


if __name__ == "__main__":
    harness.main()
