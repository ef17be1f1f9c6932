// The secrets inside a free-form configuration: shown as ***, sealed in the store, kept where the mask comes back.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::serve {

/// A configuration as it may be shown, and what stands behind each mask in it.
struct MaskedConfig {
  std::string shown = "{}";                   ///< JSON text of an object
  std::map<std::string, std::string> sealed;  ///< by place: the JSON pointer of the mask
};

/// A secret that has to be sealed, at its place.
struct NewSecret {
  std::string pointer;
  Secret value;  ///< JSON text: a string or a number
};
/// A mask that came back: what stands at `now` is what stood at `before`.
struct KeptSecret {
  std::string now, before;
};
/// A configuration that was given, taken apart.
struct GivenConfig {
  std::string shown;
  std::vector<NewSecret> fresh;
  std::vector<KeptSecret> kept;
};

/// Takes a given configuration (JSON text of an object) apart. A secret is every text or number below a member whose name announces one
/// (credentials::announces_secret), but for an empty text and a lone ${credentials.KEY}. A mask keeps the value that `stored` has in its
/// place; an element of an array keeps those of the element that is equal but for its secrets, has the same id or name, or has the same
/// index in an array of the same length. Code::rejected names a mask for which there is none.
Result<GivenConfig> take_apart(std::string_view config, const MaskedConfig& stored);

}  // namespace facio::serve
