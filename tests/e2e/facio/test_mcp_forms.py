#!/usr/bin/env python3
"""The forms in which MCP servers answer a call, each fed in over every transport: one row a form, with what the agent gets of it."""

import base64
import re
import sys

import harness
import mcp_server
from test_mcp_connections import MCP, PROGRAM, Connections


def answer(value, number=b"ID"):
    return b'{"jsonrpc":"2.0","id":' + number + b',"result":{"content":[{"type":"text","text":' + value + b"}]}}"


UNREADABLE = r"cannot be read: malformed JSON at line 1, column \d+$"

# What the server writes, and the whole of what the tool gives, as a pattern. ID: the number of the request.
FORMS = {
    "as it should be": (answer(b'"fine"'), "^fine$"),
    "half of a surrogate pair": (answer(rb'"a\ud800b"'), "^a\ufffdb$"),
    "the other half": (answer(rb'"a\udc00"'), "^a\ufffd$"),
    "both halves": (answer(rb'"\ud83d\ude00"'), "^\U0001f600$"),
    "an escaped backslash before u": (answer(rb'"\\ud800"'), r"^\\ud800$"),
    "bytes of Latin-1": (answer(b'"caf\xe9"'), "^caf\ufffd$"),
    "the number as a text": (answer(b'"fine"', b'"ID"'), "^fine$"),
    "the number as 1.0": (answer(b'"fine"', b"ID.0"), "^fine$"),
    "NaN": (answer(b"NaN"), UNREADABLE),
    "NaN before the number": (b'{"jsonrpc":"2.0","result":NaN,"id":ID}', UNREADABLE),
    "cut off": (answer(b'"fine"')[:-9], UNREADABLE),
    "the number as a text, cut off": (answer(b'"fine"', b'"ID"')[:-3], UNREADABLE),
    "too deep": (answer(b"[" * 64 + b"]" * 64), "cannot be read: JSON is nested deeper than 64 levels$"),
    "too large a number": (answer(b"1e999"), "cannot be read: malformed JSON: a number is out of range$"),
    "no result": (b'{"jsonrpc":"2.0","id":ID}', "has neither a result nor an error$"),
    "a number of its own": (answer(b'"fine"', b'"abc"'), 'the id of the server\'s answer, "abc", does not match the request$'),
    "no number": (b'{"jsonrpc":"2.0","result":{}}', "the id of the server's answer, none, does not match the request$"),
    "an error": (b'{"jsonrpc":"2.0","id":ID,"error":{"code":7,"message":"no"}}', r": no \(code 7\)$"),
    "an error without a number": (b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}',
                                  r": Parse error \(code -32700\)$"),
    "an error of null": (answer(b'"fine"')[:-1] + b',"error":null}', "^fine$"),
}
# Only where other text may come between the messages.
LINES = {
    "lines of a log before it": (b'{level: info}\n{"level":"info","error":"none"}\n{"id":ID,"msg":"x"}\n' + answer(b'"fine"'), "^fine$"),
    "a broken notification before it": (b'{"jsonrpc":"2.0","method":"notifications/message","params":NaN}\n' + answer(b'"fine"'), "^fine$"),
    "a late answer before it": (answer(b'"late"', b"1") + b"\n" + answer(b'"fine"'), "^fine$"),
}


def error(code, message, number):
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


# How a server says that it does not know a session: status and body.
LOST = {
    "404": lambda message: (404, None),
    "404 with words": lambda message: (404, error(-32001, "Session not found", None)),
    "200 and the number": lambda message: (200, error(-32001, "Session not found", message.get("id"))),
    "200 without the number": lambda message: (200, error(-32001, "unknown session", None)),
    "400 with words": lambda message: (400, error(-32000, "Bad Request: No valid session ID provided", None)),
}


class Forms(Connections):
    def raw(self, form):
        return self.call("mcp:one:raw", {"bytes": base64.b64encode(form).decode()}, session=f"row-{self.rows}")

    def check(self, table):
        """Each answer must come by itself: the server's patience is longer than the test's."""
        for name, (form, expected) in table.items():
            with self.subTest(name):
                self.rows += 1
                got = self.raw(form)
                self.assertTrue(re.search(expected, got), f"{got!r} is not {expected!r}")

    def setUp(self):
        super().setUp()
        self.rows = 0

    def test_from_a_program(self):
        self.start()
        self.add(toolTimeout=600)
        self.check({**FORMS, **LINES})

    def test_over_http(self):
        self.start()
        for events in (False, True):
            listener = mcp_server.HttpServer(events=events)
            self.addCleanup(listener.close)
            if events:
                self.ask("DELETE", f"{MCP}/one")
            self.ask("POST", MCP, {"name": "one", "url": listener.url, "toolTimeout": 600}, 201)
            with self.subTest(events=events):
                self.check({**FORMS, **LINES} if events else FORMS)

    def test_a_lost_session_is_made_anew_and_the_call_repeated_once(self):
        self.start()
        for events in (False, True):
            for name, lost in LOST.items():
                with self.subTest(name, events=events):
                    listener = mcp_server.HttpServer(lost=lost, events=events)
                    self.addCleanup(listener.close)
                    self.ask("POST", MCP, {"name": "one", "url": listener.url, "toolTimeout": 600}, 201)
                    listener.sessions.clear()
                    self.assertEqual(self.call("mcp:one:echo", {"text": "again"}), "again")
                    self.assertEqual([listener.methods().count(one) for one in ("initialize", "tools/call")], [2, 2])
                    self.assertEqual(self.ask("GET", "/api/v1/audit?event=mcp_failure")["items"], [], "sessions end; that is no failure")
                    self.ask("DELETE", f"{MCP}/one")

    def test_a_time_out_of_the_servers_own_is_not_a_lost_session(self):
        listener = mcp_server.HttpServer()
        self.addCleanup(listener.close)
        self.start()
        self.ask("POST", MCP, {"name": "one", "url": listener.url, "toolTimeout": 600}, 201)
        self.assertIn("Request timed out", self.raw(b'{"jsonrpc":"2.0","id":ID,"error":{"code":-32001,"message":"Request timed out"}}'))
        self.assertEqual([listener.methods().count(one) for one in ("initialize", "tools/call")], [1, 1])


class Failures(Connections):
    def failures(self):
        return self.ask("GET", "/api/v1/audit?event=mcp_failure&sortDir=asc")["items"]

    def test_a_crash_leaves_an_event_with_the_last_words(self):
        self.start()
        self.add()
        self.call("mcp:one:crash")
        event = harness.wait_until(self.failures, "an event")[0]
        self.assertEqual((event["status"], event["origin"], event["details"]),
                         ("error", "mcp", {"name": "one", "connected": True, "failures": 1}))
        self.assertEqual(event["message"],
                         "MCP server one: the program ended with exit code 3; it said: these are my | last words")

    def test_last_words_are_masked_and_bounded(self):
        self.start()
        self.ask("POST", "/api/v1/credentials", {"key": "TOKEN", "value": "a-secret-of-some-length"}, 201)
        words = ("import sys, os; s = os.environ['SECRET']; e = sys.stderr; "
                 "[print('line', i, 'of many words ' * 40, file=e) for i in range(100)]; "
                 "print('x' * 390 + s, file=e); print('it is', s, file=e); print('api_key=0123456789abcdef0123', file=e); sys.exit(7)")
        self.ask("POST", MCP, {"name": "one", "command": sys.executable, "args": ["-c", words],
                               "env": {"SECRET": "${credentials.TOKEN}"}}, 201)
        event = harness.wait_until(self.failures, "an event")[0]
        self.assertEqual((event["details"]["connected"], event["details"]["failures"]), (False, 1))
        self.assertIn("exit code 7", event["message"])
        self.assertLessEqual(len(event["message"]), 2100)
        self.assertTrue(event["message"].endswith("| it is *** | api_key=***"), event["message"])
        everything = str(self.failures()) + str(self.get()["error"])
        for piece in ("a-secret-of", "0123456789abcdef0123"):
            self.assertNotIn(piece, everything)

    def test_a_server_that_stays_away_is_told_of_ever_more_rarely(self):
        self.start()
        self.ask("POST", MCP, {"name": "one", "command": "no-such-program-here"}, 201)
        found = harness.wait_until(lambda: (lambda now: now if len(now) == 3 else None)(self.failures()), "three events")
        self.assertEqual([event["details"]["failures"] for event in found], [1, 2, 4])
        self.assertIn("not installed", found[0]["message"])


if __name__ == "__main__":
    harness.main()
