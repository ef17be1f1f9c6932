#!/usr/bin/env python3
"""Completion in the real shells at a real terminal: TAB is pressed, and what the program then gets is looked at."""

import glob
import os
import time

import harness
import shells

SHELLS = ("bash", "zsh", "fish")
HOSTILE = ["it's a \"$HOME\" `key`;&|*", "plain key", "line\nbreak", "esc\x1b[31mape", "-rf", ":files", "tab\tkey", "bidi\u202ekey"]


class Completion(harness.Case):
    def shell(self, name, server=None, framework=False, **env):
        address = {} if server is None else {"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN": getattr(server, "token", "") or "x"}
        shell = shells.Shell(self.home, name, {**address, **env}, framework)
        self.addCleanup(shell.close)
        return shell

    def answers(self, replies):
        server = shells.Answers(replies)
        self.addCleanup(server.close)
        return server

    def silent(self):
        server = shells.Silent()
        self.addCleanup(server.close)
        return server

    def cache(self):
        return glob.glob(self.home.file("cache/facioctl/completion/*"))

    def forget(self):
        for path in self.cache():
            os.remove(path)

    def age(self):
        """Makes what is kept older than it may be."""
        self.assertTrue(self.cache())
        for path in self.cache():
            os.utime(path, (1, 1))

    def test_words_flags_values_and_names(self):
        server = self.serve()
        job = self.create_job(server, "nightly report")["id"]
        self.home.write("body-of-job.json", "{}")
        for name in SHELLS:
            with self.subTest(name):
                shell = self.shell(name, server)
                shell.completed("facioctl versions che\t", "versions", "checkpoint")
                shell.completed("facioctl cron list --no-h\t", "cron", "list", "--no-headers")
                shell.completed("facioctl cron list -o ya\t", "cron", "list", "-o", "yaml")
                shell.completed("facioctl cron list --output=ya\t", "cron", "list", "--output=yaml")
                shell.completed("facioctl cron list --curl=f\t", "cron", "list", "--curl=fish")
                shell.completed("facioctl settings set timez\tUTC", "settings", "set", "timezone=UTC")
                shell.completed("facioctl help exit\t", "help", "exit-codes")
                shell.completed("facioctl cron create -f body-of\t", "cron", "create", "-f", "body-of-job.json")
                shell.completed("facioctl cron create --file=body-of\t", "cron", "create", "--file=body-of-job.json")
                shell.completed("facioctl cron run-now \t", "cron", "run-now", job)

    def offered(self, *words, env=None):
        return [line.split("\t")[0] for line in self.succeed(self.home.run("__complete", *words, env=env)).out.splitlines()]

    def test_values_that_the_program_knows(self):
        self.succeed(self.home.run("context", "add", "prod", "--url", "http://127.0.0.1:1", "--token-env", "T"))
        cases = [
            (("cron", "list", "--fields", "na"), ["name"]),
            (("cron", "list", "--fields", "id,state.next"), ["id,state.next_run_at_ms"]),
            (("cron", "list", "--fields=he"), ["--fields=help"]),
            (("cron", "list", "--sort-by", "state.next"), ["state.next_run_at_ms"]),
            (("cron", "list", "--columns", "name,+ena"), ["name,+enabled"]),
            (("cron", "list", "--columns", "-na"), ["-name"]),
            (("audit", "--status", "ok,de"), ["ok,denied"]),
            (("audit", "stats", "--by", "type,h"), ["type,hour"]),
            (("usage", "get", "--by", "mo"), ["model"]),
            (("cron", "create", "--tz", "Europe/Berl"), ["Europe/Berlin"]),
            (("settings", "set", "timezone=Europe/Berl"), ["timezone=Europe/Berlin"]),
            (("settings", "get", "timez"), ["timezone"]),
            (("man", "facioctl-cron-cr"), ["facioctl-cron-create"]),
            (("man", "cron-cr"), ["cron-create"]),
            (("config", "get", "contexts.prod.tok"), [f"contexts.prod.token.{kind}" for kind in ("file", "env", "exec", "ttl", "keyring")]),
            (("config", "set", "contexts.prod.time"), ["contexts.prod.timeout"]),
        ]
        for words, expected in cases:
            with self.subTest(words):
                self.assertEqual(self.offered(*words), expected)
        for page in self.offered("man", ""):
            if page != "facioctl.yaml":
                self.succeed(self.home.run("man", page))

    def test_values_that_the_agent_knows(self):
        server = self.answers({"/api/v1/audit/stats": (200, {"total": 3, "by_event": {"tool_call": 2, "error": 1}})})
        self.assertEqual(self.offered("audit", "--type", "to", env={"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN": "x"}), ["tool_call"])

    def test_bash_lists_names_with_what_they_mean(self):
        jobs = [{"id": "ab1", "name": "first of all"}, {"id": "ab22", "name": "second to none"}]
        server = self.answers({"/api/v1/cron": (200, {"items": jobs})})
        for framework in (False, True):
            with self.subTest(framework=framework):
                shell = self.shell("bash", server, framework=framework)
                shell.type("facioctl cron get a\t\t\t")
                shown = shell.wait_for("second to none)")
                self.assertRegex(shown, r"ab1 +\(first of all\)")
                shell.type("2\t\n")
                shell.wait_for("<cron><get><ab22>\n")

    def test_aliases_backslashes_and_files_with_an_at(self):
        sessions = [{"key": key} for key in ("plain key", "back\\slash", "dom:ain\\user")]
        server = self.answers({"/api/v1/sessions": (200, {"items": sessions})})
        self.home.write("bytes-of-it.bin", "x")
        for name in SHELLS:
            with self.subTest(name):
                shell = self.shell(name, server)
                shell.completed("facioctl sessions get back\t", "sessions", "get", "back\\slash")
                shell.completed("facioctl sessions get plain\\ k\t", "sessions", "get", "plain key")
                shell.completed("facioctl sessions get dom\t", "sessions", "get", "dom:ain\\user")
                shell.completed("facioctl skills install --zip @bytes-of\t", "skills", "install", "--zip", "@bytes-of-it.bin")
                shell.completed("facioctl skills install --zip=@bytes-of\t", "skills", "install", "--zip=@bytes-of-it.bin")
        shell = self.shell("bash", server)
        shell.type("alias f=facioctl fs='facioctl sessions'; complete -F _facioctl f fs\n")
        shell.completed("f versions che\t", "versions", "checkpoint")
        shell.completed("fs get plai\t", "sessions", "get", "plain key")

    def test_keys_with_colons(self):
        sessions = [{"key": key, "channel": "telegram", "message_count": 3} for key in ("telegram:42", "telegram:57", "api:default")]
        server = self.answers({"/api/v1/sessions": (200, {"items": sessions})})
        for name in (*SHELLS, "framework"):
            with self.subTest(name):
                shell = self.shell("bash" if name == "framework" else name, server, framework=name == "framework")
                shell.completed("facioctl sessions get telegram:4\t", "sessions", "get", "telegram:42")
                shell.completed("facioctl sessions get tele\t5\t", "sessions", "get", "telegram:57")
                shell.completed("facioctl agent status --session=telegram:4\t", "agent", "status", "--session=telegram:42")
                shell.completed("facioctl agent status --session ap\t", "agent", "status", "--session", "api:default")
                shell.completed("facioctl sessions get \"telegram:4\t", "sessions", "get", "telegram:42")

    def test_meanings_are_shown(self):
        server = self.serve()
        first, second = (self.create_job(server, job)["id"] for job in ("first of all", "second to none"))
        while first[0] == second[0]:  # zsh would insert what both ids begin with, and show nothing yet
            self.succeed(server.run("cron", "delete", second, "--yes"))
            second = self.create_job(server, "second to none")["id"]
        for name in ("zsh", "fish"):
            with self.subTest(name):
                shell = self.shell(name, server)
                shell.type("facioctl cron run-now \t")
                shell.wait_for(", in ")  # when it runs next
                shell.wait_for(", in ")
                self.assertIn("first of all", shell.text)
                self.assertIn("second to none", shell.text)

    def test_hostile_names(self):
        sessions = [{"key": key, "channel": "evil\x1b]0;title\x07\nfacioctl: error"} for key in HOSTILE]
        server = self.answers({"/api/v1/sessions": (200, {"items": sessions})})
        for name in SHELLS:
            with self.subTest(name):
                shell = self.shell(name, server)
                shell.completed("facioctl sessions get it\t", "sessions", "get", HOSTILE[0])
                shell.completed("facioctl sessions get pl\t", "sessions", "get", HOSTILE[1])
                for left_out in ("lin", "esc", "tab", "bid"):
                    shell.completed(f"facioctl sessions get {left_out}\t", "sessions", "get", left_out)
                shell.type("facioctl sessions get \t\t")
                shell.type("\x03\necho do''ne\n")
                shell.wait_for("done")
                self.assertNotIn("\x1b]0;title", shell.raw)
        path, = self.cache()
        with open(path, encoding="utf-8") as file:
            kept = file.read()
        self.assertIn("plain key\tevil\\x1b]0;title\\x07\\nfacioctl: error", kept)

    def test_nothing_reaches_the_prompt_when_it_fails(self):
        server = self.serve()
        self.create_job(server)
        down = self.answers({})
        down.close()
        cases = {
            "down": {"FACIOCTL_URL": down.url, "FACIOCTL_TOKEN": "x"},
            "silent": {"FACIOCTL_URL": self.silent().url, "FACIOCTL_TOKEN": "x"},
            "no token": {"FACIOCTL_URL": server.url},
            "wrong token": {"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN": "wrong"},
            "no such context": {"FACIOCTL_CONTEXT": "nowhere"},
            "token file of others": {"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": "/etc/passwd"},
            "no json": {"FACIOCTL_URL": self.answers({"/api/v1/cron": (200, "text")}).url, "FACIOCTL_TOKEN": "x"},
        }
        for name in SHELLS:
            for what, env in cases.items():
                with self.subTest(name + ": " + what):
                    self.forget()
                    shell = self.shell(name, **env)
                    shown = shell.completed("facioctl cron run-now \t", "cron", "run-now")
                    self.assertNotIn("facioctl:", shown)
                    self.assertEqual(self.cache(), [])
                    shell.close()
                    self._cleanups.pop()

    def test_cache_and_budget(self):
        replies = {"/api/v1/cron": (200, {"items": [{"id": "j1", "name": "one"}]})}
        server = self.answers(replies)
        env = {"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN": "x"}

        def names():
            return self.succeed(self.home.run("__complete", "cron", "run-now", "", env=env)).out

        self.assertEqual(names(), "j1\tone\n")
        self.assertEqual(names(), "j1\tone\n")
        self.assertEqual(server.asked, ["/api/v1/cron"])
        path, = self.cache()
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(os.path.dirname(path)).st_mode & 0o777, 0o700)
        replies["/api/v1/cron"] = (200, {"items": [{"id": "j2", "name": "two"}]})
        self.age()
        self.assertEqual(names(), "j2\ttwo\n")
        self.assertEqual(len(server.asked), 2)
        server.server.server_close()  # what is old is better than nothing
        server.server.shutdown()
        self.age()
        self.assertEqual(names(), "j2\ttwo\n")

    def test_another_target_has_other_names(self):
        one = self.answers({"/api/v1/cron": (200, {"items": [{"id": "j1", "name": "one"}]})})
        two = self.answers({"/api/v1/cron": (200, {"items": [{"id": "j2", "name": "two"}]})})
        for context, server in (("one", one), ("two", two)):
            self.succeed(self.home.run("context", "add", context, "--url", server.url, "--token-env", "TOKEN"))
        for context, expected in (("one", "j1\tone\n"), ("two", "j2\ttwo\n"), ("one", "j1\tone\n")):
            done = self.succeed(self.home.run("__complete", "--context", context, "cron", "get", "", env={"TOKEN": "x"}))
            self.assertEqual(done.out, expected)
        self.assertEqual(self.home.run("__complete", "cron", "list", "--context=t").out, f"--context=two\t{two.url}\n")

    def test_silent_server_is_not_waited_for(self):
        env = {"FACIOCTL_URL": self.silent().url, "FACIOCTL_TOKEN": "x"}
        begun = time.monotonic()
        self.assertEqual(self.succeed(self.home.run("__complete", "cron", "run-now", "", env=env)).out, "")
        self.assertLess(time.monotonic() - begun, harness.DEADLINE / 6)

    def test_no_program_is_run_for_a_token(self):
        server = self.answers({"/api/v1/cron": (200, {"items": [{"id": "j1", "name": "one"}]})})
        os.makedirs(self.home.file("config/facioctl"), mode=0o700)
        self.home.write("config/facioctl/config.yaml", f"version: 1\ncurrent: a\ncontexts:\n  a: {{url: \"{server.url}\", token: {{exec: "
                                                       f"[touch, {self.home.file('ran')}]}}}}\n")
        self.assertEqual(self.succeed(self.home.run("__complete", "cron", "run-now", "")).out, "")
        self.assertFalse(os.path.exists(self.home.file("ran")))
        self.assertEqual(server.asked, [])

    def test_a_kept_token_counts_but_none_is_asked_for(self):
        replies = {"/api/v1/cron": (200, {"items": [{"id": "j1", "name": "one"}]})}
        server = self.answers(replies)
        helper = self.home.write("helper", f"#!/bin/sh\necho ran >> {self.home.file('ran')}\necho token\n")
        os.chmod(helper, 0o700)
        os.makedirs(self.home.file("config/facioctl"), mode=0o700)
        self.home.write("config/facioctl/config.yaml",
                        f"version: 1\ncurrent: a\ncontexts:\n  a: {{url: \"{server.url}\", token: {{exec: [{helper}], ttl: 10m}}}}\n")

        def names():
            return self.succeed(self.home.run("__complete", "cron", "run-now", "")).out

        self.assertEqual(names(), "")
        self.succeed(self.home.run("cron", "list"))
        self.assertEqual(names(), "j1\tone\n")
        replies["/api/v1/cron"] = (401, {"error": {"code": "unauthorized", "message": "no"}})
        self.age()
        self.assertEqual(names(), "j1\tone\n")
        with open(self.home.file("ran"), encoding="ascii") as file:
            self.assertEqual(file.read(), "ran\n")

    def test_plugins_are_commands(self):
        os.makedirs(self.home.file("tools"))
        tool = self.home.write("tools/facioctl-jobs-of-today", "#!/bin/sh\n")
        os.chmod(tool, 0o755)
        done = self.succeed(self.home.run("__complete", "jobs", env={"PATH": self.home.file("tools")}))
        self.assertEqual(done.out, f"jobs-of-today\t{tool}\n")

    def test_what_can_be_waited_for(self):
        server = self.serve()
        self.create_job(server, "nightly")

        def offered(word):
            return [line.split("\t")[0] for line in self.succeed(server.run("__complete", "wait", "--for", word)).out.splitlines()]

        self.assertEqual(offered("cron/"), ["cron/nightly="])
        tried = 0
        for thing in offered(""):
            for condition in offered(thing if thing.endswith("=") else thing + "x="):
                self.assertNotEqual(server.run("wait", "--for", condition, "--once").code, 2, condition)
                tried += 1
        self.assertGreater(tried, 15)

    def test_paths_of_the_workspace(self):
        server = self.serve()
        for path in ("notes/today.md", "notes/later.md", "plan.md"):
            self.succeed(server.run("workspace", "write", path, "--content", "x"))
        self.assertIn("notes/\n", server.run("__complete", "workspace", "read", "no").out)
        self.assertEqual(server.run("__complete", "workspace", "read", "notes/t").out, "notes/today.md\n")
        for name in SHELLS:
            with self.subTest(name):
                shell = self.shell(name, server)
                shell.completed("facioctl workspace read no\tto\t", "workspace", "read", "notes/today.md")


if __name__ == "__main__":
    harness.main()
