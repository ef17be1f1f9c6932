#!/usr/bin/env python3
"""A repository that is damaged all the same is found at the start, set aside and told of; the versions begin anew beside it."""

import glob
import json
import os
import shutil
import sqlite3

import harness
from versions_case import VersionsCase


class Damaged(VersionsCase):
    def setUp(self):
        super().setUp()
        self.put("file", "one\n")
        self.first = self.checkpoint("first")["sha"]
        self.put("file", "two\n")
        self.second = self.checkpoint("second")["sha"]

    def repository(self, name):
        return os.path.join(self.server.data, "versions", name)

    def object(self, name):
        sha = self.git("rev-parse", name).strip()
        return self.repository(f"objects/{sha[:2]}/{sha[2:]}")

    @staticmethod
    def empty(path):
        os.chmod(path, 0o600)
        with open(path, "wb"):
            pass

    @staticmethod
    def zero(path):
        """The length is that of before, the bytes have never reached the disk."""
        os.chmod(path, 0o600)
        size = os.path.getsize(path)
        with open(path, "wb") as file:
            file.write(bytes(size))

    def unpack(self):
        """Every object has a file of its own."""
        for pack in glob.glob(self.repository("objects/pack/*.pack")):
            moved = self.home.file("moved.pack")
            for name in glob.glob(pack[:-5] + ".*"):
                if name.endswith(".pack"):
                    os.rename(name, moved)
                else:
                    os.chmod(name, 0o600)
                    os.remove(name)
            with open(moved, "rb") as file:
                self.git("unpack-objects", "-q", data=file.read())

    def aside(self):
        return glob.glob(os.path.join(self.server.data, "versions.damaged-*"))

    def again(self, damage):
        self.assertEqual(self.server.stop(), 0)
        self.unpack()
        damage()
        self.server = self.serve()

    def check_set_aside(self, why):
        health = harness.wait_until(lambda: [one for one in [self.server.request("GET", "/api/v1/health")[2]] if one["status"] != "ok"],
                                    "health tells of it")[0]
        self.assertEqual(health["status"], "degraded")
        (place,) = self.aside()
        self.assertEqual(len(health["troubles"]), 1)
        self.assertIn(place, health["troubles"][0])
        doctor = self.server.run("doctor", "-o", "json").json()
        rows = [row for row in doctor if row["id"] == "health"] if isinstance(doctor, list) else [
            row for row in doctor["checks"] if row["id"] == "health"]
        self.assertEqual([(row["severity"], place in row["message"]) for row in rows], [("warning", True)])
        self.assertIn(why, self.server.output())
        self.assertIn(place, self.server.output())
        # The area works on, with a repository of its own.
        self.assertEqual(self.server.request("GET", "/api/v1/agent/versions")[2]["items"], [])
        new = self.checkpoint("anew")
        self.assertTrue(new["created"])
        self.assertEqual([one["sha"] for one in self.json("versions", "list")], [new["sha"]])
        self.git("fsck", "--full", "--strict")
        told = [event for event in self.events() if event["status"] == "error"]
        self.assertEqual(len(told), 1)
        self.assertIn(place, told[0]["message"])
        # Until somebody has moved it away, over restarts, too.
        self.assertEqual(self.server.stop(), 0)
        self.server = self.serve()
        self.assertEqual(self.aside(), [place])
        harness.wait_until(lambda: self.server.request("GET", "/api/v1/health")[2]["status"] == "degraded", "health still tells of it")
        shutil.rmtree(place)
        self.assertEqual(self.server.request("GET", "/api/v1/health")[2]["status"], "ok")
        self.assertEqual([one["sha"] for one in self.json("versions", "list")], [new["sha"]])

    def test_a_whole_one_stays(self):
        self.again(lambda: None)
        self.assertEqual([one["sha"] for one in self.json("versions", "list")], [self.second, self.first])
        self.assertEqual((self.aside(), self.server.request("GET", "/api/v1/health")[2]["status"]), ([], "ok"))

    def test_a_trouble_of_git_that_is_over(self):
        """git tells of a ref that it could not open for want of a descriptor as of one that points to nothing."""
        programs, once = self.home.file("programs"), self.home.file("once")
        os.mkdir(programs)
        with open(once, "wb"), open(os.path.join(programs, "git"), "w", encoding="utf-8") as script:
            script.write(f"""#!/bin/sh
case "$*" in *fsck*) rm {once} 2>&1 && echo "error: refs/heads/main: invalid sha1 pointer {'0' * 40}" >&2 && exit 2 ;; esac
exec {shutil.which("git")} "$@"
""")
            os.fchmod(script.fileno(), 0o755)
        self.assertEqual(self.server.stop(), 0)
        self.server = self.serve(env={"PATH": programs + ":" + os.environ["PATH"]})
        self.assertFalse(os.path.exists(once), "git was asked")
        self.assertEqual([one["sha"] for one in self.json("versions", "list")], [self.second, self.first])
        self.assertEqual((self.aside(), self.server.request("GET", "/api/v1/health")[2]["status"]), ([], "ok"))

    def test_empty_head(self):
        self.again(lambda: self.empty(self.repository("HEAD")))
        self.check_set_aside("HEAD is empty")

    def test_empty_configuration(self):
        self.again(lambda: self.empty(self.repository("config")))
        self.check_set_aside("config is empty")

    def test_empty_ref(self):
        self.again(lambda: self.empty(self.repository("refs/heads/main")))
        self.check_set_aside("refs/heads/main is empty")

    def test_a_ref_to_what_is_not_there(self):
        def damage():
            with open(self.repository("refs/heads/main"), "w", encoding="ascii") as file:
                file.write("1" * 40 + "\n")
        self.again(damage)
        self.check_set_aside("objects are missing")

    def test_missing_tree(self):
        self.again(lambda: os.remove(self.object("main~1^{tree}")))
        self.check_set_aside("objects are missing")

    def test_missing_blob(self):
        self.again(lambda: os.remove(self.object("main~1:workspace/file")))
        self.check_set_aside("objects are missing")

    def test_empty_blob(self):
        self.again(lambda: self.empty(self.object("main~1:workspace/file")))
        self.check_set_aside("an object cannot be read")

    def test_blob_of_zeros(self):
        self.again(lambda: self.zero(self.object("main~1:workspace/file")))
        self.check_set_aside("an object cannot be read")

    def test_empty_commit(self):
        self.again(lambda: self.empty(self.object("main")))
        self.check_set_aside("objects are missing")

    def test_no_refs(self):
        self.again(lambda: shutil.rmtree(self.repository("refs")))
        self.check_set_aside("refs is missing")

    def test_a_rollback_into_it_is_given_up(self):
        """What a killed server has noted of a rollback leads to no version any more, and holds nothing up."""
        def damage():
            self.empty(self.repository("HEAD"))
            database = sqlite3.connect(os.path.join(self.server.data, "facio.db"))
            with database:
                database.execute("INSERT INTO document (agent_id, collection, id, json) VALUES ('main', 'version_rollback', 'pending', ?)",
                                 (json.dumps({"target": self.first, "actor": "a", "reason": "b"}),))
            database.close()
        self.again(damage)
        self.check_set_aside("HEAD is empty")
        self.assertEqual(self.read("file"), b"two\n")

    def test_a_broken_object_that_nothing_needs(self):
        """It goes, the history stays; and the same content can be stored again."""
        lost = "of a version that was never acknowledged\n"

        def damage():
            sha = self.git("hash-object", "-w", "--stdin", data=lost.encode()).strip()
            self.empty(self.repository(f"objects/{sha[:2]}/{sha[2:]}"))
        self.again(damage)
        self.put("lost", lost)
        third = self.checkpoint("third")["sha"]
        self.assertEqual([one["sha"] for one in self.json("versions", "list")], [third, self.second, self.first])
        self.assertEqual(self.git("fsck", "--full", "--strict", "--no-dangling"), "")
        self.assertEqual(self.git("show", "main:workspace/lost"), lost)
        self.assertEqual((self.aside(), self.server.request("GET", "/api/v1/health")[2]["status"]), ([], "ok"))

    def test_the_index_is_only_a_memory(self):
        def damage():
            for name in glob.glob(self.repository("index-*")) + [self.repository("index-main")]:
                with open(name, "wb") as file:
                    file.write(b"DIRC" + bytes(100))
        self.again(damage)
        self.put("file", "three\n")
        third = self.checkpoint("third")["sha"]
        self.assertEqual([one["sha"] for one in self.json("versions", "list")], [third, self.second, self.first])
        self.assertEqual(self.server.run("versions", "rollback", self.first, "--yes").code, 0)
        self.assertEqual(self.read("file"), b"one\n")
        self.assertEqual(self.aside(), [])

    def test_while_the_server_runs(self):
        """Found when a version cannot be made; this one is made in the new repository."""
        self.empty(self.repository("HEAD"))
        self.put("file", "three\n")
        new = self.checkpoint("third")
        self.assertTrue(new["created"])
        self.assertEqual([one["sha"] for one in self.json("versions", "list")], [new["sha"]])
        self.assertEqual(len(self.aside()), 1)
        self.assertEqual(self.server.request("GET", "/api/v1/health")[2]["status"], "degraded")


if __name__ == "__main__":
    harness.main()
