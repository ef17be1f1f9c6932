// Following the log: what ends it, what is told between the events, and where it goes on the next time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line/client.hpp"
#include "commands/facio/audit/client/condition.hpp"
#include "commands/facio/audit/client/cursor.hpp"
#include "commands/facio/audit/client/filter.hpp"
#include "commands/facio/audit/client/printer.hpp"
#include "commands/facio/audit/client/tail.hpp"

namespace facio::audit {

/// The flags that say when following ends.
struct Endings {
  std::int64_t heartbeat_ms = 0, max_idle_ms = 0, count = 0;
  std::optional<Condition> exit_on;
  std::string run;  ///< --until-run-ends
  bool strict = false, exit_status = false;

  static Result<Endings> from(const Invocation& invocation);
};

/// What one follower does with what it is told, for one agent or several.
class Follower {
 public:
  Follower(Client& client, const Filter& filter, Printer& printer, Endings endings, CursorFile file, std::vector<Cursor> cursors)
      : client_(client),
        filter_(filter),
        printer_(printer),
        endings_(std::move(endings)),
        file_(std::move(file)),
        cursors_(std::move(cursors)) {
    file_.guard();
  }

  /// The newest event of this agent was looked at already, printed or not.
  void go_on_from(std::size_t agent, const Cursor& cursor);
  /// Prints what belongs to the answer, and tells the rest. `agent`: name for people.
  Status take(const TailUpdate& news, const std::string& agent);
  /// After a batch: everything goes out, then the cursor. `idle`: nothing came.
  Status settle();
  /// How long it may be waited before something is due.
  [[nodiscard]] int wait_ms() const;
  /// Set when following has ended.
  [[nodiscard]] const std::optional<int>& ended() const { return ended_; }
  /// The end: the last cursor, and what is remembered against the log. Gives the exit code.
  Result<int> finish(int code);
  /// Whether the run was over before.
  Status check_run();

 private:
  Status tell(const std::string& words);
  Status beat();
  void look(const Event& event, const EventFields& fields);

  Client& client_;
  const Filter& filter_;
  Printer& printer_;
  Endings endings_;
  CursorFile file_;
  std::vector<Cursor> cursors_;
  std::size_t printed_ = 0;
  bool gaps_ = false;
  std::optional<int> ended_;
  std::string why_;
  std::int64_t started_ms_ = 0, heard_ms_ = 0, beat_ms_ = 0;
};

/// Whether this event is the last one of its run.
bool ends_run(const EventFields& fields);

}  // namespace facio::audit
