#!/usr/bin/env python3
"""Programs on the PATH that are commands: what they get, and when they are not run."""

import os
import subprocess

import harness

CANARY = "canary-2b8e61f0d79a4c35"


class Plugins(harness.Case):
    def setUp(self):
        super().setUp()
        self.bin = self.home.file("bin")
        os.mkdir(self.bin)
        self.home.environment["PATH"] = self.bin + ":" + self.home.environment["PATH"]
        self.succeed(self.home.run("context", "add", "one", "--url", "http://127.0.0.1:1", "--token-env", "T"))

    def plugin(self, name, text, folder=None):
        path = os.path.join(folder or self.bin, "facioctl-" + name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + text + "\n")
        os.chmod(path, 0o755)
        return path

    ASKS = 'if [ "$1" = --facioctl-manifest ]; then echo \'{"token": true}\'; exit; fi; '

    def test_it_gets_its_words_and_its_code_is_ours(self):
        self.plugin("hello", 'for word in "$@"; do echo "[$word]"; done; cat; echo oops >&2; exit 42')
        done = self.fail_with(42, self.home.run("hello", "a b", "--help", "-o", "json", "--", "-x", stdin="input\n", env={"T": "t"}))
        self.assertEqual(done.out, "[a b]\n[--help]\n[-o]\n[json]\n[--]\n[-x]\ninput\n")
        self.assertEqual(done.err, "oops\n")
        self.plugin("dies", "kill -TERM $$")
        self.assertEqual(self.home.run("dies", env={"T": "t"}).code, -15)

    def test_it_gets_the_context_and_the_token_by_a_descriptor(self):
        self.succeed(self.home.run("context", "add", "p", "--url", "https://placet.example", "--agent", "agt_9", "--token-env", "P",
                                   "--protected"))
        self.plugin("look", self.ASKS + 'env | grep ^FACIO | grep -v ^FACIOCTL_COVERAGE= | sort; test -n "$FACIOCTL_TOKEN_FD" && eval "cat '
                            '<&$FACIOCTL_TOKEN_FD"')
        done = self.home.run("--context", "p", "look", env={"P": CANARY, "FACIOCTL_TOKEN_FILE": None})
        lines = done.out.splitlines()
        self.assertEqual(lines[-1], CANARY)
        values = dict(line.split("=", 1) for line in lines[:-1])
        self.assertEqual(values.pop("FACIOCTL_TOKEN_FD").isdigit(), True)
        self.assertEqual(values, {"FACIOCTL_CONTEXT": "p", "FACIOCTL_CONTEXT_NAME": "p", "FACIOCTL_CONTEXT_URL": "https://placet.example",
                                  "FACIOCTL_CONTEXT_KIND": "placet", "FACIOCTL_CONTEXT_AGENT": "agt_9", "FACIOCTL_CONTEXT_CA": "",
                                  "FACIOCTL_CONTEXT_PROTECTED": "true", "FACIOCTL_CONTEXT_READONLY": "false"})
        # A token of the environment goes by the descriptor as well, and a variable of an outer call is not believed.
        done = self.succeed(self.home.run("--url", "http://127.0.0.1:7", "look",
                                          env={"FACIOCTL_TOKEN": CANARY, "FACIOCTL_CONTEXT_NAME": "x"}))
        lines = done.out.splitlines()
        self.assertEqual(lines[-1], CANARY)
        self.assertNotIn(CANARY, "\n".join(lines[:-1]))
        self.assertIn("FACIOCTL_CONTEXT_NAME=", lines)
        self.assertIn("FACIOCTL_URL=http://127.0.0.1:7", lines)
        done = self.home.run("look", "--url", "x", env={"T": "t", "FACIOCTL_CONTEXT": "one"})
        self.assertIn("FACIOCTL_CONTEXT_NAME=one", done.out)

    def test_no_token_without_being_asked(self):
        look = 'env; test -z "$FACIOCTL_TOKEN_FD" && echo none; ls -l /proc/self/fd; echo "$@"'
        self.plugin("plain", look)
        self.plugin("other", 'if [ "$1" = --facioctl-manifest ]; then echo \'{"summary": "x"}\'; exit; fi; ' + look)
        for name in ("plain", "other"):
            for env in ({"T": CANARY}, {"T": None, "FACIOCTL_TOKEN": CANARY}):
                done = self.succeed(self.home.run(name, env=env))
                self.assertIn("none\n", done.out)
                self.assertNotIn(CANARY, done.out + done.err)
                self.assertNotIn("memfd", done.out)

    def test_what_others_could_exchange_is_not_run(self):
        self.plugin("hello", "echo ran")
        path = os.path.join(self.bin, "facioctl-hello")
        for place, mode in ((path, 0o775), (path, 0o757), (self.bin, 0o777), (self.bin, 0o775)):
            before = os.stat(place).st_mode
            os.chmod(place, mode)
            done = self.fail_with(2, self.home.run("hello"))
            self.assertIn(f"{place} can be changed by other users", done.err)
            self.assertIn(f"chmod go-w {place}", done.err)
            self.assertEqual(done.out, "")
            listed = self.succeed(self.home.run("plugin", "list", "-o", "json")).json()
            self.assertIn("can be changed by other users", listed[0]["problem"])
            os.chmod(place, before)
        self.assertEqual(self.succeed(self.home.run("hello")).out, "ran\n")

    def test_a_facioctl_in_it_means_the_same_agent(self):
        server = self.serve(data="data")
        self.plugin("jobs", self.ASKS + 'facioctl cron list -o name && facioctl health -o json && '
                                        'facioctl cron list --url http://127.0.0.1:1')
        os.symlink(harness.CLIENT, os.path.join(self.bin, "facioctl"))
        # Twice in one plugin: the token is read from its beginning each time; and it goes to no other address.
        done = self.home.run("--url", server.url, "jobs", env={"FACIOCTL_TOKEN": server.token})
        self.assertEqual(done.code, 11, str(done))
        self.plugin("elsewhere", self.ASKS + f"facioctl cron list --url {server.url}/")
        self.fail_with(3, self.home.run("--url", server.url, "elsewhere", env={"FACIOCTL_TOKEN": server.token}))

    def test_a_word_of_ours_always_wins(self):
        for name in ("cron", "context", "use", "health", "contexts"):
            self.plugin(name, "echo stolen")
        self.assertNotIn("stolen", self.home.run("cron", "lst").out)
        self.assertNotIn("stolen", self.succeed(self.home.run("context", "list")).out)
        self.assertNotIn("stolen", self.home.run("health", env={"T": "t"}).out)
        problems = {one["name"]: one.get("problem") for one in self.succeed(self.home.run("plugin", "list", "-o", "json")).json()}
        self.assertEqual(set(problems.values()), {"facioctl's own command of that name takes precedence"})

    def test_a_guess_is_never_run(self):
        self.plugin("deploy", "echo ran")
        self.assertNotIn("ran", self.fail_with(2, self.home.run("deplyo")).out)
        os.chmod(self.plugin("other", "echo ran"), 0o644)
        self.fail_with(2, self.home.run("other"))
        # Nor one of the present directory.
        self.plugin("here", "echo ran", folder=self.home.path)
        for path in (".", "", "bin/.."):
            self.fail_with(2, self.home.run("here", env={"PATH": path + ":" + self.home.environment["PATH"]}))
        for name in ("../here", "here/../x", "A", "-x"):
            self.fail_with(2, self.home.run(name))

    def test_what_it_says_about_itself_counts(self):
        self.succeed(self.home.run("context", "add", "ro", "--url", "http://127.0.0.1:1", "--token-env", "T", "--readonly"))
        manifest = 'if [ "$1" = --facioctl-manifest ]; then echo \'%s\'; exit; fi; echo ran "$@"'
        self.plugin("reads", manifest % '{"mutating": false, "summary": "looks only"}')
        self.plugin("writes", manifest % '{"mutating": true}')
        self.plugin("new", manifest % '{"min_version": "99.1"}')
        self.plugin("old", manifest % '{"min_version": "0.0.9", "mutating": false}')
        self.plugin("broken", manifest % "yes")
        self.plugin("free", manifest % '{"token": false}')
        self.plugin("asks", manifest % '{"token": true}')
        self.plugin("silent", "echo started >> asked; echo ran")
        env = {"T": "t"}
        self.assertEqual(self.succeed(self.home.run("--context", "ro", "reads", "x", env=env)).out, "ran x\n")
        self.assertEqual(self.succeed(self.home.run("old", env=env)).out, "ran\n")
        done = self.fail_with(4, self.home.run("--context", "ro", "writes", env=env))
        self.assertIn("context ro is read-only", done.err)
        self.assertEqual(done.out, "")
        self.assertIn("does not declare", self.fail_with(4, self.home.run("--context", "ro", "silent", env=env)).err)
        self.assertFalse(os.path.exists(self.home.file("asked")))
        self.assertEqual(self.succeed(self.home.run("silent", env=env)).out, "ran\n")
        with open(self.home.file("asked"), encoding="ascii") as file:
            self.assertEqual(file.read(), "started\n")  # once: it does not know the question, and was not asked
        self.assertIn("needs facioctl 99.1", self.fail_with(10, self.home.run("new", env=env)).err)
        self.assertIn("did not answer with a JSON object", self.fail_with(1, self.home.run("broken", env=env)).err)
        self.assertEqual(self.succeed(self.home.run("free")).out, "ran\n")
        self.assertEqual(self.fail_with(4, self.home.run("--context", "ro", "free")).out, "")
        self.assertIn("T that context one names is not set", self.fail_with(3, self.home.run("asks")).err)
        listed = {one["name"]: one for one in self.succeed(self.home.run("plugin", "list", "-o", "json")).json()}
        self.assertEqual(set(listed), {"reads", "writes", "new", "old", "broken", "free", "asks", "silent"})
        self.assertEqual((listed["reads"]["mutating"], listed["reads"]["summary"]), (False, "looks only"))
        self.assertNotIn("mutating", listed["silent"])
        self.assertIn("newer", listed["new"]["problem"])
        self.assertIn("did not answer with a JSON object", listed["broken"]["problem"])

    def test_the_first_on_the_path_counts(self):
        second = self.home.file("second")
        os.mkdir(second)
        self.plugin("twice", "echo first")
        self.plugin("twice", "echo second", folder=second)
        env = {"T": "t", "PATH": self.home.environment["PATH"] + ":" + second}
        self.assertEqual(self.succeed(self.home.run("twice", env=env)).out, "first\n")
        listed = self.succeed(self.home.run("plugin", "list", "-o", "json", env=env)).json()
        self.assertEqual([one["path"] for one in listed], [self.bin + "/facioctl-twice", second + "/facioctl-twice"])
        self.assertIn("hidden by", listed[1]["problem"])

    def test_flags_before_its_name_are_ours(self):
        self.plugin("hello", "echo ran")
        self.assertEqual(self.succeed(self.home.run("-o", "json", "--timeout=3s", "hello", env={"T": "t"})).out, "ran\n")
        self.fail_with(2, self.home.run("--nonsense", "hello", env={"T": "t"}))
        self.fail_with(2, self.home.run("--context", "nobody", "hello", env={"T": "t"}))
        for flag in ("--dry-run", "--curl"):
            done = self.fail_with(2, self.home.run(flag, "hello", env={"T": "t"}))
            self.assertEqual(done.out, "")
        self.assertIn("plugin hello is", self.succeed(self.home.run("-v", "hello", env={"T": "t"})).err)

    def test_the_token_is_in_nobodys_environment(self):
        self.plugin("stay", "echo ready; cat > /dev/null")
        process = subprocess.Popen([harness.CLIENT, "stay"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.home.path,
                                   env={**self.home.environment, "FACIOCTL_TOKEN": CANARY})
        self.assertEqual(process.stdout.readline(), b"ready\n")
        with open(f"/proc/{process.pid}/environ", "rb") as file:
            self.assertNotIn(CANARY.encode(), file.read())
        with open(f"/proc/{process.pid}/cmdline", "rb") as file:
            self.assertNotIn(CANARY.encode(), file.read())
        process.communicate(timeout=harness.DEADLINE)
        self.assertEqual(process.returncode, 0)


if __name__ == "__main__":
    harness.main()
