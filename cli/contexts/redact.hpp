// The configuration without what somebody may have put there by mistake.
#pragma once

#include "cli/contexts/yaml.hpp"

namespace facio {

/// The tree with values hidden that look like secrets: under keys such as password, in an address's user part, in a helper's arguments. The
/// configuration holds none by rule; a file may break the rule.
YamlTree redacted(const YamlTree& tree);

/// An address without user name and password.
std::string redacted_url(std::string_view url);

}  // namespace facio
