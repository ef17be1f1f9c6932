#!/usr/bin/env python3
"""Start and end of the server: what it prints, what it makes, what it refuses."""

import os
import re
import signal
import socket
import sqlite3
import stat
import time

import harness


class Start(harness.Case):
    def refused(self, code, *arguments, **options):
        """`serve` that must not start and ends with this code; returns what it left."""
        done = self.fail_with(code, self.home.run("serve", "--listen", "127.0.0.1:0", *arguments, **options))
        self.assertNotIn("Sanitizer", done.err)
        return done

    def test_one_ready_line(self):
        server = self.serve()
        ready = [line for line in server.output().splitlines() if line.startswith("ready ")]
        self.assertEqual(len(ready), 1, server.output())
        self.assertIn(server.url, ready[0])
        self.assertIn(str(server.process.pid), ready[0])
        self.assertEqual(server.ready["pid"], server.process.pid)
        self.assertNotIn(server.token, server.output())
        self.assertNotEqual(server.address[1], 0)

    def test_token_file_is_private_and_kept(self):
        server = self.serve()
        mode = os.stat(server.token_file)
        self.assertEqual(stat.S_IMODE(mode.st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(server.data).st_mode) & 0o077, 0)
        self.assertGreaterEqual(len(server.token), 43, "256 bits in base64 or more")
        server.stop()
        self.assertEqual(self.serve().token, server.token)

    def test_context_local_needs_no_setup(self):
        server = self.serve()
        self.assertEqual(self.succeed(self.home.run("health", "-o", "json")).json()["status"], "ok")
        listed = self.succeed(self.home.run("context", "list", "-o", "json")).out
        self.assertIn("local", listed)
        config = self.home.file("config/facioctl/config.yaml")
        self.assertEqual(stat.S_IMODE(os.stat(config).st_mode), 0o600)
        with open(config, encoding="utf-8") as file:
            self.assertNotIn(server.token, file.read())

    def url_of(self, context):
        return self.succeed(self.home.run("context", "show", context, "-o", "json")).json()["url"]

    def test_a_second_server_gets_a_context_of_its_own(self):
        first, second = self.serve(), self.serve(data="other")
        self.assertEqual((self.url_of("local"), self.url_of("local-2")), (first.url, second.url))
        self.assertEqual((first.ready["context"], second.ready["context"]), ("local", "local-2"))
        self.assertIn("note: the context local leads to another server that runs; this one is the context local-2", second.output())
        self.assertNotIn("note:", first.output())
        for name in ("local", "local-2"):
            self.succeed(self.home.run("--context", name, "cron", "list"))
        self.assertEqual(self.succeed(self.home.run("context", "list", "-q", '.[] | select(.current) | .name', "-o", "tsv")).out, "local\n")
        second.stop()
        again = self.serve(data="other")  # the same data at another address
        self.assertEqual(self.url_of("local-2"), again.url)
        self.assertNotIn("led to", again.output())

    def test_the_context_of_a_server_that_is_gone_is_replaced_and_said(self):
        first = self.serve()
        first.stop()
        second = self.serve(data="other")
        self.assertEqual(self.url_of("local"), second.url)
        self.assertIn(f"note: the context local led to {first.url}, where no server runs any more; now it leads to {second.url}",
                      second.output())

    def test_a_context_by_name(self):
        first = self.serve("--context", "rehearsal")
        self.assertEqual(self.url_of("rehearsal"), first.url)
        self.succeed(self.home.run("context", "add", "prod", "--url", "https://agent.example"))
        for name, url in (("rehearsal", first.url), ("prod", "https://agent.example")):
            done = self.fail_with(6, self.home.run("serve", "--memory", "--listen", "127.0.0.1:0", "--context", name,
                                                   binary=harness.FACIOCTL))
            self.assertIn(f"the context {name} leads to another server, {url}", done.err)
            self.assertEqual(self.url_of(name), url)

    def test_own_token_file(self):
        path = self.home.write("mine", "a-token-of-my-own-0123456789\n")
        os.chmod(path, 0o600)
        server = self.serve("--token-file", path)
        self.assertEqual(server.token, "a-token-of-my-own-0123456789")
        self.assertEqual(server.request("GET", "/api/v1/health")[0], 200)

    def test_token_from_environment(self):
        server = harness.Server(self.home, env={"FACIO_MANAGEMENT_TOKEN": "from-the-environment-0123456789"})
        self.addCleanup(self._end, server)
        self.assertEqual(server.request("GET", "/api/v1/health", token="from-the-environment-0123456789")[0], 200)
        self.assertNotIn("from-the-environment", server.output())

    def test_equal_tokens_are_refused(self):
        path = self.home.write("mine", "the-same-token-for-both-0123456789")
        os.chmod(path, 0o600)
        done = self.refused(2, "--data", self.home.file("data"), "--token-file", path,
                            env={"FACIO_A2A_TOKEN": "the-same-token-for-both-0123456789"})
        self.assertNotIn("the-same-token", done.out + done.err)

    def test_token_file_open_to_others_is_refused(self):
        path = self.home.write("mine", "a-token-of-my-own-0123456789")
        os.chmod(path, 0o644)
        self.assertIn(path, self.refused(3, "--data", self.home.file("data"), "--token-file", path).err)

    def test_no_management(self):
        server = self.serve("--no-management")
        self.assertEqual(server.request("GET", "/api/v1/health")[0], 404)
        self.assertEqual(server.request("GET", "/health", token=False)[0], 200)

    def test_switches_of_the_environment(self):
        """As people write them; anything else is refused by name."""
        words = {"True": True, "YES": True, "on": True, "1": True, "0": False, "Off": False, "no": False, "FALSE": False}
        for word, on in words.items():
            with self.subTest(word):
                server = self.serve(env={"FACIO_MANAGEMENT_ENABLED": word})
                self.assertEqual(server.request("GET", "/api/v1/health")[0], 200 if on else 404)
                server.stop()
        for variable in ("FACIO_MANAGEMENT_ENABLED", "FACIO_A2A_ENABLED", "FACIO_OPEN_V1"):
            done = self.refused(2, "--data", self.home.file("data"), env={variable: "maybe"})
            self.assertIn(f"{variable}: must be true or false", done.err)
        done = self.fail_with(2, self.home.run("cron", "list", env={"ACCESSIBLE": "sometimes"}))
        self.assertIn("ACCESSIBLE: must be true or false", done.err)

    def test_port_in_use(self):
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = self.fail_with(6, self.home.run("serve", "--listen", f"127.0.0.1:{port}", "--data", self.home.file("data")))
        self.assertIn(str(port), done.err)
        self.assertIn("in use", done.err)
        self.assertEqual(len(done.err.strip().splitlines()), 1, done.err)

    def test_port_of_another_server(self):
        port = self.serve().address[1]
        done = self.fail_with(6, self.home.run("serve", "--listen", f"127.0.0.1:{port}", "--data", self.home.file("other")))
        self.assertIn("in use", done.err)

    def test_public_address_needs_a_proxy(self):
        done = self.home.run("serve", "--listen", "0.0.0.0:0", "--data", self.home.file("data"))
        self.fail_with(2, done)
        self.assertIn("--behind-proxy", done.err)

    def test_data_directory_is_a_file(self):
        path = self.home.write("data", "")
        self.assertIn(path, self.refused(2, "--data", path).err)

    def test_unreadable_data_directory(self):
        if os.geteuid() != 0:
            path = self.home.file("data")
            os.mkdir(path, 0)
            self.assertIn(path, self.refused(2, "--data", path).err)
            os.chmod(path, 0o700)
            return
        # Root may read everything, so the server runs as nobody.
        path = self.home.file("data")
        os.mkdir(path, 0o700)
        os.chmod(self.home.path, 0o755)
        done = self.home.run("--reuid=65534", "--regid=65534", "--clear-groups", harness.FACIOCTL, "serve", "--listen", "127.0.0.1:0",
                             "--data", path, binary="setpriv", env={"FACIOCTL_COVERAGE": None})
        self.fail_with(2, done)
        self.assertIn(path, done.err)

    def test_second_server_on_the_same_data(self):
        server = self.serve()
        self.refused(6, "--data", server.data)
        self.assertEqual(server.request("GET", "/api/v1/health")[0], 200)

    def test_newer_data_is_refused(self):
        server = self.serve()
        server.stop()
        found = [name for name in os.listdir(server.data) if name.endswith((".db", ".sqlite", ".sqlite3"))]
        self.assertEqual(len(found), 1, os.listdir(server.data))
        database = sqlite3.connect(os.path.join(server.data, found[0]))
        database.execute("PRAGMA user_version = 9999")
        database.commit()
        database.close()
        self.assertIn("newer", self.refused(2, "--data", server.data).err)

    def test_restart_keeps_the_data(self):
        server = self.serve()
        job = self.create_job(server, "kept")
        self.succeed(server.run("settings", "set", "timezone=Asia/Tokyo"))
        self.assertEqual(server.stop(), 0)
        server = self.serve()
        self.assertEqual(self.succeed(server.run("cron", "get", job["id"], "-o", "json")).json(), job)
        self.assertEqual(self.succeed(server.run("settings", "get", "-o", "json")).json()["basic"]["timezone"], "Asia/Tokyo")

    def test_memory_keeps_nothing(self):
        server = self.serve("--memory", pass_data=False)
        self.create_job(server)
        server.stop()
        server = self.serve("--memory", pass_data=False)
        self.assertEqual(self.succeed(server.run("cron", "list", "-o", "json")).json(), [])

    def test_sigterm_is_quick_and_clean(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            server = self.serve(data=f"data{how}")
            with server.connect() as idle:
                idle.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertEqual(idle.recv(4096).split(b"\r\n")[0], b"HTTP/1.1 200 OK")
                started = time.monotonic()
                code = server.stop(how)
                took = time.monotonic() - started
                self.assertEqual(idle.recv(1), b"")
            self.assertEqual(code, 0, server.output())
            self.assertLess(took, 5)

    def test_unix_socket(self):
        path = self.home.file("agent.sock")
        server = self.serve(listen="unix:" + path)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0)
        done = self.home.run("health", "-o", "json", env={"FACIOCTL_URL": "unix:" + path, "FACIOCTL_TOKEN_FILE": server.token_file})
        self.assertEqual(self.succeed(done).json()["status"], "ok")
        self.assertEqual(server.stop(), 0)
        self.assertFalse(os.path.exists(path))

    def test_stale_unix_socket_is_replaced(self):
        path = self.home.file("agent.sock")
        server = self.serve(listen="unix:" + path)
        server.kill()
        self.assertTrue(os.path.exists(path))
        self.assertIsNotNone(self.serve(listen="unix:" + path))

    def test_pid_file(self):
        path = self.home.file("pid")
        server = self.serve("--pid-file", path)
        with open(path, encoding="ascii") as file:
            self.assertEqual(int(file.read()), server.process.pid)
        server.stop()
        self.assertFalse(os.path.exists(path))

    def test_bad_flags(self):
        for arguments in (["--listen", "nonsense:port"], ["--ready-fd", "77"], ["--threads", "0"], ["--rate-limit-rpm", "-1"],
                          ["--nonsense"], ["--data", self.home.file("d"), "--memory"]):
            done = self.home.run("serve", *arguments)
            self.fail_with(2, done)
            self.assertLessEqual(len(done.err.strip().splitlines()), 3, done.err)

    def test_one_json_line_for_programs(self):
        server = self.serve()
        self.assertTrue(re.match(r"http://127\.0\.0\.1:\d+$", server.url), server.ready)
        self.assertTrue(os.path.isabs(server.token_file))


if __name__ == "__main__":
    harness.main()
