"""The catalogue as the program prints it (`facioctl schema`), and values that fit or break what it declares."""

import json

# A value for a string format; every other string is "text".
BY_FORMAT = {
    "date-time": "2026-01-02T03:04:05.006Z",
    "date": "2026-01-02",
    "uri": "http://127.0.0.1:9/",
    "iana-time-zone": "Europe/Berlin",
    "cron-expression": "0 7 * * 1-5",
    "workspace-path": "notes/a.txt",
    "date-time or date": "2026-01-02",
}


JSON_TYPES = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


class Catalogue:
    def __init__(self, dump):
        self.commands = dump["commands"]
        self.definitions = dump["$defs"]
        self.endpoints = [command for command in self.commands if command.get("method") and not command.get("system")]  # the agent's own

    def resolve(self, schema):
        """The schema itself in place of a reference; of several choices the first that is no null."""
        while "$ref" in schema:
            schema = self.definitions[schema["$ref"].rsplit("/", 1)[1]]
        for choice in schema.get("anyOf", []) if "properties" not in schema else []:  # an object's are rules between its members
            if choice.get("type") != "null":
                return self.resolve(choice)
        return schema

    def kind(self, schema):
        kind = schema.get("type")
        if not isinstance(kind, list):
            return kind
        kinds = [one for one in kind if one != "null"]
        return kinds[0] if len(kinds) == 1 else None

    def good(self, schema, only_required=True):
        """A value that fits the schema."""
        schema = self.resolve(schema)
        if "examples" in schema:
            return schema["examples"][0]
        if "enum" in schema:
            return next(value for value in schema["enum"] if value is not None)
        if "const" in schema:
            return schema["const"]
        if "default" in schema and schema["default"] not in (None, ""):
            return schema["default"]
        kind = self.kind(schema)
        if kind == "object":
            required = schema.get("required", [])
            properties = schema.get("properties", {})
            if not properties and isinstance(schema.get("additionalProperties"), dict):
                return {"key": self.good(schema["additionalProperties"])}
            return {name: self.good(value, only_required) for name, value in properties.items() if not only_required or name in required}
        if kind == "array":
            return [self.good(schema.get("items", {}))]
        if kind == "integer":
            return int(max(schema.get("minimum", 1), min(1, schema.get("maximum", 1))))
        if kind == "number":
            return max(schema.get("minimum", 1), min(1, schema.get("maximum", 1)))
        if kind == "boolean":
            return True
        if kind == "string":
            text = BY_FORMAT.get(schema.get("format") or schema.get("x-format"), "text")
            return text + "x" * max(0, schema.get("minLength", 0) - len(text))
        return {"any": 1}

    def bad(self, schema):
        """Values of the wrong type, or outside of what the schema allows."""
        schema = self.resolve(schema)
        kind = self.kind(schema)
        wrong = {"object": [7, "text", []], "array": [7, "text"], "integer": ["text", 1.5, True], "number": ["text", True],
                 "boolean": ["yes", 1], "string": [7, ["text"], {}]}.get(kind, [])
        values = list(wrong)
        if "enum" in schema:
            values.append("no-such-choice")
        if "minimum" in schema:
            values.append(schema["minimum"] - 1)
        if "maximum" in schema:
            values.append(schema["maximum"] + 1)
        if "maxLength" in schema and schema["maxLength"] < 1_000_000:
            values.append("x" * (schema["maxLength"] + 1))
        return values

    def bad_text(self, schema):
        """Query texts that do not fit the schema."""
        schema = self.resolve(schema)
        if self.kind(schema) == "array":
            return self.bad_text(schema["items"])
        kind = self.kind(schema)
        values = []
        if kind in ("integer", "number"):
            values += ["text", "1x", "", "99999999999999999999"]
            values += [str(schema["minimum"] - 1)] if "minimum" in schema else []
            values += [str(schema["maximum"] + 1)] if "maximum" in schema else []
        if kind == "boolean":
            values.append("maybe")
        if "enum" in schema:
            values.append("no-such-choice")
        if BY_FORMAT.get(schema.get("format") or schema.get("x-format"), "text") != "text":
            values.append("no such thing")
        return values

    def misfit(self, value, schema, at="$"):
        """Why a value does not fit a schema of the catalogue; "" when it does."""
        if "$ref" in schema and (why := self.misfit(value, self.definitions[schema["$ref"].rsplit("/", 1)[1]], at)):
            return why
        if "anyOf" in schema and all(self.misfit(value, one, at) for one in schema["anyOf"]):
            return f"{at}: fits none of {schema['anyOf']}"
        kinds = schema.get("type", [])
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if kinds and not any(JSON_TYPES[kind](value) for kind in kinds):
            return f"{at}: {json.dumps(value)[:100]} is not of the type {kinds}"
        if value not in schema.get("enum", [value]):
            return f"{at}: {json.dumps(value)[:100]} is none of {schema['enum']}"
        if isinstance(value, list):
            return next(filter(None, (self.misfit(one, schema.get("items", {}), f"{at}[{i}]") for i, one in enumerate(value))), "")
        if not isinstance(value, dict):
            return ""
        if missing := [name for name in schema.get("required", []) if name not in value]:
            return f"{at}: lacks {missing}"
        more = schema.get("additionalProperties", {})
        more = more if isinstance(more, dict) else {}
        return next(filter(None, (self.misfit(one, schema.get("properties", {}).get(name, more), f"{at}.{name}")
                                  for name, one in value.items())), "")

    def errors(self, endpoint):
        """HTTP statuses of the declared failures."""
        return {error["http"] for error in endpoint["errors"]}


def text_of(value):
    """A value as it is given on a command line or in a query."""
    return value if isinstance(value, str) else json.dumps(value)
