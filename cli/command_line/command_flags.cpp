#include "cli/command_line/command_flags.hpp"

#include <array>

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

std::string placeholder(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c == '_' ? '-' : upper(c);
  return out;
}

/// Adds one flag, or the five spellings around a secret.
void add(std::vector<CommandFlag>& flags, CommandFlag flag) {
  if (!flag.field->attr.secret) {
    flags.push_back(std::move(flag));
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
  return is_secret() || field->type->kind != Kind::boolean;
}

bool CommandFlag::repeatable() const {
  if (role == FlagRole::secret_env) return field->type->kind == Kind::map;
  if (is_secret()) return false;
  return field->attr.repeatable || field->type->kind == Kind::array || field->type->kind == Kind::map;
}

std::string CommandFlag::value_name() const {
  switch (role) {
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
  const auto dot = field->name.rfind('.');
  return placeholder(dot == std::string_view::npos ? field->name : field->name.substr(dot + 1));
}

std::vector<CommandFlag> command_flags(const Endpoint& endpoint) {
  std::vector<CommandFlag> flags;
  for (const Param& param : endpoint.params) {
    if (param.is_positional()) continue;
    const Attr& attr = param.field.attr;
    if (attr.flag == "-") continue;
    CommandFlag flag;
    flag.name = flag_of(param.field);
    flag.letter = attr.letter;
    flag.field = &param.field;
    flag.path = std::string(param.field.name);
    add(flags, std::move(flag));
  }
  if (endpoint.body == nullptr || endpoint.assignments) return flags;
  for (BodyFlag& from : body_flags(*endpoint.body)) {
    CommandFlag flag;
    flag.name = std::move(from.flag);
    flag.letter = from.field->attr.letter;
    flag.field = from.field;
    flag.role = FlagRole::body;
    flag.in_body = true;
    flag.path = std::move(from.path);
    flag.implies_path = std::move(from.implies_path);
    flag.implies_value = std::move(from.implies_value);
    add(flags, std::move(flag));
  }
  return flags;
}

bool takes_file(const Endpoint& endpoint) { return endpoint.body != nullptr; }

}  // namespace facio
