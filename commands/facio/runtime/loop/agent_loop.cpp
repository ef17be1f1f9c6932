#include "commands/facio/runtime/loop/agent_loop.hpp"

#include <algorithm>
#include <poll.h>

#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/loop/slash_commands.hpp"
#include "commands/facio/runtime/models/builtin_model.hpp"
#include "commands/facio/settings/server/service.hpp"
#include "commands/serve/overload.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostWaiting = 20'000;
constexpr std::size_t kMostInSession = 32;  ///< of messages without a token
constexpr unsigned kMostIdle = 8;           ///< threads kept without work
constexpr std::string_view kStopped = "the runtime was stopped";
constexpr std::string_view kByHand = "it was stopped by hand";
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
  bool counted = false;  ///< in sources_
  bool queued = false;   ///< in its session's queue; false for a command, and for a turn cancelled before it began
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
  Status accepted;
  {
    const std::lock_guard lock(mutex_);
    accepted = admit(*task);
    if (accepted) accepted = accept(task);
  }
  if (accepted) return;
  TurnResult refused;
  refused.code = accepted.error().code();
  refused.wait_s = advised_wait(accepted.error());
  refused.interrupted = refused.wait_s == 0;  // by the end of the runtime
  refused.error = (refused.interrupted ? "interrupted: " : "") + accepted.error().message();
  task->done(std::move(refused));
}

/// Whether there is room for one more.
Status AgentLoop::admit(const Task& task) {
  if (stopping_) return fail(Code::unavailable, std::string(kStopped));
  if (all_.size() >= kMostWaiting) return fail(overloaded(Code::unavailable, "too many messages wait"));
  if (task.cancel.fd() < 0) return fail(overloaded(Code::unavailable, "the system has no file descriptor left for the server"));
  const TurnRequest& request = task.request;
  if (request.source.empty()) return {};
  const auto mine = sources_.find(request.source);
  if (mine != sources_.end() && mine->second >= std::max(1U, most_threads_ / 4))
    return fail(overloaded(Code::throttled, "too many messages of this address are being answered"));
  if (from_sources_ >= std::max(1U, most_threads_ / 2))
    return fail(overloaded(Code::throttled, "too many messages without a token are being answered"));
  const auto session = sessions_.find({request.agent, request.session_key});
  if (!task.command && session != sessions_.end() && session->second.size() >= kMostInSession)
    return fail(overloaded(Code::throttled, "too many messages wait in this session"));
  return {};
}

void AgentLoop::count(Task& task) {
  if (task.request.source.empty()) return;
  ++sources_[task.request.source];
  ++from_sources_;
  task.counted = true;
}

void AgentLoop::uncount(const Task& task) {
  if (!task.counted) return;
  --from_sources_;
  if (const auto mine = sources_.find(task.request.source); --mine->second == 0) sources_.erase(mine);
}

/// Takes the task in, completely or not at all.
Status AgentLoop::accept(const TaskPtr& task) {
  task->place = all_.insert(all_.end(), task);
  Status ready;
  try {
    count(*task);
    if (!task->command) {
      auto& queue = queue_of(*task);
      queue.push_back(task);
      task->queued = true;
      if (queue.size() > 1) return {};
    }
    ready = make_ready(task);
  } catch (...) {
    remove(task);
    throw;
  }
  if (!ready) remove(task);
  return ready;
}

bool AgentLoop::cancel_run(std::string_view agent, std::string_view run_id, std::string_view why) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find_if(all_, [&](const auto& task) { return task->request.agent == agent && task->request.run_id == run_id; });
  if (found == all_.end() || (*found)->cancel.cancelled()) return false;
  cancel_task(*found, why);
  return true;
}

std::size_t AgentLoop::cancel_session(std::string_view agent, std::string_view session, bool drop) {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const TaskPtr& task : all_) {
    if (task->command || !belongs(task->request, agent, session)) continue;
    if (drop) task->dropped = true;
    if (!task->cancel.cancelled()) ++count;
    cancel_task(task, kByHand);
  }
  return count;
}

bool AgentLoop::wait_cancelled(std::string_view agent, std::string_view session_key, std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  const auto goes_on = [&](const TaskPtr& task) {
    return !task->command && task->cancel.cancelled() && belongs(task->request, agent, session_key);
  };
  return idle_.wait_for(lock, most, [&] { return std::ranges::none_of(all_, goes_on); });
}

bool AgentLoop::busy(std::string_view agent, std::string_view session_key) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(all_, [&](const auto& task) { return !task->command && belongs(task->request, agent, session_key); });
}

void AgentLoop::abort() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  work_.notify_all();
  for (const auto& task : all_) task->cancel.cancel(kStopped);
}

void AgentLoop::stop(std::chrono::milliseconds grace) {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    work_.notify_all();
    idle_.wait_for(lock, grace, [this] { return all_.empty(); });
  }
  abort();
  std::unique_lock lock(mutex_);
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
    TurnResult result = outcome_of(*task);
    lock.lock();
    remove(task);
    lock.unlock();
    // Only after remove(): whoever learns of the end must find the session free.
    finish(*task, std::move(result));
    lock.lock();
  }
  --thread_count_;
  finished_.splice(finished_.end(), threads_, self);
  idle_.notify_all();
}

/// A turn that throws has failed; the thread goes on with the next one. The next start settles what it had begun.
TurnResult AgentLoop::outcome_of(Task& task) noexcept {
  TurnResult result;
  if (contained("a turn", [&] { result = execute(task); })) return result;
  result = {};
  result.code = Code::internal;
  (void)contained("a turn", [&result] { result.error = "unexpected failure inside the server"; });
  return result;
}

void AgentLoop::finish(Task& task, TurnResult result) noexcept {
  (void)contained("the end of a turn", [&] { task.done(std::move(result)); });
  (void)contained("the end of a turn", [&] {
    task.done = {};
    task.hooks = {};
  });
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

Status AgentLoop::start_thread() {
  const auto self = threads_.emplace(threads_.end());
  auto thread = Thread::start("the agent loop", [this, self] { work_on(self); });
  if (!thread) {
    threads_.erase(self);
    return fail(std::move(thread.error()));
  }
  *self = std::move(*thread);
  ++thread_count_;
  return {};
}

/// Refused only when no thread would take it soon: none is idle, and none can be started. The limit is for turns: a command, which may be
/// the one that stops them, gets a thread all the same.
Status AgentLoop::make_ready(TaskPtr task) {
  const bool command = task->command;
  if (command) ready_.push_front(std::move(task));
  else ready_.push_back(std::move(task));
  work_.notify_one();
  if (idle_threads_ >= ready_.size() || (!command && thread_count_ >= most_threads_)) return {};
  auto started = start_thread();
  if (started || idle_threads_ > 0) return {};
  if (command) ready_.pop_front();
  else ready_.pop_back();
  return started;
}

/// A task has ended; the next one of its session may start.
void AgentLoop::remove(const TaskPtr& task) {
  uncount(*task);
  all_.erase(task->place);
  if (task->queued) {
    auto& queue = queue_of(*task);
    queue.pop_front();
    if (queue.empty()) sessions_.erase({task->request.agent, task->request.session_key});
    else wait_for_thread(queue.front());  // this one, at the latest
  }
  join_finished();
  work_.notify_one();
  idle_.notify_all();
}

/// A turn that is still queued need not wait for its session any more.
void AgentLoop::cancel_task(const TaskPtr& task, std::string_view why) {
  task->cancel.cancel(why);
  if (!task->queued || queue_of(*task).front() == task) return;
  std::erase(queue_of(*task), task);
  task->queued = false;
  if (!make_ready(task)) wait_for_thread(task);
}

/// For a task that must not be lost, even when there is no memory for a moment.
void AgentLoop::wait_for_thread(const TaskPtr& task) {
  while (!contained("the agent loop", [&] { ready_.push_back(task); })) ::poll(nullptr, 0, 10);
}

void AgentLoop::join_finished() {
  for (Thread& thread : finished_) thread.join();
  finished_.clear();
}

}  // namespace facio::serve
