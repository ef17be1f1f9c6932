#include "cli/command_line/body.hpp"

#include <algorithm>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/values.hpp"
#include "cli/command_line/whole_answer.hpp"
#include "cli/core/forms.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/join.hpp"
#include "cli/core/text.hpp"
#include "cli/core/validate.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostFileBytes = std::size_t{64} * 1024 * 1024;

std::string shown(const CommandFlag& flag) { return "--" + flag.name; }

tl::unexpected<Error> bad(const CommandFlag& flag, const std::string& why) {
  return fail_field(Code::usage, shown(flag), shown(flag) + ": " + why);
}

void append_json_member(std::string& object, std::string_view name, std::string_view json) {
  object += object.empty() ? '{' : ',';
  append_json_string(object, name);
  object.append(":").append(json);
}
std::string closed(const std::string& object) { return object.empty() ? "{}" : object + "}"; }

/// The KEY=VALUE values of a map flag as one JSON object.
Result<std::string> map_json(const CommandFlag& flag, const std::vector<std::string>& values, const TimeRule& times) {
  std::string object;
  for (const std::string& value : values) {
    const auto equal = value.find('=');
    if (equal == std::string::npos || equal == 0) return bad(flag, "'" + value + "': expected KEY=VALUE");
    const bool any = flag.field->type->element->kind == Kind::any;
    const std::string_view given = std::string_view(value).substr(equal + 1);
    auto json = any ? Result<std::string>(given.empty() ? "\"\"" : untyped_json(given))
                    : json_text(*flag.field, std::string_view(value).substr(equal + 1), shown(flag), times, false);
    if (!json) return json;
    append_json_member(object, std::string_view(value).substr(0, equal), *json);
  }
  return closed(object);
}

/// One element of an array: plain text becomes an object where the field says how.
Result<std::string> element_json(const CommandFlag& flag, const std::string& value, Sources& sources) {
  const std::string_view rule = flag.field->attr.from_text;
  if (rule.empty()) return json_text(*flag.field, value, shown(flag), sources.times, false);
  if (flag.field->attr.format == Format::document) {
    auto text = read_source(sources, value, kMostFileBytes, shown(flag));
    if (!text) return text;
    JsonDocument element = JsonDocument::object();
    element.set_string(rule, *text);
    return element.dump();
  }
  if (const auto document = JsonDocument::parse(value); document && document->root().kind() == JsonKind::object) return value;
  const std::string_view setting = rule.substr(rule.find(';') + 1);
  JsonDocument element = JsonDocument::object();
  element.set_string(setting.substr(0, setting.find('=')), setting.substr(setting.find('=') + 1));
  element.set_string(rule.substr(0, rule.find(';')), value);
  return element.dump();
}

Result<std::string> array_json(const CommandFlag& flag, const std::vector<std::string>& values, Sources& sources) {
  std::vector<std::string> elements;
  for (const std::string& value : values) {
    auto json = element_json(flag, value, sources);
    if (!json) return json;
    elements.push_back(std::move(*json));
  }
  return "[" + joined(elements, ",") + "]";
}

/// The JSON text that one given flag puts into the body.
Result<std::string> flag_json(const CommandFlag& flag, const std::vector<std::string>& values, Sources& sources) {
  switch (flag.field->type->kind) {
    case Kind::map: return map_json(flag, values, sources.times);
    case Kind::array: return array_json(flag, values, sources);
    default: break;
  }
  std::string value = values.front();
  const Kind kind = flag.field->type->kind;
  const bool is_text = kind == Kind::string || kind == Kind::object;
  if (flag.field->attr.nullable && !is_text && value == "null") return value;  // unset
  if (flag.field->attr.format == Format::base64 && value.starts_with('@')) {   // a file's bytes; anything else is base64 already
    auto bytes = read_source(sources, value.substr(1), kMostFileBytes, shown(flag));
    if (!bytes) return bytes;
    value = base64_encode(*bytes);
  }
  const bool may_be_text = kind == Kind::any && flag.field->attr.json_types.find("string") != std::string_view::npos;
  if (flag.role == FlagRole::text_file || (may_be_text && !JsonDocument::parse(value))) {
    auto text = may_be_text ? Result<std::string>(value) : read_source(sources, value, kMostFileBytes, shown(flag));
    if (!text) return text;
    std::string quoted;
    append_json_string(quoted, *text);
    return quoted;
  }
  const bool unit_in_name =
      flag.name.ends_with("-ms") || flag.name.ends_with("-s") || flag.name.ends_with("-h") || flag.name.ends_with("-seconds");
  return json_text(*flag.field, value, shown(flag), sources.times, unit_in_name);
}

/// Lines KEY=VALUE, or a JSON or YAML object, as the JSON of a secret map; the values are remembered as secrets.
Result<std::string> secret_map_json(const CommandFlag& flag, const std::string& text, std::vector<std::string>& secrets) {
  std::string object;
  const auto add = [&](std::string_view key, std::string_view value) {
    std::string json;
    append_json_string(json, value);
    append_json_member(object, key, json);
    secrets.emplace_back(value);
  };
  const auto first_line = text.substr(0, text.find('\n'));
  if (first_line.find('=') == std::string::npos || text.starts_with('{') || first_line.find(": ") != std::string::npos) {
    const auto document = parse_document(text, shown(flag));
    if (!document) return fail(document.error());
    const JsonRef map = document->root();
    if (map.kind() != JsonKind::object) return bad(flag, "must hold KEY=VALUE lines or a map");
    for (std::size_t i = 0; i < map.size(); ++i) {
      if (map.at(i).kind() != JsonKind::string)
        return bad(flag, "the value of " + std::string(map.name_at(i)) + " must be a string; quote it");
      add(map.name_at(i), map.at(i).string());
    }
    return closed(object);
  }
  for (std::string_view line : split_terminated(text)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto equal = line.find('=');
    if (line.empty() || line.starts_with('#')) continue;
    if (equal == std::string_view::npos || equal == 0) return bad(flag, "a line is not KEY=VALUE");
    add(line.substr(0, equal), line.substr(equal + 1));
  }
  return closed(object);
}

/// The JSON of a secret flag; its values are remembered as secrets.
Result<std::string> secret_json(const CommandFlag& flag, const std::vector<std::string>& values, Sources& sources,
                                std::vector<std::string>& secrets) {
  const bool map = flag.field->type->kind == Kind::map;
  if (map && flag.role == FlagRole::secret_env) {  // KEY or KEY=VAR
    std::string lines;
    for (const std::string& value : values) {
      const auto equal = value.find('=');
      auto secret = read_secret(sources, flag, equal == std::string::npos ? value : value.substr(equal + 1));
      if (!secret) return secret;
      lines += value.substr(0, equal) + "=" + *secret + "\n";
    }
    return secret_map_json(flag, lines, secrets);
  }
  auto secret = read_secret(sources, flag, values.front());
  if (!secret) return secret;
  if (map) return secret_map_json(flag, *secret, secrets);
  auto json = json_text(*flag.field, *secret, shown(flag), sources.times, false);
  if (json) secrets.push_back(std::move(*secret));
  return json;
}

/// Removes a file's values that a flag of the same group replaces: --every over a file with a cron expression.
void drop_group(JsonDocument& document, const std::vector<CommandFlag>& flags, const CommandFlag& given) {
  if (given.field->attr.group.empty()) return;
  for (const CommandFlag& flag : flags)
    if (flag.in_body && flag.path != given.path && flag.field->attr.group == given.field->attr.group) document.erase(flag.path);
}

/// Puts the JSON of a flag into a body.
Status apply_flag(BuiltBody& body, const std::vector<CommandFlag>& flags, const CommandFlag& flag, const std::string& json) {
  drop_group(body.document, flags, flag);
  if (flag.field->type->kind == Kind::map) {
    JsonDocument wrapped = JsonDocument::object();
    if (auto status = wrapped.set_json(flag.path, json); !status) return status;
    body.document.merge(wrapped.root());
  } else if (auto status = body.document.set_json(flag.path, json); !status) {
    return status;
  }
  if (!flag.implies_path.empty()) body.document.set_string(flag.implies_path, flag.implies_value);
  body.given = true;
  return {};
}

/// Whether only this field is missing: nobody is asked for a secret that cannot be sent.
bool lacks_only(const Shape& shape, JsonRef body, std::string_view name) {
  return std::ranges::all_of(
      shape.fields, [&](const Field& field) { return field.name == name ? !body.get(name) : !field.required || body.get(field.name); });
}

/// The elements of a list that stands in the document, as bodies of the endpoint that adds one.
Status take_each(const Endpoint& endpoint, JsonRef document, const TimeRule& times, BuiltBody& body) {
  const JsonRef list = document.get(endpoint.edits.list);
  if (endpoint.edits.list.empty() || !list) return {};
  const std::string name(endpoint.edits.list);
  const Endpoint& add = *find_endpoint(endpoint.edits.add);
  if (!list.is(JsonKind::array)) return fail_field(Code::usage, name, body.from + ": " + name + " must be a list");
  body.each.emplace();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string where = body.from + ": " + name + "[" + std::to_string(i) + "]";
    if (!list.at(i).is(JsonKind::object)) return fail_field(Code::usage, name, where + " must be a map of fields");
    const Endpoint* read = find_endpoint(add.whole.read);
    JsonDocument one = std::move(fold(list.at(i), add, read == nullptr ? nullptr : read->reply, false).body);
    if (auto status = refuse_unknown(one.root(), *add.body, where); !status) return status;
    if (auto status = convert_typed(one, *add.body, times); !status) return status;
    if (auto status = validate(one.root(), *add.body, Direction::sent); !status)
      return fail_field(Code::usage, name, where + ": " + status.error().message());
    body.each->push_back(std::move(one));
  }
  return {};
}

/// One document of the file as a body.
Result<BuiltBody> body_of_file(const Endpoint& endpoint, const Tokens& tokens, const JsonDocument& document, std::string from,
                               const TimeRule& times) {
  if (!endpoint.edits.list.empty() && document.root().is(JsonKind::array)) {  // what `list` prints
    auto whole = JsonDocument::object();
    whole.set(endpoint.edits.list, document.root());
    return body_of_file(endpoint, tokens, whole, std::move(from), times);
  }
  if (document.root().kind() != JsonKind::object) return fail_field(Code::usage, "--file", from + ": must hold one map of fields");
  BuiltBody body;
  Folded folded = fold(document.root(), endpoint, answer_shape(endpoint), false);
  body.document = std::move(folded.body);
  body.left_out = std::move(folded.left_out);
  body.from = std::move(from);
  body.given = true;
  if (auto status = take_each(endpoint, document.root(), times, body); !status) return fail(std::move(status.error()));
  if (body.each) std::erase(body.left_out, std::string(endpoint.edits.list));
  if (!tokens.given("allow-unknown"))
    if (auto status = refuse_unknown(body.document.root(), *endpoint.body, body.from); !status)
      return fail(std::move(status.error()).with_hint("--allow-unknown, to send it all the same"));
  if (auto status = convert_typed(body.document, *endpoint.body, times); !status) return fail(std::move(status.error()));
  collect_secrets(body.document.root(), *endpoint.body, body.secrets);
  return body;
}

/// Whether the first line that says something is one of TOML: "name = value", or "[table]".
bool looks_like_toml(std::string_view text) {
  for (std::string_view line : split_terminated(text)) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    if (line.empty() || line == "\r" || line.front() == '#') continue;
    const auto equal = line.find('=');
    return (line.front() == '[' && line.find(']') != std::string_view::npos && line.find(',') == std::string_view::npos) ||
           (equal != std::string_view::npos && line.substr(0, equal).find_first_of(":{\"") == std::string_view::npos);
  }
  return false;
}

/// The field of the body that the file itself is the value of; null when it holds the body.
const Field* whole_file(const Endpoint& endpoint, std::string_view text) {
  const auto holds = [](const Field& field) { return field.attr.format == Format::document && field.type->kind == Kind::string; };
  const auto field = std::ranges::find_if(endpoint.body->fields, holds);
  return field != endpoint.body->fields.end() && looks_like_toml(text) ? &*field : nullptr;
}

/// Whether nothing remains of an answer but its name: a list also has what is known and was never set.
bool is_bare(const BuiltBody& body, const Endpoint& endpoint) {
  const JsonRef root = body.document.root();
  for (std::size_t i = 0; i < root.size(); ++i)
    if (!root.at(i).is_null() && root.name_at(i) != "name" && root.name_at(i) != endpoint.key) return false;
  return body.numbered && !body.left_out.empty();
}

Result<std::vector<BuiltBody>> without_bare(std::vector<BuiltBody> bodies, const Endpoint& endpoint, const std::string& file) {
  const std::size_t bare = std::erase_if(bodies, [&](const BuiltBody& body) { return is_bare(body, endpoint); });
  if (bare == 0) return bodies;
  if (bodies.empty()) return fail_field(Code::usage, "--file", file + ": has nothing that can be sent: names alone");
  bodies.front().left_out.push_back(std::to_string(bare) + (bare == 1 ? " document" : " documents") + " with a name alone");
  return bodies;
}

Result<std::vector<BuiltBody>> bodies_of_file(const Endpoint& endpoint, const Tokens& tokens, const std::string& path, Sources& sources) {
  const std::string name = path == "-" ? "standard input" : path;
  const auto text = read_source(sources, path, kMostFileBytes, "--file");
  if (!text) return fail(text.error());
  if (const Field* field = whole_file(endpoint, *text)) {
    std::vector<BuiltBody> bodies(1);
    bodies.front().document.set_string(field->name, *text);
    bodies.front().given = true;
    bodies.front().from = name;
    return bodies;
  }
  auto documents = takes_several(endpoint) ? parse_documents(*text, name) : Result<std::vector<JsonDocument>>();
  if (!takes_several(endpoint)) {
    auto only = parse_document(*text, name);
    if (!only) return fail(std::move(only.error()));
    documents->push_back(std::move(*only));
  }
  if (!documents) return fail(std::move(documents.error()));
  if (documents->empty()) return fail_field(Code::usage, "--file", name + ": holds an empty list");
  std::vector<BuiltBody> bodies;
  for (const JsonDocument& document : *documents) {
    const std::string number = documents->size() == 1 ? "" : ", document " + std::to_string(bodies.size() + 1);
    auto body = body_of_file(endpoint, tokens, document, name + number, sources.times);
    if (!body) return fail(std::move(body.error()));
    body->numbered = documents->size() > 1;
    bodies.push_back(std::move(*body));
  }
  return without_bare(std::move(bodies), endpoint, name);
}

}  // namespace

bool takes_several(const Endpoint& endpoint) { return endpoint.method == Method::post && endpoint.success == 201; }

/// Remembers the secrets in a file's body: they are hidden like all others.
void collect_secrets(JsonRef value, const Shape& shape, std::vector<std::string>& secrets) {
  for (const Field& field : shape.fields) {
    const JsonRef member = value.get(field.name);
    if (member.is_null()) continue;
    if (field.attr.secret && member.kind() == JsonKind::string) secrets.push_back(member.string());
    if (field.attr.secret && member.kind() == JsonKind::object)
      for (std::size_t i = 0; i < member.size(); ++i)
        if (member.at(i).kind() == JsonKind::string) secrets.push_back(member.at(i).string());
    if (field.type->shape != nullptr && member.kind() == JsonKind::object) collect_secrets(member, *field.type->shape, secrets);
  }
}

Status check_groups(const std::vector<CommandFlag>& flags, const Tokens& tokens) {
  for (std::size_t i = 0; i < flags.size(); ++i)
    for (std::size_t j = i + 1; j < flags.size(); ++j) {
      const bool same_secret = !flags[i].stem.empty() && flags[i].stem == flags[j].stem;
      const bool same_group = !flags[i].field->attr.group.empty() && flags[i].field->attr.group == flags[j].field->attr.group;
      if ((same_secret || same_group) && tokens.given(flags[i].name) && tokens.given(flags[j].name))
        return fail_field(Code::usage, shown(flags[j]),
                          shown(flags[i]) + " and " + shown(flags[j]) + " cannot be combined; give one of them");
    }
  return {};
}

Result<std::vector<BuiltBody>> build_bodies(const Endpoint& endpoint, const std::vector<CommandFlag>& flags, const Tokens& tokens,
                                            std::span<const std::string> assignments, Sources& sources) {
  const auto* files = takes_file(endpoint) ? tokens.find("file") : nullptr;
  std::vector<BuiltBody> bodies;
  if (files == nullptr) {
    bodies.emplace_back();
  } else {
    auto read = bodies_of_file(endpoint, tokens, files->front(), sources);
    if (!read) return read;
    bodies = std::move(*read);
  }
  BuiltBody& first = bodies.front();
  for (const CommandFlag& flag : flags) {
    const auto* values = flag.in_body ? tokens.find(flag.name) : nullptr;
    if (values == nullptr) continue;
    if (bodies.size() > 1 && (flag.path == "name" || flag.path == endpoint.key))
      return fail_field(Code::usage, shown(flag),
                        shown(flag) + ": the file has " + std::to_string(bodies.size()) + " documents, which would all get this name");
    const auto json = flag.is_secret() ? secret_json(flag, *values, sources, first.secrets) : flag_json(flag, *values, sources);
    if (!json) return fail(json.error());
    for (BuiltBody& body : bodies)
      if (auto status = apply_flag(body, flags, flag, *json); !status) return fail(std::move(status.error()));
  }
  if (!assignments.empty()) {
    if (auto status = assign(first.document, *endpoint.body, assignments, sources.times, first.doubts); !status)
      return fail(std::move(status.error()));
    first.given = true;
  }
  if (const CommandFlag* asked = asked_secret(flags);
      asked != nullptr && files == nullptr && lacks_only(*endpoint.body, first.document.root(), asked->path)) {
    auto secret = ask_secret(sources, endpoint, *asked);
    if (!secret) return fail(std::move(secret.error()));
    first.document.set_string(asked->path, *secret);
    first.secrets.push_back(std::move(*secret));
    first.given = true;
  }
  return bodies;
}

Status check_body(const Endpoint& endpoint, const std::vector<CommandFlag>& flags, const Tokens& tokens, BuiltBody& body) {
  const bool patch = endpoint.method == Method::patch;
  const auto status = validate(body.document.root(), *endpoint.body, patch ? Direction::sent_patch : Direction::sent);
  if (status) {
    const Direction direction = patch ? Direction::patch : Direction::request;
    const auto known = validate(body.document.root(), *endpoint.body, direction);
    // What is missing may still be filled in by the command.
    if (!known && check_forms(body.document.root(), *endpoint.body, direction, {})) body.doubts.push_back(known.error().message());
    return {};
  }
  const std::string& path = status.error().field();
  std::string message = status.error().message();
  const CommandFlag* exact = nullptr;
  std::string choice;
  for (const CommandFlag& flag : flags) {
    if (!flag.in_body || flag.role == FlagRole::secret_literal) continue;
    if (flag.path == path && exact == nullptr) exact = &flag;
    if (flag.path.starts_with(path + ".") && (choice.empty() || !flag.field->attr.group.empty()))
      choice += (choice.empty() ? "" : ", ") + shown(flag);
  }
  const bool from_file =
      !body.from.empty() && (body.numbered || body.document.root().find(path)) && (exact == nullptr || !tokens.given(exact->name));
  std::string name = path;
  if (from_file) {
    message = body.from + ": " + message;
  } else if (exact != nullptr) {
    name = exact->is_secret() ? "--" + exact->stem + "-file" : shown(*exact);
    message = name + (message.starts_with(path) ? message.substr(path.size()) : ": " + message);
  }
  Error error(Code::usage, std::move(message));
  std::string hint = "facioctl " + command_words(endpoint.id) + " -h";
  if (exact == nullptr && !choice.empty() && !from_file) hint = "one of " + choice;
  return fail(std::move(error).with_field(name).with_hint(std::move(hint)));
}

}  // namespace facio
