// The rows that doctor collects, and the parts of its examination.
#pragma once

#include "cli/command_line/client.hpp"
#include "commands/local/doctor/shapes.hpp"

namespace facio::doctor {

/// Rows about one context, or about this machine.
class Report {
 public:
  Report(CheckList& list, std::string context) : list_(list), context_(std::move(context)) {}

  void add(std::string id, std::string_view severity, std::string message, std::optional<std::string> fix = std::nullopt) {
    auto context = context_.empty() ? std::nullopt : std::optional(context_);
    list_.checks.push_back({std::move(id), std::move(context), std::string(severity), std::move(message), std::move(fix)});
  }
  void ok(std::string id, std::string message) { add(std::move(id), "ok", std::move(message)); }
  void add(std::string id, std::string_view severity, const Error& error) {
    add(std::move(id), severity, error.message(), error.hint().empty() ? std::nullopt : std::optional(error.hint()));
  }

 private:
  CheckList& list_;
  std::string context_;
};

/// The configuration file, completion and man pages of this machine. `mend`: repair what can be repaired.
void look_at_machine(Client& client, bool mend, Report& report);
/// Whether others may change the configuration.
void look_at_mode_of_config(Client& client, bool mend, Report& report);
/// Where the context's token is, without reading it.
void look_at_token(const ResolvedTarget& target, bool mend, Report& report);
/// Name, connection and certificate; false when nothing can be sent.
bool look_at_network(const Context& context, const Environment* proxies, Report& report);
/// Everything that the agent can be asked for.
void look_at_agent(Client& client, Report& report);

}  // namespace facio::doctor
