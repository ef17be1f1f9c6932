#include "commands/facio/audit/client/many.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "cli/contexts/contexts.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/client/merge.hpp"

namespace facio::audit {
namespace {

constexpr std::int64_t kWindowMs = 2000;

/// Standard error of several threads.
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

/// One agent with its own connection.
struct Agent {
  std::string name;
  Invocation invocation;
  std::unique_ptr<Client> client;
  std::optional<Error> failure;
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

class Agents {
 public:
  Agents(Client& client, const std::vector<std::string>& names)
      : err_(client.streams().err), streams_{client.streams().in, client.streams().out, err_} {
    for (const std::string& name : names) {
      auto agent = std::make_unique<Agent>();
      agent->name = name;
      agent->invocation = invocation_for(client.invocation(), name);
      agent->client = std::make_unique<Client>(agent->invocation, streams_, client.environment());
      all_.push_back(std::move(agent));
    }
  }

  Agent& operator[](std::size_t i) { return *all_[i]; }
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  Status tell_failure(const Agent& agent) {
    if (auto status = err_.write("facioctl: " + printable(agent.name) + ": " + printable(agent.failure->message()) + "\n"); !status)
      return status;
    return err_.flush();
  }
  /// What the command comes to when some agents failed.
  Result<int> outcome(int code) {
    std::vector<const Error*> failures;
    for (const auto& agent : all_)
      if (agent->failure) failures.push_back(&*agent->failure);
    if (failures.empty()) return code;
    const std::string words = std::to_string(failures.size()) + " of " + std::to_string(all_.size()) + " agents could not be read";
    if (failures.size() < all_.size()) return fail(Code::partial, words);
    const Error* least = *std::ranges::min_element(failures, {}, [](const Error* e) { return info(e->code()).exit; });
    return fail(Error(*least));
  }

 private:
  SharedOutput err_;
  Streams streams_;
  std::vector<std::unique_ptr<Agent>> all_;
};

/// Where the threads put what they read.
struct Queue {
  std::mutex mutex;
  std::condition_variable filled;
  std::vector<std::pair<std::size_t, TailUpdate>> news;
  std::vector<std::size_t> left;  ///< agents that have ended
  std::atomic<bool> stop{false};

  void put(std::size_t agent, std::vector<TailUpdate>& more) {
    const std::lock_guard lock(mutex);
    for (TailUpdate& one : more) {
      one.event.agent = agent;
      news.emplace_back(agent, std::move(one));
    }
    filled.notify_one();
  }
};

/// What is shown before following, and where that begins.
Status begin(Agent& agent, Tail& tail, const Filter& filter, const Wanted& wanted, std::vector<TailUpdate>& news) {
  const Cursor* behind = wanted.cursor_of(agent.name, false);
  if (behind != nullptr && !wanted.newest && !wanted.lines) {
    tail.begin_behind(*behind);
    return {};
  }
  auto newest = newest_event(*agent.client);
  if (!newest) return fail(std::move(newest.error()));
  if (*newest) tail.begin_behind(Cursor::of(**newest, agent.name));
  auto reading = read_log(*agent.client, filter, wanted, behind, [&](Event&& event) -> Result<bool> {
    tail.mark_seen(event);
    news.push_back({.kind = TailUpdate::Kind::event, .event = std::move(event)});
    return true;
  });
  if (!reading) return fail(std::move(reading.error()));
  if (reading->gap) news.push_back({.kind = TailUpdate::Kind::gap, .from_ms = reading->gap_from_ms, .to_ms = reading->gap_to_ms});
  return {};
}

/// The thread of one agent. At the start an agent that is away is waited for like one that went away.
void follow_one(Agent& agent, std::size_t number, const Filter& filter, const Wanted& wanted, Queue& queue) {
  Tail tail(*agent.client, !(agent.invocation.is_set("poll")));
  std::vector<TailUpdate> news;
  Status status = begin(agent, tail, filter, wanted, news);
  bool begun = status.has_value();
  queue.put(number, news);
  for (int wait = 500; !begun && !queue.stop; wait = std::min(wait * 2, 15000)) {
    const bool passing = info(status.error().code()).retryable || status.error().code() == Code::timeout;
    if (!passing) break;
    news.clear();
    news.push_back({.kind = TailUpdate::Kind::lost, .words = status.error().message(), .wait_ms = wait});
    queue.put(number, news);
    {
      std::unique_lock lock(queue.mutex);
      queue.filled.wait_for(lock, std::chrono::milliseconds(wait), [&queue] { return queue.stop.load(); });
    }
    news.clear();
    status = begin(agent, tail, filter, wanted, news);
    begun = status.has_value();
    if (begun) news.insert(news.begin(), TailUpdate{.kind = TailUpdate::Kind::back});
    queue.put(number, news);
  }
  while (begun && !queue.stop) {
    news.clear();
    status = tail.read(200, news);
    queue.put(number, news);
    if (!status) break;
  }
  const std::lock_guard lock(queue.mutex);
  if (!status) agent.failure = std::move(status.error());
  queue.left.push_back(number);
  queue.filled.notify_all();
}

std::vector<std::thread> start_all(Agents& agents, const Filter& filter, const Wanted& wanted, Queue& queue) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < agents.size(); ++i)
    threads.emplace_back([&agents, &filter, &wanted, &queue, i] { follow_one(agents[i], i, filter, wanted, queue); });
  return threads;
}

/// Hands on what came until following ends, or no agent is left.
Status run_merge(Agents& agents, Queue& queue, Follower& follower) {
  Merge merge(agents.size(), kWindowMs);
  std::size_t left = 0;
  std::vector<std::pair<std::size_t, TailUpdate>> news;
  std::vector<std::size_t> gone;
  while (!follower.ended() && (left < agents.size() || !merge.empty())) {
    {
      std::unique_lock lock(queue.mutex);
      const auto wait = std::chrono::milliseconds(std::min(follower.wait_ms(), merge.empty() ? 1000 : 100));
      queue.filled.wait_for(lock, wait, [&queue] { return !queue.news.empty() || !queue.left.empty(); });
      news.swap(queue.news);
      gone.swap(queue.left);
    }
    for (auto& [agent, one] : news) {
      const bool remark = one.kind == TailUpdate::Kind::lost || one.kind == TailUpdate::Kind::back;
      if (!remark) merge.add(std::move(one), agent, now_ms());
      else if (auto status = follower.take(one, agents[agent].name); !status) return status;
    }
    for (const std::size_t agent : gone) {
      merge.leave(agent);
      ++left;
      if (agents[agent].failure)
        if (auto status = agents.tell_failure(agents[agent]); !status) return status;
    }
    news.clear();
    gone.clear();
    for (auto& [agent, one] : merge.due(now_ms())) {
      if (auto status = follower.take(one, agents[agent].name); !status) return status;
      if (follower.ended()) break;
    }
    if (auto status = follower.settle(); !status) return status;
  }
  return {};
}

std::vector<Cursor> cursors_for(Agents& agents, const Wanted& wanted) {
  std::vector<Cursor> cursors;
  for (std::size_t i = 0; i < agents.size(); ++i) {
    const Cursor* behind = wanted.cursor_of(agents[i].name, false);
    cursors.push_back(behind != nullptr ? *behind : Cursor{.agent = agents[i].name});
  }
  return cursors;
}

}  // namespace

Result<std::vector<std::string>> agents_of(Client& client) {
  const Invocation& invocation = client.invocation();
  std::vector<std::string> names;
  if (invocation.given("group")) {
    if (!invocation.global.target.context.empty() || !invocation.global.target.url.empty())
      return fail_field(Code::usage, "--group", "--group and --context or --url exclude each other; give one of them");
    auto config = load_config(config_path(client.environment(), invocation.global.config), client.environment());
    if (!config) return fail(std::move(config.error()));
    const std::string group(invocation.value("group"));
    auto contexts = contexts_of(*config, group);
    if (!contexts) return fail(std::move(contexts.error()));
    for (const Context* context : *contexts) names.push_back(context->name);
    if (names.empty()) return fail(Code::usage, "no context is in the group " + group, "facioctl context list");
    return names;
  }
  std::string_view rest = invocation.global.target.context;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    if (!one.empty() && std::ranges::find(names, one) == names.end()) names.emplace_back(one);
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  if (names.empty()) names.emplace_back();
  return names;
}

Result<int> follow_many(Client& client, const Filter& filter, const Wanted& wanted, CursorFile file,
                        const std::vector<std::string>& names) {
  auto endings = Endings::from(client.invocation());
  if (!endings) return fail(std::move(endings.error()));
  auto printer = Printer::make(client, names, true);
  if (!printer) return fail(std::move(printer.error()));
  Agents agents(client, names);
  Follower follower(client, filter, *printer, std::move(*endings), std::move(file), cursors_for(agents, wanted));
  if (auto status = follower.settle(); !status) return fail(std::move(status.error()));
  Queue queue;
  std::vector<std::thread> threads = start_all(agents, filter, wanted, queue);
  auto status = run_merge(agents, queue, follower);
  {
    const std::lock_guard lock(queue.mutex);
    queue.stop = true;
    queue.filled.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
  if (!status) return fail(std::move(status.error()));
  auto code = follower.finish(follower.ended().value_or(0));
  if (!code || follower.ended()) return code;
  return agents.outcome(*code);
}

Result<int> show_many(Client& client, const Filter& filter, const Wanted& wanted, CursorFile file, const std::vector<std::string>& names) {
  auto printer = Printer::make(client, names, false);
  if (!printer) return fail(std::move(printer.error()));
  Agents agents(client, names);
  Endings endings;
  endings.strict = client.invocation().given("strict");
  Follower follower(client, filter, *printer, std::move(endings), std::move(file), cursors_for(agents, wanted));
  Merge merge(agents.size(), 0);
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < agents.size(); ++i)
    threads.emplace_back([&, i] {
      Agent& agent = agents[i];
      std::vector<TailUpdate> news;
      auto reading = read_log(*agent.client, filter, wanted, wanted.cursor_of(agent.name, false), [&](Event&& event) -> Result<bool> {
        event.agent = i;
        news.push_back({.kind = TailUpdate::Kind::event, .event = std::move(event)});
        return true;
      });
      const std::lock_guard lock(mutex);
      if (!reading) agent.failure = std::move(reading.error());
      else if (reading->gap) merge.add({.kind = TailUpdate::Kind::gap, .from_ms = reading->gap_from_ms, .to_ms = reading->gap_to_ms}, i, 0);
      for (TailUpdate& one : news) merge.add(std::move(one), i, 0);
    });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < agents.size(); ++i)
    if (agents[i].failure)
      if (auto status = agents.tell_failure(agents[i]); !status) return fail(std::move(status.error()));
  auto all = merge.rest();
  const bool last_ones = wanted.lines && (wanted.behind.empty() || wanted.newest);
  const std::size_t skip = last_ones && all.size() > *wanted.lines ? all.size() - *wanted.lines : 0;
  for (std::size_t i = skip; i < all.size(); ++i)
    if (auto status = follower.take(all[i].second, agents[all[i].first].name); !status) return fail(std::move(status.error()));
  auto code = printer->finish();
  if (!code) return code;
  code = follower.finish(*code);
  return code ? agents.outcome(*code) : code;
}

}  // namespace facio::audit
