// Messages, names of tools, and what results become.
#include <catch2/catch.hpp>

#include "commands/facio/mcp/server/elicitation.hpp"
#include "commands/facio/mcp/server/http_transport.hpp"
#include "commands/facio/mcp/server/message.hpp"
#include "commands/facio/mcp/server/stdio_transport.hpp"
#include "commands/facio/mcp/server/target.hpp"
#include "commands/facio/mcp/server/tools.hpp"

namespace facio::serve {
namespace {

JsonDocument parsed(std::string_view text) {
  auto document = JsonDocument::parse(text);
  if (!document) FAIL(document.error().message());
  return std::move(*document);
}

McpMessage::Kind kind_of(std::string_view text) {
  const JsonDocument document = parsed(text);
  return read_message(document.root()).kind;
}

ToolOutput shown(std::string_view text) {
  const JsonDocument document = parsed(text);
  return tool_output(document.root());
}

TEST_CASE("messages are told apart by what they hold") {
  using Kind = McpMessage::Kind;
  CHECK(kind_of(R"({"jsonrpc":"2.0","id":1,"method":"ping"})") == Kind::request);
  CHECK(kind_of(R"({"jsonrpc":"2.0","id":"a","method":"ping"})") == Kind::request);
  CHECK(kind_of(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{}})") == Kind::notification);
  CHECK(kind_of(R"({"jsonrpc":"2.0","id":1,"result":{}})") == Kind::answer);
  CHECK(kind_of(R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}})") == Kind::answer);
  CHECK(kind_of(R"({"id":"1","result":{}})") == Kind::answer);
  CHECK(kind_of(R"({"jsonrpc":"2.0","id":"a","result":{}})") == Kind::answer);
  CHECK(kind_of(R"({"jsonrpc":"2.0","id":1})") == Kind::answer);
  for (const char* text :
       {R"({"id":null,"method":"ping"})", R"({"id":"a","result":{}})", R"({"id":1})", R"({"method":7})", "[]", "7", "null"}) {
    CAPTURE(text);
    CHECK(kind_of(text) == Kind::unusable);
  }
}

TEST_CASE("messages are written with what they need and nothing else") {
  CHECK(rpc_request(7, "tools/list", "{}") == R"({"jsonrpc":"2.0","id":7,"method":"tools/list","params":{}})");
  CHECK(rpc_notification("notifications/initialized", {}) == R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  const JsonDocument asked = parsed(R"({"id":"a\"b"})");
  CHECK(rpc_result(asked.root().get("id"), "{}") == R"({"jsonrpc":"2.0","id":"a\"b","result":{}})");
  CHECK(rpc_error(asked.root().get("id"), -32601, "no") == R"({"jsonrpc":"2.0","id":"a\"b","error":{"code":-32601,"message":"no"}})");
}

TEST_CASE("a tool has a name that a model can call, whatever its server calls it") {
  std::set<std::string, std::less<>> taken;
  CHECK(mcp_call_name("git", "list", taken) == "mcp_git_list");
  CHECK(mcp_call_name("git", "a.b c/\xC3\xA4", taken) == "mcp_git_a_b_c___");
  const std::string first = mcp_call_name("s", "x.y", taken), second = mcp_call_name("s", "x y", taken);
  CHECK(first == "mcp_s_x_y");
  CHECK(second.starts_with("mcp_s_x_y_"));
  CHECK(second.size() == first.size() + 9);
  const std::string longest = mcp_call_name("server", std::string(100, 'a'), taken);
  CHECK(longest.size() == 64);
  CHECK(mcp_call_name("server", std::string(101, 'a'), taken) != longest);
  std::set<std::string, std::less<>> again;
  CHECK(mcp_call_name("server", std::string(100, 'a'), again) == longest);
  CHECK(mcp_other_name("git", "a.b") == "mcp:git:a.b");
}

TEST_CASE("enabled tools are named by any of their names, with wildcards") {
  CHECK(is_enabled_tool({"*"}, "git", "list"));
  CHECK(is_enabled_tool({"x", "list"}, "git", "list"));
  CHECK(is_enabled_tool({"li*t"}, "git", "list"));
  CHECK(is_enabled_tool({"mcp:git:list"}, "git", "list"));
  CHECK(is_enabled_tool({"mcp_git_*"}, "git", "list"));
  CHECK_FALSE(is_enabled_tool({}, "git", "list"));
  CHECK_FALSE(is_enabled_tool({"lis", "list2", "mcp:hub:*"}, "git", "list"));
}

TEST_CASE("results become text") {
  CHECK(shown(R"({"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})").text == "a\nb");
  CHECK(shown(R"({"content":[{"type":"text","text":"no"}],"isError":true})").failed);
  CHECK(shown(R"({"content":[{"type":"image","data":"AAAA","mimeType":"image/png"}]})").text == "[image image/png, 3 bytes, not shown]");
  CHECK(shown(R"({"content":[{"type":"audio","data":"AAA=","mimeType":"audio/wav"}]})").text == "[audio audio/wav, 2 bytes, not shown]");
  CHECK(shown(R"({"content":[{"type":"resource_link","uri":"a://b","name":"n","mimeType":"t/x","description":"d"}]})").text ==
        "[resource a://b, n, t/x: d]");
  CHECK(shown(R"({"content":[{"type":"resource","resource":{"uri":"a://b","text":"inside"}}]})").text == "[resource a://b]\ninside");
  CHECK(shown(R"({"content":[{"type":"resource","resource":{"uri":"a://b","blob":"AA=="}}]})").text ==
        "[resource a://b, 1 bytes, not shown]");
  CHECK(shown(R"({"content":[{"type":"hologram"}]})").text == "[content of the type hologram, not shown]");
  CHECK(shown(R"({"content":[]})").text == "the tool returned nothing");
  CHECK(shown(R"({})").text == "the tool returned nothing");
}

TEST_CASE("structured content is added where no text repeats it") {
  CHECK(shown(R"({"structuredContent":{"a":1}})").text == R"({"a":1})");
  CHECK(shown(R"({"content":[{"type":"text","text":"{ \"a\" : 1 }"}],"structuredContent":{"a":1}})").text == R"({ "a" : 1 })");
  CHECK(shown(R"({"content":[{"type":"text","text":"one"}],"structuredContent":{"a":1}})").text == "one\n{\"a\":1}");
}

TEST_CASE("an address that a server gives stays with that server") {
  const std::string base = "http://host.example:8000/a/sse?x=1";
  CHECK(resolve_reference(base, "/message?id=7").value() == "http://host.example:8000/message?id=7");
  CHECK(resolve_reference(base, "message").value() == "http://host.example:8000/a/message");
  CHECK(resolve_reference(base, "?id=7").value() == "http://host.example:8000/a/sse?id=7");
  CHECK(resolve_reference(base, "http://host.example:8000/m").value() == "http://host.example:8000/m");
  for (const char* other : {"http://other.example:8000/m", "https://host.example:8000/m", "http://host.example/m", "//other.example/m",
                            "http://host.example:8000@other.example/m"}) {
    CAPTURE(other);
    CHECK_FALSE(resolve_reference(base, other).has_value());
  }
}

TEST_CASE("the last lines are kept, within bounds") {
  LastLines lines;
  lines.add("one\ntw");
  lines.add("o\n\n\x1b[31mthree");
  CHECK(lines.text() == "one | two | [31mthree");
  for (int i = 0; i < 100; ++i) lines.add("\nline " + std::to_string(i));
  CHECK(lines.text().find("line 87") == std::string::npos);
  CHECK(lines.text().ends_with("line 98 | line 99"));
  lines.add("\n" + std::string(100'000, 'x'));
  CHECK(lines.text().size() < 12 * 420);
}

TEST_CASE("a form has its defaults, what was given, and nothing that it does not know") {
  const JsonDocument schema = parsed(R"({"properties":{"a":{"default":1},"b":{"default":[true]},"c":{}},"required":["a"]})");
  const JsonDocument given = parsed(R"({"b":"x","d":1})");
  CHECK(form_values(schema.root(), {}) == R"({"a":1,"b":[true]})");
  CHECK(form_values(schema.root(), given.root()) == R"({"a":1,"b":"x"})");
  CHECK(form_values({}, {}) == "{}");
  const JsonDocument strict = parsed(R"({"properties":{"a":{}},"required":["a"]})");
  CHECK_FALSE(form_values(strict.root(), {}).has_value());
  const JsonDocument filled = parsed(R"({"a":2})");
  CHECK(form_values(strict.root(), filled.root()) == R"({"a":2})");
}

TEST_CASE("secrets are taken out of texts") {
  const std::vector<Secret> secrets{Secret("hunter2"), Secret("zz")};
  CHECK(scrubbed("a hunter2 and hunter2zz.", secrets) == "a *** and ******.");
  CHECK(scrubbed("nothing", secrets) == "nothing");
  CHECK(scrubbed("first hunt… | hun…", secrets) == "first ***… | hun…");
  const std::vector<Secret> key{Secret("-----BEGIN\nline-number-one\nshort\n")};
  CHECK(scrubbed("it: line-number-one | short", key) == "it: *** | short");
}

}  // namespace
}  // namespace facio::serve
