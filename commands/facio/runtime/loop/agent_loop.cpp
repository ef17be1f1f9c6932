#include "commands/facio/runtime/loop/agent_loop.hpp"

#include <algorithm>
#include <poll.h>

#include "cli/core/time.hpp"
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
constexpr std::string_view kByHand = "it was stopped manually";
constexpr std::string_view kHeldUp = "the end of this session's last turn cannot be recorded now";
constexpr std::string_view kUnified = "unified:default";

bool belongs(const TurnRequest& request, std::string_view agent, std::string_view session) {
  return request.agent == agent && (session.empty() || request.session_key == session);
}

std::int64_t longest_work(const TurnRequest& request, const SettingsService& settings) {
  return request.max_turn_ms > 0 ? request.max_turn_ms : settings.advanced(request.agent).max_turn_ms;
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
  bool held_up = false;  ///< it has ended, and its end cannot be recorded
  Cancel cancel = {};
  std::atomic<bool> dropped = false;
  std::optional<TurnWork> work = {};  ///< once it has begun; only for the thread that has the task
  std::chrono::milliseconds left{0};  ///< of the time that it may work; for that thread, too
  bool aside = false;                 ///< it waits for a person, without a thread
  bool woken = false;                 ///< the wait is over, or was before it began
};

void AgentLoop::run(TurnRequest request, TurnHooks hooks, UniqueFunction<void(TurnResult)> done) {
  if (parts_->base.settings.advanced(request.agent).unified_session) request.session_key = kUnified;
  // A secret that somebody typed must reach neither the session nor the log nor a model.
  request.message = parts_->credentials.masked(request.agent, request.message);
  const auto task = std::make_shared<Task>(std::move(request), std::move(hooks), std::move(done));
  task->hooks.unrecorded = [this, weak = std::weak_ptr(task), told = std::move(task->hooks.unrecorded)](const TurnResult& result,
                                                                                                        const Error& why) mutable {
    if (const TaskPtr ended = weak.lock()) hold_up(ended);
    if (told) told(result, why);
  };
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
  if (all_.size() >= kMostWaiting) return fail(overloaded(Code::unavailable, "too many messages are queued"));
  if (task.cancel.fd() < 0) return fail(overloaded(Code::unavailable, "the system has no file descriptor left for the server"));
  const TurnRequest& request = task.request;
  if (!task.command)
    if (const auto before = sessions_.find({request.agent, request.session_key});
        before != sessions_.end() && before->second.front()->held_up)
      return fail(overloaded(Code::unavailable, std::string(kHeldUp)));
  if (request.source.empty()) return {};
  const auto mine = sources_.find(request.source);
  if (mine != sources_.end() && mine->second >= std::max(1U, most_threads_ / 4))
    return fail(overloaded(Code::throttled, "too many messages of this address are being answered"));
  if (from_sources_ >= std::max(1U, most_threads_ / 2))
    return fail(overloaded(Code::throttled, "too many messages without a token are being answered"));
  const auto session = sessions_.find({request.agent, request.session_key});
  if (!task.command && session != sessions_.end() && session->second.size() >= kMostInSession)
    return fail(overloaded(Code::throttled, "too many messages are queued in this session"));
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

std::size_t AgentLoop::waiting(std::string_view agent, std::string_view session_key) const {
  const std::lock_guard lock(mutex_);
  const auto queue = sessions_.find({std::string(agent), std::string(session_key)});
  return queue == sessions_.end() ? 0 : queue->second.size() - 1;
}

void AgentLoop::abort() {
  stop_.cancel(kStopped);
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  work_.notify_all();
  for (const auto& task : all_) {
    task->cancel.cancel(kStopped);
    take_up(task);
  }
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

/// What a thread is to do next; null: it is to end. Threads stay as long as there are turns that may need one.
AgentLoop::TaskPtr AgentLoop::next_task(std::unique_lock<std::mutex>& lock) {
  ++idle_threads_;
  if (ready_.empty() && idle_threads_ <= kMostIdle) work_.wait(lock, [this] { return !ready_.empty() || (stopping_ && aside_ == 0); });
  --idle_threads_;
  if (ready_.empty()) return nullptr;
  TaskPtr task = std::move(ready_.front());
  ready_.pop_front();
  task->woken = false;
  return task;
}

void AgentLoop::work_on(Threads::iterator self) {
  std::unique_lock lock(mutex_);
  while (const TaskPtr task = next_task(lock)) {
    lock.unlock();
    std::optional<TurnResult> result = outcome_of(task);
    lock.lock();
    if (!result) {
      put_aside(task);
      continue;
    }
    remove(task);
    lock.unlock();
    // Only after remove(): whoever learns of the end must find the session free.
    finish(*task, std::move(*result));
    lock.lock();
  }
  --thread_count_;
  finished_.splice(finished_.end(), threads_, self);
  idle_.notify_all();
}

/// A turn that throws has failed; the thread goes on with the next one. The next start settles what it had begun.
std::optional<TurnResult> AgentLoop::outcome_of(const TaskPtr& task) noexcept {
  std::optional<TurnResult> result;
  if (contained("a turn", [&] { result = execute(task); })) return result;
  result.emplace();
  result->begun = true;  // as far as anybody knows
  result->code = Code::internal;
  (void)contained("a turn", [&result] { result->error = "unexpected failure inside the server"; });
  return result;
}

/// Requires: mutex_ held. A turn waits for a person from now on, unless there is an answer already.
void AgentLoop::put_aside(const TaskPtr& task) {
  task->aside = true;
  ++aside_;
  if (task->woken || task->cancel.cancelled()) take_up(task);
}

/// Requires: mutex_ held. A turn that was put aside goes on.
void AgentLoop::take_up(const TaskPtr& task) {
  if (!std::exchange(task->aside, false)) return;
  --aside_;
  wait_for_thread(task);
  // Those that are idle or busy take it at the latest: while a turn is aside, at least one thread stays.
  if (idle_threads_ < ready_.size() && thread_count_ < most_threads_) (void)start_thread();
  if (stopping_) work_.notify_all();
  else work_.notify_one();
}

void AgentLoop::wake(const TaskPtr& task) {
  const std::lock_guard lock(mutex_);
  task->woken = true;
  take_up(task);
}

void AgentLoop::finish(Task& task, TurnResult result) noexcept {
  (void)contained("the end of a turn", [&] { task.done(std::move(result)); });
  (void)contained("the end of a turn", [&] {
    task.done = {};
    task.hooks = {};
  });
}

std::optional<TurnResult> AgentLoop::execute(const TaskPtr& task) {
  if (task->command) return commands_->turn(task->request, task->hooks);
  if (!task->work) {
    task->left = std::chrono::milliseconds(longest_work(task->request, parts_->base.settings));
    task->work.emplace(*parts_, slots_, notes_, request_limit(task->request.agent), task->request, task->hooks, task->cancel, task->dropped,
                       [this, weak = std::weak_ptr<Task>(task)] {
                         if (const TaskPtr waiting = weak.lock()) wake(waiting);
                       });
  }
  std::optional<TurnResult> result = work_in_time(*task);
  if (ended_ && result && result->recorded) {
    const std::lock_guard lock(ended_mutex_);
    ended_(task->request, *result);
  }
  return result;
}

/// Works on a turn until its time is over. The wait for a person has a limit of its own, and does not count.
std::optional<TurnResult> AgentLoop::work_in_time(Task& task) {
  using std::chrono::steady_clock;
  auto deadline = deadlines_.arm(
      task.cancel, task.left,
      "the turn ran for " + format_duration(longest_work(task.request, parts_->base.settings)) + ", the limit of max_turn_ms");
  if (!deadline) {
    std::optional<TurnResult> refused(std::in_place);
    refused->code = deadline.error().code();
    refused->error = deadline.error().message();
    return refused;
  }
  const auto begun = steady_clock::now();
  auto result = task.work->go_on();
  task.left -= std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begun);
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
  take_up(task);
  if (!task->queued || queue_of(*task).front() == task) return;
  std::erase(queue_of(*task), task);
  task->queued = false;
  if (!make_ready(task)) wait_for_thread(task);
}

/// The end of a turn cannot be recorded now: those that wait in its session are not kept waiting for it.
void AgentLoop::hold_up(const TaskPtr& task) {
  const std::lock_guard lock(mutex_);
  task->held_up = true;
  if (!task->queued) return;
  const std::deque<TaskPtr> queue = queue_of(*task);
  for (const TaskPtr& waiting : queue)
    if (waiting != task) cancel_task(waiting, kHeldUp);
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
