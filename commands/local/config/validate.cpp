// facioctl config validate: errors and doubts about the file.
#include <sys/stat.h>

#include <algorithm>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/findings.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/contexts/token.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/http/address.hpp"

namespace facio::config {
namespace {

class Check {
 public:
  explicit Check(const Config& config) : config_(config) {}

  FindingList all() {
    for (const std::string& warning : config_.warnings) find("unknown-key", "warning", config_.path, warning, "facioctl config edit");
    if (!config_.current.empty() && config_.find(config_.current) == nullptr)
      find("unknown-current", "error", "current", "there is no context " + config_.current, "facioctl context use NAME");
    for (const Context& context : config_.contexts) one(context);
    return std::move(findings_);
  }

 private:
  void find(const char* check, const char* severity, const std::string& where, const std::string& message,
            std::optional<std::string> fix = {}) {
    findings_.items.push_back({check, severity, where, message, std::move(fix)});
  }

  void one(const Context& context) {
    const std::string where = "contexts." + context.name;
    if (!context.unusable.empty()) return find("variable", "warning", where, context.unusable, "facioctl config edit");
    const auto address = http::parse_address(context.url);
    if (!address) find("address", "error", where + ".url", address.error().message());
    else if (address->is_exposed() && !context.token.empty())
      find("plain-http", context.insecure_http ? "warning" : "error", where + ".url",
           context.insecure_http ? "the token is sent unencrypted" : "the token would be sent unencrypted, which commands refuse to do",
           "an https address, or insecure_http: true");
    const System* system = find_system(context.kind);
    const bool names_agent = system != nullptr && system->names_agent;
    if (names_agent && context.agent.empty())
      find("agent", "error", where, "a context of kind " + context.kind + " needs an agent", "facioctl config set " + where + ".agent ID");
    if (!names_agent && !context.agent.empty())
      find("agent", "warning", where + ".agent", "only kind " + std::string(kind_with_agents()) + " has an agent");
    if (context.cert.empty() != context.key.empty()) find("client-certificate", "error", where, "cert and key must be given together");
    if (context.token.empty()) find("no-token", "info", where, "names no token", "facioctl auth login " + context.name);
    if (!context.token.file.empty())
      if (auto token = token_from_file(context.token.file); !token)
        find("token-file", "warning", where + ".token.file", token.error().message(),
             token.error().hint().empty() ? std::optional<std::string>() : token.error().hint());
    for (const auto& [key, path] : {std::pair{"ca", context.ca}, {"cert", context.cert}, {"key", context.key}}) {
      struct ::stat status {};
      if (!path.empty() && ::stat(path.c_str(), &status) != 0) find("file", "error", where + "." + key, "there is not a file " + path);
    }
  }

  const Config& config_;
  FindingList findings_;
};

}  // namespace

Result<int> validate(Client& client) {
  const auto config = client.config();
  if (!config) return fail(config.error());
  FindingList findings = Check(*config).all();
  sort_findings(findings);
  const bool broken = std::ranges::any_of(findings.items, [](const Finding& one) { return one.severity == "error"; });
  Status status = print_own(client, to_json(findings));
  if (status && !broken)
    status = note(client, !config->exists ? config->path + " does not exist; nothing is configured"
                                          : config->path + " is a valid configuration: " + std::to_string(config->contexts.size()) +
                                                " contexts, " + std::to_string(config->groups.size()) + " groups");
  return exit_code(std::move(status), broken ? info(Code::usage).exit : 0);
}

}  // namespace facio::config
