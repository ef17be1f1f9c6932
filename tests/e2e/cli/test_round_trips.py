#!/usr/bin/env python3
"""What a command prints with -o yaml or json is taken back by the command that makes or sets the same, here at another agent: over all
kinds that there are. Secrets are in no answer: they come back as references, or are asked for by name."""

import json
import sys

import harness
import mcp_server


class RoundTrips(harness.Case):
    def setUp(self):
        super().setUp()
        self.a, self.b = self.serve("--allow-host", "127.0.0.1", data="a"), self.serve("--allow-host", "127.0.0.1", data="b")
        self.job("report")
        self.job("nightly")

    def job(self, name):
        self.succeed(self.a.run("cron", "create", name, "--every", "300d", "--message", "hello"))

    def copy(self, read, write, code=0, form="yaml", more=()):
        """Pipes the answer of one agent into a command of the other."""
        text = self.succeed(self.a.run(*read, "-o", form)).out
        done = self.b.run(*write, "-f", "-", *more, stdin=text)
        self.assertEqual(done.code, code, f"{text}\n{done}")
        return done

    def both(self, path, members, key="name"):
        """What both agents have, reduced to these members."""
        return [sorted(([{name: item.get(name) for name in members} for item in server.request("GET", path)[2]["items"]]),
                       key=lambda item: str(item[key])) for server in (self.a, self.b)]

    def test_cron_jobs(self):
        for form in ("yaml", "json"):
            for read in (("cron", "list"), ("cron", "get", "report"), ("cron", "get", "report", "nightly")):
                with self.subTest(form=form, read=read):
                    self.copy(read, ("cron", "create"), form=form)
        self.assertEqual(len(self.b.request("GET", "/api/v1/cron")[2]["items"]), 10)
        here = {job["name"]: (job["schedule"], job["payload"]) for job in self.a.request("GET", "/api/v1/cron")[2]["items"]}
        there = {job["name"]: (job["schedule"], job["payload"]) for job in self.b.request("GET", "/api/v1/cron")[2]["items"]}
        self.assertEqual(here, there)
        text = self.succeed(self.a.run("cron", "get", "report", "-o", "yaml")).out
        self.succeed(self.a.run("cron", "update", "report", "-f", "-", stdin=text))

    def test_several_documents_and_one_name(self):
        text = self.succeed(self.a.run("cron", "list", "-o", "yaml")).out
        for words in (("--name", "same"), ("same",)):
            done = self.fail_with(2, self.b.run("cron", "create", *words, "-f", "-", stdin=text))
            self.assertIn("--name: the file has 2 documents, which would all get this name", done.err)
        self.assertEqual(self.b.request("GET", "/api/v1/cron")[2]["items"], [])

    def test_mcp_servers(self):
        for name in ("one", "two"):
            self.assertEqual(self.a.request("POST", "/api/v1/mcp", {"name": name, "command": sys.executable,
                                                                    "args": ["-B", mcp_server.__file__],
                                                                    "env": {"KEY": "${credentials.MCP_KEY}"}})[0], 201)
        self.copy(("mcp", "list"), ("mcp", "add"))
        here, there = self.both("/api/v1/mcp", ("name", "config", "enabled"))
        for server in (*here, *there):
            server["config"].pop("enabled", None)  # said once more, beside it
        self.assertEqual(here, there)
        self.assertEqual(here[0]["config"]["env"], {"KEY": "${credentials.MCP_KEY}"})
        self.succeed(self.b.run("mcp", "remove", "one", "two", "--yes"))
        self.copy(("mcp", "get", "one"), ("mcp", "add"), form="json")
        self.assertEqual(self.a.request("POST", "/api/v1/mcp", {"name": "secret", "command": "/bin/true", "env": {"TOKEN": "a-value"}})[0],
                         201)
        self.assertIn("env: TOKEN is masked, but nothing is stored for it; give its value",
                      self.copy(("mcp", "get", "secret"), ("mcp", "add"), code=7).err)

    def test_peers(self):
        for body in ({"alias": "open", "url": "http://127.0.0.1:9", "description": "one"}, {"alias": "bare", "url": "http://127.0.0.1:9"}):
            self.assertEqual(self.a.request("POST", "/api/v1/a2a/peers", body)[0], 201)
        self.copy(("peers", "list"), ("peers", "add"))
        here, there = self.both("/api/v1/a2a/peers", ("alias", "url", "description"), "alias")
        self.assertEqual(here, there)
        self.copy(("peers", "get", "open"), ("peers", "add"), form="json")
        self.a.request("POST", "/api/v1/a2a/peers", {"alias": "closed", "url": "http://127.0.0.1:9", "token": "of-the-peer"})
        self.assertIn("token: *** stands for a stored token", self.copy(("peers", "get", "closed"), ("peers", "add"), code=7).err)

    def test_channels(self):
        self.succeed(self.a.run("channels", "set", "alerts", "-f", "-", stdin="type: webhook\nurl: http://127.0.0.1:9/hook\n"))
        self.copy(("channels", "get", "alerts"), ("channels", "set", "alerts"))
        self.assertEqual(*(server.request("GET", "/api/v1/channels")[2]["channels"] for server in (self.a, self.b)))
        for name, hook in (("alerts", "other"), ("more", "more")):
            self.succeed(self.a.run("channels", "set", name, "-f", "-", stdin=f"type: webhook\nurl: http://127.0.0.1:9/{hook}\n"))
        for form in ("yaml", "json"):  # all at once: a map from names
            self.copy(("channels", "list"), ("channels", "set"), form=form)
            self.assertEqual(*(server.request("GET", "/api/v1/channels")[2]["channels"] for server in (self.a, self.b)))
        self.assertEqual(set(self.b.request("GET", "/api/v1/channels")[2]["channels"]), {"alerts", "more"})
        done = self.fail_with(2, self.b.run("channels", "set", "-f", "-", stdin="type: webhook\n"))
        self.assertIn("needs NAME, or a file with a map from names to what is set; 'type' is none", done.err)
        self.succeed(self.a.run("channels", "set", "telegram", "-f", "-", stdin="enabled: true\ntoken: a-secret\nallowFrom: [me]\n"))
        done = self.copy(("channels", "get", "telegram"), ("channels", "set", "telegram"), code=7)
        self.assertIn("token: *** stands for a stored value", done.err)

    def test_settings(self):
        self.succeed(self.a.run("settings", "set", "temperature=0.3", "timezone=Europe/Berlin"))
        for form in ("yaml", "json"):
            self.copy(("settings", "get"), ("settings", "set"), form=form)
        self.assertEqual(*({name: server.request("GET", "/api/v1/settings")[2][name] for name in ("basic", "advanced", "browser")}
                           for server in (self.a, self.b)))

    def test_policy(self):
        self.succeed(self.a.run("policy", "allow", "read_file"))
        self.succeed(self.a.run("policy", "deny", "exec", "--param", "command.x=rm *"))
        self.succeed(self.a.run("policy", "set", "--skip-cron"))
        self.succeed(self.b.run("policy", "allow", "web_search"))

        def rules(server):
            state = server.request("GET", "/api/v1/policy")[2]
            return state["skipCron"], sorted((rule["action"], rule["tool"], tuple(rule["params"].items())) for rule in state["rules"])

        before = rules(self.b)
        done = self.copy(("policy", "list", "--raw"), ("policy", "set"), code=2, form="json")
        self.assertIn("--yes is required to remove 1 rule that the file does not have", done.err)
        self.assertEqual(rules(self.b), before, "nothing was sent")
        done = self.copy(("policy", "list", "--raw"), ("policy", "set"), form="json", more=("--yes",))
        self.assertIn("2 rules added, 1 removed", done.err)
        self.assertEqual(rules(self.b), rules(self.a))
        self.assertIn("0 rules added, 0 removed", self.copy(("policy", "list", "--raw"), ("policy", "set")).err)
        self.copy(("policy", "list"), ("policy", "add"))
        # What is printed without --raw is the rules alone.
        self.succeed(self.a.run("policy", "deny", "web_search"))
        self.assertIn("1 rule added, 0 removed", self.copy(("policy", "get"), ("policy", "set")).err)
        self.assertEqual(rules(self.b), rules(self.a))
        self.succeed(self.a.run("policy", "clear", "--yes"))
        self.copy(("policy", "get"), ("policy", "set"), more=("--yes",))
        self.assertEqual(rules(self.b), rules(self.a))
        self.assertEqual(rules(self.b), rules(self.a))
        done = self.fail_with(2, self.b.run("policy", "set", "-f", "-", stdin="rules: [{action: deny, tol: exec}]\n"))
        self.assertIn("rules[0]: unknown key 'tol'; did you mean 'tool'?", done.err)

    def test_secrets_have_no_value(self):
        self.succeed(self.a.run("credentials", "create", "MY_KEY", "--from-stdin", stdin="value"))
        done = self.copy(("credentials", "list"), ("credentials", "create"), code=2)
        self.assertIn("--from-file: is required", done.err)
        self.assertNotIn("unknown key", done.err)
        self.assertEqual(self.b.request("GET", "/api/v1/credentials")[2]["items"], [])

    def test_providers(self):
        self.succeed(self.a.run("providers", "create", "vllm", "--api-base", "http://127.0.0.1:9/v1"))
        self.copy(("providers", "get", "vllm"), ("providers", "create"))
        self.copy(("providers", "get", "vllm"), ("providers", "set", "vllm"), form="json")
        here, there = self.both("/api/v1/credentials/providers", ("name", "apiBase", "hasValue"))
        self.assertEqual(here, there)
        # The list also has all those that were never set.
        self.succeed(self.a.run("providers", "create", "custom", "--api-base", "http://127.0.0.1:8/v1"))
        self.succeed(self.b.run("providers", "delete", "vllm", "--yes"))
        self.assertIn("documents with a name alone", self.copy(("providers", "list"), ("providers", "add")).err)
        here, there = self.both("/api/v1/credentials/providers", ("name", "apiBase", "hasValue"))
        self.assertEqual(here, there)
        done = self.b.run("providers", "add", "-f", "-", stdin='[{"name": "openai", "label": "x"}, {"name": "vllm", "label": "y"}]')
        self.assertIn("has nothing that can be sent", self.fail_with(2, done).err)

    def test_one_document_for_several_things(self):
        """As kubectl does, which prints a List."""
        names = ("report", "nightly")
        self.assertEqual([job["name"] for job in self.succeed(self.a.run("cron", "get", *names, "-o", "json")).json()], list(names))
        for verb in ("pause", "resume", "delete"):
            jobs = self.succeed(self.a.run("cron", verb, *names, "-o", "json", "--yes")).json()
            self.assertEqual(len(jobs), 2, verb)
        self.setUp_jobs(names)
        done = self.fail_with(9, self.a.run("cron", "get", "report", "nosuch", "-o", "json"))
        self.assertEqual([job["name"] for job in json.loads(done.out)], ["report"])
        self.assertEqual(self.succeed(self.a.run("cron", "get", *names, "-q", "map(.name)|join(\" \")", "-o", "tsv")).out.strip(),
                         "report nightly")
        rows = self.succeed(self.a.run("cron", "get", *names, "-o", "csv")).out.splitlines()
        self.assertEqual(len(rows), 3, "one header")
        self.assertEqual(len(self.succeed(self.a.run("cron", "get", *names, "-o", "ndjson")).out.splitlines()), 2)
        made = self.succeed(self.b.run("cron", "create", "-f", "-", "-o", "json",
                                       stdin=self.succeed(self.a.run("cron", "list", "-o", "yaml")).out)).json()
        self.assertEqual(sorted(job["name"] for job in made), sorted(names))

    def setUp_jobs(self, names):
        for name in names:
            self.job(name)


if __name__ == "__main__":
    harness.main()
