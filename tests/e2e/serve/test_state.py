#!/usr/bin/env python3
"""Settings, audit and health from end to end."""

import datetime

import harness


class Settings(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def patch(self, body):
        return self.server.request("PATCH", "/api/v1/settings", body)

    def test_document(self):
        status, _, document = self.server.request("GET", "/api/v1/settings")
        self.assertEqual(status, 200)
        for part in ("basic", "advanced", "options"):
            self.assertIsInstance(document[part], dict)
        for name in ("providers", "reasoning_effort", "provider_retry_mode"):
            self.assertIsInstance(document["options"][name], list)
        self.assertIn("auto", [provider["value"] for provider in document["options"]["providers"]])

    def test_change_and_clear(self):
        status, _, document = self.patch({"timezone": "Europe/Paris", "temperature": 0.5, "browser": {"camoufox": {"humanize": False}}})
        self.assertEqual(status, 200, document)
        self.assertEqual(document["basic"]["timezone"], "Europe/Paris")
        self.assertEqual(document["advanced"]["temperature"], 0.5)
        self.assertFalse(document["browser"]["camoufox"]["humanize"])
        self.assertTrue(document["changes"])
        self.assertIsInstance(document["restart_needed"], bool)
        self.assertFalse(self.patch({"timezone": "Europe/Paris"})[2].get("changes"), "the same again changes nothing")
        self.assertIsNone(self.patch({"timezone": ""})[2]["basic"]["timezone"])

    def test_nothing_is_half_done(self):
        before = self.server.request("GET", "/api/v1/settings")[2]
        for body, field in (({"temperature": 1, "nonsense": 1}, "nonsense"), ({"temperature": "warm"}, "temperature"),
                            ({"max_tokens": 1.5}, "max_tokens"),
                            ({"timezone": "Europe/Nowhere"}, "timezone"), ({"browser": {"backend": "netscape"}}, "backend"),
                            ({"self_improvement": {"scopes": ["everything"]}}, "scopes"),
                            ({"temperature": 1, "max_concurrent_cron_jobs": -1}, "max_concurrent_cron_jobs")):
            status, _, answer = self.patch(body)
            self.assertEqual((status, answer["error"]["code"]), (400, "bad_request"), body)
            self.assertIn(field, answer["error"]["message"])
        self.assertEqual(self.server.request("GET", "/api/v1/settings")[2], before)

    def test_proxy_is_not_shown(self):
        secret = "http://user:pass-word-9@proxy.example:8080"
        _, _, document = self.patch({"browser": {"proxy": secret}})
        self.assertTrue(document["browser"]["proxy_set"])
        self.assertNotIn("pass-word-9", str(document))
        self.assertNotIn("pass-word-9", str(self.server.request("GET", "/api/v1/audit?limit=1000")[2]))
        self.assertFalse(self.patch({"browser": {"proxy": None}})[2]["browser"]["proxy_set"])


class Audit(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.job = self.create_job(self.server)
        self.succeed(self.server.run("cron", "run-now", self.job["id"]))
        self.run_event = harness.wait_until(lambda: self.events("event=cron_run"), "the job's run")[0]

    def page(self, query):
        status, _, page = self.server.request("GET", "/api/v1/audit?" + query)
        self.assertEqual(status, 200, page)
        return page

    def events(self, query=""):
        return self.page(query)["items"]

    def test_every_request_leaves_its_event(self):
        self.server.request("GET", "/api/v1/cron")
        self.server.request("GET", "/api/v1/cron/missing")
        self.server.request("POST", "/api/v1/cron", {"name": ""})
        self.server.request("GET", "/api/v1/cron", token="wrong")
        left = {("GET /api/v1/cron 200", "ok"), ("GET /api/v1/cron/{id} 404", "error"), ("POST /api/v1/cron 400", "error"),
                ("GET /api/v1/cron 401", "denied")}
        harness.wait_until(lambda: left <= {(event["message"], event["status"])
                                            for event in self.events("event=api_request&limit=1000")}, "the events")

    def test_filters_and_order(self):
        for sort in ("ts", "event", "channel", "model", "status"):
            for direction in ("asc", "desc"):
                found = self.events(f"sortBy={sort}&sortDir={direction}")
                keys = [event[sort] for event in found if event.get(sort)]
                self.assertEqual(keys, sorted(keys, reverse=direction == "desc"))
        self.assertEqual({event["event"] for event in self.events("event=cron_run&event=api_request")}, {"cron_run", "api_request"})
        run_id = self.run_event["run_id"]
        self.assertTrue(all(event["run_id"] == run_id for event in self.events("runId=" + run_id)))
        self.assertEqual(self.events("traceId=unknown"), [])

    def test_pages(self):
        everything = self.events("sortDir=asc&limit=1000")
        first = self.page("sortDir=asc&limit=2")
        self.assertTrue(first["hasMore"])
        self.assertEqual(first["items"], everything[:2])
        self.assertEqual(self.page("sortDir=asc&limit=2&offset=2")["items"], everything[2:4])

    def test_times(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        later = (now + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.assertEqual(self.events("from=" + later), [])
        self.assertTrue(self.events("from=" + now.strftime("%Y-%m-%d")))
        self.assertEqual(self.events("to=2020-01-01"), [])

    def test_tail_stats_run(self):
        tail = self.server.request("GET", "/api/v1/audit/tail?n=3")[2]
        self.assertEqual(tail["count"], 3)
        self.assertEqual([event["seq"] for event in tail["items"]], sorted(event["seq"] for event in tail["items"]))
        stats = self.server.request("GET", "/api/v1/audit/stats")[2]
        self.assertEqual(sum(stats["by_event"].values()), stats["total"])
        self.assertGreaterEqual(stats["by_event"]["cron_run"], 1)
        run = self.server.request("GET", "/api/v1/audit/runs/" + self.run_event["run_id"])[2]
        self.assertEqual(run["count"], len(run["items"]))
        self.assertEqual(self.server.request("GET", "/api/v1/audit/runs/unknown")[0], 404)

    def test_commands(self):
        self.assertIn("cron_run", self.succeed(self.server.run("audit", "tail", "-n", "20")).out)
        self.assertTrue(self.succeed(self.server.run("audit", "list", "--event", "cron_run", "-o", "json")).json())
        self.succeed(self.server.run("audit", "stats"))
        self.succeed(self.server.run("audit", "run", self.run_event["run_id"]))


class Health(harness.Case):
    def test_health(self):
        server = self.serve("--memory", pass_data=False)
        health = self.succeed(server.run("health", "-o", "json")).json()
        self.assertEqual(health["status"], "ok")
        self.assertGreaterEqual(health["uptime"], 0)
        self.assertEqual(health["version"], self.succeed(self.home.run("version", "-o", "json")).json()["version"])
        self.assertIn("sessions", health)


if __name__ == "__main__":
    harness.main()
