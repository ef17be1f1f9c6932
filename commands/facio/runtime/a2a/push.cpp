#include "commands/facio/runtime/a2a/push.hpp"

#include "commands/facio/audit/server/change_event.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/vault/vault.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio::serve::a2a {
namespace {

constexpr int kTimeoutMs = 10'000;
constexpr int kPausesMs[] = {500, 2'000};  ///< before the second and the third try
constexpr std::size_t kMostWorkers = 4, kMostWaiting = 4096;
constexpr std::size_t kMostAnswer = std::size_t{64} * 1024;
constexpr std::size_t kMostPlanned = 100'000;
constexpr std::int64_t kCrowdedMs = 1'000;

bool is_transient(unsigned status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

AuditEvent given_up_event(std::string_view task, const std::string& context, const PushGivenUp& receiver) {
  AuditEvent event = change_event(
      "push_given_up", "the end of task " + std::string(task) + " could not be reported to " + receiver.url + ": " + receiver.why,
      event_details("task", task, "receiver", receiver.id, "url", receiver.url, "tries", receiver.tries));
  event.status = "error";
  event.origin = "a2a";
  event.channel = "a2a";
  event.channel_id = context;
  return event;
}

}  // namespace

Outcome<void> PushSender::check(const PushConfig& config, const std::string& field) const {
  if (auto status = outbound_.check(config.url); !status) return bad(field.empty() ? "url" : field + ".url", status.error().message());
  return {};
}

void PushSender::send(std::string_view agent, std::string receivers, Event event, Task whole) {
  if (receivers.empty()) return;
  const std::lock_guard lock(mutex_);
  Job job{std::string(agent), std::move(receivers), std::move(event), std::move(whole)};
  const std::string task = job.event.task.id;
  // Receivers of more events than can be delivered miss some of them, but not the end.
  if (waiting_ >= kMostWaiting) return job.is_end() ? plan_locked(base_.clock.now_ms() + kCrowdedMs, {job.agent, task}) : void();
  auto& queue = jobs_[task];
  queue.push_back(std::move(job));
  ++waiting_;
  if (queue.size() == 1) ready_.push_back(task);
  start_worker();
}

void PushSender::start_worker() {
  if (workers_ >= kMostWorkers || ready_.empty()) return;
  // The pool refuses work only when the server ends: what is due is sent after the next start.
  if (base_.pool.submit([self = shared_from_this()] { self->work(); })) ++workers_;
}

void PushSender::work() {
  std::unique_lock lock(mutex_);
  while (!ready_.empty()) {
    const std::string task = std::move(ready_.front());
    ready_.pop_front();
    auto& queue = jobs_[task];
    const Job& job = queue.front();  // stays in the queue meanwhile, so that no other worker takes this task
    lock.unlock();
    (void)deliver(job);
    lock.lock();
    queue.pop_front();
    --waiting_;
    if (queue.empty()) jobs_.erase(task);
    else ready_.push_back(task);
  }
  --workers_;
}

/// False when the server ended first: the end is sent after the next start.
bool PushSender::deliver(const Job& job) {
  auto receivers = stored_push(job.receivers);
  if (!receivers) return true;
  const std::int64_t now = base_.clock.now_ms();
  std::vector<PushOutcome> outcomes;
  for (const PushConfig& one : *receivers) {
    if (one.dialect != Dialect::v1 && job.event.kind == Event::Kind::artifact) continue;  // it gets the whole task with the status
    if (one.settled || one.next_ms > now) continue;
    auto outcome = deliver(job, one);
    if (!outcome) return false;
    outcome->id = one.id;
    outcomes.push_back(std::move(*outcome));
  }
  if (job.is_end()) settle(job, std::move(outcomes));
  return true;
}

std::optional<PushOutcome> PushSender::deliver(const Job& job, const PushConfig& to) const {
  const bool v1 = to.dialect == Dialect::v1;
  OutboundRequest request{.method = "POST",
                          .url = to.url,
                          .body = v1 ? json_of(job.event, Dialect::v1) : json_of(job.whole, Dialect::v03),
                          .content_type = v1 ? "application/a2a+json" : "application/json",
                          .accept = "*/*",
                          .timeout_ms = kTimeoutMs,
                          .most_bytes = kMostAnswer};
  const auto unsealed = [&](const Secret& secret, std::string_view name) -> Result<Secret> {
    if (secret.empty()) return Secret();
    return base_.vault.unseal(secret.reveal(), push_secret_place(job.event.task.id, to.id, name));
  };
  auto token = unsealed(to.token, "token"), credentials = unsealed(to.credentials, "credentials");
  auto address = unsealed(Secret(to.address), "address");
  if (!token || !credentials || !address)
    return PushOutcome{.kind = PushOutcome::Kind::refused, .why = "its token cannot be read: the vault has a different key now"};
  if (!address->empty()) request.url = std::string(address->reveal());
  if (!token->empty()) request.headers.emplace_back("X-A2A-Notification-Token", std::move(*token));
  if (!to.scheme.empty())
    request.headers.emplace_back("Authorization",
                                 Secret(to.scheme + (credentials->empty() ? "" : " ") + std::string(credentials->reveal())));
  return post(request, to.tries > 0);
}

/// Nothing when the server ended first. `again`: in a later round, one try is enough.
std::optional<PushOutcome> PushSender::post(const OutboundRequest& request, bool again) const {
  using Kind = PushOutcome::Kind;
  for (std::size_t tries = again ? std::size(kPausesMs) : 0;; ++tries) {
    auto answer = outbound_.send(request);
    if (!answer && answer.error().code() == Code::unavailable) return std::nullopt;
    PushOutcome outcome{.why = answer ? "it answered with status " + std::to_string(answer->status) : answer.error().message()};
    if (!answer || is_transient(answer->status)) outcome.kind = Kind::failed;
    else if (answer->status < 200 || answer->status > 299) outcome.kind = Kind::refused;
    if (outcome.kind != Kind::failed || tries == std::size(kPausesMs)) return outcome;
    if (!outbound_.pause(kPausesMs[tries])) return std::nullopt;
  }
}

/// Records who knows of the end of this task, and plans the next round for the others.
void PushSender::settle(const Job& job, std::vector<PushOutcome> outcomes) {
  auto next = std::make_shared<std::optional<std::int64_t>>();
  const std::string agent = job.agent, id = job.event.task.id;
  auto record = [next, agent, id, context = job.event.task.context_id, outcomes = std::move(outcomes),
                 now = base_.clock.now_ms()](store::Transaction& tx) -> Status {
    auto row = tx.get_a2a_task(agent, id);
    if (!row) return fail(std::move(row.error()));
    if (!*row || !(*row)->push_due) return {};
    std::vector<PushGivenUp> given_up;
    auto after = after_push((*row)->push, outcomes, now, given_up);
    if (!after) return fail(std::move(after.error()));
    (*row)->push = std::move(*after);
    *next = next_push((*row)->push);
    (*row)->push_due = next->has_value();
    for (const PushGivenUp& one : given_up)
      if (auto status = tx.append_audit(agent, given_up_event(id, context, one)); !status) return status;
    return tx.save_a2a_task(agent, **row);
  };
  base_.store.submit(std::move(record), [self = shared_from_this(), next, agent, id](const Status& status) {
    // What cannot be recorded now is looked at again.
    if (!status) self->plan(agent, id, self->base_.clock.now_ms() + kCrowdedMs);
    else if (*next) self->plan(agent, id, **next);
  });
}

Status PushSender::start() {
  const std::lock_guard lock(mutex_);
  auto started = alarm_.start([this](AlarmClock::Jump) { ring(); });
  if (started) set_alarm();
  return started;
}

void PushSender::plan(std::string_view agent, std::string_view task_id, std::int64_t when_ms) {
  const std::lock_guard lock(mutex_);
  plan_locked(when_ms, {std::string(agent), std::string(task_id)});
}

void PushSender::plan_locked(std::int64_t when_ms, Planned what) {
  if (planned_.size() >= kMostPlanned) return;  // after the next start
  planned_.emplace(when_ms, std::move(what));
  set_alarm();
}

void PushSender::set_alarm() { alarm_.set(planned_.empty() ? std::nullopt : std::optional(planned_.begin()->first)); }

/// Sends what is due, as long as there is room for it.
void PushSender::ring() {
  std::vector<Planned> due;
  {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = base_.clock.now_ms();
    std::size_t room = waiting_ < kMostWaiting / 2 ? kMostWaiting / 2 - waiting_ : 0;
    for (; room > 0 && !planned_.empty() && planned_.begin()->first <= now; --room) {
      due.push_back(std::move(planned_.begin()->second));
      planned_.erase(planned_.begin());
    }
    if (room > 0) set_alarm();
    else alarm_.set(now + kCrowdedMs);
  }
  for (const Planned& one : due) try_again(one);
}

void PushSender::try_again(const Planned& what) {
  const auto& [agent, id] = what;
  auto row = base_.store.a2a_tasks().get(agent, id);
  if (!row) return plan(agent, id, base_.clock.now_ms() + kCrowdedMs);
  if (!*row || !(*row)->push_due) return;
  auto task = read_task((*row)->json);
  if (!task) return;
  Event event{.kind = Event::Kind::status, .task = *task, .last = true};
  send(agent, std::move((*row)->push), std::move(event), std::move(*task));
}

}  // namespace facio::serve::a2a
