#include "commands/serve/store/sqlite/audit_chain.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
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
  // The log can never be repaired, so nothing but JSON may get in.
  auto checked = json::check_json(event.details->text);
  if (!checked) return fail(Code::internal, "details of the audit event " + event.event + ": " + checked.error().message());
  return {};
}

}  // namespace

std::string audit_hash(std::string_view prev_hash, std::string_view unclosed) { return sha256_hex({prev_hash, "\n", unclosed, "}"}); }

Result<AuditChain::Head> AuditChain::load(std::string_view agent) {
  auto number = agent_number(database_, agent);
  if (!number) return fail(std::move(number.error()));
  if (!*number) {
    number = database_.query("INSERT INTO agent (id) VALUES (?) RETURNING no", agent).first_integer();
    if (!number) return fail(std::move(number.error()));
  }
  Head head{.agent = **number, .hash = std::string(kFirstHash)};
  const std::int64_t base = audit_base(head.agent);
  auto status =
      database_
          .query("SELECT pos, body FROM audit WHERE pos BETWEEN ? AND ? ORDER BY pos DESC LIMIT 1", base, audit_base(head.agent + 1) - 1)
          .each([&](const Statement& last) -> Status {
            const std::string_view body = last.text(1);
            if (body.size() < 66) return fail(Code::internal, "the last audit event of " + std::string(agent) + " has no hash");
            head.seq = head.saved_seq = last.integer(0) - base;
            head.hash = body.substr(body.size() - 66, 64);
            return {};
          });
  if (!status) return fail(std::move(status.error()));
  head.told_seq = head.seq;
  auto log = audit_tree(database_, head.agent, static_cast<std::uint64_t>(head.seq));
  if (log) head.log = std::move(*log);
  else if (log.error().code() != Code::integrity && log.error().code() != Code::not_found) return fail(std::move(log.error()));
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
  if (head.log) {
    head.log->tree.add(*hash_from_hex(hash));
    head.log->open_bytes += static_cast<std::int64_t>(body_.size());
  }
  head.hash = std::move(hash);
  return event.seq % kAuditBlock == 0 ? fill_block(head) : Status{};
}

Status AuditChain::fill_block(Head& head) {
  if (head.log) {
    if (auto status = save_block_tree(database_, head.agent, *head.log); !status) return status;
    head.log->open_bytes = 0;
  }
  return index_block(database_, head.agent, head.seq / kAuditBlock - 1);
}

Status AuditChain::insert(std::int64_t pos, std::int64_t ts_ms, const AuditEvent& event) {
  return database_.run(
      "INSERT INTO audit (pos, ts_ms, event, status, channel, tool, model, origin, channel_id, session_key, run_id, trace_id, "
      "turn_id, parent_run_id, body) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      pos, ts_ms, event.event, event.status, event.channel, event.tool_name, event.model, event.origin, event.channel_id, event.session_key,
      event.run_id, event.trace_id, event.turn_id, event.parent_run_id, body_);
}

Status AuditChain::save_ends() {
  for (auto& [agent, head] : heads_) {
    if (head.saved_seq == head.seq) continue;
    auto status = database_.run("UPDATE agent SET last = max(last, ?) WHERE no = ?", head.seq, head.agent);
    if (!status) return status;
    head.saved_seq = head.seq;
  }
  return {};
}

void AuditChain::publish() {
  for (auto& [agent, head] : heads_) {
    if (head.told_seq == head.seq) continue;
    head.told_seq = head.seq;
    if (head.log) ends_.set(agent, head.log->tree);
  }
}

std::optional<MerkleTree> AuditEnds::of(std::string_view agent) const {
  const std::lock_guard guard(mutex_);
  const auto found = trees_.find(agent);
  return found == trees_.end() ? std::nullopt : std::optional(found->second);
}

void AuditEnds::set(std::string_view agent, const MerkleTree& tree) {
  const std::lock_guard guard(mutex_);
  trees_.insert_or_assign(std::string(agent), tree);
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
