// Commands that examine an agent and report findings.
#pragma once

#include "cli/catalogue/finding.hpp"
#include "cli/command_line/client.hpp"

namespace facio {

/// Asks an endpoint, with these parameters by declared name, for a JSON document. Nothing when the agent lacks the route or its service;
/// that becomes a finding "not-checked" about `what`.
Result<std::optional<JsonDocument>> look_at(Client& client, std::string_view id, Client::Values values, std::string_view what,
                                            FindingList& findings);
/// Puts the worst first.
void sort_findings(FindingList& findings);
/// Prints the findings, the worst first. The exit code: that of Code::partial when there is an error or a warning, else 0.
Result<int> print_findings(Client& client, FindingList findings);

}  // namespace facio
