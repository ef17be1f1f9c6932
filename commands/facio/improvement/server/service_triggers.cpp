// What starts runs of self-improvement by themselves.
#include <algorithm>

#include "cli/core/json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/improvement/server/service_impl.hpp"
#include "commands/facio/improvement/server/triggers.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio {
namespace {

constexpr std::string_view kClocks = "improvement_clock";
constexpr std::int64_t kGoalPauseMs = 60'000;  ///< between two runs that finished goals start

std::string kind_of(bool reflection) { return reflection ? "reflection" : "improvement"; }

}  // namespace

void ImprovementService::use(serve::ModelChoice& models, const CredentialsService& credentials) {
  impl_->models = &models;
  impl_->credentials = &credentials;
}

// --------------------------------------------------------------------------------------------------------- turns

void ImprovementService::turn_ended(std::string_view agent, const serve::TurnFacts& facts) {
  const SettingsImprovement wishes = impl_->base.settings.self_improvement(agent);
  if (!wishes.enabled || wishes.mode == "off") return;
  serve::TurnFacts known = facts;
  if (serve::corrects(facts.message))
    if (const auto session = impl_->base.store.sessions().find(agent, facts.session); session && *session)
      known.messages_in_session = (*session)->message_count;
  const std::string_view trigger = serve::trigger_of(known, wishes.auto_triggers);
  if (trigger.empty()) return;
  const std::string of(agent);
  if (trigger == "goal_done") {
    const std::lock_guard lock(impl_->mutex);
    const std::int64_t now = impl_->base.clock.now_ms();
    const auto last = impl_->last_goal.find(of);
    if (last != impl_->last_goal.end() && now - last->second < kGoalPauseMs) return;
    impl_->last_goal[of] = now;
  }
  impl_->start_by_itself(of, {.session = facts.session, .trigger = std::string(trigger), .by_itself = true});
}

void ImprovementService::Impl::start_by_itself(const std::string& agent, Wanted wanted) {
  {
    const std::lock_guard lock(mutex);
    if (stopping) return;
    if (const auto found = going.find(agent); found != going.end()) {
      found->second = std::move(wanted);
      return;
    }
    going.emplace(agent, std::nullopt);
    ++in_pool;
  }
  const auto done = [this, agent] {
    const std::lock_guard lock(mutex);
    going.erase(agent);
    --in_pool;
    quiet.notify_all();
  };
  auto taken = base.pool.submit([this, agent, wanted = std::move(wanted), done] {
    run_by_itself(agent, wanted);
    done();
  });
  if (!taken) done();
}

/// One run, and those that were asked for meanwhile.
void ImprovementService::Impl::run_by_itself(const std::string& agent, const Wanted& first) {
  for (std::optional<Wanted> next = first; next;) {
    (void)reflect(agent, *next);  // what came of it is a run, or there was nothing new
    const std::lock_guard lock(mutex);
    next = stopping ? std::nullopt : std::exchange(going[agent], std::nullopt);
  }
}

// --------------------------------------------------------------------------------------------------------- clock

/// When a run by the clock is due; nothing while it is switched off. Needs the mutex.
std::optional<std::int64_t> ImprovementService::Impl::due(const std::string& agent, bool reflection) {
  const SettingsImprovement wishes = base.settings.self_improvement(agent);
  if (!wishes.enabled || wishes.mode == "off") return std::nullopt;
  const std::int64_t hours = reflection ? base.settings.advanced(agent).reflection_interval_h : wishes.interval_h;
  const bool wanted = reflection || std::ranges::find(wishes.auto_triggers, "scheduled") != wishes.auto_triggers.end();
  if (!wanted || hours <= 0) return std::nullopt;
  const auto last = last_at.find({agent, kind_of(reflection)});
  return last == last_at.end() ? std::nullopt : std::optional(last->second + hours * kHourMs);
}

/// Needs the mutex.
void ImprovementService::Impl::arm() {
  std::optional<std::int64_t> next;
  for (const std::string& agent : agents)
    for (const bool reflection : {true, false})
      if (const auto when = due(agent, reflection); when && (!next || *when < *next)) next = when;
  alarm.set(stopping ? std::nullopt : next);
}

void ImprovementService::Impl::tick() {
  std::vector<std::pair<std::string, bool>> now_due;
  const std::int64_t now = base.clock.now_ms();
  {
    const std::lock_guard lock(mutex);
    if (stopping) return;
    for (const std::string& agent : agents)
      for (const bool reflection : {true, false})
        if (const auto when = due(agent, reflection); when && *when <= now) {
          last_at[{agent, kind_of(reflection)}] = now;
          now_due.emplace_back(agent, reflection);
        }
    arm();
  }
  for (const auto& [agent, reflection] : now_due) {
    // A crash right after this costs one turn of the clock, not a second run.
    base.store.submit(
        [of = agent, kind = kind_of(reflection), now](store::Transaction& tx) {
          return tx.save_document(of, kClocks, kind, "{\"at_ms\":" + std::to_string(now) + "}");
        },
        [](const Status&) {});
    start_by_itself(agent, {.trigger = "scheduled", .reflection = reflection, .by_itself = true});
  }
}

void ImprovementService::tick() { impl_->tick(); }

Status ImprovementService::start(const std::vector<std::string>& agents) {
  for (const std::string& agent : agents)
    for (const bool reflection : {true, false}) {
      const std::string kind = kind_of(reflection);
      auto stored = impl_->base.store.documents().get(agent, kClocks, kind);
      if (!stored) return fail(std::move(stored.error()));
      std::int64_t last = impl_->base.clock.now_ms();
      if (*stored) {
        if (const auto json = JsonDocument::parse(**stored); json && json->root().get("at_ms")) last = json->root().get("at_ms").integer();
      } else if (auto status = impl_->base.store.run([&](store::Transaction& tx) {
                   return tx.save_document(agent, kClocks, kind, "{\"at_ms\":" + std::to_string(last) + "}");
                 });
                 !status) {
        return status;
      }
      const std::lock_guard lock(impl_->mutex);
      impl_->last_at[{agent, kind}] = last;
    }
  impl_->base.settings.subscribe([impl = impl_.get()](std::string_view, const std::vector<std::string>&) {
    const std::lock_guard lock(impl->mutex);
    impl->arm();
  });
  if (auto status = impl_->alarm.start([impl = impl_.get()](bool) { impl->tick(); }); !status) return status;
  const std::lock_guard lock(impl_->mutex);
  impl_->agents = agents;
  impl_->arm();
  return {};
}

void ImprovementService::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->cut_off.cancel("the runtime was stopped");
  impl_->alarm.stop();
  std::unique_lock lock(impl_->mutex);
  impl_->quiet.wait(lock, [this] { return impl_->in_pool == 0; });
}

}  // namespace facio
