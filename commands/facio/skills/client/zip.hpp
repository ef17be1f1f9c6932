// Skills as zip files.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_line/client.hpp"
#include "commands/facio/skills/rules.hpp"

namespace facio::skills {

/// Files by path, as a zip file; the same files give the same bytes.
class ZipWriter {
 public:
  ZipWriter();
  ~ZipWriter();
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;
  /// Paths must come in order. Code::output when the library fails.
  Status add(const std::string& path, std::string_view bytes);
  /// The whole file; nothing can be added afterwards.
  Result<std::string> finish();

 private:
  struct Memory {
    std::string bytes;
    std::size_t at = 0;
  };
  friend struct MemoryFunctions;
  Memory memory_;
  void* file_ = nullptr;
};

struct Packed {
  FrontMatter front;
  std::string zip;
  std::size_t files = 0;
};
/// Packs a skill's directory after looking at its SKILL.md, its size and its files. Code::usage tells what is wrong with it.
Result<Packed> pack_directory(const std::string& directory);

}  // namespace facio::skills
