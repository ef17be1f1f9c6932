// The secrets inside a free-form configuration: shown as ***, sealed in the store, and kept where a client sends the mask back.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/secret_rule.hpp"
#include "cli/core/shape.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

/// A stored configuration with masks, and the sealed values behind them.
struct SealedConfig {
  RawJson config{"{}"};                       ///< an object
  std::map<std::string, std::string> sealed;  ///< by place: the JSON pointer of the mask

  static constexpr ShapeHead shape{"SealedConfig", "A configuration with sealed secrets"};
  static constexpr auto fields() {
    return Fields{field("config", &SealedConfig::config, "with masks"),
                  field("sealed", &SealedConfig::sealed, "what stands behind them, by place")};
  }
};

namespace serve {

/// A configuration separated from its secrets.
struct ExtractedConfig {
  std::string shown;
  std::map<std::string, Secret> fresh;      ///< to be sealed, by place; JSON text: a string or a number
  std::map<std::string, std::string> kept;  ///< by the place where the mask stands now: where the value is stored
};

/// Takes a given configuration (JSON text of an object) apart. What `declared` and secrecy_of() call secret is masked as a whole (every
/// text and number, but for an empty text and a lone ${credentials.KEY}); of any other text the parts that look secret are masked, and the
/// whole is sealed. What comes back as it was shown keeps the value that `stored` has in its place; an element of an array keeps those of
/// the element that is equal but for its secrets, has the same id or name, or has the same index in an array of the same length.
/// Code::rejected names a mask for which there is none.
Result<ExtractedConfig> extract_secrets(std::string_view config, const SealedConfig& stored, const SecretDeclaration& declared);

/// The configuration with its secrets in their places.
Result<Secret> with_secrets(std::string_view config, const std::map<std::string, Secret>& values);

/// Seals the new secrets of a document, and the kept ones again where their place has changed; `part` goes before each place.
template <class Documents>
Result<std::map<std::string, std::string>> seal_all(const Documents& documents, store::Transaction& tx, std::string_view agent,
                                                    std::string_view id, const ExtractedConfig& given,
                                                    const std::map<std::string, std::string>& before, const std::string& part = {}) {
  std::map<std::string, std::string> sealed;
  for (const auto& [place, value] : given.fresh) {
    auto text = documents.seal(tx, agent, id, value.reveal(), part + place);
    if (!text) return fail(std::move(text.error()));
    sealed[place] = std::move(*text);
  }
  for (const auto& kept : given.kept) {
    const std::string &place = kept.first, &old_place = kept.second;
    auto text = Result<std::string>(before.at(old_place));
    if (place != old_place)
      text = documents.unseal(agent, id, *text, part + old_place).and_then([&](const Secret& value) {
        return documents.seal(tx, agent, id, value.reveal(), part + place);
      });
    if (!text) return fail(std::move(text.error()));
    sealed[place] = std::move(*text);
  }
  return sealed;
}
/// The configuration of a document with its secrets.
template <class Documents>
Result<Secret> unsealed(const Documents& documents, std::string_view agent, std::string_view id, const SealedConfig& stored,
                        const std::string& part = {}) {
  std::map<std::string, Secret> values;
  for (const auto& [place, sealed] : stored.sealed) {
    auto value = documents.unseal(agent, id, sealed, part + place);
    if (!value) return value;
    values.emplace(place, std::move(*value));
  }
  return with_secrets(stored.config.text, values);
}

}  // namespace serve
}  // namespace facio
