// Another process that puts links in the place of directories meanwhile.
#include <atomic>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <thread>

#include "tests/unit/cli/files/scratch.hpp"

namespace facio::serve {
namespace {

/// Exchanges two names for each other, over and over, until the end of its life.
class Swapper {
 public:
  Swapper(std::string first, std::string second) : first_(std::move(first)), second_(std::move(second)), thread_([this] { run(); }) {
    while (swaps_ < 100) std::this_thread::yield();
  }
  ~Swapper() {
    stop_ = true;
    thread_.join();
  }
  Swapper(const Swapper&) = delete;
  Swapper& operator=(const Swapper&) = delete;
  [[nodiscard]] long swaps() const { return swaps_; }

 private:
  void run() {
    while (!stop_)
      if (::syscall(SYS_renameat2, AT_FDCWD, first_.c_str(), AT_FDCWD, second_.c_str(), RENAME_EXCHANGE) == 0) ++swaps_;
  }
  std::string first_, second_;
  std::atomic<bool> stop_ = false;
  std::atomic<long> swaps_ = 0;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a directory that is swapped for a link meanwhile leads nowhere else") {
  const Lookup lookup = GENERATE(Lookup::kernel, Lookup::component);
  const Scratch scratch(lookup);
  Scratch::put(scratch.inside("d/secret"), "inside");
  Scratch::link("../outside", scratch.inside("trap"));
  int good = 0, refused = 0;
  {
    const Swapper swapper(scratch.inside("d"), scratch.inside("trap"));
    const long before = swapper.swaps();
    for (int i = 0; i < 200'000 && (i < 3'000 || good == 0 || refused == 0); ++i) {
      const auto read = scratch.files.read("d/secret", 99);
      if (read) REQUIRE(*read == "inside");
      ++(read ? good : refused);
      if (i % 10 == 0) {
        const auto written = scratch.files.write("d/new/file", "x", WorkspaceFiles::Durable::at_sync);
        static_cast<void>(scratch.files.write("d/secret", "inside", WorkspaceFiles::Durable::at_sync));
        static_cast<void>(scratch.files.remove_tree("d/new"));
        static_cast<void>(scratch.files.list("d"));
      }
    }
    CHECK(swapper.swaps() > before);
  }
  CHECK(good > 0);
  CHECK(refused > 0);
  CHECK(Scratch::text_of(scratch.outside("secret")) == "not for the agent");
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.base + "/outside"), {}) == 1);
}

TEST_CASE("readers see a file whole while it is replaced") {
  const Scratch scratch;
  const std::string first(50'000, 'a'), second(70'000, 'b');
  REQUIRE(scratch.files.write("file", first));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i)
      static_cast<void>(scratch.files.write("file", i % 2 == 0 ? second : first, WorkspaceFiles::Durable::at_sync));
  });
  int seen = 0;
  for (int i = 0; i < 2'000; ++i) {
    const auto read = scratch.files.read("file", 100'000);
    if (read && (*read == first || *read == second)) ++seen;
  }
  stop = true;
  writer.join();
  CHECK(seen == 2'000);
  CHECK(scratch.leftovers() == 0);
}

}  // namespace facio::serve
