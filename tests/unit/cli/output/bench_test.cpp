// Figures, not assertions: run with the tag [.bench].
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>

#include "tests/unit/cli/output/rendering.hpp"

using namespace facio;
using namespace facio::test;

namespace {

std::string ten_thousand_jobs() {
  std::string body = "{\"items\":[";
  for (int i = 0; i < 10000; ++i) {
    if (i != 0) body += ',';
    body += R"({"id":"job)" + std::to_string(i) + R"(","name":"nightly report )" + std::to_string(i) +
            R"(","enabled":true,"schedule":{"kind":"cron","expr":"0 7 * * 1-5","tz":"Europe/Berlin"},"payload":{"message":"Write it",)"
            R"("deliver":false},)"
            R"("state":{"next_run_at_ms":1795165200000,"last_run_at_ms":1795161600000,"last_status":"ok"},"delete_after_run":false})";
  }
  return body + "],\"count\":10000}";
}

}  // namespace

TEST_CASE("10,000 rows", "[.bench]") {
  const std::string body = ten_thousand_jobs();
  const auto resident = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
  };
  std::printf("%.1f MB of JSON; %.1f MiB resident before\n", static_cast<double>(body.size()) / 1e6, resident());
  class Discard final : public Output {
   public:
    Status write(std::string_view) override { return {}; }
    Status flush() override { return {}; }
  } out;
  StringInput in("");
  Streams streams{in, out, out};
  for (const auto format : {OutputFormat::table, OutputFormat::wide, OutputFormat::json, OutputFormat::ndjson, OutputFormat::yaml,
                            OutputFormat::csv, OutputFormat::name}) {
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(render(cron_endpoint("cron.list"), body, in_format(format), streams));
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
    std::printf("format %d: %.1f ms, %.1f MiB resident\n", static_cast<int>(format), spent.count(), resident());
  }
  struct Asked {
    const char *query, *filter, *jsonpath, *text;
  };
  for (const Asked& asked : {Asked{".[].name", "", "", ""}, Asked{"map(.name)", "", "", ""}, Asked{"", "name~99 && enabled", "", ""},
                             Asked{"", "", "{.items[*].name}", ""}, Asked{"", "", "", "{{range .}}{{.name}}\\n{{end}}"}}) {
    OutputOptions options = in_format(*asked.jsonpath != 0 ? OutputFormat::jsonpath
                                      : *asked.text != 0   ? OutputFormat::template_
                                                           : OutputFormat::json);
    options.query = asked.query;
    options.filter = asked.filter;
    options.expression = *asked.jsonpath != 0 ? asked.jsonpath : asked.text;
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(render(cron_endpoint("cron.list"), body, options, streams));
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
    std::printf("%s%s%s%s: %.1f ms, %.1f MiB resident\n", asked.query, asked.filter, asked.jsonpath, asked.text, spent.count(), resident());
  }
}
