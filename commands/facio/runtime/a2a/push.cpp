#include "commands/facio/runtime/a2a/push.hpp"

#include <deque>
#include <map>
#include <mutex>

#include "commands/serve/outbound/outbound.hpp"
#include "commands/serve/work_pool.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio::serve::a2a {
namespace {

constexpr int kTimeoutMs = 10'000;
constexpr int kPausesMs[] = {500, 2'000};  ///< before the second and the third try
constexpr std::size_t kMostAtOnce = 4, kMostWaiting = 4096;
constexpr std::size_t kMostAnswer = std::size_t{64} * 1024;

bool may_pass(unsigned status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

}  // namespace

struct PushSender::Impl : std::enable_shared_from_this<PushSender::Impl> {
  Impl(const ServiceContext& context, const Outbound& out) : base(context), outbound(out) {}

  struct Job {
    std::string agent, receivers;
    Event event;
    Task whole;
  };

  const ServiceContext& base;
  const Outbound& outbound;
  std::mutex mutex;
  std::map<std::string, std::deque<Job>> jobs;  ///< by task
  std::deque<std::string> ready;                ///< tasks with jobs that nobody works on
  std::size_t working = 0, waiting = 0;

  /// Starts another worker where one is missing. With the lock held.
  void start() {
    if (working >= kMostAtOnce || ready.empty()) return;
    // A pool that takes nothing more ends with the server: what is due is told after the next start.
    if (base.pool.submit([self = shared_from_this()] { self->work(); })) ++working;
  }

  void work() {
    std::unique_lock lock(mutex);
    while (!ready.empty()) {
      const std::string task = std::move(ready.front());
      ready.pop_front();
      auto& queue = jobs[task];
      const Job& job = queue.front();  // stays in its place meanwhile, so that nobody else works on this task
      lock.unlock();
      const bool told = deliver(job);
      if (told && job.event.kind == Event::Kind::status && is_over(job.event.task.state)) settle(job);
      lock.lock();
      queue.pop_front();
      --waiting;
      if (queue.empty()) jobs.erase(task);
      else ready.push_back(task);
    }
    --working;
  }

  /// False when the server ended first: it is told after the next start.
  bool deliver(const Job& job) {
    auto receivers = stored_push(job.receivers);
    if (!receivers) return true;
    for (const PushConfig& one : *receivers) {
      if (one.dialect != Dialect::v1 && job.event.kind == Event::Kind::artifact) continue;  // it gets the whole task with the status
      if (!send(job, one)) return false;
    }
    return true;
  }

  bool send(const Job& job, const PushConfig& to) {
    OutboundRequest request;
    request.method = "POST";
    request.url = to.url;
    request.timeout_ms = kTimeoutMs;
    request.most_bytes = kMostAnswer;
    request.accept = "*/*";
    if (to.dialect == Dialect::v1) {
      request.content_type = "application/a2a+json";
      request.body = written(job.event, Dialect::v1);
    } else {
      request.content_type = "application/json";
      write(request.body, job.whole, Dialect::v03);
    }
    const std::string& task = job.event.task.id;
    if (!to.token.empty()) {
      auto token = base.vault.unseal(to.token.reveal(), push_secret_place(task, to.id, "token"));
      if (!token) return true;  // the key of the vault is another one now: nothing can be sent to this receiver
      request.headers.emplace_back("X-A2A-Notification-Token", std::move(*token));
    }
    if (!to.scheme.empty()) {
      Secret credentials;
      if (!to.credentials.empty()) {
        auto opened = base.vault.unseal(to.credentials.reveal(), push_secret_place(task, to.id, "credentials"));
        if (!opened) return true;
        credentials = std::move(*opened);
      }
      request.headers.emplace_back("Authorization",
                                   Secret(to.scheme + (credentials.empty() ? "" : " ") + std::string(credentials.reveal())));
    }
    return try_to_send(request);
  }

  /// Tries it until it was taken, or cannot be.
  bool try_to_send(const OutboundRequest& request) const {
    for (std::size_t tries = 0;; ++tries) {
      auto answer = outbound.send(request);
      if (!answer && answer.error().code() == Code::unavailable) return false;
      if (answer && !may_pass(answer->status)) return true;
      if (tries == std::size(kPausesMs)) return true;
      if (!outbound.pause(kPausesMs[tries])) return false;
    }
  }

  /// Nobody is to be told of this task any more.
  void settle(const Job& job) const {
    auto forget = [agent = job.agent, id = job.event.task.id](store::Transaction& tx) -> Status {
      auto row = tx.get_a2a_task(agent, id);
      if (!row) return fail(std::move(row.error()));
      if (!*row || !(*row)->push_due) return {};
      (*row)->push_due = false;
      return tx.save_a2a_task(agent, **row);
    };
    base.store.submit(std::move(forget), [](const Status&) {});
  }
};

PushSender::PushSender(const ServiceContext& base, const Outbound& outbound) : impl_(std::make_shared<Impl>(base, outbound)) {}
PushSender::~PushSender() = default;

Outcome<void> PushSender::check(const PushConfig& config, const std::string& field) const {
  if (auto status = impl_->outbound.check(config.url); !status)
    return bad(field.empty() ? "url" : field + ".url", status.error().message());
  return {};
}

void PushSender::tell(std::string_view agent, std::string receivers, Event event, Task whole) {
  if (receivers.empty()) return;
  const std::lock_guard lock(impl_->mutex);
  // Whoever asks for more than can be delivered misses what lies between; the end is told after the next start.
  if (impl_->waiting >= kMostWaiting) return;
  auto& queue = impl_->jobs[event.task.id];
  const bool idle = queue.empty();
  const std::string task = event.task.id;
  queue.push_back({std::string(agent), std::move(receivers), std::move(event), std::move(whole)});
  ++impl_->waiting;
  if (idle) impl_->ready.push_back(task);
  impl_->start();
}

}  // namespace facio::serve::a2a
