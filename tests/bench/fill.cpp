// fill DIRECTORY SESSIONS MESSAGES USAGE AUDIT: fills the data directory of a server through its store, for benches.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/store/store.hpp"

namespace {

using namespace facio;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kInOneGo = 2000;

/// Runs `one(transaction, i)` for every i below `count`, many to a unit of work.
template <class F>
Status fill(store::Store& store, std::int64_t count, F one) {
  for (std::int64_t begin = 0; begin < count; begin += kInOneGo) {
    const std::int64_t end = std::min(count, begin + kInOneGo);
    auto status = store.run([&one, begin, end](store::Transaction& tx) -> Status {
      for (std::int64_t i = begin; i < end; ++i)
        if (auto done = one(tx, i); !done) return done;
      return {};
    });
    if (!status) return status;
  }
  return {};
}

Status fill_sessions(store::Store& store, std::int64_t now, std::int64_t sessions, std::int64_t messages) {
  return fill(store, sessions * messages, [=](store::Transaction& tx, std::int64_t i) {
    const std::int64_t session = i / messages;
    const std::string channel = session % 3 == 0 ? "telegram" : "api";
    SessionMessage message;
    message.role = i % 2 == 0 ? "user" : "assistant";
    message.content = RawJson{"\"message " + std::to_string(i) + " of a conversation about the weather\""};
    return tx.append_message("main", channel + ":" + std::to_string(session), channel, now - kDayMs + i, message);
  });
}

Status fill_usage(store::Store& store, std::int64_t now, std::int64_t rows) {
  const std::int64_t step = 30 * kDayMs / std::max<std::int64_t>(1, rows);
  return fill(store, rows, [=](store::Transaction& tx, std::int64_t i) {
    UsageRun run;
    run.run_id = "bench-" + std::to_string(i);
    run.model = "model-" + std::to_string(i % 5);
    run.provider = "custom";
    run.origin = i % 4 == 0 ? "cron" : "chat";
    run.channel = i % 3 == 0 ? "telegram" : "api";
    run.session_key = *run.channel + ":" + std::to_string(i % 10'000);
    run.prompt_tokens = 1000 + i % 100;
    run.completion_tokens = 100;
    run.iterations = 1;
    run.duration_ms = 50;
    return tx.append_usage("main", now - 30 * kDayMs + i * step, run);
  });
}

Status fill_audit(store::Store& store, std::int64_t rows) {
  return fill(store, rows, [](store::Transaction& tx, std::int64_t i) {
    AuditEvent event;
    event.event = i % 10 == 0 ? "tool_call" : "llm_call";
    event.status = i % 97 == 0 ? "error" : "ok";
    event.origin = "chat";
    event.channel = i % 3 == 0 ? "telegram" : "api";
    event.run_id = "bench-" + std::to_string(i / 8);
    event.model = "model-" + std::to_string(i % 5);
    return tx.append_audit("main", std::move(event));
  });
}

std::int64_t number(const char* text) {
  std::int64_t value = 0;
  std::from_chars(text, text + std::strlen(text), value);
  return value;
}

Status run(char** words) {
  auto store = store::open_sqlite({.directory = words[1]});
  if (!store) return fail(std::move(store.error()));
  const std::int64_t now = now_ms();
  if (auto status = fill_sessions(**store, now, number(words[2]), number(words[3])); !status) return status;
  if (auto status = fill_usage(**store, now, number(words[4])); !status) return status;
  if (auto status = fill_audit(**store, number(words[5])); !status) return status;
  return (*store)->drain();
}

}  // namespace

int main(int count, char** words) {
  if (count != 6) {
    std::fputs("fill DIRECTORY SESSIONS MESSAGES-OF-EACH USAGE-ROWS AUDIT-EVENTS\n", stderr);
    return 2;
  }
  if (auto status = run(words); !status) {
    std::fprintf(stderr, "fill: %s\n", status.error().message().c_str());
    return 1;
  }
  return 0;
}
