// facioctl usage: days given as spans of time, groups by their short names, and what it cost.
#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/command_line/client.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/usage/client/prices.hpp"
#include "commands/facio/usage/endpoints.hpp"
#include "commands/facio/usage/rules.hpp"

namespace facio::usage {
namespace {

constexpr std::size_t kMostPriceBytes = 1024 * 1024;

/// A bucket with what it cost.
struct PricedBucket : UsageBucket {
  std::optional<RawJson> cost;

  static constexpr ShapeHead shape{"PricedBucket", "What one group of turns used and cost", Members::open};
  static constexpr auto fields() {
    return joined(inherited<PricedBucket>(UsageBucket::fields()),
                  Fields{field("cost", &PricedBucket::cost, "what it cost; unknown when a model has no price")});
  }
};

/// The columns of a table: the groups in the order in which they were asked for, then the counters.
std::vector<Column> columns_of(const std::vector<std::string>& groups, bool with_cost) {
  std::vector<Column> columns;
  columns.reserve(groups.size() + std::size(kColumns) + 1);
  for (const std::string& group : groups) columns.push_back(*std::ranges::find(kColumns, std::string_view(group), &Column::path));
  for (const Column& column : kColumns)
    if (std::ranges::find(kGroups, column.path) == std::end(kGroups)) columns.push_back(column);
  if (with_cost) columns.push_back({"cost", "COST"});
  return columns;
}

/// The groups by their names on the wire.
Result<std::vector<std::string>> groups_of(const Invocation& invocation) {
  std::vector<std::string> groups;
  const auto given = invocation.values.find("groupBy");
  if (given == invocation.values.end()) return std::vector<std::string>{"date"};
  for (const std::string& list : given->second) {
    std::string_view rest = list;
    while (!rest.empty()) {
      std::string_view word = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
      if (word == "day") word = "date";
      if (word == "session") word = "session_key";
      if (auto status = add_groups(word, "--by", groups); !status)
        return fail(Error(Code::usage, status.error().message()).with_field("--by"));
    }
  }
  if (groups.empty()) groups.emplace_back("date");
  return groups;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

/// What is said of the totals below a table.
std::string totals_line(const UsageTotals& totals) {
  return "total: " + std::to_string(totals.turn_count) + (totals.turn_count == 1 ? " turn, " : " turns, ") +
         std::to_string(totals.prompt_tokens + totals.completion_tokens) + " tokens (" + std::to_string(totals.prompt_tokens) +
         " prompt, " + std::to_string(totals.cached_tokens) + " of them cached, " + std::to_string(totals.completion_tokens) +
         " completion), " + std::to_string(totals.tool_calls_count) + " tool calls\n";
}

/// The request, with days and groups as the agent knows them.
Result<Request> request_for(Client& client, const std::vector<std::string>& groups) {
  const Invocation& invocation = client.invocation();
  std::map<std::string, std::string, std::less<>> values = {{"groupBy", joined(groups)}};
  for (const char* name : {"from", "to", "model", "origin", "channel"})
    if (invocation.given(name)) values[name] = std::string(invocation.value(name));
  for (const auto& [flag, name] : {std::pair{"since", "from"}, std::pair{"until", "to"}})
    if (invocation.given(flag)) values[name] = std::string(invocation.value(flag));
  return client.request_to("usage.get", std::move(values));
}

bool for_people(const OutputOptions& output) { return output.format == OutputFormat::table || output.format == OutputFormat::wide; }

struct Sum {
  PricedBucket bucket;
  double cost = 0;
  bool known = true;
};

/// The same for buckets of one group.
std::string group_of(const UsageBucket& bucket) {
  std::string text;
  for (const auto* key : {&bucket.date, &bucket.model, &bucket.origin, &bucket.channel, &bucket.session_key})
    text += key->value_or("") + '\n';
  return text;
}

std::string fixed(double amount, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, amount);
  return text;
}

/// The buckets of the answer with their cost; those that differ only in a model that was not asked for become one.
std::vector<Sum> priced(const UsageReport& report, const Prices& prices, bool by_model) {
  std::vector<Sum> sums;
  std::map<std::string, std::size_t> places;
  for (UsageBucket bucket : report.items) {
    const auto price = prices.find(bucket.model.value_or(""));
    if (!by_model) bucket.model.reset();
    const auto [place, fresh] = places.emplace(group_of(bucket), sums.size());
    if (fresh) sums.emplace_back();
    Sum& sum = sums[place->second];
    if (fresh) {
      static_cast<UsageBucket&>(sum.bucket) = bucket;
    } else {
      sum.bucket += bucket;
      sum.bucket.turn_count += bucket.turn_count;
    }
    if (!price) {
      sum.known = false;
      continue;
    }
    sum.cost +=
        (static_cast<double>(bucket.prompt_tokens - bucket.cached_tokens) * price->prompt +
         static_cast<double>(bucket.cached_tokens) * price->cached + static_cast<double>(bucket.completion_tokens) * price->completion) /
        1e6;
  }
  return sums;
}

/// The report with a cost in each bucket and in the totals; unknown is null for programs and ? for people.
Result<std::string> priced_body(JsonDocument& reply, std::vector<Sum>& sums, const Prices& prices, const std::vector<std::string>& groups,
                                bool machine, double total, std::size_t unknown) {
  std::string items = "[";
  for (Sum& sum : sums) {
    sum.bucket.cost = RawJson{sum.known ? fixed(sum.cost, 6) : machine ? "null" : "\"?\""};
    if (items.size() > 1) items += ',';
    write_json(items, sum.bucket);
  }
  if (auto status = reply.set_json("items", items + "]"); !status) return fail(std::move(status.error()));
  if (auto status = reply.set_json("groupBy", to_json(groups)); !status) return fail(std::move(status.error()));
  if (auto status = reply.set_json("totals.cost", unknown == 0 ? fixed(total, 6) : "null"); !status) return fail(std::move(status.error()));
  reply.set_number("totals.known_cost", total);
  if (!prices.currency().empty()) reply.set_string("currency", prices.currency());
  return reply.dump();
}

std::string total_line(double total, std::size_t unknown, std::size_t groups, const Prices& prices) {
  const std::string amount = fixed(total, 4) + (prices.currency().empty() ? "" : " " + printable(prices.currency()));
  if (unknown == 0) return "total: " + amount + "\n";
  return "total of what is known: " + amount + "; " + std::to_string(unknown) + " of " + std::to_string(groups) +
         " groups have a model without a price and are not in it\n";
}

Result<int> show_priced(Client& client, const std::vector<std::string>& groups, const Prices& prices) {
  std::vector<std::string> asked = groups;
  const bool by_model = std::ranges::find(groups, "model") != groups.end();
  if (!by_model) asked.emplace_back("model");
  auto request = request_for(client, asked);
  if (!request) return fail(std::move(request.error()));
  auto response = show_or_send(client, *request);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  auto reply = json_of(**response);
  if (!reply) return fail(std::move(reply.error()));
  auto report = from_json<UsageReport>(reply->root());
  if (!report) return fail(Code::server, "the answer is no usage report: " + report.error().message());

  std::vector<Sum> sums = priced(*report, prices, by_model);
  double total = 0;
  std::size_t unknown = 0;
  for (const Sum& sum : sums) {
    total += sum.cost;
    unknown += sum.known ? 0 : 1;
  }
  const OutputOptions output = output_of(client);
  const bool machine = !for_people(output);
  auto body = priced_body(*reply, sums, prices, groups, machine, total, unknown);
  if (!body) return fail(std::move(body.error()));
  Endpoint endpoint = *client.invocation().endpoint;
  endpoint.reply = &shape_of<PricedBucket>;
  const std::vector<Column> columns = columns_of(groups, true);
  endpoint.columns = columns;
  if (auto status = render(endpoint, *body, output, client.streams()); !status) return fail(std::move(status.error()));
  if (!client.invocation().global.quiet && (unknown > 0 || !machine))
    if (auto status = client.streams().err.write(total_line(total, unknown, sums.size(), prices)); !status)
      return fail(std::move(status.error()));
  return 0;
}

}  // namespace

Result<int> get(Client& client) {
  const Invocation& invocation = client.invocation();
  auto groups = groups_of(invocation);
  if (!groups) return fail(std::move(groups.error()));
  if (invocation.given("prices")) {
    Sources sources{client.streams(), client.environment(), now_ms()};
    const std::string file(invocation.value("prices"));
    auto document = read_document(sources, file, kMostPriceBytes, "--prices");
    if (!document) return fail(std::move(document.error()));
    auto prices = Prices::read(document->root(), file == "-" ? "standard input" : printable(file));
    if (!prices) return fail(std::move(prices.error()));
    return show_priced(client, *groups, *prices);
  }
  auto request = request_for(client, *groups);
  if (!request) return fail(std::move(request.error()));
  auto response = show_or_send(client, *request);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  std::size_t count = 0;
  const OutputOptions output = output_of(client);
  Endpoint endpoint = *invocation.endpoint;
  const std::vector<Column> columns = columns_of(*groups, false);
  endpoint.columns = columns;
  if (auto status = render(endpoint, (*response)->body, output, client.streams(), &count); !status) return fail(std::move(status.error()));
  const auto report = from_json<UsageReport>((*response)->body);
  if (report && count != 0 && for_people(output) && !invocation.global.quiet)
    if (auto status = client.streams().err.write(totals_line(report->totals)); !status) return fail(std::move(status.error()));
  if (count == 0 && invocation.global.fail_empty) return fail(Code::not_found, "the list of `usage get` is empty");
  return 0;
}

}  // namespace facio::usage
