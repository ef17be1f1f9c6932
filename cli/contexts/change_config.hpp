// Changes the configuration file: what is not changed stays byte for byte, and concurrent writers lose nothing.
#pragma once

#include <functional>

#include "cli/contexts/contexts.hpp"
#include "cli/contexts/yaml.hpp"

namespace facio {

/// A value to set in the file; without one the member is removed.
struct ConfigEdit {
  std::vector<std::string> path;  ///< {"contexts", "prod", "timeout"}
  YamlTree value;
};

/// Makes the new text of the file of the present one ("" when there is none) and its meaning.
using ConfigChange = std::function<Result<std::string>(const std::string& text, const Config& config)>;

/// Is told once, in a sentence that says who holds the lock, when it takes longer than a moment to get it.
using LockTold = std::function<void(const std::string& sentence)>;

/// Reads, changes and atomically replaces the file under a lock, if the new text is a valid configuration. The file's mode stays (0600 for
/// a new one, in directories of 0700); an unchanged text is not written. Returns the new configuration; Code::output when writing fails.
/// With `mends` the present text may be invalid; `config` is then empty.
Result<Config> change_config(const std::string& path, const Environment& environment, const ConfigChange& change, bool mends = false,
                             const LockTold& told = {});

/// Applies edits in turn; removing what is not there succeeds.
Result<std::string> edited(std::string text, const std::vector<ConfigEdit>& edits, const std::string& file);

/// The edits that set in the file what is set in this context; everything else stays.
std::vector<ConfigEdit> edits_for(const Context& context);

/// The value of a context's member `token`.
YamlTree yaml_of(const TokenSource& token);

}  // namespace facio
