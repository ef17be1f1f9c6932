#include "cli/command_line/tokens.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Version.hpp>
#include <algorithm>

#include "cli/catalogue/catalogue.hpp"
#include "cli/catalogue/global_flags.hpp"
#include "cli/command_line/parse.hpp"

namespace facio {
namespace {

/// A flag of the command's own, or a global one.
struct KnownFlag {
  std::string name;
  char letter;
  bool takes_value, may_have_value, repeatable, negatable;
  const CommandFlag* own;  ///< null: a global flag
};

tl::unexpected<Error> refuse_literal(const CommandFlag& flag, const Endpoint& endpoint) {
  return fail(Error(Code::usage, "--" + kebab(flag.field->name) +
                                     ": secrets are not accepted as arguments, because other users and the shell history can see them")
                  .with_field("--" + kebab(flag.field->name))
                  .with_hint("facioctl " + command_words(endpoint) + " … --" + flag.stem + "-file FILE, --" + flag.stem + "-env VAR, --" +
                             flag.stem + "-fd N or --" + flag.stem + "-stdin"));
}

/// The message for a flag that the command does not have.
tl::unexpected<Error> refuse_unknown(std::string_view token, const Endpoint& endpoint, const std::vector<CommandFlag>& flags) {
  const std::string typed(token.substr(0, token.find('=')));
  const std::string words = command_words(endpoint);
  const std::string help = "facioctl " + words + " -h";
  if (typed == "--token" || typed == "--password")
    return fail(Error(Code::usage, typed + ": tokens are not accepted as arguments")
                    .with_field(typed)
                    .with_hint("--token-file FILE, --token-stdin, --token-fd N or FACIOCTL_TOKEN"));
  for (const CommandFlag& flag : flags)
    if (flag.role == FlagRole::secret_literal && typed == "--" + kebab(flag.field->name)) return refuse_literal(flag, endpoint);
  std::vector<std::string_view> known;
  for (const CommandFlag& flag : flags)
    if (flag.role != FlagRole::secret_literal) known.push_back(flag.name);
  for (const GlobalFlag& flag : kGlobalFlags)
    if (has_global(endpoint, flag)) known.push_back(flag.name);
  const std::string_view near = typed.starts_with("--") ? nearest(std::string_view(typed).substr(2), known) : std::string_view{};
  std::string message = "`" + words + "` has no flag " + typed;
  if (!near.empty()) message += "; did you mean --" + std::string(near) + "?";
  return fail(Error(Code::usage, std::move(message)).with_field(typed).with_hint(help));
}

void declare(CLI::App& app, const KnownFlag& flag) {
  std::string text = "--" + flag.name;
  if (flag.letter != 0) text += std::string(",-") + flag.letter;
  if (flag.takes_value) {
    app.add_option(text)->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return;
  }
  if (flag.negatable) text += ",!--no-" + flag.name;
  app.add_flag(text)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// Whether a flag can occur in these arguments at all. CLI11 compares every new option with all others, so it is told only of these.
bool mentioned(std::string_view name, char letter, const std::vector<std::string>& arguments) {
  return std::ranges::any_of(arguments, [&](std::string_view token) {
    if (token.size() < 2 || token.front() != '-') return false;
    if (token[1] != '-') return letter != 0 && token.find(letter) != std::string_view::npos;
    token = token.substr(2, token.find('=') - 2);
    return token == name || (token.starts_with("no-") && token.substr(3) == name);
  });
}

/// The flags that the arguments mention.
std::vector<KnownFlag> mentioned_flags(const Endpoint& endpoint, const std::vector<CommandFlag>& flags,
                                       const std::vector<std::string>& arguments) {
  std::vector<KnownFlag> known;
  for (const CommandFlag& flag : flags)
    if (mentioned(flag.name, flag.letter, arguments))
      known.push_back({flag.name, flag.letter, flag.takes_value(), flag.may_have_value(), flag.repeatable(), flag.negatable(), &flag});
  for (const GlobalFlag& flag : kGlobalFlags)
    if (has_global(endpoint, flag) && mentioned(flag.name, flag.letter, arguments))
      known.push_back({std::string(flag.name), flag.letter, flag.takes_value, flag.may_have_value, flag.repeatable, false, nullptr});
  return known;
}

/// Gives "--name=" its empty value as a word of its own: CLI11 would take the next argument instead. Code::usage where none can be empty.
Status separate_empty_values(const std::vector<KnownFlag>& known, std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view token = arguments[i];
    if (!token.starts_with("--") || token.find('=') != token.size() - 1) continue;
    const std::string shown(token.substr(0, token.size() - 1));
    const auto is_it = [&](const KnownFlag& flag) {
      return shown.substr(2) == flag.name || (flag.negatable && shown.substr(2) == "no-" + flag.name);
    };
    const auto flag = std::ranges::find_if(known, is_it);
    if (flag == known.end()) continue;  // is refused as unknown
    if (!flag->takes_value)
      return fail_field(Code::usage, shown, shown + (flag->may_have_value ? ": must not be empty" : ": takes no value, but got ''"));
    arguments[i] = shown;
    arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(++i), std::string());
  }
  return {};
}

/// Checks and keeps what CLI11 found for one flag.
Status take(const CLI::App& app, const KnownFlag& flag, Tokens& tokens) {
  const std::string shown = "--" + flag.name;
  const CLI::Option* option = app.get_option_no_throw(shown);
  if (option == nullptr || option->count() == 0) return {};
  std::vector<std::string> values = option->results();
  if (!flag.takes_value && !flag.may_have_value)
    for (const std::string& value : values)
      if (value != "true" && value != "false") return fail_field(Code::usage, shown, shown + ": takes no value, but got '" + value + "'");
  if (flag.name == "file" && !flag.repeatable && values.size() > 1)  // nothing of the first would be sent, and nothing said
    return fail_field(Code::usage, shown, shown + ": give one file; it may contain several documents");
  if (flag.own != nullptr && flag.may_have_value)
    for (std::string& value : values)
      if (value == "true") value = flag.own->field->attr.default_text;
  // The last one wins, so that what a script or an alias gives can be overridden.
  if (!flag.repeatable) values.erase(values.begin(), values.end() - 1);
  tokens.flags.emplace(flag.name, std::move(values));
  return {};
}

Result<Tokens> parse(const Endpoint& endpoint, const std::vector<CommandFlag>& flags, std::vector<std::string> arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  const std::vector<KnownFlag> known = mentioned_flags(endpoint, flags, arguments);
  for (const KnownFlag& flag : known) declare(app, flag);
  const auto end_of_flags = std::ranges::find(arguments, "--");
  std::vector<std::string> behind(end_of_flags == arguments.end() ? end_of_flags : end_of_flags + 1, arguments.end());
  arguments.erase(end_of_flags, arguments.end());
  if (auto status = separate_empty_values(known, arguments); !status) return fail(std::move(status.error()));
  std::ranges::reverse(arguments);
  const std::string help = "facioctl " + command_words(endpoint) + " -h";
  try {
    app.parse(arguments);
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();
    const std::string name = text.substr(0, text.find(':'));
    return fail(Error(Code::usage, name + ": needs a value").with_field(name).with_hint(help));
  } catch (const CLI::Error& error) {
    return fail(Code::usage, error.what(), help);
  }
  Tokens tokens;
  for (std::string& extra : app.remaining()) {  // a positional option of CLI11 would take "[a,b]" apart
    if (extra.size() > 1 && extra.front() == '-') return refuse_unknown(extra, endpoint, flags);
    tokens.positionals.push_back(std::move(extra));
  }
  tokens.positionals.insert(tokens.positionals.end(), std::make_move_iterator(behind.begin()), std::make_move_iterator(behind.end()));
  for (const KnownFlag& flag : known) {
    if (auto status = take(app, flag, tokens); !status) return fail(std::move(status.error()));
    if (flag.own != nullptr && flag.own->role == FlagRole::secret_literal && tokens.given(flag.name))
      return refuse_literal(*flag.own, endpoint);
  }
  return tokens;
}

}  // namespace

Result<Tokens> split_arguments(const Endpoint& endpoint, const std::vector<CommandFlag>& flags,
                               std::span<const std::string_view> arguments) {
  const auto is_flag = [](std::string_view token) { return token.size() > 1 && token.front() == '-'; };
  std::vector<std::string> copy(arguments.begin(), arguments.end());
  if (std::ranges::any_of(arguments, is_flag)) return parse(endpoint, flags, std::move(copy));
  Tokens tokens;  // without flags there is nothing to parse, and the usual `cron list` starts faster
  tokens.positionals = std::move(copy);
  return tokens;
}

std::string_view parser_version() { return CLI11_VERSION; }

}  // namespace facio
