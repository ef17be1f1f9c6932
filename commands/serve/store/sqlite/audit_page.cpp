#include "commands/serve/store/sqlite/audit_page.hpp"

#include <algorithm>

#include "commands/serve/store/sqlite/audit_chain.hpp"

namespace facio::store {
namespace {

// So many matches are sorted in memory; more than that are read along an index that has the wanted order.
constexpr std::int64_t kFew = 4096;

std::string indexed(std::string_view column) { return " INDEXED BY audit_by_" + std::string(column); }

// The first position in `range` whose time is at least `ms`; one after the last when there is none.
Result<std::int64_t> first_since(Database& database, AuditRange range, std::int64_t ms) {
  std::int64_t low = range.first;
  std::int64_t high = range.last + 1;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    auto look = database.prepare("SELECT ts_ms FROM audit WHERE pos = ?");
    if (!look) return fail(std::move(look.error()));
    auto row = look->bind(middle).step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return fail(Code::internal, "the audit log has a gap at position " + std::to_string(middle));
    if (look->integer(0) >= ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

}  // namespace

Result<AuditRange> audit_range(Database& database, std::string_view agent) {
  auto number = agent_number(database, agent);
  if (!number) return fail(std::move(number.error()));
  if (!*number) return AuditRange{};
  const std::int64_t base = audit_base(**number);
  auto last = database.prepare("SELECT pos FROM audit WHERE pos BETWEEN ? AND ? ORDER BY pos DESC LIMIT 1");
  if (!last) return fail(std::move(last.error()));
  auto row = last->bind(base).bind(audit_base(**number + 1) - 1).step();
  if (!row) return fail(std::move(row.error()));
  return *row ? AuditRange{base + 1, last->integer(0)} : AuditRange{};
}

Result<AuditRange> audit_between(Database& database, AuditRange range, std::optional<std::int64_t> from_ms,
                                 std::optional<std::int64_t> to_ms) {
  if (range.size() == 0) return range;
  AuditRange part = range;
  if (from_ms) {
    auto first = first_since(database, range, *from_ms);
    if (!first) return fail(std::move(first.error()));
    part.first = *first;
  }
  if (to_ms) {
    auto after = first_since(database, range, *to_ms + 1);
    if (!after) return fail(std::move(after.error()));
    part.last = *after - 1;
  }
  return part;
}

AuditPage::AuditPage(Database& database, AuditRange range, const AuditQuery& query) : database_(database), range_(range), query_(query) {
  const auto add = [this](std::string_view column, const std::vector<std::string>& values) {
    if (values.empty()) return;
    Filter filter{column, values};
    std::sort(filter.values.begin(), filter.values.end());
    filter.values.erase(std::unique(filter.values.begin(), filter.values.end()), filter.values.end());
    filters_.push_back(std::move(filter));
  };
  add("trace_id", query.trace_id);
  add("turn_id", query.turn_id);
  add("run_id", query.run_id);
  add("parent_run_id", query.parent_run_id);
  add("session_key", query.session_key);
  add("channel_id", query.channel_id);
  add("tool", query.tool);
  add("model", query.model);
  add("channel", query.channel);
  add("origin", query.origin);
  add("status", query.status);
  add("event", query.event);
}

Result<std::vector<std::int64_t>> AuditPage::find() {
  if (range_.size() == 0) return Positions{};
  if (auto status = choose_driver(); !status) return fail(std::move(status.error()));
  if (driver_ != nullptr && driven_ == 0) return Positions{};
  return query_.sort_by == "ts" ? by_time() : by_column();
}

// ------------------------------------------------------------------------------------------------- which index

Result<std::int64_t> AuditPage::probe(const Filter& filter) {
  std::int64_t total = 0;
  for (const std::string& value : filter.values) {
    auto count = database_.prepare("SELECT count(*) FROM (SELECT 1 FROM audit" + indexed(filter.column) + " WHERE " +
                                   std::string(filter.column) + " = ? AND pos BETWEEN ? AND ? LIMIT ?)");
    if (!count) return fail(std::move(count.error()));
    auto row = count->bind(std::string_view(value)).bind(range_.first).bind(range_.last).bind(kFew - total).step();
    if (!row) return fail(std::move(row.error()));
    total += count->integer(0);
    if (total >= kFew) break;
  }
  return total;
}

Status AuditPage::choose_driver() {
  for (const Filter& filter : filters_) {
    auto matches = probe(filter);
    if (!matches) return fail(std::move(matches.error()));
    if (driver_ != nullptr && *matches >= driven_) continue;
    driver_ = &filter;
    driven_ = *matches;
  }
  return {};
}

const AuditPage::Filter* AuditPage::filter_on(std::string_view column) const {
  for (const Filter& filter : filters_)
    if (filter.column == column) return &filter;
  return nullptr;
}

// ---------------------------------------------------------------------------------------------- parts of queries

std::string AuditPage::conditions(const Filter* but) const {
  std::string text;
  for (const Filter& filter : filters_) {
    if (&filter == but) continue;
    // The sign keeps SQLite from choosing this column's index.
    text += " AND +" + std::string(filter.column) + " IN (?";
    for (std::size_t i = 1; i < filter.values.size(); ++i) text += ",?";
    text += ")";
  }
  return text;
}

void AuditPage::bind_conditions(Statement& statement, const Filter* but) const {
  for (const Filter& filter : filters_) {
    if (&filter == but) continue;
    for (const std::string& value : filter.values) statement.bind(std::string_view(value));
  }
}

Status AuditPage::read_positions(Statement& statement, Positions& into) {
  for (;;) {
    auto row = statement.step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return {};
    into.push_back(statement.integer(0));
  }
}

AuditPage::Positions AuditPage::cut(Positions found) const {
  const auto offset = static_cast<std::size_t>(query_.offset);
  if (offset >= found.size()) return {};
  found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(offset));
  found.resize(std::min(found.size(), static_cast<std::size_t>(query_.limit) + 1));
  return found;
}

// -------------------------------------------------------------------------------------------------- in time order

Status AuditPage::collect_driven(const Filter& driver, std::string_view value, std::int64_t most, Positions& into) {
  auto statement = database_.prepare("SELECT pos FROM audit" + indexed(driver.column) + " WHERE " + std::string(driver.column) +
                                     " = ? AND pos BETWEEN ? AND ?" + conditions(&driver) + " ORDER BY pos" + order() + " LIMIT ?");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(value).bind(range_.first).bind(range_.last);
  bind_conditions(*statement, &driver);
  return read_positions(statement->bind(most), into);
}

Result<AuditPage::Positions> AuditPage::by_time() {
  Positions found;
  if (driver_ == nullptr) {
    const std::int64_t count = std::clamp<std::int64_t>(range_.size() - query_.offset, 0, query_.limit + 1);
    for (std::int64_t i = query_.offset; i < query_.offset + count; ++i)
      found.push_back(query_.ascending ? range_.first + i : range_.last - i);
    return found;
  }
  for (const std::string& value : driver_->values)
    if (auto status = collect_driven(*driver_, value, wanted(), found); !status) return fail(std::move(status.error()));
  std::sort(found.begin(), found.end());
  if (!query_.ascending) std::reverse(found.begin(), found.end());
  return cut(std::move(found));
}

// --------------------------------------------------------------------------------------------- by another column

Result<AuditPage::Positions> AuditPage::by_column() {
  if (driver_ != nullptr && driven_ < kFew) return sorted_in_memory(driver_);
  if (range_.size() < kFew) return sorted_in_memory(nullptr);
  return along_values();
}

// Absent values come before all others; equal ones stay in the direction's order of time.
Result<AuditPage::Positions> AuditPage::sorted_in_memory(const Filter* driver) {
  using Row = std::pair<std::optional<std::string>, std::int64_t>;
  std::vector<Row> rows;
  static const std::vector<std::string> kOnce = {""};
  for (const std::string& value : driver != nullptr ? driver->values : kOnce) {
    std::string sql = "SELECT pos, " + query_.sort_by + " FROM audit";
    if (driver != nullptr) sql += indexed(driver->column) + " WHERE " + std::string(driver->column) + " = ? AND pos BETWEEN ? AND ?";
    if (driver == nullptr) sql += " WHERE pos BETWEEN ? AND ?";
    auto statement = database_.prepare(sql + conditions(driver));
    if (!statement) return fail(std::move(statement.error()));
    if (driver != nullptr) statement->bind(std::string_view(value));
    statement->bind(range_.first).bind(range_.last);
    bind_conditions(*statement, driver);
    for (;;) {
      auto row = statement->step();
      if (!row) return fail(std::move(row.error()));
      if (!*row) break;
      rows.emplace_back(statement->is_null(1) ? std::nullopt : std::optional<std::string>(statement->text(1)), statement->integer(0));
    }
  }
  std::sort(rows.begin(), rows.end());
  if (!query_.ascending) std::reverse(rows.begin(), rows.end());
  Positions found;
  found.reserve(rows.size());
  for (const Row& row : rows) found.push_back(row.second);
  return cut(std::move(found));
}

// The sorted column has few different values: the page is made of each value's events, value after value.
Result<AuditPage::Positions> AuditPage::along_values() {
  Positions found;
  const auto remaining = [&] { return wanted() - static_cast<std::int64_t>(found.size()); };
  const auto enough = [&] { return remaining() <= 0; };
  if (const Filter* own = filter_on(query_.sort_by)) {
    std::vector<std::string> values = own->values;
    if (!query_.ascending) std::reverse(values.begin(), values.end());
    for (std::size_t i = 0; i < values.size() && !enough(); ++i)
      if (auto status = collect(&values[i], remaining(), found); !status) return fail(std::move(status.error()));
    return cut(std::move(found));
  }
  if (query_.ascending)
    if (auto status = collect(nullptr, remaining(), found); !status) return fail(std::move(status.error()));
  std::optional<std::string> value;
  while (!enough()) {
    auto next = next_value(value);
    if (!next) return fail(std::move(next.error()));
    if (!*next) break;
    value = std::move(*next);
    if (auto status = collect(&*value, remaining(), found); !status) return fail(std::move(status.error()));
  }
  if (!query_.ascending && !enough())
    if (auto status = collect(nullptr, remaining(), found); !status) return fail(std::move(status.error()));
  return cut(std::move(found));
}

// Events whose sorted column has this value, or none (null), in order of time.
Status AuditPage::collect(const std::string* value, std::int64_t most, Positions& into) {
  const Filter* own = filter_on(query_.sort_by);
  auto statement = database_.prepare("SELECT pos FROM audit" + indexed(query_.sort_by) + " WHERE " + query_.sort_by +
                                     (value != nullptr ? " = ?" : " IS NULL") + " AND pos BETWEEN ? AND ?" + conditions(own) +
                                     " ORDER BY pos" + order() + " LIMIT ?");
  if (!statement) return fail(std::move(statement.error()));
  if (value != nullptr) statement->bind(std::string_view(*value));
  statement->bind(range_.first).bind(range_.last);
  bind_conditions(*statement, own);
  return read_positions(statement->bind(most), into);
}

Result<std::optional<std::string>> AuditPage::next_value(const std::optional<std::string>& after) {
  const std::string& column = query_.sort_by;
  const std::string beyond = !after ? " IS NOT NULL" : query_.ascending ? " > ?" : " < ?";
  auto statement = database_.prepare("SELECT " + column + " FROM audit" + indexed(column) + " WHERE " + column + beyond + " ORDER BY " +
                                     column + order() + " LIMIT 1");
  if (!statement) return fail(std::move(statement.error()));
  if (after) statement->bind(std::string_view(*after));
  auto row = statement->step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return std::optional<std::string>{};
  return std::optional<std::string>(statement->text(0));
}

}  // namespace facio::store
