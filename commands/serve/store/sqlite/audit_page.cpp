#include "commands/serve/store/sqlite/audit_page.hpp"

#include <algorithm>
#include <limits>

namespace facio::store {
namespace {

// By time, the log is searched in pieces of so many blocks, from the end that is wanted first; each is twice the size of the previous one.
constexpr std::int64_t kFirstPiece = 16;
constexpr std::int64_t kLargestPiece = 1024;
constexpr std::size_t kByTime = kAllDimensions;

std::vector<std::string> ascending(std::vector<std::string> values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// Collects positions, in order, into parts that do not touch.
class Parts {
 public:
  explicit Parts(AuditRange within) : within_(within) {}
  void add(std::int64_t first, std::int64_t last) {
    first = std::max(first, within_.first);
    last = std::min(last, within_.last);
    if (last < first) return;
    if (!parts_.empty() && parts_.back().last + 1 == first) parts_.back().last = last;
    else parts_.push_back({first, last});
  }
  std::vector<AuditRange> take() { return std::move(parts_); }

 private:
  AuditRange within_;
  std::vector<AuditRange> parts_;
};

struct TimeSpan {
  std::int64_t from_ms, to_ms;
};

/// Adds those events between two positions that lie in the span, by looking at each.
Status add_each(Database& database, std::int64_t first, std::int64_t last, TimeSpan span, Parts& parts) {
  return database
      .query("SELECT pos FROM audit WHERE pos BETWEEN ? AND ? AND ts_ms BETWEEN ? AND ? ORDER BY pos", first, last, span.from_ms,
             span.to_ms)
      .each([&](const Statement& row) { parts.add(row.integer(0), row.integer(0)); });
}

}  // namespace

Result<std::optional<std::int64_t>> agent_number(Database& database, std::string_view agent) {
  return database.query("SELECT no FROM agent WHERE id = ?", agent).first_integer();
}

Result<AuditRange> audit_range(Database& database, std::string_view agent) {
  auto number = agent_number(database, agent);
  if (!number) return fail(std::move(number.error()));
  if (!*number) return AuditRange{};
  const std::int64_t base = audit_base(**number);
  return database
      .query(
          "SELECT (SELECT min(pos) FROM audit WHERE pos BETWEEN ?1 AND ?2) AS first, "
          "(SELECT max(pos) FROM audit WHERE pos BETWEEN ?1 AND ?2)",
          base, audit_base(**number + 1) - 1)
      .first([](const Statement& row) {
        return row.is_null(0) ? AuditRange{} : AuditRange{row.integer(0), row.integer(1)};
      })
      .map([](const std::optional<AuditRange>& range) { return range.value_or(AuditRange{}); });
}

Result<std::vector<AuditRange>> audit_between(Database& database, AuditRange range, std::optional<std::int64_t> from_ms,
                                              std::optional<std::int64_t> to_ms) {
  if (range.size() == 0) return std::vector<AuditRange>{};
  if (!from_ms && !to_ms) return std::vector{range};
  const TimeSpan span{from_ms.value_or(std::numeric_limits<std::int64_t>::min()), to_ms.value_or(std::numeric_limits<std::int64_t>::max())};
  const std::int64_t base = range.base(), full = (range.last - base) / kAuditBlock;
  Parts parts(range);
  // Blocks that lie in the span as a whole are taken by their times alone; the others, at its ends and where the clock jumped, are read.
  auto status = database
                    .query(
                        "SELECT block, first_ms, last_ms FROM audit_time WHERE agent = ? AND block < ? AND last_ms >= ? AND first_ms <= ? "
                        "ORDER BY block",
                        base / audit_base(1), full, span.from_ms, span.to_ms)
                    .each([&](const Statement& row) -> Status {
                      const std::int64_t first = base + 1 + row.integer(0) * kAuditBlock, last = first + kAuditBlock - 1;
                      if (row.integer(1) < span.from_ms || row.integer(2) > span.to_ms) return add_each(database, first, last, span, parts);
                      parts.add(first, last);
                      return {};
                    });
  if (status) status = add_each(database, base + 1 + full * kAuditBlock, range.last, span, parts);
  return status.map([&] { return parts.take(); });
}

AuditPage::AuditPage(Database& database, AuditRange all, std::vector<AuditRange> parts, const AuditQuery& query)
    : database_(database),
      query_(query),
      parts_(std::move(parts)),
      range_(parts_.empty() ? AuditRange{} : AuditRange{parts_.front().first, parts_.back().last}),
      base_(all.base()),
      agent_(base_ / audit_base(1)),
      full_(all.size() == 0 ? 0 : (all.last - base_) / kAuditBlock),
      to_skip_(query.offset) {
  for (const auto& [column, values] : kAuditFilters)
    if (!(query.*values).empty()) filters_.push_back({audit_dimension(column), ascending(query.*values)});
}

Result<std::vector<std::int64_t>> AuditPage::find() {
  if (range_.size() == 0) return found_;
  blocks_ = {(range_.first - base_ - 1) / kAuditBlock, (range_.last - base_ - 1) / kAuditBlock};
  const std::size_t sorted_by = query_.sort_by == "ts" ? kByTime : audit_dimension(query_.sort_by);
  Status status;
  if (sorted_by == kByTime && filters_.empty()) {
    unfiltered();
  } else {
    status = read_open_block(sorted_by);
    if (status) status = sorted_by == kByTime ? by_time() : by_column(sorted_by);
  }
  return status.map([this] { return std::move(found_); });
}

void AuditPage::unfiltered() {
  const auto wanted = static_cast<std::size_t>(query_.limit) + 1;
  const auto take_part = [&](const AuditRange& part) {
    const std::int64_t skipped = std::min(to_skip_, part.size());
    to_skip_ -= skipped;
    for (std::int64_t i = skipped; i < part.size() && found_.size() < wanted; ++i)
      found_.push_back(query_.ascending ? part.first + i : part.last - i);
  };
  if (query_.ascending) std::ranges::for_each(parts_, take_part);
  else std::for_each(parts_.rbegin(), parts_.rend(), take_part);
}

Status AuditPage::read_open_block(std::size_t sorted_by) {
  if (blocks_.last < full_) return {};
  DimensionSet dimensions = sorted_by == kByTime ? 0 : DimensionSet{1} << sorted_by;
  for (const Filter& filter : filters_) dimensions |= DimensionSet{1} << filter.dimension;
  auto places = read_places(database_, base_ + 1 + full_ * kAuditBlock, range_.last, dimensions);
  if (!places) return fail(std::move(places.error()));
  open_ = std::move(*places);
  return {};
}

const Places* AuditPage::open_places(std::size_t dimension, std::string_view value) const {
  if (dimension >= kAbsent) return &open_.absent[dimension - kAbsent];
  const auto found = open_.of[dimension].find(value);
  return found == open_.of[dimension].end() ? nullptr : &found->second;
}

/// Blocks that contain the value, in the page's order, with its places.
Statement AuditPage::select_places(std::size_t dimension, std::string_view value, Blocks blocks) const {
  constexpr std::string_view kForward =
      "SELECT block, places FROM audit_places WHERE agent = ? AND dimension = ? AND value = ? AND block BETWEEN ? AND ? ORDER BY block";
  constexpr std::string_view kBackward =
      "SELECT block, places FROM audit_places WHERE agent = ? AND dimension = ? AND value = ? AND block BETWEEN ? AND ? "
      "ORDER BY block DESC";
  return database_.query(query_.ascending ? kForward : kBackward, agent_, dimension, value, blocks.first, blocks.last);
}

/// The events of these blocks that match the filter.
Result<AuditPage::Masks> AuditPage::marked(const Filter& filter, Blocks blocks) const {
  Masks masks(blocks);
  for (const std::string& value : filter.values) {
    auto status =
        select_places(filter.dimension, value, blocks).each([&](const Statement& row) { add_places(masks[row.integer(0)], row.bytes(1)); });
    if (!status) return fail(std::move(status.error()));
    if (blocks.last < full_) continue;
    if (const Places* places = open_places(filter.dimension, value))
      for (const std::uint16_t place : *places) masks[full_].set(place);
  }
  return masks;
}

/// The events of these blocks that lie in the range and match every filter `but` one.
Result<AuditPage::Masks> AuditPage::matching(Blocks blocks, const Filter* but) const {
  Masks masks(blocks);
  const std::int64_t first = base_ + 1 + blocks.first * kAuditBlock, last = base_ + (blocks.last + 1) * kAuditBlock;
  for (const AuditRange& part : parts_)
    for (std::int64_t pos = std::max(part.first, first); pos <= std::min(part.last, last); ++pos)
      masks[(pos - base_ - 1) / kAuditBlock].set(static_cast<std::size_t>((pos - base_ - 1) % kAuditBlock));
  Blocks left = blocks;  // outside of these nothing matches any more
  for (const Filter& filter : filters_) {
    if (&filter == but) continue;
    auto fits = marked(filter, left);
    if (!fits) return fits;
    Blocks rest{left.last + 1, left.last};
    for (std::int64_t block = left.first; block <= left.last; ++block) {
      masks[block] &= (*fits)[block];
      if (masks[block].any()) rest = {std::min(rest.first, block), block};
    }
    if (rest.first > left.last) return Masks(blocks);
    left = rest;
  }
  return masks;
}

/// Takes the block's events in the wanted direction, after those to skip.
void AuditPage::take(const PlaceMask& mask, std::int64_t block) {
  const auto count = static_cast<std::int64_t>(mask.count());
  if (count <= to_skip_) {
    to_skip_ -= count;
    return;
  }
  const std::int64_t start = base_ + 1 + block * kAuditBlock;
  for (std::int64_t i = 0; i < kAuditBlock && !enough(); ++i) {
    const std::int64_t place = query_.ascending ? i : kAuditBlock - 1 - i;
    if (!mask[static_cast<std::size_t>(place)]) continue;
    if (to_skip_ > 0) --to_skip_;
    else found_.push_back(start + place);
  }
}

Status AuditPage::by_time() {
  Blocks left = blocks_;
  for (std::int64_t size = kFirstPiece; left.first <= left.last && !enough(); size = std::min(size * 2, kLargestPiece)) {
    const Blocks piece = query_.ascending ? Blocks{left.first, std::min(left.last, left.first + size - 1)}
                                          : Blocks{std::max(left.first, left.last - size + 1), left.last};
    auto masks = matching(piece, nullptr);
    if (!masks) return fail(std::move(masks.error()));
    for (std::int64_t i = 0; i <= piece.last - piece.first && !enough(); ++i) {
      const std::int64_t block = query_.ascending ? piece.first + i : piece.last - i;
      take((*masks)[block], block);
    }
    if (query_.ascending) left.first = piece.last + 1;
    else left.last = piece.first - 1;
  }
  return {};
}

Result<std::vector<std::string>> AuditPage::values_of(std::size_t dimension) const {
  for (const Filter& filter : filters_)
    if (filter.dimension == dimension) return filter.values;
  auto values = indexed_values(database_, agent_, dimension);
  if (!values) return values;
  for (const auto& [value, places] : open_.of[dimension]) values->push_back(value);
  return ascending(std::move(*values));
}

/// The page consists of the events of each value, one value after the other; absent values come first, and equal ones are ordered by time.
Status AuditPage::by_column(std::size_t dimension) {
  const auto own = std::ranges::find(filters_, dimension, &Filter::dimension);
  auto allowed = matching(blocks_, own == filters_.end() ? nullptr : &*own);
  if (!allowed) return fail(std::move(allowed.error()));
  auto values = values_of(dimension);
  if (!values) return fail(std::move(values.error()));
  std::vector<std::pair<std::size_t, std::string_view>> order;
  if (own == filters_.end() && keeps_absent(dimension)) order.emplace_back(dimension + kAbsent, "");
  for (const std::string& value : *values) order.emplace_back(dimension, value);
  if (!query_.ascending) std::ranges::reverse(order);
  for (const auto& [column, value] : order)
    if (auto status = take_value(column, value, *allowed); !status || enough()) return status;
  return {};
}

Status AuditPage::take_value(std::size_t dimension, std::string_view value, const Masks& allowed) {
  const auto take_allowed = [&](PlaceMask mask, std::int64_t block) {
    mask &= allowed[block];
    take(mask, block);
  };
  const auto take_open = [&] {
    const Places* places = blocks_.last < full_ || enough() ? nullptr : open_places(dimension, value);
    if (places == nullptr) return;
    PlaceMask mask;
    for (const std::uint16_t place : *places) mask.set(place);
    take_allowed(mask, full_);
  };
  if (!query_.ascending) take_open();
  if (enough()) return {};
  auto status = select_places(dimension, value, blocks_).each([&](const Statement& row) {
    PlaceMask mask;
    add_places(mask, row.bytes(1));
    take_allowed(mask, row.integer(0));
    return !enough();
  });
  if (query_.ascending) take_open();
  return status;
}

}  // namespace facio::store
