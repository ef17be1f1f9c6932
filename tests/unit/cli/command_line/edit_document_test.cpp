// The document of an `edit` command, and what was changed in it.
#include "cli/command_line/edit_document.hpp"

#include <catch2/catch.hpp>

#include "cli/contexts/yaml.hpp"

using namespace facio;

namespace {

constexpr std::string_view kKinds[] = {"at", "every"};

struct When {
  std::string kind;
  std::optional<std::int64_t> every_ms;
  static constexpr ShapeHead shape{"When", "When"};
  static constexpr auto fields() {
    return Fields{field("kind", &When::kind, "which one counts", {.choices = kKinds, .flag = "-"}),
                  field("every_ms", &When::every_ms, "again and again", {.format = Format::milliseconds, .nullable = true})};
  }
};
struct Limits {
  std::optional<std::int64_t> first, second;
  static constexpr ShapeHead shape{"Limits", "Limits"};
  static constexpr auto fields() {
    return Fields{field("first", &Limits::first, "one", {.nullable = true}), field("second", &Limits::second, "two", {.nullable = true})};
  }
};
struct Thing {
  std::string name;
  When when;
  std::optional<Limits> limits;
  std::optional<std::vector<std::string>> words;
  std::optional<std::map<std::string, std::string>> env;
  std::optional<std::int64_t> count;
  std::optional<std::string> text, command, url;
  std::optional<RawJson> old;
  static constexpr ShapeHead shape{"Thing", "A thing"};
  static constexpr auto fields() {
    using T = Thing;
    return Fields{field("name", &T::name, "what it is called"),
                  field("when", &T::when, "when it runs"),
                  field("limits", &T::limits, "how long it may take", {.nullable = true}),
                  field("words", &T::words, "some words"),
                  field("env", &T::env, "variables"),
                  field("count", &T::count, "how often", {.default_text = "30"}),
                  field("text", &T::text, "a text", {.nullable = true}),
                  field("command", &T::command, "program", {.group = "way"}),
                  field("url", &T::url, "address", {.group = "way"}),
                  field("old", &T::old, "another spelling", {.flag = "-"})};
  }
};

JsonDocument json(std::string_view text) { return std::move(*JsonDocument::parse(text)); }

std::string changed(std::string_view before, std::string_view after) {
  const auto text = changed_members(json(before).root(), json(after).root(), shape_of<Thing>);
  return text ? *text : "exit " + std::to_string(info(text.error().code()).exit) + ": " + text.error().message();
}

}  // namespace

TEST_CASE("a document is what its fields declare, in their order") {
  CHECK(plain_document(json(R"({"id":1,"when":{"every_ms":null,"kind":"at","more":2},"name":"a","env":{},"text":null})").root(),
                       shape_of<Thing>) == R"({"name":"a","when":{"kind":"at"}})");
}

TEST_CASE("a document in the editor says what its fields are for") {
  CHECK(described_yaml(json(R"({"name":"no","when":{"kind":"at"},"words":["a b","c"],"text":"two\nlines","env":{"A.b":"1"}})").root(),
                       shape_of<Thing>) ==
        "# what it is called\nname: \"no\"\n"
        "# when it runs\nwhen:\n  # which one counts (at, every)\n  kind: at\n"
        "  # again and again (as 90s or 30m, or in milliseconds)\n  #every_ms:\n"
        "# how long it may take\n#limits:\n#  first:\n#  second:\n"
        "# some words\nwords:\n  - a b\n  - c\n"
        "# variables\nenv:\n  A.b: \"1\"\n"
        "# how often (default 30)\n#count:\n"
        "# a text\ntext: |-\n  two\n  lines\n"
        "# program\n#command:\n# address\n#url:\n");
}

TEST_CASE("what an editor gets is read back as the same document") {
  const std::string before = R"({"name":"a: b #c","when":{"kind":"every","every_ms":1800000},"words":[],"env":{"x y":"***","z":"\ttab\n"},)"
                             R"("text":" two\n\n lines\n"})";
  const auto tree = parse_yaml(described_yaml(json(before).root(), shape_of<Thing>), "test");
  REQUIRE(tree);
  CHECK(yaml_to_json(**tree) == before);
}

TEST_CASE("only what differs is sent") {
  CHECK(changed(R"({"name":"a","count":1})", R"({"name":"a","count":1})") == "{}");
  CHECK(changed(R"({"name":"a","count":1})", R"({"name":"b","count":1})") == R"({"name":"b"})");
  // Part of an object is enough where nothing in it is required; otherwise the object goes whole.
  CHECK(changed(R"({"limits":{"first":1,"second":2}})", R"({"limits":{"first":1,"second":3}})") == R"({"limits":{"second":3}})");
  CHECK(changed(R"({"when":{"kind":"every","every_ms":5}})", R"({"when":{"kind":"at"}})") == R"({"when":{"kind":"at","every_ms":null}})");
}

TEST_CASE("what was taken away is cleared") {
  CHECK(changed(R"({"text":"x"})", "{}") == R"({"text":null})");
  CHECK(changed(R"({"words":["x"]})", "{}") == R"({"words":[]})");
  CHECK(changed(R"({"env":{"A":"x"}})", "{}") == R"({"env":{}})");
  CHECK(changed(R"({"count":5})", "{}") == R"({"count":30})");
  CHECK(changed(R"({"limits":{"first":1}})", "{}") == R"({"limits":null})");
  CHECK(changed(R"({"limits":{"first":1,"second":2}})", R"({"limits":{"second":2}})") == R"({"limits":{"first":null}})");
  CHECK(changed(R"({"command":"x"})", R"({"url":"y"})") == R"({"url":"y"})");
  CHECK(changed(R"({"name":"a"})", "{}") == "exit 2: name: cannot be left out, since nothing says what it would be then; give it a value");
}
