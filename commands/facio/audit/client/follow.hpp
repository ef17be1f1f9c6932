// Following the log of one agent or several: what is printed between the events, when it ends, and where it continues the next time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line/client.hpp"
#include "commands/facio/audit/client/cursor.hpp"
#include "commands/facio/audit/client/filter.hpp"
#include "commands/facio/audit/client/printer.hpp"
#include "commands/facio/audit/client/tail.hpp"

namespace facio::audit {

struct StopConditions {
  std::int64_t heartbeat_ms = 0, max_idle_ms = 0, count = 0;
  std::optional<Condition> exit_on;
  std::string run;  ///< --until-run-ends
  bool strict = false, exit_status = false;

  static Result<StopConditions> from(const Invocation& invocation);
};

class Follower {
 public:
  Follower(Client& client, const Filter& filter, Printer& printer, StopConditions stop, CursorFile file, std::vector<Cursor> cursors)
      : client_(client), filter_(filter), printer_(printer), stop_(std::move(stop)), file_(std::move(file)), cursors_(std::move(cursors)) {
    file_.guard();
  }

  /// Moves the agent's cursor forward, past events that were read but not printed.
  void advance(std::size_t agent, const Cursor& cursor);
  /// Prints an event or a notice. `agent`: name for people.
  Status handle(const TailUpdate& update, const std::string& agent);
  /// After a batch: flushes the output, then saves the cursor.
  Status flush();
  /// How long to wait at most before something is due.
  [[nodiscard]] int wait_ms() const;
  /// The exit code once following has ended.
  [[nodiscard]] const std::optional<int>& ended() const { return ended_; }
  /// Prints and saves the last cursor. Gives the exit code.
  Result<int> finish(int code);
  /// Ends at once if the run of --until-run-ends is over already.
  Status check_run();

 private:
  Status print_notice(const std::string& text);
  Status print_heartbeat();
  void check_end(const Event& event, const EventFields& fields);

  Client& client_;
  const Filter& filter_;
  Printer& printer_;
  StopConditions stop_;
  CursorFile file_;
  std::vector<Cursor> cursors_;
  std::int64_t printed_ = 0;
  bool has_gaps_ = false;
  std::optional<int> ended_;
  std::string why_;
  std::int64_t started_ms_ = 0, last_match_ms_ = 0, last_heartbeat_ms_ = 0;
};

}  // namespace facio::audit
