// Frames of a WebSocket, as their bytes come; the whole of it is tried on real daemons.
#include <catch2/catch.hpp>

#include "cli/http/web_socket.hpp"

using namespace facio;

namespace {

std::string frame(unsigned first, std::string_view payload) {
  std::string bytes(1, static_cast<char>(first));
  if (payload.size() < 126) bytes += static_cast<char>(payload.size());
  else bytes.append({126, static_cast<char>(payload.size() >> 8 & 0xff), static_cast<char>(payload.size() & 0xff)});
  return bytes.append(payload);
}

/// What a reader makes of bytes: its messages with a bar behind each, or the error.
std::string read(std::string_view bytes, std::size_t step) {
  WebSocketReader reader;
  std::string all;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.feed(bytes.substr(at, step));
    for (;;) {
      auto message = reader.next();
      if (!message) return all + "!";
      if (!*message) break;
      constexpr const char* kKinds[] = {"text ", "ping ", "close "};
      all += kKinds[static_cast<int>((*message)->kind)] + (*message)->data + "|";
    }
  }
  return all;
}

}  // namespace

TEST_CASE("web socket: messages in pieces, with control frames between, however the bytes come") {
  const std::string bytes = frame(0x01, "one ") + frame(0x89, "p") + frame(0x80, "message") + frame(0x82, "binary") + frame(0x8a, "") +
                            frame(0x81, std::string(300, 'x')) +
                            frame(0x88,
                                  "\x03\xe8"
                                  "bye");
  const std::string expected = "ping p|text one message|text " + std::string(300, 'x') + "|close bye|";
  for (std::size_t step = 1; step <= bytes.size(); ++step) CHECK(read(bytes, step) == expected);
}

TEST_CASE("web socket: what a server must not send ends the connection") {
  CHECK(read(std::string("\x81\x81"
                         "abcd"
                         "x"),
             99) == "!");                                                               // masked
  CHECK(read(frame(0xc1, "x"), 99) == "!");                                             // an extension
  CHECK(read(frame(0x83, "x"), 99) == "!");                                             // an unknown kind
  CHECK(read(frame(0x80, "x"), 99) == "!");                                             // a piece of nothing
  CHECK(read(frame(0x01, "x") + frame(0x81, "y"), 99) == "!");                          // a new message within another
  CHECK(read(frame(0x09, "x"), 99) == "!");                                             // a ping in pieces
  CHECK(read(frame(0x89, std::string(126, 'x')), 999) == "!");                          // a ping that is too long
  CHECK(read(frame(0x81, "\xff"), 99) == "!");                                          // no UTF-8
  CHECK(read(std::string("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10), 99) == "!");  // larger than anything
}

TEST_CASE("web socket: our frames are masked, with the length in its three forms") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{125}, std::size_t{126}, std::size_t{65535}, std::size_t{65536}}) {
    const std::string payload(size, 'a');
    const std::string bytes = web_socket_frame(1, payload);
    const std::size_t head = size < 126 ? 2 : size < 65536 ? 4 : 10;
    REQUIRE(bytes.size() == head + 4 + size);
    CHECK((bytes[1] & 0x80) != 0);
    std::string back;
    for (std::size_t at = 0; at < size; ++at) back += static_cast<char>(bytes[head + 4 + at] ^ bytes[head + at % 4]);
    CHECK(back == payload);
  }
}
