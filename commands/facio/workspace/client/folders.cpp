#include "commands/facio/workspace/client/folders.hpp"

#include <filesystem>

#include "cli/output/render.hpp"

namespace facio::workspace {
namespace {

constexpr auto kQuiet = std::chrono::milliseconds(300);
constexpr auto kStep = std::chrono::milliseconds(100);
constexpr int kDeepest = 64;

Status local_failure(const std::string& directory, const Error& why) {
  return fail(Error(why.code() == Code::rejected ? Code::usage : why.code(), directory + ": " + why.message()));
}

}  // namespace

Progress::Progress(Client& client)
    : err_(client.streams().err),
      wanted_(client.streams().err.is_terminal() && !client.invocation().global.quiet),
      next_(std::chrono::steady_clock::now() + kQuiet) {}

void Progress::tell(const char* what, std::size_t done, std::size_t all) {
  if (!wanted_ || std::chrono::steady_clock::now() < next_) return;
  next_ = std::chrono::steady_clock::now() + kStep;
  shown_ = true;
  (void)err_.write("\r\x1b[K" + std::string(what) + " " + std::to_string(done) + (all == 0 ? "" : "/" + std::to_string(all)));
  (void)err_.flush();
}

void Progress::clear() {
  if (!shown_) return;
  shown_ = false;
  (void)err_.write("\r\x1b[K");
  (void)err_.flush();
}

// --------------------------------------------------------------------------------------------------- the agent's

Result<Listing> AgentFolder::list(Progress& progress) {
  return list_files(client_, directory_, [&progress](std::size_t files) { progress.tell("listing", files, 0); });
}

Result<std::optional<std::string>> AgentFolder::read(const std::string& path) { return read_file(client_, whole(path)); }

Status AgentFolder::write(const std::string& path, std::string_view bytes) {
  const auto request = write_request(client_, whole(path), bytes);
  if (!request) return fail(request.error());
  auto response = client_.send(*request);
  if (!response) return fail(std::move(response.error()));
  return {};
}

Status AgentFolder::remove(const std::string& path) {
  auto answer = client_.ask("workspace.delete", {{"path", {whole(path)}}});
  if (!answer) return fail(std::move(answer.error()));
  return {};
}

// ------------------------------------------------------------------------------------------------ this machine's

Result<const WorkspaceFiles*> LocalFolder::open(bool make) {
  if (files_) return &*files_;
  std::error_code error;
  if (!std::filesystem::exists(directory_, error)) {
    if (!make) return fail(Code::not_found, "there is no directory " + directory_);
    std::filesystem::create_directories(directory_, error);
    if (error) return fail(Code::output, "cannot make the directory " + directory_ + ": " + error.message());
  }
  auto opened = WorkspaceFiles::open(directory_);
  if (!opened) return fail(Code::usage, "cannot use the directory " + directory_ + ": " + opened.error().message());
  files_.emplace(std::move(*opened));
  return &*files_;
}

Status LocalFolder::walk(const WorkspaceFiles& files, const std::string& directory, int levels, Listing& listing, Progress& progress) {
  const auto entries = files.list(directory);
  if (!entries) return local_failure(directory_, entries.error());
  for (const auto& entry : *entries) {
    const std::string path = directory.empty() ? entry.name : directory + "/" + entry.name;
    const auto leave_out = [&](const std::string& why) { warn(client_, directory_ + "/" + printable(path) + " is left out: " + why); };
    if (entry.name == ".git") continue;  // neither sent nor, with --delete, removed
    if (entry.link) {
      leave_out("it is a link");
    } else if (!entry.error.empty() || !WorkspaceFiles::check_path(path)) {
      leave_out("its name or its kind cannot be sent");
    } else if (entry.kind == WorkspaceFiles::Kind::directory) {
      if (levels == 0) leave_out("it is too deep");
      else if (auto status = walk(files, path, levels - 1, listing, progress); !status) return status;
    } else if (entry.kind == WorkspaceFiles::Kind::file) {
      listing.sizes[path] = entry.size;
      progress.tell("listing", listing.sizes.size(), 0);
    } else {
      leave_out("it is no regular file");
    }
  }
  return {};
}

Result<Listing> LocalFolder::list(Progress& progress) {
  const auto files = open(false);
  if (!files) return fail(files.error());
  Listing listing;
  if (auto status = walk(**files, "", kDeepest, listing, progress); !status) return fail(std::move(status.error()));
  return listing;
}

Result<std::optional<std::string>> LocalFolder::read(const std::string& path) {
  const auto files = open(false);
  if (!files && files.error().code() == Code::not_found) return std::optional<std::string>();
  if (!files) return fail(files.error());
  auto bytes = (*files)->read(path, kMostLocal);
  if (!bytes && bytes.error().code() == Code::not_found) return std::optional<std::string>();
  if (!bytes) return fail(local_failure(directory_, bytes.error()).error());
  return std::optional<std::string>(std::move(*bytes));
}

Status LocalFolder::write(const std::string& path, std::string_view bytes) {
  const auto files = open(true);
  if (!files) return fail(files.error());
  // A directory on the way that is a link is not gone through, even where it stays inside.
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
    if (const auto above = (*files)->look(path.substr(0, slash)); above && above->link)
      return fail(Code::usage, directory_ + "/" + path.substr(0, slash) + " is a link and is not written through");
  const auto written = (*files)->write(path, bytes, WorkspaceFiles::Durable::at_sync);
  return written ? Status{} : local_failure(directory_, written.error());
}

Status LocalFolder::remove(const std::string& path) {
  const auto files = open(false);
  if (!files) return fail(files.error());
  auto removed = (*files)->remove(path);
  return removed ? Status{} : local_failure(directory_, removed.error());
}

Status LocalFolder::finish() { return files_ ? files_->sync() : Status{}; }

}  // namespace facio::workspace
