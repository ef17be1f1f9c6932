// Everything a turn needs, for real; tools that note their calls, and people who answer as the test says.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "cli/core/shape_json.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/policy/server/service.hpp"
#include "commands/facio/providers/server/service.hpp"
#include "commands/facio/runtime/loop/agent_loop.hpp"
#include "commands/facio/runtime/models/model_choice.hpp"
#include "commands/serve/outbound/outbound.hpp"
#include "commands/facio/skills/server/service.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"

namespace facio::test {

/// Counts what happens on other threads.
class Counter {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  /// False when it did not come to that within a minute.
  bool reaches(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

/// read_file answers, write_file notes that it ran, block waits until it is cut off. On demand all throw, or hear no cancel.
struct TestTools final : serve::ToolSource {
  std::vector<serve::ToolInfo> tools(std::string_view) override {
    return {{"read_file", "", "reads", ""}, {"write_file", "", "writes", ""}, {"mcp_a_block", "mcp:a:block", "blocks", ""}};
  }
  serve::ToolOutput call(const serve::ToolRun& run, std::string_view name, JsonRef arguments) override {
    calls.add();
    if (throws) throw std::bad_alloc();
    if (deaf) (void)hears.reaches(1);
    if (name == "read_file") return {.text = "content of " + arguments.get("path").string()};
    if (name == "write_file") return {.text = "written"};
    (void)run.cancel.pause(3'600'000);
    return {.text = "cut off", .failed = true};
  }
  Counter calls, hears;
  std::atomic<bool> throws = false, deaf = false;  ///< a deaf one ends when `hears` is counted, whatever cancels it
};

struct TestApprover final : serve::Approver {
  Result<std::string> ask(const serve::ApprovalRequest& request, UniqueFunction<void()> wake) override {
    const std::lock_guard lock(mutex);
    asked.push_back(request);
    if (silent) waiting.push_back(std::move(wake));
    else wake();
    return "id-" + std::to_string(asked.size());
  }
  Result<serve::ApprovalAnswer> outcome(std::string_view, std::string_view, std::string_view cut_off) override {
    return serve::ApprovalAnswer{
        .outcome = cut_off.empty() ? answer : serve::ApprovalOutcome::interrupted, .actor = "ann", .reason = "because"};
  }
  /// Lets the runs that wait go on.
  void answer_all() {
    std::vector<UniqueFunction<void()>> all;
    {
      const std::lock_guard lock(mutex);
      all = std::move(waiting);
      waiting.clear();
    }
    for (auto& wake : all) wake();
  }
  std::atomic<bool> silent = false;  ///< answers only by answer_all()
  serve::ApprovalOutcome answer = serve::ApprovalOutcome::approved;
  std::mutex mutex;
  std::vector<serve::ApprovalRequest> asked;
  std::vector<UniqueFunction<void()>> waiting;
};

struct LoopWorld : World {
  CredentialsService credentials{base};
  serve::Outbound outbound;
  ProvidersService providers{base, outbound, credentials};
  PolicyService policy{base};
  SkillsService skills{base};
  TestTools source;
  TestApprover approver;
  serve::Toolbox tools;
  serve::ModelChoice models{base, providers, outbound};
  serve::AgentLoop loop;

  LoopWorld() {
    tools.add(source);
    loop.start(parts(), nullptr);
  }
  serve::LoopParts parts() {
    return {.base = base,
            .policy = policy,
            .skills = skills,
            .credentials = credentials,
            .tools = tools,
            .models = models,
            .approver = &approver};
  }
  ~LoopWorld() { loop.stop(std::chrono::milliseconds(0)); }

  static serve::TurnRequest request(std::string message, std::string session = "api:a", std::string run = "r") {
    return {
        {.agent = "main", .session_key = std::move(session), .run_id = std::move(run), .trace_id = "t", .origin = "api", .channel = "api"},
        std::move(message)};
  }
  /// Runs one turn to its end.
  serve::TurnResult turn(serve::TurnRequest asked, serve::TurnHooks hooks = {}) {
    Counter ended;
    serve::TurnResult result;
    loop.run(std::move(asked), std::move(hooks), [&](serve::TurnResult given) {
      result = std::move(given);
      ended.add();
    });
    REQUIRE(ended.reaches(1));
    return result;
  }
  std::vector<SessionMessage> said(const std::string& session = "api:a") {
    const auto text = good(store->sessions().get("main", session, 0, {}));
    return text ? good(from_json<Session>(*text)).messages : std::vector<SessionMessage>{};
  }
  /// Kinds of the audit events, oldest first.
  std::vector<std::string> events() {
    const auto page = good(store->audit().list("main", {.limit = 1000, .ascending = true}));
    const auto items = good(JsonDocument::parse(page.items));
    std::vector<std::string> found;
    for (std::size_t i = 0; i < items.root().size(); ++i) found.push_back(items.root().at(i).get("event").string());
    return found;
  }
  void change_settings(const std::string& patch) {
    const auto body = good(JsonDocument::parse(patch));
    const auto made = good(change<SettingsChange>([&](store::Transaction& tx) { return settings.change(tx, "main", body.root()); }));
    settings.publish("main", made);
  }
};

}  // namespace facio::test
