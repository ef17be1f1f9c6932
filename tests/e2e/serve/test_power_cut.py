#!/usr/bin/env python3
"""What was acknowledged survives a loss of power: on a disk that keeps only what was synced, names as well as contents."""

import os
import shutil
import subprocess

import harness
import power_cut
from contract.facio.skills import FRONT, zipped


def skill(files):
    return zipped({"SKILL.md": FRONT, **files})


class PowerCut(harness.Case):
    def setUp(self):
        super().setUp()
        self.disk = power_cut.SyncedOnly(self.home)
        self.server = self.serve(env=self.disk.environment)
        self.cuts = 0

    def ask(self, server, method, path, body=None, status=200):
        answer = server.request(method, "/api/v1" + path, body)
        self.assertEqual(answer[0], status, answer[2])
        return answer[2]

    def put(self, path, text):
        self.ask(self.server, "PUT", f"/workspace/file?path={path}", {"content": text})

    def checkpoint(self):
        return self.ask(self.server, "POST", "/agent/versions/checkpoint", {"reason": "why"}, 201)["sha"]

    def cut(self):
        """The power fails now: a server on what is left."""
        self.cuts += 1
        self.disk.after_the_cut("data", f"after-{self.cuts}")
        return self.serve(data=f"after-{self.cuts}")

    def git(self, server, *arguments):
        return self.plain_git(os.path.join(server.data, "versions"), *arguments)

    def plain_git(self, place, *arguments):
        done = subprocess.run(["git", "-c", "safe.directory=*", "-C", place, *arguments],
                              capture_output=True, text=True, env={"PATH": os.environ["PATH"], "HOME": self.home.path}, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_each_version_is_there_when_it_is_acknowledged(self):
        made = []
        # Few files and many, which git stores in another way; a directory of its own each time.
        for number in range(3):
            self.put(f"folder-{number}/deep/file", f"text {number}\n")
            made.insert(0, self.checkpoint())
            server = self.cut()
            self.assertEqual([one["sha"] for one in self.ask(server, "GET", "/agent/versions")["items"]], made)
            self.git(server, "fsck", "--full", "--strict")
            self.assertIn(f"+text {number}", server.request("GET", f"/api/v1/agent/versions/{made[0]}/diff")[2])
        for number in range(120):
            self.put(f"many/{number}", str(number) * number)
        made.insert(0, self.checkpoint())
        server = self.cut()
        self.assertEqual([one["sha"] for one in self.ask(server, "GET", "/agent/versions")["items"]], made)
        self.git(server, "fsck", "--full", "--strict")
        # The checkpoint of the audit log stands beside the directory that was cut.
        troubles = self.ask(server, "GET", "/health").get("troubles", [])
        self.assertEqual([one for one in troubles if "last checkpoint" not in one], [])

    def test_a_version_that_is_being_made_takes_none_of_the_others_with_it(self):
        """Whenever the power fails meanwhile: the ref leads to the one or to the other, and all its objects are there."""
        self.put("first", "1")
        first = self.checkpoint()
        for number in range(12):
            self.put(f"deep/{number}/file", str(number))
        before = self.disk.moments()[-1]
        second = self.checkpoint()
        found = []
        for moment in [before, *self.disk.moments(before)]:
            place = self.home.file("moment")
            self.disk.after_the_cut("data", "moment", moment)
            git = os.path.join(place, "versions")
            (ref,) = self.plain_git(git, "rev-parse", "refs/heads/main").split()
            self.plain_git(git, "fsck", "--full", "--strict", "--no-dangling")
            if ref not in found:
                found.append(ref)
            shutil.rmtree(place)
        self.assertEqual(found, [first, second])

    def test_the_first_file_is_there(self):
        """With the directories that it lies in, all of them new."""
        self.put("one/two/three", "first")
        with open(os.path.join(self.cut().data, "workspace/one/two/three"), encoding="ascii") as file:
            self.assertEqual(file.read(), "first")

    def test_changes_of_files_are_there_when_they_are_acknowledged(self):
        self.put("deep/down/file", "kept")
        self.put("gone", "not kept")
        self.ask(self.server, "DELETE", "/workspace/file?path=gone")
        for name in ("stays", "goes"):
            self.ask(self.server, "POST", "/skills", {"name": name, "zip": skill({"a/b/text": name})}, 201)
        self.ask(self.server, "POST", "/skills", {"name": "stays", "zip": skill({"a/c": "new"}), "overwrite": True}, 201)
        self.ask(self.server, "DELETE", "/skills/goes")
        self.ask(self.server, "POST", "/mcp", {"name": "one", "url": "http://127.0.0.1:9/", "enabled": False}, 201)
        server = self.cut()
        self.assertEqual(server.token, self.server.token)
        found = {}
        for folder, _, names in os.walk(os.path.join(server.data, "workspace")):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    found[os.path.relpath(os.path.join(folder, name), os.path.join(server.data, "workspace"))] = file.read()
        self.assertEqual(sorted(found), ["deep/down/file", "mcp.json", "skills/stays/SKILL.md", "skills/stays/a/c"])
        self.assertEqual((found["deep/down/file"], found["skills/stays/a/c"]), ("kept", "new"))
        self.assertEqual([one["name"] for one in self.ask(server, "GET", "/mcp")["items"]], ["one"])
        self.assertEqual([one["name"] for one in self.ask(server, "GET", "/skills")["items"]], ["stays"])


if __name__ == "__main__":
    harness.main()
