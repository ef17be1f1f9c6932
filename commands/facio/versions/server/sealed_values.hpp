// What a version holds in place of the secrets in mcp.json.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/runtime/documents.hpp"

namespace facio::serve {

/// A secret of a version, kept for a rollback to it.
struct SealedValue {
  std::string sealed;

  static constexpr ShapeHead shape{"SealedValue", "A secret that versions name"};
  static constexpr auto fields() { return Fields{field("sealed", &SealedValue::sealed, "the JSON value, sealed")}; }
};

/// Each value that is secret (all of env and headers but placeholders; arguments, addresses and other members as secret_rule says) stands
/// in the version as "${sealed.ID}". The store keeps the value itself, sealed; the same value always has the same ID, so that a difference
/// shows that a secret has changed, and not what it is. A text that is no JSON is kept as a whole. Safe from any thread.
class SealedValues {
 public:
  explicit SealedValues(const ServiceContext& context)
      : store_(context.store),
        values_(context, "version_secret", [](std::string_view) -> std::string { return "a secret of a version"; }) {}

  /// The text as a version holds it; what it names is durable then.
  Result<std::string> hidden(std::string_view agent, std::string_view text) const;
  /// The text itself, byte for byte. Code::rejected when the store does not have a value that it names.
  Result<std::string> revealed(std::string_view agent, std::string_view text) const;

 private:
  store::Store& store_;
  const Documents<SealedValue> values_;
};

}  // namespace facio::serve
