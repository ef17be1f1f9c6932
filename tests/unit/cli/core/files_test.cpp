#include "cli/core/files.hpp"

#include <catch2/catch.hpp>
#include <thread>

using namespace facio;

namespace {

/// What is read of these bytes, which come through a pipe in pieces of this size.
std::string through_pipe(const std::string& bytes, std::size_t piece, std::size_t most = std::string::npos) {
  PipeEnds pipe = make_pipe();
  REQUIRE(pipe);
  std::string read;
  std::thread writer([&] {
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      if (!write_all(pipe.writing.get(), std::string_view(bytes).substr(at, piece))) break;
    pipe.writing.close();
  });
  CHECK(read_all(pipe.reading.get(), read, most));
  if (most != std::string::npos) {  // lets the writer end, who may have more
    std::string rest;
    CHECK(read_all(pipe.reading.get(), rest, std::string::npos));
  }
  writer.join();
  return read;
}

std::string counted(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 251);
  return bytes;
}

}  // namespace

TEST_CASE("everything is read, in pieces of any size", "[files]") {
  for (const std::size_t size : {0, 1, 15, 16, 1023, 1024, 1025, 65535, 65536, 65537, 300'000})
    for (const std::size_t piece : {997, 70'000}) {
      INFO(size << " in pieces of " << piece);
      CHECK(through_pipe(counted(size), piece) == counted(size));
    }
}

TEST_CASE("what is read may have room already, and follows what is there", "[files]") {
  for (const std::size_t room : {0, 5, 1000, 5000}) {
    PipeEnds pipe = make_pipe();
    REQUIRE(write_all(pipe.writing.get(), counted(4000)));
    pipe.writing.close();
    std::string read = "begin";
    read.reserve(room);
    CHECK(read_all(pipe.reading.get(), read, std::string::npos));
    CHECK(read == "begin" + counted(4000));
  }
}

TEST_CASE("reading ends soon after the limit", "[files]") {
  const std::string read = through_pipe(counted(300'000), 4096, 1000);
  CHECK(read.size() > 1000);
  CHECK(read == counted(300'000).substr(0, read.size()));
  CHECK(read.size() <= 1000 + 64 * 1024);
}

TEST_CASE("a short text costs little room", "[files]") {
  const std::string read = through_pipe("a token\n", 100);
  CHECK(read == "a token\n");
  CHECK(read.capacity() <= 1024);
}
