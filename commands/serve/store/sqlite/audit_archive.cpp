#include "commands/serve/store/sqlite/audit_archive.hpp"

#include "commands/serve/store/sqlite/audit_block.hpp"
#include "commands/serve/store/sqlite/audit_page.hpp"

namespace facio::store {
namespace {

// A file of an archive holds at most so many blocks; it is written and deleted in one step, which others wait for.
constexpr std::int64_t kMostBlocks = 32;

AuditArchive archive_of(const Statement& row) {
  return {.first = row.integer(0),
          .last = row.integer(1),
          .last_ms = row.integer(2),
          .last_hash = std::string(row.text(3)),
          .file = std::string(row.text(4))};
}

constexpr std::string_view kSelect =
    "SELECT first, last, last_ms, last_hash, file FROM audit_archive WHERE agent = (SELECT no FROM agent WHERE id = ?) ";

/// Blocks that may be archived: those that are full and do not hold the log's last event.
struct Blocks {
  std::int64_t base = 0, first = 0, end = 0;
};
Blocks blocks_of(const AuditRange& range) {
  if (range.size() == 0) return {};
  const std::int64_t base = range.base();
  return {base, (range.first - base - 1) / kAuditBlock, (range.last - base - 1) / kAuditBlock};
}

}  // namespace

Result<std::vector<AuditArchive>> audit_archives(Database& database, std::string_view agent) {
  return database.query(std::string(kSelect) + "ORDER BY first", agent).all(archive_of);
}

Result<std::optional<AuditArchive>> last_archive(Database& database, std::string_view agent) {
  return database.query(std::string(kSelect) + "ORDER BY first DESC LIMIT 1", agent).first(archive_of);
}

Result<std::optional<AuditSegment>> expired_segment(Database& database, std::string_view agent, const AuditKeep& keep) {
  auto range = audit_range(database, agent);
  if (!range) return fail(std::move(range.error()));
  const Blocks blocks = blocks_of(*range);
  if (blocks.first >= blocks.end) return std::optional<AuditSegment>{};
  const std::int64_t number = blocks.base / audit_base(1);
  auto total =
      database.query("SELECT sum(bytes) FROM audit_tree WHERE agent = ? AND block >= ? AND block < ?", number, blocks.first, blocks.end)
          .first_integer();
  if (!total) return fail(std::move(total.error()));
  std::int64_t left = total->value_or(0);
  std::int64_t block = blocks.first;
  const auto take = [&](const Statement& row) {
    const bool old = keep.from_ms && row.integer(1) < *keep.from_ms;
    if (row.integer(0) != block || !(old || (keep.most_bytes && left > *keep.most_bytes))) return false;
    left -= row.integer(2);
    return ++block < blocks.first + kMostBlocks;
  };
  auto status = database
                    .query(
                        "SELECT block, ts_ms, bytes FROM audit_tree JOIN audit ON pos = ? + (block + 1) * 1024 "
                        "WHERE agent = ? AND block >= ? AND block < ? ORDER BY block",
                        blocks.base, number, blocks.first, blocks.end)
                    .each(take);
  if (!status) return fail(std::move(status.error()));
  if (block == blocks.first) return std::optional<AuditSegment>{};
  return std::optional(AuditSegment{range->first - blocks.base, block * kAuditBlock});
}

Status archive_events(Database& database, std::string_view agent, const AuditArchive& archive) {
  auto range = audit_range(database, agent);
  if (!range) return fail(std::move(range.error()));
  const Blocks blocks = blocks_of(*range);
  const std::int64_t first = range->first - blocks.base;
  if (archive.first != first || archive.last < first || archive.last % kAuditBlock != 0 || archive.last > blocks.end * kAuditBlock)
    return fail(Code::conflict, "the audit log does not begin with the events that were archived");
  const std::int64_t number = blocks.base / audit_base(1);
  if (auto status = database.run("INSERT INTO audit_archive (agent, first, last, last_ms, last_hash, file) VALUES (?,?,?,?,?,?)", number,
                                 archive.first, archive.last, archive.last_ms, archive.last_hash, archive.file);
      !status)
    return status;
  if (auto status = database.run("DELETE FROM audit_places WHERE agent = ? AND block < ?", number, archive.last / kAuditBlock); !status)
    return status;
  return database.run("DELETE FROM audit WHERE pos BETWEEN ? AND ?", blocks.base + archive.first, blocks.base + archive.last);
}

}  // namespace facio::store
