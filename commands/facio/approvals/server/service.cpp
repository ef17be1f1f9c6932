#include "commands/facio/approvals/server/service.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/http/connection.hpp"
#include "commands/facio/approvals/server/arguments.hpp"
#include "commands/facio/approvals/server/rule.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/policy/server/service.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

constexpr std::string_view kWaiting = "approval_waiting";
constexpr std::string_view kDecided = "approval";
constexpr std::size_t kMostDecided = 1000;
constexpr std::size_t kSlack = 100;               ///< so that not every decision looks for old ones
constexpr std::int64_t kLongestSleepMs = 60'000;  ///< the wall clock may be set meanwhile

/// Ids of later approvals are greater, but for those of the same second.
std::string new_id(std::int64_t now_ms) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(8, '0');
  auto seconds = static_cast<std::uint64_t>(now_ms / 1000);
  for (std::size_t i = id.size(); i-- > 0; seconds >>= 4) id[i] = kDigits[seconds & 0xf];
  return id + random_hex(3);
}

Result<Approval> read(const std::string& json) {
  auto approval = from_json<Approval>(json);
  if (!approval) return fail(Code::internal, "a stored approval cannot be read: " + approval.error().message());
  return approval;
}

std::int64_t instant(const std::string& text) {
  const auto time = parse_rfc3339(text);
  return time ? *time : 0;
}

tl::unexpected<Error> waits_no_more(const Approval& approval) {
  std::string why = "the approval \"" + approval.id + "\" waits no more: it ";
  if (approval.status == "expired") why += "has expired";
  else why += "was " + approval.status;
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

}  // namespace

struct ApprovalsService::Impl {
  using Key = std::pair<std::string, std::string>;  ///< agent and id

  const serve::ServiceContext& base;
  PolicyService& policy;
  const CredentialsService& credentials;
  std::int64_t expiry_ms;
  std::mutex mutex;
  std::map<Key, int> waiting;  ///< runs that wait, each with an eventfd that wakes it
  bool stopping = false;
  std::map<std::string, std::size_t> kept;  ///< how many decided ones an agent has; used by the writer thread alone

  [[nodiscard]] std::int64_t now() const { return base.clock.now_ms(); }

  [[nodiscard]] bool waits(std::string_view agent, std::string_view id) {
    const std::lock_guard lock(mutex);
    return waiting.contains({std::string(agent), std::string(id)});
  }

  Result<Approval> question(const serve::ApprovalRequest& request) const {
    auto arguments = JsonDocument::parse(request.arguments.empty() ? "{}" : request.arguments);
    if (!arguments || arguments->root().kind() != JsonKind::object)
      return fail(Code::rejected, "the arguments of " + request.tool + " are no JSON object");
    auto shown =
        approvals::shown_arguments(arguments->root(), [&](std::string_view text) { return credentials.masked(request.agent, text); });
    const std::int64_t at = now();
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
    approval.expires_at = format_rfc3339(at + expiry_ms);
    if (shown.hidden) approval.hidden = true;
    return approval;
  }

  /// Forgets the oldest of those that were decided.
  Status prune(store::Transaction& tx, std::string_view agent) {
    const auto known = kept.find(std::string(agent));
    if (known != kept.end() && ++known->second <= kMostDecided + kSlack) return {};
    auto all = tx.list_documents(agent, kDecided);
    if (!all) return fail(std::move(all.error()));
    std::size_t count = all->size();
    if (count > kMostDecided + kSlack)
      for (const store::Document& document : *all) {  // by id: the oldest first
        if (count == kMostDecided) break;
        auto erased = tx.erase_document(agent, kDecided, document.id);
        if (!erased) return fail(std::move(erased.error()));
        --count;
      }
    kept[std::string(agent)] = count;
    return {};
  }

  /// Makes the end of a wait durable.
  Status settle(store::Transaction& tx, std::string_view agent, Approval& approval) {
    const std::int64_t at = now();
    approval.decided_at = format_rfc3339(at);
    auto erased = tx.erase_document(agent, kWaiting, approval.id);
    if (!erased) return fail(std::move(erased.error()));
    if (auto status = tx.save_document(agent, kDecided, approval.id, to_json(approval)); !status) return status;
    if (auto status = tx.append_audit(agent, result_event(approval, at)); !status) return status;
    return prune(tx, agent);
  }

  /// Ends a wait that nobody decided; when somebody did meanwhile, that counts.
  Result<Approval> end(const std::string& agent, const std::string& id, std::string_view how, const std::string& reason) {
    std::optional<Approval> ended;
    const Status status = base.store.run([&](store::Transaction& tx) -> Status {
      ended.reset();
      auto json = tx.get_document(agent, kWaiting, id);
      if (!json) return fail(std::move(json.error()));
      const bool open = json->has_value();
      if (!open) json = tx.get_document(agent, kDecided, id);
      if (!json) return fail(std::move(json.error()));
      if (!*json) return no_such("approval", id, "facioctl approvals list --status all");
      auto approval = read(**json);
      if (!approval) return fail(std::move(approval.error()));
      if (open) {
        approval->status = std::string(how);
        approval->reason = reason;
        if (auto settled = settle(tx, agent, *approval); !settled) return settled;
      }
      ended = std::move(*approval);
      return {};
    });
    if (!status) return fail(status.error());
    return std::move(*ended);
  }

  /// Waits for the first of decision, end of the run or of the server, and expiry.
  Result<Approval> wait(const std::string& agent, const Approval& asked, const serve::Cancel& cancel, int decided) {
    const std::int64_t expires = instant(asked.expires_at);
    for (;;) {
      const std::int64_t left = expires - now();
      if (left <= 0) return end(agent, asked.id, "expired", "nobody decided in time");
      const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(std::min(left, kLongestSleepMs));
      const bool woken = http::wait_for(decided, false, until, cancel.fd());
      if (cancel.cancelled()) return end(agent, asked.id, "interrupted", cancel.why());
      if (woken) return end(agent, asked.id, "interrupted", "the server ended while the run waited");
    }
  }

  /// A run that waits, as long as it lives.
  class Waiter {
   public:
    Waiter(Impl& impl, std::string agent, std::string id)
        : impl_(impl), key_(std::move(agent), std::move(id)), fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
      const std::lock_guard lock(impl_.mutex);
      impl_.waiting.emplace(key_, fd_);
      if (impl_.stopping) (void)::eventfd_write(fd_, 1);
    }
    ~Waiter() {
      {
        const std::lock_guard lock(impl_.mutex);
        impl_.waiting.erase(key_);
      }
      ::close(fd_);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    [[nodiscard]] int fd() const { return fd_; }

   private:
    Impl& impl_;
    Key key_;
    int fd_;
  };
};

ApprovalsService::ApprovalsService(const serve::ServiceContext& context, PolicyService& policy, const CredentialsService& credentials,
                                   std::int64_t expiry_ms)
    : impl_(new Impl{.base = context,
                     .policy = policy,
                     .credentials = credentials,
                     .expiry_ms = expiry_ms,
                     .mutex = {},
                     .waiting = {},
                     .stopping = false,
                     .kept = {}}) {}
ApprovalsService::~ApprovalsService() = default;

Status ApprovalsService::recover(std::span<const std::string_view> agents) {
  for (const std::string_view agent : agents) {
    auto waiting = impl_->base.store.documents().list(agent, kWaiting);
    if (!waiting) return fail(std::move(waiting.error()));
    for (const store::Document& document : *waiting) {
      auto ended = impl_->end(std::string(agent), document.id, "interrupted", "the server ended while the run waited");
      if (!ended) return fail(std::move(ended.error()));
    }
  }
  return {};
}

void ApprovalsService::stop() {
  const std::lock_guard lock(impl_->mutex);
  impl_->stopping = true;
  for (const auto& [run, wakes] : impl_->waiting) (void)::eventfd_write(wakes, 1);
}

Result<serve::ApprovalAnswer> ApprovalsService::ask(const serve::ApprovalRequest& request, const serve::Cancel& cancel,
                                                    UniqueFunction<void(const std::string& id)> asked) {
  auto approval = impl_->question(request);
  if (!approval) return fail(std::move(approval.error()));
  const Impl::Waiter waiter(*impl_, request.agent, approval->id);
  const Status status = impl_->base.store.run([&](store::Transaction& tx) -> Status {
    if (auto saved = tx.save_document(request.agent, kWaiting, approval->id, to_json(*approval)); !saved) return saved;
    return tx.append_audit(request.agent, request_event(*approval));
  });
  if (!status) return fail(status.error());
  if (asked) asked(approval->id);
  auto ended = impl_->wait(request.agent, *approval, cancel, waiter.fd());
  if (!ended) return fail(std::move(ended.error()));
  return answer_of(*ended);
}

// ------------------------------------------------------------------------------------------------------- requests

Result<ApprovalList> ApprovalsService::list(std::string_view agent, const ApprovalQuery& query) {
  std::vector<Approval> found;
  for (const std::string_view collection : {kWaiting, kDecided}) {
    const bool wanted = query.status == "all" || (query.status == "pending") == (collection == kWaiting);
    if (!wanted) continue;
    auto documents = impl_->base.store.documents().list(agent, collection);
    if (!documents) return fail(std::move(documents.error()));
    for (const store::Document& document : *documents) {
      auto approval = read(document.json);
      if (!approval) return fail(std::move(approval.error()));
      if (query.status != "all" && approval->status != query.status) continue;
      if (!query.session_key.empty() && approval->session_key != query.session_key) continue;
      found.push_back(std::move(*approval));
    }
  }
  std::ranges::sort(found,
                    [](const Approval& a, const Approval& b) { return std::tie(a.created_at, a.id) > std::tie(b.created_at, b.id); });
  // One that was decided between the two looks is there twice.
  found.erase(std::unique(found.begin(), found.end(), [](const Approval& a, const Approval& b) { return a.id == b.id; }), found.end());
  ApprovalList page;
  const auto all = static_cast<std::int64_t>(found.size());
  const std::int64_t first = std::min(query.offset, all);
  const std::int64_t last = std::min(first + query.limit, all);
  page.hasMore = last < all;
  for (std::int64_t i = first; i < last; ++i) page.items.push_back(std::move(found[static_cast<std::size_t>(i)]));
  page.count = static_cast<std::int64_t>(page.items.size());
  return page;
}

Result<Approval> ApprovalsService::get(std::string_view agent, std::string_view id) {
  for (const std::string_view collection : {kWaiting, kDecided}) {
    auto json = impl_->base.store.documents().get(agent, collection, id);
    if (!json) return fail(std::move(json.error()));
    if (*json) return read(**json);
  }
  return no_such("approval", id, "facioctl approvals list --status all");
}

Result<Approval> ApprovalsService::decide(store::Transaction& tx, std::string_view agent, std::string_view id, bool approve,
                                          const ApprovalDecision& decision) {
  auto json = tx.get_document(agent, kWaiting, id);
  if (!json) return fail(std::move(json.error()));
  if (!*json) {
    auto past = tx.get_document(agent, kDecided, id);
    if (!past) return fail(std::move(past.error()));
    if (!*past) return no_such("approval", id, "facioctl approvals list --status all");
    auto decided = read(**past);
    if (!decided) return fail(std::move(decided.error()));
    return waits_no_more(*decided);
  }
  auto approval = read(**json);
  if (!approval) return fail(std::move(approval.error()));
  if (instant(approval->expires_at) <= impl_->now()) approval->status = "expired";
  else if (!impl_->waits(agent, id)) approval->status = "interrupted";
  if (approval->status != "pending") return waits_no_more(*approval);

  approval->status = approve ? "approved" : "rejected";
  approval->actor = decision.actor;
  approval->reason = decision.reason;
  auto rule = approvals::rule_of(*approval, approve, decision);
  if (!rule) return fail(std::move(rule.error()));
  if (*rule) {
    auto added = impl_->policy.add(tx, agent, **rule);
    if (!added) return fail(std::move(added.error()));
    approval->rule = policy::describe(added->rule);
  }
  if (auto status = impl_->settle(tx, agent, *approval); !status) return fail(std::move(status.error()));
  return approval;
}

void ApprovalsService::decided(std::string_view agent, const Approval& approval) {
  if (approval.rule) impl_->policy.changed(agent);
  const std::lock_guard lock(impl_->mutex);
  if (const auto run = impl_->waiting.find({std::string(agent), approval.id}); run != impl_->waiting.end())
    (void)::eventfd_write(run->second, 1);
}

}  // namespace facio
