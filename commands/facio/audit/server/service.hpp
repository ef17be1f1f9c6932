// Questions to the audit log. Answers come later, on a thread of this service, and hold everything that was submitted
// to the store before the question.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/unique_function.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {
class Clock;
class BodyStream;
}

namespace facio {

class AuditStreams;

class AuditService {
 public:
  AuditService(store::Store& store, const serve::Clock& clock);
  /// The store must outlive the service.
  ~AuditService();
  /// Answers what was asked, then ends. Nothing may be asked any more.
  void stop();

  /// Gets a whole reply as JSON text; called exactly once.
  using Answer = UniqueFunction<void(Result<std::string>)>;

  /// A filtered page (AuditList).
  void list(std::string agent, store::AuditQuery query, Answer answer);
  /// The last `limit` events of today in UTC, oldest first (AuditTail).
  void tail(std::string agent, std::int64_t limit, Answer answer);
  /// Counts between two instants (AuditStats); by default up to now, over 24 hours.
  void stats(std::string agent, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, Answer answer);
  /// All events of a run, oldest first (AuditRun); Code::not_found when there are none.
  void run(std::string agent, std::string run_id, Answer answer);

  /// The log as server-sent events, from behind `query.after_seq` on.
  struct Streaming {
    store::AuditQuery query;
    bool from_now = false;      ///< begins with the next event
    std::string expected_hash;  ///< how the hash of the event at `after_seq` must begin; empty: anything
    bool follow = true;         ///< goes on behind the last event
  };
  using StreamAnswer = UniqueFunction<void(Result<std::shared_ptr<serve::BodyStream>>)>;
  /// Code::conflict when the log has not the event that it should go on from.
  void stream(std::string agent, Streaming wanted, StreamAnswer answer);

  /// The span that `from` and `to` name: RFC 3339 or a date, both inclusive; a date at the end means the end of that day.
  /// Empty text: no bound. Code::rejected names the parameter.
  struct Span {
    std::optional<std::int64_t> from_ms, to_ms;
  };
  static Result<Span> span(std::string_view from, std::string_view to);

 private:
  class Readers;
  using Read = UniqueFunction<Result<std::string>(store::AuditReads&)>;
  void ask(Read read, Answer answer);
  static Result<std::string> read_safely(Read& read, store::AuditReads& reads);

  store::Store& store_;
  const serve::Clock& clock_;
  std::unique_ptr<Readers> readers_;
  std::shared_ptr<AuditStreams> streams_;
};

}  // namespace facio
