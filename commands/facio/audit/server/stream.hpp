// The audit log as server-sent events. A reader is only a place in the log: after each commit one task sends every reader the events since
// its place, as far as its connection has room.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "commands/facio/audit/server/service.hpp"

namespace facio {

class AuditStreams : public std::enable_shared_from_this<AuditStreams> {
 public:
  /// Runs a task soon, on another thread, unless it fails.
  using Later = UniqueFunction<Status(UniqueFunction<void()>)>;
  explicit AuditStreams(Later later) : later_(std::move(later)) {}

  /// Adds a reader. Call on a thread that may block. Code::conflict when the log lacks the event at `after_seq`.
  Result<std::shared_ptr<serve::BodyStream>> begin(store::AuditReads& reads, std::string agent, AuditService::Streaming wanted);
  /// To be called when events were written or a connection has room again. From any thread; does not block.
  void wake();
  /// Starts no more tasks.
  void end();

 private:
  struct Reader;
  using Readers = std::vector<std::shared_ptr<Reader>>;
  void pump();
  /// False when the reader is done.
  bool feed(Reader& reader);
  void forget(const std::shared_ptr<Reader>& reader);

  Later later_;
  store::AuditReads* reads_ = nullptr;
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  bool running_ = false, again_ = false;  ///< one task runs at a time
  bool ended_ = false;
  Readers readers_;
};

}  // namespace facio
