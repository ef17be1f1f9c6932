// What the A2A protocol speaks about, in its three forms.
#include <catch2/catch.hpp>

#include "commands/facio/runtime/a2a/push.hpp"
#include "commands/facio/runtime/a2a/request.hpp"

using namespace facio;
using namespace facio::serve::a2a;

namespace {

Task example() {
  Task task;
  task.id = "t1";
  task.context_id = "c1";
  task.state = State::canceled;
  task.updated_ms = 1'000;
  task.note = Message{.id = "n", .role = Role::agent, .parts = {{.text = "why"}}};
  task.artifacts.push_back({"answer", "answer", {{.text = "a"}, {.text = {}, .data = R"({"x":1})"}}});
  // What only the agent itself may give.
  task.artifacts.push_back({"output-2", "p.png", {{.text = {}, .raw = "AAE=", .media = "image/png", .file_name = "p.png"}}});
  task.artifacts.push_back({"output-3", "output-3", {{.text = {}, .url = "https://a.example/b", .media = "video/mp4"}}});
  task.history.push_back(
      {.id = "m1", .parts = {{.text = "one"}}, .metadata = R"({"k":1})", .extensions = {"e"}, .reference_task_ids = {"t0"}});
  task.history.push_back({.id = "m2", .parts = {{.text = "two", .media = "text/plain", .file_name = "f"}}});
  return task;
}

std::string text_of(const Task& task, Dialect dialect, const View& view = {}) { return json_of(task, dialect, view); }

Outcome<Message> read(const std::string& json, Dialect dialect = Dialect::v1) {
  auto document = JsonDocument::parse(json);
  REQUIRE(document);
  return read_message(document->root(), "message", dialect);
}

}  // namespace

TEST_CASE("a task is the same after it was kept", "[a2a]") {
  const std::string kept = text_of(example(), Dialect::v1);
  const auto again = read_task(kept);
  REQUIRE(again);
  CHECK(text_of(*again, Dialect::v1) == kept);
  CHECK(kept.find(R"("state":"TASK_STATE_CANCELED")") != std::string::npos);
  CHECK(kept.find(R"("timestamp":"1970-01-01T00:00:01.000Z")") != std::string::npos);
  for (const char* broken : {"", "{", "[]", R"({"id":"a"})", R"({"id":"a","status":{"state":"odd","timestamp":"1970-01-01T00:00:01Z"}})"}) {
    const auto found = read_task(broken);
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == Code::internal);
  }
}

TEST_CASE("older forms of a task", "[a2a]") {
  const std::string v03 = text_of(example(), Dialect::v03);
  CHECK(v03.starts_with(R"({"kind":"task","id":"t1")"));
  CHECK(v03.find(R"("state":"canceled")") != std::string::npos);
  CHECK(v03.find(R"({"kind":"data","data":{"x":1}})") != std::string::npos);
  CHECK(v03.find(R"("role":"agent")") != std::string::npos);
  const std::string rest = text_of(example(), Dialect::v03_rest);
  CHECK(rest.find(R"("state":"TASK_STATE_CANCELLED")") != std::string::npos);
  CHECK(rest.find(R"({"data":{"data":{"x":1}}})") != std::string::npos);
  CHECK(v03.find(R"({"kind":"file","file":{"name":"p.png","mimeType":"image/png","bytes":"AAE="}})") != std::string::npos);
  CHECK(v03.find(R"({"kind":"file","file":{"mimeType":"video/mp4","uri":"https://a.example/b"}})") != std::string::npos);
  CHECK(rest.find(R"({"file":{"mimeType":"video/mp4","fileWithUri":"https://a.example/b"}})") != std::string::npos);
  CHECK(rest.find(R"("content":[{"text":"one"}])") != std::string::npos);
}

TEST_CASE("as much of a task as is wanted", "[a2a]") {
  CHECK(text_of(example(), Dialect::v1, {.history = 0}).find("history") == std::string::npos);
  const std::string last = text_of(example(), Dialect::v1, {.history = 1, .artifacts = false});
  CHECK(last.find("m1") == std::string::npos);
  CHECK(last.find("m2") != std::string::npos);
  CHECK(last.find("artifacts") == std::string::npos);
}

TEST_CASE("a message is read in every form", "[a2a]") {
  const auto v1 = read(R"({"messageId":"m","role":"ROLE_USER","parts":[{"text":"a"},{"data":{"data":1}}],"odd":1})");
  REQUIRE(v1);
  CHECK(plain_text(*v1) == "a\n{\"data\":1}");
  CHECK(read(R"({"kind":"message","messageId":"m","role":"user","parts":[{"kind":"text","text":"a"}]})", Dialect::v03));
  const auto rest = read(R"({"message_id":"m","role":"ROLE_USER","content":[{"data":{"data":[1]}}]})", Dialect::v03_rest);
  REQUIRE(rest);
  CHECK(plain_text(*rest) == "[1]");
  const auto refusal = [](const char* part) {
    INFO(part);
    const auto found = read(std::string(R"({"messageId":"m","role":"user","parts":[)") + part + "]}");
    REQUIRE_FALSE(found);
    return found.error().kind;
  };
  for (const char* file : {R"({"raw":"AA=="})", R"({"url":"x"})", R"({"kind":"odd"})", R"({"text":"x","mediaType":"image/png"})",
                           R"({"raw":"eA==","mediaType":"image/png"})", R"({"kind":"file","file":{"uri":"http://x"}})"})
    CHECK(refusal(file) == Fault::Kind::content_type_not_supported);
  for (const char* file : {R"({"kind":"file","file":{}})", R"({"kind":"file"})", R"({"file":7})", R"({"raw":"%"})", R"({"raw":7})",
                           R"({"raw":"eA==","filename":"a\nb"})"})
    CHECK(refusal(file) == Fault::Kind::invalid_params);
}

TEST_CASE("files in every form", "[a2a]") {
  const auto text_of_file = [](const std::string& part, Dialect dialect) {
    const std::string_view parts = dialect == Dialect::v03_rest ? "content" : "parts";
    const auto found = read(R"({"messageId":"m","role":"user",")" + std::string(parts) + "\":[" + part + "]}", dialect);
    REQUIRE(found);
    const std::string written = json_of(*found, dialect);
    INFO(written);
    CHECK(written.find(part) != std::string::npos);
    return plain_text(*found);
  };
  constexpr std::string_view kText = "[file n.txt]\nab\n[end of file n.txt]";
  CHECK(text_of_file(R"({"raw":"YWI=","filename":"n.txt","mediaType":"text/plain"})", Dialect::v1) == kText);
  CHECK(text_of_file(R"({"kind":"file","file":{"name":"n.txt","mimeType":"text/x","bytes":"YWI="}})", Dialect::v03) == kText);
  CHECK(text_of_file(R"({"file":{"name":"n.txt","mimeType":"text/x","fileWithBytes":"YWI="}})", Dialect::v03_rest) == kText);
  CHECK(text_of_file(R"({"raw":""})", Dialect::v1) == "[file]\n[end of file]");
}

TEST_CASE("what a version is called", "[a2a]") {
  CHECK(*serve::a2a_version("1.0") == Dialect::v1);
  CHECK(*serve::a2a_version(" 1.0.7 ") == Dialect::v1);
  CHECK(*serve::a2a_version("0.3.0") == Dialect::v03);
  CHECK_FALSE(serve::a2a_version("")->has_value());
  for (const char* odd : {"1", "2.0", "1.1", "0.2", "x", "1.0x"}) CHECK_FALSE(serve::a2a_version(odd));
}

TEST_CASE("failures by their names and numbers", "[a2a]") {
  const Fault fault{Fault::Kind::task_not_found, "there is no task x", {}, "x"};
  CHECK(rpc_code(fault.kind) == -32001);
  CHECK(http_status(fault.kind) == 404);
  const std::string told = http_error(fault);
  CHECK(JsonDocument::parse(told));
  CHECK(told.find(R"("reason":"TASK_NOT_FOUND","domain":"a2a-protocol.org")") != std::string::npos);
  CHECK(rpc_error(bad("a.b", "is odd").value()).find(R"("fieldViolations":[{"field":"a.b")") != std::string::npos);
  CHECK(rpc_code(Fault::Kind::unavailable) == -32603);
  CHECK(http_status(Fault::Kind::media_type_not_supported) == 415);
}

TEST_CASE("an id is a UUID", "[a2a]") {
  const std::string id = new_id();
  CHECK(id.size() == 36);
  CHECK(id[14] == '4');
  CHECK(std::string("89ab").find(id[19]) != std::string::npos);
  CHECK(id != new_id());
}
