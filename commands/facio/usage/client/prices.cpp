#include "commands/facio/usage/client/prices.hpp"

#include "cli/output/render.hpp"

namespace facio::usage {
namespace {

/// A number that is not negative.
Status read_amount(JsonRef price, const char* name, const std::string& where, double& amount) {
  const JsonRef value = price.get(name);
  const bool number = value.is(JsonKind::integer) || value.is(JsonKind::number);
  if (!number || value.number() < 0) return fail(Code::usage, where + ": " + name + " must be what a million tokens cost, as 2.5");
  amount = value.number();
  return {};
}

}  // namespace

Result<Prices> Prices::read(JsonRef document, const std::string& file) {
  if (!document.is(JsonKind::object)) return fail(Code::usage, file + ": must be a map from model to price");
  Prices list;
  if (const JsonRef currency = document.get("currency"); !currency.is_null()) {
    if (currency.kind() != JsonKind::string) return fail(Code::usage, file + ": currency must be a text, as EUR");
    list.currency_ = currency.string();
  }
  const bool inside = document.get("models") && document.get("models").kind() == JsonKind::object;
  const JsonRef models = inside ? document.get("models") : document;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const std::string name(models.name_at(i));
    if (!inside && name == "currency") continue;
    const std::string where = file + ": model " + printable(name);
    if (models.at(i).kind() != JsonKind::object) return fail(Code::usage, where + " must have prompt and completion");
    Price& price = list.prices_[name];
    Status status = read_amount(models.at(i), "prompt", where, price.prompt);
    if (status) status = read_amount(models.at(i), "completion", where, price.completion);
    price.cached = price.prompt;
    if (status && models.at(i).get("cached")) status = read_amount(models.at(i), "cached", where, price.cached);
    if (!status) return fail(std::move(status.error()));
  }
  if (list.prices_.empty()) return fail(Code::usage, file + ": names no model");
  return list;
}

std::optional<Price> Prices::find(std::string_view model) const {
  if (const auto exact = prices_.find(model); exact != prices_.end()) return exact->second;
  const Price* best = nullptr;
  std::size_t longest = 0;
  for (const auto& [name, price] : prices_) {
    if (!name.ends_with('*') || !model.starts_with(std::string_view(name).substr(0, name.size() - 1))) continue;
    if (best != nullptr && name.size() <= longest) continue;
    best = &price;
    longest = name.size();
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

}  // namespace facio::usage
