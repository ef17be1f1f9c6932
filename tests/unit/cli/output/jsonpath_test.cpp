#include "cli/output/expressions.hpp"

#include <catch2/catch.hpp>

using namespace facio;
using namespace facio::output;

namespace {

// The example of kubectl's documentation.
constexpr std::string_view kNodes = R"({
  "kind": "List",
  "items": [
    {"kind": "None", "metadata": {"name": "127.0.0.1", "labels": {"kubernetes.io/hostname": "kind-control-plane"}},
     "status": {"capacity": {"cpu": "4"}, "addresses": [{"type": "LegacyHostIP", "address": "127.0.0.1"}]}},
    {"kind": "None", "metadata": {"name": "127.0.0.2"},
     "status": {"capacity": {"cpu": "8"},
                "addresses": [{"type": "LegacyHostIP", "address": "127.0.0.2"}, {"type": "another", "address": "127.0.0.3"}]}}
  ],
  "users": [
    {"name": "myself", "user": {}},
    {"name": "e2e", "user": {"username": "admin", "password": "secret"}}
  ]
})";

constexpr std::string_view kItems =
    R"([{"id":1,"n":"a","f":1.5,"z":null},{"id":2,"n":"b","t":true},{"id":3000000,"n":"c d","o":{"k":[1,2]}}])";

std::string found(std::string_view text, std::string_view json = kNodes) {
  std::string out;
  auto status = run_jsonpath(text, json, out);
  return status ? out : (out.empty() ? "" : "half: ") + status.error().message();
}

}  // namespace

TEST_CASE("kubectl's documented examples", "[jsonpath]") {
  CHECK(found("{.kind}") == "List");
  CHECK(found("the object is {.kind}") == "the object is List");
  CHECK(found("{['kind']}") == "List");
  CHECK(found("{..name}") == "127.0.0.1 127.0.0.2 myself e2e");
  CHECK(found("{.items[*].metadata.name}") == "127.0.0.1 127.0.0.2");
  CHECK(found("{.users[0].name}") == "myself");
  CHECK(found("{.users[-1].name}") == "e2e");
  CHECK(found("{.users[-1:].name}") == "e2e");
  CHECK(found("{.items[*]['metadata.name', 'status.capacity']}") == R"(127.0.0.1 127.0.0.2 {"cpu":"4"} {"cpu":"8"})");
  CHECK(found("{.users[?(@.name==\"e2e\")].user.password}") == "secret");
  CHECK(found("{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}") == R"([127.0.0.1, {"cpu":"4"}] [127.0.0.2, {"cpu":"8"}] )");
  CHECK(found("{range .items[*]}{.metadata.name}{'\\t'}{end}") == "127.0.0.1\t127.0.0.2\t");
  CHECK(found("{.items[0].metadata.labels.kubernetes\\.io/hostname}") == "kind-control-plane");
  CHECK(found("{@}").front() == '{');
  CHECK(found("{.items[0:2:2].metadata.name}") == "127.0.0.1");
}

// What kubectl 1.33 prints for the same.
TEST_CASE("more of kubectl's dialect", "[jsonpath]") {
  const auto in_items = [](std::string_view text) { return found(text, kItems); };
  CHECK(in_items("{.items[*].id}") == "1 2 3000000");
  CHECK(in_items("{[*].id}") == "1 2 3000000");
  CHECK(in_items("{.items[0].z}") == "null");
  CHECK(in_items("{.nope.x}").empty());
  CHECK(in_items("x{.items[*].n}y{\"\\n\"}") == "xa b c dy\n");
  CHECK(in_items("{range .items[*]}{.id}{\"\\t\"}{.n}{\"\\n\"}{end}") == "1\ta\n2\tb\n3000000\tc d\n");
  CHECK(in_items("{.items[?(@.id>1)].n}") == "b c d");
  CHECK(in_items("{.items[?(@.n=='b')].t}") == "true");
  CHECK(in_items("{.items[?(@.t)].n}") == "b");
  CHECK(in_items("{.items[*]['id','n']}") == "1 2 3000000 a b c d");
  CHECK(in_items("{.items[*]['id', 'o.k']}") == "1 2 3000000 [1,2]");
  CHECK(in_items("{..id}") == "1 2 3000000");
  CHECK(in_items("{.items[0,2].n}") == "a c d");
  CHECK(in_items("{.items[:2].n}") == "a b");
  CHECK(in_items("{.items[2:].n}") == "c d");
  CHECK(in_items("{.items[0].*}") == "1 a 1.5 null");
  CHECK(in_items("{.items[0].n}{.items[1].n}") == "ab");
  CHECK(in_items("{range .items[*]}{range .o.k[*]}{@};{end}{end}") == "1;2;");
  CHECK(in_items("{range .items[?(@.n!=\"b\")]}{$[0].n}{.id} {end}") == "a1 a3000000 ");
  CHECK(in_items("{.items[?(@.nope=='')].n}").empty());
}

TEST_CASE("paths by themselves, and joined conditions", "[jsonpath]") {
  CHECK(found(".items[*].n", kItems) == "a b c d");
  CHECK(found("items[*].n", kItems) == "a b c d");
  CHECK(found("$[1].n", kItems) == "b");
  CHECK(found("{[?(@.id==1 && @.n==\"a\")].n}", kItems) == "a");
  CHECK(found("{[?(@.id==1 || @.t==true)].n}", kItems) == "a b");
  CHECK(found("{[?(@.f<2)].n}", kItems) == "a");
  CHECK(found("{.a['b\\'c']}", R"({"a":{"b'c":"\u00e9\n"}})") == "é\n");
}

TEST_CASE("what cannot be read or found", "[jsonpath]") {
  const auto wrong = [](std::string_view text, std::string_view words) {
    INFO(text);
    CHECK(found(text, kItems).find(words) != std::string::npos);
  };
  wrong("", "at character 1: a path is missing");
  wrong("{.items", "at character 1: '{' is not closed");
  wrong("{range .items[*]}{.id}", "at character 2: {range} without {end}");
  wrong("{end}", "at character 2: {end} without {range}");
  wrong("{.items[a]}", "at character 9: an index was expected, but got 'a'; names must be quoted");
  wrong("{kind}", "at character 2: a path such as .name was expected, but got 'kind}'");
  wrong("{.items[0}", "'[' is not closed");
  wrong("{.items['a}", "the quote is not closed");
  wrong("{.items[5].id}", "at character 8: index 5 is out of range: there are 3");
  wrong("x{.items[0].n}{.items[9]}", "index 9 is out of range");
  wrong("{[0].n[0]}", "an index needs an array");
  wrong("{.items[?(@.n==b)]}", "a number, true, false, null or a text in quotes was expected, but got 'b'");
  wrong("{.items[?(@.n>1)]}", "values of different types");
  wrong("{.items[?(1==1)]}", "");
  wrong("{.items[::0]}", "the step of a slice must be at least 1");
  wrong("{.items[?(@.id % 2)]}", "for more use --query");
}
