#!/usr/bin/env python3
"""Whole agents in files: export, validate, diff, plan, apply, adopt, forget, drift, rollback."""

import functools
import os
import random
import re
import subprocess

import harness
from agent_states import SECRET, ContractFront, State, requester, secrets_in

STATES = int(os.environ.get("FACIOCTL_STATES", "50"))
HEAD = "apiVersion: facioctl/v1\nkind: AgentConfig\n"


class Manifests(harness.Case):
    def front(self, server, **options):
        front = ContractFront(server, **options)
        self.addCleanup(front.close)
        return front

    def through(self, front, server, *arguments, env=None, **options):
        env = {"FACIOCTL_URL": front.url, "FACIOCTL_TOKEN_FILE": server.token_file, **(env or {})}
        return self.home.run(*arguments, env=env, **options)

    def manifest(self, text, name="agent.yaml"):
        return self.home.write(name, HEAD + text)

    def fail_with_code(self, code, done):
        self.assertEqual(done.code, code, str(done))
        return done

    def files_of_home(self):
        for directory, _, names in os.walk(self.home.file("state")):
            for name in names:
                with open(os.path.join(directory, name), "rb") as file:
                    yield name, file.read()


class RandomStates(Manifests):
    @staticmethod
    def plain_text(exported):
        """Nothing clears this time-out, so that one which is taken out becomes the default."""
        return exported.replace("    toolTimeout: 30\n", "")

    def round_trip(self, plain, count):
        """One agent gets state after state; the other one is made like it by files, each time from what the last state left there."""
        one, other = self.serve(data="one"), self.serve(data="other")
        front = self.front(other, plain=plain)
        run, request, kind = functools.partial(self.through, front, other), requester(one), []
        for seed in range(count):
            with self.subTest(seed=seed):
                State(random.Random(seed)).put_on(request)
                exported = self.succeed(one.run("export", *kind)).out
                self.assertNotIn(SECRET, exported)
                env = secrets_in(exported)
                path = self.home.write("agent.yaml", exported)
                done = self.succeed(run("apply", "-f", path, "--prune", "--prune-limit", "100", "--yes", env=env))
                front.writes.clear()
                again = self.succeed(run("apply", "-f", path, "--prune", env=env))
                self.assertEqual((again.out, front.writes), ("nothing to do\n", []), str(done))
                if not plain:
                    self.assertEqual(self.plain_text(self.succeed(other.run("export")).out), self.plain_text(exported))
                self.assertEqual(self.succeed(run("diff", "-f", path, "--exit-code", env=env)).out, "nothing differs\n")
        for name, data in self.files_of_home():
            self.assertNotIn(SECRET.encode(), data, name)

    def test_export_and_apply_reproduce_an_agent(self):
        self.round_trip(plain=False, count=STATES)

    def test_an_agent_that_has_the_contract_alone(self):
        self.round_trip(plain=True, count=max(STATES // 5, 1))


class Applying(Manifests):
    JOB = "cron:\n  report: {schedule: 0 7 * * *, tz: Europe/Berlin, message: Sum up}\n"

    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.request = requester(self.server)

    def jobs(self):
        return {job["name"]: job for job in self.request("GET", "/cron")["items"]}

    def apply(self, text, *flags, env=None):
        return self.server.run("apply", "-f", self.manifest(text), *flags, env=env)

    def diff(self, text, *flags, env=None):
        return self.succeed(self.server.run("diff", "-f", self.manifest(text), *flags, env=env)).out

    # ------------------------------------------------------------------------------------------------------------ form

    def test_what_is_wrong_in_a_file_is_said_and_nothing_sent(self):
        front = self.front(self.server)
        for text, words in (
                ("cron:\n  a: {schedule: 0 7 * * *, mesage: x}\n", "unknown key 'mesage'; did you mean 'message'?"),
                ("cron:\n  a: {schedule: 0 7 * *, message: x}\n", "cron.a.schedule.expr"),
                ("cron:\n  a: {message: x}\n", "cron.a"),
                ("corn: {}\n", "unknown section; did you mean 'cron'?"),
                ("settings: {temprature: 1}\n", "unknown key 'temprature'; did you mean 'temperature'?"),
                ("settings: {max_tokens: many}\n", "settings.max_tokens"),
                ("credentials: {KEY: {value: in plain sight}}\n", "credentials.KEY.value"),
                ("providers: {openrouter: {value: sk-plain}}\n", "secret in plain text"),
                ("credentials: {KEY: {valueFrom: {vault: x}}}\n", "must be {env: VARIABLE}, {file: PATH}"),
                ("mcp: {a: {command: x, url: 'http://h'}}\n", "mcp.a"),
                ("policy: {rules: [{action: permit, tool: exec}]}\n", "policy.rules[0].action"),
                ("workspace: {files: {../x: y}}\n", "workspace.files.../x"),
                ("workspace: {files: {x: {file: missing.txt}}}\n", "missing.txt"),
                ("cron: {a: {every: 1h, message: {valueFrom: {env: X}}}}\n", "valueFrom cannot stand here"),
                ("settings: {model: {valueFrom: {env: X}}}\n", "valueFrom cannot stand here"),
                ("mcp: {a/b: {command: x}}\n", "mcp.a/b"),
                ("metadata: me\n", "must be a map with name and owner"),
                ("metadata: {ower: me}\n", "there are name and owner")):
            with self.subTest(text):
                for command in ("validate", "diff", "apply"):
                    done = self.fail_with(2, self.through(front, self.server, command, "-f", self.manifest(text)))
                    self.assertIn(words, done.err)
        self.assertEqual(front.writes, [])
        for text in ("kind: AgentConfig\n", "apiVersion: facioctl/v2\nkind: AgentConfig\n", "apiVersion: facioctl/v1\nkind: Pod\n",
                     "- a\n"):
            self.fail_with(2, self.server.run("validate", "-f", self.home.write("odd.yaml", text)))
        self.succeed(self.server.run("validate", "-f", self.manifest("x-note: {a: 1}\n" + self.JOB)))

    def test_validate_finds_what_refers_to_nothing(self):
        path = self.manifest("credentials: {KEY: {valueFrom: {env: KEY}}}\nchannels: {mail: {type: email}}\n"
                             "mcp: {a: {command: x, env: {T: '${credentials.OTHER}'}}}\n"
                             "cron: {r: {schedule: '@daily', message: m, deliver: true, channel: male}}\n")
        found = self.fail_with_code(9, self.home.run("validate", "-f", path, "-o", "json")).json()
        self.assertEqual([(one["check"], one["severity"]) for one in found],
                         [("manifest.reference", "warning"), ("manifest.reference", "warning"), ("manifest.secret", "info")])
        self.assertIn("OTHER", found[0]["message"] + found[1]["message"])
        self.assertIn("male", found[0]["message"] + found[1]["message"])

    def test_several_files_make_one_manifest(self):
        os.mkdir(self.home.file("parts"))
        self.home.write("parts/a.yaml", HEAD + self.JOB)
        self.home.write("parts/b.yml", HEAD + "settings: {max_tokens: 100}\n---\n" + HEAD + "channels: {hook: {type: webhook}}\n")
        self.home.write("parts/notes.txt", "not read")
        out = self.succeed(self.server.run("apply", "-f", self.home.file("parts"))).out
        self.assertEqual(out, "settings/max_tokens changed\nchannels/hook created\ncron/report created\n")
        again = self.server.run("apply", "-f", self.home.file("parts/a.yaml"), "-f", self.home.file("parts/b.yml"))
        self.assertEqual(self.succeed(again).out, "nothing to do\n")
        job = '"cron":{"report":{"schedule":"@daily","message":"x"}}'
        self.home.write("parts/c.json", f'{{"apiVersion":"facioctl/v1","kind":"AgentConfig",{job}}}')
        self.assertIn("stands a second time", self.fail_with(2, self.server.run("apply", "-f", self.home.file("parts"))).err)

    def test_schedules_and_durations_as_people_write_them(self):
        self.succeed(self.apply("cron:\n  a: {every: 90m, message: x, max_turn_ms: 10m}\n"
                                "  b: {schedule: {at: 2099-01-01T09:00:00Z}, message: x}\n"
                                "  c: {schedule: {kind: every, every_ms: 1h}, message: x}\n"))
        schedules = {name: job["schedule"] for name, job in self.jobs().items()}
        self.assertEqual([schedules["a"]["every_ms"], schedules["b"]["at_ms"], schedules["c"]["every_ms"]],
                         [5_400_000, 4_070_941_200_000, 3_600_000])
        self.assertEqual(self.jobs()["a"]["payload"]["max_turn_ms"], 600_000)

    # ------------------------------------------------------------------------------------------------------ three ways

    def test_fields_that_the_manifest_does_not_name_are_the_agents(self):
        self.succeed(self.apply(self.JOB))
        job = self.jobs()["report"]
        self.request("PATCH", "/cron/" + job["id"], {"detail_prompt": "by hand"})
        self.assertEqual(self.diff(self.JOB), "nothing differs\n")
        self.succeed(self.apply(self.JOB.replace("Sum up", "Sum it up")))
        self.assertEqual(self.jobs()["report"]["payload"]["detail_prompt"], "by hand")

    def test_a_field_that_is_taken_out_of_the_manifest_is_cleared(self):
        self.succeed(self.apply(self.JOB.replace("Sum up", "Sum up, detail_prompt: more")))
        self.assertIn('.detail_prompt "more" (taken out)', self.diff(self.JOB))
        self.succeed(self.apply(self.JOB))
        self.assertNotIn("detail_prompt", self.jobs()["report"]["payload"])
        channel = "channels: {hook: {type: webhook, a: 1, deep: {b: 2, c: 3}}}\n"
        self.succeed(self.apply(channel))
        self.request("PUT", "/channels/hook", {"type": "webhook", "a": 1, "deep": {"b": 2, "c": 3, "own": 4}})
        self.succeed(self.apply(channel.replace("a: 1, ", "").replace(", c: 3", "")))
        self.assertEqual(self.request("GET", "/channels/hook")["config"], {"type": "webhook", "deep": {"b": 2, "own": 4}})

    def test_null_clears(self):
        self.succeed(self.apply("settings: {timezone: Europe/Berlin}\n"))
        self.succeed(self.apply("settings: {timezone: null}\n"))
        self.assertIsNone(self.request("GET", "/settings")["basic"]["timezone"])
        self.assertEqual(self.diff("settings: {timezone: null}\n"), "nothing differs\n")

    def test_settings_that_leave_the_manifest_stay(self):
        self.succeed(self.apply("settings: {max_tokens: 77, temperature: 0.2}\n"))
        self.succeed(self.apply("settings: {max_tokens: 77}\n", "--prune"))
        self.assertEqual(self.request("GET", "/settings")["advanced"]["temperature"], 0.2)

    # --------------------------------------------------------------------------------------------------------- owners

    def test_what_nobody_recorded_is_not_changed(self):
        self.create_job(self.server, "report")
        before = self.jobs()
        done = self.fail_with(6, self.apply(self.JOB + "settings: {max_tokens: 5}\n"))
        self.assertIn("cron/report is on the agent already, and nobody has recorded it", done.err)
        self.assertIn("nothing was sent", done.err)
        self.assertEqual(self.jobs(), before)
        self.assertNotEqual(self.request("GET", "/settings")["advanced"]["max_tokens"], 5)
        self.succeed(self.server.run("adopt", "cron/report"))
        self.assertEqual(self.succeed(self.apply(self.JOB)).out, "cron/report changed\n")

    def test_what_is_as_it_should_be_is_recorded_without_a_write(self):
        self.create_job(self.server, "report")
        exported = self.succeed(self.server.run("export", "cron")).out
        self.home.write("agent.yaml", exported)
        self.assertEqual(self.succeed(self.server.run("apply", "-f", self.home.file("agent.yaml"))).out, "nothing to do\n")
        self.home.write("agent.yaml", exported.replace("hello", "hello you"))
        self.assertEqual(self.succeed(self.server.run("apply", "-f", self.home.file("agent.yaml"))).out, "cron/report changed\n")

    def test_what_was_exported_is_managed_by_applying_it(self):
        """Also where secrets are stored, which nobody can compare: they are set once."""
        self.request("POST", "/credentials", {"key": "KEY", "value": "v"})
        self.request("PUT", "/channels/hook", {"type": "webhook", "token": "v"})
        path = self.home.write("agent.yaml", self.succeed(self.server.run("export")).out)
        env = {"KEY": "v", "CHANNELS_HOOK_TOKEN": "v"}
        done = self.succeed(self.server.run("apply", "-f", path))
        self.assertEqual((done.out, done.err.count("what is stored stays")), ("nothing to do\n", 2))
        done = self.succeed(self.server.run("apply", "-f", path, env=env))
        self.assertEqual(done.out, "credentials/KEY changed\nchannels/hook changed\n")
        self.assertEqual(self.succeed(self.server.run("apply", "-f", path, env=env)).out, "nothing to do\n")

    def test_two_owners(self):
        one, two = "metadata: {owner: one}\n", "metadata: {owner: two}\n"
        self.succeed(self.apply(one + self.JOB))
        changed = two + self.JOB.replace("Sum up", "Mine")
        done = self.fail_with(6, self.apply(changed))
        self.assertIn("cron/report belongs to one", done.err)
        self.assertEqual(self.jobs()["report"]["payload"]["message"], "Sum up")
        self.assertIn("! cron/report belongs to one", self.diff(changed))
        self.succeed(self.apply(changed, "--take-over"))
        self.assertIn("belongs to two", self.fail_with(6, self.apply(one + self.JOB)).err)

    def test_prune_deletes_only_what_the_same_owner_applied(self):
        self.create_job(self.server, "by hand")
        jobs = "".join(f"  job{n}: {{schedule: '@daily', message: x}}\n" for n in range(8))
        self.succeed(self.apply("metadata: {owner: other}\nchannels: {hook: {type: webhook}}\n"))
        self.succeed(self.apply("cron:\n" + jobs + "  kept: {schedule: '@daily', message: x, protected: true}\n"))
        one_less = ("cron:\n" + jobs.replace("  job7: {schedule: '@daily', message: x}\n", "") +
                    "  kept: {schedule: '@daily', message: x, protected: true}\n")
        self.assertIn("no longer in the manifest: cron/job7", self.succeed(self.apply(one_less)).err)
        self.assertIn("job7", self.jobs())
        self.fail_with(2, self.apply(one_less, "--prune"))  # would ask
        self.assertEqual(self.succeed(self.apply(one_less, "--prune", "--yes")).out, "cron/job7 deleted\n")
        few = "cron:\n  job0: {schedule: '@daily', message: x}\n  kept: {schedule: '@daily', message: x}\n"
        done = self.fail_with(2, self.apply(few, "--prune", "--yes"))
        self.assertIn("would delete 6 of 8 objects: cron/job1, cron/job2", done.err)
        self.succeed(self.apply(few, "--prune", "--prune-limit", "6", "--yes"))
        self.assertEqual(sorted(self.jobs()), ["by hand", "job0", "kept"])
        self.succeed(self.apply(few.replace("kept: {", "kept: {protected: true, ")))
        done = self.succeed(self.apply("cron:\n  job0: {schedule: '@daily', message: x}\n", "--prune", "--yes"))
        self.assertIn("cron/kept is protected, and stays", done.err)
        self.assertIn("protected: true", self.succeed(self.server.run("export", "cron")).out)
        self.assertIn("cron/kept is no longer protected", self.succeed(self.apply(few)).err)
        self.fail_with(2, self.apply("", "--prune", "--yes"))
        self.succeed(self.apply("metadata: {owner: pair}\npolicy: {rules: [{action: deny, tool: a}, {action: deny, tool: b}]}\n"))
        half = "metadata: {owner: pair}\npolicy: {rules: [{action: deny, tool: a}]}\n"
        self.assertIn("would delete 1 of 2 objects: rules/deny:b", self.fail_with(2, self.apply(half, "--prune", "--yes")).err)
        self.succeed(self.apply(half, "--prune", "--prune-limit", "1", "--yes"))
        self.assertEqual(list(self.request("GET", "/channels")["channels"]), ["hook"])

    # -------------------------------------------------------------------------------------------------------- secrets

    def test_secrets_are_compared_by_a_keyed_hash(self):
        text = ("credentials: {KEY: {valueFrom: {env: KEY}}}\nchannels: {hook: {type: webhook, token: {valueFrom: {file: token.txt}}}}\n"
                "mcp: {a: {enabled: false, command: /bin/true, env: {MODE: fast}}}\n")
        self.home.write("token.txt", "the token\n")
        env = {"KEY": "the key"}
        done = self.fail_with(2, self.apply(text))
        self.assertIn("$KEY is not set; nothing was sent", done.err)
        self.assertEqual(self.request("GET", "/credentials")["items"], [])
        self.succeed(self.apply(text, env=env))
        self.assertEqual(self.diff(text, env=env), "nothing differs\n")
        done = self.succeed(self.server.run("diff", "-f", self.manifest(text)))  # nobody can compare, and nothing says that it changed
        self.assertEqual((done.out, "$KEY is not set; what is stored stays" in done.err), ("nothing differs\n", True))
        self.assertEqual(self.diff(text, env={"KEY": "another"}),
                         "~ credentials/KEY .value (secret: will be set)\n0 to add, 1 to change, 0 to delete\n")
        self.home.write("token.txt", "another token")
        self.assertEqual(self.succeed(self.apply(text.replace("fast", "slow"), env=env)).out, "channels/hook changed\nmcp/a changed\n")
        self.assertEqual(self.succeed(self.apply(text, "--rotate", "credentials/KEY", env=env)).out,
                         "credentials/KEY changed\nmcp/a changed\n")
        for name, data in self.files_of_home():
            for secret in (b"the key", b"the token", b"another token"):
                self.assertNotIn(secret, data, name)
        for where in (["-vvv"], ["--dry-run"]):
            done = self.apply(text, *where, env={"KEY": "shown nowhere"})
            self.assertNotIn("shown nowhere", done.out + done.err)

    # ------------------------------------------------------------------------------------------------- plans and undo

    def test_a_plan_is_carried_out_as_it_was_made_or_not_at_all(self):
        plan = self.home.file("p.plan")
        self.succeed(self.server.run("plan", "-f", self.manifest(self.JOB), "--out", plan))
        self.assertEqual(self.jobs(), {})
        self.manifest("cron: {}\n")
        self.assertEqual(self.succeed(self.server.run("apply", plan)).out, "cron/report created\n")
        self.succeed(self.server.run("plan", "-f", self.manifest(self.JOB.replace("Sum up", "New")), "--out", plan))
        self.request("PATCH", "/cron/" + self.jobs()["report"]["id"], {"message": "meanwhile"})
        self.assertIn("not as it was", self.fail_with(6, self.server.run("apply", plan)).err)
        self.assertEqual(self.jobs()["report"]["payload"]["message"], "meanwhile")
        self.fail_with(2, self.server.run("apply", self.home.write("no.plan", "{}")))
        self.fail_with(2, self.server.run("apply"))
        self.fail_with(2, self.server.run("apply", plan, "-f", self.manifest(self.JOB)))

    def test_drift_and_rollback(self):
        text = self.JOB + "channels: {hook: {type: webhook, a: 1}}\nsettings: {max_tokens: 77}\n"
        before = self.succeed(self.server.run("export")).out
        self.succeed(self.apply(text))
        self.assertEqual(self.succeed(self.server.run("drift", "--exit-code")).out, "nothing differs\n")
        self.request("PATCH", "/cron/" + self.jobs()["report"]["id"], {"message": "by hand"})
        self.request("DELETE", "/channels/hook")
        done = self.fail_with_code(8, self.server.run("drift", "--exit-code"))
        self.assertEqual(done.out, "- channels/hook (gone)\n~ cron/report .message \"Sum up\" -> \"by hand\"\n"
                                   "0 to add, 1 to change, 1 to delete\n")
        self.succeed(self.apply(text))
        self.assertEqual(self.succeed(self.server.run("drift")).out, "nothing differs\n")
        listed = self.succeed(self.server.run("applies", "-o", "json")).json()
        self.assertEqual([one["done"] for one in listed], [2, 3])
        self.succeed(self.server.run("rollback", "--yes"))
        self.succeed(self.server.run("rollback", listed[1]["id"], "--yes"))
        self.assertEqual(self.succeed(self.server.run("export")).out, before)
        self.fail_with(5, self.server.run("rollback", "20200101-000000-0000"))

    def test_dry_run_and_a_readonly_context_change_nothing(self):
        front = self.front(self.server)
        done = self.succeed(self.through(front, self.server, "apply", "-f", self.manifest(self.JOB), "--dry-run"))
        self.assertEqual(done.out, "+ cron/report\n1 to add, 0 to change, 0 to delete\n")
        config = self.home.write("config.yaml", f"contexts: {{here: {{url: '{front.url}', token: {{file: '{self.server.token_file}'}}, "
                                                f"readonly: true}}}}\ncurrent: here\n")
        done = self.home.run("apply", "-f", self.manifest(self.JOB), env={"FACIOCTL_CONFIG": config})
        self.assertNotEqual(done.code, 0)
        self.assertEqual((front.writes, self.jobs()), ([], {}))

    def test_a_failure_stops_what_depends_on_it_and_nothing_else(self):
        text = ("credentials: {BAD: {valueFrom: {env: BAD}}}\n"
                "mcp: {a: {enabled: false, command: /bin/true, env: {T: '${credentials.BAD}'}}}\n" + self.JOB)

        def refuse(_, handler):
            if handler.path == "/api/v1/credentials":
                handler.reply(400, {"error": {"code": "bad_request", "message": "value: refused"}})
                return False
            return True
        front = self.front(self.server, before=refuse)
        path, env = self.manifest(text), {"BAD": "x"}
        done = self.fail_with(9, self.through(front, self.server, "apply", "-f", path, env=env))
        self.assertEqual(done.out, "credentials/BAD failed: value: refused\nmcp/a skipped: credentials/BAD was not done\n"
                                   "cron/report created\n")
        self.assertEqual(list(self.jobs()), ["report"])
        path = self.manifest(text.replace("report", "other"))
        self.fail_with(17, self.through(front, self.server, "apply", "-f", path, "--atomic", env=env))
        self.assertEqual(list(self.jobs()), ["report"])
        front.before = None
        self.assertEqual(self.succeed(self.through(front, self.server, "apply", "-f", self.manifest(text), env=env)).out,
                         "credentials/BAD created\nmcp/a created\n")

    def test_a_change_made_meanwhile_is_not_overwritten(self):
        def meddle(number, _):
            if number == 1:
                self.request("PATCH", "/cron/" + self.jobs()["report"]["id"], {"message": "by another"})
            return True
        front = self.front(self.server)
        self.succeed(self.through(front, self.server, "apply", "-f", self.manifest(self.JOB + "channels: {hook: {type: webhook, a: 1}}\n")))
        front.writes.clear()
        front.before = meddle
        path = self.manifest(self.JOB.replace("Sum up", "Mine") + "channels: {hook: {type: webhook, a: 2}}\n")
        done = self.fail_with(9, self.through(front, self.server, "apply", "-f", path))
        self.assertIn("cron/report failed: cron/report was changed on the agent since it was compared", done.out)
        self.assertEqual(self.jobs()["report"]["payload"]["message"], "by another")

    def test_killed_at_every_step_the_next_apply_finishes(self):
        text = ("workspace: {files: {a.md: hello}}\ncredentials: {KEY: {valueFrom: {env: KEY}, exposed: true}}\nsettings: {max_tokens: 9}\n"
                "policy: {skipCron: true, rules: [{action: deny, tool: exec}]}\nproviders: {openrouter: {value: {valueFrom: {env: KEY}}}}\n"
                "channels: {hook: {type: webhook, token: {valueFrom: {env: KEY}}}}\na2a: {peers: {p: {url: 'https://p.example'}}}\n"
                "mcp: {a: {enabled: false, command: /bin/true, env: {T: {valueFrom: {env: KEY}}}}}\n" + self.JOB)
        env = {"KEY": SECRET}
        whole = self.serve(data="whole")
        path = self.manifest(text)
        self.succeed(whole.run("apply", "-f", path, env=env))
        wanted = self.succeed(whole.run("export")).out
        writes = 10
        for at in range(1, writes + 1):
            for passed_on in (False, True):
                with self.subTest(at=at, passed_on=passed_on):
                    server = self.serve(data=f"killed-{at}-{passed_on}")
                    running = []

                    def kill(number, handler):
                        if number == at:
                            running[0].kill()
                            running[0].wait()
                            return passed_on
                        return True
                    front = self.front(server, before=kill)
                    environment = {**self.home.environment, "FACIOCTL_URL": front.url, "FACIOCTL_TOKEN_FILE": server.token_file, **env}
                    running.append(subprocess.Popen([harness.CLIENT, "apply", "-f", path], env=environment,
                                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
                    self.assertEqual(running[0].wait(harness.DEADLINE), -9)
                    front.before = None
                    self.succeed(self.through(front, server, "apply", "-f", path, env=env))
                    self.assertEqual(self.succeed(server.run("export")).out, wanted)
                    front.writes.clear()
                    self.assertEqual(self.succeed(self.through(front, server, "apply", "-f", path, env=env)).out, "nothing to do\n")
                    self.assertEqual(front.writes, [])

    def test_what_only_reads_leaves_nothing_behind(self):
        for command in (["export"], ["diff", "-f", self.manifest(self.JOB)], ["drift"], ["applies"]):
            self.succeed(self.server.run(*command))
        self.assertFalse(os.path.exists(self.home.file("state/facioctl/manifest")))

    def test_clone(self):
        other = self.serve(data="other")
        contexts = ", ".join(f"{name}: {{url: '{one.url}', token: {{file: '{one.token_file}'}}}}"
                             for name, one in (("here", self.server), ("there", other)))
        env = {"FACIOCTL_CONFIG": self.home.write("config.yaml", f"contexts: {{{contexts}}}\n"), "KEY": "x"}
        run = functools.partial(self.home.run, "clone", "--from", "here", env=env)
        self.succeed(self.apply(self.JOB + "credentials: {KEY: {valueFrom: {env: KEY}}}\nworkspace: {files: {a.md: hello}}\n", env=env))
        compare = functools.partial(self.home.run, "diff", "--from", "here", "--to", "there", "--exit-code", env=env)
        requester(other)("POST", "/a2a/peers", {"alias": "own", "url": "https://own.example"})
        self.assertEqual(self.fail_with_code(8, compare()).out, "+ files/a.md\n+ credentials/KEY\n+ cron/report\n- peers/own\n"
                                                                "3 to add, 0 to change, 1 to delete\n")
        requester(other)("DELETE", "/a2a/peers/own")
        self.assertIn("+ cron/report\n", self.succeed(run("--to", "there", "--dry-run")).out)
        self.assertEqual(requester(other)("GET", "/cron")["items"], [])
        self.succeed(run("--to", "there"))
        self.assertEqual(self.succeed(other.run("export")).out, self.succeed(self.server.run("export")).out)
        self.assertEqual(self.succeed(run("--to", "there")).out, "nothing to do\n")
        self.assertEqual(self.succeed(compare()).out, "nothing differs\n")
        self.fail_with(2, self.home.run("diff", env=env))
        self.fail_with(2, self.home.run("diff", "--from", "here", env=env))
        for nowhere in ("here", "nowhere"):
            self.fail_with(2, run("--to", nowhere))

    def test_a_hostile_agent_writes_nothing_elsewhere(self):
        def tree(*children):
            return {"root": "/x", "tree": {"path": ".", "name": ".", "type": "dir", "children": list(children)}}
        os.makedirs(self.home.file("deep/out"))
        self.home.write("deep/own", "mine")
        names = ["../../own", "../own", "/own", "a/../../../own", "..", "a\0b", "a\nb", "\x1b[31m"]
        for name in names:
            with self.subTest(name):
                answers = {"/api/v1/workspace/tree": tree({"path": name, "name": name, "type": "file", "size": 4}),
                           "/api/v1/workspace/file": {"path": name, "size": 4, "encoding": "utf-8", "content": "EVIL"}}
                front = self.front(self.server, answers=answers)
                done = self.succeed(self.through(front, self.server, "export", "files", "-d", "deep/out"))
                self.assertIn("is not safe", done.err)
        with open(self.home.file("deep/own"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")
        self.assertEqual(sorted(os.listdir(self.home.file("deep"))), ["out", "own"])
        os.makedirs(self.home.file("linked/workspace"))
        os.symlink(self.home.file("deep"), self.home.file("linked/workspace/notes"))
        self.request("PUT", "/workspace/file?path=notes%2Fown", {"content": "EVIL"})
        self.assertNotEqual(self.server.run("export", "files", "-d", "linked").code, 0)
        with open(self.home.file("deep/own"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")
        endless = self.front(self.server, answers={"/api/v1/workspace/tree": tree({"path": "loop", "name": "loop", "type": "dir"})})
        self.assertIn("could not be listed", self.fail_with(9, self.through(endless, self.server, "export", "files")).err)

    def test_what_the_source_cannot_say_is_not_deleted(self):
        self.succeed(self.apply(self.JOB))
        source = self.serve(data="source")
        contexts = ", ".join(f"{name}: {{url: '{url}', token: {{file: '{token}'}}}}" for name, url, token in (
            ("here", self.front(self.server).url, self.server.token_file), ("there", self.server.url, self.server.token_file),
            ("lacks", self.front(source, answers={"/api/v1/cron": (404, {})}).url, source.token_file),
            ("down", self.front(source, answers={"/api/v1/cron": (503, {"error": {"code": "unavailable", "message": "now"}})}).url,
             source.token_file)))
        env = {"FACIOCTL_CONFIG": self.home.write("config.yaml", f"contexts: {{{contexts}}}\n")}
        clone = functools.partial(self.home.run, "clone", "--to", "there", "--prune", "--prune-limit", "9", "--yes", env=env)
        self.fail_with(14, clone("--from", "down"))
        self.assertIn("this agent has no cron", self.succeed(clone("--from", "lacks")).err)
        self.assertEqual(list(self.jobs()), ["report"])

    def test_rotate_names_something(self):
        for name in ("nonsense", "cron/report", "credentials/OTHER"):
            self.assertIn("--rotate", self.fail_with(2, self.apply(self.JOB, "--rotate", name)).err)

    def test_export_into_a_directory(self):
        self.request("PUT", "/workspace/file?path=notes%2Fa.md", {"content": "hello\n"})
        self.request("PUT", "/workspace/file?path=b.bin", {"content": "/wD/", "encoding": "base64"})
        self.succeed(self.server.run("export", "-d", "out"))
        with open(self.home.file("out/workspace/notes/a.md"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "hello\n")
        other = self.serve(data="other")
        self.succeed(other.run("apply", "-f", "out"))
        self.assertEqual(self.succeed(other.run("export")).out, self.succeed(self.server.run("export")).out)
        self.assertIn("is none of files, credentials", self.fail_with(2, self.server.run("export", "corn")).err)
        self.assertTrue(re.search(r"^policy:", self.succeed(self.server.run("export", "policy")).out, re.M))


if __name__ == "__main__":
    harness.main()
