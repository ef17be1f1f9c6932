"""What providers of models send, in all its forms, and the one right outcome of each. A further form is one more row."""

import gzip
import json
import time
from email.utils import formatdate

import harness
from a2a_case import ROOT, Stream, message
from raw_model import Play, RawModel, STOP, data, delta, refusal, stream, whole


def tool_call(tool="read_file", arguments='{"path": "a.txt"}', **members):
    return {"function": {"name": tool, "arguments": arguments}, **members}


def more(arguments, index=0):
    return {"index": index, "function": {"arguments": arguments}}


def calls(*items, finish=None):
    return delta(finish, tool_calls=list(items))


def events(text):
    return Play(text)


CALLED = delta("tool_calls")
TOO_LONG = "the request exceeds the available context size"

# name, what the provider sends, the answer (or the words of the failure after "!"), requests made.
ANSWERS = [
    ("error: null is none", stream({"choices": [{"delta": {"content": "hi"}}], "error": None}, STOP), "hi", 1),
    ("an empty error is none", stream({"choices": [{"delta": {"content": "hi"}}], "error": {}}, STOP), "hi", 1),
    ("no [DONE]", Play(data(delta(content="hi"), STOP, done=False)), "hi", 1),
    ("no finish_reason", stream(delta(content="hi")), "hi", 1),
    ("the last empty line is missing", Play(data(delta(content="hi"), STOP).rstrip("\n")), "hi", 1),
    ("no empty lines at all", events(data(delta(content="h"), delta(content="i"), STOP).replace("\n\n", "\n")), "hi", 1),
    ("CRLF and comments", events(": hello\r\n\r\n" + data(delta(content="hi"), STOP).replace("\n", "\r\n")), "hi", 1),
    ("byte by byte", Play(data(delta(content="hé😀"), STOP), pieces=1), "hé😀", 1),
    ("a refusal", stream(delta(refusal="I cannot help with that."), STOP), "I cannot help with that.", 1),
    ("a refusal, whole", whole({"content": None, "refusal": "I cannot help with that."}), "I cannot help with that.", 1),
    ("another choice", stream({"choices": [{"index": 1, "delta": {"content": "no"}}, {"index": 0, "delta": {"content": "yes"}}]}, STOP),
     "yes", 1),
    ("cut by length", stream(delta(content="half"), delta("length")), "half\n\n[cut off: the answer reached max_tokens]", 1),
    ("parts", stream(delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "hmm"}]}]),
                     delta(content=[{"type": "text", "text": "hi"}]), STOP), "hi", 1),
    ("parts, whole", whole({"content": [{"type": "thinking", "thinking": "hmm"}, {"type": "text", "text": "h"}, "i"]}), "hi", 1),
    ("inline thinking", stream(delta(content="<thi"), delta(content="nk>hmm</th"), delta(content="ink>\n\nhi"), STOP), "hi", 1),
    ("inline thinking, whole", whole({"content": "<think>hmm</think>\nhi"}), "hi", 1),
    ("thinking whose beginning is in the template", whole({"content": "hmm\n</think>\n\nhi"}), "hi", 1),
    ("an answer about the tags", stream(delta(content="Write <think> and `</think>`."), STOP), "Write <think> and `</think>`.", 1),
    ("reasoning apart", stream(delta(reasoning_content="hmm"), delta(reasoning="hmm"), delta(content="hi"), STOP), "hi", 1),
    ("the whole message once more", stream(delta(content="hi"), {"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}),
     "hi", 1),
    ("an emoji in two deltas", Play(data('{"choices":[{"delta":{"content":"a\\ud83d"}}]}', '{"choices":[{"delta":{"content":"\\ude00b"}}]}',
                                         STOP)), "a😀b", 1),
    ("its bytes in two deltas", Play(data(delta(content="xx"), delta(content="yy"), STOP).encode()
                                     .replace(b"xx", b"a\xf0\x9f").replace(b"yy", b"\x98\x80b")), "a😀b", 1),
    ("half an emoji", Play(data('{"choices":[{"delta":{"content":"a\\ud83d"}}]}', delta(content="b"), STOP)), "a\ufffdb", 1),
    ("half an emoji at the end", Play(data('{"choices":[{"delta":{"content":"a\\ud83d"}}]}', STOP)), "a\ufffd", 1),
    ("Latin-1", Play(data(delta(content="cafX!"), STOP).encode().replace(b"X", b"\xe9")), "caf\ufffd!", 1),
    ("Latin-1, whole", Play(whole({"content": "cafX!"}).body.replace(b"X", b"\xe9"), content_type="application/json"), "caf\ufffd!", 1),
    ("half an emoji, whole", Play('{"choices":[{"message":{"content":"a\\ude00"}}]}', content_type="application/json"), "a\ufffd", 1),
    ("the media type in another case", stream(delta(content="hi"), STOP, content_type="Text/Event-Stream; Charset=UTF-8"), "hi", 1),
    ("events that say they are JSON", stream(delta(content="hi"), STOP, content_type="application/json"), "hi", 1),
    ("JSON that says it is events", whole({"content": "hi"}, content_type="text/event-stream"), "hi", 1),
    ("no media type", whole({"content": "hi"}, content_type=None), "hi", 1),
    ("only [DONE]", events("data: [DONE]\n\n"), "!gave no answer", 4),
    ("nothing", events(""), "!answer is empty", 4),
    ("breaks off", Play(data(delta(role="assistant"), done=False)), "!ended too early", 4),
    ("an error line", events('error: {"code":400,"message":"grammar is bad"}\n\ndata: [DONE]\n\n'), "!grammar is bad", 1),
    ("an error line about the context", events('error: {"code":400,"message":"%s"}\n\ndata: [DONE]\n\n' % TOO_LONG), "!" + TOO_LONG, 1),
    ("an error event", events('event: error\ndata: {"code":400,"details":"grammar is bad"}\n\ndata: [DONE]\n\n'), "!grammar is bad", 1),
    ("an error event in plain words", events("event: error\ndata: out of memory\n\ndata: [DONE]\n\n"), "!out of memory", 4),
    ("an error object", stream({"object": "error", "message": "This model does not exist", "code": 404}), "!This model does not exist", 1),
    ("error_message", stream({"error_message": "no such deployment", "status": 404}), "!no such deployment", 1),
    ("an error in a choice", stream({"choices": [{"delta": {}, "error": {"code": 403, "message": "moderated"}}]}), "!moderated", 1),
    ("an error chunk 400", stream({"error": {"message": "bad tool", "code": 400}}), "!bad tool", 1),
    ("an error after text", stream(delta(content="half"), {"error": {"message": "bad luck", "code": 400}}), "!bad luck", 1),
    ("an error, whole", Play('{"error":{"message":"bad tool","code":400}}', content_type="application/json"), "!bad tool", 1),
    ("content_filter", stream(delta(content="half"), delta("content_filter")), "!finish_reason content_filter", 1),
    ("content_filter, whole", whole({"content": ""}, "content_filter"), "!finish_reason content_filter", 1),
    ("finish_reason error", stream(delta("error")), "!finish_reason error", 4),
    ("length without text", stream(delta("length")), "!gave no answer (finish_reason length)", 1),
    ("length after thinking alone", stream(delta(reasoning_content="hmm"), delta("length")), "!only thinking (finish_reason length)", 1),
    ("inline thinking without end", stream(delta(content="<think>hmm"), delta("length")), "!only thinking (finish_reason length)", 1),
    ("stop without text", whole({"content": ""}), "!gave no answer (finish_reason stop)", 1),
    ("a refused key", refusal(401, {"error": {"message": "bad"}}), "!does not accept the key", 1),
    ("no quota", refusal(429, {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}), "!exceeded your quota", 1),
    ("no quota, 400", refusal(400, {"error": {"message": "You exceeded your quota", "type": "insufficient_quota"}}), "!exceeded your quota",
     1),
    ("a refusal of FastAPI", refusal(422, {"detail": [{"loc": ["body", "n"], "msg": "field required"}]}), "!field required", 1),
    ("a far Retry-After", refusal(429, {"error": "slow down"}, headers={"Retry-After": "3600"}), "!slow down", 1),
    ("Upstream error", refusal(400, {"error": {"message": "Upstream error"}}), "!Upstream error", 1),
    ("HTML", Play("<!DOCTYPE html><html><title>Sign in</title></html>", content_type="text/HTML"), "!an HTML page: Sign in", 1),
    ("HTML and 403", Play("<html><title>Blocked</title></html>", 404, "text/html"), "!an HTML page: Blocked", 1),
    ("gzip", Play(gzip.compress(b'{"choices":[]}'), content_type="application/json", headers={"Content-Encoding": "gzip"}),
     "!compressed (gzip)", 1),
]

# name, what the provider sends first, the arguments of the calls of read_file that come of it.
A, B = '{"path": "a.txt"}', '{"path": "b.txt"}'
CALLS = [
    ("one index, two ids", stream(calls(tool_call(index=0, id="c1")), calls(tool_call(arguments=B, index=0, id="c2")), CALLED), [A, B]),
    ("no index, two ids", stream(calls(tool_call(id="c1")), calls(tool_call(arguments=B, id="c2")), CALLED), [A, B]),
    ("neither index nor id", stream(calls(tool_call()), calls(tool_call(arguments=B)), CALLED), [A, B]),
    ("index null", stream(calls(tool_call(index=None, id="c1")), calls(tool_call(arguments=B, index=None, id="c2")), CALLED), [A, B]),
    ("two in one piece, one id", stream(calls(tool_call(id="c", index=0), tool_call(arguments=B, id="c", index=1)), CALLED), [A, B]),
    ("two in one piece, one index", stream(calls(tool_call(id="", index=0), tool_call(arguments=B, id="", index=0)), CALLED), [A, B]),
    ("in pieces, the id once", stream(calls(tool_call(arguments="", index=0, id="c1")), calls(more(A[:5])), calls(more(A[5:])), CALLED),
     [A]),
    ("in pieces, id and name each time", stream(*(calls(tool_call(arguments=part, index=0, id="c1")) for part in (A[:5], A[5:], "")),
                                                CALLED), [A]),
    ("in pieces without index", stream(calls(tool_call(arguments=A[:5], id="c1")), calls({"function": {"arguments": A[5:]}}), CALLED), [A]),
    ("two interleaved", stream(calls(tool_call(arguments=A[:5], index=0, id="x")), calls(tool_call(arguments=B[:5], index=1, id="y")),
                               calls(more(A[5:])), calls(more(B[5:], 1)),
                               CALLED), [A, B]),
    ("a leading {}", stream(calls(tool_call(arguments="{}", index=0, id="c1")), calls(more(A)), CALLED),
     [A]),
    ("a leading object", stream(calls(tool_call(arguments={}, index=0, id="c1")), calls(more(A)), CALLED),
     [A]),
    ("all once more at the end", stream(calls(tool_call(index=0, id="c1")), calls(tool_call(index=0, id="c1")), CALLED), [A]),
    ("arguments as an object", stream(calls(tool_call(arguments={"path": "a.txt"}, index=0, id="c1")), CALLED), ['{"path":"a.txt"}']),
    ("arguments as an object, whole", whole({"tool_calls": [tool_call(arguments={"path": "a.txt"}, id="c1")]}, "tool_calls"),
     ['{"path":"a.txt"}']),
    ("arguments quoted twice", stream(calls(tool_call(arguments=json.dumps(A), index=0, id="c1")), CALLED), ['{"path":"a.txt"}']),
    ("function_call", stream(delta(function_call={"name": "read_file", "arguments": A[:4]}), delta(function_call={"arguments": A[4:]}),
                             delta("function_call")), [A]),
    ("function_call, whole", whole({"content": None, "function_call": {"name": "read_file", "arguments": A}}, "function_call"), [A]),
    ("two, whole, without ids", whole({"tool_calls": [tool_call(), tool_call(arguments=B)]}, "tool_calls"), [A, B]),
    ("calls and finish_reason stop", stream(calls(tool_call(index=0, id="c1")), STOP), [A]),
    ("half an emoji in the arguments", stream(calls(tool_call(arguments='{"path": "\\ud83d"}', index=0, id="c1")), CALLED),
     ['{"path":"\ufffd"}']),
]

SIGNED = {"google": {"thought_signature": "c2ln"}}
# name, what the provider sends first, and what it gets back in the message of the model, and in its first call.
BACK = [
    ("reasoning_content", stream(delta(reasoning_content="hm"), delta(reasoning_content="m"), calls(tool_call(index=0, id="c")), CALLED),
     {"reasoning_content": "hmm"}, {}),
    ("an empty one", stream(delta(reasoning_content=""), calls(tool_call(index=0, id="c")), CALLED), {"reasoning_content": ""}, {}),
    ("extra_content", stream(calls(tool_call(index=0, id="c", extra_content=SIGNED)), CALLED), {}, {"extra_content": SIGNED}),
    ("extra_content, whole", whole({"tool_calls": [tool_call(id="c", extra_content=SIGNED)], "extra_content": SIGNED}, "tool_calls"),
     {"extra_content": SIGNED}, {"extra_content": SIGNED}),
    ("reasoning_details", stream(delta(reasoning_details=[{"type": "reasoning.text", "text": "h", "index": 0}]),
                                 delta(reasoning_details=[{"type": "reasoning.text", "text": "m", "index": 0}]),
                                 delta(reasoning_details=[{"type": "reasoning.text", "signature": "s", "index": 0}]),
                                 delta(reasoning_details=[{"type": "reasoning.encrypted", "data": "e", "index": 1}]),
                                 calls(tool_call(index=0, id="c")), CALLED),
     {"reasoning_details": [{"type": "reasoning.text", "index": 0, "signature": "s", "text": "hm"},
                            {"type": "reasoning.encrypted", "data": "e", "index": 1}]}, {}),
    ("inline thinking", stream(delta(content="<think>hmm</think>"), calls(tool_call(index=0, id="c")), CALLED),
     {"content": "<think>hmm</think>"}, {}),
]

# name, the headers of a refusal with 429, the least wait in seconds.
WAITS = [
    ("retry-after-ms", {"retry-after-ms": "1500"}, 1.5),
    ("a fraction", {"Retry-After": "1.5"}, 1.5),
    ("a date", lambda: {"Retry-After": formatdate(time.time() + 3, usegmt=True)}, 2),
]


class Forms(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--allow-host", "127.0.0.1", "--a2a")
        self.succeed(self.server.run("policy", "allow", "*"))
        self.succeed(self.server.run("settings", "set", "provider=custom", "model=test-model"))
        for name in ("a", "b"):
            self.succeed(self.server.run("workspace", "put", f"{name}.txt", stdin=f"this is {name}"))
        self.number = 0

    def provider(self, *plays):
        model = RawModel(plays)
        self.addCleanup(model.stop)
        self.succeed(self.server.run("providers", "set", "custom", "--api-base", model.base))
        return model

    def ask(self):
        """Whether a message in a session of its own is answered, and the answer, or the words of the failure."""
        self.number += 1
        body = {"messages": [{"role": "user", "content": "go"}], "session_id": f"s{self.number}"}
        status, _, answer = self.server.request("POST", "/v1/chat/completions", body)
        return (True, answer["choices"][0]["message"]["content"]) if status == 200 else (False, answer["error"]["message"])

    def said(self):
        return self.server.request("GET", f"/api/v1/sessions/api%3As{self.number}")[2]["messages"]

    def check(self, name, play, right, requests):
        with self.subTest(name):
            model = self.provider(play)
            good, got = self.ask()
            if right.startswith("!"):
                self.assertFalse(good, got)
                self.assertIn(right[1:], got)
                self.assertEqual([m["role"] for m in self.said()], ["user"])
            else:
                self.assertEqual((good, got), (True, right))
            self.assertEqual(len(model.requests), requests)

    def test_answers_and_failures(self):
        for row in ANSWERS:
            if row[3] == 1:
                self.check(*row)

    def test_what_may_pass_is_tried_again(self):
        for row in ANSWERS:
            if row[3] != 1:
                self.check(*row)

    def test_calls_of_tools(self):
        for name, play, right in CALLS:
            with self.subTest(name):
                model = self.provider(play, stream(delta(content="done"), STOP))
                self.assertEqual(self.ask(), (True, "done"))
                asked, *results = model.requests[1]["messages"][-1 - len(right):]
                self.assertEqual([call["function"]["arguments"] for call in asked["tool_calls"]], right)
                self.assertEqual({call["function"]["name"] for call in asked["tool_calls"]}, {"read_file"})
                self.assertEqual([result["tool_call_id"] for result in results], [call["id"] for call in asked["tool_calls"]])
                if all(".txt" in one for one in right):
                    self.assertEqual([result["content"][-1] for result in results], [json.loads(one)["path"][0] for one in right])

    def test_what_the_provider_wants_back_goes_back_to_it_and_nowhere_else(self):
        for name, play, message, call in BACK:
            with self.subTest(name):
                model = self.provider(play, stream(delta(content="done"), STOP))
                self.assertEqual(self.ask(), (True, "done"))
                back = model.requests[1]["messages"][-2]
                self.assertEqual(back["role"], "assistant")
                self.assertEqual({key: back.get(key) for key in message}, message)
                self.assertEqual({key: back["tool_calls"][0].get(key) for key in call}, call)
                self.assertNotIn("hmm", json.dumps(self.said()))

    def test_thinking_that_a_provider_does_not_take_back_is_left_out(self):
        first = stream(delta(reasoning="hmm"), calls(tool_call(index=0, id="c")), CALLED)
        model = self.provider(first, refusal(400, {"error": {"message": "'messages.2': property 'reasoning' is unsupported"}}),
                              stream(delta(content="done"), STOP))
        self.assertEqual(self.ask(), (True, "done"))
        self.assertEqual(["reasoning" in json.dumps(request["messages"]) for request in model.requests], [False, True, False])

    def test_thinking_of_an_earlier_turn_is_empty_where_a_provider_insists_on_it(self):
        first = stream(delta(reasoning_content="hmm"), calls(tool_call(index=0, id="c")), CALLED)
        needs = {"error": {"message": "The `reasoning_content` in the thinking mode must be passed back to the API."}}
        model = self.provider(first, stream(delta(content="done"), STOP), refusal(400, needs), stream(delta(content="again"), STOP))
        self.assertEqual(self.ask(), (True, "done"))
        self.number -= 1  # the same session
        self.assertEqual(self.ask(), (True, "again"))
        told = [[m.get("reasoning_content") for m in request["messages"] if m.get("tool_calls")] for request in model.requests]
        self.assertEqual(told, [[], ["hmm"], [None], [""]])

    def test_what_is_streamed_to_others_is_the_answer_too(self):
        for name, play, right, requests in ANSWERS:
            if requests != 1:
                continue
            with self.subTest(name):
                self.provider(play)
                self.number += 1
                asked = {"message": message("go", contextId=f"c{self.number}")}
                events = Stream(self.server, "POST", ROOT + "/message:stream", asked).all()
                states = [event["statusUpdate"]["status"]["state"] for event in events if "statusUpdate" in event]
                self.assertEqual(states[-1], "TASK_STATE_FAILED" if right.startswith("!") else "TASK_STATE_COMPLETED")
                text = ""
                for event in events:
                    if "artifactUpdate" in event:
                        piece = event["artifactUpdate"]["artifact"]["parts"][0]["text"]
                        text = text + piece if event["artifactUpdate"]["append"] else piece
                if not right.startswith("!"):
                    self.assertEqual(text, right)

    def test_the_wait_that_a_provider_asks_for_is_heeded(self):
        for name, headers, least in WAITS:
            with self.subTest(name):
                model = self.provider(refusal(429, {"error": "slow down"}, headers=headers), stream(delta(content="hi"), STOP))
                began = time.monotonic()
                self.assertEqual(self.ask(), (True, "hi"))
                self.assertGreaterEqual(time.monotonic() - began, least)
                self.assertEqual(len(model.requests), 2)

    def test_what_is_learned_is_kept_for_one_model_and_only_if_it_helped(self):
        no_stream = refusal(400, {"error": {"message": "streaming is not supported by this model"}})
        model = self.provider(no_stream, whole({"content": "one"}), whole({"content": "two"}), whole({"content": "three"}))
        self.assertEqual(self.ask(), (True, "one"))
        self.assertEqual(self.ask(), (True, "two"))
        self.succeed(self.server.run("settings", "set", "model=another"))
        self.assertEqual(self.ask(), (True, "three"))
        self.assertEqual([request.get("stream", False) for request in model.requests], [True, False, False, True])
        model = self.provider(no_stream, refusal(400, {"error": "something else"}), stream(delta(content="four"), STOP))
        self.assertEqual(self.ask(), (False, "custom answered with status 400: something else"))
        self.assertEqual(self.ask(), (True, "four"))
        self.assertEqual([request.get("stream", False) for request in model.requests], [True, False, True])

    def test_no_compressed_answer_is_asked_for(self):
        model = self.provider(stream(delta(content="hi"), STOP))
        self.assertEqual(self.ask(), (True, "hi"))
        self.assertEqual(model.headers[0]["Accept-Encoding"], "identity")


if __name__ == "__main__":
    harness.main()
