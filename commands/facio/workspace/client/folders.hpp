// A folder of the agent and a folder of this machine, seen the same way.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/command_line/client.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/workspace/client/remote.hpp"

namespace facio::workspace {

/// One line on a terminal's stderr that tells how far it is, from 300 ms on.
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
  /// Everything was written.
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

/// Links below it are neither followed nor replaced: whatever names the agent has for its files, they stay inside.
class LocalFolder final : public Folder {
 public:
  LocalFolder(Client& client, std::string directory) : client_(client), directory_(std::move(directory)) {}
  Result<Listing> list(Progress& progress) override;
  Result<std::optional<std::string>> read(const std::string& path) override;
  Status write(const std::string& path, std::string_view bytes) override;
  Status remove(const std::string& path) override;
  Status finish() override;

 private:
  /// Opened when it is there, made when it is needed.
  Result<const WorkspaceFiles*> open(bool make);
  Status walk(const WorkspaceFiles& files, const std::string& directory, int levels, Listing& listing, Progress& progress);
  Client& client_;
  std::string directory_;
  std::optional<WorkspaceFiles> files_;
};

}  // namespace facio::workspace
