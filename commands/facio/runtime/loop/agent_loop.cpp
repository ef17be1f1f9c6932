#include "commands/facio/runtime/loop/agent_loop.hpp"

#include <algorithm>

#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/loop/slash_commands.hpp"
#include "commands/facio/runtime/models/builtin_model.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostWaiting = 20'000;
constexpr unsigned kMostIdle = 8;  ///< threads kept without work
constexpr std::string_view kStopped = "the runtime was stopped";
constexpr std::string_view kUnified = "unified:default";

bool belongs(const TurnRequest& request, std::string_view agent, std::string_view session) {
  return request.agent == agent && (session.empty() || request.session_key == session);
}

/// The end of a command that nobody known has sent: nothing has begun, and nothing is recorded.
TurnResult refuse_command() {
  TurnResult refused;
  refused.code = Code::forbidden;
  refused.error = "commands such as /help and /tool need the management token here";
  return refused;
}

}  // namespace

struct AgentLoop::Task {
  Task(TurnRequest turn, TurnHooks turn_hooks, UniqueFunction<void(TurnResult)> when_done)
      : request(std::move(turn)), hooks(std::move(turn_hooks)), done(std::move(when_done)) {}

  TurnRequest request;
  TurnHooks hooks;
  UniqueFunction<void(TurnResult)> done;
  bool command = false;
  bool queued = false;  ///< in its session's queue; false for a command, and for a turn cancelled before it began
  std::list<TaskPtr>::iterator place = {};
  Cancel cancel = {};
  std::atomic<bool> dropped = false;
};

void AgentLoop::run(TurnRequest request, TurnHooks hooks, UniqueFunction<void(TurnResult)> done) {
  if (parts_->base.settings.advanced(request.agent).unified_session) request.session_key = kUnified;
  // A secret that somebody typed must reach neither the session nor the log nor a model.
  request.message = parts_->credentials.masked(request.agent, request.message);
  const auto task = std::make_shared<Task>(std::move(request), std::move(hooks), std::move(done));
  task->command = commands_ != nullptr && commands_->knows(task->request.message);
  if (task->request.anonymous && (task->command || calls_tool(task->request.message))) return task->done(refuse_command());
  std::string_view refusal;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) refusal = kStopped;
    else if (all_.size() >= kMostWaiting) refusal = "too many messages wait; try again later";
    else {
      task->place = all_.insert(all_.end(), task);
      if (task->command) return make_ready(task);
      task->queued = true;
      auto& queue = queue_of(*task);
      queue.push_back(task);
      if (queue.size() == 1) make_ready(task);
      return;
    }
  }
  TurnResult refused;
  refused.interrupted = true;
  refused.code = Code::unavailable;
  refused.error = "interrupted: " + std::string(refusal);
  task->done(std::move(refused));
}

bool AgentLoop::cancel_run(std::string_view agent, std::string_view run_id) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find_if(all_, [&](const auto& task) { return task->request.agent == agent && task->request.run_id == run_id; });
  if (found == all_.end() || (*found)->cancel.cancelled()) return false;
  cancel_task(*found);
  return true;
}

std::size_t AgentLoop::cancel_session(std::string_view agent, std::string_view session, bool drop) {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const TaskPtr& task : all_) {
    if (task->command || !belongs(task->request, agent, session)) continue;
    if (drop) task->dropped = true;
    if (!task->cancel.cancelled()) ++count;
    cancel_task(task);
  }
  return count;
}

bool AgentLoop::busy(std::string_view agent, std::string_view session_key) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(all_, [&](const auto& task) { return !task->command && belongs(task->request, agent, session_key); });
}

void AgentLoop::stop(std::chrono::milliseconds grace) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  work_.notify_all();
  idle_.wait_for(lock, grace, [this] { return all_.empty(); });
  for (const auto& task : all_) task->cancel.cancel(kStopped);
  idle_.wait(lock, [this] { return all_.empty() && threads_.empty(); });
  join_finished();
}

void AgentLoop::work_on(Threads::iterator self) {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_threads_;
    if (ready_.empty() && !stopping_ && idle_threads_ <= kMostIdle) work_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
    --idle_threads_;
    if (ready_.empty()) break;
    const TaskPtr task = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    TurnResult result = execute(*task);
    lock.lock();
    remove(task);
    lock.unlock();
    // Only after remove(): whoever learns of the end must find the session free.
    task->done(std::move(result));
    task->done = {};
    task->hooks = {};
    lock.lock();
  }
  --thread_count_;
  finished_.splice(finished_.end(), threads_, self);
  idle_.notify_all();
}

TurnResult AgentLoop::execute(Task& task) {
  if (task.command) return commands_->turn(task.request, task.hooks);
  TurnResult result =
      TurnWork(*parts_, slots_, request_limit(task.request.agent), task.request, task.hooks, task.cancel, task.dropped).run();
  if (ended_ && result.recorded) {
    const std::lock_guard lock(ended_mutex_);
    ended_(task.request, result);
  }
  return result;
}

std::int64_t AgentLoop::request_limit(const std::string& agent) {
  const std::lock_guard lock(mutex_);
  const auto [limit, is_new] = request_limits_.try_emplace(agent);
  if (is_new) limit->second = parts_->base.settings.advanced(agent).max_concurrent_requests;
  return limit->second;
}

std::deque<AgentLoop::TaskPtr>& AgentLoop::queue_of(const Task& task) { return sessions_[{task.request.agent, task.request.session_key}]; }

void AgentLoop::make_ready(TaskPtr task) {
  ready_.push_back(std::move(task));
  if (idle_threads_ < ready_.size() && thread_count_ < most_threads_) {
    ++thread_count_;
    const auto self = threads_.emplace(threads_.end());
    *self = std::thread([this, self] { work_on(self); });
  }
  work_.notify_one();
}

/// A task has ended; the next one of its session may start.
void AgentLoop::remove(const TaskPtr& task) {
  all_.erase(task->place);
  if (task->queued) {
    auto& queue = queue_of(*task);
    queue.pop_front();
    if (queue.empty()) sessions_.erase({task->request.agent, task->request.session_key});
    else make_ready(queue.front());
  }
  join_finished();
  idle_.notify_all();
}

/// A turn that is still queued need not wait for its session any more.
void AgentLoop::cancel_task(const TaskPtr& task) {
  task->cancel.cancel("it was stopped by hand");
  if (!task->queued || queue_of(*task).front() == task) return;
  std::erase(queue_of(*task), task);
  task->queued = false;
  make_ready(task);
}

void AgentLoop::join_finished() {
  for (std::thread& thread : finished_) thread.join();
  finished_.clear();
}

}  // namespace facio::serve
