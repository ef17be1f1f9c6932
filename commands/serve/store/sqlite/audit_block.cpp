#include "commands/serve/store/sqlite/audit_block.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace facio::store {
namespace {

// Fewer places than this are stored as a list of 16-bit numbers, more as one bit for each event; the size tells which.
constexpr std::size_t kFewPlaces = kAuditBlock / 16;
constexpr std::size_t kMaskBytes = kAuditBlock / 8;
static_assert(std::endian::native == std::endian::little, "the file's numbers are little-endian");

std::string encode(const Places& places) {
  if (places.size() < kFewPlaces) {
    std::string bytes(places.size() * sizeof places[0], '\0');
    std::memcpy(bytes.data(), places.data(), bytes.size());
    return bytes;
  }
  std::string bytes(kMaskBytes, '\0');
  for (const std::uint16_t place : places) bytes[place / 8] = static_cast<char>(bytes[place / 8] | 1 << (place % 8));
  return bytes;
}

Status insert(Database& database, std::int64_t agent, std::size_t dimension, std::string_view value, std::int64_t block,
              const Places& places) {
  auto statement = database.prepare("INSERT INTO audit_places (agent, dimension, value, block, n, places) VALUES (?,?,?,?,?,?)");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(agent).bind(static_cast<std::int64_t>(dimension)).bind_lent(value).bind(block);
  return statement->bind(static_cast<std::int64_t>(places.size())).bind_bytes(encode(places)).run();
}

}  // namespace

std::size_t audit_dimension(std::string_view column) {
  return static_cast<std::size_t>(std::ranges::find(kAuditDimensions, column) - std::begin(kAuditDimensions));
}

void PlaceMask::set_range(std::size_t first, std::size_t last) {
  for (std::size_t place = first; place <= last; ++place) set(place);
}

void PlaceMask::add(const PlaceMask& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
}

void PlaceMask::keep(const PlaceMask& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
}

std::int64_t PlaceMask::count() const {
  std::int64_t n = 0;
  for (const std::uint64_t word : words_) n += std::popcount(word);
  return n;
}

bool PlaceMask::empty() const {
  return std::ranges::all_of(words_, [](std::uint64_t word) { return word == 0; });
}

void PlaceMask::add_bytes(std::string_view places) {
  if (places.size() < kMaskBytes) {
    for (std::size_t i = 0; i + 1 < places.size(); i += 2) {
      std::uint16_t place = 0;
      std::memcpy(&place, places.data() + i, sizeof place);
      if (place < kAuditBlock) set(place);
    }
    return;
  }
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    std::memcpy(&word, places.data() + i * sizeof word, sizeof word);
    words_[i] |= word;
  }
}

Result<BlockPlaces> read_places(Database& database, std::int64_t first, std::int64_t last, DimensionSet dimensions) {
  BlockPlaces found;
  auto rows = database.prepare(
      "SELECT pos, event, status, channel, tool, model, origin, channel_id, session_key, run_id, trace_id, turn_id, parent_run_id "
      "FROM audit WHERE pos BETWEEN ? AND ?");
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(first).bind(last);
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return found;
    const auto place = static_cast<std::uint16_t>(rows->integer(0) - first);
    for (std::size_t dimension = 0; dimension < kAllDimensions; ++dimension) {
      if ((dimensions >> dimension & 1) == 0) continue;
      const int column = static_cast<int>(dimension) + 1;
      if (rows->is_null(column)) {
        if (keeps_absent(dimension)) found.absent[dimension].push_back(place);
        continue;
      }
      auto& values = found.of[dimension];
      const std::string_view value = rows->text(column);
      auto known = values.find(value);
      if (known == values.end()) known = values.emplace(std::string(value), Places{}).first;
      known->second.push_back(place);
    }
  }
}

Status index_block(Database& database, std::int64_t agent_number, std::int64_t block) {
  const std::int64_t first = audit_base(agent_number) + 1 + block * kAuditBlock;
  auto found = read_places(database, first, first + kAuditBlock - 1, kEveryDimension);
  if (!found) return fail(std::move(found.error()));
  for (std::size_t dimension = 0; dimension < kAllDimensions; ++dimension) {
    for (const auto& [value, places] : found->of[dimension])
      if (auto status = insert(database, agent_number, dimension, value, block, places); !status) return status;
    if (found->absent[dimension].empty()) continue;
    if (auto status = insert(database, agent_number, dimension + kAbsent, "", block, found->absent[dimension]); !status) return status;
  }
  return {};
}

Result<std::vector<std::string>> indexed_values(Database& database, std::int64_t agent_number, std::size_t dimension) {
  std::vector<std::string> values;
  for (;;) {
    // Each step seeks beyond the value before: as many steps as values, however many events.
    auto next = database.prepare(
        values.empty() ? "SELECT value FROM audit_places WHERE agent = ? AND dimension = ? ORDER BY value LIMIT 1"
                       : "SELECT value FROM audit_places WHERE agent = ? AND dimension = ? AND value > ? ORDER BY value LIMIT 1");
    if (!next) return fail(std::move(next.error()));
    next->bind(agent_number).bind(static_cast<std::int64_t>(dimension));
    if (!values.empty()) next->bind(std::string_view(values.back()));
    auto row = next->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return values;
    values.emplace_back(next->text(0));
  }
}

}  // namespace facio::store
