"""Good input of the agent area."""

# The default session is always there.
BODIES = {"agent.new": {"sessionKey": "api:default"}, "agent.stop": {"sessionKey": "api:default"}, "agent.reflect": {}}
REFUSED = {"agent.new": [{"sessionKey": " "}]}
# Values of flags that name something.
FLAGS = {"agent.status": {"--session": "api:default"}}
