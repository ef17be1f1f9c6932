#include "commands/facio/runtime/a2a/push.hpp"

#include "commands/serve/work_pool.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio::serve::a2a {
namespace {

constexpr int kTimeoutMs = 10'000;
constexpr int kPausesMs[] = {500, 2'000};  ///< before the second and the third try
constexpr std::size_t kMostWorkers = 4, kMostWaiting = 4096;
constexpr std::size_t kMostAnswer = std::size_t{64} * 1024;

bool is_transient(unsigned status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

}  // namespace

Outcome<void> PushSender::check(const PushConfig& config, const std::string& field) const {
  if (auto status = outbound_.check(config.url); !status) return bad(field.empty() ? "url" : field + ".url", status.error().message());
  return {};
}

void PushSender::send(std::string_view agent, std::string receivers, Event event, Task whole) {
  if (receivers.empty()) return;
  const std::lock_guard lock(mutex_);
  // Receivers of more events than can be delivered miss some of them; the end is sent after the next start.
  if (waiting_ >= kMostWaiting) return;
  const std::string task = event.task.id;
  auto& queue = jobs_[task];
  queue.push_back({std::string(agent), std::move(receivers), std::move(event), std::move(whole)});
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
    if (deliver(job) && job.event.kind == Event::Kind::status && is_over(job.event.task.state)) settle(job);
    lock.lock();
    queue.pop_front();
    --waiting_;
    if (queue.empty()) jobs_.erase(task);
    else ready_.push_back(task);
  }
  --workers_;
}

/// False when the server ended first: the event is sent after the next start.
bool PushSender::deliver(const Job& job) const {
  auto receivers = stored_push(job.receivers);
  if (!receivers) return true;
  for (const PushConfig& one : *receivers) {
    if (one.dialect != Dialect::v1 && job.event.kind == Event::Kind::artifact) continue;  // it gets the whole task with the status
    if (!deliver(job, one)) return false;
  }
  return true;
}

bool PushSender::deliver(const Job& job, const PushConfig& to) const {
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
  if (!token || !credentials) return true;  // the vault has another key now: nothing can be sent to this receiver
  if (!token->empty()) request.headers.emplace_back("X-A2A-Notification-Token", std::move(*token));
  if (!to.scheme.empty())
    request.headers.emplace_back("Authorization",
                                 Secret(to.scheme + (credentials->empty() ? "" : " ") + std::string(credentials->reveal())));
  return post(request);
}

/// Retries until the receiver accepts, or cannot; false when the server ended first.
bool PushSender::post(const OutboundRequest& request) const {
  for (std::size_t tries = 0;; ++tries) {
    auto answer = outbound_.send(request);
    if (!answer && answer.error().code() == Code::unavailable) return false;
    if ((answer && !is_transient(answer->status)) || tries == std::size(kPausesMs)) return true;
    if (!outbound_.pause(kPausesMs[tries])) return false;
  }
}

/// Records that the end of this task was sent.
void PushSender::settle(const Job& job) const {
  auto forget = [agent = job.agent, id = job.event.task.id](store::Transaction& tx) -> Status {
    auto row = tx.get_a2a_task(agent, id);
    if (!row) return fail(std::move(row.error()));
    if (!*row || !(*row)->push_due) return {};
    (*row)->push_due = false;
    return tx.save_a2a_task(agent, **row);
  };
  base_.store.submit(std::move(forget), [](const Status&) {});
}

}  // namespace facio::serve::a2a
