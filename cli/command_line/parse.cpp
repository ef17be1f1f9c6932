#include "cli/command_line/parse.hpp"

#include <algorithm>
#include <functional>

#include "cli/catalogue/name_source.hpp"
#include "cli/command_line/body.hpp"
#include "cli/command_line/values.hpp"
#include "cli/core/join.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "cli/core/validate.hpp"

namespace facio {
namespace {

std::string positional_name(const Param& param) {
  if (!param.field.attr.value_name.empty()) return std::string(param.field.attr.value_name);
  std::string name = upper(param.field.name);
  std::ranges::replace(name, '_', '-');
  return name;
}

/// Whether a word before a slash is this name, or its plural.
bool is_kind(std::string_view word, std::string_view name) {
  if (word == name) return !name.empty();
  const std::string_view longer = word.size() > name.size() ? word : name, shorter = word.size() > name.size() ? name : word;
  return !shorter.empty() && longer.size() == shorter.size() + 1 && longer.back() == 's' && longer.starts_with(shorter);
}

/// "run" of "runId", "session" of "session_key": what an argument names.
std::string_view thing_of(std::string_view name) {
  for (const std::string_view end : {"Id", "Key", "_id", "_key"})
    if (name.ends_with(end)) return name.substr(0, name.size() - end.size());
  return name;
}

/// Whether a word before a slash says what is chosen from this list: "cron/5f0c", as `-o name` prints it, or "runs/b7da" where the list is
/// one of events, and the name of another thing in them.
bool says_kind(std::string_view word, const NameSource& source, std::string_view name) {
  if (source.kind == NameSource::Kind::contexts) return is_kind(word, "context");
  if (source.kind != NameSource::Kind::list) return false;
  return is_kind(word, source.list->area()) || (source.key != source.list->key && is_kind(word, thing_of(name)));
}

/// The value without the word before its slash, where that is a kind.
std::string without_kind(const std::string& value, const std::function<bool(std::string_view word)>& is_kind_of) {
  const auto slash = value.find('/');
  if (slash == std::string::npos || slash + 1 == value.size()) return value;
  return is_kind_of(std::string_view(value).substr(0, slash)) ? value.substr(slash + 1) : value;
}

/// "cron/5f0c" means the same as "5f0c": where the command's area has the thing, or it is chosen from a list.
std::string without_kind(const Endpoint& endpoint, const Param& param, const std::string& value) {
  return without_kind(value, [&](std::string_view word) {
    if (param.place == Place::path && word == endpoint.area()) return true;
    if (param.place == Place::query) return false;
    const NameSource source = name_source(endpoint, param);
    return says_kind(word, source, param.field.name) || (source.kind == NameSource::Kind::list && is_kind(word, endpoint.area()));
  });
}

/// The same for a flag that takes a name from a list: `audit --run runs/5f0c`.
std::string without_kind(const Endpoint& endpoint, const CommandFlag& flag, const std::string& value) {
  return without_kind(value, [&](std::string_view word) { return says_kind(word, name_source(endpoint, flag.path), flag.path); });
}

Status check_positional(const Param& param, const std::string& value) {
  const std::string shown = positional_name(param);
  if (param.place == Place::path) {
    if (value.empty()) return fail_field(Code::usage, shown, shown + ": must not be empty");
    if (value == "." || value == "..")
      return fail_field(Code::usage, shown, shown + ": '" + value + "' cannot be addressed, because . and .. are removed from URLs");
  }
  if (auto status = validate_text(value, param.field, shown, Direction::sent); !status)
    return fail_field(Code::usage, shown, status.error().message());
  return {};
}

/// The parameter that a file may give: that of a path, where the area's list is a map from it to bodies.
const Param* named_by_file(const Endpoint& endpoint) {
  if (endpoint.body == nullptr || endpoint.whole.read.empty()) return nullptr;
  const Endpoint* list = find_endpoint(std::string(endpoint.area()) + ".list");
  const auto param = std::ranges::find(endpoint.params, Place::path, &Param::place);
  return list != nullptr && list->form == ReplyForm::map && param != endpoint.params.end() ? &*param : nullptr;
}

/// Takes a map from names to bodies apart.
Status split_by_names(const Param& param, JsonDocument& whole, Invocation& invocation) {
  const JsonRef map = whole.root();
  std::vector<JsonDocument> bodies;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const std::string name(map.name_at(i));
    if (!map.at(i).is(JsonKind::object) || !validate_text(name, param.field, positional_name(param), Direction::sent))
      return fail(Error(Code::usage, "`" + command_words(*invocation.endpoint) + "` needs " + positional_name(param) +
                                         ", or a file with a map from names to what is set; '" + printable(name) + "' is none")
                      .with_field(positional_name(param)));
    auto body = JsonDocument::parse(map.at(i).dump());
    if (!body) return fail(std::move(body.error()));
    invocation.body_names.push_back(name);
    bodies.push_back(std::move(*body));
  }
  if (bodies.empty()) return fail_field(Code::usage, "--file", "--file: the map is empty");
  invocation.values[std::string(param.field.name)] = {invocation.body_names.front()};
  whole = std::move(bodies.front());
  for (std::size_t i = 1; i < bodies.size(); ++i) invocation.further.push_back(std::move(bodies[i]));
  return {};
}

/// Assigns positionals to the declared parameters in order; assignments go to `rest`.
Status take_positionals(const Endpoint& endpoint, const std::vector<CommandFlag>& flags, const Tokens& tokens, Invocation& invocation,
                        std::vector<std::string>& rest) {
  const std::vector<std::string>& given = tokens.positionals;
  std::size_t next = 0;
  if (const CommandFlag* secret = asked_secret(flags)) {
    // Where a name is given by its flag, a word is no name.
    const auto is_place = [&](const Param& p) { return p.is_positional() && (p.place == Place::path || !tokens.given(p.field.name)); };
    const auto places = static_cast<std::size_t>(std::ranges::count_if(endpoint.params, is_place));
    const bool typed = std::ranges::any_of(given, [](const std::string& word) { return word.find('=') != std::string::npos; });
    if (typed || given.size() > places) return refuse_typed_secret(endpoint, *secret);
  }
  for (const Param& param : endpoint.params) {
    if (!param.is_positional()) continue;
    if (next >= given.size()) {
      if (param.place != Place::path && !param.field.required) continue;
      if (tokens.given("file") && &param == named_by_file(endpoint)) continue;
      return fail(
          Error(Code::usage, "`" + command_words(endpoint) + "` needs " + positional_name(param) + ": " + std::string(param.field.doc))
              .with_field(positional_name(param))
              .with_hint("facioctl " + command_usage(endpoint)));
    }
    std::vector<std::string>& values = invocation.values[std::string(param.field.name)];
    do {
      std::string value = without_kind(endpoint, param, given[next++]);
      if (auto status = check_positional(param, value); !status) return status;
      values.push_back(std::move(value));
    } while ((param.field.attr.repeatable || &param == repeated_argument(endpoint)) && next < given.size());
  }
  for (; next < given.size(); ++next) {
    if (endpoint.assignments && given[next].find('=') != std::string::npos) {
      rest.push_back(given[next]);
      continue;
    }
    const std::string why = endpoint.assignments ? "'" + given[next] + "': expected KEY=VALUE"
                                                 : "`" + command_words(endpoint) + "` does not take '" + given[next] + "'";
    return fail(Code::usage, why, "facioctl " + command_usage(endpoint));
  }
  return {};
}

Result<std::vector<std::string>> parameter_values(const CommandFlag& flag, bool is_local, const std::vector<std::string>& given,
                                                  Sources& sources, Invocation& invocation) {
  if (flag.is_secret()) {
    auto secret = read_secret(sources, flag, given.front());
    if (!secret) return fail(std::move(secret.error()));
    invocation.secrets.push_back(*secret);
    return std::vector{std::move(*secret)};
  }
  // What the agent is asked may be empty; what only the client reads would count as absent, and widen what is done.
  if (is_local && std::ranges::find(given, std::string()) != given.end())
    return fail_field(Code::usage, "--" + flag.name, "--" + flag.name + ": must not be empty");
  std::vector<std::string> values;
  for (const std::string& typed : given) {
    const std::string text = without_kind(*invocation.endpoint, flag, typed);
    auto wire = wire_text(*flag.field, text, "--" + flag.name, sources.times, false);
    if (!wire) return fail(std::move(wire.error()));
    if (auto known = validate_text(*wire, *flag.field, "--" + flag.name); flag.field->attr.agent_decides && !known)
      invocation.doubts.push_back(known.error().message());
    values.push_back(std::move(*wire));
  }
  return values;
}

Place place_of(const Endpoint& endpoint, const CommandFlag& parameter) {
  const auto of = std::ranges::find(endpoint.params, parameter.field, [](const Param& param) { return &param.field; });
  return of == endpoint.params.end() ? Place::local : of->place;
}

Status take_parameters(const std::vector<CommandFlag>& flags, const Tokens& tokens, Sources& sources, Invocation& invocation) {
  for (const CommandFlag& flag : flags) {
    if (flag.in_body) continue;
    if (const auto* given = tokens.find(flag.name)) {
      const bool is_local = place_of(*invocation.endpoint, flag) == Place::local;
      auto values = parameter_values(flag, is_local, *given, sources, invocation);
      if (!values) return fail(std::move(values.error()));
      invocation.values[flag.path] = std::move(*values);
    }
  }
  for (const CommandFlag& flag : flags)
    if (!flag.in_body && flag.role != FlagRole::secret_literal && flag.field->required && !invocation.given(flag.path))
      return fail_field(Code::usage, "--" + flag.name, "--" + flag.name + " is required: " + std::string(flag.field->doc));
  return {};
}

/// Says what only the agent can judge; it is sent all the same.
Status report_doubts(const Invocation& invocation, Streams& streams) {
  if (invocation.global.quiet) return {};
  for (const std::string& doubt : invocation.doubts)
    if (auto told = streams.err.write("facioctl: warning: " + printable(doubt) + "; the agent decides\n"); !told) return told;
  return {};
}

/// Says once what of the answers in a file was not taken.
Status report_left_out(const std::vector<BuiltBody>& bodies, const Invocation& invocation, Streams& streams) {
  std::vector<std::string> names;
  for (const BuiltBody& body : bodies)
    for (const std::string& name : body.left_out)
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  if (names.empty() || invocation.global.quiet) return {};
  const std::string& first = bodies.front().from;
  return streams.err.write("facioctl: " + printable(first.substr(0, first.rfind(", document 1"))) +
                           ": left out what only the agent writes: " + printable(joined(names)) + "\n");
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) { to.insert(to.end(), more.begin(), more.end()); }

/// A positional with the name of a body's flag is the value of that flag: `chat send hello`.
Status move_to_flags(const std::vector<CommandFlag>& flags, const Invocation& invocation, Tokens& tokens) {
  for (const Param& param : invocation.endpoint->params) {
    const auto given = invocation.values.find(param.field.name);
    if (param.place != Place::positional || given == invocation.values.end()) continue;
    for (const CommandFlag& flag : flags) {
      if (!flag.in_body || flag.name != param.field.name) continue;
      if (!tokens.flags.emplace(flag.name, given->second).second)
        return fail_field(Code::usage, "--" + flag.name,
                          positional_name(param) + " and --" + flag.name + " cannot be combined; give one of them");
    }
  }
  return {};
}

}  // namespace

std::string command_words(const Endpoint& endpoint) {
  std::string words(endpoint.id);
  std::ranges::replace(words, '.', ' ');
  return words;
}

Invocation for_reading(const Invocation& invocation) {
  Invocation own;
  own.endpoint = invocation.endpoint;
  own.global = invocation.global;
  own.global.dry_run = own.global.curl = false;
  own.values = invocation.values;
  own.secrets = invocation.secrets;
  return own;
}

const Param* repeated_argument(const Endpoint& endpoint) {
  if (endpoint.assignments || (endpoint.body != nullptr && !endpoint.body_optional && endpoint.method != Method::patch)) return nullptr;
  const Param* only = nullptr;
  for (const Param& param : endpoint.params) {
    if (!param.is_positional()) continue;
    if (only != nullptr || param.is_argument) return nullptr;
    only = &param;
  }
  if (only == nullptr || only->place == Place::path) return only;
  if (!only->field.required || only->field.attr.repeatable || (!endpoint.remote && endpoint.effect != Effect::destructive)) return nullptr;
  const NameSource::Kind kind = name_source(endpoint, *only).kind;
  return kind == NameSource::Kind::list || kind == NameSource::Kind::contexts ? only : nullptr;
}

bool talks_to_agent(const Endpoint& endpoint) { return endpoint.surface != Surface::local || endpoint.remote || endpoint.id == "api"; }

bool needs_values(const Endpoint& endpoint) {
  return endpoint.path.find('{') != std::string_view::npos ||
         std::ranges::any_of(endpoint.params, [](const Param& param) { return param.field.required; });
}

std::string command_usage(const Endpoint& endpoint) {
  std::string usage = command_words(endpoint);
  for (const Param& param : endpoint.params) {
    if (!param.is_positional()) continue;
    std::string name = positional_name(param);
    if ((param.field.attr.repeatable || &param == repeated_argument(endpoint)) && !name.starts_with('[')) name += "…";
    usage += param.place == Place::path || param.field.required ? " " + name : " [" + name + "]";
  }
  if (endpoint.assignments) usage += " KEY=VALUE…";
  return usage;
}

Result<Invocation> parse_invocation(const Endpoint& endpoint, std::span<const std::string_view> arguments, Streams& streams,
                                    const Environment& environment, std::int64_t now) {
  Invocation invocation;
  invocation.endpoint = &endpoint;
  const std::vector<CommandFlag> flags = command_flags(endpoint);
  auto tokens = split_arguments(endpoint, flags, arguments);
  if (!tokens) return fail(std::move(tokens.error()));
  auto globals = read_globals(*tokens, streams, environment, now, has_own(endpoint, "output"));
  if (!globals) return fail(std::move(globals.error()));
  invocation.global = std::move(*globals);
  if (has_own(endpoint, "config")) invocation.global.config.clear();  // its value is the command's own, below
  if (invocation.global.fields_help) return invocation;

  Sources sources{streams, environment, invocation.global.output.times(), invocation.global.target.token_stdin};
  std::vector<std::string> assignments;
  Status status = take_positionals(endpoint, flags, *tokens, invocation, assignments);
  if (status) status = check_groups(flags, *tokens);
  if (status) status = take_parameters(flags, *tokens, sources, invocation);
  if (status && endpoint.body == nullptr) status = report_doubts(invocation, streams);
  if (!status) return fail(std::move(status.error()));
  if (endpoint.body == nullptr) return invocation;

  if (status = move_to_flags(flags, invocation, *tokens); !status) return fail(std::move(status.error()));
  auto bodies = build_bodies(endpoint, flags, *tokens, assignments, sources);
  if (!bodies) return fail(std::move(bodies.error()));
  const bool given = bodies->front().given;
  if (!given && (endpoint.assignments || endpoint.method == Method::patch))
    return fail(Code::usage,
                "`" + command_words(endpoint) +
                    (endpoint.assignments ? "` needs at least one KEY=VALUE or -f FILE" : "` needs to know what to change"),
                "facioctl " + command_words(endpoint) + " -h");
  for (BuiltBody& body : *bodies) {
    const bool only_list = body.each && body.document.root().size() == 0;
    if (!endpoint.completed && !only_list && (given || !endpoint.body_optional))
      if (status = check_body(endpoint, flags, *tokens, body); !status) return fail(std::move(status.error()));
    append(invocation.doubts, body.doubts);
    append(invocation.secrets, body.secrets);
  }
  if (status = report_left_out(*bodies, invocation, streams); status) status = report_doubts(invocation, streams);
  if (!status) return fail(std::move(status.error()));
  invocation.has_body = given || endpoint.method != Method::del || !endpoint.body_optional;
  if (const Param* param = named_by_file(endpoint); param != nullptr && !invocation.given(param->field.name))
    if (status = split_by_names(*param, bodies->front().document, invocation); !status) return fail(std::move(status.error()));
  invocation.each = std::move(bodies->front().each);
  invocation.body = std::move(bodies->front().document);
  for (std::size_t i = 1; i < bodies->size(); ++i) invocation.further.push_back(std::move((*bodies)[i].document));
  return invocation;
}

}  // namespace facio
