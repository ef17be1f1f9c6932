#include "commands/facio/usage/server/service.hpp"

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/clock.hpp"
#include "commands/facio/usage/rules.hpp"

namespace facio {
namespace {

constexpr std::int64_t kUsualDays = 14;
// Clients take answers of 10 MiB.
constexpr std::size_t kMostGroups = 30'000;
constexpr std::size_t kMostBytes = std::size_t{9} * 1024 * 1024;

Status set_days(const UsageQuestion& question, std::int64_t today, store::UsageQuery& query) {
  const auto day = [](const std::string& text, const char* name) -> Result<std::int64_t> {
    auto start = parse_date(text);
    if (!start) return fail_field(Code::rejected, name, std::string(name) + ": " + start.error().message());
    return *start / kDayMs;
  };
  std::optional<std::int64_t> first;
  if (!question.from.empty()) {
    auto from = day(question.from, "from");
    if (!from) return fail(std::move(from.error()));
    first = *from;
  }
  query.last_day = std::max(today, first.value_or(today));
  if (!question.to.empty()) {
    auto to = day(question.to, "to");
    if (!to) return fail(std::move(to.error()));
    query.last_day = *to;
  }
  query.first_day = first.value_or(query.last_day - (kUsualDays - 1));
  if (query.first_day > query.last_day) return fail_field(Code::rejected, "from", "from: must not be after to");
  return {};
}

}  // namespace

Result<std::string> UsageService::report(std::string_view agent, const UsageQuestion& question) {
  store::UsageQuery query{.group_by = {}, .model = question.model, .origin = question.origin, .channel = question.channel};
  if (auto status = set_days(question, base_.clock.now_ms() / kDayMs, query); !status) return fail(std::move(status.error()));
  for (const std::string& list : question.group_by)
    if (auto status = usage::add_groups(list, "groupBy", query.group_by); !status) return fail(std::move(status.error()));
  if (query.group_by.empty()) query.group_by.emplace_back("date");
  auto buckets = base_.store.usage().buckets(agent, query, kMostGroups);
  if (!buckets) return fail(std::move(buckets.error()));
  UsageReport report{.from = format_date(query.first_day * kDayMs),
                     .to = format_date(query.last_day * kDayMs),
                     .groupBy = std::move(query.group_by),
                     .items = std::move(*buckets)};
  for (const UsageBucket& bucket : report.items) {
    report.totals += bucket;
    report.totals.turn_count += bucket.turn_count;
  }
  std::string body = to_json(report);
  if (body.size() > kMostBytes)
    return fail_field(Code::rejected, "groupBy", "groupBy: gives more than an answer can hold; ask for fewer days or fewer keys");
  return body;
}

Result<UsageRun> UsageService::run(std::string_view agent, std::string_view run_id) {
  auto row = base_.store.usage().run(agent, run_id);
  if (!row) return fail(std::move(row.error()));
  if (!*row) return fail_field(Code::not_found, "runId", "nothing is known of what the run \"" + std::string(run_id) + "\" used");
  return std::move(**row);
}

}  // namespace facio
