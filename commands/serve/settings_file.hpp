// The settings that `serve --config FILE` takes, under the names that Facio's gateway has for them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

/// A key of the file with the keys above it, as "api.port"; `values` has one text, those of a list, or none for a key without a value.
struct FileSetting {
  std::string key;
  std::vector<std::string> values;
  bool is_list = false;
  int line = 0;
};

struct SettingsFile {
  std::string path;  ///< as given; empty: there is no file
  std::vector<FileSetting> settings;

  /// nullptr where the file says nothing.
  [[nodiscard]] const FileSetting* find(std::string_view key) const;
  /// "FILE: line 3: api.port", for messages.
  [[nodiscard]] std::string place(const FileSetting& setting) const;
};

/// Refuses keys that are not known, with the nearest one, what is there twice, and lists where one value is meant: Code::usage.
Status check_settings(const SettingsFile& file);

}  // namespace facio::serve
