"""Objects of the usage area: every run leaves a row."""

from areas import audit

OBJECTS = {"usage.run": audit.run}
