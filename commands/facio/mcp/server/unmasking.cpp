#include "commands/facio/mcp/server/unmasking.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "cli/core/secret.hpp"
#include "cli/core/secret_rule.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/validate.hpp"
#include "commands/facio/credentials/rules.hpp"

namespace facio::serve {
namespace {

/// The new values of env or headers; masked ones are replaced with the stored ones.
Result<std::string> unmasked(std::string_view field, JsonRef values, JsonRef stored) {
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name(values.name_at(i));
    out[name] = values.at(i).string();
    if (out[name] != kMask) continue;
    const JsonRef before = stored.get(name);
    if (!before.is(JsonKind::string))
      return reject_field(std::string(field), name + " is masked, but nothing is stored for it; give its value");
    out[name] = before.string();
  }
  return to_json(out);
}

tl::unexpected<Error> unknown_mask(std::string_view field, std::string_view what) {
  return reject_field(std::string(field), std::string(what) + " is masked, but it is unclear which value it stands for; give its value");
}

/// The new arguments; those that are as a reply showed them are replaced with the stored ones.
Result<std::string> unmasked_arguments(JsonRef values, JsonRef stored) {
  std::vector<std::string> before, out;
  for (std::size_t i = 0; i < stored.size(); ++i) before.push_back(stored.at(i).text());
  const auto parts = secret_parts_of_arguments(before);
  const auto shown = [&](std::size_t i) { return with_masks(before[i], parts[i]); };
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string text = values.at(i).text();
    out.push_back(text);
    if (text.find(kMask) == std::string::npos) continue;
    std::vector<std::size_t> same;
    for (std::size_t k = 0; k < before.size(); ++k)
      if (shown(k) == text && before[k] != text) same.push_back(k);
    const bool in_place = values.size() == before.size() && std::ranges::find(same, i) != same.end();
    if (in_place || same.size() == 1) out.back() = before[in_place ? i : same.front()];
    else if (text == kMask || holds_secret(text)) return unknown_mask("args", "argument " + std::to_string(i + 1));
  }
  return to_json(out);
}

/// The new address or program.
Result<std::string> unmasked_text(std::string_view field, JsonRef value, JsonRef stored) {
  const std::string &text = value.text(), &before = stored.text();
  if (text.find(kMask) == std::string::npos) return to_json(text);
  if (text == without_secrets(before)) return to_json(before);
  if (holds_secret(text) || holds_secret(before)) return unknown_mask(field, "a part of it");
  return to_json(text);
}

/// Whether nobody would write this but as that very value: no word, path, address or media type.
bool is_telling(std::string_view name, const std::string& value) {
  constexpr std::size_t kLeast = 8, kUnlikely = 12;
  if (value.size() < kLeast || credentials::next_placeholder(value)) return false;
  if (is_secret_name(name)) return true;
  const bool mixed = std::ranges::any_of(value, is_digit) && std::ranges::any_of(value, is_letter);
  return mixed && value.size() >= kUnlikely && value.find_first_of(" ,;") == std::string::npos && !value.starts_with('/') &&
         value.find("://") == std::string::npos && !value.starts_with("application/");
}

}  // namespace

std::vector<Secret> telling_values(const McpConfig& config) {
  std::vector<Secret> found;
  const auto add_parts = [&found](const std::string& text, const std::vector<TextPart>& parts) {
    for (const TextPart& part : parts) found.emplace_back(text.substr(part.begin, part.end - part.begin));
  };
  for (const auto* values : {&config.env, &config.headers})
    for (const auto& [name, value] : values->value_or(std::map<std::string, std::string>{})) {
      if (is_telling(name, value)) found.emplace_back(value);
      add_parts(value, secret_parts(value));
    }
  const auto arguments = config.args.value_or(std::vector<std::string>{});
  const auto parts = secret_parts_of_arguments(arguments);
  for (std::size_t i = 0; i < arguments.size(); ++i) add_parts(arguments[i], parts[i]);
  for (const auto* text : {&config.command, &config.url})
    if (*text) add_parts(**text, secret_parts(**text));
  return found;
}

Result<std::string> unmasked_field(std::string_view field, JsonRef given, JsonRef stored) {
  if (field == "env" || field == "headers") return unmasked(field, given, stored);
  if (field == "args") return unmasked_arguments(given, stored);
  if (field == "command" || field == "url") return unmasked_text(field, given, stored);
  return given.dump();
}

}  // namespace facio::serve
