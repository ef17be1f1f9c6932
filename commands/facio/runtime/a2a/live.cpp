#include "commands/facio/runtime/a2a/live.hpp"

#include <algorithm>

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kMostListeners = 64, kMostTaskHistory = 500;

}  // namespace

bool Live::add_turn(const Message& message, const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  if (over_ || cancel_asked_ || task_.history.size() >= kMostTaskHistory || (closing_ && is_over(closing_->state))) return false;
  runs_.push_back(run_id);
  task_.history.push_back(message);
  if (closing_) closing_->history.push_back(message);
  return true;
}

void Live::drop_turn(const std::string& message_id, const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  std::erase(runs_, run_id);
  std::erase_if(task_.history, [&](const Message& one) { return one.id == message_id; });
}

bool Live::follow(std::shared_ptr<Listener> listener) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [](const auto& one) { return !one->listens(); });
  if (over_ || listeners_.size() >= kMostListeners) return false;
  listener->hear({.task = task_});
  listeners_.push_back(std::move(listener));
  return true;
}

/// Calls those whose wait is over, without the lock.
void Live::answer_waiters(std::unique_lock<std::mutex> lock) {
  const bool interrupted = is_interrupted(task_.state);
  const auto waits = [&](const Waiter& one) { return !over_ && (one.only_end || !interrupted); };
  const auto ready = std::stable_partition(waiters_.begin(), waiters_.end(), waits);
  std::vector<Waiter> called(std::make_move_iterator(ready), std::make_move_iterator(waiters_.end()));
  waiters_.erase(ready, waiters_.end());
  if (called.empty()) return;
  const Task task = task_;
  lock.unlock();
  for (Waiter& one : called) one.done(task);
}

void Live::await(Done done, bool only_end) {
  std::unique_lock lock(mutex_);
  waiters_.push_back({std::move(done), only_end});
  answer_waiters(std::move(lock));
}

bool Live::enter(State state, std::int64_t now, const std::string& note) {
  const std::lock_guard lock(mutex_);
  if (over_ || task_.state == state) return false;
  task_.state = state;
  task_.updated_ms = std::max(now, task_.updated_ms);
  task_.note.reset();
  if (!note.empty()) task_.note = agent_note(task_, note);
  return true;
}

/// An event of this task without anything of its own yet.
Event Live::update(Event::Kind kind) const {
  Event event{.kind = kind};
  event.task.id = id_;
  event.task.context_id = context_id_;
  if (kind != Event::Kind::status) return event;
  event.task.state = task_.state;
  event.task.updated_ms = task_.updated_ms;
  event.task.note = task_.note;
  event.last = over_;
  return event;
}

void Live::emit(const Event& event) {
  for (const auto& one : listeners_) one->hear(event);
}

void Live::report_status() {
  std::unique_lock lock(mutex_);
  if (over_) return;
  emit(update(Event::Kind::status));
  answer_waiters(std::move(lock));
}

std::string Live::artifact_id() const { return turn_ == 1 ? "answer" : "answer-" + std::to_string(turn_); }

Artifact* Live::find(Task& task, const std::string& id) {
  const auto found = std::ranges::find(task.artifacts, id, &Artifact::id);
  return found == task.artifacts.end() ? nullptr : &*found;
}

void Live::add_text(const std::string& piece) {
  if (piece.empty()) return;
  const std::lock_guard lock(mutex_);
  Artifact* artifact = find(task_, artifact_id());
  if (artifact == nullptr) artifact = &task_.artifacts.emplace_back(Artifact{artifact_id(), "answer", {{.text = {}}}});
  if (fresh_) artifact->parts.front().text.clear();
  artifact->parts.front().text += piece;
  Event event = update(Event::Kind::artifact);
  event.append = !std::exchange(fresh_, false);
  event.task.artifacts.push_back({artifact->id, artifact->name, {{.text = piece}}});
  emit(event);
}

Task Live::close_turn(const TurnResult& result, std::int64_t now, bool stopping) {
  const std::lock_guard lock(mutex_);
  Task next = task_;
  next.note.reset();
  next.updated_ms = std::max(now, task_.updated_ms);
  if (result.ok) {
    Artifact* artifact = find(next, artifact_id());
    if (artifact == nullptr) artifact = &next.artifacts.emplace_back(Artifact{artifact_id(), "answer", {}});
    artifact->parts = {{.text = result.answer}};
  }
  // While further turns of the task wait, the end of this one is not the end of the task.
  const bool last = runs_.size() <= 1;
  const bool canceled = cancel_asked_ || (result.interrupted && !stopping && result.code != Code::unavailable);
  next.state = !last ? State::working : result.ok ? State::completed : canceled ? State::canceled : State::failed;
  if (last && !result.ok && !cancel_asked_) next.note = agent_note(next, result.error);
  closing_ = next;
  return next;
}

/// Sends the rest of the answer: nothing more when all of it was sent, else the whole.
void Live::emit_answer(Task& after) {
  const Artifact* now = find(after, artifact_id());
  if (now == nullptr) return;
  const Artifact* before = find(task_, artifact_id());
  Event event = update(Event::Kind::artifact);
  event.append = before != nullptr && !fresh_ && before->parts.front().text == now->parts.front().text;
  event.last = true;
  event.task.artifacts.push_back(*now);
  if (event.append) event.task.artifacts.front().parts.front().text.clear();
  emit(event);
}

bool Live::report_end(const std::string& run_id) {
  std::unique_lock lock(mutex_);
  if (!closing_) return over_;
  emit_answer(*closing_);
  const bool changed = closing_->state != task_.state;
  task_ = std::move(*closing_);
  closing_.reset();
  std::erase(runs_, run_id);
  ++turn_;
  fresh_ = true;
  over_ = is_over(task_.state);
  if (changed || over_) emit(update(Event::Kind::status));
  if (over_) listeners_.clear();
  const bool over = over_;
  answer_waiters(std::move(lock));
  return over;
}

}  // namespace facio::serve::a2a
