#!/usr/bin/env python3
"""Backups of a running server, what they hold, and that nothing damaged or hostile is put back."""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import stat
import threading
import zipfile

import harness


def tree(directory):
    """Every file below a directory, with its bytes."""
    found = {}
    for at, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(at, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, directory)] = file.read()
    return found


class Backups(harness.Case):
    def filled(self, *arguments):
        """A server with something of every part."""
        server = self.serve(*arguments)
        self.assertEqual(server.request("PUT", "/api/v1/credentials/A_KEY", {"value": "sesame-open"})[0], 200)
        self.create_job(server, "first")
        self.assertIn(server.request("PUT", "/api/v1/workspace/file?path=notes.md", {"content": "written down"})[0], (200, 201))
        self.succeed(server.run("versions", "checkpoint", "--reason", "as it was"))
        return server

    def backup(self, *arguments, name="all.zip"):
        self.succeed(self.home.run("serve", "backup", self.home.file(name), "--data", self.home.file("data"), *arguments))
        return self.home.file(name)

    def restore(self, file, *arguments, data="again", env=None):
        return self.home.run("serve", "restore", file, "--data", self.home.file(data), *arguments, env=env)

    def verify(self, *arguments, data="data", env=None):
        done = self.home.run("serve", "verify", "--data", self.home.file(data), "-o", "json", *arguments, env=env)
        return done, {one["id"]: one for one in done.json()}

    def nothing_left(self, data="again"):
        self.assertEqual([name for name in os.listdir(self.home.path) if name.startswith(data) or name.startswith(".facioctl-")], [])


class Whole(Backups):
    def test_what_was_acknowledged_before_is_in_it_under_load(self):
        server = self.filled()
        acknowledged, ended, lock = [], threading.Event(), threading.Lock()

        def write(number):
            for count in range(100_000):
                if ended.is_set():
                    return
                name = f"W{number}_{count}"
                jobs = server.request("POST", "/api/v1/cron", {"name": name, "message": "x",
                                                               "schedule": {"kind": "every", "every_ms": 3600000}})[0] == 201
                file = server.request("PUT", f"/api/v1/workspace/file?path={name}.md", {"content": name})[0] in (200, 201)
                secret = server.request("PUT", f"/api/v1/credentials/{name}", {"value": "value-of-" + name})[0] == 200
                self.assertTrue(jobs and file and secret)
                with lock:
                    acknowledged.append(name)

        writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
        for writer in writers:
            writer.start()
        harness.wait_until(lambda: len(acknowledged) >= 30, "writers are at work")
        with lock:
            before = list(acknowledged)
        file = self.backup()
        ended.set()
        for writer in writers:
            writer.join()
        server.stop()
        shutil.copy(self.home.file("data.key"), self.home.file("again.key"))
        self.assertIn("again.audit-key.findings is removed", self.succeed(self.restore(file)).err)
        done, checks = self.verify(data="again")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual({one["severity"] for one in checks.values()}, {"ok"}, str(done))
        self.assertEqual(set(checks), {"store", "audit.main", "key", "versions"})
        again = self.serve(data="again")
        jobs = {one["name"] for one in again.request("GET", "/api/v1/cron")[2]["items"]}
        secrets = {one["key"] for one in again.request("GET", "/api/v1/credentials")[2]["items"]}
        self.assertLessEqual({"first", *before}, jobs)
        self.assertLessEqual({"A_KEY", *before}, secrets)
        for name in before:
            self.assertEqual(again.request("GET", f"/api/v1/workspace/file?path={name}.md")[2]["content"], name)
        self.assertIn("as it was", self.succeed(again.run("versions", "list")).out)
        self.succeed(again.run("versions", "checkpoint", "--reason", "goes on"))
        # A log that was restored has no checkpoint; it has one once somebody has looked at that.
        self.assertIn("no-checkpoint", self.fail_with(16, again.run("audit", "verify", "--server")).out)
        os.remove(self.home.file("again.audit-key.findings"))
        self.succeed(again.run("audit", "verify", "--server"))

    def test_a_backup_is_private_holds_no_key_and_replaces_nothing(self):
        self.filled()
        file = self.backup()
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        with zipfile.ZipFile(file) as archive:
            self.assertIsNone(archive.testzip())
            names = {name.split("/")[0] for name in archive.namelist()}
            manifest = json.loads(archive.read("manifest.json"))
            for one in manifest["files"]:
                data = archive.read(one["path"])
                self.assertEqual((len(data), hashlib.sha256(data).hexdigest()), (one["size"], one["sha256"]))
                self.assertNotIn(b"sesame-open", data)
        self.assertEqual(names, {"facio.db", "versions", "workspace", "manifest.json"})
        self.assertEqual((manifest["format"], manifest["with_key"]), (1, False))
        done = self.fail_with(6, self.home.run("serve", "backup", file, "--data", self.home.file("data")))
        self.assertIn("replaces nothing", done.err)
        os.symlink("/dev/null", self.home.file("link"))
        self.fail_with(6, self.home.run("serve", "backup", self.home.file("link"), "--data", self.home.file("data")))
        self.fail_with(5, self.home.run("serve", "backup", self.home.file("new"), "--data", self.home.file("nowhere")))
        self.assertFalse(os.path.exists(self.home.file("new")))
        self.fail_with(2, self.home.run("serve", "backup", self.home.file("new"), "--data", self.home.file("data"), "--dry-run"))
        self.assertFalse(os.path.exists(self.home.file("new")))
        self.nothing_left(".facioctl-")

    def test_with_the_key_it_opens_what_is_sealed(self):
        server = self.filled()
        token = server.token
        file = self.backup("--with-key")
        server.stop()
        self.succeed(self.restore(file))
        self.assertEqual(stat.S_IMODE(os.stat(self.home.file("again.key")).st_mode), 0o600)
        done, checks = self.verify(data="again")
        self.assertEqual((done.code, checks["key"]["severity"]), (0, "ok"), str(done))
        self.assertEqual(self.serve(data="again").token, token)
        with open(self.home.file("other.key"), "w", encoding="ascii") as key:
            key.write("11" * 32 + "\n")
        os.chmod(self.home.file("other.key"), 0o600)
        done = self.fail_with(6, self.restore(file, "--secrets-key-file", self.home.file("other.key"), data="third"))
        self.assertIn("a different key", done.err)
        self.nothing_left("third")

    def test_a_wrong_key_is_named_and_a_missing_one_is_said(self):
        self.filled().stop()
        file = self.backup()
        done = self.fail_with(2, self.restore(file, env={"FACIOCTL_SECRETS_KEY": "22" * 32}))
        self.assertIn("not encrypted with the key of FACIOCTL_SECRETS_KEY", done.err)
        self.nothing_left()
        done = self.succeed(self.restore(file))
        self.assertIn("need their key", done.err)
        done, checks = self.verify(data="again")
        self.assertEqual((done.code, checks["key"]["severity"]), (2, "error"))

    def test_a_restore_replaces_nothing_and_disturbs_nobody(self):
        server = self.filled()
        file = self.backup()
        done = self.fail_with(6, self.restore(file, data="data"))
        self.assertIn("a server is using", done.err)
        server.stop()
        before = tree(self.home.file("data"))
        done = self.fail_with(6, self.restore(file, data="data"))
        self.assertIn("is not empty", done.err)
        self.assertEqual(tree(self.home.file("data")), before)
        os.mkdir(self.home.file("again"))
        self.succeed(self.restore(file))
        self.fail_with(5, self.restore(self.home.file("missing"), data="third"))

    def test_what_an_agent_links_to_is_not_taken(self):
        server = self.filled()
        secret = self.home.write("outside", "not yours")
        workspace = self.home.file("data/workspace")
        os.symlink(secret, os.path.join(workspace, "link"))
        os.symlink(self.home.path, os.path.join(workspace, "folder"))
        os.mkfifo(os.path.join(workspace, "pipe"))
        done = self.succeed(self.home.run("serve", "backup", self.home.file("all.zip"), "--data", self.home.file("data")))
        for name in ("link", "folder", "pipe"):
            self.assertIn("workspace/" + name, done.err)
        with zipfile.ZipFile(self.home.file("all.zip")) as archive:
            self.assertFalse([name for name in archive.namelist() if any(one in name for one in ("link", "folder", "pipe", "outside"))])
        server.stop()

    def test_a_wide_workspace_does_not_bring_the_keys(self):
        server = self.filled("--workspace", self.home.path)
        file = self.backup("--workspace", self.home.path)
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
        self.assertIn("workspace/notes.md", names)
        self.assertFalse([name for name in names if name.endswith((".key", ".token", "data/facio.db"))], names)
        server.stop()


class Damaged(Backups):
    def setUp(self):
        super().setUp()
        self.filled().stop()
        self.file = self.backup("--with-key")
        with open(self.file, "rb") as file:
            self.bytes = file.read()

    def refused(self, data, code=16):
        bad = self.home.file("bad.zip")
        with open(bad, "wb") as file:
            file.write(data)
        done = self.fail_with(code, self.restore(bad))
        self.nothing_left()
        return done

    def changed(self, change, compression=zipfile.ZIP_DEFLATED):
        """The backup packed anew after change(files, manifest), with a manifest that fits unless `change` says otherwise."""
        with zipfile.ZipFile(io.BytesIO(self.bytes)) as archive:
            files = {name: archive.read(name) for name in archive.namelist() if name != "manifest.json" and not name.endswith("/")}
            manifest = json.loads(archive.read("manifest.json"))
        promised = {}
        change(files, manifest, promised)
        manifest["files"] = [{"path": name, "size": promised.get(name, (len(data),))[0], "mode": 0o600,
                              "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", compression) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
            archive.writestr("manifest.json", json.dumps(manifest))
        return out.getvalue()

    def test_a_backup_that_is_cut_off(self):
        for length in (0, 1, 100, len(self.bytes) // 2, len(self.bytes) - 22, len(self.bytes) - 1):
            self.refused(self.bytes[:length])

    def test_a_bit_that_flipped(self):
        with zipfile.ZipFile(io.BytesIO(self.bytes)) as archive:
            places = [(one.header_offset + 30 + len(one.filename.encode()), one.compress_size) for one in archive.infolist()
                      if one.compress_size > 16]
        self.assertGreater(len(places), 4)
        for begin, size in places[:12] + places[-1:]:
            data = bytearray(self.bytes)
            data[begin + 20 + size // 2] ^= 0x10
            self.refused(bytes(data))

    def test_paths_that_lead_out(self):
        outside = self.home.file("planted")
        for name in ("../planted", "workspace/../../planted", outside, "workspace//x", "workspace/./x", "other/x", "facio.db/x"):
            def plant(files, manifest, promised, name=name):
                files[name] = b"planted"
            done = self.refused(self.changed(plant))
            self.assertIn("backup contains", done.err)
        self.assertFalse(os.path.exists(outside))

    def test_a_file_that_unpacks_to_more_than_it_says(self):
        def bomb(files, manifest, promised):
            files["workspace/bomb"] = bytes(300 << 20)
            promised["workspace/bomb"] = (1000,)
        self.assertIn("more than", self.refused(self.changed(bomb)).err)

    def test_a_backup_that_claims_more_than_can_be_in_it(self):
        def claim(files, manifest, promised):
            files["workspace/bomb"] = b"small"
            promised["workspace/bomb"] = (1 << 50,)
        self.refused(self.changed(claim))

    def test_a_newer_form_and_a_newer_store(self):
        def newer_form(files, manifest, promised):
            manifest["format"] = 2
        done = self.refused(self.changed(newer_form), 2)
        self.assertIn("newer facioctl (format 2, this one knows 1)", done.err)

        def newer_store(files, manifest, promised):
            path = self.home.file("newer.db")
            with open(path, "wb") as file:
                file.write(files["facio.db"])
            database = sqlite3.connect(path)
            database.execute("PRAGMA user_version = 99")
            database.commit()
            database.close()
            with open(path, "rb") as file:
                files["facio.db"] = file.read()
        done = self.refused(self.changed(newer_store), 2)
        self.assertIn("newer facioctl (schema 99, this one knows ", done.err)
        self.assertIn("upgrade facioctl", done.err)

    def test_a_log_that_was_cut_before_it_was_packed(self):
        def cut(files, manifest, promised):
            path = self.home.file("cut.db")
            with open(path, "wb") as file:
                file.write(files["facio.db"])
            database = sqlite3.connect(path)
            database.execute("DROP TRIGGER audit_stays")
            database.execute("DELETE FROM audit WHERE pos = (SELECT max(pos) FROM audit)")
            database.commit()
            database.close()
            with open(path, "rb") as file:
                files["facio.db"] = file.read()
        self.assertIn("is missing", self.refused(self.changed(cut)).err)

    def test_what_is_no_backup(self):
        self.refused(b"hello\n" * 100)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("facio.db", "x")
        self.assertIn("has no manifest", self.refused(out.getvalue()).err)
        self.fail_with(2, self.restore("/dev/zero"))


class Verify(Backups):
    def test_a_running_server_is_not_disturbed(self):
        server = self.filled()
        done, checks = self.verify()
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual({one["severity"] for one in checks.values()}, {"ok"})
        self.create_job(server, "afterwards")
        server.stop()
        before = tree(self.home.file("data"))
        done, _ = self.verify()
        self.assertEqual(done.code, 0, str(done))
        after = tree(self.home.file("data"))
        self.assertEqual({name: data for name, data in after.items() if name not in ("facio.db-wal", "facio.db-shm")}, before)

    def test_what_is_damaged_is_named(self):
        self.filled().stop()
        data = self.home.file("data")
        shutil.copytree(data, self.home.file("whole"))

        def fresh():
            shutil.rmtree(data)
            shutil.copytree(self.home.file("whole"), data)

        database = sqlite3.connect(os.path.join(data, "facio.db"))
        database.execute("DROP TRIGGER audit_keeps")
        database.execute("UPDATE audit SET body = replace(body, 'A_KEY', 'B_KEY')")
        database.commit()
        database.close()
        done, checks = self.verify()
        self.assertEqual((done.code, checks["audit.main"]["severity"]), (16, "error"), str(done))
        fresh()
        objects = [os.path.join(at, name) for at, _, names in os.walk(os.path.join(data, "versions/objects")) for name in names]
        os.chmod(objects[0], 0o600)
        with open(objects[0], "r+b") as file:
            file.write(b"broken")
        done, checks = self.verify()
        self.assertEqual((done.code, checks["versions"]["severity"]), (16, "error"), str(done))
        fresh()
        with open(os.path.join(data, "facio.db"), "r+b") as file:
            size = file.seek(0, os.SEEK_END)
            for page in range(2, size // 4096):
                file.seek(page * 4096)
                file.write(b"\xff" * 64)
        done, checks = self.verify()
        self.assertEqual((done.code, checks["store"]["severity"]), (16, "error"), str(done))
        fresh()
        done, checks = self.verify(env={"FACIOCTL_SECRETS_KEY": "33" * 32})
        self.assertEqual((done.code, checks["key"]["severity"]), (2, "error"), str(done))
        done = self.home.run("serve", "verify", "--data", self.home.file("nowhere"))
        self.assertEqual(done.code, 5, str(done))

    def test_a_store_of_an_older_form(self):
        """It is said, backed up and restored, and works again after the next start."""
        server = self.filled()
        jobs = len(server.request("GET", "/api/v1/cron")[2]["items"])
        server.stop()
        database = sqlite3.connect(os.path.join(self.home.file("data"), "facio.db"))
        database.execute("DROP TABLE audit_time")
        database.execute("PRAGMA user_version = 5")
        database.commit()
        database.close()

        def checked(data):
            done, checks = self.verify("--secrets-key-file", self.home.file("data.key"), data=data)
            self.assertEqual(done.code, 0, str(done))
            self.assertEqual((checks["store"]["severity"], checks["audit"]["severity"]), ("ok", "info"))
            self.assertIn("schema 5", checks["audit"]["message"])

        checked("data")
        file = self.backup()
        self.succeed(self.restore(file, "--secrets-key-file", self.home.file("data.key")))
        checked("again")
        server = self.serve("--data", self.home.file("again"), "--secrets-key-file", self.home.file("data.key"), pass_data=False)
        self.assertEqual(len(server.request("GET", "/api/v1/cron")[2]["items"]), jobs)
        done, checks = self.verify("--secrets-key-file", self.home.file("data.key"), data="again")
        self.assertEqual((done.code, checks["audit.main"]["severity"]), (0, "ok"), str(done))

    def test_a_newer_store_is_left_alone(self):
        self.filled().stop()
        path = os.path.join(self.home.file("data"), "facio.db")
        database = sqlite3.connect(path)
        database.execute("PRAGMA user_version = 99")
        database.commit()
        database.close()
        before = tree(self.home.file("data"))
        done, checks = self.verify()
        self.assertEqual(done.code, 2, str(done))
        self.assertIn("schema 99, this one knows", checks["store"]["message"])
        done = self.fail_with(2, self.home.run("serve", "backup", self.home.file("no.zip"), "--data", self.home.file("data")))
        self.assertIn("schema 99", done.err)
        self.assertEqual({name: data for name, data in tree(self.home.file("data")).items() if not name.startswith("facio.db-")}, before)


if __name__ == "__main__":
    harness.main()
