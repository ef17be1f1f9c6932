#include "commands/facio/mcp/server/target.hpp"

#include <algorithm>
#include <cstdlib>

#include "cli/core/secret.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/mcp/rules.hpp"

namespace facio::serve {
namespace {

using std::chrono::seconds;

constexpr const char* kPassedOn[] = {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "USER", "LOGNAME", "SHELL"};
constexpr seconds kProgramStart{60}, kNetworkStart{30}, kUsualCall{30}, kLongestCall{3600};
constexpr int kMostTimes = 10;         // a call that reports progress may take this many times its timeout
constexpr std::size_t kTooCommon = 8;  // shorter values may occur in other texts by chance

/// A value of env or headers with its placeholders replaced; if that is secret, it is added to the target's secrets.
Result<Secret> resolved(const std::string& text, const CredentialsService& credentials, std::string_view agent, McpTarget& target) {
  auto value = credentials.resolve(agent, text);
  if (!value) return value;
  const bool replaced = value->reveal() != text;
  if (!value->empty() && (replaced || text.size() >= kTooCommon)) target.secrets.push_back(*value);
  return value;
}

Status add_environment(const McpConfig& config, const CredentialsService& credentials, std::string_view agent, McpTarget& target) {
  const std::map<std::string, std::string> none;
  const auto& given = config.env ? *config.env : none;
  for (const char* name : kPassedOn) {
    const char* value = std::getenv(name);
    if (value != nullptr && !given.contains(name)) target.program.environment.emplace_back(std::string(name) + "=" + value);
  }
  for (const auto& [name, text] : given) {
    auto value = resolved(text, credentials, agent, target);
    if (!value) return fail(std::move(value.error()));
    target.program.environment.emplace_back(name + "=" + std::string(value->reveal()));
  }
  return {};
}

Status add_headers(const McpConfig& config, const CredentialsService& credentials, std::string_view agent, McpTarget& target) {
  if (!config.headers) return {};
  for (const auto& [name, text] : *config.headers) {
    if (is_reserved_header(name))
      return fail(Code::rejected, "headers: " + name + " belongs to the protocol; leave it out of the configuration");
    auto value = resolved(text, credentials, agent, target);
    if (!value) return fail(std::move(value.error()));
    target.address.headers.emplace_back(name, std::move(*value));
  }
  return {};
}

}  // namespace

Result<McpTarget> mcp_target(const McpConfig& config, const CredentialsService& credentials, std::string_view agent,
                             const std::string& directory) {
  McpTarget target;
  target.transport = mcp::transport_of(config);
  target.inferred = !config.type;
  const seconds each = config.toolTimeout ? seconds(*config.toolTimeout) : kUsualCall;
  target.call = {.each = each, .most = std::max(each, std::min(each * kMostTimes, kLongestCall))};
  target.enabled = config.enabledTools.value_or(std::vector<std::string>{"*"});
  const bool program = target.transport == "stdio";
  const seconds start = program ? kProgramStart : kNetworkStart;
  target.start = {.each = start, .most = start};
  Status status;
  if (program) {
    target.program.command = *config.command;
    target.program.arguments = config.args.value_or(std::vector<std::string>{});
    target.program.directory = directory;
    status = add_environment(config, credentials, agent, target);
  } else {
    target.address.url = *config.url;
    status = add_headers(config, credentials, agent, target);
  }
  if (!status) return fail(std::move(status.error()));
  return target;
}

std::string scrubbed(std::string text, const std::vector<Secret>& secrets) {
  for (const Secret& secret : secrets)
    for (std::size_t at = 0; (at = text.find(secret.reveal(), at)) != std::string::npos; at += kMask.size())
      text.replace(at, secret.reveal().size(), kMask);
  return text;
}

}  // namespace facio::serve
