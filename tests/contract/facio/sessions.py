"""Objects of the sessions area: a session comes to be when something is said in it."""

import harness

from contract.facio import cron


def session(server):
    job = cron.job(server)
    server.request("POST", f"/api/v1/cron/{job}/run-now", {})
    key = "cron:" + job
    harness.wait_until(lambda: server.request("GET", "/api/v1/sessions/" + key.replace(":", "%3A"))[0] == 200, "the session of a run")
    return key


OBJECTS = {f"sessions.{verb}": session for verb in ("get", "delete")}
