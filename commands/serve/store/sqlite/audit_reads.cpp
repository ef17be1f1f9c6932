#include "commands/serve/store/sqlite/audit_reads.hpp"

#include <algorithm>

#include "commands/serve/store/sqlite/audit_block.hpp"
#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "commands/serve/store/sqlite/audit_page.hpp"
#include "commands/serve/store/sqlite/audit_stats.hpp"

namespace facio::store {
namespace {

// A reply has to stay under 10 MiB, and what stands around the events needs a little.
constexpr std::size_t kMostBytes = 10 * 1024 * 1024 - 64 * 1024;

Result<std::string> body_at(Database& database, std::int64_t pos) {
  auto statement = database.prepare("SELECT body FROM audit WHERE pos = ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(pos).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return fail(Code::internal, "the audit log has a gap at position " + std::to_string(pos));
  return std::string(statement->text(0));
}

/// The events at these positions, as many from the front as fit into a reply; `has_more` when not all did.
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

/// The last events of the range, oldest first, as many as fit into a reply.
Result<AuditSlice> last_bodies(Database& database, AuditRange range, std::int64_t limit) {
  std::vector<std::string> newest_first;
  std::size_t size = 2;
  for (std::int64_t pos = range.last; pos >= std::max(range.first, range.last - limit + 1); --pos) {
    auto body = body_at(database, pos);
    if (!body) return fail(std::move(body.error()));
    size += body->size() + 1;
    if (size > kMostBytes && !newest_first.empty()) break;
    newest_first.push_back(std::move(*body));
  }
  AuditSlice slice{.items = "[", .count = static_cast<std::int64_t>(newest_first.size())};
  slice.items.reserve(size);
  for (auto body = newest_first.rbegin(); body != newest_first.rend(); ++body) {
    if (body != newest_first.rbegin()) slice.items += ',';
    slice.items += *body;
  }
  slice.items += ']';
  slice.has_more = range.size() > slice.count;
  return slice;
}

bool can_sort_by(std::string_view column) {
  static constexpr std::string_view kColumns[] = {"ts", "event", "channel", "model", "status"};
  return std::find(std::begin(kColumns), std::end(kColumns), column) != std::end(kColumns);
}

Status check(const AuditQuery& query) {
  constexpr std::size_t kMostValues = 100;
  if (!can_sort_by(query.sort_by)) return fail_field(Code::rejected, "sortBy", "sortBy: must be one of ts, event, channel, model, status");
  if (query.limit < 1 || query.offset < 0) return fail(Code::rejected, "limit: must be at least 1, and offset not negative");
  for (const auto* values : {&query.trace_id, &query.turn_id, &query.parent_run_id, &query.channel_id, &query.event, &query.status,
                             &query.channel, &query.origin, &query.model, &query.tool, &query.run_id, &query.session_key})
    if (values->size() > kMostValues) return fail(Code::rejected, "a filter takes at most " + std::to_string(kMostValues) + " values");
  return {};
}

Result<AuditSlice> list_in(Database& database, std::string_view agent, const AuditQuery& query) {
  auto all = audit_range(database, agent);
  if (!all) return fail(std::move(all.error()));
  auto range = audit_between(database, *all, query.from_ms, query.to_ms);
  if (!range) return fail(std::move(range.error()));
  const std::int64_t base = all->first - 1;
  range->first = std::max(range->first, base + query.after_seq + 1);
  auto positions = AuditPage(database, *all, *range, query).find();
  if (!positions) return fail(std::move(positions.error()));
  const bool more = positions->size() > static_cast<std::size_t>(query.limit);
  if (more) positions->pop_back();
  auto slice = bodies(database, *positions);
  if (slice) slice->has_more = slice->has_more || more;
  if (slice) slice->last_seq = all->last - base;
  return slice;
}

// Checks one stored event against the one before; gives its own hash.
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

/// How many events were written: the end of the log must not be missing either.
Result<std::int64_t> last_written(Database& database, std::string_view agent) {
  auto statement = database.prepare("SELECT last FROM agent WHERE id = ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).step();
  if (!row) return fail(std::move(row.error()));
  return *row ? statement->integer(0) : 0;
}

Result<std::int64_t> verify_in(Database& database, std::string_view agent) {
  auto range = audit_range(database, agent);
  if (!range) return fail(std::move(range.error()));
  auto rows = database.prepare("SELECT pos, body FROM audit WHERE pos BETWEEN ? AND ? ORDER BY pos");
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(range->first).bind(range->last);
  std::string hash(kFirstHash);
  std::int64_t seq = 0;
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) break;
    if (rows->integer(0) != range->first + seq) return fail(Code::integrity, "audit event " + std::to_string(seq + 1) + " is missing");
    auto next = verify_one(rows->text(1), hash, ++seq);
    if (!next) return fail(std::move(next.error()));
    hash = std::move(*next);
  }
  auto last = last_written(database, agent);
  if (!last) return last;
  if (seq < *last) return fail(Code::integrity, "audit event " + std::to_string(seq + 1) + " is missing");
  return seq;
}

}  // namespace

Result<AuditSlice> SqliteAuditReads::list(std::string_view agent, const AuditQuery& query) {
  if (auto status = check(query); !status) return fail(std::move(status.error()));
  return connections_.snapshot<AuditSlice>([&](Database& database) { return list_in(database, agent, query); });
}

Result<AuditSlice> SqliteAuditReads::tail(std::string_view agent, std::int64_t from_ms, std::int64_t limit) {
  return connections_.snapshot<AuditSlice>([&](Database& database) -> Result<AuditSlice> {
    auto all = audit_range(database, agent);
    if (!all) return fail(std::move(all.error()));
    auto range = audit_between(database, *all, from_ms, std::nullopt);
    if (!range) return fail(std::move(range.error()));
    return last_bodies(database, *range, limit);
  });
}

Result<AuditSlice> SqliteAuditReads::run(std::string_view agent, std::string_view run_id) {
  return connections_.snapshot<AuditSlice>([&](Database& database) -> Result<AuditSlice> {
    AuditQuery query;
    query.run_id = {std::string(run_id)};
    query.ascending = true;
    query.limit = 10000;  // no turn comes near; large events end the reply earlier
    return list_in(database, agent, query);
  });
}

Result<AuditStats> SqliteAuditReads::stats(std::string_view agent, std::int64_t from_ms, std::int64_t to_ms) {
  return connections_.snapshot<AuditStats>([&](Database& database) { return audit_stats(database, agent, from_ms, to_ms); });
}

Result<std::int64_t> SqliteAuditReads::verify(std::string_view agent) {
  return connections_.snapshot<std::int64_t>([&](Database& database) { return verify_in(database, agent); });
}

}  // namespace facio::store
