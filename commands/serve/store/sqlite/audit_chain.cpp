#include "commands/serve/store/sqlite/audit_chain.hpp"

#include <sodium/crypto_hash_sha256.h>

#include <unordered_map>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"

namespace facio::store {
namespace {

// The field list ends with the hash; so does every stored event.
constexpr std::string_view kEmptyHash = R"(,"hash":""})";

Status check(const AuditEvent& event) {
  if (event.event.empty()) return fail(Code::internal, "an audit event needs a kind");
  if (!event.details) return {};
  // The log can never be mended, so nothing that is no JSON may get in.
  auto parsed = JsonDocument::parse(event.details->text);
  if (!parsed) return fail(Code::internal, "details of the audit event " + event.event + ": " + parsed.error().message());
  return {};
}

}  // namespace

Result<std::optional<std::int64_t>> agent_number(Database& database, std::string_view agent) {
  auto statement = database.prepare("SELECT no FROM agent WHERE id = ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).step();
  if (!row) return fail(std::move(row.error()));
  return *row ? std::optional(statement->integer(0)) : std::nullopt;
}

std::string audit_hash(std::string_view prev_hash, std::string_view unhashed) {
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, bytes(prev_hash), prev_hash.size());
  crypto_hash_sha256_update(&state, bytes("\n"), 1);
  crypto_hash_sha256_update(&state, bytes(unhashed), unhashed.size());
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_final(&state, digest);
  std::string text;
  text.reserve(2 * sizeof digest);
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

Result<AuditChain::Head> AuditChain::load(std::string_view agent) {
  auto number = agent_number(database_, agent);
  if (!number) return fail(std::move(number.error()));
  if (!*number) {
    auto insert = database_.prepare("INSERT INTO agent (id) VALUES (?) RETURNING no");
    if (!insert) return fail(std::move(insert.error()));
    auto row = insert->bind(agent).step();
    if (!row) return fail(std::move(row.error()));
    *number = insert->integer(0);
    if (auto ended = insert->run(); !ended) return fail(std::move(ended.error()));
  }
  Head head{.base = audit_base(**number), .hash = std::string(kFirstHash)};
  auto last = database_.prepare(
      "SELECT audit.pos, ts_ms, body FROM audit JOIN audit_body USING (pos) WHERE audit.pos BETWEEN ? AND ? ORDER BY audit.pos DESC LIMIT "
      "1");
  if (!last) return fail(std::move(last.error()));
  auto row = last->bind(head.base).bind(audit_base(**number + 1) - 1).step();
  if (!row) return fail(std::move(row.error()));
  if (*row) {
    const std::string_view body = last->text(2);
    if (body.size() < 66) return fail(Code::internal, "the last audit event of " + std::string(agent) + " has no hash");
    head.seq = last->integer(0) - head.base;
    head.ts_ms = last->integer(1);
    head.hash = body.substr(body.size() - 66, 64);
  }
  return head;
}

Result<AuditChain::Head*> AuditChain::head(std::string_view agent) {
  if (const auto found = heads_.find(agent); found != heads_.end()) {
    undo_.emplace_back(found->first, found->second);
    return &found->second;
  }
  auto loaded = load(agent);
  if (!loaded) return fail(std::move(loaded.error()));
  undo_.emplace_back(std::string(agent), std::nullopt);
  return &heads_.insert_or_assign(std::string(agent), std::move(*loaded)).first->second;
}

Status AuditChain::append(std::string_view agent, AuditEvent event) {
  if (auto status = check(event); !status) return status;
  std::int64_t ts_ms = now_ms();
  if (!event.ts.empty()) {
    auto given = parse_rfc3339(event.ts);
    if (!given) return fail(std::move(given.error()));
    ts_ms = *given;
  }
  auto found = head(agent);
  if (!found) return fail(std::move(found.error()));
  Head& head = **found;

  // A clock that was set back must not disorder the log: its order is its order in time.
  ts_ms = std::max(ts_ms, head.ts_ms);
  event.seq = head.seq + 1;
  event.ts = format_rfc3339(ts_ms);
  event.prev_hash = head.hash;
  event.hash.clear();
  std::string body = to_json(event);
  if (!body.ends_with(kEmptyHash)) return fail(Code::internal, "the hash must be the last member of an audit event");
  body.resize(body.size() - kEmptyHash.size());
  const std::string hash = audit_hash(head.hash, body + "}");
  body += ",\"hash\":\"" + hash + "\"}";

  const std::int64_t pos = head.base + event.seq;
  if (auto status = insert(pos, ts_ms, event, body); !status) return status;
  head.seq = event.seq;
  head.ts_ms = ts_ms;
  head.hash = hash;
  if (event.seq % kAuditBlock == 0) return count_block(pos);
  return {};
}

Status AuditChain::insert(std::int64_t pos, std::int64_t ts_ms, const AuditEvent& event, std::string_view body) {
  auto row = database_.prepare(
      "INSERT INTO audit (pos, ts_ms, event, status, origin, channel, channel_id, session_key, run_id, trace_id, turn_id, parent_run_id, "
      "tool, "
      "model) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!row) return fail(std::move(row.error()));
  row->bind(pos).bind(ts_ms).bind(std::string_view(event.event)).bind(event.status).bind(event.origin).bind(event.channel);
  row->bind(event.channel_id).bind(event.session_key).bind(event.run_id).bind(event.trace_id).bind(event.turn_id).bind(event.parent_run_id);
  if (auto status = row->bind(event.tool_name).bind(event.model).run(); !status) return status;
  auto text = database_.prepare("INSERT INTO audit_body (pos, body) VALUES (?,?)");
  if (!text) return fail(std::move(text.error()));
  return text->bind(pos).bind(body).run();
}

Status AuditChain::count_block(std::int64_t last_pos) {
  std::unordered_map<std::string, std::int64_t> counts[std::size(kAuditDimensions)];
  auto rows = database_.prepare("SELECT event, status, channel, tool, model FROM audit WHERE pos BETWEEN ? AND ?");
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(last_pos - kAuditBlock + 1).bind(last_pos);
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) break;
    for (int column = 0; column < static_cast<int>(std::size(kAuditDimensions)); ++column)
      if (!rows->is_null(column)) ++counts[column][std::string(rows->text(column))];
  }
  for (std::size_t dimension = 0; dimension < std::size(kAuditDimensions); ++dimension) {
    for (const auto& [value, n] : counts[dimension]) {
      auto insert = database_.prepare("INSERT INTO audit_block (pos, dimension, value, n) VALUES (?, ?, ?, ?)");
      if (!insert) return fail(std::move(insert.error()));
      insert->bind(last_pos).bind(static_cast<std::int64_t>(dimension)).bind(std::string_view(value)).bind(n);
      if (auto status = insert->run(); !status) return status;
    }
  }
  return {};
}

void AuditChain::undo_work() {
  for (auto step = undo_.rbegin(); step != undo_.rend(); ++step) {
    if (step->second) heads_.insert_or_assign(step->first, std::move(*step->second));
    else heads_.erase(step->first);
  }
  undo_.clear();
}

void AuditChain::forget() {
  heads_.clear();
  undo_.clear();
}

}  // namespace facio::store
