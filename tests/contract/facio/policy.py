"""Good and bad input of the policy area."""

RULE = {"action": "deny", "tool": "exec", "params": {"command": "rm *"}}


def rule(server):
    server.request("POST", "/api/v1/policy", RULE)
    return RULE


BODIES = {"policy.add": {**RULE, "addedBy": "contract"}, "policy.remove": rule, "policy.set": {"skipCron": True}}
REFUSED = {
    "policy.add": [{"action": "deny", "tool": " "}, {"action": "deny", "tool": "exec", "params": {"": "x"}},
                   {"action": "deny", "tool": "exec", "params": {"command": 7}},
                   {"action": "deny", "tool": "exec", "params": {"command": "x" * 4097}}],
    "policy.remove": [{"tool": "exec"}, {"action": "deny"}, {"params": {"command": "rm *"}}],
    "policy.set": [{}, {"unknown": True}],
}
