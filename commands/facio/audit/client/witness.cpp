// facioctl audit witness: the signed checkpoint of a log, kept elsewhere.
#include "commands/facio/audit/client/witness.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/core/json.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/audit/client/log.hpp"

namespace facio::audit {
namespace {

constexpr std::size_t kMostOfWitness = std::size_t{64} << 20;

/// The text in pieces between blank lines.
std::vector<std::string_view> paragraphs(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    const auto gap = text.find("\n\n");
    std::string_view one = text.substr(0, gap);
    text = gap == std::string_view::npos ? std::string_view{} : text.substr(gap + 2);
    while (one.starts_with('\n')) one.remove_prefix(1);
    while (one.ends_with('\n')) one.remove_suffix(1);
    if (!one.empty()) all.push_back(one);
  }
  return all;
}

Invocation for_context(const Invocation& from, const std::string& context) {
  Invocation made;
  made.endpoint = from.endpoint;
  made.global = from.global;
  made.global.target = {};
  made.global.target.context = context;
  made.global.target.own_token = true;
  return made;
}

/// A file of the workspace; a witness file is text, so one in base64 is none.
Result<std::optional<std::string>> read_workspace(Client& client, const std::string& path) {
  auto answer = client.ask("workspace.read", {{"path", path}});
  if (!answer && answer.error().code() == Code::not_found) return std::optional<std::string>();
  if (!answer) return fail(std::move(answer.error()));
  return std::optional(answer->root().get("content").text());
}

Status write_workspace(Client& client, const std::string& path, const std::string& text) {
  auto request = client.request_to("workspace.write", {{"path", path}}, json_object("content", text, "encoding", "utf-8").text);
  if (!request) return fail(std::move(request.error()));
  return client.send(*request).map([](const Response&) {});
}

Status written_to(const std::string& path, int error) { return fail(Code::output, "cannot write " + path + ": " + system_reason(error)); }

/// Appends under a lock, so that two that keep the same file do not mix their notes.
Status append_file(const std::string& path, std::string_view more) {
  auto target = file_behind(path);
  if (!target) return fail(std::move(target.error()));
  const Descriptor file(::open(target->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file || ::flock(file.get(), LOCK_EX) != 0 || !write_all(file.get(), more) || ::fsync(file.get()) != 0)
    return written_to(path, errno);
  const auto parent = std::filesystem::path(*target).parent_path();
  const Descriptor directory(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return written_to(path, errno);
  return {};
}

Result<std::optional<std::string>> read_witness_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::optional<std::string>{};
  std::string text;
  if (!file || !read_all(file.get(), text, kMostOfWitness)) return fail(Code::usage, path + ": " + system_reason(errno));
  return std::optional(std::move(text));
}

/// What the new checkpoint may not be when this was the last one.
Status check_growth(const Witnessed& last, const AgentCheckpoint& now, const std::string& place) {
  const auto refused = [&](const std::string& why) {
    return fail(Code::integrity, "the log does not match what " + place + " has of it: " + why,
                "facioctl audit verify --server --witness " + place);
  };
  if (last.key.text() != now.key.text()) return refused("it is signed by " + now.key.name + " now, but was signed by " + last.key.name);
  if (now.checkpoint.size < last.checkpoint.size)
    return refused("it has " + std::to_string(now.checkpoint.size) + " events now, but had " + std::to_string(last.checkpoint.size));
  if (now.checkpoint.size == last.checkpoint.size && now.checkpoint.root != last.checkpoint.root)
    return refused("its " + std::to_string(now.checkpoint.size) + " events are different");
  return {};
}

}  // namespace

Result<std::vector<Witnessed>> parse_witness(std::string_view text) {
  std::vector<Witnessed> all;
  std::optional<NoteKey> key;
  std::string_view body;
  for (const std::string_view one : paragraphs(text)) {
    if (!one.starts_with("\xe2\x80\x94 ")) {
      if (!body.empty()) return fail(Code::rejected, "is not a witness file: a note has no signature");
      auto found = NoteKey::parse(one);
      if (found) key = std::move(*found);
      else body = one;
      continue;
    }
    if (body.empty() || !key) return fail(Code::rejected, body.empty() ? "is not a witness file: a signature has no note" : "names no key");
    auto checkpoint = open_checkpoint(std::string(body) + "\n\n" + std::string(one) + "\n", *key);
    const std::string which = "checkpoint " + std::to_string(all.size() + 1) + " ";
    if (!checkpoint) return fail(checkpoint.error().code(), which + checkpoint.error().message());
    if (checkpoint->origin != key->name) return fail(Code::integrity, which + "belongs to a different log than its key");
    all.push_back({*key, std::move(*checkpoint)});
    body = {};
  }
  if (!body.empty()) return fail(Code::rejected, "is not a witness file, or it is truncated");
  return all;
}

Result<WitnessPlace> WitnessPlace::from(Client& client, std::string_view text) {
  WitnessPlace place;
  place.name_ = text;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || text.substr(0, colon).find('/') != std::string_view::npos) {
    place.path_ = text;
    return place;
  }
  place.context_ = text.substr(0, colon);
  place.path_ = text.substr(colon + 1);
  const auto config = client.config();
  if (!config) return fail(config.error());
  if (config->find(place.context_) == nullptr)
    return fail(Code::usage, "there is no context " + printable(place.context_),
                "facioctl context list; write ./" + printable(place.name_) + " for a file of that name");
  return place;
}

Result<std::optional<std::string>> WitnessPlace::read(Client& client) {
  if (context_.empty()) return read_witness_file(path_);
  const Invocation invocation = for_context(client.invocation(), context_);
  Client other(invocation, client.streams(), client.environment());
  return read_workspace(other, path_);
}

Status WitnessPlace::append(Client& client, std::string_view before, std::string_view more) {
  if (context_.empty()) return append_file(path_, more);
  const Invocation invocation = for_context(client.invocation(), context_);
  Client other(invocation, client.streams(), client.environment());
  return write_workspace(other, path_, std::string(before) + std::string(more));
}

Result<AgentCheckpoint> ask_checkpoint(Client& client) {
  auto reply = client.ask("audit.checkpoint");
  if (!reply) return fail(std::move(reply.error()));
  const JsonRef root = reply->root();
  auto key = NoteKey::parse(root.get("key").text());
  if (!key) return fail(Code::server, "the key of the audit log " + key.error().message());
  const std::string wanted(client.invocation().value("key"));
  if (!wanted.empty() && wanted != key->text())
    return fail(Code::integrity, "the audit log is not signed by the key of --key but by " + printable(key->text()));
  std::string note = root.get("checkpoint").text();
  auto checkpoint = open_checkpoint(note, *key);
  if (!checkpoint) return fail(Code::integrity, "the checkpoint of the agent " + checkpoint.error().message());
  if (checkpoint->origin != key->name) return fail(Code::integrity, "the agent's checkpoint belongs to a different log than its key");
  return AgentCheckpoint{std::move(*key), std::move(note), std::move(*checkpoint), std::move(*reply)};
}

Result<int> witness(Client& client) {
  const Invocation& invocation = client.invocation();
  if (invocation.global.only_shows()) return only_show(client, "audit.checkpoint");
  auto place = WitnessPlace::from(client, invocation.value("to"));
  if (!place) return fail(std::move(place.error()));
  auto before = place->read(client);
  if (!before) return fail(std::move(before.error()));
  auto known = parse_witness(before->value_or(""));
  if (!known)
    return fail(known.error().code() == Code::integrity ? Code::integrity : Code::usage,
                printable(place->name()) + " " + known.error().message());
  auto now = ask_checkpoint(client);
  if (!now) return fail(std::move(now.error()));
  const bool first = known->empty();
  if (!first)
    if (auto status = check_growth(known->back(), *now, place->name()); !status) return fail(std::move(status.error()));
  const std::string events = std::to_string(now->checkpoint.size) + (now->checkpoint.size == 1 ? " event" : " events");
  const std::string more = (first ? now->key.text() + "\n\n" : "\n") + now->note;
  if (first || known->back().checkpoint.size != now->checkpoint.size)
    if (auto status = place->append(client, before->value_or(""), more); !status) return fail(std::move(status.error()));
  return exit_code(note(client, "the checkpoint of " + events + " is in " + printable(place->name())));
}

}  // namespace facio::audit
