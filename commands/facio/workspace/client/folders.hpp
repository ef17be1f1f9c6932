// A folder of the agent and a local folder, behind one interface.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cli/command_line/client.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/workspace/client/service.hpp"

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

struct FileFacts {
  std::int64_t size = 0;
  std::optional<bool> executable;  ///< where the folder keeps that
};

struct Listing {
  std::map<std::string, FileFacts> files;  ///< by path below the folder
  bool whole = true;                       ///< false when a part of it could not be listed
};

/// Regular files by their path below the folder.
class Folder {
 public:
  virtual ~Folder() = default;
  /// Code::not_found when there is no such folder.
  virtual Result<Listing> list(Progress& progress) = 0;
  /// Nothing when there is no such file.
  virtual Result<std::optional<std::string>> read(const std::string& path) = 0;
  /// `executable`: whether the file can be run; without it as before, and no for a new one.
  virtual Status write(const std::string& path, std::string_view bytes, std::optional<bool> executable) = 0;
  virtual Status remove(const std::string& path) = 0;
  /// Called once after all writes.
  virtual Status finish() { return {}; }
};

std::unique_ptr<Folder> agent_folder(Client& client, std::string directory);
std::unique_ptr<Folder> local_folder(Client& client, std::string directory);

}  // namespace facio::workspace
