#include "cli/output/filter.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/cli/output/rendering.hpp"

using namespace facio;
using namespace facio::output;
using namespace facio::test;

namespace {

constexpr std::int64_t kNow = 1795165200000;

constexpr std::string_view kJobs =
    R"({"items":[)"
    R"({"id":"a","name":"daily report","enabled":true,"schedule":{"kind":"cron","expr":"0 7 * * *","tz":"Europe/Berlin"},)"
    R"("state":{"next_run_at_ms":1795168800000,"last_run_at_ms":1795161600000,"last_status":"ok"}},)"
    R"({"id":"b","name":"tidy","enabled":false,"schedule":{"kind":"every","every_ms":5400000},"state":{"next_run_at_ms":null,)"
    R"("last_run_at_ms":1794992400000,"last_status":"error","last_error":"No \"disk\""}},)"
    R"({"id":"c","name":"Größe*","enabled":true,"schedule":{"kind":"every","every_ms":60000},"state":{}}]})";

/// The ids of the items for which it holds, or the message.
std::string kept(std::string_view text) {
  const Endpoint& endpoint = cron_endpoint("cron.list");
  auto filter = Filter::parse(endpoint, text, {.now_ms = kNow, .utc = true});
  if (!filter) return filter.error().message();
  ReplyView view = view_of(endpoint, kJobs);
  if (auto applied = filter->apply(endpoint, view); !applied) return applied.error().message();
  std::string ids;
  for (const Item& item : view.items) ids += item.value.substr(item.value.find("\"id\":\"") + 6, 1);
  return ids;
}

}  // namespace

TEST_CASE("a filter compares fields by their type", "[filter]") {
  CHECK(kept("enabled==true") == "ac");
  CHECK(kept("enabled = false") == "b");
  CHECK(kept("enabled") == "ac");
  CHECK(kept("!enabled") == "b");
  CHECK(kept("name==tidy") == "b");
  CHECK(kept("name=='daily report'") == "a");
  CHECK(kept("name != \"daily report\"") == "bc");
  CHECK(kept(".state.last_status==ok") == "a");
  CHECK(kept("status==error") == "b");  // by the column's title
  CHECK(kept("error~'no \"DISK\"'") == "b");
  CHECK(kept("schedule.every_ms>=1h") == "b");
  CHECK(kept("schedule.every_ms<2m") == "c");
  CHECK(kept("schedule.every_ms==60s") == "c");
  CHECK(kept("schedule.every_ms==60000") == "c");
}

TEST_CASE("a filter knows times", "[filter]") {
  CHECK(kept("last<-24h") == "b");
  CHECK(kept("lastRun<-24h") == "b");
  CHECK(kept("last>=-2h") == "a");
  CHECK(kept("next<+2h") == "a");
  CHECK(kept("next>now") == "a");
  CHECK(kept("last_run_at_ms>=2026-11-20T00:00:00Z") == "a");
  CHECK(kept("last==1795161600000") == "a");
}

TEST_CASE("a filter takes a day as a whole", "[filter]") {
  // The first job ran last at 2026-11-20T08:00Z, the second at 2026-11-18T09:00Z.
  CHECK(kept("last==2026-11-20") == "a");
  CHECK(kept("last==today") == "a");
  CHECK(kept("last!=2026-11-20") == "bc");
  CHECK(kept("last<=2026-11-18") == "b");
  CHECK(kept("last>2026-11-18") == "a");
  CHECK(kept("last<2026-11-18") == "");
  CHECK(kept("last>=2026-11-18") == "ab");
  CHECK(kept("last>=08:00") == "a");
  CHECK(kept("last>08:00") == "");
  CHECK(kept("last=='2026-11-18 09:00'") == "b");
}

TEST_CASE("a date in an answer is a day of that name", "[filter]") {
  static constexpr Field date{"date", "", &types::string, true, {.format = Format::date}};
  const auto holds = [](Comparison how, std::string_view text) {
    return compares(value_of(R"("2026-11-20")"), &date, how, *read_wanted(&date, how, text, false, {.now_ms = kNow, .utc = true}));
  };
  CHECK(holds(Comparison::equal, "2026-11-20"));
  CHECK(holds(Comparison::equal, "today"));
  CHECK(holds(Comparison::at_most, "2026-11-20"));
  CHECK_FALSE(holds(Comparison::less, "2026-11-20"));
  CHECK(holds(Comparison::more, "yesterday"));
}

TEST_CASE("what is absent is neither less nor more", "[filter]") {
  CHECK(kept("next==null") == "bc");
  CHECK(kept("next!=null") == "a");
  CHECK(kept("next<+10d || next>+10d") == "a");
  CHECK(kept("status!=ok") == "bc");
  CHECK(kept("!status") == "c");
  CHECK(kept("last_error!~disk") == "ac");
}

TEST_CASE("a filter is put together", "[filter]") {
  CHECK(kept("enabled==false && last<-24h") == "b");
  CHECK(kept("enabled && status==ok || name==tidy") == "ab");
  CHECK(kept("enabled && (status==ok || name==tidy)") == "a");
  CHECK(kept("!(enabled && status==ok)") == "bc");
  CHECK(kept("! ! enabled") == "ac");
  CHECK(kept("name~REPORT") == "a");
  CHECK(kept("name~d*t") == "a");
  CHECK(kept("name~'t?dy'") == "b");
  CHECK(kept("name~Größe") == "c");
  CHECK(kept("name=='Größe*'") == "c");
  CHECK(kept("name!~i") == "c");
}

TEST_CASE("a filter says where it is wrong", "[filter]") {
  CHECK(kept("") == "--filter: at character 1: a field was expected");
  CHECK(kept("enabled==") == "--filter: at character 10: a value was expected; quote text of more than one word");
  CHECK(kept("enabled &&") == "--filter: at character 11: a field was expected");
  CHECK(kept("(enabled") == "--filter: at character 1: '(' is not closed");
  CHECK(kept("enabled)") == "--filter: at character 8: ')' has no matching '('");
  CHECK(kept("name=='x") == "--filter: at character 7: the quote is not closed");
  CHECK(kept("enabled & name") == "--filter: at character 9: '&&', '||' or the end was expected, but got '& name'");
  CHECK(kept("enabled==maybe") ==
        "--filter: at character 10: 'maybe' is not valid for enabled, which is true or false; write true or false");
  CHECK(kept("next<soon").find("at character 6: 'soon' is not valid for next_run_at_ms, which is a time") != std::string::npos);
  CHECK(kept("schedule.every_ms>long").find("which is a duration; write it like 90s") != std::string::npos);
  CHECK(kept("nmae==x").find("no field 'nmae'; the nearest is 'name'") != std::string::npos);
  CHECK(kept(std::string(500, '(')).find("nested too deeply") != std::string::npos);
  CHECK(kept("name==\x1b[31m").find('\x1b') == std::string::npos);
}

TEST_CASE("JSON as an expression takes it", "[filter]") {
  static constexpr Field tags{"tags", "", &types::strings, true, {}};
  const Value two = value_of(R"(["x","y"])");
  CHECK(compares(two, &tags, Comparison::equal, *read_wanted(&tags, Comparison::equal, "y", false, {.now_ms = kNow})));
  CHECK_FALSE(compares(two, &tags, Comparison::different, *read_wanted(&tags, Comparison::different, "y", false, {.now_ms = kNow})));
  CHECK(compares(value_of(R"("2026-11-20T07:00:00Z")"), nullptr, Comparison::less,
                 *read_wanted(nullptr, Comparison::less, "2026-11-21", false, {.now_ms = kNow})));
  CHECK(value_of("").kind == ValueKind::absent);
  CHECK(value_of("null").kind == ValueKind::absent);
  CHECK(value_of(R"("a\"b")").text == "a\"b");
  CHECK(value_of(R"({"a":1})").text == R"({"a":1})");
  CHECK(value_of("[[1],2]").elements.size() == 2);
}
