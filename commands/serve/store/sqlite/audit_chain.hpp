// Appending to the audit log: sequence numbers, times and hashes.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/audit/shapes.hpp"
#include "commands/serve/store/sqlite/audit_tree.hpp"
#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// prev_hash of an agent's first event.
inline constexpr std::string_view kFirstHash = "0000000000000000000000000000000000000000000000000000000000000000";

/// Hexadecimal SHA-256 over prev_hash, a line feed and the event's JSON without its hash. `unclosed` is that JSON without its last
/// brace, which is hashed as well.
std::string audit_hash(std::string_view prev_hash, std::string_view unclosed);

/// The trees of all logs as they were committed last. From any thread.
class AuditEnds {
 public:
  /// Nothing before the log was written to, or when its tree is damaged.
  [[nodiscard]] std::optional<MerkleTree> of(std::string_view agent) const;
  void set(std::string_view agent, const MerkleTree& tree);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, MerkleTree, std::less<>> trees_;
};

/// Appends events, on the writer's thread. Keeps the end of every log in memory, and can undo a unit of work.
class AuditChain {
 public:
  AuditChain(Database& database, AuditEnds& ends) : database_(database), ends_(ends) {}

  /// Checks and appends an event.
  Status append(std::string_view agent, AuditEvent event);
  /// Appends an event of the time `ts_ms` whose details are known to be JSON.
  Status append_at(std::string_view agent, std::int64_t ts_ms, AuditEvent& event);

  /// Stores the lengths of the logs; call it before a commit.
  Status save_ends();

  /// Makes the ends known after a commit.
  void publish();

  /// Everything since the last begin_work() was rolled back in the database.
  void undo_work();
  void begin_work();
  /// Discards what is in memory, to be read again when needed.
  void forget();

 private:
  struct Head {
    std::int64_t agent = 0;
    std::int64_t seq = 0;
    std::string hash;
    std::uint64_t work = 0;      ///< the unit of work that changed it last
    std::int64_t saved_seq = 0;  ///< what save_ends() has stored
    std::int64_t told_seq = 0;   ///< what publish() has told
    std::optional<LogTree> log;  ///< none if what is stored is damaged
  };
  Result<Head*> head(std::string_view agent);
  Result<Head> load(std::string_view agent);
  Status fill_block(Head& head);
  Status insert(std::int64_t pos, std::int64_t ts_ms, const AuditEvent& event);

  Database& database_;
  AuditEnds& ends_;
  std::map<std::string, Head, std::less<>> heads_;
  std::uint64_t work_ = 0;
  std::vector<std::pair<std::string, std::optional<Head>>> undo_;
  std::string body_;  ///< of the event being appended; kept for its memory
};

}  // namespace facio::store
