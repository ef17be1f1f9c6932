#include "commands/facio/mcp/server/target.hpp"

#include <algorithm>
#include <cstdlib>

#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/mcp/rules.hpp"

namespace facio::serve {
namespace {

using std::chrono::seconds;

constexpr const char* kPassedOn[] = {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "USER", "LOGNAME", "SHELL"};
constexpr seconds kProgramStart{60}, kNetworkStart{30}, kUsualCall{30}, kLongestCall{3600};
constexpr int kMostTimes = 10;         // a call that reports progress may take this many times its timeout
constexpr std::size_t kTooCommon = 8;  // shorter values may occur in other texts by chance

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
  const auto given = (program ? config.env : config.headers).value_or(std::map<std::string, std::string>{});
  if (program) {
    target.program.command = *config.command;
    target.program.arguments = config.args.value_or(std::vector<std::string>{});
    target.program.directory = directory;
    for (const char* name : kPassedOn)
      if (const char* value = std::getenv(name); value != nullptr && !given.contains(name))
        target.program.environment.emplace_back(std::string(name) + "=" + value);
  } else {
    target.address.url = *config.url;
  }
  for (const auto& [name, text] : given) {
    if (!program && is_reserved_header(name))
      return fail(Code::rejected, "headers: " + name + " belongs to the protocol; leave it out of the configuration");
    auto value = credentials.resolve(agent, text);
    if (!value) return fail(std::move(value.error()));
    const bool replaced = value->reveal() != text;
    if (!value->empty() && (replaced || text.size() >= kTooCommon)) target.secrets.push_back(*value);
    if (program) target.program.environment.emplace_back(name + "=" + std::string(value->reveal()));
    else target.address.headers.emplace_back(name, std::move(*value));
  }
  return target;
}

std::string scrubbed(std::string text, const std::vector<Secret>& secrets) {
  for (const Secret& secret : secrets)
    for (std::size_t at = 0; (at = text.find(secret.reveal(), at)) != std::string::npos; at += kMask.size())
      text.replace(at, secret.reveal().size(), kMask);
  return text;
}

}  // namespace facio::serve
