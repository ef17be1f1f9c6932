// Which tokens the server takes, and where the management token lies.
#pragma once

#include <string>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/serve/options.hpp"

namespace facio::serve {

struct Credentials {
  Secret management, a2a;
  std::string token_file;  ///< of the management token; empty: it came from the environment
  std::string temporary;   ///< directory to be removed with the token file at the end
};

/// Finds or makes the tokens. Code::usage when both are equal.
Result<Credentials> find_credentials(const ServeOptions& options);
/// Removes what was made for this run only.
void forget_credentials(const Credentials& credentials);

}  // namespace facio::serve
