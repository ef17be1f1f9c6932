// Gives every input of the corpus to its target, without a fuzzer: what was found once must not come back.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/target.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  for (const auto targets : facio::fuzz::kTargets) {
    for (const facio::fuzz::Target& target : targets()) {
      std::size_t count = 0;
      for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(argv[1]) / target.name)) {
        std::ifstream in(file.path(), std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        // Named first: an abort says nothing else.
        std::printf("%s\n", file.path().c_str());
        std::fflush(stdout);
        target.take(bytes);
        ++count;
      }
      if (count == 0) {
        std::fprintf(stderr, "no input for %s\n", std::string(target.name).c_str());
        return 1;
      }
    }
  }
  return 0;
}
