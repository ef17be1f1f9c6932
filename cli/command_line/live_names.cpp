// Names that an agent knows, for completion.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "cli/command_line/client.hpp"
#include "cli/command_line/completion.hpp"
#include "cli/command_line/plugin.hpp"
#include "cli/command_line/scan.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/contexts/token.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/files.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/output/columns.hpp"
#include "cli/output/value_text.hpp"

namespace facio {
namespace {

constexpr int kBudgetMs = 150;
constexpr int kMeaningCells = 60;
constexpr std::size_t kMostNames = 1000;
constexpr std::string_view kMostItems = "200";

constexpr std::int64_t kFreshMs = 10'000;
constexpr std::size_t kLargest = 1024 * 1024;

/// What `config set contexts.NAME.KEY` may set. A text and no array of texts, whose addresses would have to be set at each start.
constexpr std::string_view kContextKeys =
    "url kind agent token.file token.env token.exec token.ttl token.keyring ca cert key tags protected readonly insecure_http timeout "
    "output";

std::string cache_name(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a; a file begins with its key, so that a collision is only a miss
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

std::string cache_folder(const Environment& environment) {
  const std::string_view given = environment.get(Variable::xdg_cache_home);
  if (given.starts_with('/')) return std::string(given) + "/facioctl/completion";
  const std::string home = home_directory(environment);
  return home.empty() ? std::string() : home + "/.cache/facioctl/completion";
}

/// Names that were asked for a moment ago, in files of the user's cache directory.
class NameCache {
 public:
  /// `key` says whose names they are: target and request.
  NameCache(const Environment& environment, std::string key) : key_(std::move(key)), folder_(cache_folder(environment)) {
    std::ranges::replace(key_, '\n', ' ');
    path_ = folder_ + "/" + cache_name(key_);
  }

  /// The lines that were kept, however old. `fresh` says whether they need not be asked for again.
  std::optional<std::string> read(bool& fresh) const {
    fresh = false;
    if (folder_.empty()) return std::nullopt;
    const Descriptor fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct ::stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != ::geteuid()) return std::nullopt;
    const auto text = FdInput(fd.get()).read_all(kLargest);
    if (!text || !text->starts_with(key_ + "\n")) return std::nullopt;
    const std::int64_t age = now_ms() - (static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000);
    fresh = age >= 0 && age < kFreshMs;
    return text->substr(key_.size() + 1);
  }

  /// Keeps lines, readable for the user alone. A cache that cannot be written is simply not used.
  void write(std::string_view lines) const {
    if (!folder_.empty() && make_directories_above(path_)) (void)replace_file(path_, key_ + "\n" + std::string(lines), 0600, Durable::no);
  }

 private:
  std::string key_;
  std::string folder_;  ///< empty: there is none
  std::string path_;
};

/// The value of a global flag among the words before the cursor, "" when it is not there.
std::string_view typed_value(std::span<const std::string_view> words, std::string_view flag) {
  for (std::size_t i = 0; i + 1 < words.size() && words[i] != "--"; ++i) {
    if (words[i] == flag && i + 2 < words.size()) return words[i + 1];
    if (words[i].starts_with(flag) && words[i].substr(flag.size()).starts_with('=')) return words[i].substr(flag.size() + 1);
  }
  return {};
}

/// Lines of names and meanings, without names that a terminal cannot show as they are or that a shell would take for something else.
class NameLines {
 public:
  void add(std::string_view name, std::string_view meaning) {
    if (name.empty() || name.front() == '-' || name.front() == ':' || printable(name) != name || count_ == kMostNames) return;
    const std::string start = std::string(name) + "\t";
    if (text_.starts_with(start) || text_.find("\n" + start) != std::string::npos) return;
    text_ += start + shortened(printable(meaning), kMeaningCells) + "\n";
    ++count_;
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

/// The first two columns that hold text or numbers.
std::string meaning_of_item(const Endpoint& list, std::string_view key, std::string_view item) {
  OutputOptions options;
  options.time = TimeStyle::relative;
  options.now_ms = now_ms();
  std::string meaning;
  bool open = false;
  int found = 0;
  for (const Column& column : list.columns) {
    const std::string_view value = json::value_at(item, column.path);
    const auto kind = json::kind_of(value);
    if (column.path == key || found == 2 || value == "\"\"" || (kind != json::Json::string && kind != json::Json::number)) continue;
    meaning += found++ == 0 ? "" : ", ";
    output::append_value(meaning, value, output::meaning_of(output::field_at(list.reply, column.path, open)), options);
  }
  return meaning;
}

/// The names in an answer; nothing when it is not of the expected form.
std::optional<std::string> lines_of(const NameSource& source, std::string_view body) {
  NameLines lines;
  if (!json::check_json(body)) return std::nullopt;
  if (source.kind == NameSource::Kind::map) {
    const std::string_view object = json::value_at(trimmed(body), source.key);
    if (json::kind_of(object) != json::Json::object) return std::nullopt;
    for (const auto& [name, value] : json::Members(object))
      lines.add(json::unescaped(name, false), json::kind_of(value) == json::Json::number ? value : std::string_view{});
  } else if (source.kind == NameSource::Kind::tree) {
    const std::string_view children = json::value_at(trimmed(body), "tree.children");
    if (json::kind_of(children) != json::Json::array) return std::nullopt;
    for (const std::string_view child : json::Elements(children)) {
      const bool folder = json::plain(json::member(child, "type")) == "dir";
      lines.add(json::plain(json::member(child, "path")) + (folder ? "/" : ""), {});
    }
  } else {
    const output::ReplyView view = output::view_of(*source.list, body);
    if (!view.is_list) return std::nullopt;
    for (const output::Item& item : view.items) {
      const std::string id = source.key.empty() ? json::unescaped(item.name, false) : json::plain(json::value_at(item.value, source.key));
      // Nobody types a UUID where a name does.
      const std::string name = is_uuid(id) ? json::plain(json::value_at(item.value, "name")) : std::string();
      lines.add(name.empty() || name == "null" ? id : name, meaning_of_item(*source.list, source.key, item.value));
    }
  }
  return lines.take();
}

/// Whether the token can be read without delay; a program or a keyring might ask for something.
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

  /// Keys of the configuration file that could be read or set.
  std::string key_lines() {
    NameLines lines;
    lines.add("current", "context that is used when none is given");
    const auto config = load();
    for (std::size_t i = 0; config && i < config->groups.size(); ++i) lines.add("groups." + config->groups[i].name, "a group");
    for (std::size_t i = 0; config && i < config->contexts.size(); ++i)
      for (const std::string_view key : split_terminated(kContextKeys, ' '))
        lines.add("contexts." + config->contexts[i].name + "." + std::string(key), {});
    return lines.take();
  }

  std::string group_lines() { return config_lines(&Config::groups, &Group::expression); }
  std::string context_lines() { return config_lines(&Config::contexts, &Context::url); }

 private:
  template <class T>
  std::string config_lines(std::vector<T> Config::*entries, std::string T::*meaning) {
    NameLines lines;
    if (const auto config = load())
      for (const T& entry : *config.*entries) lines.add(entry.name, entry.*meaning);
    return lines.take();
  }
  Result<Config> load() { return load_config(config_path(environment_, invocation_.global.config), environment_); }

  /// The part of a path before its last slash.
  [[nodiscard]] std::string folder() const {
    if (wanted_.source.kind != NameSource::Kind::tree) return {};
    const auto slash = wanted_.begun.rfind('/');
    return slash == std::string::npos ? std::string() : wanted_.begun.substr(0, slash);
  }

  std::optional<std::string> ask() {
    Streams silent{in_, nowhere_, nowhere_};
    Client client(invocation_, silent, environment_);
    Client::Values values;
    for (const Param& param : wanted_.source.list->params)
      if (param.place == Place::query && param.field.name == "limit") values.emplace("limit", kMostItems);
    if (wanted_.source.kind == NameSource::Kind::tree) {
      values.emplace("depth", "1");
      if (const std::string path = folder(); !path.empty()) values.emplace("path", path);
    }
    auto request = client.request_to(wanted_.source.list->id, std::move(values));
    if (!request) return std::nullopt;
    // Whatever the answer is: a refused token is no reason to run its program again.
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

/// The pages of the manual, of commands and areas: "cron-create"; by their whole names once these are begun.
std::string page_lines(bool whole) {
  const std::string begin = whole ? "facioctl-" : "";
  NameLines lines;
  lines.add("facioctl", "overview");
  lines.add("facioctl.yaml", "the configuration file");
  lines.add(begin + "exit-codes", "what the exit codes mean");
  const auto page = [&begin](std::string_view id) {
    std::string name = begin + std::string(id);
    std::ranges::replace(name, '.', '-');
    return name;
  };
  for (const Catalogue* known : all_catalogues()) {
    for (std::size_t at = 0; at < known->size(); ++at) lines.add(page(known->id_at(at)), known->summary_at(at));
    for (const Area& area : known->areas())
      if (!known->prefixed()) lines.add(page(area.name), area.title);
  }
  return lines.take();
}

/// Names of time zones, by the system's own list of them.
std::string zone_lines(const Environment& environment) {
  NameLines lines;
  lines.add("UTC", {});
  const std::string_view directory = environment.get(Variable::tzdir);
  const Descriptor file(
      ::open(((directory.empty() ? "/usr/share/zoneinfo" : std::string(directory)) + "/tzdata.zi").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return lines.take();
  const auto text = FdInput(file.get()).read_all(kLargest);
  if (!text) return lines.take();
  // "Z NAME …" begins a zone, "L ZONE NAME" is another name of one.
  for (const std::string_view line : split_terminated(*text)) {
    const std::vector<std::string_view> words = split(line.substr(0, 200), ' ');
    if (words.size() > 1 && words[0] == "Z") lines.add(words[1], {});
    if (words.size() > 2 && words[0] == "L") lines.add(words[2], words[1]);
  }
  return lines.take();
}

/// What `api` takes: methods, and the paths without parameters of the system in use.
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

/// The names that `wanted` asks for and that begin as it says. The context, address and token file among `words` count.
std::vector<Candidate> live_names(const Completion& wanted, std::span<const std::string_view> words, const Environment& environment) {
  Asking asking(wanted, words, environment);
  std::string lines;
  switch (wanted.source.kind) {
    case NameSource::Kind::none:
    case NameSource::Kind::words:
    case NameSource::Kind::fields:
    case NameSource::Kind::states: return {};
    case NameSource::Kind::zones: lines = zone_lines(environment); break;
    case NameSource::Kind::pages: lines = page_lines(wanted.begun.starts_with("facioctl-")); break;
    case NameSource::Kind::config: lines = asking.key_lines(); break;
    case NameSource::Kind::contexts: lines = asking.context_lines(); break;
    case NameSource::Kind::groups: lines = asking.group_lines(); break;
    case NameSource::Kind::endpoints: lines = endpoint_lines(); break;
    case NameSource::Kind::paths: lines = path_lines(asking.here()); break;
    default: lines = asking.lines();
  }
  std::vector<Candidate> found;
  for (const std::string_view line : split_terminated(lines)) {
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos || !line.starts_with(wanted.begun)) continue;
    found.push_back({wanted.name_prefix + std::string(line.substr(0, tab)) + wanted.name_suffix, std::string(line.substr(tab + 1))});
  }
  return found;
}

Completion all_candidates(std::span<const std::string_view> words, const Environment& environment) {
  Completion completion = complete(words, environment);
  for (Candidate& name : live_names(completion, words, environment)) completion.found.push_back(std::move(name));
  if (completion.commands)
    for (const Plugin& plugin : all_plugins(environment))
      if (plugin.name.starts_with(completion.begun) && printable(plugin.name) == plugin.name)
        completion.found.push_back({plugin.name, printable(plugin.path)});
  return completion;
}

/// Candidates as bash lists them, each with its meaning.
std::string described(const ShellLine& line, const Completion& completion, int columns) {
  std::vector<std::string> words;
  int widest = 0;
  for (const Candidate& candidate : completion.found) {
    words.push_back(bash_word(line, candidate.word));
    widest = std::max(widest, cell_width(words.back()));
  }
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += words[i];
    const std::string& meaning = completion.found[i].meaning;
    const int room = columns - widest - 6;
    if (!meaning.empty() && room > 10)
      text += std::string(static_cast<std::size_t>(widest - cell_width(words[i])) + 2, ' ') + "(" + shortened(meaning, room) + ")";
    text += '\n';
  }
  return text + (completion.files ? ":files\n" : "");
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
  const std::string_view type = arguments.size() > 3 ? arguments[3] : std::string_view{};
  int columns = 80;
  if (arguments.size() > 4) (void)read_number(arguments[4], columns);
  // Only for a list that is shown: "?", "!" and "@" as numbers. What they begin with alike is still that of the names.
  if (completion.found.size() > 1 && (type == "63" || type == "33" || type == "64")) return described(line, completion, columns);
  if (completion.found.size() == 1 && std::string_view("=/").find(completion.found.front().word.back()) != std::string_view::npos)
    text += ":nospace\n";
  for (const Candidate& candidate : completion.found) text += bash_word(line, candidate.word) + "\n";
  return text + (completion.files ? ":files\n" : "");
}

}  // namespace facio
