// facioctl sessions export: whole conversations as files.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "cli/command_line/several.hpp"
#include "cli/core/text.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/sessions/client/pages.hpp"
#include "commands/facio/sessions/client/transcript.hpp"

namespace facio::sessions {
namespace {

constexpr std::size_t kMostName = 180;

struct Wanted {
  std::vector<std::string> keys;
  std::string directory;  ///< empty: standard output
  std::string format;
  bool force = false;
};

/// A unique name for every key: bytes other than letters, digits and -_. become %XX, and so does a leading dot.
std::string file_name(std::string_view key, const std::string& extension) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string name;
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a, for names that are shortened
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    hash = (hash ^ byte) * 1099511628211U;
    const bool plain = is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
    if (plain && !(c == '.' && name.empty())) {
      name += c;
    } else {
      name += '%';
      name += kDigits[byte >> 4U];
      name += kDigits[byte & 15U];
    }
  }
  if (name.size() > kMostName) {
    name.resize(kMostName);
    name += '~';
    for (int shift = 60; shift >= 0; shift -= 4) name += kDigits[hash >> static_cast<unsigned>(shift) & 15U];
  }
  return name + "." + extension;
}

/// The session with all its messages, in as many requests as that takes.
Result<JsonDocument> whole_session(Client& client, const std::string& key) {
  auto session = client.ask("sessions.get", {{"key", key}});
  if (!session) return session;
  std::vector<std::string> pages;
  const auto page_of = [](JsonRef messages) {
    const std::string text = messages.dump();
    return text.substr(1, text.size() - 2);
  };
  JsonRef root = session->root();
  if (root.get("messages").kind() != JsonKind::array) return fail(Code::server, "the answer is no session with messages");
  pages.push_back(page_of(root.get("messages")));
  JsonDocument older;
  while (!root.get("hasMore").is_null() && root.get("hasMore").boolean()) {
    const JsonRef first = root.get("messages").at(0).get("seq");
    if (!first.is(JsonKind::integer))
      return fail(Code::server, "the agent cut the session short and its messages have no numbers to go on from");
    auto page = client.ask("sessions.get", {{"key", key}, {"before", std::to_string(first.integer())}});
    if (!page) return page;
    older = std::move(*page);
    root = older.root();
    if (root.get("messages").size() == 0) break;
    pages.push_back(page_of(root.get("messages")));
  }
  std::string all = "[";
  for (auto page = pages.rbegin(); page != pages.rend(); ++page) {
    if (!page->empty() && all.size() > 1) all += ',';
    all += *page;
  }
  session->erase("hasMore");
  if (auto status = session->set_json("messages", all + "]"); !status) return fail(std::move(status.error()));
  return session;
}

std::string exported(const JsonDocument& session, const std::string& format) {
  if (format == "md") return markdown(session.root());
  if (format == "json") return session.dump(2) + "\n";
  std::string lines;
  const JsonRef messages = session.root().get("messages");
  for (std::size_t i = 0; i < messages.size(); ++i) {
    JsonDocument line = JsonDocument::object();
    line.set("session", session.root().get("key"));
    line.merge(messages.at(i));
    lines += line.dump() + "\n";
  }
  return lines;
}

tl::unexpected<Error> cannot_write(const std::string& path, int why) {
  return fail(Code::output, "cannot write " + printable(path) + ": " + system_reason(why));
}

/// Writes the file atomically; an existing one is kept unless `force`.
Status write_file(const std::string& path, const std::string& text, bool force) {
  struct ::stat known {};
  if (!force && ::lstat(path.c_str(), &known) == 0)
    return fail(Code::conflict, printable(path) + " exists already; nothing was overwritten", "--force to replace it");
  const std::string part = path + ".part";
  (void)::unlink(part.c_str());
  const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return cannot_write(part, errno);
  FdOutput file(fd);
  Status written = file.write(text);
  if (written) written = file.flush();
  int failed = 0;
  if (written && ::fsync(fd) != 0) failed = errno;
  if (::close(fd) != 0 && failed == 0) failed = errno;
  if (written && failed == 0 && (force ? ::rename(part.c_str(), path.c_str()) : ::link(part.c_str(), path.c_str())) != 0) failed = errno;
  if (!force || !written || failed != 0) (void)::unlink(part.c_str());
  if (!written) return written;
  if (failed == EEXIST) return fail(Code::conflict, printable(path) + " exists already; nothing was overwritten", "--force to replace it");
  if (failed != 0) return cannot_write(path, failed);
  return {};
}

Result<Wanted> wanted(Client& client) {
  const Invocation& invocation = client.invocation();
  Wanted all;
  all.format = invocation.given("format") ? std::string(invocation.value("format")) : "json";
  all.force = invocation.value("force") == "true";
  const std::string to(invocation.value("to"));
  const bool every = invocation.value("all") == "true";
  const auto keys = invocation.values.find("key");
  if (every == (keys != invocation.values.end()))
    return fail(Code::usage, "`sessions export` needs either keys or --all", "facioctl sessions export --all --to DIR");
  if (to.empty() && (every || keys->second.size() > 1))
    return fail_field(Code::usage, "--to", "--to is required for more than one session: a directory, or - for standard output");
  if (!to.empty() && to != "-") {
    struct ::stat place {};
    if (::mkdir(to.c_str(), 0700) != 0 && errno != EEXIST) return cannot_write(to, errno);
    if (::stat(to.c_str(), &place) != 0 || !S_ISDIR(place.st_mode))
      return fail_field(Code::usage, "--to", "--to: " + printable(to) + " is no directory");
    all.directory = to;
  }
  if (!every) {
    all.keys = names_with_more(invocation, {}, "key", "sessions/");
    return all;
  }
  auto found = list_all(client, {});
  if (!found) return fail(std::move(found.error()));
  all.keys = std::move(found->keys);
  return all;
}

Status export_one(Client& client, const Wanted& all, const std::string& key) {
  auto session = whole_session(client, key);
  if (!session) return fail(std::move(session.error()));
  const std::string text = exported(*session, all.format);
  if (all.directory.empty()) return client.streams().out.write(text);
  const std::string path = all.directory + "/" + file_name(key, all.format);
  if (auto status = write_file(path, text, all.force); !status) return status;
  return client.streams().out.write(printable(path) + "\n");
}

}  // namespace

Result<int> export_all(Client& client) {
  const Invocation& invocation = client.invocation();
  if (invocation.global.only_shows()) {
    const auto keys = invocation.values.find("key");
    if (keys == invocation.values.end()) return only_show(client, "sessions.list");
    return only_show(client, "sessions.get", {{"key", keys->second.front()}});
  }
  auto all = wanted(client);
  if (!all) return fail(std::move(all.error()));
  if (all->keys.size() == 1) return export_one(client, *all, all->keys.front()).map([] { return 0; });
  if (all->keys.empty() && !invocation.global.quiet) (void)client.streams().err.write("there are no sessions\n");
  return do_each(client, all->keys, "sessions were not exported", [&](const std::string& key) { return export_one(client, *all, key); });
}

}  // namespace facio::sessions
