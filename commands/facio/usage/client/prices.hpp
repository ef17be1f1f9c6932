// What tokens cost, by an operator's list.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"

namespace facio::usage {

/// For a million tokens each.
struct Price {
  double prompt = 0, cached = 0, completion = 0;
};

/// Prices by model; a name may end with a star.
class Prices {
 public:
  /// From `{currency, models: {NAME: {prompt, cached, completion}}}`, or the models alone. Without `cached`, cached tokens cost what
  /// others do. Code::usage names the model and what is wrong; `file` is named in front.
  static Result<Prices> read(JsonRef document, const std::string& file);

  /// The price of a model: by its name, else by the longest beginning with a star; nothing when it is not in the list.
  [[nodiscard]] std::optional<Price> find(std::string_view model) const;
  [[nodiscard]] const std::string& currency() const { return currency_; }

 private:
  std::map<std::string, Price, std::less<>> prices_;
  std::string currency_;
};

}  // namespace facio::usage
