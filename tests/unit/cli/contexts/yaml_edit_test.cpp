#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "cli/contexts/yaml.hpp"

using namespace facio;
using Catch::Matchers::Contains;

namespace {

const std::string kFile =
    "# mine\n"
    "version: 1\n"
    "current: local   # at home\n"
    "\n"
    "contexts:\n"
    "  # the one here\n"
    "  local:   { url: \"http://127.0.0.1:8900\", token: { file: \"${XDG_RUNTIME_DIR}/t\" } } # flow\n"
    "\n"
    "  prod:\n"
    "    url: https://a.example   # the balancer\n"
    "    tags:\n"
    "    - prod\n"
    "    - eu\n"
    "    # why: the audit of May\n"
    "    protected: true\n"
    "    colour: red\n"
    "# between\n"
    "groups: { eu: \"tag==eu\" }\n"
    "# the end\n";

std::string with(const std::string& text, const std::vector<std::string>& path, const std::string& yaml) {
  const auto value = parse_yaml(yaml, "value");
  REQUIRE(value);
  auto done = yaml_with(text, path, *value, "f");
  return done ? *done : "refused: " + done.error().message();
}

std::string without(const std::string& text, const std::vector<std::string>& path) {
  auto done = yaml_without(text, path, "f");
  return done ? *done : "refused: " + done.error().message();
}

/// kFile with one piece of it replaced.
std::string but(const std::string& from, const std::string& to) {
  std::string text = kFile;
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a value changes in place and nothing else does") {
  CHECK(with(kFile, {"current"}, "prod") == but("current: local ", "current: prod "));
  CHECK(with(kFile, {"contexts", "prod", "url"}, "https://b.example") == but("https://a.example ", "\"https://b.example\" "));
  CHECK(with(kFile, {"contexts", "prod", "protected"}, "false") == but("protected: true", "protected: false"));
  CHECK(with(kFile, {"contexts", "prod", "tags"}, "[a]") == but("tags:\n    - prod\n    - eu\n", "tags: [a]\n"));
  CHECK(with(kFile, {"contexts", "local", "token"}, "{env: X}") == but("{ file: \"${XDG_RUNTIME_DIR}/t\" }", "{ env: X }"));
  CHECK(with(kFile, {"contexts", "local", "token", "file"}, "/a b") == but("\"${XDG_RUNTIME_DIR}/t\"", "\"/a b\""));
  CHECK(with(kFile, {"groups", "eu"}, "tag==us") == but("\"tag==eu\"", "\"tag==us\""));
  CHECK(with(kFile, {"current"}, "local") == kFile);
}

TEST_CASE("a new value stands behind its siblings") {
  CHECK(with(kFile, {"contexts", "prod", "timeout"}, "10s") == but("colour: red\n", "colour: red\n    timeout: 10s\n"));
  CHECK(with(kFile, {"contexts", "local", "readonly"}, "true") == but("/t\" } }", "/t\" }, readonly: true }"));
  CHECK(with(kFile, {"groups", "us"}, "tag==us") == but("tag==eu\" }", "tag==eu\", us: \"tag==us\" }"));
  CHECK(with(kFile, {"contexts", "new", "url"}, "unix:/x") == but("colour: red\n", "colour: red\n  new:\n    url: \"unix:/x\"\n"));
  CHECK(with(kFile, {"color"}, "never") == but("tag==eu\" }\n", "tag==eu\" }\ncolor: never\n"));
}

TEST_CASE("maps are made where they are missing") {
  CHECK(with("", {"a", "b"}, "1") == "a:\n  b: 1\n");
  CHECK(with("# only words\n", {"a", "b"}, "x") == "# only words\na:\n  b: x\n");
  CHECK(with("a:\n", {"a", "b", "c"}, "x") == "a:\n  b:\n    c: x\n");
  CHECK(with("a: {} # none\nz: 1\n", {"a", "b"}, "x") == "a:\n  b: x\nz: 1\n");
  CHECK(with("a: # soon\nz: 1\n", {"a"}, "x") == "a: x # soon\nz: 1\n");
  CHECK(with("a: ~\n", {"a", "b"}, "x") == "a:\n  b: x\n");
  CHECK(with("x: {a: {}}\n", {"x", "a", "b"}, "1") == "x: {a: { b: 1 }}\n");
  CHECK(with("{}", {"a"}, "1") == "{ a: 1 }");
  CHECK(with("a: 1", {"b"}, "2") == "a: 1\nb: 2\n");
  CHECK(with("a: 1\r\nb: 2\r\n", {"c"}, "3") == "a: 1\r\nb: 2\r\nc: 3\r\n");
}

TEST_CASE("a member goes with its lines and nothing else does") {
  CHECK(without(kFile, {"contexts", "prod", "tags"}) == but("    tags:\n    - prod\n    - eu\n", ""));
  CHECK(without(kFile, {"contexts", "prod"}) == but("  prod:\n    url: https://a.example   # the balancer\n    tags:\n    - prod\n    - "
                                                    "eu\n    # why: the audit of May\n    protected: "
                                                    "true\n    colour: red\n",
                                                    ""));
  CHECK(without(kFile, {"contexts", "local", "token"}) == but(", token: { file: \"${XDG_RUNTIME_DIR}/t\" }", ""));
  CHECK(without(kFile, {"contexts", "local", "url"}) == but("url: \"http://127.0.0.1:8900\", ", ""));
  CHECK(without(kFile, {"current"}) == but("current: local   # at home\n", ""));
  CHECK(without("a:\n  b: 1\nc: 2\n", {"a", "b"}) == "a:\nc: 2\n");
  CHECK(without("a: 1\n", {"a"}) == "\n");
  CHECK_THAT(without(kFile, {"contexts", "none"}), Contains("there is no contexts.none in f"));
}

TEST_CASE("every spelling of a value is found whole") {
  CHECK(with("a: 'it''s # x' # c\n", {"a"}, "1") == "a: 1 # c\n");
  CHECK(with("a: \"q\\\" }\" # c\n", {"a"}, "1") == "a: 1 # c\n");
  CHECK(with("a: |\n  text\n\n  more\nb: 2\n", {"a"}, "1") == "a: 1\nb: 2\n");
  CHECK(with("a: [1, # one\n  2]\nb: 2\n", {"a"}, "1") == "a: 1\nb: 2\n");
  CHECK(with("contexts: {\n  a: { url: x }, # first\n  b: { url: y } # second\n}\n", {"contexts", "c", "url"}, "z") ==
        "contexts: {\n  a: { url: x }, # first\n  b: { url: y }, c: { url: z } # second\n}\n");
  CHECK(without("contexts: {\n  a: { url: x }, # first\n  b: { url: y } # second\n}\n", {"contexts", "b"}) ==
        "contexts: {\n  a: { url: x }, # first # second\n}\n");
  CHECK(with("\"a b\": 1\n'c': 2\n", {"a b"}, "3") == "\"a b\": 3\n'c': 2\n");
  CHECK(with("url: http://h:1/x#y\n", {"url"}, "z") == "url: z\n");
}

TEST_CASE("what cannot be changed in place is refused") {
  const std::string anchors = "a: &x { url: u }\nb: *x\nc: &y 1\nd: *y\n";
  CHECK_THAT(with(anchors, {"b", "url"}, "v"), Contains("b.url cannot be changed in place"));
  CHECK_THAT(with(anchors, {"c"}, "2"), Contains("c cannot be changed in place"));
  CHECK(with(anchors, {"b"}, "1") == "a: &x { url: u }\nb: 1\nc: &y 1\nd: *y\n");
  CHECK_THAT(with("a: 1\n", {"a", "b"}, "2"), Contains("a is not a map"));
  CHECK_THAT(with("- a\n", {"a"}, "2"), Contains("the document is not a map"));
  CHECK_THAT(with("a: one\n  two\n", {"a"}, "2"), Contains("cannot be changed in place"));
}
