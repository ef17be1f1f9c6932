#include "cli/command_line/live_names.hpp"

#include <algorithm>
#include <optional>

#include "cli/command_line/client.hpp"
#include "cli/command_line/context_system.hpp"
#include "cli/command_line/name_cache.hpp"
#include "cli/command_line/plugin.hpp"
#include "cli/command_line/shell_line.hpp"
#include "cli/contexts/token.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/output/cells.hpp"
#include "cli/output/reply_view.hpp"
#include "cli/output/value_text.hpp"

namespace facio {
namespace {

constexpr int kBudgetMs = 150;
constexpr int kMeaningCells = 60;
constexpr std::size_t kMostNames = 1000;
constexpr std::string_view kMostItems = "200";

/// The value of a global flag among the words, "" when it is not there.
std::string_view typed_value(std::span<const std::string_view> words, std::string_view flag) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") break;
    if (words[i] == flag && i + 2 < words.size()) return words[i + 1];
    if (words[i].starts_with(flag) && words[i].size() > flag.size() && words[i][flag.size()] == '=' && i + 1 < words.size())
      return words[i].substr(flag.size() + 1);
  }
  return {};
}

/// Lines of names and meanings. A name that a terminal could not show as it is, or that a shell would take for something else, is left out.
class NameLines {
 public:
  void add(std::string_view name, std::string_view meaning) {
    if (name.empty() || name.front() == '-' || name.front() == ':' || printable(name) != name || count_ == kMostNames) return;
    const std::string start = std::string(name) + "\t";
    if (text_.starts_with(start) || text_.find("\n" + start) != std::string::npos) return;
    text_ += start + output::shortened(printable(meaning), kMeaningCells) + "\n";
    ++count_;
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

/// The declared field at a dotted path; null where nothing is declared.
const Field* declared_field(const Shape* shape, std::string_view dotted) {
  const Field* field = nullptr;
  for (bool more = true; more && shape != nullptr;) {
    const auto dot = dotted.find('.');
    field = shape->find(dotted.substr(0, dot));
    more = field != nullptr && dot != std::string_view::npos;
    shape = more ? field->type->shape : shape;
    if (more) dotted.remove_prefix(dot + 1);
    if (more && shape == nullptr) return nullptr;
  }
  return field;
}

/// The first two columns that say something in words or figures.
std::string meaning_of_item(const Endpoint& list, std::string_view key, std::string_view item) {
  OutputOptions options;
  options.time = TimeStyle::relative;
  options.now_ms = now_ms();
  std::string meaning;
  int found = 0;
  for (const Column& column : list.columns) {
    const std::string_view value = json::value_at(item, column.path);
    const auto kind = json::kind_of(value);
    if (column.path == key || found == 2 || value == "\"\"" || (kind != json::Json::string && kind != json::Json::number)) continue;
    meaning += found++ == 0 ? "" : ", ";
    output::append_value(meaning, value, output::meaning_of(declared_field(list.reply, column.path)), options);
  }
  return meaning;
}

/// Nothing when the answer is none.
std::optional<std::string> lines_of(const NameSource& source, std::string_view body) {
  NameLines lines;
  if (!json::check_json(body)) return std::nullopt;
  std::string_view name;
  std::string_view value;
  if (source.kind == NameSource::Kind::map) {
    const std::string_view object = json::value_at(trimmed(body), source.key);
    if (json::kind_of(object) != json::Json::object) return std::nullopt;
    for (json::Members members(object); members.next(name, value);)
      lines.add(json::unescaped(name, false), json::kind_of(value) == json::Json::number ? value : std::string_view{});
  } else if (source.kind == NameSource::Kind::tree) {
    const std::string_view children = json::value_at(trimmed(body), "tree.children");
    if (json::kind_of(children) != json::Json::array) return std::nullopt;
    for (json::Elements elements(children); elements.next(value);) {
      const bool folder = json::plain(json::member(value, "type")) == "dir";
      lines.add(json::plain(json::member(value, "path")) + (folder ? "/" : ""), {});
    }
  } else {
    const output::ReplyView view = output::view_of(*source.list, body);
    if (!view.is_list) return std::nullopt;
    for (const output::Item& item : view.items) {
      const std::string own = source.key.empty() ? json::unescaped(item.name, false) : json::plain(json::value_at(item.value, source.key));
      lines.add(own, meaning_of_item(*source.list, source.key, item.value));
    }
  }
  return lines.take();
}

/// Only such a token is at hand at once; a program or a keyring might ask for something.
bool token_is_at_hand(const ResolvedTarget& target, const Environment& environment) {
  const std::string_view from = target.token_from;
  if (from.empty() || from.starts_with("environment ") || from.starts_with("credential ")) return true;
  if (from.starts_with("program ")) return kept_until(target.context, environment).has_value();
  return from.starts_with("file ") && !from.starts_with("file descriptor");
}

class Asking {
 public:
  Asking(const Completion& wanted, std::span<const std::string_view> words, const Environment& environment)
      : wanted_(wanted), environment_(environment) {
    GlobalOptions& global = invocation_.global;
    invocation_.endpoint = wanted.source.list;
    global.target.context = typed_value(words, "--context");
    global.target.url = typed_value(words, "--url");
    global.target.token_file = typed_value(words, "--token-file");
    global.config = typed_value(words, "--config");
    global.quiet = true;
    global.timeout_ms = kBudgetMs;
  }

  std::string lines() {
    auto config = load();
    if (!config) return {};
    const auto target = resolve_target(invocation_.global.target, *config, environment_, in_, false);
    if (!target) return {};
    const NameCache cache(environment_, config->path + " " + target->context.name + " " + target->context.url + " " +
                                            std::string(wanted_.source.list->id) + " " + std::string(wanted_.source.key) + " " + folder());
    bool fresh = false;
    auto kept = cache.read(fresh);
    if (fresh || !token_is_at_hand(*target, environment_)) return kept.value_or("");
    auto asked = ask();
    if (!asked) return kept.value_or("");
    cache.write(*asked);
    return *asked;
  }

  /// The system of the context that was typed.
  const System* here() { return system_in_use(invocation_.global.target, invocation_.global.config, environment_); }

  std::string group_lines() {
    NameLines lines;
    if (auto config = load())
      for (const Group& group : config->groups) lines.add(group.name, group.expression);
    return lines.take();
  }

  std::string context_lines() {
    NameLines lines;
    if (auto config = load())
      for (const Context& context : config->contexts) lines.add(context.name, context.url);
    return lines.take();
  }

 private:
  Result<Config> load() { return load_config(config_path(environment_, invocation_.global.config), environment_); }

  /// Of a path in a tree: what stands before its last slash.
  [[nodiscard]] std::string folder() const {
    if (wanted_.source.kind != NameSource::Kind::tree) return {};
    const auto slash = wanted_.begun.rfind('/');
    return slash == std::string::npos ? std::string() : wanted_.begun.substr(0, slash);
  }

  std::optional<std::string> ask() {
    Streams silent{in_, nowhere_, nowhere_};
    Client client(invocation_, silent, environment_);
    std::map<std::string, std::string, std::less<>> values;
    for (const Param& param : wanted_.source.list->params)
      if (param.place == Place::query && param.field.name == "limit") values.emplace("limit", kMostItems);
    if (wanted_.source.kind == NameSource::Kind::tree) {
      values.emplace("depth", "1");
      if (const std::string path = folder(); !path.empty()) values.emplace("path", path);
    }
    auto request = client.request_to(wanted_.source.list->id, std::move(values));
    if (!request) return std::nullopt;
    // The answer as it is: a refused token is no reason to run its program again, and nothing has to be told apart.
    const auto response = client.exchange(*request);
    if (!response || response->status != 200) return std::nullopt;
    return lines_of(wanted_.source, response->body);
  }

  const Completion& wanted_;
  const Environment& environment_;
  Invocation invocation_;
  StringInput in_{""};
  StringOutput nowhere_;
};

std::string endpoint_lines() {
  NameLines lines;
  for (const Catalogue* known : all_catalogues())
    for (std::size_t at = 0; at < known->size(); ++at) lines.add(known->id_at(at), known->summary_at(at));
  return lines.take();
}

/// What `api` takes: methods, and paths without parameters of the system that is asked.
std::string path_lines(const System* here) {
  NameLines lines;
  for (const std::string_view method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) lines.add(method, {});
  const auto add = [&lines](const Catalogue& known) {
    for (std::size_t at = 0; at < known.size(); ++at)
      if (const std::string_view path = known.path_at(at); path.find('{') == std::string_view::npos) lines.add(path, known.summary_at(at));
  };
  if (here != nullptr) add(here->catalogue());
  if (here == nullptr || here->forward != nullptr) add(default_system().catalogue());
  return lines.take();
}

}  // namespace

std::vector<Candidate> live_names(const Completion& wanted, std::span<const std::string_view> words, const Environment& environment) {
  std::string lines;
  switch (wanted.source.kind) {
    case NameSource::Kind::none:
    case NameSource::Kind::states: return {};
    case NameSource::Kind::contexts: lines = Asking(wanted, words, environment).context_lines(); break;
    case NameSource::Kind::groups: lines = Asking(wanted, words, environment).group_lines(); break;
    case NameSource::Kind::endpoints: lines = endpoint_lines(); break;
    case NameSource::Kind::paths: lines = path_lines(Asking(wanted, words, environment).here()); break;
    default: lines = Asking(wanted, words, environment).lines();
  }
  std::vector<Candidate> found;
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos || !line.starts_with(wanted.begun)) continue;
    found.push_back({wanted.name_prefix + std::string(line.substr(0, tab)) + wanted.name_suffix, std::string(line.substr(tab + 1))});
  }
  return found;
}

namespace {

Completion all_candidates(std::span<const std::string_view> words, const Environment& environment) {
  Completion completion = complete(words, environment);
  for (Candidate& name : live_names(completion, words, environment)) completion.found.push_back(std::move(name));
  if (completion.commands)
    for (const Plugin& plugin : all_plugins(environment))
      if (plugin.name.starts_with(completion.begun) && printable(plugin.name) == plugin.name)
        completion.found.push_back({plugin.name, printable(plugin.path)});
  return completion;
}

}  // namespace

std::string answer_completion(std::span<const std::string_view> arguments, const Environment& environment) {
  std::string text;
  if (arguments.empty() || arguments.front() != ":bash") {
    const Completion completion = all_candidates(arguments, environment);
    for (const Candidate& candidate : completion.found)
      text += candidate.word + (candidate.meaning.empty() ? "" : "\t" + candidate.meaning) + "\n";
    return text + (completion.files ? ":files\n" : "");
  }
  const ShellLine line =
      split_shell_line(arguments.size() > 1 ? arguments[1] : std::string_view{}, arguments.size() > 2 ? arguments[2] : std::string_view{});
  const std::vector<std::string_view> words(line.words.begin(), line.words.end());
  const Completion completion = all_candidates(words, environment);
  if (completion.found.size() == 1 && std::string_view("=/").find(completion.found.front().word.back()) != std::string_view::npos)
    text += ":nospace\n";
  for (const Candidate& candidate : completion.found) text += bash_word(line, candidate.word) + "\n";
  return text + (completion.files ? ":files\n" : "");
}

}  // namespace facio
