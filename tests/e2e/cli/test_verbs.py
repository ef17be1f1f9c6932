#!/usr/bin/env python3
"""The same verbs in every area that can do them: over the whole catalogue, so that a new area is not forgotten."""

import json

import harness

# Areas whose list has no `get`, and why.
NO_GET = {
    "policy": "`policy get` is its list: rules have no name of their own",
    "plugin": "a plugin answers for itself",
    "audit": "events are shown by `audit show`, as they have no name", "context": "is called `context show`",
}
# What each verb is called where the area has it: any of these.
VERBS = {
    "ls": {"list"}, "rm": {"delete", "remove"}, "describe": {"get", "show"}, "show": {"get", "show"}, "trigger": {"run-now"},
    "enable": {"enable", "resume"}, "disable": {"disable", "pause"}, "new": {"create", "add"}, "create": {"create", "add"},
    "add": {"create", "add"}, "edit": {"edit"}, "history": {"history"}, "logs": {"logs"},
}
# Not what the verb means elsewhere.
OTHERWISE = {("workspace", "rm"), ("audit", "show"), ("approvals", "show")}


class Verbs(harness.Case):
    def setUp(self):
        super().setUp()
        self.areas = {}
        for command in self.succeed(self.home.run("schema", "--commands")).json()["commands"]:
            area, _, verb = command["id"].partition(".")
            if verb:
                self.areas.setdefault(area, {})[verb] = command

    def help(self, *words):
        return self.home.run(*words, "-h")

    def test_a_list_has_a_get(self):
        for area, verbs in self.areas.items():
            if "list" not in verbs:
                continue
            with self.subTest(area=area):
                self.assertEqual("get" in verbs, area not in NO_GET, f"{area} has a list, and no get")
                if "get" in verbs:
                    self.assertRegex(verbs["get"]["usage"], f"{area} get [A-Z]+…", "it takes several")
        self.assertLessEqual(set(NO_GET), set(self.areas))

    def test_every_spelling_finds_it(self):
        for area, verbs in self.areas.items():
            for typed, meant in VERBS.items():
                here = meant & set(verbs)
                if not here or typed in verbs and typed not in meant or (area, typed) in OTHERWISE:
                    continue
                with self.subTest(area=area, typed=typed):
                    done = self.succeed(self.help(area, typed))
                    self.assertTrue(any(f"facioctl {area} {verb}" in done.out for verb in here), done)
                    # `openapi` and `serve` are commands by themselves, and `logs` alone is the audit log.
                    if area not in ("openapi", "serve", "placet") and typed != "logs":
                        first = self.succeed(self.help(typed, area))
                        self.assertTrue(any(f"facioctl {area} {verb}" in first.out for verb in here), first)

    def test_what_is_made_is_named_without_a_flag(self):
        server = self.serve()
        run = lambda *words, **more: self.succeed(server.run(*words, **more))
        run("cron", "create", "report", "--every", "1h", "--message", "hi")
        run("cron", "add", "--name", "nightly", "--every", "1h", "--message", "hi")
        run("credentials", "create", "MY_KEY", "--from-stdin", stdin="value")
        run("peers", "add", "planner", "--peer-url", "http://127.0.0.1:9")
        run("providers", "create", "vllm", "--api-base", "http://127.0.0.1:9/v1")
        run("mcp", "add", "github", "--server-url", "http://127.0.0.1:9/mcp")
        for area, name in (("cron", "report"), ("cron", "nightly"), ("credentials", "MY_KEY"), ("peers", "planner"),
                           ("providers", "vllm"), ("mcp", "github")):
            with self.subTest(area=area):
                self.assertIn(name, run(area, "get", name, "-o", "json").out)
                self.assertIn(name, run(area, "get", name[:4], "-o", "json").out)
        done = self.fail_with(2, server.run("cron", "create", "x", "--name", "y", "--every", "1h", "--message", "hi"))
        self.assertIn("NAME and --name cannot be combined", done.err)
        done = self.fail_with(2, server.run("cron", "create", "x", "--every", "1h"))
        self.assertIn("--message is required", done.err)
        self.assertIn("there is no peer 'nobody'", self.fail_with(5, server.run("peers", "get", "nobody")).err)

    def test_unknown_words_of_a_filter_are_told(self):
        server = self.serve()
        done = self.succeed(server.run("audit", "--type", "bogus"))
        self.assertRegex(done.err, r"'bogus' is no known kind of event; known: api_request .*tool_call")
        self.assertEqual(self.succeed(server.run("audit", "--type", "tool_call,cron_run")).err, "")
        self.assertIn("must be one of pending", self.fail_with(2, server.run("approvals", "list", "--status", "bogus")).err)
        for command in (("audit", "list"), ("improvement", "list")):
            self.assertIn("must be one of", server.run(*command, "--status", "bogus").err)

    def test_every_kind_of_event_that_is_recorded_is_known(self):
        server = self.serve()
        self.succeed(server.run("chat", "/echo hi"))
        self.succeed(server.run("cron", "create", "x", "--every", "1h", "--message", "/echo hi"))
        self.succeed(server.run("cron", "run-now", "x", "--wait"))
        kinds = {event["event"] for event in server.request("GET", "/api/v1/audit?limit=500")[2]["items"]}
        self.assertEqual(self.succeed(server.run("audit", "--type", ",".join(kinds))).err, "")

    def test_watching_by_a_letter_and_all_contexts(self):
        a, b = self.serve(data="a"), self.serve(data="b")
        for name, server in (("A", a), ("B", b)):
            self.succeed(self.home.run("context", "add", name, "--url", server.url, "--token-file", server.token_file))
            self.succeed(server.run("chat", f"/echo from {name}"))
        done = self.succeed(self.home.run("audit", "-A", "--type", "message_out", "-o", "ndjson"))
        lines = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual({(line["_agent"], line["message"]) for line in lines if line["_agent"] in "AB"},
                         {("A", "from A"), ("B", "from B")})
        names = {one["name"] for one in json.loads(self.home.run("context", "test", "-A", "-o", "json").out)}
        self.assertLessEqual({"A", "B"}, names)
        self.fail_with(2, self.home.run("audit", "-A", "--context", "A"))
        self.fail_with(2, self.home.run("audit", "-A", "--group", "x"))
        for area, verbs in self.areas.items():
            if "list" in verbs and verbs["list"]["talks_to_agent"]:
                with self.subTest(area=area):
                    self.assertRegex(self.succeed(self.home.run(area, "list", "--help")).out, r"-w, --watch")

    def test_man_by_the_words_of_a_command(self):
        page = self.succeed(self.home.run("man", "facioctl-cron-create")).out
        for words in (("cron-create",), ("cron", "create"), ("facioctl-cron-create.1",)):
            self.assertEqual(self.succeed(self.home.run("man", *words)).out, page)
        self.fail_with(5, self.home.run("man", "nosuch"))

    def test_a_channel_of_type_webhook_is_no_alarm(self):
        server = self.serve()
        self.succeed(server.run("channels", "set", "alerts", "-f", "-", stdin="type: webhook\nurl: http://127.0.0.1:9/hook\n"))
        self.succeed(server.run("agent", "restart", "--if-needed"))
        self.assertEqual(self.succeed(server.run("channels", "check", "alerts", "-o", "json")).json(), [])
        self.assertEqual(self.succeed(server.run("credentials", "lint", "-o", "json")).json(), [])


if __name__ == "__main__":
    harness.main()
