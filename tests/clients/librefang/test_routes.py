#!/usr/bin/env python3
"""Every route of LibreFang's document is a command, and completion knows the daemon's names."""

import os
import re

import harness
import librefang_daemon

HERE = os.path.dirname(os.path.abspath(__file__))
# What is no endpoint of the interface: the page of the dashboard.
NO_COMMAND = {("GET", "/")}


def form_of(path):
    """A path without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


class Routes(librefang_daemon.Case):
    def test_every_route_is_a_command(self):
        with open(os.path.join(HERE, "routes.txt"), encoding="ascii") as file:
            documented = {tuple(line.split()) for line in file}
        self.assertEqual(len(documented), 178)
        commands = self.succeed(self.home.run("schema")).json()["commands"]
        declared = {(command["method"], form_of(command["path"])) for command in commands if command["id"].startswith("librefang.")
                    and command.get("path")}
        missing = sorted((method, path) for method, path in documented - NO_COMMAND if (method, form_of(path)) not in declared)
        self.assertEqual(missing, [])

    def test_names_are_completed(self):
        for daemon in self.each():
            daemon.spawn("completed-one")
            found = self.fang_completion(daemon, "agents", "get", "completed-")
            self.assertIn("completed-one", found)

    def fang_completion(self, daemon, *words):
        done = self.home.run("__complete", "librefang", *words,
                             env={"FACIOCTL_URL": daemon.url, "FACIOCTL_TOKEN_FILE": self.home.file("librefang.key")})
        return done.out


if __name__ == "__main__":
    harness.main()
