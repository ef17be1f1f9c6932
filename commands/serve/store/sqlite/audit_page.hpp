// Finds the events of one page of GET /audit without reading more of the log than needed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/store/sqlite/database.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

/// A run of positions, both inclusive; empty when last < first.
struct AuditRange {
  std::int64_t first = 1;
  std::int64_t last = 0;
  [[nodiscard]] std::int64_t size() const { return last < first ? 0 : last - first + 1; }
};

/// Every event of an agent; positions are dense.
Result<AuditRange> audit_range(Database& database, std::string_view agent);
/// The part of `range` between two times, both inclusive. Times never fall along the log, so this bisects.
Result<AuditRange> audit_between(Database& database, AuditRange range, std::optional<std::int64_t> from_ms,
                                 std::optional<std::int64_t> to_ms);

/// One page's search.
class AuditPage {
 public:
  AuditPage(Database& database, AuditRange range, const AuditQuery& query);

  /// Positions after the offset, in the page's order; one more than the limit when there are more.
  Result<std::vector<std::int64_t>> find();

 private:
  struct Filter {
    std::string_view column;
    std::vector<std::string> values;
  };
  using Positions = std::vector<std::int64_t>;

  Result<Positions> by_time();
  Result<Positions> by_column();
  Result<Positions> sorted_in_memory(const Filter* driver);
  Result<Positions> along_values();

  Status choose_driver();
  Result<std::int64_t> probe(const Filter& filter);
  Result<std::optional<std::string>> next_value(const std::optional<std::string>& after);
  Status collect(const std::string* value, std::int64_t most, Positions& into);
  Status collect_driven(const Filter& driver, std::string_view value, std::int64_t most, Positions& into);
  [[nodiscard]] std::string conditions(const Filter* but) const;
  void bind_conditions(Statement& statement, const Filter* but) const;
  Status read_positions(Statement& statement, Positions& into);
  [[nodiscard]] const Filter* filter_on(std::string_view column) const;
  [[nodiscard]] std::string order() const { return query_.ascending ? " ASC" : " DESC"; }
  [[nodiscard]] std::int64_t wanted() const { return query_.offset + query_.limit + 1; }
  [[nodiscard]] Positions cut(Positions found) const;

  Database& database_;
  AuditRange range_;
  const AuditQuery& query_;
  std::vector<Filter> filters_;
  const Filter* driver_ = nullptr;  ///< the filter that matches least
  std::int64_t driven_ = 0;         ///< how many it matches, counted up to a bound
};

}  // namespace facio::store
