#include "commands/facio/runtime/a2a/live.hpp"

#include <algorithm>

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kMostListeners = 64, kMostHistory = 500;

}  // namespace

Live::Live(std::string agent, Task task, std::string run_id)
    : agent_(std::move(agent)), id_(task.id), context_id_(task.context_id), task_(std::move(task)), runs_{std::move(run_id)} {}

Task Live::snapshot() const {
  const std::lock_guard lock(mutex_);
  return task_;
}

std::vector<std::string> Live::runs() const {
  const std::lock_guard lock(mutex_);
  return runs_;
}

bool Live::add_turn(const Message& message, const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  if (over_ || cancel_asked_ || task_.history.size() >= kMostHistory || (closing_ && is_over(closing_->state))) return false;
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
  Event event;
  event.task = task_;
  listener->hear(event);
  listeners_.push_back(std::move(listener));
  return true;
}

std::vector<Live::Waiter> Live::take_ready() {
  std::vector<Waiter> ready, rest;
  for (Waiter& one : waiters_) {
    const bool is_ready = over_ || (!one.only_end && is_interrupted(task_.state));
    (is_ready ? ready : rest).push_back(std::move(one));
  }
  waiters_.swap(rest);
  return ready;
}

void Live::await(Done done, bool only_end) {
  std::vector<Waiter> ready;
  Task task;
  {
    const std::lock_guard lock(mutex_);
    waiters_.push_back({std::move(done), only_end});
    ready = take_ready();
    if (!ready.empty()) task = task_;
  }
  for (Waiter& one : ready) one.done(task);
}

void Live::ask_cancel() {
  const std::lock_guard lock(mutex_);
  cancel_asked_ = true;
}

bool Live::cancel_asked() const {
  const std::lock_guard lock(mutex_);
  return cancel_asked_;
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

Event Live::status_event() const {
  Event event;
  event.kind = Event::Kind::status;
  event.task.id = id_;
  event.task.context_id = context_id_;
  event.task.state = task_.state;
  event.task.updated_ms = task_.updated_ms;
  event.task.note = task_.note;
  event.last = over_;
  return event;
}

void Live::tell(const Event& event) {
  for (const auto& one : listeners_) one->hear(event);
}

void Live::tell_status() {
  std::vector<Waiter> ready;
  Task task;
  {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    tell(status_event());
    ready = take_ready();
    task = task_;
  }
  for (Waiter& one : ready) one.done(task);
}

std::string Live::artifact_id() const { return turn_ == 1 ? "answer" : "answer-" + std::to_string(turn_); }

Artifact* Live::answer_in(Task& task) const {
  const auto found = std::ranges::find(task.artifacts, artifact_id(), &Artifact::id);
  return found == task.artifacts.end() ? nullptr : &*found;
}

void Live::begin_text() {
  const std::lock_guard lock(mutex_);
  fresh_ = true;
}

void Live::add_text(const std::string& piece) {
  if (piece.empty()) return;
  const std::lock_guard lock(mutex_);
  Artifact* artifact = answer_in(task_);
  if (artifact == nullptr) artifact = &task_.artifacts.emplace_back(Artifact{artifact_id(), "answer", {{.text = {}}}});
  Event event;
  event.kind = Event::Kind::artifact;
  event.append = !fresh_;
  if (fresh_) artifact->parts.front().text.clear();
  artifact->parts.front().text += piece;
  fresh_ = false;
  event.task.id = id_;
  event.task.context_id = context_id_;
  event.task.artifacts.push_back({artifact->id, artifact->name, {{.text = piece}}});
  tell(event);
}

Task Live::close_turn(const TurnResult& result, std::int64_t now, bool stopping) {
  const std::lock_guard lock(mutex_);
  Task next = task_;
  next.note.reset();
  next.updated_ms = std::max(now, task_.updated_ms);
  if (result.ok) {
    Artifact* artifact = answer_in(next);
    if (artifact == nullptr) artifact = &next.artifacts.emplace_back(Artifact{artifact_id(), "answer", {}});
    artifact->parts = {{.text = result.answer}};
  }
  // While further turns of the task wait, this one's end is not the task's.
  const bool last = runs_.size() <= 1;
  if (!last) next.state = State::working;
  else if (result.ok) next.state = State::completed;
  else
    next.state = cancel_asked_ || (result.interrupted && !stopping && result.code != Code::unavailable) ? State::canceled : State::failed;
  if (last && !result.ok && !cancel_asked_) next.note = agent_note(next, result.error);
  closing_ = next;
  return next;
}

bool Live::is_closed() const {
  const std::lock_guard lock(mutex_);
  return closing_.has_value();
}

/// The rest of the answer: nothing more when all of it was told, else the whole.
void Live::tell_answer(Task& after) {
  const Artifact* now = answer_in(after);
  if (now == nullptr) return;
  const Artifact* before = answer_in(task_);
  Event event;
  event.kind = Event::Kind::artifact;
  event.append = before != nullptr && !fresh_ && before->parts.front().text == now->parts.front().text;
  event.last = true;
  event.task.id = id_;
  event.task.context_id = context_id_;
  event.task.artifacts.push_back(*now);
  if (event.append) event.task.artifacts.front().parts.front().text.clear();
  tell(event);
}

bool Live::tell_end(const std::string& run_id) {
  std::vector<Waiter> ready;
  Task task;
  bool over = false;
  {
    const std::lock_guard lock(mutex_);
    if (!closing_) return over_;
    tell_answer(*closing_);
    const bool changed = closing_->state != task_.state;
    task_ = std::move(*closing_);
    closing_.reset();
    std::erase(runs_, run_id);
    ++turn_;
    fresh_ = true;
    over_ = is_over(task_.state);
    if (changed || over_) tell(status_event());
    if (over_) listeners_.clear();
    ready = take_ready();
    task = task_;
    over = over_;
  }
  for (Waiter& one : ready) one.done(task);
  return over;
}

void Live::set_receivers(std::string receivers) {
  const std::lock_guard lock(mutex_);
  receivers_ = std::move(receivers);
}

std::string Live::receivers() const {
  const std::lock_guard lock(mutex_);
  return receivers_;
}

}  // namespace facio::serve::a2a
