#include "commands/facio/runtime/a2a/tasks.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/runtime/a2a/live.hpp"
#include "commands/serve/clock.hpp"

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kMostOpen = 2'000, kMostOpenInContext = 50;
using Kind = Fault::Kind;

bool is_context_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == ':' || c == '-'; });
}

tl::unexpected<Fault> about_task(Kind kind, std::string message, std::string_view id) {
  return tl::unexpected(Fault{kind, std::move(message), {}, std::string(id)});
}

tl::unexpected<Fault> not_found(std::string_view id) {
  id = id.substr(0, 128);
  return about_task(Kind::task_not_found, "task not found: " + std::string(id), id);
}

tl::unexpected<Fault> already_over(Kind kind, std::string_view id, std::string_view what) {
  return about_task(kind, "the task " + std::string(id) + " is over; it cannot be " + std::string(what), id);
}

store::A2aTask row_of(const Task& task) {
  return {.id = task.id,
          .context_id = task.context_id,
          .state = static_cast<int>(task.state),
          .updated_ms = task.updated_ms,
          .json = json_of(task, Dialect::v1)};
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

/// Why a task is not open.
tl::unexpected<Fault> Tasks::not_open(std::string_view agent, std::string_view id, Kind over, std::string_view what) const {
  auto row = stored(agent, id);
  if (!row) return tl::unexpected(std::move(row.error()));
  return already_over(over, id, what);
}

bool Tasks::take_slot(const std::string& agent, const std::string& context) {
  const std::lock_guard lock(mutex_);
  if (opened_ >= kMostOpen) return false;
  std::size_t& count = contexts_[{agent, context}];
  if (count >= kMostOpenInContext) return false;
  ++count;
  ++opened_;
  return true;
}

void Tasks::release_slot(const Live& live) {
  const std::lock_guard lock(mutex_);
  open_.erase({live.agent(), live.id()});
  --opened_;
  const auto found = contexts_.find({live.agent(), live.context_id()});
  if (--found->second == 0) contexts_.erase(found);
}

/// Stores a task as it is when its turn in the store has come, so that a later change is never overwritten.
void Tasks::store_later(const LivePtr& live, UniqueFunction<void(Status)> done) {
  base_.store.submit([live](store::Transaction& tx) { return store_task(tx, *live, live->snapshot()); }, std::move(done));
}

void Tasks::notify_receivers(const Live& live, Event::Kind kind) {
  std::string receivers = live.receivers();
  if (receivers.empty()) return;
  const Task task = live.snapshot();
  if (kind == Event::Kind::artifact && task.artifacts.empty()) return;
  Event event{.kind = kind, .task = task, .last = kind == Event::Kind::artifact || is_over(task.state)};
  if (kind == Event::Kind::artifact) event.task.artifacts = {task.artifacts.back()};
  push_->send(live.agent(), std::move(receivers), std::move(event), task);
}

void Tasks::on_progress(const LivePtr& live, const TurnProgress& progress) {
  switch (progress.kind) {
    case TurnProgress::Kind::started: live->report_status(); return notify_receivers(*live, Event::Kind::status);
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
  notify_receivers(*live, Event::Kind::status);
}

void Tasks::run(const LivePtr& live, const Message& message, const std::string& run_id, bool trusted) {
  TurnRequest request{{.agent = live->agent(),
                       .session_key = "a2a:" + live->context_id(),
                       .run_id = run_id,
                       .trace_id = random_hex(8),
                       .origin = "a2a",
                       .channel = "a2a"}};
  request.message = plain_text(message);
  request.channel_id = live->context_id();
  request.trusted = trusted;
  TurnHooks hooks;
  hooks.progress = [this, live](const TurnProgress& progress) { on_progress(live, progress); };
  hooks.with_begin = [this, live](store::Transaction& tx) {
    return live->enter(State::working, base_.clock.now_ms()) ? store_task(tx, *live, live->snapshot()) : Status{};
  };
  hooks.with_end = [this, live](store::Transaction& tx, const TurnResult& result) {
    return store_task(tx, *live, live->close_turn(result, base_.clock.now_ms(), stopping_));
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
  const bool over = live->report_end(run_id);
  notify_receivers(*live, Event::Kind::artifact);
  if (!over) return;
  notify_receivers(*live, Event::Kind::status);
  release_slot(*live);
}

void Tasks::send(std::string_view agent, Sending sending, Done done) {
  const Message& message = sending.message;
  if (message.role != Role::user) return done(bad("message.role", "must be that of a user"));
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
void Tasks::begin(const LivePtr& live, Sending sending, const std::string& run_id, Done done) {
  if (!sending.listener && sending.wait) live->await(std::move(done), false);
  else done(live->snapshot());
  if (sending.listener) live->follow(std::move(sending.listener));
  run(live, sending.message, run_id, sending.trusted);
}

void Tasks::start_task(std::string_view agent, Sending sending, Done done) {
  Task task;
  task.id = new_id();
  task.context_id = sending.message.context_id.empty() ? new_id() : sending.message.context_id;
  if (!take_slot(std::string(agent), task.context_id))
    return done(refuse(Kind::overloaded, "too many tasks of this context, or of all, are not over yet; try again later"));
  sending.message.task_id = task.id;
  sending.message.context_id = task.context_id;
  task.updated_ms = base_.clock.now_ms();
  task.metadata = sending.metadata;
  task.history.push_back(sending.message);
  const std::string run_id = random_hex(8);
  const auto live = std::make_shared<Live>(std::string(agent), std::move(task), run_id);
  auto held = std::make_shared<std::pair<Sending, Done>>(std::move(sending), std::move(done));
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

void Tasks::continue_task(std::string_view agent, Sending sending, Done done) {
  const std::string id = sending.message.task_id;
  const LivePtr live = find(agent, id);
  if (!live) return done(not_open(agent, id, Kind::unsupported_operation, "gone on with"));
  Message& message = sending.message;
  if (!message.context_id.empty() && message.context_id != live->context_id())
    return done(bad("message.contextId", "is not that of the task " + id));
  if (plain_text(message).starts_with('/'))
    return done(refuse(Kind::unsupported_operation, "a command cannot be part of a task; send it without taskId"));
  message.context_id = live->context_id();
  const std::string run_id = random_hex(8);
  if (!live->add_turn(message, run_id)) return done(already_over(Kind::unsupported_operation, id, "gone on with"));
  auto held = std::make_shared<std::pair<Sending, Done>>(std::move(sending), std::move(done));
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
  for (const store::A2aTask& row : rows->tasks) {
    auto task = read_task(row.json);
    if (!task) return refuse(task.error());
    page.tasks.push_back(std::move(*task));
  }
  if (rows->has_more) page.next = std::to_string(rows->tasks.back().updated_ms) + "." + rows->tasks.back().id;
  return page;
}

void Tasks::cancel(std::string_view agent, std::string_view id, Done done) {
  const auto live = find(agent, id);
  if (!live) return done(not_open(agent, id, Kind::task_not_cancelable, "canceled"));
  live->ask_cancel();
  live->await(
      [done = std::move(done)](Outcome<Task> task) mutable {
        if (task && task->state != State::canceled) return done(already_over(Kind::task_not_cancelable, task->id, "canceled"));
        done(std::move(task));
      },
      true);
  for (const std::string& run : live->runs()) turns_.cancel_run(agent, run);
}

Outcome<void> Tasks::subscribe(std::string_view agent, std::string_view id, std::shared_ptr<Listener> listener) {
  const auto live = find(agent, id);
  if (!live) return not_open(agent, id, Kind::unsupported_operation, "subscribed to");
  if (live->follow(std::move(listener))) return {};
  if (is_over(live->snapshot().state)) return already_over(Kind::unsupported_operation, id, "subscribed to");
  return refuse(Kind::overloaded, "too many listen to this task already");
}

/// Changes the receivers in the row of a task, and those of the task itself if it is open.
void Tasks::change_push(std::string_view agent, std::string_view id,
                        UniqueFunction<Outcome<void>(store::Transaction&, store::A2aTask&)> change,
                        UniqueFunction<void(Outcome<void>)> done) {
  auto outcome = std::make_shared<Outcome<void>>();
  base_.store.submit(
      [this, outcome, change = std::move(change), agent = std::string(agent),
       id = std::string(id)](store::Transaction& tx) mutable -> Status {
        auto row = tx.get_a2a_task(agent, id);
        if (!row) return fail(std::move(row.error()));
        *outcome = *row ? change(tx, **row) : Outcome<void>(not_found(id));
        if (!*outcome) return {};
        if (const auto live = find(agent, id)) live->set_receivers((*row)->push);
        return tx.save_a2a_task(agent, **row);
      },
      [outcome, done = std::move(done)](const Status& status) mutable {
        done(status ? std::move(*outcome) : Outcome<void>(refuse(status.error())));
      });
}

void Tasks::set_push(std::string_view agent, std::string_view id, PushConfig config, UniqueFunction<void(Outcome<PushConfig>)> done) {
  if (auto good = push_->check(config, {}); !good) return done(tl::unexpected(std::move(good.error())));
  if (config.id.empty()) config.id = new_id();
  const auto held = std::make_shared<const PushConfig>(std::move(config));
  change_push(
      agent, id,
      [this, held](store::Transaction& tx, store::A2aTask& row) -> Outcome<void> {
        auto list = with_push(row.push, *held, row.id, base_.vault, tx);
        if (!list) return refuse(list.error());
        if (auto all = stored_push(*list); all && all->size() > kMostPushConfigs)
          return refuse(Kind::invalid_params, "id: a task can have at most 10 receivers", "id");
        row.push = std::move(*list);
        return {};
      },
      [held, done = std::move(done)](Outcome<void> set) mutable { done(set.map([&] { return *held; })); });
}

Outcome<std::vector<PushConfig>> Tasks::push(std::string_view agent, std::string_view id) {
  auto row = stored(agent, id);
  if (!row) return tl::unexpected(std::move(row.error()));
  auto list = stored_push(row->push);
  if (!list) return refuse(list.error());
  return std::move(*list);
}

void Tasks::remove_push(std::string_view agent, std::string_view id, std::string config, UniqueFunction<void(Outcome<void>)> done) {
  change_push(
      agent, id,
      [config = std::move(config)](store::Transaction&, store::A2aTask& row) -> Outcome<void> {
        auto rest = without_push(row.push, config);
        if (!rest) return refuse(rest.error());
        row.push = std::move(*rest);
        row.push_due = row.push_due && !row.push.empty();
        return {};
      },
      std::move(done));
}

Status Tasks::recover() {
  const std::vector<int> unfinished = {static_cast<int>(State::submitted), static_cast<int>(State::working),
                                       static_cast<int>(State::input_required), static_cast<int>(State::auth_required)};
  auto rows = base_.store.a2a_tasks().unfinished(unfinished);
  if (!rows) return fail(std::move(rows.error()));
  if (rows->empty()) return {};
  struct Ended {
    std::string agent, receivers;
    Task task;
  };
  std::vector<Ended> ended;
  const std::int64_t now = base_.clock.now_ms();
  for (auto& [agent, row] : *rows) {
    auto task = read_task(row.json);
    if (!task) continue;  // reading it reports the failure; the other tasks must not wait for it
    if (!is_over(task->state)) {
      task->state = State::failed;
      task->updated_ms = std::max(now, task->updated_ms);
      task->note = agent_note(*task, "the agent's runtime ended before the task was over; nothing of it runs again by itself");
    }
    ended.push_back({agent, std::move(row.push), std::move(*task)});
  }
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
