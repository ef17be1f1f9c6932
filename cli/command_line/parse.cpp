#include "cli/command_line/parse.hpp"

#include <algorithm>

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

/// "cron/5f0c", as `-o name` prints it, means the same as "5f0c".
std::string without_kind(const Endpoint& endpoint, const Param& param, const std::string& value) {
  const std::string kind = std::string(endpoint.area()) + "/";
  return param.place == Place::path && value.starts_with(kind) && value.size() > kind.size() ? value.substr(kind.size()) : value;
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

/// Assigns positionals to the declared parameters in order; assignments go to `rest`.
Status take_positionals(const Endpoint& endpoint, const std::vector<CommandFlag>& flags, const std::vector<std::string>& given,
                        Invocation& invocation, std::vector<std::string>& rest) {
  std::size_t next = 0;
  if (const CommandFlag* secret = asked_secret(flags)) {
    const auto places = static_cast<std::size_t>(std::ranges::count_if(endpoint.params, [](const Param& p) { return p.is_positional(); }));
    const bool typed = std::ranges::any_of(given, [](const std::string& word) { return word.find('=') != std::string::npos; });
    if (typed || given.size() > places) return refuse_typed_secret(endpoint, *secret);
  }
  for (const Param& param : endpoint.params) {
    if (!param.is_positional()) continue;
    if (next >= given.size()) {
      if (param.place != Place::path && !param.field.required) continue;
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
  for (const std::string& text : given) {
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
    if (only != nullptr || param.place != Place::path) return nullptr;
    only = &param;
  }
  return only;
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
  Status status = take_positionals(endpoint, flags, tokens->positionals, invocation, assignments);
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
    if (!endpoint.completed && (given || !endpoint.body_optional))
      if (status = check_body(endpoint, flags, *tokens, body); !status) return fail(std::move(status.error()));
    append(invocation.doubts, body.doubts);
    append(invocation.secrets, body.secrets);
  }
  if (status = report_left_out(*bodies, invocation, streams); status) status = report_doubts(invocation, streams);
  if (!status) return fail(std::move(status.error()));
  invocation.has_body = given || endpoint.method != Method::del || !endpoint.body_optional;
  invocation.body = std::move(bodies->front().document);
  for (std::size_t i = 1; i < bodies->size(); ++i) invocation.further.push_back(std::move((*bodies)[i].document));
  return invocation;
}

}  // namespace facio
