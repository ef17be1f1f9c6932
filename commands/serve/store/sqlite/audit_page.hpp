// Finds the events of one page of GET /audit without reading more of the log than necessary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/store/sqlite/audit_block.hpp"
#include "commands/serve/store/sqlite/database.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

/// The filters of a query with their columns. Those that usually match least come first, to save the others work.
struct AuditFilter {
  std::string_view column;
  std::vector<std::string> AuditQuery::*values;
};
inline constexpr AuditFilter kAuditFilters[] = {
    {"turn_id", &AuditQuery::turn_id},
    {"run_id", &AuditQuery::run_id},
    {"trace_id", &AuditQuery::trace_id},
    {"parent_run_id", &AuditQuery::parent_run_id},
    {"session_key", &AuditQuery::session_key},
    {"channel_id", &AuditQuery::channel_id},
    {"tool", &AuditQuery::tool},
    {"model", &AuditQuery::model},
    {"channel", &AuditQuery::channel},
    {"origin", &AuditQuery::origin},
    {"status", &AuditQuery::status},
    {"event", &AuditQuery::event},
};

/// A run of positions of one agent, both inclusive; empty when last < first.
struct AuditRange {
  std::int64_t first = 1;
  std::int64_t last = 0;
  [[nodiscard]] std::int64_t size() const { return last < first ? 0 : last - first + 1; }
  /// The position before the first event that the agent ever had.
  [[nodiscard]] std::int64_t base() const { return first & ~(audit_base(1) - 1); }
};

/// The number of an agent, if it has events.
Result<std::optional<std::int64_t>> agent_number(Database& database, std::string_view agent);
/// Every event of an agent that is in the database; positions are dense. Whole blocks of the oldest may be in archives.
Result<AuditRange> audit_range(Database& database, std::string_view agent);
/// The parts of `range` whose events lie between two times, both inclusive, in order; no two touch. One part, unless the clock was set back
/// or far ahead meanwhile: an event's time is that of the clock, and only its number orders it.
Result<std::vector<AuditRange>> audit_between(Database& database, AuditRange range, std::optional<std::int64_t> from_ms,
                                              std::optional<std::int64_t> to_ms);

/// The search for one page. Full blocks are searched by the index, the last block by reading its events.
class AuditPage {
 public:
  /// `all`: every event of the agent; `parts`: those between the query's times, in order.
  AuditPage(Database& database, AuditRange all, std::vector<AuditRange> parts, const AuditQuery& query);

  /// Positions after the offset, in the page's order; one more than the limit if there are more.
  Result<std::vector<std::int64_t>> find();

 private:
  struct Filter {
    std::size_t dimension;
    std::vector<std::string> values;  ///< ascending, no two equal
  };
  /// Blocks, both inclusive.
  struct Blocks {
    std::int64_t first, last;
  };
  /// A mask for each of some blocks that follow one another.
  class Masks {
   public:
    explicit Masks(Blocks blocks) : first_(blocks.first), masks_(static_cast<std::size_t>(blocks.last - blocks.first + 1)) {}
    PlaceMask& operator[](std::int64_t block) { return masks_[static_cast<std::size_t>(block - first_)]; }
    const PlaceMask& operator[](std::int64_t block) const { return masks_[static_cast<std::size_t>(block - first_)]; }

   private:
    std::int64_t first_;
    std::vector<PlaceMask> masks_;
  };

  void unfiltered();
  Status by_time();
  Status by_column(std::size_t dimension);
  Status take_value(std::size_t dimension, std::string_view value, const Masks& allowed);
  Result<std::vector<std::string>> values_of(std::size_t dimension) const;

  Status read_open_block(std::size_t sorted_by);
  [[nodiscard]] const Places* open_places(std::size_t dimension, std::string_view value) const;
  [[nodiscard]] Statement select_places(std::size_t dimension, std::string_view value, Blocks blocks) const;
  Result<Masks> marked(const Filter& filter, Blocks blocks) const;
  Result<Masks> matching(Blocks blocks, const Filter* but) const;
  void take(const PlaceMask& mask, std::int64_t block);
  [[nodiscard]] bool enough() const { return found_.size() > static_cast<std::size_t>(query_.limit); }

  Database& database_;
  const AuditQuery& query_;
  std::vector<AuditRange> parts_;
  AuditRange range_;      ///< from the first part to the end of the last
  std::int64_t base_;     ///< position before the agent's first
  std::int64_t agent_;    ///< its number
  std::int64_t full_;     ///< how many blocks are full
  Blocks blocks_{0, -1};  ///< those of the range
  std::vector<Filter> filters_;
  BlockPlaces open_;  ///< the block that is not full
  std::int64_t to_skip_;
  std::vector<std::int64_t> found_;
};

}  // namespace facio::store
