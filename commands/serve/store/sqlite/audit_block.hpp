// The index of the audit log: for every full block of events, the places of each value of each searchable column.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// An agent's events are numbered pos = base + seq, with seq from 1.
constexpr std::int64_t audit_base(std::int64_t agent_number) { return agent_number << 40; }

inline constexpr std::int64_t kAuditBlock = 1024;

/// The searchable columns; their indexes here are the numbers in audit_places.dimension.
inline constexpr std::string_view kAuditDimensions[] = {"event",      "status",      "channel", "tool",     "model",   "origin",
                                                        "channel_id", "session_key", "run_id",  "trace_id", "turn_id", "parent_run_id"};
inline constexpr std::size_t kAllDimensions = std::size(kAuditDimensions);
/// How many of them, from the first, statistics count.
inline constexpr std::size_t kCountedDimensions = 5;
/// Added to a dimension: the events without a value there. Stored for the columns that can be sorted by.
inline constexpr std::size_t kAbsent = 100;
constexpr bool keeps_absent(std::size_t dimension) { return dimension == 1 || dimension == 2 || dimension == 4; }

/// The dimension of an existing column.
std::size_t audit_dimension(std::string_view column);

/// One bit for each event of a block.
using PlaceMask = std::bitset<kAuditBlock>;

/// Adds the places that audit_places.places lists.
void add_places(PlaceMask& mask, std::string_view places);

/// Places of one value inside a block, in order.
using Places = std::vector<std::uint16_t>;

/// The places of each value in a range of at most a block of events.
struct BlockPlaces {
  std::map<std::string, Places, std::less<>> of[kAllDimensions];
  Places absent[kAllDimensions];
};

/// A set of dimensions, one bit for each.
using DimensionSet = std::uint32_t;
inline constexpr DimensionSet kEveryDimension = (1U << kAllDimensions) - 1;

/// Reads the columns of the events at positions `first` to `last`; places count from `first`.
Result<BlockPlaces> read_places(Database& database, std::int64_t first, std::int64_t last, DimensionSet dimensions);

/// Writes the index of a full block, and between which times its events lie; blocks count from 0.
Status index_block(Database& database, std::int64_t agent_number, std::int64_t block);

/// The values of a dimension in all full blocks, ascending.
Result<std::vector<std::string>> indexed_values(Database& database, std::int64_t agent_number, std::size_t dimension);

}  // namespace facio::store
