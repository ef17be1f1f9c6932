#include "commands/facio/runtime/a2a/tasks.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/runtime/a2a/answer_tool.hpp"
#include "commands/facio/runtime/a2a/live.hpp"
#include "commands/serve/clock.hpp"

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kMostOpen = 2'000, kMostOpenInContext = 50;
constexpr std::string_view kTooMany = "too many tasks are in progress, in this context or in all; try again later";
constexpr std::int64_t kLongestHold = 2'000;
constexpr std::size_t kMostOfPage = std::size_t{16} << 20U;  ///< of the tasks in one answer
using Kind = Fault::Kind;

bool is_context_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == ':' || c == '-'; });
}

tl::unexpected<Fault> about_task(Kind kind, std::string message, std::string_view id) {
  return tl::unexpected(Fault{kind, std::move(message), {}, std::string(id)});
}

tl::unexpected<Fault> already_over(Kind kind, std::string_view id, std::string_view what) {
  return about_task(kind, "the task " + std::string(id) + " has ended; it cannot be " + std::string(what), id);
}

store::A2aTask row_of(const Task& task) {
  return {.id = task.id,
          .context_id = task.context_id,
          .state = static_cast<int>(task.state),
          .updated_ms = task.updated_ms,
          .json = json_of(task, Dialect::v1)};
}

/// What the agent is told of a message beside its text. The id is the caller's: one that is more than a name is not shown.
std::string run_note(const Message& message) {
  std::string note = "Another agent sent this message over A2A. Task " + message.task_id + ", context " + message.context_id;
  if (is_context_id(message.id)) note += ", message " + message.id;
  return note + ". What you answer goes to that agent; the tool answer gives it files, links and data, or says how the task ends.";
}

/// Where a page ends, as a token that clients only pass back: the time and the id of its last task.
std::optional<std::pair<std::int64_t, std::string>> place_of(std::string_view token) {
  const auto dot = token.find('.');
  std::int64_t when = 0;
  if (dot == std::string_view::npos || dot + 1 == token.size() || !read_number(token.substr(0, dot), when)) return std::nullopt;
  return std::pair(when, std::string(token.substr(dot + 1)));
}

/// Stores a task; its receivers stay those of its row, and are to be notified when it is over.
Status store_task(store::Transaction& tx, Live& live, const Task& task) {
  auto before = tx.get_a2a_task(live.agent(), task.id);
  if (!before) return fail(std::move(before.error()));
  store::A2aTask row = row_of(task);
  if (*before) row.push = (*before)->push;
  row.push_due = is_over(task.state) && !row.push.empty();
  live.set_receivers(row.push);
  return tx.save_a2a_task(live.agent(), row);
}

}  // namespace

Tasks::LivePtr Tasks::find(std::string_view agent, std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find({std::string(agent), std::string(id)});
  return found == open_.end() ? nullptr : found->second;
}

Outcome<store::A2aTask> Tasks::stored(std::string_view agent, std::string_view id) const {
  auto row = base_.store.a2a_tasks().get(agent, id);
  if (!row) return refuse(row.error());
  if (!*row) return not_found(id);
  return std::move(**row);
}

/// A task that is not over; one that rests in the store is opened. Otherwise why not: `over` when it is over, and cannot be `what`.
Outcome<Tasks::LivePtr> Tasks::open(std::string_view agent, std::string_view id, Kind over, std::string_view what) {
  while (true) {
    std::uint64_t released = 0;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = open_.find({std::string(agent), std::string(id)}); found != open_.end()) return found->second;
      released = released_;
    }
    auto row = stored(agent, id);
    if (!row) return tl::unexpected(std::move(row.error()));
    if (row->state != static_cast<int>(State::input_required)) return already_over(over, id, what);
    auto task = read_task(row->json);
    if (!task) return refuse(task.error());
    const std::lock_guard lock(mutex_);
    if (const auto found = open_.find({std::string(agent), std::string(id)}); found != open_.end()) return found->second;
    if (released != released_) continue;  // it may have been open since, and what was read is old
    if (!take_slot_locked({std::string(agent), task->context_id})) return refuse(Kind::overloaded, std::string(kTooMany));
    const auto live = std::make_shared<Live>(std::string(agent), std::move(*task), std::string());
    live->set_receivers(std::move(row->push));
    return open_.emplace(std::pair(live->agent(), live->id()), live).first->second;
  }
}

bool Tasks::has_room(const Key& context) const {
  const auto count = contexts_.find(context);
  return opened_ < kMostOpen && (count == contexts_.end() || count->second < kMostOpenInContext);
}

/// Those that nobody follows any more give way.
bool Tasks::take_slot_locked(const Key& context) {
  if (!has_room(context)) {
    std::vector<LivePtr> resting;
    for (const auto& [key, live] : open_)
      if (live->retire()) resting.push_back(live);
    for (const LivePtr& live : resting) release_locked(*live);
    if (!has_room(context)) return false;
  }
  ++contexts_[context];
  ++opened_;
  return true;
}

bool Tasks::take_slot(const std::string& agent, const std::string& context) {
  const std::lock_guard lock(mutex_);
  return take_slot_locked({agent, context});
}

void Tasks::release_locked(const Live& live) {
  open_.erase({live.agent(), live.id()});
  --opened_;
  ++released_;
  const auto found = contexts_.find({live.agent(), live.context_id()});
  if (--found->second == 0) contexts_.erase(found);
}

void Tasks::release_slot(const Live& live) {
  const std::lock_guard lock(mutex_);
  release_locked(live);
}

/// A task that waits for its caller rests in the store, unless somebody follows it.
void Tasks::retire(const LivePtr& live) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find({live->agent(), live->id()});
  if (found != open_.end() && found->second == live && live->retire()) release_locked(*live);
}

/// Stores a task as it is when its turn in the store has come, so that a later change is never overwritten.
void Tasks::store_later(const LivePtr& live, UniqueFunction<void(Status)> done) {
  base_.store.submit([live](store::Transaction& tx) { return store_task(tx, *live, live->snapshot()); }, std::move(done));
}

void Tasks::notify_of_status(const Live& live) {
  std::string receivers = live.receivers();
  if (receivers.empty()) return;
  const Task task = live.snapshot();
  push_->send(live.agent(), std::move(receivers), {.kind = Event::Kind::status, .task = task, .last = is_settled(task.state)}, task);
}

void Tasks::notify_of_artifact(const Live& live, const Artifact& artifact) {
  std::string receivers = live.receivers();
  if (receivers.empty()) return;
  const Task task = live.snapshot();
  Event event{.kind = Event::Kind::artifact, .task = task, .last = true};
  event.task.artifacts = {artifact};
  push_->send(live.agent(), std::move(receivers), std::move(event), task);
}

void Tasks::on_progress(const LivePtr& live, const TurnProgress& progress) {
  switch (progress.kind) {
    case TurnProgress::Kind::started: live->report_status(); return notify_of_status(*live);
    case TurnProgress::Kind::text: return live->add_text(progress.text);
    case TurnProgress::Kind::tool_call: return live->begin_text();
    case TurnProgress::Kind::tool_result: return;
    case TurnProgress::Kind::waiting:
      return change_state(live, State::auth_required,
                          "a person has to allow the tool " + progress.tool + " first; the agent's operator is asked");
    case TurnProgress::Kind::resumed: return change_state(live, State::working, {});
  }
}

void Tasks::change_state(const LivePtr& live, State state, const std::string& note) {
  if (!live->enter(state, base_.clock.now_ms(), note)) return;
  store_later(live, [](const Status&) {});
  live->report_status();
  notify_of_status(*live);
}

void Tasks::run(const LivePtr& live, const Message& message, const std::string& run_id, bool trusted) {
  TurnRequest request{{.agent = live->agent(),
                       .session_key = "a2a:" + live->context_id(),
                       .run_id = run_id,
                       .trace_id = random_hex(8),
                       .origin = "a2a",
                       .channel = "a2a"}};
  request.message = plain_text(message);
  request.detail_prompt = run_note(message);
  request.channel_id = live->context_id();
  request.trusted = trusted;
  TurnHooks hooks;
  hooks.tools = answer_tools(live);
  hooks.progress = [this, live](const TurnProgress& progress) { on_progress(live, progress); };
  hooks.with_begin = [this, live](store::Transaction& tx) {
    return live->enter(State::working, base_.clock.now_ms()) ? store_task(tx, *live, live->snapshot()) : Status{};
  };
  hooks.with_end = [this, live](store::Transaction& tx, const TurnResult& result) {
    return store_task(tx, *live, live->close_turn(result, base_.clock.now_ms(), stopping_));
  };
  hooks.unrecorded = [live, run_id](const TurnResult&, const Error& why) {
    live->end_waiting(
        {.kind = Fault::Kind::unavailable,
         .message = "run " + run_id + " has ended, but its end cannot be recorded now: " + why.message() + "; ask for the task later",
         .task_id = live->id()});
  };
  turns_.run(std::move(request), std::move(hooks), [this, live, run_id](const TurnResult& result) {
    if (result.recorded && live->is_closed()) return on_end(live, run_id);
    // A turn that never began, or whose end could not be written.
    const Task closed = live->close_turn(result, base_.clock.now_ms(), stopping_);
    base_.store.submit([live, closed](store::Transaction& tx) { return store_task(tx, *live, closed); },
                       [this, live, run_id](const Status&) { on_end(live, run_id); });
  });
  // A cancellation may have come before the turn was known.
  if (live->cancel_asked()) turns_.cancel_run(live->agent(), run_id);
}

void Tasks::on_end(const LivePtr& live, const std::string& run_id) {
  const Live::End end = live->report_end(run_id);
  if (end.answer) notify_of_artifact(*live, *end.answer);
  if (!end.settled) return;
  notify_of_status(*live);
  if (end.over) return release_slot(*live);
  if (live->cancel_asked()) return cancel_waiting(live);
  retire(live);
}

/// The tool that gives the caller more than text.
std::shared_ptr<ToolSource> Tasks::answer_tools(const LivePtr& live) {
  AnswerSink sink;
  sink.add = [this, live](Part part) -> Status {
    auto artifact = live->add_output(std::move(part));
    if (!artifact) return fail(std::move(artifact.error()));
    notify_of_artifact(*live, *artifact);
    return {};
  };
  sink.end_with = [live](std::optional<State> state, bool message) { return live->end_with(state, message); };
  return answer_tool(std::move(sink), base_.files, credentials_);
}

void Tasks::send(std::string_view agent, Sending sending, Answered done) {
  const Message& message = sending.message;
  if (message.role != Role::user) return done(bad("message.role", "must be the role user"));
  if (is_blank(plain_text(message))) return done(bad("message.parts", "must not be blank"));
  if (!message.context_id.empty() && !is_context_id(message.context_id))
    return done(bad("message.contextId", "must have at most 128 letters, digits and ._:-"));
  if (sending.push) {
    if (auto good = push_->check(*sending.push, "configuration.pushNotificationConfig"); !good)
      return done(tl::unexpected(std::move(good.error())));
    if (sending.push->id.empty()) sending.push->id = new_id();
  }
  if (message.task_id.empty()) start_task(agent, std::move(sending), std::move(done));
  else continue_task(agent, std::move(sending), std::move(done));
}

/// Answers, attaches the listener, and starts the next turn of a task that is stored now.
void Tasks::begin(const LivePtr& live, Sending sending, const std::string& run_id, Answered done) {
  if (sending.listener || !sending.wait) {
    done(Reply{live->snapshot()});
  } else {
    live->await(
        [live, done = std::move(done)](Outcome<Task> task) mutable {
          if (!task) return done(tl::unexpected(std::move(task.error())));
          done(Reply{std::move(*task), live->message()});
        },
        false);
  }
  if (sending.listener) {
    show_later(sending.listener);
    live->follow(std::move(sending.listener));
  }
  run(live, sending.message, run_id, sending.trusted);
}

/// A caller that holds back what it hears, until it is known whether a message answers it, is not left without the task for long.
void Tasks::show_later(const std::shared_ptr<Listener>& listener) {
  {
    const std::lock_guard lock(mutex_);
    if (!alarm_started_) alarm_started_ = alarm_.start([this](AlarmClock::Jump jump) { show_due(jump.has_value()); }).has_value();
    if (alarm_started_) {
      unshown_.emplace(base_.clock.now_ms() + kLongestHold, listener);
      return alarm_.set(unshown_.begin()->first);
    }
  }
  listener->show();
}

void Tasks::show_due(bool all) {
  std::vector<std::weak_ptr<Listener>> due;
  {
    const std::lock_guard lock(mutex_);
    const auto end = all ? unshown_.end() : unshown_.upper_bound(base_.clock.now_ms());
    for (auto one = unshown_.begin(); one != end; ++one) due.push_back(std::move(one->second));
    unshown_.erase(unshown_.begin(), end);
    alarm_.set(unshown_.empty() ? std::nullopt : std::optional(unshown_.begin()->first));
  }
  for (const auto& one : due)
    if (const auto listener = one.lock()) listener->show();
}

void Tasks::start_task(std::string_view agent, Sending sending, Answered done) {
  Task task;
  task.id = new_id();
  task.context_id = sending.message.context_id.empty() ? new_id() : sending.message.context_id;
  if (!take_slot(std::string(agent), task.context_id)) return done(refuse(Kind::overloaded, std::string(kTooMany)));
  sending.message.task_id = task.id;
  sending.message.context_id = task.context_id;
  task.updated_ms = base_.clock.now_ms();
  task.metadata = sending.metadata;
  task.history.push_back(sending.message);
  const std::string run_id = random_hex(8);
  const auto live = std::make_shared<Live>(std::string(agent), std::move(task), run_id);
  auto held = std::make_shared<std::pair<Sending, Answered>>(std::move(sending), std::move(done));
  base_.store.submit(
      [this, live, held](store::Transaction& tx) -> Status {
        store::A2aTask row = row_of(live->snapshot());
        if (held->first.push) {
          auto list = with_push({}, *held->first.push, row.id, base_.vault, tx);
          if (!list) return fail(std::move(list.error()));
          row.push = std::move(*list);
        }
        live->set_receivers(row.push);
        return tx.save_a2a_task(live->agent(), row);
      },
      [this, live, held, run_id](const Status& status) {
        if (!status) {
          release_slot(*live);
          return held->second(refuse(status.error()));
        }
        {
          const std::lock_guard lock(mutex_);
          open_.emplace(std::pair(live->agent(), live->id()), live);
        }
        begin(live, std::move(held->first), run_id, std::move(held->second));
      });
}

void Tasks::continue_task(std::string_view agent, Sending sending, Answered done) {
  const std::string id = sending.message.task_id, run_id = random_hex(8);
  Message& message = sending.message;
  LivePtr live;
  do {
    auto found = open(agent, id, Kind::unsupported_operation, "continued");
    if (!found) return done(tl::unexpected(std::move(found.error())));
    live = std::move(*found);
    if (!message.context_id.empty() && message.context_id != live->context_id())
      return done(bad("message.contextId", "is not that of the task " + id));
    if (plain_text(message).starts_with('/'))
      return done(refuse(Kind::unsupported_operation, "a command cannot be part of a task; send it without taskId"));
    message.context_id = live->context_id();
    if (live->add_turn(message, run_id)) break;
    if (!live->is_retired()) return done(already_over(Kind::unsupported_operation, id, "continued"));
  } while (true);
  auto held = std::make_shared<std::pair<Sending, Answered>>(std::move(sending), std::move(done));
  store_later(live, [this, live, held, run_id](const Status& status) {
    if (status) return begin(live, std::move(held->first), run_id, std::move(held->second));
    live->drop_turn(held->first.message.id, run_id);
    held->second(refuse(status.error()));
  });
}

Outcome<Task> Tasks::get(std::string_view agent, std::string_view id) {
  if (const auto live = find(agent, id)) return live->snapshot();
  auto row = stored(agent, id);
  if (!row) return tl::unexpected(std::move(row.error()));
  auto task = read_task(row->json);
  if (!task) return refuse(task.error());
  return std::move(*task);
}

Outcome<Page> Tasks::list(std::string_view agent, const Listing& listing) {
  store::A2aTaskQuery query{.changed_from_ms = listing.changed_from_ms, .limit = listing.size};
  if (!listing.context_id.empty()) query.context_id = listing.context_id;
  if (listing.state) query.state = static_cast<int>(*listing.state);
  if (!listing.token.empty()) {
    query.before = place_of(listing.token);
    if (!query.before) return bad("pageToken", "is not one that this agent gave");
  }
  auto rows = base_.store.a2a_tasks().list(agent, query);
  if (!rows) return refuse(rows.error());
  Page page{.tasks = {}, .next = {}, .size = listing.size, .total = rows->total};
  std::size_t bytes = 0;
  for (const store::A2aTask& row : rows->tasks) {
    bytes += row.json.size();
    if (bytes > kMostOfPage && !page.tasks.empty()) {
      rows->tasks.resize(page.tasks.size());
      rows->has_more = true;
      break;
    }
    auto task = read_task(row.json);
    if (!task) return refuse(task.error());
    page.tasks.push_back(std::move(*task));
  }
  if (rows->has_more) page.next = std::to_string(rows->tasks.back().updated_ms) + "." + rows->tasks.back().id;
  return page;
}

void Tasks::cancel(std::string_view agent, std::string_view id, Done done) {
  LivePtr live;
  do {
    auto found = open(agent, id, Kind::task_not_cancelable, "canceled");
    if (!found) return done(tl::unexpected(std::move(found.error())));
    live = std::move(*found);
  } while (!live->ask_cancel());
  live->await(
      [done = std::move(done)](Outcome<Task> task) mutable {
        if (task && task->state != State::canceled) return done(already_over(Kind::task_not_cancelable, task->id, "canceled"));
        done(std::move(task));
      },
      true);
  for (const std::string& run : live->runs()) turns_.cancel_run(agent, run);
  cancel_waiting(live);
}

/// Ends a task that waits for its caller, if it does.
void Tasks::cancel_waiting(const LivePtr& live) {
  const auto closed = live->close_waiting(base_.clock.now_ms());
  if (!closed) return;
  base_.store.submit([live, closed](store::Transaction& tx) { return store_task(tx, *live, *closed); },
                     [this, live](const Status& status) {
                       if (status) return on_end(live, {});
                       live->reopen();
                       live->end_waiting(refuse(status.error()).value());
                     });
}

Outcome<void> Tasks::subscribe(std::string_view agent, std::string_view id, std::shared_ptr<Listener> listener) {
  LivePtr live;
  do {
    auto found = open(agent, id, Kind::unsupported_operation, "subscribed to");
    if (!found) return tl::unexpected(std::move(found.error()));
    live = std::move(*found);
    if (live->follow(listener)) return {};
  } while (live->is_retired());
  if (is_over(live->snapshot().state)) return already_over(Kind::unsupported_operation, id, "subscribed to");
  return refuse(Kind::overloaded, "too many clients are already subscribed to this task");
}

Status Tasks::recover() {
  const std::vector<int> unfinished = {static_cast<int>(State::submitted), static_cast<int>(State::working),
                                       static_cast<int>(State::auth_required)};
  auto rows = base_.store.a2a_tasks().unfinished(unfinished);
  if (!rows) return fail(std::move(rows.error()));
  if (auto started = push_->start(); !started) return started;
  struct Ended {
    std::string agent, receivers;
    Task task;
  };
  std::vector<Ended> ended;  // now, by the last end of the server
  const std::int64_t now = base_.clock.now_ms();
  for (auto& [agent, row] : *rows) {
    auto task = read_task(row.json);
    if (!task) continue;  // reading it reports the failure; the other tasks must not wait for it
    if (is_over(task->state)) {
      if (const auto next = next_push(row.push)) push_->plan(agent, row.id, *next);
      continue;
    }
    task->state = State::failed;
    task->updated_ms = std::max(now, task->updated_ms);
    task->note = agent_note(*task, "the agent's runtime stopped before the task ended; nothing is re-run automatically");
    ended.push_back({agent, std::move(row.push), std::move(*task)});
  }
  if (ended.empty()) return {};
  auto saved = base_.store.run([&](store::Transaction& tx) -> Status {
    for (const Ended& one : ended) {
      store::A2aTask row = row_of(one.task);
      row.push = one.receivers;
      row.push_due = !row.push.empty();
      if (auto status = tx.save_a2a_task(one.agent, row); !status) return status;
    }
    return {};
  });
  if (!saved) return saved;
  for (Ended& one : ended) {
    Event event{.kind = Event::Kind::status, .task = one.task, .last = true};
    push_->send(one.agent, std::move(one.receivers), std::move(event), std::move(one.task));
  }
  return {};
}

}  // namespace facio::serve::a2a
