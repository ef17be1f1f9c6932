#include "commands/serve/runtime/builtin_provider.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "commands/serve/runtime/builtin_commands.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/settings/service.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kName = "builtin";
using Steady = std::chrono::steady_clock;

TurnResult interrupted() {
  TurnResult result;
  result.interrupted = true;
  result.error = "interrupted: the runtime was stopped";
  result.provider = result.model = kName;
  return result;
}

}  // namespace

struct BuiltinProvider::Impl {
  struct Task {
    TurnRequest request;
    UniqueFunction<void(TurnResult)> done;
  };

  store::Store& store;
  SettingsService& settings;
  std::string version;
  unsigned most_threads;
  std::mutex mutex;
  std::condition_variable work;  ///< there is a task, or no more are taken
  std::condition_variable cut;   ///< turns that wait are cut off
  std::condition_variable idle;  ///< a turn has ended
  std::deque<Task> tasks;
  std::vector<std::thread> threads;
  unsigned idle_threads = 0;
  unsigned busy = 0;
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

  /// False when the wait was cut off.
  bool wait(std::int64_t milliseconds) {
    std::unique_lock lock(mutex);
    return !cut.wait_for(lock, std::chrono::milliseconds(milliseconds), [this] { return cutting; });
  }

  TurnResult answer(const TurnRequest& request) {
    const auto begin = Steady::now();
    TurnResult result;
    result.provider = result.model = kName;
    auto reply = builtin_reply(request.message, request.detail_prompt, facts(request.agent));
    if (!reply) {
      result.error = reply.error().message();
    } else if (reply->wait_ms > 0 && !wait(reply->wait_ms)) {
      result = interrupted();
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
      Task task = std::move(tasks.front());
      tasks.pop_front();
      ++busy;
      const bool drop = cutting;
      lock.unlock();
      task.done(drop ? interrupted() : answer(task.request));
      task.done = {};
      lock.lock();
      --busy;
      idle.notify_all();
    }
  }
};

BuiltinProvider::BuiltinProvider(store::Store& store, SettingsService& settings, std::string version, unsigned threads)
    : impl_(new Impl{.store = store, .settings = settings, .version = std::move(version), .most_threads = threads}) {}

BuiltinProvider::~BuiltinProvider() { stop(std::chrono::milliseconds(0)); }

void BuiltinProvider::run(TurnRequest request, UniqueFunction<void(TurnResult)> done) {
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
  done(interrupted());
}

void BuiltinProvider::stop(std::chrono::milliseconds grace) {
  std::vector<std::thread> threads;
  {
    std::unique_lock lock(impl_->mutex);
    impl_->stopping = true;
    impl_->work.notify_all();
    impl_->idle.wait_for(lock, grace, [this] { return impl_->busy == 0 && impl_->tasks.empty(); });
    impl_->cutting = true;
    impl_->cut.notify_all();
    threads.swap(impl_->threads);
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace facio::serve
