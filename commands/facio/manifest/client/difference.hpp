// How an object of the agent differs from the one that is wanted.
#pragma once

#include <vector>

#include "commands/facio/manifest/client/kinds.hpp"
#include "commands/facio/manifest/client/record.hpp"

namespace facio::manifest {

/// One field that differs.
struct Difference {
  std::string pointer;   ///< JSON pointer into the body
  std::string from, to;  ///< JSON text; empty: absent. Of a secret both are empty
  bool is_secret = false;
  bool is_known = true;  ///< of a secret: whether it is known to differ; else there is nothing to compare it with
};

struct Compared {
  std::vector<Difference> differences;  ///< none: nothing is to be sent
  std::string target;                   ///< the object as it is to be, as JSON text with the values of secrets
};

/// Three ways: what is wanted, what the agent has, and what was sent last. Fields that the manifest does not name are the agent's, unless
/// they were sent before: then they are taken out. Where the agent masks a value, its keyed hash decides.
Compared compare(const ManifestKind& kind, const Live& live, const Wanted& wanted, const SecretValues& secrets, const Record& record,
                 const Remembered* last);

/// Keyed hashes of every text in the object, for the next comparison.
std::map<std::string, std::string, std::less<>> macs_of(const Wanted& wanted, const SecretValues& secrets, const Record& record);

/// The body with the values of its secrets, as JSON text.
std::string with_values(const Wanted& wanted, const SecretValues& secrets);

}  // namespace facio::manifest
