#include "commands/facio/audit/server/service.hpp"

#include <condition_variable>
#include <deque>
#include <thread>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/stream.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

constexpr std::size_t kThreads = 2;

}  // namespace

// Threads that read; neither the store's writer nor an I/O thread may wait for a long read. They start when the first question comes.
class AuditService::Readers {
 public:
  ~Readers() { stop(); }
  /// Does what was asked, then ends.
  void stop() {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    filled_.notify_all();
    for (auto& thread : std::exchange(threads_, {})) thread.join();
  }
  void add(UniqueFunction<void()> task) {
    {
      const std::lock_guard guard(mutex_);
      tasks_.push_back(std::move(task));
      if (idle_ < tasks_.size() && threads_.size() < kThreads && !stopping_) threads_.emplace_back([this] { loop(); });
    }
    filled_.notify_one();
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      filled_.wait(lock, [this] { return !tasks_.empty() || stopping_; });
      --idle_;
      if (tasks_.empty()) return;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<UniqueFunction<void()>> tasks_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

AuditService::AuditService(store::Store& store, const serve::Clock& clock)
    : store_(store),
      clock_(clock),
      readers_(std::make_unique<Readers>()),
      streams_(std::make_shared<AuditStreams>([this](UniqueFunction<void()> task) { readers_->add(std::move(task)); })) {
  store_.listen([this] { streams_->wake(); });
}

AuditService::~AuditService() { stop(); }

void AuditService::stop() {
  store_.listen({});
  streams_->end();
  (void)store_.drain();  // every question has reached the readers by now
  readers_->stop();
}

Result<std::string> AuditService::read_safely(Read& read, store::AuditReads& reads) {
  try {
    return read(reads);
  } catch (const std::exception& thrown) {
    return fail(Code::internal, std::string("the audit log could not be read: ") + thrown.what());
  }
}

// An empty unit of work is acknowledged after everything before it is durable, so the answer holds all of that.
void AuditService::ask(Read read, Answer answer) {
  store_.submit(
      [](store::Transaction&) { return Status{}; },
      [this, read = std::move(read), answer = std::move(answer)](Status status) mutable {
        if (!status) return answer(fail(std::move(status.error())));
        readers_->add([this, read = std::move(read), answer = std::move(answer)]() mutable { answer(read_safely(read, store_.audit())); });
      });
}

void AuditService::list(std::string agent, store::AuditQuery query, Answer answer) {
  ask(
      [agent = std::move(agent), query = std::move(query)](store::AuditReads& reads) -> Result<std::string> {
        auto slice = reads.list(agent, query);
        if (!slice) return fail(std::move(slice.error()));
        return "{\"items\":" + slice->items + ",\"hasMore\":" + (slice->has_more ? "true" : "false") +
               ",\"count\":" + std::to_string(slice->count) + ",\"limit\":" + std::to_string(query.limit) + "}";
      },
      std::move(answer));
}

void AuditService::tail(std::string agent, std::int64_t limit, Answer answer) {
  const std::int64_t today = clock_.now_ms() / kDayMs * kDayMs;
  ask(
      [agent = std::move(agent), today, limit](store::AuditReads& reads) -> Result<std::string> {
        auto slice = reads.tail(agent, today, limit);
        if (!slice) return fail(std::move(slice.error()));
        return "{\"items\":" + slice->items + ",\"count\":" + std::to_string(slice->count) + R"(,"stream":"/api/v1/audit/stream"})";
      },
      std::move(answer));
}

void AuditService::stats(std::string agent, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, Answer answer) {
  const std::int64_t to = to_ms.value_or(std::max(clock_.now_ms(), from_ms.value_or(0)));
  const std::int64_t from = from_ms.value_or(to - kDayMs);
  ask(
      [agent = std::move(agent), from, to](store::AuditReads& reads) -> Result<std::string> {
        auto stats = reads.stats(agent, from, to);
        if (!stats) return fail(std::move(stats.error()));
        return to_json(*stats);
      },
      std::move(answer));
}

void AuditService::run(std::string agent, std::string run_id, Answer answer) {
  ask(
      [agent = std::move(agent), run_id = std::move(run_id)](store::AuditReads& reads) -> Result<std::string> {
        auto slice = reads.run(agent, run_id);
        if (!slice) return fail(std::move(slice.error()));
        if (slice->count == 0) return fail_field(Code::not_found, "runId", "no audit event belongs to the run \"" + run_id + "\"");
        std::string reply = "{\"run_id\":";
        append_json_string(reply, run_id);
        reply += ",\"items\":" + slice->items + ",\"count\":" + std::to_string(slice->count);
        return reply + (slice->has_more ? ",\"hasMore\":true}" : "}");
      },
      std::move(answer));
}

void AuditService::stream(std::string agent, Streaming wanted, StreamAnswer answer) {
  store_.submit([](store::Transaction&) { return Status{}; },
                [this, agent = std::move(agent), wanted = std::move(wanted), answer = std::move(answer)](Status status) mutable {
                  if (!status) return answer(fail(std::move(status.error())));
                  readers_->add([this, agent = std::move(agent), wanted = std::move(wanted), answer = std::move(answer)]() mutable {
                    answer(streams_->begin(store_.audit(), std::move(agent), std::move(wanted)));
                  });
                });
}

Result<AuditService::Span> AuditService::span(std::string_view from, std::string_view to) {
  const auto instant = [](std::string_view text, const char* name, std::int64_t past_date) -> Result<std::optional<std::int64_t>> {
    if (text.empty()) return std::optional<std::int64_t>{};
    if (auto date = parse_date(text)) return std::optional(*date + past_date);
    auto time = parse_rfc3339(text);
    if (!time) return fail_field(Code::rejected, name, std::string(name) + ": " + time.error().message());
    return std::optional(*time);
  };
  auto first = instant(from, "from", 0);
  if (!first) return fail(std::move(first.error()));
  auto last = instant(to, "to", kDayMs - 1);
  if (!last) return fail(std::move(last.error()));
  if (*first && *last && **first > **last) return fail_field(Code::rejected, "from", "from: must not be after to");
  return Span{*first, *last};
}

}  // namespace facio
