// The audit log outside of any agent: fields, filters, scanning, cursors, merging, chains.
#include <catch2/catch.hpp>

#include "cli/core/encoding.hpp"
#include "commands/facio/audit/client/chain.hpp"
#include "commands/facio/audit/client/cursor.hpp"
#include "commands/facio/audit/client/file.hpp"
#include "commands/facio/audit/client/lines.hpp"
#include "commands/facio/audit/client/merge.hpp"

using namespace facio;
using namespace facio::audit;

namespace {

std::string event(std::int64_t number, std::string_view more = {}) {
  return R"({"seq":)" + std::to_string(number) + R"(,"ts":"2026-11-20T12:00:00.)" + std::to_string(100 + number) +
         R"(Z","event":"tool_call")" + std::string(more) + "}";
}

TailUpdate update(std::size_t agent, std::int64_t ts_ms) {
  TailUpdate one;
  one.event.ts_ms = ts_ms;
  one.event.agent = agent;
  return one;
}

std::vector<std::int64_t> times(const std::vector<TailUpdate>& all) {
  std::vector<std::int64_t> out;
  for (const TailUpdate& one : all) out.push_back(one.event.ts_ms);
  return out;
}

Filter filter_of(std::map<std::string, std::vector<std::string>, std::less<>> values) {
  Invocation invocation;
  invocation.values = std::move(values);
  auto filter = Filter::from(invocation);
  REQUIRE(filter);
  return std::move(*filter);
}

std::vector<std::string> scanned(const Filter& filter, std::string_view text) {
  std::vector<std::string> lines;
  Scanner scanner(filter);
  auto going = scanner.scan(text, [&lines](std::string_view line, const EventFields&) -> Result<bool> {
    lines.emplace_back(line);
    return true;
  });
  REQUIRE(going);
  return lines;
}

}  // namespace

TEST_CASE("members of an event are found in text that nobody has checked", "[audit]") {
  EventFields fields;
  REQUIRE(read_fields(R"( { "details" : {"event":"nested","a":[1,{"b":"}\""}]}, "event" : "x\ny" , "toolName":"t","duration_ms":12 } )",
                      fields));
  CHECK(plain(fields.event) == "x\ny");
  CHECK(plain(fields.tool) == "t");
  CHECK(fields.duration == "12");
  CHECK(fields.run.empty());
  // Whatever is cut off is refused, and nothing behind the end is read.
  const std::string whole = R"({"ts":"2026-11-20T12:00:00Z","event":"a\\","details":{"x":["]}\"",1]},"status":"ok"})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EventFields cut;
    CHECK_FALSE(read_fields({exact.data(), exact.size()}, cut));
  }
  EventFields last;
  CHECK(read_fields(whole, last));
}

TEST_CASE("an event is known by its hash, else by its text", "[audit]") {
  const Event hashed = event_of(R"({"event":"a","hash":"00000000000000ffaa"})");
  CHECK(hashed.id == 0xff);
  CHECK(event_of(event(1)).id == event_of(event(1)).id);
  CHECK(event_of(event(1)).id != event_of(event(2)).id);
  CHECK(event_of(event(1)).ts_ms == 1795176000101);
}

TEST_CASE("conditions on an event", "[audit]") {
  const std::string json = R"({"event":"tool_call","duration_ms":1500,"status":"error","details":{"code":7},"message":"a && b"})";
  const auto holds = [&json](std::string_view text) {
    auto condition = Condition::parse(text, "--filter", {});
    INFO(text);
    REQUIRE(condition);
    return condition->holds(json);
  };
  CHECK(holds("type==tool_call"));
  CHECK(holds("event=='tool_call' && duration_ms>=1500"));
  CHECK(holds("duration_ms > 900"));  // a number, not a text
  CHECK(holds("status==ok || details.code==7"));
  CHECK(holds("message == 'a && b'"));
  CHECK(holds("message =~ '^a .* b$' && status !~ ok"));
  CHECK(holds("(status==error || status==denied) && !(type==message_in)"));
  CHECK(holds("duration_ms==1s500ms && ts==null"));
  CHECK(holds("!tool"));
  CHECK(holds("details.code != 8 && message"));
  CHECK_FALSE(holds("duration_ms<900"));
  CHECK_FALSE(holds("nothing>=0"));
  for (const char* bad : {"", "== 3", "a ==", "a =~ '('", "a ~ '('", "a == b c", "a && ", "status==ok)"})
    CHECK_FALSE(Condition::parse(bad, "--filter", {}));
  CHECK(Condition::parse("message~'^a .* b$'", "--exit-on", {}).error().message() ==
        "--exit-on: at character 9: a regular expression is written message=~'^a .* b$'");
}

TEST_CASE("a scan finds the lines that match, and only those", "[audit]") {
  const std::string text = event(1, R"(,"status":"ok")") + "\n" + event(2, R"(,"status":"error")") + "\n\n" +
                           event(3, R"(,"details":{"status":"error"})") + "\n" + event(4, R"(,"status":"error")");
  CHECK(scanned(filter_of({{"status", {"error"}}}), text) ==
        std::vector<std::string>{event(2, R"(,"status":"error")"), event(4, R"(,"status":"error")")});
  CHECK(scanned(filter_of({{"status", {"ok,error"}}}), text).size() == 3);
  CHECK(scanned(filter_of({}), text).size() == 4);
  CHECK(scanned(filter_of({{"grep", {"\"seq\":[34]"}}}), text).size() == 2);
  CHECK(scanned(filter_of({{"since", {"2026-11-20T12:00:00.103Z"}}}), text).size() == 2);
}

TEST_CASE("a cursor survives its text", "[audit]") {
  const std::string hash(64, 'a');
  const Cursor cursor = Cursor::of(event_of(event(7, R"(,"hash":")" + hash + "\"")), "http://x:1/ä,b");
  CHECK(cursor.seq == 7);
  CHECK(cursor.hash == hash.substr(0, 16));
  auto again = Cursor::parse(cursor.text(), "--cursor");
  REQUIRE(again);
  CHECK(*again == cursor);
  auto both = parse_cursors(cursor.text() + "," + cursor.text(), "--cursor");
  REQUIRE(both);
  CHECK(both->size() == 2);
  for (const char* bad : {"c1", "c1.1.2.3", "c2.1.2.3.0.x", "c1.x.2.3.0.a", "c1.1.zz.3.0.a", "c1.1.2.3.abc.a", "c1.1.2.3.0.%zz"})
    CHECK_FALSE(Cursor::parse(bad, "--cursor"));
}

TEST_CASE("several logs become one", "[audit]") {
  Merge merge(2, 2000);
  merge.add(update(0, 100), 0);
  merge.add(update(0, 300), 0);
  CHECK(merge.due(10).empty());  // the other agent may still have earlier ones
  merge.add(update(1, 200), 20);
  CHECK(times(merge.due(20)) == std::vector<std::int64_t>{100});
  CHECK(times(merge.due(2000)) == std::vector<std::int64_t>{200, 300});  // nobody waits longer than the window
  merge.add(update(1, 250), 2010);                                       // late: at once behind the others
  merge.add(update(1, 240), 2010);                                       // the order of one agent is kept
  merge.remove_agent(0);
  const auto rest = merge.rest();
  CHECK(times(rest) == std::vector<std::int64_t>{250, 240});
  CHECK(merge.empty());
}

TEST_CASE("SHA-256", "[audit]") {
  CHECK(sha256_hex({"abc"}) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex({"a", "", "bc"}) == sha256_hex({"abc"}));
}

TEST_CASE("a chain", "[audit]") {
  ChainWriter writer;
  std::vector<std::string> lines = {writer.line(R"({"_export":{"version":1}})")};
  for (int i = 1; i <= 5; ++i) lines.push_back(writer.line(event(i)));
  lines.push_back(writer.line(R"({"_end":{"events":5}})"));
  const auto findings = [](const std::vector<std::string>& all) {
    ChainReader reader;
    for (const std::string& line : all) reader.line(line);
    reader.end();
    std::vector<std::string> out;
    for (const audit::Finding& one : reader.findings()) out.push_back(std::to_string(one.line) + " " + one.what);
    return out;
  };
  CHECK(findings(lines).empty());
  for (std::size_t at = 0; at < lines.size(); ++at) {
    INFO(at);
    auto cut = lines;
    cut.erase(cut.begin() + static_cast<std::ptrdiff_t>(at));
    CHECK_FALSE(findings(cut).empty());
    for (std::size_t byte = 0; byte < lines[at].size(); ++byte) {  // every single byte counts
      auto changed = lines;
      changed[at][byte] = static_cast<char>(changed[at][byte] ^ 1);
      if (at + 1 < lines.size()) CHECK_FALSE(findings(changed).empty());
    }
    if (at + 1 < lines.size()) {
      auto swapped = lines;
      std::swap(swapped[at], swapped[at + 1]);
      CHECK_FALSE(findings(swapped).empty());
    }
  }
}

TEST_CASE("the chain of the server", "[audit]") {
  const std::string zero(kNoHash);
  const std::string unclosed = R"({"seq":1,"event":"a","prev_hash":")" + zero + "\"";
  const std::string hash = sha256_hex({zero, "\n", unclosed, "}"});
  const std::string good = unclosed + R"(,"hash":")" + hash + "\"}";
  CHECK(problem_with(good, zero).empty());
  CHECK(problem_with(good, std::string(64, '1')) == "does not contain the hash of the previous event");
  std::string changed = good;
  changed[18] = 'b';
  CHECK(problem_with(changed, zero) == "does not match its hash");
}

TEST_CASE("arguments of tools", "[audit]") {
  const std::string details = R"({"arguments":"{\"command\":\"ls -la\",\"n\":3}","result":"secret"})";
  CHECK(arguments_text(details, false) == "command=… n=…");
  CHECK(arguments_text(details, true) == R"(command="ls -la" n=3)");
  CHECK(arguments_text(R"({"arguments":{"command":"ls\n"}})", true) == R"("ls\n")");
  CHECK(arguments_text(R"({"arguments":"no json"})", false) == "…");
  CHECK(arguments_text("{", true).empty());
}
