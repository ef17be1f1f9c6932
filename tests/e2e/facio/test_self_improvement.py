#!/usr/bin/env python3
"""Self-improvement with a model: what it proposes, what is refused, and what starts a run by itself."""

import json

import harness
from jobs import Jobs
from model_server import Answer, ModelServer, call

RUNS = "/api/v1/improvement/runs"
MEMORY = "memory/MEMORY.md"


def proposal(*edits, summary="what was learnt"):
    return json.dumps({"summary": summary, "edits": list(edits)})


class SelfImprovement(Jobs):
    """The provider answers turns by `self.turns` and the questions of self-improvement by `self.thoughts`."""

    def setUp(self):
        super().setUp()
        self.turns, self.thoughts = [], []
        self.model = ModelServer(self.answer)
        self.addCleanup(self.model.stop)
        self.server = self.serve("--allow-host", "127.0.0.1")
        self.succeed(self.server.run("providers", "set", "custom", "--api-base", self.model.base))
        self.succeed(self.server.run("settings", "set", "provider=custom", "model=test-model"))

    def thinks(self, request):
        return "look after what an agent remembers" in request["messages"][0]["content"]

    def answer(self, request):
        answers = self.thoughts if self.thinks(request) else self.turns
        return answers.pop(0) if answers else (proposal() if self.thinks(request) else "well")

    def questions(self):
        return [request for request in self.model.requests if self.thinks(request)]

    def settings(self, **improvement):
        status, _, body = self.server.request("PATCH", "/api/v1/settings", {"self_improvement": improvement})
        self.assertEqual(status, 200, body)

    def say(self, text, session="s"):
        status, _, body = self.server.request("POST", "/v1/chat/completions",
                                              {"messages": [{"role": "user", "content": text}], "session_id": session})
        self.assertEqual(status, 200, body)
        return body["choices"][0]["message"]["content"]

    def all_runs(self):
        return self.server.request("GET", RUNS + "?limit=500")[2]["items"]

    def next_run(self, before):
        """The run that is there beside these, when it is settled."""
        known = {run["id"] for run in before}
        return harness.wait_until(lambda: [run for run in self.all_runs() if run["id"] not in known and run["status"] != "proposed"],
                                  "a run")[0]

    def reflect(self, *thoughts):
        self.thoughts = list(thoughts)
        before = self.all_runs()
        self.assertEqual(self.server.request("POST", "/api/v1/commands/reflect", {})[0], 202)
        return self.next_run(before)

    def refused(self, *thoughts):
        """Why the proposal is no good."""
        self.say("hello")
        run = self.reflect(*thoughts)
        self.assertEqual((run["status"], run["diff_artifacts"]), ("failed_validation", []), run)
        self.assertIn(run["checks"][0]["detail"], self.server.request("GET", f"{RUNS}/{run['id']}/report")[2])
        return run["checks"][0]["detail"]

    # ------------------------------------------------------------------------------------------------ proposals
    def test_from_what_was_said_to_a_version(self):
        self.put(self.server, MEMORY, "# Memory\n\n- tea is green\n")
        self.put(self.server, "USER.md", "Ada\n")
        self.turns = ["I will use metres"]
        self.say("Please use metres")
        run = self.reflect(proposal({"path": MEMORY, "append": "- lengths in metres"},
                                    {"path": "USER.md", "old_text": "Ada", "new_text": "Ada L."},
                                    {"path": "skills/units/SKILL.md", "content": "---\nname: units\ndescription: Which units\n---\n"
                                                                                 "Metres.\n"}))
        self.assertEqual((run["status"], run["approval_state"], run["trigger"]), ("approval_requested", "pending", "manual"), run)
        self.assertEqual((run["scopes"], run["proposal_summary"]), (["memory", "skills"], "what was learnt"))
        self.assertEqual(run["diff_artifacts"], ["USER.md", MEMORY, "skills/units/SKILL.md"])
        self.assertEqual({check["name"]: check["status"] for check in run["checks"]},
                         {"scope": "passed", "applies": "passed", "size": "passed", "secrets": "passed", "keeps": "skipped",
                          "form": "passed"})
        question = self.questions()[0]["messages"]
        for part in ("# Session api:s", "user: Please use metres", "assistant: I will use metres", "- tea is green", "# USER.md"):
            self.assertIn(part, question[1]["content"])
        self.assertIn("skills/NAME/SKILL.md", question[0]["content"])
        self.assertNotIn("scripts/*", question[0]["content"])
        self.assertNotIn("metres", self.text(self.server, MEMORY))
        status, _, done = self.server.request("POST", f"{RUNS}/{run['id']}/approve", {})
        self.assertEqual((status, done["status"]), (200, "applied"), done)
        self.assertEqual(self.text(self.server, MEMORY), "# Memory\n\n- tea is green\n- lengths in metres\n")
        self.assertEqual(self.text(self.server, "USER.md"), "Ada L.\n")
        self.assertTrue(any(run["id"] in version["reason"] for version in self.server.request("GET", "/api/v1/agent/versions")[2]["items"]))
        usage = self.server.request("GET", f"/api/v1/usage/runs/{run['id']}")[2]
        self.assertEqual((usage["origin"], usage["model"], usage["prompt_tokens"]), ("improvement", "test-model", 10), usage)
        # The agent has it in sight from now on; nothing is read twice.
        self.say("and now?")
        self.assertIn("- lengths in metres", self.model.requests[-1]["messages"][0]["content"])
        self.reflect(proposal())
        self.assertNotIn("Please use metres", self.questions()[-1]["messages"][1]["content"].split("Files:")[0])

    def test_it_may_look_at_files_first(self):
        self.put(self.server, "notes/plan.md", "the plan\n")
        self.say("hello")
        run = self.reflect(json.dumps({"read": ["notes/plan.md", "none.md"]}),
                           "```json\n" + proposal({"path": MEMORY, "content": "- planned\n"}) + "\n```")
        self.assertEqual(run["status"], "approval_requested", run)
        shown = self.questions()[1]["messages"]
        self.assertEqual([one["role"] for one in shown], ["system", "user", "assistant", "user"])
        self.assertIn("the plan", shown[3]["content"])
        self.assertIn("there is no none.md", shown[3]["content"])

    def test_rounds_end(self):
        self.settings(max_iterations=2)
        look = json.dumps({"read": ["a"]})
        self.assertIn("no proposal came in 2 rounds", self.refused(look, look, look))
        self.assertEqual(len(self.questions()), 2)

    def test_nothing_worth_keeping(self):
        self.say("hello")
        run = self.reflect(proposal())
        self.assertEqual((run["status"], run["diff_artifacts"], run["proposal_summary"]), ("no_change", [], "nothing new to remember"))
        self.assertEqual(self.reflect()["status"], "no_change")
        self.assertEqual(len(self.questions()), 1, "without anything new no model is asked")

    def test_malformed_answers(self):
        edit = {"path": MEMORY, "content": "x\n"}
        self.put(self.server, "USER.md", "a a\n")
        for answer, words in (
                ("I would remember the tea.", "the answer is not JSON"),
                ("[]", "must be a JSON object"),
                ('{"summary":"s"}', "neither read nor edits"),
                ('{"edits":[]}', "has no summary"),
                (json.dumps({"summary": "s", "edits": [edit], "read": ["a"]}), "or both"),
                (json.dumps({"summary": "s", "edits": [edit], "note": "x"}), "note: is no argument"),
                (json.dumps({"summary": 3, "edits": []}), "summary: must be"),
                ('{"read":[]}', "asks for no file"),
                (proposal({"path": MEMORY}), "exactly one of content, append"),
                (proposal({**edit, "append": "y"}), "exactly one of content, append"),
                (proposal({**edit, "mode": "0777"}), "mode: is no argument"),
                (proposal({"path": "../x", "content": "y"}), "edits[0]"),
                (proposal({"path": "/etc/x", "content": "y"}), "edits[0]"),
                (proposal({"path": "USER.md", "old_text": "a", "new_text": "b"}), "old_text occurs more than once"),
                (proposal({"path": "USER.md", "old_text": "c", "new_text": "b"}), "old_text does not occur"),
                (proposal({"path": "USER.md", "old_text": "a a"}), "old_text and new_text belong together"),
                (proposal({"path": MEMORY, "delete": True}), "there is no such file"),
                (proposal(*[{"path": f"memory/{i}.md", "content": "x"} for i in range(51)]), "more than 50 edits")):
            self.assertIn(words, self.refused(answer), answer)
        self.assertIsNone(self.text(self.server, MEMORY))

    def test_what_the_settings_do_not_allow(self):
        for path, content in (("scripts/x.sh", "echo"), ("notes.md", "x"), ("mcp.json", "{}"), ("src/a.c", "x")):
            self.say("hello")
            run = self.reflect(proposal({"path": path, "content": content}))
            self.assertEqual((run["status"], run["checks"][0]["name"], run["checks"][0]["status"]),
                             ("failed_validation", "scope", "failed"), path)
        self.settings(scopes=["memory", "skills", "runtime"], validation_level="strict")
        self.put(self.server, MEMORY, "- old\n")
        for edit, check in (({"path": MEMORY, "content": "- new\n"}, "keeps"),
                            ({"path": "skills/a/SKILL.md", "content": "no head\n"}, "form"),
                            ({"path": "mcp.json", "content": "{"}, "form"),
                            ({"path": MEMORY, "append": "password: hunter2hunter2"}, "secrets")):
            self.say("hello")
            run = self.reflect(proposal(edit))
            self.assertEqual((run["status"], [one["name"] for one in run["checks"] if one["status"] == "failed"]),
                             ("failed_validation", [check]), run)
        self.assertEqual(self.text(self.server, MEMORY), "- old\n")

    def test_a_provider_that_fails_loses_nothing(self):
        self.say("remember the metres")
        run = self.reflect(Answer(status=401, error={"message": "no such key"}))
        self.assertEqual((run["status"], run["checks"][0]["name"]), ("failed_validation", "model"), run)
        self.assertEqual(self.reflect(proposal({"path": MEMORY, "content": "- metres\n"}))["status"], "approval_requested")
        self.assertIn("remember the metres", self.questions()[-1]["messages"][1]["content"])
        self.settings(provider_override="openai")
        self.say("more")
        self.assertIn("the provider openai has no key", self.reflect()["checks"][0]["detail"])

    def test_a_model_of_its_own(self):
        self.settings(model_override="thinker-1")
        self.say("hello")
        self.reflect(proposal())
        self.assertEqual((self.questions()[0]["model"], self.model.requests[0]["model"]), ("thinker-1", "test-model"))
        self.settings(provider_override="builtin")
        self.say("remember: milk")
        run = self.reflect()
        self.assertEqual((run["status"], run["scopes"]), ("approval_requested", ["memory"]))
        self.assertEqual(len(self.questions()), 1)

    def test_secrets_are_not_shown_to_it(self):
        self.assertEqual(self.server.request("POST", "/api/v1/credentials", {"key": "KEY", "value": "sesame-4711-x"})[0], 201)
        self.put(self.server, MEMORY, "the key is sesame-4711-x\n")
        self.say("sesame-4711-x")
        self.reflect(proposal())
        self.assertNotIn("sesame-4711-x", str(self.questions()[0]))
        self.assertIn("the key is ${credentials.KEY}", self.questions()[0]["messages"][1]["content"])

    # ------------------------------------------------------------------------------------------------- triggers
    def by_itself(self, trigger, **more):
        self.settings(enabled=True, auto_triggers=[trigger], **more)

    def test_a_correction_starts_a_run(self):
        self.by_itself("user_correction")
        self.thoughts = [proposal({"path": MEMORY, "content": "- metres, not feet\n"})]
        self.say("no, this begins a conversation and corrects nothing", "other")
        self.say("how long is it?")
        before = self.all_runs()
        self.assertEqual(before, [])
        self.say("No, I meant in metres")
        run = self.next_run(before)
        self.assertEqual((run["trigger"], run["status"]), ("user_correction", "approval_requested"), run)
        self.assertIn("has just corrected the agent", self.questions()[0]["messages"][0]["content"])
        event = self.events(self.server, "event=improvement")[0]
        self.assertEqual((event["origin"], event["details"]["action"], event["run_id"]), ("agent", "propose", run["id"]))

    def test_a_tool_that_fails_again_and_again_starts_a_run(self):
        self.by_itself("repeated_tool_error", mode="auto_apply")
        fails = Answer(calls=[call("read_file", path="none")])
        self.turns = [fails, fails, "gave up"]
        self.thoughts = [proposal({"path": MEMORY, "content": "- none is not there\n"})]
        self.say("twice")
        self.assertEqual(self.all_runs(), [])
        self.turns = [fails, fails, fails, "gave up"]
        self.say("three times")
        run = self.next_run([])
        self.assertEqual((run["trigger"], run["status"], run["approval_state"]), ("repeated_tool_error", "applied", "none"), run)
        self.assertEqual(self.text(self.server, MEMORY), "- none is not there\n")
        self.assertIn("tool read_file: there is no none", self.questions()[0]["messages"][1]["content"])
        self.assertTrue(run["rollback_ref"])

    def test_a_finished_goal_starts_a_run(self):
        self.by_itself("goal_done")
        self.turns = ["nothing to do", Answer(calls=[call("list_dir")]), "done"]
        self.say("hello")
        self.thoughts = [proposal({"path": MEMORY, "content": "- done\n"})]
        self.say("look around")
        run = self.next_run([])
        self.assertEqual((run["trigger"], run["metadata"]["kind"]), ("goal_done", "improvement"), run)
        self.assertEqual(len(self.all_runs()), 1)

    def test_nothing_starts_by_itself_when_it_is_off(self):
        fails = Answer(calls=[call("read_file", path="none")])
        for wishes in ({"enabled": False, "auto_triggers": ["repeated_tool_error"]},
                       {"enabled": True, "auto_triggers": ["goal_done"], "mode": "off"},
                       {"enabled": True, "auto_triggers": [], "mode": "review"}):
            self.settings(**wishes)
            self.turns = [fails, fails, fails, "gave up"]
            self.say("three times")
        run = self.reflect(proposal())
        self.assertEqual([one["id"] for one in self.all_runs()], [run["id"]])
        self.assertEqual(len(self.questions()), 1)

    def test_a_stop_ends_a_run(self):
        self.by_itself("goal_done")
        self.turns = [Answer(calls=[call("list_dir")]), "done"]
        self.thoughts = [Answer(hang=True)]
        self.say("look around")
        harness.wait_until(self.questions, "the question")
        self.assertEqual(self.server.stop(), 0)
        self.server = self.serve("--allow-host", "127.0.0.1")
        # What was cut off is read again.
        self.reflect(proposal())
        self.assertIn("look around", self.questions()[-1]["messages"][1]["content"])


if __name__ == "__main__":
    harness.main()
