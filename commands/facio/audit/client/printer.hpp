// Prints events in the requested format.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/client.hpp"
#include "commands/facio/audit/client/event.hpp"
#include "commands/facio/audit/client/lines.hpp"

namespace facio::audit {

class Printer {
 public:
  /// `agents`: their names, if there are several. `follows`: events come without end. Code::usage for a format that needs an end.
  static Result<Printer> make(Client& client, std::vector<std::string> agents, bool follows);

  /// Prints one event, or keeps it until finish() if the format needs all of them.
  Status event(const Event& event);
  /// Prints a line between the events: `text` for people, `json` for programs.
  Status mark(std::string_view text, const std::string& json, bool bad);
  Status flush() { return client_.streams().out.flush(); }
  /// Prints what was kept; gives the exit code. Fails if there was no event and --fail-empty is set.
  Result<int> finish();

 private:
  enum class Form : std::uint8_t {
    line,
    full,
    message,
    raw,   ///< one JSON object a line, as it was sent
    each,  ///< rendered event by event
    all,   ///< rendered at the end
  };
  Printer(Client& client, LineStyle style) : client_(client), agents_(style.agents), lines_(std::move(style)) {}
  Status choose_form(bool follows);
  [[nodiscard]] std::string with_agent(const Event& event) const;
  Status render_one(const std::string& json);

  Client& client_;
  std::vector<std::string> agents_;
  Lines lines_;
  OutputOptions output_;
  Form form_ = Form::line;
  std::string kept_;
  std::size_t count_ = 0;
};

}  // namespace facio::audit
