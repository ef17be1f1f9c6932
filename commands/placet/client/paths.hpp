// The routes of an agent that Placet forwards, and their paths at Placet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::placet {

/// What Placet does with the body of a request.
enum class Body : std::uint8_t {
  kept,     ///< forwarded
  ignored,  ///< replaced with {}
  none,     ///< dropped
};

/// One forwarded route.
struct ForwardRule {
  std::string_view path;  ///< below /api/v1/, "{}" for any segment, "a|b" for either of these
  std::uint8_t methods;   ///< bits, in the order of Method
  bool query = false;     ///< whether the query is forwarded
  Body body = Body::kept;
  std::uint32_t most_body = 256 * 1024;
};

/// The rule for a method and an encoded path ("/api/v1/cron/x"); Code::unsupported, with the reason, when there is none.
Result<const ForwardRule*> forward_rule_of(std::string_view method, std::string_view path);

/// The path below /api/agents/{agent}/manage for an agent's path that has a rule.
std::string placet_path(std::string_view agent, std::string_view path);

/// Whether a path belongs to Placet itself, and so needs no agent.
bool is_own_path(std::string_view path);

}  // namespace facio::placet
