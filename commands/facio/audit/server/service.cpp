#include "commands/facio/audit/server/service.hpp"

#include <memory>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/signer.hpp"
#include "commands/facio/audit/server/stream.hpp"
#include "commands/serve/clock.hpp"

namespace facio {

namespace {

/// Where the events before this page are, when it ends at them.
std::optional<AuditArchived> archived(const store::AuditSlice& slice, const std::string& directory) {
  if (!slice.archived) return std::nullopt;
  return AuditArchived{.events = slice.archived->last, .until = format_rfc3339(slice.archived->last_ms), .files = directory};
}

}  // namespace

AuditService::AuditService(store::Store& store, const serve::Clock& clock, AuditSigner& signer)
    : store_(store),
      clock_(clock),
      signer_(signer),
      streams_(std::make_shared<AuditStreams>([this](UniqueFunction<void()> task) { return readers_.submit(std::move(task)); })) {
  store_.listen([this] {
    streams_->wake();
    signer_.changed();
  });
}

void AuditService::stop() {
  store_.listen({});
  streams_->end();
  (void)store_.drain();  // every read has reached the readers by now
  readers_.stop();
}

// An empty transaction is acknowledged once everything before it is durable, so `read` sees all of that.
void AuditService::when_durable(UniqueFunction<void(Status)> read) {
  store_.submit([](store::Transaction&) { return Status{}; },
                [this, read = std::move(read)](Status status) mutable {
                  // A disk that takes no more events still gives those that it has.
                  if (!status && status.error().code() != Code::unavailable) return read(std::move(status));
                  const auto shared = std::make_shared<UniqueFunction<void(Status)>>(std::move(read));
                  if (auto taken = readers_.submit([shared] { (*shared)({}); }); !taken) (*shared)(std::move(taken));
                });
}

void AuditService::ask(Read read, Answer answer) {
  when_durable([this, read = std::move(read), answer = std::move(answer)](Status status) mutable {
    if (!status) return answer(fail(std::move(status.error())));
    Result<std::string> result;
    try {
      result = read(store_.audit());
    } catch (const std::exception& thrown) {
      result = fail(Code::internal, std::string("the audit log could not be read: ") + thrown.what());
    }
    answer(std::move(result));
  });
}

void AuditService::list(std::string agent, store::AuditQuery query, Answer answer) {
  ask(
      [this, agent = std::move(agent), query = std::move(query)](store::AuditReads& reads) -> Result<std::string> {
        auto slice = reads.list(agent, query);
        if (!slice) return fail(std::move(slice.error()));
        return json_object("items", RawJson{std::move(slice->items)}, "hasMore", slice->has_more, "count", slice->count, "limit",
                           query.limit, "archived", archived(*slice, signer_.archives()))
            .text;
      },
      std::move(answer));
}

void AuditService::tail(std::string agent, std::int64_t limit, Answer answer) {
  const std::int64_t today = clock_.now_ms() / kDayMs * kDayMs;
  ask(
      [agent = std::move(agent), today, limit](store::AuditReads& reads) -> Result<std::string> {
        auto slice = reads.tail(agent, today, limit);
        if (!slice) return fail(std::move(slice.error()));
        return json_object("items", RawJson{std::move(slice->items)}, "count", slice->count, "stream", "/api/v1/audit/stream").text;
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
      [this, agent = std::move(agent), run_id = std::move(run_id)](store::AuditReads& reads) -> Result<std::string> {
        auto slice = reads.run(agent, run_id);
        if (!slice) return fail(std::move(slice.error()));
        if (slice->count == 0) {
          std::string message = "there is no audit event for the run \"" + run_id + "\"";
          if (slice->archived)
            message += "; those before " + format_rfc3339(slice->archived->last_ms) + " are in files in " + signer_.archives();
          return fail_field(Code::not_found, "runId", std::move(message));
        }
        return json_object("run_id", run_id, "items", RawJson{std::move(slice->items)}, "count", slice->count, "hasMore",
                           slice->has_more ? std::optional(true) : std::nullopt)
            .text;
      },
      std::move(answer));
}

void AuditService::checkpoint(Answer answer) {
  ask([this](store::AuditReads&) { return signer_.checkpoint().map([](const AuditCheckpoint& reply) { return to_json(reply); }); },
      std::move(answer));
}

Result<AuditKey> AuditService::key() const { return signer_.key(); }

void AuditService::stream(std::string agent, Streaming wanted, StreamAnswer answer) {
  when_durable([this, agent = std::move(agent), wanted = std::move(wanted), answer = std::move(answer)](Status status) mutable {
    if (!status) return answer(fail(std::move(status.error())));
    answer(streams_->begin(store_.audit(), std::move(agent), std::move(wanted)));
  });
}

Result<AuditService::Span> AuditService::span(std::string_view from, std::string_view to) {
  const auto instant = [](std::string_view text, const char* name, std::int64_t past_date) -> Result<std::optional<std::int64_t>> {
    if (text.empty()) return std::optional<std::int64_t>{};
    if (auto date = parse_date(text)) return std::optional(*date + past_date);
    auto time = parse_rfc3339(text);
    if (!time) return reject_field(name, time.error().message());
    return std::optional(*time);
  };
  auto first = instant(from, "from", 0);
  if (!first) return fail(std::move(first.error()));
  auto last = instant(to, "to", kDayMs - 1);
  if (!last) return fail(std::move(last.error()));
  if (*first && *last && **first > **last) return reject_field("from", "must not be after to");
  return Span{*first, *last};
}

}  // namespace facio
