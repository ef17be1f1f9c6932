// The secrets inside a free-form configuration: shown as ***, sealed in the store, kept where the mask comes back.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/unique_function.hpp"

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

/// Whether a member of this name holds a secret: it ends with token, key, secret or password, in capitals or not.
bool names_secret(std::string_view name);

/// Takes a given configuration (JSON text of an object) apart. Every text or number below a member with a secret's name is a secret, but
/// for an empty text and for one ${credentials.KEY} alone. A mask means the value that `stored` has there: at the same place, in arrays
/// of objects that of the element that is the same but for secrets, has the same id or name, or stands at the same place of an array
/// that is as long. Code::rejected names a mask for which that cannot be told.
Result<GivenConfig> take_apart(std::string_view config, const MaskedConfig& stored);

}  // namespace facio::serve
