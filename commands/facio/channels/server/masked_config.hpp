// The secrets inside a free-form configuration: shown as ***, sealed in the store, and kept where a client sends the mask back.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/shape.hpp"

namespace facio {

/// A stored channel: its configuration with masks, and the sealed values behind them.
struct StoredChannel {
  RawJson config{"{}"};                       ///< an object
  std::map<std::string, std::string> sealed;  ///< by place: the JSON pointer of the mask

  static constexpr ShapeHead shape{"StoredChannel", "A channel with sealed secrets"};
  static constexpr auto fields() {
    return Fields{field("config", &StoredChannel::config, "with masks"),
                  field("sealed", &StoredChannel::sealed, "what stands behind them, by place")};
  }
};

namespace serve {

/// A configuration separated from its secrets.
struct ExtractedConfig {
  std::string shown;
  std::map<std::string, Secret> fresh;      ///< to be sealed, by place; JSON text: a string or a number
  std::map<std::string, std::string> kept;  ///< by the place where the mask stands now: where the value is stored
};

/// Takes a given configuration (JSON text of an object) apart. A secret is every text or number below a member whose name announces one
/// (credentials::is_secret_name), but for an empty text and a lone ${credentials.KEY}. A mask keeps the value that `stored` has in its
/// place; an element of an array keeps those of the element that is equal but for its secrets, has the same id or name, or has the same
/// index in an array of the same length. Code::rejected names a mask for which there is none.
Result<ExtractedConfig> extract_secrets(std::string_view config, const StoredChannel& stored);

}  // namespace serve
}  // namespace facio
