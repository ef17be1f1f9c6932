// facioctl agent restart: asks for a restart and waits until the agent answers again.
#include <poll.h>

#include <algorithm>
#include <chrono>

#include "cli/command_line/client.hpp"
#include "cli/command_line/declared.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/agent/client/service.hpp"

namespace facio::agent {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kFirstPauseMs = 20, kLongestPauseMs = 500;

std::int64_t ms_since(Steady::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begin).count();
}

/// Whether a change needs a restart. Code::unsupported when the agent does not report that.
Result<bool> is_needed(Client& client) {
  auto status = client.ask("agent.status");
  if (!status) return fail(std::move(status.error()));
  const JsonRef needed = status->root().get("restart_needed");
  if (!needed.is(JsonKind::boolean))
    return fail(Code::unsupported, "this agent does not report whether it needs a restart", "facioctl agent restart");
  return needed.boolean();
}

/// The agent's uptime in milliseconds; nothing when it does not report it.
std::optional<std::int64_t> uptime_ms(JsonRef health) {
  const JsonRef uptime = health.get("uptime");
  if (!uptime || (uptime.kind() != JsonKind::number && uptime.kind() != JsonKind::integer)) return std::nullopt;
  return static_cast<std::int64_t>(uptime.number() * 1000);
}

/// Waits until the agent answers and has started after `asked`. An agent that does not report its uptime counts as restarted once it was
/// unreachable and is back.
Status wait_until_back(Client& client, Steady::time_point asked, std::int64_t longest_ms) {
  const Waiting waiting(
      client,
      {.what = "waiting for the agent to restart", .ending = "it restarts also if this command is stopped", .is_long = Waiting::kAtOnce});
  bool was_away = false;
  for (int wait = kFirstPauseMs;; wait = std::min(wait * 2, kLongestPauseMs)) {
    auto health = client.ask("health.get");
    if (health) {
      const auto up = uptime_ms(health->root());
      if (up ? *up <= ms_since(asked) : was_away) return {};
    } else {
      const Code code = health.error().code();
      if (code != Code::unreachable && code != Code::timeout && !info(code).retryable) return fail(std::move(health.error()));
      was_away = true;
    }
    if (ms_since(asked) > longest_ms)
      return fail(
          Code::timeout,
          std::string(was_away ? "the agent did not come back within " : "the agent did not restart within ") + format_duration(longest_ms),
          "facioctl health");
    (void)::poll(nullptr, 0, wait);
  }
}

}  // namespace

Status restart_and_wait(Client& client) {
  constexpr std::int64_t kLongestMs = 60'000;
  const auto asked = Steady::now();
  if (auto accepted = client.ask("agent.restart", {}, "{}"); !accepted) return fail(std::move(accepted.error()));
  return wait_until_back(client, asked, kLongestMs);
}

Result<int> restart(Client& client) {
  const Invocation& invocation = client.invocation();
  auto longest_ms = parse_duration(given_or_default(invocation, "wait_for"));
  if (!longest_ms) return fail_field(Code::usage, "wait-for", "--wait-for: " + longest_ms.error().message());
  if (invocation.given("if_needed") && !invocation.global.only_shows()) {
    auto needed = is_needed(client);
    if (!needed) return fail(std::move(needed.error()));
    if (!*needed) return note(client, "no change needs a restart").map([] { return 0; });
  }
  const auto asked = Steady::now();
  return with_reply(client, client.request(), [&](const Response& response) -> Result<int> {
    if (!invocation.given("no_wait")) {
      if (auto status = wait_until_back(client, asked, *longest_ms); !status) return fail(std::move(status.error()));
      if (auto status = note(client, "the agent answers again after " + format_duration(ms_since(asked))); !status)
        return fail(std::move(status.error()));
    }
    return print_reply(client, response);
  });
}

}  // namespace facio::agent
