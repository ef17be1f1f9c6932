#include "cli/command_line/scan.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "cli/catalogue/global_flags.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/core/files.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostConfig = std::size_t{1024} * 1024;

/// Whether the file may say of a context that it is of another kind than the default.
bool may_name_kinds(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct ::stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const auto text = FdInput(fd.get()).read_all(kMostConfig);
  return text && text->find("kind") != std::string::npos;
}

struct Token {
  const GlobalFlag* flag = nullptr;  ///< null: unknown flag
  bool value_inside = false;         ///< --flag=value, -ovalue
  std::string_view value;
};

Token read_flag(std::string_view token) {
  Token found;
  if (token.starts_with("--")) {
    const auto equal = token.find('=');
    found.flag = find_global_flag(token.substr(2, equal == std::string_view::npos ? equal : equal - 2));
    found.value_inside = equal != std::string_view::npos;
    if (found.value_inside) found.value = token.substr(equal + 1);
    return found;
  }
  for (std::size_t i = 1; i < token.size(); ++i) {  // -vvo json, -ojson
    found.flag = find_global_flag({}, token[i]);
    if (found.flag == nullptr || found.flag->takes_value) {
      found.value_inside = i + 1 < token.size();
      if (found.value_inside) found.value = token.substr(i + 1);
      if (found.value.starts_with('=')) found.value.remove_prefix(1);
      return found;
    }
  }
  return found;
}

/// One pass. `unknown_take_value`: an unknown flag without `=` is taken to have the next argument as its value.
Scan pass(std::span<const std::string_view> arguments, bool unknown_take_value, const Environment& environment) {
  Scan scan;
  std::vector<std::size_t> words;
  std::size_t i = 0;
  for (; i < arguments.size(); ++i) {
    const std::string_view token = arguments[i];
    if (token == "--") break;
    if (token.size() < 2 || token.front() != '-') {
      words.push_back(i);
      continue;
    }
    if (token == "-h" && scan.question == Question::none) scan.question = Question::short_help;
    if (token == "--help") scan.question = Question::full_help;
    if (token == "--version" && words.empty()) scan.question = Question::version;
    const Token flag = read_flag(token);
    const bool takes = flag.flag != nullptr ? flag.flag->takes_value : unknown_take_value && words.size() < 2 && token != "--version";
    const std::string_view value = flag.value_inside ? flag.value : i + 1 < arguments.size() ? arguments[i + 1] : std::string_view{};
    if (flag.flag != nullptr && flag.flag->takes_value) {
      if (flag.flag->name == "output") scan.output = value;
      else if (flag.flag->name == "context") scan.target.context = value;
      else if (flag.flag->name == "url") scan.target.url = value;
      else if (flag.flag->name == "config") scan.config = value;
    }
    // -f is "follow" where there is no body: a flag after it is not a file.
    const bool flag_follows = token == "-f" && i + 1 < arguments.size() && arguments[i + 1].size() > 1 && arguments[i + 1].front() == '-';
    if (takes && !flag.value_inside && !flag_follows) ++i;
  }
  if (!words.empty()) scan.first = arguments[words[0]];
  if (words.size() > 1) scan.second = arguments[words[1]];
  if (words.size() > 2) scan.third = arguments[words[2]];
  if (!scan.first.empty() && find_system(scan.first) == nullptr) scan.here = system_in_use(scan.target, scan.config, environment);
  scan.words = find_command(scan.first, scan.second, scan.third, scan.here);
  const auto used = static_cast<std::size_t>(scan.words.used);
  words.resize(std::min(used, words.size()));
  for (std::size_t at = 0; at < arguments.size(); ++at)
    if (std::ranges::find(words, at) == words.end()) scan.rest.push_back(arguments[at]);
  return scan;
}

}  // namespace

Scan scan(std::span<const std::string_view> arguments, const Environment& environment) {
  Scan first = pass(arguments, false, environment);
  if (first.words.endpoint != nullptr || first.first.empty() || arguments.front().substr(0, 1) != "-") return first;
  Scan second = pass(arguments, true, environment);
  return second.words.endpoint != nullptr ? std::move(second) : std::move(first);
}

const System* system_in_use(const TargetChoice& choice, std::string_view config, const Environment& environment) {
  if (!choice.url.empty() || (choice.context.empty() && !environment.get("FACIOCTL_URL").empty())) return nullptr;
  const std::string path = config_path(environment, config);
  if (!may_name_kinds(path)) return nullptr;
  const auto loaded = load_config(path, environment);
  if (!loaded) return nullptr;
  const auto sources = target_sources(choice, *loaded, environment, false);
  const Context* context = sources.empty() || sources.front().is_address() ? nullptr : loaded->find(sources.front().value);
  const System* system = context == nullptr ? nullptr : find_system(context->kind);
  return system == &default_system() ? nullptr : system;
}

}  // namespace facio
