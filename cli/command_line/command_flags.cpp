#include "cli/command_line/command_flags.hpp"

#include <algorithm>
#include <array>

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

/// Adds one flag, the two of a whole file, or the five spellings around a secret.
void add(std::vector<CommandFlag>& flags, CommandFlag flag) {
  if (!flag.field->attr.secret) {
    flags.push_back(std::move(flag));
    if (const CommandFlag& text = flags.back(); text.in_body && text.is_whole_file()) {
      CommandFlag file = text;
      flags.back().stem = file.stem = text.name;
      file.role = FlagRole::text_file;
      file.name += "-file";
      file.letter = 0;
      flags.push_back(std::move(file));
    }
    return;
  }
  flag.stem = flag.name;
  constexpr std::array kWays = {std::pair{FlagRole::secret_file, "-file"}, std::pair{FlagRole::secret_env, "-env"},
                                std::pair{FlagRole::secret_fd, "-fd"}, std::pair{FlagRole::secret_stdin, "-stdin"}};
  for (const auto& [role, suffix] : kWays) {
    CommandFlag way = flag;
    way.role = role;
    way.name = flag.stem + suffix;
    if (role != FlagRole::secret_file) way.letter = 0;
    flags.push_back(std::move(way));
  }
  flag.role = FlagRole::secret_literal;
  flag.letter = 0;
  flags.push_back(std::move(flag));
}

}  // namespace

bool CommandFlag::takes_value() const {
  if (role == FlagRole::secret_stdin) return false;
  return is_secret() || (field->type->kind != Kind::boolean && !may_have_value());
}

bool CommandFlag::repeatable() const {
  if (role == FlagRole::secret_env) return field->type->kind == Kind::map;
  if (is_secret()) return false;
  return field->attr.repeatable || field->type->kind == Kind::array || field->type->kind == Kind::map;
}

std::string CommandFlag::value_name() const {
  switch (role) {
    case FlagRole::text_file:
    case FlagRole::secret_file: return "FILE";
    case FlagRole::secret_env: return "VAR";
    case FlagRole::secret_fd: return "N";
    default: break;
  }
  if (!field->attr.value_name.empty()) return std::string(field->attr.value_name);
  if (field->type->kind == Kind::map) return "KEY=VALUE";
  if (field->type->kind == Kind::any || field->type->kind == Kind::object) return "JSON";
  switch (field->attr.format) {
    case Format::milliseconds:
    case Format::seconds:
    case Format::hours: return "DURATION";
    case Format::time:
    case Format::time_or_date:
    case Format::epoch_ms:
    case Format::epoch_s: return "TIME";
    case Format::date: return "DATE";
    default: break;
  }
  if (field->type->kind == Kind::integer || field->type->kind == Kind::number) return "N";
  std::string last_part = upper(field->name.substr(field->name.rfind('.') + 1));
  std::ranges::replace(last_part, '_', '-');
  return last_part;
}

std::vector<CommandFlag> command_flags(const Endpoint& endpoint) {
  std::vector<CommandFlag> flags;
  for (const Param& param : endpoint.params) {
    if (param.is_positional() || param.field.attr.flag == "-") continue;
    add(flags, {.name = std::string(flag_of(param.field)),
                .letter = param.field.attr.letter,
                .field = &param.field,
                .path = std::string(param.field.name)});
  }
  if (endpoint.body == nullptr || endpoint.assignments) return flags;
  for (BodyFlag& from : body_flags(*endpoint.body)) {
    add(flags, {.name = std::move(from.flag),
                .letter = from.field->attr.letter,
                .field = from.field,
                .role = FlagRole::body,
                .in_body = true,
                .path = std::move(from.path),
                .implies_path = std::move(from.implies_path),
                .implies_value = std::move(from.implies_value)});
  }
  return flags;
}

}  // namespace facio
