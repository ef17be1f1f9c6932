// Signs what the audit log is, and keeps that apart from the store: what is cut off or rewritten while the server stands still is found at
// the next start.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/signed_note.hpp"
#include "commands/facio/audit/shapes.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/serve/thread.hpp"
#include "commands/serve/vault/signing_key.hpp"

namespace facio {

class AuditSigner {
 public:
  struct Places {
    std::string checkpoint;  ///< file with the last checkpoint; empty: none is kept
    std::string findings;    ///< file with the faults found, one JSON object a line; who has looked at them removes it
    std::string archives;    ///< directory
  };
  /// `key`: or why there is none. Of this agent's log.
  AuditSigner(store::Store& store, std::string agent, Result<serve::SigningKey> key, Places places);
  ~AuditSigner() { stop(); }

  /// Compares the log with the last checkpoint; what does not fit is kept as a finding and goes into the log. Then a thread signs what is
  /// written, a second later at most. Before anything is written to the log. Code::output when the checkpoint cannot be read, and as of
  /// the store.
  Status start();
  /// Signs the rest, and ends. The store must have written everything.
  void stop();
  /// To be called after a commit. From any thread; does not block.
  void changed();
  /// Signs and keeps what is committed now. Code::unavailable without a key, Code::output if the file cannot be written.
  Status sign();

  /// Directory of the archives.
  [[nodiscard]] const std::string& archives() const { return places_.archives; }
  /// Code::unavailable without a key.
  [[nodiscard]] Result<AuditKey> key() const;
  /// The log as it is committed now.
  [[nodiscard]] Result<AuditCheckpoint> checkpoint();
  /// What is wrong with the log or its signing, a line for people each.
  [[nodiscard]] std::vector<std::string> problems() const;

 private:
  void loop();
  Status compare();
  Result<bool> compare_with(const std::string& note);
  void find(std::string_view what, std::string message, std::int64_t events, std::string note);
  [[nodiscard]] Result<bool> has_signed_before() const;
  [[nodiscard]] std::string note_of(const MerkleTree& tree) const;
  [[nodiscard]] std::vector<AuditFinding> findings() const;

  store::Store& store_;
  const std::string agent_;
  const Result<serve::SigningKey> signing_;
  const Places places_;
  NoteKey key_;

  std::mutex saving_;  ///< for the file
  std::uint64_t saved_size_ = 0;
  bool marked_ = false;  ///< the store knows that it has been signed
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> dirty_{true};
  bool stopping_ = false, started_ = false;
  std::string trouble_;  ///< why the file could not be written
  serve::Thread thread_;
};

}  // namespace facio
