// What goes to providers is acceptable to the strict among them.
#include "cli/core/json.hpp"
#include "commands/facio/runtime/loop/conversation.hpp"
#include "commands/facio/runtime/models/answer_times.hpp"
#include "commands/facio/runtime/models/outgoing_messages.hpp"
#include "commands/facio/runtime/models/outgoing_tools.hpp"

#include <catch2/catch.hpp>

using namespace facio;
using namespace facio::serve;

namespace {

std::string schema_sent(std::string_view schema) {
  const auto sent = outgoing_schema(schema);
  return sent ? *sent : "refused: " + sent.error().message();
}

/// "user:a assistant:b(c)": roles, texts and calls.
std::string shown(const std::vector<ModelMessage>& messages) {
  std::string out;
  for (const ModelMessage& message : messages) {
    out += (out.empty() ? "" : " ") + message.role + ":" + message.text;
    for (const ModelCall& call : message.calls) out += "(" + call.id + ")";
  }
  return out;
}

ModelMessage says(std::string role, std::string text) { return {.role = std::move(role), .text = std::move(text)}; }
ModelMessage asks(std::string id, std::string text = {}) {
  return {.role = "assistant", .text = std::move(text), .calls = {{std::move(id), "t", "{}"}}};
}
ModelMessage gives(std::string id, std::string text) { return {.role = "tool", .text = std::move(text), .call_id = std::move(id)}; }

}  // namespace

TEST_CASE("outgoing: a tool's schema has an object with properties at its root, whatever it was") {
  const struct {
    std::string_view given, sent;
  } rows[] = {
      {"", R"({"type":"object","properties":{}})"},
      {"{}", R"({"type":"object","properties":{}})"},
      {"true", R"({"type":"object","properties":{}})"},
      {R"({"type":"object"})", R"({"type":"object","properties":{}})"},
      {R"({"type":["object","null"],"description":"d"})", R"({"type":"object","properties":{},"description":"d"})"},
      {R"({"$schema":"x","properties":{"a":{"type":"string"}},"required":["a","b"],"additionalProperties":false})",
       R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})"},
      {R"({"oneOf":[{"properties":{"a":{"type":"string"}},"required":["a"]},)"
       R"({"properties":{"a":{"type":"integer"},"b":{}},"required":["a","b"]}]})",
       R"({"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"integer"}]},"b":{}},"required":["a"]})"},
      {R"({"anyOf":[{"type":"string"},{"type":"object","properties":{"a":{}}}]})", R"({"type":"object","properties":{"a":{}}})"},
      {R"({"type":"object","properties":{"a":{}},"required":["a"],"allOf":[{"properties":{"b":{}},"required":["b"]}],"not":{}})",
       R"({"type":"object","properties":{"a":{},"b":{}},"required":["a","b"]})"},
      {R"({"anyOf":[{"$ref":"#/$defs/P"}],"$defs":{"P":{"type":"object","properties":{"a":{}}}}})",
       R"({"type":"object","properties":{"a":{}},"$defs":{"P":{"type":"object","properties":{"a":{}}}}})"},
      {R"({"type":"object","properties":{"list":{"type":"array"},"deep":{"type":"object","properties":{"x":{"type":["array","null"]}}}}})",
       R"({"type":"object","properties":{"list":{"type":"array","items":{}},)"
       R"("deep":{"type":"object","properties":{"x":{"type":["array","null"],"items":{}}}}}})"},
      {R"({"type":"string"})", "refused: its schema is not an object schema"},
      {R"({"oneOf":[{"type":"string"}]})", "refused: its schema is not an object schema"},
      {R"({"type":"object","properties":[]})", "refused: its schema is not an object schema"},
      {"[]", "refused: its schema is not an object schema"},
      {"false", "refused: its schema is not an object schema"},
      {R"({"$ref":"#/$defs/none"})", "refused: its schema is not an object schema"},
  };
  for (const auto& row : rows) CHECK(schema_sent(row.given) == row.sent);
  CHECK(schema_sent("{").starts_with("refused: its schema is not JSON"));
  // A schema that names itself, and alternatives that double at every step, end.
  CHECK(schema_sent(R"({"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/A"}}})") == "refused: its schema has too many alternatives");
  std::string doubling = R"({"anyOf":[{"$ref":"#/$defs/d0"}],"$defs":{)";
  for (int i = 0; i < 40; ++i) {
    const std::string next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + R"("})";
    doubling += R"("d)" + std::to_string(i) + R"(":{"anyOf":[)" + next + "," + next + "]},";
  }
  CHECK(schema_sent(doubling + R"("d40":{}}})") == "refused: its schema has too many alternatives");
  CHECK(schema_sent("\"" + std::string(200'000, 'x') + "\"") == "refused: its schema is longer than 128 KiB");
}

TEST_CASE("outgoing: a tool that no provider takes is left out, and said") {
  const OutgoingTools offer = outgoing_tools({{"good", "", "", ""},
                                              {"mcp_a_odd", "mcp:a:odd", "", R"({"type":"string"})"},
                                              {"with.dot", "", "", ""},
                                              {std::string(65, 'x'), "", "", ""}});
  REQUIRE(offer.tools.size() == 1);
  CHECK((offer.tools[0].name == "good" && offer.tools[0].parameters == R"({"type":"object","properties":{}})"));
  REQUIRE(offer.left_out.size() == 3);
  CHECK((offer.left_out[0].name == "mcp:a:odd" && offer.left_out[0].why == "its schema is not an object schema"));
  CHECK(offer.left_out[1].why == "models cannot call its name");
}

TEST_CASE("outgoing: no two messages of one role in a row, none empty, the user first") {
  CHECK(shown(outgoing_messages({says("system", "s"), says("user", "a"), says("user", "b"), says("assistant", "c")})) ==
        "system:s user:a\n\nb assistant:c");
  CHECK(shown(outgoing_messages({says("user", " "), asks("1", "look"), gives("1", "")})) == "user:(empty) assistant:look(1) tool:(empty)");
  CHECK(shown(outgoing_messages({says("user", "u"), says("assistant", "a"), asks("1"), gives("1", "x"), gives("2", "y")})) ==
        "user:u assistant:a(1) tool:x tool:y");
  CHECK(shown(outgoing_messages({says("system", "s"), says("assistant", "told by a job"), says("user", "u")})) ==
        "system:s user:(the conversation goes on) assistant:told by a job user:u");
  CHECK(shown(outgoing_messages({asks("1"), gives("1", "x"), asks("2", "b"), asks("3", "c")})) ==
        "user:(the conversation goes on) assistant:(1) tool:x assistant:b\n\nc(2)(3)");
}

TEST_CASE("a conversation that is too long loses its oldest whole exchanges") {
  const std::string text(300, 'x');
  std::vector<ModelMessage> messages = {says("system", "s")};
  for (int i = 0; i < 4; ++i) {
    messages.push_back(says("user", text));
    messages.push_back(asks("c" + std::to_string(i)));
    messages.push_back(gives("c" + std::to_string(i), text));
    messages.push_back(says("assistant", text));
  }
  messages.push_back(says("user", "now"));
  CHECK(shorten(messages) == 12);  // three exchanges: two of them are less than half
  REQUIRE(messages.size() == 6);
  CHECK((messages[0].role == "system" && messages[1].role == "user" && messages[5].text == "now"));
  CHECK(shorten(messages) == 4);
  CHECK(messages.size() == 2);
  CHECK(shorten(messages) == 0);
  // Where there is one exchange only, its oldest rounds go.
  for (int i = 0; i < 4; ++i) {
    messages.push_back(asks("c" + std::to_string(i)));
    messages.push_back(gives("c" + std::to_string(i), text));
  }
  CHECK(shorten(messages) == 6);
  CHECK(shorten(messages) == 0);  // the last round stays
  CHECK((messages.size() == 4 && messages[2].calls[0].id == "c3"));
}

TEST_CASE("a job reads the last of its runs") {
  std::vector<ModelMessage> messages;
  for (const char* text : {"a", "b", "c"}) {
    messages.push_back(says("user", text));
    messages.push_back(says("assistant", text));
  }
  messages.push_back(says("user", "now"));
  auto some = messages;
  keep_exchanges(some, 2);
  CHECK(shown(some) == "user:b assistant:b user:c assistant:c user:now");
  some = messages;
  keep_exchanges(some, 0);
  CHECK(shown(some) == "user:now");
  some = messages;
  keep_exchanges(some, 3);
  CHECK(some.size() == 7);
}

TEST_CASE("the times of an answer: first byte, between pieces, whole") {
  AnswerTimes usual("p", {}, false);
  CHECK((usual.wait_ms() <= 600'000 && usual.wait_ms() > 590'000));
  usual.got_piece();
  CHECK(usual.wait_ms() == 120'000);
  CHECK(usual.late().message().starts_with("p sent nothing more of its answer for 2m;"));
  AnswerTimes whole("p", {.first_byte_ms = 100, .piece_ms = 100, .answer_ms = 5000}, true);
  CHECK(whole.wait_ms() > 4000);
  CHECK(whole.late().message().starts_with("p did not send the whole answer within 5s;"));
  AnswerTimes brief("p", {.first_byte_ms = 60'000, .piece_ms = {}, .answer_ms = 1000}, false);
  CHECK(brief.wait_ms() <= 1000);  // the whole bounds its parts
  CHECK(brief.late().message().starts_with("p did not send the whole answer"));
  const TimeLimits job{.first_byte_ms = 1, .piece_ms = {}, .answer_ms = {}}, provider{.first_byte_ms = 2, .piece_ms = 3, .answer_ms = {}};
  const TimeLimits both = job.within(provider).within({9, 9, 9});
  CHECK((*both.first_byte_ms == 1 && *both.piece_ms == 3 && *both.answer_ms == 9));
}
