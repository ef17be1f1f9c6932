"""The agent loop: a real server, providers of models on the loopback interface, real tools."""

import http.client
import json
import os
import signal
import threading
import time

import harness
from model_server import Answer, ModelServer, call


FAILED = 424  # what a failed turn answers with: no client repeats it


class Loop(harness.Case):
    def provider(self, answer):
        server = ModelServer(answer)
        self.addCleanup(server.stop)
        return server

    def agent(self, provider=None, *arguments, **options):
        """A server whose model is behind `provider`."""
        server = self.serve("--allow-host", "127.0.0.1", *arguments, **options)
        if provider is not None:
            base = provider if isinstance(provider, str) else provider.base
            self.succeed(server.run("providers", "set", "custom", "--api-base", base))
            self.succeed(server.run("settings", "set", "provider=custom", "model=test-model"))
        return server

    def ask(self, server, message, session="s", status=200, token=False):
        """The answer to one message; with another status the error's message."""
        got, _, body = server.request("POST", "/v1/chat/completions",
                                      {"messages": [{"role": "user", "content": message}], "session_id": session}, token=token)
        self.assertEqual(got, status, body)
        return body["choices"][0]["message"]["content"] if status == 200 else body["error"]["message"]

    def allow_all(self, server):
        self.succeed(server.run("policy", "allow", "*"))

    def said(self, server, session="api:s"):
        """The messages of a session; none when there is no such session yet."""
        status, _, body = server.request("GET", "/api/v1/sessions/" + session.replace(":", "%3A"))
        return body["messages"] if status == 200 else []

    def events(self, server, kind):
        return server.request("GET", f"/api/v1/audit?event={kind}&sortDir=asc")[2]["items"]

    def later(self, work):
        """Runs `work` beside the test; what it gives, or raised, comes with join()."""
        box = {}

        def run():
            try:
                box["value"] = work()
            except BaseException as error:  # pylint: disable=broad-except
                box["error"] = error

        thread = threading.Thread(target=run)
        thread.start()

        def join():
            thread.join(harness.DEADLINE)
            self.assertFalse(thread.is_alive(), "it did not end")
            if "error" in box:
                raise box["error"]
            return box["value"]

        return join


class Models(Loop):
    def test_a_message_goes_to_the_provider_and_its_answer_comes_back(self):
        provider = self.provider(lambda body: f"you said {body['messages'][-1]['content']}")
        server = self.agent(provider)
        self.succeed(server.run("workspace", "put", "MEMORY.md", stdin="The user likes tea.\n"))
        self.succeed(server.run("credentials", "set", "PROVIDER_KEY", stdin="k-123456"))
        self.succeed(server.run("providers", "set", "custom", "--header", "X-Org=${credentials.PROVIDER_KEY}", "--extra-body",
                                '{"top_p": 0.5}'))
        self.succeed(server.run("providers", "set", "custom", stdin="sk-secret-key"))
        self.assertEqual(self.ask(server, "one"), "you said one")
        self.assertEqual(self.ask(server, "two"), "you said two")
        first, second = provider.requests
        self.assertEqual(first["model"], "test-model")
        self.assertEqual(first["top_p"], 0.5)
        self.assertTrue(first["stream"])
        self.assertIn("The user likes tea.", first["messages"][0]["content"])
        self.assertEqual([(m["role"], m["content"]) for m in second["messages"][1:]],
                         [("user", "one"), ("assistant", "you said one"), ("user", "two")])
        self.assertIn("read_file", [tool["function"]["name"] for tool in first["tools"]])
        self.assertEqual(provider.headers[0]["Authorization"], "Bearer sk-secret-key")
        self.assertEqual(provider.headers[0]["X-Org"], "k-123456")
        shown = self.succeed(server.run("providers", "list", "-o", "json")).json()
        custom = [one for one in shown if one["name"] == "custom"][0]
        self.assertEqual(custom["extraHeaders"], {"X-Org": "***"})
        run = self.events(server, "llm_call")[0]
        self.assertEqual((run["model"], run["status"], run["origin"]), ("test-model", "ok", "api"))
        usage = self.succeed(server.run("usage", "run", run["run_id"], "-o", "json")).json()
        self.assertEqual((usage["prompt_tokens"], usage["completion_tokens"], usage["provider"], usage["iterations"]), (10, 5, "custom", 1))

    def test_tools_are_called_until_there_is_an_answer(self):
        def answer(body):
            tools = [m for m in body["messages"] if m["role"] == "tool"]
            if not tools:
                return Answer("Let me look.", calls=[call("read_file", path="a.txt"), call("list_dir", path=".")])
            return f"it says {tools[0]['content']}"
        provider = self.provider(answer)
        server = self.agent(provider)
        self.succeed(server.run("workspace", "put", "a.txt", stdin="forty-two"))
        self.assertIn("forty-two", self.ask(server, "what does a.txt say?"))
        said = self.said(server)
        self.assertEqual([m["role"] for m in said], ["user", "assistant", "tool", "tool", "assistant"])
        self.assertEqual([c["function"]["name"] for c in said[1]["tool_calls"]], ["read_file", "list_dir"])
        self.assertEqual(said[2]["tool_call_id"], said[1]["tool_calls"][0]["id"])
        events = self.succeed(server.run("audit", "run", self.events(server, "message_in")[0]["run_id"], "-o", "json")).json()
        self.assertEqual([e["event"] for e in events], ["message_in", "llm_call", "policy_decision", "tool_call", "policy_decision",
                                                        "tool_call", "llm_call", "message_out"])
        self.assertEqual({e["trace_id"] for e in events}, {events[0]["trace_id"]})
        self.assertEqual(events[3]["turn_id"], events[1]["turn_id"])
        self.assertNotEqual(events[6]["turn_id"], events[1]["turn_id"])
        usage = self.succeed(server.run("usage", "run", events[0]["run_id"], "-o", "json")).json()
        self.assertEqual((usage["tool_calls_count"], usage["iterations"], usage["prompt_tokens"]), (2, 2, 20))

    def test_limits_of_the_settings_hold(self):
        provider = self.provider(lambda body: Answer(calls=[call("read_file", path="long.txt")]))
        server = self.agent(provider)
        self.succeed(server.run("settings", "set", "max_tool_iterations=3", "max_tool_result_chars=200"))
        self.succeed(server.run("workspace", "put", "long.txt", stdin="x" * 5000))
        self.assertIn("max_tool_iterations", self.ask(server, "go", status=FAILED))
        self.assertEqual(len(provider.requests), 3)
        results = [m for m in self.said(server) if m["role"] == "tool"]
        self.assertEqual(len(results), 2)
        self.assertLess(len(results[0]["content"]), 300)
        self.assertIn("cut off", results[0]["content"])

    def test_requests_at_once_are_limited(self):
        gate = threading.Event()

        def answer(_):
            gate.wait(30)
            return "ok"
        provider = self.provider(answer)
        server = self.agent()
        self.succeed(server.run("settings", "set", "max_concurrent_requests=2"))
        self.succeed(server.run("providers", "set", "custom", "--api-base", provider.base))
        self.succeed(server.run("settings", "set", "provider=custom", "model=m"))
        server.stop()
        server = self.serve("--allow-host", "127.0.0.1")
        answers = [self.later(lambda n=n: self.ask(server, "hi", f"s{n}")) for n in range(6)]
        harness.wait_until(lambda: len(provider.requests) == 2, "two requests")
        status = self.succeed(server.run("agent", "status", "--session", "api:s0", "-o", "json")).json()
        self.assertTrue(status["busy"])
        gate.set()
        self.assertEqual([answer() for answer in answers], ["ok"] * 6)
        self.assertEqual(provider.most, 2)


class Limits(Loop):
    """How long answers and turns may take, told in the error; and that nothing is sent twice for a time-out alone."""

    def test_silence_before_the_first_byte(self):
        provider = self.provider(lambda _: Answer(hang=True))
        server = self.agent(provider)
        self.succeed(server.run("settings", "set", "provider_first_byte_ms=300ms"))
        why = self.ask(server, "hi", status=FAILED)
        self.assertIn("custom sent no first byte of an answer within 300ms", why)
        self.assertIn("providers set custom --first-byte", why)
        self.assertEqual(len(provider.requests), 1)
        call_event, = self.events(server, "llm_call")
        self.assertEqual((call_event["status"], call_event["details"]["attempts"]), ("error", 1))

    def test_silence_between_two_pieces(self):
        provider = self.provider(lambda _: Answer("four four four", stall_after=2))
        server = self.agent(provider)
        self.succeed(server.run("providers", "set", "custom", "--between-pieces", "200ms"))
        self.assertIn("custom sent nothing more of its answer for 200ms", self.ask(server, "hi", status=FAILED))
        self.assertEqual(len(provider.requests), 1)

    def test_bytes_that_trickle_for_ever(self):
        provider = self.provider(lambda _: Answer(drip=True))
        server = self.agent(provider)
        self.succeed(server.run("providers", "set", "custom", "--whole-answer", "300ms"))
        self.assertIn("custom did not send the whole answer within 300ms", self.ask(server, "hi", status=FAILED))
        self.assertEqual(len(provider.requests), 1)

    def test_a_provider_that_sends_the_answer_whole_has_the_limit_for_the_whole(self):
        provider = self.provider(lambda body: Answer(status=400, error={"message": "no streams", "param": "stream"}) if "stream" in body
                                 else Answer(hang=True))
        server = self.agent(provider)
        self.succeed(server.run("providers", "set", "custom", "--first-byte", "100ms", "--whole-answer", "300ms"))
        self.assertIn("custom did not send the whole answer within 300ms", self.ask(server, "hi", status=FAILED))

    def test_a_providers_limits_are_shown_and_unset(self):
        server = self.agent()
        shown = self.succeed(server.run("providers", "set", "custom", "--api-base", "http://127.0.0.1:9/v1", "--first-byte", "20m",
                                        "--whole-answer", "1h", "-o", "json")).json()
        self.assertEqual(shown["limits"], {"first_byte_ms": 1_200_000, "piece_ms": None, "answer_ms": 3_600_000})
        shown = self.succeed(server.run("providers", "set", "custom", "--first-byte", "null", "--between-pieces", "5s", "-o",
                                        "json")).json()
        self.assertEqual(shown["limits"], {"first_byte_ms": None, "piece_ms": 5000, "answer_ms": 3_600_000})
        status, _, shown = server.request("PUT", "/api/v1/credentials/providers/custom", {"limits": None})
        self.assertEqual((status, "limits" in shown), (200, False))
        self.fail_with(2, server.run("providers", "set", "custom", "--first-byte", "1ms"))
        self.assertEqual(server.request("PUT", "/api/v1/credentials/providers/custom", {"limits": {"first_byte_ms": 1}})[0], 400)

    def test_a_turn_has_a_deadline_whatever_it_waits_for(self):
        provider = self.provider(lambda _: Answer(drip=True))
        server = self.agent(provider)
        self.succeed(server.run("settings", "set", "max_turn_ms=300ms"))
        why = self.ask(server, "hi", status=FAILED)
        self.assertEqual(why, "the turn ran for 300ms, the limit of max_turn_ms")
        self.assertEqual(self.events(server, "error")[-1]["message"], why)
        # A wait that is no model's, too.
        self.succeed(server.run("settings", "set", "provider=builtin", "model=builtin"))
        self.assertEqual(self.ask(server, "/sleep 1h", session="t", status=FAILED), why)

    def test_a_job_has_limits_of_its_own(self):
        provider = self.provider(lambda _: Answer(drip=True))
        server = self.agent(provider)
        made = self.succeed(server.run("cron", "create", "--name", "drips", "--every", "1h", "-m", "go", "--whole-answer", "250ms",
                                       "--max-turn", "1m", "-o", "json")).json()
        self.assertEqual(made["payload"]["limits"], {"first_byte_ms": None, "piece_ms": None, "answer_ms": 250})
        self.assertEqual(made["payload"]["max_turn_ms"], 60_000)
        run = self.run_job(server, made["id"])
        self.assertEqual(run["status"], "error")
        self.assertIn("within 250ms", run["error"])
        changed = self.succeed(server.run("cron", "update", made["id"], "--max-turn", "200ms", "--whole-answer", "null", "-o",
                                          "json")).json()
        self.assertNotIn("limits", changed["payload"])
        run = self.run_job(server, made["id"], 2)
        self.assertEqual((run["status"], run["error"]), ("error", "the turn ran for 200ms, the limit of max_turn_ms"))

    def run_job(self, server, job, runs=1):
        """Runs the job and gives the last of so many entries of its history."""
        self.succeed(server.run("cron", "run-now", job))

        def history():
            return server.request("GET", f"/api/v1/cron/{job}")[2]["state"].get("run_history", [])
        harness.wait_until(lambda: len(history()) == runs, "the end of the run")
        return history()[-1]


class Failures(Loop):
    def test_what_may_pass_is_tried_again(self):
        answers = [Answer(status=429, headers={"Retry-After": "0"}), Answer(status=503), Answer("at last")]
        provider = self.provider(lambda _: answers.pop(0))
        server = self.agent(provider)
        self.assertEqual(self.ask(server, "hi"), "at last")
        self.assertEqual(self.events(server, "llm_call")[0]["details"]["attempts"], 3)

    def test_an_answer_that_breaks_off_is_asked_for_again(self):
        answers = [Answer("never told whole", cut_after=2), Answer("whole")]
        provider = self.provider(lambda _: answers.pop(0))
        self.assertEqual(self.ask(self.agent(provider), "hi"), "whole")

    def test_a_refusal_is_told_and_not_repeated(self):
        provider = self.provider(lambda _: Answer(status=401, error={"message": "bad key"}))
        server = self.agent(provider)
        self.assertIn("does not accept the key", self.ask(server, "hi", status=FAILED))
        self.assertEqual(len(provider.requests), 1)
        self.assertEqual([m["role"] for m in self.said(server)], ["user"])
        self.assertEqual(self.events(server, "error")[0]["status"], "error")

    def test_what_a_provider_does_not_take_is_left_out(self):
        def answer(body):
            for name in ("stream_options", "max_tokens", "temperature"):
                if name in body:
                    return Answer(status=400, error={"message": f"Unsupported parameter: '{name}'" + (
                        ", use max_completion_tokens" if name == "max_tokens" else ""), "param": name})
            if body.get("stream"):
                return Answer(status=400, error={"message": "streaming is not possible", "param": "stream"})
            return "fine"
        provider = self.provider(answer)
        server = self.agent(provider)
        self.assertEqual(self.ask(server, "hi"), "fine")
        before = len(provider.requests)
        self.assertEqual(self.ask(server, "hi again"), "fine")
        self.assertEqual(len(provider.requests), before + 1)  # it was learned

    def test_without_a_provider_the_message_says_what_to_set_up(self):
        server = self.serve()
        self.succeed(server.run("settings", "set", "model=gpt-5"))
        self.assertIn("openai has no key", self.ask(server, "hi", status=FAILED))

    def test_secrets_that_a_model_repeats_are_masked(self):
        provider = self.provider(lambda _: "the token is s3cr3t-value-1")
        server = self.agent(provider)
        self.succeed(server.run("credentials", "set", "TOKEN", stdin="s3cr3t-value-1"))
        self.assertNotIn("s3cr3t", self.ask(server, "is it s3cr3t-value-1?"))
        self.assertNotIn("s3cr3t", json.dumps(provider.requests) + json.dumps(self.events(server, "message_in")))
        self.assertNotIn("s3cr3t", json.dumps(self.said(server)) + json.dumps(self.events(server, "message_out")))


class Stops(Loop):
    def check_stop(self, server, wait_for, message="go"):
        answer = self.later(lambda: self.ask(server, message, status=FAILED, token=True))
        wait_for()
        began = time.monotonic()
        done = self.succeed(server.run("agent", "stop", "--session", "api:s", "-o", "json")).json()
        self.assertTrue(done["ok"])
        self.assertIn("stopped manually", answer())
        # A second, and what starting the command takes; under a sanitizer everything takes longer.
        self.assertLess(time.monotonic() - began, 1.5 if harness.DEADLINE <= 30 else 10)
        self.assertFalse(self.succeed(server.run("agent", "status", "--session", "api:s", "-o", "json")).json()["busy"])

    def test_a_stop_is_heard_while_the_model_is_silent(self):
        provider = self.provider(lambda _: Answer(hang=True))
        self.check_stop(self.agent(provider), lambda: harness.wait_until(lambda: provider.requests, "a request"))

    def test_a_stop_is_heard_by_a_tool(self):
        server = self.serve()
        self.allow_all(server)
        self.check_stop(server, lambda: harness.wait_until(lambda: self.said(server)[1:], "the call"),
                        '/tool exec {"command": "sleep 1000"}')
        self.assertEqual([m["role"] for m in self.said(server)], ["user", "assistant", "tool"])

    def test_a_stop_is_heard_while_a_person_is_asked(self):
        server = self.serve()
        pending = lambda: self.succeed(server.run("approvals", "list", "-o", "json")).json()
        self.check_stop(server, lambda: harness.wait_until(pending, "a question"), '/tool write_file {"path": "a", "content": "b"}')
        self.assertEqual(pending(), [])

    def test_slash_commands_wait_for_nothing(self):
        server = self.serve()
        answer = self.later(lambda: self.ask(server, "/sleep 1h", status=FAILED))
        harness.wait_until(lambda: self.ask(server, "/status", token=True) and self.succeed(
            server.run("agent", "status", "--session", "api:s", "-o", "json")).json()["busy"], "a running turn")
        self.assertIn("/credentials", self.ask(server, "/help", token=True))
        self.assertIn("/sleep 1h", self.ask(server, "/history", token=True))
        self.ask(server, "/stop", token=True)
        answer()
        self.ask(server, "/new", token=True)
        self.assertEqual(self.said(server), [])
        self.assertIn("already empty", self.ask(server, "/new", session="never", token=True))

    def test_commands_and_tools_need_the_token(self):
        server = self.serve()
        self.allow_all(server)
        self.ask(server, "/echo kept")
        self.succeed(server.run("credentials", "set", "KEY", "--from-env", "V", env={"V": "value-of-the-key"}))
        before = (self.said(server), self.events(server, "message_in"), self.events(server, "tool_call"))
        for command in ("/new", "/stop", "/status", "/history", "/help", "/version", "/reflect", "/dream", "/restart",
                        "/credentials expose KEY", '/tool write_file {"path":"a","content":"b"}', "  /new  ", "\n/tool read_file {}"):
            for token in (False, "wrong"):
                with self.subTest(command, token=token):
                    self.assertIn("need the management token", self.ask(server, command, status=403, token=token))
        self.assertEqual((self.said(server), self.events(server, "message_in"), self.events(server, "tool_call")), before)
        self.assertEqual(self.said(server, "api:other"), [])
        self.assertEqual(server.request("GET", "/api/v1/workspace/file?path=a")[0], 404)
        self.assertFalse(server.request("GET", "/api/v1/credentials/KEY")[2]["exposed"])
        self.assertEqual(self.ask(server, "/echo /new"), "/new")
        self.assertIn("a", self.ask(server, '/tool write_file {"path":"a","content":"b"}', token=True))
        self.assertEqual(server.request("GET", "/api/v1/workspace/file?path=a")[2]["content"], "b")


class Crashes(Loop):
    def test_after_kill_9_nothing_is_lost_and_no_tool_runs_again(self):
        server = self.serve()
        self.allow_all(server)
        tool = '/tool exec {"command": "echo x >> ran; sleep 1000"}'
        asked = self.later(lambda: self.assertRaises(http.client.RemoteDisconnected, self.ask, server, tool, token=True))
        ran = os.path.join(server.data, "workspace", "ran")
        harness.wait_until(lambda: os.path.exists(ran), "the tool")
        server.kill()
        asked()
        server = self.serve()
        said = self.said(server)
        self.assertEqual([m["role"] for m in said], ["user", "assistant", "tool"])
        self.assertIn("interrupted", said[2]["content"])
        event = self.events(server, "error")[0]
        self.assertIn("interrupted", event["message"])
        self.assertEqual(self.succeed(server.run("usage", "run", event["run_id"], "-o", "json")).json()["iterations"], 1)
        self.assertEqual(self.ask(server, "/echo back"), "back")
        with open(ran, encoding="ascii") as file:
            self.assertEqual(file.read(), "x\n")

    def test_sigterm_lets_a_turn_finish(self):
        gate, heard = threading.Event(), threading.Event()

        def answer(_):
            heard.set()
            gate.wait(30)
            return "just in time"
        server = self.agent(self.provider(answer))
        asked = self.later(lambda: self.ask(server, "hurry"))
        self.assertTrue(heard.wait(harness.DEADLINE))
        server.process.send_signal(signal.SIGTERM)
        gate.set()
        self.assertEqual(asked(), "just in time")
        self.assertEqual(server.process.wait(harness.DEADLINE), 0)
        again = self.serve()
        self.assertEqual([m["content"] for m in self.said(again)], ["hurry", "just in time"])

    def test_sigterm_records_what_cannot_finish_as_interrupted(self):
        provider = self.provider(lambda _: Answer(hang=True))
        server = self.agent(provider, "--grace", "0s")
        asked = self.later(lambda: self.assertRaises(Exception, self.ask, server, "endless"))
        harness.wait_until(lambda: provider.requests, "a request")
        self.assertEqual(server.stop(), 0)
        asked()
        again = self.serve()
        self.assertIn("interrupted", self.events(again, "error")[0]["message"])
        self.assertEqual([m["content"] for m in self.said(again)], ["endless"])


class TwoAgents(Loop):
    def test_two_servers_are_each_others_provider(self):
        """Each keeps the conversation itself; one asks at a time, or they would talk for ever."""
        first = self.serve("--allow-host", "127.0.0.1", home=self.another_home())
        second = self.serve("--allow-host", "127.0.0.1", home=self.another_home())
        for asking, answering in ((first, second), (second, first)):
            self.succeed(answering.run("settings", "set", "provider=builtin", "model=builtin"))
            self.succeed(asking.run("providers", "set", "custom", "--api-base", answering.url + "/v1"))
            self.succeed(asking.run("settings", "set", "provider=custom", "model=facio"))
            self.assertEqual(self.ask(asking, "/echo one"), "one")
            self.assertEqual(self.ask(asking, "/echo two"), "two")
            self.assertEqual([m["content"] for m in self.said(answering, "api:api:s")], ["/echo one", "one", "/echo two", "two"])
            event = self.events(asking, "llm_call")[-1]
            self.assertEqual((event["status"], event["details"]["provider"]), ("ok", "custom"))

    def another_home(self):
        home = harness.Home()
        self.addCleanup(home.remove)
        return home


if __name__ == "__main__":
    harness.main()
