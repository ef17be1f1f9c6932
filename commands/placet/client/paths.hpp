// Which routes of an agent can be reached through Placet, and where.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::placet {

/// What Placet makes of the body of a request.
enum class Body : std::uint8_t {
  kept,     ///< goes through
  ignored,  ///< the agent gets {} whatever was sent
  none,     ///< the agent gets none
};

/// One route of an agent as Placet offers it.
struct ForwardRule {
  std::string_view path;  ///< below /api/v1/, "{}" for any segment, "a|b" for either of these
  std::uint8_t methods;   ///< bits, in the order of Method
  bool query = false;     ///< whether the query is passed on
  Body body = Body::kept;
  std::uint32_t most_body = 256 * 1024;
};

/// The rule for a method and an encoded path ("/api/v1/cron/x"); Code::unsupported, with the reason, when there is none.
Result<const ForwardRule*> forward_rule_of(std::string_view method, std::string_view path);

/// The path at Placet of an agent's path that has a rule: below /api/agents/{agent}/manage.
std::string placet_path(std::string_view agent, std::string_view path);

/// Whether a path is one of Placet itself, which needs no agent: its login, its agents, its own API.
bool is_own_path(std::string_view path);

}  // namespace facio::placet
