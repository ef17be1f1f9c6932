// Commands that look at an agent and tell what they found.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/catalogue/finding.hpp"
#include "cli/command_line/client.hpp"
#include "cli/core/json.hpp"

namespace facio {

/// Asks for a JSON document: the endpoint with this id, with these parameters by declared name. Nothing when the agent lacks the route or
/// its service; that becomes a finding "not-checked" about `what`.
Result<std::optional<JsonDocument>> look_at(Client& client, std::string_view id, std::map<std::string, std::string, std::less<>> values,
                                            std::string_view what, FindingList& findings);

/// Prints the findings, the worst first. The exit code: that of Code::partial when there is an error or a warning, else 0.
Result<int> print_findings(Client& client, FindingList findings);

}  // namespace facio
