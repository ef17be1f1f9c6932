// facioctl librefang agents upload: a file's bytes, with its type and its name in headers.
#include <algorithm>
#include <array>

#include "cli/command_line/sources.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio::librefang {
namespace {

constexpr std::size_t kMostBytes = std::size_t{10} * 1024 * 1024;  // what the daemon takes

/// Endings and types, in pairs: those that the daemon takes.
constexpr std::string_view kTypes =
    "png image/png jpg image/jpeg jpeg image/jpeg webp image/webp gif image/gif mp3 audio/mpeg wav audio/wav ogg audio/ogg m4a audio/mp4 "
    "flac audio/flac webm audio/webm pdf application/pdf txt text/plain log text/plain md text/markdown csv text/csv json application/json "
    "xml application/xml yaml application/yaml yml application/yaml toml application/toml sql application/sql js application/javascript "
    "ts application/typescript py text/x-python";

std::string_view type_of(std::string_view name) {
  const auto dot = name.rfind('.');
  const std::string ending = dot == std::string_view::npos ? std::string() : lower(name.substr(dot + 1));
  for (std::string_view rest = kTypes; !rest.empty();) {
    const std::string_view known = split_off(rest, ' '), type = split_off(rest, ' ');
    if (known == ending) return type;
  }
  return {};
}

/// A name as a header can hold it.
std::string for_header(std::string_view name) {
  std::string out(name.substr(name.rfind('/') + 1));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e; }, '_');
  return out;
}

}  // namespace

Result<int> upload(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string file(invocation.value("file"));
  const std::string_view given = invocation.value("filename");
  const std::string name = for_header(!given.empty() ? given : file == "-" ? "upload" : std::string_view(file));
  const std::string type(invocation.given("content-type") ? invocation.value("content-type") : type_of(name));
  if (type.empty())
    return fail(Error(Code::usage, "--content-type: the ending of '" + printable(name) + "' does not tell its type")
                    .with_field("--content-type")
                    .with_hint("--content-type text/plain"));
  Sources sources{client.streams(), client.environment(), {}, invocation.global.target.token_stdin};
  auto bytes = read_source(sources, file, kMostBytes, "FILE");
  if (!bytes) return fail(std::move(bytes.error()));
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  const std::string what = "uploading " + printable(name) + " (" + std::to_string((bytes->size() + 1023) / 1024) + " KiB)";
  request->has_body = true;
  request->body = std::move(*bytes);
  request->content_type = type;
  request->headers.emplace_back("X-Filename", name);
  const Waiting waiting(client, {.what = what});
  return send_and_print(client, *request);
}

}  // namespace facio::librefang
