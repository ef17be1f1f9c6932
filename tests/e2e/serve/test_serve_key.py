#!/usr/bin/env python3
"""The key of the stored secrets, where it is said twice: a flag beats the environment, and two keys that differ are refused."""

import os
import subprocess

import harness

ONE, OTHER = "11" * 32, "22" * 32


class Key(harness.Case):
    def key_file(self, name, text):
        path = self.home.write(name, text + "\n")
        os.chmod(path, 0o600)
        return path

    def refuse(self, *arguments, env):
        done = subprocess.run([harness.FACIOCTL, "serve", "--listen", "127.0.0.1:0", "--data", self.home.file("data"), *arguments],
                              env={**self.home.environment, **env}, cwd=self.home.path, capture_output=True, timeout=harness.DEADLINE,
                              check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertFalse(os.path.exists(self.home.file("data")), "something was opened")
        return done.stderr.decode()

    def test_two_keys_that_differ_are_refused_before_anything_is_opened(self):
        env = {"FACIOCTL_SECRETS_KEY": OTHER}
        said = self.refuse("--secrets-key-file", self.key_file("key", ONE), env=env)
        self.assertIn("FACIOCTL_SECRETS_KEY", said)
        self.assertIn("differ", said)
        self.assertIn("the file is missing", self.refuse("--secrets-key-file", self.home.file("none"), env=env))
        self.assertFalse(os.path.exists(self.home.file("none")))
        os.mkdir(self.home.file("credentials"))
        self.key_file("credentials/facioctl-secrets-key", ONE)
        self.assertIn("differ", self.refuse(env={**env, "CREDENTIALS_DIRECTORY": self.home.file("credentials")}))
        for key in (ONE, OTHER):
            self.assertNotIn(key, said)

    def test_what_is_sealed_with_the_file_opens_with_the_file_alone(self):
        path = self.key_file("key", ONE)
        server = self.serve("--secrets-key-file", path, env={"FACIOCTL_SECRETS_KEY": ONE})
        self.succeed(server.run("credentials", "set", "KEY", stdin="sesame-open-4711"))
        self.assertEqual(server.stop(), 0)
        server = self.serve("--secrets-key-file", path)
        self.assertEqual(self.succeed(server.run("credentials", "list", "-o", "name")).out, "credentials/KEY\n")


if __name__ == "__main__":
    harness.main()
