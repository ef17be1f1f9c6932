#!/usr/bin/env python3
"""LibreFang as a system: recognised, its commands without the prefix, those of an agent refused before anything is sent."""

import harness
import librefang_daemon


class System(librefang_daemon.Case):
    def add(self, daemon, *more):
        return self.home.run("context", "add", "fang", "--url", daemon.url, "--token-file", self.home.file("librefang.key"), *more)

    def test_recognised(self):
        for daemon in self.each():
            added = self.succeed(self.add(daemon))
            self.assertIn(f"of kind librefang ({daemon.version}", added.err)
            self.assertEqual(self.succeed(self.home.run("context", "show", "fang", "-o", "json")).json()["kind"], "librefang")
            self.assertEqual(self.reply(daemon, "agents", "list"), self.succeed(self.home.run("agents", "list", "-o", "json")).json())
            tested = self.succeed(self.home.run("context", "test", "-o", "json")).json()
            self.assertEqual([(row["result"], row["version"].split("-")[0]) for row in tested], [("ok", daemon.version)])
            # The words of an agent's areas: nothing is asked, and nothing made up of what answers at like paths.
            for words in (["settings", "get"], ["policy", "list"], ["versions", "list"], ["workspace", "tree"], ["credentials", "list"]):
                self.assertIn("is of that kind", self.fail_with(10, self.home.run(*words)).err)
            self.succeed(self.home.run("context", "remove", "fang", "--yes"))

    def test_a_wrong_token_is_noticed(self):
        """Health, and with 0.7.0 nearly every reading route, answers with any token."""
        for daemon in self.each():
            with open(self.home.file("librefang.key"), "w", encoding="ascii") as file:
                file.write("wrong")
            self.succeed(self.add(daemon))
            self.assertEqual(self.home.run("context", "test").code, 3)
            checks = {row["id"]: row["severity"] for row in self.home.run("doctor", "-o", "json").json()}
            self.assertEqual(checks["auth"], "error")
            self.succeed(self.home.run("context", "remove", "fang", "--yes"))
            with open(self.home.file("librefang.key"), "w", encoding="ascii") as file:
                file.write(librefang_daemon.KEY)

    def test_a_context_of_another_kind(self):
        for daemon in self.each():
            self.succeed(self.add(daemon, "--kind", "facio"))
            done = self.home.run("context", "test")
            self.assertEqual(done.code, 10, done)
            self.assertIn("this is librefang", done.out)
            self.succeed(self.home.run("context", "add", "fang", "--kind", "librefang"))
            self.succeed(self.home.run("context", "test"))
            self.succeed(self.home.run("context", "remove", "fang", "--yes"))

    def test_paths_stay_as_they_are(self):
        for daemon in self.each():
            self.succeed(self.add(daemon))
            self.assertEqual(self.succeed(self.home.run("api", "/api/version")).json()["name"], "librefang")
            tools = self.succeed(self.home.run("api", "POST", "/mcp", "--field", "jsonrpc=2.0", "--field", "id=1", "--field",
                                               "method=tools/list")).json()
            self.assertIn("tools", tools["result"])
            self.assertIn(f"{daemon.url}/hooks/wake", self.succeed(self.home.run("api", "POST", "/hooks/wake", "--curl")).out)
            self.succeed(self.home.run("context", "remove", "fang", "--yes"))

    def test_secrets_are_not_shown(self):
        """Neither those of an answer nor the value of a setting that is one by its name."""
        newest = self.newest()
        self.assertEqual(newest.http("POST", "/api/users", {"name": "shown", "role": "user"})[0] // 100, 2)
        done = self.succeed(self.fang(newest, "users", "rotate-key", "shown", "--key-to", self.home.file("new.key"), "-vvv"))
        with open(self.home.file("new.key"), encoding="ascii") as file:
            key = file.read().strip()
        self.assertEqual(len(key), 64)
        self.assertNotIn(key, done.out + done.err)
        for more in (["--dry-run"], ["--curl"]):
            done = self.fang(newest, "config", "set", "dashboard_pass", "-", *more, stdin="canary-pass-4711\n")
            self.assertNotIn("canary-pass-4711", self.succeed(done).out + done.err)

    def test_nothing_to_change(self):
        """A user or a group would lose what was not given again."""
        newest = self.newest()
        newest.http("POST", "/api/users", {"name": "kept", "role": "admin"})
        self.assertIn("nothing to change", self.fail_with(2, self.fang(newest, "users", "update", "kept")).err)
        self.assertEqual(newest.http("GET", "/api/users/kept")[1]["role"], "admin")

    def test_wait(self):
        for daemon in self.each():
            self.succeed(self.add(daemon))
            daemon.spawn("waited-for")
            self.succeed(self.home.run("wait", "--for", "agent/waited-for=running", "--timeout", "20s"))
            self.succeed(self.home.run("wait", "--for", "health=ok"))
            self.succeed(self.home.run("context", "remove", "fang", "--yes"))

    def test_who_else_gets_in(self):
        for daemon in self.each():
            self.succeed(self.add(daemon))
            checks = {row["id"]: row["severity"] for row in self.home.run("doctor", "-o", "json").json()}
            # 0.7.0 answers many reads without its key.
            self.assertEqual(checks.get("librefang.open-reads"), "warning" if daemon.version < "2" else None, checks)
            self.assertNotIn("librefang.open", checks)
            self.succeed(self.home.run("context", "remove", "fang", "--yes"))
        open_daemon = librefang_daemon.Daemon(librefang_daemon.VERSIONS[0], key=None)
        self.addCleanup(open_daemon.close)
        self.succeed(self.add(open_daemon))
        checks = {row["id"]: row["severity"] for row in self.home.run("doctor", "-o", "json").json()}
        self.assertEqual(checks.get("librefang.open"), "error", checks)

    def test_the_first_password(self):
        daemon = librefang_daemon.Daemon(librefang_daemon.VERSIONS[-1], 'dashboard_user = "librefang"\ndashboard_pass = "librefang"\n')
        self.addCleanup(daemon.close)
        self.succeed(self.add(daemon))
        checks = {row["id"]: row["severity"] for row in self.home.run("doctor", "-o", "json").json()}
        self.assertEqual(checks.get("librefang.first-password"), "error", checks)


if __name__ == "__main__":
    harness.main()
