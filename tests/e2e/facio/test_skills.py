#!/usr/bin/env python3
"""Skills and scripts: zip files with every guard, and the commands that make them."""

import base64
import io
import os
import stat
import struct
import zipfile

import harness
from contract.facio.skills import FRONT, zipped

SKILLS = "/api/v1/skills"


def info(name, mode):
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


class Skills(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.place = os.path.join(self.server.data, "workspace", "skills")

    def install(self, name, data, **more):
        return self.server.request("POST", SKILLS, {"name": name, "zip": data, **more})

    def refused(self, data, word, status=400):
        got, _, answer = self.install("bad", data)
        self.assertEqual(got, status, answer)
        self.assertIn(word, answer["error"]["message"])
        self.assertEqual(os.listdir(self.place) if os.path.exists(self.place) else [], [], "something was left behind")

    def read(self, name):
        with open(os.path.join(self.place, name), "rb") as file:
            return file.read()


class Routes(Skills):
    def test_install_list_remove(self):
        status, _, skill = self.install("weather", zipped({"SKILL.md": FRONT, "data/table.csv": "1,2\n"}))
        self.assertEqual(status, 201, skill)
        self.assertEqual((skill["name"], skill["source"], skill["description"], skill["path"]),
                         ("weather", "workspace", "Tells the weather", "skills/weather"))
        self.assertEqual(skill["size"], len(FRONT) + 4)
        self.assertEqual(self.read("weather/data/table.csv"), b"1,2\n")
        self.assertEqual(self.install("weather", zipped({"SKILL.md": FRONT}))[0], 409)
        self.assertEqual(self.install("weather", zipped({"top/SKILL.md": FRONT, "top/new": "x"}), overwrite=True)[0], 201)
        self.assertEqual(sorted(os.listdir(os.path.join(self.place, "weather"))), ["SKILL.md", "new"])
        self.assertEqual(os.listdir(self.place), ["weather"])
        self.assertEqual([one["name"] for one in self.server.request("GET", SKILLS)[2]["items"]], ["weather"])
        self.assertEqual(self.server.request("DELETE", SKILLS + "/weather")[2], {"deleted": True, "name": "weather"})
        self.assertEqual(self.server.request("GET", SKILLS)[2]["items"], [])
        self.assertEqual(self.server.request("DELETE", SKILLS + "/weather")[0], 404)

    def test_builtin(self):
        items = self.server.request("GET", SKILLS + "?all=true")[2]["items"]
        names = [one["name"] for one in items if one["source"] == "builtin"]
        self.assertTrue(names)
        status, _, answer = self.server.request("DELETE", f"{SKILLS}/{names[0]}")
        self.assertEqual((status, answer["error"]["code"]), (400, "bad_request"))

    def test_hostile_archives(self):
        for name in ("../x", "a/../../x", "/etc/x", "a\\b", "C:x", "a//b", "./a", "a\nb", "x" * 600):
            with self.subTest(name=name):
                self.refused(zipped([("SKILL.md", FRONT), (info(name, 0o100644), "x")]), "zip: ")
        self.refused(zipped([("SKILL.md", FRONT), (info("link", stat.S_IFLNK | 0o777), "/etc/passwd")]), "symbolic link")
        self.refused(zipped([("SKILL.md", FRONT), (info("device", stat.S_IFCHR | 0o666), "")]), "not a regular file")
        self.refused(zipped([("SKILL.md", FRONT), ("a", "1"), ("a", "2")]), "occurs twice")
        self.refused(zipped([("SKILL.md", FRONT), ("a", "1"), ("a/b", "2")]), "a file and a directory")
        self.refused(zipped([("SKILL.md", FRONT)] + [(f"f{number}", "") for number in range(2000)]), "more than 2000")

    def test_bombs(self):
        self.refused(zipped({"SKILL.md": FRONT, "zeros": b"\0" * (101 * 1024 * 1024)}), "100 MiB")
        # The same with a size in its headers that is not true.
        data = bytearray(base64.b64decode(zipped({"SKILL.md": FRONT, "zeros": b"\0" * (101 * 1024 * 1024)})))
        true = struct.pack("<I", 101 * 1024 * 1024)
        self.assertIn(true, data)
        self.refused(base64.b64encode(bytes(data).replace(true, struct.pack("<I", 100))).decode(), "damaged")

    def test_damaged_archives(self):
        good = base64.b64decode(zipped({"SKILL.md": FRONT}))
        for data in (good[:-10], good[20:], b"PK\x05\x06" + b"\0" * 18, b"x" * 100):
            with self.subTest(length=len(data)):
                self.refused(base64.b64encode(data).decode(), "zip: ")
        stored = io.BytesIO()
        with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("SKILL.md", FRONT)
        self.refused(base64.b64encode(stored.getvalue().replace(b"Look out", b"Look 0ut", 1)).decode(), "damaged")
        encrypted = bytearray(good)
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            encrypted[encrypted.index(signature) + offset] |= 1
        self.refused(base64.b64encode(bytes(encrypted)).decode(), "encrypted")
        self.refused(base64.b64encode(b"x" * (25 * 1024 * 1024 + 1)).decode(), "25 MiB", status=413)

    def test_front_matter(self):
        for text, word in (("no front", "---"), ("---\nname: a\n", "no line ---"), ("---\nname: a\n---\n", "description"),
                           ("---\ndescription: b\n---\n", "name"), ("---\nname: a b\ndescription: c\n---\n", "name"),
                           ("---\n- list\n---\n", "name"), ("---\nname: [\n---\n", "YAML"),
                           ("---\nname: a\ndescription: " + "x" * 1025 + "\n---\n", "1024")):
            with self.subTest(text=text[:40]):
                self.refused(zipped({"SKILL.md": text}), word)
        self.assertEqual(self.install("mac", zipped({"top/SKILL.md": FRONT.replace("\n", "\r\n"), "__MACOSX/top/._SKILL.md": "x"}))[0], 201)

    def test_a_failed_replacement_keeps_the_old_one(self):
        self.install("weather", zipped({"SKILL.md": FRONT, "old": "1"}))
        self.assertEqual(self.install("weather", zipped({"SKILL.md": "bad"}), overwrite=True)[0], 400)
        self.assertEqual(self.read("weather/old"), b"1")

    def test_scripts(self):
        place = os.path.join(self.server.data, "workspace", "scripts")
        os.makedirs(os.path.join(place, "sub"))
        for name in ("b.sh", "sub/a.py"):
            with open(os.path.join(place, name), "w", encoding="ascii") as file:
                file.write("12345")
        os.symlink("/etc/hostname", os.path.join(place, "link"))
        items = self.server.request("GET", "/api/v1/scripts")[2]["items"]
        self.assertEqual([(one["name"], one["path"], one["size"]) for one in items],
                         [("b.sh", "scripts/b.sh", 5), ("sub/a.py", "scripts/sub/a.py", 5)])

    def test_skills_outlive_the_server(self):
        self.install("weather", zipped({"SKILL.md": FRONT}))
        self.server.kill()
        # What a server that was killed while it unpacked leaves behind goes with the next one that is installed.
        os.makedirs(os.path.join(self.place, ".facioctl-0123456789abcdef.tmp", "deep"))
        self.server = self.serve()
        self.assertEqual([one["name"] for one in self.server.request("GET", SKILLS)[2]["items"]], ["weather"])
        self.assertEqual(self.install("other", zipped({"SKILL.md": FRONT}))[0], 201)
        self.assertEqual(sorted(os.listdir(self.place)), ["other", "weather"])
        events = self.server.request("GET", "/api/v1/audit?event=skill_change&sortDir=asc")[2]["items"]
        self.assertEqual([event["details"]["name"] for event in events], ["weather", "other"])


class Commands(Skills):
    def skill(self, files, folder="weather"):
        for name, text in files.items():
            path = self.home.file(f"{folder}/{name}")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return self.home.file(folder)

    def test_pack_is_deterministic(self):
        folder = self.skill({"SKILL.md": FRONT, "b": "2", "a/c": "1"})
        done = self.succeed(self.home.run("skills", "pack", folder, "-o", "json")).json()
        self.assertEqual((done["name"], done["file"], done["files"]), ("weather", "weather.zip", 3))
        first = self.home.run("skills", "pack", folder, "-").raw_out
        os.utime(os.path.join(folder, "b"), (1, 1))
        self.assertEqual(self.home.run("skills", "pack", folder, "-").raw_out, first)
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            self.assertEqual(archive.namelist(), ["SKILL.md", "a/c", "b"])
            self.assertIsNone(archive.testzip())
        with open(self.home.file("weather.zip"), "rb") as file:
            self.assertEqual(file.read(), first)

    def test_what_can_be_run_can_be_run_afterwards(self):
        folder = self.skill({"SKILL.md": FRONT, "run.sh": "#!/bin/sh\n", "data": "1"})
        os.chmod(os.path.join(folder, "run.sh"), 0o750)
        self.succeed(self.home.run("skills", "pack", folder, "packed.zip"))
        with zipfile.ZipFile(self.home.file("packed.zip")) as archive:
            self.assertEqual({entry.filename: oct(entry.external_attr >> 16) for entry in archive.infolist()},
                             {"SKILL.md": "0o100644", "data": "0o100644", "run.sh": "0o100755"})
        for name, source in (("one", folder), ("two", "packed.zip")):
            self.succeed(self.server.run("skills", "install", source, "--name", name))
            self.assertEqual({file: bool(os.stat(os.path.join(self.place, name, file)).st_mode & 0o111)
                              for file in os.listdir(os.path.join(self.place, name))},
                             {"SKILL.md": False, "data": False, "run.sh": True})
        # Nothing but that of a mode counts.
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, mode in (("SKILL.md", 0o100666), ("tool", 0o104777)):
                archive.writestr(info(name, mode), FRONT)
        self.install("three", base64.b64encode(made.getvalue()).decode())
        umask = os.umask(0)
        os.umask(umask)
        self.assertEqual([oct(stat.S_IMODE(os.stat(os.path.join(self.place, "three", name)).st_mode)) for name in ("SKILL.md", "tool")],
                         [oct(0o644 & ~umask), oct(0o755 & ~umask)])

    def test_pack_looks_first(self):
        self.fail_with(2, self.home.run("skills", "pack", self.skill({"other": "x"}, "none")))
        self.assertIn("description", self.fail_with(2, self.home.run("skills", "pack",
                                                                     self.skill({"SKILL.md": "---\nname: a\n---\n"}, "bad"))).err)
        folder = self.skill({"SKILL.md": FRONT}, "linked")
        os.symlink("/etc/passwd", os.path.join(folder, "link"))
        self.assertIn("link", self.fail_with(2, self.home.run("skills", "pack", folder)).err)
        self.assertEqual([name for name in os.listdir(self.home.path) if name.endswith(".zip")], [])

    def test_install(self):
        folder = self.skill({"SKILL.md": FRONT, "data": "1"})
        self.succeed(self.server.run("skills", "install", folder))
        self.assertEqual(self.read("weather/data"), b"1")
        self.fail_with(6, self.server.run("skills", "install", folder))
        self.succeed(self.server.run("skills", "install", folder, "--overwrite"))
        self.succeed(self.server.run("skills", "install", folder, "--name", "other"))
        self.succeed(self.home.run("skills", "pack", folder, "third.zip"))
        self.succeed(self.server.run("skills", "install", "third.zip"))
        self.succeed(self.server.run("skills", "install", "--name", "fourth", "--zip", "@third.zip"))
        self.assertEqual(sorted(os.listdir(self.place)), ["fourth", "other", "third", "weather"])
        self.fail_with(2, self.server.run("skills", "install"))
        self.fail_with(2, self.server.run("skills", "install", "absent.zip"))
        self.fail_with(2, self.server.run("skills", "install", folder, "--zip", "@third.zip"))


if __name__ == "__main__":
    harness.main()
