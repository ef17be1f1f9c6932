#include "cli/command_line/scan.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "cli/catalogue/global_flags.hpp"
#include "cli/command_line/command_flags.hpp"
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
  std::string_view name;             ///< of an unknown one without its dashes; of one letter when it was a letter
  bool is_letter = false;
  bool asks_help = false;     ///< among letters, as in -yh
  bool value_inside = false;  ///< --flag=value, -ovalue
  std::string_view value;
};

Token read_flag(std::string_view token) {
  Token found;
  if (token.starts_with("--")) {
    const auto equal = token.find('=');
    found.name = token.substr(2, equal == std::string_view::npos ? equal : equal - 2);
    found.flag = find_global_flag(found.name);
    found.value_inside = equal != std::string_view::npos;
    if (found.value_inside) found.value = token.substr(equal + 1);
    return found;
  }
  for (std::size_t i = 1; i < token.size(); ++i) {  // -vvo json, -ojson
    found.flag = find_global_flag({}, token[i]);
    found.asks_help = found.asks_help || token[i] == 'h';
    if (found.flag == nullptr || found.flag->takes_value) {
      found.name = token.substr(i, 1);
      found.is_letter = true;
      found.value_inside = i + 1 < token.size();
      if (found.value_inside) found.value = token.substr(i + 1);
      if (found.value.starts_with('=')) found.value.remove_prefix(1);
      return found;
    }
  }
  return found;
}

/// Whether a command has a value for this flag; no answer when it has no such flag.
std::optional<bool> takes_value(const Endpoint& endpoint, const Token& token) {
  for (const CommandFlag& flag : command_flags(endpoint))
    if (token.is_letter ? flag.letter == token.name.front() : flag.name == token.name) return flag.takes_value();
  if (token.flag != nullptr && has_global(endpoint, *token.flag)) return token.flag->takes_value;
  return std::nullopt;
}

/// Whether the next argument is the value of a flag between the words of a command, as in `audit --tool grep`: so the command says that
/// the words before are, else any of their area.
bool takes_value(const Words& words, const Token& token, const System* here) {
  if (words.endpoint != nullptr)
    if (const auto takes = takes_value(*words.endpoint, token)) return *takes;
  for (const Catalogue* catalogue : words.prefixed ? std::vector{&words.system->catalogue()} : unprefixed_catalogues(here))
    for (const Endpoint* endpoint : catalogue->of_area(words.area))
      if (takes_value(*endpoint, token).value_or(false)) return true;
  return false;
}

/// Of a flag that belongs to some commands only.
bool is_common(const Token& token) { return token.flag != nullptr && token.flag->who == FlagFor::all; }

/// How an argument behind a flag that not every command has is understood.
enum class Unknown : std::uint8_t { switches, of_the_area, values };

/// Goes over the arguments once.
class Pass {
 public:
  /// `here`: as in Scan; asked for with `of_the_area` only.
  Pass(std::span<const std::string_view> arguments, Unknown unknown, const System* here)
      : arguments_(arguments), unknown_(unknown), here_(here) {}

  Scan run(const Environment& environment) {
    for (std::size_t i = 0; i < arguments_.size() && arguments_[i] != "--"; ++i) {
      const std::string_view token = arguments_[i];
      if (token.size() < 2 || token.front() != '-') words_.push_back(i);
      else if (take_flag(token, i + 1 < arguments_.size() ? arguments_[i + 1] : std::string_view{})) ++i;
    }
    const auto word = [&](std::size_t at) { return at < words_.size() ? arguments_[words_[at]] : std::string_view{}; };
    scan_.first = word(0);
    scan_.second = word(1);
    scan_.third = word(2);
    if (!scan_.first.empty() && find_system(scan_.first) == nullptr) scan_.here = system_in_use(scan_.target, scan_.config, environment);
    scan_.words = find_command(scan_.first, scan_.second, scan_.third, scan_.here);
    words_.resize(std::min(static_cast<std::size_t>(scan_.words.used), words_.size()));
    for (std::size_t at = 0; at < arguments_.size(); ++at)
      if (std::ranges::find(words_, at) == words_.end()) scan_.rest.push_back(arguments_[at]);
    return std::move(scan_);
  }
  /// Whether a flag between the words of the command may have a value that was taken for one of them.
  [[nodiscard]] bool is_doubtful() const { return doubtful_; }

 private:
  /// Whether the next argument is the flag's value.
  bool take_flag(std::string_view token, std::string_view next) {
    const Token flag = read_flag(token);
    if (flag.asks_help && scan_.question == Question::none) scan_.question = Question::short_help;
    if (token == "--help") scan_.question = Question::full_help;
    const bool version = (token == "--version" || token == "-V") && words_.empty();
    if (version) scan_.question = Question::version;
    if (flag.flag != nullptr && flag.flag->takes_value) keep(flag.flag->name, flag.value_inside ? flag.value : next);
    if (flag.value_inside || version) return false;
    if (is_common(flag)) return flag.flag->takes_value;
    if (words_.size() == 1 || words_.size() == 2) {
      const Words words = words_so_far();
      if (unknown_ == Unknown::of_the_area) return takes_value(words, flag, here_);
      const bool complete = words.endpoint != nullptr && words.used == static_cast<int>(words_.size());
      doubtful_ = doubtful_ || !complete || (words_.size() == 1 && !words.area.empty());
    }
    // -f is "follow" where there is no body: a flag after it is not a file.
    if (flag.flag != nullptr) return flag.flag->takes_value && !(token == "-f" && next.size() > 1 && next.front() == '-');
    return unknown_ == Unknown::values && words_.size() < 2;
  }

  [[nodiscard]] Words words_so_far() const {
    return find_command(arguments_[words_[0]], words_.size() > 1 ? arguments_[words_[1]] : std::string_view{}, {}, here_);
  }

  void keep(std::string_view name, std::string_view value) {
    if (name == "output") scan_.output = value;
    else if (name == "context") scan_.target.context = value;
    else if (name == "url") scan_.target.url = value;
    else if (name == "config") scan_.config = value;
  }

  const std::span<const std::string_view> arguments_;
  const Unknown unknown_;
  const System* const here_;
  Scan scan_;
  std::vector<std::size_t> words_;
  bool doubtful_ = false;
};

}  // namespace

Scan scan(std::span<const std::string_view> arguments, const Environment& environment) {
  Pass first(arguments, Unknown::switches, nullptr);
  Scan found = first.run(environment);
  if (first.is_doubtful()) found = Pass(arguments, Unknown::of_the_area, found.here).run(environment);
  if (found.words.endpoint != nullptr || found.first.empty() || arguments.front().substr(0, 1) != "-") return found;
  Scan last = Pass(arguments, Unknown::values, nullptr).run(environment);
  return last.words.endpoint != nullptr ? std::move(last) : std::move(found);
}

const System* system_in_use(const TargetChoice& choice, std::string_view config, const Environment& environment) {
  if (!choice.url.empty() || (choice.context.empty() && !environment.get(Variable::facioctl_url).empty())) return nullptr;
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
