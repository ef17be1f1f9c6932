#!/usr/bin/env python3
"""What the server and a service manager tell each other: this test is the service manager (sd_notify, socket activation, credentials,
the journal)."""

import os
import select
import signal
import socket
import stat
import subprocess
import time

import harness


class Manager:
    """The socket that a service manager listens on."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)

    def message(self, *names):
        """The next message that has all of these names, as a dictionary; others are dropped."""
        end = time.monotonic() + harness.DEADLINE
        while True:
            if not select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"no message with {names} came")
            message = dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())
            if all(name in message for name in names):
                return message

    def close(self):
        self.socket.close()


class Notify(harness.Case):
    def manager(self, address):
        manager = Manager(address)
        self.addCleanup(manager.close)
        return manager

    def test_ready_reload_restart_and_stop(self):
        abstract = f"\0facioctl-test-{os.getpid()}"
        for address, variable in ((self.home.file("notify"), self.home.file("notify")), (abstract, "@" + abstract[1:])):
            with self.subTest(variable):
                manager = self.manager(address)
                server = self.serve(env={"NOTIFY_SOCKET": variable})
                ready = manager.message("READY")
                self.assertEqual((ready["MAINPID"], ready["STATUS"]), (str(server.process.pid), f"serving {server.url}"))

                before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                server.process.send_signal(signal.SIGHUP)
                reloading = manager.message("RELOADING")
                self.assertTrue(before <= int(reloading["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
                self.assertEqual(manager.message("READY")["STATUS"], f"serving {server.url}")

                self.assertEqual(server.request("POST", "/api/v1/commands/restart", {})[0], 202)
                self.assertIn("restarting", manager.message("RELOADING", "MONOTONIC_USEC")["STATUS"])
                self.assertEqual(manager.message("READY")["MAINPID"], str(server.process.pid))

                server.process.terminate()
                self.assertIn("waiting", manager.message("STOPPING")["STATUS"])
                self.assertEqual(server.process.wait(harness.DEADLINE), 0)

    def test_signs_of_life(self):
        manager = self.manager(self.home.file("notify"))
        server = harness.Server(self.home, env={"NOTIFY_SOCKET": self.home.file("notify"), "WATCHDOG_USEC": "200000"})
        self.addCleanup(self._end, server)
        manager.message("READY")
        began = time.monotonic()
        for _ in range(5):
            manager.message("WATCHDOG")
        self.assertGreater(time.monotonic() - began, 0.3, "they come at half of the time, and not in a flood")

    def test_no_flood_of_signs_whatever_is_asked_for(self):
        manager = self.manager(self.home.file("notify"))
        server = harness.Server(self.home, env={"NOTIFY_SOCKET": self.home.file("notify"), "WATCHDOG_USEC": "1"})
        self.addCleanup(self._end, server)
        manager.message("READY")
        began = time.monotonic()
        for _ in range(20):
            manager.message("WATCHDOG")
        self.assertGreater(time.monotonic() - began, 0.5)

    def test_no_sign_for_another_process(self):
        manager = self.manager(self.home.file("notify"))
        server = self.serve(env={"NOTIFY_SOCKET": self.home.file("notify"), "WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"})
        manager.message("READY")
        server.stop()
        manager.message("STOPPING")
        self.assertFalse(select.select([manager.socket], [], [], 0)[0], "only what was asked for")

    def test_a_socket_that_is_not_there_does_no_harm(self):
        self.assertEqual(self.serve(env={"NOTIFY_SOCKET": self.home.file("nobody")}).request("GET", "/health", token=False)[0], 200)


class Sockets(harness.Case):
    """Socket activation: the sockets are this process's, which starts the server with them as descriptors 3 and up."""

    def open(self, family=socket.AF_INET, address=("127.0.0.1", 0), kind=socket.SOCK_STREAM, listen=True):
        one = socket.socket(family, kind)
        self.addCleanup(one.close)
        one.bind(address)
        if listen:
            one.listen()
        return one

    def command(self, sockets, *arguments, names="http"):
        """Starts the server as a service manager does: LISTEN_PID is its own id, which only a shell in between knows."""
        moves = " ".join(f"{3 + i}<&{100 + i}" for i in range(len(sockets)))
        close = " ".join(f"{100 + i}<&-" for i in range(len(sockets)))
        script = f'export LISTEN_PID=$$ LISTEN_FDS={len(sockets)} LISTEN_FDNAMES={names}; exec "$@" {moves} {close}'
        return ["bash", "-c", script, "bash", harness.FACIOCTL, "serve", *arguments]

    def start(self, sockets, *arguments, env=None):
        for i, one in enumerate(sockets):
            os.dup2(one.fileno(), 100 + i, inheritable=True)
        try:
            process = subprocess.Popen(self.command(sockets, *arguments), env={**self.home.environment, **(env or {})}, cwd=self.home.path,
                                       pass_fds=[100 + i for i in range(len(sockets))], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       text=True)
        finally:
            for i in range(len(sockets)):
                os.close(100 + i)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def ready(self, process):
        line = process.stdout.readline()
        self.assertTrue(line.startswith("ready "), line)
        return line.split()[1]

    def health(self, one):
        """An answer over a new connection to this socket."""
        client = socket.socket(one.family)
        client.settimeout(harness.DEADLINE)
        with client:
            client.connect(one.getsockname())
            client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = b""
            while part := client.recv(4096):
                answer += part
        return answer.split(b"\r\n")[0]

    def test_tcp_and_unix_at_once(self):
        path = self.home.file("agent.sock")
        sockets = [self.open(), self.open(socket.AF_UNIX, path)]
        process = self.start(sockets, "--data", self.home.file("data"))
        self.assertEqual(self.ready(process), "http://127.0.0.1:%d" % sockets[0].getsockname()[1])
        for _ in range(4):
            for one in sockets:
                self.assertEqual(self.health(one), b"HTTP/1.1 200 OK")
        process.terminate()
        self.assertEqual(process.wait(harness.DEADLINE), 0)
        self.assertTrue(stat.S_ISSOCK(os.stat(path).st_mode), "the path of a socket belongs to the one who opened it")

    def test_clients_wait_while_the_server_is_away(self):
        one = self.open()
        client = socket.create_connection(one.getsockname(), timeout=harness.DEADLINE)
        self.addCleanup(client.close)
        client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        self.ready(self.start([one], "--memory"))
        self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 200"))

    def test_a_restart_in_place_keeps_them(self):
        path = self.home.file("agent.sock")
        one = self.open(socket.AF_UNIX, path)
        process = self.start([one], "--data", self.home.file("data"))
        self.assertEqual(self.ready(process), f"unix:{path}")
        self.succeed(self.home.run("agent", "restart", "--yes", env={
            "FACIOCTL_URL": f"unix:{path}", "FACIOCTL_TOKEN_FILE": self.home.file("data/management.token")}))
        self.assertIn("restarted", process.stderr.readline())
        self.assertEqual(self.health(one), b"HTTP/1.1 200 OK")
        process.terminate()
        self.assertEqual(process.wait(harness.DEADLINE), 0)
        self.assertTrue(os.path.exists(path))

    def test_programs_of_the_server_do_not_see_them(self):
        one = self.open()
        process = self.start([one], "--data", self.home.file("data"))
        self.ready(process)
        with open(f"/proc/{process.pid}/environ", "rb") as file:
            self.assertIn(b"LISTEN_FDS=1", file.read(), "the kernel shows the variables as they were at the start")
        with open(f"/proc/{process.pid}/fdinfo/3", encoding="ascii") as file:
            flags = file.read()
        self.assertTrue(int(flags.split("flags:")[1].split()[0], 8) & os.O_CLOEXEC, flags)

    def refused(self, sockets, *arguments):
        process = self.start(sockets, *arguments)
        out, err = process.communicate(timeout=harness.DEADLINE)
        self.assertEqual((process.returncode, out), (2, ""), err)
        return err

    def test_what_is_refused(self):
        data = ("--data", self.home.file("data"))
        self.assertIn("is not a listening stream socket", self.refused([self.open(listen=False)], *data))
        self.assertIn("descriptor 3 (http)", self.refused([self.open(kind=socket.SOCK_DGRAM, listen=False)], *data))
        self.assertIn("--listen has no meaning", self.refused([self.open()], *data, "--listen", "127.0.0.1:0"))
        self.assertIn("can be reached from other machines", self.refused([self.open(), self.open(address=("0.0.0.0", 0))], *data))
        self.assertFalse(os.path.exists(self.home.file("data")), "nothing was made")

    def test_sockets_of_another_process_are_not_taken(self):
        server = self.serve(env={"LISTEN_PID": "1", "LISTEN_FDS": "1"})
        self.assertEqual(server.request("GET", "/health", token=False)[0], 200)

    def test_who_can_reach_the_server_follows_from_the_sockets(self):
        process = self.start([self.open(), self.open(address=("0.0.0.0", 0))], "--data", self.home.file("data"), "--behind-proxy")
        self.ready(process)
        self.assertIn("/v1 requires the management token", process.stderr.readline())


class Credentials(harness.Case):
    """As LoadCredential= gives them."""

    def credentials(self, **files):
        directory = self.home.file("credentials")
        os.mkdir(directory, 0o700)
        for name, text in files.items():
            path = self.home.write(f"credentials/{name.replace('_', '-')}", text)
            os.chmod(path, 0o400)
        return directory

    def test_tokens_and_keys(self):
        directory = self.credentials(facio_token="of-the-operator-0123456789\n", facio_a2a_token="of-other-agents-0123456789\n",
                                     facioctl_secrets_key="ab" * 32)
        server = self.serve("--a2a", env={"CREDENTIALS_DIRECTORY": directory, "FACIO_MANAGEMENT_TOKEN": "of-the-environment-0123456789",
                                          "FACIO_A2A_TOKEN": "of-the-environment-too-0123456789"})
        self.assertEqual(server.token, "of-the-operator-0123456789")
        self.assertEqual(server.request("GET", "/api/v1/health")[0], 200)
        self.assertEqual(server.request("GET", "/api/v1/health", token="of-the-environment-0123456789")[0], 401)
        call = {"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": {"id": "x"}}
        statuses = [server.request("POST", "/a2a/v1", call, token=token)[0]
                    for token in ("of-other-agents-0123456789", "of-the-environment-too-0123456789")]
        self.assertEqual(statuses, [200, 401])
        self.assertFalse(os.path.exists(server.data + "/management.token"))
        self.succeed(server.run("credentials", "set", "KEY", stdin="s3cret"))
        self.assertFalse(os.path.exists(server.data + ".key"), "the key of stored secrets was there already")

    def test_equal_tokens_are_refused(self):
        directory = self.credentials(facio_token="the-same-0123456789", facio_a2a_token="the-same-0123456789")
        self.fail_with(2, self.home.run("serve", "--memory", "--listen", "127.0.0.1:0", env={"CREDENTIALS_DIRECTORY": directory}))


class Journal(harness.Case):
    """Standard error that leads to the journal: its socket is this test's, where the server sees /run."""

    def test_lines_have_a_priority(self):
        os.mkdir(self.home.file("journal"))
        journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(journal.close)
        journal.bind(self.home.file("journal/socket"))
        journal.settimeout(harness.DEADLINE)
        log = open(self.home.file("stderr"), "w+b")
        self.addCleanup(log.close)
        found = os.fstat(log.fileno())
        bubble = ["bwrap", "--dev-bind", "/", "/", "--tmpfs", "/run", "--bind", self.home.file("journal"), "/run/systemd/journal",
                  "--die-with-parent"]
        process = subprocess.Popen([*bubble, harness.FACIOCTL, "serve", "--memory", "--listen", "127.0.0.1:0", "--behind-proxy"],
                                   env={**self.home.environment, "JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}, cwd=self.home.path,
                                   stdout=subprocess.PIPE, stderr=log, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        entry = dict(line.split("=", 1) for line in journal.recv(4096).decode().splitlines())
        self.assertEqual((entry["PRIORITY"], entry["SYSLOG_IDENTIFIER"]), ("5", "facioctl"))
        self.assertTrue(entry["MESSAGE"].startswith("note: others can reach this server"), entry)
        self.assertTrue(entry["FACIOCTL_VERSION"])
        self.assertTrue(process.stdout.readline().startswith("ready "))
        self.assertEqual(os.path.getsize(log.name), 0, "nothing is said twice")

    def test_without_the_journal_it_is_standard_error(self):
        server = self.serve("--behind-proxy", env={"JOURNAL_STREAM": "1:2"})
        self.assertIn("note: others can reach this server", server.output())


if __name__ == "__main__":
    harness.main()
