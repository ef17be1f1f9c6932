// What is kept of a server's log, and what is given of it.
#include <catch2/catch.hpp>

#include "commands/facio/mcp/server/journal.hpp"

namespace facio::serve {
namespace {

struct StoppedClock final : Clock {
  [[nodiscard]] std::int64_t now_ms() const override { return 1'800'000'000'000; }
};

std::vector<std::int64_t> numbers(const McpLog& log) {
  std::vector<std::int64_t> all;
  for (const McpLogLine& line : log.items) all.push_back(line.seq);
  return all;
}

}  // namespace

TEST_CASE("the last lines of a journal, and those behind a number", "[mcp]") {
  const StoppedClock clock;
  McpJournal journal(clock);
  CHECK(journal.lines({}, 10).items.empty());
  CHECK(journal.lines(0, 10).items.empty());
  for (const char* text : {"one", "two", "three", "four"}) journal.add("stderr", text);
  const McpLog last = journal.lines({}, 2);
  CHECK(numbers(last) == std::vector<std::int64_t>{3, 4});
  CHECK(last.items[0] == McpLogLine{.seq = 3, .time = "2027-01-15T08:00:00.000Z", .source = "stderr", .kind = "stderr", .text = "three"});
  CHECK(numbers(journal.lines({}, 10)) == std::vector<std::int64_t>{1, 2, 3, 4});
  CHECK(numbers(journal.lines(0, 2)) == std::vector<std::int64_t>{1, 2});
  CHECK(numbers(journal.lines(2, 10)) == std::vector<std::int64_t>{3, 4});
  CHECK(journal.lines(4, 10).items.empty());
  CHECK(journal.lines(5, 10).items.empty());
  CHECK(journal.lines(5, 10).last == 4);  // by which a reader knows that its number is of a journal before a restart
}

TEST_CASE("a journal is bounded in lines, in bytes and in the length of a line", "[mcp]") {
  const StoppedClock clock;
  McpJournal many(clock), long_ones(clock);
  for (int i = 0; i < 1500; ++i) many.add("connected", "x");
  const McpLog kept = many.lines(0, 5000);
  CHECK(kept.items.size() == 1000);
  CHECK(kept.items.front().seq == 501);
  for (int i = 0; i < 500; ++i) long_ones.add("stderr", std::string(100'000, 'y'));
  std::size_t bytes = 0;
  const McpLog cut = long_ones.lines(0, 5000);
  for (const McpLogLine& line : cut.items) {
    CHECK(line.text.size() <= 2010);
    bytes += line.text.size();
  }
  CHECK(bytes <= std::size_t{256} * 1024);
  CHECK(bytes >= std::size_t{250} * 1024);
  CHECK(cut.items.back().seq == 500);
}

TEST_CASE("a journal keeps no secret, and nothing that steers a terminal", "[mcp]") {
  const StoppedClock clock;
  McpJournal journal(clock);
  journal.add("stderr", "\x1b[2J Authorization: Bearer sk-abcdefghijklmnop1234");
  CHECK(journal.lines({}, 1).items[0].text == "\\x1b[2J Authorization: Bearer ***");
}

}  // namespace facio::serve
