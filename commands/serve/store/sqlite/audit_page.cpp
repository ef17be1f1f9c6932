#include "commands/serve/store/sqlite/audit_page.hpp"

#include <algorithm>

namespace facio::store {
namespace {

// In time order the log is searched in pieces of so many blocks, from the end that is wanted first; each is twice the one before.
constexpr std::int64_t kFirstPiece = 16;
constexpr std::int64_t kLargestPiece = 1024;
constexpr std::size_t kByTime = kAllDimensions;

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

Result<std::optional<std::int64_t>> agent_number(Database& database, std::string_view agent) {
  auto statement = database.prepare("SELECT no FROM agent WHERE id = ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).step();
  if (!row) return fail(std::move(row.error()));
  return *row ? std::optional(statement->integer(0)) : std::nullopt;
}

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

AuditPage::AuditPage(Database& database, AuditRange all, AuditRange range, const AuditQuery& query)
    : database_(database),
      query_(query),
      range_(range),
      base_(all.first - 1),
      agent_(base_ / audit_base(1)),
      full_(all.size() / kAuditBlock),
      to_skip_(query.offset) {
  const auto add = [this](std::string_view column, const std::vector<std::string>& values) {
    if (values.empty()) return;
    Filter filter{audit_dimension(column), values};
    std::ranges::sort(filter.values);
    filter.values.erase(std::unique(filter.values.begin(), filter.values.end()), filter.values.end());
    filters_.push_back(std::move(filter));
  };
  // Those that usually match least come first: they spare the others most of their work.
  add("turn_id", query.turn_id);
  add("run_id", query.run_id);
  add("trace_id", query.trace_id);
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
  if (range_.size() == 0) return found_;
  blocks_ = {(range_.first - base_ - 1) / kAuditBlock, (range_.last - base_ - 1) / kAuditBlock};
  const std::size_t sorted_by = query_.sort_by == "ts" ? kByTime : audit_dimension(query_.sort_by);
  if (sorted_by == kByTime && filters_.empty()) {
    unfiltered();
    return std::move(found_);
  }
  if (auto status = read_open_block(sorted_by); !status) return fail(std::move(status.error()));
  if (auto status = sorted_by == kByTime ? by_time() : by_column(sorted_by); !status) return fail(std::move(status.error()));
  return std::move(found_);
}

void AuditPage::unfiltered() {
  const std::int64_t count = std::clamp<std::int64_t>(range_.size() - query_.offset, 0, query_.limit + 1);
  for (std::int64_t i = query_.offset; i < query_.offset + count; ++i)
    found_.push_back(query_.ascending ? range_.first + i : range_.last - i);
}

// ------------------------------------------------------------------------------------------ which events match

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

/// Sets the bits of the filter's events in `blocks`; masks[0] is that of the block `first`.
Status AuditPage::mark(const Filter& filter, Blocks blocks, Masks& masks, std::int64_t first) const {
  const auto mask_of = [&](std::int64_t block) -> PlaceMask& { return masks[static_cast<std::size_t>(block - first)]; };
  for (const std::string& value : filter.values) {
    auto rows = database_.prepare(
        "SELECT block, places FROM audit_places WHERE agent = ? AND dimension = ? AND value = ? AND block BETWEEN ? AND ?");
    if (!rows) return fail(std::move(rows.error()));
    rows->bind(agent_)
        .bind(static_cast<std::int64_t>(filter.dimension))
        .bind_lent(std::string_view(value))
        .bind(blocks.first)
        .bind(blocks.last);
    for (;;) {
      auto row = rows->step();
      if (!row) return fail(std::move(row.error()));
      if (!*row) break;
      mask_of(rows->integer(0)).add_bytes(rows->bytes(1));
    }
    if (blocks.last < full_) continue;
    if (const Places* places = open_places(filter.dimension, value))
      for (const std::uint16_t place : *places) mask_of(full_).set(place);
  }
  return {};
}

/// The events of these blocks that lie in the range and match every filter `but` one.
Result<AuditPage::Masks> AuditPage::matching(Blocks blocks, const Filter* but) const {
  Masks masks(static_cast<std::size_t>(blocks.last - blocks.first + 1));
  for (std::int64_t block = blocks.first; block <= blocks.last; ++block) {
    const std::int64_t start = base_ + 1 + block * kAuditBlock;
    masks[static_cast<std::size_t>(block - blocks.first)].set_range(
        static_cast<std::size_t>(std::max(range_.first - start, std::int64_t{0})),
        static_cast<std::size_t>(std::min(range_.last - start, kAuditBlock - 1)));
  }
  Blocks left = blocks;
  for (const Filter& filter : filters_) {
    if (&filter == but) continue;
    Masks marked(static_cast<std::size_t>(left.last - left.first + 1));
    if (auto status = mark(filter, left, marked, left.first); !status) return fail(std::move(status.error()));
    const auto both = [&](std::int64_t block) -> PlaceMask& {
      PlaceMask& mask = masks[static_cast<std::size_t>(block - blocks.first)];
      mask.keep(marked[static_cast<std::size_t>(block - left.first)]);
      return mask;
    };
    Blocks rest{left.last + 1, left.last};
    for (std::int64_t block = left.first; block <= left.last; ++block) {
      if (both(block).empty()) continue;
      if (rest.first > left.last) rest.first = block;
      rest.last = block;
    }
    // Outside of what is left nothing matches any more.
    if (rest.first > left.last) return Masks(masks.size());
    left = rest;
  }
  return masks;
}

/// Takes the block's events in the wanted direction, after those to skip.
void AuditPage::take(const PlaceMask& mask, std::int64_t block) {
  const std::int64_t count = mask.count();
  if (count <= to_skip_) {
    to_skip_ -= count;
    return;
  }
  const std::int64_t start = base_ + 1 + block * kAuditBlock;
  for (std::int64_t i = 0; i < kAuditBlock && !enough(); ++i) {
    const std::int64_t place = query_.ascending ? i : kAuditBlock - 1 - i;
    if (!mask.has(static_cast<std::size_t>(place))) continue;
    if (to_skip_ > 0) --to_skip_;
    else found_.push_back(start + place);
  }
}

// -------------------------------------------------------------------------------------------------- in time order

Status AuditPage::by_time() {
  Blocks left = blocks_;
  for (std::int64_t size = kFirstPiece; left.first <= left.last && !enough(); size = std::min(size * 2, kLargestPiece)) {
    const Blocks piece = query_.ascending ? Blocks{left.first, std::min(left.last, left.first + size - 1)}
                                          : Blocks{std::max(left.first, left.last - size + 1), left.last};
    auto masks = matching(piece, nullptr);
    if (!masks) return fail(std::move(masks.error()));
    for (std::int64_t i = 0; i <= piece.last - piece.first && !enough(); ++i) {
      const std::int64_t block = query_.ascending ? piece.first + i : piece.last - i;
      take((*masks)[static_cast<std::size_t>(block - piece.first)], block);
    }
    if (query_.ascending) left.first = piece.last + 1;
    else left.last = piece.first - 1;
  }
  return {};
}

// --------------------------------------------------------------------------------------------- by another column

Result<std::vector<std::string>> AuditPage::values_of(std::size_t dimension) const {
  for (const Filter& filter : filters_)
    if (filter.dimension == dimension) return filter.values;
  auto values = indexed_values(database_, agent_, dimension);
  if (!values) return values;
  for (const auto& [value, places] : open_.of[dimension]) values->push_back(value);
  std::ranges::sort(*values);
  values->erase(std::unique(values->begin(), values->end()), values->end());
  return values;
}

// The page is made of each value's events, value after value; absent ones come before all others, and equal ones stay in the
// direction's order of time.
Status AuditPage::by_column(std::size_t dimension) {
  const auto own = std::ranges::find(filters_, dimension, &Filter::dimension);
  auto allowed = matching(blocks_, own == filters_.end() ? nullptr : &*own);
  if (!allowed) return fail(std::move(allowed.error()));
  auto values = values_of(dimension);
  if (!values) return fail(std::move(values.error()));
  if (!query_.ascending) std::ranges::reverse(*values);
  const bool with_absent = own == filters_.end() && keeps_absent(dimension);
  if (with_absent && query_.ascending)
    if (auto status = take_value(dimension + kAbsent, "", *allowed); !status) return status;
  for (std::size_t i = 0; i < values->size() && !enough(); ++i)
    if (auto status = take_value(dimension, (*values)[i], *allowed); !status) return status;
  if (with_absent && !query_.ascending && !enough()) return take_value(dimension + kAbsent, "", *allowed);
  return {};
}

Status AuditPage::take_value(std::size_t dimension, std::string_view value, const Masks& allowed) {
  const auto take_allowed = [&](PlaceMask mask, std::int64_t block) {
    mask.keep(allowed[static_cast<std::size_t>(block - blocks_.first)]);
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
  auto rows = database_.prepare(
      std::string(
          "SELECT block, places FROM audit_places WHERE agent = ? AND dimension = ? AND value = ? AND block BETWEEN ? AND ? ORDER BY "
          "block") +
      (query_.ascending ? "" : " DESC"));
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(agent_).bind(static_cast<std::int64_t>(dimension)).bind(value).bind(blocks_.first).bind(blocks_.last);
  while (!enough()) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) break;
    PlaceMask mask;
    mask.add_bytes(rows->bytes(1));
    take_allowed(mask, rows->integer(0));
  }
  if (query_.ascending) take_open();
  return {};
}

}  // namespace facio::store
