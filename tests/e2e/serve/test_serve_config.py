#!/usr/bin/env python3
"""`serve --config FILE`: the gateway's own names for its settings, below flags and environment and above what holds without any."""

import json

import harness


class ServeConfig(harness.Case):
    def write(self, text, name="gateway.yaml"):
        return self.home.write(name, text)

    def refused(self, text, *arguments, env=None):
        """What a start with this file says on standard error; it ends with 2."""
        return self.fail_with(2, self.home.run("serve", "--memory", "--config", self.write(text), *arguments, env=env)).err

    def started(self, text, *arguments, env=None):
        """A server whose address comes from the file or the environment alone."""
        read = harness.Server(self.home, "--memory", "--config", self.write(text), *arguments, env=env, pass_data=False, listen=None)
        self.addCleanup(self._end, read)
        return read

    def test_every_setting_counts(self):
        nested = """api:
  host: localhost
  port: 0
  timeout: 90
  allowedOrigins: [https://placet.example]
  rateLimitRpm: 7
  managementEnabled: no
  a2aEnabled: true
"""
        flat = """api.host: localhost
api.port: 0
api.timeout: 90s
api.allowedOrigins: https://placet.example
api.rateLimitRpm: "7"
api.managementEnabled: "false"
api.a2aEnabled: "yes"
"""
        for text in (nested, flat, json.dumps({"api": {"host": "127.0.0.1", "port": 0, "allowedOrigins": ["https://placet.example"],
                                                       "rateLimitRpm": 7, "managementEnabled": False, "a2aEnabled": True}})):
            with self.subTest(text):
                server = self.started(text)
                self.assertEqual(server.address[0], "127.0.0.1")
                self.assertEqual(server.request("GET", "/api/v1/cron")[0], 404)
                self.assertEqual(server.request("GET", "/.well-known/agent-card.json")[0], 200)
                status, headers, _ = server.request("GET", "/health", headers={"Origin": "https://placet.example"})
                self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (200, "https://placet.example"))
                self.assertEqual(server.request("GET", "/health", headers={"Origin": "https://other.example"})[0], 403)
                self.assertIn(429, [server.request("GET", "/v1/models")[0] for _ in range(8)])

    def test_the_time_of_an_answer(self):
        server = self.started("api: {port: 0, timeout: 1}\n")
        asked = {"messages": [{"role": "user", "content": '/tool exec {"command": "sleep 30"}'}]}
        status, _, body = server.request("POST", "/v1/chat/completions", asked)
        self.assertEqual((status, body["error"]["code"]), (424, "turn_failed"))
        self.assertIn("did not answer within 1s", body["error"]["message"])

    def test_a_flag_beats_the_environment_and_that_the_file(self):
        def switches(text, *flags, env=None):
            server = self.started(text, *flags, env=env)
            card = server.request("GET", "/.well-known/agent-card.json")[0]
            management = server.request("GET", "/api/v1/cron")[0]
            return management, card
        off = "api: {port: 0, managementEnabled: false, a2aEnabled: true}\n"
        self.assertEqual(switches(off), (404, 200))
        self.assertEqual(switches(off, env={"FACIO_MANAGEMENT_ENABLED": "true", "FACIO_A2A_ENABLED": "false"}), (200, 404))
        self.assertEqual(switches(off, "--no-management", "--a2a", env={"FACIO_MANAGEMENT_ENABLED": "true", "FACIO_A2A_ENABLED": "false"}),
                         (404, 200))
        self.assertEqual(switches(off, "--no-management=false", "--a2a=false"), (200, 404))
        self.assertEqual(switches("api: {port: 0}\n"), (200, 404))

    def test_the_port(self):
        first = self.started("api: {port: 0}\n")
        taken = str(first.address[1])
        text = f"api: {{port: {taken}}}\n"
        self.assertIn(taken, self.home.run("serve", "--memory", "--config", self.write(text)).err)
        self.assertNotEqual(self.started(text, env={"FACIO_API_PORT": "0"}).address[1], first.address[1])
        by_flag = harness.Server(self.home, "--memory", "--config", self.write(text), env={"FACIO_API_PORT": taken}, pass_data=False)
        self.addCleanup(self._end, by_flag)
        self.assertNotEqual(by_flag.address[1], first.address[1])

    def test_what_is_wrong_is_named(self):
        for text, words in (("api:\n  prot: 1\n", "line 2: api.prot: is not known; did you mean api.port?"),
                            ("api:\n  rate_limit_rpm: 1\n", "did you mean api.rateLimitRpm?"),
                            ("apis: {port: 1}\n", "line 1: apis.port: is not known; did you mean api.port?"),
                            ("contexts: {}\n", "line 1: contexts: is not known; known are api.host"),
                            ("api:\n  port: 1\napi.port: 2\n", "api.port: occurs twice"),
                            ("api: {port: 70000}\n", "line 1: api.port: must be a whole number from 0 to 65535"),
                            ("api: {port: [1]}\n", "api.port: needs one value, not a list"),
                            ("api: {host: agent.example}\n", "line 1: api.host: is neither a numeric address nor localhost"),
                            ("api: {host: 0.0.0.0}\n", "line 1: api.host: 0.0.0.0 can be reached from other machines"),
                            ("api: {timeout: soon}\n", "line 1: api.timeout:"),
                            ("api: {timeout: 0}\n", "line 1: api.timeout: must be from 1s to 30d"),
                            ("api: {allowedOrigins: [placet]}\n", 'line 1: api.allowedOrigins: "placet" is not an origin'),
                            ("api: {managementEnabled: maybe}\n", "line 1: api.managementEnabled: must be true or false"),
                            ("api: {rateLimitRpm: -1}\n", "line 1: api.rateLimitRpm: must be a whole number from 0 to 1000000"),
                            ("- api\n", "must be a map"), ("api: [\n", "line")):
            with self.subTest(text):
                self.assertIn(words, self.refused(text))
        self.assertIn("--config: cannot read", self.fail_with(2, self.home.run("serve", "--memory", "--config", "missing.yaml")).err)

    def test_it_is_not_the_file_of_the_contexts(self):
        path = self.write("api: {port: 0}\n")
        server = self.started("api: {port: 0}\n")
        self.assertEqual([row["name"] for row in self.succeed(self.home.run("context", "list", "-o", "json")).json()], ["local"])
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "api: {port: 0}\n")
        self.assertEqual(self.succeed(self.home.run("context", "show", "local", "-o", "json")).json()["url"], server.url)

    def test_help_and_manual_tell_of_it(self):
        for words in (["serve", "--help"], ["man", "facioctl-serve"]):
            text = " ".join(self.succeed(self.home.run(*words)).out.replace("\\-", "-").split())
            for key in ("api.host", "api.port", "api.timeout", "api.allowedOrigins", "api.rateLimitRpm", "api.managementEnabled",
                        "api.a2aEnabled"):
                self.assertIn(key, text)
            self.assertIn("Flags override the environment, the environment overrides the file, and the file overrides the defaults", text)


if __name__ == "__main__":
    harness.main()
