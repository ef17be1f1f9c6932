// facioctl librefang users rotate-key, pairing complete: a key that is told once, written to a file and shown nowhere.
#include "cli/command_line/client.hpp"
#include "cli/core/file_writer.hpp"
#include "cli/core/utf8.hpp"

namespace facio::librefang {
namespace {

/// Sends the command's request and puts the member `key` of the answer into the file of --key-to, which is there, empty and out of sight,
/// before anything is sent. `always`: a success without a key is a failure.
Result<int> with_key_file(Client& client, std::string_view key, bool always) {
  const std::string path(client.invocation().value("key_to"));
  const auto request = client.request();
  if (!request) return fail(request.error());
  if (client.invocation().global.only_shows()) return send_and_print(client, *request);
  std::optional<FileWriter> file;
  if (!path.empty()) {
    auto opened = FileWriter::open(path, 0600, FileWriter::Existing::keep);
    if (!opened) return fail(std::move(opened.error()).with_field("--key-to"));
    file.emplace(std::move(*opened));
  }
  return with_json(client, request, [&](JsonDocument& reply) -> Result<int> {
    const Secret told(reply.root().get(key).text());
    reply.erase(key);
    if (told.empty() && file && !always) {
      warn(client, {"the daemon gave no key; " + printable(path) + " was not written"});
    } else if (told.empty() && file) {
      return fail(Code::partial, "the daemon gave no key, and " + printable(path) + " was not written; an old key may have ended",
                  "facioctl librefang users list");
    } else if (!told.empty() && !file) {
      warn(client, {"the daemon gave a key, which is not kept; --key-to FILE keeps it"});
    } else if (file) {
      auto status = file->write(told.reveal());
      if (status) status = file->write("\n");
      if (status) status = file->finish();
      if (!status) return fail(std::move(status.error()).with_hint("the new key holds, but nobody has it: ask for another one"));
    }
    return print_reply(client, *client.invocation().endpoint, reply.dump());
  });
}

}  // namespace

Result<int> rotate_key(Client& client) { return with_key_file(client, "new_api_key", true); }
Result<int> pair(Client& client) { return with_key_file(client, "api_key", false); }

}  // namespace facio::librefang
