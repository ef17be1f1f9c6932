#!/usr/bin/env python3
"""What happens when the answer cannot be written."""

import os
import signal
import subprocess

import harness


class Output(harness.Case):
    COMMANDS = (["--help"], ["--version"], ["cron", "list", "--help"], ["schema"], ["openapi"], ["completion", "bash"],
                ["help", "exit-codes"])

    def full(self):
        return open("/dev/full", "wb")

    def test_full_disk(self):
        for command in self.COMMANDS:
            with self.full() as full:
                self.fail_with(74, self.home.run(*command, stdout=full))

    def test_full_disk_with_a_server(self):
        server = self.serve("--memory", pass_data=False)
        self.create_job(server)
        for form in ("table", "wide", "json", "ndjson", "yaml", "csv", "tsv", "name"):
            with self.full() as full:
                self.fail_with(74, server.run("cron", "list", "-o", form, stdout=full))
        for asked in (["-o", "jsonpath={.items[*].id}"], ["-o", "template={{range .}}{{.id}}{{end}}"], ["-q", ".[].id"], ["-q", "map(.id)"],
                      ["--watch=100ms"]):
            with self.full() as full:
                self.fail_with(74, server.run("cron", "list", *asked, stdout=full))
        for command in (["api", "GET", "/api/v1/cron"], ["cron", "list", "--curl"], ["cron", "list", "--dry-run"],
                        ["cron", "list", "--fields", "help"]):
            with self.full() as full:
                self.fail_with(74, server.run(*command, stdout=full))

    def test_closed_pipe_ends_by_the_signal(self):
        for command in self.COMMANDS:
            read, write = os.pipe()
            os.close(read)
            # Python ignores the signal; a shell does not.
            process = subprocess.Popen([harness.FACIOCTL, *command], stdout=write, stderr=subprocess.PIPE, env=self.home.environment,
                                       restore_signals=True)
            os.close(write)
            _, err = process.communicate(timeout=harness.DEADLINE)
            self.assertEqual((process.returncode, err), (-signal.SIGPIPE, b""), command)

    def test_closed_stdout(self):
        done = subprocess.run(["sh", "-c", '"$0" --version >&-', harness.FACIOCTL], env=self.home.environment, capture_output=True,
                              timeout=harness.DEADLINE)
        self.assertEqual(done.returncode, 74)


if __name__ == "__main__":
    harness.main()
