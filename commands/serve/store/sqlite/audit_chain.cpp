#include "commands/serve/store/sqlite/audit_chain.hpp"

#include <sodium/crypto_hash_sha256.h>

#include "cli/core/json_scan.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/audit_block.hpp"
#include "commands/serve/store/sqlite/audit_page.hpp"

namespace facio::store {
namespace {

// The field list ends with the hash; so does every stored event.
constexpr std::string_view kEmptyHash = R"(,"hash":""})";

Status check(const AuditEvent& event) {
  if (event.event.empty()) return fail(Code::internal, "an audit event needs a kind");
  if (!event.details) return {};
  // The log can never be mended, so nothing that is no JSON may get in.
  auto checked = json::check_json(event.details->text);
  if (!checked) return fail(Code::internal, "details of the audit event " + event.event + ": " + checked.error().message());
  return {};
}

}  // namespace

std::string audit_hash(std::string_view prev_hash, std::string_view unclosed) {
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, bytes(prev_hash), prev_hash.size());
  crypto_hash_sha256_update(&state, bytes("\n"), 1);
  crypto_hash_sha256_update(&state, bytes(unclosed), unclosed.size());
  crypto_hash_sha256_update(&state, bytes("}"), 1);
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
  Head head{.agent = **number, .hash = std::string(kFirstHash)};
  const std::int64_t base = audit_base(head.agent);
  auto last = database_.prepare("SELECT pos, ts_ms, body FROM audit WHERE pos BETWEEN ? AND ? ORDER BY pos DESC LIMIT 1");
  if (!last) return fail(std::move(last.error()));
  auto row = last->bind(base).bind(audit_base(head.agent + 1) - 1).step();
  if (!row) return fail(std::move(row.error()));
  if (*row) {
    const std::string_view body = last->text(2);
    if (body.size() < 66) return fail(Code::internal, "the last audit event of " + std::string(agent) + " has no hash");
    head.seq = head.saved_seq = last->integer(0) - base;
    head.ts_ms = last->integer(1);
    head.hash = body.substr(body.size() - 66, 64);
  }
  return head;
}

Result<AuditChain::Head*> AuditChain::head(std::string_view agent) {
  if (const auto found = heads_.find(agent); found != heads_.end()) {
    if (found->second.work != work_) undo_.emplace_back(found->first, found->second);
    found->second.work = work_;
    return &found->second;
  }
  auto loaded = load(agent);
  if (!loaded) return fail(std::move(loaded.error()));
  loaded->work = work_;
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
  return append_at(agent, ts_ms, event);
}

Status AuditChain::append_at(std::string_view agent, std::int64_t ts_ms, AuditEvent& event) {
  auto found = head(agent);
  if (!found) return fail(std::move(found.error()));
  Head& head = **found;

  // A clock that was set back must not disorder the log: its order is its order in time.
  ts_ms = std::max(ts_ms, head.ts_ms);
  event.seq = head.seq + 1;
  event.ts = format_rfc3339(ts_ms);
  event.prev_hash = head.hash;
  event.hash.clear();
  body_.clear();
  write_json(body_, event);
  if (!body_.ends_with(kEmptyHash)) return fail(Code::internal, "the hash must be the last member of an audit event");
  body_.resize(body_.size() - kEmptyHash.size());
  std::string hash = audit_hash(head.hash, body_);
  body_ += R"(,"hash":")";
  body_ += hash;
  body_ += R"("})";

  if (auto status = insert(audit_base(head.agent) + event.seq, ts_ms, event); !status) return status;
  head.seq = event.seq;
  head.ts_ms = ts_ms;
  head.hash = std::move(hash);
  if (event.seq % kAuditBlock == 0) return index_block(database_, head.agent, event.seq / kAuditBlock - 1);
  return {};
}

Status AuditChain::insert(std::int64_t pos, std::int64_t ts_ms, const AuditEvent& event) {
  auto row = database_.prepare(
      "INSERT INTO audit (pos, ts_ms, event, status, channel, tool, model, origin, channel_id, session_key, run_id, trace_id, turn_id, "
      "parent_run_id, body) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!row) return fail(std::move(row.error()));
  row->bind(pos).bind(ts_ms).bind_lent(std::string_view(event.event)).bind_lent(event.status).bind_lent(event.channel);
  row->bind_lent(event.tool_name).bind_lent(event.model).bind_lent(event.origin).bind_lent(event.channel_id).bind_lent(event.session_key);
  row->bind_lent(event.run_id).bind_lent(event.trace_id).bind_lent(event.turn_id).bind_lent(event.parent_run_id);
  return row->bind_lent(std::string_view(body_)).run();
}

Status AuditChain::save_ends() {
  for (auto& [agent, head] : heads_) {
    if (head.saved_seq == head.seq) continue;
    auto update = database_.prepare("UPDATE agent SET last = max(last, ?) WHERE no = ?");
    if (!update) return fail(std::move(update.error()));
    if (auto status = update->bind(head.seq).bind(head.agent).run(); !status) return status;
    head.saved_seq = head.seq;
  }
  return {};
}

void AuditChain::begin_work() {
  undo_.clear();
  ++work_;
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
