#include "cli/output/expressions.hpp"

#include <catch2/catch.hpp>

using namespace facio;
using namespace facio::output;

namespace {

constexpr std::string_view kItems =
    R"([{"id":"a1","n":12,"at":1795161600000,"tags":["x","y"],"on":true},{"id":"b2","n":0,"at":null,"tags":[],"on":false,)"
    R"("sub":{"k-1":"v"}}])";
constexpr std::string_view kObject =
    R"({"name":"caf\u00e9 <b>","count":3,"when":"2026-11-20T07:00:00Z","map":{"one":1,"two":2},"none":null})";

std::string made(std::string_view text, std::string_view json = kItems) {
  std::string out;
  auto status = run_template(text, json, 1795165200000, out);
  return status ? out : (out.empty() ? "" : "half: ") + status.error().message();
}

}  // namespace

TEST_CASE("fields, ranges and choices", "[template]") {
  CHECK(made("{{.name}}", kObject) == "café <b>");
  CHECK(made("{{ .count }}/{{.missing}}/{{.none}}/{{.missing.x}}", kObject) == "3///");
  CHECK(made("{{range .}}{{.id}} {{end}}") == "a1 b2 ");
  CHECK(made("{{range .items}}{{.id}}\\n{{end}}") == "a1\nb2\n");
  CHECK(made("{{range $i, $e := .}}{{$i}}={{$e.id}};{{end}}") == "0=a1;1=b2;");
  CHECK(made("{{range $k, $v := .map}}{{$k}}={{$v}},{{end}}", kObject) == "one=1,two=2,");
  CHECK(made("{{range .}}{{if .on}}on{{else}}off{{end}} {{end}}") == "on off ");
  CHECK(made("{{range .}}{{if eq .n 5}}five{{else if .on}}on{{else}}off{{end}} {{end}}") == "on off ");
  CHECK(made("{{range .}}{{range .tags}}{{.}},{{else}}none{{end}};{{end}}") == "x,y,;none;");
  CHECK(made("{{range .}}{{with .sub}}{{.k-1}}{{end}}{{end}}") == "v");
  CHECK(made("{{$n := len .}}{{$n}} of {{len .}}") == "2 of 2");
  CHECK(made("{{$last := \"\"}}{{range .}}{{$last = .id}}{{end}}{{$last}}") == "b2");
  CHECK(made("a {{- /* said */ -}} b{{\"\\t\"}}{{`\\t`}}") == "ab\t\\t");
  CHECK(made("[{{range . -}}\n  {{.id}}\n{{- end}}]") == "[a1b2]");
}

TEST_CASE("functions and pipes", "[template]") {
  CHECK(made("{{range .}}{{.id | upper}}{{end}}") == "A1B2");
  CHECK(made("{{range .}}{{.tags | join \", \"}};{{join .tags \"-\"}};{{end}}") == "x, y;x-y;;;");
  CHECK(made("{{json .map}} {{.map | json}}", kObject) == R"({"one":1,"two":2} {"one":1,"two":2})");
  CHECK(made("{{range .}}{{time .at}}|{{timeago .at}};{{end}}") == "2026-11-20T08:00:00Z|1h ago;|;");
  CHECK(made("{{time .when}}", kObject) == "2026-11-20T07:00:00Z");
  CHECK(made("{{index . 1 \"id\"}} {{(index . 0).id}}") == "b2 a1");
  CHECK(made("{{pluck \"id\" . | join \"+\"}} {{(first .).id}} {{(last .).id}}") == "a1+b2 a1 b2");
  CHECK(made("{{len .name}} {{truncate 4 .name}} {{.name | truncate 100}}", kObject) == "8 caf… café <b>");
  CHECK(made("{{and .count .name}} {{or .none \"x\"}} {{not .none}} {{default \"d\" .none}}", kObject) == "café <b> x true d");
  CHECK(made("{{eq .count 3}} {{ne .count 3}} {{lt .count 10}} {{ge .count 3}} {{eq .name \"a\" \"b\"}}", kObject) ==
        "true false true true false");
  CHECK(made("{{if and (gt .count 1) (contains \"caf\" .name)}}yes{{end}}", kObject) == "yes");
  CHECK(made("{{printf \"%-5s|%3d|%v%%|%q\" \"ab\" .count .missing \"x\"}}", kObject) == "ab   |  3|%|\"x\"");
}

TEST_CASE("a template says where it is wrong", "[template]") {
  const auto wrong = [](std::string_view text, std::string_view words) {
    INFO(text);
    CHECK(made(text).find(words) != std::string::npos);
  };
  wrong("", "at character 1: text is missing");
  wrong("{{.id", "at character 1: '{{' is not closed");
  wrong("x{{range .}}y", "at character 2: this action is not closed by {{end}}");
  wrong("{{end}}", "at character 3: {{end}} has no matching if");
  wrong("{{if .}}{{else}}{{else}}{{end}}", "an action can have only one {{else}}");
  wrong("{{nmae}}", "at character 3: there is no function 'nmae'; fields begin with a dot: .nmae");
  wrong("{{. | uper}}", "the nearest is 'upper'");
  wrong("{{.id}}", "at character 3: .id: this is not an object; use range for arrays");
  wrong("{{$x}}", "there is no variable $x");
  wrong("{{. | .id}}", "a function must follow '|'");
  wrong("{{. .}}", "a value takes no arguments");
  wrong("{{join .}}", "join needs two values");
  wrong("{{index . 7}}", "index 7 is out of range: there are 2");
  wrong("{{range .}}{{range .id}}{{end}}{{end}}", "range needs an array");
  wrong("{{(.id}}", "'(' is not closed");
  wrong("{{\"x}}", "the quote is not closed");
  wrong("{{printf \"%d\"}}", "printf has more placeholders than values");
  wrong("{{}}", "a value was expected");
  wrong("{{@}}", "'@' is not a value");
  CHECK(made("before {{index . 9}}").starts_with("-o template"));
}
