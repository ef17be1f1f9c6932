"""A server whose workspace is recorded in versions, and the plain git program beside it."""

import os
import stat
import subprocess

import harness


class VersionsCase(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    # ------------------------------------------------------------------------------------------- the workspace
    def path(self, name):
        return os.path.join(self.server.data, "workspace", name)

    def put(self, name, text, mode=None):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        if mode is not None:
            os.chmod(self.path(name), mode)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def files(self):
        """Every file and link of the workspace: name -> (kind and mode, content)."""
        found = {}
        for folder, folders, names in os.walk(self.path("")):
            for name in names + [one for one in folders if os.path.islink(os.path.join(folder, one))]:
                whole = os.path.join(folder, name)
                facts = os.lstat(whole)
                short = os.path.relpath(whole, self.path(""))
                if stat.S_ISLNK(facts.st_mode):
                    found[short] = ("link", os.readlink(whole))
                else:
                    found[short] = ("executable" if facts.st_mode & 0o100 else "file", self.read(short))
        return found

    # --------------------------------------------------------------------------------------------- the program
    def json(self, *arguments):  # a machine under load may need long for large files
        return self.succeed(self.server.run("--timeout", "2m", *arguments, "-o", "json")).json()

    def checkpoint(self, reason="why"):
        return self.json("versions", "checkpoint", "--reason", reason)

    def git(self, *arguments, data=None, check=True):
        environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C",
                       "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*", "HOME": self.home.path}
        done = subprocess.run(["git", "-C", os.path.join(self.server.data, "versions"), *arguments], input=data, capture_output=True,
                              env=environment)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode("utf-8", "replace")

    def events(self):
        return self.server.request("GET", "/api/v1/audit?event=version_change")[2]["items"]
