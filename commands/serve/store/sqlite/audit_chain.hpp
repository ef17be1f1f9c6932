// The appending side of the audit log: sequence numbers, times and hashes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/audit/shapes.hpp"
#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// How an agent's events are numbered: pos = base + seq.
constexpr std::int64_t audit_base(std::int64_t agent_number) { return agent_number << 40; }
/// Statistics are counted ahead for every full block of this many events.
inline constexpr std::int64_t kAuditBlock = 1024;
/// The columns that statistics count, in the order of audit_block.dimension.
inline constexpr std::string_view kAuditDimensions[] = {"event", "status", "channel", "tool", "model"};
/// prev_hash of an agent's first event.
inline constexpr std::string_view kFirstHash = "0000000000000000000000000000000000000000000000000000000000000000";

/// Number of an agent, or nothing when it has no events.
Result<std::optional<std::int64_t>> agent_number(Database& database, std::string_view agent);

/// Hexadecimal SHA-256 over prev_hash, a line feed and the event's JSON without its hash.
std::string audit_hash(std::string_view prev_hash, std::string_view unhashed);

/// Appends events; belongs to the writer's thread. Keeps the end of every log in memory, and can step back.
class AuditChain {
 public:
  explicit AuditChain(Database& database) : database_(database) {}

  Status append(std::string_view agent, AuditEvent event);

  /// Everything appended since the last begin_work() was undone in the database.
  void undo_work();
  void begin_work() { undo_.clear(); }
  /// Nothing in memory can be trusted; read it again when needed.
  void forget();

 private:
  struct Head {
    std::int64_t base = 0;
    std::int64_t seq = 0;
    std::int64_t ts_ms = 0;
    std::string hash;
  };
  Result<Head*> head(std::string_view agent);
  Result<Head> load(std::string_view agent);
  Status insert(std::int64_t pos, std::int64_t ts_ms, const AuditEvent& event, std::string_view body);
  Status count_block(std::int64_t last_pos);

  Database& database_;
  std::map<std::string, Head, std::less<>> heads_;
  std::vector<std::pair<std::string, std::optional<Head>>> undo_;
};

}  // namespace facio::store
