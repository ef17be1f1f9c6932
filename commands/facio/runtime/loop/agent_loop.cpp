#include "commands/facio/runtime/loop/agent_loop.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/loop/slash_commands.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostWaiting = 20'000;
constexpr unsigned kMostIdle = 8;  ///< threads that are kept without work
constexpr std::string_view kStopped = "the runtime was stopped";
constexpr std::string_view kUnified = "unified:default";

TurnResult refused(Code code, std::string_view why) {
  TurnResult result;
  result.interrupted = true;
  result.code = code;
  result.error = "interrupted: " + std::string(why);
  return result;
}

}  // namespace

struct AgentLoop::Impl {
  struct Task {
    TurnRequest request;
    TurnHooks hooks;
    UniqueFunction<void(TurnResult)> done;
    bool loose = false;  ///< in no session's queue: a command, or a turn that was cut off before it began
    bool command = false;
    std::list<std::shared_ptr<Task>>::iterator place;
    Cancel cancel;
    std::atomic<bool> dropped = false;
  };
  using TaskPtr = std::shared_ptr<Task>;
  using Key = std::pair<std::string, std::string>;  ///< agent and session

  explicit Impl(unsigned most) : most_threads(most) {}

  const unsigned most_threads;
  std::optional<LoopParts> parts;
  SlashCommands* commands = nullptr;
  UniqueFunction<void(const TurnRequest&, const TurnResult&)> ended;
  std::mutex ending;  ///< one call of `ended` at a time
  RequestSlots slots;
  mutable std::mutex mutex;
  std::condition_variable work;  ///< something is ready, or no more is taken
  std::condition_variable idle;  ///< a task has ended
  std::deque<TaskPtr> ready;
  std::map<Key, std::deque<TaskPtr>> sessions;  ///< the first of each goes on or is ready
  std::list<TaskPtr> all;
  std::map<std::string, std::int64_t, std::less<>> most_requests;  ///< as it was at the first turn: a change waits for a restart
  std::list<std::thread> threads, over;
  unsigned idle_threads = 0, thread_count = 0;
  bool stopping = false;

  static bool belongs(const Task& task, std::string_view agent, std::string_view session) {
    return task.request.agent == agent && (session.empty() || task.request.session_key == session);
  }

  std::int64_t request_limit(const std::string& agent) {
    const std::lock_guard lock(mutex);
    const auto found = most_requests.find(agent);
    if (found != most_requests.end()) return found->second;
    return most_requests.emplace(agent, parts->settings.advanced(agent).max_concurrent_requests).first->second;
  }

  /// Under the lock: gives a task that may go on to a thread.
  void make_ready(TaskPtr task) {
    ready.push_back(std::move(task));
    if (idle_threads < ready.size() && thread_count < most_threads) {
      ++thread_count;
      threads.emplace_back();
      const auto self = std::prev(threads.end());
      *self = std::thread([this, self] { loop(self); });
    }
    work.notify_one();
  }

  void loop(std::list<std::thread>::iterator self) {
    std::unique_lock lock(mutex);
    while (true) {
      ++idle_threads;
      if (ready.empty() && !stopping && idle_threads <= kMostIdle) work.wait(lock, [this] { return stopping || !ready.empty(); });
      --idle_threads;
      if (ready.empty()) break;
      const TaskPtr task = std::move(ready.front());
      ready.pop_front();
      lock.unlock();
      TurnResult result = execute(*task);
      lock.lock();
      leave(task);
      lock.unlock();
      // Whoever hears of the end finds the session free.
      task->done(std::move(result));
      task->done = {};
      task->hooks = {};
      lock.lock();
    }
    --thread_count;
    over.splice(over.end(), threads, self);
    idle.notify_all();
  }

  TurnResult execute(Task& task) {
    TurnResult result =
        task.command
            ? commands->turn(task.request, task.hooks)
            : TurnWork(*parts, slots, request_limit(task.request.agent), task.request, task.hooks, task.cancel, task.dropped).run();
    if (ended && !task.command && result.recorded) {
      const std::lock_guard lock(ending);
      ended(task.request, result);
    }
    return result;
  }

  /// Under the lock: a task is over, the next one of its session may go on.
  void leave(const TaskPtr& task) {
    all.erase(task->place);
    if (!task->loose) {
      const auto session = sessions.find({task->request.agent, task->request.session_key});
      session->second.pop_front();
      if (session->second.empty()) sessions.erase(session);
      else make_ready(session->second.front());
    }
    join_over();
    idle.notify_all();
  }

  /// Under the lock: threads that have ended, or are about to.
  void join_over() {
    for (std::thread& thread : over) thread.join();
    over.clear();
  }

  /// Under the lock. A turn that waits for its session has not to wait for it any more.
  void cut(const TaskPtr& task) {
    task->cancel.cancel("it was stopped by hand");
    if (task->loose) return;
    auto& queue = sessions.find({task->request.agent, task->request.session_key})->second;
    if (queue.front() == task) return;
    std::erase(queue, task);
    task->loose = true;
    make_ready(task);
  }
  std::size_t cut(std::string_view agent, std::string_view session, bool drop) {
    const std::lock_guard lock(mutex);
    std::size_t count = 0;
    for (const TaskPtr& task : all) {
      if (task->command || !belongs(*task, agent, session)) continue;
      if (drop) task->dropped = true;
      if (!task->cancel.cancelled()) ++count;
      cut(task);
    }
    return count;
  }
};

AgentLoop::AgentLoop(unsigned most_threads) : impl_(std::make_unique<Impl>(most_threads)) {}
AgentLoop::~AgentLoop() { stop(std::chrono::milliseconds(0)); }

void AgentLoop::start(LoopParts parts, SlashCommands* commands) {
  impl_->parts.emplace(parts);
  impl_->commands = commands;
}

void AgentLoop::on_end(UniqueFunction<void(const TurnRequest&, const TurnResult&)> listener) { impl_->ended = std::move(listener); }

void AgentLoop::run(TurnRequest request, TurnHooks hooks, UniqueFunction<void(TurnResult)> done) {
  if (impl_->parts->settings.advanced(request.agent).unified_session) request.session_key = kUnified;
  // Neither the session nor the log nor a model gets to see a secret that somebody typed.
  request.message = impl_->parts->credentials.masked(request.agent, request.message);
  const auto task = std::make_shared<Impl::Task>();
  task->request = std::move(request);
  task->hooks = std::move(hooks);
  task->done = std::move(done);
  task->command = impl_->commands != nullptr && impl_->commands->knows(task->request.message);
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->stopping && impl_->all.size() < kMostWaiting) {
      task->place = impl_->all.insert(impl_->all.end(), task);
      task->loose = task->command;
      if (task->loose) return impl_->make_ready(task);
      auto& queue = impl_->sessions[{task->request.agent, task->request.session_key}];
      queue.push_back(task);
      if (queue.size() == 1) impl_->make_ready(task);
      return;
    }
  }
  task->done(refused(Code::unavailable, impl_->stopping ? kStopped : "too many messages wait; try again later"));
}

std::size_t AgentLoop::cancel(std::string_view agent, std::string_view session_key) { return impl_->cut(agent, session_key, false); }
std::size_t AgentLoop::cancel_and_drop(std::string_view agent, std::string_view session_key) {
  return impl_->cut(agent, session_key, true);
}

bool AgentLoop::cancel_run(std::string_view agent, std::string_view run_id) {
  const std::lock_guard lock(impl_->mutex);
  for (const auto& task : impl_->all)
    if (task->request.agent == agent && task->request.run_id == run_id) {
      if (task->cancel.cancelled()) return false;
      impl_->cut(task);
      return true;
    }
  return false;
}

bool AgentLoop::busy(std::string_view agent, std::string_view session_key) const {
  const std::lock_guard lock(impl_->mutex);
  return std::ranges::any_of(impl_->all, [&](const auto& task) { return !task->command && Impl::belongs(*task, agent, session_key); });
}

void AgentLoop::stop(std::chrono::milliseconds grace) {
  std::unique_lock lock(impl_->mutex);
  impl_->stopping = true;
  impl_->work.notify_all();
  impl_->idle.wait_for(lock, grace, [this] { return impl_->all.empty(); });
  for (const auto& task : impl_->all) task->cancel.cancel(kStopped);
  impl_->idle.wait(lock, [this] { return impl_->all.empty(); });
  impl_->idle.wait(lock, [this] { return impl_->threads.empty(); });
  impl_->join_over();
}

}  // namespace facio::serve
