#!/usr/bin/env python3
"""Usage end to end: every run counts, in groups and by itself."""

import datetime

import harness

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
        self.assertEqual([sorted(item) for item in report["items"]], [sorted(["date", *COUNTERS])])
        self.assertEqual(report["items"][0]["date"], str(today()))
        self.assertEqual(sorted(report["totals"]), sorted(COUNTERS))
        # The built-in provider counts no tokens; each turn is one request.
        self.assertEqual([report["totals"][name] for name in ("turn_count", "iterations", "prompt_tokens", "completion_tokens")], [3, 3, 0, 0])
        both = self.report(server, "?groupBy=session_key,model&groupBy=origin")
        self.assertEqual(both["groupBy"], ["session_key", "model", "origin"])
        self.assertEqual({item["session_key"]: item["turn_count"] for item in both["items"]}, {"cron:" + one: 1, "cron:" + two: 2})
        self.assertEqual({(item["model"], item["origin"]) for item in both["items"]}, {("builtin", "cron")})
        self.assertEqual(both["totals"], report["totals"])
        self.assertEqual(self.report(server, "?channel=cron&groupBy=channel")["items"][0]["turn_count"], 3)
        for query in ("?channel=api", "?model=other", "?origin=api", "?from=2020-01-01&to=2020-01-31"):
            nothing = self.report(server, query)
            self.assertEqual((nothing["items"], set(nothing["totals"].values())), ([], {0}), query)

    def test_what_is_refused(self):
        server = self.serve()
        for query, field in (("?groupBy=colour", "groupBy"), ("?from=2026-02-30", "from"), ("?to=yesterday", "to"), ("?from=2026-02-02&to=2026-02-01", "from")):
            status, _, answer = server.request("GET", "/api/v1/usage" + query)
            self.assertEqual((status, answer["error"]["code"]), (400, "bad_request"))
            self.assertTrue(answer["error"]["message"].startswith(field), answer)

    def test_single_run_and_restart(self):
        server = self.serve()
        job = self.turns(server, 1)
        event = server.request("GET", "/api/v1/audit?event=llm_call")[2]["items"][0]
        run = self.succeed(server.run("usage", "run", event["run_id"], "-o", "json")).json()
        self.assertEqual((run["run_id"], run["session_key"], run["model"], run["provider"], run["origin"], run["channel"], run["iterations"]),
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


if __name__ == "__main__":
    harness.main()
