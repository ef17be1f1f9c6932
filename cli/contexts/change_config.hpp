// Changing the configuration file: what is not changed stays byte for byte, several writers lose nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/contexts/contexts.hpp"
#include "cli/contexts/yaml.hpp"

namespace facio {

/// One value of the file and where it goes; without a value the member is taken away.
struct ConfigEdit {
  std::vector<std::string> path;  ///< {"contexts", "prod", "timeout"}
  YamlTree value;
};

/// From the file's text ("" when there is none) and what it says to the new text.
using ConfigChange = std::function<Result<std::string>(const std::string& text, const Config& config)>;

/// Reads, changes and replaces the file while no other writer can: the new text must be a good configuration before it takes the file's
/// place, atomically, with the file's mode (0600 for a new one, in directories of 0700). An unchanged text is not written. Code::output
/// when writing fails; gives the configuration as it is then. With `mends` the present text may be a bad one; `config` is then empty.
Result<Config> change_config(const std::string& path, const Environment& environment, const ConfigChange& change, bool mends = false);

/// Applies edits one after the other; taking away what is not there is no failure.
Result<std::string> edited(std::string text, const std::vector<ConfigEdit>& edits, const std::string& file);

/// The edits that make the context in the file as this one says: what it does not set, and what facioctl does not know, stays.
std::vector<ConfigEdit> edits_for(const Context& context);

}  // namespace facio
