#include "commands/facio/approvals/server/service.hpp"

#include <absl/cleanup/cleanup.h>
#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/policy/server/service.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

constexpr const char* kServerEnded = "the server stopped while the run was waiting";
constexpr std::string_view kDecided = "approval";
constexpr const char* kListAll = "facioctl approvals list --status all";
constexpr std::size_t kMostDecided = 1000;
constexpr std::size_t kSlack = 100;  ///< so that not every decision prunes
// Questions that wait at the same time for messages without a token: of one address, and of all.
constexpr std::size_t kMostOfSource = 32, kMostOfSources = 64;

std::string describe(std::string_view) { return "a stored approval"; }

/// Ids increase with time, except within a second.
std::string new_id(std::int64_t now_ms) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(8, '0');
  auto seconds = static_cast<std::uint64_t>(now_ms / 1000);
  for (std::size_t i = id.size(); i-- > 0; seconds >>= 4) id[i] = kDigits[seconds & 0xf];
  return id + random_hex(3);
}

std::int64_t instant(const std::string& text) { return parse_rfc3339(text).value_or(0); }

Result<Approval> not_pending(const Approval& approval) {
  std::string why = "the approval \"" + approval.id + "\" is no longer pending: it ";
  why += approval.status == "expired" ? "has expired" : "was " + approval.status;
  if (approval.actor) why += " by " + *approval.actor;
  return fail(Code::conflict, why, "facioctl approvals list");
}

AuditEvent event_of(const Approval& approval, std::string_view event, std::string_view status, std::string message) {
  AuditEvent made;
  made.event = std::string(event);
  made.status = std::string(status);
  made.origin = approval.origin;
  made.channel = approval.channel;
  made.session_key = approval.session_key;
  made.run_id = approval.run_id;
  made.trace_id = approval.trace_id;
  made.tool_name = approval.tool;
  made.message = std::move(message);
  made.actor = approval.actor;
  made.details = event_details("approval", approval.id, "status", approval.status, "expires_at", approval.expires_at, "reason",
                               approval.reason, "rule", approval.rule);
  return made;
}

AuditEvent request_event(const Approval& approval) {
  return event_of(approval, "approval_request", "pending", "asked whether " + approval.tool + " may run: " + approval.why);
}

AuditEvent result_event(const Approval& approval, std::int64_t now_ms) {
  const std::string_view status = approval.status == "approved" ? "ok" : approval.status == "rejected" ? "denied" : "error";
  std::string message = approval.status + " " + approval.tool;
  if (approval.reason && !approval.reason->empty()) message += ": " + *approval.reason;
  AuditEvent event = event_of(approval, "approval_result", status, std::move(message));
  event.duration_ms = std::max<std::int64_t>(0, now_ms - instant(approval.created_at));
  return event;
}

serve::ApprovalAnswer answer_of(const Approval& approval) {
  using serve::ApprovalOutcome;
  const auto outcome = approval.status == "approved"   ? ApprovalOutcome::approved
                       : approval.status == "rejected" ? ApprovalOutcome::rejected
                       : approval.status == "expired"  ? ApprovalOutcome::expired
                                                       : ApprovalOutcome::interrupted;
  return {.outcome = outcome, .actor = approval.actor.value_or(""), .reason = approval.reason.value_or("")};
}

constexpr std::size_t kLongestText = std::size_t{16} * 1024;                     ///< most bytes shown of one text
constexpr std::size_t kLongestWhole = std::size_t{256} * 1024, kShortText = 64;  ///< beyond the whole, of each further text

/// Arguments as a person may see them: secrets masked, long texts cut.
struct ShownArguments {
  const CredentialsService& credentials;
  std::string_view agent;
  std::string json = {};
  bool hidden = false;  ///< something was masked or cut

  void write(JsonRef value) {
    const bool object = value.kind() == JsonKind::object;
    if (object || value.kind() == JsonKind::array) {
      json += object ? '{' : '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i != 0) json += ',';
        if (object) write_text(std::string(value.name_at(i)));
        if (object) json += ':';
        write(value.at(i));
      }
      json += object ? '}' : ']';
    } else if (value.kind() == JsonKind::string) {
      write_text(value.string());
    } else if (const std::string text = value.dump(); credentials.masked(agent, text) == text) {
      json += text;
    } else {
      write_text(text);  // even a number may be a secret
    }
  }

  void write_text(const std::string& text) {
    std::string visible = credentials.masked(agent, text);
    const std::size_t most = json.size() > kLongestWhole ? kShortText : kLongestText;
    if (visible.size() > most) visible = cut_text(visible, most) + " (cut: " + std::to_string(text.size()) + " bytes in all)";
    if (visible != text) hidden = true;
    append_json_string(json, visible);
  }
};

tl::unexpected<Error> reject_scope(const std::string& why) {
  return fail_field(Code::rejected, "scope", "scope: " + why + "; decide only this call, or use scope tool");
}

Result<std::map<std::string, std::string>> params_of(const Approval& approval) {
  if (approval.hidden.value_or(false)) return reject_scope("the arguments are not shown in full, so no rule can be made from them");
  auto arguments = JsonDocument::parse(approval.arguments.text);
  if (!arguments) return fail(Code::internal, "stored arguments cannot be read: " + arguments.error().message());
  const JsonRef root = arguments->root();
  if (root.size() == 0) return reject_scope("the call has no arguments, and a rule without arguments matches every call");
  std::map<std::string, std::string> params;
  for (std::size_t i = 0; i < root.size(); ++i) {
    const std::string name(root.name_at(i));
    std::string value = policy::argument_text(root.at(i));
    if (value.find('*') != std::string::npos) return reject_scope("the argument " + name + " contains *, which matches anything in a rule");
    params.emplace(name, std::move(value));
  }
  return params;
}

/// The policy rule that a decision asks for, if it is for always. Code::rejected where a rule for this very call would match more calls.
Result<std::optional<PolicyAdd>> rule_of(const Approval& approval, bool approve, const ApprovalDecision& decision) {
  if (!decision.always.value_or(false)) {
    if (decision.scope) return fail_field(Code::rejected, "scope", "scope: needs always true; leave it out");
    return std::optional<PolicyAdd>{};
  }
  PolicyAdd rule{.action = approve ? "allow" : "deny", .tool = approval.tool, .params = {}, .addedBy = decision.actor};
  if (!rule.addedBy) rule.addedBy = "approval " + approval.id;
  if (decision.scope.value_or("tool") == "call") {
    auto params = params_of(approval);
    if (!params) return fail(std::move(params.error()));
    rule.params = std::move(*params);
  }
  return std::optional<PolicyAdd>(std::move(rule));
}

}  // namespace

ApprovalsService::ApprovalsService(const serve::ServiceContext& context, PolicyService& policy, const CredentialsService& credentials,
                                   std::int64_t expiry_ms)
    : base_(context),
      policy_(policy),
      credentials_(credentials),
      expiry_ms_(expiry_ms),
      pending_(context, "approval_waiting", describe),
      decided_(context, kDecided, describe) {}

Status ApprovalsService::start(std::span<const std::string_view> agents) {
  for (const std::string_view agent : agents) {
    auto pending = pending_.list_json(agent);
    if (!pending) return fail(std::move(pending.error()));
    for (const store::Document& document : *pending) {
      auto ended = end(agent, document.id, "interrupted", kServerEnded);
      if (!ended) return fail(std::move(ended.error()));
    }
  }
  return alarm_.start([this](serve::AlarmClock::Jump) {
    wake_those([this](const Key&, Waiter& waiter) { return waiter.expired = waiter.expiry.is_over(base_.clock); });
  });
}

/// Wakes the runs of those waiters for which `over` says that nothing more is to be waited for.
template <class Over>
void ApprovalsService::wake_those(Over over) {
  std::vector<UniqueFunction<void()>> due;  // called without the lock, as a wake takes others
  {
    const std::lock_guard lock(mutex_);
    for (auto& [question, waiter] : waiters_)
      if (waiter.wake && over(question, waiter)) due.push_back(std::move(waiter.wake));
    set_alarm();
  }
  for (auto& wake : due) wake();
}

void ApprovalsService::set_alarm() {
  std::optional<std::int64_t> left;
  for (const auto& [question, waiter] : waiters_)
    if (waiter.wake) left = std::min(left.value_or(INT64_MAX), waiter.expiry.left_ms(base_.clock));
  alarm_.set(left ? std::optional(now_ms() + *left) : std::nullopt);
}

void ApprovalsService::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_those([](const Key&, const Waiter&) { return true; });
}

/// Whether one more question may wait. Those of our own and of people with a token are bounded by the threads of the agent loop.
Status ApprovalsService::admit(const std::string& source) const {
  if (source.empty()) return {};
  const auto with = [this](auto fits) { return static_cast<std::size_t>(std::ranges::count_if(waiters_, fits)); };
  if (with([&](const auto& one) { return one.second.source == source; }) >= kMostOfSource)
    return fail(Code::throttled, "too many calls from this address are already waiting for a decision");
  if (with([](const auto& one) { return !one.second.source.empty(); }) >= kMostOfSources)
    return fail(Code::throttled, "too many calls for messages without a token are already waiting for a decision");
  return {};
}

Result<std::string> ApprovalsService::ask(const serve::ApprovalRequest& request, UniqueFunction<void()> wake) {
  auto approval = question(request);
  if (!approval) return fail(std::move(approval.error()));
  const Key key(request.agent, approval->id);
  const serve::Deadline expiry{instant(approval->expires_at), base_.clock.elapsed_ms() + expiry_ms_};
  {
    const std::lock_guard lock(mutex_);
    if (auto admitted = admit(request.source); !admitted) return fail(std::move(admitted.error()));
    waiters_.emplace(key, Waiter{.wake = {}, .source = request.source, .expiry = expiry});
  }
  absl::Cleanup forget = [&] {
    const std::lock_guard lock(mutex_);
    waiters_.erase(key);
  };
  const Status status = base_.store.run([&](store::Transaction& tx) -> Status {
    if (auto saved = pending_.save(tx, request.agent, approval->id, *approval); !saved) return saved;
    return tx.append_audit(request.agent, request_event(*approval));
  });
  if (!status) return fail(status.error());
  std::move(forget).Cancel();
  {
    const std::lock_guard lock(mutex_);
    Waiter& waiter = waiters_.at(key);
    waiter.expired = expiry.is_over(base_.clock);
    if (!waiter.decided && !waiter.expired && !stopping_) {
      waiter.wake = std::move(wake);
      set_alarm();
      return std::move(approval->id);
    }
  }
  wake();
  return std::move(approval->id);
}

Result<serve::ApprovalAnswer> ApprovalsService::outcome(std::string_view agent, std::string_view id, std::string_view cut_off) {
  const Key key(agent, id);
  const absl::Cleanup forget = [&] {
    const std::lock_guard lock(mutex_);
    waiters_.erase(key);
    set_alarm();
  };
  bool expired = false;
  {
    const std::lock_guard lock(mutex_);
    if (const auto waiter = waiters_.find(key); waiter != waiters_.end()) expired = waiter->second.expired;
  }
  auto ended = !cut_off.empty() ? end(agent, id, "interrupted", cut_off)
               : expired        ? end(agent, id, "expired", "nobody decided in time")
                                : end(agent, id, "interrupted", kServerEnded);
  return std::move(ended).map(answer_of);
}

Result<Approval> ApprovalsService::question(const serve::ApprovalRequest& request) const {
  auto arguments = JsonDocument::parse(request.arguments.empty() ? "{}" : request.arguments);
  if (!arguments || arguments->root().kind() != JsonKind::object)
    return fail(Code::rejected, "the arguments of " + request.tool + " are not a JSON object");
  ShownArguments shown{credentials_, request.agent};
  shown.write(arguments->root());
  const std::int64_t at = base_.clock.now_ms();
  Approval approval;
  approval.id = new_id(at);
  approval.status = "pending";
  approval.tool = request.tool;
  approval.arguments.text = std::move(shown.json);
  approval.session_key = request.session_key;
  approval.run_id = request.run_id;
  approval.trace_id = request.trace_id;
  approval.origin = request.origin;
  approval.channel = request.channel;
  approval.why = request.why;
  approval.created_at = format_rfc3339(at);
  approval.expires_at = format_rfc3339(at + expiry_ms_);
  if (shown.hidden) approval.hidden = true;
  return approval;
}

/// Ends a wait that nobody decided; a decision made meanwhile takes precedence.
Result<Approval> ApprovalsService::end(std::string_view agent, std::string_view id, std::string_view how, std::string_view reason) {
  Result<Approval> ended = fail(Code::internal, "");
  const Status status = base_.store.run([&](store::Transaction& tx) -> Status {
    auto pending = pending_.find(tx, agent, id);
    if (!pending) return fail(std::move(pending.error()));
    if (*pending) {
      (*pending)->status = std::string(how);
      (*pending)->reason = std::string(reason);
      if (auto settled = settle(tx, agent, **pending); !settled) return settled;
      ended = std::move(**pending);
      return {};
    }
    ended = serve::found_or_none(decided_.find(tx, agent, id), "approval", id, kListAll);
    return ended ? Status{} : fail(Error(ended.error()));
  });
  if (!status) return fail(status.error());
  return ended;
}

Status ApprovalsService::settle(store::Transaction& tx, std::string_view agent, Approval& approval) {
  const std::int64_t at = base_.clock.now_ms();
  approval.decided_at = format_rfc3339(at);
  if (auto erased = pending_.erase(tx, agent, approval.id); !erased) return fail(std::move(erased.error()));
  if (auto status = decided_.save(tx, agent, approval.id, approval); !status) return status;
  if (auto status = tx.append_audit(agent, result_event(approval, at)); !status) return status;
  return prune(tx, agent);
}

/// Erases the oldest decided approvals.
Status ApprovalsService::prune(store::Transaction& tx, std::string_view agent) {
  const auto known = kept_.find(std::string(agent));
  if (known != kept_.end() && ++known->second <= kMostDecided + kSlack) return {};
  auto all = tx.list_documents(agent, kDecided);  // by id: the oldest first
  if (!all) return fail(std::move(all.error()));
  const std::size_t surplus = all->size() > kMostDecided + kSlack ? all->size() - kMostDecided : 0;
  for (std::size_t i = 0; i < surplus; ++i)
    if (auto erased = decided_.erase(tx, agent, (*all)[i].id); !erased) return fail(std::move(erased.error()));
  kept_[std::string(agent)] = all->size() - surplus;
  return {};
}

Result<ApprovalList> ApprovalsService::list(std::string_view agent, const ApprovalQuery& query) {
  std::vector<Approval> found;
  for (const auto* documents : {&pending_, &decided_}) {
    if (query.status != "all" && (query.status == "pending") != (documents == &pending_)) continue;
    auto all = documents->list(agent);
    if (!all) return fail(std::move(all.error()));
    for (auto& [id, approval] : *all)
      if ((query.status == "all" || approval.status == query.status) &&
          (query.session_key.empty() || approval.session_key == query.session_key))
        found.push_back(std::move(approval));
  }
  std::ranges::sort(found, std::greater(), [](const Approval& one) { return std::tie(one.created_at, one.id); });
  // One that was decided between the two reads is there twice.
  found.erase(std::unique(found.begin(), found.end(), [](const Approval& a, const Approval& b) { return a.id == b.id; }), found.end());
  const auto all = static_cast<std::int64_t>(found.size());
  const std::int64_t first = std::min(query.offset, all), last = std::min(first + query.limit, all);
  ApprovalList page{.items = {}, .count = last - first, .hasMore = last < all};
  std::move(found.begin() + first, found.begin() + last, std::back_inserter(page.items));
  return page;
}

Result<Approval> ApprovalsService::get(std::string_view agent, std::string_view id) {
  auto pending = pending_.find(agent, id);
  if (pending && !*pending) pending = decided_.find(agent, id);
  return serve::found_or_none(std::move(pending), "approval", id, kListAll);
}

Result<Approval> ApprovalsService::decide(store::Transaction& tx, std::string_view agent, std::string_view id, bool approve,
                                          const ApprovalDecision& decision) {
  auto pending = pending_.find(tx, agent, id);
  if (!pending) return fail(std::move(pending.error()));
  if (!*pending) {
    auto past = serve::found_or_none(decided_.find(tx, agent, id), "approval", id, kListAll);
    return past ? not_pending(*past) : fail(std::move(past.error()));
  }
  Approval approval = std::move(**pending);
  if (instant(approval.expires_at) <= base_.clock.now_ms()) approval.status = "expired";
  else if (!waits(agent, id)) approval.status = "interrupted";
  if (approval.status != "pending") return not_pending(approval);

  approval.status = approve ? "approved" : "rejected";
  approval.actor = decision.actor;
  approval.reason = decision.reason;
  auto rule = rule_of(approval, approve, decision);
  if (!rule) return fail(std::move(rule.error()));
  if (*rule) {
    auto added = policy_.add(tx, agent, **rule);
    if (!added) return fail(std::move(added.error()));
    approval.rule = policy::describe(added->rule);
  }
  if (auto status = settle(tx, agent, approval); !status) return fail(std::move(status.error()));
  return approval;
}

bool ApprovalsService::waits(std::string_view agent, std::string_view id) {
  const std::lock_guard lock(mutex_);
  return waiters_.contains({std::string(agent), std::string(id)});
}

void ApprovalsService::decided(std::string_view agent, const Approval& approval) {
  if (approval.rule) policy_.changed(agent);
  const Key key(agent, approval.id);
  {
    const std::lock_guard lock(mutex_);
    if (const auto waiter = waiters_.find(key); waiter != waiters_.end()) waiter->second.decided = true;
  }
  wake_those([&](const Key& question, const Waiter&) { return question == key; });
}

}  // namespace facio
