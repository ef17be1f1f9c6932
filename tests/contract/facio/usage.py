"""Objects of the usage area: every run leaves a row."""

from contract.facio import audit

OBJECTS = {"usage.run": audit.run}
# Values of query parameters that are names of their own.
FLAGS = {"usage.get": {"--by": "date,model"}}
