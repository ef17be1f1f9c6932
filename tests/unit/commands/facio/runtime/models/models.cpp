#include "commands/facio/runtime/loop/conversation.hpp"
#include "commands/facio/runtime/models/builtin_model.hpp"
#include "commands/facio/runtime/models/openai_wire.hpp"
#include "cli/http/event_stream.hpp"
#include "tests/unit/commands/facio/runtime/loop/loop_world.hpp"

using namespace facio;
using namespace facio::test;
using namespace facio::serve;

namespace {

const AgentFacts kFacts{.agent = "main", .model = "m-1", .timezone = "Europe/Berlin", .jobs = 3, .enabled_jobs = 2};

std::string reply(std::string_view message) {
  const auto answer = builtin_reply(message, kFacts);
  return answer ? answer->text : "error: " + answer.error().message();
}

TextPiece nobody;

}  // namespace

TEST_CASE("builtin: commands") {
  CHECK(reply(" /echo  one  two ") == "one  two");
  CHECK(reply("/echo") == "");
  CHECK_THAT(builtin_help(), Catch::Contains("/echo TEXT") && Catch::Contains("/tool NAME"));
  CHECK(reply("/fail no luck") == "error: no luck");
  CHECK(reply("/dance") == "there is no command /dance; /help lists what there is");
  CHECK_THAT(reply("/sleep soon"), Catch::StartsWith("error: /sleep"));
  CHECK_THAT(reply("/sleep 2h"), Catch::StartsWith("error: /sleep"));
  CHECK(builtin_reply("/sleep 200ms", kFacts)->wait_ms == 200);
  const auto call = builtin_reply(R"(/tool mcp:a:b {"x": 1})", kFacts);
  CHECK((call && call->tool == "mcp:a:b" && call->arguments == R"({"x":1})"));
  CHECK(builtin_reply("/tool list_dir", kFacts)->arguments == "{}");
  CHECK_THAT(reply("/tool"), Catch::StartsWith("error: /tool"));
  CHECK_THAT(reply("/tool x {"), Catch::Contains("not JSON"));
}

TEST_CASE("builtin: any other message is described, truly and always alike") {
  const std::string text = reply("write the report");
  CHECK_THAT(text, Catch::Contains("\"write the report\"") && Catch::Contains("m-1") && Catch::Contains("3 cron jobs (2 enabled)"));
  CHECK(text == reply("write the report"));
  CHECK_THAT(reply(""), Catch::Contains("empty"));
}

TEST_CASE_METHOD(LoopWorld, "builtin: asked to summarise, it tells what there is in the workspace") {
  CHECK(turn(request("Please summarise the workspace")).answer == "The workspace is empty.");
  REQUIRE(files.write("notes/a.md", "intro\n# Plans\n"));
  REQUIRE(files.write("b.txt", "12345"));
  const std::string text = turn(request("Summarize", "api:a", "r2")).answer;
  CHECK_THAT(text, Catch::StartsWith("The workspace has 2 files in 1 directory, 19 bytes.") && Catch::Contains("- notes/a.md: Plans"));
}

TEST_CASE("openai: a request holds conversation, tools and limits, and what the provider does not take is left out") {
  ModelRequest request{.agent = "main", .model = "gpt", .messages = {}};
  request.messages = {{.role = "system", .text = "be kind"},
                      {.role = "user", .text = "hi \"you\""},
                      {.role = "assistant", .text = "", .calls = {{"c1", "read", R"({"a":1})"}}},
                      {.role = "tool", .text = "done", .call_id = "c1"},
                      {.role = "user", .text = "and now?"}};
  request.tools = {{"read", "", "reads", R"({"type":"object"})"}};
  request.conversation = "api:a";
  const auto body = good(JsonDocument::parse(request_body(request, {}, R"({"top_p":0.5,"max_tokens":7})")));
  const JsonRef root = body.root();
  CHECK((root.get("model").string() == "gpt" && root.get("stream").boolean() && root.find("stream_options.include_usage").boolean()));
  CHECK((root.get("max_tokens").integer() == 7 && root.get("top_p").number() == 0.5 && !root.get("session_id")));
  CHECK(root.get("messages").size() == 5);
  CHECK(root.get("messages").at(2).get("content").is_null());
  CHECK(root.get("messages").at(2).get("tool_calls").at(0).get("function").get("arguments").string() == R"({"a":1})");
  CHECK(root.get("messages").at(3).get("tool_call_id").string() == "c1");
  CHECK(root.get("tools").at(0).get("function").get("name").string() == "read");

  const auto plain =
      good(JsonDocument::parse(request_body(request, {.no_stream = true, .new_token_limit = true, .no_temperature = true}, {})));
  CHECK((!plain.root().get("stream") && !plain.root().get("temperature") && plain.root().get("max_completion_tokens")));
  const auto agent = good(JsonDocument::parse(request_body(request, {.no_stream = true, .one_message = true}, {})));
  REQUIRE(agent.root().get("messages").size() == 1);
  CHECK(agent.root().get("messages").at(0).get("content").string() == "and now?");
  CHECK((agent.root().get("session_id").string() == "api:a" && !agent.root().get("tools") && !agent.root().get("model")));
}

TEST_CASE("openai: an answer in pieces is put together") {
  ReplyBuilder builder;
  std::string told;
  UniqueFunction<void(std::string_view)> piece = [&](std::string_view text) { told += text; };
  const auto add = [&](const char* data) { REQUIRE(builder.add(data, piece)); };
  add(R"({"choices":[{"delta":{"role":"assistant","content":""}}]})");
  add(R"({"choices":[{"delta":{"content":"Hel"}}]})");
  add(R"({"choices":[{"delta":{"content":"lo"}}]})");
  add(R"({"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"two","arguments":""}}]}}]})");
  add(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"one","arguments":"{\"x\""}}]}}]})");
  add(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}}]})");
  add(R"({"choices":[{"delta":{},"finish_reason":"tool_calls"}]})");
  add(R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":3}}})");
  CHECK_FALSE(builder.done());
  add("[DONE]");
  CHECK((builder.done() && builder.passed_on() && told == "Hello"));
  const ModelReply whole = good(builder.take(piece));
  CHECK((whole.text == "Hello" && whole.prompt_tokens == 9 && whole.completion_tokens == 4 && whole.cached_tokens == 3));
  REQUIRE(whole.calls.size() == 2);
  CHECK((whole.calls[0].tool == "one" && whole.calls[0].arguments == R"({"x":1})" && whole.calls[1].arguments == "{}"));
}

TEST_CASE("openai: answers that are none are failures in words") {
  ReplyBuilder early;
  REQUIRE(early.add(R"({"choices":[{"delta":{"content":"x"}}]})", nobody));
  CHECK(early.take(nobody).error().message() == "the provider's answer ended too early");
  ReplyBuilder failing;
  CHECK(failing.add(R"({"error":{"message":"overloaded"}})", nobody).error().message() == "the provider failed: overloaded");
  CHECK(failing.add("nonsense", nobody).error().code() == Code::upstream_failed);
  CHECK(reply_from("{}").error().message() == "the provider's answer contains no message");
  CHECK(reply_from("<html>").error().message() == "the provider's answer is an HTML page");
  CHECK(reply_from("nonsense").error().message() == "the provider's answer is not JSON");
  CHECK(good(reply_from(R"({"choices":[{"message":{"content":"x"},"finish_reason":"length"}]})")).cut);
}

TEST_CASE("events of a stream, wherever its bytes are cut") {
  const std::string bytes =
      "\xEF\xBB\xBF: hello\r\nevent: add\r\ndata: 1\r\ndata:2\r\nid: 7\r\n\r\n\r\ndata: x\rretry: 250\r\rdata\n\n"
      "id: 9\n\ndata: last\n\n";
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    EventStreamReader reader;
    std::vector<StreamEvent> events;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      reader.feed(std::string_view(bytes).substr(at, size));
      while (auto event = reader.next()) events.push_back(std::move(*event));
    }
    REQUIRE(events.size() == 4);
    CHECK((events[0].type == "add" && events[0].data == "1\n2" && events[0].id == "7"));
    CHECK((events[1].type == "message" && events[1].data == "x" && events[1].id == "7"));
    CHECK(events[2].data.empty());
    CHECK((events[3].data == "last" && reader.last_id() == "9" && reader.retry_ms() == 250));
  }
}

TEST_CASE("a conversation is fitted into what a model reads, and nothing hangs loose") {
  const auto session = good(JsonDocument::parse(R"({"messages":[
    {"role":"user","content":"old"},{"role":"assistant","content":"","tool_calls":[{"id":"c","function":{"name":"t","arguments":"{}"}}]},
    {"role":"tool","content":"gave","tool_call_id":"c"},{"role":"assistant","content":"done"},
    {"role":"user","content":[{"type":"text","text":"new"},{"type":"text","text":"er"}]},
    {"role":"assistant","content":"","tool_calls":[{"id":"d","function":{"name":"t","arguments":"{}"}}]}]})"));
  auto messages = messages_of(session.root());
  REQUIRE(messages.size() == 5);  // the call without an outcome is left out
  CHECK(messages[4].text == "new\ner");
  auto all = messages;
  fit(all, 10'000);
  CHECK(all.size() == 5);
  fit(messages, 20);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].text == "new\ner");
  fit(messages, 1);
  CHECK(messages.size() == 1);
}

TEST_CASE_METHOD(LoopWorld, "which provider a model belongs to") {
  CHECK((family_of("claude-sonnet-4") == "anthropic" && family_of("gpt-5") == "openai" && family_of("o3-mini") == "openai"));
  CHECK((family_of("openrouter/qwen/qwen3") == "dashscope" && family_of("mystery").empty() && family_of("gpt-oss-20b").empty()));
  const auto set = [&](std::string_view name, const std::string& body) {
    const auto document = good(JsonDocument::parse(body));
    good(change<Provider>([&](store::Transaction& tx) { return providers.set(tx, "main", name, document.root()); }));
  };
  CHECK(good(models.choose("main", "", "")).provider == "builtin");
  CHECK_THAT(models.choose("main", "", "mystery").error().message(), Catch::Contains("no provider is set up for the model mystery"));
  CHECK_THAT(models.choose("main", "", "gpt-5").error().message(), Catch::Contains("openai has no key"));
  CHECK_THAT(models.choose("main", "openai_codex", "x").error().message(), Catch::Contains("login"));
  CHECK_THAT(models.choose("main", "custom", "x").error().message(), Catch::Contains("custom has no address"));
  set("custom", R"({"apiBase":"http://127.0.0.1:9/v1"})");
  CHECK(good(models.choose("main", "", "mystery")).provider == "custom");
  CHECK(good(models.choose("main", "", "claude-x")).provider == "custom");  // whose own provider is not set up
  set("anthropic", R"({"value":"k"})");
  CHECK(good(models.choose("main", "", "claude-x")).provider == "anthropic");
  CHECK(good(models.choose("main", "", "gemma-3")).provider == "custom");
  set("openrouter", R"({"value":"k"})");
  const auto routed = good(models.choose("main", "", "openrouter/meta/llama"));
  CHECK((routed.provider == "openrouter" && routed.name == "meta/llama" && routed.remote));
  CHECK(good(models.choose("main", "openrouter", "claude-x")).provider == "openrouter");
}

TEST_CASE("places for requests are given in order, and a cancelled wait leaves the queue") {
  RequestSlots slots;
  Cancel none, cancelled;
  Counter got;
  std::optional<RequestSlots::Slot> first(slots.take("main", 1, none));
  REQUIRE(*first);
  CHECK(slots.take("other", 1, none));
  cancelled.cancel("enough");
  CHECK_FALSE(slots.take("main", 1, cancelled));
  std::thread waiting([&] {
    const auto slot = slots.take("main", 1, none);
    if (slot) got.add();
  });
  first.reset();
  REQUIRE(got.reaches(1));
  waiting.join();
  CHECK(slots.take("main", 1, none));
}
