#include "commands/serve/store/sqlite/audit_stats.hpp"

#include <algorithm>
#include <unordered_map>

#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/audit_block.hpp"
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
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> counts_[kCountedDimensions];
};

Status count_events(Database& database, AuditRange range, Counts& counts) {
  if (range.size() == 0) return {};
  auto found = read_places(database, range.first, range.last, (DimensionSet{1} << kCountedDimensions) - 1);
  if (!found) return fail(std::move(found.error()));
  for (std::size_t dimension = 0; dimension < kCountedDimensions; ++dimension)
    for (const auto& [value, places] : found->of[dimension]) counts.add(dimension, value, static_cast<std::int64_t>(places.size()));
  return {};
}

/// No block lies wholly inside, so this is less than two of them.
Status count_short(Database& database, AuditRange range, Counts& counts) {
  const std::int64_t middle = std::min(range.last, range.first + kAuditBlock - 1);
  if (auto status = count_events(database, {range.first, middle}, counts); !status) return status;
  return count_events(database, {middle + 1, range.last}, counts);
}

Status count_blocks(Database& database, std::int64_t agent, std::int64_t first, std::int64_t last, Counts& counts) {
  for (std::size_t dimension = 0; dimension < kCountedDimensions; ++dimension) {
    auto values = indexed_values(database, agent, dimension);
    if (!values) return fail(std::move(values.error()));
    for (const std::string& value : *values) {
      auto sum =
          database.prepare("SELECT sum(n) FROM audit_places WHERE agent = ? AND dimension = ? AND value = ? AND block BETWEEN ? AND ?");
      if (!sum) return fail(std::move(sum.error()));
      auto row = sum->bind(agent).bind(static_cast<std::int64_t>(dimension)).bind(std::string_view(value)).bind(first).bind(last).step();
      if (!row) return fail(std::move(row.error()));
      if (const std::int64_t n = sum->integer(0); n != 0) counts.add(dimension, value, n);
    }
  }
  return {};
}

Status count(Database& database, AuditRange all, AuditRange range, Counts& counts) {
  const std::int64_t base = all.first - 1;
  // Blocks wholly inside; blocks count from 0.
  const std::int64_t first_block = (range.first - all.first + kAuditBlock - 1) / kAuditBlock;
  const std::int64_t after_block = (range.last - base) / kAuditBlock;
  if (after_block <= first_block) return count_short(database, range, counts);
  if (auto status = count_events(database, {range.first, base + first_block * kAuditBlock}, counts); !status) return status;
  if (auto status = count_blocks(database, base / audit_base(1), first_block, after_block - 1, counts); !status) return status;
  return count_events(database, {base + after_block * kAuditBlock + 1, range.last}, counts);
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
