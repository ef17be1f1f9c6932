#!/usr/bin/env python3
"""`edit` commands: a thing of the agent in an editor, which is a small script here."""

import json
import os
import re
import signal
import stat
import subprocess

import harness
from json_server import JsonServer

TELEGRAM = {"enabled": True, "token": "123456:telegram-secret-value", "allowFrom": ["ann"], "note.with.dots": "kept"}


class Edit(harness.Case):
    def setUp(self):
        super().setUp()
        self.place = self.home.file("workspace")
        os.mkdir(self.place)
        self.server = self.serve("--workspace", self.place)

    # --------------------------------------------------------------------------------------------- editors and copies
    def edit(self, script, *words, env=None):
        """Runs an `edit` command. The script gets the file as $1, and leaves what it saw in the file `seen`."""
        editor = self.home.write("editor.sh", f'#!/bin/sh\nset -e\ncp "$1" {self.home.file("seen")}\n{script}\n')
        os.chmod(editor, 0o755)
        return self.server.run(*words, env={"EDITOR": editor, "VISUAL": None, "TMPDIR": self.home.path, **(env or {})})

    def edit_at_terminal(self, code, script, *words):
        """The same for somebody who could correct what is refused. Gives what the terminal has shown, without line breaks."""
        editor = self.home.write("editor.sh", f'#!/bin/sh\nset -e\ncp "$1" {self.home.file("seen")}\n{script}\n')
        os.chmod(editor, 0o755)
        terminal = harness.Terminal(self.home, words, {"EDITOR": editor, "TMPDIR": self.home.path, "FACIOCTL_URL": self.server.url,
                                                       "FACIOCTL_TOKEN_FILE": self.server.token_file}, columns=1000)
        try:
            self.assertEqual(terminal.end(), code, terminal.text)
            return terminal.text
        finally:
            terminal.close()

    def kept_text(self, shown):
        (directory,) = self.copies()
        (name,) = os.listdir(self.home.file(directory))
        self.assertIn(f"kept in {self.home.file(directory)}/{name}", shown)
        with open(self.home.file(f"{directory}/{name}"), encoding="utf-8") as file:
            return file.read()

    def seen(self):
        with open(self.home.file("seen"), encoding="utf-8") as file:
            return file.read()

    def copies(self):
        return [name for name in os.listdir(self.home.path) if name.startswith("facioctl-")]

    def kept(self, done):
        """The text of the only kept copy, which the error names."""
        (directory,) = self.copies()
        (name,) = os.listdir(self.home.file(directory))
        path = self.home.file(f"{directory}/{name}")
        self.assertIn("your version is kept in " + path, done.err)
        self.assertEqual((stat.S_IMODE(os.stat(path).st_mode), stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode)), (0o600, 0o700))
        with open(path, encoding="utf-8") as file:
            return file.read()

    def get(self, path):
        status, _, answer = self.server.request("GET", "/api/v1/" + path)
        self.assertEqual(status, 200, answer)
        return answer

    def put(self, method, path, body):
        status, _, answer = self.server.request(method, "/api/v1/" + path, body)
        self.assertIn(status, (200, 201), answer)
        return answer

    def writes(self):
        """How often something was to be changed, by the audit log."""
        requests = [event["details"] for event in self.get("audit?limit=500&event=api_request")["items"]]
        self.assertTrue(requests)
        return sum(1 for details in requests if details["method"] != "GET")

    def call(self, *words):
        """The same command from within an editor."""
        return (f"FACIOCTL_URL={self.server.url} FACIOCTL_TOKEN_FILE={self.server.token_file} {harness.CLIENT} " + " ".join(words) +
                " >/dev/null")

    # ---------------------------------------------------------------------------------------------------------- cron
    def test_a_job_by_its_name(self):
        job = self.create_job(self.server, "report")
        done = self.succeed(self.edit("sed -i 's/^message: hello$/message: good morning/; s/^  expr: .*/  expr: 0 8 * * */' \"$1\"",
                                      "cron", "edit", "report", "-o", "json"))
        text = self.seen()
        self.assertRegex(text, r"\A# cron/" + job["id"] + r" \(report\)\. Save to send what you have changed\.")
        for line in ("# name of the job\nname: report\n", "# when it runs\nschedule:\n", "  # five-field cron expression\n  expr: ",
                     "  tz: Europe/Berlin\n", "# channel to deliver to\n#channel:\n", "#limits:\n#  first_byte_ms:\n", "enabled: true\n"):
            self.assertIn(line, text)
        for name in ("state", "payload", "id", "kind: agent_turn", "next_run"):
            self.assertNotRegex(text, rf"(?m)^#?\s*{name}\b.*:")
        after = done.json()
        self.assertEqual((after["id"], after["payload"]["message"], after["schedule"]["expr"], after["schedule"]["tz"]),
                         (job["id"], "good morning", "0 8 * * *", "Europe/Berlin"))
        self.assertEqual(self.copies(), [])

    def test_only_what_was_changed_is_sent(self):
        self.create_job(self.server, "report")
        done = self.succeed(self.edit("sed -i 's/^enabled: true/enabled: false/' \"$1\"", "cron", "edit", "report", "--dry-run"))
        self.assertIn("PATCH", done.out)
        self.assertEqual(json.loads(done.out[done.out.index("{"):]), {"enabled": False})
        self.assertIn("enabled: false", self.kept(done))
        self.assertTrue(self.get("cron")["items"][0]["enabled"])

    def test_another_schedule_as_people_write_it(self):
        self.create_job(self.server, "report")
        script = "sed -i 's/^  kind: .*/  kind: every/; s/^  #every_ms:.*/  every_ms: 30m/; /^  expr:/d; /^  tz:/d' \"$1\""
        after = self.succeed(self.edit(script, "cron", "edit", "rep", "-o", "json")).json()["schedule"]
        self.assertEqual((after["kind"], after["every_ms"], after["expr"], after["tz"]), ("every", 1_800_000, None, None))

    def test_a_field_that_is_taken_away(self):
        self.succeed(self.server.run("cron", "create", "--name", "report", "--every", "1h", "--message", "hi", "--detail-prompt", "more",
                                     "--script", "scripts/a.sh", "--max-turn", "5m"))
        after = self.succeed(self.edit(r"sed -i '/^detail_prompt:/d; /^max_turn_ms:/d; /^scripts:/,/^  - /d' " + '"$1"', "cron", "edit",
                                       "report", "-o", "json")).json()["payload"]
        self.assertFalse({"detail_prompt", "max_turn_ms"} & {name for name, value in after.items() if value})
        self.assertFalse(after.get("scripts"))
        done = self.fail_with(2, self.edit("sed -i '/^message:/d' \"$1\"", "cron", "edit", "report"))
        self.assertIn("message: cannot be left out", done.err)
        self.assertEqual(self.get("cron")["items"][0]["payload"]["message"], "hi")

    def test_names_are_completed(self):
        self.create_job(self.server, "report")
        self.put("PUT", "channels/telegram", TELEGRAM)
        for words, name in ((("cron", "edit", ""), "report"), (("channels", "edit", ""), "telegram"),
                            (("providers", "edit", "openr"), "openrouter")):
            self.assertIn(name, self.server.run("__complete", *words).out)

    def test_what_another_agent_has_is_not_judged(self):
        job = {"id": "a/b", "name": "odd", "enabled": True, "schedule": {"kind": "moon", "every_ms": 5, "phase": "full"},
               "payload": {"message": "hello", "mood": "good"}, "state": {}, "delete_after_run": False, "priority": 3}
        agent = JsonServer({"/api/v1/cron": json.dumps({"items": [job]}), "GET /api/v1/cron/a%2Fb": json.dumps(job),
                            "PATCH /api/v1/cron/a%2Fb": json.dumps(job)})
        self.addCleanup(agent.close)
        at_agent = {"FACIOCTL_URL": agent.url, "FACIOCTL_TOKEN": "x", "FACIOCTL_TOKEN_FILE": None}
        done = self.succeed(self.edit("sed -i s/hello/mine/ \"$1\"", "cron", "edit", "odd", "--dry-run", env=at_agent))
        self.assertEqual(json.loads(done.out[done.out.index("{"):]), {"message": "mine"})
        self.assertIn("kind: moon", self.kept(done))
        self.succeed(self.edit("sed -i s/hello/mine/ \"$1\"", "cron", "edit", "odd", env=at_agent))
        self.assertIn("PATCH", self.edit("sed -i s/hello/mine/ \"$1\"", "cron", "edit", "odd", "-v", env=at_agent).err)

    # ------------------------------------------------------------------------------------------------ nothing to send
    def test_unchanged_or_empty(self):
        self.create_job(self.server, "report")
        before = self.writes()
        for script, said in (("true", "nothing changed"), ('echo "# a remark" >> "$1"', "nothing changed"),
                             ("sed -i '1i # first' \"$1\"", "nothing changed"), (': > "$1"', "the edited file is empty; nothing was sent"),
                             ('echo "# only this" > "$1"', "the edited file is empty; nothing was sent")):
            with self.subTest(script):
                self.assertIn(said, self.succeed(self.edit(script, "cron", "edit", "report")).err)
        self.assertEqual(self.writes(), before)
        self.assertEqual(self.copies(), [])

    def test_an_editor_that_fails(self):
        self.create_job(self.server, "report")
        self.assertIn("ended with 3; nothing was sent", self.fail_with(1, self.edit("exit 3", "cron", "edit", "report")).err)
        self.assertEqual(self.copies(), [])
        done = self.fail_with(1, self.edit('sed -i s/hello/typed/ "$1"; exit 3', "cron", "edit", "report"))
        self.assertIn("message: typed", self.kept(done))

    def test_nothing_of_that_name(self):
        self.create_job(self.server, "report")
        for words in (("cron", "edit", "nosuch"), ("mcp", "edit", "nosuch"), ("channels", "edit", "nosuch"), ("peers", "edit", "nosuch"),
                      ("providers", "edit", "nosuch"), ("skills", "edit", "nosuch")):
            with self.subTest(" ".join(words)):
                self.assertIn("nosuch", self.fail_with(5, self.edit("true", *words)).err)
        self.assertFalse(os.path.exists(self.home.file("seen")), "no editor is opened")

    # ---------------------------------------------------------------------------------------------------- conflicts
    def test_a_change_meanwhile_is_not_overwritten(self):
        self.create_job(self.server, "report")
        theirs = self.call("cron", "update", "report", "--message", "theirs")
        done = self.fail_with(6, self.edit(f'sed -i s/hello/mine/ "$1"\n{theirs}', "cron", "edit", "report"))
        self.assertIn("was changed on the agent's side meanwhile; nothing was sent", done.err)
        self.assertEqual(self.get("cron")["items"][0]["payload"]["message"], "theirs")
        self.assertIn("message: mine", self.kept(done))
        self.assertIn("try: edit it again, with what you need from that file", done.err)  # sent whole it would undo theirs

    def test_what_to_try_next_is_about_the_same_agent_and_undoes_nothing(self):
        self.succeed(self.home.run("context", "add", "first", "--url", "http://127.0.0.1:9", "--current"))
        self.succeed(self.home.run("context", "add", "second", "--url", self.server.url, "--token-file", self.server.token_file))
        unset = {"FACIOCTL_URL": None, "FACIOCTL_TOKEN_FILE": None}
        self.succeed(self.server.run("settings", "set", "timezone=UTC"))
        script = 'sed -i "s/^timezone:.*/timezone: Europe\\/Rome/" "$1"'
        done = self.edit(script + "; exit 3", "--context", "second", "settings", "edit", env=unset)
        self.assertIn("try: facioctl --context second settings set -f ", done.err)
        change = f'{harness.CLIENT} --context second settings set timezone=Europe/Paris > /dev/null'
        done = self.fail_with(6, self.edit(script + "; " + change, "--context", "second", "settings", "edit", env=unset))
        self.assertNotIn("settings set", done.err)
        self.assertIn("try: edit it again, with what you need from that file", done.err)

    def test_a_run_meanwhile_is_no_conflict(self):
        job = self.create_job(self.server, "report")
        run = self.call("cron", "run-now", "report", "--wait")
        self.succeed(self.edit(f'sed -i s/hello/mine/ "$1"\n{run}', "cron", "edit", "report"))
        after = self.get("cron/" + job["id"])
        self.assertEqual((after["payload"]["message"], after["state"]["last_status"]), ("mine", "ok"))

    def test_gone_meanwhile(self):
        self.create_job(self.server, "report")
        gone = self.call("cron", "delete", "report", "--yes")
        done = self.fail_with(5, self.edit(f'sed -i s/hello/mine/ "$1"\n{gone}', "cron", "edit", "report"))
        self.assertIn("message: mine", self.kept(done))

    # ------------------------------------------------------------------------------------------------- what is refused
    def test_what_is_refused_comes_back_with_the_reason(self):
        self.create_job(self.server, "report")
        script = ('if grep -q "^#! " "$1"; then sed -i s/mesage/message/ "$1"; else sed -i "s/^message: hello/mesage: mine/" "$1"; fi')
        self.edit_at_terminal(0, script, "cron", "edit", "report")
        self.assertRegex(self.seen(), r"\A#! the edited document: unknown key 'mesage'; did you mean 'message'\?\n#! Correct it and save\.")
        self.assertIn("\nmesage: mine\n", self.seen())
        self.assertEqual(self.get("cron")["items"][0]["payload"]["message"], "mine")
        self.assertEqual(self.copies(), [])

    def test_what_is_left_refused_ends_the_command(self):
        self.create_job(self.server, "report")
        before = self.writes()
        for script, why, key in (
                ("sed -i 's/^enabled: true/enabled: perhaps/' \"$1\"", "enabled: must be true or false", "enabled: perhaps"),
                ("sed -i 's/^message: hello/message: a: b/' \"$1\"", "line", "message: a: b"),
                ("sed -i 's/^  expr: .*/  every_ms: soon/' \"$1\"", "schedule.every_ms", "every_ms: soon"),
                ("sed -i 's/^  expr: .*/  expr: 99 * * * */' \"$1\"", "schedule.expr", "99 * * * *"),
                ('echo "just words" > "$1"', "must hold one map", "just words")):
            with self.subTest(why):
                done = self.fail_with(2, self.edit(script, "cron", "edit", "report"))
                self.assertIn(why, done.err)
                kept = self.kept(done)
                self.assertIn(key, kept)
                if why == "line":  # it is counted in the file that is kept
                    number = int(re.search(r"line (\d+)", done.err).group(1))
                    self.assertEqual(kept.split("\n")[number - 1], "message: a: b")
                os.system("rm -r " + self.home.file(self.copies()[0]))
        self.assertEqual(self.writes(), before)

    def test_what_the_agent_refuses_comes_back_too(self):
        script = "sed -i 's/^#*timezone:.*/timezone: Europe\\/Nowhere/' \"$1\""
        shown = self.edit_at_terminal(7, script, "settings", "edit")
        self.assertIn("#! ", self.seen())
        self.assertIn("timezone: Europe/Nowhere", self.kept_text(shown))

    def test_a_version_that_was_typed_is_kept_when_the_next_is_empty(self):
        self.create_job(self.server, "report")
        script = 'if grep -q "^#! " "$1"; then : > "$1"; else sed -i "s/^message: hello/mesage: typed/" "$1"; fi'
        shown = self.edit_at_terminal(0, script, "cron", "edit", "report")
        self.assertIn("the edited file is empty; nothing was sent; your version before is kept in", shown)
        self.assertIn("mesage: typed", self.kept_text(shown))

    def test_without_a_terminal_it_is_opened_once(self):
        """Nobody is there to correct it, and a script would do its change once more."""
        self.create_job(self.server, "report")
        count = self.home.file("count")
        done = self.fail_with(2, self.edit(f'echo x >> {count}; echo "no_such: 1" >> "$1"', "cron", "edit", "report"))
        self.assertIn("unknown key 'no_such'", done.err)
        self.assertIn("no_such: 1", self.kept(done))
        with open(count, encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 1)

    def test_a_document_larger_than_what_the_agent_takes(self):
        self.create_job(self.server, "report")
        script = "head -c 5000000 /dev/zero | tr '\\0' '#' >> \"$1\""
        done = self.fail_with(2, self.edit(script, "cron", "edit", "report"))
        self.assertRegex(done.err, r"the edited document has \d+ bytes, but the agent accepts at most 1048576 of it")
        self.assertGreater(len(self.kept(done)), 4 * 1048576)

    def test_several_one_after_the_other(self):
        for name in ("one", "two"):
            self.create_job(self.server, name)
        names = self.server.run("cron", "list", "-o", "name").out.split()
        self.succeed(self.edit('sed -i s/hello/mine/ "$1"', "cron", "edit", *names))
        self.assertEqual([job["payload"]["message"] for job in self.get("cron")["items"]], ["mine", "mine"])

    def test_an_editor_that_is_not_there(self):
        self.create_job(self.server, "report")
        self.server.request("PUT", "/api/v1/workspace/file?path=notes.md", {"content": "x"})
        for words in (("cron", "edit", "report"), ("workspace", "edit", "notes.md"), ("config", "edit"), ("settings", "edit")):
            for env in ({"EDITOR": "nonexistent"}, {"VISUAL": "/nonexistent/vi"}, {"EDITOR": self.home.path}):
                with self.subTest(words=words, env=env):
                    done = self.server.run(*words, env={"VISUAL": None, "TMPDIR": self.home.path, **env})
                    self.assertIn("cannot be started; nothing was sent", self.fail_with(2, done).err)
            with self.subTest(words=words):
                done = self.server.run(*words, env={"EDITOR": "false", "VISUAL": None, "TMPDIR": self.home.path})
                self.assertIn("ended with 1", self.fail_with(1, done).err)
        self.assertEqual(self.copies(), [])

    def test_a_signal_meanwhile_says_where_the_text_is(self):
        self.create_job(self.server, "report")
        begun = self.home.file("begun")
        for change, is_kept in (('echo "# mine" >> "$1"', True), (":", False)):
            with self.subTest(kept=is_kept):
                editor = self.home.write("editor.sh", f'#!/bin/sh\n{change}\nmkfifo {begun}.wait\n: > {begun}\nread x < {begun}.wait\n')
                os.chmod(editor, 0o755)
                process = subprocess.Popen([harness.CLIENT, "cron", "edit", "report"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                           text=True, env={**self.home.environment, "EDITOR": editor, "TMPDIR": self.home.path,
                                                           "FACIOCTL_URL": self.server.url,
                                                           "FACIOCTL_TOKEN_FILE": self.server.token_file})
                harness.wait_until(lambda: os.path.exists(begun), "the editor has begun")
                process.send_signal(signal.SIGTERM)
                err = process.communicate(timeout=harness.DEADLINE)[1]
                self.assertEqual(process.returncode, -signal.SIGTERM, err)
                if is_kept:
                    self.assertIn("# mine", self.kept_text(err))
                    os.system("rm -r " + self.home.file(self.copies()[0]))
                self.assertEqual(self.copies(), [])
                os.unlink(begun)
                os.unlink(begun + ".wait")

    # ------------------------------------------------------------------------------------------------------ settings
    def test_settings(self):
        self.put("PATCH", "settings", {"browser": {"proxy": "http://ann:secret-of-proxy@proxy.example:3128"}})
        script = ("sed -i 's/^temperature: .*/temperature: 0.3/; s/^reflection_interval_h: .*/reflection_interval_h: 2d/; "
                  "s/^    headless: true/    headless: false/' \"$1\"")
        done = self.succeed(self.edit(script, "settings", "edit"))
        text = self.seen()
        self.assertNotIn("secret-of-proxy", text)
        self.assertIn("  proxy: \"***\"\n", text)
        self.assertIn("# *** stands for a stored secret", text)
        for name in ("options", "proxy_set", "changes", "basic", "advanced"):
            self.assertNotRegex(text, rf"(?m)^#?\s*{name}:")
        self.assertRegex(done.out, r"temperature\s+0\.3")
        self.assertIn("restart", done.err)
        after = self.get("settings")
        self.assertEqual((after["advanced"]["temperature"], after["advanced"]["reflection_interval_h"],
                          after["browser"]["playwright"]["headless"], after["browser"]["proxy_set"]), (0.3, 48, False, True))
        dry = self.succeed(self.edit("sed -i 's/^    headless: .*/    headless: true/' \"$1\"", "settings", "edit", "--dry-run"))
        self.assertEqual(json.loads(dry.out[dry.out.index("{"):]), {"browser": {"playwright": {"headless": True}}})

    def test_a_setting_that_is_taken_away(self):
        self.put("PATCH", "settings", {"timezone": "Europe/Berlin", "browser": {"domain_allowlist": ["example.com"]}})
        script = "sed -i '/^timezone:/d; /^  domain_allowlist:/,/^    - /d' \"$1\""
        dry = self.succeed(self.edit(script, "settings", "edit", "--dry-run"))
        self.assertEqual(json.loads(dry.out[dry.out.index("{"):]), {"timezone": "", "browser": {"domain_allowlist": []}})
        self.succeed(self.edit(script, "settings", "edit"))
        after = self.get("settings")
        self.assertEqual((after["basic"]["timezone"], after["browser"]["domain_allowlist"]), (None, []))

    # ------------------------------------------------------------------------------------------------------ channels
    def test_a_channel_with_its_secret(self):
        self.put("PUT", "channels/telegram", TELEGRAM)
        done = self.succeed(self.edit("sed -i 's/^  - ann/  - ann\\n  - ben/' \"$1\"", "channels", "edit", "tele"))
        self.assertNotIn("telegram-secret-value", self.seen())
        self.assertIn("when the agent is restarted", done.err)
        self.assertEqual(self.get("channels")["channels"],
                         {"telegram": {**TELEGRAM, "token": "***", "allowFrom": ["ann", "ben"]}}, "no channel of another name is made")
        self.succeed(self.edit("sed -i '/^enabled:/d' \"$1\"", "channels", "edit", "telegram"))
        self.assertNotIn("enabled", self.get("channels/telegram")["config"])

    # ----------------------------------------------------------------------------------------------------------- mcp
    def test_an_mcp_server_with_its_secrets(self):
        self.put("POST", "mcp", {"name": "files", "command": "no-such-program", "args": ["--quiet"], "enabled": False,
                                 "env": {"TOKEN": "a-secret-value-1", "MODE": "x"}})
        self.succeed(self.edit("sed -i 's/^#*toolTimeout:.*/toolTimeout: 2m/; s/^  - .*--quiet.*/  - --loud/' \"$1\"", "mcp", "edit",
                               "fil"))
        self.assertNotIn("a-secret-value-1", self.seen())
        with open(os.path.join(self.place, "mcp.json"), encoding="utf-8") as file:
            stored = json.load(file)["servers"]["files"]
        self.assertEqual((stored["toolTimeout"], stored["args"], stored["env"]["TOKEN"]), (120, ["--loud"], "a-secret-value-1"))
        self.succeed(self.edit("sed -i '/^command:/d; /^args:/,/^  - /d; /^env:/,/^  TOKEN/d; /^  MODE/d; "
                               "s/^#url:.*/url: https:\\/\\/mcp.example.net/' \"$1\"", "mcp", "edit", "files"))
        config = self.get("mcp/files")["config"]
        self.assertEqual((config.get("url"), config.get("command")), ("https://mcp.example.net", None))

    # --------------------------------------------------------------------------------------------- providers and peers
    def test_a_provider_with_its_key(self):
        self.put("POST", "credentials/providers", {"name": "openrouter", "value": "sk-key-of-openrouter",
                                                   "extraHeaders": {"X-Team": "header-secret-1"}})

        def provider():
            return next(one for one in self.get("credentials/providers")["items"] if one["name"] == "openrouter")
        self.succeed(self.edit("sed -i 's/^#apiBase:.*/apiBase: https:\\/\\/models.example.net/' \"$1\"", "providers", "edit", "openr"))
        self.assertIn('value: "***"\n', self.seen())
        self.assertNotIn("sk-key", self.seen())
        self.assertEqual((provider()["apiBase"], provider()["hasValue"], provider()["extraHeaders"]),
                         ("https://models.example.net", True, {"X-Team": "***"}))
        done = self.fail_with(2, self.edit("sed -i '/^value:/d' \"$1\"", "providers", "edit", "openrouter"))
        self.assertIn("value: cannot be left out", done.err)
        self.succeed(self.edit("sed -i '/^apiBase:/d; /^extraHeaders:/d; /^  X-Team:/d' \"$1\"", "providers", "edit", "openrouter"))
        self.assertEqual((provider()["apiBase"], provider()["hasValue"], provider().get("extraHeaders")), ("", True, None))

    def test_a_peer_with_its_token(self):
        self.put("POST", "a2a/peers", {"alias": "research", "url": "https://research.example.net", "token": "token-of-research"})

        def peer():
            (only,) = self.get("a2a/peers")["items"]
            return only["alias"], only["url"], only["hasToken"], only["description"]
        self.succeed(self.edit("sed -i 's/^#description:.*/description: finds things/' \"$1\"", "peers", "edit", "res"))
        self.assertIn('token: "***"\n', self.seen())
        self.assertNotRegex(self.seen(), r"(?m)^#?alias:")
        self.assertEqual(peer(), ("research", "https://research.example.net", True, "finds things"))
        self.succeed(self.edit("sed -i '/^token:/d; /^description:/d' \"$1\"", "peers", "edit", "research"))
        self.assertEqual(peer(), ("research", "https://research.example.net", False, None))

    def test_a_secret_that_is_typed_is_shown_nowhere(self):
        self.put("POST", "a2a/peers", {"alias": "research", "url": "https://research.example.net"})
        done = self.succeed(self.edit("sed -i 's/^#token:.*/token: typed-secret-token/' \"$1\"", "peers", "edit", "research", "-vvv"))
        self.assertNotIn("typed-secret-token", done.out + done.err)
        self.assertTrue(self.get("a2a/peers")["items"][0]["hasToken"])

    # -------------------------------------------------------------------------------------------------------- policy
    def test_the_policy(self):
        for rule in ({"action": "deny", "tool": "exec", "params": {"command": "rm *"}}, {"action": "allow", "tool": "fetch"}):
            self.put("POST", "policy", rule)

        def rules():
            return sorted((rule["action"], rule["tool"], rule.get("params") or {}) for rule in self.get("policy")["rules"])
        script = ("sed -i 's/^    tool: fetch/    tool: browse/; s/^skipCron: false/skipCron: true/' \"$1\"\n"
                  'printf "  - {action: deny, tool: delete_file}\\n" >> "$1"')
        done = self.succeed(self.edit(script, "policy", "edit"))
        self.assertNotIn("added_at", self.seen())
        self.assertIn("#   action: what happens to a call (allow, deny)\n", self.seen())
        self.assertIn("2 added, 1 removed", done.err)
        self.assertEqual(rules(), [("allow", "browse", {}), ("deny", "delete_file", {}), ("deny", "exec", {"command": "rm *"})])
        self.assertTrue(self.get("policy")["skipCron"])
        self.assertIn("nothing changed", self.succeed(self.edit("true", "policy", "edit")).err)
        done = self.fail_with(2, self.edit("echo '  - {action: deny}' >> \"$1\"", "policy", "edit"))
        self.assertRegex(done.err, r"rules\[3\]\.tool: is required")
        os.system("rm -r " + self.home.file(self.copies()[0]))
        done = self.fail_with(2, self.edit("sed -i 's/^    params:/    parms:/' \"$1\"", "policy", "edit"))
        self.assertRegex(done.err, r"unknown key 'rules\[\d\]\.parms'; did you mean 'params'\?")
        self.assertEqual(len(rules()), 3)

    def test_a_rule_of_a_protected_agent_is_removed_by_whoever_names_it(self):
        self.succeed(self.home.run("context", "add", "live", "--url", self.server.url, "--token-file", self.server.token_file,
                                   "--protected"))
        self.put("POST", "policy", {"action": "deny", "tool": "exec"})
        script = "sed -i '/^rules:/,$d' \"$1\"; echo 'rules: []' >> \"$1\""
        done = self.fail_with(4, self.edit(script, "policy", "edit", "--context", "live", env={"FACIOCTL_URL": None}))
        self.assertIn("rules: []", self.kept(done))
        self.assertEqual(len(self.get("policy")["rules"]), 1)
        self.succeed(self.edit(script, "policy", "edit", "--context", "live", "--yes=live", env={"FACIOCTL_URL": None}))
        self.assertEqual(self.get("policy")["rules"], [])

    def test_a_policy_that_is_partly_refused(self):
        script = ('printf "rules:\\n  - {action: allow, tool: fetch}\\n'
                  '  - {action: deny, tool: exec, params: {programs: git}}\\n" | sed "s/^/  /; s/^  rules/rules/" > "$1.new"\n'
                  'sed "/^#*rules:/d" "$1" > "$1.old"; cat "$1.old" "$1.new" > "$1"; rm "$1.old" "$1.new"')
        done = self.fail_with(9, self.edit(script, "policy", "edit"))
        self.assertIn("1 of 2 changes were made, then:", done.err)
        self.assertIn("programs: git", self.kept(done))
        self.assertEqual([rule["tool"] for rule in self.get("policy")["rules"]], ["fetch"])

    # -------------------------------------------------------------------------------------------------------- skills
    def test_a_skill(self):
        path = os.path.join(self.place, "skills/weather/SKILL.md")
        os.makedirs(os.path.dirname(path))
        with open(path, "w", encoding="utf-8") as file:
            file.write("---\nname: weather\ndescription: tells the weather\n---\n# How\nLook outside.\n")
        self.succeed(self.edit("sed -i s/outside/up/ \"$1\"", "skills", "edit", "wea"))
        with open(path, encoding="utf-8") as file:
            self.assertIn("# How\nLook up.\n", file.read())
        shown = self.edit_at_terminal(2, "sed -i /^description/d \"$1\"", "skills", "edit", "weather")
        self.assertIn("SKILL.md needs a description", shown)
        self.assertIn("#! ", self.seen())
        self.assertIn("Look up.", self.kept_text(shown))
        with open(path, encoding="utf-8") as file:
            self.assertIn("description: tells", file.read())

    # ------------------------------------------------------------------------------------------------------- contexts
    def test_where_nothing_may_be_written_no_editor_is_opened(self):
        self.succeed(self.home.run("context", "add", "look", "--url", self.server.url, "--token-file", self.server.token_file,
                                   "--readonly"))
        self.create_job(self.server, "report")
        editor = {"EDITOR": f"touch {self.home.file('opened')}; true", "VISUAL": None}
        self.assertIn("read-only", self.fail_with(4, self.home.run("--context", "look", "cron", "edit", "report", env=editor)).err)
        self.assertFalse(os.path.exists(self.home.file("opened")))


if __name__ == "__main__":
    harness.main()
