#!/usr/bin/env python3
"""Usage end to end: every run counts, in groups and by itself."""

import datetime
import json

import harness
import peers

COUNTERS = ["prompt_tokens", "completion_tokens", "cached_tokens", "tool_calls_count", "iterations", "duration_ms", "turn_count"]


def today():
    return datetime.datetime.now(datetime.timezone.utc).date()


class Usage(harness.Case):
    def turns(self, server, times, name="job", message="hello"):
        job = self.succeed(server.run("cron", "create", "--name", name, "--every", "300d", "--message", message, "-o", "json")).json()["id"]
        for time in range(times):
            self.succeed(server.run("cron", "run-now", job))
            harness.wait_until(lambda: self.of_session(server, job) > time, "the run to count")
        return job

    def of_session(self, server, job):
        items = self.report(server, "?groupBy=session_key")["items"]
        return sum(item["turn_count"] for item in items if item["session_key"] == "cron:" + job)

    def report(self, server, query=""):
        status, _, report = server.request("GET", "/api/v1/usage" + query)
        self.assertEqual(status, 200, report)
        return report

    def test_groups(self):
        server = self.serve()
        one, two = self.turns(server, 1), self.turns(server, 2, "other")
        report = self.report(server)
        self.assertEqual((report["from"], report["to"]), (str(today() - datetime.timedelta(days=13)), str(today())))
        self.assertEqual(report["groupBy"], ["date"])
        self.assertEqual([sorted(item) for item in report["items"]], [sorted(["date", "total", *COUNTERS])])
        self.assertEqual(report["items"][0]["date"], str(today()))
        self.assertEqual(sorted(report["totals"]), sorted(COUNTERS))
        # The built-in provider counts no tokens; each turn is one request.
        self.assertEqual([report["totals"][name] for name in ("turn_count", "iterations", "prompt_tokens", "completion_tokens")],
                         [3, 3, 0, 0])
        both = self.report(server, "?groupBy=session_key,model&groupBy=origin")
        self.assertEqual(both["groupBy"], ["session_key", "model", "origin"])
        self.assertEqual({item["session_key"]: item["turn_count"] for item in both["items"]}, {"cron:" + one: 1, "cron:" + two: 2})
        self.assertEqual({(item["model"], item["origin"]) for item in both["items"]}, {("builtin", "cron")})
        self.assertEqual(both["totals"], report["totals"])
        self.assertEqual(self.report(server, "?channel=cron&groupBy=channel")["items"][0]["turn_count"], 3)
        for query in ("?channel=api", "?model=other", "?origin=api", "?from=2020-01-01&to=2020-01-31"):
            nothing = self.report(server, query)
            self.assertEqual((nothing["items"], set(nothing["totals"].values())), ([], {0}), query)

    def test_runs_and_jobs(self):
        server = self.serve()
        one, two = self.turns(server, 1), self.turns(server, 2, "other")
        server.run("chat", "hello")
        runs = {event["run_id"]: event["session_key"] for event in server.request("GET", "/api/v1/audit?event=llm_call")[2]["items"]}
        report = self.report(server, "?groupBy=run_id,session_key")
        self.assertEqual({item["run_id"]: item["session_key"] for item in report["items"]}, runs)
        self.assertEqual({item["turn_count"] for item in report["items"]}, {1})
        self.assertEqual(report["totals"], self.report(server)["totals"])
        rows = self.succeed(server.run("usage", "--by", "run,cron", "--sort-by", "total:desc", "--limit", "2", "-o", "json")).json()
        self.assertEqual(len(rows), 2)
        self.assertLessEqual({row["session_key"] for row in rows}, {"cron:" + one, "cron:" + two})
        for words in ("run,cron", "day,session", "day"):
            self.assertNotIn("warning", self.succeed(server.run("usage", "--by", words)).err)
        self.assertEqual(self.report(server, "?groupBy=run,cron"), self.report(server, "?groupBy=run_id,session_key&origin=cron"))
        table = self.succeed(server.run("usage", "--by", "cron")).out.splitlines()
        self.assertEqual(table[0].split()[:3], ["SESSION", "TURNS", "PROMPT"])
        self.assertEqual(sorted(line.split()[0] for line in table[1:]), sorted(["cron:" + one, "cron:" + two]))

    def test_what_is_refused(self):
        server = self.serve()
        for query, field in (("?groupBy=colour", "groupBy"), ("?from=2026-02-30", "from"), ("?to=yesterday", "to"),
                             ("?from=2026-02-02&to=2026-02-01", "from")):
            status, _, answer = server.request("GET", "/api/v1/usage" + query)
            self.assertEqual((status, answer["error"]["code"]), (400, "bad_request"))
            self.assertTrue(answer["error"]["message"].startswith(field), answer)

    def test_single_run_and_restart(self):
        server = self.serve()
        job = self.turns(server, 1)
        event = server.request("GET", "/api/v1/audit?event=llm_call")[2]["items"][0]
        run = self.succeed(server.run("usage", "run", event["run_id"], "-o", "json")).json()
        self.assertEqual((run["run_id"], run["session_key"], run["model"], run["provider"], run["origin"], run["channel"],
                          run["iterations"]),
                         (event["run_id"], "cron:" + job, "builtin", "builtin", "cron", "cron", 1))
        self.assertEqual(run["date"], run["ts"][:10])
        report = self.report(server, "?groupBy=date,model,origin,channel,session_key")
        server.kill()
        server = self.serve()
        self.assertEqual(server.request("GET", "/api/v1/usage/runs/" + event["run_id"])[2], run)
        self.assertEqual(self.report(server, "?groupBy=date,model,origin,channel,session_key"), report)
        self.fail_with(5, server.run("usage", "run", "nobody"))

    def test_a_failed_turn_counts_and_has_no_answer(self):
        server = self.serve()
        job = self.turns(server, 1, message="/no-such-command")
        session = server.request("GET", f"/api/v1/sessions/cron%3A{job}")[2]
        roles = [message["role"] for message in session["messages"]]
        ok = server.request("GET", f"/api/v1/cron/{job}")[2]["state"]["last_status"] == "ok"
        self.assertEqual(roles, ["user", "assistant"] if ok else ["user"])

    def bucket(self, tokens, **keys):
        return {**keys, **dict.fromkeys(COUNTERS, 0), "prompt_tokens": tokens, "cached_tokens": tokens // 2, "completion_tokens": tokens,
                "turn_count": 1}

    def priced(self, items, *words,
               prices="currency: EUR\nmodels:\n  big: {prompt: 2, cached: 1, completion: 10}\n  small-*: {prompt: 1, completion: 1}\n"):
        answer = {"from": "2025-01-01", "to": "2025-01-02", "groupBy": [], "items": items, "totals": self.bucket(0)}
        peer = peers.Peer(lambda _: peers.reply(200, json.dumps(answer)))
        self.addCleanup(peer.close)
        done = self.home.run("usage", *words, "--prices", self.home.write("prices.yaml", prices),
                             env={"FACIOCTL_URL": peer.url, "FACIOCTL_TOKEN": "x"})
        done.asked = [request.split(b" ")[1].decode() for request in peer.requests]
        return done

    def test_prices(self):
        million = 1_000_000
        items = [self.bucket(million, date="2025-01-01", model="big"), self.bucket(2 * million, date="2025-01-01", model="small-1"),
                 self.bucket(million, date="2025-01-02", model="other")]
        done = self.succeed(self.priced(items, "--by", "day", "-o", "json"))
        self.assertIn("groupBy=date%2Cmodel", done.asked[0])
        report = done.json()
        shown = report["items"] if isinstance(report, dict) else report
        self.assertEqual([(item["date"], item["cost"], item["turn_count"]) for item in shown],
                         [("2025-01-01", 15.5, 2), ("2025-01-02", None, 1)])
        self.assertNotIn("model", shown[0])
        self.assertIn("1 of 2 groups", done.err)
        table = self.succeed(self.priced(items, "--by", "model"))
        self.assertRegex(table.out, r"big .* 11\.5")
        self.assertRegex(table.out, r"small-1 .* 4\.0")
        self.assertRegex(table.out, r"other .* \?\s")
        self.assertIn("total of the known prices: 15.5000 EUR; 1 of 3 groups", table.err)
        self.assertIn("total: 11.5000 EUR", self.succeed(self.priced(items[:1], "--by", "model")).err)
        for bad in ("7\n", "models: {}\n", "big: {prompt: 1}\n", "big: {prompt: -1, completion: 1}\n",
                    "currency: 7\nbig: {prompt: 1, completion: 1}\n"):
            self.fail_with(2, self.priced(items, prices=bad))

    def test_spans_and_short_names(self):
        server = self.serve()
        self.turns(server, 1)
        since = str(today() - datetime.timedelta(days=30))
        line = self.succeed(server.run("usage", "--since", "30d", "--by", "day,session", "--by", "model", "--dry-run")).out
        self.assertIn(f"from={since}", line)
        self.assertIn("groupBy=date%2Csession_key%2Cmodel", line)
        table = self.succeed(server.run("usage", "--since", "30d", "--by", "model,day"))
        self.assertRegex(table.out, f"MODEL +DAY +TURNS .*\\nbuiltin +{today()} +1 ")
        self.assertIn("total: 1 turn, 0 tokens", table.err)
        self.fail_with(2, server.run("usage", "--since", "30d", "--from", "2025-01-01"))
        self.fail_with(2, server.run("usage", "--by", "colour"))


if __name__ == "__main__":
    harness.main()
