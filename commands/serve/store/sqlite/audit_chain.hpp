// The appending side of the audit log: sequence numbers, times and hashes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/audit/shapes.hpp"
#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// prev_hash of an agent's first event.
inline constexpr std::string_view kFirstHash = "0000000000000000000000000000000000000000000000000000000000000000";

/// Hexadecimal SHA-256 over prev_hash, a line feed and the event's JSON without its hash. `unclosed` is that JSON without its last
/// brace, which is hashed as well.
std::string audit_hash(std::string_view prev_hash, std::string_view unclosed);

/// Appends events; belongs to the writer's thread. Keeps the end of every log in memory, and can step back.
class AuditChain {
 public:
  explicit AuditChain(Database& database) : database_(database) {}

  /// Appends after checking the event: the log can never be mended.
  Status append(std::string_view agent, AuditEvent event);
  /// Appends an event that happened at `ts_ms` and was built by this program: its details are known to be JSON.
  Status append_at(std::string_view agent, std::int64_t ts_ms, AuditEvent& event);

  /// Notes how long the logs are now; to be called before a commit.
  Status save_ends();

  /// Everything appended since the last begin_work() was undone in the database.
  void undo_work();
  void begin_work();
  /// Nothing in memory can be trusted; read it again when needed.
  void forget();

 private:
  struct Head {
    std::int64_t agent = 0;
    std::int64_t seq = 0;
    std::int64_t ts_ms = 0;
    std::string hash;
    std::uint64_t work = 0;      ///< the unit of work that changed it last
    std::int64_t saved_seq = 0;  ///< what save_ends() noted
  };
  Result<Head*> head(std::string_view agent);
  Result<Head> load(std::string_view agent);
  Status insert(std::int64_t pos, std::int64_t ts_ms, const AuditEvent& event);

  Database& database_;
  std::map<std::string, Head, std::less<>> heads_;
  std::uint64_t work_ = 0;
  std::vector<std::pair<std::string, std::optional<Head>>> undo_;
  std::string body_;  ///< of the event that is appended; kept for its memory
};

}  // namespace facio::store
