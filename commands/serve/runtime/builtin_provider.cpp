#include "commands/serve/runtime/builtin_provider.hpp"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "commands/serve/runtime/builtin_commands.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/settings/service.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kName = "builtin";
using Steady = std::chrono::steady_clock;

TurnResult interrupted(std::string_view why) {
  TurnResult result;
  result.interrupted = true;
  result.error = "interrupted: " + std::string(why);
  result.provider = result.model = kName;
  return result;
}

}  // namespace

struct BuiltinProvider::Impl {
  struct Task {
    TurnRequest request;
    UniqueFunction<void(TurnResult)> done;
    bool cancelled = false;
  };
  using Tasks = std::list<Task>;

  static bool belongs(const Task& task, std::string_view agent, std::string_view session) {
    return task.request.agent == agent && (session.empty() || task.request.session_key == session);
  }

  store::Store& store;
  SettingsService& settings;
  std::string version;
  unsigned most_threads;
  mutable std::mutex mutex;
  std::condition_variable work;  ///< there is a task, or no more are taken
  std::condition_variable cut;   ///< turns that wait are cut off
  std::condition_variable idle;  ///< a turn has ended
  Tasks tasks;                   ///< wait for a thread
  Tasks running;                 ///< have one
  std::vector<std::thread> threads;
  unsigned idle_threads = 0;
  bool stopping = false;
  bool cutting = false;

  AgentFacts facts(const std::string& agent) {
    AgentFacts found{.agent = agent, .version = version, .model = settings.model(agent), .timezone = settings.timezone(agent)};
    if (const auto jobs = store.cron().list(agent))
      for (const CronJob& job : *jobs) {
        ++found.jobs;
        if (job.enabled) ++found.enabled_jobs;
      }
    return found;
  }

  [[nodiscard]] const char* why_cut(const Task& task) const {
    return task.cancelled ? "it was stopped by hand" : "the runtime was stopped";
  }

  /// Why the wait was cut off; null when it was not.
  const char* wait(std::int64_t milliseconds, const Task& task) {
    std::unique_lock lock(mutex);
    const bool ended = cut.wait_for(lock, std::chrono::milliseconds(milliseconds), [this, &task] { return cutting || task.cancelled; });
    return ended ? why_cut(task) : nullptr;
  }

  TurnResult answer(const Task& task) {
    const TurnRequest& request = task.request;
    const auto begin = Steady::now();
    TurnResult result;
    result.provider = result.model = kName;
    auto reply = builtin_reply(request.message, request.detail_prompt, facts(request.agent));
    if (!reply) {
      result.error = reply.error().message();
    } else if (const char* why = reply->wait_ms > 0 ? wait(reply->wait_ms, task) : nullptr) {
      result = interrupted(why);
    } else {
      result.ok = true;
      result.answer = std::move(reply->text);
    }
    result.iterations = 1;
    result.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begin).count();
    return result;
  }

  void loop() {
    std::unique_lock lock(mutex);
    for (;;) {
      ++idle_threads;
      work.wait(lock, [this] { return stopping || !tasks.empty(); });
      --idle_threads;
      if (tasks.empty()) return;
      const auto task = tasks.begin();
      running.splice(running.end(), tasks, task);
      const bool drop = cutting || task->cancelled;
      const char* why = why_cut(*task);
      lock.unlock();
      task->done(drop ? interrupted(why) : answer(*task));
      task->done = {};
      lock.lock();
      running.erase(task);
      idle.notify_all();
    }
  }
};

BuiltinProvider::BuiltinProvider(store::Store& store, SettingsService& settings, std::string version, unsigned threads)
    : impl_(new Impl{.store = store, .settings = settings, .version = std::move(version), .most_threads = threads}) {}

BuiltinProvider::~BuiltinProvider() { stop(std::chrono::milliseconds(0)); }

void BuiltinProvider::run(TurnRequest request, TurnHooks, UniqueFunction<void(TurnResult)> done) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->stopping) {
      impl_->tasks.push_back({std::move(request), std::move(done)});
      if (impl_->idle_threads < impl_->tasks.size() && impl_->threads.size() < impl_->most_threads)
        impl_->threads.emplace_back([impl = impl_.get()] { impl->loop(); });
      impl_->work.notify_one();
      return;
    }
  }
  done(interrupted("the runtime was stopped"));
}

std::size_t BuiltinProvider::cancel(std::string_view agent, std::string_view session_key) {
  const std::lock_guard lock(impl_->mutex);
  std::size_t count = 0;
  for (Impl::Tasks* list : {&impl_->tasks, &impl_->running})
    for (Impl::Task& task : *list)
      if (Impl::belongs(task, agent, session_key) && !std::exchange(task.cancelled, true)) ++count;
  impl_->cut.notify_all();
  return count;
}

bool BuiltinProvider::busy(std::string_view agent, std::string_view session_key) const {
  const std::lock_guard lock(impl_->mutex);
  const auto mine = [&](const Impl::Task& task) { return Impl::belongs(task, agent, session_key); };
  return std::ranges::any_of(impl_->tasks, mine) || std::ranges::any_of(impl_->running, mine);
}

void BuiltinProvider::stop(std::chrono::milliseconds grace) {
  std::vector<std::thread> threads;
  {
    std::unique_lock lock(impl_->mutex);
    impl_->stopping = true;
    impl_->work.notify_all();
    impl_->idle.wait_for(lock, grace, [this] { return impl_->running.empty() && impl_->tasks.empty(); });
    impl_->cutting = true;
    impl_->cut.notify_all();
    threads.swap(impl_->threads);
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace facio::serve
