#include "commands/facio/runtime/a2a/live.hpp"

#include <algorithm>

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kMostListeners = 64, kMostTaskHistory = 500;
constexpr std::size_t kMostArtifacts = 200, kMostOfOutputs = std::size_t{4} << 20U;  // in the base64 of files

std::size_t size_of(const Part& part) { return part.text.size() + part.data.size() + part.url.size() + (part.raw ? part.raw->size() : 0); }

}  // namespace

Live::Live(std::string agent, Task task, std::string run_id)
    : agent_(std::move(agent)), id_(task.id), context_id_(task.context_id), task_(std::move(task)) {
  const auto messages = std::ranges::count(task_.history, Role::user, &Message::role);
  turn_ = static_cast<std::size_t>(messages) + (run_id.empty() ? 1 : 0);
  if (!run_id.empty()) runs_.push_back(std::move(run_id));
}

bool Live::add_turn(const Message& message, const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  if (over_ || retired_ || cancel_asked_ || task_.history.size() >= kMostTaskHistory || (closing_ && is_over(closing_->state)))
    return false;
  if (task_.state == State::input_required && !closing_) {
    // The caller answers: the question becomes part of what was said.
    task_.state = State::submitted;
    question_ = std::exchange(task_.note, std::nullopt);
    if (question_) task_.history.push_back(*question_);
  }
  runs_.push_back(run_id);
  task_.history.push_back(message);
  if (closing_) closing_->history.push_back(message);
  return true;
}

void Live::drop_turn(const std::string& message_id, const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  std::erase(runs_, run_id);
  // The last of them: callers may use an id again.
  const auto last = std::find_if(task_.history.rbegin(), task_.history.rend(), [&](const Message& one) { return one.id == message_id; });
  if (last != task_.history.rend()) task_.history.erase(std::next(last).base());
  if (!runs_.empty() || task_.state != State::submitted || task_.history.empty()) return;
  task_.state = State::input_required;
  task_.note = std::exchange(question_, std::nullopt);
  if (task_.note) std::erase_if(task_.history, [&](const Message& one) { return one.id == task_.note->id; });
}

std::optional<Task> Live::close_waiting(std::int64_t now) {
  const std::lock_guard lock(mutex_);
  if (over_ || retired_ || closing_ || !runs_.empty()) return std::nullopt;
  closing_ = task_;
  closing_->state = State::canceled;
  closing_->note.reset();
  closing_->updated_ms = std::max(now, task_.updated_ms);
  return closing_;
}

void Live::reopen() {
  const std::lock_guard lock(mutex_);
  closing_.reset();
  cancel_asked_ = false;
}

bool Live::retire() {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [](const auto& one) { return !one->listens(); });
  const bool followed = cancel_asked_ || !listeners_.empty() || !waiters_.empty();
  retired_ = retired_ || (!over_ && is_at_rest() && !closing_ && !followed);
  return retired_;
}

bool Live::ask_cancel() {
  const std::lock_guard lock(mutex_);
  cancel_asked_ = !retired_;
  return cancel_asked_;
}

bool Live::follow(std::shared_ptr<Listener> listener) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [](const auto& one) { return !one->listens(); });
  if (over_ || retired_ || listeners_.size() >= kMostListeners) return false;
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

void Live::end_waiting(const Fault& why) {
  std::vector<Waiter> called;
  {
    const std::lock_guard lock(mutex_);
    called.swap(waiters_);
  }
  for (Waiter& one : called) one.done(tl::unexpected<Fault>(why));
}

bool Live::enter(State state, std::int64_t now, const std::string& note) {
  const std::lock_guard lock(mutex_);
  if (over_ || task_.state == state) return false;
  task_.state = state;
  task_.updated_ms = std::max(now, task_.updated_ms);
  task_.note.reset();
  question_.reset();
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
  event.last = is_at_rest();
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
  if (end_state_ || end_message_) return;  // it goes into a message
  Artifact* artifact = find(task_, artifact_id());
  if (artifact == nullptr) artifact = &task_.artifacts.emplace_back(Artifact{artifact_id(), "answer", {{.text = {}}}});
  if (fresh_) artifact->parts.front().text.clear();
  artifact->parts.front().text += piece;
  Event event = update(Event::Kind::artifact);
  event.append = !std::exchange(fresh_, false);
  event.task.artifacts.push_back({artifact->id, artifact->name, {{.text = piece}}});
  emit(event);
}

Result<Artifact> Live::add_output(Part part) {
  const std::lock_guard lock(mutex_);
  std::size_t size = size_of(part);
  for (const Artifact& one : task_.artifacts)
    for (const Part& before : one.parts) size += size_of(before);
  if (size > kMostOfOutputs || task_.artifacts.size() >= kMostArtifacts)
    return fail(Code::too_large, "the task has as many artifacts as it may: 200, of 4 MiB together, files in base64");
  const std::string id = "output-" + std::to_string(task_.artifacts.size() + 1);
  task_.artifacts.push_back({id, part.file_name.empty() ? id : part.file_name, {std::move(part)}});
  Event event = update(Event::Kind::artifact);
  event.last = true;
  event.task.artifacts.push_back(task_.artifacts.back());
  emit(event);
  return task_.artifacts.back();
}

Status Live::end_with(std::optional<State> state, bool message) {
  const std::lock_guard lock(mutex_);
  if (message && turn_ > 1) return fail(Code::rejected, "message: this goes on with a task, so the answer belongs to the task");
  end_state_ = state;
  end_message_ = message;
  return {};
}

/// The answer in the place of a task that has all of it.
Message Live::message_of(const Task& task) const {
  Message message{.id = new_id(), .context_id = context_id_, .role = Role::agent};
  for (const Artifact& one : task.artifacts) message.parts.insert(message.parts.end(), one.parts.begin(), one.parts.end());
  return message;
}

Task Live::close_turn(const TurnResult& result, std::int64_t now, bool stopping) {
  const std::lock_guard lock(mutex_);
  Task next = task_;
  next.note.reset();
  next.updated_ms = std::max(now, task_.updated_ms);
  // While further turns of the task wait, the end of this one is not the end of the task.
  const bool last = runs_.size() <= 1, in_note = last && result.ok && end_state_.has_value();
  if (in_note) {
    std::erase_if(next.artifacts, [id = artifact_id()](const Artifact& one) { return one.id == id; });
  } else if (result.ok) {
    Artifact* artifact = find(next, artifact_id());
    if (artifact == nullptr) artifact = &next.artifacts.emplace_back(Artifact{artifact_id(), "answer", {}});
    artifact->parts = {{.text = result.answer}};
  }
  const bool canceled = cancel_asked_ || (result.interrupted && !stopping && result.code != Code::unavailable);
  next.state = !last ? State::working : result.ok ? end_state_.value_or(State::completed) : canceled ? State::canceled : State::failed;
  if (in_note) next.note = agent_note(next, result.answer);
  if (last && !result.ok && !cancel_asked_) next.note = agent_note(next, result.error);
  if (last && result.ok && end_message_) message_ = message_of(next);
  closing_ = next;
  return next;
}

/// Sends the rest of the answer, nothing more when all of it was sent, else the whole; and gives the answer, if the turn has one.
std::optional<Artifact> Live::emit_answer(Task& after) {
  const Artifact* now = find(after, artifact_id());
  if (now == nullptr) return std::nullopt;
  const Artifact* before = find(task_, artifact_id());
  Event event = update(Event::Kind::artifact);
  event.append = before != nullptr && !fresh_ && before->parts.front().text == now->parts.front().text;
  event.last = true;
  event.task.artifacts.push_back(*now);
  if (event.append) event.task.artifacts.front().parts.front().text.clear();
  emit(event);
  return *now;
}

Live::End Live::report_end(const std::string& run_id) {
  std::unique_lock lock(mutex_);
  if (!closing_) return {.over = over_, .settled = over_};
  if (message_) emit({.kind = Event::Kind::message, .message = *message_});
  End end{.answer = emit_answer(*closing_)};
  const bool changed = closing_->state != task_.state;
  task_ = std::move(*closing_);
  closing_.reset();
  std::erase(runs_, run_id);
  ++turn_;
  fresh_ = true;
  end_state_.reset();
  end_message_ = false;
  over_ = is_over(task_.state);
  end.over = over_;
  end.settled = is_at_rest();
  if (changed || end.settled) emit(update(Event::Kind::status));
  if (end.settled) listeners_.clear();
  answer_waiters(std::move(lock));
  return end;
}

}  // namespace facio::serve::a2a
