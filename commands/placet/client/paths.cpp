#include "commands/placet/client/paths.hpp"

#include <algorithm>
#include <utility>

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"

namespace facio::placet {
namespace {

constexpr std::uint8_t bit(Method method) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(method)); }

constexpr std::uint8_t kGet = bit(Method::get), kPost = bit(Method::post), kPut = bit(Method::put), kPatch = bit(Method::patch),
                       kDelete = bit(Method::del);
constexpr std::uint32_t kMostSkill = 30 * 1024 * 1024;

// Placet has a handler for each of these, and for nothing else. "a|b" is either word.
constexpr ForwardRule kForwardRules[] = {
    {"health", kGet},
    {"agent-card", kGet},
    {"settings", kGet | kPatch},
    {"credentials", kGet | kPost},
    {"credentials/providers", kGet | kPost},
    {"credentials/providers/{}", kPut | kDelete},
    {"credentials/providers/{}/oauth/start", kPost, false, Body::none},
    {"credentials/providers/{}/oauth/poll", kGet, true},
    {"credentials/{}", kGet | kPut | kDelete},
    {"credentials/{}/exposed", kPut},
    {"mcp", kGet | kPost},
    {"mcp/{}", kGet | kPatch | kDelete},
    {"mcp/{}/enable|disable|restart", kPost, false, Body::ignored},
    {"channels", kGet},
    {"channels/{}", kGet | kPut | kDelete},
    {"sessions", kGet, true},
    {"sessions/{}", kGet, true},
    {"sessions/{}", kDelete},
    {"audit", kGet, true},
    {"audit/tail|stats", kGet, true},
    {"audit/runs/{}", kGet},
    {"usage", kGet, true},
    {"usage/runs/{}", kGet},
    {"policy", kGet | kPost | kDelete},
    {"policy/all", kDelete},
    {"policy/settings", kPatch},
    {"cron", kGet | kPost},
    {"cron/{}", kGet | kPatch | kDelete},
    {"cron/{}/run-now|pause|resume", kPost, false, Body::ignored},
    {"workspace/tree", kGet, true},
    {"workspace/file", kGet | kPut | kDelete, true},
    {"skills", kGet},
    {"skills", kPost, false, Body::kept, kMostSkill},
    {"skills/{}", kDelete},
    {"scripts", kGet},
    {"commands/stop|new|reflect", kPost},
    {"commands/restart", kPost, false, Body::ignored},
    {"commands/status|version", kGet, true},
    {"a2a/peers", kGet | kPost},
    {"a2a/peers/{}", kDelete},
    {"a2a/peers/{}/card", kGet},
    {"a2a/peers/{}/call", kPost},
    {"agent/versions", kGet, true},
    {"agent/versions/checkpoint", kPost},
    {"agent/versions/{}", kGet},
    {"agent/versions/{}/diff", kGet, true},
    {"agent/versions/{}/rollback", kPost},
    {"improvement/runs", kGet, true},
    {"improvement/runs/{}", kGet},
    {"improvement/runs/{}/report", kGet},
    {"improvement/runs/{}/diff", kGet, true},
    {"improvement/runs/{}/comment|approve|reject|rollback", kPost},
};

/// Paths that begin differently at Placet.
constexpr std::pair<std::string_view, std::string_view> kRenamed[] = {{"agent/versions", "versions"},
                                                                      {"improvement/runs", "versions/runs"}};

constexpr std::string_view kRoot = "/api/v1/";

bool is_below(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

bool matches(std::string_view pattern, std::string_view path) {
  return std::ranges::equal(split(pattern, '/'), split(path, '/'), [](std::string_view wanted, std::string_view is) {
    return wanted == "{}" ? !is.empty() : std::ranges::count(split(wanted, '|'), is) != 0;
  });
}

std::uint8_t bit_of(std::string_view method) {
  for (const Method one : {Method::get, Method::post, Method::put, Method::patch, Method::del})
    if (method_name(one) == method) return bit(one);
  return 0;
}

/// Why a path is not forwarded.
std::string_view reason_for(std::string_view path) {
  if (is_below(path, "/v1")) return "use Placet's own chat to talk to the agent";
  if (is_below(path, "/api/v1/approvals")) return "pending decisions are shown in Placet's own chat";
  if (is_below(path, "/.well-known")) return "the public card is at the agent's own address; `agent card` gives the owner's view";
  if (is_below(path, "/health")) return "`health get` is forwarded";
  return "it has no handler for this route";
}

}  // namespace

Result<const ForwardRule*> forward_rule_of(std::string_view method, std::string_view path) {
  bool other_method = false;
  if (path.starts_with(kRoot)) {
    const std::string_view below = path.substr(kRoot.size());
    const auto is_fixed = [&](const ForwardRule& rule) {
      return rule.path.find('{') == std::string_view::npos && matches(rule.path, below);
    };
    const bool fixed = std::ranges::any_of(kForwardRules, is_fixed);  // so that "providers" is not taken for a key
    for (const ForwardRule& rule : kForwardRules) {
      if (fixed ? !is_fixed(rule) : !matches(rule.path, below)) continue;
      if ((rule.methods & bit_of(method)) != 0) return &rule;
      other_method = true;
    }
  }
  Error error(Code::unsupported, "Placet does not forward " + std::string(method) + " " + std::string(path) + " to the agent: " +
                                     std::string(other_method ? "it knows this path with other methods only" : reason_for(path)));
  return fail(std::move(error).with_hint("a context for the agent itself: facioctl context add NAME --url URL"));
}

std::string placet_path(std::string_view agent, std::string_view path) {
  std::string_view rest = path.substr(kRoot.size());
  std::string at = "/api/agents/" + percent_encode(agent) + "/manage/";
  for (const auto& [from, to] : kRenamed)
    if (is_below(rest, from)) return at.append(to).append(rest.substr(from.size()));
  return at.append(rest);
}

bool is_own_path(std::string_view path) {
  if (is_below(path, "/api/v1/agents")) return true;
  return is_below(path, "/api") && !is_below(path, "/api/v1");
}

}  // namespace facio::placet
