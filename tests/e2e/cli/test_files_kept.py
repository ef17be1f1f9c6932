#!/usr/bin/env python3
"""What the program writes to by name: a device, FIFO or link stays what it is, a file appears whole, and closed descriptors stay closed."""

import os
import stat
import subprocess
import threading
import unittest

import harness
from json_server import JsonServer

EVENTS = "".join('{"id":"%032x","ts":"2026-11-20T09:00:0%d.000Z","type":"note"}\n' % (n, n) for n in range(3))


class FilesKept(harness.Case):
    def setUp(self):
        super().setUp()
        self.log = self.home.write("log.ndjson", EVENTS)
        os.mkdir(self.home.file("out"))

    def export(self, to, **options):
        return self.home.run("audit", "export", "--file", self.log, "--out", to, **options)

    def left(self, folder="out"):
        return sorted(os.listdir(self.home.file(folder)))

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_a_file_is_replaced_whole(self):
        to = self.home.write("out/log", "before")
        self.succeed(self.export(to))
        self.assertEqual(self.read(to), EVENTS)
        self.assertEqual(self.left(), ["log"])
        self.assertEqual(stat.S_IMODE(os.stat(to).st_mode), 0o600)

    def test_a_planted_link_is_not_followed_by_a_temporary_name(self):
        victim = self.home.write("victim", "mine\n")
        to = self.home.file("out/log")
        os.symlink(victim, to + ".part")
        self.succeed(self.export(to))
        self.assertEqual(self.read(victim), "mine\n")
        self.assertEqual(self.left(), ["log", "log.part"])

    def test_an_export_that_fails_leaves_nothing(self):
        self.home.write("out/log", "before")
        self.fail_with(2, self.home.run("audit", "export", "--file", self.home.file("none"), "--out", self.home.file("out/log")))
        self.assertEqual(self.left(), ["log"])
        self.assertEqual(self.read(self.home.file("out/log")), "before")

    def test_links_are_written_through_and_stay(self):
        for name, content in (("there", "before"), ("dangling", None)):
            with self.subTest(name):
                target, link = self.home.file("target-" + name), self.home.file("out/" + name)
                if content is not None:
                    self.home.write("target-" + name, content)
                os.symlink(target, link)
                self.succeed(self.export(link))
                self.assertTrue(os.path.islink(link))
                self.assertEqual(self.read(target), EVENTS)

    def through_fifo(self, path, run):
        got = []
        reader = threading.Thread(target=lambda: got.append(self.read(path)))
        reader.start()
        done = run()
        if done.code != 0:  # let the reader end
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        reader.join(harness.DEADLINE)
        self.succeed(done)
        return got[0]

    def test_a_fifo_is_written_through_and_stays(self):
        path = self.home.file("out/fifo")
        os.mkfifo(path)
        self.assertEqual(self.through_fifo(path, lambda: self.export(path)), EVENTS)
        self.assertTrue(stat.S_ISFIFO(os.lstat(path).st_mode))
        link = self.home.file("out/link")
        os.symlink(path, link)
        self.assertEqual(self.through_fifo(path, lambda: self.export(link)), EVENTS)
        self.assertTrue(os.path.islink(link))

    def test_standard_output_by_its_path(self):
        self.assertEqual(self.succeed(self.export("/dev/stdout")).out, EVENTS)

    @unittest.skipUnless(os.geteuid() == 0, "only root makes devices")
    def test_a_device_is_written_through_and_stays(self):
        path = self.home.file("out/null")
        try:
            os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
            os.close(os.open(path, os.O_WRONLY))
        except PermissionError:
            self.skipTest("no device nodes here")
        self.succeed(self.export(path))
        before = os.lstat(path)
        self.succeed(self.home.run("skills", "pack", self.skill(), path))
        self.fail_with(74, self.home.run("context", "add", "a", "--url", "http://127.0.0.1:1", "--config", path))
        self.fail_with(74, self.home.run("audit", "--url", "http://127.0.0.1:1", "--cursor-file", path))
        done = subprocess.run([harness.FACIOCTL, "serve", "--memory", "--listen", "127.0.0.1:0", "--pid-file", path], capture_output=True,
                              env=self.home.environment, timeout=harness.DEADLINE, check=False)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertIn(b"it is a device, which is not replaced", done.stderr)
        after = os.lstat(path)
        self.assertEqual((after.st_ino, after.st_rdev, stat.S_ISCHR(after.st_mode)), (before.st_ino, before.st_rdev, True))
        self.assertEqual(self.left(), ["null"])

    def skill(self):
        folder = self.home.file("skill")
        if not os.path.isdir(folder):
            os.mkdir(folder)
            self.home.write("skill/SKILL.md", "---\nname: skill\ndescription: does nothing\n---\ntext\n")
        return folder

    def test_what_is_no_file_is_refused_as_configuration_cursor_and_pid_file(self):
        fifo = self.home.file("out/fifo")
        os.mkfifo(fifo)
        done = self.fail_with(74, self.home.run("context", "add", "a", "--url", "http://127.0.0.1:1", "--config", fifo))
        self.assertIn("it is a FIFO, which is not replaced", done.err)
        self.fail_with(74, self.home.run("audit", "--url", "http://127.0.0.1:1", "--cursor-file", fifo))
        self.assertTrue(stat.S_ISFIFO(os.lstat(fifo).st_mode))
        target, link = self.home.file("target.yaml"), self.home.file("out/config.yaml")
        os.symlink(target, link)
        self.succeed(self.home.run("context", "add", "a", "--url", "http://127.0.0.1:1", "--config", link))
        self.assertTrue(os.path.islink(link))
        self.assertIn("127.0.0.1:1", self.read(target))

    def test_a_file_in_a_folder_that_is_not_there(self):
        path = self.home.file("nowhere/file")
        done = self.fail_with(74, self.home.run("audit", "--url", "http://127.0.0.1:1", "--cursor-file", path))
        self.assertIn("--cursor-file", done.err)
        done = self.fail_with(74, self.home.run("serve", "--memory", "--listen", "127.0.0.1:0", "--pid-file", path,
                                                binary=harness.FACIOCTL))
        self.assertIn("--pid-file", done.err)
        self.assertFalse(os.path.exists(os.path.dirname(path)))

    @unittest.skipUnless(os.geteuid() == 0, "needs the link of another user")
    def test_a_link_of_another_user_is_not_followed(self):
        victim, link = self.home.write("victim", "mine\n"), self.home.file("out/log")
        os.symlink(victim, link)
        os.chown(link, 12345, 12345, follow_symlinks=False)
        self.assertIn("is a link of another user", self.fail_with(74, self.export(link)).err)
        self.assertEqual(self.read(victim), "mine\n")


class ClosedDescriptors(harness.Case):
    def setUp(self):
        super().setUp()
        self.received = []
        outer = self

        class Counting(JsonServer):
            pass

        self.agent = Counting({"/api/v1/commands/status": lambda path: outer.received.append(path) or '{"version":"1","uptime_s":1}'})
        self.addCleanup(self.agent.close)

    def closed(self, *numbers, arguments=("agent", "status", "-o", "json")):
        """The program with these descriptors closed, from a shell: exit code, and what the other streams got."""
        shut = " ".join(f"{number}{'<' if number == 0 else '>'}&-" for number in numbers)
        line = 'exec "$0" "$@" ' + shut
        done = subprocess.run(["/bin/sh", "-c", line, harness.CLIENT, *arguments, "--url", self.agent.url], capture_output=True,
                              env=self.home.environment, timeout=harness.DEADLINE, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_output_that_nobody_takes_is_an_error_and_goes_to_no_connection(self):
        for closed in ((1,), (0, 1), (1, 2), (0, 1, 2)):
            with self.subTest(closed):
                self.received.clear()
                self.assertEqual(self.closed(*closed)[0], 74)
                # A second request, or bytes that are none, would be answered, too: by 400, or as another path.
                self.assertEqual(self.received, ["/api/v1/commands/status"])

    def test_without_input_or_errors_the_answer_is_the_same(self):
        plain = self.closed()
        self.assertEqual(plain[0], 0)
        self.assertEqual(self.closed(0), plain)
        self.assertEqual(self.closed(2)[:2], plain[:2])
        code, _, err = self.closed(0, arguments=("cron", "create", "-f", "-"))
        self.assertEqual(code, 2, err)


if __name__ == "__main__":
    harness.main()
