// Words joined to one text.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace facio {

/// The words with a separator between them.
template <class Words>
std::string joined(const Words& words, std::string_view separator = ", ") {
  std::string text;
  for (bool first = true; const auto& word : words) {
    if (!std::exchange(first, false)) text += separator;
    text += word;
  }
  return text;
}

}  // namespace facio
