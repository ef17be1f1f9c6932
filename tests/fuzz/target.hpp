// What is fuzzed: one function for each form of bytes that come from outside.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

namespace facio::fuzz {

/// Takes any bytes. Returns when they were read or refused; aborts when a rule of the reader was broken.
using Take = void (*)(std::string_view bytes);

struct Target {
  std::string_view name;  ///< also the folder of its inputs below corpus/
  Take take;
};

std::span<const Target> text_targets();
std::span<const Target> wire_targets();
std::span<const Target> file_targets();
std::span<const Target> command_targets();

/// All of them.
inline constexpr std::span<const Target> (*kTargets[])() = {text_targets, wire_targets, file_targets, command_targets};

/// nullptr when there is none of this name.
inline Take find_target(std::string_view name) {
  for (const auto targets : kTargets)
    for (const Target& target : targets())
      if (target.name == name) return target.take;
  return nullptr;
}

/// A rule that holds for whatever comes in.
inline void require(bool holds, const char* rule) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", rule);
  std::abort();
}

/// Cuts the first line off.
inline std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

}  // namespace facio::fuzz
