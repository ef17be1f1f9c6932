// Questions that tell whether an agent still does its work.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "commands/facio/manifest/client/plan.hpp"

namespace facio::manifest {

/// health, mcp:all, mcp:NAME, cron:NAME, chat:TEXT, chat:TEXT=~REGEX, exec:COMMAND. Code::usage for anything else.
Status check_probe(const std::string& probe);

/// What asks after the areas that a plan changes: health always; mcp:all after servers and secrets; a chat after providers, settings and
/// the policy.
std::vector<std::string> default_probes(const Plan& plan);

/// Asks once. The failure says what is wrong; so does that of a command which takes longer than `longest`.
Status run_probe(Client& client, const std::string& probe, std::chrono::milliseconds longest);

}  // namespace facio::manifest
