#include "commands/facio/workspace/client/folders.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>

#include "cli/core/files.hpp"
#include "cli/files/workspace_files.hpp"
#include "cli/output/render.hpp"

namespace facio::workspace {
namespace {

constexpr auto kQuiet = std::chrono::milliseconds(300);
constexpr auto kStep = std::chrono::milliseconds(100);
constexpr int kDeepest = 64;
constexpr std::size_t kMostFiles = 100'000;  // an agent may tell of ever more of them
constexpr std::string_view kTooLarge = "it is larger than 256 MiB";

void warn(Client& client, const std::string& path, const std::string& why) {
  (void)note(client, "facioctl: warning: " + path + " is skipped: " + why);
}

class AgentFolder final : public Folder {
 public:
  AgentFolder(Client& client, std::string directory) : client_(client), directory_(std::move(directory)) {}

  /// Skips names that could lead out of a local folder, with a warning.
  Result<Listing> list(Progress& progress) override {
    Listing listing;
    left_.push_back(directory_);
    while (!left_.empty()) {
      const std::string asked = left_.front();
      left_.pop_front();
      if (listing.files.size() > kMostFiles || ++asked_ > kMostFiles)
        return fail(Code::too_large, "the agent lists more than 100000 files or directories");
      auto answer = asked.empty() ? client_.ask("workspace.tree", {{"depth", {"10"}}})
                                  : client_.ask("workspace.tree", {{"path", {asked}}, {"depth", {"10"}}});
      if (!answer && asked != directory_ && answer.error().code() == Code::not_found) continue;  // removed in the meantime
      if (!answer) return fail(std::move(answer.error()));
      const JsonRef tree = answer->root().get("tree"), children = tree.get("children");
      if (const JsonRef error = tree.get("error")) incomplete(asked, error, listing);
      if (children.is(JsonKind::array)) add_all(children, asked, listing);
      else incomplete(asked, {}, listing);
      progress.tell("listing", listing.files.size(), 0);
    }
    return listing;
  }

  Result<std::optional<std::string>> read(const std::string& path) override { return read_file(client_, whole(path)); }

  Status write(const std::string& path, std::string_view bytes, std::optional<bool> executable) override {
    const auto request = write_request(client_, whole(path), bytes, executable);
    if (!request) return fail(request.error());
    const auto response = client_.send(*request);
    if (!response) return fail(response.error());
    if (executable.value_or(false) && !warned_ && !keeps_executable(response->body)) {
      warned_ = true;
      warn(client_, {"this agent does not record which files are executable"});
    }
    return {};
  }

  Status remove(const std::string& path) override {
    return client_.ask("workspace.delete", {{"path", {whole(path)}}}).map([](auto&&) {});
  }

 private:
  [[nodiscard]] std::string whole(const std::string& path) const { return directory_.empty() ? path : directory_ + "/" + path; }

  static bool keeps_executable(const std::string& reply) {
    const auto written = JsonDocument::parse(reply);
    return written && written->root().get("executable").is(JsonKind::boolean);
  }

  void add_all(JsonRef children, const std::string& directory, Listing& listing) {
    for (std::size_t i = 0; i < children.size(); ++i) add(children.at(i), directory, listing);
  }

  void add(JsonRef node, const std::string& directory, Listing& listing) {
    const auto text = [&](std::string_view name) { return node.get(name).text(); };
    // The agent's `path` is not trusted; a name cannot hold a slash.
    const std::string name = text("name");
    const std::string path = directory.empty() ? name : directory + "/" + name;
    if (name.find_first_of("/\\") != std::string::npos || name == "." || !WorkspaceFiles::check_path(name))
      return skip(path, "its name is not safe");
    if (name == ".git") return skip(path, "it belongs to git");  // its configuration can run programs
    if (node.get("link") && node.get("link").boolean()) return skip(path, "it is a link");
    if (text("type") == "dir") {
      if (const JsonRef children = node.get("children"); children.is(JsonKind::array)) add_all(children, path, listing);
      else if (std::ranges::count(path, '/') >= kDeepest) incomplete(path, {}, listing);
      else left_.push_back(path);
      return;
    }
    if (node.get("error")) return skip(path, text("error"));
    const JsonRef size = node.get("size"), executable = node.get("executable");
    FileFacts facts{.size = size.is(JsonKind::integer) ? size.integer() : 0};
    if (executable.is(JsonKind::boolean)) facts.executable = executable.boolean();
    if (facts.size > kMostCopied) listing.whole = false;
    if (facts.size > kMostCopied) return skip(path, std::string(kTooLarge));
    listing.files[directory_.empty() ? path : path.substr(directory_.size() + 1)] = facts;
  }

  void skip(const std::string& path, const std::string& why) { warn(client_, printable(path), printable(why)); }
  void incomplete(const std::string& path, JsonRef why, Listing& listing) {
    listing.whole = false;
    skip(path.empty() ? "." : path, why.is(JsonKind::string) ? why.string() : "the agent did not list it");
  }

  Client& client_;
  std::string directory_;
  bool warned_ = false;
  std::size_t asked_ = 0;
  std::deque<std::string> left_;  ///< directories that need a request of their own
};

/// Never follows or replaces links, so that no file name of the agent leads out of it.
class LocalFolder final : public Folder {
 public:
  LocalFolder(Client& client, std::string directory) : client_(client), directory_(std::move(directory)) {}

  Result<Listing> list(Progress& progress) override {
    const auto files = open(false);
    if (!files) return fail(files.error());
    Listing listing;
    return walk(**files, "", kDeepest, listing, progress).map([&] { return std::move(listing); });
  }

  Result<std::optional<std::string>> read(const std::string& path) override {
    const auto files = open(false);
    if (!files && files.error().code() == Code::not_found) return std::optional<std::string>();
    if (!files) return fail(files.error());
    auto bytes = (*files)->read(path, static_cast<std::size_t>(kMostCopied));
    if (!bytes && bytes.error().code() == Code::not_found) return std::optional<std::string>();
    if (!bytes) return fail(located(bytes.error()));
    return std::optional<std::string>(std::move(*bytes));
  }

  Status write(const std::string& path, std::string_view bytes, std::optional<bool> executable) override {
    const auto files = open(true);
    if (!files) return fail(files.error());
    // Never follow a linked directory, even one that stays inside.
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      if (const auto above = (*files)->look(path.substr(0, slash)); above && above->link)
        return fail(Code::usage, directory_ + "/" + path.substr(0, slash) + " is a link, which is not followed");
    const auto written = (*files)->write(path, bytes, WorkspaceFiles::Durable::at_sync, WorkspaceFiles::By::the_operator, executable);
    return written ? Status{} : fail(located(written.error()));
  }

  Status remove(const std::string& path) override {
    const auto files = open(false);
    if (!files) return fail(files.error());
    const auto removed = (*files)->remove(path);
    return removed ? Status{} : fail(located(removed.error()));
  }

  Status finish() override { return files_ ? files_->sync() : Status{}; }

 private:
  [[nodiscard]] Error located(const Error& why) const {
    return Error(why.code() == Code::rejected ? Code::usage : why.code(), directory_ + ": " + why.message());
  }

  /// Opens the directory on first use; `make` creates a missing one.
  Result<const WorkspaceFiles*> open(bool make) {
    if (files_) return &*files_;
    std::error_code error;
    if (!std::filesystem::exists(directory_, error)) {
      if (!make) return fail(Code::not_found, "there is no directory " + directory_);
      if (auto made = make_directories_above(directory_ + "/"); !made) return fail(std::move(made.error()));
    }
    auto opened = WorkspaceFiles::open(directory_);
    if (!opened) return fail(Code::usage, "cannot use the directory " + directory_ + ": " + opened.error().message());
    files_.emplace(std::move(*opened));
    return &*files_;
  }

  Status walk(const WorkspaceFiles& files, const std::string& directory, int levels, Listing& listing, Progress& progress) {
    const auto entries = files.list(directory);
    if (!entries) return fail(located(entries.error()));
    for (const auto& entry : *entries) {
      const std::string path = directory.empty() ? entry.name : directory + "/" + entry.name;
      const auto skip = [&](const std::string& why) { warn(client_, directory_ + "/" + printable(path), why); };
      if (entry.name == ".git") continue;  // neither sent nor, with --delete, removed
      if (entry.link) {
        skip("it is a link");
      } else if (!entry.error.empty() || !WorkspaceFiles::check_path(path)) {
        skip("its name or its type cannot be sent");
      } else if (entry.kind == WorkspaceFiles::Kind::directory) {
        if (levels == 0) skip("it is too deep");
        else if (auto status = walk(files, path, levels - 1, listing, progress); !status) return status;
      } else if (entry.size > kMostCopied) {
        listing.whole = false;
        skip(std::string(kTooLarge));
      } else if (entry.kind == WorkspaceFiles::Kind::file) {
        listing.files[path] = {.size = entry.size, .executable = entry.executable};
        progress.tell("listing", listing.files.size(), 0);
      } else {
        skip("it is not a regular file");
      }
    }
    return {};
  }

  Client& client_;
  std::string directory_;
  std::optional<WorkspaceFiles> files_;
};

}  // namespace

Progress::Progress(Client& client)
    : err_(client.streams().err),
      wanted_(client.streams().err.is_terminal() && !client.invocation().global.quiet),
      next_(std::chrono::steady_clock::now() + kQuiet) {}

void Progress::tell(const char* what, std::size_t done, std::size_t all) {
  if (!wanted_ || std::chrono::steady_clock::now() < next_) return;
  next_ = std::chrono::steady_clock::now() + kStep;
  shown_ = true;
  (void)err_.draw(std::string(what) + " " + std::to_string(done) + (all == 0 ? "" : "/" + std::to_string(all)));
}

void Progress::clear() {
  if (!shown_) return;
  shown_ = false;
  (void)err_.draw({});
}

std::unique_ptr<Folder> agent_folder(Client& client, std::string directory) {
  return std::make_unique<AgentFolder>(client, std::move(directory));
}

std::unique_ptr<Folder> local_folder(Client& client, std::string directory) {
  return std::make_unique<LocalFolder>(client, std::move(directory));
}

Result<std::vector<std::string>> list_all_files(Client& client) {
  Progress progress(client);
  auto listing = agent_folder(client, {})->list(progress);
  if (!listing) return fail(std::move(listing.error()));
  if (!listing->whole) return fail(Code::partial, "a part of the workspace could not be listed");
  std::vector<std::string> paths;
  for (const auto& [path, facts] : listing->files) paths.push_back(path);
  return paths;
}

Status write_below(Client& client, const std::string& directory, const std::map<std::string, std::string>& files) {
  const auto folder = local_folder(client, directory);
  for (const auto& [path, bytes] : files)
    if (auto written = folder->write(path, bytes, std::nullopt); !written) return written;
  return folder->finish();
}

}  // namespace facio::workspace
