#include <chrono>
#include <deque>

#include "cli/core/glob.hpp"
#include "cli/core/regex.hpp"
#include "cli/core/utf8.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/tools/builtin_tools.hpp"

namespace facio::serve {
namespace {

using Time = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestSearch{30};
constexpr std::size_t kMostVisited = 200'000, kDeepest = 64;
constexpr std::size_t kMostSearched = std::size_t{4} << 20U;
constexpr const char* kMore = "there is more; narrow the search or raise limit";
constexpr std::size_t kLongestLine = 65'536, kShownOfLine = 300;

struct SearchFiles {
  std::string pattern;
  std::optional<std::string> path, glob;
  std::optional<bool> regex, ignore_case;
  std::optional<std::int64_t> limit;

  static constexpr ShapeHead shape{"SearchFiles", "What to look for, and where"};
  static constexpr auto fields() {
    using S = SearchFiles;
    return Fields{
        field("pattern", &S::pattern, "text or regular expression; matched within single lines"),
        field("path", &S::path, "file or directory to search, relative to the workspace", {.format = Format::path, .default_text = "."}),
        field("glob", &S::glob, "only files whose name, or path when it has a /, fits: *.md, src/**/*.cpp"),
        field("regex", &S::regex, "the pattern is a regular expression (RE2)", {.default_text = "true"}),
        field("ignore_case", &S::ignore_case, "capitals and small letters are alike", {.default_text = "false"}),
        field("limit", &S::limit, "most lines to show", {.min = 1, .max = 1000, .default_text = "200"}),
    };
  }
};

struct FindFiles {
  std::string glob;
  std::optional<std::string> path;
  std::optional<std::int64_t> limit;

  static constexpr ShapeHead shape{"FindFiles", "Which names to look for, and where"};
  static constexpr auto fields() {
    using F = FindFiles;
    return Fields{
        field("glob", &F::glob, "pattern of the name, or of the path when it has a /: *.md, src/**/*.cpp", {.not_blank = true}),
        field("path", &F::path, "directory to search, relative to the workspace", {.format = Format::path, .default_text = "."}),
        field("limit", &F::limit, "most files to show", {.min = 1, .max = 10000, .default_text = "500"}),
    };
  }
};

/// Visits the files below a directory, breadth first.
class Walk {
 public:
  Walk(const WorkspaceFiles& files, const Cancel& cancel) : files_(files), cancel_(cancel), end_(Time::now() + kLongestSearch) {}

  /// Calls `one` with the path of each file until it returns false. Returns why it ended early; empty when it did not.
  template <class F>
  Result<std::string> each(const std::string& start, F one) const {
    const std::string from = start.empty() || start == "." ? std::string() : start;
    if (!from.empty()) {
      auto entry = files_.look(from);
      if (!entry) return fail(std::move(entry.error()));
      if (entry->kind == WorkspaceFiles::Kind::file) return one(from) ? stop(0) : std::string(kMore);
    }
    std::deque<std::pair<std::string, std::size_t>> waiting{{from, 0}};
    for (std::size_t seen = 0; !waiting.empty(); waiting.pop_front()) {
      const auto [directory, depth] = waiting.front();
      auto entries = files_.list(directory.empty() ? "." : directory, kMostVisited);
      if (!entries && depth == 0) return fail(std::move(entries.error()));
      if (!entries) continue;  // removed meanwhile, or not readable
      for (const auto& entry : *entries) {
        if (auto why = stop(++seen); !why.empty()) return why;
        std::string path = directory.empty() ? entry.name : directory + "/" + entry.name;
        if (entry.kind == WorkspaceFiles::Kind::file && entry.error.empty()) {
          if (!one(path)) return std::string(kMore);
        } else if (entry.kind == WorkspaceFiles::Kind::directory && !entry.link && entry.name != ".git" && depth + 1 < kDeepest) {
          waiting.emplace_back(std::move(path), depth + 1);
        }
      }
    }
    return stop(0);
  }
  [[nodiscard]] std::string stop(std::size_t seen) const {
    if (cancel_.cancelled()) return "stopped: " + cancel_.why();
    if (Time::now() > end_) return "stopped after 30 s; narrow the search";
    return seen > kMostVisited ? "stopped after 200000 entries; narrow the search" : "";
  }

 private:
  const WorkspaceFiles& files_;
  const Cancel& cancel_;
  Time::time_point end_;
};

Result<std::string> found(const std::string& lines, const Result<std::string>& early, const char* nothing) {
  if (!early) return fail(early.error());
  if (lines.empty() && early->empty()) return nothing;
  return early->empty() ? lines : lines + "[" + *early + "]\n";
}

Result<Regex> pattern_of(const SearchFiles& wanted) {
  const auto refuse = [](const std::string& why) { return fail_field(Code::rejected, "pattern", "pattern: " + why); };
  if (wanted.pattern.empty()) return refuse("must not be empty");
  if (wanted.pattern.find('\0') != std::string::npos || wanted.pattern.find('\n') != std::string::npos)
    return refuse("must be one line of text");
  const bool regular = wanted.regex.value_or(true);
  auto pattern = Regex::compile(wanted.pattern, {.ignore_case = wanted.ignore_case.value_or(false), .literal = !regular});
  if (!pattern) return refuse(pattern.error().message() + (regular ? "; set regex to false to look for the text as it is" : ""));
  return pattern;
}

/// A line for matching: bytes that are not UTF-8 become replacement characters.
std::string legible(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    std::uint32_t code = 0;
    const std::size_t size = decode_utf8(line, code);
    text += size == 0 ? std::string_view("\xEF\xBF\xBD") : line.substr(0, size);
    line.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return text;
}

bool is_found(const Regex& pattern, std::string_view line) { return pattern.found_in(is_utf8(line) ? line : legible(line)); }

/// Appends the matching lines of one file as path:number:line. False when there is no room for more.
bool search(std::string_view text, const std::string& path, const Regex& pattern, const Walk& walk, std::int64_t& room, std::string& out) {
  for (std::size_t number = 1; !text.empty() && walk.stop(0).empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!is_found(pattern, line.substr(0, kLongestLine))) continue;
    if (room-- == 0) return false;
    out += path + ":" + std::to_string(number) + ":" + std::string(line.substr(0, kShownOfLine)) +
           (line.size() > kShownOfLine ? " …" : "") + "\n";
  }
  return true;
}

}  // namespace

void add_search_tools(ToolGroup& group, const WorkspaceFiles& files, const CredentialsService& credentials) {
  group.add<SearchFiles>("search_files", "Finds lines of the workspace's text files, as path:line number:line.",
                         [&files, &credentials](const ToolRun& run, const SearchFiles& wanted) -> Result<std::string> {
                           auto pattern = pattern_of(wanted);
                           if (!pattern) return fail(std::move(pattern.error()));
                           std::int64_t room = wanted.limit.value_or(200);
                           std::string out;
                           const Walk walk(files, run.cancel);
                           const auto early = walk.each(wanted.path.value_or("."), [&](const std::string& path) {
                             // Names and lines match as they are shown: a match must not tell what a mask hides.
                             const std::string name = credentials.masked(run.agent, path);
                             if (wanted.glob && !path_fits_glob(name, *wanted.glob)) return true;
                             const auto text = files.read(path, kMostSearched);
                             if (!text || text->find('\0') < 8192) return true;
                             return search(credentials.masked(run.agent, *text), name, *pattern, walk, room, out);
                           });
                           return found(out, early, "no line matches");
                         });
  group.add<FindFiles>("find_files", "Finds files of the workspace by name.",
                       [&files, &credentials](const ToolRun& run, const FindFiles& wanted) {
                         std::int64_t room = wanted.limit.value_or(500);
                         std::string out;
                         const auto early = Walk(files, run.cancel).each(wanted.path.value_or("."), [&](const std::string& path) {
                           const std::string name = credentials.masked(run.agent, path);
                           if (!path_fits_glob(name, wanted.glob)) return true;
                           if (room-- == 0) return false;
                           out += name + "\n";
                           return true;
                         });
                         return found(out, early, "no file matches");
                       });
}

}  // namespace facio::serve
