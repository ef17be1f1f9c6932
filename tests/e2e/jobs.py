"""Turns of the agent by jobs: a message in, the end of its run out."""

import json

import harness

CRON = "/api/v1/cron"
NEVER = {"kind": "cron", "expr": "0 0 29 2 *"}


class Jobs(harness.Case):
    def job(self, server, message, **more):
        status, _, job = server.request("POST", CRON, {"name": "job", "schedule": NEVER, "message": message, **more})
        self.assertEqual(status, 201, job)
        return job["id"]

    def start(self, server, job_id):
        status, _, body = server.request("POST", f"{CRON}/{job_id}/run-now", {})
        self.assertEqual(status, 202, body)

    def runs(self, server, job_id):
        return server.request("GET", f"{CRON}/{job_id}")[2]["state"].get("run_history") or []

    def run_job(self, server, job_id):
        """Runs a job to its end: its entry in the history."""
        before = len(self.runs(server, job_id))
        self.start(server, job_id)
        return harness.wait_until(lambda: self.runs(server, job_id)[before:], "the end of the run")[0]

    def messages(self, server, key):
        status, _, session = server.request("GET", f"/api/v1/sessions/{key}")
        return session["messages"] if status == 200 else []

    def events(self, server, query):
        return server.request("GET", f"/api/v1/audit?sortDir=asc&limit=1000&{query}")[2]["items"]

    def turn(self, server, message, **more):
        """One turn: the last thing that was said in its session, and the entry in the history."""
        job_id = self.job(server, message, **more)
        run = self.run_job(server, job_id)
        said = self.messages(server, f"cron:{job_id}")
        return (said[-1]["content"] if said else ""), run

    def tool(self, server, tool_name, /, **arguments):
        """What a tool gave, as the offline model repeats it."""
        answer, run = self.turn(server, f"/tool {tool_name} {json.dumps(arguments)}")
        self.assertEqual(run["status"], "ok", run)
        return answer

    def allow(self, server, *tools):
        for tool in tools:
            status, _, body = server.request("POST", "/api/v1/policy", {"action": "allow", "tool": tool})
            self.assertEqual(status, 201, body)

    def put(self, server, path, content):
        status, _, body = server.request("PUT", f"/api/v1/workspace/file?path={path}", {"content": content})
        self.assertEqual(status, 200, body)

    def text(self, server, path):
        status, _, body = server.request("GET", f"/api/v1/workspace/file?path={path}")
        return body["content"] if status == 200 else None
