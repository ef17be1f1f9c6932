#include "commands/facio/usage/client/prices.hpp"

#include "cli/output/render.hpp"

namespace facio::usage {
namespace {

/// A number that is not negative; `otherwise` when it may be absent and is.
Result<double> amount(JsonRef price, const char* name, const std::string& where, std::optional<double> otherwise) {
  const JsonRef value = price.get(name);
  if (!value && otherwise) return *otherwise;
  const bool number = value && (value.kind() == JsonKind::integer || value.kind() == JsonKind::number);
  if (!number || value.number() < 0) return fail(Code::usage, where + ": " + name + " must be what a million tokens cost, as 2.5");
  return value.number();
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
    auto prompt = amount(models.at(i), "prompt", where, std::nullopt);
    if (!prompt) return fail(std::move(prompt.error()));
    auto completion = amount(models.at(i), "completion", where, std::nullopt);
    if (!completion) return fail(std::move(completion.error()));
    auto cached = amount(models.at(i), "cached", where, *prompt);
    if (!cached) return fail(std::move(cached.error()));
    list.prices_[name] = Price{.prompt = *prompt, .cached = *cached, .completion = *completion};
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
