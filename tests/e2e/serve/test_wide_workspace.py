#!/usr/bin/env python3
"""A workspace above the server's own directory: its key, token and database are in no view of it."""

import json
import os
import subprocess

import harness


class Wide(harness.Case):
    def setUp(self):
        super().setUp()
        self.top = self.home.path
        self.workspace = ["--workspace", self.top, "--secrets-key-file", self.home.file("own/vault.key")]
        os.makedirs(self.home.file("own"))
        os.makedirs(self.home.file(".local/share/facioctl"), exist_ok=True)
        self.server = self.serve(*self.workspace, data=".local/share/facioctl/serve")
        for tool in ("exec", "write_file", "edit_file", "delete_file"):
            self.server.request("POST", "/api/v1/policy", {"action": "allow", "tool": tool})
        self.server.request("POST", "/api/v1/credentials", {"key": "ONE", "value": "makes-the-key"})
        self.own = [".local/share/facioctl/serve/facio.db", ".local/share/facioctl/serve/management.token", "own/vault.key"]
        for path in self.own:
            self.assertTrue(os.path.exists(self.home.file(path)), path)

    def tool(self, name, **arguments):
        body = {"messages": [{"role": "user", "content": f"/tool {name} {json.dumps(arguments)}"}], "session_id": "tests"}
        status, _, answer = self.server.request("POST", "/v1/chat/completions", body)
        self.assertEqual(status, 200, answer)
        return answer["choices"][0]["message"]["content"]

    def secrets(self):
        with open(self.home.file("own/vault.key"), encoding="ascii") as file:
            return [self.server.token, file.read().strip()]

    def test_no_view_shows_them(self):
        for number, path in enumerate(self.own):
            os.symlink(self.home.file(path), self.home.file(f"absolute{number}"))
            os.symlink(path, self.home.file(f"relative{number}"))
        os.symlink(".local/share", self.home.file("share"))
        names = [*self.own, "./" + self.own[0], *(f"{kind}{number}" for kind in ("absolute", "relative") for number in range(3)),
                 "share/facioctl/serve/management.token"]
        for path in names:
            with self.subTest(path):
                before = [os.stat(self.home.file(own)).st_ino for own in self.own]
                for answer in (self.tool("read_file", path=path), self.tool("search_files", pattern=".", path=path),
                               str(self.server.request("GET", f"/api/v1/workspace/file?path={path}")[2]),
                               self.tool("exec", command=f"cat {path}")):
                    for secret in self.secrets():
                        self.assertNotIn(secret, answer)
                    self.assertNotIn("SQLite format", answer)
                self.tool("write_file", path=path, content="x")
                self.tool("delete_file", path=path)
                self.server.request("DELETE", f"/api/v1/workspace/file?path={path}")
                self.assertEqual([os.stat(self.home.file(own)).st_ino for own in self.own], before)
        self.assertNotIn("facio.db", self.tool("find_files", glob="*.db"))
        self.assertNotIn("vault.key", self.tool("list_dir", path="own"))
        self.assertNotIn("facio.db", self.tool("exec", command="find . -name 'facio.db*'; ls -la .local/share/facioctl/serve"))
        self.assertNotIn("vault.key", json.dumps(self.server.request("GET", "/api/v1/workspace/tree?path=own&depth=3")[2]))
        self.assertEqual(self.server.request("POST", "/api/v1/agent/versions/checkpoint", {"reason": "test"})[0], 201)
        listed = subprocess.run(["git", "--git-dir", os.path.join(self.server.data, "versions"), "ls-tree", "-r", "--name-only", "main"],
                                check=True, capture_output=True, text=True).stdout
        self.assertIn("workspace/", listed)
        for name in ("facio.db", "management.token", "vault.key"):
            self.assertNotIn(name, listed)

    def test_hard_links_show_nothing(self):
        for number, path in enumerate(self.own):
            os.link(self.home.file(path), self.home.file(f"hard{number}"))
        for number in range(3):
            answer = self.tool("read_file", path=f"hard{number}")
            answer += str(self.server.request("GET", f"/api/v1/workspace/file?path=hard{number}")[2])
            for secret in self.secrets():
                self.assertNotIn(secret, answer)
            self.assertNotIn("SQLite format", answer)
        self.assertNotIn("hard0", self.tool("list_dir"))
        self.assertIn("second name", self.tool("exec", command="cat hard2"))

    def test_programs_are_not_looked_for_in_it(self):
        mark = self.home.file("ran")
        for name in ("git", "bwrap", "only-here"):
            self.tool("write_file", path=f"bin/{name}", content=f"#!/bin/sh\ntouch {mark}\n")
        self.tool("exec", command="chmod +x bin/*")
        self.server.stop()
        self.server = self.serve(*self.workspace, data=".local/share/facioctl/serve",
                                 env={"PATH": self.home.file("bin") + ":" + os.environ["PATH"]})
        harness.wait_until(lambda: "is wide" in self.server.output(), "a line about it")
        self.assertIn("there", self.tool("exec", command="echo there"))
        self.assertEqual(self.server.request("POST", "/api/v1/agent/versions/checkpoint", {"reason": "test"})[0], 201)
        added = self.server.request("POST", "/api/v1/mcp", {"name": "here", "command": "only-here"})[2]["server"]
        self.assertIn("not installed", added["error"])
        added = self.server.request("POST", "/api/v1/mcp", {"name": "home", "command": "sh", "args": ["-c", "echo $HOME >&2; exit 3"]})[2]
        self.assertIn(os.path.join(self.server.data, "mcp"), added["server"]["error"])
        self.assertFalse(os.path.exists(mark))


if __name__ == "__main__":
    harness.main()
