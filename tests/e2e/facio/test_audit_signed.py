#!/usr/bin/env python3
"""An audit log that shows cuts: signed checkpoints, witnesses elsewhere, and archives whose chain goes on."""

import base64
import hashlib
import http.client
import json
import os
import re
import sqlite3
import subprocess
import time

import harness

BLOCK = 1024
TRIGGERS = ("audit_keeps", "audit_stays", "audit_places_keep", "audit_places_stay")


def root_of(leaves):
    """The root of RFC 6962, as it is defined there."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def hash_of(prev, body):
    """What the `hash` of an event has to be; `body` is its JSON with any hash."""
    return hashlib.sha256((prev + "\n" + body[:body.rindex(',"hash":')] + "}").encode()).hexdigest()


class Signed(harness.Case):
    def setUp(self):
        super().setUp()
        self.checkpoint_file = self.home.file("data.audit-key.checkpoint")
        self.findings_file = self.home.file("data.audit-key.findings")

    def fill(self, server, events):
        """Has the server write so many events: one for each request."""
        connection = http.client.HTTPConnection(*server.address, timeout=harness.DEADLINE)
        for _ in range(events):
            connection.request("GET", "/api/v1/health", headers={"Authorization": "Bearer " + server.token})
            connection.getresponse().read()
        connection.close()

    def database(self):
        database = sqlite3.connect(self.home.file("data/facio.db"))
        self.addCleanup(database.close)
        for name in TRIGGERS:
            database.execute("DROP TRIGGER " + name)
        return database

    def cut(self, events):
        """Deletes the last events behind the stopped server's back; the number of those that are left."""
        database = self.database()
        database.execute("DELETE FROM audit WHERE pos > (SELECT max(pos) FROM audit) - ?", (events,))
        left, = database.execute("SELECT max(pos) & 1099511627775 FROM audit").fetchone()
        database.execute("UPDATE agent SET last = ?", (left,))
        database.commit()
        database.close()
        return left

    def rewrite(self, seq):
        """Changes an event and makes all hashes behind it anew, as somebody would who does not want it to be seen."""
        database = self.database()
        prev = ""
        for pos, body in database.execute("SELECT pos, body FROM audit ORDER BY pos").fetchall():
            event = json.loads(body)
            if event["seq"] >= seq:
                body = body.replace('"status":"ok"', '"status":"denied"', 1) if event["seq"] == seq else body
                body = re.sub(r'"prev_hash":"[0-9a-f]{64}"', f'"prev_hash":"{prev}"', body) if event["seq"] > seq else body
                digest = hash_of(json.loads(body)["prev_hash"], body)
                body = re.sub(r'"hash":"[0-9a-f]{64}"\}$', f'"hash":"{digest}"}}', body)
                database.execute("UPDATE audit SET body = ? WHERE pos = ?", (body, pos))
            prev = json.loads(body)["hash"]
        database.commit()
        database.close()

    def verify(self, server, *arguments):
        done = server.run("audit", "verify", "--server", *arguments, "-o", "json")
        return done, (json.loads(done.out) if done.out else {})

    def found(self, server, *arguments):
        done, verdict = self.verify(server, *arguments)
        self.fail_with(16, done)
        self.assertFalse(verdict["intact"])
        return {finding["what"]: finding for finding in verdict["findings"]}

    # --------------------------------------------------------------------------------------------- checkpoints

    def test_other_programs_verify_a_checkpoint(self):
        server = self.serve()
        self.fill(server, 50)
        reply = self.succeed(server.run("audit", "checkpoint", "-o", "json")).json()
        key = self.succeed(server.run("audit", "key", "-o", "json")).json()
        text, signatures = reply["checkpoint"].split("\n\n")
        origin, size, root = text.split("\n")
        name, hashed, public = reply["key"].split("+", 2)
        public = base64.b64decode(public)
        self.assertEqual((key["key"], key["origin"], base64.b64decode(key["public_key"])), (reply["key"], origin, public[1:]))
        # The form of signed notes: name and key give the hash, the hash and the signature stand behind the name.
        self.assertEqual((public[0], len(public), origin), (1, 33, name))
        self.assertEqual(hashlib.sha256(name.encode() + b"\n" + public).digest()[:4].hex(), hashed)
        dash, signer, line = signatures.rstrip("\n").split(" ")
        self.assertEqual((dash, signer, base64.b64decode(line)[:4].hex()), ("\u2014", name, hashed))
        # The signature, by openssl.
        pem = "-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(bytes.fromhex("302a300506032b6570032100") + public[1:]).decode() + \
            "\n-----END PUBLIC KEY-----\n"
        with open(self.home.file("signature"), "wb") as file:
            file.write(base64.b64decode(line)[4:])
        checked = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", self.home.write("key.pem", pem), "-rawin", "-in",
                                  self.home.write("text", text + "\n"), "-sigfile", self.home.file("signature")],
                                 capture_output=True, text=True, timeout=harness.DEADLINE)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        # The tree, as RFC 6962 defines it.
        events = server.request("GET", "/api/v1/audit?limit=1000&sortDir=asc")[2]["items"][:int(size)]
        self.assertEqual([event["seq"] for event in events], list(range(1, int(size) + 1)))
        self.assertEqual(root_of([bytes.fromhex(event["hash"]) for event in events]), base64.b64decode(root))
        self.assertEqual((reply["size"], reply["root"]), (int(size), base64.b64decode(root).hex()))

    def test_the_key_is_private_and_in_the_card(self):
        server = self.serve("--a2a")
        for name in ("data.audit-key", "data.audit-key.checkpoint"):
            path = harness.wait_until(lambda n=name: os.path.exists(self.home.file(n)) and self.home.file(n), name)
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        key = server.request("GET", "/api/v1/audit/key")[2]["key"]
        card = server.request("GET", "/.well-known/agent-card.json", token=False)[2]
        self.assertIn({"uri": "https://c2sp.org/tlog-checkpoint", "description": "the audit log is signed by this key", "required": False,
                       "params": {"key": key}}, card["capabilities"]["extensions"])
        server.stop()
        os.chmod(self.home.file("data.audit-key"), 0o644)
        with self.assertRaisesRegex(AssertionError, "others may read or change it"):
            self.serve()
        os.chmod(self.home.file("data.audit-key"), 0o600)
        self.assertEqual(self.serve().request("GET", "/api/v1/audit/key")[2]["key"], key)

    def test_a_flag_beats_the_environment(self):
        self.home.write("own.key", "11" * 32 + "\n")
        os.chmod(self.home.file("own.key"), 0o600)
        by_flag = self.serve("--audit-key-file", self.home.file("own.key"), env={"FACIOCTL_AUDIT_KEY": "22" * 32})
        key = by_flag.request("GET", "/api/v1/audit/key")[2]["key"]
        by_flag.stop()
        self.assertTrue(os.path.exists(self.home.file("own.key.checkpoint")))
        by_variable = self.serve(data="other", env={"FACIOCTL_AUDIT_KEY": "11" * 32})
        self.assertEqual(by_variable.request("GET", "/api/v1/audit/key")[2]["key"], key)

    def test_the_end_leaves_a_checkpoint_of_everything(self):
        server = self.serve()
        self.fill(server, 3)
        server.stop()
        with open(self.checkpoint_file, encoding="utf-8") as file:
            size = int(file.read().split("\n")[1])
        database = sqlite3.connect(self.home.file("data/facio.db"))
        self.addCleanup(database.close)
        self.assertEqual(database.execute("SELECT max(pos) & 1099511627775 FROM audit").fetchone(), (size,))

    def test_an_untouched_log_is_intact_after_a_kill(self):
        server = self.serve()
        self.fill(server, 30)
        server.kill()
        again = self.serve()
        done, verdict = self.verify(again)
        self.succeed(done)
        self.assertEqual((verdict["intact"], verdict["checkpoints"]), (True, 1))
        self.assertEqual(again.request("GET", "/api/v1/health")[2]["status"], "ok")
        self.assertFalse(os.path.exists(self.findings_file))

    # -------------------------------------------------------------------------------------------------- faults

    def test_a_cut_is_found(self):
        for events, before in ((8, 40), (BLOCK + 8, BLOCK + 40)):
            with self.subTest(events=events):
                server = self.serve()
                self.fill(server, before)
                server.stop()
                left = self.cut(events)
                again = self.serve()
                cut = self.found(again)["cut"]
                self.assertEqual(cut["event"], left + 1)
                self.assertIn(f"truncated after event {left}", cut["message"])
                self.assertIn(f"truncated after event {left}", again.output())
                health = again.request("GET", "/api/v1/health")[2]
                self.assertEqual(health["status"], "degraded")
                self.assertIn(f"truncated after event {left}", health["troubles"][0])
                self.assertIn(f"truncated after event {left}", self.succeed(again.run("doctor", "-o", "json")).out)
                fault, = again.request("GET", "/api/v1/audit?event=audit_fault&limit=1")[2]["items"]
                self.assertEqual((fault["status"], fault["details"]["what"]), ("error", "cut"))
                # It stays known, whatever is written and signed since, and the log goes on, over the end of a block, too.
                self.fill(again, BLOCK)
                again.stop()
                third = self.serve()
                self.assertEqual(self.found(third)["cut"]["event"], left + 1)
                third.stop()
                os.remove(self.findings_file)
                fourth = self.serve()
                self.succeed(self.verify(fourth)[0])
                self.assertEqual(fourth.request("GET", "/api/v1/health")[2]["status"], "ok")
                self.assertEqual(fourth.request("GET", "/api/v1/audit?event=audit_fault")[2]["count"], 1)
                fourth.stop()
                for name in os.listdir(self.home.path):
                    if name.startswith("data"):
                        subprocess.run(["rm", "-r", self.home.file(name)], check=True)

    def test_a_chain_of_new_hashes_is_found(self):
        server = self.serve()
        self.fill(server, 40)
        server.stop()
        self.rewrite(5)
        again = self.serve()
        self.assertIn("rewritten before event", self.found(again)["rewritten"]["message"])
        self.assertEqual(again.request("GET", "/api/v1/health")[2]["status"], "degraded")

    def test_another_key_and_no_checkpoint_are_found(self):
        server = self.serve()
        key = server.request("GET", "/api/v1/audit/key")[2]["key"]
        server.stop()
        os.remove(self.home.file("data.audit-key"))
        other = self.serve()
        self.assertIn("is not signed by the key", self.found(other)["other-key"]["message"])
        done, _ = self.verify(other, "--key", key)
        self.assertIn("is not signed by the key of --key", self.fail_with(16, done).out)
        other.stop()
        os.remove(self.findings_file)
        os.remove(self.checkpoint_file)
        self.assertIn("is missing", self.found(self.serve())["no-checkpoint"]["message"])

    def test_a_checkpoint_that_cannot_be_read_is_no_finding(self):
        """The server does not start over it; when it can be read again, nothing has happened."""
        server = self.serve()
        self.fill(server, 3)
        server.stop()
        aside = self.home.file("aside")
        os.rename(self.checkpoint_file, aside)
        os.mkdir(self.checkpoint_file)  # opens, but cannot be read, whoever the user is
        done = self.fail_with(74, self.home.run("serve", "--listen", "127.0.0.1:0", "--data", self.home.file("data")))
        self.assertIn("the last checkpoint of the audit log cannot be read: " + self.checkpoint_file + ": Is a directory", done.err)
        self.assertFalse(os.path.exists(self.findings_file))
        os.rmdir(self.checkpoint_file)
        os.rename(aside, self.checkpoint_file)
        self.succeed(self.verify(self.serve())[0])

    def test_a_log_of_before_gets_its_tree(self):
        server = self.serve()
        self.fill(server, BLOCK + 20)
        server.stop()
        for name in ("data.audit-key", "data.audit-key.checkpoint"):
            os.remove(self.home.file(name))
        database = sqlite3.connect(self.home.file("data/facio.db"))
        for kind, name in database.execute("SELECT type, name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN "
                                           "('audit', 'audit_places')").fetchall():
            database.execute(f"DROP {kind} {name}")
        database.executescript("""
            DROP TABLE audit_tree; DROP TABLE audit_archive; DROP TABLE audit_time;
            DELETE FROM document WHERE collection = 'audit'; PRAGMA user_version = 4;
            CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit events cannot be changed'); END;
            CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit events cannot be deleted'); END;
            CREATE TRIGGER audit_places_keep BEFORE UPDATE ON audit_places BEGIN SELECT raise(ABORT, 'no'); END;
            CREATE TRIGGER audit_places_stay BEFORE DELETE ON audit_places BEGIN SELECT raise(ABORT, 'no'); END;""")
        database.close()
        again = self.serve()
        done, verdict = self.verify(again)
        self.assertEqual((self.succeed(done).err, verdict["checkpoints"]), ("", 1))
        self.assertEqual(again.request("GET", "/api/v1/health")[2]["status"], "ok")

    def test_without_a_key_it_says_so(self):
        data = self.home.file("data")
        # A link to nowhere in the place of the key: nothing can be made there, whoever the user is.
        os.symlink("/nowhere/key", data + ".audit-key")
        server = self.serve()
        for name in ("checkpoint", "key"):
            status, _, reply = server.request("GET", "/api/v1/audit/" + name)
            self.assertEqual((status, reply["error"]["code"]), (503, "unavailable"))
        self.assertIn("not signed", server.output())
        self.assertIn("does not sign its log", self.succeed(server.run("audit", "verify", "--server")).err)
        self.assertEqual(server.request("GET", "/api/v1/health")[2]["status"], "degraded")

    # ----------------------------------------------------------------------------------------------- witnesses

    def test_a_witness_proves_what_the_agent_hides(self):
        server = self.serve()
        self.fill(server, 40)
        witness = self.home.file("witness")
        for _ in range(2):
            self.succeed(server.run("audit", "witness", "--to", witness))
            self.fill(server, 10)
        done, verdict = self.verify(server, "--witness", witness)
        self.succeed(done)
        self.assertEqual(verdict["checkpoints"], 3)
        server.stop()
        with open(self.checkpoint_file, encoding="utf-8") as file:
            signed = int(file.read().split("\n")[1])
        left = self.cut(30)
        # Who has the key may remove every trace that is beside it.
        os.remove(self.checkpoint_file)
        database = sqlite3.connect(self.home.file("data/facio.db"))
        database.execute("DELETE FROM document WHERE collection = 'audit'")
        database.commit()
        database.close()
        again = self.serve()
        self.succeed(self.verify(again)[0])
        refused = self.fail_with(16, again.run("audit", "witness", "--to", witness))
        self.assertRegex(refused.err, r"it has \d+ events now, but had \d+")
        self.assertEqual(self.found(again, "--witness", witness).keys(), {"cut"})
        self.fill(again, signed - left)  # longer than it was
        self.assertEqual(self.found(again, "--witness", witness).keys(), {"rewritten"})

    def test_a_witness_in_the_workspace_of_another_agent(self):
        server, other = self.serve(), self.serve(data="other")
        config = "contexts:\n" + "".join(f"  {name}:\n    url: {one.url}\n    token:\n      file: {one.token_file}\n"
                                         for name, one in (("here", server), ("there", other)))
        path = self.home.write("facioctl.yaml", config)
        os.chmod(path, 0o600)
        arguments = ["--config", path, "--context", "here"]
        for _ in range(2):
            self.succeed(self.home.run("audit", "witness", "--to", "there:kept/log.txt", *arguments))
            self.fill(server, 5)
        self.assertIn("\u2014 facioctl.audit/", other.request("GET", "/api/v1/workspace/file?path=kept/log.txt")[2]["content"])
        done = self.succeed(self.home.run("audit", "verify", "--server", "--witness", "there:kept/log.txt", *arguments))
        self.assertIn("3 signed checkpoints fit", done.out)
        self.fail_with(2, self.home.run("audit", "witness", "--to", "nobody:log.txt", *arguments))

    def test_a_witness_for_files(self):
        server = self.serve()
        self.fill(server, 20)
        witness, plain, chained = self.home.file("witness"), self.home.file("log.ndjson"), self.home.file("chained.ndjson.zst")
        self.succeed(server.run("audit", "witness", "--to", witness))
        self.succeed(server.run("audit", "export", "--out", plain))
        self.succeed(server.run("audit", "export", "--chain", "--out", chained))
        for file in (plain, chained):
            self.assertIn("1 signed checkpoint fits", self.succeed(self.home.run("audit", "verify", file, "--witness", witness)).out)
        with open(plain, encoding="utf-8") as file:
            lines = file.read().splitlines()
        tail = self.home.write("tail.ndjson", "\n".join(lines[:10]) + "\n")
        self.succeed(self.home.run("audit", "verify", tail))
        cut = self.fail_with(16, self.home.run("audit", "verify", tail, "--witness", witness))
        self.assertIn("event 11: cut: the log ends with event 10", cut.out)
        prev, rewritten = "0" * 64, []
        for number, text in enumerate(lines):
            text = text.replace('"status":"ok"', '"status":"denied"', 1) if number == 4 else text
            text = re.sub(r'"prev_hash":"[0-9a-f]{64}"', f'"prev_hash":"{prev}"', text)
            prev = hash_of(prev, text)
            rewritten.append(re.sub(r'"hash":"[0-9a-f]{64}"\}$', f'"hash":"{prev}"}}', text))
        other = self.home.write("other.ndjson", "\n".join(rewritten) + "\n")
        self.succeed(self.home.run("audit", "verify", other))
        self.assertIn(": rewritten: ", self.fail_with(16, self.home.run("audit", "verify", other, "--witness", witness)).out)
        late = self.home.write("late.ndjson", "\n".join(lines[3:]) + "\n")
        self.fail_with(2, self.home.run("audit", "verify", late, "--witness", witness))

    def test_a_witness_file_that_was_changed(self):
        server = self.serve()
        witness = self.home.file("witness")
        self.succeed(server.run("audit", "witness", "--to", witness))
        with open(witness, encoding="utf-8") as file:
            text = file.read()
        key, _, origin, size, rest = text.split("\n", 4)
        self.home.write("witness", f"{key}\n\n{origin}\n{int(size) + 1}\n{rest}")
        for command in (["verify", "--server", "--witness"], ["witness", "--to"]):
            self.assertIn("a signature that does not match", self.fail_with(16, server.run("audit", *command, witness)).err)
        self.home.write("witness", "hello\n")
        self.fail_with(2, server.run("audit", "verify", "--server", "--witness", witness))
        self.fail_with(2, server.run("audit", "witness", "--to", witness))
        self.fail_with(2, server.run("audit", "verify", "--server", "--witness", self.home.file("none")))

    # ------------------------------------------------------------------------------------------------ archives

    def archives(self, server, count):
        """The events about archives, once there are so many."""
        items = harness.wait_until(
            lambda: (lambda found: found if len(found) >= count else None)(
                server.request("GET", "/api/v1/audit?event=audit_archived&sortDir=asc")[2]["items"]), "the archives")
        return [self.home.file("data/audit/" + item["details"]["file"]) for item in items]

    def test_old_events_go_to_archives_whose_chain_goes_on(self):
        server = self.serve()
        self.fill(server, 3 * BLOCK + 100)
        self.succeed(server.run("audit", "witness", "--to", self.home.file("early")))
        before = self.succeed(server.run("audit", "export")).out.splitlines()
        server.stop()
        again = self.serve("--audit-max", "1MB")
        files = self.archives(again, 1)
        names = sorted(os.listdir(self.home.file("data/audit")))
        self.assertEqual([os.path.basename(file) for file in files], names)
        archived = [line for file in files for line in self.succeed(self.home.run("audit", "export", "--file", file)).out.splitlines()]
        self.assertEqual(len(archived) % BLOCK, 0)
        self.assertEqual(archived, before[:len(archived)])
        exported = self.succeed(again.run("audit", "export"))
        self.assertIn(f"events 1 to {len(archived)}, up to ", exported.err)
        self.assertNotIn("events 1 to", self.succeed(again.run("audit", "-n", "5")).err)
        kept = [json.loads(line) for line in exported.out.splitlines()]
        self.assertEqual([event["seq"] for event in kept[:3]], [len(archived) + 1 + i for i in range(3)])
        self.assertEqual(kept[0]["prev_hash"], json.loads(archived[-1])["hash"])
        # Checked as one, with the files and without.
        done, verdict = self.verify(again)
        self.assertEqual((self.succeed(done).code, verdict["checkpoints"]), (0, 1))
        done, verdict = self.verify(again, *files, "--witness", self.home.file("early"))
        self.assertEqual((self.succeed(done).code, verdict["checkpoints"]), (0, 2))
        self.succeed(self.home.run("audit", "verify", *files))
        # What is said to who looks for more, while pages and totals are of what is there.
        page = again.request("GET", "/api/v1/audit?sortDir=asc&limit=5")[2]
        self.assertEqual((page["archived"]["events"], page["archived"]["files"]), (len(archived), self.home.file("data/audit")))
        self.assertEqual(page["archived"]["until"], json.loads(archived[-1])["ts"])
        self.assertNotIn("archived", again.request("GET", "/api/v1/audit?limit=5")[2])
        self.assertEqual([event["seq"] for event in page["items"]], [len(archived) + 1 + i for i in range(5)])
        last = again.request("GET", "/api/v1/audit?limit=1")[2]["items"][0]["seq"]
        stats = again.request("GET", "/api/v1/audit/stats?from=2020-01-01")[2]
        self.assertIn(stats["total"] - (last - len(archived)), (1, 2))  # the two requests
        self.assertEqual(stats["total"], sum(stats["by_event"].values()))
        found = again.request("GET", "/api/v1/audit?event=api_request&sortDir=asc&limit=1000&offset=900")[2]
        self.assertEqual(len({event["seq"] for event in found["items"]}), found["count"])
        # A changed archive is found, and a log that does not begin where it ends.
        texts = list(archived)
        texts[7] = texts[7].replace('"status":"ok"', '"status":"denied"', 1)
        changed = self.home.write("changed.ndjson", "\n".join(texts) + "\n")
        self.assertIn("hash", self.found(again, changed))
        short = self.home.write("short.ndjson", "\n".join(archived[:-1]) + "\n")
        self.assertIn("missing", self.found(again, short))
        again.stop()
        self.succeed(self.verify(self.serve())[0])

    def test_a_kill_between_archive_and_deletion_loses_and_doubles_nothing(self):
        server = self.serve()
        self.fill(server, 3 * BLOCK + 100)
        before = self.succeed(server.run("audit", "export")).out.splitlines()
        server.stop()
        # What a kill leaves: a whole file whose events are still in the store, and one that was begun.
        os.mkdir(self.home.file("data/audit"), 0o700)
        self.home.write("data/audit/.facioctl-0123456789abcdef.tmp", "half")
        for end in range(1, 4):
            self.home.write(f"data/audit/audit-main-{1:012}-{end * BLOCK:012}.ndjson.zst", "not the whole")
        again = self.serve("--audit-max", "1MB")
        files = self.archives(again, 1)
        archived = [line for file in files for line in self.succeed(self.home.run("audit", "export", "--file", file)).out.splitlines()]
        kept = self.succeed(again.run("audit", "export")).out.splitlines()
        self.assertEqual((archived + kept)[:len(before)], before)
        self.assertFalse(os.path.exists(self.home.file("data/audit/.facioctl-0123456789abcdef.tmp")))

    def test_age_and_what_is_refused(self):
        server = self.serve()
        self.fill(server, BLOCK + 10)
        server.stop()
        kept = self.serve("--audit-keep", "1h")
        self.assertFalse(os.path.exists(self.home.file("data/audit")))
        self.succeed(self.verify(kept)[0])
        kept.stop()
        written = time.monotonic()
        harness.wait_until(lambda: time.monotonic() - written > 1, "everything is older than a second")
        files = self.archives(self.serve("--audit-keep", "1s"), 1)
        self.assertEqual(len(files), 1)
        for wrong in (["--audit-max", "10"], ["--audit-max", "-1GB"], ["--audit-keep", "soon"], ["--audit-keep", "0s"],
                      ["--memory", "--audit-keep", "90d"]):
            data = [] if "--memory" in wrong else ["--data", self.home.file("none")]
            self.fail_with(2, self.home.run("serve", "--listen", "127.0.0.1:0", *data, *wrong))


if __name__ == "__main__":
    harness.main()
