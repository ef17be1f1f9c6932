#include <algorithm>
#include <array>
#include <tuple>

#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/audit_archive.hpp"
#include "commands/serve/store/sqlite/audit_block.hpp"
#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "commands/serve/store/sqlite/audit_page.hpp"
#include "commands/serve/store/sqlite/audit_tree.hpp"
#include "commands/serve/store/sqlite/reads.hpp"

namespace facio::store {
namespace {

// A reply must stay under 10 MiB, with a little room for what surrounds the events.
constexpr std::size_t kMostBytes = 10 * 1024 * 1024 - 64 * 1024;

Result<std::string> body_at(Database& database, std::int64_t pos) {
  auto body = database.query("SELECT body FROM audit WHERE pos = ?", pos).first_text();
  if (!body) return fail(std::move(body.error()));
  if (!*body) return fail(Code::internal, "the audit log has a gap at position " + std::to_string(pos));
  return std::move(**body);
}

/// The events at these positions, as many as fit into a reply; `has_more` if not all did.
Result<AuditSlice> bodies(Database& database, const std::vector<std::int64_t>& positions) {
  AuditSlice slice{.items = "["};
  for (const std::int64_t pos : positions) {
    auto body = body_at(database, pos);
    if (!body) return fail(std::move(body.error()));
    if (slice.count > 0 && slice.items.size() + body->size() + 2 > kMostBytes) {
      slice.has_more = true;
      break;
    }
    if (slice.count++ > 0) slice.items += ',';
    slice.items += *body;
  }
  slice.items += ']';
  return slice;
}

/// The last events of these parts, oldest first, as many as fit into a reply.
Result<AuditSlice> last_bodies(Database& database, const std::vector<AuditRange>& parts, std::int64_t limit) {
  std::vector<std::string> newest_first;
  std::size_t size = 2;
  std::int64_t all = 0;
  bool full = false;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    all += part->size();
    for (std::int64_t pos = part->last; pos >= part->first && !full; --pos) {
      if (static_cast<std::int64_t>(newest_first.size()) == limit) break;
      auto body = body_at(database, pos);
      if (!body) return fail(std::move(body.error()));
      size += body->size() + 1;
      full = size > kMostBytes && !newest_first.empty();
      if (!full) newest_first.push_back(std::move(*body));
    }
  }
  AuditSlice slice{.items = {}, .count = static_cast<std::int64_t>(newest_first.size())};
  slice.items.reserve(size);
  append_reversed(slice.items, newest_first);
  slice.has_more = all > slice.count;
  return slice;
}

Status check(const AuditQuery& query) {
  constexpr std::size_t kMostValues = 100;
  constexpr std::string_view kSortable[] = {"ts", "event", "channel", "model", "status"};
  if (std::ranges::find(kSortable, query.sort_by) == std::end(kSortable))
    return fail_field(Code::rejected, "sortBy", "sortBy: must be one of ts, event, channel, model, status");
  if (query.limit < 1 || query.offset < 0) return fail(Code::rejected, "limit: must be at least 1, and offset not negative");
  for (const AuditFilter& filter : kAuditFilters)
    if ((query.*filter.values).size() > kMostValues)
      return fail(Code::rejected, "a filter accepts at most " + std::to_string(kMostValues) + " values");
  return {};
}

/// Every event of an agent, and those between two times.
struct Ranges {
  AuditRange all;
  std::vector<AuditRange> wanted;
};
Result<Ranges> ranges_of(Database& database, std::string_view agent, std::optional<std::int64_t> from_ms,
                         std::optional<std::int64_t> to_ms) {
  auto all = audit_range(database, agent);
  if (!all) return fail(std::move(all.error()));
  return audit_between(database, *all, from_ms, to_ms).map([&](std::vector<AuditRange> wanted) { return Ranges{*all, std::move(wanted)}; });
}

Result<AuditSlice> list_in(Database& database, std::string_view agent, const AuditQuery& query) {
  auto ranges = ranges_of(database, agent, query.from_ms, query.to_ms);
  if (!ranges) return fail(std::move(ranges.error()));
  auto& [all, wanted] = *ranges;
  const std::int64_t base = all.base();
  for (AuditRange& part : wanted) part.first = std::max(part.first, base + query.after_seq + 1);
  std::erase_if(wanted, [](const AuditRange& part) { return part.size() == 0; });
  const bool from_first = wanted.empty() || wanted.front().first <= all.first;
  auto positions = AuditPage(database, all, std::move(wanted), query).find();
  if (!positions) return fail(std::move(positions.error()));
  const bool more = positions->size() > static_cast<std::size_t>(query.limit);
  if (more) positions->pop_back();
  auto slice = bodies(database, *positions);
  if (slice) slice->has_more = slice->has_more || more;
  if (!slice) return slice;
  slice->last_seq = all.last - base;
  // Only where the page ends at what is archived, or begins there.
  const bool reaches = from_first && (query.ascending || !slice->has_more) && query.after_seq == 0;
  if (!reaches || all.first == base + 1 || all.size() == 0) return slice;
  auto archived = last_archive(database, agent);
  if (!archived) return fail(std::move(archived.error()));
  if (*archived && (!query.from_ms || *query.from_ms <= (*archived)->last_ms)) slice->archived = std::move(**archived);
  return slice;
}

/// Checks one stored event against the one before; its own hash.
Result<std::string> verify_one(std::string_view body, std::string_view prev_hash, std::int64_t seq) {
  constexpr std::string_view kKey = ",\"hash\":\"";
  const auto broken = [seq](std::string_view why) {
    return fail(Code::integrity, "audit event " + std::to_string(seq) + ": " + std::string(why));
  };
  const std::size_t tail = kKey.size() + 64 + 2;
  if (body.size() < tail || body.substr(body.size() - tail, kKey.size()) != kKey) return broken("has no hash");
  const std::string_view hash = body.substr(body.size() - 66, 64);
  const std::string_view unhashed = body.substr(0, body.size() - tail);
  if (!unhashed.ends_with("\"prev_hash\":\"" + std::string(prev_hash) + "\"")) return broken("does not name the hash of the one before");
  if (!unhashed.starts_with("{\"seq\":" + std::to_string(seq) + ",")) return broken("has another sequence number");
  if (audit_hash(prev_hash, unhashed) != hash) return broken("does not match its hash");
  return std::string(hash);
}

Result<std::int64_t> verify_in(Database& database, std::string_view agent) {
  auto range = audit_range(database, agent);
  if (!range) return fail(std::move(range.error()));
  auto archived = last_archive(database, agent);
  if (!archived) return fail(std::move(archived.error()));
  std::string hash(*archived ? (*archived)->last_hash : kFirstHash);
  std::int64_t seq = *archived ? (*archived)->last : 0;
  const std::int64_t base = range->base();
  const auto missing = [](std::int64_t number) { return fail(Code::integrity, "audit event " + std::to_string(number) + " is missing"); };
  auto status = database.query("SELECT pos, body FROM audit WHERE pos BETWEEN ? AND ? ORDER BY pos", range->first, range->last)
                    .each([&](const Statement& row) -> Status {
                      if (row.integer(0) != base + seq + 1) return missing(seq + 1);
                      return verify_one(row.text(1), hash, ++seq).map([&](std::string own) { hash = std::move(own); });
                    });
  if (!status) return fail(std::move(status.error()));
  // The end of the log must not be missing either.
  auto last = database.query("SELECT last FROM agent WHERE id = ?", agent).first_integer();
  if (!last) return fail(std::move(last.error()));
  if (seq < last->value_or(0)) return missing(seq + 1);
  return seq;
}

Result<std::int64_t> last_in(Database& database, std::string_view agent) {
  return audit_range(database, agent).map([](const AuditRange& range) { return range.last - range.base(); });
}

Result<MerkleTree> tree_in(Database& database, std::string_view agent, std::uint64_t size) {
  auto number = agent_number(database, agent);
  if (!number) return fail(std::move(number.error()));
  if (!*number && size != 0) return fail(Code::not_found, "the audit log has fewer events");
  return audit_tree(database, number->value_or(0), size).map([](LogTree&& log) { return std::move(log.tree); });
}

Status each_in(Database& database, std::string_view agent, AuditSegment segment, const std::function<Status(std::string_view)>& visit) {
  auto number = agent_number(database, agent);
  if (!number) return fail(std::move(number.error()));
  const std::int64_t base = audit_base(number->value_or(0));
  std::int64_t next = segment.first;
  auto status =
      database.query("SELECT pos, body FROM audit WHERE pos BETWEEN ? AND ? ORDER BY pos", base + segment.first, base + segment.last)
          .each([&](const Statement& row) -> Status {
            if (row.integer(0) != base + next++) return fail(Code::integrity, "audit event " + std::to_string(next - 1) + " is missing");
            return visit(row.text(1));
          });
  if (status && next != segment.last + 1) return fail(Code::integrity, "audit event " + std::to_string(next) + " is missing");
  return status;
}

/// How often each value occurs, for each of the first dimensions.
using Counts = std::array<AuditStats::Counts, kCountedDimensions>;

Status count_events(Database& database, AuditRange range, Counts& counts) {
  if (range.size() == 0) return {};
  auto found = read_places(database, range.first, range.last, (DimensionSet{1} << kCountedDimensions) - 1);
  if (!found) return fail(std::move(found.error()));
  for (std::size_t dimension = 0; dimension < kCountedDimensions; ++dimension)
    for (const auto& [value, places] : found->of[dimension]) counts[dimension][value] += static_cast<std::int64_t>(places.size());
  return {};
}

/// For a range without a complete block, which is shorter than two blocks.
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
      auto sum = database
                     .query("SELECT sum(n) FROM audit_places WHERE agent = ? AND dimension = ? AND value = ? AND block BETWEEN ? AND ?",
                            agent, dimension, value, first, last)
                     .first_integer();
      if (!sum) return fail(std::move(sum.error()));
      if (**sum != 0) counts[dimension][value] += **sum;
    }
  }
  return {};
}

Status count(Database& database, AuditRange all, AuditRange range, Counts& counts) {
  const std::int64_t base = all.base();
  // Complete blocks, counted from 0.
  const std::int64_t first_block = (range.first - base - 1 + kAuditBlock - 1) / kAuditBlock;
  const std::int64_t after_block = (range.last - base) / kAuditBlock;
  if (after_block <= first_block) return count_short(database, range, counts);
  if (auto status = count_events(database, {range.first, base + first_block * kAuditBlock}, counts); !status) return status;
  if (auto status = count_blocks(database, base / audit_base(1), first_block, after_block - 1, counts); !status) return status;
  return count_events(database, {base + after_block * kAuditBlock + 1, range.last}, counts);
}

/// Full blocks are counted by the index; only the ends of the span are read.
Result<AuditStats> stats_in(Database& database, std::string_view agent, std::int64_t from_ms, std::int64_t to_ms) {
  auto ranges = ranges_of(database, agent, from_ms, to_ms);
  if (!ranges) return fail(std::move(ranges.error()));
  AuditStats stats;
  stats.from = format_rfc3339(from_ms);
  stats.to = format_rfc3339(to_ms);
  Counts counts;
  for (const AuditRange& part : ranges->wanted) {
    stats.total += part.size();
    if (auto status = count(database, ranges->all, part, counts); !status) return fail(std::move(status.error()));
  }
  if (stats.total == 0) return stats;
  std::tie(stats.by_event, stats.by_status, stats.by_channel, stats.by_tool, stats.by_model) = std::tuple_cat(std::move(counts));
  return stats;
}

class SqliteAuditReads final : public AuditReads {
 public:
  SqliteAuditReads(Connections& connections, const AuditEnds& ends) : connections_(connections), ends_(ends) {}

  Result<AuditSlice> list(std::string_view agent, const AuditQuery& query) override {
    if (auto status = check(query); !status) return fail(std::move(status.error()));
    return connections_.snapshot([&](Database& database) { return list_in(database, agent, query); });
  }

  Result<AuditSlice> tail(std::string_view agent, std::int64_t from_ms, std::int64_t limit) override {
    return connections_.snapshot([&](Database& database) -> Result<AuditSlice> {
      auto ranges = ranges_of(database, agent, from_ms, std::nullopt);
      if (!ranges) return fail(std::move(ranges.error()));
      return last_bodies(database, ranges->wanted, limit);
    });
  }

  Result<AuditSlice> run(std::string_view agent, std::string_view run_id) override {
    // No turn comes near the limit; large events fill the reply earlier.
    const AuditQuery query{.limit = 10000, .ascending = true, .run_id = {std::string(run_id)}};
    return connections_.snapshot([&](Database& database) { return list_in(database, agent, query); });
  }

  Result<AuditStats> stats(std::string_view agent, std::int64_t from_ms, std::int64_t to_ms) override {
    return connections_.snapshot([&](Database& database) { return stats_in(database, agent, from_ms, to_ms); });
  }

  Result<std::int64_t> verify(std::string_view agent) override {
    return connections_.snapshot([&](Database& database) { return verify_in(database, agent); });
  }

  Result<std::int64_t> last(std::string_view agent) override {
    return connections_.read([&](Database& database) { return last_in(database, agent); });
  }

  Result<MerkleTree> tree(std::string_view agent, std::uint64_t size) override {
    return connections_.snapshot([&](Database& database) { return tree_in(database, agent, size); });
  }

  Result<MerkleTree> end(std::string_view agent) override {
    if (auto tree = ends_.of(agent)) return std::move(*tree);
    return connections_.snapshot([&](Database& database) -> Result<MerkleTree> {
      auto last = last_in(database, agent);
      if (!last) return fail(std::move(last.error()));
      return tree_in(database, agent, static_cast<std::uint64_t>(*last));
    });
  }

  Result<std::vector<AuditArchive>> archives(std::string_view agent) override {
    return connections_.read([&](Database& database) { return audit_archives(database, agent); });
  }

  Result<std::optional<AuditSegment>> expired(std::string_view agent, const AuditKeep& keep) override {
    return connections_.snapshot([&](Database& database) { return expired_segment(database, agent, keep); });
  }

  Status each(std::string_view agent, AuditSegment segment, const std::function<Status(std::string_view)>& visit) override {
    return connections_.snapshot([&](Database& database) { return each_in(database, agent, segment, visit); });
  }

 private:
  Connections& connections_;
  const AuditEnds& ends_;
};

}  // namespace

std::unique_ptr<AuditReads> audit_reads(Connections& connections, const AuditEnds& ends) {
  return std::make_unique<SqliteAuditReads>(connections, ends);
}

}  // namespace facio::store
