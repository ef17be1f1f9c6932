// Words of options, and the decision about colour.
#include <array>

#include "cli/output/render.hpp"

namespace facio {
namespace {

constexpr std::array<std::string_view, 10> kWords = {"table", "wide", "json", "ndjson",    "yaml",
                                                     "csv",   "tsv",  "name", "jsonpath=", "template="};

}  // namespace

bool parse_output_format(std::string_view word, OutputFormat& format, std::string* expression) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    const bool with_expression = kWords[i].ends_with('=');
    if (with_expression ? !word.starts_with(kWords[i]) : kWords[i] != word) continue;
    if (with_expression && expression != nullptr) *expression = word.substr(kWords[i].size());
    format = static_cast<OutputFormat>(i);
    return true;
  }
  return false;
}

bool is_machine_format(OutputFormat format) {
  return format == OutputFormat::json || format == OutputFormat::ndjson || format == OutputFormat::yaml;
}

bool decide_color(ColorMode mode, const Environment& environment, bool terminal) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  if (!environment.get("NO_COLOR").empty()) return false;
  for (const auto* name : {"CLICOLOR_FORCE", "FORCE_COLOR"})
    if (const auto value = environment.get(name); !value.empty() && value != "0") return true;
  return terminal && environment.get("TERM") != "dumb";
}

}  // namespace facio
