#!/usr/bin/env python3
"""The short form of tests/crash/run: a few crashes of each kind, and every one that was ever found to lose something."""

import os
import unittest

import harness
import namespace

# A mount table of our own is made before there are threads.
NO_DISKS, NO_POWER = namespace.reason_against(), namespace.reason_against_power()

import client_faults
import full
import jumps
import kinds
import ledger
import points
import preload
import rollbacks
import rounds
from world import World

NO_PRELOAD = preload.reason_against(harness.FACIOCTL)
needs_disks = unittest.skipIf(NO_DISKS, NO_DISKS)
needs_power = unittest.skipIf(NO_POWER, NO_POWER)
needs_preload = unittest.skipIf(NO_PRELOAD, NO_PRELOAD)
SEED = "short"


class Crash(harness.Case):
    def world(self, folder="crashes", **options):
        os.makedirs(self.home.file(folder), exist_ok=True)
        world = World(self.home, self.home.file(folder + "/data"), **options)
        self.addCleanup(world.kill)
        return world

    def none(self, faults):
        self.assertFalse(faults, "\n" + "\n".join(ledger.alike(faults)))

    def disk(self, made):
        self.addCleanup(made.close)
        return made

    def page(self):
        os.makedirs(self.home.file("page"))
        return preload.Faults(self.home.file("page"), preload.build("faults"))

    def ask(self, server, method, path, body=None, expected=(200, 201)):
        status, _, answer = server.request(method, path, body)
        self.assertIn(status, expected, answer)
        return answer

    def install(self, server, name, count):
        files = {"SKILL.md": kinds.FRONT.encode(), **{f"part{number}": b"x" for number in range(count)}}
        self.ask(server, "POST", "/api/v1/skills", {"name": name, "zip": kinds.packed(files)})


class Kills(Crash):
    def test_at_random_moments(self):
        done = rounds.Kills(lambda number: self.world(f"kills{number}"), SEED).run(8)
        self.none(done.faults)
        self.assertGreater(sum(counts["acknowledged"] for counts in done.counts.values()), 100)

    def test_while_it_rolls_back(self):
        def make(number):
            return self.world(f"rollbacks{number}", only=(*rollbacks.HELD, "versions"))

        self.none(rollbacks.Rollbacks(make, SEED).run(4).faults)

    @needs_preload
    def test_a_skill_is_deleted_whole_or_not_at_all(self):
        """Killed at several of the 1,500 files of a skill."""
        page = self.page()
        for place in (0, 1, 700, 1499):
            with self.subTest(place=place):
                world = self.world(f"skill{place}")
                world.env = page.env
                server = world.start()
                self.install(server, "large", 1499)
                page.arm(["unlink"], place, 1, preload.KILL, server.process.pid)
                with self.assertRaises((OSError, ValueError)):
                    server.request("DELETE", "/api/v1/skills/large")
                page.disarm()
                world.kill()
                world.start()
                files = kinds.tree(os.path.join(world.place, "workspace", "skills", "large"))
                self.assertIn(len(files), (0, 1500), "half of a skill")
                self.none(world.verify_files())
                world.kill()

    @needs_preload
    def test_at_every_call_of_a_write(self):
        """The last call is each rename, each fsync …, of the writes that touch more than the store."""
        kills = ("write", "rename", "fsync", "unlink", "mkdir")
        done = points.Points(self.page(), 0.1, self.home, self.home.path, SEED)
        done.run(faults=(), kill=kills, only=("mcp", "workspace", "skills", "versions"))
        self.none(done.found)
        self.assertGreater(done.hit, 40)

    @needs_preload
    def test_at_every_call_of_a_decision(self):
        done = points.Points(self.page(), 0.02, self.home, self.home.path, SEED)
        done.run(faults=(), kill=("write", "rename"), only=("improvement",))
        self.none(done.found)
        self.assertGreaterEqual(done.hit, 8, "the first call of each of two kinds, in each of four decisions")


@needs_preload
class Failures(Crash):
    def test_of_calls_while_it_writes(self):
        done = points.Points(self.page(), 0.0, self.home, self.home.path, SEED).run(points.FEW, lasting=False)
        self.none(done.found)
        self.assertGreater(done.refused, 50)

    def test_of_calls_while_it_starts(self):
        world, page = self.world(), self.page()
        world.env = page.env
        world.set_up()
        world.load(SEED, 0.5, lambda: None)
        done = points.Starts(world, page, 0.05, SEED).run()
        self.none(done.found)
        self.assertGreater(done.refused, 5)

    def test_of_calls_of_commands(self):
        server = self.serve()
        done = client_faults.Clients(server, self.page(), 0.1, SEED)
        self.addCleanup(done.close)
        done.run()
        self.none(done.found)
        self.assertGreater(done.failed, 20)


@needs_disks
class FullDisks(Crash):
    def full(self, name):
        disk = self.disk(namespace.MemoryDisk(self.home.file("full"), "24m"))
        os.mkdir(self.home.file("other"))
        place, workspace = {"both": (disk.place, None), "store": (disk.place, self.home.file("other/workspace")),
                            "workspace": (self.home.file("other"), disk.place + "/workspace")}[name]
        done = full.FullDisk(disk, self.home, place, SEED, workspace=workspace).run(rooms=(0,))
        self.none(done.found)
        self.assertGreater(done.refused, 5)

    def test_of_store_and_workspace(self):
        self.full("both")

    def test_of_the_store_alone(self):
        """What was done outside of the store is undone, or recorded later."""
        self.full("store")

    def test_of_the_workspace_alone(self):
        self.full("workspace")


@needs_power
class PowerCuts(Crash):
    def powered(self, number=0):
        disk = self.disk(namespace.PoweredDisk(self.home.file(f"power{number}"), 64))
        world = World(self.home, os.path.join(disk.place, "data"), only=rounds.quiet(number))
        self.addCleanup(world.kill)
        return disk, world

    def cut(self, disk, world):
        disk.cut()
        world.kill()
        disk.unmount()
        disk.restore()
        return world.start()

    def test_at_random_moments(self):
        def make(number):
            done.disk, world = self.powered(number)
            return world

        done = rounds.Cuts(make, SEED, fresh=3)
        done.remove = lambda world: None  # the test does
        done.run(6)
        self.none(done.faults)

    def test_a_version_that_was_acknowledged_is_there(self):
        disk, world = self.powered()
        server = world.start()
        versions = []
        for number in range(3):
            self.ask(server, "PUT", "/api/v1/workspace/file?path=a/b/c.txt", {"content": f"number {number}"})
            path = "/api/v1/agent/versions/"
            versions.append(self.ask(server, "POST", path + "checkpoint", {"reason": "before the cut"})["sha"])
            server = self.cut(disk, world)
            listed = [one["sha"] for one in self.ask(server, "GET", "/api/v1/agent/versions")["items"]]
            self.assertEqual(listed, versions[::-1])
            self.none(world.verify_files())
            versions.append(self.ask(server, "POST", path + versions[0] + "/rollback", {})["sha"])

    def test_what_stands_in_the_workspace_is_there(self):
        disk, world = self.powered()
        server = world.start()
        self.ask(server, "PUT", "/api/v1/workspace/file?path=deep/er/file.txt", {"content": "kept"})
        self.ask(server, "POST", "/api/v1/mcp", {"name": "files", "command": "no-such-program"})
        self.install(server, "small", 20)
        job = self.create_job(server)
        server = self.cut(disk, world)
        self.assertEqual(self.ask(server, "GET", "/api/v1/workspace/file?path=deep/er/file.txt")["content"], "kept")
        self.assertNotIn("approval", self.ask(server, "GET", "/api/v1/mcp/files"))
        self.assertEqual(len(kinds.tree(os.path.join(world.place, "workspace/skills/small"))), 21)
        self.assertEqual(self.ask(server, "GET", "/api/v1/cron/" + job["id"])["name"], job["name"])


@needs_preload
class Clocks(Crash):
    def test_that_jump(self):
        os.makedirs(self.home.file("clock"))
        clock = preload.WrongClock(self.home.file("clock"), preload.build("clocks"))
        done = jumps.Jumps(self.home, self.home.file("clock"), clock, SEED)
        self.addCleanup(done.world.kill)
        self.none(done.run(6).found)


if __name__ == "__main__":
    harness.main()
