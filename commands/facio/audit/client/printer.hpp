// Events on their way to the reader, in the format that was asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/client.hpp"
#include "commands/facio/audit/client/event.hpp"
#include "commands/facio/audit/client/lines.hpp"

namespace facio::audit {

class Printer {
 public:
  /// `agents`: names of several agents, else empty. `follows`: events come one by one, for ever. Code::usage for a format that cannot.
  static Result<Printer> make(Client& client, std::vector<std::string> agents, bool follows);

  /// Prints one event, or keeps it until finish() where the format needs all of them.
  Status event(const Event& event);
  /// A line between the events: `words` for people, `json` for programs.
  Status mark(std::string_view words, const std::string& json, bool bad);
  /// Hands everything to the operating system.
  Status flush();
  /// Prints what was kept. With --fail-empty nothing is a failure.
  Result<int> finish();
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  enum class Form : std::uint8_t {
    line,
    full,
    message,
    raw,   ///< one object a line, as it was sent
    each,  ///< rendered event by event
    all,   ///< rendered when all are there
  };
  Printer(Client& client, LineStyle style) : client_(client), lines_(std::move(style)) {}
  Status choose(bool follows);
  [[nodiscard]] std::string with_agent(const Event& event) const;
  Status render_one(const std::string& json);

  Client& client_;
  Lines lines_;
  OutputOptions output_;
  Form form_ = Form::line;
  std::vector<std::string> agents_;
  std::string kept_;
  std::size_t count_ = 0;
};

}  // namespace facio::audit
