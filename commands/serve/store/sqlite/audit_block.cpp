#include "commands/serve/store/sqlite/audit_block.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

namespace facio::store {
namespace {

// Fewer places than this are stored as a list of 16-bit numbers, more as one bit for each event; the size tells which.
constexpr std::size_t kFewPlaces = kAuditBlock / 16;
static_assert(std::endian::native == std::endian::little, "the file's numbers are little-endian");
static_assert(std::is_trivially_copyable_v<PlaceMask> && sizeof(PlaceMask) == kAuditBlock / 8, "a mask is stored as it is in memory");

std::string encode(const Places& places) {
  if (places.size() < kFewPlaces) return {reinterpret_cast<const char*>(places.data()), places.size() * sizeof places[0]};
  PlaceMask mask;
  for (const std::uint16_t place : places) mask.set(place);
  return {reinterpret_cast<const char*>(&mask), sizeof mask};
}

Status insert_places(Database& database, std::int64_t agent, std::size_t dimension, std::string_view value, std::int64_t block,
                     const Places& places) {
  const std::string encoded = encode(places);
  return database.run("INSERT OR REPLACE INTO audit_places (agent, dimension, value, block, n, places) VALUES (?,?,?,?,?,?)", agent,
                      dimension, value, block, places.size(), Blob{encoded});
}

}  // namespace

std::size_t audit_dimension(std::string_view column) {
  return static_cast<std::size_t>(std::ranges::find(kAuditDimensions, column) - std::begin(kAuditDimensions));
}

void add_places(PlaceMask& mask, std::string_view places) {
  if (places.size() >= sizeof mask) {
    PlaceMask more;
    std::memcpy(&more, places.data(), sizeof more);
    mask |= more;
    return;
  }
  for (; places.size() >= sizeof(std::uint16_t); places.remove_prefix(sizeof(std::uint16_t))) {
    std::uint16_t place = 0;
    std::memcpy(&place, places.data(), sizeof place);
    if (place < kAuditBlock) mask.set(place);
  }
}

Result<BlockPlaces> read_places(Database& database, std::int64_t first, std::int64_t last, DimensionSet dimensions) {
  BlockPlaces found;
  const auto add = [&](const Statement& row) {
    const auto place = static_cast<std::uint16_t>(row.integer(0) - first);
    for (std::size_t dimension = 0; dimension < kAllDimensions; ++dimension) {
      if ((dimensions >> dimension & 1) == 0) continue;
      const int column = static_cast<int>(dimension) + 1;
      if (row.is_null(column)) {
        if (keeps_absent(dimension)) found.absent[dimension].push_back(place);
        continue;
      }
      auto& values = found.of[dimension];
      const std::string_view value = row.text(column);
      auto known = values.find(value);
      if (known == values.end()) known = values.emplace(std::string(value), Places{}).first;
      known->second.push_back(place);
    }
  };
  auto status = database
                    .query(
                        "SELECT pos, event, status, channel, tool, model, origin, channel_id, session_key, run_id, trace_id, turn_id, "
                        "parent_run_id FROM audit WHERE pos BETWEEN ? AND ?",
                        first, last)
                    .each(add);
  return status.map([&] { return std::move(found); });
}

Status index_block(Database& database, std::int64_t agent_number, std::int64_t block) {
  const std::int64_t first = audit_base(agent_number) + 1 + block * kAuditBlock;
  auto found = read_places(database, first, first + kAuditBlock - 1, kEveryDimension);
  if (!found) return fail(std::move(found.error()));
  for (std::size_t dimension = 0; dimension < kAllDimensions; ++dimension) {
    for (const auto& [value, places] : found->of[dimension])
      if (auto status = insert_places(database, agent_number, dimension, value, block, places); !status) return status;
    if (found->absent[dimension].empty()) continue;
    if (auto status = insert_places(database, agent_number, dimension + kAbsent, "", block, found->absent[dimension]); !status)
      return status;
  }
  return database.run(
      "INSERT OR REPLACE INTO audit_time (agent, block, first_ms, last_ms) "
      "SELECT ?, ?, min(ts_ms), max(ts_ms) FROM audit WHERE pos BETWEEN ? AND ?",
      agent_number, block, first, first + kAuditBlock - 1);
}

Result<std::vector<std::string>> indexed_values(Database& database, std::int64_t agent_number, std::size_t dimension) {
  std::vector<std::string> values;
  for (;;) {
    // Each step seeks past the previous value: as many steps as values, however many events.
    Statement next = database.query(
        values.empty() ? "SELECT value FROM audit_places WHERE agent = ? AND dimension = ? ORDER BY value LIMIT 1"
                       : "SELECT value FROM audit_places WHERE agent = ? AND dimension = ? AND value > ? ORDER BY value LIMIT 1",
        agent_number, dimension);
    if (!values.empty()) next.bind(values.back());
    auto value = next.first_text();
    if (!value) return fail(std::move(value.error()));
    if (!*value) return values;
    values.push_back(std::move(**value));
  }
}

}  // namespace facio::store
