#!/usr/bin/env python3
"""What recording a version costs, and which files it can hold."""

import hashlib
import os
import shutil
import subprocess

import harness
from versions_case import VersionsCase


class VersionsWork(VersionsCase):
    def test_the_work_is_that_of_the_change(self):
        """Git runs as often for one change in many files as for one in few, and reads no file but that."""
        self.server.stop()
        log, git = os.path.join(self.home.path, "git-calls"), shutil.which("git")
        os.mkdir(os.path.join(self.home.path, "bin"))
        wrapper = self.home.write("bin/git", f"#!/bin/sh\necho \"$*\" >>'{log}'\nexec '{git}' \"$@\"\n")
        os.chmod(wrapper, 0o755)
        self.server = self.serve(env={"PATH": os.path.dirname(wrapper) + ":" + os.environ["PATH"]})

        def calls(change):
            change()
            with open(log, "w", encoding="utf-8"):
                pass
            created = self.server.request("POST", "/api/v1/agent/versions/checkpoint", {})[2]["created"]
            with open(log, encoding="utf-8") as file:
                return created, [verb for line in file for verb in line.split() if verb in ("cat-file", "fast-import", "diff-tree")]

        for number in range(1200):
            self.put(f"many/{number // 100}/{number}", f"{number}\n")
        self.assertEqual(calls(lambda: None)[0], True)
        one = (True, ["cat-file", "fast-import", "diff-tree"])
        self.assertEqual(calls(lambda: self.put("many/3/333", "other\n")), one)
        self.assertEqual(calls(lambda: self.put("many/3/333", "third\n")), one)
        self.assertEqual(calls(lambda: os.remove(self.path("many/4/400"))), one)
        self.assertEqual(calls(lambda: None), (False, ["cat-file", "cat-file", "diff-tree"]))
        index = os.path.join(self.server.data, "versions", "index-main")
        listed = subprocess.run(["git", "-C", os.path.join(self.server.data, "versions"), "ls-files", "many"], capture_output=True,
                                check=True, text=True, env={**os.environ, "GIT_INDEX_FILE": index, "GIT_WORK_TREE": self.path("")})
        self.assertEqual(len(listed.stdout.splitlines()), 1200, "what is remembered is an index of git's")
        self.assertEqual(self.git("fsck", "--strict", "--no-dangling"), "")

    def test_a_workspace_without_files(self):
        for name in self.files():
            os.remove(self.path(name))
        empty = self.checkpoint()
        self.assertFalse(self.checkpoint()["created"])
        self.put("a", "x")
        self.checkpoint()
        self.json("versions", "rollback", empty["sha"], "--yes")
        self.assertEqual(self.files(), {})
        self.assertEqual(self.git("fsck", "--strict", "--no-dangling"), "")

    def test_names_of_all_kinds(self):
        names = ["a\nline", 'a "quoted"', "back\\slash", "tab\t", " blank ", "ümlaut", "a", "a-b/x", "a.b", "aa", os.fsdecode(b"\xff\xfe")]
        for name in names:
            self.put(name, name.encode("utf-8", "surrogateescape"))
        made = self.checkpoint()
        for name in names:
            self.put(name, "other")
        self.checkpoint()
        os.remove(self.path("a-b/x"))
        os.rmdir(self.path("a-b"))
        self.json("versions", "rollback", made["sha"], "--yes")
        self.assertEqual({name: self.read(name) for name in names}, {name: name.encode("utf-8", "surrogateescape") for name in names})
        self.assertEqual(self.git("fsck", "--strict", "--no-dangling"), "")

    def test_a_large_file(self):
        content = os.urandom(1 << 20) * 40
        self.put("large", content)
        self.put("small", "x")
        made = self.checkpoint()
        self.put("large", content[1:])
        self.checkpoint()
        self.json("versions", "rollback", made["sha"], "--yes")
        self.assertEqual(hashlib.sha256(self.read("large")).digest(), hashlib.sha256(content).digest())


if __name__ == "__main__":
    harness.main()
