"""Objects of the usage area: every run leaves a row."""

from areas import audit

OBJECTS = {"usage.run": audit.run}
# Values of query parameters that are names of their own.
FLAGS = {"usage.get": {"--by": "date,model"}}
