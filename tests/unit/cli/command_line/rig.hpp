// What the tests of the command line share: an environment by hand and the whole program on strings.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/catalogue.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/scan.hpp"

namespace facio::test {

class MapEnvironment final : public Environment {
 public:
  MapEnvironment(std::initializer_list<std::pair<const std::string, std::string>> values = {}) : values_(values) {}
  [[nodiscard]] std::optional<std::string_view> look_up(std::string_view name) const override {
    const auto found = values_.find(std::string(name));
    return found == values_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  }
  void set(const std::string& name, std::string value) { values_[name] = std::move(value); }

 private:
  std::map<std::string, std::string> values_;
};

/// 2026-06-01T00:00:00Z
inline constexpr std::int64_t kNow = 1780272000000;

/// Scans and parses a whole command line, as run() does.
inline Result<Invocation> parse(const std::vector<std::string_view>& words, std::string input = {},
                                const Environment& environment = MapEnvironment()) {
  StringInput in(std::move(input));
  StringOutput out;
  StringOutput err;
  Streams streams{in, out, err};
  const Scan found = scan(words, environment);
  if (found.words.endpoint == nullptr) return fail(Code::usage, "no such command");
  return parse_invocation(*found.words.endpoint, found.rest, streams, environment, kNow);
}

/// "METHOD target body" of a command line, or "exit N: message".
inline std::string request_line(const std::vector<std::string_view>& words, std::string input = {}) {
  auto invocation = parse(words, std::move(input));
  if (!invocation) return "exit " + std::to_string(info(invocation.error().code()).exit) + ": " + invocation.error().message();
  auto request = build_request(*invocation);
  if (!request) return "exit " + std::to_string(info(request.error().code()).exit) + ": " + request.error().message();
  return request->method + " " + request->target + (request->has_body ? " " + request->body : "");
}

struct Ran {
  int code;
  std::string out, err;
};

/// The whole program, with no command of its own.
inline Ran run_program(const std::vector<std::string_view>& words, const Environment& environment = MapEnvironment()) {
  StringInput in("");
  StringOutput out;
  StringOutput err;
  Streams streams{in, out, err};
  const int code = run(words, streams, environment, [](std::string_view) -> ClientFunction { return nullptr; });
  return {code, out.text(), err.text()};
}

}  // namespace facio::test
