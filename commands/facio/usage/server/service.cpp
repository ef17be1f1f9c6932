#include "commands/facio/usage/server/service.hpp"

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/clock.hpp"
#include "commands/facio/usage/rules.hpp"

namespace facio {
namespace {

constexpr std::int64_t kUsualDays = 14;
// Clients accept replies of up to 10 MiB.
constexpr std::size_t kMostGroups = 30'000;
constexpr std::size_t kMostBytes = std::size_t{9} * 1024 * 1024;

/// Reads a day as the number of days since 1970; `otherwise` when it is absent.
Status read_day(const std::string& text, const char* name, std::int64_t otherwise, std::int64_t& day) {
  day = otherwise;
  if (text.empty()) return {};
  const auto start = parse_date(text);
  if (!start) return reject_field(name, start.error().message());
  day = *start / kDayMs;
  return {};
}

Status set_days(const UsageQuestion& question, std::int64_t today, store::UsageQuery& query) {
  std::int64_t from = 0;
  if (auto status = read_day(question.from, "from", today, from); !status) return status;
  if (auto status = read_day(question.to, "to", std::max(today, from), query.last_day); !status) return status;
  query.first_day = question.from.empty() ? query.last_day - (kUsualDays - 1) : from;
  if (query.first_day > query.last_day) return reject_field("from", "must not be after to");
  return {};
}

}  // namespace

Result<std::string> UsageService::report(std::string_view agent, const UsageQuestion& question) {
  store::UsageQuery query{.group_by = {}, .model = question.model, .origin = question.origin, .channel = question.channel};
  if (auto status = set_days(question, base_.clock.now_ms() / kDayMs, query); !status) return fail(std::move(status.error()));
  for (const std::string& list : question.group_by) {
    if (usage::asks_for_jobs(list) && !query.origin) query.origin = "cron";
    if (auto status = usage::add_groups(list, "groupBy", query.group_by); !status) return fail(std::move(status.error()));
  }
  if (query.group_by.empty()) query.group_by.emplace_back("date");
  auto buckets = base_.store.usage().buckets(agent, query, kMostGroups);
  if (!buckets) return fail(std::move(buckets.error()));
  UsageReport report{.from = format_date(query.first_day * kDayMs),
                     .to = format_date(query.last_day * kDayMs),
                     .groupBy = std::move(query.group_by),
                     .items = std::move(*buckets)};
  for (UsageBucket& bucket : report.items) {
    bucket.total = bucket.prompt_tokens + bucket.completion_tokens;
    report.totals += bucket;
    report.totals.turn_count += bucket.turn_count;
  }
  std::string body = to_json(report);
  if (body.size() > kMostBytes) return reject_field("groupBy", "is too much for one reply; request fewer days or fewer keys");
  return body;
}

Result<UsageRun> UsageService::run(std::string_view agent, std::string_view run_id) {
  auto row = base_.store.usage().run(agent, run_id);
  if (!row) return fail(std::move(row.error()));
  if (!*row) return fail_field(Code::not_found, "runId", "there is no usage for the run \"" + std::string(run_id) + "\" used");
  return std::move(**row);
}

}  // namespace facio
