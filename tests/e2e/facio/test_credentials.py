#!/usr/bin/env python3
"""Credentials end to end: sealed in the store, never shown, exposed for a while, set from everywhere but an argument."""

import base64
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import termios
import time

import harness

VALUE = "sesame-open-4711"


class World(harness.Case):
    def put(self, server, key, value=VALUE):
        status, _, answer = server.request("PUT", f"/api/v1/credentials/{key}", {"value": value})
        self.assertEqual(status, 200, answer)
        return answer

    def get(self, server, key):
        return server.request("GET", f"/api/v1/credentials/{key}")[2]

    def events(self, server, event="credential_change"):
        return server.request("GET", f"/api/v1/audit?event={event}&sortDir=asc&limit=1000")[2]["items"]

    def files_with(self, text):
        """Files below the home directory, data and key alike, that hold a text."""
        found = []
        for folder, _, names in os.walk(self.home.path):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        if text.encode() in file.read():
                            found.append(path)
        return found

    def database(self, server):
        return os.path.join(server.data, next(name for name in os.listdir(server.data) if name.endswith((".db", ".sqlite", ".sqlite3"))))

    def query(self, server, text, *values):
        """Rows of the store itself."""
        with contextlib.closing(sqlite3.connect(self.database(server))) as database, database:
            return database.execute(text, values).fetchall()


class Credentials(World):
    def test_life_of_a_secret(self):
        server = self.serve()
        status, _, made = server.request("POST", "/api/v1/credentials", {"key": "GITHUB_TOKEN", "value": VALUE, "exposed": True})
        self.assertEqual(status, 201)
        self.assertEqual((made["key"], made["hasValue"], made["masked"], made["exposed"]), ("GITHUB_TOKEN", True, "***", True))
        status, _, taken = server.request("POST", "/api/v1/credentials", {"key": "GITHUB_TOKEN", "value": "other"})
        self.assertEqual((status, taken["error"]["code"]), (409, "conflict"))
        self.assertTrue(self.put(server, "GITHUB_TOKEN", "another-4712")["exposed"], "a new value keeps the flag")
        self.assertFalse(self.put(server, "API_KEY")["exposed"])
        self.assertEqual([item["key"] for item in server.request("GET", "/api/v1/credentials")[2]["items"]], ["API_KEY", "GITHUB_TOKEN"])
        status, _, gone = server.request("DELETE", "/api/v1/credentials/API_KEY")
        self.assertEqual((status, gone), (200, {"deleted": True, "key": "API_KEY"}))
        self.assertEqual(server.request("GET", "/api/v1/credentials/API_KEY")[0], 404)
        for method in ("GET", "DELETE"):
            self.assertEqual(server.request(method, "/api/v1/credentials/not-a-key")[0], 400)
        self.assertEqual([event["message"] for event in self.events(server)],
                         ["created GITHUB_TOKEN", "replaced GITHUB_TOKEN", "created API_KEY", "deleted API_KEY"])

    def test_the_reserved_name(self):
        server = self.serve()
        status, _, answer = server.request("POST", "/api/v1/credentials", {"key": "providers", "value": VALUE})
        self.assertEqual(status, 400)
        self.assertIn("key: ", answer["error"]["message"])
        self.fail_with(2, server.run("credentials", "create", "--key", "providers", "--from-stdin", stdin=VALUE))
        status, headers, _ = server.request("PUT", "/api/v1/credentials/providers", {"value": VALUE})
        self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD, POST"))  # another path, that of the providers
        for verb in ("get", "delete"):
            self.assertIn("not providers", self.fail_with(2, server.run("credentials", verb, "providers", "--yes")).err)

    def test_restart_keeps_everything_and_shows_nothing(self):
        server = self.serve()
        self.put(server, "GITHUB_TOKEN")
        self.put(server, "LONG", VALUE * 4000)
        server.request("PATCH", "/api/v1/settings", {"browser": {"proxy": f"http://me:{VALUE}@proxy.example:8080"}})
        self.succeed(server.run("credentials", "expose", "GITHUB_TOKEN"))
        before = server.request("GET", "/api/v1/credentials")[2]
        answers = [str(server.request("GET", path)[2]) for path in
                   ("/api/v1/credentials", "/api/v1/credentials/LONG", "/api/v1/settings", "/api/v1/audit?limit=1000")]
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.files_with(VALUE), [])
        self.assertNotIn(VALUE, "".join(answers) + server.output())
        again = self.serve()
        self.assertEqual(again.request("GET", "/api/v1/credentials")[2], before)
        self.assertTrue(again.request("GET", "/api/v1/settings")[2]["browser"]["proxy_set"])
        self.assertEqual(again.request("PATCH", "/api/v1/settings", {"browser": {"proxy": "***", "enable": True}})[2]["changes"],
                         ["browser.enable"])

    def test_settings_of_an_older_version_are_read_and_sealed_with_the_next_change(self):
        server = self.serve()
        server.request("PATCH", "/api/v1/settings", {"temperature": 1})
        self.assertEqual(server.stop(), 0)
        self.query(server, "UPDATE settings SET json = ?", '{"browser":{"proxy":"http://me:%s@old.example:1"}}' % VALUE)
        again = self.serve()
        self.assertTrue(again.request("GET", "/api/v1/settings")[2]["browser"]["proxy_set"])
        self.assertEqual(again.request("PATCH", "/api/v1/settings", {"temperature": 0.5})[0], 200)
        self.assertEqual(again.stop(), 0)
        stored = self.query(server, "SELECT json FROM settings")[0][0]
        self.assertNotIn(VALUE, stored)
        self.assertIn('"sealed"', stored)
        self.assertTrue(self.serve().request("GET", "/api/v1/settings")[2]["browser"]["proxy_set"])


class Key(harness.Case):
    """The key that seals: made for the first secret, never replaced in silence."""

    def put(self, server):
        return server.request("PUT", "/api/v1/credentials/A", {"value": VALUE})

    def refused(self, *arguments, env=None, words=()):
        done = self.home.run("serve", "--listen", "127.0.0.1:0", "--data", self.home.file("data"), *arguments, env=env)
        self.fail_with(2, done)
        for word in words:
            self.assertIn(word, done.err)
        self.assertNotIn(VALUE, done.err)

    def test_made_for_the_first_secret(self):
        server = self.serve()
        file = server.data + ".key"
        self.assertFalse(os.path.exists(file))
        self.assertEqual(self.put(server)[0], 200)
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
        with open(file, encoding="ascii") as key:
            self.assertRegex(key.read(), "^[0-9a-f]{64}\n$")
        self.assertEqual([name for name in os.listdir(self.home.path) if name.startswith("data.key.")], [], "nothing half done is left")

    def test_missing_or_other_key(self):
        server = self.serve()
        file = server.data + ".key"
        self.put(server)
        self.assertEqual(server.stop(), 0)
        os.rename(file, file + ".away")
        self.refused(words=(file, "missing", "--secrets-key-file"))
        self.assertFalse(os.path.exists(file), "no new key takes its place")
        self.refused(env={"FACIOCTL_SECRETS_KEY": "0" * 64}, words=("FACIOCTL_SECRETS_KEY", "not encrypted with the key of"))
        self.home.write("other.key", "1" * 64 + "\n")
        os.chmod(self.home.file("other.key"), 0o600)
        self.refused("--secrets-key-file", self.home.file("other.key"), words=("other.key", "not encrypted with the key of"))
        again = self.serve("--secrets-key-file", file + ".away")
        self.assertTrue(again.request("GET", "/api/v1/credentials/A")[2]["hasValue"])
        self.assertEqual(again.stop(), 0)
        with open(file + ".away", encoding="ascii") as key:
            self.serve(env={"FACIOCTL_SECRETS_KEY": key.read().strip()})

    def test_bad_keys(self):
        self.refused(env={"FACIOCTL_SECRETS_KEY": "short"}, words=("FACIOCTL_SECRETS_KEY", "64 hex digits"))
        file = self.home.write("data.key", "2" * 64)
        os.chmod(file, 0o644)
        self.refused(words=(file, "chmod 600"))
        self.home.write("data.key", "no key")
        os.chmod(file, 0o600)
        self.refused(words=(file,))

    def test_other_keys_are_free_while_nothing_is_sealed(self):
        self.assertEqual(self.serve(env={"FACIOCTL_SECRETS_KEY": "3" * 64}).stop(), 0)
        server = self.serve(env={"FACIOCTL_SECRETS_KEY": "MzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM="})
        self.assertEqual(self.put(server)[0], 200)
        self.assertFalse(os.path.exists(server.data + ".key"))

    def test_no_place_for_the_key(self):
        server = self.serve("--secrets-key-file", self.home.file("absent/secrets.key"))
        status, _, answer = self.put(server)
        self.assertEqual((status, answer["error"]["code"]), (503, "unavailable"))
        self.assertIn("absent/secrets.key", answer["error"]["message"])
        self.assertIn("--secrets-key-file", str(answer))
        self.assertEqual(server.request("GET", "/api/v1/credentials")[2]["items"], [])
        self.fail_with(14, server.run("credentials", "set", "A", stdin=VALUE))
        os.mkdir(self.home.file("absent"), 0o700)
        self.assertEqual(self.put(server)[0], 200)

    def test_in_memory(self):
        server = self.serve("--memory", pass_data=False)
        self.assertEqual(self.put(server)[0], 200)
        self.assertEqual([name for name in os.listdir(self.home.path) if name.endswith(".key")], [])


class Exposed(World):
    """For a while only: undone by the server itself."""

    def test_taken_back_when_the_time_is_over(self):
        server = self.serve()
        self.put(server, "A")
        shown = self.succeed(server.run("credentials", "expose", "A", "--for", "1s", "-o", "json")).json()
        self.assertTrue(shown["exposed"])
        self.assertTrue(shown["exposed_until"].endswith("Z"))
        harness.wait_until(lambda: not self.get(server, "A")["exposed"], "the end of the exposure")
        event = harness.wait_until(lambda: [e for e in self.events(server) if e["message"].startswith("unexposed")], "its event")[0]
        self.assertEqual((event["origin"], event["details"]), ("clock", {"key": "A", "action": "unexposed"}))
        self.assertNotIn("exposed_until", self.get(server, "A"))

    def test_survives_a_restart(self):
        server = self.serve()
        for key in ("SHORT", "LONG"):
            self.put(server, key)
        server.request("PUT", "/api/v1/credentials/SHORT/exposed", {"exposed": True, "for_s": 1})
        until = server.request("PUT", "/api/v1/credentials/LONG/exposed", {"exposed": True, "for_s": 3600})[2]["exposed_until"]
        end = time.monotonic() + 1.1
        server.kill()
        harness.wait_until(lambda: time.monotonic() > end, "the deadline while nobody runs")
        again = self.serve()
        self.assertFalse(self.get(again, "SHORT")["exposed"])
        self.assertEqual(self.get(again, "LONG")["exposed_until"], until)
        self.assertEqual([e["message"] for e in self.events(again) if e.get("origin") == "clock"], ["unexposed SHORT: its time was up"])

    def test_later_word_wins(self):
        server = self.serve()
        self.put(server, "A")
        self.succeed(server.run("credentials", "expose", "A", "--for", "1s"))
        self.assertNotIn("exposed_until", self.succeed(server.run("credentials", "expose", "A", "-o", "json")).json())
        witness = self.put(server, "B")
        server.request("PUT", f"/api/v1/credentials/{witness['key']}/exposed", {"exposed": True, "for_s": 2})
        harness.wait_until(lambda: not self.get(server, "B")["exposed"], "the end of a later one")
        self.assertTrue(self.get(server, "A")["exposed"])
        self.assertFalse(self.succeed(server.run("credentials", "unexpose", "A", "-o", "json")).json()["exposed"])
        self.fail_with(5, server.run("credentials", "unexpose", "NOT_THERE"))
        self.fail_with(2, server.run("credentials", "expose", "A", "--for", "soon"))


class Program(World):
    """Where the program takes a value from, and where not."""

    def kept(self, server, *arguments, **options):
        """Sets A to VALUE: nothing shows it, and what is sealed has its length."""
        done = self.succeed(server.run("credentials", "set", "A", *arguments, **options))
        self.assertNotIn(VALUE, done.out + done.err)
        self.assertEqual(self.sealed_length(server, "A"), len(VALUE))
        self.assertEqual(server.request("DELETE", "/api/v1/credentials/A")[0], 200)

    def sealed_length(self, server, key):
        stored = json.loads(self.query(server, "SELECT json FROM document WHERE collection = 'credential' AND id = ?", key)[0][0])
        text = stored["sealed"].removeprefix("v1:")
        return len(base64.b64decode(text + "=" * (-len(text) % 4))) - 24 - 16  # nonce and tag

    def test_sources(self):
        server = self.serve()
        self.kept(server, stdin=VALUE + "\n")
        self.kept(server, "--from-stdin", stdin=VALUE)
        self.kept(server, "--from-env", "MY_SECRET", env={"MY_SECRET": VALUE})
        self.kept(server, "--from-file", self.home.write("secret", VALUE))
        read, write = os.pipe()
        os.write(write, VALUE.encode())
        os.close(write)
        self.kept(server, "--from-fd", str(read), pass_fds=(read,))
        os.close(read)
        self.fail_with(2, server.run("credentials", "set", "A"))
        self.fail_with(2, server.run("credentials", "set", "A", "--from-env", "NOT_SET"))
        self.fail_with(2, server.run("credentials", "set", "A", stdin="x" * 65537))

    def test_never_from_an_argument(self):
        server = self.serve()
        for words in (("set", "A", VALUE), ("set", f"A={VALUE}"), ("set", "A", "--from", VALUE), ("set", "A", f"--value={VALUE}"),
                      ("create", "A", VALUE), ("create", "--key", "A", VALUE), ("put", "A", VALUE)):
            done = self.fail_with(2, server.run("credentials", *words, stdin=VALUE))
            self.assertNotIn(VALUE, done.err + done.out, words)
            self.assertIn("--from-file", done.err, words)
        self.assertEqual(server.request("GET", "/api/v1/credentials")[2]["items"], [])

    def test_no_output_shows_it(self):
        server = self.serve()
        for option in ("--dry-run", "--curl", "-vvv"):
            done = self.succeed(server.run("credentials", "set", "A", "--from-stdin", option, stdin=VALUE))
            self.assertNotIn(VALUE, done.out + done.err, option)

    def test_hidden_prompt(self):
        server = self.serve()
        for key, value, typed in (("A", VALUE, "wrong\x15x\x7f" + VALUE),
                                  ("LONG", VALUE * 500, VALUE * 500)):  # more than a terminal's own line holds
            terminal = self.at_terminal(server, "credentials", "set", key, env={"TERM": "dumb"})
            terminal.wait_for("not shown")
            for start in range(0, len(typed), 512):
                terminal.type(typed[start:start + 512])
            terminal.type("\r")
            self.assertEqual(terminal.end(), 0, terminal.text)
            self.assertNotIn(VALUE, terminal.text)
            self.assertNotIn("wrong", terminal.text)
            self.assertEqual(self.sealed_length(server, key), len(value))

    def test_hidden_prompt_edits_and_refuses_in_words(self):
        server = self.serve()
        terminal = self.at_terminal(server, "credentials", "set", "A", env={"TERM": "dumb"})
        terminal.wait_for("not shown): ")
        for typed, said in (("sec\x01", "Ctrl-A"), ("sec\x1b[D", "Escape or an arrow"), ("sec\t", "Tab")):
            terminal.type(typed)
            self.assertIn(f"{said} cannot be part of it; type it again from the start\n", terminal.wait_for("not shown): "))
            self.assertFalse(termios.tcgetattr(terminal.device)[3] & termios.ECHO)
        terminal.type("one two\x17\x17" + VALUE + "x\x7f\r")
        self.assertEqual(terminal.end(), 0, terminal.text)
        for part in (VALUE, "sec\x01", "one"):
            self.assertNotIn(part, terminal.text.replace("second", ""))
        self.assertEqual(self.sealed_length(server, "A"), len(VALUE))

    def test_interrupted_prompt_leaves_the_terminal_right(self):
        server = self.serve()
        terminal = self.at_terminal(server, "credentials", "set", "A", env={"TERM": "dumb"})
        terminal.wait_for("not shown")
        self.assertFalse(termios.tcgetattr(terminal.device)[3] & termios.ECHO)
        terminal.type("\x03")
        self.assertEqual(terminal.end(), -signal.SIGINT)
        self.assertTrue(termios.tcgetattr(terminal.device)[3] & termios.ECHO)
        self.assertEqual(server.request("GET", "/api/v1/credentials")[2]["items"], [])

    def test_copied_data_is_of_no_use(self):
        server = self.serve()
        self.put(server, "A")
        self.assertEqual(server.stop(), 0)
        shutil.copytree(server.data, self.home.file("copy"))
        done = self.home.run("serve", "--listen", "127.0.0.1:0", "--data", self.home.file("copy"))
        self.assertIn("copy.key", self.fail_with(2, done).err)


if __name__ == "__main__":
    harness.main()
