#include "commands/facio/runtime/a2a/tasks.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <map>
#include <mutex>

#include "cli/core/encoding.hpp"
#include "commands/facio/runtime/a2a/live.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kMostOpen = 2'000, kMostOpenInContext = 50;
constexpr std::string_view kChannel = "a2a";
using Kind = Fault::Kind;

std::string session_of(std::string_view context_id) { return "a2a:" + std::string(context_id); }

bool is_context_id(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':' || c == '-';
  };
  if (text.empty() || text.size() > 128) return false;
  for (const char c : text)
    if (!fits(c)) return false;
  return true;
}

tl::unexpected<Fault> not_found(std::string_view id) {
  return tl::unexpected(
      Fault{Kind::task_not_found, "task not found: " + std::string(id.substr(0, 128)), {}, std::string(id.substr(0, 128))});
}

tl::unexpected<Fault> is_over_already(Kind kind, std::string_view id, std::string_view what) {
  return tl::unexpected(Fault{kind, "the task " + std::string(id) + " is over; it cannot be " + std::string(what), {}, std::string(id)});
}

store::A2aTask row_of(const Task& task) {
  store::A2aTask row{.id = task.id, .context_id = task.context_id, .state = static_cast<int>(task.state), .updated_ms = task.updated_ms};
  write(row.json, task, Dialect::v1);
  return row;
}

/// Where a page ends, as a text that clients only give back.
std::string token_of(const store::A2aTask& last) { return std::to_string(last.updated_ms) + "." + last.id; }

std::optional<std::pair<std::int64_t, std::string>> place_of(const std::string& token) {
  std::int64_t when = 0;
  const char* const end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, when);
  if (error != std::errc{} || stop == end || *stop != '.' || stop + 1 == end) return std::nullopt;
  return std::pair(when, std::string(stop + 1, end));
}

Status check_text(const Message& message) {
  if (plain_text(message).find_first_not_of(" \t\r\n") != std::string::npos) return {};
  return fail(Code::rejected, "");
}

}  // namespace

struct Tasks::Impl : std::enable_shared_from_this<Tasks::Impl> {
  Impl(const ServiceContext& context, const Outbound& outbound, AgentTurn& agent_turns)
      : base(context), turns(agent_turns), push(context, outbound) {}

  using LivePtr = std::shared_ptr<Live>;
  using Done = UniqueFunction<void(Outcome<Task>)>;

  const ServiceContext& base;
  AgentTurn& turns;
  PushSender push;
  mutable std::mutex mutex;
  std::map<std::pair<std::string, std::string>, LivePtr> open;          ///< by agent and task
  std::map<std::pair<std::string, std::string>, std::size_t> contexts;  ///< open tasks by agent and context
  std::size_t opened = 0;
  std::atomic<bool> stopping = false;

  LivePtr find(std::string_view agent, std::string_view id) const {
    const std::lock_guard lock(mutex);
    const auto found = open.find({std::string(agent), std::string(id)});
    return found == open.end() ? nullptr : found->second;
  }

  /// A place for one more open task.
  bool take_place(const std::string& agent, const std::string& context) {
    const std::lock_guard lock(mutex);
    if (opened >= kMostOpen) return false;
    std::size_t& count = contexts[{agent, context}];
    if (count >= kMostOpenInContext) return false;
    ++count;
    ++opened;
    return true;
  }
  void give_place_back(const std::string& agent, const std::string& context) {
    const std::lock_guard lock(mutex);
    --opened;
    const auto found = contexts.find({agent, context});
    if (--found->second == 0) contexts.erase(found);
  }
  void forget(const Live& live) {
    {
      const std::lock_guard lock(mutex);
      open.erase({live.agent(), live.id()});
    }
    give_place_back(live.agent(), live.context_id());
  }

  /// Keeps a task as it is now; its receivers stay those of its row. `over`: they are to be told of the end.
  static Status keep(store::Transaction& tx, Live& live, const Task& task) {
    auto before = tx.get_a2a_task(live.agent(), task.id);
    if (!before) return fail(std::move(before.error()));
    store::A2aTask row = row_of(task);
    if (*before) row.push = (*before)->push;
    row.push_due = is_over(task.state) && !row.push.empty();
    live.set_receivers(row.push);
    return tx.save_a2a_task(live.agent(), row);
  }
  void keep_later(const LivePtr& live) {
    base.store.submit([live](store::Transaction& tx) { return keep(tx, *live, live->snapshot()); }, [](const Status&) {});
  }

  void tell_receivers(const Live& live, Event::Kind kind) {
    std::string receivers = live.receivers();
    if (receivers.empty()) return;
    const Task task = live.snapshot();
    if (kind == Event::Kind::artifact && task.artifacts.empty()) return;
    Event event;
    event.kind = kind;
    event.task = task;
    event.last = kind == Event::Kind::artifact || is_over(task.state);
    if (kind == Event::Kind::artifact) event.task.artifacts = {task.artifacts.back()};
    push.tell(live.agent(), std::move(receivers), std::move(event), task);
  }

  void on_progress(const LivePtr& live, const TurnProgress& progress) {
    switch (progress.kind) {
      case TurnProgress::Kind::started: live->tell_status(); return tell_receivers(*live, Event::Kind::status);
      case TurnProgress::Kind::text: return live->add_text(progress.text);
      case TurnProgress::Kind::tool_call: return live->begin_text();
      case TurnProgress::Kind::tool_result: return;
      case TurnProgress::Kind::waiting:
        return change(live, State::auth_required,
                      "a person has to allow the tool " + progress.tool + " first; the agent's operator is asked");
      case TurnProgress::Kind::resumed: return change(live, State::working, {});
    }
  }
  void change(const LivePtr& live, State state, const std::string& note) {
    if (!live->enter(state, base.clock.now_ms(), note)) return;
    keep_later(live);
    live->tell_status();
    tell_receivers(*live, Event::Kind::status);
  }

  /// Gives a message of the task to the agent.
  void run(const LivePtr& live, const Message& message, const std::string& run_id, bool trusted) {
    TurnRequest request{.agent = live->agent(),
                        .run_id = run_id,
                        .trace_id = random_hex(8),
                        .session_key = session_of(live->context_id()),
                        .origin = std::string(kChannel),
                        .channel = std::string(kChannel),
                        .message = plain_text(message),
                        .channel_id = live->context_id(),
                        .trusted = trusted};
    TurnHooks hooks;
    hooks.progress = [self = shared_from_this(), live](const TurnProgress& progress) { self->on_progress(live, progress); };
    hooks.with_begin = [self = shared_from_this(), live](store::Transaction& tx) -> Status {
      if (!live->enter(State::working, self->base.clock.now_ms())) return {};
      return keep(tx, *live, live->snapshot());
    };
    hooks.with_end = [self = shared_from_this(), live](store::Transaction& tx, const TurnResult& result) {
      return keep(tx, *live, live->close_turn(result, self->base.clock.now_ms(), self->stopping));
    };
    turns.run(std::move(request), std::move(hooks), [self = shared_from_this(), live, run_id](const TurnResult& result) {
      if (result.recorded && live->is_closed()) return self->on_end(live, run_id);
      self->end_unrecorded(live, run_id, result);
    });
    // A cancellation that came before the turn was known.
    if (live->cancel_asked()) turns.cancel_run(live->agent(), run_id);
  }

  /// A turn that never began, or whose end its engine could not write.
  void end_unrecorded(const LivePtr& live, const std::string& run_id, const TurnResult& result) {
    const Task closed = live->close_turn(result, base.clock.now_ms(), stopping);
    base.store.submit([live, closed](store::Transaction& tx) { return keep(tx, *live, closed); },
                      [self = shared_from_this(), live, run_id](const Status&) { self->on_end(live, run_id); });
  }

  void on_end(const LivePtr& live, const std::string& run_id) {
    const bool over = live->tell_end(run_id);
    tell_receivers(*live, Event::Kind::artifact);
    if (!over) return;
    tell_receivers(*live, Event::Kind::status);
    forget(*live);
  }

  // ------------------------------------------------------------------------------------------------------ send

  /// Answers, tells whoever listens, and starts the first turn of a task that is kept now.
  void begin(const LivePtr& live, Sending sending, const std::string& run_id, Done done) {
    if (sending.listener) {
      done(live->snapshot());
      live->follow(std::move(sending.listener));
    } else if (sending.wait) {
      live->await(std::move(done), false);
    } else {
      done(live->snapshot());
    }
    run(live, sending.message, run_id, sending.trusted);
  }

  void start_task(std::string_view agent, Sending sending, Done done) {
    Task task;
    task.id = new_id();
    task.context_id = sending.message.context_id.empty() ? new_id() : sending.message.context_id;
    if (!take_place(std::string(agent), task.context_id))
      return done(refuse(Kind::overloaded, "too many tasks of this context, or of all, are not over yet; try again later"));
    sending.message.task_id = task.id;
    sending.message.context_id = task.context_id;
    task.updated_ms = base.clock.now_ms();
    task.metadata = sending.metadata;
    task.history.push_back(sending.message);
    const std::string run_id = random_hex(8);
    const auto live = std::make_shared<Live>(std::string(agent), std::move(task), run_id);
    auto kept = std::make_shared<std::pair<Sending, Done>>(std::move(sending), std::move(done));
    base.store.submit(
        [self = shared_from_this(), live, kept](store::Transaction& tx) -> Status {
          store::A2aTask row = row_of(live->snapshot());
          if (kept->first.push) {
            auto list = with_push({}, *kept->first.push, row.id, self->base.vault, tx);
            if (!list) return fail(std::move(list.error()));
            row.push = std::move(*list);
          }
          live->set_receivers(row.push);
          return tx.save_a2a_task(live->agent(), row);
        },
        [self = shared_from_this(), live, kept, run_id](const Status& status) {
          if (!status) {
            self->give_place_back(live->agent(), live->context_id());
            return kept->second(refuse(status.error()));
          }
          {
            const std::lock_guard lock(self->mutex);
            self->open.emplace(std::pair(live->agent(), live->id()), live);
          }
          self->begin(live, std::move(kept->first), run_id, std::move(kept->second));
        });
  }

  /// A message to a task that goes on.
  void go_on(std::string_view agent, Sending sending, Done done) {
    const std::string id = sending.message.task_id;
    const LivePtr live = find(agent, id);
    if (!live) return done(tl::unexpected(missing(agent, id, Kind::unsupported_operation, "gone on with").error()));
    Message& message = sending.message;
    if (!message.context_id.empty() && message.context_id != live->context_id())
      return done(bad("message.contextId", "is not that of the task " + id));
    if (plain_text(message).starts_with('/'))
      return done(refuse(Kind::unsupported_operation, "a command cannot be part of a task; send it without taskId"));
    message.context_id = live->context_id();
    const std::string run_id = random_hex(8);
    if (!live->add_turn(message, run_id)) return done(is_over_already(Kind::unsupported_operation, id, "gone on with"));
    auto kept = std::make_shared<std::pair<Sending, Done>>(std::move(sending), std::move(done));
    base.store.submit([live](store::Transaction& tx) { return keep(tx, *live, live->snapshot()); },
                      [self = shared_from_this(), live, kept, run_id](const Status& status) {
                        if (status) return self->begin(live, std::move(kept->first), run_id, std::move(kept->second));
                        live->drop_turn(kept->first.message.id, run_id);
                        kept->second(refuse(status.error()));
                      });
  }

  /// Why a task is not open.
  Outcome<Task> missing(std::string_view agent, std::string_view id, Kind over, std::string_view what) {
    auto row = base.store.a2a_tasks().get(agent, id);
    if (!row) return refuse(row.error());
    if (!*row) return not_found(id);
    return is_over_already(over, id, what);
  }
};

Tasks::Tasks(const ServiceContext& base, const Outbound& outbound, AgentTurn& turns)
    : impl_(std::make_shared<Impl>(base, outbound, turns)) {}
Tasks::~Tasks() = default;

void Tasks::stopping() { impl_->stopping = true; }

void Tasks::send(std::string_view agent, Sending sending, UniqueFunction<void(Outcome<Task>)> done) {
  const Message& message = sending.message;
  if (message.role != Role::user) return done(bad("message.role", "must be that of a user"));
  if (!check_text(message)) return done(bad("message.parts", "must not be blank"));
  if (!message.context_id.empty() && !is_context_id(message.context_id))
    return done(bad("message.contextId", "must have at most 128 letters, digits and ._:-"));
  if (sending.push) {
    if (auto good = impl_->push.check(*sending.push, "configuration.pushNotificationConfig"); !good)
      return done(tl::unexpected(std::move(good.error())));
    if (sending.push->id.empty()) sending.push->id = new_id();
  }
  if (message.task_id.empty()) return impl_->start_task(agent, std::move(sending), std::move(done));
  impl_->go_on(agent, std::move(sending), std::move(done));
}

Outcome<Task> Tasks::get(std::string_view agent, std::string_view id) {
  if (const auto live = impl_->find(agent, id)) return live->snapshot();
  auto row = impl_->base.store.a2a_tasks().get(agent, id);
  if (!row) return refuse(row.error());
  if (!*row) return not_found(id);
  auto task = read_task((*row)->json);
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
  auto rows = impl_->base.store.a2a_tasks().list(agent, query);
  if (!rows) return refuse(rows.error());
  Page page;
  page.size = listing.size;
  page.total = rows->total;
  for (const store::A2aTask& row : rows->tasks) {
    auto task = read_task(row.json);
    if (!task) return refuse(task.error());
    page.tasks.push_back(std::move(*task));
  }
  if (rows->has_more) page.next = token_of(rows->tasks.back());
  return page;
}

void Tasks::cancel(std::string_view agent, std::string_view id, UniqueFunction<void(Outcome<Task>)> done) {
  const auto live = impl_->find(agent, id);
  if (!live) return done(tl::unexpected(impl_->missing(agent, id, Kind::task_not_cancelable, "canceled").error()));
  live->ask_cancel();
  live->await(
      [done = std::move(done)](Outcome<Task> task) mutable {
        if (task && task->state != State::canceled) return done(is_over_already(Kind::task_not_cancelable, task->id, "canceled"));
        done(std::move(task));
      },
      true);
  for (const std::string& run : live->runs()) impl_->turns.cancel_run(agent, run);
}

Outcome<void> Tasks::subscribe(std::string_view agent, std::string_view id, std::shared_ptr<Listener> listener) {
  const auto live = impl_->find(agent, id);
  if (!live) return tl::unexpected(impl_->missing(agent, id, Kind::unsupported_operation, "subscribed to").error());
  if (live->follow(std::move(listener))) return {};
  if (is_over(live->snapshot().state)) return is_over_already(Kind::unsupported_operation, id, "subscribed to");
  return refuse(Kind::overloaded, "too many listen to this task already");
}

void Tasks::set_push(std::string_view agent, std::string_view id, PushConfig config, UniqueFunction<void(Outcome<PushConfig>)> done) {
  if (auto good = impl_->push.check(config, {}); !good) return done(tl::unexpected(std::move(good.error())));
  if (config.id.empty()) config.id = new_id();
  auto kept = std::make_shared<std::pair<PushConfig, std::optional<Fault>>>(std::move(config), std::nullopt);
  auto work = [impl = impl_, kept, agent = std::string(agent), id = std::string(id)](store::Transaction& tx) -> Status {
    auto row = tx.get_a2a_task(agent, id);
    if (!row) return fail(std::move(row.error()));
    if (!*row) {
      kept->second = not_found(id).value();
      return {};
    }
    auto list = with_push((*row)->push, kept->first, id, impl->base.vault, tx);
    if (!list) return fail(std::move(list.error()));
    if (auto all = stored_push(*list); all && all->size() > kMostPushConfigs) {
      kept->second = Fault{Kind::invalid_params, "id: a task can have at most 10 receivers", "id"};
      return {};
    }
    (*row)->push = std::move(*list);
    if (const auto live = impl->find(agent, id)) live->set_receivers((*row)->push);
    return tx.save_a2a_task(agent, **row);
  };
  impl_->base.store.submit(std::move(work), [kept, done = std::move(done)](const Status& status) mutable {
    if (!status) return done(refuse(status.error()));
    if (kept->second) return done(tl::unexpected(std::move(*kept->second)));
    done(std::move(kept->first));
  });
}

Outcome<std::vector<PushConfig>> Tasks::push(std::string_view agent, std::string_view id) {
  auto row = impl_->base.store.a2a_tasks().get(agent, id);
  if (!row) return refuse(row.error());
  if (!*row) return not_found(id);
  auto list = stored_push((*row)->push);
  if (!list) return refuse(list.error());
  return std::move(*list);
}

void Tasks::remove_push(std::string_view agent, std::string_view id, std::string config, UniqueFunction<void(Outcome<void>)> done) {
  auto missing = std::make_shared<bool>(false);
  auto work = [impl = impl_, missing, config = std::move(config), agent = std::string(agent),
               id = std::string(id)](store::Transaction& tx) -> Status {
    auto row = tx.get_a2a_task(agent, id);
    if (!row) return fail(std::move(row.error()));
    *missing = !*row;
    if (*missing) return {};
    auto rest = without_push((*row)->push, config);
    if (!rest) return fail(std::move(rest.error()));
    (*row)->push = std::move(*rest);
    (*row)->push_due = (*row)->push_due && !(*row)->push.empty();
    if (const auto live = impl->find(agent, id)) live->set_receivers((*row)->push);
    return tx.save_a2a_task(agent, **row);
  };
  impl_->base.store.submit(std::move(work), [missing, id = std::string(id), done = std::move(done)](const Status& status) mutable {
    if (!status) return done(refuse(status.error()));
    if (*missing) return done(tl::unexpected(not_found(id).value()));
    done({});
  });
}

Status Tasks::recover() {
  const std::vector<int> going_on = {static_cast<int>(State::submitted), static_cast<int>(State::working),
                                     static_cast<int>(State::input_required), static_cast<int>(State::auth_required)};
  auto rows = impl_->base.store.a2a_tasks().unfinished(going_on);
  if (!rows) return fail(std::move(rows.error()));
  if (rows->empty()) return {};
  std::vector<std::pair<std::string, Task>> ended;
  std::vector<std::string> receivers;
  const std::int64_t now = impl_->base.clock.now_ms();
  for (const auto& [agent, row] : *rows) {
    auto task = read_task(row.json);
    if (!task) continue;  // whoever asks for it is told; the others must not wait for it
    if (!is_over(task->state)) {
      task->state = State::failed;
      task->updated_ms = std::max(now, task->updated_ms);
      task->note = agent_note(*task, "the agent's runtime ended before the task was over; nothing of it runs again by itself");
    }
    ended.emplace_back(agent, std::move(*task));
    receivers.push_back(row.push);
  }
  auto saved = impl_->base.store.run([&](store::Transaction& tx) -> Status {
    for (std::size_t i = 0; i < ended.size(); ++i) {
      store::A2aTask row = row_of(ended[i].second);
      row.push = receivers[i];
      row.push_due = !row.push.empty();
      if (auto status = tx.save_a2a_task(ended[i].first, row); !status) return status;
    }
    return {};
  });
  if (!saved) return saved;
  for (std::size_t i = 0; i < ended.size(); ++i) {
    Event event;
    event.kind = Event::Kind::status;
    event.task = ended[i].second;
    event.last = true;
    impl_->push.tell(ended[i].first, receivers[i], std::move(event), std::move(ended[i].second));
  }
  return {};
}

}  // namespace facio::serve::a2a
