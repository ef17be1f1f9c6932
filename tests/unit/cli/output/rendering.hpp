// Renders into strings, for the tests of this folder.
#pragma once

#include <string>

#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/cron/endpoints.hpp"

namespace facio::test {

/// An output that says it is a terminal.
class TerminalOutput final : public Output {
 public:
  Status write(std::string_view text) override {
    text_ += text;
    return {};
  }
  Status flush() override { return {}; }
  [[nodiscard]] bool is_terminal() const override { return true; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct Rendered {
  Status status;
  std::string out, err;
  std::size_t count = 0;
};

inline const Endpoint& cron_endpoint(std::string_view id) {
  for (const Endpoint& endpoint : cron::kEndpoints)
    if (endpoint.id == id) return endpoint;
  throw std::out_of_range("no such endpoint in these tests");
}

inline OutputOptions in_format(OutputFormat format) {
  OutputOptions options;
  options.format = format;
  options.now_ms = 1795161600000;  // 2026-11-20T08:00:00Z
  return options;
}

inline Rendered rendered(const Endpoint& endpoint, std::string_view body, const OutputOptions& options) {
  StringInput in("");
  StringOutput out;
  TerminalOutput err;
  Streams streams{in, out, err};
  Rendered result;
  result.status = render(endpoint, body, options, streams, &result.count);
  result.out = out.text();
  result.err = err.text();
  return result;
}

/// Two jobs, as an agent sends them.
inline const char* const kJobs = R"({"items":[
 {"id":"5f0c9a12","name":"report","enabled":true,"schedule":{"kind":"cron","at_ms":null,"expr":"0 7 * * 1-5","tz":"Europe/Berlin"},
  "payload":{"message":"Write the daily report","deliver":false},"state":{"next_run_at_ms":1795165200000,"last_status":"ok"},
  "delete_after_run":false,"extra":1.50},
 {"id":"0a","name":"日記","enabled":false,"schedule":{"kind":"every","every_ms":3600000},
  "payload":{"message":"x","deliver":false},"state":{"next_run_at_ms":null},"delete_after_run":false}],"count":2})";

}  // namespace facio::test
