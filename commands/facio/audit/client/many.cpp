#include "commands/facio/audit/client/many.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "cli/core/text.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/client/merge.hpp"

namespace facio::audit {
namespace {

constexpr std::int64_t kWindowMs = 2000;
constexpr int kFirstWaitMs = 500, kLongestWaitMs = 15000;

/// Standard error for several threads.
class SharedOutput final : public Output {
 public:
  explicit SharedOutput(Output& to) : to_(to) {}
  Status write(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    return to_.write(text);
  }
  Status flush() override {
    const std::lock_guard lock(mutex_);
    return to_.flush();
  }

 private:
  Output& to_;
  std::mutex mutex_;
};

Invocation invocation_for(const Invocation& from, const std::string& context) {
  Invocation made;
  made.endpoint = from.endpoint;
  made.global = from.global;
  made.global.target.context = context;
  made.global.target.own_token = true;
  made.values = from.values;
  return made;
}

/// One agent with its own connection.
struct Agent {
  Agent(Client& shared, Streams& streams, const std::string& context, std::size_t index)
      : name(context),
        number(index),
        invocation(invocation_for(shared.invocation(), context)),
        client(invocation, streams, shared.environment()) {}

  std::string name;
  std::size_t number;
  Invocation invocation;
  Client client;
  std::optional<Error> failure;
};

class Agents {
 public:
  Agents(Client& client, const std::vector<std::string>& names)
      : err_(client.streams().err),
        streams_{client.streams().in, client.streams().out, err_},
        own_(client.invocation(), streams_, client.environment()) {
    for (const std::string& name : names) all_.emplace_back(client, streams_, name, all_.size());
  }

  /// For the thread that prints: what it says on standard error must not meet what the agents' threads say there.
  Client& client() { return own_; }
  Agent& operator[](std::size_t i) { return all_[i]; }
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  /// Does the work for each agent in a thread of its own.
  template <class Work>
  std::vector<std::thread> start(Work work) {
    std::vector<std::thread> threads;
    for (Agent& agent : all_) threads.emplace_back([work, &agent] { work(agent); });
    return threads;
  }
  /// Where the agents' logs are continued.
  [[nodiscard]] std::vector<Cursor> cursors(const LogRange& range) const {
    std::vector<Cursor> cursors;
    for (const Agent& agent : all_) {
      const Cursor* after = range.cursor_of(agent.name, false);
      cursors.push_back(after != nullptr ? *after : Cursor{.agent = agent.name});
    }
    return cursors;
  }
  Status report_failure(std::size_t i) {
    if (!all_[i].failure) return {};
    const std::string text = "facioctl: " + printable(all_[i].name) + ": " + printable(all_[i].failure->message()) + "\n";
    if (auto status = err_.write(text); !status) return status;
    return err_.flush();
  }
  /// The result of the command; `code` unless agents have failed.
  Result<int> outcome(int code) {
    std::vector<const Error*> failures;
    for (const Agent& agent : all_)
      if (agent.failure) failures.push_back(&*agent.failure);
    if (failures.empty()) return code;
    if (failures.size() < all_.size())
      return fail(Code::partial, std::to_string(failures.size()) + " of " + std::to_string(all_.size()) + " agents could not be read");
    return fail(Error(**std::ranges::min_element(failures, {}, [](const Error* error) { return info(error->code()).exit; })));
  }

 private:
  SharedOutput err_;
  Streams streams_;
  Client own_;
  std::deque<Agent> all_;
};

/// Where the threads put what they read.
struct Queue {
  std::mutex mutex;
  std::condition_variable filled;   ///< for the one that takes
  std::condition_variable stopped;  ///< for those that pause
  std::vector<TailUpdate> updates;
  std::vector<std::size_t> ended;  ///< agents
  std::atomic<bool> stop{false};

  void put(std::size_t agent, std::vector<TailUpdate> more) {
    const std::lock_guard lock(mutex);
    for (TailUpdate& update : more) {
      update.event.agent = agent;
      updates.push_back(std::move(update));
    }
    filled.notify_one();
  }
  void pause(int ms) {
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stop.load(); });
  }
  void end() {
    const std::lock_guard lock(mutex);
    stop = true;
    stopped.notify_all();
  }
};

/// The thread of one agent. An agent that cannot be reached at the start is waited for, like one that is lost later.
void follow_one(Agent& agent, const Filter& filter, const LogRange& range, Queue& queue) {
  std::optional<Tail> tail;
  const Cursor* after = range.cursor_of(agent.name, false);
  Status status;
  for (int wait = kFirstWaitMs;; wait = std::min(wait * 2, kLongestWaitMs)) {
    // What a failed attempt has read is read again by the next.
    std::vector<TailUpdate> updates;
    tail.emplace(agent.client, !agent.invocation.is_set("poll"));
    status = begin_tail(agent.client, filter, range, after, agent.name, *tail, updates).map([](const Cursor&) {});
    if (status && wait != kFirstWaitMs) updates.insert(updates.begin(), TailUpdate{.kind = TailUpdate::Kind::back});
    if (status) queue.put(agent.number, std::move(updates));
    if (status || queue.stop || !is_transient(status.error())) break;
    queue.put(agent.number, {{.kind = TailUpdate::Kind::lost, .message = status.error().message(), .wait_ms = wait}});
    queue.pause(wait);
  }
  while (status && !queue.stop) {
    std::vector<TailUpdate> updates;
    status = tail->read(200, updates);
    queue.put(agent.number, std::move(updates));
  }
  const std::lock_guard lock(queue.mutex);
  if (!status) agent.failure = std::move(status.error());
  queue.ended.push_back(agent.number);
  queue.filled.notify_one();
}

/// Handles what the threads read, until following ends or no agent is left.
Status run_merge(Agents& agents, Queue& queue, Follower& follower) {
  Merge merge(agents.size(), kWindowMs);
  std::size_t ended = 0;
  while (!follower.ended() && (ended < agents.size() || !merge.empty())) {
    std::vector<TailUpdate> updates;
    std::vector<std::size_t> now_ended;
    {
      std::unique_lock lock(queue.mutex);
      const auto wait = std::chrono::milliseconds(std::min(follower.wait_ms(), merge.empty() ? 1000 : 100));
      queue.filled.wait_for(lock, wait, [&queue] { return !queue.updates.empty() || !queue.ended.empty(); });
      updates.swap(queue.updates);
      now_ended.swap(queue.ended);
    }
    for (TailUpdate& update : updates) {
      const bool notice = update.kind == TailUpdate::Kind::lost || update.kind == TailUpdate::Kind::back;
      if (!notice) merge.add(std::move(update), now_ms());
      else if (auto status = follower.handle(update, agents[update.event.agent].name); !status) return status;
    }
    for (const std::size_t agent : now_ended) {
      merge.remove_agent(agent);
      ++ended;
      if (auto status = agents.report_failure(agent); !status) return status;
    }
    for (const TailUpdate& update : merge.due(now_ms())) {
      if (auto status = follower.handle(update, agents[update.event.agent].name); !status) return status;
      if (follower.ended()) break;
    }
    if (auto status = follower.flush(); !status) return status;
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> agents_of(Client& client) {
  const Invocation& invocation = client.invocation();
  std::vector<std::string> names;
  const bool all = invocation.is_set("all_contexts");
  if (all || invocation.given("group")) {
    const std::string flag = all ? "--all-contexts" : "--group";
    if (!invocation.global.target.context.empty() || !invocation.global.target.url.empty())
      return fail_field(Code::usage, flag, flag + " cannot be combined with --context or --url; give one of them");
    auto config = load_config(config_path(client.environment(), invocation.global.config), client.environment());
    if (!config) return fail(std::move(config.error()));
    const std::string group(all ? kAllContexts : invocation.value("group"));
    auto contexts = contexts_of(*config, group);
    if (!contexts) return fail(std::move(contexts.error()));
    for (const Context* context : *contexts) names.push_back(context->name);
    if (names.empty()) return fail(Code::usage, "no context is in the group " + group, "facioctl context list");
    return names;
  }
  for (const std::string_view name : split(invocation.global.target.context, ','))
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  if (names.empty()) names.emplace_back();
  return names;
}

Result<int> follow_many(Client& client, const Filter& filter, const LogRange& range, CursorFile file,
                        const std::vector<std::string>& names) {
  auto stop = StopConditions::from(client.invocation());
  if (!stop) return fail(std::move(stop.error()));
  Agents agents(client, names);
  auto printer = Printer::make(agents.client(), names, true);
  if (!printer) return fail(std::move(printer.error()));
  Follower follower(agents.client(), filter, *printer, std::move(*stop), std::move(file), agents.cursors(range));
  if (auto status = follower.flush(); !status) return fail(std::move(status.error()));
  Queue queue;
  std::vector<std::thread> threads = agents.start([&](Agent& agent) { follow_one(agent, filter, range, queue); });
  auto status = run_merge(agents, queue, follower);
  queue.end();
  for (std::thread& thread : threads) thread.join();
  if (!status) return fail(std::move(status.error()));
  auto code = follower.finish(follower.ended().value_or(0));
  if (!code || follower.ended()) return code;
  return agents.outcome(*code);
}

Result<int> show_many(Client& client, const Filter& filter, const LogRange& range, CursorFile file, const std::vector<std::string>& names) {
  Agents agents(client, names);
  auto printer = Printer::make(agents.client(), names, false);
  if (!printer) return fail(std::move(printer.error()));
  StopConditions stop;
  stop.strict = client.invocation().given("strict");
  Follower follower(agents.client(), filter, *printer, std::move(stop), std::move(file), agents.cursors(range));
  Merge merge(agents.size(), 0);
  std::mutex mutex;
  std::vector<std::thread> threads = agents.start([&](Agent& agent) {
    std::vector<TailUpdate> updates;
    auto reading = read_log(agent.client, filter, range, range.cursor_of(agent.name, false), [&](Event&& event) -> Result<bool> {
      updates.push_back({.event = std::move(event)});
      return true;
    });
    if (reading && reading->gap) updates.insert(updates.begin(), *reading->gap);
    const std::lock_guard lock(mutex);
    if (!reading) agent.failure = std::move(reading.error());
    for (TailUpdate& update : updates) {
      update.event.agent = agent.number;
      merge.add(std::move(update), 0);
    }
  });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < agents.size(); ++i)
    if (auto status = agents.report_failure(i); !status) return fail(std::move(status.error()));
  const auto all = merge.rest();
  const bool last_ones = range.lines && (range.after.empty() || range.newest);
  const std::size_t skip = last_ones && all.size() > *range.lines ? all.size() - *range.lines : 0;
  for (std::size_t i = skip; i < all.size(); ++i)
    if (auto status = follower.handle(all[i], agents[all[i].event.agent].name); !status) return fail(std::move(status.error()));
  auto code = printer->finish();
  if (code) code = follower.finish(*code);
  return code ? agents.outcome(*code) : code;
}

}  // namespace facio::audit
