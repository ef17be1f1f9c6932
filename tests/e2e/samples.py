"""Values made from a schema: always the same, with every member there is, so that what is printed of them never changes by itself."""

import zlib

WHEN_MS = 1795165200000  # 2026-11-20T09:00:00Z
TIME = "2026-11-20T09:00:00.123Z"
WORDS = {"date": "2026-11-20", "iana-time-zone": "Europe/Berlin", "uri": "https://example.org/a", "base64": "aGVsbG8=",
         "cron": "0 7 * * 1-5"}


def number(name):
    """A small number that belongs to a name."""
    return zlib.crc32(name.encode()) % 90 + 2


class Samples:
    """Makes values for the schemas of a dump (`facioctl schema`)."""

    def __init__(self, definitions):
        self.definitions = definitions

    def resolve(self, schema):
        while "$ref" in schema:
            schema = {**self.definitions[schema["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in schema.items() if k != "$ref"}}
        return schema

    def value(self, schema, name="", variant=0, depth=0):
        """`variant` 1 leaves out what may be absent and makes null what may be null."""
        schema = self.resolve(schema)
        for one in ("oneOf", "anyOf", "allOf"):
            if one in schema:
                schema = {**self.resolve(schema[one][0]), **{k: v for k, v in schema.items() if k != one}}
        kind = schema.get("type")
        if isinstance(kind, list):
            if variant and "null" in kind:
                return None
            kind = next(one for one in kind if one != "null")
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            choices = [choice for choice in schema["enum"] if choice is not None]
            return choices[(number(name) + variant) % len(choices)]
        if kind == "object" or "properties" in schema:
            return self.members(schema, name, variant, depth)
        if kind == "array":
            return [self.value(schema.get("items", {}), name, 0, depth + 1),
                    self.value(schema.get("items", {}), name, 1, depth + 1)] if depth < 6 and not variant else []
        if kind == "boolean":
            return not variant
        if kind in ("integer", "number"):
            return self.count(schema, name, variant, kind)
        if kind == "string":
            return self.text(schema, name, variant)
        return {"any": name}

    def members(self, schema, name, variant, depth):
        required = schema.get("required", [])
        found = {key: self.value(inner, key, variant, depth + 1) for key,
                 inner in schema.get("properties", {}).items() if not variant or key in required}
        more = schema.get("additionalProperties")
        if isinstance(more, dict) and more and depth < 6:
            for i, key in enumerate(("first", "second")[:2 - variant]):
                found[key] = self.value(more, key, i, depth + 1)
        return found

    def count(self, schema, name, variant, kind):
        unit = schema.get("format", "")
        if name.endswith(("_at_ms", "AtMs")) or "epoch" in unit or name.endswith("At") or name in ("ts_ms", "created", "updated"):
            value = WHEN_MS + number(name) * 60000
            return value if name.endswith(("ms", "Ms", "At")) else value // 1000
        value = number(name) * (1000 if name.endswith(("_ms", "Ms", "tokens", "size", "bytes", "Tokens")) else 1) + variant
        value = min(max(value, schema.get("minimum", value)), schema.get("maximum", value))
        return value if kind == "integer" else value + 0.25

    def text(self, schema, name, variant):
        unit = schema.get("format", "")
        if unit == "date-time":
            return TIME
        if unit in WORDS:
            return WORDS[unit]
        if "://" in schema.get("pattern", ""):
            return WORDS["uri"]
        if schema.get("pattern", "").startswith("^[0-9A-Fa-f]"):
            return f"{zlib.crc32(name.encode()):08x}{variant:02x}"
        return f"{name or 'text'}-{variant + 1}"
