#include "commands/serve/store/sqlite/audit_stats.hpp"

#include <unordered_map>

#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "commands/serve/store/sqlite/audit_page.hpp"

namespace facio::store {
namespace {

class Counts {
 public:
  void add(std::size_t dimension, std::string_view value, std::int64_t n) {
    auto& counts = counts_[dimension];
    const auto found = counts.find(value);
    if (found != counts.end()) found->second += n;
    else counts.emplace(std::string(value), n);
  }
  [[nodiscard]] AuditStats::Counts of(std::size_t dimension) const { return {counts_[dimension].begin(), counts_[dimension].end()}; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> counts_[std::size(kAuditDimensions)];
};

Status count_events(Database& database, AuditRange range, Counts& counts) {
  if (range.size() == 0) return {};
  auto rows = database.prepare("SELECT event, status, channel, tool, model FROM audit WHERE pos BETWEEN ? AND ?");
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(range.first).bind(range.last);
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return {};
    for (int column = 0; column < static_cast<int>(std::size(kAuditDimensions)); ++column)
      if (!rows->is_null(column)) counts.add(static_cast<std::size_t>(column), rows->text(column), 1);
  }
}

Status count_blocks(Database& database, AuditRange range, Counts& counts) {
  auto rows = database.prepare("SELECT dimension, value, n FROM audit_block WHERE pos BETWEEN ? AND ?");
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(range.first).bind(range.last);
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return {};
    const auto dimension = static_cast<std::size_t>(rows->integer(0));
    if (dimension < std::size(kAuditDimensions)) counts.add(dimension, rows->text(1), rows->integer(2));
  }
}

Status count(Database& database, AuditRange all, AuditRange range, Counts& counts) {
  const std::int64_t base = all.first - 1;
  // Blocks wholly inside: after the last block end before the range, up to the last block end in it.
  const std::int64_t before = base + (range.first - all.first + kAuditBlock - 1) / kAuditBlock * kAuditBlock;
  const std::int64_t until = base + (range.last - base) / kAuditBlock * kAuditBlock;
  if (until <= before) return count_events(database, range, counts);
  if (auto status = count_events(database, {range.first, before}, counts); !status) return status;
  if (auto status = count_blocks(database, {before + 1, until}, counts); !status) return status;
  return count_events(database, {until + 1, range.last}, counts);
}

}  // namespace

Result<AuditStats> audit_stats(Database& database, std::string_view agent, std::int64_t from_ms, std::int64_t to_ms) {
  auto all = audit_range(database, agent);
  if (!all) return fail(std::move(all.error()));
  auto range = audit_between(database, *all, from_ms, to_ms);
  if (!range) return fail(std::move(range.error()));
  AuditStats stats;
  stats.from = format_rfc3339(from_ms);
  stats.to = format_rfc3339(to_ms);
  stats.total = range->size();
  if (stats.total == 0) return stats;
  Counts counts;
  if (auto status = count(database, *all, *range, counts); !status) return fail(std::move(status.error()));
  stats.by_event = counts.of(0);
  stats.by_status = counts.of(1);
  stats.by_channel = counts.of(2);
  stats.by_tool = counts.of(3);
  stats.by_model = counts.of(4);
  return stats;
}

}  // namespace facio::store
