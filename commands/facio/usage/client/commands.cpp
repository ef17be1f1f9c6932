// facioctl usage: days given as spans of time, groups by their short names, and what it cost.
#include <algorithm>
#include <cstdio>

#include "cli/command_line/client.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/core/join.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
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

/// What a million tokens cost.
struct Price {
  double prompt = 0, cached = 0, completion = 0;
};

/// An operator's list.
struct Prices {
  std::map<std::string, Price, std::less<>> by_model;  ///< a name may end with a star
  std::string currency;

  /// The price of a model: by its name, else by the longest beginning with a star; nothing when it is not in the list.
  [[nodiscard]] std::optional<Price> find(std::string_view model) const {
    if (const auto exact = by_model.find(model); exact != by_model.end()) return exact->second;
    std::optional<Price> best;
    std::size_t longest = 0;
    for (const auto& [name, price] : by_model) {
      if (!name.ends_with('*') || !model.starts_with(std::string_view(name).substr(0, name.size() - 1)) || name.size() <= longest) continue;
      best = price;
      longest = name.size();
    }
    return best;
  }
};

/// A number that is not negative.
Status read_amount(JsonRef price, const char* name, const std::string& where, double& amount) {
  const JsonRef value = price.get(name);
  const bool number = value.is(JsonKind::integer) || value.is(JsonKind::number);
  if (!number || value.number() < 0) return fail(Code::usage, where + ": " + name + " must be the price of a million tokens, such as 2.5");
  amount = value.number();
  return {};
}

/// From `{currency, models: {NAME: {prompt, cached, completion}}}`, or the models alone. Without `cached`, cached tokens cost what others
/// do. `file` is named in front of what is wrong.
Result<Prices> prices_of(JsonRef document, const std::string& file) {
  if (!document.is(JsonKind::object)) return fail(Code::usage, file + ": must be a map from model to price");
  Prices list;
  if (const JsonRef currency = document.get("currency"); !currency.is_null()) {
    if (currency.kind() != JsonKind::string) return fail(Code::usage, file + ": currency must be text, such as EUR");
    list.currency = currency.string();
  }
  const bool inside = document.get("models") && document.get("models").kind() == JsonKind::object;
  const JsonRef models = inside ? document.get("models") : document;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const std::string name(models.name_at(i));
    if (!inside && name == "currency") continue;
    const std::string where = file + ": model " + printable(name);
    if (models.at(i).kind() != JsonKind::object) return fail(Code::usage, where + " must have prompt and completion");
    Price& price = list.by_model[name];
    Status status = read_amount(models.at(i), "prompt", where, price.prompt);
    if (status) status = read_amount(models.at(i), "completion", where, price.completion);
    price.cached = price.prompt;
    if (status && models.at(i).get("cached")) status = read_amount(models.at(i), "cached", where, price.cached);
    if (!status) return fail(std::move(status.error()));
  }
  if (list.by_model.empty()) return fail(Code::usage, file + ": contains no model");
  return list;
}

/// The columns of a table: the groups in the order in which they were asked for, then the counters.
std::vector<Column> columns_of(const std::vector<std::string>& groups, bool with_cost) {
  std::vector<Column> columns;
  columns.reserve(groups.size() + std::size(kColumns) + 1);
  for (const std::string& group : groups) columns.push_back(*std::ranges::find(kColumns, std::string_view(group), &Column::path));
  for (const Column& column : kColumns)
    if (!is_group(column.path)) columns.push_back(column);
  if (with_cost) columns.push_back({"cost", "COST"});
  return columns;
}

/// Whether --by asks for the jobs of cron.
bool by_cron(const Invocation& invocation) {
  const auto given = invocation.values.find("groupBy");
  return given != invocation.values.end() &&
         std::ranges::any_of(given->second, [](const std::string& list) { return asks_for_jobs(list); });
}

/// The groups by their names on the wire.
Result<std::vector<std::string>> groups_of(const Invocation& invocation) {
  std::vector<std::string> groups;
  if (const auto given = invocation.values.find("groupBy"); given != invocation.values.end())
    for (const std::string& list : given->second)
      for (const std::string_view word : split(list, ','))
        if (auto status = add_groups(word, "--by", groups); !status)
          return fail(Error(Code::usage, status.error().message()).with_field("--by"));
  if (groups.empty()) groups.emplace_back("date");
  return groups;
}

/// What is said of the days and the totals below a table.
std::string totals_line(const UsageReport& report) {
  const UsageTotals& totals = report.totals;
  return printable(report.from) + " to " + printable(report.to) + ", total: " + std::to_string(totals.turn_count) +
         (totals.turn_count == 1 ? " turn, " : " turns, ") + std::to_string(totals.prompt_tokens + totals.completion_tokens) + " tokens (" +
         std::to_string(totals.prompt_tokens) + " prompt, " + std::to_string(totals.cached_tokens) + " of them cached, " +
         std::to_string(totals.completion_tokens) + " completion), " + std::to_string(totals.tool_calls_count) + " tool calls";
}

/// The request, with days and groups as the agent knows them.
Result<Request> request_for(Client& client, const std::vector<std::string>& groups) {
  const Invocation& invocation = client.invocation();
  std::map<std::string, std::string, std::less<>> values;
  std::string& by = values["groupBy"];
  for (const std::string& group : groups) by += (by.empty() ? "" : ",") + group;
  if (by_cron(invocation)) values["origin"] = "cron";
  for (const char* name : {"from", "to", "model", "origin", "channel"})
    if (invocation.given(name)) values[name] = std::string(invocation.value(name));
  for (const auto& [flag, name] : {std::pair{"since", "from"}, std::pair{"until", "to"}})
    if (invocation.given(flag)) values[name] = std::string(invocation.value(flag));
  return client.request_to("usage.get", std::move(values));
}

bool for_people(const OutputOptions& output) { return output.format == OutputFormat::table || output.format == OutputFormat::wide; }

/// Prints a report as a table of these groups; gives how many there are.
Result<std::size_t> print_report(Client& client, const Shape& shape, const std::vector<Column>& columns, std::string_view body) {
  Endpoint endpoint = *client.invocation().endpoint;
  endpoint.reply = &shape;
  endpoint.columns = columns;
  OutputOptions output = output_of(client);
  (void)read_number(client.invocation().value("limit"), output.most);
  if (for_people(output_of(client))) endpoint.envelope = nullptr;  // the line below the table tells it in words
  std::size_t count = 0;
  return print_as(client, endpoint, body, output, &count).map([&] { return count; });
}

/// The member `total`, where the agent does not give it.
Status add_totals(JsonDocument& reply) {
  const JsonRef items = reply.root().get("items");
  std::vector<std::string> all;
  bool missing = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto item = JsonDocument::parse(items.at(i).dump());
    if (!item) return fail(std::move(item.error()));
    const JsonRef prompt = item->root().get("prompt_tokens"), completion = item->root().get("completion_tokens");
    if (!item->root().get("total") && prompt.is(JsonKind::integer) && completion.is(JsonKind::integer)) {
      item->set_integer("total", prompt.integer() + completion.integer());
      missing = true;
    }
    all.push_back(item->dump());
  }
  return missing ? reply.set_json("items", "[" + joined(all, ",") + "]") : Status();
}

struct PricedGroup {
  PricedBucket bucket;
  double cost = 0;
  bool known = true;
};

/// The same for buckets of one group.
std::string group_of(const UsageBucket& bucket) {
  std::string text;
  for (const auto* key : {&bucket.date, &bucket.model, &bucket.origin, &bucket.channel, &bucket.session_key, &bucket.run_id})
    text += key->value_or("") + '\n';
  return text;
}

std::string fixed(double amount, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, amount);
  return text;
}

/// The buckets of the answer with their cost; those that differ only in a model that was not asked for become one.
std::vector<PricedGroup> priced(const UsageReport& report, const Prices& prices, bool by_model) {
  std::vector<PricedGroup> all;
  std::map<std::string, std::size_t> places;
  for (UsageBucket bucket : report.items) {
    const auto price = prices.find(bucket.model.value_or(""));
    if (!by_model) bucket.model.reset();
    const auto [place, fresh] = places.emplace(group_of(bucket), all.size());
    if (fresh) all.push_back({.bucket = {bucket, {}}});
    PricedGroup& group = all[place->second];
    if (!fresh) {
      group.bucket += bucket;
      group.bucket.turn_count += bucket.turn_count;
    }
    group.bucket.total = group.bucket.prompt_tokens + group.bucket.completion_tokens;
    group.known = group.known && price;
    if (price)
      group.cost +=
          (static_cast<double>(bucket.prompt_tokens - bucket.cached_tokens) * price->prompt +
           static_cast<double>(bucket.cached_tokens) * price->cached + static_cast<double>(bucket.completion_tokens) * price->completion) /
          1e6;
  }
  return all;
}

std::string total_line(double total, std::ptrdiff_t unknown, std::size_t groups, const Prices& prices) {
  const std::string amount = fixed(total, 4) + (prices.currency.empty() ? "" : " " + printable(prices.currency));
  if (unknown == 0) return "total: " + amount;
  return "total of the known prices: " + amount + "; " + std::to_string(unknown) + " of " + std::to_string(groups) +
         " groups have a model without a price and are not included";
}

/// The report with a cost in each bucket and in the totals; unknown is null for programs and ? for people.
Result<int> print_priced(Client& client, const std::vector<std::string>& groups, const Prices& prices, bool by_model, JsonDocument& reply) {
  const auto report = from_json<UsageReport>(reply.root());
  if (!report) return fail(Code::server, "the answer is not a usage report: " + report.error().message());
  std::vector<PricedGroup> all = priced(*report, prices, by_model);
  const bool people = for_people(output_of(client));
  std::vector<PricedBucket> items;
  double total = 0;
  for (PricedGroup& group : all) {
    total += group.cost;
    group.bucket.cost = RawJson{group.known ? fixed(group.cost, 6) : people ? "\"?\"" : "null"};
    items.push_back(group.bucket);
  }
  const auto unknown = std::ranges::count(all, false, &PricedGroup::known);
  Status status = reply.set_json("items", to_json(items));
  if (status) status = reply.set_json("groupBy", to_json(groups));
  if (status) status = reply.set_json("totals.cost", unknown == 0 ? fixed(total, 6) : "null");
  if (!status) return fail(std::move(status.error()));
  reply.set_number("totals.known_cost", total);
  if (!prices.currency.empty()) reply.set_string("currency", prices.currency);
  if (auto printed = print_report(client, shape_of<PricedBucket>, columns_of(groups, true), reply.dump()); !printed)
    return fail(std::move(printed.error()));
  if (unknown == 0 && !people) return 0;
  return note(client, total_line(total, unknown, all.size(), prices)).map([] { return 0; });
}

Result<Prices> read_prices(Client& client) {
  Sources sources{client.streams(), client.environment()};
  const std::string file(client.invocation().value("prices"));
  const auto document = read_document(sources, file, kMostPriceBytes, "--prices");
  if (!document) return fail(document.error());
  return prices_of(document->root(), file == "-" ? "standard input" : printable(file));
}

}  // namespace

Result<int> get(Client& client) {
  const Invocation& invocation = client.invocation();
  const auto groups = groups_of(invocation);
  if (!groups) return fail(groups.error());
  if (invocation.given("prices")) {
    const auto prices = read_prices(client);
    if (!prices) return fail(prices.error());
    std::vector<std::string> asked = *groups;
    const bool by_model = std::ranges::find(asked, "model") != asked.end();
    if (!by_model) asked.emplace_back("model");
    return with_json(client, request_for(client, asked),
                     [&](JsonDocument& reply) { return print_priced(client, *groups, *prices, by_model, reply); });
  }
  return with_json(client, request_for(client, *groups), [&](JsonDocument& reply) -> Result<int> {
    if (for_people(output_of(client)))  // for programs the groups are as the agent gave them
      if (auto status = add_totals(reply); !status) return fail(std::move(status.error()));
    const auto count = print_report(client, *invocation.endpoint->reply, columns_of(*groups, false), reply.dump());
    if (!count) return fail(count.error());
    if (*count == 0 && invocation.global.fail_empty) return fail(Code::not_found, "the list of `usage get` is empty");
    const auto report = from_json<UsageReport>(reply.root());
    if (!report || *count == 0 || !for_people(output_of(client))) return 0;
    return note(client, totals_line(*report)).map([] { return 0; });
  });
}

}  // namespace facio::usage
