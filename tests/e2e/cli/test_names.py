#!/usr/bin/env python3
"""Things are called by their names, or by the beginning of an id; several at once; and the verb may come first."""

import harness


class Names(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.ids = {name: self.make(name) for name in ("report", "nightly", "nightly-old")}

    def make(self, name):
        done = self.run_ok("cron", "create", "--name", name, "--every", "1h", "--message", "hi", "-o", "json")
        return done.json()["id"]

    def run_ok(self, *arguments):
        return self.succeed(self.server.run(*arguments))

    def enabled(self):
        return {job["name"]: job["enabled"] for job in self.server.request("GET", "/api/v1/cron")[2]["items"]}

    def test_a_name_does_for_an_id(self):
        self.assertEqual(self.run_ok("cron", "get", "report", "-o", "json").json()["id"], self.ids["report"])
        self.run_ok("cron", "pause", "report")
        self.assertEqual(self.enabled(), {"report": False, "nightly": True, "nightly-old": True})
        self.run_ok("cron", "update", "report", "--name", "renamed")
        self.run_ok("cron", "delete", "renamed", "--yes")
        self.assertEqual(set(self.enabled()), {"nightly", "nightly-old"})

    def test_the_beginning_of_an_id_or_name(self):
        found = self.run_ok("cron", "get", self.ids["report"][:5], "-o", "json").json()
        self.assertEqual(found["id"], self.ids["report"])
        self.assertEqual(self.run_ok("cron", "get", "rep", "-o", "json").json()["id"], self.ids["report"])
        # The whole name is better than the beginning of another.
        self.assertEqual(self.run_ok("cron", "get", "nightly", "-o", "json").json()["id"], self.ids["nightly"])

    def test_what_is_destroyed_needs_four_characters(self):
        self.fail_with(5, self.server.run("cron", "delete", "rep", "--yes"))
        self.assertIn("report", self.enabled())
        self.run_ok("cron", "delete", "repo", "--yes")
        self.assertNotIn("report", self.enabled())

    def test_ambiguous(self):
        done = self.fail_with(2, self.server.run("cron", "pause", "night"))
        for name in ("nightly", "nightly-old"):
            self.assertIn(f"{self.ids[name]} ({name})", done.err)
        self.assertEqual(set(self.enabled().values()), {True})

    def test_nothing_of_that_name(self):
        self.assertIn('there is no cron job "nosuch"', self.fail_with(5, self.server.run("cron", "get", "nosuch")).err)

    def test_an_exact_id_is_one_request(self):
        def requests(*arguments):
            return [line for line in self.run_ok(*arguments, "-v").err.splitlines() if "/api/v1/cron" in line and "GET" in line]
        self.assertEqual(len(requests("cron", "get", self.ids["report"])), 1, "no list is read")
        self.assertEqual(len(requests("cron", "get", "report")), 3, "what was typed, the list, what was meant")

    def test_a_run_by_its_short_id(self):
        self.run_ok("chat", "hello")
        whole = next(event["run_id"] for event in self.server.request("GET", "/api/v1/audit")[2]["items"] if event.get("run_id"))
        shown = self.run_ok("audit", "run", whole[:8], "-o", "json").out
        self.assertEqual(shown, self.run_ok("audit", "run", whole, "-o", "json").out)

    def test_several_at_once(self):
        listed = self.run_ok("cron", "list", "-o", "name").out.split()
        self.assertEqual(len(listed), 3)
        self.run_ok("cron", "pause", *listed)
        self.assertEqual(set(self.enabled().values()), {False})
        done = self.fail_with(9, self.server.run("cron", "resume", "report", "nosuch", "nightly"))
        self.assertIn('nosuch: there is no cron job "nosuch"', done.err)
        self.assertIn("1 of 3 were not done", done.err)
        self.assertEqual(self.enabled(), {"report": True, "nightly": True, "nightly-old": False})
        self.fail_with(5, self.server.run("cron", "resume", "no", "such"))
        self.fail_with(2, self.server.run("cron", "get", "report", "nightly", "--watch"))

    def test_what_is_printed_as_names_is_taken_back(self):
        names = self.run_ok("cron", "list", "--filter", "name~nightly", "-o", "name").out.split()
        self.run_ok("cron", "delete", "--yes", *names)
        self.assertEqual(set(self.enabled()), {"report"})

    def test_commands_without_an_endpoint_take_them_too(self):
        self.run_ok("cron", "run-now", "report", "--wait")
        names = ["cron/" + self.ids["report"], "cron/nightly-old"]
        self.assertEqual(len(self.run_ok("cron", "history", *names, "-o", "json").json()), 1)
        self.succeed(self.server.run("credentials", "create", "LONG_KEY", "--from-stdin", stdin="secret"))
        self.run_ok("credentials", "users", *self.run_ok("credentials", "list", "-o", "name").out.split())
        self.run_ok("mcp", "add", "github", "--url", "http://127.0.0.1:9/mcp")
        self.assertIn("github", self.server.run("mcp", "check", "mcp/github", "-o", "json").out)
        self.fail_with(6, self.server.run("mcp", "tools", "mcp/github"))

    def context(self, *words):
        return self.succeed(self.home.run("context", *words))

    def test_contexts_by_what_is_printed_of_them(self):
        for name in ("one", "two", "three"):
            self.context("add", name, "--url", "http://127.0.0.1:9")
        names = [name for name in self.context("list", "-o", "name").out.split() if name != "context/three"]
        self.assertLessEqual({"context/one", "context/two"}, set(names))
        self.context("show", "context/one")
        self.context("use", "context/three")
        self.context("remove", "context/one", "context/two", "--yes")
        left = self.context("list", "-o", "name").out.split()
        self.assertEqual({"context/one", "context/two"} & set(left), set())

    def test_what_only_looks_like_a_kind_stays(self):
        for words, part in ((("usage", "--model", "models/gemini"), "model=models%2Fgemini"),
                            (("audit", "list", "--session", "sessions/api:x"), "sessionKey=api%3Ax"),
                            (("improvement", "get", "run/1"), "/improvement/runs/run%2F1"),
                            (("workspace", "cat", "workspace/notes.md"), "path=workspace%2Fnotes.md")):
            with self.subTest(words):
                self.assertIn(part, self.run_ok(*words, "--dry-run").out.splitlines()[0])

    def test_rules_by_their_tools(self):
        for words in (("allow", "read_file"), ("deny", "exec"), ("allow", "web_search"), ("deny", "web_fetch")):
            self.run_ok("policy", *words)
        self.run_ok("policy", "deny", "web_search", "--param", "query=x")

        def tools():
            return sorted(rule["tool"] for rule in self.server.request("GET", "/api/v1/policy")[2]["rules"])

        listed = self.run_ok("policy", "list", "--filter", "tool~e && tool!=web_search", "-o", "name").out.split()
        self.assertEqual(sorted(listed), ["policy/exec", "policy/read_file", "policy/web_fetch"])
        done = self.fail_with(2, self.server.run("policy", "remove", "policy/exec", "web_search", "--yes"))
        self.assertIn("'web_search' matches 2 rules: allow web_search, deny web_search query=x", done.err)
        self.fail_with(2, self.server.run("policy", "remove", "web_", "--yes"))
        self.fail_with(5, self.server.run("policy", "remove", "exe", "--yes"))
        self.assertEqual(len(tools()), 5, "nothing was sent")
        self.run_ok("policy", "remove", "read", "--yes")
        self.run_ok("policy", "remove", *[name for name in listed if name != "policy/read_file"], "--yes")
        self.assertEqual(tools(), ["web_search", "web_search"])
        self.run_ok("policy", "remove", "allow", "web_search", "--yes")
        self.run_ok("policy", "remove", "web_search", "--yes")
        self.assertEqual(tools(), [])

    def test_waiting_by_name_and_beginning(self):
        self.run_ok("cron", "run-now", "report", "--wait")
        self.run_ok("wait", "--for", "cron/repo=done", "--once")
        self.run_ok("wait", "--for", "cron/" + self.ids["report"][:5] + "=done", "--once")
        self.fail_with(2, self.server.run("wait", "--for", "cron/night=done", "--once"))
        self.run_ok("wait", "--for", "cron/night=gone", "--once")  # a beginning never stands for what is to be gone

    def test_the_verb_first(self):
        done = self.run_ok("get", "cron", "report", "-o", "json")
        self.assertEqual(done.json()["id"], self.ids["report"])
        self.assertEqual(done.err, "facioctl: understood as: facioctl cron get\n")
        self.assertEqual(self.run_ok("get", "cron/report", "-o", "json", "--quiet").err, "")
        self.assertEqual(self.run_ok("get", "crons", "-o", "json").json(), self.run_ok("cron", "list", "-o", "json").json())
        self.run_ok("delete", "cron", "report", "--yes")
        self.assertNotIn("report", self.enabled())
        self.assertIn("try: facioctl versions rollback", self.fail_with(2, self.server.run("rollout", "undo")).err)

    def test_in_every_area(self):
        """Whatever has an id or name of its own in a list, by its beginning."""
        self.succeed(self.server.run("credentials", "create", "--key", "LONG_KEY", "--from-stdin", stdin="secret"))
        self.run_ok("mcp", "add", "github", "--url", "http://127.0.0.1:9/mcp")
        self.run_ok("peers", "add", "--alias", "planner", "--peer-url", "http://127.0.0.1:9")
        self.succeed(self.server.run("channels", "set", "alerts", "-f", "-", stdin="type: webhook\nurl: http://127.0.0.1:9/hook\n"))
        for area, typed, whole in (("credentials", "LONG", "LONG_KEY"), ("mcp", "git", "github"), ("channels", "al", "alerts")):
            with self.subTest(area=area):
                self.assertEqual(self.run_ok(area, "get", typed, "-o", "json").json(), self.run_ok(area, "get", whole, "-o", "json").json())
        self.run_ok("peers", "remove", "plan", "--yes")
        self.assertEqual(self.server.request("GET", "/api/v1/a2a/peers")[2]["items"], [])


if __name__ == "__main__":
    harness.main()
