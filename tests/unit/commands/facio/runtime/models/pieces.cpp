#include "commands/facio/runtime/models/call_builder.hpp"
#include "commands/facio/runtime/models/provider_quirks.hpp"
#include "commands/facio/runtime/models/thinking.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"

using namespace facio;
using namespace facio::test;
using namespace facio::serve;

namespace {

struct Thought {
  std::string_view text, answer;
  bool thought;
};
constexpr Thought kThoughts[] = {
    {"plain", "plain", false},
    {"  plain ", "  plain ", false},
    {"<think>a</think>\n\nb", "b", true},
    {" \n<thinking>a <b> </think> c</thinking>b", "b", true},
    {"<think>a</think><thought>c</thought> b", "b", true},
    {"<think>a", "", true},
    {"<think>a</think> ", "", true},
    {"<thi", "<thi", false},
    {"<b>not</b>", "<b>not</b>", false},
    {"say <think>a</think>", "say <think>a</think>", false},
};

}  // namespace

TEST_CASE("models: thinking before an answer is told apart, wherever the text is cut") {
  for (const Thought& one : kThoughts)
    for (std::size_t size = 1; size <= one.text.size(); ++size) {
      INFO(one.text << " in pieces of " << size);
      ThinkingSplitter splitter;
      std::string answer;
      for (std::size_t at = 0; at < one.text.size(); at += size) answer += splitter.add(one.text.substr(at, size));
      answer += splitter.finish();
      CHECK(answer == one.answer);
      CHECK(splitter.thought() == one.thought);
    }
  CHECK(without_open_thinking("a\n</think>\n\nb") == "b");
  CHECK(without_open_thinking("about `</think>`") == "about `</think>`");
  CHECK(without_open_thinking("first <think>a</think> then") == "first <think>a</think> then");
}

TEST_CASE("models: arguments of a call, in pieces") {
  const auto put_together = [](std::initializer_list<std::string_view> pieces) {
    CallArguments arguments;
    for (const std::string_view piece : pieces) arguments.add(piece);
    return arguments.take();
  };
  CHECK(put_together({}) == "{}");
  CHECK(put_together({"", "{\"a\":\"}{\"", ",\"b\":[{}]}", " "}) == R"({"a":"}{","b":[{}]})");
  CHECK(put_together({"{}", "{\"a\"", ":1}"}) == R"({"a":1})");
  CHECK(put_together({R"({"a":1})", R"({"a":1})"}) == R"({"a":1})");
  CHECK(put_together({R"("{\"a\":1}")"}) == R"({"a":1})");
  CHECK(put_together({R"({"a":"\ud800"})"}) == "{\"a\":\"\xEF\xBF\xBD\"}");
  CHECK(put_together({"{\"a\":"}) == "{\"a\":");
}

TEST_CASE("models: what was learned of a model holds for it alone, and for an hour") {
  ProviderQuirks::Steady::time_point now{};
  ProviderQuirks quirks([&now] { return now; });
  quirks.learn("http://a", "m", {.no_stream = true});
  CHECK(quirks.of("http://a", "m").no_stream);
  CHECK_FALSE(quirks.of("http://a", "n").no_stream);
  CHECK_FALSE(quirks.of("http://b", "m").no_stream);
  now += std::chrono::minutes(59);
  quirks.learn("http://a", "m", {.no_stream = true});  // known: no reason to keep it for longer
  CHECK(quirks.of("http://a", "m").no_stream);
  now += std::chrono::minutes(1);
  CHECK_FALSE(quirks.of("http://a", "m").no_stream);
}
