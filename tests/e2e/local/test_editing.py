#!/usr/bin/env python3
"""The configuration in an editor that loses it, and a token helper that leaves something behind."""

import os
import signal

import harness


class Editing(harness.Case):
    def ok(self, *arguments, **options):
        return self.succeed(self.home.run(*arguments, **options))

    def config(self, text=None):
        path = os.path.join(self.home.environment["XDG_CONFIG_HOME"], "facioctl", "config.yaml")
        if text is not None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_an_emptied_file_changes_nothing(self):
        good = "version: 1\ncontexts:\n  one: { url: \"http://127.0.0.1:1\" }\n"
        self.config(good)
        editor = self.home.write("editor", "#!/bin/sh\nprintf \"$LEFT\" > \"$1\"\n")
        os.chmod(editor, 0o700)
        for left in ("", "\\n \\n"):
            done = self.ok("config", "edit", env={"EDITOR": editor, "TMPDIR": self.home.path, "LEFT": left})
            self.assertIn("the edited file is empty; nothing was changed", done.err)
            self.assertEqual(self.config(), good)

    def test_a_helper_may_leave_a_child_that_holds_its_pipe(self):
        server = self.serve(data="data")
        helper = self.home.write("helper", f"#!/bin/sh\ncat {server.token_file}\ntail -f /dev/null 2>/dev/null & echo $! > child\n")
        os.chmod(helper, 0o700)
        self.ok("context", "add", "h", "--url", server.url, "--token-exec", helper, "--current")
        try:
            self.assertEqual(self.ok("cron", "list", "-o", "json").json(), [])
        finally:
            with open(self.home.file("child"), encoding="ascii") as file:
                os.kill(int(file.read()), signal.SIGKILL)


if __name__ == "__main__":
    harness.main()
