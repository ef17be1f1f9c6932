// What can be waited for.
#pragma once

#include <chrono>

#include "cli/catalogue/name_source.hpp"
#include "cli/command_line/client.hpp"

namespace facio::wait {

/// A thing and the state that it is to reach: "cron/report=ok".
struct Condition {
  std::string kind, name = {}, state = {};  ///< no state: that the agent answers
  Thing thing = {};
  bool seen = false;            ///< the thing was there once
  bool removes_itself = false;  ///< a job that is deleted after a successful run

  [[nodiscard]] std::string shown() const { return kind + (name.empty() ? "" : "/" + name) + (state.empty() ? "" : "=" + state); }
};

struct Seen {
  bool met = false;
  std::string state;  ///< for people: "running for 3s"
};

/// Reads "cron/NAME=ok" for a context of `here` (null: of the default system). Code::usage, with what can be waited for, otherwise.
Result<Condition> read_condition(std::string_view text, const System* here);
/// Asks the agent once, for at most `longest`. Code::not_found when there is no such thing; an agent that does not answer is a state.
Result<Seen> look(Client& client, Condition& condition, std::chrono::milliseconds longest);

}  // namespace facio::wait
