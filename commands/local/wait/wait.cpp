// facioctl wait: asks again until every condition is met.
#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "cli/command_line/patience.hpp"
#include "cli/command_line/scan.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/core/time.hpp"
#include "commands/local/wait/condition.hpp"

namespace facio::wait {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kUsualTimeoutMs = 60'000, kLongestLookMs = 15'000;
constexpr milliseconds kLeastLook{250};  // so that the last look can get an answer

Result<std::vector<Condition>> conditions_of(Client& client) {
  const Invocation& invocation = client.invocation();
  const System* here = system_in_use(invocation.global.target, invocation.global.config, client.environment());
  std::vector<Condition> conditions;
  if (!invocation.value("what").empty()) conditions.push_back({.kind = std::string(invocation.value("what"))});
  for (const std::string& text : invocation.all("for")) {
    auto condition = read_condition(text, here);
    if (!condition) return fail(std::move(condition.error()));
    conditions.push_back(std::move(*condition));
  }
  if (conditions.empty()) return fail(Code::usage, "`wait` needs a condition", "facioctl wait ready, or facioctl wait --for cron/NAME=ok");
  return conditions;
}

/// Checks the conditions that are left, in order, up to the first that is not met, whose state goes to `state`. True when none is left.
Result<bool> look_at_all(Client& client, std::vector<Condition>& left, steady_clock::time_point end, std::string& state) {
  while (!left.empty()) {
    const auto rest = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    auto seen = look(client, left.front(), std::max(rest, kLeastLook));
    if (!seen) return fail(std::move(seen.error()));
    if (!seen->met) {
      state = std::move(seen->state);
      return false;
    }
    left.erase(left.begin());
  }
  return true;
}

}  // namespace

Result<int> run(Client& client) {
  const Invocation& invocation = client.invocation();
  auto left = conditions_of(client);
  if (!left) return fail(std::move(left.error()));
  const bool once = invocation.value("once") == "true";
  const int given_ms = invocation.global.timeout_ms;
  const auto longest = milliseconds(given_ms != 0 ? given_ms : once ? kLongestLookMs : kUsualTimeoutMs);
  std::optional<Waiting> waiting;
  std::string state;
  for (Patience patience(longest);; patience.pause()) {
    auto met = look_at_all(client, *left, patience.end(), state);
    if (!met) return fail(std::move(met.error()));
    if (*met) return 0;
    const std::string thing = left->front().shown();
    if (once) return fail(Code::different, thing + " does not hold: " + printable(state));
    if (patience.is_over())
      return fail(Code::timeout, thing + " does not hold after " + format_duration(longest.count()) + ": " + printable(state),
                  "wait longer with --timeout");
    const std::string what = "waiting for " + thing + ": " + state;
    if (!waiting) waiting.emplace(client, Wait{.what = what, .ending = "Ctrl-C stops waiting", .is_long = {}});
    waiting->change(what);
  }
}

}  // namespace facio::wait
