// What starts automatic runs of self-improvement.
#include <algorithm>

#include "cli/core/json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/improvement/server/service.hpp"
#include "commands/facio/improvement/server/triggers.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio {
namespace {

constexpr std::string_view kClocks = "improvement_clock";
constexpr std::int64_t kGoalPauseMs = 60'000;  ///< between two runs that finished goals start

std::string kind_of(bool reflection) { return reflection ? "reflection" : "improvement"; }

Status save_clock(store::Transaction& tx, std::string_view agent, std::string_view kind, std::int64_t at_ms) {
  return tx.save_document(agent, kClocks, kind, "{\"at_ms\":" + std::to_string(at_ms) + "}");
}

}  // namespace

void ImprovementService::use(serve::ModelChoice& models, const CredentialsService& credentials) {
  models_ = &models;
  credentials_ = &credentials;
}

void ImprovementService::turn_ended(std::string_view agent, const serve::TurnFacts& facts) {
  const SettingsImprovement settings = context_.settings.self_improvement(agent);
  if (!settings.enabled || settings.mode == "off") return;
  serve::TurnFacts known = facts;
  if (serve::corrects(facts.message))
    if (const auto session = context_.store.sessions().find(agent, facts.session); session && *session)
      known.messages_in_session = (*session)->message_count;
  const std::string_view trigger = serve::trigger_of(known, settings.auto_triggers);
  if (trigger.empty()) return;
  const std::string of(agent);
  if (trigger == "goal_done") {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = context_.clock.now_ms();
    const auto last = last_goal_.find(of);
    if (last != last_goal_.end() && now - last->second < kGoalPauseMs) return;
    last_goal_[of] = now;
  }
  start_automatic(of, {.session = facts.session, .trigger = std::string(trigger), .automatic = true});
}

void ImprovementService::start_automatic(const std::string& agent, RunRequest request) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (const auto found = running_.find(agent); found != running_.end()) {
      found->second = std::move(request);
      return;
    }
    running_.emplace(agent, std::nullopt);
  }
  if (context_.pool.submit([this, agent, request = std::move(request)] { run_automatic(agent, request); })) return;
  const std::lock_guard lock(mutex_);
  running_.erase(agent);
  idle_.notify_all();
}

/// One run, and those that were requested meanwhile.
void ImprovementService::run_automatic(const std::string& agent, RunRequest request) {
  for (;;) {
    (void)reflect(agent, request);  // a failure is in the run's record
    const std::lock_guard lock(mutex_);
    std::optional<RunRequest> next = std::exchange(running_[agent], std::nullopt);
    if (!next || stopping_) {
      running_.erase(agent);
      idle_.notify_all();
      return;
    }
    request = std::move(*next);
  }
}

/// When the clock's next run is due; nothing while it is switched off. Requires: mutex_ held.
std::optional<std::int64_t> ImprovementService::due(const std::string& agent, bool reflection) {
  const SettingsImprovement settings = context_.settings.self_improvement(agent);
  if (!settings.enabled || settings.mode == "off") return std::nullopt;
  const std::int64_t hours = reflection ? context_.settings.advanced(agent).reflection_interval_h : settings.interval_h;
  const bool wanted = reflection || std::ranges::find(settings.auto_triggers, "scheduled") != settings.auto_triggers.end();
  if (!wanted || hours <= 0) return std::nullopt;
  const auto last = last_clocked_.find({agent, kind_of(reflection)});
  return last == last_clocked_.end() ? std::nullopt : std::optional(last->second + hours * kHourMs);
}

/// Requires: mutex_ held.
void ImprovementService::set_alarm() {
  std::optional<std::int64_t> next;
  for (const std::string& agent : agents_)
    for (const bool reflection : {true, false})
      if (const auto when = due(agent, reflection); when && (!next || *when < *next)) next = when;
  alarm_.set(stopping_ ? std::nullopt : next);
}

void ImprovementService::tick() {
  std::vector<std::pair<std::string, bool>> now_due;
  const std::int64_t now = context_.clock.now_ms();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    for (auto& [kind, last] : last_clocked_) last = std::min(last, now);  // the clock may have been set back
    for (const std::string& agent : agents_)
      for (const bool reflection : {true, false})
        if (const auto when = due(agent, reflection); when && *when <= now) {
          last_clocked_[{agent, kind_of(reflection)}] = now;
          now_due.emplace_back(agent, reflection);
        }
    set_alarm();
  }
  for (const auto& [agent, reflection] : now_due) {
    // Noted before it runs: a crash now skips this run instead of repeating it.
    context_.store.submit([of = agent, kind = kind_of(reflection), now](store::Transaction& tx) { return save_clock(tx, of, kind, now); },
                          [](const Status&) {});
    start_automatic(agent, {.trigger = "scheduled", .reflection = reflection, .automatic = true});
  }
}

Status ImprovementService::start(const std::vector<std::string>& agents) {
  for (const std::string& agent : agents)
    for (const bool reflection : {true, false}) {
      const std::string kind = kind_of(reflection);
      auto stored = context_.store.documents().get(agent, kClocks, kind);
      if (!stored) return fail(std::move(stored.error()));
      std::int64_t last = context_.clock.now_ms();
      if (*stored) {
        if (const auto json = JsonDocument::parse(**stored); json && json->root().get("at_ms")) last = json->root().get("at_ms").integer();
      } else {
        // Nothing waits for it: after a crash now the clock begins with the next start.
        context_.store.submit([agent, kind, last](store::Transaction& tx) { return save_clock(tx, agent, kind, last); }, {});
      }
      const std::lock_guard lock(mutex_);
      last_clocked_[{agent, kind}] = std::min(last, context_.clock.now_ms());  // a later one is of a clock that was ahead
    }
  context_.settings.subscribe([this](std::string_view, const std::vector<std::string>&) {
    const std::lock_guard lock(mutex_);
    set_alarm();
  });
  if (auto status = alarm_.start([this](serve::AlarmClock::Jump) { tick(); }); !status) return status;
  const std::lock_guard lock(mutex_);
  agents_ = agents;
  set_alarm();
  return {};
}

void ImprovementService::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  model_cancel_.cancel("the runtime was stopped");
  alarm_.stop();
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return running_.empty(); });
}

}  // namespace facio
