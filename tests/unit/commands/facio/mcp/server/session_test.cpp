// The rules of a session, against another side that does as the test says.
#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <thread>

#include "commands/facio/mcp/server/message.hpp"
#include "commands/facio/mcp/server/session.hpp"

namespace facio::serve {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr McpPatience kPatient{seconds(60), seconds(60)};

/// Answers a request by a function; without an answer the request waits.
class OtherSide final : public McpTransport {
 public:
  using Answer = std::function<std::string(const McpMessage&)>;
  explicit OtherSide(Answer answer) : answer_(std::move(answer)) {}

  Status open(McpReceiver& receiver, int) override {
    receiver_ = &receiver;
    return {};
  }
  Status request(const std::string& message, McpWaiting& waiting) override {
    note(message);
    auto document = JsonDocument::parse(message);
    const std::string answer = answer_(read_message(document->root()));
    if (!answer.empty()) receiver_->received(answer, &waiting);
    waiting.wait();
    return {};
  }
  Status notify(const std::string& message, int) override {
    note(message);
    return {};
  }
  void post(std::string message) override { note(message); }
  void set_version(std::string_view version) override { version_ = version; }
  void close() override { closed_ = true; }

  void say(const std::string& message) { receiver_->received(message, nullptr); }
  void end(const std::string& why) { receiver_->ended(Error(Code::unavailable, why)); }
  std::vector<std::string> sent() {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  std::string version_;
  std::atomic<bool> closed_ = false;

 private:
  void note(const std::string& message) {
    const std::lock_guard lock(mutex_);
    sent_.push_back(message);
  }
  Answer answer_;
  McpReceiver* receiver_ = nullptr;
  std::mutex mutex_;
  std::vector<std::string> sent_;
};

std::string id_of(const McpMessage& message) { return message.id.dump(); }

std::string initialized(const McpMessage& message, std::string_view version = "2025-06-18") {
  return R"({"jsonrpc":"2.0","id":)" + id_of(message) + R"(,"result":{"protocolVersion":")" + std::string(version) +
         R"(","capabilities":{"tools":{}},"serverInfo":{"name":"x","version":"1"}}})";
}

std::string answered(const std::string& id, std::string_view result) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + std::string(result) + "}";
}

/// A session that has shaken hands; `answer` is for everything after that.
struct Begun {
  explicit Begun(OtherSide::Answer answer = [](const McpMessage&) { return std::string(); })
      : other(new OtherSide(
            [answer](const McpMessage& message) { return message.method == "initialize" ? initialized(message) : answer(message); })),
        session(std::unique_ptr<McpTransport>(other),
                {.tools_changed = [this] { ++changes; }, .unresponsive = [this] { ++doubts; }, .ended = [this] { ++ends; }}) {
    const auto status = session.start(kPatient, cancel);
    if (!status) FAIL(status.error().message());
  }
  Result<JsonDocument> call(McpPatience patience = kPatient) { return session.call_tool("t", "{}", patience, cancel); }

  std::atomic<int> changes = 0, doubts = 0, ends = 0;
  Cancel cancel;
  OtherSide* other;
  McpSession session;
};

TEST_CASE("the handshake: the newest revision is offered, an older one is taken, an unknown one is not") {
  for (const std::string version : {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2099-01-01", ""}) {
    CAPTURE(version);
    auto* other = new OtherSide([&](const McpMessage& message) { return initialized(message, version); });
    McpSession session(std::unique_ptr<McpTransport>(other), {});
    const Cancel cancel;
    const bool known = version.starts_with("202") && version < "2030";
    CHECK(session.start(kPatient, cancel).has_value() == known);
    const auto sent = other->sent();
    CHECK(sent.front().find(R"("protocolVersion":"2025-11-25")") != std::string::npos);
    CHECK(sent.front().find(R"("capabilities":{})") != std::string::npos);
    CHECK(sent.back() == (known ? R"({"jsonrpc":"2.0","method":"notifications/initialized"})" : sent.front()));
    CHECK(other->version_ == (known ? version : ""));
  }
}

TEST_CASE("tools are listed page by page, once each, and a server that turns in circles is left") {
  Begun begun([](const McpMessage& message) {
    const std::string cursor = message.params.get("cursor").text();
    if (cursor.empty())
      return answered(id_of(message),
                      R"({"tools":[{"name":"a","description":"A","inputSchema":{"type":"object","x":1}},{"name":""},7],"nextCursor":"2"})");
    return answered(id_of(message), R"({"tools":[{"name":"b","title":"B"},{"name":"a"}],"nextCursor":"2"})");
  });
  const auto tools = begun.session.list_tools(kPatient, begun.cancel);
  REQUIRE(tools.has_value());
  REQUIRE(tools->size() == 2);
  CHECK(tools->at(0).parameters == R"({"type":"object","x":1})");
  CHECK(tools->at(1).description == "B");
  CHECK(tools->at(1).parameters == R"({"type":"object"})");
}

TEST_CASE("answers come in any order, alone and together") {
  std::mutex mutex;
  std::deque<std::string> ids;
  Begun begun([&](const McpMessage& message) {
    const std::lock_guard lock(mutex);
    ids.push_back(id_of(message));
    return std::string();
  });
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      const std::string name = "tool" + std::to_string(i);
      const auto answer = begun.session.call_tool(name, "{}", kPatient, begun.cancel);
      if (answer && answer->root().get("result").get("of").text() == name) ++right;
    });
  const auto all = [&] {
    const std::lock_guard lock(mutex);
    return ids.size() == 4;
  };
  while (!all()) std::this_thread::yield();
  const auto answer_to = [&](std::size_t index) {
    for (const std::string& sent : begun.other->sent()) {
      auto document = JsonDocument::parse(sent);
      if (document->root().get("id") && document->root().get("id").dump() == ids[index])
        return answered(ids[index], R"({"of":)" + document->root().find("params.name").dump() + "}");
    }
    return std::string();
  };
  begun.other->say("[" + answer_to(3) + "," + answer_to(1) + "]");
  begun.other->say(answer_to(2));
  begun.other->say(answered("999", "{}"));
  begun.other->say("no JSON at all");
  begun.other->say(answer_to(0));
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 4);
}

TEST_CASE("an error of the other side says what it said") {
  Begun begun([](const McpMessage& message) {
    return R"({"jsonrpc":"2.0","id":)" + id_of(message) + R"(,"error":{"code":-32602,"message":"unknown tool"}})";
  });
  const auto answer = begun.call();
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code() == Code::failed);
  CHECK(answer.error().message() == "unknown tool (code -32602)");
}

TEST_CASE("a call that takes too long is cancelled, and its late answer does no harm") {
  Begun begun;
  const auto answer = begun.call({milliseconds(20), seconds(60)});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code() == Code::upstream_timeout);
  const std::string last = begun.other->sent().back();
  CHECK(last.find("notifications/cancelled") != std::string::npos);
  CHECK(last.find(R"("requestId":2)") != std::string::npos);
  begun.other->say(answered("2", "{}"));
}

TEST_CASE("whoever does not answer in time is asked for a sign of life, and an error is one") {
  std::atomic<bool> deaf = true;
  Begun begun([&](const McpMessage& message) {
    if (deaf || message.method != "ping") return std::string();
    return R"({"jsonrpc":"2.0","id":)" + id_of(message) + R"(,"error":{"code":-32601,"message":"no ping"}})";
  });
  CHECK_FALSE(begun.call({milliseconds(10), seconds(60)}).has_value());
  CHECK(begun.doubts == 1);
  CHECK_FALSE(begun.session.alive({milliseconds(10), seconds(60)}, begun.cancel));
  deaf = false;
  CHECK(begun.session.alive(kPatient, begun.cancel));
  CHECK(begun.doubts == 1);
}

TEST_CASE("a call that is stopped by hand returns at once and is cancelled") {
  Begun begun;
  std::thread stopper([&] {
    while (begun.other->sent().size() < 3) std::this_thread::yield();
    begun.cancel.cancel("somebody stopped it");
  });
  const auto answer = begun.call();
  stopper.join();
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code() == Code::cancelled);
  CHECK(answer.error().message() == "somebody stopped it");
  CHECK(begun.other->sent().back().find("somebody stopped it") != std::string::npos);
}

TEST_CASE("progress is a sign of life, but not for ever") {
  const auto started = std::chrono::steady_clock::now();
  std::atomic<bool> done = false;
  Begun begun;
  std::thread reporter([&] {
    const Cancel pause;
    while (!done) {
      begun.other->say(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1}})");
      begun.other->say(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"2","progress":1}})");
      (void)pause.pause(5);
    }
  });
  const auto answer = begun.call({milliseconds(100), milliseconds(400)});
  done = true;
  reporter.join();
  const auto took = std::chrono::steady_clock::now() - started;
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code() == Code::upstream_timeout);
  CHECK(took >= milliseconds(395));
}

TEST_CASE("what the other side asks is answered, and its notices are heard") {
  Begun begun;
  begun.other->say(R"({"jsonrpc":"2.0","id":"p","method":"ping"})");
  CHECK(begun.other->sent().back() == R"({"jsonrpc":"2.0","id":"p","result":{}})");
  begun.other->say(R"({"jsonrpc":"2.0","id":5,"method":"sampling/createMessage","params":{}})");
  CHECK(begun.other->sent().back().find("-32601") != std::string::npos);
  begun.other->say(R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}})");
  begun.other->say(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
  CHECK(begun.changes == 1);
}

TEST_CASE("a person is asked while the time of the call stands still, and not after it") {
  const std::string question =
      R"({"jsonrpc":"2.0","id":"e","method":"elicitation/create","params":{"message":"sure?","requestedSchema":{}}})";
  OtherSide* other = nullptr;
  McpSession session(std::unique_ptr<McpTransport>(other = new OtherSide([&](const McpMessage& message) {
                                                     if (message.method == "initialize") return initialized(message);
                                                     other->say(question);
                                                     return std::string();
                                                   })),
                     {.can_elicit = true});
  const Cancel cancel;
  REQUIRE(session.start(kPatient, cancel).has_value());
  CHECK(other->sent().front().find(R"("elicitation":{"form":)") != std::string::npos);
  // Longer than the call may take.
  const auto slow = [&](JsonRef params, const Cancel& over) {
    CHECK(params.get("message").text() == "sure?");
    CHECK(over.pause(150));
    return std::string(R"({"action":"accept","content":{}})");
  };
  const auto since = std::chrono::steady_clock::now();
  CHECK(session.call_tool("t", "{}", {milliseconds(50), milliseconds(50)}, cancel, slow).error().code() == Code::upstream_timeout);
  CHECK(std::chrono::steady_clock::now() - since >= milliseconds(190));
  const auto sent = other->sent();
  CHECK(std::ranges::find(sent, R"({"jsonrpc":"2.0","id":"e","result":{"action":"accept","content":{}}})") != sent.end());
  // Nobody waits for what is asked outside of a call, and the end of a call ends its questions.
  other->say(question);
  CHECK(other->sent().back() == R"({"jsonrpc":"2.0","id":"e","result":{"action":"cancel"}})");
  const auto endless = [&](JsonRef, const Cancel& over) {
    std::thread([&] { other->end("the program ended"); }).join();
    CHECK_FALSE(over.pause(60'000));
    return std::string(R"({"action":"cancel"})");
  };
  CHECK(session.call_tool("t", "{}", kPatient, cancel, endless).error().message() == "the program ended");
}

TEST_CASE("the end of a connection ends every call, once") {
  Begun begun;
  std::thread ender([&] {
    while (begun.other->sent().size() < 3) std::this_thread::yield();
    begun.other->end("the program ended");
    begun.other->end("once more");
  });
  const auto answer = begun.call();
  ender.join();
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code() == Code::unavailable);
  CHECK(answer.error().message() == "the program ended");
  CHECK(begun.ends == 1);
  CHECK(begun.session.over());
  CHECK_FALSE(begun.call().has_value());
  begun.session.close();
  CHECK(begun.other->closed_);
}

}  // namespace
}  // namespace facio::serve
