// The index of the audit log: for every full block of events, where in it each value of each searched column stands.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// How an agent's events are numbered: pos = base + seq, seq from 1.
constexpr std::int64_t audit_base(std::int64_t agent_number) { return agent_number << 40; }

/// Events in a block.
inline constexpr std::int64_t kAuditBlock = 1024;

/// The columns that can be searched; their places here are the numbers in audit_places.dimension.
inline constexpr std::string_view kAuditDimensions[] = {"event",      "status",      "channel", "tool",     "model",   "origin",
                                                        "channel_id", "session_key", "run_id",  "trace_id", "turn_id", "parent_run_id"};
inline constexpr std::size_t kAllDimensions = std::size(kAuditDimensions);
/// The first of them are counted by statistics.
inline constexpr std::size_t kCountedDimensions = 5;
/// Added to a dimension: the events that have no value there. Kept for the columns that can be sorted by.
inline constexpr std::size_t kAbsent = 100;
constexpr bool keeps_absent(std::size_t dimension) { return dimension == 1 || dimension == 2 || dimension == 4; }

/// Number of the dimension of a column that exists.
std::size_t audit_dimension(std::string_view column);

/// One bit for each event of a block.
class PlaceMask {
 public:
  void set(std::size_t place) { words_[place / 64] |= std::uint64_t{1} << (place % 64); }
  [[nodiscard]] bool has(std::size_t place) const { return (words_[place / 64] >> (place % 64) & 1) != 0; }
  void set_range(std::size_t first, std::size_t last);
  void add(const PlaceMask& other);
  void keep(const PlaceMask& other);
  [[nodiscard]] std::int64_t count() const;
  [[nodiscard]] bool empty() const;
  /// Adds the places that audit_places.places tells.
  void add_bytes(std::string_view places);

 private:
  std::array<std::uint64_t, kAuditBlock / 64> words_{};
};

/// Places of one value inside a block, in order.
using Places = std::vector<std::uint16_t>;

/// Where each value stands in a run of events that is at most a block long.
struct BlockPlaces {
  std::map<std::string, Places, std::less<>> of[kAllDimensions];
  Places absent[kAllDimensions];
};

/// A set of dimensions, one bit for each.
using DimensionSet = std::uint32_t;
inline constexpr DimensionSet kEveryDimension = (1U << kAllDimensions) - 1;

/// Reads the columns of the events from `first` to `last` (positions); places count from `first`.
Result<BlockPlaces> read_places(Database& database, std::int64_t first, std::int64_t last, DimensionSet dimensions);

/// Writes the index of a block that is full now; blocks count from 0.
Status index_block(Database& database, std::int64_t agent_number, std::int64_t block);

/// The values of a dimension in all full blocks, ascending.
Result<std::vector<std::string>> indexed_values(Database& database, std::int64_t agent_number, std::size_t dimension);

}  // namespace facio::store
