// Reads of the audit log. Answers come later, on a thread of this service, and include everything that was submitted to the store before.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/unique_function.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio::serve {
class Clock;
class BodyStream;
}

namespace facio {

class AuditSigner;
class AuditStreams;

class AuditService {
 public:
  AuditService(store::Store& store, const serve::Clock& clock, AuditSigner& signer);
  /// Store and signer must outlive the service.
  ~AuditService() { stop(); }
  /// Answers pending reads, then ends. No call may follow.
  void stop();

  /// Receives a whole reply as JSON text; called exactly once.
  using Answer = UniqueFunction<void(Result<std::string>)>;

  /// A filtered page (AuditList).
  void list(std::string agent, store::AuditQuery query, Answer answer);
  /// The last `limit` events of today in UTC, oldest first (AuditTail).
  void tail(std::string agent, std::int64_t limit, Answer answer);
  /// Counts between two instants (AuditStats); by default up to now, over 24 hours.
  void stats(std::string agent, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, Answer answer);
  /// All events of a run, oldest first (AuditRun); Code::not_found when there are none.
  void run(std::string agent, std::string run_id, Answer answer);

  /// The log as it is now, signed (AuditCheckpoint). Code::unavailable if it is not signed.
  void checkpoint(Answer answer);
  [[nodiscard]] Result<AuditKey> key() const;

  /// The log as server-sent events, after `query.after_seq`.
  struct Streaming {
    store::AuditQuery query;
    bool from_now = false;      ///< begins with the next event
    std::string expected_hash;  ///< start of the hash of the event at `after_seq`; empty: any
    bool follow = true;         ///< waits for more after the last event
  };
  using StreamAnswer = UniqueFunction<void(Result<std::shared_ptr<serve::BodyStream>>)>;
  /// Code::conflict when the log lacks the event at `after_seq`.
  void stream(std::string agent, Streaming wanted, StreamAnswer answer);

  /// A span of time, both ends inclusive. Texts are RFC 3339 or a date, which as `to` means the end of that day; empty: no bound.
  /// Code::rejected names the parameter.
  struct Span {
    std::optional<std::int64_t> from_ms, to_ms;
  };
  static Result<Span> span(std::string_view from, std::string_view to);

 private:
  using Read = UniqueFunction<Result<std::string>(store::AuditReads&)>;
  void ask(Read read, Answer answer);
  void when_durable(UniqueFunction<void(Status)> read);

  store::Store& store_;
  const serve::Clock& clock_;
  AuditSigner& signer_;
  serve::WorkPool readers_{2,
                           std::numeric_limits<std::size_t>::max()};  ///< neither the store's writer nor an I/O thread may wait for a read
  std::shared_ptr<AuditStreams> streams_;
};

}  // namespace facio
