"""Good and bad input of the cron area."""

CREATE = {"name": "contract", "schedule": {"kind": "every", "every_ms": 3_600_000}, "message": "hello"}


def job(server):
    return server.request("POST", "/api/v1/cron", CREATE)[2]["id"]


OBJECTS = {f"cron.{verb}": job for verb in ("get", "update", "delete", "run-now", "pause", "resume", "run")}
# Bodies where the smallest that fits the declaration is not yet sensible.
BODIES = {"cron.create": CREATE, "cron.update": {"message": "changed"}}
# Flags and arguments of the same, for the program.
ARGUMENTS = {
    "cron.create": ["--name", "contract", "--every", "1h", "--message", "hello"],
    "cron.update": ["--message", "changed"],
}
# What an endpoint refuses beyond the types of its declaration.
REFUSED = {
    "cron.create": [{"name": " ", "schedule": {"kind": "every", "every_ms": 5000}},
                    {"name": "a", "schedule": {"kind": "every", "every_ms": 999}},
                    {"name": "a", "schedule": {"kind": "cron", "expr": "* * * *"}}, {"name": "a", "schedule": {"kind": "at", "at_ms": 1}},
                    {"name": "a", "schedule": {"kind": "cron", "expr": "0 7 * * *", "tz": "Nowhere/At_All"}},
                    {"name": "a", "schedule": {"kind": "every", "every_ms": 5000, "expr": "0 7 * * *"}},
                    {"name": "a", "schedule": {"kind": "every"}}],
    "cron.update": [{"schedule": {"kind": "cron", "expr": "61 * * * *"}}, {"name": ""}],
}
