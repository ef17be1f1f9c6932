"""Objects of the improvement area."""

import itertools

import harness

_numbers = itertools.count(1)


def say(server, text):
    """Lets a user say something, by a job that runs at once."""
    job = {"name": "say", "schedule": {"kind": "every", "every_ms": 86_400_000}, "message": text}
    name = server.request("POST", "/api/v1/cron", job)[2]["id"]
    server.request("POST", f"/api/v1/cron/{name}/run-now", {})
    harness.wait_until(lambda: server.request("GET", f"/api/v1/cron/{name}")[2]["state"].get("last_run_at_ms"), "the run is over")
    server.request("DELETE", f"/api/v1/cron/{name}")


def reflect(server):
    """The run that a reflection makes."""
    listing = "/api/v1/improvement/runs?limit=500"
    before = {run["id"] for run in server.request("GET", listing)[2]["items"]}
    status, _, answer = server.request("POST", "/api/v1/commands/reflect", {})
    assert status == 202, answer

    def made():
        # With auto_apply a run is a proposal for a moment.
        return [run for run in server.request("GET", listing)[2]["items"] if run["id"] not in before and run["status"] != "proposed"]

    return harness.wait_until(made, "the reflection's run")[0]


def pending(server):
    say(server, f"remember: thing number {next(_numbers)}")
    return reflect(server)["id"]


def applied(server):
    run = pending(server)
    server.request("POST", f"/api/v1/improvement/runs/{run}/approve", {})
    return run


OBJECTS = {f"improvement.{verb}": pending for verb in ("get", "report", "diff", "comment", "approve", "reject")}
OBJECTS["improvement.rollback"] = applied
BODIES = {"improvement.comment": {"comment": "please be brief"}, "improvement.reject": {"reason": "too broad"},
          "improvement.rollback": {"reason": "it was wrong", "actor": "contract"}}
ARGUMENTS = {"improvement.comment": ["--comment", "please be brief"], "improvement.reject": ["--reason", "too broad"],
             "improvement.rollback": ["--reason", "it was wrong"]}
REFUSED = {"improvement.comment": [{"comment": "  "}, {}], "improvement.reject": [{"reason": "x" * 2001}],
           "improvement.rollback": [{"actor": "x" * 201}]}
