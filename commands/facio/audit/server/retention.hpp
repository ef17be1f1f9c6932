// Moves the oldest events of the audit log into archives: files of one event a line, compressed, that begin where the one before ended.
// Nothing is moved unless the server was told how much to keep.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include "commands/serve/store/store.hpp"
#include "commands/serve/thread.hpp"

namespace facio {

class AuditSigner;
namespace serve {
class Clock;
}

class AuditRetention {
 public:
  struct Limits {
    std::int64_t keep_ms = 0;     ///< older events are moved; 0: none for their age
    std::int64_t most_bytes = 0;  ///< of the events' JSON in the store; 0: any
    [[nodiscard]] bool any() const { return keep_ms != 0 || most_bytes != 0; }
  };
  /// `directory` is made when it is needed.
  AuditRetention(store::Store& store, const serve::Clock& clock, AuditSigner& signer, std::string agent, std::string directory,
                 Limits limits)
      : store_(store), clock_(clock), signer_(signer), agent_(std::move(agent)), directory_(std::move(directory)), limits_(limits) {}
  ~AuditRetention() { stop(); }

  /// Starts the thread that looks at once and every minute, if there is a limit. Code::usage if the files cannot be compressed.
  Status start();
  void stop();

 private:
  void loop();
  void look();
  void remove_unfinished() const;
  Result<bool> archive_next();
  Result<store::AuditArchive> write(store::AuditSegment segment);
  [[nodiscard]] bool stopping() const;

  store::Store& store_;
  const serve::Clock& clock_;
  AuditSigner& signer_;
  const std::string agent_, directory_;
  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  serve::Thread thread_;
};

}  // namespace facio
