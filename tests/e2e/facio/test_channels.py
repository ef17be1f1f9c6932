#!/usr/bin/env python3
"""Channels end to end: whole configurations, secrets that survive a round trip, and what a check finds."""

import json
import os

import harness

VALUE = "sesame-open-4711"
TELEGRAM = {"enabled": True, "token": VALUE, "allowFrom": ["42"],
            "extra": {"list": [{"name": "a", "apiKey": VALUE + "-a"}, {"name": "b", "apiKey": VALUE + "-b"}]},
            "number": "0123", "note": "no: yes", "empty": "", "proxyPassword": "${credentials.PROXY}"}


class Channels(harness.Case):
    def put(self, server, name, config):
        status, _, answer = server.request("PUT", f"/api/v1/channels/{name}", config)
        self.assertEqual(status, 200, answer)
        return answer

    def config(self, server, name):
        return server.request("GET", f"/api/v1/channels/{name}")[2]["config"]

    def test_life_of_a_channel(self):
        server = self.serve()
        self.assertEqual(server.request("GET", "/api/v1/channels")[2], {"channels": {}})
        saved = self.put(server, "telegram", TELEGRAM)
        self.assertEqual((saved["name"], saved["restart_needed"], saved["config"]["token"]), ("telegram", True, "***"))
        self.assertEqual(saved["config"]["proxyPassword"], "${credentials.PROXY}")
        self.put(server, "empty", {})
        channels = server.request("GET", "/api/v1/channels")[2]["channels"]
        self.assertEqual(channels, {"empty": {}, "telegram": saved["config"]})
        self.assertEqual(server.request("DELETE", "/api/v1/channels/empty")[2], {"deleted": True, "name": "empty", "restart_needed": True})
        self.assertEqual(server.request("DELETE", "/api/v1/channels/empty")[0], 404)
        for name in ("Telegram", "9a", "a" * 65, "a.b"):
            self.assertEqual(server.request("PUT", f"/api/v1/channels/{name}", {})[0], 400, name)
        events = server.request("GET", "/api/v1/audit?event=channel_change&sortDir=asc")[2]["items"]
        self.assertEqual([event["message"] for event in events], ["stored telegram", "stored empty", "deleted empty"])

    def test_round_trip_keeps_everything(self):
        server = self.serve()
        self.put(server, "telegram", TELEGRAM)
        shown = self.config(server, "telegram")
        for form in ("json", "yaml"):
            text = self.succeed(server.run("channels", "get", "telegram", "-o", form)).out
            file = self.home.write("telegram." + form, text)
            done = self.succeed(server.run("channels", "set", "telegram", "-f", file))
            self.assertIn("facioctl agent restart --if-needed", done.err)
            self.assertEqual(self.config(server, "telegram"), shown, form)
        changed = json.loads(json.dumps(shown))
        changed["extra"]["list"].reverse()
        changed["allowFrom"].append("43")
        self.put(server, "telegram", changed)
        self.assertEqual(self.config(server, "telegram"), changed)
        status, _, answer = server.request("PUT", "/api/v1/channels/telegram", {"newToken": "***"})
        self.assertEqual(status, 400)
        self.assertIn("newToken", answer["error"]["message"])
        self.assertEqual(self.config(server, "telegram"), changed, "nothing is half done")

    def test_restart_keeps_everything_and_shows_nothing(self):
        server = self.serve()
        self.put(server, "telegram", TELEGRAM)
        before = server.request("GET", "/api/v1/channels")[2]
        answers = str(before) + str(server.request("GET", "/api/v1/audit?limit=1000")[2])
        self.assertEqual(server.stop(), 0)
        for folder, _, names in os.walk(self.home.path):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(VALUE.encode(), file.read(), name)
        self.assertNotIn(VALUE, answers + server.output())
        again = self.serve()
        self.assertEqual(again.request("GET", "/api/v1/channels")[2], before)
        self.put(again, "telegram", before["channels"]["telegram"])

    def test_program(self):
        server = self.serve()
        done = self.succeed(server.run("channels", "set", "telegram", "-f", "-", stdin=json.dumps(TELEGRAM)))
        self.assertNotIn(VALUE, done.out + done.err)
        self.assertIn("restart", done.err)
        self.assertEqual(self.succeed(server.run("channels", "set", "telegram", "-f", "-", "--quiet", stdin=json.dumps(TELEGRAM))).err, "")
        self.assertIn("telegram", self.succeed(server.run("channels", "list")).out)
        self.assertIn("restart", self.succeed(server.run("channels", "delete", "telegram", "--yes")).err)
        self.fail_with(5, server.run("channels", "delete", "telegram", "--yes"))
        self.fail_with(2, server.run("channels", "set", "Telegram", "-f", "-", stdin="{}"))

    def checks(self, server, *arguments, code=9):
        done = server.run("channels", "check", *arguments, "-o", "json")
        self.assertEqual(done.code, code, str(done))
        return sorted((item["where"].removeprefix("channel "), item["check"]) for item in done.json())

    def test_check(self):
        server = self.serve()
        self.assertEqual(self.checks(server, code=0), [])
        good = {"telegram": {**TELEGRAM, "proxyPassword": ""},
                "placet": {"enabled": True, "instanceUrl": "http://placet:8080", "apiKey": "x", "allowFrom": ["*"]},
                "discord": {"enabled": False}, "custom": {"enabled": True, "allow_from": ["me"]}}
        for name, config in good.items():
            self.put(server, name, config)
        self.assertEqual(self.checks(server, code=0), [])
        self.put(server, "telegram", {"enabled": True, "allowFrom": []})
        self.put(server, "slack", {"enabled": True, "botToken": "x", "appToken": "${credentials.SLACK}", "allowFrom": ["*"],
                                   "dm": {"enabled": True, "allowFrom": ["*"]}})
        self.put(server, "email", {"enabled": True, "allow_from": ["a@b"], "imapHost": "h", "imapUsername": "u", "imapPassword": "p",
                                   "smtpHost": "h", "smtpUsername": "u",
                                   "smtpPassword": "p", "fromAddress": "a@b", "verifyDkim": False, "verify_spf": False,
                                   "imapUseSsl": False})
        self.put(server, "teams", {"enabled": True, "appId": "x", "appPassword": "y", "allowFrom": ["z"], "validateInboundAuth": False})
        self.assertEqual(self.checks(server), [("email", "mail-in-clear"), ("email", "mail-without-consent"),
                                               ("email", "mail-without-dkim"), ("email", "mail-without-spf"),
                                               ("slack", "everybody-allowed"), ("slack", "everybody-allowed"),
                                               ("slack", "placeholder-without-secret"),
                                               ("teams", "teams-without-validation"), ("telegram", "missing-key"),
                                               ("telegram", "nobody-allowed")])
        self.assertEqual(self.checks(server, "teams"), [("teams", "teams-without-validation")])
        self.assertEqual(self.checks(server, "placet", code=0), [])
        self.fail_with(5, server.run("channels", "check", "none"))
        table = server.run("channels", "check")
        self.assertIn("SEVERITY", table.out)


class Lint(harness.Case):
    """`credentials lint` over the areas that use secrets."""

    def findings(self, server, code=9):
        done = server.run("credentials", "lint", "-o", "json")
        self.assertEqual(done.code, code, str(done))
        return [(item["check"], item["where"]) for item in done.json() if item["check"] != "not-checked"]

    def test_lint(self):
        server = self.serve()
        self.assertEqual(self.findings(server, 0), [])
        for key in ("USED", "EXPOSED"):
            server.request("PUT", f"/api/v1/credentials/{key}", {"value": VALUE})
        server.request("PUT", "/api/v1/channels/telegram",
                       {"enabled": True, "token": "${credentials.USED}", "list": [{"key": "${credentials.MISSING}"}]})
        self.succeed(server.run("credentials", "expose", "EXPOSED"))
        found = self.findings(server)
        self.assertIn(("placeholder-without-secret", "channel telegram list key"), found)
        self.assertIn(("exposed-without-deadline", "credential EXPOSED"), found)
        self.assertEqual(len(found), 2, found)
        self.succeed(server.run("credentials", "unexpose", "EXPOSED", "-o", "name"))
        self.assertIn(("unused-secret", "credential EXPOSED"), self.findings(server))
        server.request("PUT", "/api/v1/credentials/MISSING", {"value": VALUE})
        self.succeed(server.run("credentials", "expose", "EXPOSED", "--for", "1h"))
        self.assertEqual(self.findings(server, 0), [])

    def test_users_of_a_secret(self):
        server = self.serve("--allow-host", "127.0.0.1")

        def users(key):
            return [one["where"] for one in self.succeed(server.run("credentials", "users", key, "-o", "json")).json()]

        for key in ("USED", "OTHER", "UNUSED"):
            server.request("PUT", f"/api/v1/credentials/{key}", {"value": VALUE})
        server.request("PUT", "/api/v1/channels/telegram", {"enabled": True, "token": "${credentials.USED}"})
        server.request("POST", "/api/v1/mcp", {"name": "one", "command": "true", "env": {"A": "x ${credentials.USED}"}})
        server.request("POST", "/api/v1/a2a/peers", {"alias": "peer", "url": "http://127.0.0.1:9", "token": "${credentials.USED}"})
        server.request("PUT", "/api/v1/credentials/providers/deepseek", {"value": "${credentials.OTHER}"})
        self.assertEqual(users("USED"), ["channel telegram token", "mcp one env.A", "peer peer token"])
        self.assertEqual(users("OTHER"), ["provider deepseek key"])
        self.assertEqual(users("UNUSED"), [])
        self.succeed(server.run("credentials", "expose", "UNUSED"))
        self.assertEqual(users("UNUSED"), ["shell tools of the agent"])
        server.request("PUT", "/api/v1/channels/slack", {"enabled": True, "botToken": "${credentials.NOT_STORED}"})
        self.assertEqual(users("NOT_STORED"), ["channel slack botToken"])
        self.fail_with(5, server.run("credentials", "users", "NOWHERE"))

    def test_mcp_servers(self):
        server = self.serve()
        for key in ("IN_ENV", "IN_HEADER"):
            server.request("PUT", f"/api/v1/credentials/{key}", {"value": VALUE})
        add = lambda config: self.assertEqual(server.request("POST", "/api/v1/mcp", {"enabled": False, **config})[0], 201)
        add({"name": "files", "command": "npx", "args": ["-y", "server"], "env": {"MY_TOKEN": "${credentials.IN_ENV}", "LEVEL": "info"}})
        add({"name": "github", "url": "https://mcp.example/", "headers": {"Authorization": "Bearer ${credentials.IN_HEADER}"}})
        self.assertEqual(self.findings(server, 0), [])
        add({"name": "bad", "command": "npx",
             "args": ["--token", "abc", "--api-key=abc", "--user=${credentials.IN_ENV}", "ghp_0123456789abcdefghij"],
             "env": {"GITHUB_TOKEN": "literal-" + VALUE, "OTHER": "Bearer ${credentials.NOT_THERE}"}})
        found = self.findings(server)
        self.assertEqual(sorted(found),
                         [("placeholder-in-arguments", "mcp bad args[3]"), ("placeholder-without-secret", "mcp bad env.OTHER"),
                                         ("secret-in-arguments", "mcp bad args[1]"), ("secret-in-arguments", "mcp bad args[2]"),
                                         ("secret-in-arguments", "mcp bad args[4]"), ("secret-in-file", "mcp bad env.GITHUB_TOKEN")])
        shown = server.run("credentials", "lint")
        self.assertNotIn(VALUE, shown.out + shown.err)


if __name__ == "__main__":
    harness.main()
