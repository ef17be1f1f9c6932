#!/usr/bin/env python3
"""Self-improvement: from what a user says to a proposal, a decision, a changed workspace, and back."""

import os

import harness
from contract.facio import improvement

RUNS = "/api/v1/improvement/runs"


class Improvement(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def memory(self):
        try:
            with open(os.path.join(self.server.data, "workspace/memory/MEMORY.md"), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def write_memory(self, text):
        os.makedirs(os.path.join(self.server.data, "workspace/memory"), exist_ok=True)
        with open(os.path.join(self.server.data, "workspace/memory/MEMORY.md"), "w", encoding="utf-8") as file:
            file.write(text)

    def say(self, text):
        improvement.say(self.server, text)

    def chat(self, text):
        status, _, answer = self.server.request("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": text}]})
        self.assertEqual(status, 200, answer)
        return answer["choices"][0]["message"]["content"]

    def reflect(self):
        return improvement.reflect(self.server)

    def proposal(self, text):
        self.say("remember: " + text)
        return self.reflect()

    def post(self, run, word, body=None):
        status, _, answer = self.server.request("POST", f"{RUNS}/{run['id']}/{word}", body or {})
        return status, answer

    def get(self, run, word=""):
        return self.server.request("GET", f"{RUNS}/{run['id']}" + (f"/{word}" if word else ""))

    def set(self, *assignments):
        self.succeed(self.server.run("settings", "set", *assignments))

    # ---------------------------------------------------------------------------------------------- reflection
    def test_what_users_ask_for_is_proposed_once(self):
        self.write_memory("# Memory\n\n- the tea is green\n")
        self.say("Hello.\nRemember: the tea is green\nremember that Ada likes  *short* answers\n\nRemember the milk\nremember:   \n")
        run = self.reflect()
        self.assertEqual((run["status"], run["approval_state"], run["trigger"], run["scopes"]),
                         ("approval_requested", "pending", "manual", ["memory"]))
        self.assertEqual(run["diff_artifacts"], ["memory/MEMORY.md"])
        self.assertEqual({check["name"]: check["status"] for check in run["checks"]},
                         {"scope": "passed", "applies": "passed", "size": "passed", "secrets": "passed", "keeps": "skipped"})
        status, headers, diff = self.get(run, "diff")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/x-diff; charset=utf-8"))
        self.assertEqual([line for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")],
                         ["+- Ada likes  *short* answers"])
        status, headers, report = self.get(run, "report")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/markdown; charset=utf-8"))
        self.assertIn("`Ada likes  *short* answers`", report)
        self.assertEqual(self.memory(), "# Memory\n\n- the tea is green\n", "nothing is applied before somebody says so")
        again = self.reflect()
        self.assertEqual((again["status"], again["diff_artifacts"]), ("no_change", []))
        self.assertEqual(self.post(again, "approve")[0], 409)

    def test_every_diff_by_path(self):
        run = self.proposal("x is y")
        whole = self.get(run, "diff")[2]
        self.assertEqual(self.server.request("GET", f"{RUNS}/{run['id']}/diff?path=memory%2FMEMORY.md")[2], whole)
        self.assertEqual(self.server.request("GET", f"{RUNS}/{run['id']}/diff?path=other.md")[0], 404)
        self.assertEqual(self.server.request("GET", f"{RUNS}/{run['id']}/diff?path=a&path=b")[0], 400)
        self.assertEqual(self.succeed(self.server.run("improvement", "diff", run["id"], "memory/MEMORY.md")).out, whole)

    def test_secrets_are_not_remembered(self):
        self.say("remember: the password is hunter2hunter2")
        run = self.reflect()
        self.assertEqual(run["status"], "failed_validation")
        self.assertEqual([check["name"] for check in run["checks"] if check["status"] == "failed"], ["secrets"])
        self.assertNotIn("hunter2", self.get(run, "report")[2] + str(self.get(run)[2]))
        self.assertEqual(self.post(run, "approve")[0], 409)
        self.assertEqual(self.post(run, "reject")[0], 200)
        self.assertIsNone(self.memory())

    def test_scopes_and_levels(self):
        self.server.request("PATCH", "/api/v1/settings", {"self_improvement": {"scopes": ["skills"]}})
        run = self.proposal("a")
        self.assertEqual(run["status"], "failed_validation")
        self.assertIn("memory/MEMORY.md", str(run["checks"]))
        self.server.request("PATCH", "/api/v1/settings", {"self_improvement": {"scopes": ["memory"], "validation_level": "off"}})
        run = self.proposal("the password is hunter2hunter2")
        self.assertEqual((run["status"], {check["status"] for check in run["checks"]}), ("approval_requested", {"passed", "skipped"}))
        self.server.request("PATCH", "/api/v1/settings", {"self_improvement": {"validation_level": "strict"}})
        run = self.proposal("b")
        self.assertEqual({check["status"] for check in run["checks"]}, {"passed"})

    def test_modes(self):
        self.server.request("PATCH", "/api/v1/settings", {"self_improvement": {"mode": "auto_apply"}})
        run = self.proposal("applied at once")
        self.assertEqual((run["status"], run["approval_state"]), ("applied", "none"))
        self.assertIn("- applied at once\n", self.memory())
        # Without reflection_auto_apply nothing is applied at once, whoever asks for the reflection; its answer tells why.
        for settings, said in (({"reflection_auto_apply": False}, "need approval, because reflection_auto_apply is off"),
                               ({"reflection_auto_apply": True}, "are applied at once"),
                               ({"self_improvement": {"mode": "review"}}, "need approval, because self_improvement.mode is review")):
            # A reflection that is asked for in a chat looks at what was said there.
            for say, ask in ((self.say, lambda: self.server.request("POST", "/api/v1/commands/reflect", {})[2]["output"]),
                             (self.say, lambda: self.server.request("POST", "/api/v1/commands/dream", {})[2]["output"]),
                             (self.chat, lambda: self.chat("/reflect"))):
                with self.subTest(settings=settings):
                    self.server.request("PATCH", "/api/v1/settings", settings)
                    before = self.server.request("GET", RUNS)[2]["count"]
                    say(f"remember: number {before}")
                    self.assertIn(said, ask())

                    def decided():
                        runs = self.server.request("GET", RUNS)[2]["items"]
                        return len(runs) > before and runs[0]["status"] != "proposed" and runs[0]

                    run = harness.wait_until(decided, "the run")
                    self.assertEqual(run["status"], "applied" if "at once" in said else "approval_requested")
        self.server.request("PATCH", "/api/v1/settings", {"self_improvement": {"mode": "off"}})
        self.say("remember: not this")
        before = self.server.request("GET", RUNS)[2]["count"]
        status, _, answer = self.server.request("POST", "/api/v1/commands/reflect", {})
        self.assertEqual((status, answer["error"]["code"]), (409, "conflict"))
        self.assertIn("reflection is off", answer["error"]["message"])
        self.assertEqual(self.server.request("GET", RUNS)[2]["count"], before)

    # ----------------------------------------------------------------------------------------------- decisions
    def test_approve_and_roll_back(self):
        self.write_memory("- first\n")
        run = self.proposal("second")
        status, done = self.post(run, "approve")
        self.assertEqual((status, done["status"], done["approval_state"]), (200, "applied", "approved"), done)
        self.assertEqual(self.memory(), "- first\n- second\n")
        version = self.server.request("GET", f"/api/v1/agent/versions/{done['metadata']['version']}")[2]
        self.assertEqual(version["files"], ["workspace/memory/MEMORY.md"])
        before = self.server.request("GET", f"/api/v1/agent/versions/{done['rollback_ref']}")
        self.assertEqual(before[0], 200)
        for word in ("approve", "reject"):
            self.assertEqual(self.post(run, word)[0], 409)
        status, back = self.post(run, "rollback", {"reason": "wrong", "actor": "Ada"})
        self.assertEqual((status, back["status"]), (200, "rolled_back"), back)
        self.assertEqual(self.memory(), "- first\n")
        newest = self.server.request("GET", "/api/v1/agent/versions?limit=1")[2]["items"][0]
        self.assertEqual((newest["sha"], newest["actor"]), (back["metadata"]["rollback_version"], "Ada"))
        for word in ("approve", "reject", "rollback"):
            self.assertEqual(self.post(run, word)[0], 409)
        actions = [event["details"]["action"] for event in self.server.request("GET", "/api/v1/audit?event=improvement")[2]["items"]]
        self.assertEqual(actions, ["rollback", "approve", "propose"])

    def test_a_new_file_goes_again(self):
        run = self.proposal("only this")
        self.assertEqual(self.post(run, "approve")[0], 200)
        self.assertEqual(self.memory(), "# Memory\n\n- only this\n")
        self.assertEqual(self.post(run, "rollback")[0], 200)
        self.assertIsNone(self.memory())

    def test_several_proposals_add_up(self):
        runs = [self.proposal(f"thing {number}") for number in range(3)]
        for run in (runs[1], runs[0], runs[2]):
            status, done = self.post(run, "approve")
            self.assertEqual(status, 200, done)
        self.assertEqual(sorted(self.memory().split("\n")[2:5]), ["- thing 0", "- thing 1", "- thing 2"])
        status, done = self.post(runs[0], "rollback")
        self.assertEqual(status, 200, done)
        self.assertEqual(sorted(self.memory().split("\n")[2:4]), ["- thing 1", "- thing 2"])

    def test_what_was_remembered_by_hand_meanwhile(self):
        run = self.proposal("the same")
        self.write_memory("- something\n- the same\n")
        status, done = self.post(run, "approve")
        self.assertEqual((status, done["status"], self.memory()), (200, "applied", "- something\n- the same\n"))

    def test_a_diff_that_no_longer_applies(self):
        self.write_memory("- first\n")
        run = self.proposal("second")
        self.write_memory("quite another text\n")
        status, answer = self.post(run, "approve")
        self.assertEqual(status, 409)
        self.assertIn("no longer applies", answer["error"]["message"])
        self.assertEqual(self.get(run)[2]["status"], "approval_requested")
        self.assertEqual(self.memory(), "quite another text\n")
        self.write_memory("- first\n")
        self.assertEqual(self.post(run, "approve")[0], 200)
        self.write_memory("changed again\n")
        status, answer = self.post(run, "rollback")
        self.assertEqual(status, 409)
        self.assertIn("changed since", answer["error"]["message"])
        self.assertEqual((self.memory(), self.get(run)[2]["status"]), ("changed again\n", "applied"))

    def test_reject_and_comment(self):
        run = self.proposal("x")
        status, said = self.post(run, "comment", {"comment": "why?", "actor": "Ada"})
        self.assertEqual((status, said["status"], said["approval_state"]), (200, "approval_requested", "pending"))
        self.assertEqual([(one["actor"], one["comment"]) for one in said["metadata"]["comments"]], [("Ada", "why?")])
        self.assertEqual(self.post(run, "rollback")[0], 409)
        status, done = self.post(run, "reject", {"reason": "too broad"})
        self.assertEqual((status, done["status"], done["approval_state"], done["metadata"]["reason"]),
                         (200, "rejected", "rejected", "too broad"))
        for word in ("approve", "reject", "rollback"):
            self.assertEqual(self.post(run, word)[0], 409)
        self.assertIsNone(self.memory())

    def test_other_words(self):
        run = self.proposal("x")
        for word in ("apply", "delete", "approve/now"):
            self.assertEqual(self.post(run, word)[0], 404)

    def test_list(self):
        first, second = self.proposal("a"), self.proposal("b")
        self.post(first, "reject")
        listed = self.server.request("GET", RUNS)[2]
        self.assertEqual(([run["id"] for run in listed["items"]], listed["count"], listed["limit"]), ([second["id"], first["id"]], 2, 50))
        only = self.succeed(self.server.run("improvement", "list", "--status", "rejected", "-o", "name")).out.split()
        self.assertEqual(only, ["improvement/" + first["id"]])
        # A person was asked about the other one: a proposal all the same.
        for status in ("proposed", "approval_requested"):
            only = self.succeed(self.server.run("improvement", "list", "--status", status, "-o", "name")).out.split()
            self.assertEqual(only, ["improvement/" + second["id"]], status)
        self.assertEqual(len(self.server.request("GET", RUNS + "?limit=1")[2]["items"]), 1)

    def test_everything_is_there_after_a_restart(self):
        self.write_memory("- first\n")
        waiting, done = self.proposal("a"), self.proposal("b")
        self.assertEqual(self.post(done, "approve")[0], 200)
        before = [self.get(run, word) for run in (waiting, done) for word in ("", "report", "diff")]
        self.server.stop()
        self.server = self.serve()
        after = [self.get(run, word) for run in (waiting, done) for word in ("", "report", "diff")]
        self.assertEqual([one[2] for one in after], [one[2] for one in before])
        self.assertEqual(self.reflect()["status"], "no_change", "what was read stays read")
        self.assertEqual(self.post(waiting, "approve")[0], 200)
        self.assertEqual(self.post(done, "rollback")[0], 200)
        self.assertEqual(self.memory(), "- first\n- a\n")

    # -------------------------------------------------------------------------------------------------- review
    def dialog(self, *answers, env=None):
        """Runs the review at a terminal and types an answer after each question, given as pairs; gives what was shown."""
        terminal = self.at_terminal(self.server, "improvement", "review", env=env)
        for question, text in answers:
            terminal.answer(question, text)
        self.assertEqual(terminal.end(), 0, terminal.text)
        return terminal.text

    def test_review(self):
        third, second, first = (self.proposal(text) for text in ("third", "evil \u202e text", "first"))
        shown = self.dialog(("[q]uit? ", "what"), ("[q]uit? ", "c"), ("none): ", "a remark"), ("[q]uit? ", "a"), ("[q]uit? ", "r"),
                            ("empty): ", "too broad"),
                            ("[q]uit? ", "s"))
        self.assertIn("1 of 3: " + first["id"], shown)
        self.assertIn("\x1b[32m+- first\x1b[0m", shown)
        self.assertIn("evil \\u202e text", shown)
        self.assertIn("approved 1, rejected 1, left 1", shown)
        self.assertEqual([self.get(run)[2]["status"] for run in (first, second, third)], ["applied", "rejected", "approval_requested"])
        self.assertEqual(self.get(first)[2]["metadata"]["comments"][0]["comment"], "a remark")
        self.assertEqual(self.get(second)[2]["metadata"]["reason"], "too broad")
        shown = self.dialog(("Enter: ", "1"), env={"ACCESSIBLE": "1", "NO_COLOR": "1"})
        self.assertIn("5. quit", shown)
        self.assertNotIn("\x1b", shown)
        self.assertEqual(self.get(third)[2]["status"], "applied")
        self.assertIn("no proposal needs", self.dialog())

    def test_review_needs_a_terminal(self):
        done = self.fail_with(2, self.server.run("improvement", "review"))
        self.assertIn("improvement approve", done.err)


if __name__ == "__main__":
    harness.main()
