#!/usr/bin/env python3
"""--query prints, byte for byte, what the program jq prints; and says so clearly when it cannot."""

import concurrent.futures
import json
import os
import shutil
import subprocess

import harness
from json_server import JsonServer

# Values as APIs send them, and as nobody should.
VALUES = {
    "jobs": '[{"id":"a1","name":"report","enabled":true,"runs":12,"state":{"last":1732000000123,"status":"ok"},"tags":["x","y"]},'
            '{"id":"b2","name":"tidy","enabled":false,"runs":0,"state":{"last":null,"status":"error"},"tags":[]},'
            '{"id":"c3","name":"a \\"quoted\\" \\\\ name","enabled":true,"runs":-3,"state":null,"tags":["z"]}]',
    "object": '{"b":1,"a":{"d":[1,2,{"e":null}],"c":"text"},"items":[{"k":1},{"k":2}],"total":2,"hasMore":false}',
    "numbers": '[0,-0,1,-1,1.0,1.5,1e3,1E+2,1e-7,123456789012345,1234567890123456,0.1,3.14159265358979,1e308,1e400,-1e400,'
               '1e-400,1e20,5e-324,1.7976931348623157e308,0.30000000000000004,9007199254740992,999999999999999,'
               '1000000000000000]',
    "texts": '["","plain","tab\\there","line\\nbreak","quote\\"","back\\\\slash","slash\\/","\\u00e9","é","日本語","😀","\\ud83d\\ude00",'
             '"\\udc00x","\\u0000","\\u001b[31m","\\u007f","\\u0080","\\u2028","\\ufeff","\\b\\f\\r","<&>\'"]',
    "broken": '["\\ud800"]',
    "empty": '{"a":[],"o":{},"n":null,"s":"","f":false}',
    "nested": '[[1,[2,[3,[4]]]],{"a":{"b":{"c":{"d":1}}}}]',
    "twice": '{"a":1,"b":2,"a":3}',
    "scalar": '42',
    "word": '"just a text"',
    "null": 'null',
    "spaced": ' { "a" : [ 1 , 2 ] ,\n "b" : "x" }\n',
    "keys": '{"with space":1,"with-dash":2,"with.dot":3,"é":4,"\\u0041":5,"":6}',
    "dates": '[{"at":"2026-11-20T07:00:00Z","ms":1732000000123},{"at":"2026-01-01T00:00:00Z","ms":0}]',
}

FILTERS = {
    "jobs": [".", ".[]", ".[].name", "map(.runs)", "[.[].id]", "map(.state.status)", " map( .id ) ", "[ .[1] | .name ]", "map(.tags)",
             "map(.tags[])", "[.[7].x]", ".[].id", ".[] | .runs", ".[0]", ".[-1]", ".[7]", ".[-7]", ".[1].state.status", ".[].state.last",
             ".[].tags", ".[].tags[]", ".[] | .tags | length", "length", "map(.name)", "map(select(.enabled))",
             "[.[] | select(.runs > 0) | .id]",
             ".[] | [.id, .name] | @tsv", ".[] | [.id, .runs] | @csv", ".[] | @json", ".[].name | @html", ".[].name | @sh",
             ".[].name | @uri",
             ".[].name | @base64", "sort_by(.runs)", "group_by(.enabled)", "max_by(.runs).id", "min_by(.runs).id",
             "map({(.id): .name}) | add",
             "reduce .[] as $j (0; . + $j.runs)", "[foreach .[] as $j (0; . + 1)]", "to_entries | map(.key)", "any(.enabled)",
             "all(.enabled)",
             "map(.runs) | add", "first(.[].id)", "[limit(2; .[])] | length", "unique_by(.enabled) | length", "del(.[].tags)",
             ".[0] | keys",
             ".[0] | has(\"id\")", "map(.missing)", ".[] | .missing?", "[.[] | .name | ascii_upcase]", "[.[].name | test(\"^r\")]",
             ".[].name | sub(\"r\"; \"R\")", "paths", "[paths(scalars)] | length", "[leaf_paths] | length", "tostring",
             ".[0] | tojson | fromjson", "map(.id) | join(\", \")",
             "index(\"x\")", "[.[] | .state.status // \"none\"]", "to_entries[0].value.id", "map(has(\"state\"))",
             "[.[] | if .enabled then .id else empty end]",
             "[range(0; 3)] | map(. * 2)", "input_line_number", "input_filename", "$ENV | type", "env | type", "$__loc__",
             "$ARGS | keys", "[inputs]",
             "def f: .id; [.[] | f]", "label $out | .[] | if .runs == 0 then ., break $out else . end | .id",
             "try error(\"x\") catch .", ".[] |= .id",
             "[.[] | .runs] | @text", "transpose?", "walk(if type == \"object\" then del(.tags) else . end)", "input_line_number + 1",
             "halt", "empty", ".[0] as {id: $i} | $i"],
    "object": [".", ".a", ".a.d", ".a.d[2].e", ".items[].k", ".items | length", "keys", "keys_unsorted", "to_entries", ".total + 1",
               ".hasMore | not",
               ".a | .c", ".[\"a\"][\"c\"]", ".a.\"c\"", "[.[]]", "[..] | length", ".. | numbers", "del(.a)", "{a, n: .b}",
               "{total} + {x: 1}", "tostream",
               "[splits(\"x\")?]", "getpath([\"a\", \"c\"])", "type", "map_values(type)", ".b as $x | [$x, $x + 1]", "[.b, .total] | max",
               "limit(1; .items[])", ".a.d[1:]"],
    "numbers": [".", ".[]", ".[0]", ".[1]", ".[9]", ".[11]", ".[14]", ".[22]", "map(. + 0)", "add", "map(floor)", "map(tostring)", "sort",
                "map(@text)", "map(-.)", "min, max",
                "[.[] | . * 10]", "map(isinfinite)", ".[4:8]", "unique | length"],
    "texts": [".", ".[]", ".[1]", ".[2]", ".[6]", ".[7]", ".[10]", ".[12]", ".[14]", ".[15]", ".[16]", ".[17]", ".[20]", "map(length)",
              "map(utf8bytelength)", "map(explode)",
              "map(@base64)", "map(@json)", "join(\"|\")", "map(ascii_downcase)", "sort", "map(ltrimstr(\"p\"))"],
    "empty": [".", ".a", ".a[]", ".o", ".o[]", ".n", ".n.x", ".n[0]", ".s", ".f", ".missing", "[.[]]", "length", ".n | length"],
    "nested": [".", "flatten", ".[0][1][1][1][0]", ".[1].a.b.c.d", ".[1].a", "[.. | numbers]", "flatten(1)"],
    "twice": [".", ".a", "keys", "length"],
    "scalar": [".", ". + 1", "tostring", "[.]", ". as $x | $x"],
    "word": [".", "length", "ascii_upcase", "split(\" \")", "@base64", ". + \"!\"", "test(\"JUST\"; \"i\")"],
    "null": [".", ".a", ".[0]", ".a.b.c", "not", "[.]", "length"],
    "spaced": [".", ".a", ".a[]", ".b", ".a | .[1]", " .b ", ".a\n|\n.[0]"],
    "keys": [".", ".[\"with space\"]", ".[\"with-dash\"]", ".[\"with.dot\"]", ".\"é\"", ".[\"é\"]", ".A", ".[\"\"]", "keys",
             "to_entries[0]"],
    "dates": ["map(.at | fromdate)", ".[].at", "map(.ms / 1000 | floor | todate)", ".[].ms",
              "map(.at | strptime(\"%Y-%m-%dT%H:%M:%SZ\") | mktime)", "[.[].ms | gmtime | length]"],
}

# What fails only when it runs.
ERRORS = [
    ("jobs", ".a"), ("object", ".[0]"), ("scalar", ".[]"), ("scalar", ".a.b"), ("jobs", ".[].name + 1"), ("jobs", "error(\"own words\")"),
    ("jobs", "error({a: 1})"),
    ("word", "tonumber"), ("jobs", "input"), ("null", "keys"), ("jobs", ".[] | .id, error(\"late\")"), ("word", "fromjson"),
    ("object", ".b | test(\"x\")"),
    ("jobs", "with_entries(.)"), ("texts", ".[] | .x"), ("numbers", ".[0] | keys"), ("empty", "add"),
]
SYNTAX = [(". +", "syntax error, unexpected $end"), ("foo", "foo/0 is not defined"), (".[", "syntax error"), ("$x", "$x is not defined"),
          (".a.", "syntax error"), ("\"open", "syntax error"),
          ("{a:}", "syntax error"), (". as x | .", "syntax error"), ("import \"nowhere\" as n; .", "module not found"),
          ("break", "syntax error"), ("..a", "syntax error"), ("map(", "syntax error")]

# Builtins that never end when they are given a number, that tell of the clock or of the program itself, or that end the filter.
NOT_COMPARED = {"repeat/1", "until/2", "while/2", "recurse/1", "recurse/2", "range/3", "now/0", "env/0", "halt/0", "halt_error/0",
                "halt_error/1", "input/0", "inputs/0", "debug/0", "stderr/0", "get_search_list/0", "get_prog_origin/0", "get_jq_origin/0",
                "builtins/0", "modulemeta/0", "input_filename/0", "input_line_number/0", "combinations/1", "localtime/0",
                "strflocaltime/1", "error/0", "error/1", "empty/0", "limit/2", "first/1"}
LONG_WAYS = {"range", "jn", "yn"}  # for what is large
# What libjq 1.6 ends the whole process for, by an assertion.
ASSERTED = {"strftime/1", "todate/0", "todateiso8601/0"}
# Arguments where functions of libm differ: poles, halves, signs, what is too large, and what is no number.
ARGUMENTS = "0, -0.0, 0.5, -0.5, 1, 2, 2.5, -3, 10, 1e-7, 709.5, 1e22, -1e300, nan, infinite, -infinite"


@harness.unittest.skipIf(shutil.which("jq") is None, "jq is not installed")
class Query(harness.Case):
    def setUp(self):
        super().setUp()
        self.peer = JsonServer({"/api/v1/" + name: body for name, body in VALUES.items()})
        self.addCleanup(self.peer.close)
        self.env = {"FACIOCTL_URL": self.peer.url, "FACIOCTL_TOKEN": "the-token"}

    def ask(self, name, expression, *more):
        return self.home.run("api", "GET", "/" + name, "-q", expression, *more, env=self.env)

    def jq(self, text, expression, *options):
        return subprocess.run(["jq", *options, expression], input=text.encode(), capture_output=True, env=self.home.environment,
                              timeout=harness.DEADLINE)

    def together(self, function, items):
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            return list(pool.map(lambda item: function(*item), items))

    def test_corpus(self):
        pairs = [(name, expression) for name, expressions in FILTERS.items() for expression in expressions]
        self.assertGreater(len(pairs), 200)
        shown = {name: self.succeed(self.home.run("api", "GET", "/" + name, env=self.env)).out for name in VALUES}

        def compare(name, expression):
            ours, theirs = self.ask(name, expression), self.jq(shown[name], expression)
            return (name, expression, theirs.returncode, theirs.stdout), (name, expression, ours.code, ours.raw_out), ours

        for theirs, ours, done in self.together(compare, pairs):
            self.assertEqual(theirs, ours, str(done))
            self.assertEqual(done.err, "")

    def builtins(self):
        """Every function that jq itself names as built in, as (name, how many arguments)."""
        names = json.loads(self.jq("null", "builtins").stdout)
        self.assertIn("pow/2", names)
        compared = (name.split("/") for name in names if name not in NOT_COMPARED | ASSERTED)
        return sorted((name, int(count)) for name, count in compared)

    def test_every_builtin(self):
        """Also those of libm: libjq, which is loaded while the program runs, must find the right ones."""
        expressions = []
        for name, count in self.builtins():
            for values in ((), ("0.75",), ("2", "10"), ("3", "0.5", "-1"))[count:count + 1]:
                call = name + (f"({'; '.join(values)})" if values else "")
                expressions.append(f"[({ARGUMENTS}) | try {call} catch \"refused: \\(.)\"]")
            given = "0, 1, 2.5, -3" if name in LONG_WAYS else ARGUMENTS
            if count == 2:
                expressions.append(f"[({given}) as $a | ({given}) as $b | try {name}($a; $b) catch \"refused: \\(.)\"]")
                expressions.append(f"[.[0:5][] as $a | .[0:5][] as $b | try {name}($a; $b) catch \"refused: \\(.)\"]")
            elif count == 1:
                expressions.append(f"[({given}) as $a | try {name}($a) catch \"refused: \\(.)\"]")
        self.assertGreater(len(expressions), 250)
        shown = self.succeed(self.home.run("api", "GET", "/numbers", env=self.env)).out

        def compare(some):
            # Starting jq takes longer than most expressions.
            together = ", ".join(some)
            ours, theirs = self.ask("numbers", together, "-o", "ndjson"), self.jq(shown, together, "-c")
            self.assertEqual((ours.code, theirs.returncode), (0, 0), str(ours))
            return some, theirs.stdout.splitlines(), ours.raw_out.splitlines()

        for some, theirs, ours in self.together(compare, [(expressions[i:i + 15],) for i in range(0, len(expressions), 15)]):
            self.assertEqual(dict(zip(some, theirs, strict=True)), dict(zip(some, ours, strict=True)))

    def test_an_assertion_of_the_library(self):
        for expression in ("0 | strftime(0.75)", "infinite | todate", "nan | todateiso8601"):
            self.assertLess(self.jq("0", expression).returncode, 0, expression)
            done = self.ask("scalar", expression)
            self.assertEqual((done.code, done.out), (2, ""), str(done))
            self.assertIn("the jq library failed", json.loads(done.err.splitlines()[-1])["error"]["message"])

    def test_compact_is_jq_c(self):
        pairs = [(name, ".") for name in VALUES if name != "broken"] + [("jobs", ".[]"), ("jobs", ".[].name"), ("object", ".. "),
                                                                        ("numbers", ".[]"), ("jobs", "map(.id)"),
                                                                        ("jobs", "map(.state.status)"),
                                                                        ("empty", "[.a[]]")]

        def compare(name, expression):
            return self.jq(VALUES[name], expression, "-c").stdout, self.ask(name, expression, "-o", "ndjson").raw_out

        for theirs, ours in self.together(compare, pairs):
            self.assertEqual(theirs, ours)

    def test_errors_have_the_words_of_jq_and_print_nothing(self):
        for (name, expression), done in zip(ERRORS, self.together(self.ask, ERRORS)):
            self.assertEqual((done.code, done.out), (2, ""), str(done))
            error = json.loads(done.err)["error"]
            self.assertEqual((error["code"], error["field"]), ("usage", "--query"))
            theirs = self.jq(VALUES[name], expression)
            self.assertEqual(theirs.returncode, 5, expression)
            self.assertIn(error["message"].removeprefix("--query: "), theirs.stderr.decode())

    def test_a_filter_that_cannot_be_read_sends_nothing(self):
        for (expression, words), done in zip(SYNTAX, self.together(lambda e, w: self.ask("jobs", e), SYNTAX)):
            self.assertEqual((done.code, done.out), (2, ""), str(done))
            self.assertIn(words, json.loads(done.err)["error"]["message"])
            self.assertEqual(self.jq("1", expression).returncode, 3, expression)
        self.assertEqual(self.peer.asked, [])

    def test_the_end_that_a_filter_chooses(self):
        done = self.ask("jobs", "\"stop here\\n\" | halt_error")
        self.assertEqual((done.code, done.out), (1, ""), str(done))
        self.assertEqual(json.loads(done.err)["error"]["message"], "--query: the filter ended: stop here")
        done = self.ask("jobs", ".[0].id, halt, .[1].id")
        self.assertEqual((done.code, done.out), (0, "\"a1\"\n"), str(done))
        done = self.ask("jobs", ".[0].id | debug")
        self.assertEqual((done.code, done.out, done.err), (0, "\"a1\"\n", "[\"DEBUG:\",\"a1\"]\n"))

    def test_half_of_a_pair_of_surrogates_is_shown_as_elsewhere(self):
        self.assertNotEqual(self.jq(VALUES["broken"], ".").returncode, 0)
        self.assertEqual(self.ask("broken", "map(.)", "-o", "ndjson").out, '["\ufffd"]\n')

    def test_other_formats(self):
        self.assertEqual(self.ask("jobs", ".[].name", "-o", "tsv").out, "report\ntidy\na \"quoted\" \\\\ name\n")
        self.assertEqual(self.ask("jobs", ".[] | [.id, .runs, null, .state.status]", "-o", "tsv").out,
                         "a1\t12\t\tok\nb2\t0\t\terror\nc3\t-3\t\t\n")
        self.assertEqual(self.ask("jobs", ".[0:2][] | {id}", "-o", "yaml").out, "id: a1\n---\nid: b2\n")
        for form in ("csv", "name", "jsonpath={.id}"):
            self.assertIn("--query", self.fail_with(2, self.ask("jobs", ".", "-o", form)).err)
        self.assertIn("--columns", self.fail_with(2, self.ask("jobs", ".", "--columns", "id")).err)
        # A format of the environment is none that was asked for together with the filter.
        self.assertEqual(self.home.run("api", "GET", "/scalar", "-q", ".", env={**self.env, "FACIOCTL_OUTPUT": "table"}).out, "42\n")

    def test_without_the_library(self):
        if (not os.path.isdir("/proc/self/ns") or shutil.which("unshare") is None or
                subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0):
            self.skipTest("no namespaces here")
        # An empty file in its place is a library that cannot be loaded.
        hide = ("for f in $(ldconfig -p 2>/dev/null | sed -n 's/.*libjq.so.1 .*=> //p') /usr/lib/*/libjq.so.1; do "
                "mount --bind /dev/null $f; done; exec \"$@\"")
        for expression, code in ((".[].id", 0), ("map(.id)", 0), ("map(.id + 1)", 10)):
            done = self.home.run("-rm", "sh", "-c", hide, "sh", harness.CLIENT, "api", "GET", "/jobs", "-q", expression, env=self.env,
                                 binary="unshare")
            self.assertEqual(done.code, code, str(done))
            if code:
                self.assertEqual(json.loads(done.err)["error"]["hint"], "apt install libjq1")

    def test_real_replies(self):
        server = self.serve("--memory", pass_data=False)
        for name in ("one", "two"):
            self.create_job(server, name)
        for command, expression in ((["cron", "list"], ".[].name"), (["cron", "list"], "map({id, next: .state.next_run_at_ms})"),
                                    (["settings", "get"], "."), (["health"], ".status"),
                                    (["audit", "list"], "map(.event) | unique"),
                                    (["cron", "list", "--sort-by", "name:desc", "--fields", "name"], "."),
                                    (["cron", "list", "--filter", "name==one"], "length")):
            plain = self.succeed(server.run(*command, "-o", "json"))
            self.assertEqual(self.jq(plain.out, expression).stdout, self.succeed(server.run(*command, "-q", expression)).raw_out, command)
        # A reply that is a text has nothing to filter.
        server.run("workspace", "put", "a.txt", stdin="x")
        self.assertIn("--query", self.fail_with(2, server.run("workspace", "cat", "a.txt", "-q", ".")).err)


if __name__ == "__main__":
    harness.main()
