"""Objects of the audit area."""

import harness

from contract.facio import cron


def run(server):
    job = cron.job(server)
    server.request("POST", f"/api/v1/cron/{job}/run-now", {})
    return harness.wait_until(lambda: server.request("GET", "/api/v1/audit?event=cron_run")[2]["items"], "a run")[0]["run_id"]


OBJECTS = {"audit.run": run}
# A stream that goes on would never be over.
ARGUMENTS = {"audit.stream": ["--no-follow"]}
QUERY = {"audit.stream": [("follow", "false")]}
FLAGS = {"audit.stream": {"--after": "0", "--follow": "false"}}
