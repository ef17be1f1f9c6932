// A folder of the agent and a local folder, behind one interface.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/command_line/client.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/workspace/client/remote.hpp"

namespace facio::workspace {

/// A progress line on a terminal's stderr, shown after 300 ms.
class Progress {
 public:
  explicit Progress(Client& client);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void tell(const char* what, std::size_t done, std::size_t all);
  void clear();

 private:
  Output& err_;
  bool wanted_, shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

struct Listing {
  std::map<std::string, std::int64_t> sizes;  ///< of files, by path below the folder
  bool whole = true;                          ///< false when a part of it could not be listed
};

/// Regular files by their path below the folder.
class Folder {
 public:
  virtual ~Folder() = default;
  /// Code::not_found when there is no such folder.
  virtual Result<Listing> list(Progress& progress) = 0;
  /// Nothing when there is no such file.
  virtual Result<std::optional<std::string>> read(const std::string& path) = 0;
  virtual Status write(const std::string& path, std::string_view bytes) = 0;
  virtual Status remove(const std::string& path) = 0;
  /// Called once after all writes.
  virtual Status finish() { return {}; }
};

class AgentFolder final : public Folder {
 public:
  AgentFolder(Client& client, std::string directory) : client_(client), directory_(std::move(directory)) {}
  Result<Listing> list(Progress& progress) override;
  Result<std::optional<std::string>> read(const std::string& path) override;
  Status write(const std::string& path, std::string_view bytes) override;
  Status remove(const std::string& path) override;

 private:
  [[nodiscard]] std::string whole(const std::string& path) const { return directory_.empty() ? path : directory_ + "/" + path; }
  Client& client_;
  std::string directory_;
};

/// Never follows or replaces links, so that no file name of the agent leads out of it.
class LocalFolder final : public Folder {
 public:
  LocalFolder(Client& client, std::string directory) : client_(client), directory_(std::move(directory)) {}
  Result<Listing> list(Progress& progress) override;
  Result<std::optional<std::string>> read(const std::string& path) override;
  Status write(const std::string& path, std::string_view bytes) override;
  Status remove(const std::string& path) override;
  Status finish() override;

 private:
  /// Opens the directory on first use; `make` creates a missing one.
  Result<const WorkspaceFiles*> open(bool make);
  Status walk(const WorkspaceFiles& files, const std::string& directory, int levels, Listing& listing, Progress& progress);
  Client& client_;
  std::string directory_;
  std::optional<WorkspaceFiles> files_;
};

}  // namespace facio::workspace
