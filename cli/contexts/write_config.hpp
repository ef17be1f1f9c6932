// Writing the configuration file.
#pragma once

#include <string>

#include "cli/contexts/contexts.hpp"

namespace facio {

/// The configuration as YAML.
std::string config_text(const Config& config);
/// Writes it to its path atomically with mode 0600, making directories (0700). Code::output when that fails.
Status write_config(const Config& config);

}  // namespace facio
