#!/usr/bin/env python3
"""Contexts and tokens: choosing, testing and changing them, where tokens live, and that they go nowhere else."""

import os
import select
import shutil
import socket
import stat
import subprocess
import tempfile
import unittest

import harness
import keyring

CANARY = "canary-7f3a9c51e2d84b06"


class Contexts(harness.Case):
    def config(self):
        return os.path.join(self.home.environment["XDG_CONFIG_HOME"], "facioctl", "config.yaml")

    def write_config(self, text):
        os.makedirs(os.path.dirname(self.config()), mode=0o700, exist_ok=True)
        with open(self.config(), "w", encoding="utf-8") as file:
            file.write(text)

    def read_config(self):
        with open(self.config(), encoding="utf-8") as file:
            return file.read()

    def ok(self, *arguments, **options):
        return self.succeed(self.home.run(*arguments, **options))

    def token_file(self, token, name="token"):
        path = self.home.write(name, token + "\n")
        os.chmod(path, 0o600)
        return path

    def test_the_file_takes_no_other_thing_s_place(self):
        add = ("context", "add", "a", "--url", "http://127.0.0.1:1")
        null = self.home.file("null")
        if os.geteuid() == 0:
            os.mknod(null, stat.S_IFCHR | 0o600, os.makedev(1, 3))
        else:
            null = "/dev/null"
        fifo = self.home.file("fifo")
        os.mkfifo(fifo, 0o600)
        directory = self.home.file("directory")
        os.mkdir(directory)
        for path, kind, test in ((null, "a device", stat.S_ISCHR), (fifo, "a FIFO", stat.S_ISFIFO),
                                 (directory, "a directory", stat.S_ISDIR)):
            before = sorted(os.listdir(self.home.path))
            link = self.home.file("link-to-it")
            os.symlink(path, link)
            for named in (path, link):
                self.assertIn(kind, self.fail_with(74, self.home.run(*add, env={"FACIOCTL_CONFIG": named})).err)
            self.assertTrue(test(os.lstat(path).st_mode), path)
            os.unlink(link)
            self.assertEqual(sorted(os.listdir(self.home.path)), before)
        # A link stays one, also to a file that is not there yet; the new file is made beside the old one.
        os.mkdir(self.home.file("elsewhere"), 0o700)
        link = self.home.file("link")
        os.symlink("elsewhere/config.yaml", link)
        for name in ("a", "b"):
            self.ok("context", "add", name, "--url", "http://127.0.0.1:1", env={"FACIOCTL_CONFIG": link})
            self.assertTrue(os.path.islink(link))
        with open(self.home.file("elsewhere/config.yaml"), encoding="utf-8") as file:
            self.assertIn("b:", file.read())
        self.assertEqual(sorted(os.listdir(self.home.file("elsewhere"))), ["config.yaml", "config.yaml.lock"])

    def test_directories_have_their_mode_whatever_the_umask(self):
        for mask in ("000", "0777"):
            config = self.home.file(f"of-{mask}/deep/config.yaml")
            done = subprocess.run(["sh", "-c", f'umask {mask}; exec "$0" "$@"', harness.CLIENT, "--config", config, "context", "add", "a",
                                   "--url", "http://127.0.0.1:1"], env=self.home.environment, capture_output=True, timeout=harness.DEADLINE)
            self.assertEqual((done.returncode, done.stderr.decode().count("cannot")), (0, 0), done.stderr)
            for directory in (os.path.dirname(config), os.path.dirname(os.path.dirname(config))):
                self.assertEqual(stat.S_IMODE(os.stat(directory).st_mode), 0o700)
            self.assertEqual(stat.S_IMODE(os.stat(config).st_mode), 0o600)

    def test_a_helper_that_others_could_exchange_is_not_run(self):
        helper = self.home.write("helper", "#!/bin/sh\necho ran >> ran; echo token\n")
        os.chmod(helper, 0o755)
        self.ok("context", "add", "a", "--url", "http://127.0.0.1:1", "--token-exec", helper)
        self.fail_with(11, self.home.run("--context", "a", "cron", "list"))
        os.unlink(self.home.file("ran"))
        for place, mode in ((helper, 0o775), (self.home.path, 0o777)):
            before = stat.S_IMODE(os.stat(place).st_mode)
            os.chmod(place, mode)
            done = self.home.run("--context", "a", "cron", "list")
            os.chmod(place, before)
            self.assertIn(f"{place} can be changed by other users", done.err)
            self.assertIn(f"chmod go-w {place}", done.err)
            self.assertFalse(os.path.exists(self.home.file("ran")))

    def test_commands_change_only_what_they_are_about(self):
        text = ("# of the team\nversion: 1\ncurrent: one # for now\ncontexts:\n"
                "  one: { url: \"http://127.0.0.1:1\", tags: [a], flavour: x } # keep me\n"
                "  # the other\n  two:\n    url: https://two.example\n    protected: true\n"
                "groups:\n  all: \"!tag==nothing\"   # everybody\n")
        self.write_config(text)
        self.assertIn("line 5: unknown key contexts.one.flavour", self.ok("context", "use", "two", "--quiet").err +
                      self.ok("context", "list").err)
        text = text.replace("current: one", "current: two")
        self.assertEqual(self.read_config(), text)
        self.ok("config", "set", "contexts.two.timeout", "30s", "--quiet")
        text = text.replace("    protected: true\n", "    protected: true\n    timeout: 30s\n")
        self.assertEqual(self.read_config(), text)
        self.ok("context", "add", "two", "--readonly", "--quiet")
        text = text.replace("    timeout: 30s\n", "    timeout: 30s\n    readonly: true\n")
        self.assertEqual(self.read_config(), text)
        self.ok("config", "unset", "contexts.two.protected", "--quiet")
        text = text.replace("    protected: true\n", "")
        self.assertEqual(self.read_config(), text)
        self.ok("context", "remove", "one", "--yes", "--quiet")
        self.assertEqual(self.read_config(), text.replace(text.splitlines()[4] + "\n", ""))

    def test_many_writers_lose_nothing(self):
        running = [subprocess.Popen([harness.CLIENT, "context", "add", f"c{number}", "--url", "http://127.0.0.1:1"],
                                    env=self.home.environment, cwd=self.home.path, stderr=subprocess.PIPE) for number in range(24)]
        for process in running:
            _, err = process.communicate(timeout=harness.DEADLINE)
            self.assertEqual(process.returncode, 0, err)
        self.assertEqual(len(self.ok("context", "list", "-o", "json").json()), 24)

    def test_one_setting_at_a_time(self):
        self.ok("context", "add", "a.b", "--url", "http://127.0.0.1:1", "--tag", "eu")
        self.ok("config", "set", "contexts.a.b.tags", "[eu, prod]")
        self.ok("config", "set", "groups.rest", "!tag==prod")
        self.assertEqual(self.ok("config", "get", "contexts.a.b.tags", "-o", "json").json(), ["eu", "prod"])
        self.assertEqual(self.ok("config", "get", "groups.rest").out, "!tag==prod\n")
        for arguments, code, words in ((("set", "contexts.a.b.tiemout", "3s"), 2, "an unknown key"),
                                       (("set", "contexts.a.b.timeout", "soon"), 2, "timeout: must be a duration"),
                                       (("set", "contexts.a.b.token", CANARY), 2, "it is never in this file"),
                                       (("set", "groups.x", "colour==eu"), 2, "tag, name, kind"),
                                       (("set", "groups.x", "name~^prod"), 2, "name=~'^prod'"),
                                       (("set", "contexts.new.timeout", "3s"), 2, "url is missing"),
                                       (("set", "a..b", "3s"), 2, "KEY"), (("set", "version", "2"), 2, "version 2"),
                                       (("get", "contexts.none"), 5, "no contexts.none"), (("unset", "groups.none"), 5, "no groups.none")):
            with self.subTest(arguments):
                done = self.fail_with(code, self.home.run("config", *arguments))
                self.assertIn(words, done.err)
                self.assertNotIn(CANARY, done.err)
        self.assertNotIn("tiemout", self.read_config())
        self.assertNotIn("soon", self.read_config())

    def test_a_file_of_the_future_is_refused(self):
        self.write_config("version: 2\n")
        for command in (("context", "list"), ("cron", "list"), ("config", "validate"), ("context", "add", "x", "--url", "http://h")):
            self.assertIn("version 2", self.fail_with(2, self.home.run(*command)).err)
        self.assertEqual(self.read_config(), "version: 2\n")

    def test_validate_tells_what_is_wrong_and_what_is_doubtful(self):
        self.write_config("version: 1\ncurrent: gone\ncontexts:\n  p: { kind: placet, url: https://p.example }\n"
                          "  h: { url: \"http://h.example\", token: { env: X } }\n  f: { url: \"ftp://h\", token: { file: open }, ca: "
                          "none.pem, cert: a }\n"
                          "colour: red\n")
        path = os.path.join(os.path.dirname(self.config()), "open")
        with open(path, "w", encoding="ascii") as file:
            file.write("x\n")
        os.chmod(path, 0o644)
        done = self.home.run("config", "validate", "-o", "json")
        self.assertEqual(done.code, 2, str(done))
        found = {(one["check"], one["severity"]) for one in done.json()}
        self.assertEqual(found, {("unknown-current", "error"), ("agent", "error"), ("plain-http", "error"), ("address", "error"),
                                 ("file", "error"),
                                 ("client-certificate", "error"), ("token-file", "warning"), ("unknown-key", "warning"),
                                 ("no-token", "info")})
        self.assertIn("chmod 600", done.out)
        self.write_config("version: 1\ncontexts: { a: { url: \"http://127.0.0.1:1\", token: { env: X } } }\nshape: round\n")
        done = self.ok("config", "validate")
        self.assertIn("line 3: unknown key shape", done.out)
        self.assertIn("is a valid configuration: 1 contexts", done.err)

    def test_explain_tells_what_beat_what(self):
        self.write_config("current: a\ncontexts:\n  a: { url: \"http://127.0.0.1:1\", token: { env: A }, timeout: 7s }\n"
                          "  b: { url: https://b.example, token: { exec: [printf, x] }, output: yaml }\n")
        self.home.write(".facioctl", "a\n")
        env = {"FACIOCTL_CONTEXT": "a", "FACIOCTL_TOKEN": CANARY, "FACIOCTL_TIMEOUT": "9s", "NO_COLOR": "1"}
        done = self.ok("config", "explain", "--context", "b", "--timeout", "5s", "-o", "json", env=env)
        self.assertNotIn(CANARY, done.out + done.err)
        settings = {one["name"]: one for one in done.json()}
        self.assertEqual((settings["context"]["value"], settings["context"]["from"]), ("b", "--context"))
        self.assertEqual(settings["context"]["beat"], ["FACIOCTL_CONTEXT: a", ".facioctl: a", "current: a"])
        self.assertEqual((settings["url"]["value"], settings["url"]["from"]), ("https://b.example", "context b"))
        self.assertEqual((settings["token"]["value"], settings["token"]["from"]), ("environment FACIOCTL_TOKEN", "FACIOCTL_TOKEN"))
        self.assertEqual(settings["token"]["beat"], ["context b: program printf"])
        self.assertEqual((settings["timeout"]["value"], settings["timeout"]["from"]), ("5s", "--timeout"))
        self.assertEqual(settings["timeout"]["beat"], ["FACIOCTL_TIMEOUT: 9s"])
        self.assertEqual((settings["output"]["value"], settings["output"]["from"]), ("json", "--output"))
        self.assertEqual(settings["output"]["beat"], ["context b: yaml"])
        self.assertEqual((settings["color"]["value"], settings["color"]["from"]), ("never", "NO_COLOR"))
        self.assertIn("FACIOCTL_CONTEXT", self.ok("config", "explain", env=env).out)
        plain = {one["name"]: one for one in self.ok("config", "explain", "-o", "json", "--url", "http://127.0.0.1:9").json()}
        self.assertEqual((plain["token"]["value"], plain["token"]["from"]), ("(none)", "built-in"))

    def test_edit_never_leaves_a_bad_file(self):
        good = "version: 1\ncontexts:\n  one: { url: \"http://127.0.0.1:1\" }\n"
        self.write_config(good)
        editor = self.home.write("editor", "#!/bin/sh\nsed -i \"$EDIT\" \"$1\"\n")
        os.chmod(editor, 0o700)
        env = {"VISUAL": editor, "EDITOR": "false", "TMPDIR": self.home.path}
        done = self.fail_with(2, self.home.run("config", "edit", env={**env, "EDIT": "s/one:/one: [/"}))
        self.assertIn("your version is saved in", done.err)
        self.assertEqual(self.read_config(), good)
        self.assertIn("nothing changed", self.ok("config", "edit", env={**env, "EDIT": "s/nothing//"}).err)
        self.ok("config", "edit", env={**env, "EDIT": "s/one:/uno:/"})
        self.assertEqual(self.read_config(), good.replace("one", "uno"))
        self.write_config("contexts: [\n")
        self.ok("config", "edit", env={**env, "EDIT": "s/contexts:.*/version: 1/"})
        self.assertEqual(self.read_config(), "version: 1\n")

    def test_edit_offers_again_what_is_wrong(self):
        self.write_config("version: 1\n")
        editor = self.home.write("editor",
                                 "#!/bin/sh\nif test -e again; then sed -i s/9/1/ \"$1\"; else touch again; sed -i s/1/9/ \"$1\"; fi\n")
        os.chmod(editor, 0o700)
        terminal = self.at_terminal("http://127.0.0.1:1", "config", "edit", env={"EDITOR": editor})
        terminal.wait_for("version 9 is not supported")
        terminal.answer("Edit it again? [Y/n] ", "")
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertEqual(self.read_config(), "version: 1\n")

    def test_contexts_are_tried(self):
        server = self.serve(data="data")
        self.ok("context", "add", "good", "--url", server.url, "--token-file", server.token_file, "--tag", "x")
        self.ok("context", "add", "bad", "--url", server.url, "--token-env", "BAD", "--tag", "x")
        self.ok("context", "add", "away", "--url", "http://127.0.0.1:1", "--token-env", "BAD", "--tag", "y")
        done = self.ok("context", "test", "good", "-o", "json")
        self.assertEqual((done.json()[0]["name"], done.json()[0]["result"]), ("good", "ok"))
        self.assertTrue(done.json()[0]["version"])
        for arguments, code in ((("bad",), 3), (("away",), 11), (("bad", "away"), 3), (("good", "away"), 9), (("--group", "tag==x"), 9)):
            with self.subTest(arguments):
                done = self.home.run("context", "test", *arguments, "-o", "json", env={"BAD": "wrong"})
                self.assertEqual(done.code, code, str(done))
        self.assertEqual({one["name"] for one in done.json()}, {"good", "bad"})
        # Where several are asked, a token from the environment goes to none of them.
        done = self.home.run("context", "test", "good", "bad", "-o", "json", env={"BAD": "wrong", "FACIOCTL_TOKEN": "other"})
        self.assertEqual([one["result"] for one in done.json()], ["ok", "unauthenticated"])
        self.assertIn("no group", self.fail_with(2, self.home.run("context", "test", "--group", "z")).err)
        self.fail_with(5, self.home.run("context", "test", "--group", "tag==z"))
        self.fail_with(5, self.home.run("context", "test", "nobody"))

    def test_the_helper_is_asked_again_when_its_token_is_refused(self):
        server = self.serve(data="data")
        helper = self.home.write("helper", "#!/bin/sh\necho \"${FACIOCTL_TOKEN_REFRESH-0}\" >> asked\n"
                                           "if test -n \"$FACIOCTL_TOKEN_REFRESH\"; then cat good; else echo stale; fi\n")
        os.chmod(helper, 0o700)
        self.token_file(server.token, "good")
        self.ok("context", "add", "h", "--url", server.url, "--token-exec", helper, "--token-ttl", "1h", "--current")
        for _ in range(3):
            self.assertEqual(self.ok("cron", "list", "-o", "json").json(), [])
        with open(self.home.file("asked"), encoding="ascii") as file:
            self.assertEqual(file.read().split(), ["0", "1"])
        status = self.ok("auth", "status", "h", "-o", "json").json()[0]
        self.assertEqual((status["storage"], status["state"]), ("exec", "kept"))
        self.ok("auth", "logout", "h")
        self.home.write("good", "never-right\n")
        self.fail_with(3, self.home.run("cron", "list"))
        with open(self.home.file("asked"), encoding="ascii") as file:
            self.assertEqual(file.read().split(), ["0", "1", "0", "1"])

    def test_a_helper_that_hangs_is_ended(self):
        self.ok("context", "add", "h", "--url", "http://127.0.0.1:1", "--token-exec", "tail -f /dev/null", "--current")
        self.assertIn("did not answer within 5 seconds", self.fail_with(3, self.home.run("cron", "list")).err)

    def test_a_helper_is_ended_within_its_limit_with_all_that_it_started(self):
        # One says its token and stays; the other waits for what it has started. Their children hold the pipe that is read here.
        server = self.serve(data="data")
        stays, waits = "printf tok; exec 1>/dev/null; exec tail -f /dev/null", "tail -f /dev/null & exec tail -f /dev/null"
        for number, (script, missed) in enumerate(((stays, "end"), (waits, "answer"))):
            held = self.home.file(f"held{number}")
            os.mkfifo(held)
            reader = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
            helper = self.home.write(f"helper{number}", f"#!/bin/sh\necho x >> asked{number}\nexec 3>{held}\n{script}\n")
            os.chmod(helper, 0o700)
            self.ok("context", "add", f"h{number}", "--url", server.url, "--token-exec", helper, "--current")
            self.assertIn(f"did not {missed} within 5 seconds", self.fail_with(3, self.home.run("cron", "list")).err)
            with open(self.home.file(f"asked{number}"), encoding="ascii") as file:
                self.assertEqual(file.read().split(), ["x"])
            waiting = select.poll()
            waiting.register(reader, select.POLLHUP)
            self.assertTrue(waiting.poll(10_000), "something that the helper has started lives on")
            os.close(reader)

    def test_a_token_in_a_file(self):
        server = self.serve(data="data")
        self.ok("context", "add", "f", "--url", server.url, "--current")
        self.fail_with(3, self.home.run("cron", "list"))
        done = self.ok("auth", "login", "f", "--storage", "file", stdin=server.token + "\n")
        path = os.path.join(os.path.dirname(self.config()), "tokens", "f")
        self.assertIn(path, done.err)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode), 0o700)
        self.assertEqual(self.ok("cron", "list", "-o", "json").json(), [])
        status = self.ok("auth", "status", "f", "-o", "json").json()[0]
        self.assertEqual((status["storage"], status["state"], status["mode"], status["place"]), ("file", "ready", "0600", path))
        os.chmod(path, 0o644)
        status = self.home.run("auth", "status", "f", "-o", "json")
        self.assertEqual(status.code, 3)
        self.assertEqual(status.json()[0]["fix"], "chmod 600 " + path)
        self.ok("auth", "logout")
        self.assertFalse(os.path.exists(path))
        self.assertIn("auth login f", self.fail_with(3, self.home.run("cron", "list")).err)
        mine = self.token_file("mine", "mine")
        self.ok("context", "add", "f", "--token-file", mine)
        done = self.fail_with(2, self.home.run("auth", "logout", "f"))
        self.assertIn("facioctl config unset contexts.f.token", done.err)
        self.assertNotIn("rm ", done.err, "the file may be a server's own")
        for bad in ("", "two words\n", "a\nb\n"):
            self.fail_with(3, self.home.run("auth", "login", "f", stdin=bad))
        self.assertEqual(open(mine, encoding="ascii").read(), "mine\n")

    def test_a_token_typed_unseen(self):
        self.ok("context", "add", "t", "--url", "http://127.0.0.1:1")
        terminal = self.at_terminal("http://127.0.0.1:1", "auth", "login", "t", "--storage", "file")
        terminal.answer("Token of context t (not shown): ", CANARY)
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertNotIn(CANARY, terminal.text)
        with open(os.path.join(os.path.dirname(self.config()), "tokens", "t"), encoding="ascii") as file:
            self.assertEqual(file.read(), CANARY + "\n")

    def test_no_keyring_is_never_a_file(self):
        self.ok("context", "add", "k", "--url", "http://127.0.0.1:1", "--keyring", "--current")
        env = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=" + self.home.file("nobody"), "DISPLAY": None}
        done = self.fail_with(3, self.home.run("auth", "login", "k", stdin=CANARY, env=env))
        self.assertIn("--storage file", done.err)
        self.assertNotIn(CANARY, done.err)
        self.fail_with(3, self.home.run("cron", "list", env=env))
        status = self.home.run("auth", "status", "k", "-o", "json", env=env)
        self.assertEqual((status.code, status.json()[0]["state"]), (3, "unavailable"))
        # The same without the program.
        done = self.fail_with(3, self.home.run("auth", "login", "k", stdin=CANARY, env={"PATH": self.home.path}))
        self.assertIn("libsecret-tools", done.err)
        for folder, _, names in os.walk(self.home.path):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(CANARY.encode(), file.read(), name)

    def test_an_address_never_gets_a_contexts_token(self):
        server = self.serve(data="data")
        self.ok("context", "add", "own", "--url", server.url, "--token-file", server.token_file, "--current")
        self.ok("health")
        self.fail_with(3, self.home.run("health", "--url", server.url))
        self.fail_with(3, self.home.run("health", env={"FACIOCTL_URL": server.url}))
        done = self.fail_with(2, self.home.run("context", "add", "own", "--url", "https://elsewhere.example"))
        self.assertIn("has a token for " + server.url, done.err)
        done = self.fail_with(3, self.home.run("health", "--url", "http://agent.example", env={"FACIOCTL_TOKEN": CANARY}))
        self.assertIn("unencrypted", done.err)
        self.assertIn("user name or password",
                      self.fail_with(2, self.home.run("context", "add", "x", "--url", "https://a:b@h.example")).err)

    def test_a_client_with_a_token_leaves_no_core(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        url = "http://127.0.0.1:%d" % listener.getsockname()[1]
        # Who owns a process in /proc tells whether it may be dumped: its user, else root. So the user must not be root.
        place = tempfile.mkdtemp(prefix="facioctl-test-")
        self.addCleanup(shutil.rmtree, place)
        os.chmod(place, 0o755)
        program = shutil.copy(harness.CLIENT, place)
        user = 65534 if os.geteuid() == 0 else os.geteuid()
        for token, owner in ((CANARY, 0), (None, user)):
            process = subprocess.Popen([program, "health", "--url", url], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       cwd="/", user=user,
                                       env={**self.home.environment, **({"FACIOCTL_TOKEN": token} if token else {})})
            peer, _ = listener.accept()
            self.assertEqual(os.stat(f"/proc/{process.pid}/environ").st_uid, owner)
            process.kill()
            process.communicate(timeout=harness.DEADLINE)
            peer.close()


class Shells(harness.Case):
    def setUp(self):
        super().setUp()
        os.mkdir(self.home.file("bin"))
        os.symlink(harness.CLIENT, self.home.file("bin/facioctl"))
        self.home.environment["PATH"] = self.home.file("bin") + ":" + self.home.environment["PATH"]
        for name in ("one", "two"):
            self.succeed(self.home.run("context", "add", name, "--url", "http://127.0.0.1:1", "--token-env", "T"))

    def shell(self, program, lines, env=None):
        if shutil.which(program[0]) is None:
            self.skipTest(program[0] + " is not installed")
        done = subprocess.run([*program, "\n".join(lines)], env={**self.home.environment, **(env or {})}, cwd=self.home.path,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=harness.DEADLINE * 2)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split(), done.stderr

    SCRIPT = ["facioctl use two", "echo $FACIOCTL_CONTEXT", "facioctl context show -o name", "facioctl use -", 'echo "x$FACIOCTL_CONTEXT"',
              "facioctl context show -o name", "facioctl use -", "echo $FACIOCTL_CONTEXT", "facioctl --quiet context use one",
              "echo $FACIOCTL_CONTEXT",
              "facioctl use nobody", "echo $FACIOCTL_CONTEXT", "facioctl context list -o name", "echo end"]
    WANTED = ["two", "context/two", "x", "context/one", "two", "one", "one", "context/one", "context/two", "end"]

    def check(self, program, hook):
        out, err = self.shell(program, [hook, *self.SCRIPT])
        self.assertEqual(out, self.WANTED, err)
        self.assertIn("this shell now uses context two", err)
        self.assertIn("there is no context 'nobody'", err)
        # No other shell has changed.
        self.assertEqual(self.succeed(self.home.run("context", "show", "-o", "name")).out, "context/one\n")

    def test_bash(self):
        self.check(["bash", "--norc", "-c"], 'eval "$(facioctl shell-init bash)"')

    def test_zsh(self):
        self.check(["zsh", "-f", "-c"], 'eval "$(facioctl shell-init zsh)"')

    def test_fish(self):
        self.check(["fish", "--no-config", "-c"], "facioctl shell-init fish | source")

    def test_what_would_win_is_named(self):
        out, err = self.shell(["bash", "--norc", "-c"], ['eval "$(facioctl shell-init bash)"', "facioctl use two", "echo $?"],
                              {"FACIOCTL_URL": "http://h"})
        self.assertEqual(out, ["2"])
        self.assertIn("unset FACIOCTL_URL", err)
        for variable in ("FACIOCTL_URL", "FACIOCTL_CONTEXT"):
            done = self.fail_with(2, self.home.run("use", "two", env={variable: "one"}))
            self.assertIn(variable, done.err)

    def test_without_the_hook_every_shell_changes_and_is_told(self):
        self.fail_with(2, self.home.run("use", "-"))
        self.assertIn("for every shell", self.succeed(self.home.run("use", "two")).err)
        self.assertEqual(self.succeed(self.home.run("context", "show", "-o", "name")).out, "context/two\n")
        self.succeed(self.home.run("use", "-"))
        self.assertEqual(self.succeed(self.home.run("context", "show", "-o", "name")).out, "context/one\n")
        self.succeed(self.home.run("use", "-"))
        self.home.write(".facioctl", "one\n")
        self.assertIn(".facioctl selects one, which takes precedence", self.succeed(self.home.run("use", "two")).err)
        shown = self.succeed(self.home.run("context", "show", "-o", "json")).json()
        self.assertEqual((shown["name"], shown["chosen_by"], shown["beat"]), ("one", ".facioctl", ["current: two"]))

    def test_the_program_at_a_terminal_still_is_at_one(self):
        """The hook passes standard output through, it does not catch it."""
        out, _ = self.shell(["bash", "--norc", "-c"],
                            ['eval "$(facioctl shell-init bash)"', "facioctl context show use -o name; facioctl context list -o name"])
        self.assertEqual(out, ["context/one", "context/two"])


@unittest.skipUnless(keyring.is_here(), "gnome-keyring, dbus and libsecret-tools are not installed")
class Keyring(harness.Case):
    def setUp(self):
        super().setUp()
        self.keyring = keyring.Keyring(self.home)
        self.addCleanup(self.keyring.end)

    def test_a_token_lives_in_the_keyring(self):
        server = self.serve(data="data")
        self.succeed(self.home.run("context", "add", "k", "--url", server.url, "--keyring", "--current"))
        done = self.fail_with(3, self.home.run("health"))
        self.assertIn("facioctl auth login k", done.err)
        done = self.succeed(self.home.run("auth", "login", "k", stdin=server.token))
        self.assertIn("keyring facioctl/k", done.err)
        self.assertEqual(self.succeed(self.home.run("health", "-o", "json")).json()["status"], "ok")
        status = self.succeed(self.home.run("auth", "status", "k", "-o", "json")).json()[0]
        self.assertEqual((status["storage"], status["state"], status["place"]), ("keyring", "unlocked", "facioctl/k"))
        self.move_to_a_file_and_back(server)
        self.keyring.lock()
        status = self.home.run("auth", "status", "k", "-o", "json")
        self.assertEqual((status.code, status.json()[0]["state"]), (3, "locked"))
        self.assertIn("locked", self.fail_with(3, self.home.run("health")).err)
        self.fail_with(3, self.home.run("auth", "login", "k", stdin="another"))
        with open(os.path.join(self.home.environment["XDG_CONFIG_HOME"], "facioctl", "config.yaml"), encoding="utf-8") as file:
            self.assertIn("keyring: facioctl/k", file.read())
        # What cannot be removed is said, and not taken for gone.
        done = self.fail_with(3, self.home.run("auth", "logout", "k"))
        self.assertIn("still in the keyring", done.err)
        self.assertNotIn("no token of context", done.err)
        done = self.fail_with(3, self.home.run("auth", "login", "k", "--storage", "file", stdin="another"))
        self.assertIn("still in the keyring", done.err)
        self.assertIn("is now in: file", done.err)

    def move_to_a_file_and_back(self, server):
        self.succeed(self.home.run("auth", "migrate", "--to", "file"))
        path = os.path.join(self.home.environment["XDG_CONFIG_HOME"], "facioctl", "tokens", "k")
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read().strip(), server.token)
        self.assertEqual(self.keyring.entry("facioctl/k"), b"")
        self.succeed(self.home.run("health"))
        self.succeed(self.home.run("auth", "migrate", "k", "--to", "keyring"))
        self.assertFalse(os.path.exists(path))
        self.succeed(self.home.run("health"))
        self.succeed(self.home.run("auth", "logout", "k"))
        self.fail_with(3, self.home.run("health"))
        self.succeed(self.home.run("auth", "login", "k", stdin=server.token))


if __name__ == "__main__":
    harness.main()
